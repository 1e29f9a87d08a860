"""What the client reads of what is not asked for: the very decision of the queue, and nothing more."""

from decimal import Decimal

import pytest

from billing import collecting, questions
from billing.models import Invoice
from complaints.handling import close, open_complaint
from crm import access
from crm.commitments import promise
from crm.company import the_company
from crm.models import Contact
from lib import clock
from lib.typography import long_date
from portal import talking
from portal.between import Reader, read_between
from tact import reminding
from tact.planning import plan_one, planning_day
from tests.desk.reading import words as text_of
from tests.harness.personas import signed_in
from tests.portal.conftest import on

pytestmark = pytest.mark.django_db
START = "Nous ne vous relancerons pas pour cette somme tant que"


@pytest.fixture
def person(invoice) -> Contact:
    return Contact.objects.get(customer=invoice.customer)


def day(days: int) -> str:
    return long_date(on(days), language="fr")


def asked(invoice, person, nadia):
    questions.ask(invoice, words="Le vernis est-il compris ?", contact=person)
    return f"{START} nous ne vous avons pas répondu."


def parts(invoice, person, nadia):
    talking.ask_for_parts(invoice, parts=3, words="", contact=person)
    return f"{START} nous ne vous avons pas répondu."


def word(invoice, person, nadia):
    talking.leave_word(invoice, words="Un mot.", contact=person)
    return f"{START} nous ne vous avons pas répondu."


def time(invoice, person, nadia):
    talking.promise_to_pay(invoice, on=on(10), words="", contact=person)
    return f"{START} le {day(10)}, jour que vous nous avez donné, n’est pas passé."


def said_by_phone(invoice, person, nadia):
    promise(invoice.customer, owed_by="them", what="Régler", due_on=on(8), by=nadia, amount=invoice.balance())
    return f"{START} le {day(8)}, jour que vous nous avez donné, n’est pas passé."


def part_promised(invoice, person, nadia):
    promise(invoice.customer, owed_by="them", what="Régler", due_on=on(8), by=nadia, amount=Decimal(100))
    return (
        "Nous ne vous relancerons pas pour 100,00 € de cette somme tant que "
        f"le {day(8)}, jour que vous nous avez donné, n’est pas passé."
    )


def transfer(invoice, person, nadia):
    notice = collecting.announce_transfer(invoice, contact=person, on=on(0))
    return f"{START} nous attendons votre virement, jusqu’au {long_date(notice.expected_by, language='fr')}."


def complained(invoice, person, nadia):
    made = open_complaint(
        customer=invoice.customer, subject="Volet", body="Il gonfle.", channel="email", by=nadia, today=on(0), contact=person,
        invoice=invoice,
    )  # fmt: skip
    return f"{START} votre réclamation {made.reference} est ouverte."


def complained_by_another(invoice, person, nadia):
    other = Contact.objects.create(customer=invoice.customer, last_name="Autre")
    complained(invoice, other, nadia)
    return f"{START} nos échanges sur cette facture sont en cours."


def surplus(invoice, person, nadia):
    collecting.record_payment(customer=invoice.customer, amount=Decimal(100), method="transfer", paid_on=on(0), by=nadia)
    return (
        "Nous ne vous relancerons pas pour 100,00 € de cette somme tant que "
        "ce que nous tenons pour vous, avoir ou trop-perçu, n’est ni déduit ni rendu."
    )


def nothing(invoice, person, nadia):
    return ""


def held(invoice, person, nadia):
    reminding.hold(invoice.customer, resume_on=on(30), reason="Décès dans la famille", by=nadia, today=on(0))
    return ""


FACTS = (
    asked, parts, word, time, said_by_phone, part_promised, transfer, complained, complained_by_another, surplus, nothing, held,
)  # fmt: skip


@pytest.mark.parametrize("fact", FACTS)
def test_each_page_says_what_the_decision_keeps_back(reader, invoice, person, nadia, fact):
    browser, place = reader
    space = signed_in(access.invite(person, by=nadia).user)
    wanted = fact(invoice, person, nadia).replace("\u00a0", " ")
    pages = [browser.get(place), space.get(f"/espace/documents/{invoice.public_id}/"), space.get("/espace/")]
    shown = [text_of(page) for page in pages]
    assert [wanted in page if wanted else "Nous ne vous relancerons pas" in page for page in shown] == [bool(wanted)] * 3
    assert "Décès" not in "".join(shown)


@pytest.mark.parametrize("fact", FACTS)
def test_it_is_the_decision_of_the_queue(invoice, person, nadia, fact):
    fact(invoice, person, nadia)
    planned = plan_one(invoice.customer, on=planning_day(on(0)), now=clock.now())
    kept = {
        claim.debt.link.ref
        for claim in planned.decision.waiting
        if claim.kept > 0 and {reason.code for reason in claim.reasons} - {"hold"}
    }
    assert set(waiting(invoice, person)) == kept


def waiting(invoice: Invoice, person: Contact) -> dict[str, str]:
    """What that person reads of every invoice of theirs."""
    ids = invoice.customer.family_ids()
    reader = Reader(invoice.customer, ids, person, the_company())
    return read_between(reader, list(Invoice.objects.unpaid_of(ids).order_by("due_on", "number")), today=on(0)).waits


def test_two_facts_are_said_together_and_closing_says_nothing_more(invoice, person, nadia):
    made = open_complaint(
        customer=invoice.customer, subject="Volet", body="Il gonfle.", channel="email", by=nadia, today=on(0), contact=person,
        invoice=invoice, line=invoice.lines.order_by("position").first(),
    )  # fmt: skip
    talking.ask_for_parts(invoice, parts=2, words="", contact=person)
    words = waiting(invoice, person)[invoice.public_id]
    assert "est ouverte" in words
    close(made, satisfied=True, reason="Ajusté.", by=nadia, today=on(0))
    words = waiting(invoice, person)[invoice.public_id]
    assert words == f"{START} nous ne vous avons pas répondu."


def test_what_is_paid_waits_for_nothing(reader, invoice, person, nadia):
    complained(invoice, person, nadia)
    collecting.record_payment(
        customer=invoice.customer, amount=invoice.balance(), method="transfer", paid_on=on(0), by=nadia, invoices=[invoice]
    )
    browser, place = reader
    assert "Nous ne vous relancerons pas" not in text_of(browser.get(place))
