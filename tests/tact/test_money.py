"""What a reminder is decided on, read from the real tables."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from billing.models import Invoice, InvoiceLine, Payment, TransferNotice
from billing.questions import answer, ask
from complaints.handling import close, open_complaint
from complaints.models import Complaint
from crm.addresses import mark_bad
from crm.commitments import keep
from crm.exchanges import log_interaction
from crm.merging import merge_customers
from crm.models import Commitment, Contact, Customer
from crm.models.timeline import Kind, Visibility
from lib import clock
from portal.talking import ask_for_parts, promise_to_pay
from tact.decide import decide
from tact.facts import MoneySituation
from tact.models import Hold, Reminder, ReminderLine, Scenario
from tact.money import owing, read_money
from tests.tact.owing import MONDAY, invoice, pay, promised, told

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def read(customer: Customer) -> MoneySituation:
    (known,) = read_money([customer.pk], today=MONDAY, now=NOW)
    return known


def test_what_is_due_with_its_invoices_oldest_first(le_goff: Customer) -> None:
    second = invoice(le_goff, late=3, number="F2026-000002")
    first = invoice(le_goff, late=40, number="F2026-000001", total="420.10")
    paid = invoice(le_goff, late=90, number="F2026-000003")
    pay(second, "60.00")
    pay(paid)
    known = read(le_goff)
    assert [(debt.number, debt.balance, debt.amount) for debt in known.debts] == [
        ("F2026-000001", Decimal("420.10"), Decimal("420.10")),
        ("F2026-000002", Decimal("800.00"), Decimal("860.00")),
    ]
    assert known.debts[0].link.ref == first.public_id
    assert (known.client_type, known.email) == (le_goff.type, "anne@legoff.example")


def test_what_was_paid_on_time_and_since_when(le_goff: Customer) -> None:
    on_time, late = invoice(le_goff, late=400), invoice(le_goff, late=100)
    pay(on_time, paid_on=on_time.due_on)
    pay(late, paid_on=late.due_on + timedelta(days=1))
    invoice(le_goff)
    known = read(le_goff)
    assert (known.paid_on_time, known.paid_late, known.client_since) == (1, 1, on_time.issued_on)


def test_a_promise_of_money_and_what_came_since(le_goff: Customer, karim: User) -> None:
    bill, other = invoice(le_goff), invoice(le_goff, late=10)
    pay(bill, "10.00")
    promised(bill, due_on=date(2026, 11, 25), amount="300.00", author=karim)
    promised(other, due_on=date(2026, 11, 26), nature="projected")
    pay(bill, "100.00")
    known = {debt.number: debt.promises for debt in read(le_goff).debts}
    (promise,) = known[bill.number or ""]
    assert (promise.amount, promise.received, promise.noted_by) == (Decimal("300.00"), Decimal("100.00"), "Karim")
    assert known[other.number or ""] == ()


def test_an_announced_transfer_is_waited_for_until_its_last_day(le_goff: Customer) -> None:
    bill = invoice(le_goff)
    for announced, expected in ((date(2026, 11, 20), MONDAY), (date(2026, 11, 18), date(2026, 11, 20))):
        TransferNotice.objects.create(invoice=bill, announced_on=announced, expected_by=expected)
    assert [(row.announced_on, row.until_on) for row in read(le_goff).debts[0].transits] == [(date(2026, 11, 20), MONDAY)]


def test_an_open_complaint_disputes_its_line_or_its_invoice(le_goff: Customer, nadia: User) -> None:
    draft = Invoice.objects.create(customer=le_goff)
    line = InvoiceLine.objects.create(
        invoice=draft, position=1, description="Pose", unit_price=Decimal(100), vat_rate=Decimal(10), net=Decimal("100.00")
    )
    bill = invoice(le_goff, draft=draft)
    said = {
        "customer": le_goff,
        "subject": "Pose",
        "body": "Elle ferme mal.",
        "channel": "email",
        "by": nadia,
        "today": clock.today(),
    }
    for more in ({"invoice": bill, "line": line}, {"invoice": bill}, {}):
        open_complaint(sent_on=clock.today(), owner=nadia, **said, **more)
    known = read(le_goff)
    assert [row.amount for row in known.debts[0].complaints] == [Decimal("110.00"), None]
    assert [(row.amount, row.owner) for row in known.complaints] == [(None, "Nadia")]
    for row in Complaint.objects.all():
        close(row, satisfied=True, reason="Réparé", by=nadia, today=clock.today())
    known = read(le_goff)
    assert (known.debts[0].complaints, known.complaints) == ((), ())


def test_a_question_waits_until_it_is_answered(le_goff: Customer, karim: User) -> None:
    bill, other = invoice(le_goff), invoice(le_goff, late=1)
    asked = ask(bill, words="Pourquoi deux poses ?", contact=None)
    ask_for_parts(other, parts=3, words="", contact=None)
    found = {debt.number: [row.kind for row in debt.questions] for debt in read(le_goff).debts}
    assert found == {bill.number: ["question"], other.number: ["time"]}
    answer(asked, words="Une par étage.", by=karim)
    keep(Commitment.objects.get(interaction__kind=Kind.TIME_REQUESTED), by=karim)
    assert [debt.questions for debt in read(le_goff).debts] == [(), ()]


def test_a_day_given_in_their_space_is_a_promise_and_no_question(le_goff: Customer) -> None:
    bill = invoice(le_goff)
    promise_to_pay(bill, on=clock.today() + timedelta(days=3), words="", contact=None)
    (debt,) = read(le_goff).debts
    assert ([row.amount for row in debt.promises], debt.questions) == ([Decimal("860.00")], ())


def test_holds_and_past_reminders(le_goff: Customer, karim: User) -> None:
    bill = invoice(le_goff)
    Hold.objects.create(customer=le_goff, resume_on=MONDAY, reason="Passé", by=karim)
    Hold.objects.create(customer=le_goff, invoice=bill, resume_on=date(2026, 12, 1), reason="Deuil", by=karim)
    call = Reminder.objects.create(
        customer=le_goff, how="call", decision="call", tone="spoken", step="first", on=date(2026, 11, 20), amount=860,
        reasons=[], scenario_version=1,
    )  # fmt: skip
    ReminderLine.objects.create(reminder=call, invoice=bill, amount=860, step="first")
    known = read(le_goff)
    assert known.holds == ()
    assert [(row.reason, row.by) for row in known.debts[0].holds] == [("Deuil", "Karim")]
    assert [(row.step, row.how, row.leaving) for row in known.debts[0].reminders] == [("first", "call", False)]


def test_a_reserved_exchange_gives_its_date_to_everybody_and_its_words_to_nobody(le_goff: Customer, nadia: User) -> None:
    log_interaction(
        le_goff, by=nadia, kind="call", direction="in", body="Elle divorce.", mood="upset", visibility=Visibility.ME,
        occurred_at=NOW - timedelta(days=5),
    )  # fmt: skip
    (row,) = read(le_goff).contacts
    assert (row.hidden, row.mood, row.words, row.colleague) == (True, "", "", "Nadia")


def test_the_whole_family_is_one_customer(le_goff: Customer, diallo: Customer, karim: User) -> None:
    invoice(diallo)
    log_interaction(diallo, by=karim, kind="call", direction="out", body="Avant.", occurred_at=NOW - timedelta(days=5))
    merge_customers(le_goff, diallo, by=karim, reason="La même personne")
    known = read(le_goff)
    assert owing() == [le_goff.pk]
    assert (len(known.debts), len(known.contacts)) == (1, 1)


def test_who_receives_reminders_is_written_to_and_never_at_a_refused_address(le_goff: Customer, camille: User) -> None:
    for name, reminders in (("Compta", True), ("Chantier", False)):
        Contact.objects.create(
            customer=le_goff, last_name=name, email=f"{name.lower()}@legoff.example", receives_reminders=reminders,
            email_key=f"{name.lower()}@legoff.example",
        )  # fmt: skip
    assert read(le_goff).email == "compta@legoff.example"
    mark_bad("compta@legoff.example", reason="Boîte pleine", by=camille)
    known = read(le_goff)
    assert known.email == "anne@legoff.example"
    assert [row.address for row in known.refused] == ["compta@legoff.example"]


def test_a_schedule_is_paid_part_after_part(le_goff: Customer) -> None:
    bill = invoice(le_goff)
    for days in (2, 30):
        promised(bill, due_on=MONDAY + timedelta(days=days), amount="430.00")
    pay(bill, "430.00")
    (debt,) = read(le_goff).debts
    assert [row.received for row in debt.promises] == [Decimal("430.00"), Decimal(0)]
    assert decide(read(le_goff), on=MONDAY, now=NOW).decision == "wait"  # the second half is promised for later


def test_what_we_hold_of_theirs_is_not_asked_for(le_goff: Customer, diallo: Customer) -> None:
    invoice(le_goff)
    Payment.objects.create(customer=le_goff, amount=Decimal("300.00"), method="transfer", paid_on=MONDAY)
    merge_customers(le_goff, diallo, by=None, reason="Le même")
    Payment.objects.create(customer=diallo, amount=Decimal("60.00"), method="transfer", paid_on=MONDAY)
    known = read(le_goff)
    assert known.kept == Decimal("360.00")
    decision = decide(known, on=MONDAY, now=NOW)
    assert (decision.decision, decision.amount, decision.reasons[0].code) == ("soften", Decimal("500.00"), "kept")


def test_the_scenario_of_the_firm(le_goff: Customer) -> None:
    Scenario.objects.create(version=2, steps=[{"code": "first", "days": 8}], transit_days=4)
    known = read(le_goff).scenario
    assert ([(step.code, step.days) for step in known.steps], known.version, known.transit_days) == ([("first", 8)], 2, 4)


def test_it_costs_the_same_whatever_the_number(le_goff: Customer, diallo: Customer, django_assert_num_queries: Any) -> None:
    bill = invoice(le_goff)
    promised(bill, due_on=MONDAY, amount="10.00")
    with django_assert_num_queries(8):
        read_money([le_goff.pk], today=MONDAY, now=NOW)
    for _number in range(30):
        promised(invoice(diallo), due_on=MONDAY, amount="10.00")
        told(le_goff, Kind.CALL)
    with django_assert_num_queries(8):
        read_money([le_goff.pk, diallo.pk], today=MONDAY, now=NOW)
