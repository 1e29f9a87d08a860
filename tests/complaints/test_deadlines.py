"""The dates of a complaint against the vectors of the legal reference (A-01 to A-45), and what is refused."""

import json
import subprocess
import sys
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from complaints import deadlines
from complaints.deadlines import compute, limitation_ends_on, roll_642
from lib import law
from lib.french_calendar import add_ouvrables, add_working_days, holidays

# id, sent, zone, ack_due, answer_due, answer_warn_on, roll 642 of answer_due, open from if silent, mediation_last_day
VECTORS = """
A-01 2026-11-21 national 2026-12-03 2027-01-21 2027-01-21 2027-01-21 2027-01-22 2027-11-21
A-02 2026-12-31 national 2027-01-13 2027-02-28 2027-02-26 2027-03-01 2027-03-01 2027-12-31
A-03 2027-12-31 national 2028-01-13 2028-02-29 2028-02-29 2028-02-29 2028-03-01 2028-12-31
A-04 2027-12-30 national 2028-01-12 2028-02-29 2028-02-29 2028-02-29 2028-03-01 2028-12-30
A-05 2026-12-30 national 2027-01-12 2027-02-28 2027-02-26 2027-03-01 2027-03-01 2027-12-30
A-06 2027-08-31 national 2027-09-11 2027-10-31 2027-10-29 2027-11-02 2027-11-01 2028-08-31
A-07 2026-08-31 national 2026-09-11 2026-10-31 2026-10-30 2026-11-02 2026-11-01 2027-08-31
A-08 2028-02-29 national 2028-03-11 2028-04-29 2028-04-28 2028-05-02 2028-04-30 2029-02-28
A-09 2027-02-28 national 2027-03-11 2027-04-28 2027-04-28 2027-04-28 2027-04-29 2028-02-28
A-10 2028-02-28 national 2028-03-10 2028-04-28 2028-04-28 2028-04-28 2028-04-29 2029-02-28
A-11 2026-04-30 national 2026-05-15 2026-06-30 2026-06-30 2026-06-30 2026-07-01 2027-04-30
A-12 2026-03-14 national 2026-03-26 2026-05-14 2026-05-13 2026-05-15 2026-05-15 2027-03-14
A-13 2027-03-06 national 2027-03-18 2027-05-06 2027-05-05 2027-05-07 2027-05-07 2028-03-06
A-14 2026-10-25 national 2026-11-05 2026-12-25 2026-12-24 2026-12-28 2026-12-26 2027-10-25
A-15 2026-11-01 national 2026-11-13 2027-01-01 2026-12-31 2027-01-04 2027-01-02 2027-11-01
A-16 2026-09-11 national 2026-09-23 2026-11-11 2026-11-10 2026-11-12 2026-11-12 2027-09-11
A-17 2027-03-01 national 2027-03-12 2027-05-01 2027-04-30 2027-05-03 2027-05-02 2028-03-01
A-18 2027-03-08 national 2027-03-19 2027-05-08 2027-05-07 2027-05-10 2027-05-09 2028-03-08
A-19 2026-06-15 national 2026-06-26 2026-08-15 2026-08-14 2026-08-17 2026-08-16 2027-06-15
A-20 2026-05-14 national 2026-05-27 2026-07-14 2026-07-13 2026-07-15 2026-07-15 2027-05-14
A-21 2027-01-26 alsace-moselle 2027-02-06 2027-03-26 2027-03-25 2027-03-30 2027-03-27 2028-01-26
A-22 2027-01-26 national 2027-02-06 2027-03-26 2027-03-26 2027-03-26 2027-03-27 2028-01-26
A-23 2026-10-26 alsace-moselle 2026-11-06 2026-12-26 2026-12-24 2026-12-28 2026-12-27 2027-10-26
A-24 2026-10-26 national 2026-11-06 2026-12-26 2026-12-24 2026-12-28 2026-12-27 2027-10-26
A-25 2026-10-20 974 2026-10-31 2026-12-20 2026-12-18 2026-12-21 2026-12-21 2027-10-20
A-26 2027-02-27 976 2027-03-11 2027-04-27 2027-04-26 2027-04-28 2027-04-28 2028-02-27
A-27 2027-04-10 973 2027-04-22 2027-06-10 2027-06-09 2027-06-11 2027-06-11 2028-04-10
A-28 2026-07-31 national 2026-08-12 2026-09-30 2026-09-30 2026-09-30 2026-10-01 2027-07-31
A-29 2027-01-31 national 2027-02-11 2027-03-31 2027-03-31 2027-03-31 2027-04-01 2028-01-31
A-30 2028-01-31 national 2028-02-11 2028-03-31 2028-03-31 2028-03-31 2028-04-01 2029-01-31
"""


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("vector", [line.split() for line in VECTORS.strip().splitlines()], ids=lambda vector: vector[0])
def test_the_vectors_of_the_reference(vector: list[str]) -> None:
    _name, sent, zone, *expected = vector
    found = compute(sent_on=day(sent), client_type="consumer", zone=zone)
    dates = [found.ack_due, found.answer_due, found.answer_warn_on, found.roll_642]
    assert [*dates, found.mediation_open_from, found.mediation_last_day] == [day(text) for text in expected]


