"""Waiting for one's turn to write, in the order of arrival, where the engine itself does not queue.

PostgreSQL queues those who wait for a row. SQLite lets them knock at random until their time is over: of thirty writers who
never stop, an unlucky one is refused after half a minute. A lock on a file puts them in line.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection


@contextmanager
def in_turn() -> Iterator[None]:
    """Around a long transaction that many may want at once: `with in_turn(), transaction.atomic():`.

    Does nothing inside a transaction (the engine's lock is held already: two locks in two orders would wait for each
    other), nor on an engine that queues by itself. A process that dies gives up its turn.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    path = Path(settings.DATA_DIR) / f"{settings.INSTALLATION_KIND}.turn"
    with path.open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
