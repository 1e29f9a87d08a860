"""Where a complaint stands, by tables: facts on the left, the answer on the right. Day 0 is 2026-11-21."""

from datetime import date, timedelta

import pytest

from complaints.states import CLOSED, MEDIATION, F, Fact, Standing, State, standing

DAY = date(2026, 11, 21)
DUE, LAST = date(2027, 1, 21), date(2027, 11, 21)


def facts(told: str) -> list[Fact]:
    """«written 0, refused 14, extended 90>200, acknowledged 3!»: kind, day, the date it gives, ! for a mail taken back."""
    found = []
    for part in told.split(", "):
        kind, when = part.split(" ")
        on, _sign, until = when.rstrip("!").partition(">")
        found.append(Fact(F(kind), day(on), day(until) if until else None, stands=not when.endswith("!")))
    return found


def day(count: str) -> date:
    return DAY + timedelta(days=int(count))


def at(told: str, on: int, client_type: str = "consumer") -> Standing:
    return standing(facts(told), client_type=client_type, today=DAY + timedelta(days=on))


@pytest.mark.parametrize(
    ("told", "on", "state", "falls"),
    [
        ("oral 0", 0, "oral", "invite"),
        ("oral 0, invited 2", 3, "oral", ""),
        ("oral 0, written 5", 5, "written", "acknowledge"),
        ("written 0", 0, "written", "acknowledge"),
        ("written 0", 30, "written", "acknowledge"),
        ("written 0", 31, "written", "answer"),
        ("written 0", 61, "written", "answer"),
        ("written 0", 62, "mediation_open", "answer"),
        ("written 0", 400, "mediation_too_late", "answer"),
        ("written 0, acknowledged 1", 1, "acknowledged", "answer"),
        ("written 0, acknowledged 1!", 1, "written", "acknowledge"),
        ("written 0, acknowledged 1, listened 3", 3, "studied", "answer"),
        ("written 0, acknowledged 1, holding 30>45", 31, "studied", "promised"),
        ("written 0, acknowledged 1, holding 30>45", 62, "mediation_open", "answer"),
        ("written 0, favourable 14", 14, "favourable", ""),
        ("written 0, favourable 14>30", 14, "favourable", "execution"),
        ("written 0, favourable 14>30, repaired 20", 20, "favourable", ""),
        ("written 0, favourable 14, client_refused 16", 16, "mediation_open", "mediation_last_day"),
        ("written 0, favourable 14, client_refused 16, favourable 20", 20, "favourable", ""),
        ("written 0, partial 14", 14, "mediation_open", "mediation_last_day"),
        ("written 0, refused 14", 13, "written", "acknowledge"),
        ("written 0, refused 14", 14, "mediation_open", "mediation_last_day"),
        ("written 0, refused 14!", 14, "written", "acknowledge"),
        ("written 0, refused 14", 365, "mediation_open", "mediation_last_day"),
        ("written 0, refused 14", 366, "mediation_too_late", ""),
        ("written 0, refused 14, referred 20", 20, "referred", ""),
        ("written 0, refused 14, referred 20, file_received 22", 22, "referred", "rejection_info"),
        ("written 0, refused 14, referred 20, notified 30", 30, "notified", "outcome"),
        ("written 0, refused 14, referred 20, notified 30, extended 60>200", 60, "extended", "outcome"),
        ("written 0, refused 14, referred 20, inadmissible 30", 30, "inadmissible", ""),
        ("written 0, refused 14, referred 20, notified 30, proposal 60>75", 60, "proposal", "proposal"),
        ("written 0, refused 14, referred 20, notified 30, proposal 60>75, proposal_accepted 70", 70, "accepted", ""),
        ("written 0, refused 14, referred 20, notified 30, proposal 60>75, proposal_refused 70", 70, "proposal_refused", ""),
        ("written 0, refused 14, referred 20, notified 30, withdrawn 40", 40, "withdrawn", ""),
        ("written 0, refused 14, court 20", 20, "court", ""),
        ("written 0, favourable 14, closed_satisfied 20", 20, "closed_satisfied", ""),
        ("written 0, refused 14, closed_without_follow_up 400", 400, "closed_without_follow_up", ""),
        ("written 0, favourable 14, closed_satisfied 20, reopened 30", 30, "favourable", ""),
        ("oral 0, closed_satisfied 2", 2, "closed_satisfied", ""),
        ("listened 0", 3, "void", ""),
        ("repaired 0, closed_satisfied 2, reopened 3", 3, "void", ""),
    ],
)
def test_a_consumers_complaint(told: str, on: int, state: str, falls: str) -> None:
    found = at(told, on)
    assert (found.state, found.next.code if found.next else "") == (state, falls)
    assert found.is_open == (state not in CLOSED)


@pytest.mark.parametrize("client_type", ["professional", "non_professional", "public"])
@pytest.mark.parametrize(
    ("told", "on", "state"),
    [
        ("written 0", 61, "written"),
        ("written 0", 62, "unanswered"),
        ("written 0, partial 14", 14, "partial"),
        ("written 0, refused 14", 400, "refused"),
        ("written 0, favourable 14, client_refused 16", 16, "client_refused"),
        ("written 0, refused 14, referred 20", 20, "refused"),
        ("written 0, refused 14, court 20", 20, "court"),
    ],
)
def test_nobody_elses_goes_to_the_mediator(told: str, on: int, state: str, client_type: str) -> None:
    found = at(told, on, client_type)
    assert (found.state, found.has_mediation) == (state, False)
    assert found.next is None or found.next.nature == "house"


def test_unknown_stands_as_a_consumer() -> None:
    assert at("written 0, refused 14", 14, "unknown").state == State.MEDIATION_OPEN


@pytest.mark.parametrize(
    ("told", "on", "late"),
    [
        ("written 0, acknowledged 1", 61, False),
        ("written 0, acknowledged 1", 62, True),
        ("written 0, refused 14", 365, False),
        ("written 0, favourable 14>30", 31, True),
    ],
)
def test_only_our_own_duty_is_late(told: str, on: int, late: bool) -> None:
    today = DAY + timedelta(days=on)
    falls = at(told, on).next
    assert falls is not None
    assert falls.is_late(today) is late


def test_the_dates_of_the_facts() -> None:
    found = at("oral -5, written 10, written 0, partial 40, referred 50, file_received 52, notified 60, extended 70>200", 80)
    assert found.dates is not None
    flat = found.dates
    assert (flat.sent_on, flat.answer_due, flat.mediation_open_from, flat.mediation_last_day) == (DAY, DUE, day("40"), LAST)
    assert (flat.rejection_info_by, flat.mediation_outcome_by, flat.referral_in_time) == (day("73"), day("200"), True)


def test_an_extension_is_read_by_its_own_day_not_by_its_writing() -> None:
    told = "written 0, refused 5, referred 10, notified 20, extended 40>150, extended 30>120"
    assert at(told, 50).dates.mediation_outcome_by == day("150")  # type: ignore[union-attr]


def test_a_refusal_said_before_anything_was_written_opens_nothing() -> None:
    found = at("oral 0, refused 1, written 5", 5)
    assert found.dates is not None
    assert found.dates.mediation_open_from == date(2027, 1, 27)


def test_every_fact_of_the_mediation_leads_somewhere() -> None:
    for kind in MEDIATION:
        assert at(f"written 0, refused 5, referred 6, {kind} 7", 8).state not in (State.WRITTEN, State.MEDIATION_OPEN)
