"""Cents, and amounts as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import Refusal
from lib.money import LARGEST, ZERO, cents, parse_amount
from lib.typography import amount


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.125", "0.13"), ("1.005", "1.01"), ("-0.125", "-0.13"), ("2", "2.00"), ("0.004", "0.00"), ("1.4549", "1.45")],
)
def test_half_a_cent_goes_up(value: str, rounded: str) -> None:
    assert str(cents(Decimal(value))) == rounded


def test_no_float_comes_near_money() -> None:
    with pytest.raises(TypeError):
        cents(0.1)  # type: ignore[arg-type]
    assert str(ZERO) == "0.00"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 240,50 €", "1240.50"),
        ("1\u202f240,50\u00a0€", "1240.50"),
        ("1.240,50", "1240.50"),
        ("1,240.50", "1240.50"),
        ("1'240.50", "1240.50"),
        ("1240.5", "1240.50"),
        ("1240,5", "1240.50"),
        ("1240", "1240.00"),
        ("1 240", "1240.00"),
        ("1.240.000", "1240000.00"),
        ("-12", "-12.00"),
        ("− 12,30 EUR", "-12.30"),
        ("(12,30)", "-12.30"),
        ("€12", "12.00"),
        ("12 euros", "12.00"),
        ("12,", "12.00"),
        ("0", "0.00"),
        ("999999999,99", "999999999.99"),
    ],
)
def test_parse_amount(text: str, value: str) -> None:
    assert str(parse_amount(text)) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Indiquez un montant, par exemple 1240,50."),
        ("€", "Indiquez un montant, par exemple 1240,50."),
        ("douze", "« douze » n’est pas un montant. Écrivez-le comme 1240,50."),
        ("12 24", "« 12 24 » n’est pas un montant. Écrivez-le comme 1240,50."),
        ("1e5", "« 1e5 » n’est pas un montant. Écrivez-le comme 1240,50."),
        ("NaN", "« NaN » n’est pas un montant. Écrivez-le comme 1240,50."),
        ("1.240", "« 1.240 » peut se lire de deux façons. Écrivez 1240 ou 1,24, sans autre séparateur."),
        ("1,240", "« 1,240 » peut se lire de deux façons. Écrivez 1240 ou 1,24, sans autre séparateur."),
        ("1.240.5", "« 1.240.5 » peut se lire de deux façons. Écrivez 1240 ou 1,24, sans autre séparateur."),
        ("12,3456", "« 12,3456 » a plus de deux décimales. Arrondissez au centime."),
        ("1000000000", "Ce montant dépasse 999 999 999,99 €. Vérifiez le nombre de chiffres."),
    ],
)
def test_what_is_not_an_amount(text: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_amount(text)
    assert refused.value.message.replace("\u00a0", " ") == said


@given(st.decimals(-LARGEST, LARGEST, places=2))
def test_what_is_printed_is_read_back(value: Decimal) -> None:
    assert parse_amount(amount(value)) == value
