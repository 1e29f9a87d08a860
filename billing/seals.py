"""The chain of seals: each document, payment and allocation is sealed in the transaction that writes it.

What a seal is exactly is in `billing.verifier`, which anyone may run without Égards. Here it is written, and checked
against the rows it speaks of.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing import seal_keys
from billing.models import Allocation, ChainHead, Invoice, InvoiceFile, Payment, Seal
from billing.signatures import Signed, Team, helpers_for
from billing.verifier import (
    ENVELOPE,
    FORMAT_VERSION,
    Check,
    Finding,
    beginning_of,
    canonical,
    commitment_of,
    digest_of,
    findings,
    head_text,
)
from lib import clock

_BATCH = 500
Kinds = Mapping[str, tuple[Callable[[], models.QuerySet[Any]], Callable[[Any], dict[str, Any]]]]


class Sealed(Protocol):
    """What can be sealed: a thing with a public name and words for it."""

    @property
    def public_id(self) -> str: ...

    @property
    def about_label(self) -> str: ...


def seal(kind: str, thing: Sealed, payload: Mapping[str, Any]) -> Seal:
    """Add one link to the chain, in the caller's transaction: `payload` is what is sealed of `thing` (texts, Decimals,
    dates, no database id). Locks the head of the chain: call it last. Once for a thing: a second seal is refused by the
    database. Returns the link."""
    if not connection.in_atomic_block:
        raise RuntimeError("seals.seal is called inside the transaction of the fact it seals")
    head = _locked_head()
    at, position = clock.now(), head.position + 1
    with translation.override(settings.LANGUAGE_CODE):
        label = str(thing.about_label)[:120]
    envelope = {"position": position, "kind": kind, "about_ref": thing.public_id, "about_label": label, "sealed_at": at}
    text = canonical({**envelope, "format_version": FORMAT_VERSION, "record": payload})
    salt = secrets.token_hex(32)
    previous, commitment = head.digest or beginning_of(head.chain), commitment_of(salt, text)
    digest = digest_of(previous, commitment)
    link = Seal(
        **envelope, format_version=FORMAT_VERSION, salt=salt, payload=text, commitment=commitment, previous=previous,
        digest=digest, signature=seal_keys.sign(bytes.fromhex(digest), begun=head.position > 0),
    )  # fmt: skip
    link.save(force_insert=True)
    ChainHead.objects.filter(pk=1).update(position=position, digest=digest)
    transaction.on_commit(partial(seal_keys.keep_head, head.chain, position, digest), robust=True)
    return link


def _locked_head() -> ChainHead:
    head = ChainHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        name = secrets.token_hex(13)  # true chance: an invented firm built again is another chain
        ChainHead.objects.bulk_create([ChainHead(chain=name)], ignore_conflicts=True)
        head = ChainHead.objects.select_for_update().get(pk=1)
    return head


# What is sealed of each kind. These never change for a `FORMAT_VERSION`: old seals are compared with them for ever.


def seal_document(invoice: Invoice) -> Seal:
    """Seal an invoice or a credit note that has just got its number."""
    return seal(invoice.kind, invoice, document_record(invoice))


def seal_payment(payment: Payment) -> Seal:
    """Seal a payment, or the row that reverses or gives back one."""
    return seal("payment", payment, payment_record(payment))


def seal_allocation(allocation: Allocation) -> Seal:
    """Seal what part of a payment or credit note counts on an invoice."""
    return seal("allocation", allocation, allocation_record(allocation))


def seal_file(file: InvoiceFile) -> Seal:
    """Seal the fingerprint of a document's file, made after its issue."""
    return seal("invoice_file", file, file_record(file))


def document_record(invoice: Invoice) -> dict[str, Any]:
    """All that an issued document is: its own columns and everything it says."""
    return {
        "kind": invoice.kind,
        "number": invoice.number,
        "customer": invoice.customer.reference,
        "issued_on": invoice.issued_on,
        "issued_at": invoice.issued_at,
        "due_on": invoice.due_on,
        "total_excl_tax": invoice.total_excl_tax,
        "total_tax": invoice.total_tax,
        "total_incl_tax": invoice.total_incl_tax,
        "credit_of": invoice.credit_of.number if invoice.credit_of else None,
        "credit_reason": invoice.credit_reason,
        "lines": [_line_record(line) for line in invoice.lines.all()],
        "document": invoice.snapshot,
    }


