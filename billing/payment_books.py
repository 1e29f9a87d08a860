"""What a payment writes in the two books: balanced lines of the ledger, a link of the chain of seals. One place for both."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import translation

from billing import ledger, seals
from billing.ledger import Line
from billing.models import Allocation, Method, Payment
from lib.money import ZERO

_ACCOUNTS = {
    Method.TRANSFER: ledger.BANK, Method.CHEQUE: ledger.CHEQUES, Method.CARD: ledger.CARDS, Method.CASH: ledger.CASH,
}  # fmt: skip


def book_payment(payment: Payment, allocations: Sequence[Allocation]) -> None:
    """Write `payment` and what it pays in the books, in the caller's transaction, after every lock but the chain's.

    The money is in the bank, the cheques or the till; what counts on invoices pays what the client owed (411), what counts on
    none is owed to them (4191). A row that undoes or gives back writes the same on the other side.
    """
    counted = sum((row.amount for row in allocations), ZERO)
    free = payment.amount - counted
    with translation.override(settings.LANGUAGE_CODE):
        label = f"{payment.about_label} {payment.reference}".strip()
        ledger.post(
            posting=payment.public_id, journal=ledger.TILL if payment.method == Method.CASH else ledger.RECEIPTS,
            on=payment.paid_on, customer=payment.customer, about_kind="payment", about_ref=payment.public_id,
            about_label=payment.about_label,
            lines=[
                Line(_ACCOUNTS[Method(payment.method)], label, debit=payment.amount),
                *(Line(ledger.CLIENTS, row.about_label, credit=row.amount) for row in allocations),
                Line(ledger.CLIENTS if payment.refunds_credit_id else ledger.ADVANCES, label, credit=free),
            ],
        )  # fmt: skip
    seals.seal_payment(payment)
    for row in allocations:
        seals.seal_allocation(row)


def book_allocation(allocation: Allocation) -> None:
    """Write an allocation made after its payment: what was owed to the client (4191) pays what they owed (411), or the other
    way when it is taken back. One of a credit note moves nothing: both are on the client's account already."""
    if allocation.payment is not None:
        with translation.override(settings.LANGUAGE_CODE):
            label = allocation.about_label
            ledger.post(
                posting=allocation.public_id, journal=ledger.OTHERS, on=allocation.made_on, customer=allocation.payment.customer,
                about_kind="allocation", about_ref=allocation.public_id, about_label=label,
                lines=[
                    Line(ledger.ADVANCES, label, debit=allocation.amount),
                    Line(ledger.CLIENTS, label, credit=allocation.amount),
                ],
            )  # fmt: skip
    seals.seal_allocation(allocation)
