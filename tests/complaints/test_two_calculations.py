"""Two calculations of the dates of a complaint, by two people who did not read each other, agree on every day."""

import re
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest

from complaints.deadlines import compute
from tests.complaints import second_calculation as second

FIRST, LAST = date(2024, 1, 1), date(2040, 12, 31)
EVERY_DAY = tuple(FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1))

NAMES = (
    "ack_due",
    "answer_due",
    "answer_warn_on",
    "mediation_open_from",
    "mediation_last_day",
    "rejection_info_by",
    "mediation_outcome_by",
)

# id, sent, zone, ack_due, answer_due, answer_warn_on, roll642(answer_due), open_from if silent, mediation_last_day
VECTORS = """
A-01 2026-11-21 nat 2026-12-03 2027-01-21 2027-01-21 2027-01-21 2027-01-22 2027-11-21
A-02 2026-12-31 nat 2027-01-13 2027-02-28 2027-02-26 2027-03-01 2027-03-01 2027-12-31
A-03 2027-12-31 nat 2028-01-13 2028-02-29 2028-02-29 2028-02-29 2028-03-01 2028-12-31
A-04 2027-12-30 nat 2028-01-12 2028-02-29 2028-02-29 2028-02-29 2028-03-01 2028-12-30
A-05 2026-12-30 nat 2027-01-12 2027-02-28 2027-02-26 2027-03-01 2027-03-01 2027-12-30
A-06 2027-08-31 nat 2027-09-11 2027-10-31 2027-10-29 2027-11-02 2027-11-01 2028-08-31
A-07 2026-08-31 nat 2026-09-11 2026-10-31 2026-10-30 2026-11-02 2026-11-01 2027-08-31
A-08 2028-02-29 nat 2028-03-11 2028-04-29 2028-04-28 2028-05-02 2028-04-30 2029-02-28
A-09 2027-02-28 nat 2027-03-11 2027-04-28 2027-04-28 2027-04-28 2027-04-29 2028-02-28
A-10 2028-02-28 nat 2028-03-10 2028-04-28 2028-04-28 2028-04-28 2028-04-29 2029-02-28
A-11 2026-04-30 nat 2026-05-15 2026-06-30 2026-06-30 2026-06-30 2026-07-01 2027-04-30
A-12 2026-03-14 nat 2026-03-26 2026-05-14 2026-05-13 2026-05-15 2026-05-15 2027-03-14
A-13 2027-03-06 nat 2027-03-18 2027-05-06 2027-05-05 2027-05-07 2027-05-07 2028-03-06
A-14 2026-10-25 nat 2026-11-05 2026-12-25 2026-12-24 2026-12-28 2026-12-26 2027-10-25
A-15 2026-11-01 nat 2026-11-13 2027-01-01 2026-12-31 2027-01-04 2027-01-02 2027-11-01
A-16 2026-09-11 nat 2026-09-23 2026-11-11 2026-11-10 2026-11-12 2026-11-12 2027-09-11
A-17 2027-03-01 nat 2027-03-12 2027-05-01 2027-04-30 2027-05-03 2027-05-02 2028-03-01
A-18 2027-03-08 nat 2027-03-19 2027-05-08 2027-05-07 2027-05-10 2027-05-09 2028-03-08
A-19 2026-06-15 nat 2026-06-26 2026-08-15 2026-08-14 2026-08-17 2026-08-16 2027-06-15
A-20 2026-05-14 nat 2026-05-27 2026-07-14 2026-07-13 2026-07-15 2026-07-15 2027-05-14
A-21 2027-01-26 AM  2027-02-06 2027-03-26 2027-03-25 2027-03-30 2027-03-27 2028-01-26
A-22 2027-01-26 nat 2027-02-06 2027-03-26 2027-03-26 2027-03-26 2027-03-27 2028-01-26
A-23 2026-10-26 AM  2026-11-06 2026-12-26 2026-12-24 2026-12-28 2026-12-27 2027-10-26
A-24 2026-10-26 nat 2026-11-06 2026-12-26 2026-12-24 2026-12-28 2026-12-27 2027-10-26
A-25 2026-10-20 974 2026-10-31 2026-12-20 2026-12-18 2026-12-21 2026-12-21 2027-10-20
A-26 2027-02-27 976 2027-03-11 2027-04-27 2027-04-26 2027-04-28 2027-04-28 2028-02-27
A-27 2027-04-10 973 2027-04-22 2027-06-10 2027-06-09 2027-06-11 2027-06-11 2028-04-10
A-28 2026-07-31 nat 2026-08-12 2026-09-30 2026-09-30 2026-09-30 2026-10-01 2027-07-31
A-29 2027-01-31 nat 2027-02-11 2027-03-31 2027-03-31 2027-03-31 2027-04-01 2028-01-31
A-30 2028-01-31 nat 2028-02-11 2028-03-31 2028-03-31 2028-03-31 2028-04-01 2029-01-31
""".split("\n")[1:-1]
ZONE_OF = {"nat": "national", "AM": "alsace-moselle"}


