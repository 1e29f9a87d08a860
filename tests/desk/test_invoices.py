"""The list of invoices and the page of one: what they say, to whom, and at what cost."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Right, User
from billing import questions
from billing.collecting import record_payment
from billing.models import Invoice, InvoiceLine, Question
from crm.merging import merge_customers, undo_merge
from crm.models import Contact, Customer, Email
from desk.invoice_ageing import read_house_ageing
from desk.invoice_page import read_invoice
from lib import clock
from lib.errors import Refusal
from tests.billing import house
from tests.billing.money import issued
from tests.desk.reading import words
from tests.harness.personas import signed_in

pytestmark = pytest.mark.django_db
LIST, PAGE = 8, 10  # statements, session and user among them


def pay(invoice, received):
    record_payment(
        customer=invoice.customer, amount=Decimal(received), method="transfer", paid_on=clock.today(), by=None, invoices=[invoice],
        reference="RF12",
    )  # fmt: skip


@pytest.fixture
def three(company, le_goff, diallo):
    """One late, one to come, one paid."""
    today = clock.today()
    late = issued(le_goff, "1240.00", due_on=today - timedelta(days=3), subject="Porte d’atelier")
    soon = issued(diallo, "310.00", due_on=today + timedelta(days=20))
    paid = issued(diallo, "99.90", due_on=today - timedelta(days=40))
    pay(late, "240.00")
    pay(paid, "99.90")
    return late, soon, paid


def test_two_records_reunited_are_one_client(three, le_goff, diallo, nadia, as_camille):
    merge_customers(kept=le_goff, alias=diallo, by=nadia, reason="même client")
    assert "1 310,00 € à régler par un client, dont 1 000,00 € échus." in words(as_camille.get(reverse("invoices")))


def test_the_list_answers_what_is_due(three, as_camille):
    page = as_camille.get(reverse("invoices"))
    assert "1 310,00 € à régler par 2 clients, dont 1 000,00 € échus chez un client." in words(page)
    assert words(page, "<tbody>", "</tbody>") == (
        f"{three[0].number} échue depuis 3 jours Porte d’atelier Menuiserie Le Goff {_day(three[0].issued_on)} {_day(three[0].due_on)} "
        f"1 240,00 € 1 000,00 € {three[1].number} M. Diallo {_day(three[1].issued_on)} {_day(three[1].due_on)} 310,00 € 310,00 €"
    )


def _day(on):
    from ui.templatetags.french import long_date

    return long_date(on).replace("<sup>", " ").replace("</sup>", " ").replace("\xa0", " ").replace("  ", " ")


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("a-regler", [0, 1]),
        ("echues", [0]),
        ("reglees", [2]),
        ("toutes", [2, 1, 0]),
        ("brouillons", []),
        ("avoirs", []),
        ("xx", [0, 1]),
    ],
)
def test_each_state_shows_its_own(three, as_camille, state, shown):
    page = as_camille.get(reverse("invoices", query={"etat": state}))
    assert [row.invoice for row in page.context["list"].rows] == [three[place] for place in shown]
    assert ("Le filtre « État » n’a pas cette valeur" in words(page)) == (state == "xx")


def test_words_and_clients_narrow_the_list(three, as_camille, diallo):
    late, soon, _paid = three
    found = [
        [row.invoice for row in as_camille.get(reverse("invoices", query=query)).context["list"].rows]
        for query in ({"q": late.number[-3:]}, {"q": "diallo"}, {"client": diallo.public_id}, {"client": "0" * 26})
    ]
    assert found == [[late], [soon], [soon], []]


def test_the_list_costs_the_same_whatever_it_holds(three, as_camille, le_goff, django_assert_max_num_queries):
    for number in range(60):
        issued(le_goff, "10.00", due_on=clock.today() - timedelta(days=number))
    for query in ({}, {"etat": "toutes", "q": "goff"}, {"client": le_goff.public_id}):
        url = reverse("invoices", query=query)
        as_camille.get(url)
        with django_assert_max_num_queries(LIST):
            assert as_camille.get(url).status_code == 200


def test_pages_follow_each_other_by_key(company, as_camille, le_goff):
    made = [issued(le_goff, "10.00", due_on=clock.today() - timedelta(days=number % 7)) for number in range(70)]
    first = as_camille.get(reverse("invoices")).context["list"]
    second = as_camille.get(first.page.next_url).context["list"]
    assert [row.invoice for row in (*first.rows, *second.rows)] == sorted(made, key=lambda one: (one.due_on, one.pk))


def test_the_page_of_an_invoice_says_what_is_left_and_what_came(three, as_camille, django_assert_max_num_queries):
    late, _soon, paid = three
    url = reverse("invoice", args=[late.public_id])
    as_camille.get(url)
    with django_assert_max_num_queries(PAGE):
        page = as_camille.get(url)
    seen = words(page)
    assert "Il reste 1 000,00 € à régler ; la date prévue est passée depuis" in seen
    assert words(page, 'id="moves"', "</section>").startswith('id="moves" aria-labelledby') or "Virement" in seen
    assert "Elle est réglée depuis aujourd’hui." in words(as_camille.get(reverse("invoice", args=[paid.public_id])))


def test_amounts_are_for_those_who_may_see_them(three, camille):
    camille.taken = [Right.SEE_AMOUNTS]
    camille.save()
    client = signed_in(camille)
    answers = [client.get(url).status_code for url in (reverse("invoices"), reverse("invoice", args=[three[0].public_id]))]
    record = client.get(reverse("customer", args=[three[0].customer.public_id]))
    assert (answers, "1 000,00 €" in words(record), "Factures" in words(record)) == ([403, 403], False, False)


def test_strangers_find_nothing(three, client, as_camille):
    contact = signed_in(User.objects.create_user("anne@example.org", name="Anne"))
    urls = [reverse("invoices"), reverse("invoice", args=[three[0].public_id]), reverse("invoice_pdf", args=[three[0].public_id])]
    assert [client.get(url).status_code for url in urls] == [302, 302, 302]
    assert [contact.get(url).status_code for url in urls] == [404, 404, 404]
    missing = [as_camille.get(reverse(name, args=["0" * 26])).status_code for name in ("invoice", "invoice_pdf", "invoice_xml")]
    assert missing == [404, 404, 404]


def test_the_record_tells_the_money(three, as_camille, le_goff):
    page = as_camille.get(reverse("customer", args=[le_goff.public_id]))
    told = words(page, 'id="argent"', "</section>")
    assert told.partition(">")[2].strip().startswith("Argent ses factures 1 000,00 € Une facture, échue depuis")
    pills = words(page, '<div class="thread-head">', '<div id="thread-rows">')
    assert pills == "Le fil Tout Humain Argent"


def test_hostile_words_are_printed_as_they_are(company, as_camille, le_goff):
    text = '<script>alert(1)</script>{{ "hosti"|add:"lité" }}{% debug %}'
    Customer.objects.filter(pk=le_goff.pk).update(name=text)
    invoice = issued(le_goff, "10.00", subject=text, note=text)
    for url in (reverse("invoices"), reverse("invoice", args=[invoice.public_id])):
        source = as_camille.get(url).content.decode()
        assert ("<script>alert" in source, "hostilité" in source, "&lt;script&gt;" in source) == (
            False,
            False,
            True,
        )


def test_a_credit_by_part_then_whole(company, as_karim, le_goff):
    house.open_firm()
    invoice = house.issued(house.settle(le_goff))  # 240.00 + 157.50 without tax
    url = reverse("invoice_credit", args=[invoice.public_id])
    assert "Il reste 397,50 € hors taxes" in words(as_karim.get(url))
    refused = as_karim.post(url, {"part": "lines", "amount-1": "500", "reason": "Étagère abîmée"})
    assert (refused.status_code, "Il reste 240,00 € à créditer sur cette ligne" in words(refused)) == (422, True)
    torn = as_karim.post(url, {"part": "whole", "amount-1": "40", "reason": "Étagère abîmée"})
    assert (torn.status_code, Invoice.objects.filter(kind="credit_note").count()) == (422, 0)
    assert "Vous avez écrit une somme sur une ligne, mais l’avoir reprendrait tout" in words(torn)
    body = {"part": "lines", "amount-1": "40,00", "reason": "Étagère abîmée", "key": "k1"}
    answers = [as_karim.post(url, body) for _twice in (1, 2)]
    note = Invoice.objects.get(kind="credit_note")
    assert [answer.headers["Location"] for answer in answers] == [reverse("invoice", args=[note.public_id])] * 2
    assert (note.total_incl_tax, invoice.balance()) == (Decimal("48.00"), Decimal("413.25"))
    as_karim.post(url, {"part": "whole", "reason": "Annulée", "key": "k2"})
    assert invoice.balance() == Decimal("0.00")
    seen = words(as_karim.get(reverse("invoice", args=[invoice.public_id])))
    assert ("Elle est annulée par un avoir" in seen, "Faire un avoir" in seen) == (True, False)
    listed = words(as_karim.get(reverse("invoices", query={"etat": "reglees"})), "<tbody>", "</tbody>")
    assert (f"{invoice.number} annulée" in listed, "réglée" in listed) == (True, False)


def test_a_search_that_finds_nothing_says_no_more_than_that(three, as_camille):
    assert "Rien n’est à régler parmi les factures cherchées." in words(as_camille.get(reverse("invoices", query={"q": "99999"})))


def test_an_invoice_is_not_paid_before_it_is_issued(company, as_camille, diallo):
    invoice = issued(diallo, "60.00", due_on=clock.today() + timedelta(days=30))
    record_payment(
        customer=diallo, amount=Decimal(60), method="transfer", paid_on=invoice.issued_on - timedelta(days=1), by=None,
        invoices=[invoice],
    )  # fmt: skip
    seen = words(as_camille.get(reverse("invoice", args=[invoice.public_id])))
    assert "Elle est réglée par une somme déjà reçue, depuis son émission." in seen


def test_a_question_is_seen_first_and_answered_there(three, as_camille, as_lecture):
    late = three[0]
    line = InvoiceLine.objects.create(
        invoice=Invoice.objects.create(customer=late.customer), position=1, description="Pose", unit_price=1, vat_rate=20
    )
    with pytest.raises(Refusal):
        questions.ask(late, words="Et la pose ?", contact=None, line=line)
    asked = questions.ask(late, words="La serrure est-elle comprise ?", contact=None)
    url = reverse("invoice", args=[late.public_id])
    assert "Une question attend notre réponse" in words(as_camille.get(url))
    assert "Notre réponse" not in words(as_lecture.get(url))
    to = reverse("question_answer", args=[asked.public_id])
    refused = as_camille.post(to, {"answer": " "})
    assert (refused.status_code, "Écrivez quelques mots" in words(refused)) == (422, True)
    assert as_lecture.post(to, {"answer": "Oui"}).status_code == 403
    assert as_camille.post(to, {"answer": "Oui, et ses deux clés."}).headers["Location"] == url
    seen = words(as_lecture.get(url))
    assert ("Questions du client" in seen, "Oui, et ses deux clés." in seen) == (True, True)
    again = as_camille.post(to, {"answer": "Non"})
    assert (again.status_code, Question.objects.get().answer) == (422, "Oui, et ses deux clés.")


def test_the_sentence_of_the_whole_house_is_that_of_its_rows(three, as_camille, le_goff):
    whole = as_camille.get(reverse("invoices")).context["list"]
    narrowed = as_camille.get(reverse("invoices", query={"periode": "36"})).context["list"]
    assert (whole.ageing, whole.answer) == (narrowed.ageing, narrowed.answer)


def test_the_thanks_for_what_paid_it_are_among_its_mails(company, nadia, le_goff):
    paid, other, unpaid = issued(le_goff, "10.00"), issued(le_goff, "20.00"), issued(le_goff, "30.00")
    Contact.objects.create(customer=le_goff, last_name="Le Goff", email="anne@legoff.example", email_key="anne@legoff.example")
    record_payment(
        customer=le_goff, amount=Decimal("30.00"), method="transfer", paid_on=clock.today(), by=nadia, invoices=[paid, other]
    )
    thanks = Email.objects.get(purpose="receipt")
    shown = [[mail.subject for mail in read_invoice(one, user=nadia, now=clock.now()).mails] for one in (paid, other, unpaid)]
    assert shown == [[thanks.subject], [thanks.subject], []]


def test_the_first_page_is_that_of_all_that_is_due(company, le_goff, diallo, as_camille):
    """Read no further than it goes, it shows the rows that reading everything would: days shared by many, a paid one among them."""
    today = clock.today()
    made = [issued((le_goff, diallo)[n % 2], "10.00", due_on=today + timedelta(days=n // 9 - 3)) for n in range(56)]
    pay(made[4], "10.00")
    for state, rows in (("a-regler", Invoice.objects.unpaid()), ("echues", Invoice.objects.overdue(today))):
        page = as_camille.get(reverse("invoices", query={"etat": state})).context["list"].page
        assert page.rows == list(rows.order_by("due_on", "id")[:50])
    first = as_camille.get(reverse("invoices")).context["list"].page
    second = as_camille.get(first.next_url).context["list"].page
    assert first.rows + second.rows == [row for row in made if row != made[4]]


def test_what_is_due_is_added_up_again_when_the_books_moved(three, le_goff, diallo, nadia, django_assert_num_queries):
    today = clock.today()

    def told(statements):
        with django_assert_num_queries(statements):
            found = read_house_ageing(today)
        return found.total, found.count, found.clients

    assert told(2) == (Decimal("1310.00"), 2, 2)
    assert told(1) == (Decimal("1310.00"), 2, 2)
    pay(three[1], "10.00")
    assert told(2) == (Decimal("1300.00"), 2, 2)
    merge = merge_customers(kept=le_goff, alias=diallo, by=nadia, reason="même client")
    assert told(2) == (Decimal("1300.00"), 2, 1)
    undo_merge(merge, by=nadia)
    assert told(2) == (Decimal("1300.00"), 2, 2)
    issued(le_goff, "20.00")
    assert told(2) == (Decimal("1320.00"), 3, 2)
    assert told(1) == (Decimal("1320.00"), 3, 2)
