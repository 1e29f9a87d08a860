"""A payment that arrives a millisecond before a reminder is claimed: none leaves."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from billing.models import Allocation, Invoice, Payment
from config.jobs import MAIL_GUARDS
from crm import outbox
from crm.customers import create_customer
from crm.mail_message import Outgoing
from crm.models import Company, Email
from lib import clock
from tact import reminding
from tact.planning import plan_one
from tests.harness.personas import member
from tests.tact.owing import MONDAY, invoice, pay

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Way:
    """A way out that keeps what it was given."""

    def __init__(self) -> None:
        self.left: list[str] = []

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def deliver(self, message: Outgoing) -> None:
        """It left."""
        self.left.append(message.recipient)


def approved(count: int) -> list[Invoice]:
    """So many clients, each with a reminder that a person approved."""
    karim = member("Karim", "accountant")
    Company.objects.update_or_create(pk=1, defaults={"name": "Atelier Morvan", "email": "bonjour@atelier-morvan.example"})
    bills = []
    for number in range(count):
        customer = create_customer(by=None, name=f"Client {number}", type="professional", email=f"c{number}@client.example")
        bills.append(invoice(customer))
        planned = plan_one(customer, on=MONDAY, now=NOW)
        ready = planned and reminding.prepare(planned, by=karim, on=MONDAY, company=Company.objects.get())
        assert ready
        reminding.approve(customer, by=karim, on=MONDAY, now=NOW, seen=ready.message.digest)
    Email.objects.update(send_after=clock.real_now() + timedelta(days=1))  # each waits for its turn
    return bills


def paid_elsewhere(bill: Invoice) -> None:
    """The money arrives by another connection, and is committed."""

    def work() -> None:
        try:
            pay(Invoice.objects.get(pk=bill.pk))
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def run(count: int, guards: dict[str, outbox.Guard]) -> Way:
    way = Way()
    with clock.travelling(NOW):
        bills = approved(count)
        for bill in bills:
            mine = Email.objects.filter(reminder__lines__invoice=bill)
            mine.update(send_after=clock.real_now() - timedelta(seconds=1))  # its time to cancel is over
            paid_elsewhere(bill)
            time.sleep(0.001)
            outbox.drain(now=clock.real_now(), guards=guards, way=way)
    return way


def test_a_payment_just_before_the_claim_withdraws_the_reminder(committing: object) -> None:
    way = run(20, dict(MAIL_GUARDS))
    assert (way.left, Email.objects.filter(state=Email.State.CANCELLED).count()) == ([], 20)


@pytest.mark.faults
def test_five_hundred_payments_just_before_the_claim_and_none_leaves(committing: object) -> None:
    way = run(500, dict(MAIL_GUARDS))
    assert (way.left, Email.objects.filter(state=Email.State.CANCELLED).count()) == ([], 500)
    assert (Payment.objects.count(), Allocation.objects.count()) == (500, 500)


def test_the_count_would_see_a_mail_whose_facts_nobody_reads_again(committing: object) -> None:
    """The negative control: with a guard that reads nothing, the same count says that they left."""
    assert len(run(3, {"reminder": lambda _email: ""}).left) == 3
