"""What is left of a credit note or of a payment is used on another invoice, given back, and taken back again."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Right, User
from billing import auditing, collecting, crediting, seals
from billing.correcting import credit_invoice
from billing.leftovers import left_of_client, leftovers_of
from billing.models import Allocation, Payment
from crm import access
from crm.models import Contact, Interaction
from lib import clock
from lib.errors import Refusal
from tests.billing.house import issued, open_firm, settle
from tests.desk.reading import words
from tests.harness.personas import signed_in

pytestmark = pytest.mark.django_db
D, TODAY = Decimal, clock.today()
SHELF = {"description": "Étagère", "unit_price": "100.00", "vat_rate": "20"}
OTHER = {"description": "Tabouret", "unit_price": "50.00", "vat_rate": "20"}


@pytest.fixture
def firm():
    return open_firm()


@pytest.fixture
def note(firm, diallo):
    """A credit note of 120,00 on an invoice paid already: all of it is the client's."""
    paid = issued(settle(diallo), [SHELF])
    collecting.record_payment(customer=diallo, amount=D("120"), method="transfer", paid_on=TODAY, by=None, invoices=[paid])
    return credit_invoice(paid, reason="Étagère rendue", by=None, on=TODAY)


@pytest.fixture
def other(note, diallo):
    """Another invoice of the client, 60,00 to pay."""
    return issued(diallo, [OTHER])


def typed(answer, form=0, **changes):
    body = answer.content.decode()
    once = re.findall(r'name="once" value="(\w{26})"', body)[form]
    seen = re.findall(r'name="seen" value="([\d.]+)"', body)
    return {"once": once, **({"seen": seen[0]} if seen else {}), "paid_on": TODAY.isoformat(), "method": "transfer", **changes}


def rest_of(note):
    return reverse("credit_rest", args=[note.public_id])


def test_from_the_credit_note_and_from_the_invoice_one_gets_there(note, other, diallo, as_karim):
    assert rest_of(note) in as_karim.get(reverse("invoice", args=[note.public_id])).content.decode()
    left = f"{reverse('payments_left')}?client={diallo.public_id}"
    on_invoice = as_karim.get(reverse("invoice", args=[other.public_id]))
    assert "Ce client a 120,00 € d’avance ou d’avoir qui ne comptent encore sur rien." in words(on_invoice)
    assert f"{left}&amp;facture={other.public_id}" in on_invoice.content.decode()
    assert left in as_karim.get(reverse("customer", args=[diallo.public_id])).content.decode()
    page = as_karim.get(f"{left}&facture={other.public_id}")
    assert "Choisissez ce qui doit compter sur la facture" in words(page)
    assert f"{rest_of(note)}?facture={other.public_id}" in page.content.decode()
    assert f'value="{other.public_id}" selected' in as_karim.get(f"{rest_of(note)}?facture={other.public_id}").content.decode()


def test_a_credit_note_is_used_then_taken_back(note, other, as_karim):
    told = typed(as_karim.get(rest_of(note)), invoice=other.public_id, amount="")
    answers = [as_karim.post(f"{rest_of(note)}affecter/", told).status_code for _click in (1, 2)]
    assert (answers, other.balance(), crediting.left_of(note)) == ([302, 422], D(0), D("60.00"))
    row = Allocation.objects.get(credit_note=note, invoice=other)
    assert "60,00 € sur 120,00 € ne comptent encore sur rien" in words(as_karim.get(rest_of(note)))
    url = reverse("credit_release", args=[note.public_id, row.public_id])
    assert [as_karim.post(url).status_code for _click in (1, 2)] == [302, 302]
    assert (other.balance(), crediting.left_of(note), auditing.verify()) == (D("60.00"), D("120.00"), [])
    assert [found for found in seals.verify() if found[0]] == []
    told = [
        (row.summary, row.data["credit"]) for row in Interaction.objects.filter(about_ref=other.public_id, data__has_key="from")
    ]
    assert sorted(told) == [("Avoir utilisé", True), ("Somme reprise", True)]


