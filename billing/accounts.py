"""The bank account of the firm when it is no longer the one printed on a document: papers are frozen, an account is not.

A client who is told of another account thinks of a fraud, and is right to: pages show the account of today and say that it
differs, mails say so without ever giving an IBAN.
"""

from collections.abc import Collection

from billing.models import Invoice
from crm.models import Company


def has_moved(printed: str, company: Company) -> bool:
    """Whether the IBAN printed on a document, if any, is not the firm's account of today."""
    return bool(_plain(printed)) and _plain(printed) != _plain(company.iban)


def moved_among(refs: Collection[str], company: Company) -> set[str]:
    """Among the documents of these public ids, those that bear another account than today's. One statement, none for none."""
    rows = Invoice.objects.filter(public_id__in=refs).values_list("public_id", "snapshot__payment__iban") if refs else []
    return {ref for ref, printed in rows if has_moved(printed or "", company)}


def _plain(iban: str) -> str:
    return "".join(iban.split()).upper()
