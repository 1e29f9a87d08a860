"""The lists of invoices and of payments: sorted by their columns, taken out as a file, each for those who may."""

import csv
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import AuditEntry, Right
from billing.collecting import allocate, record_payment, refund, release, reverse_payment
from billing.models import Invoice, Payment
from crm.models import Customer
from desk import money_export
from lib import clock
from tests.billing.money import issued
from tests.desk.reading import words
from tests.harness.personas import signed_in

pytestmark = pytest.mark.django_db
INVOICES, PAYMENTS = "/factures/", "/encaissements/"


@pytest.fixture
def bills(company, le_goff, diallo):
    """Three to pay: 500 due first (300 left), 100 due second, 900 due last (50 left)."""
    today = clock.today()
    made = [
        issued(le_goff, "500.00", due_on=today - timedelta(days=9), subject="Porte"),
        issued(diallo, "100.00", due_on=today + timedelta(days=2)),
        issued(le_goff, "900.00", due_on=today + timedelta(days=5)),
    ]
    for bill, sum_ in ((made[0], "200.00"), (made[2], "850.00")):
        record_payment(
            customer=bill.customer,
            amount=Decimal(sum_),
            method="transfer",
            paid_on=today,
            by=None,
            invoices=[bill],
            reference="RF1",
        )
    return made


@pytest.mark.parametrize(
    ("key", "order"),
    [
        ("", [0, 1, 2]),
        ("echeance", [0, 1, 2]),
        ("-echeance", [2, 1, 0]),
        ("total", [1, 0, 2]),
        ("-total", [2, 0, 1]),
        ("reste", [2, 1, 0]),
        ("-reste", [0, 1, 2]),
        ("client", [1, 0, 2]),
        ("-client", [2, 0, 1]),
        ("numero", [0, 1, 2]),
        ("-numero", [2, 1, 0]),
        ("id); DROP TABLE", [0, 1, 2]),
        ("customer__name", [0, 1, 2]),
    ],
)
def test_each_column_sorts_both_ways(bills, as_camille, key, order):
    page = as_camille.get(INVOICES, {"tri": key})
    assert [row.invoice for row in page.context["list"].rows] == [bills[place] for place in order]


def test_the_sorted_column_is_said_and_the_next_click_turns_it_round(bills, as_camille):
    page = as_camille.get(INVOICES, {"q": "goff", "periode": "12"}).content.decode()
    head = page[page.index("<thead>") : page.index("</thead>")]
    assert re.findall(r'aria-sort="(\w+)"', head) == ["ascending"]
    sorted_by = head[head.index("aria-sort") :].partition("</th>")[0]
    assert "/factures/?q=goff&amp;periode=12&amp;tri=-echeance" in sorted_by
    assert "À régler le" in sorted_by
    assert "trier par ordre décroissant" in sorted_by
    assert len(re.findall("<a ", head)) == 6
    again = words(as_camille.get(INVOICES, {"tri": "-reste"}), "<thead>", "</thead>")
    assert "Reste ↓, trier par ordre croissant" in again


