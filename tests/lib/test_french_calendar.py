"""Holidays against a hand-written table of Easter, and the periods of the legal reference."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import law
from lib.french_calendar import (
    Zone,
    add_months,
    add_ouvrables,
    add_working_days,
    holidays,
    is_ouvrable,
    is_working_day,
    next_working_day,
    working_day_on_or_after,
    working_day_on_or_before,
    zone_of_department,
)

# Easter Sundays from the tables of the computus, copied by hand: month, day.
EASTER = {
    2020: (4, 12), 2021: (4, 4), 2022: (4, 17), 2023: (4, 9), 2024: (3, 31), 2025: (4, 20), 2026: (4, 5),
    2027: (3, 28), 2028: (4, 16), 2029: (4, 1), 2030: (4, 21), 2031: (4, 13), 2032: (3, 28), 2033: (4, 17),
    2034: (4, 9), 2035: (3, 25), 2036: (4, 13), 2037: (4, 5), 2038: (4, 25), 2039: (4, 10), 2040: (4, 1),
}  # fmt: skip


@pytest.mark.parametrize("year", sorted(EASTER))
def test_the_eleven_national_days(year: int) -> None:
    sunday = date(year, *EASTER[year])
    moving = [sunday + timedelta(days=days) for days in (1, 39, 50)]
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    assert list(holidays(year)) == sorted({*moving, *(date(year, *day) for day in fixed)})


def test_the_days_of_2026_by_name() -> None:
    assert holidays(2026) == {
        date(2026, 1, 1): "Jour de l’An",
        date(2026, 4, 6): "Lundi de Pâques",
        date(2026, 5, 1): "Fête du Travail",
        date(2026, 5, 8): "Victoire de 1945",
        date(2026, 5, 14): "Ascension",
        date(2026, 5, 25): "Lundi de Pentecôte",
        date(2026, 7, 14): "Fête nationale",
        date(2026, 8, 15): "Assomption",
        date(2026, 11, 1): "Toussaint",
        date(2026, 11, 11): "Armistice de 1918",
        date(2026, 12, 25): "Noël",
    }


@pytest.mark.parametrize(
    ("zone", "more"),
    [
        (Zone.ALSACE_MOSELLE, [(3, 26), (12, 26)]),
        (Zone.GUADELOUPE, [(5, 27)]),
        (Zone.MARTINIQUE, [(5, 22)]),
        (Zone.GUYANE, [(6, 10)]),
        (Zone.REUNION, [(12, 20)]),
        (Zone.SAINT_PIERRE_ET_MIQUELON, []),
        (Zone.MAYOTTE, [(4, 27)]),
        (Zone.SAINT_BARTHELEMY, [(10, 9)]),
        (Zone.SAINT_MARTIN, [(5, 27)]),
    ],
)
def test_what_each_zone_adds(zone: Zone, more: list[tuple[int, int]]) -> None:
    assert sorted(holidays(2027, zone).keys() - holidays(2027).keys()) == [date(2027, *day) for day in more]


def test_two_holidays_on_one_day() -> None:
    assert holidays(2008)[date(2008, 5, 1)] == "Fête du Travail, Ascension"
    assert len(holidays(2008)) == 10


def test_what_our_data_does_not_know_is_not_guessed() -> None:
    with pytest.raises(law.MissingLaw):
        holidays(1970)
    with pytest.raises(ValueError, match="Atlantide"):
        holidays(2026, "Atlantide")


@pytest.mark.parametrize(
    ("department", "zone"),
    [("29", Zone.NATIONAL), ("67", Zone.ALSACE_MOSELLE), ("974", Zone.REUNION), ("977", Zone.SAINT_BARTHELEMY),
     ("", Zone.NATIONAL), ("987", Zone.NATIONAL)],
)  # fmt: skip
def test_zone_of_department(department: str, zone: Zone) -> None:
    assert zone_of_department(department) == zone


# Vectors of the legal reference: sent, zone, 10 ouvrables, + 2 months, last ouvré, next ouvré, + 12 months.
PERIODS = """
2026-11-21 national        2026-12-03 2027-01-21 2027-01-21 2027-01-21 2027-11-21
2026-12-31 national        2027-01-13 2027-02-28 2027-02-26 2027-03-01 2027-12-31
2027-12-31 national        2028-01-13 2028-02-29 2028-02-29 2028-02-29 2028-12-31
2027-12-30 national        2028-01-12 2028-02-29 2028-02-29 2028-02-29 2028-12-30
2026-12-30 national        2027-01-12 2027-02-28 2027-02-26 2027-03-01 2027-12-30
2027-08-31 national        2027-09-11 2027-10-31 2027-10-29 2027-11-02 2028-08-31
2026-08-31 national        2026-09-11 2026-10-31 2026-10-30 2026-11-02 2027-08-31
2028-02-29 national        2028-03-11 2028-04-29 2028-04-28 2028-05-02 2029-02-28
2027-02-28 national        2027-03-11 2027-04-28 2027-04-28 2027-04-28 2028-02-28
2028-02-28 national        2028-03-10 2028-04-28 2028-04-28 2028-04-28 2029-02-28
2026-04-30 national        2026-05-15 2026-06-30 2026-06-30 2026-06-30 2027-04-30
2026-03-14 national        2026-03-26 2026-05-14 2026-05-13 2026-05-15 2027-03-14
2027-03-06 national        2027-03-18 2027-05-06 2027-05-05 2027-05-07 2028-03-06
2026-10-25 national        2026-11-05 2026-12-25 2026-12-24 2026-12-28 2027-10-25
2026-11-01 national        2026-11-13 2027-01-01 2026-12-31 2027-01-04 2027-11-01
2026-09-11 national        2026-09-23 2026-11-11 2026-11-10 2026-11-12 2027-09-11
2027-03-01 national        2027-03-12 2027-05-01 2027-04-30 2027-05-03 2028-03-01
2027-03-08 national        2027-03-19 2027-05-08 2027-05-07 2027-05-10 2028-03-08
2026-06-15 national        2026-06-26 2026-08-15 2026-08-14 2026-08-17 2027-06-15
2026-05-14 national        2026-05-27 2026-07-14 2026-07-13 2026-07-15 2027-05-14
2027-01-26 alsace-moselle  2027-02-06 2027-03-26 2027-03-25 2027-03-30 2028-01-26
2027-01-26 national        2027-02-06 2027-03-26 2027-03-26 2027-03-26 2028-01-26
2026-10-26 alsace-moselle  2026-11-06 2026-12-26 2026-12-24 2026-12-28 2027-10-26
2026-10-26 national        2026-11-06 2026-12-26 2026-12-24 2026-12-28 2027-10-26
2026-10-20 974             2026-10-31 2026-12-20 2026-12-18 2026-12-21 2027-10-20
2027-02-27 976             2027-03-11 2027-04-27 2027-04-26 2027-04-28 2028-02-27
2027-04-10 973             2027-04-22 2027-06-10 2027-06-09 2027-06-11 2028-04-10
2026-07-31 national        2026-08-12 2026-09-30 2026-09-30 2026-09-30 2027-07-31
2027-01-31 national        2027-02-11 2027-03-31 2027-03-31 2027-03-31 2028-01-31
2028-01-31 national        2028-02-11 2028-03-31 2028-03-31 2028-03-31 2029-01-31
"""


@pytest.mark.parametrize("line", PERIODS.strip().splitlines())
def test_the_periods_of_the_legal_reference(line: str) -> None:
    sent_text, zone, *expected = line.split()
    sent = date.fromisoformat(sent_text)
    due = add_months(sent, 2)
    found = [
        add_ouvrables(sent, 10, zone),
        due,
        working_day_on_or_before(due, zone),
        working_day_on_or_after(due, zone),
        add_months(sent, 12),
    ]
    assert [day.isoformat() for day in found] == expected


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-11-10", 1, "2026-11-12"),
        ("2026-12-24", 1, "2026-12-28"),
        ("2026-11-19", 3, "2026-11-24"),
    ],
)
def test_add_working_days(day: str, count: int, expected: str) -> None:
    assert add_working_days(date.fromisoformat(day), count) == date.fromisoformat(expected)


def test_a_period_has_at_least_a_day() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        add_working_days(date(2026, 11, 21), 0)


days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@given(days, st.sampled_from(Zone))
def test_the_next_working_day_is_the_first_one_after(day: date, zone: Zone) -> None:
    found = next_working_day(day, zone)
    between = [day + timedelta(days=step) for step in range(1, (found - day).days)]
    assert found > day
    assert is_working_day(found, zone)
    assert [other for other in between if is_working_day(other, zone)] == []


@given(days, st.integers(1, 60), st.sampled_from(Zone))
def test_ouvrables_never_last_longer_than_ouvres(day: date, count: int, zone: Zone) -> None:
    assert day < add_ouvrables(day, count, zone) <= add_working_days(day, count, zone)
    assert is_ouvrable(add_ouvrables(day, count, zone), zone)


@given(days, st.integers(-24, 24))
def test_months_keep_the_day_or_end_the_month(day: date, count: int) -> None:
    moved = add_months(day, count)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == count
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1
