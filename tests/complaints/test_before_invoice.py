"""A complaint sent before the invoice it speaks of: taken once it is confirmed, on the page and in the API."""

import pytest
from django.urls import reverse

from complaints.handling import add_writing, open_complaint
from complaints.models import Complaint
from lib.errors import Refusal
from tests.api.test_api import Api
from tests.billing.money import issued
from tests.complaints.conftest import days
from tests.desk.reading import words as text_of

SAID = {"subject": "Volet", "body": "Il gonfle.", "channel": "post"}


@pytest.fixture
def invoice(house, diallo):
    """Issued today."""
    return issued(diallo, "100.00")


def test_the_gesture_refuses_what_a_page_did_not_confirm(invoice, diallo, nadia, today):
    about = {"customer": diallo, "invoice": invoice, "by": nadia, "today": today, **SAID}
    for sent in ({"sent_on": days(today, -1)}, {"received_on": days(today, -1)}):  # of an unknown sending, its reception
        with pytest.raises(Refusal) as told:
            open_complaint(**about, **sent, before_invoice=False)
        assert (told.value.field, invoice.number in told.value.message) == ("before_invoice", True)
    assert open_complaint(**about, sent_on=today, before_invoice=False).is_before_invoice is False
    kept = open_complaint(**about, sent_on=days(today, -1))
    with pytest.raises(Refusal):
        add_writing(
            kept, body="La première.", channel="post", by=nadia, today=today, sent_on=days(today, -2), before_invoice=False
        )
    add_writing(kept, body="La première.", channel="post", by=nadia, today=today, sent_on=days(today, -2))
    row = Complaint.objects.with_facts().get(pk=kept.pk)
    assert (row.standing_on(today).dates.sent_on, row.is_before_invoice) == (days(today, -2), True)


def test_without_an_invoice_nothing_is_asked(house, diallo, nadia, today):
    assert open_complaint(customer=diallo, by=nadia, today=today, sent_on=days(today, -40), **SAID).invoice is None


def test_the_page_asks_keeps_what_was_typed_then_takes_it(invoice, as_camille, diallo, today):
    place = reverse("complaint_receive", args=[diallo.public_id])
    sent = {**SAID, "key": "k", "form": "written", "sent_on": days(today, -3).isoformat(), "received_on": today.isoformat(),
            "client_type": "consumer", "invoice": invoice.public_id}  # fmt: skip
    assert "before_invoice" not in as_camille.get(place).content.decode()
    asked = as_camille.post(place, sent)
    shown = text_of(asked)
    assert (asked.status_code, "Oui, elle a été envoyée avant cette facture" in shown, "Il gonfle." in shown) == (422, True, True)
    assert f"avant la facture {invoice.number}" in shown
    assert Complaint.objects.count() == 0
    assert as_camille.post(place, {**sent, "before_invoice": "on"}).status_code == 302
    assert Complaint.objects.get().invoice == invoice


def test_another_letter_on_the_page_of_the_complaint_too(invoice, as_nadia, diallo, nadia, today):
    one = open_complaint(customer=diallo, invoice=invoice, by=nadia, today=today, **SAID)
    place = reverse("complaint_writing", args=[one.public_id])
    sent = {"body": "La première.", "channel": "post", "sent_on": days(today, -3).isoformat()}
    asked = as_nadia.post(place, sent)
    assert (asked.status_code, "Oui, elle a été envoyée avant cette facture" in text_of(asked)) == (422, True)
    assert as_nadia.post(place, {**sent, "before_invoice": "on"}).status_code == 302


def test_the_api_takes_it_and_says_so(invoice, nadia, diallo, today):
    api = Api(nadia)
    sent = {**SAID, "customer": diallo.public_id, "invoice": invoice.public_id}
    told = [api("POST", "complaints/", {**sent, "sent_on": days(today, day).isoformat()}) for day in (-3, 0)]
    assert [(status, answer["before_invoice"]) for status, answer in told] == [(201, True), (201, False)]