_LINE = "position description plain_words quantity unit unit_price discount vat_rate vat_category net".split()


def _line_record(line: Any) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _LINE}


def payment_record(payment: Payment) -> dict[str, Any]:
    """A movement of money, with what it undoes or gives back."""
    linked = {name: getattr(payment, name, None) for name in ("reverses", "refunds", "refunds_credit")}
    return {
        "customer": payment.customer.reference,
        "amount": payment.amount,
        "method": payment.method,
        "paid_on": payment.paid_on,
        "reference": payment.reference,
        "reason": payment.reason,
        "provider": payment.provider,
        "external_id": payment.external_id,
        "recorded_at": payment.recorded_at,
        **{name: other.public_id if other else None for name, other in linked.items()},
    }


def allocation_record(allocation: Allocation) -> dict[str, Any]:
    """What counts on which invoice, and from where."""
    return {
        "payment": allocation.payment.public_id if allocation.payment else None,
        "credit_note": allocation.credit_note.number if allocation.credit_note else None,
        "invoice": allocation.invoice.number,
        "amount": allocation.amount,
        "reverses": allocation.reverses.public_id if allocation.reverses else None,
        "made_on": allocation.made_on,
        "made_at": allocation.made_at,
    }


def file_record(file: InvoiceFile) -> dict[str, Any]:
    """The fingerprint of a file, with the number of its document."""
    return {"invoice": file.invoice.number, "kind": file.kind, "sha256": file.sha256, "size": file.size, "made_at": file.made_at}


def _own(rows: models.QuerySet[Any], *joined: str) -> models.QuerySet[Any]:
    """All the columns of `rows`, and of what they point to only those named: the rest is never read here."""
    return rows.select_related(*{name.partition("__")[0] for name in joined}).only(
        *(column.name for column in rows.model._meta.concrete_fields), *joined
    )


def _documents(kind: str) -> models.QuerySet[Invoice]:
    rows = Invoice.objects.issued().filter(kind=kind)
    return _own(rows, "customer__reference", "credit_of__number").prefetch_related("lines")


def _payments() -> models.QuerySet[Payment]:
    linked = [name for name in ("reverses", "refunds", "refunds_credit") if name in {one.name for one in Payment._meta.fields}]
    return _own(Payment.objects.all(), "customer__reference", *(f"{name}__public_id" for name in linked))


def _allocations() -> models.QuerySet[Allocation]:
    linked = ("payment__public_id", "credit_note__number", "invoice__number", "reverses__public_id")
    return _own(Allocation.objects.all(), *linked)


_KINDS: Kinds = {
    "invoice": (lambda: _documents("invoice"), document_record),
    "credit_note": (lambda: _documents("credit_note"), document_record),
    "payment": (_payments, payment_record),
    "allocation": (_allocations, allocation_record),
}


# Verifying.


def verify(*, helpers: int | None = None) -> list[Finding]:
    """Everything wrong with the chain and with the rows it seals: position (0 for the whole), label, words. Reads each link
    once, a few batches in memory; the signatures of a long chain are checked by `helpers` processes beside this one (by
    default as many as the machine is good for), and the answer is the same without them."""
    head = ChainHead.objects.filter(pk=1).first() or ChainHead(digest="")
    keys, of_rows = seal_keys.public_keys(), list[Finding]()
    team = Team(keys, helpers_for(head.position) if helpers is None else helpers)

    def links() -> Iterator[dict[str, Any]]:
        for batch in team.ahead(_batches(Seal.objects.order_by("position")), _signed):
            of_rows.extend(_of_rows(batch))
            yield from map(_link, batch)

    try:
        found = list(_of_chain(head, links(), keys, team.check))
    finally:
        team.close()
    return sorted([*found, *of_rows, *_unsealed()], key=lambda finding: finding[0])


def _signed(row: Seal) -> Signed:
    try:
        return bytes.fromhex(row.digest), row.signature
    except ValueError:  # altered: nothing signs it
        return b"", row.signature


def exported(seal_row: Seal) -> dict[str, Any]:
    """A link as archives and the verifier have it."""
    return {**_link(seal_row), "type": "seal"}


