"""The ledger balances, says what the documents say, and a wrong row is named."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from billing import auditing, collecting, ledger
from billing.correcting import credit_invoice
from billing.ledger import Line
from billing.models import Allocation, Invoice, InvoiceLine, LedgerEntry, Payment
from billing.triggers import GUARDS
from crm import triggers
from crm.models import Commitment
from lib import clock
from tests.billing.house import SHELF, issued, open_firm, settle

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = clock.today()


@pytest.fixture(autouse=True)
def firm():
    return open_firm()


@pytest.fixture
def diallo(diallo):
    return settle(diallo)


def pay(invoice, amount, method="transfer"):
    return collecting.record_payment(
        customer=invoice.customer, amount=D(amount), method=method, paid_on=TODAY, by=None, invoices=[invoice]
    )


def post(*lines, posting="essai", customer):
    with transaction.atomic():
        return ledger.post(
            posting=posting, journal="OD", on=TODAY, customer=customer, about_kind="trial", about_ref="x", about_label="Essai", lines=lines
        )  # fmt: skip


def account(name):
    rows = LedgerEntry.objects.filter(account=name)
    return sum((row.debit - row.credit for row in rows), D(0))


class TestPosting:
    def test_both_sides_or_nothing(self, diallo):
        with pytest.raises(ValueError, match="does not balance"):
            post(Line("411000", "x", debit=D(10)), Line("706000", "x", credit=D(9)), customer=diallo)
        with pytest.raises(ValueError, match="does not balance"):
            post(Line("411000", "x"), customer=diallo)
        assert not LedgerEntry.objects.exists()

    def test_a_negative_amount_goes_to_the_other_side(self, diallo):
        post(Line("411000", "x", debit=D(-10)), Line("706000", "x", credit=D(-10)), Line("445712000", "x"), customer=diallo)
        assert [(row.account, row.debit, row.credit) for row in LedgerEntry.objects.order_by("position")] == [
            ("411000", D(0), D(10)),
            ("706000", D(10), D(0)),
        ]

    def test_a_fact_is_booked_once(self, diallo):
        lines = (Line("411000", "x", debit=D(10)), Line("706000", "x", credit=D(10)))
        post(*lines, customer=diallo)
        with pytest.raises(IntegrityError):
            post(*lines, customer=diallo)


def whole_road(customer):
    """Everything that may happen to money, on four invoices."""
    first, second, third, fourth = (issued(customer) for _number in range(4))
    pay(first, "461.25")
    too_much = pay(second, "600.00", "cheque")
    collecting.allocate(too_much, third, D("100.00"), by=None)
    collecting.refund(too_much, D("20.00"), reason="Trop-perçu", by=None)
    mistaken = pay(fourth, "50.00", "cash")
    collecting.reverse_payment(mistaken, reason="Autre client", by=None)
    credit_invoice(third, lines=[{"position": 1, "quantity": "1"}], reason="Une étagère de trop", by=None, on=TODAY)
    credit_invoice(first, reason="Annulée", by=None, on=TODAY)
    return first, second, third, fourth


def test_the_whole_road_balances(diallo):
    first, second, third, fourth = whole_road(diallo)
    assert auditing.verify() == []
    assert [invoice.balance() for invoice in (first, second, third, fourth)] == [D(0), D(0), D("217.25"), D("461.25")]
    assert account(ledger.BANK) + account(ledger.CHEQUES) + account(ledger.CASH) == D("461.25") + D("580.00")
    assert account(ledger.CASH) == D(0)
    assert account(ledger.ADVANCES) == -(D("600") - D("461.25") - D("100") - D("20"))
    assert account(ledger.CLIENTS) == D("217.25") + D("461.25") - D("461.25")  # less the credit of the first, paid before


def test_the_command_says_so(diallo):
    whole_road(diallo)
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert out.getvalue().startswith("Les comptes sont justes")


# Each wrong row, what makes it wrong once the triggers are gone, and a word of what names it.
WRONG = {
    "an amount of the ledger": (
        lambda: LedgerEntry.objects.filter(account="445712000").order_by("pk")[:1],
        {"credit": D("47.00")},
        "F",
    ),
    "an account": (
        lambda: LedgerEntry.objects.filter(account="445711000").order_by("pk")[:1],
        {"account": "445712000"},
        "Facture",
    ),
    "a total": (lambda: Invoice.objects.order_by("pk")[:1], {"total_incl_tax": D("461.26")}, "Facture"),
    "a line": (lambda: InvoiceLine.objects.order_by("pk")[:1], {"net": D("240.01")}, "Facture"),
    "a rate": (lambda: InvoiceLine.objects.order_by("pk")[:1], {"vat_rate": D("10")}, "Facture"),
    "an allocation": (lambda: Allocation.objects.order_by("pk")[:1], {"amount": D("461.26")}, "Facture"),
    "a payment": (lambda: Payment.objects.order_by("pk")[:1], {"amount": D("461.24")}, "461,24"),
    "a due date": (lambda: Commitment.objects.filter(kept_at=None)[:1], {"amount": D("1.00")}, "Facture"),
    "a document gone": (lambda: LedgerEntry.objects.filter(about_kind="invoice")[:1], {"about_ref": "nothing"}, "nothing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_row_is_named(diallo, name):
    whole_road(diallo)
    triggers.remove(connection, GUARDS)
    rows, change, word = WRONG[name]
    (row,) = rows()
    type(row).objects.filter(pk=row.pk).update(**change)
    found = [str(problem) for problem in auditing.verify()]
    assert found
    assert any(word in line for line in found), found
    with pytest.raises(CommandError, match="anomalie"):
        call_command("verify_ledger", stdout=StringIO())


def test_the_audit_reads_a_constant_number_of_times(diallo, django_assert_max_num_queries):
    for _number in range(6):
        pay(issued(diallo, [SHELF]), "100")
    with django_assert_max_num_queries(30):
        assert auditing.verify() == []
