"""What the queue calls: thin functions that take integers at most, ask the clock and run a sweep.

Each is safe to run twice, or after a day of outage, and has a management command that does the same.
"""

from django.core.cache import cache

from lib import clock

HEARTBEAT = "egards-heartbeat"


def beat() -> None:
    """The queue moves: say so where every process can read it."""
    cache.set(HEARTBEAT, clock.real_now(), 3600)