def test_a_31_a_refusal_opens_mediation_at_once_and_moves_no_other_date() -> None:
    found = compute(sent_on=day("2026-11-21"), client_type="consumer", refused_on=day("2026-12-05"))
    assert (found.mediation_open_from, found.mediation_last_day) == (day("2026-12-05"), day("2027-11-21"))


def test_a_refusal_after_the_silence_does_not_put_mediation_off() -> None:
    found = compute(sent_on=day("2026-11-21"), client_type="consumer", refused_on=day("2027-03-01"))
    assert found.mediation_open_from == day("2027-01-22")


@pytest.mark.parametrize("client_type", ["professional", "non_professional", "public"])
def test_a_33_no_mediation_for_who_is_no_consumer(client_type: str) -> None:
    late = day("2027-12-31")
    found = compute(
        sent_on=day("2026-11-21"), client_type=client_type, refused_on=day("2026-12-05"), referred_on=late, file_received_on=late,
        notified_on=late, extended_to=late,
    )  # fmt: skip
    none = {name for name, value in found.flat().items() if value is None}
    assert none == {
        "mediation_open_from", "mediation_last_day", "rejection_info_by", "mediation_outcome_by", "referral_in_time",
    }  # fmt: skip
    assert (found.ack_due, found.answer_due) == (day("2026-12-03"), day("2027-01-21"))


def test_unknown_takes_the_side_of_the_consumer() -> None:
    unknown = compute(sent_on=day("2026-11-21"), client_type="unknown").flat()
    consumer = compute(sent_on=day("2026-11-21"), client_type="consumer").flat()
    assert {**unknown, "client_type": "consumer"} == consumer


def test_a_35_ninety_days_from_the_notice_not_from_the_referral() -> None:
    found = compute(
        sent_on=day("2026-09-21"), client_type="consumer", referred_on=day("2026-11-24"), notified_on=day("2026-12-01")
    )
    assert found.mediation_outcome_by == day("2027-03-01")


def test_a_36_the_extension_replaces_the_outcome() -> None:
    found = compute(
        sent_on=day("2026-09-21"), client_type="consumer", notified_on=day("2026-12-01"), extended_to=day("2027-04-15")
    )
    assert found.mediation_outcome_by == day("2027-04-15")


@pytest.mark.parametrize(("referred", "in_time"), [("2027-11-21", True), ("2027-11-22", False)])
def test_a_37_the_last_day_is_included(referred: str, in_time: bool) -> None:
    found = compute(sent_on=day("2026-11-21"), client_type="consumer", referred_on=day(referred))
    assert found.referral_in_time is in_time


def test_a_39_raw_date_and_favourable_reading() -> None:
    found = compute(sent_on=day("2027-01-02"), client_type="consumer", notified_on=day("2027-02-14"))
    assert found.mediation_outcome_by == day("2027-05-15")
    assert roll_642(day("2027-05-15")) == day("2027-05-18")


def test_a_40_three_weeks_from_the_file() -> None:
    found = compute(sent_on=day("2026-09-21"), client_type="consumer", file_received_on=day("2026-11-24"))
    assert found.rejection_info_by == day("2026-12-15")


@pytest.mark.parametrize(
    ("notified", "outcome"), [("2028-01-31", "2028-04-30"), ("2028-02-29", "2028-05-29"), ("2027-11-27", "2028-02-25")]
)
def test_a_41_ninety_days_across_february(notified: str, outcome: str) -> None:
    found = compute(sent_on=day("2027-09-01"), client_type="consumer", notified_on=day(notified))
    assert found.mediation_outcome_by == day(outcome)


