"""Issued invoices as rows, for tests of what is paid: they do not need the gestures that issue."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count

from django.db.models import Sum

from billing.models import Invoice, Payment
from crm.models import Commitment, Customer
from lib import clock
from lib.money import ZERO, cents

NUMBERS = count(1)


def issued(customer: Customer, total: str | Decimal, *, due_on: date | None = None, kind: str = "invoice", **fields) -> Invoice:
    """An invoice of `total` EUR issued today, with its due date as a commitment of the client."""
    today, number = clock.today(), f"{'F' if kind == 'invoice' else 'A'}2026-{next(NUMBERS):06d}"
    invoice = Invoice.objects.create(
        customer=customer, kind=kind, number=number, issued_on=today, issued_at=clock.now(), due_on=due_on or today, snapshot={},
        total_excl_tax=Decimal(total), total_incl_tax=Decimal(total), **fields,
    )  # fmt: skip
    if kind == "invoice":
        Commitment.objects.create(
            customer=customer, owed_by="them", nature="projected", what="Régler la facture", amount=invoice.total_incl_tax,
            due_on=invoice.due_on, about_kind="invoice", about_ref=invoice.public_id, about_label=invoice.about_label,
        )  # fmt: skip
    return invoice


@dataclass(frozen=True)
class Balance:
    """How a client stands with us, in EUR: `due` on their invoices (of which `overdue`), `surplus` of their payments and
    `credit` of their credit notes that nothing used yet."""

    due: Decimal
    overdue: Decimal
    surplus: Decimal
    credit: Decimal

    @property
    def net(self) -> Decimal:
        """What they owe in the end; negative when we owe them."""
        return self.due - self.surplus - self.credit


def customer_balance(customer: Customer, *, today: date, ids: list[int] | None = None) -> Balance:
    """How the client stands on the civil date `today`, aliases included (three statements, and one for the family when `ids`
    are not given)."""
    ids = ids or customer.family_ids()
    open_rows = [(invoice.balance(), invoice.due_on) for invoice in Invoice.objects.unpaid_of(ids).only("due_on")]
    free = [payment.unallocated() for payment in Payment.objects.of_family(ids).to_use().only("pk")]
    return Balance(
        due=sum((balance for balance, _due in open_rows), ZERO),
        overdue=sum((balance for balance, due_on in open_rows if due_on and due_on < today), ZERO),
        surplus=sum(free, ZERO),
        credit=unused_credit(ids),
    )


def unused_credit(ids: list[int]) -> Decimal:
    """EUR of the family's credit notes that count on no invoice and were not given back. One statement."""
    notes = Invoice.objects.of_family(ids).credits_to_use().order_by()
    return cents(notes.aggregate(sum=Sum("credit_left"))["sum"] or ZERO)