@pytest.mark.parametrize("state", ["a-regler", "echues", "brouillons", "reglees", "avoirs", "toutes"])
def test_every_order_of_every_state_has_its_pages(bills, as_camille, le_goff, diallo, monkeypatch, state):
    """No row lost, none twice, forwards and back, whatever the column: ties, sums and names among them."""
    monkeypatch.setattr("desk.paging.page.__kwdefaults__", {"size": 3})
    note = bills[0]
    for number in range(12):
        customer = (le_goff, diallo)[number % 2]
        paid = issued(customer, f"{10 + number // 3}.10", due_on=clock.today() - timedelta(days=number // 3))
        if state == "reglees":
            record_payment(
                customer=customer, amount=paid.total_incl_tax, method="cash", paid_on=clock.today(), by=None, invoices=[paid]
            )
        issued(customer, "5.00", kind="credit_note", credit_of=note)
        Invoice.objects.create(customer=customer, total_incl_tax=Decimal(number // 3))
    first = as_camille.get(INVOICES, {"etat": state}).context["list"]
    assert len(first.sorting.choices) >= 6
    for key, _label in first.sorting.choices:
        shown = as_camille.get(INVOICES, {"etat": state, "tri": key}).context["list"]
        seen, pages = [row.invoice.pk for row in shown.rows], 1
        while shown.page.next_url and pages < 20:
            shown = as_camille.get(shown.page.next_url).context["list"]
            seen += [row.invoice.pk for row in shown.rows]
            pages += 1
        assert (len(seen), len(set(seen)), pages > 2) == (len(seen), len(seen), True), key
        back = as_camille.get(shown.page.previous_url).context["list"]
        assert [row.invoice.pk for row in back.rows] == seen[-len(shown.rows) - 3 : -len(shown.rows)], key


def test_a_sorted_list_costs_the_same(bills, as_camille, django_assert_max_num_queries):
    as_camille.get(INVOICES)  # what is due is added up: the next ones remember it, as long as the books stand
    for key in ("-reste", "client", "total"):
        with django_assert_max_num_queries(8):
            assert as_camille.get(INVOICES, {"tri": key}).status_code == 200
    as_camille.get(PAYMENTS)
    with django_assert_max_num_queries(9):
        assert as_camille.get(PAYMENTS, {"tri": "-montant"}).status_code == 200


def test_payments_sort_too_and_keep_their_filters(bills, as_camille, le_goff):
    def sums(**query):
        return [line.payment.amount for line in as_camille.get(PAYMENTS, query).context["list"].lines]

    assert sums(tri="montant") == [Decimal(200), Decimal(850)]
    assert sums(tri="-montant") == [Decimal(850), Decimal(200)]
    assert sums(client=le_goff.public_id, tri="moyen") == [Decimal(200), Decimal(850)]
    page = as_camille.get(PAYMENTS, {"client": le_goff.public_id}).content.decode()
    assert f"?client={le_goff.public_id}&amp;tri=-montant" in page
    assert sums(client="0" * 26) == []


@pytest.mark.parametrize("value", ["WyJOYU4iLDFd", "WyIxRSs5OTk5OTkiLDFd", "WyJ4IiwxXQ", "WzEsMl0", "W251bGwsMV0"])
def test_a_place_that_was_tampered_with_shows_the_first_page(bills, as_camille, value):
    page = as_camille.get(INVOICES, {"tri": "reste", "apres": value})
    assert page.status_code == 200


# --- files


def test_what_counts_on_nothing_is_looked_for_again_when_the_books_moved(bills, as_camille, le_goff, diallo):
    """The sentence at the top is kept while they stand still, and is never that of before a gesture."""

    def told():
        first, again = (as_camille.get(PAYMENTS).context["list"].answer for _turn in range(2))
        assert first == again
        return first.split(" ne comptent")[0]

    assert told() == "Tout ce qui est reçu compte sur une facture."
    received = {"method": "transfer", "paid_on": clock.today(), "by": None}
    whole = record_payment(customer=diallo, amount=Decimal("120.00"), invoices=[bills[1]], **received)
    free = record_payment(customer=le_goff, amount=Decimal("30.00"), **received)
    assert told() == "50,00\u00a0€"
    used = allocate(free, bills[2], Decimal("10.00"), by=None)
    assert told() == "40,00\u00a0€"
    release(used, by=None)
    assert told() == "50,00\u00a0€"
    refund(whole, Decimal("5.00"), reason="trop reçu", by=None)
    assert told() == "45,00\u00a0€"
    reverse_payment(free, reason="doublon", by=None)
    assert told() == "15,00\u00a0€"


def read(answer):
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(text[1:].splitlines(), delimiter=";"))


def test_the_file_of_invoices_is_the_list_and_a_french_spreadsheet_reads_it(bills, as_karim, karim, le_goff):
    Customer.objects.filter(pk=le_goff.pk).update(name='=HYPERLINK("http://x")')
    answer = as_karim.get("/factures/export.csv", {"tri": "-reste", "etat": "a-regler", "q": "goff"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="factures-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"])
    lines = read(answer)
    today = clock.today()
    assert [(line["Numéro"], line["Total TTC"], line["Reste"], line["Client"], line["À régler le"]) for line in lines] == [
        (bills[0].number, "500,00", "300,00", '\'=HYPERLINK("http://x")', (today - timedelta(days=9)).isoformat()),
        (bills[2].number, "900,00", "50,00", '\'=HYPERLINK("http://x")', (today + timedelta(days=5)).isoformat()),
    ]
    assert [line["État"] for line in lines] == ["échue depuis 9 jours", "en partie réglée"]
    entry = AuditEntry.objects.get(event="invoices.exported")
    assert (entry.actor, entry.data) == (karim, {"filters": "tri=-reste&etat=a-regler&q=goff"})


def test_the_file_of_payments_keeps_negative_sums_as_numbers(bills, as_karim, karim, le_goff):
    spent = Payment.objects.get(amount=Decimal(200))
    reverse_payment(spent, by=karim, reason="Saisi deux fois")
    record_payment(
        customer=le_goff, amount=Decimal("12.30"), method="cheque", paid_on=clock.today(), by=karim, invoices=[], reference="+33"
    )
    lines = read(as_karim.get("/encaissements/export.csv", {"client": le_goff.public_id, "tri": "montant"}))
    assert [(line["Montant"], line["Reste à affecter"], line["Référence"]) for line in lines] == [
        ("-200,00", "0,00", ""), ("12,30", "12,30", "'+33"), ("200,00", "0,00", "RF1"), ("850,00", "0,00", "RF1"),
    ]  # fmt: skip
    assert lines[3]["Compte pour"] == bills[2].number
    assert AuditEntry.objects.filter(event="payments.exported").count() == 1
    undone = read(as_karim.get("/encaissements/export.csv", {"voir": "rendus"}))
    assert [line["Montant"] for line in undone] == ["-200,00"]


def test_a_file_costs_the_same_whatever_its_length(bills, as_karim, le_goff, monkeypatch, django_assert_max_num_queries):
    for number in range(40):
        issued(le_goff, "10.00", due_on=clock.today() - timedelta(days=number))
    as_karim.get(INVOICES)
    with django_assert_max_num_queries(7):
        assert len(read(as_karim.get("/factures/export.csv", {"etat": "toutes"}))) == 43
    with django_assert_max_num_queries(8):
        assert len(read(as_karim.get("/encaissements/export.csv"))) == 2
    monkeypatch.setattr(money_export, "BATCH", 10)
    assert len(read(as_karim.get("/factures/export.csv", {"etat": "a-regler"}))) == 43


@pytest.mark.parametrize("url", ["/factures/export.csv", "/encaissements/export.csv"])
def test_lists_are_taken_out_by_who_may_and_sees_amounts(bills, client, as_camille, as_lecture, karim, url):
    assert [one.get(url).status_code for one in (client, as_camille, as_lecture)] == [302, 403, 403]
    page = url.replace("export.csv", "")
    assert "export.csv" in signed_in(karim).get(page, {"tri": "client"}).content.decode()
    assert "export.csv" not in as_camille.get(page).content.decode()
    karim.taken = [Right.SEE_AMOUNTS]
    karim.save()
    assert signed_in(karim).get(url).status_code == 403
    assert AuditEntry.objects.filter(event__endswith="s.exported").count() == 0
