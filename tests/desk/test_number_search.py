"""Ctrl K and numbers: an invoice, a credit note, a payment, a complaint, each for those who may read it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from billing.collecting import record_payment
from complaints.handling import open_complaint
from crm.models import Customer
from desk.number_search import candidates
from lib import clock
from tests.billing.money import issued
from tests.desk.reading import words
from tests.harness.personas import signed_in

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "first", "count", "whole"),
    [
        ("F2026-000123", "F2026-000123", 1, True),
        ("f2026000123", "F2026-000123", 1, True),
        (" a2025-000007 ", "A2025-000007", 1, True),
        ("123", "F2026-000123", 75, False),
        ("000123", "F2026-000123", 75, False),
        ("n° 123", "F2026-000123", 75, False),
        ("F 123", "F2026-000123", 25, False),
        ("F-123", "F2026-000123", 25, False),
        ("AV12", "A2026-000012", 25, False),
        ("avoir 12", "A2026-000012", 25, False),
        ("2025-12", "F2025-000012", 3, False),
        ("2025000012", "F2025-000012", 3, False),
        ("R2026-000007", "R2026-000007", 1, True),
        ("réclamation 7", "R2026-000007", 25, False),
        ("bis 12", "", 0, False),
        ("12 rue", "", 0, False),
        ("06 40 00 00 01", "", 0, False),
        ("12.5", "", 0, False),
    ],
)
def test_what_a_number_may_mean(typed, first, count, whole):
    numbers, sure = candidates(typed, DAY)
    assert (numbers[0] if numbers else "", len(numbers), sure) == (first, count, whole)


@pytest.fixture
def rows(company, le_goff, diallo, nadia):
    late = issued(le_goff, "1240.00", due_on=clock.today() - timedelta(days=3), subject="Porte d’atelier")
    note = issued(le_goff, "40.00", kind="credit_note", credit_of=late)
    paid = record_payment(
        customer=le_goff, amount=Decimal("240.00"), method="transfer", paid_on=clock.today(), by=None, invoices=[late],
        reference="RF18 5390 0754",
    )  # fmt: skip
    complaint = open_complaint(
        customer=le_goff, subject="La porte frotte", body="Elle frotte en bas.", channel="post", by=nadia, today=clock.today(),
        invoice=late,
    )  # fmt: skip
    return late, note, paid, complaint


def found(client, typed):
    return words(client.get("/recherche/", {"q": typed}, headers={"HX-Request": "true"}))


def test_each_shows_what_it_comes_to_where_it_stands_and_whose_it_is(rows, as_nadia):
    late, note, _paid, complaint = rows
    assert (
        f"Facture {late.number} 1 240,00 € échue depuis 3 jours Menuiserie Le Goff, reste 1 000,00 €, Porte d’atelier"
        in found(as_nadia, late.number[-3:])
    )
    assert f"Avoir {note.number} 40,00 € avoir Menuiserie Le Goff" in found(as_nadia, f"AV{note.number[5:]}")
    for typed in ("RF18 5390", "rf185390", "RF18 5390 0754"):
        assert "Virement du " in found(as_nadia, typed)
        assert "240,00 € Menuiserie Le Goff, RF18 5390 0754" in found(as_nadia, typed)
    told = found(as_nadia, complaint.reference)
    assert f"Réclamation {complaint.reference} " in told
    assert "Menuiserie Le Goff, La porte frotte, pour accuser réception" in told
    assert found(as_nadia, "F1999-000001").startswith("Rien ne répond")


def test_a_whole_number_opens_its_page(rows, as_nadia):
    late, note, _paid, complaint = rows
    for number, url in (
        (late.number, reverse("invoice", args=[late.public_id])),
        (f" {note.number.lower()} ", reverse("invoice", args=[note.public_id])),
        (complaint.reference, reverse("complaint", args=[complaint.public_id])),
    ):
        answer = as_nadia.get("/recherche/", {"q": number})
        assert (answer.status_code, answer.headers.get("Location")) == (302, url)
    assert as_nadia.get("/recherche/", {"q": late.number[-3:]}).status_code == 200


@pytest.mark.parametrize(("right", "gone"), [("see_amounts", (0, 1, 2)), ("handle_complaints", (3,))])
def test_what_may_not_be_read_is_not_found(rows, nadia, right, gone):
    """The answer to who may not is that to a number nobody bears."""
    late, note, _paid, complaint = rows
    typed = [late.number, note.number, "RF18 5390", complaint.reference]
    nadia.taken = [right]
    nadia.save()
    client = signed_in(nadia)
    seen = [client.get("/recherche/", {"q": text}) for text in typed]
    found = [bool(answer.status_code == 302 or answer.context["numbers"]) for answer in seen]
    assert found == [place not in gone for place in range(4)]


def test_the_house_alone_searches(rows, client):
    assert client.get("/recherche/", {"q": rows[0].number}).status_code == 302


def test_words_cost_nothing_more_and_a_number_four_statements(rows, as_nadia, le_goff, django_assert_max_num_queries):
    for number in range(12):
        issued(le_goff, "10.00", due_on=clock.today() - timedelta(days=number))
    as_nadia.get("/")
    edge = connection.vendor == "postgresql"  # it reads first where the newest entries begin
    for typed, most in (("goff", 7 + edge), (rows[0].number[-3:], 12), ("1234567", 12), ("RF18 5390", 12)):
        with django_assert_max_num_queries(most):
            as_nadia.get("/recherche/", {"q": typed}, headers={"HX-Request": "true"})


@pytest.mark.parametrize("typed", ["%_1", "1\x00", "9" * 200, "F2026-" + "9" * 9, "'1", "\ud8001"[1:], "1' OR '1'='1"])
def test_no_number_is_ever_a_crash(rows, as_nadia, typed):
    assert as_nadia.get("/recherche/", {"q": typed}).status_code == 200


def test_hostile_names_are_printed_as_they_are(rows, as_nadia):
    Customer.objects.filter(pk=rows[0].customer_id).update(name="<b>x</b>")
    page = as_nadia.get("/recherche/", {"q": rows[0].number[-3:]}, headers={"HX-Request": "true"}).content.decode()
    assert ("&lt;b&gt;x&lt;/b&gt;" in page, "<b>x</b>" in page) == (True, False)
