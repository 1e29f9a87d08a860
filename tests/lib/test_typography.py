"""French forms and their English twins. No-break spaces are written « _ » in the tables."""

from datetime import date, time
from decimal import Decimal

import pytest

from lib import typography
from lib.typography import elide, file_size, hour, list_of, number, percent, plural, quoted, relative_day


def shown(text: str) -> str:
    return text.replace("\u00a0", "_")


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        ("1240", "1_240,00_€", "€1,240.00"),
        ("0", "0,00_€", "€0.00"),
        ("-12.5", "−12,50_€", "−€12.50"),
        ("1234567.895", "1_234_567,90_€", "€1,234,567.90"),
        ("-0.001", "0,00_€", "€0.00"),
    ],
)
def test_amount(value: str, french: str, english: str) -> None:
    assert shown(typography.amount(Decimal(value))) == french
    assert shown(typography.amount(Decimal(value), language="en-gb")) == english


def test_number() -> None:
    assert shown(number(1240)) == "1_240"
    assert shown(number(Decimal("1240.5"))) == "1_240,5"
    assert shown(number(Decimal("-1240.5"), places=2)) == "−1_240,50"
    assert shown(number(1240, language="en")) == "1,240"


def test_dates() -> None:
    day, first = date(2026, 11, 15), date(2026, 8, 1)
    assert shown(typography.long_date(day)) == "15_novembre 2026"
    assert shown(typography.long_date(first)) == "1er_août 2026"
    assert shown(typography.long_date_html(first)) == "1<sup>er</sup>_août 2026"
    assert shown(typography.long_date_html(date(2026, 8, 11))) == "11_août 2026"
    assert shown(typography.long_date(first, language="en")) == "1_August 2026"
    assert shown(typography.weekday_date(day)) == "dimanche 15_novembre 2026"
    assert shown(typography.weekday_date(day, year=False)) == "dimanche 15_novembre"
    assert shown(typography.weekday_date(day, language="en")) == "Sunday 15_November 2026"


def test_hour() -> None:
    assert [shown(hour(at)) for at in (time(16, 42), time(10), time(0, 5))] == ["16_h_42", "10_h", "0_h_05"]
    assert [hour(at, language="en") for at in (time(16, 42), time(10))] == ["16:42", "10:00"]


@pytest.mark.parametrize(
    ("day", "french", "english"),
    [
        (date(2026, 11, 21), "aujourd’hui", "today"),
        (date(2026, 11, 20), "hier", "yesterday"),
        (date(2026, 11, 22), "demain", "tomorrow"),
        (date(2026, 11, 19), "jeudi", "Thursday"),
        (date(2026, 11, 15), "dimanche", "Sunday"),
        (date(2026, 11, 27), "vendredi", "Friday"),
        (date(2026, 11, 14), "samedi 14_novembre", "Saturday 14_November"),
        (date(2026, 11, 28), "samedi 28_novembre", "Saturday 28_November"),
        (date(2025, 11, 20), "jeudi 20_novembre 2025", "Thursday 20_November 2025"),
    ],
)
def test_relative_day(day: date, french: str, english: str) -> None:
    today = date(2026, 11, 21)
    assert shown(relative_day(day, today)) == french
    assert shown(relative_day(day, today, language="en")) == english


def test_plural() -> None:
    assert [shown(plural(count, "facture")) for count in (0, 1, 2, 1240)] == [
        "0_facture",
        "1_facture",
        "2_factures",
        "1_240_factures",
    ]
    assert shown(plural(2, "travail", "travaux")) == "2_travaux"
    assert [shown(plural(count, "invoice", language="en")) for count in (0, 1)] == ["0_invoices", "1_invoice"]


@pytest.mark.parametrize(
    ("word", "name", "said"),
    [
        ("de", "Anne", "d’Anne"),
        ("de", "Élodie", "d’Élodie"),
        ("de", "Œdipe", "d’Œdipe"),
        ("de", "Paul", "de Paul"),
        ("de", "Hélène", "d’Hélène"),
        ("de", "Hollande", "de Hollande"),
        ("de", "Yves", "d’Yves"),
        ("de", "Yann", "de Yann"),
        ("de", "onze", "de onze"),
        ("que", "Karim", "que Karim"),
        ("que", "il", "qu’il"),
        ("la", "échéance", "l’échéance"),
        ("chez", "Anne", "chez Anne"),
        ("de", "", "de "),
    ],
)
def test_elide(word: str, name: str, said: str) -> None:
    assert elide(word, name) == said


def test_list_of() -> None:
    assert [list_of(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a et b", "a, b et c"]
    assert list_of(["a", "b", "c"], language="en") == "a, b and c"


def test_percent() -> None:
    rates = [Decimal("20.00"), Decimal("5.50"), Decimal(10), Decimal("2.1"), Decimal("0.00"), Decimal("100")]
    assert [shown(percent(rate)) for rate in rates] == ["20_%", "5,5_%", "10_%", "2,1_%", "0_%", "100_%"]
    assert [percent(rate, language="en") for rate in rates] == ["20%", "5.5%", "10%", "2.1%", "0%", "100%"]


def test_quoted() -> None:
    assert shown(quoted("Le Goff")) == "«_Le Goff_»"
    assert quoted("Le Goff", language="en") == "“Le Goff”"


@pytest.mark.parametrize(
    ("octets", "french", "english"),
    [
        (0, "0_octet", "0_bytes"),
        (999, "999_octets", "999_bytes"),
        (1000, "1_ko", "1_kB"),
        (12_400, "12_ko", "12_kB"),
        (999_600, "1_Mo", "1_MB"),
        (3_400_000, "3,4_Mo", "3.4_MB"),
        (50_000_000, "50_Mo", "50_MB"),
        (7_000_000_000_000, "7_000_Go", "7,000_GB"),
    ],
)
def test_file_size(octets: int, french: str, english: str) -> None:
    assert shown(file_size(octets)) == french
    assert shown(file_size(octets, language="en")) == english


def test_short_dates_for_a_drawing() -> None:
    assert typography.short_date(date(2026, 9, 14)) == "14\u00a0sept."
    assert typography.short_date(date(2027, 11, 1), year=True) == "1er\u00a0nov.\u00a02027"
    assert typography.short_date(date(2026, 9, 14), language="en") == "14\u00a0Sep"