def test_a_42_the_limitation_is_suspended_and_resumes_for_six_months_at_least() -> None:
    ends = limitation_ends_on(would_end_on=day("2027-06-30"), referred_on=day("2027-03-10"), ended_on=day("2027-06-01"))
    assert (day("2027-06-30") - day("2027-03-10"), ends) == (timedelta(days=112), day("2027-12-01"))
    later = limitation_ends_on(would_end_on=day("2028-06-30"), referred_on=day("2027-03-10"), ended_on=day("2027-06-01"))
    assert later == day("2027-06-01") + (day("2028-06-30") - day("2027-03-10"))


def test_a_44_three_countings() -> None:
    start = day("2026-12-21")
    assert add_ouvrables(start, 10) == day("2027-01-04")
    assert add_working_days(start, 10) == day("2027-01-06")
    assert start + timedelta(days=10) == day("2026-12-31")


def test_a_45_ascension_on_labour_day() -> None:
    assert len(holidays(2008)) == 10


def test_the_delay_of_the_mediators_charter_is_a_setting() -> None:
    found = compute(sent_on=day("2026-12-31"), client_type="consumer", silence_delay_months=1)
    assert (found.answer_due, found.mediation_open_from) == (day("2027-01-31"), day("2027-02-01"))
    assert deadlines.usual_silence_months(day("2026-12-31")) == 2


def test_alerts_before_the_answer() -> None:
    found = compute(sent_on=day("2026-11-21"), client_type="consumer")
    assert found.answer_alerts == tuple(day(text) for text in ("2026-12-22", "2027-01-06", "2027-01-14", "2027-01-19"))


@pytest.mark.parametrize("fact", ["refused_on", "referred_on", "file_received_on", "notified_on"])
def test_no_fact_precedes_the_complaint(fact: str) -> None:
    with pytest.raises(ValueError, match="precede"):
        compute(sent_on=day("2026-11-21"), client_type="consumer", **{fact: day("2026-11-20")})


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="type of client"):
        compute(sent_on=day("2026-11-21"), client_type="friend")
    with pytest.raises(ValueError, match="moon"):
        compute(sent_on=day("2026-11-21"), client_type="consumer", zone="moon")
    with pytest.raises(ValueError, match="one month"):
        compute(sent_on=day("2026-11-21"), client_type="consumer", silence_delay_months=0)
    with pytest.raises(law.MissingLaw):
        compute(sent_on=day("1999-11-21"), client_type="consumer")
    with pytest.raises(ValueError, match="referred"):
        limitation_ends_on(would_end_on=day("2027-01-01"), referred_on=day("2027-02-01"), ended_on=day("2027-03-01"))


def test_it_runs_without_django() -> None:
    code = "import sys, complaints.deadlines; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_command_says_the_same_flat() -> None:
    told = StringIO()
    call_command(
        "complaint_dates", sent=day("2026-11-21"), client_type="consumer", zone="974", refused_on=day("2026-12-05"), as_json=True,
        stdout=told,
    )  # fmt: skip
    assert json.loads(told.getvalue()) == {
        "sent_on": "2026-11-21",
        "client_type": "consumer",
        "zone": "974",
        "ack_due": "2026-12-03",
        "answer_due": "2027-01-21",
        "answer_warn_on": "2027-01-21",
        "roll_642": "2027-01-21",
        "mediation_open_from": "2026-12-05",
        "mediation_last_day": "2027-11-21",
        "rejection_info_by": None,
        "mediation_outcome_by": None,
        "referral_in_time": None,
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--sent", "2026-11-21", "--silence-months", "0"], "de 1 à 24 mois"),
        (["--sent", "2026-11-21", "--silence-months", "x"], "de 1 à 24 mois"),
        (["--sent", "9999-12-31"], "ne couvrent pas"),
        (["--sent", "1999-01-01"], "ne couvrent pas"),
        (["--sent", "2026-11-21", "--refused-on", "2026-11-20"], "ne vont pas ensemble"),
    ],
)
def test_the_command_says_what_is_wrong_with_the_words(words: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("complaint_dates", *words, "--client-type", "consumer")


@pytest.mark.parametrize("more", [{"sent": date(1999, 1, 1)}, {"refused_on": date(2026, 1, 1)}, {"silence_months": -3}])
def test_the_command_refuses_in_words(more: dict[str, object]) -> None:
    with pytest.raises(CommandError):
        call_command("complaint_dates", **{"sent": day("2026-11-21"), "client_type": "consumer", "as_json": True, **more})
