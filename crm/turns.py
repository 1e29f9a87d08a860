"""Waiting for one's turn to write, in the order of arrival, where the engine itself does not queue.

PostgreSQL queues those who wait for a row. SQLite lets them knock at random until their time is over: of thirty writers who
never stop, an unlucky one is refused after half a minute. A lock on a file puts them in line.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction


@contextmanager
def in_turn() -> Iterator[None]:
    """A transaction that many may want at once, in its turn: `with in_turn():` in the place of `transaction.atomic()`.

    The turn ends with the commit, before what the commit calls (a file to write, a bell to ring): the next one need not wait
    for that. Nothing but a transaction inside a transaction (the engine's lock is held already: two locks in two orders would
    wait for each other), nor on an engine that queues by itself. A process that dies gives up its turn.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    path = Path(settings.DATA_DIR) / f"{settings.INSTALLATION_KIND}.turn"
    with path.open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with transaction.atomic():
            transaction.on_commit(partial(fcntl.flock, file, fcntl.LOCK_UN))
            yield
