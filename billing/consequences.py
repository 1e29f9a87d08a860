"""What follows from money received or taken back: the history says it, what was owed is kept or owed again, the client is
thanked once. Called inside the transaction of the gesture, under its locks."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from billing import promised, thanks
from billing.models import Allocation, Invoice, Payment
from crm import commitments, timeline
from crm.models import Commitment, Customer
from crm.models.timeline import Audience, Direction, Kind
from lib import clock, law
from lib.french_calendar import add_working_days
from lib.money import ZERO

_OF_ITSELF = (Commitment.Release.PAID_LATE, Commitment.Release.NOTHING_DUE)  # undone when the money goes back
THANKED_WITHIN = timedelta(days=30)  # a payment found in old papers is not thanked for months later


def tell_received(payment: Payment, made: Sequence[Allocation], *, by: User | None) -> None:
    """The history says what came and what it paid."""
    _tell(payment, made, Kind.PAYMENT_RECEIVED, lazy("Paiement reçu"), by=by, direction=Direction.IN)


def tell_reversed(opposite: Payment, made: Sequence[Allocation], *, by: User | None) -> None:
    """The history says that a payment no longer counts, or that a refund did not leave, and why."""
    of_refund = opposite.amount > 0
    summary = lazy("Remboursement annulé") if of_refund else lazy("Paiement annulé")
    _tell(opposite, made, Kind.PAYMENT_REVERSED, summary, by=by, body=opposite.reason, refund_undone=of_refund)


def tell_refunded(row: Payment, made: Sequence[Allocation], *, by: User | None) -> None:
    """The history says what went back, and why."""
    _tell(row, made, Kind.PAYMENT_REVERSED, lazy("Remboursement"), by=by, direction=Direction.OUT, body=row.reason, refund=True)


def tell_used(made: Allocation, client: Customer, summary: object, *, by: User | None) -> None:
    """The history says that what was left of a payment or of a credit note counts on an invoice."""
    _tell_allocation(made, client, Kind.PAYMENT_RECEIVED, summary, by=by)


def tell_released(made: Allocation, client: Customer, *, by: User | None) -> None:
    """The history says that a sum no longer counts on an invoice: it is the client's again."""
    _tell_allocation(made, client, Kind.PAYMENT_REVERSED, lazy("Somme reprise"), by=by)


def follow(client: Customer, invoices: Iterable[Invoice], *, by: User | None, payment: Payment | None = None) -> None:
    """Once the balances have moved: due dates and promises of money, then the thanks for the invoices that `payment` (none
    when money was taken back) has just finished paying."""
    paid = []
    for invoice in invoices:
        balance = invoice.balance()
        settle_due_date(invoice, balance, by=by)
        paid += [invoice] if balance <= 0 else []
    if paid and payment is not None and clock.today() - payment.paid_on <= THANKED_WITHIN:
        thanks.queue_thanks(paid, payment, client)
    settle_promises(client)


def settle_due_date(invoice: Invoice, balance: Decimal, *, by: User | None) -> None:
    """The due date of an invoice (a projected commitment, opened at issue) is kept once nothing is due, open again when
    something is."""
    dates = Commitment.objects.filter(
        nature=Commitment.Nature.PROJECTED, about_kind="invoice", about_ref=invoice.public_id, owed_by=Commitment.Owed.THEM
    )
    if balance <= 0:
        dates.filter(kept_at=None).update(kept_at=clock.now(), kept_by=by, amount=invoice.total_incl_tax)
    else:
        dates.update(kept_at=None, kept_by=None, amount=balance)


def settle_promises(client: Customer) -> None:
    """A promise of money is kept when what was allocated since it reaches its amount by its day plus the days of transit;
    paid later, or when nothing is due any more on the invoice it names, it is released, since nobody has to do anything more.
    A payment taken back opens again what it had kept or released: the promise is again what it was, broken when its day is
    past."""
    family = client.family_ids()
    promises = list(
        Commitment.objects.filter(
            customer_id__in=family, nature=Commitment.Nature.PRIMARY, owed_by=Commitment.Owed.THEM, amount__isnull=False
        ).select_related("customer")
    )
    came = promised.counted(promises, promised.receipts(family, min((row.made_at for row in promises), default=None)))
    named = {row.about_ref for row in promises if row.about_kind == "invoice"}
    due = set(Invoice.objects.unpaid().filter(public_id__in=named).values_list("public_id", flat=True)) if named else set()
    for promise in promises:
        if promise.kept_by_id or (promise.released_at and promise.release_code not in _OF_ITSELF):
            continue  # a person's word, or the client's
        in_time, in_all = _arrived(promise, came.get(promise.pk, []))
        assert promise.amount is not None  # the filter says so
        nothing_due = promise.about_kind == "invoice" and promise.about_ref not in due
        if promise.released_at:
            if in_all < promise.amount and not nothing_due:
                commitments.reopen(promise, by=None)
        elif promise.kept_at and in_all < promise.amount:
            commitments.reopen(promise, by=None)
        elif promise.is_open and in_time >= promise.amount:
            commitments.keep(promise, by=None)
        elif promise.is_open and in_all >= promise.amount:
            commitments.release(promise, by=None, code=Commitment.Release.PAID_LATE)
        elif promise.is_open and nothing_due:
            commitments.release(promise, by=None, code=Commitment.Release.NOTHING_DUE)


def _arrived(promise: Commitment, came: Sequence[promised.Receipt]) -> tuple[Decimal, Decimal]:
    """EUR that came towards `promise`: received in time, and in all."""
    last = add_working_days(promise.due_on, law.row("payments", "transit_transfer", on=promise.due_on)["working_days"])
    in_time = sum((receipt.amount for receipt in came if receipt.on <= last), ZERO)
    return in_time, sum((receipt.amount for receipt in came), ZERO)


def _tell_allocation(made: Allocation, client: Customer, kind: str, summary: object, *, by: User | None) -> None:
    source = made.payment or made.credit_note
    assert source is not None  # a constraint of the database
    timeline.record(
        customer=client, kind=kind, summary=summary, by=by, about=made.invoice, about_kind="invoice", audience=Audience.CUSTOMER,
        data={"amount": f"{abs(made.amount):.2f}", "from": source.public_id, "credit": made.credit_note_id is not None},
    )  # fmt: skip


def _tell(
    payment: Payment, made: Sequence[Allocation], kind: str, summary: object, *, by: User | None, direction: str = "", body: str = "",
    refund: bool = False, refund_undone: bool = False,
) -> None:  # fmt: skip
    timeline.record(
        customer=payment.customer, kind=kind, summary=summary, by=by, direction=direction, about=payment, about_kind="payment",
        body=body, occurred_at=_moment(payment), audience=Audience.CUSTOMER,
        data={
            "amount": f"{abs(payment.amount):.2f}",
            "method": payment.method,
            "paid_on": payment.paid_on.isoformat(),
            "refund": refund,
            **({"refund_undone": True} if refund_undone else {}),
            "invoices": [
                {"ref": row.invoice.public_id, "number": row.invoice.number, "amount": f"{row.amount:.2f}"} for row in made
            ],
        },
    )  # fmt: skip


def _moment(payment: Payment) -> datetime:
    """Now for what came today, else noon of its day on the firm's clock."""
    now = clock.now()
    if payment.paid_on == clock.today():
        return now
    return min(now, datetime.combine(payment.paid_on, time(12), ZoneInfo(clock.zone())).astimezone(UTC))
