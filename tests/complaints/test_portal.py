"""What a client reads of their complaints in their space: their dates, our letters; never anybody else's."""

from datetime import date

import pytest
from django.urls import reverse

from complaints.handling import open_complaint, open_from_portal, record_fact
from complaints.models import Complaint
from complaints.replying import acknowledge, refuse, write_to_mediator
from complaints.states import F, Fact, standing
from complaints.typesetting import typeset_waiting
from crm import access
from crm.models import Contact, Email
from portal.told_complaints import sentences
from tests.desk.reading import words
from tests.harness.personas import signed_in


@pytest.fixture
def person(house, diallo):
    return Contact.objects.create(customer=diallo, last_name="Diallo", email="diallo@example.org", email_key="diallo@example.org")


@pytest.fixture
def his(person, nadia):
    """His browser."""
    return signed_in(access.invite(person, by=nadia).user)


@pytest.fixture
def hers(le_goff, nadia, house):
    """Another client's browser."""
    contact = Contact.objects.create(
        customer=le_goff, last_name="Le Goff", email="anne@legoff.example", email_key="anne@legoff.example"
    )
    return signed_in(access.invite(contact, by=nadia, sees_all=True).user)


def test_written_in_the_space_followed_there_and_answered(his, hers, person, nadia, today):
    place = reverse("portal:messages")
    his.post(place, {"matter": "complaint", "subject": "Volet qui gonfle", "words": "Il ne ferme plus."})
    complaint = Complaint.objects.get()
    dates = Complaint.objects.with_facts().get().standing_on(today).dates
    assert (complaint.channel, complaint.contact, dates.sent_on) == ("portal", person, today)
    assert "Nous vous répondons au plus tard le" in words(his.get(place))
    acknowledge(complaint, by=nadia, today=today)
    letter = refuse(complaint, words="Le bois est sain.", by=nadia, today=today)
    shown = words(his.get(place))
    assert "Le bois est sain." in shown
    assert "Vous pouvez saisir gratuitement le médiateur de la consommation jusqu’au" in shown
    assert "Le bois est sain." not in words(hers.get(place))
    paper = reverse("portal:letter", args=[letter.public_id])
    assert his.get(paper)["Location"] == place
    assert typeset_waiting() == 2
    assert his.get(paper).content[:5] == b"%PDF-"
    assert (hers.get(paper).status_code, signed_in(nadia).get(paper).status_code) == (404, 404)


def test_what_is_not_the_clients_is_not_shown(his, person, diallo, nadia, today):
    kept = open_complaint(
        customer=diallo,
        subject="Entre nous",
        body="Noté.",
        channel="visit",
        by=nadia,
        today=today,
        contact=person,
        audience="house",
    )
    shown = open_from_portal(customer=person.customer, contact=person, subject="Volet", body="Il gonfle.")
    refuse(shown, words="Le bois est sain.", by=nadia, today=today)
    record_fact(shown, kind="referred", on=today, by=nadia, today=today, words="Confidentiel")
    secret = write_to_mediator(shown, words="Notre position.", by=nadia, today=today, number="M-1")
    text = words(his.get(reverse("portal:messages")))
    assert [part in text for part in ("Entre nous", "Confidentiel", "Notre position.", kept.reference)] == [False] * 4
    assert his.get(reverse("portal:letter", args=[secret.public_id])).status_code == 404


def test_a_letter_that_never_left_is_not_shown(his, person, nadia, today):
    shown = open_from_portal(customer=person.customer, contact=person, subject="Volet", body="Il gonfle.")
    letter = acknowledge(shown, by=nadia, today=today)
    Email.objects.filter(pk=letter.email_id).update(state=Email.State.CANCELLED)
    assert letter.subject not in words(his.get(reverse("portal:messages")))
    assert his.get(reverse("portal:letter", args=[letter.public_id])).status_code == 404


def test_the_space_costs_the_same_with_ten_complaints(his, person, nadia, today, django_assert_max_num_queries):
    for number in range(10):
        one = open_from_portal(customer=person.customer, contact=person, subject=f"Volet {number}", body="Il gonfle.")
        acknowledge(one, by=nadia, today=today)
    with django_assert_max_num_queries(12):
        his.get(reverse("portal:messages"))


@pytest.mark.parametrize(
    ("on", "answer", "mediator"),
    [
        (date(2026, 12, 1), "Nous vous répondons au plus tard le 21 janvier 2027.", "saisir gratuitement le médiateur dès le 22"),
        (date(2027, 1, 21), "Nous vous répondons au plus tard le 21 janvier 2027.", "saisir gratuitement le médiateur dès le 22"),
        (date(2027, 1, 22), "Notre réponse était due le 21 janvier 2027", "jusqu’au 21 novembre 2027."),
        (date(2027, 11, 21), "Notre réponse était due le 21 janvier 2027", "jusqu’au 21 novembre 2027."),
        (date(2027, 11, 22), "Notre réponse était due le 21 janvier 2027", ""),
    ],
)
def test_what_a_client_may_count_on_is_true_that_day(on, answer, mediator):
    facts = [Fact(F.WRITTEN, date(2026, 11, 21))]
    told = sentences(standing(facts, client_type="consumer", today=on), on)
    told = [sentence.replace("\u00a0", " ") for sentence in told]
    acknowledged = [
        sentence for sentence in told if sentence == "Nous vous en accusons réception au plus tard le 3 décembre 2026."
    ]
    told = [sentence for sentence in told if sentence not in acknowledged]
    assert len(acknowledged) == (1 if on <= date(2026, 12, 3) else 0)
    assert answer in told[1]
    assert (len(told), mediator in told[-1]) == (3 if mediator else 2, True)
