"""Who belongs to one client and stands for another: what they say is theirs, and they find it again."""

import pytest

from billing.models import Question, TransferNotice
from complaints.handling import open_complaint
from complaints.models import Complaint
from complaints.replying import acknowledge
from crm import access
from crm.customers import create_customer
from crm.merging import merge_customers
from crm.models import Contact, Interaction
from lib.errors import Refusal
from tests.desk.reading import words as text_of
from tests.harness.personas import signed_in
from tests.portal.conftest import on

pytestmark = pytest.mark.django_db


@pytest.fixture
def accountant(invoice, le_goff) -> Contact:
    """Of Menuiserie Le Goff, standing for M. Diallo too."""
    return Contact.objects.create(customer=le_goff, last_name="Comptable", email="c@c.example", email_key="c@c.example")


def test_what_they_say_is_theirs_and_they_find_it_again(invoice, accountant, nadia):
    browser = signed_in(access.invite(accountant, customer=invoice.customer, by=nadia).user)
    place = f"/espace/documents/{invoice.public_id}/"
    sent = [
        browser.post(f"{place}question/", {"words": "La pose est-elle comprise ?"}),
        browser.post(f"{place}en-parler/", {"help": "word", "words": "Merci de la part de mon client."}),
        browser.post(f"{place}virement/"),
        browser.post("/espace/messages/", {"matter": "complaint", "subject": "Volet", "words": "Il gonfle."}),
        browser.post("/espace/messages/", {"matter": "word", "words": "Un mot de plus."}),
    ]
    assert [answer.status_code for answer in sent] == [302] * 5
    assert (Question.objects.get().contact, Complaint.objects.get().contact, TransferNotice.objects.get().contact) == (
        accountant,
    ) * 3
    shown = text_of(browser.get("/espace/messages/"))
    assert [words in shown for words in ("Il gonfle.", "Un mot de plus.", "Merci de la part", "La pose est-elle")] == [True] * 4


def test_once_their_access_ends_they_speak_for_nobody_else(invoice, accountant, nadia):
    given = access.invite(accountant, customer=invoice.customer, by=nadia)
    said = {
        "customer": invoice.customer,
        "subject": "Volet",
        "body": "Il gonfle.",
        "channel": "email",
        "by": nadia,
        "today": on(0),
    }
    assert open_complaint(**said, contact=accountant).contact == accountant
    access.end(given, by=nadia)
    with pytest.raises(Refusal, match="pas un contact de ce client"):
        open_complaint(**said, contact=accountant)


def test_who_wrote_from_a_merged_record_finds_their_complaint_again(company, diallo, nadia):
    alias = create_customer(by=nadia, name="Moussa Diallo", type="consumer")
    person = Contact.objects.create(customer=alias, last_name="Diallo", email="moussa@d.example", email_key="moussa@d.example")
    browser = signed_in(access.invite(person, by=nadia).user)
    merge_customers(diallo, alias, by=nadia, reason="la même personne")
    browser.post("/espace/messages/", {"matter": "complaint", "subject": "Volet", "words": "Il gonfle."})
    made = Complaint.objects.get()
    assert (made.contact, made.customer.head) == (person, diallo)
    assert "Il gonfle." in text_of(browser.get("/espace/messages/"))
    acknowledge(made, by=nadia, today=on(0))
    assert "Vos réclamations" in text_of(browser.get("/espace/"))
    assert Interaction.objects.filter(kind="complaint_received", contact=person).count() == 1
