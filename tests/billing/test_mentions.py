"""What stops an issue, by who the client is, the firm's regime and the day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.mentions import advice, missing
from tests.harness.papers import BELGIAN, FRANCHISE, FREE, SHELF, STOOL, credit, samples, say


def codes(*given: Any, **more: Any) -> list[str]:
    return [one.code for one in missing(say(*given, **more))]


@pytest.mark.parametrize("name", samples())
def test_nothing_is_missing_from_a_sample(name: str) -> None:
    assert missing(samples()[name]) == []


@pytest.mark.parametrize(
    ("firm", "expected"),
    [
        ({"name": ""}, ["seller.name"]),
        ({"name": "···"}, ["seller.name"]),
        ({"address": ""}, ["seller.address"]),
        ({"postal_code": "", "city": " "}, ["seller.postal_code", "seller.city"]),
        ({"siren": "", "siret": "", "vat_number": "FR44732829320"}, ["seller.siren"]),
        ({"siren": "732829321", "siret": "", "vat_number": ""}, ["seller.siren", "seller.vat_number"]),
        ({"siret": "55210055400013"}, ["seller.siret"]),
        ({"vat_number": ""}, ["seller.vat_number"]),
        ({"vat_number": "FR45732829320"}, ["seller.vat_number"]),
        ({"vat_number": "FR96552100554"}, ["seller.vat_number"]),
        ({"legal_form": ""}, ["seller.legal_form"]),
        ({"capital": None}, ["seller.capital"]),
        ({"rcs": ""}, ["seller.rcs"]),
        ({"legal_form": "S.A.S.", "capital": None, "rcs": ""}, ["seller.capital", "seller.rcs"]),
        ({"legal_form": "SNC", "capital": None, "rcs": ""}, ["seller.rcs"]),
        ({"legal_form": "Association loi 1901", "capital": None, "rcs": ""}, []),
        ({"iban": "FR7630006000011234567890188"}, ["payment.iban"]),
        ({"iban": "", "account_holder": ""}, []),
    ],
)
def test_the_firm(firm: dict[str, Any], expected: list[str]) -> None:
    assert codes(firm=firm) == expected


def test_a_small_invoice_needs_no_vat_number() -> None:
    no_number = {"vat_number": ""}
    assert codes(lines=[{**STOOL, "unit_price": "150"}], firm=no_number) == []
    assert codes(lines=[{**STOOL, "unit_price": "150.01"}], firm=no_number) == ["seller.vat_number"]
    assert codes(lines=[FREE, FREE], firm=FRANCHISE) == []


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ({"name": " "}, ["buyer.name"]),
        ({"address": "", "postal_code": "", "city": ""}, ["buyer.address", "buyer.postal_code", "buyer.city"]),
        ({"siren": "552100555", "vat_number": ""}, ["buyer.siren"]),
        ({"siret": "73282932000074"}, ["buyer.siret"]),
        ({"vat_number": "FR97552100554"}, ["buyer.vat_number"]),
        ({"siren": "", "vat_number": ""}, []),
    ],
)
def test_the_client(client: dict[str, Any], expected: list[str]) -> None:
    assert codes(client=client) == expected


@pytest.mark.parametrize("client_type", ["unknown", ""])
def test_who_the_client_is_must_be_said(client_type: str) -> None:
    found = missing(say(client_type))
    assert [(one.code, one.where) for one in found] == [("buyer.client_type", "customer.type")]
    assert "particulier" in found[0].words


def test_a_consumer_has_an_address_and_a_mediator() -> None:
    assert codes("consumer", client={"address": ""}) == ["buyer.address"]
    for field in ("mediator_name", "mediator_postal_address", "mediator_website"):
        assert codes("consumer", firm={field: ""}) == ["mention.mediator"]
        assert codes("professional", firm={field: ""}) == []
        assert codes("non_professional", firm={field: ""}) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"description": " – "}, ["line.description"]),
        ({"quantity": "0"}, ["line.quantity"]),
        ({"unit_price": "-980"}, ["line.unit_price"]),
        ({"discount": "101"}, ["line.discount"]),
        ({"vat_rate": "19.6"}, ["line.vat_rate"]),
        ({"vat_rate": "0"}, ["line.vat_reason"]),
        ({"vat_rate": "10", "vat_category": "AE"}, ["line.vat_rate"]),
        ({"vat_rate": "0", "vat_category": "E"}, ["vat.reason"]),
    ],
)
def test_the_lines(line: dict[str, Any], expected: list[str]) -> None:
    found = missing(say(lines=[STOOL, {**SHELF, **line}]))
    assert [one.code for one in found if one.code != "totals"] == expected
    assert [one.where for one in found if one.code.startswith("line.")] == [
        f"lines.2.{'vat_category' if code == 'line.vat_reason' else code.removeprefix('line.')}" for code in expected if
        code.startswith("line.")
    ]  # fmt: skip


def test_no_line_and_nothing_to_pay() -> None:
    assert codes(lines=[]) == ["lines"]
    assert codes(lines=[{**SHELF, "unit_price": "0"}]) == ["totals"]


def test_a_firm_in_franchise_shows_no_tax() -> None:
    assert codes(lines=[{**FREE, "vat_rate": "20"}], firm=FRANCHISE) == ["line.vat_in_franchise"]
    assert codes(lines=[FREE], firm=FRANCHISE) == []


def test_tax_owed_by_the_client_needs_the_clients_number() -> None:
    works = [{**SHELF, "vat_rate": "0", "vat_category": "AE"}]
    assert codes(lines=works, client={"vat_number": ""}) == ["buyer.vat_number"]
    assert codes(lines=works, client={**BELGIAN, "vat_number": "BE0403170700"}) == ["buyer.vat_number"]
    goods = [{**STOOL, "vat_rate": "0", "vat_category": "K"}]
    assert codes(lines=goods) == ["buyer.country"]
    assert codes(lines=[{**STOOL, "vat_rate": "0", "vat_category": "G"}]) == ["buyer.country"]


def test_no_wording_is_invented_when_the_law_moves() -> None:
    assert codes(lines=[FREE], firm=FRANCHISE, on=date(2028, 6, 30)) == []
    assert codes(lines=[FREE], firm=FRANCHISE, on=date(2028, 7, 1)) == ["vat.reason"]


def test_a_credit_note_names_the_invoice_it_corrects() -> None:
    assert missing(credit()) == []
    assert [one.code for one in missing(replace(credit(), preceding=None))] == ["preceding"]
    late = replace(credit(), issued_on=date(2026, 10, 1))
    assert [one.code for one in missing(late)] == ["preceding.issued_on"]


def test_the_clients_siren_is_told_now_and_due_in_september_2027() -> None:
    bare = {"client": {"siren": "", "vat_number": ""}}
    now, later = say(**bare), say(**bare, on=date(2027, 9, 1))
    assert ([one.code for one in missing(now)], [one.code for one in advice(now)]) == ([], ["buyer.siren"])
    assert ([one.code for one in missing(later)], advice(later)) == (["buyer.siren"], [])
    assert [one.code for one in advice(say("consumer", on=date(2027, 8, 31)))] == []


def test_words_of_the_law_are_neither_empty_nor_for_the_wrong_person() -> None:
    document = say()
    empty = replace(document, mentions=tuple(replace(one, words=" . ") for one in document.mentions))
    assert [one.code for one in missing(empty)] == [
        "mention.penalties-professional", "mention.recovery-indemnity", "mention.no-discount",
    ]  # fmt: skip
    wrong = replace(say("consumer"), mentions=(*say("consumer").mentions, *document.mentions[:2]))
    assert [one.code for one in missing(wrong)] == ["mention.recovery-indemnity", "mention.penalties-professional"]


def test_a_due_date_before_the_invoice() -> None:
    document = say()
    assert document.payment is not None
    early = replace(document, payment=replace(document.payment, due_on=date(2026, 11, 20)))
    assert [one.code for one in missing(early)] == ["payment.due_on"]


def test_every_sentence_says_what_to_do() -> None:
    worst = say(
        "unknown",
        lines=[{"description": "", "quantity": "0", "unit_price": "-1", "vat_rate": "7"}],
        firm=dict.fromkeys(["name", "address", "postal_code", "city", "siren", "siret", "vat_number", "legal_form"], ""),
        client=dict.fromkeys(["name", "address", "postal_code", "city"], ""),
    )
    found = missing(worst)
    assert len(found) > 12
    for one in found:
        assert one.words[0].isupper()
        assert one.words.endswith((".", "?"))
        assert "'" not in one.words
        assert one.where.split(".")[0] in {"company", "customer", "invoice", "lines"}
    assert worst.totals.excl_tax == Decimal("0.00")
