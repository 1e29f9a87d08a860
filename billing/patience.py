"""The turn of what waits to be drawn: what was never tried comes first, what failed rests, longer each time.

A hundred documents that no renderer can draw never keep a good one waiting. Tries are kept in the shared cache: were it lost,
each is only tried once more.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from django.core.cache import cache

REST = timedelta(minutes=10)  # after the first failure; twice as long after each other one
LONGEST = timedelta(days=1)
KEPT = timedelta(days=3)
LOOKED_AT = 2000  # how many of what waits are looked at, so that one sweep costs the same whatever waits


def in_turn(kind: str, ids: Iterable[int], *, now: datetime, most: int) -> list[int]:
    """Whom to try now among `ids` (primary keys, in their own order): at most `most`, those never tried first, then those that
    failed least, without those at rest at `now` (a real instant). One statement."""
    ids = list(islice(ids, LOOKED_AT))
    known = cache.get_many([_key(kind, one) for one in ids])
    tries = {one: known.get(_key(kind, one), (0, None)) for one in ids}
    ready = [one for one in ids if tries[one][1] is None or tries[one][1] <= now]
    return sorted(ready, key=lambda one: tries[one][0])[:most]


def note_failure(kind: str, one: int, *, now: datetime) -> None:
    """It could not be drawn: it rests before its next try."""
    key = _key(kind, one)
    failed = cache.get(key, (0, None))[0] + 1
    rest = min(REST * 2 ** min(failed - 1, 10), LONGEST)
    cache.set(key, (failed, now + rest), int(KEPT.total_seconds()))


def _key(kind: str, one: int) -> str:
    return f"resting-{kind}-{one}"
