"""The gestures on commitments: each leaves its trace, none twice, none behind somebody's back."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crm import timeline
from crm.commitments import delegate, keep, move, promise, release, reopen
from crm.models import Commitment, Interaction
from lib import clock
from lib.errors import Conflict, Refusal

TODAY = date(2026, 11, 23)


@pytest.fixture
def owed(le_goff, camille):
    return promise(le_goff, owed_by="us", what="  Rappeler  avec une date ", due_on=clock.today(), by=camille, owner=camille)


def course(owed):
    rows = Interaction.objects.filter(about_ref=owed.public_id).order_by("id")
    return [(row.kind, row.about_label, row.author.name if row.author else None) for row in rows]


def test_each_gesture_leaves_its_trace_with_its_words(owed, camille, karim):
    label = "Rappeler avec une date"
    delegate(owed, to=karim, by=camille)
    move(owed, due_on=clock.today() + timedelta(days=2), due_at=time(10), due_before=True, by=karim, reason="Elle est absente")
    release(owed, by=karim, reason="Elle a appelé")
    reopen(owed, by=camille)
    keep(owed, by=None)
    assert course(owed) == [
        ("commitment_made", label, "Camille"),
        ("commitment_delegated", label, "Camille"),
        ("commitment_moved", label, "Karim"),
        ("commitment_released", label, "Karim"),
        ("commitment_made", label, "Camille"),
        ("commitment_kept", label, None),
    ]
    moved = Interaction.objects.get(kind="commitment_moved")
    assert (moved.body, moved.data["former"], moved.data["to"]) == (
        "Elle est absente",
        clock.today().isoformat(),
        (clock.today() + timedelta(days=2)).isoformat(),
    )


def test_the_same_gesture_twice_is_one(owed, camille, karim):
    version = owed.version
    day = clock.today() + timedelta(days=1)
    for _click in range(2):
        move(owed, due_on=day, by=camille, version=version)
    version = Commitment.objects.get().version
    for _click in range(2):
        delegate(owed, to=karim, by=camille, version=version)
    version = Commitment.objects.get().version
    for _click in range(2):
        release(owed, by=camille, reason="Inutile", version=version)
    for _click in range(2):
        reopen(owed, by=camille)
    assert [kind for kind, _label, _who in course(owed)] == [
        "commitment_made", "commitment_moved", "commitment_delegated", "commitment_released", "commitment_made",
    ]  # fmt: skip


def test_who_saw_an_older_state_is_told(owed, camille, karim):
    move(owed, due_on=clock.today() + timedelta(days=1), by=camille)
    for gesture in (
        lambda: keep(owed, by=karim, version=1),
        lambda: move(owed, due_on=clock.today() + timedelta(days=5), by=karim, version=1),
        lambda: release(owed, by=karim, reason="x", version=1),
        lambda: delegate(owed, to=karim, by=karim, version=1),
    ):
        with pytest.raises(Conflict):
            gesture()
    assert Commitment.objects.get().version == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"what": " "}, "what"),
        ({"what": "x" * 201}, "what"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("-1")}, "amount"),
    ],
)
def test_a_promise_that_says_nothing_is_refused(le_goff, camille, fields, field):
    with pytest.raises(Refusal) as refused:
        promise(le_goff, **{"owed_by": "us", "what": "Rappeler", "due_on": clock.today(), "by": camille, **fields})
    assert (refused.value.field, Commitment.objects.count()) == (field, 0)


def test_what_is_settled_is_not_changed(owed, camille, karim):
    keep(owed, by=camille)
    for gesture in (
        lambda: move(owed, due_on=clock.today() + timedelta(days=5), by=karim),
        lambda: release(owed, by=karim, reason="x"),
        lambda: delegate(owed, to=karim, by=karim),
    ):
        with pytest.raises(Refusal):
            gesture()


def test_nobody_hands_a_promise_to_who_left(owed, camille, karim):
    karim.is_active = False
    with pytest.raises(Refusal):
        delegate(owed, to=karim, by=camille)


def test_a_crash_between_the_fact_and_its_trace_leaves_nothing(owed, camille, monkeypatch):

    def breaks(**fields):
        raise OSError("the power went")

    monkeypatch.setattr(timeline, "record", breaks)
    for gesture in (
        lambda: keep(owed, by=camille),
        lambda: promise(owed.customer, owed_by="us", what="x", due_on=clock.today(), by=camille),
    ):
        with pytest.raises(OSError, match="the power went"):
            gesture()
    assert list(Commitment.objects.values_list("kept_at", "version")) == [(None, 1)]


PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("due_on", "due_at", "now", "broken"),
    [
        (TODAY, None, (23, 23, 59), False),
        (TODAY, None, (24, 0, 0), True),
        (TODAY, time(10), (23, 9, 59), False),
        (TODAY, time(10), (23, 10, 1), True),
        (TODAY, time(10), (22, 23, 0), False),
        (TODAY, time(10), (24, 0, 0), True),
        (TODAY, time(10), (23, 10, 0), False),
    ],
)
def test_broken_is_computed_from_the_day_and_the_hour(due_on, due_at, now, broken):
    day, hour, minute = now
    row = Commitment(due_on=due_on, due_at=due_at)
    assert row.is_broken(datetime(2026, 11, day, hour, minute, 30, tzinfo=PARIS)) is broken


def test_before_ten_is_broken_when_ten_strikes():
    row = Commitment(due_on=TODAY, due_at=time(10), due_before=True)
    strikes = datetime(2026, 11, 23, 10, tzinfo=PARIS)
    assert [row.is_broken(strikes - timedelta(seconds=1)), row.is_broken(strikes)] == [False, True]


def test_what_is_settled_is_not_broken():
    late = datetime(2026, 12, 1, tzinfo=PARIS)
    assert Commitment(due_on=TODAY, kept_at=late).is_broken(late) is False
    assert Commitment(due_on=TODAY, released_at=late).is_broken(late) is False
