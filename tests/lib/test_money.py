"""Cents, and amounts as people write them."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.errors import Refusal
from lib.money import LARGEST, ZERO, cents, parse_amount, parse_number, strict_number
from lib.typography import amount, number


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
        ("1,240.50", "1240.50"),
        ("1\u202f240,50", "1240.50"),
        ("1\u00a0240,50", "1240.50"),
        ("1\u2009240,50", "1240.50"),
        ("1.240,50 €", "1240.50"),
        ("€1,240.50", "1240.50"),
        ("1’240.50", "1240.50"),
        ("1,240,500", "1240500.00"),
        ("- 1 240,5", "-1240.50"),
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
        ("1.240", "« 1.240 » peut se lire 1 240 ou 1,240. Écrivez 1240 ou 1,24."),
        ("1,240 €", "« 1,240 € » peut se lire 1 240 ou 1,240. Écrivez 1240 ou 1,24."),
        ("- 12,999", "« - 12,999 » peut se lire 12 999 ou 12,999. Écrivez 12999 ou 13,00."),
        ("(1,240)", "« (1,240) » peut se lire 1 240 ou 1,240. Écrivez 1240 ou 1,24."),
        ("1.240.5", "« 1.240.5 » n’est pas un montant. Écrivez-le comme 1240,50."),
        ("1.240 500", "« 1.240 500 » n’est pas un montant. Écrivez-le comme 1240,50."),
        ("0.240.500", "« 0.240.500 » n’est pas un montant. Écrivez-le comme 1240,50."),
        ("12 %", "« 12 % » n’est pas un montant. Écrivez-le comme 1240,50."),
        ("١٢", "« ١٢ » n’est pas un montant. Écrivez-le comme 1240,50."),
        ("1240,500", "« 1240,500 » a plus de deux décimales. Arrondissez au centime."),
        ("12,3456", "« 12,3456 » a plus de deux décimales. Arrondissez au centime."),
        ("1000000000", "Ce montant dépasse 999 999 999,99 €. Vérifiez le nombre de chiffres."),
    ],
)
def test_what_is_not_an_amount(text: str, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_amount(text)
    assert refused.value.message.replace("\u00a0", " ") == said


LANGUAGES = ("fr", "en")


@given(st.decimals(-LARGEST, LARGEST, places=2), st.sampled_from(LANGUAGES))
def test_what_is_printed_is_read_back(value: Decimal, language: str) -> None:
    assert parse_amount(amount(value, language=language)) == value


@given(st.decimals(-LARGEST, LARGEST, places=2), st.sampled_from(["", " ", "\u00a0", "\u202f", "'", "’", ".", ","]))
def test_thousands_are_read_whatever_parts_them(value: Decimal, apart: str) -> None:
    point = "," if apart == "." else "."
    assert parse_amount(f"{value:,.2f}".replace(".", "#").replace(",", apart).replace("#", point)) == value


@given(st.decimals(-LARGEST, LARGEST, places=4), st.sampled_from(LANGUAGES))
def test_a_number_that_is_read_has_one_reading(value: Decimal, language: str) -> None:
    assert parse_number(number(value, places=4, language=language), places=4) == value
    assert parse_number(number(abs(value), places=4, language=language) + " %", places=4, unit="%") == abs(value)


@given(st.text(alphabet="0123456789 .,'-€%()\u202f", max_size=14))
def test_no_text_is_read_in_two_ways(text: str) -> None:
    """Whatever is typed: what is read in thousands can not be read as a fraction, and the digits are all there."""
    try:
        value = parse_number(text, places=4)
    except Refusal:
        return
    typed = "".join(sign for sign in text if sign.isdigit())
    digits = "".join(map(str, value.as_tuple().digits)).rjust(len(typed), "0")
    assert digits == typed
    assert not re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", text.strip())


@pytest.mark.parametrize("text", ["1,240", "1.240", "12,500", "-999.999"])
def test_a_lone_separator_before_three_digits_is_refused_with_both_readings(text: str) -> None:
    whole, three = re.split("[.,]", text.removeprefix("-"))
    with pytest.raises(Refusal) as refused:
        parse_number(text, places=4)
    assert refused.value.message.replace("\u00a0", " ") == (
        f"« {text} » peut se lire {whole} {three} ou {whole},{three}. Écrivez {whole}{three} ou {whole},{three}0."
    )
    assert parse_number(f"{whole},{three}0", places=4) == Decimal(f"{whole}.{three}")


@pytest.mark.parametrize(
    ("text", "value"), [("12.50", "12.50"), ("-3", "-3"), ("12,5", "12.5"), ("1.240", "1.240"), ("0,125", "0.125"), (" 7 ", "7")]
)
def test_what_programs_write(text: str, value: str) -> None:
    assert str(strict_number(text)) == value


@pytest.mark.parametrize("text", ["1,240", "1 240,50", "1,240.50", "1.240,50", "12 €", "1e5", "NaN", "", ".5", "5.", "+1", "١٢"])
def test_what_programs_may_not_write(text: str) -> None:
    with pytest.raises(Refusal):
        strict_number(text)
