"""Invoices, payments and words for the tests of reminders, written as rows: what other rooms' gestures would leave."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing.consequences import settle_due_date
from billing.models import Allocation, Invoice, Payment
from billing.projecting import WHAT
from crm.models import Commitment, Customer, Interaction
from crm.models.timeline import Kind
from lib import clock

MONDAY = date(2026, 11, 23)


def invoice(
    customer: Customer,
    *,
    late: int = 3,
    total: str = "860.00",
    on: date = MONDAY,
    number: str = "",
    draft: Invoice | None = None,
    printed: str = "",
) -> Invoice:
    """An issued invoice (`draft` become one), due `late` days before `on`, thirty days after it was issued; `printed` is the IBAN on its paper."""
    due_on = on - timedelta(days=late)
    made = draft or Invoice(customer=customer)
    fields = {
        "number": number or f"F2026-{Invoice.objects.count() + 1:06d}",
        "subject": "La porte de l’atelier",
        "issued_on": due_on - timedelta(days=30),
        "issued_at": clock.now(),
        "due_on": due_on,
        "total_excl_tax": Decimal(total),
        "total_incl_tax": Decimal(total),
        "snapshot": {"payment": {"iban": printed}} if printed else {},
    }
    for name, value in fields.items():
        setattr(made, name, value)
    made.save()
    Commitment.objects.create(
        customer=customer, owed_by="them", nature="projected", what=str(WHAT), due_on=due_on, amount=Decimal(total),
        about_kind="invoice", about_ref=made.public_id,
    )  # fmt: skip
    return made


def pay(bill: Invoice, amount: str = "", *, paid_on: date = MONDAY) -> Payment:
    """Money received and counted on `bill`: all that is due by default."""
    value = Decimal(amount) if amount else bill.balance()
    payment = Payment.objects.create(customer=bill.customer, amount=value, method="transfer", paid_on=paid_on)
    Allocation.objects.create(payment=payment, invoice=bill, amount=value, made_on=paid_on)
    settle_due_date(bill, Invoice.objects.get(pk=bill.pk).balance(), by=None)
    return payment


def promised(bill: Invoice, *, due_on: date, amount: str = "", **fields: Any) -> Commitment:
    """A promise of the client to pay `bill`."""
    return Commitment.objects.create(
        customer=bill.customer,
        owed_by="them",
        what="Régler",
        due_on=due_on,
        amount=Decimal(amount) if amount else None,
        about_kind="invoice",
        about_ref=bill.public_id,
        **fields,
    )


def told(customer: Customer, kind: str, bill: Invoice | None = None, **fields: Any) -> Interaction:
    """A row of the history, about an invoice or none."""
    about = {"about_kind": "invoice", "about_ref": bill.public_id} if bill else {}
    at = fields.pop("at", clock.now())
    return Interaction.objects.create(
        customer=customer, kind=kind, summary=str(Kind(kind).label), occurred_at=at, recorded_at=at, **about, **fields
    )


class Nowhere:
    """A way out that no mail may take."""

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def deliver(self, message: object) -> None:
        """Never."""
        raise AssertionError("a mail left")


def credited(bill: Invoice) -> Invoice:
    """The whole of `bill` taken back by a credit note."""
    note = Invoice.objects.create(
        customer=bill.customer, kind="credit_note", number="A2026-000001", issued_on=MONDAY, issued_at=clock.now(), credit_of=bill,
        total_excl_tax=bill.total_excl_tax, total_incl_tax=bill.total_incl_tax, credit_reason="Un geste", snapshot={},
    )  # fmt: skip
    Allocation.objects.create(credit_note=note, invoice=bill, amount=bill.balance(), made_on=MONDAY)
    settle_due_date(bill, Decimal(0), by=None)
    return note
