"""What is still due on an invoice, read from its allocations on both engines."""

from datetime import date
from decimal import Decimal

import pytest

from billing.consequences import settle_due_date
from billing.models import Allocation, Invoice, Payment
from tests.billing.money import issued

pytestmark = pytest.mark.django_db


def pay(invoice, *amounts):
    for amount in amounts:
        payment = Payment.objects.create(
            customer=invoice.customer, amount=Decimal(amount), method="transfer", paid_on=date(2026, 11, 1)
        )
        Allocation.objects.create(payment=payment, invoice=invoice, amount=Decimal(amount), made_on=date(2026, 11, 1))
    settle_due_date(invoice, Invoice.objects.get(pk=invoice.pk).balance(), by=None)


@pytest.mark.parametrize(
    ("total", "paid", "left"),
    [
        ("0.30", ["0.10", "0.20"], "0.00"),
        ("1240.10", ["0.10"] * 3, "1239.80"),
        ("10.00", [], "10.00"),
        ("5.00", ["7.50"], "-2.50"),
    ],
)
def test_the_balance_is_what_allocations_leave(le_goff, total, paid, left):
    invoice = issued(le_goff, total)
    pay(invoice, *paid)
    read = Invoice.objects.with_balance().get()
    assert (read.open_balance, read.balance(), Invoice.objects.get().balance()) == (Decimal(left),) * 3
    assert list(Invoice.objects.unpaid()) == ([invoice] if Decimal(left) > 0 else [])


def test_overdue_begins_the_day_after(le_goff):
    invoice = issued(le_goff, "10.00", due_on=date(2026, 11, 20))
    assert [list(Invoice.objects.overdue(date(2026, 11, day))) for day in (20, 21)] == [[], [invoice]]
