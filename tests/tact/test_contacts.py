"""«Dernier échange»: a complaint, a letter, a question, a word from the space are one, the same for the brief and the queue."""

import pytest

from billing import questions
from billing.models import Invoice
from complaints.handling import open_complaint
from complaints.replying import acknowledge
from crm.company import update_company
from crm.exchanges import log_interaction
from crm.models import Contact, Customer, Email
from lib import clock
from portal import talking
from tact import situation
from tact.planning import plan_one, planning_day
from tests.billing.house import issued, open_firm, settle
from tests.complaints.conftest import MEDIATOR

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(diallo: Customer) -> Invoice:
    open_firm()
    update_company(by=None, **MEDIATOR)
    Contact.objects.filter(customer=diallo).update(email="diallo@example.org", email_key="diallo@example.org")
    return issued(settle(diallo))


def complaint(bill, nadia, channel, **more):
    said = {"subject": "Volet", "body": "Il gonfle.", "by": nadia, "today": clock.today()} | more
    return open_complaint(customer=bill.customer, channel=channel, **said)


FACTS = {
    "complaint by post": (lambda bill, nadia: complaint(bill, nadia, "post"), ("letter", "in")),
    "complaint by mail": (lambda bill, nadia: complaint(bill, nadia, "email"), ("email", "in")),
    "complaint in the space": (lambda bill, nadia: complaint(bill, nadia, "portal"), ("message", "in")),
    "complaint said": (lambda bill, nadia: complaint(bill, nadia, "phone", written=False), ("call", "in")),
    "complaint acknowledged": (
        lambda bill, nadia: acknowledge(complaint(bill, nadia, "post"), by=nadia, today=clock.today(), way="post"), ("letter", "out"),
    ),
    "question": (lambda bill, nadia: questions.ask(bill, words="Quand ?", contact=None), ("message", "in")),
    "answer": (
        lambda bill, nadia: questions.answer(questions.ask(bill, words="Quand ?", contact=None), words="Demain.", by=nadia),
        ("message", "out"),
    ),
    "time": (lambda bill, nadia: talking.ask_for_parts(bill, parts=2, words="", contact=None), ("message", "in")),
    "word": (lambda bill, nadia: talking.leave_word(bill, words="Merci.", contact=None), ("message", "in")),
    "letter": (lambda bill, nadia: log_interaction(bill.customer, by=nadia, kind="letter", direction="out", body="Ci-joint."), ("letter", "out")),
}  # fmt: skip


def lasts(bill: Invoice, nadia) -> list[tuple[str, str] | None]:
    """The last contact as the brief reads it, and as the queue does."""
    customer = Customer.objects.get(pk=bill.customer_id)
    told = situation.read(customer, user=nadia, now=clock.now())
    planned = plan_one(customer, on=planning_day(clock.today()), now=clock.now())
    assert planned
    return [(rows[0].kind, rows[0].direction) if rows else None for rows in (told.contacts, planned.situation.contacts)]


@pytest.mark.parametrize("name", FACTS)
def test_what_people_said_or_wrote_is_the_last_contact_everywhere(bill, nadia, name):
    act, kind = FACTS[name]
    act(bill, nadia)
    assert lasts(bill, nadia) == [kind, kind]


def test_what_never_left_or_the_house_sends_of_itself_is_none(bill, nadia):
    assert lasts(bill, nadia) == [None, None]  # the mail of the invoice
    made = complaint(bill, nadia, "portal")
    letter = acknowledge(made, by=nadia, today=clock.today())
    Email.objects.filter(pk=letter.email_id).update(state=Email.State.CANCELLED)
    assert lasts(bill, nadia) == [("message", "in")] * 2
