"""Addresses that no longer answer: refused by a server or marked by hand, lifted by a person, each with its trace."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from crm import timeline
from crm.models import BadAddress, Contact, Customer
from crm.models.timeline import Kind
from lib import clock
from lib.errors import Refusal
from lib.identifiers import check_email, email_key

Row = TypeVar("Row", bound=Model)
TRACED = 20  # an address shared by more records than this is not a person's


def bad_among(addresses: Iterable[str]) -> dict[str, BadAddress]:
    """Those of `addresses` that no longer answer, by their key (`lib.identifiers.email_key`). One statement."""
    wanted = {email_key(address) for address in addresses if address}
    return {row.address: row for row in BadAddress.objects.filter(address__in=wanted)} if wanted else {}


def with_refusal(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Customers or contacts, each with whether its own address answers no more: `refused_at` and `refused_because`."""
    of_it = BadAddress.objects.filter(address=OuterRef("email_key")).order_by()
    return rows.annotate(refused_at=Subquery(of_it.values("since_at")), refused_because=Subquery(of_it.values("reason")))  # type: ignore[return-value]


def refused_among(rows: Iterable[Any]) -> dict[str, BadAddress]:
    """Those of the addresses of `rows`, read `with_refusal`, that no longer answer, by their key. No statement."""
    return {
        row.email_key: BadAddress(address=row.email_key, reason=row.refused_because, since_at=row.refused_at)
        for row in rows
        if row.email_key and row.refused_at is not None
    }


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