def first_dates(*, sent: date, refused=None, referred=None, file_received=None, notified=None, **other) -> second.Dates:
    """The product's dates, under the names of the second calculation."""
    answer = compute(
        sent_on=sent,
        refused_on=refused,
        referred_on=referred,
        file_received_on=file_received,
        notified_on=notified,
        **other,
    )
    return second.Dates(**{name: getattr(answer, name) for name in NAMES})


def differences(cases) -> list[str]:
    """The first twenty cases where the two do not agree, in words; every other case is compared all the same."""
    found = []
    for case in cases:
        one, two = first_dates(**case), second.dates(**{k: v for k, v in case.items() if k != "referred"})
        if one != two:
            found.append(f"{case}: the product says {one}, the second calculation {two}")
    return found[:20]


def iso(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("calculate", [first_dates, second.dates], ids=["first", "second"])
@pytest.mark.parametrize("vector", VECTORS, ids=lambda line: line.split()[0])
def test_the_vectors(vector, calculate):
    _id, sent, zone, ack, answer, warn, _rolled, silent, last = vector.split()
    found = calculate(sent=iso(sent), client_type="consumer", zone=ZONE_OF.get(zone, zone))
    assert found == second.Dates(iso(ack), iso(answer), iso(warn), iso(silent), iso(last), None, None)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda line: line.split()[0])
def test_the_most_favourable_reading_of_the_vectors(vector):
    _id, sent, zone, _ack, _answer, _warn, rolled, *_ = vector.split()
    assert second.roll_642(second.same_quantieme(iso(sent), 2), ZONE_OF.get(zone, zone)) == iso(rolled)


@pytest.mark.parametrize("calculate", [first_dates, second.dates], ids=["first", "second"])
class TestTheScenarios:
    """A-31 to A-41. A second letter (A-32) and a call before the mail (A-34) are the same computation from the first
    written complaint: nothing else may start the clock."""

    def test_a31_a_refusal_opens_the_mediation_at_once(self, calculate):
        found = calculate(sent=iso("2026-11-21"), client_type="consumer", refused=iso("2026-12-05"))
        assert (found.mediation_open_from, found.mediation_last_day) == (iso("2026-12-05"), iso("2027-11-21"))

    def test_a33_a_professional_has_no_mediation(self, calculate):
        found = calculate(sent=iso("2026-11-21"), client_type="professional", refused=iso("2026-12-05"))
        assert (found.mediation_open_from, found.mediation_last_day, found.rejection_info_by, found.mediation_outcome_by) == (
            None,
            None,
            None,
            None,
        )
        assert (found.ack_due, found.answer_due) == (iso("2026-12-03"), iso("2027-01-21"))

    def test_a35_ninety_days_run_from_the_notice_and_not_from_the_referral(self, calculate):
        facts = {"sent": iso("2026-11-01"), "client_type": "consumer", "notified": iso("2026-12-01")}
        assert calculate(**facts).mediation_outcome_by == iso("2027-03-01")

    def test_a36_the_mediator_extends(self, calculate):
        facts = {"sent": iso("2026-11-01"), "client_type": "consumer", "notified": iso("2026-12-01")}
        assert calculate(**facts, extended_to=iso("2027-04-15")).mediation_outcome_by == iso("2027-04-15")

    def test_a39_ninety_days_are_not_rolled(self, calculate):
        found = calculate(sent=iso("2026-12-01"), client_type="consumer", notified=iso("2027-02-14"))
        assert found.mediation_outcome_by == iso("2027-05-15")

    def test_a40_three_weeks_from_the_file(self, calculate):
        found = calculate(sent=iso("2026-11-01"), client_type="consumer", file_received=iso("2026-11-24"))
        assert found.rejection_info_by == iso("2026-12-15")

    @pytest.mark.parametrize(
        ("notified", "outcome"),
        [("2028-01-31", "2028-04-30"), ("2028-02-29", "2028-05-29"), ("2027-11-27", "2028-02-25")],
    )
    def test_a41_ninety_days_across_february(self, calculate, notified, outcome):
        found = calculate(sent=iso("2027-10-01"), client_type="consumer", notified=iso(notified))
        assert found.mediation_outcome_by == iso(outcome)


