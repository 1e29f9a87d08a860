"""The pages of money received: few keys to record, everything undone by a row, each page within its budget."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from billing import collecting
from billing.models import Allocation, Payment, StripeEvent
from lib import clock
from tests.billing.money import issued

pytestmark = pytest.mark.django_db
D, TODAY = Decimal, clock.today()
ADD = "/encaissements/nouveau/"


def pay(customer, amount, *invoices, **more):
    told = {"method": "transfer", "paid_on": TODAY, "by": None, **more}
    return collecting.record_payment(customer=customer, amount=D(amount), invoices=invoices, **told)


def typed(answer, form=0, **changes):
    """The fields of a form as the page offers them, then changed."""
    body = answer.content.decode()
    once = re.findall(r'name="once" value="(\w{26})"', body)[form]
    return {"once": once, "method": "transfer", "paid_on": TODAY.isoformat(), **changes}


@pytest.fixture
def invoice(diallo):
    return issued(diallo, "860.00")


class TestRecording:
    def test_from_the_invoice_all_is_filled_in(self, as_karim, invoice):
        assert f"{ADD}?facture={invoice.public_id}" in as_karim.get(reverse("invoice", args=[invoice.public_id])).content.decode()
        page = as_karim.get(f"{ADD}?facture={invoice.public_id}")
        body = page.content.decode()
        assert 'value="860,00"' in body
        assert f'value="{invoice.public_id}" id="id_invoices_0" checked' in re.sub(r"\s+", " ", body) or "checked" in body
        told = typed(page, amount="860,00", invoices=[invoice.public_id])
        for _click in range(2):
            answer = as_karim.post(f"{ADD}?facture={invoice.public_id}", told) if Payment.objects.count() == 0 else None
        payment = Payment.objects.get()
        assert answer is None
        assert (payment.amount, payment.recorded_by.name, invoice.balance()) == (D("860.00"), "Karim", D(0))

    def test_a_double_click_is_one_payment(self, as_karim, invoice, diallo):
        other = issued(diallo, "100.00")
        page = as_karim.get(f"{ADD}?client={diallo.public_id}")
        told = typed(page, amount="1 000", invoices=[invoice.public_id, other.public_id])
        answers = [as_karim.post(f"{ADD}?client={diallo.public_id}", told) for _click in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert answers[0]["Location"] == answers[1]["Location"]
        assert (Payment.objects.get().unallocated(), Allocation.objects.count()) == (D("40.00"), 2)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"amount": "beaucoup"}, "n’est pas un montant"),
            ({"amount": "1,240"}, "peut se lire 1\xa0240 ou 1,240. Écrivez 1240 ou 1,24."),
            ({"amount": ""}, "obligatoire"),
            ({"amount": "10,00", "paid_on": "2999-01-01"}, "Ce jour est à venir"),
            ({"amount": "10,00", "method": "barter"}, "choix"),
            ({"amount": "0"}, "supérieur à zéro"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(self, as_karim, invoice, changes, words):
        url = f"{ADD}?facture={invoice.public_id}"
        answer = as_karim.post(url, typed(as_karim.get(url), reference="VIR DIALLO", **changes))
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "VIR DIALLO" in answer.content.decode()
        assert Payment.objects.count() == 0

    def test_which_invoice_is_found_by_a_part_of_its_number_or_a_name(self, as_karim, invoice, le_goff):
        other = issued(le_goff, "5.00")
        for text, there, absent in ((invoice.number[-4:], invoice, other), ("goff", other, invoice), ("zzz", None, invoice)):
            body = as_karim.get(ADD, {"q": text}).content.decode()
            assert absent.public_id not in body
            assert there is None or there.public_id in body

    def test_a_paid_or_unknown_invoice_is_not_there(self, as_karim, invoice, diallo):
        pay(diallo, "860.00", invoice)
        for ref in (invoice.public_id, "0" * 26, "x"):
            assert as_karim.get(f"{ADD}?facture={ref}").status_code == 404


class TestOnePayment:
    def test_a_surplus_is_used_then_given_back(self, as_karim, diallo):
        payment = pay(diallo, "100.00")
        invoice = issued(diallo, "70.00")
        url = reverse("payment", args=[payment.public_id])
        page = as_karim.get(url)
        answer = as_karim.post(f"{url}affecter/", typed(page, invoice=invoice.public_id, amount=""))
        assert (answer.status_code, invoice.balance()) == (302, D(0))
        told = typed(as_karim.get(url), amount="30", reason="Trop-perçu")
        assert {as_karim.post(f"{url}rendre/", told).status_code for _click in range(2)} <= {302, 422}
        assert (payment.unallocated(), Payment.objects.filter(amount=D("-30.00")).count()) == (D(0), 1)
        assert "rendus" in as_karim.get(url).content.decode()

    def test_it_is_undone_with_a_reason(self, as_karim, diallo, invoice):
        payment = pay(diallo, "860.00", invoice)
        url = reverse("payment", args=[payment.public_id])
        page = as_karim.get(url)
        assert as_karim.post(f"{url}annuler/", typed(page, reason="")).status_code == 422
        assert as_karim.post(f"{url}annuler/", typed(page, reason="Chèque sans provision")).status_code == 302
        body = as_karim.get(url).content.decode()
        assert (invoice.balance(), "annulé depuis" in body, "Annuler le paiement" in body) == (D("860.00"), True, False)
        assert ("Ce qu’il réglait" in body, "Chèque sans provision" in body) == (True, True)
        opposite = Payment.objects.get(reverses=payment)
        assert "Chèque sans provision" in as_karim.get(reverse("payment", args=[opposite.public_id])).content.decode()

    def test_a_part_is_taken_back_from_an_invoice(self, as_karim, diallo, invoice):
        payment = pay(diallo, "860.00", invoice)
        row = Allocation.objects.get()
        url = reverse("payment_release", args=[payment.public_id, row.public_id])
        assert [as_karim.post(url).status_code for _click in range(2)] == [302, 302]
        assert (invoice.balance(), payment.unallocated()) == (D("860.00"), D("860.00"))
        body = as_karim.get(reverse("invoice", args=[invoice.public_id])).content.decode()
        assert ("Somme reprise" in body, "Annulation d’un paiement" in body, "Paiement annulé" in body) == (True, False, False)

    def test_the_record_leads_to_it(self, as_karim, diallo):
        payment = pay(diallo, "10.00")
        answer = as_karim.get(f"/vers/payment/{payment.public_id}/")
        assert answer["Location"] == reverse("payment", args=[payment.public_id])


class TestTheList:
    def test_what_is_left_what_was_given_back_and_one_client(self, as_karim, diallo, le_goff, invoice):
        free, counted = pay(diallo, "10.00"), pay(le_goff, "20.00", issued(le_goff, "20.00"))
        undone = pay(le_goff, "33.00")
        opposite = collecting.reverse_payment(undone, reason="erreur", by=None)

        def shown(query):
            return set(re.findall(r'href="/encaissements/(\w{26})/"', as_karim.get(f"/encaissements/{query}").content.decode()))

        everything = {one.public_id for one in (free, counted, undone, opposite)}
        assert shown("") == everything
        assert shown("?voir=a-affecter") == {free.public_id}
        assert shown("?voir=rendus") == {opposite.public_id}
        assert shown(f"?client={diallo.public_id}") == {free.public_id}

    def test_a_message_that_disagreed_is_shown_until_somebody_has_looked(self, as_karim, as_camille, karim):
        event = StripeEvent.objects.create(
            external_id="evt_1", kind="x", state="trouble", trouble="Le paiement n’est pas en euros.", raw=""
        )
        assert "Le paiement n’est pas en euros." in as_karim.get("/encaissements/").content.decode()
        assert as_camille.post("/encaissements/message/evt_1/vu/").status_code == 403
        as_karim.post("/encaissements/message/evt_1/vu/")
        event.refresh_from_db()
        assert event.settled_by == karim
        assert "Le paiement n’est pas en euros." not in as_karim.get("/encaissements/").content.decode()

    def test_budgets(self, as_karim, diallo, invoice, django_assert_max_num_queries):
        payments = [pay(diallo, "5.00", issued(diallo, "4.00")) for _row in range(12)]
        as_karim.get("/encaissements/")
        with django_assert_max_num_queries(9):
            as_karim.get("/encaissements/")
        with django_assert_max_num_queries(12):
            as_karim.get(reverse("payment", args=[payments[0].public_id]))
        with django_assert_max_num_queries(9):
            as_karim.get(f"{ADD}?client={diallo.public_id}")
        with django_assert_max_num_queries(6):
            as_karim.get(ADD)

    def test_who_may_only_read_is_offered_nothing(self, as_lecture, diallo):
        payment = pay(diallo, "10.00")
        body = (
            as_lecture.get("/encaissements/").content.decode()
            + as_lecture.get(reverse("payment", args=[payment.public_id])).content.decode()
        )
        assert "Enregistrer un paiement" not in body
        assert '<form method="post" action="/encaissements' not in body
        assert as_lecture.get(ADD).status_code == 403
