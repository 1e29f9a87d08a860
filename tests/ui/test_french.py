"""The filters: the language in force, the firm's clock, and empty values."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

TODAY = date(2026, 11, 23)
INSTANT = datetime(2026, 11, 20, 15, 42, tzinfo=UTC)  # 16 h 42 in Paris
CASES = [
    ("long_date", date(2026, 12, 1), "1<sup>er</sup>_décembre 2026", "1_December 2026"),
    ("long_date", INSTANT, "20_novembre 2026", "20_November 2026"),
    ("long_date", datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "1<sup>er</sup>_janvier 2027", "1_January 2027"),
    ("full_date", TODAY, "lundi 23_novembre 2026", "Monday 23_November 2026"),
    ("near_date:today", TODAY, "lundi 23_novembre", "Monday 23_November"),
    ("near_date:today", date(2027, 1, 6), "mercredi 6_janvier 2027", "Wednesday 6_January 2027"),
    ("relative_day:today", date(2026, 11, 24), "demain", "tomorrow"),
    ("thread_day:today", TODAY, "Aujourd’hui, lundi 23_novembre", "Today, Monday 23_November"),
    ("thread_day:today", INSTANT, "Vendredi 20_novembre", "Friday 20_November"),
    ("hour", INSTANT, "16_h_42", "16:42"),
    ("hour", time(10), "10_h", "10:00"),
    ("moment:today", INSTANT, "vendredi, 16_h_42", "Friday, 16:42"),
    ("amount", Decimal("1240"), "1_240,00_€", "€1,240.00"),
    ("amount", Decimal("-12.5"), "−12,50_€", "−€12.50"),
    ("number", 10000, "10_000", "10,000"),
    ("number:1", Decimal("4.14"), "4,1", "4.1"),
    ("file_size", 3_400_000, "3,4_Mo", "3.4_MB"),
    ("quoted", "<b>", "«_&lt;b&gt;_»", "“&lt;b&gt;”"),
    ("listed", ["a", "b", "<c>"], "a, b et &lt;c&gt;", "a, b and &lt;c&gt;"),
    ("phone", "+33639980045", "06_39_98_00_45", "06_39_98_00_45"),
    ("siren", "73282932000074", "732_829_320_00074", "732_829_320_00074"),
    ("iban", "FR7630006000011234567890189", "FR76_3000_6000_0112_3456_7890_189", "FR76_3000_6000_0112_3456_7890_189"),
    ("iso", INSTANT, "2026-11-20T15:42:00+00:00", "2026-11-20T15:42:00+00:00"),
]


def shown(filters: str, value: object) -> str:
    return Template("{{ value|" + filters + " }}").render(Context({"value": value, "today": TODAY})).replace("\xa0", "_")


@pytest.mark.parametrize(("filters", "value", "french", "english"), CASES)
def test_in_both_languages(filters: str, value: object, french: str, english: str) -> None:
    assert shown(filters, value) == french
    with translation.override("en"):
        assert shown(filters, value) == english


@pytest.mark.parametrize("filters", sorted({case[0] for case in CASES}))
def test_nothing_gives_nothing(filters: str) -> None:
    assert shown(filters, None) == ""


def test_what_people_type_is_escaped() -> None:
    for filters in ("phone", "siren", "iban", "quoted"):
        assert "<i>" not in shown(filters, "<i>")
