"""The one clock. Views, commands and tasks ask it; rules receive the day as an argument.

`EGARDS_TODAY` (ISO date) moves the civil date and the instants of a demo or test database by whole days.
It never moves leases, sessions or signatures: those ask `real_now`. Refusing it on a real database is
`config.checks`' work, which knows the database.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = "Europe/Paris"
_zone: ContextVar[str | Callable[[], str]] = ContextVar("zone", default=PARIS)
_stopped_at: ContextVar[datetime | None] = ContextVar("stopped_at", default=None)
_started_on = datetime.now(ZoneInfo(PARIS)).date()  # the shift is fixed once, so that midnight still passes


def real_now() -> datetime:
    """The machine's own instant, UTC, never moved: for leases, sessions, signatures and rate limits."""
    return datetime.now(UTC)


def now() -> datetime:
    """The instant (aware, UTC), moved by whole days when `EGARDS_TODAY` says so."""
    return _stopped_at.get() or real_now() + shift()


@contextmanager
def travelling(to: datetime) -> Iterator[None]:
    """Stop `now` and `today` at the aware instant `to`, for the gestures made inside.

    Only the builder of an invented firm may (a test holds it): it has looked at what the database is. Leases, sessions
    and countdowns ask `real_now` and stay where they are.
    """
    token = _stopped_at.set(to.astimezone(UTC))
    try:
        yield
    finally:
        _stopped_at.reset(token)


def is_travelling() -> bool:
    """Whether the clock is stopped at some instant: what is written belongs to a past that nobody waits for."""
    return _stopped_at.get() is not None


def today(zone: str | None = None) -> date:
    """The civil date in `zone` (an IANA name), by default the firm's zone set by `use_zone`, else Paris."""
    return now().astimezone(ZoneInfo(zone or _in_force())).date()


def local(instant: datetime, zone: str | None = None) -> datetime:
    """`instant` on the wall clock of `zone`, by default the firm's."""
    return instant.astimezone(ZoneInfo(zone or _in_force()))


def use_zone(zone: str | Callable[[], str]) -> None:
    """Set the firm's civil zone for this request or job: an IANA name, or what finds it, asked once, at the first question."""
    _zone.set(zone)


@contextmanager
def in_zone(zone: str | Callable[[], str]) -> Iterator[None]:
    """As `use_zone`, for what is done inside; the zone of before comes back after."""
    token = _zone.set(zone)
    try:
        yield
    finally:
        _zone.reset(token)


def zone() -> str:
    """The IANA name of the civil zone in force."""
    return _in_force()


def _in_force() -> str:
    known = _zone.get()
    if callable(known):
        known = known()
        _zone.set(known)
    return known


def shift() -> timedelta:
    """How far the clock is moved: whole days, zero without `EGARDS_TODAY`. ValueError when it is not an ISO date."""
    wanted = os.environ.get("EGARDS_TODAY", "")
    return date.fromisoformat(wanted) - _started_on if wanted else timedelta(0)
