"""Addresses that no longer answer: refused by a server or marked by hand, lifted by a person, each with its trace."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from crm import timeline
from crm.models import BadAddress, Contact, Customer
from crm.models.timeline import Kind
from lib import clock
from lib.errors import Refusal
from lib.identifiers import check_email, email_key

TRACED = 20  # an address shared by more records than this is not a person's


def bad_among(addresses: Iterable[str]) -> dict[str, BadAddress]:
    """Those of `addresses` that no longer answer, by their key (`lib.identifiers.email_key`). One statement."""
    wanted = {email_key(address) for address in addresses if address}
    return {row.address: row for row in BadAddress.objects.filter(address__in=wanted)} if wanted else {}


def mark_bad(address: str, *, reason: str, by: User | None, customer: Customer | None = None) -> BadAddress:
    """Say that an address no longer answers; the history of each client who has it says so, with the reason.

    `by=None` means a server said it. `customer` is traced even when the address is nobody's any more. Marking
    twice is marking once.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise Refusal(_("Dites en quelques mots ce qui est arrivé : un collègue le lira avant d’écrire."), field="reason")
    with transaction.atomic():
        row, created = BadAddress.objects.get_or_create(
            address=email_key(check_email(address)), defaults={"reason": reason[:300], "since_at": clock.now(), "by": by}
        )
        if created:
            _trace(
                row.address, customer, kind=Kind.ADDRESS_REFUSED, summary=_("Adresse e-mail refusée"), by=by, reason=row.reason
            )
    return row


def restore(address: str, *, by: User | None, customer: Customer | None = None) -> None:
    """Say that an address answers again. Restoring a good one does nothing."""
    with transaction.atomic():
        row = BadAddress.objects.select_for_update().filter(address=email_key(address)).first()
        if row is None:
            return
        row.delete()
        _trace(row.address, customer, kind=Kind.ADDRESS_RESTORED, summary=_("Adresse e-mail rétablie"), by=by, reason=row.reason)


def holders(address: str) -> list[Customer]:
    """The clients who have this address, theirs or a contact's, at most twenty."""
    key = email_key(address)
    contacts = Contact.objects.filter(email_key=key).values("customer")
    return list(Customer.objects.filter(Q(email_key=key) | Q(pk__in=contacts)).order_by("pk")[:TRACED])


def _trace(address: str, customer: Customer | None, *, kind: str, summary: str, by: User | None, reason: str) -> None:
    concerned = {holder.pk: holder for holder in [*holders(address), *([customer] if customer else [])]}
    for holder in concerned.values():
        timeline.record(customer=holder, kind=kind, summary=summary, by=by, data={"address": address, "reason": reason})