def test_the_same_click_twice_uses_it_once(note, diallo, as_karim):
    """Two invoices to pay: the second click would find room, but not what its person had seen."""
    first = issued(diallo, [SHELF])
    told = typed(as_karim.get(rest_of(note)), invoice=first.public_id, amount="40")
    first_answer, second = (as_karim.post(f"{rest_of(note)}affecter/", told) for _click in (1, 2))
    assert (first_answer.status_code, second.status_code, first.balance()) == (302, 422, D("80.00"))
    assert "Ce qui reste a changé depuis que vous avez ouvert cette page : 80,00 € à présent." in words(second)


def test_what_counts_on_its_own_invoice_stays(firm, diallo, as_karim):
    invoice = issued(settle(diallo), [SHELF])
    note = credit_invoice(invoice, reason="Annulée", by=None, on=TODAY)
    row = Allocation.objects.get(credit_note=note)
    page = as_karim.get(rest_of(note))
    assert ("Il n’en reste rien" in words(page), "Ne plus compter" in words(page)) == (True, False)
    with pytest.raises(Refusal, match="compte d’abord sur la facture"):
        crediting.release_credit(row, by=None)
    assert invoice.balance() == D(0)


def test_a_refund_is_noted_as_it_was_done_then_undone(note, as_karim):
    asked = {"amount": "50", "method": "cheque", "reference": "Chèque 4512", "reason": "Rendu"}
    told = typed(as_karim.get(rest_of(note)), **asked)
    assert [as_karim.post(f"{rest_of(note)}rendre/", told).status_code for _click in (1, 2)] == [302, 302]
    row = Payment.objects.get(refunds_credit=note)
    assert (row.amount, row.method, row.reference, crediting.left_of(note)) == (D("-50.00"), "cheque", "Chèque 4512", D("70.00"))
    seen = words(as_karim.get(reverse("invoice", args=[note.public_id])))
    assert ("70,00 € restent à rendre" in seen, "Rendu au client" in seen) == (True, True)
    url = reverse("payment", args=[row.public_id])
    page = as_karim.get(url)
    assert "Annuler ce remboursement" in words(page)
    undo = typed(page, reason="Chèque jamais parti")
    assert [as_karim.post(f"{url}annuler/", undo).status_code for _click in (1, 2)] == [302, 302]
    assert (crediting.left_of(note), Payment.objects.get(reverses=row).refunds_credit) == (D("120.00"), note)
    assert (auditing.verify(), [found for found in seals.verify() if found[0]]) == ([], [])
    assert "Annuler ce remboursement" not in words(as_karim.get(url))
    opposite = Payment.objects.get(reverses=row)
    assert "Annuler ce" not in words(as_karim.get(reverse("payment", args=[opposite.public_id])))


def test_another_tab_that_comes_second_is_told_why(note, as_karim):
    pages = [as_karim.get(rest_of(note)) for _tab in (1, 2)]
    told = [typed(page, amount="120", method="cheque", reason="Rendu") for page in pages]
    first, second = (as_karim.post(f"{rest_of(note)}rendre/", one) for one in told)
    assert (first.status_code, second.status_code, crediting.left_of(note)) == (302, 422, D(0))
    assert "Le remboursement est enregistré." in words(second)  # what the first tab did, not read yet
    assert "Il ne reste que 0,00 € de cet avoir." in words(second)


