"""What a client asked, said or complained of stands in the thread in their own words, never among the automatic lines."""

import pytest

from billing import questions
from complaints.handling import open_complaint
from crm.models import Contact
from lib import clock
from portal import talking
from tests.billing.house import issued, open_firm, settle
from tests.desk.reading import words

pytestmark = pytest.mark.django_db


def thread(client, customer, **query):
    return words(client.get(f"/clients/{customer.public_id}/", query), '<div id="thread-rows">', "</section>")


@pytest.fixture
def bill(diallo):
    open_firm()
    return issued(settle(diallo))


def test_a_question_a_request_and_a_complaint_are_read_in_full(bill, diallo, camille, as_camille):
    person = Contact.objects.get(customer=diallo)
    questions.ask(bill, words="Le vernis est-il compris ?", contact=person)
    talking.ask_for_parts(bill, parts=3, words="C’est serré ce mois-ci.", contact=person)
    open_complaint(
        customer=diallo, subject="Porte", body="La porte frotte.", channel="phone", by=camille, today=clock.today(), written=False
    )
    for query in ({}, {"fil": "humain"}):
        seen = thread(as_camille, diallo, **query)
        unfolded = seen.partition("automatique")[0]
        for told in (
            f"Question sur une facture : Facture {bill.number}",
            "Le vernis est-il compris ?",
            "C’est serré ce mois-ci.",
            "La porte frotte.",
        ):
            assert told in unfolded, (told, query)
        assert "question sur une facture :" not in seen


def test_what_the_house_writes_of_itself_stays_folded(bill, diallo, as_camille):
    questions.ask(bill, words="Quand livrez-vous ?", contact=None)
    seen = thread(as_camille, diallo)
    assert seen.index("Quand livrez-vous ?") < seen.index("automatique")
    assert "facture émise" in seen.partition("automatique")[2]


def test_its_words_are_words(bill, diallo, as_camille):
    questions.ask(bill, words="<b>gras</b> {{ 7|add:7 }}", contact=None)
    assert "&lt;b&gt;gras&lt;/b&gt; {{ 7|add:7 }}" in as_camille.get(f"/clients/{diallo.public_id}/").content.decode()
