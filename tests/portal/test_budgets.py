"""What the pages of a client cost: twelve statements at most, session and access counted, for whoever owes, promised, asked,
complained and announced; and never more with twice as much of everything."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing import collecting, links, questions
from billing.models import Invoice
from complaints.handling import open_complaint
from crm import access
from crm.customers import create_customer
from crm.merging import merge_customers
from crm.models import Contact
from lib import clock
from portal import talking
from tests.billing.house import issued, settle
from tests.harness.personas import signed_in
from tests.portal.conftest import followed, on

pytestmark = pytest.mark.django_db
MOST = {"home": 12, "documents": 6, "one": 12, "messages": 9, "data": 4, "json": 11, "linked": 9}


def everything(customer, person, nadia):
    """Every fact that keeps something back, each on an invoice of its own, and a payment in part."""
    asked, parts, day, word, sent, fought, line, partly = [issued(customer) for _number in range(8)]
    questions.ask(asked, words="Le vernis est-il compris ?", contact=person, line=asked.lines.first())
    talking.ask_for_parts(parts, parts=3, words="", contact=person)
    talking.promise_to_pay(day, on=on(10), words="", contact=person)
    talking.leave_word(word, words="Un mot.", contact=person)
    collecting.announce_transfer(sent, contact=person, on=on(0))
    for about in ({"invoice": fought}, {"invoice": line, "line": line.lines.first()}, {}):
        open_complaint(
            customer=customer, subject="Volet", body="Il gonfle.", channel="email", by=nadia, today=on(0), contact=person, **about,
        )  # fmt: skip
    collecting.record_payment(
        customer=customer, amount=Decimal(50), method="transfer", paid_on=on(0), by=nadia, invoices=[partly]
    )
    collecting.record_payment(customer=customer, amount=Decimal(20), method="transfer", paid_on=on(0), by=nadia)


def statements(browser: Client, page: str) -> int:
    browser.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(page).status_code == 200
    return len([row for row in captured if "SAVEPOINT" not in row["sql"]])


def costs(customer, person, browser: Client) -> dict[str, int]:
    """The dearest of each kind of page."""
    own = list(Invoice.objects.of_family(customer.family_ids()).issued())
    pages = {
        "home": ["/espace/"], "documents": ["/espace/documents/"], "messages": ["/espace/messages/"], "data": ["/espace/mes-donnees/"],
        "json": ["/espace/mes-donnees.json"], "one": [f"/espace/documents/{row.public_id}/" for row in own],
    }  # fmt: skip
    found = {name: max(statements(browser, page) for page in some) for name, some in pages.items()}
    minted = [links.mint(row, contact=person, address="diallo@example.org", by=None, on=clock.today()) for row in own]
    return found | {"linked": max(statements(*followed(link)) for link in minted)}


def test_the_pages_of_a_client_cost_the_same_with_twice_as_much_of_everything(invoice, nadia, le_goff):
    customer = invoice.customer
    person = Contact.objects.get(customer=customer)
    browser = signed_in(access.invite(person, by=nadia, sees_all=True).user)
    everything(customer, person, nadia)
    once = costs(customer, person, browser)
    assert {name: count for name, count in once.items() if count > MOST[name]} == {}
    alias = create_customer(by=nadia, name="Moussa Diallo", type="consumer")
    merge_customers(customer, alias, by=nadia, reason="la même personne")
    stranger = Contact.objects.create(customer=le_goff, last_name="Le Goff", email="a@l.example", email_key="a@l.example")
    everything(settle(le_goff), stranger, nadia)
    everything(customer, person, nadia)
    assert costs(customer, person, browser) == once


def test_what_is_paid_costs_no_more_than_what_is_due(invoice, nadia):
    person = Contact.objects.get(customer=invoice.customer)
    browser = signed_in(access.invite(person, by=nadia).user)
    place = f"/espace/documents/{invoice.public_id}/"
    due = statements(browser, place)
    collecting.record_payment(
        customer=invoice.customer, amount=invoice.balance(), method="transfer", paid_on=on(0), by=nadia, invoices=[invoice]
    )
    assert statements(browser, place) <= due <= MOST["one"]