def test_a_surplus_is_given_back_by_another_means_and_undone(firm, diallo, as_karim):
    payment = collecting.record_payment(customer=diallo, amount=D("30"), method="cash", paid_on=TODAY, by=None)
    url = reverse("payment", args=[payment.public_id])
    told = typed(as_karim.get(url), amount="30", reason="Trop-perçu", reference="VIR 12")
    assert as_karim.post(f"{url}rendre/", told).status_code == 302
    row = Payment.objects.get(refunds=payment)
    assert (row.method, row.reference, payment.unallocated()) == ("transfer", "VIR 12", D(0))
    with pytest.raises(Refusal, match="a été rendue au client"):
        collecting.reverse_payment(payment, reason="Erreur", by=None)
    back = reverse("payment", args=[row.public_id])
    assert as_karim.post(f"{back}annuler/", typed(as_karim.get(back), reason="Pas parti")).status_code == 302
    fresh = Payment.objects.get(pk=payment.pk)
    assert (fresh.unallocated(), left_of_client([diallo.pk]), auditing.verify()) == (D("30.00"), D("30.00"), [])
    collecting.reverse_payment(fresh, reason="Billet faux", by=None)
    assert (left_of_client([diallo.pk]), auditing.verify()) == (D(0), [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "120,01"}, "Il ne reste que 120,00 € de cet avoir."),
        ({"amount": "50", "paid_on": "2999-01-01"}, "Ce jour est à venir"),
        ({"amount": "50", "reason": ""}, "Dites pourquoi"),
        ({"amount": ""}, "obligatoire"),
    ],
)
def test_what_is_wrong_is_said(note, as_karim, changes, said):
    told = typed(as_karim.get(rest_of(note)), **{"amount": "50", "reason": "Rendu", **changes})
    answer = as_karim.post(f"{rest_of(note)}rendre/", told)
    assert (answer.status_code, said in words(answer), crediting.left_of(note)) == (422, True, D("120.00"))


def test_of_another_client_nothing(note, le_goff, as_karim):
    theirs = issued(settle(le_goff), [OTHER])
    with pytest.raises(Refusal, match="d’un autre client"):
        crediting.use_credit(note, theirs, by=None)
    told = typed(as_karim.get(rest_of(note)), amount="50", reason="Rendu", invoice=theirs.public_id, seen="120.00")
    assert as_karim.post(f"{rest_of(note)}affecter/", told).status_code == 422
    assert theirs.balance() == D("60.00")


def test_strangers_find_nothing(note, other, diallo, client, as_karim, as_camille, as_lecture, camille):
    contact = signed_in(User.objects.create_user("anne@example.org", name="Anne"))
    row = Allocation.objects.filter(credit_note=note).first() or crediting.use_credit(note, other, by=None)
    pages = [rest_of(note), f"{reverse('payments_left')}?client={diallo.public_id}"]
    posts = [
        f"{rest_of(note)}affecter/",
        f"{rest_of(note)}rendre/",
        reverse("credit_release", args=[note.public_id, row.public_id]),
    ]
    assert [client.get(url).status_code for url in pages] + [client.post(url).status_code for url in posts] == [302] * 5
    assert [contact.get(url).status_code for url in pages] + [contact.post(url).status_code for url in posts] == [404] * 5
    assert [as_camille.get(url).status_code for url in pages] + [as_camille.post(url).status_code for url in posts] == [
        200, 200, 403, 403, 403,
    ]  # fmt: skip
    assert "Noter ce remboursement" not in as_lecture.get(rest_of(note)).content.decode()
    missing = [reverse("credit_rest", args=["0" * 26]), f"{reverse('payments_left')}?client={'0' * 26}"]
    assert [as_karim.get(url).status_code for url in missing] == [404] * 2
    astray = [rest_of(other), reverse("payments_left")]
    assert [as_karim.get(url).status_code for url in astray] == [302] * 2
    camille.taken = [Right.SEE_AMOUNTS]
    camille.save()
    assert [signed_in(camille).get(url).status_code for url in pages] == [403, 403]


def test_budgets(note, other, diallo, as_karim, django_assert_max_num_queries):
    for _more in range(6):
        crediting.release_credit(crediting.use_credit(note, other, D("5"), by=None), by=None)
        collecting.record_payment(customer=diallo, amount=D("7"), method="transfer", paid_on=TODAY, by=None)
    pages = [rest_of(note), f"{reverse('payments_left')}?client={diallo.public_id}"]
    for url in pages:
        as_karim.get(url)
        with django_assert_max_num_queries(12):
            as_karim.get(url)
    found = leftovers_of([diallo.pk])
    assert (len(found.payments), found.surplus, found.credit, found.total) == (6, D("42.00"), D("120.00"), D("162.00"))
    assert left_of_client([diallo.pk]) == D("162.00")


def test_the_client_reads_it_at_home(note, diallo, nadia):
    given = access.invite(Contact.objects.get(customer=diallo), by=nadia)
    page = words(signed_in(given.user).get("/espace/"))
    assert "À votre disposition 120,00 € d’avoir ou de trop-perçu." in page
