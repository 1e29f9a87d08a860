"""The one clock: moved by whole days, never for leases, and read on the firm's wall."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from lib import clock


@pytest.fixture
def firm_zone() -> Iterator[None]:
    before = clock.zone()
    yield
    clock.use_zone(before)


def test_a_moved_clock_moves_by_whole_days(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = clock._started_on + timedelta(days=400)
    monkeypatch.setenv("EGARDS_TODAY", wanted.isoformat())
    assert clock.shift() == timedelta(days=400)
    monkeypatch.setattr(clock, "real_now", lambda: datetime(2026, 11, 21, 16, 42, tzinfo=UTC))
    assert clock.now() == datetime(2026, 11, 21, 16, 42, tzinfo=UTC) + timedelta(days=400)


def test_a_clock_that_is_not_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EGARDS_TODAY", raising=False)
    assert clock.shift() == timedelta(0)


def test_a_wrong_day_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGARDS_TODAY", "demain")
    with pytest.raises(ValueError, match="demain"):
        clock.shift()


@pytest.mark.usefixtures("firm_zone")
def test_the_civil_date_is_the_firms(monkeypatch: pytest.MonkeyPatch) -> None:
    """A complaint sent at 23:30 UTC on 31 December is dated 1 January in Paris, and 31 December in Cayenne."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert clock.today("Europe/Paris") == date(2027, 1, 1)
    assert clock.today("America/Cayenne") == date(2026, 12, 31)
    clock.use_zone("Indian/Reunion")
    assert (clock.zone(), clock.today()) == ("Indian/Reunion", date(2027, 1, 1))
    assert f"{clock.local(clock.now()):%H:%M}" == "03:30"


def test_a_builder_stops_the_clock_and_leases_go_on() -> None:
    then = datetime(2024, 2, 29, 15, 30, tzinfo=UTC)
    before = clock.real_now()
    with clock.travelling(then):
        assert clock.now() == then
        assert clock.today() == date(2024, 2, 29)
        assert clock.real_now() >= before
        with clock.travelling(then + timedelta(days=1)):
            assert clock.today() == date(2024, 3, 1)
        assert clock.now() == then
    assert clock.now() >= before