def archive_lines(at: datetime) -> Iterator[str]:
    """The lines of an archive of the whole chain, as `billing.verifier` reads them. Refuses nothing: what is wrong in the
    chain is wrong in its archive, where anybody finds it."""
    head = ChainHead.objects.filter(pk=1).first() or ChainHead()
    yield canonical(
        {
            "type": "egards-archive",
            "format_version": FORMAT_VERSION,
            "chain": head.chain,
            "public_keys": seal_keys.public_keys() or ([] if head.position else [seal_keys.make_key()]),
            "at": at,
        }
    )
    digest, position = beginning_of(head.chain), 0
    for row in Seal.objects.filter(position__lte=head.position).order_by("position").iterator(_BATCH):
        digest, position = row.digest, row.position
        yield canonical(exported(row))
    when = canonical(at).strip('"')
    signature = seal_keys.sign(head_text(head.chain, position, digest, when), begun=position > 0)
    yield canonical({"type": "head", "position": position, "digest": digest, "at": when, "signature": signature})


def _of_chain(head: ChainHead, links: Iterable[dict[str, Any]], keys: list[str], check: Check) -> Iterator[Finding]:
    last = Seal.objects.order_by("-position").first()
    if (head.position, head.digest) != ((last.position, last.digest) if last else (0, "")):
        yield 0, "", _("la tête de la chaîne n’est pas son dernier scellé")
    kept = seal_keys.kept_head(head.chain)
    if kept[0] == 0:
        if last is not None:
            yield 0, "", _("aucune trace de la tête n’est gardée hors de la base")
        kept = (0, beginning_of(head.chain))
    yield from findings(links, chain=head.chain, keys=keys, head=kept, check=check)


def _link(row: Seal) -> dict[str, Any]:
    names = (*ENVELOPE, "salt", "payload", "commitment", "previous", "digest", "signature")
    return {name: canonical(row.sealed_at).strip('"') if name == "sealed_at" else getattr(row, name) for name in names}


def _of_rows(batch: list[Seal]) -> Iterator[Finding]:
    """The rows of the database, against what was sealed of them."""
    for kind, (rows, record) in _KINDS.items():
        sealed = {link.about_ref: link for link in batch if link.kind == kind and link.payload}
        found = {row.public_id: row for row in rows().filter(public_id__in=sealed)} if sealed else {}
        for ref, link in sealed.items():
            if ref not in found:
                yield link.position, link.about_label, _("ce qui a été scellé n’est plus dans la base")
            elif not _says(link, record(found[ref])):
                yield link.position, link.about_label, _("la base ne dit plus ce qui a été scellé")
    files = {link.about_ref: link for link in batch if link.kind == "invoice_file" and link.payload}
    if files:
        refs = [ref.rpartition("-")[0] for ref in files]
        stored = {one.public_id: one for one in InvoiceFile.objects.filter(invoice__public_id__in=refs).select_related("invoice")}
        for ref, link in files.items():
            if ref not in stored or not _says(link, file_record(stored[ref])):
                yield link.position, link.about_label, _("le fichier n’est plus celui qui a été scellé")


def _says(link: Seal, record: Mapping[str, Any]) -> bool:
    """Whether what was sealed is this record: to the letter, as words sealed and left alone are (no text of JSON can hold the
    quotation marks that are looked for), else by what those words mean."""
    told = canonical(record)
    before, found, after = link.payload.partition(f',"record":{told},"sealed_at":"')
    if found and '"record"' not in before and after.endswith('"}') and not set('"\\') & set(after[:-2]):
        return True
    try:
        return canonical(json.loads(link.payload)["record"]) == told
    except (ValueError, TypeError, KeyError):  # altered: the chain itself says so
        return False


def _unsealed() -> Iterator[Finding]:
    """Rows that nothing seals."""
    for kind, (rows, _record) in _KINDS.items():
        links = Seal.objects.filter(kind=kind, about_ref=models.OuterRef("public_id"))
        for row in rows().filter(~models.Exists(links)).order_by("pk"):
            yield 0, str(row.about_label), _("rien ne scelle cette ligne")


def _batches(rows: models.QuerySet[Seal]) -> Iterator[list[Seal]]:
    stream = rows.iterator(_BATCH)
    while batch := list(islice(stream, _BATCH)):
        yield batch


def labels(found: Iterable[Finding]) -> list[str]:
    """Findings as lines to read."""
    return [
        f"scellé {position} ({label}) : {words}" if label else f"scellé {position} : {words}" for position, label, words in found
    ]