def test_a39_the_favourable_reading_skips_whit_monday():
    assert second.roll_642(iso("2027-05-15"), "national") == iso("2027-05-18")


def test_a42_what_was_left_starts_again_for_six_months_at_least():
    ended = second.prescription_after_mediation(iso("2027-06-30"), iso("2027-03-10"), iso("2027-06-01"))
    assert (iso("2027-06-30") - iso("2027-03-10")).days == 112
    assert ended == iso("2027-12-01")


def test_a44_three_ways_of_counting_ten_days():
    start = iso("2026-12-21")
    assert second.after_ouvrables(start, 10, "national") == iso("2027-01-04")
    assert second.after_ouvres(start, 10, "national") == iso("2027-01-06")
    assert start + timedelta(10) == iso("2026-12-31")


def test_a45_two_holidays_on_one_day():
    assert len(second.holidays(2008, "national")) == 10


def test_the_easter_sundays_that_the_rules_print():
    found = [second.easter_sunday(year).isoformat() for year in range(2026, 2031)]
    assert found == ["2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21"]


@pytest.mark.parametrize("zone", second.ZONES)
def test_every_day_of_a_consumer_in_every_zone(zone):
    assert differences({"sent": day, "client_type": "consumer", "zone": zone} for day in EVERY_DAY) == []


@pytest.mark.parametrize("client_type", ["professional", "non_professional", "public"])
def test_every_day_of_the_other_clients(client_type):
    """Each day in one zone, the zones taking turns: seven and ten are coprime, so every weekday meets every zone."""
    cases = (
        {"sent": day, "client_type": client_type, "zone": second.ZONES[n % len(second.ZONES)]} for n, day in enumerate(EVERY_DAY)
    )
    assert differences(cases) == []


@pytest.mark.parametrize("client_type", second.CLIENT_TYPES)
def test_every_fact_on_every_day(client_type):
    """Refusals before, on and after the silence; files, notices and extensions at every distance, in turn."""
    steps = count()

    def cases():
        for day in EVERY_DAY:
            n = next(steps)
            refused = day + timedelta(n * 7 % 101)
            referred = day + timedelta(n * 11 % 400)
            received = referred + timedelta(n % 9)
            notified = received + timedelta(n % 23)
            yield {
                "sent": day,
                "client_type": client_type,
                "zone": second.ZONES[n % len(second.ZONES)],
                "silence_delay_months": (2, 1, 3, 6)[n % 4],
                "refused": refused if n % 3 else None,
                "referred": referred,
                "file_received": received if n % 5 else None,
                "notified": notified if n % 7 else None,
                "extended_to": notified + timedelta(91 + n % 60) if n % 7 and n % 2 else None,
            }

    assert differences(cases()) == []


@pytest.mark.parametrize("days", range(-3, 4))
def test_the_refusal_around_the_end_of_silence(days):
    """The mediation opens at the earlier of the refusal and the day after the two months, and never later."""
    sent = iso("2026-12-31")
    refused = iso("2027-03-01") + timedelta(days)
    facts = {"sent": sent, "client_type": "consumer", "refused": refused}
    assert first_dates(**facts).mediation_open_from == min(refused, iso("2027-03-01"))
    assert second.dates(**facts).mediation_open_from == min(refused, iso("2027-03-01"))


def test_the_second_calculation_borrows_nothing():
    """It imports the standard library only, or it would not be a second one."""
    words = Path(second.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r"^(?:from|import) (\w+)", words, re.M)) == {"calendar", "dataclasses", "datetime", "functools"}
