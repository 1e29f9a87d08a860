"""What a document says, frozen: composed once, told as JSON, read again to the letter."""

import json
from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal

import pytest

from billing.document import from_json, to_json
from billing.transfer import is_rf_reference
from tests.harness.papers import CLIENT_SIREN, FRANCHISE, FREE, IBAN, SHELF, SIREN, STOOL, TODAY, credit, samples, say


@pytest.mark.parametrize("name", samples())
def test_json_and_back(name: str) -> None:
    document = samples()[name]
    told = json.loads(json.dumps(to_json(document)))
    assert from_json(told) == document
    assert to_json(from_json(told)) == told


def test_a_format_of_tomorrow_is_not_guessed() -> None:
    told = {**to_json(say()), "format_version": 2}
    with pytest.raises(ValueError, match="format 2"):
        from_json(told)


def test_nothing_of_it_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        say().number = "F2026-000124"  # type: ignore[misc]


def test_what_a_thin_line_does_not_give() -> None:
    document = say()
    assert (document.nature, document.supply_on, document.process) == ("services", TODAY, "S1")
    assert document.payment is not None
    assert (document.payment.due_on, document.payment.terms) == (date(2026, 12, 21), "à 30\u00a0jours")
    assert (document.seller.endpoint, document.buyer.endpoint) == (SIREN, CLIENT_SIREN)
    assert document.specimen is True  # the suite runs as a demonstration


def test_the_sums() -> None:
    document = say()
    assert [(str(group.rate), str(group.base), str(group.tax)) for group in document.vat] == [
        ("20", "240.00", "48.00"),
        ("10", "1320.00", "132.00"),
    ]
    assert (str(document.totals.excl_tax), str(document.totals.tax), str(document.totals.payable)) == (
        "1560.00",
        "180.00",
        "1740.00",
    )


def test_how_to_pay() -> None:
    payment = say().payment
    assert payment is not None
    assert (payment.holder, payment.iban, payment.reference) == ("MENUISERIE DUVAL SARL", IBAN, "RF86F2026000123")
    assert is_rf_reference(payment.reference)


@pytest.mark.parametrize(
    ("client_type", "keys"),
    [
        ("professional", ["penalties-professional", "recovery-indemnity", "no-discount"]),
        ("public", ["penalties-public", "recovery-indemnity", "no-discount"]),
        ("consumer", ["mediator"]),
        ("non_professional", []),
    ],
)
def test_the_mentions_of_each_client(client_type: str, keys: list[str]) -> None:
    assert [one.key for one in say(client_type).mentions] == keys


def test_the_rate_of_the_semester_and_none_when_it_is_not_published() -> None:
    now = say().mention("penalties-professional")
    later = say(on=date(2027, 1, 4)).mention("penalties-professional")
    assert now is not None
    assert later is not None
    assert now.words.endswith("majoré de 10\u00a0points\u00a0: 12,40\u00a0% l’an au second semestre 2026")
    assert later.words.endswith("majoré de 10\u00a0points")


def test_braces_in_a_name_stay_what_they_are() -> None:
    mention = say("consumer", firm={"mediator_name": "{website} {0.__class__} %(x)s"}).mention("mediator")
    assert mention is not None
    assert "{website} {0.__class__} %(x)s, 3 quai des Exemples" in mention.words


def test_a_firm_in_franchise() -> None:
    document = say(lines=[FREE], firm=FRANCHISE)
    assert [(group.category, group.code, group.reason) for group in document.vat] == [
        ("E", "VATEX-FR-FRANCHISE", "TVA non applicable, article 293 B du CGI")
    ]
    assert (document.seller.name, document.seller.sole_trader, str(document.totals.tax)) == ("Jeanne Duval, EI", True, "0.00")


@pytest.mark.parametrize("name", ["Jeanne Duval EI", "Jeanne Duval, Entrepreneur individuel", "EI Jeanne Duval"])
def test_ei_is_written_once(name: str) -> None:
    assert say(lines=[FREE], firm={**FRANCHISE, "name": name}).seller.name == name


def test_a_credit_note_names_its_invoice() -> None:
    document = credit()
    assert document.preceding is not None
    assert (document.type_code, document.preceding.number, f"{document.preceding.issued_on}") == (
        "381",
        "F2026-000100",
        "2026-10-02",
    )
    assert (document.payment, document.supply_on) == (None, TODAY)
    assert [one.note for one in document.mentions] == ["PMD", "PMT", "AAB"]
    assert credit("consumer").mentions == ()
    assert document.totals.incl_tax == Decimal("288.00")


def test_terms_are_the_invoices_the_clients_or_the_firms() -> None:
    def due(**more: object) -> str:
        payment = say(**more).payment  # type: ignore[arg-type]
        assert payment is not None
        return payment.due_on.isoformat()

    client = {"payment_days": 45, "payment_counting": "days_then_end_of_month"}
    assert due(firm={"payment_days": 15}) == "2026-12-06"
    assert due(client=client) == "2027-01-31"
    assert due(client=client, payment_days=10, payment_counting="net") == "2026-12-01"
    assert due(payment_days=0) == "2026-11-21"


def test_a_document_for_one_person_and_another_type() -> None:
    document = say(client_type="professional", contact={"civility": "mme", "first_name": "Anne", "last_name": "Le Goff"})
    assert document.buyer.attention == "Mme Le Goff"
    home = say("professional", [SHELF, STOOL]).buyer.client_type, say("professional", [SHELF]).buyer
    assert home[0] == home[1].client_type == "professional"


def test_the_process_says_what_is_already_paid() -> None:
    assert [say(prepaid=paid, nature=nature).process for paid, nature in
            [("0.00", "goods"), ("500.00", "mixed"), ("1740.00", "mixed")]] == ["B1", "M1", "M2"]  # fmt: skip
