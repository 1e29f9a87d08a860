"""Camille takes 80 € at the counter: the page says who records it, and one click puts it in that colleague's day."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Role
from billing.models import Payment
from crm.models import Commitment
from lib import clock
from tests.billing.house import issued, open_firm, settle
from tests.desk.reading import messages, words
from tests.harness.personas import member

pytestmark = pytest.mark.django_db
PAGE = 10  # the page of an invoice; who records money is one more, for who asks it


@pytest.fixture
def bill(diallo):
    open_firm()
    return issued(settle(diallo))


@pytest.fixture
def house(karim, nadia):
    return karim, nadia


def tell(client, bill, colleague, **changes):
    sent = {"to": colleague.public_id, "words": "80 € en espèces", "invoice": bill.public_id, **changes}
    return client.post(reverse("pass_on", args=[bill.customer.public_id]), sent)


def test_the_invoice_and_the_record_say_who_records_money(bill, house, as_camille, as_karim, as_lecture):
    said = "Espèces, chèque, virement annoncé : Karim et Nadia enregistrent les paiements."
    here = f"/factures/{bill.public_id}/"
    offered = ['"?prevenir=#moves"' in client.get(here).content.decode() for client in (as_camille, as_lecture, as_karim)]
    assert offered == [True, True, False]
    for page in (f"{here}?prevenir=", f"/clients/{bill.customer.public_id}/"):
        seen = words(as_camille.get(page), 'class="passing"', "</section>")
        assert (said in seen, "Prévenir Karim" in seen, "Prévenir Nadia" in seen) == (True, True, True), page
        read = as_lecture.get(page)
        assert (said in words(read), "Prévenir" in words(read)) == (True, False), page
        assert 'class="passing"' not in as_karim.get(page).content.decode(), page


def test_one_click_puts_it_in_their_day(bill, house, camille, as_camille, as_karim):
    karim, _nadia = house
    here = f"/factures/{bill.public_id}/"
    assert tell(as_camille, bill, karim, next=here)["Location"] == here
    made = Commitment.objects.get(nature="primary")
    what = f"Enregistrer un paiement sur la facture {bill.number}, 80 € en espèces"
    assert (made.what.replace("\xa0", " "), made.owner, made.author, made.due_on) == (what, karim, camille, clock.today())
    assert (made.about_kind, made.about_ref, made.is_open) == ("invoice", bill.public_id, True)
    assert what in words(as_karim.get("/"))
    assert bill.number in words(as_karim.get(f"/engagements/{made.public_id}/"), 'class="under"', "</p>")
    assert messages(as_camille.get(here))[0].startswith("C’est dans l’Aujourd’hui de Karim")


def test_nothing_is_counted_as_paid(bill, house, as_camille):
    tell(as_camille, bill, house[0])
    assert (Payment.objects.count(), bill.balance()) == (0, Decimal("461.25"))


def test_twice_is_once_and_other_words_are_another(bill, house, as_camille):
    for said in ("80 € en espèces", "80 € en espèces", "virement hier", ""):
        tell(as_camille, bill, house[0], words=said)
    assert Commitment.objects.filter(nature="primary").count() == 3


def test_from_the_record_no_invoice_is_named(bill, house, as_camille):
    tell(as_camille, bill, house[0], invoice="")
    made = Commitment.objects.get(nature="primary")
    assert (made.what.replace("\xa0", " "), made.about_ref) == ("Enregistrer un paiement, 80 € en espèces", "")


def test_only_who_records_money_is_told_and_words_have_a_length(bill, house, camille, le_goff, as_camille):
    thomas = member("Thomas", Role.RECEPTION)
    for changes in ({"to": thomas.public_id}, {"to": "x"}, {"words": "x" * 101}):
        tell(as_camille, bill, house[0], **changes)
    other = reverse("pass_on", args=[le_goff.public_id])
    as_camille.post(other, {"to": house[0].public_id, "invoice": bill.public_id})
    assert Commitment.objects.filter(nature="primary").count() == 0
    assert as_camille.post(other, {"to": house[0].public_id, "invoice": "0" * 26}).status_code == 404
    assert as_camille.post(reverse("pass_on", args=["0" * 26])).status_code == 404


def test_who_only_reads_leaves_no_word(bill, house, as_lecture):
    assert tell(as_lecture, bill, house[0]).status_code == 403


def test_the_page_keeps_its_budget(bill, house, as_camille, django_assert_max_num_queries):
    url = reverse("invoice", args=[bill.public_id])
    as_camille.get(url)
    for asked, cost in (("", PAGE), ("?prevenir=", PAGE + 1)):
        with django_assert_max_num_queries(cost):
            assert as_camille.get(url + asked).status_code == 200
