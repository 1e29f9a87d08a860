"""Writing the money of a bench world in bulk: the rows that its pages read, as the gestures would have written them one by one.

`tests/demo/test_world_money.py` has both write the same facts and compares every column. What no page of the bench reads is left
out: the ledger, the seals, the files and the mails. Complaints are few: the gesture itself writes them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from billing.composing import compose
from billing.document import to_json
from billing.issuing import history_of
from billing.models import Allocation, Invoice, InvoiceLine, Payment, Series
from billing.projecting import due_date_of
from complaints.handling import open_complaint
from crm import timeline, triggers
from crm.company import the_company
from crm.models import Commitment, Customer
from crm.models.timeline import Audience, Direction, Kind
from demo.world import in_batches
from demo.world_money import BillFact, Money
from lib import clock
from lib.money import cents
from lib.public_ids import drawn_from
from lib.vat import line_net

BATCH = 2000
RATE = Decimal(20)
LINE = {"position": 1, "description": "Menuiserie", "quantity": Decimal(1), "vat_rate": RATE}


def write_money(money: Money, customers: Sequence[Customer], *, house: Sequence[User]) -> None:
    """Write `money` of `customers`, told in the order of their facts, by the people of `house`."""
    numbers = _Numbers()
    with drawn_from(f"money of {len(customers)}"), unguarded():
        for facts in in_batches(money.bills, BATCH):
            with transaction.atomic():
                _write_bills(facts, customers, house, numbers)
        with transaction.atomic():
            numbers.keep()
        for fact in money.complaints:
            with clock.travelling(fact.at):
                open_complaint(
                    customer=customers[fact.client], subject=fact.subject, body=fact.body, channel="post", by=house[fact.by],
                    today=clock.today(),
                )  # fmt: skip


@contextmanager
def unguarded() -> Iterator[None]:
    """Without the database's own guards, which let nobody add lines to what has its number: nothing here was ever issued to
    anybody."""
    triggers.remove(connection, triggers.declared())
    try:
        yield
    finally:
        triggers.install(connection, triggers.declared())


class _Numbers:
    """The counters of the years, and the papers of each client type, which only names and amounts tell apart."""

    def __init__(self) -> None:
        self.last: dict[str, tuple[int, date]] = {
            row.name: (row.last_number, row.last_issued_on) for row in Series.objects.all() if row.last_issued_on
        }
        self.papers: dict[str, dict[str, Any]] = {}
        self.company = the_company()

    def next(self, on: date) -> str:
        """The next number of that year's series."""
        name = f"F{on.year:04d}"
        number = self.last.get(name, (0, on))[0] + 1
        self.last[name] = (number, on)
        return f"{name}-{number:06d}"

    def keep(self) -> None:
        """Write the counters."""
        rows = [Series(name=name, last_number=last, last_issued_on=on) for name, (last, on) in self.last.items()]
        columns = ["last_number", "last_issued_on"]
        Series.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=columns)


def _write_bills(facts: Sequence[BillFact], customers: Sequence[Customer], house: Sequence[User], numbers: _Numbers) -> None:
    made = [_invoice(fact, customers[fact.client], house[fact.by], numbers) for fact in facts]
    Invoice.objects.bulk_create(invoice for invoice, _line in made)
    InvoiceLine.objects.bulk_create(line for _invoice, line in made)
    rows = list(zip(facts, (invoice for invoice, _line in made), strict=True))
    dates = [date for _fact, invoice in rows if (date := due_date_of(invoice))]
    for (fact, invoice), due in zip(rows, dates, strict=True):
        due.made_at = fact.at
        if fact.paid_at:
            due.kept_at, due.kept_by = fact.paid_at, house[fact.by]
        assert due.amount == invoice.total_incl_tax
    Commitment.objects.bulk_create(dates)
    timeline.record_many(_issues(rows))
    paid = [(fact, invoice, _payment(fact, invoice, house[fact.by])) for fact, invoice in rows if fact.paid_at]
    Payment.objects.bulk_create(payment for _fact, _invoice, payment in paid)
    Allocation.objects.bulk_create(
        Allocation(
            payment=payment, invoice=invoice, amount=payment.amount, made_on=payment.paid_on, made_at=payment.recorded_at,
            made_by=payment.recorded_by,
        )
        for _fact, invoice, payment in paid
    )  # fmt: skip
    timeline.record_many(_receipts(paid))


def _invoice(fact: BillFact, customer: Customer, by: User, numbers: _Numbers) -> tuple[Invoice, InvoiceLine]:
    with clock.travelling(fact.at):
        on = clock.today()
        net = line_net(Decimal(1), fact.price, Decimal(0))
        tax = cents(net * RATE / 100)
        invoice = Invoice(
            customer=customer, client_type=customer.type, subject=fact.subject, number=numbers.next(on), issued_on=on,
            issued_at=fact.at, issued_by=by, total_excl_tax=net, total_tax=tax, total_incl_tax=net + tax, created_by=by,
            created_at=fact.at, updated_at=fact.at,
        )  # fmt: skip
        line = InvoiceLine(invoice=invoice, unit_price=fact.price, net=net, **LINE)
        paper = numbers.papers.get(customer.type)
        if paper is None:
            whole = compose(invoice, company=numbers.company, number=invoice.number or "", on=on, lines=[line])
            paper = numbers.papers[customer.type] = to_json(whole)
        invoice.due_on = on + timedelta(days=numbers.company.payment_days)
    told = {"number": invoice.number, "issued_on": on.isoformat(), "buyer": {**paper["buyer"], "name": customer.name}}
    invoice.snapshot = {**paper, **told}
    return invoice, line


def _issues(rows: Sequence[tuple[BillFact, Invoice]]) -> Iterator[dict[str, Any]]:
    for fact, invoice in rows:
        with clock.travelling(fact.at):
            yield history_of(invoice, Kind.INVOICE_ISSUED, _("Facture émise"), by=invoice.issued_by)


def _payment(fact: BillFact, invoice: Invoice, by: User) -> Payment:
    assert fact.paid_at is not None
    return Payment(
        customer=invoice.customer, amount=invoice.total_incl_tax, method="transfer", paid_on=clock.local(fact.paid_at).date(),
        recorded_at=fact.paid_at, recorded_by=by,
    )  # fmt: skip


def _receipts(paid: Sequence[tuple[BillFact, Invoice, Payment]]) -> Iterator[dict[str, Any]]:
    for fact, invoice, payment in paid:
        assert fact.paid_at is not None
        amount = f"{payment.amount:.2f}"
        data = {
            "amount": amount, "method": payment.method, "paid_on": payment.paid_on.isoformat(), "refund": False,
            "invoices": [{"ref": invoice.public_id, "number": invoice.number, "amount": amount}],
        }  # fmt: skip
        with clock.travelling(fact.paid_at):
            yield {
                "customer": payment.customer, "kind": Kind.PAYMENT_RECEIVED, "summary": _("Paiement reçu"), "by": payment.recorded_by,
                "direction": Direction.IN, "about": payment, "about_kind": "payment", "audience": Audience.CUSTOMER, "data": data,
                "occurred_at": fact.paid_at,
            }  # fmt: skip
