"""Crediting an invoice piece by piece gives back exactly what it asked for, rate by rate, on both sides of the books."""

import os
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import auditing
from billing.correcting import credit_invoice, left_to_credit
from billing.models import Invoice, LedgerEntry
from billing.sums import taken_back
from crm.customers import create_customer
from lib import clock
from lib.errors import Refusal
from lib.vat import VatGroup, totals, vat_of
from tests.billing.house import issued, open_firm, settle

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = clock.today()
MANY = int(os.environ.get("EGARDS_CENTS", "0"))
RATES = ("20", "10", "5.5", "2.1", "8.5")


def per_rate(document: Invoice) -> dict[Decimal, tuple[Decimal, Decimal]]:
    """Base and tax of each rate, as the document printed them."""
    return {D(row["rate"]): (D(row["base"]), D(row["tax"])) for row in document.snapshot["vat"]}


def added(notes: list[Invoice]) -> dict[Decimal, tuple[Decimal, Decimal]]:
    found: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for note in notes:
        for rate, (base, tax) in per_rate(note).items():
            before = found.get(rate, (D(0), D(0)))
            found[rate] = before[0] + base, before[1] + tax
    return found


def accounts(about: str) -> dict[str, Decimal]:
    """Credit less debit of each account, over the documents of that kind."""
    rows = LedgerEntry.objects.filter(about_kind=about).order_by().values("account").annotate(d=Sum("debit"), c=Sum("credit"))
    return {row["account"]: (row["c"] - row["d"]).quantize(D("0.01")) for row in rows}


def credit(invoice: Invoice, *lines: dict[str, object]) -> Invoice:
    return credit_invoice(invoice, lines=list(lines) or None, reason="Geste", by=None, on=TODAY)


def test_a_hundred_euros_taken_back_by_thirds(diallo):
    """At 5,5 %: each third alone bears 1,83 of tax, and three of them with the last cent would give back 5,49 of 5,50."""
    open_firm()
    invoice = issued(settle(diallo), [{"description": "Pose", "unit_price": "100", "vat_rate": "5.5"}])
    notes = [credit(invoice, {"position": 1, "amount": "33.33"}) for _third in range(3)] + [credit(invoice)]
    assert [(note.total_excl_tax, note.total_tax) for note in notes] == [
        (D("33.33"), D("1.83")), (D("33.33"), D("1.84")), (D("33.33"), D("1.83")), (D("0.01"), D("0.00")),
    ]  # fmt: skip
    assert sum(note.total_incl_tax for note in notes) == invoice.total_incl_tax == D("105.50")
    assert (invoice.balance(), auditing.verify()) == (D(0), [])


def test_the_last_piece_takes_what_is_left_of_its_line(diallo):
    """Three pieces of 3,335 make 10,01; one by one they would make 3,34 each, and the third would be refused."""
    open_firm()
    invoice = issued(settle(diallo), [{"description": "Vis", "quantity": "3", "unit_price": "3.3350", "vat_rate": "20"}])
    notes = [credit(invoice, {"position": 1, "quantity": "1"}) for _piece in range(3)]
    assert [note.total_excl_tax for note in notes] == [D("3.34"), D("3.34"), D("3.33")]
    assert (sum(note.total_incl_tax for note in notes), invoice.total_incl_tax) == (D("12.01"), D("12.01"))
    with pytest.raises(Refusal):
        credit(invoice, {"position": 1, "quantity": "1"})


def test_an_amount_between_pieces_leaves_the_pieces_to_their_price(diallo):
    open_firm()
    invoice = issued(settle(diallo), [{"description": "Vis", "quantity": "3", "unit_price": "3.3350", "vat_rate": "20"}])
    credit(invoice, {"position": 1, "amount": "0.02"})
    credit(invoice, {"position": 1, "quantity": "2"})
    with pytest.raises(Refusal, match="Il reste 3,32"):
        credit(invoice, {"position": 1, "quantity": "1"})
    assert credit(invoice).total_excl_tax == D("3.32")
    assert left_to_credit(invoice) == {1: D(0)}


def test_notes_of_before_the_rule_are_made_up_for():
    """A note that rounded by itself, a cent too much: the next one bears that much less, never less than nothing."""
    sold = VatGroup("S", D(20), D("0.03"), D("0.01"))
    assert totals([sold_for("0.03")], taken=[sold] * 2).tax == D("0.00")
    assert totals([sold_for("0.06")], taken=[sold] * 3).tax == D("0.00")
    assert totals([sold_for("0.03")], taken=[VatGroup("S", D(10), D("0.04"), D("0.00"))]).tax == D("0.01")


def sold_for(net: str):
    class Sold:
        vat_rate, vat_category = D(20), "S"

    found = Sold()
    found.net = D(net)
    return found


line = st.fixed_dictionaries(
    {
        "description": st.just("Pose"),
        "quantity": st.integers(1, 1200).map(lambda number: str(D(number) / 100)),
        "unit_price": st.integers(1, 99_999).map(lambda number: str(D(number) / 1000)),
        "discount": st.sampled_from(["0", "10", "33.33"]),
        "vat_rate": st.sampled_from(RATES),
    }
)
cut = st.tuples(st.integers(0, 9), st.integers(1, 100))  # which line, and how many hundredths of what is left of it


@settings(max_examples=MANY or 25, deadline=None, derandomize=not MANY, database=None, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(line, min_size=1, max_size=4), cuts=st.lists(cut, max_size=8))
def test_whatever_the_pieces(lines, cuts):
    with transaction.atomic():
        open_firm()
        customer = settle(create_customer(by=None, name="Diallo", type="consumer", email="diallo@client.example"))
        try:
            invoice = issued(customer, lines)
        except Refusal:  # worth nothing
            transaction.set_rollback(True)
            return
        whole, notes = per_rate(invoice), []
        for which, hundredths in cuts:
            left = {place: net for place, net in left_to_credit(invoice).items() if net}
            if not left:
                break
            place = sorted(left)[which % len(left)]
            amount = max(D("0.01"), (left[place] * hundredths / 100).quantize(D("0.01"), rounding="ROUND_DOWN"))
            note = credit(invoice, {"position": place, "amount": amount})
            for rate, (base, tax) in per_rate(note).items():
                assert abs(tax - vat_of(base, rate)) <= D("0.01")
            notes.append(note)
            for rate, (base, tax) in added(notes).items():
                assert base <= whole[rate][0]
                assert D(0) <= tax <= whole[rate][1]
        if any(left_to_credit(invoice).values()):
            notes.append(credit(invoice))
        zero = {rate: pair for rate, pair in whole.items() if pair[0]}
        assert added(notes) == zero
        assert sum(note.total_incl_tax for note in notes) == invoice.total_incl_tax
        assert sum((group.tax for group in taken_back(invoice)), D(0)) == invoice.total_tax
        asked, given_back = accounts("invoice"), defaultdict(Decimal, accounts("credit_note"))
        assert {name: asked[name] + given_back[name] for name in asked} == dict.fromkeys(asked, D(0))
        assert (invoice.balance(), auditing.verify()) == (D(0), [])
        transaction.set_rollback(True)
