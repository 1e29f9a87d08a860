"""Waiting for one's turn to write, in the order of arrival, where the engine itself does not queue.

PostgreSQL queues those who wait for a row. SQLite lets them knock at random until their time is over: of thirty writers who
never stop, an unlucky one is refused after half a minute. A lock on a file puts them in line.
"""

import fcntl
import os
import struct
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
    file = os.open(Path(settings.DATA_DIR) / f"{settings.INSTALLATION_KIND}.turn", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _queue(file)
        with transaction.atomic():
            transaction.on_commit(partial(_leave, file))
            yield
    finally:
        os.close(file)  # whatever it held is let go


def _queue(file: int) -> None:
    """Take the next number, hold its byte of the file, and wait for the byte of the number before: whoever comes later waits for
    ours. A plain lock would go to whoever asks while it is free, and send the one that waited longest back to the end."""
    fcntl.flock(file, fcntl.LOCK_EX)  # only the time to take a number
    number = 1 + int.from_bytes(os.pread(file, 8, 0))
    os.pwrite(file, number.to_bytes(8), 0)
    _lock(file, fcntl.F_WRLCK, number)
    fcntl.flock(file, fcntl.LOCK_UN)
    _lock(file, fcntl.F_WRLCK, number - 1)


def _leave(file: int) -> None:
    _lock(file, fcntl.F_UNLCK, 0, length=0)  # the whole file


def _lock(file: int, kind: int, start: int, *, length: int = 1) -> None:
    """A lock of this opening of the file, which threads do not share, on one of its bytes; waits until it is free."""
    fcntl.fcntl(file, fcntl.F_OFD_SETLKW, struct.pack("hhqqi", kind, os.SEEK_SET, start, length, 0))
