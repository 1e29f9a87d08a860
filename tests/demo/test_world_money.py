"""The money of the bench world: what is written in bulk is what the gestures write, column by column."""

from datetime import UTC, datetime

import pytest
from django.db import models, transaction

from accounts.models import User
from billing import auditing
from billing.collecting import record_payment
from billing.drafting import create_draft
from billing.issuing import issue_invoice
from billing.models import Allocation, Invoice, InvoiceLine, Payment, Series
from complaints.models import Complaint
from crm.models import Commitment, Customer, Interaction
from demo.bulk import write_world
from demo.bulk_money import write_money
from demo.world import World, invent
from demo.world_money import Money, invent_money
from lib import clock
from tests.billing.house import open_firm
from tests.demo.test_world import house, row_of

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
# Chance, what no page of the bench reads, and what a person who is not there would have chosen.
LEFT_OUT = {"snapshot", "key", "about_ref", "public_id", "data"}
TABLES = (Invoice, InvoiceLine, Payment, Allocation, Series)


def small() -> tuple[World, Money]:
    return invent(customers=8, interactions=60, seed=8, now=NOW), invent_money(customers=8, seed=8, now=NOW)


def by_gestures(money: Money, customers: list[Customer], people: list[User]) -> None:
    for fact in money.bills:
        by = people[fact.by]
        with clock.travelling(fact.at):
            line = {"description": "Menuiserie", "quantity": "1", "unit_price": fact.price, "vat_rate": "20"}
            draft = create_draft(customer=customers[fact.client], lines=[line], by=by, subject=fact.subject)
            invoice = issue_invoice(draft, by=by, on=clock.today())
        if fact.paid_at:
            with clock.travelling(fact.paid_at):
                record_payment(
                    customer=invoice.customer, amount=invoice.total_incl_tax, method="transfer", paid_on=clock.today(), by=by,
                    invoices=[invoice],
                )  # fmt: skip


def written() -> dict[str, list[str]]:
    """Every column of every row, keys of other rows told by what they are; sorted, because the order of writing differs."""
    found = {}
    histories = Interaction.objects.filter(kind__in=("invoice_issued", "payment_received"))
    owed = Commitment.objects.filter(about_kind="invoice")
    for rows in (*(model._default_manager.all() for model in TABLES), histories, owed):
        model: type[models.Model] = rows.model
        rows = rows.select_related(*[field.name for field in model._meta.fields if field.is_relation])
        found[model.__name__] = sorted(repr([one for one in row_of(row) if one[0] not in LEFT_OUT]) for row in rows)
    found["details"] = sorted(
        repr(sorted((name, value) for name, value in data.items() if name != "invoices"))
        for data in histories.values_list("data", flat=True)
    )
    return found


@pytest.mark.django_db
def test_bulk_rows_are_the_gestures_rows(settings):
    settings.OUTBOX_DOORBELL = settings.PAPERS_DOORBELL = ""
    world, money = small()
    assert [fact.paid_at is None for fact in money.bills].count(True) > 2
    people = house()
    open_firm(name="Banc d’essai", email="bonjour@banc.example")
    customers = write_world(world, house=people)
    with transaction.atomic():
        by_gestures(money, customers, people)
        wanted = written()
        transaction.set_rollback(True)
    write_money(money, customers, house=people)
    found = written()
    for table, rows in wanted.items():
        assert found[table] == rows, table
    assert (len(wanted["Invoice"]), Invoice.objects.count()) == (80, 80)
    assert Complaint.objects.count() == len(money.complaints)
    unpaid = {row.pk for row in Invoice.objects.invoices().with_balance() if row.balance() > 0}
    assert set(Invoice.objects.unpaid().values_list("pk", flat=True)) == unpaid
    assert list(auditing._due_dates()) == []
