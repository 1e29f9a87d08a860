"""Issued invoices as rows, for tests of what is paid: they do not need the gestures that issue."""

from datetime import date
from decimal import Decimal
from itertools import count

from billing.models import Invoice
from crm.models import Commitment, Customer
from lib import clock

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
