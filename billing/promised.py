"""What of the money received answers to which promise: each euro counts for one promise only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from billing.models import Allocation
from crm.models import Commitment
from lib.money import ZERO, cents


@dataclass(frozen=True)
class Receipt:
    """EUR of one payment that count on one invoice, less what was taken back of them: counted when, received when."""

    customer: int
    at: datetime
    on: date
    invoice: str  # public id
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """One allocation of a payment, as it is read: `undone` is the payment that its payment takes back, if it does."""

    payment: int
    undone: int | None
    customer: int
    at: datetime
    on: date
    invoice: str
    amount: Decimal


def parts(ids: Iterable[int], since: datetime) -> QuerySet[Allocation]:
    """What was counted on the invoices of these customers from an instant on, in order."""
    rows = Allocation.objects.filter(invoice__customer_id__in=list(ids), payment__isnull=False, made_at__gte=since)
    return rows.order_by("pk")


def receipts(ids: Iterable[int], since: datetime | None) -> list[Receipt]:
    """What was counted on the invoices of these customers since an instant, in order; nothing without one. One statement."""
    if since is None:
        return []
    columns = ("payment_id", "payment__reverses_id", "invoice__customer_id", "made_at", "payment__paid_on", "invoice__public_id")
    return merged(Part(*row) for row in parts(ids, since).values_list(*columns, "amount"))


def merged(rows: Iterable[Part]) -> list[Receipt]:
    """What each payment left on each invoice, less what was taken back of it."""
    found: dict[tuple[int, str], Receipt] = {}
    for row in rows:
        key, former = (row.undone or row.payment, row.invoice), found.get((row.undone or row.payment, row.invoice))
        amount = cents(former.amount + row.amount) if former else row.amount
        found[key] = replace(former or Receipt(row.customer, row.at, row.on, row.invoice, amount), amount=amount)
    return [receipt for receipt in found.values() if receipt.amount > 0]


def counted(promises: Iterable[Commitment], came: Sequence[Receipt]) -> dict[int, list[Receipt]]:
    """For each promise of an amount (by primary key), what came towards it: those of the nearest day are served first, each
    up to its amount, from what came while it stood, on its invoice when it names one. `came` is of one client."""
    left = {place: receipt.amount for place, receipt in enumerate(came)}
    found: dict[int, list[Receipt]] = defaultdict(list)
    for promise in sorted(promises, key=lambda row: (row.due_on, row.pk)):
        wanted, until = promise.amount or ZERO, promise.released_at or (promise.kept_at if promise.kept_by_id else None)
        for place, receipt in enumerate(came):
            elsewhere = promise.about_kind == "invoice" and receipt.invoice != promise.about_ref
            if elsewhere or receipt.at < promise.made_at or (until is not None and receipt.at > until):
                continue
            share = min(wanted, left[place])
            if share > 0:
                found[promise.pk].append(replace(receipt, amount=share))
                wanted, left[place] = wanted - share, left[place] - share
    return found
