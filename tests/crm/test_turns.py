"""Writers of one file wait in line, and no longer than the transaction before theirs."""

import fcntl
import os
import struct
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from crm.turns import in_turn


def file_of_turns() -> Path:
    return Path(settings.DATA_DIR) / f"{settings.INSTALLATION_KIND}.turn"


def is_free() -> bool:
    """Whether somebody who came now would not wait."""
    file = os.open(file_of_turns(), os.O_RDWR | os.O_CREAT)
    last = int.from_bytes(os.pread(file, 8, 0))
    try:
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, last, 1, 0))
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def test_the_turn_ends_with_the_commit_before_what_it_calls(committing):
    queues = connection.vendor != "sqlite"  # then nobody waits at our file
    seen = []
    with in_turn():
        assert connection.in_atomic_block
        seen.append(is_free())
        transaction.on_commit(lambda: seen.append(is_free()))
    assert (seen, connection.in_atomic_block) == ([queues, True], False)


def test_the_turn_ends_with_what_went_wrong(committing):
    with pytest.raises(ZeroDivisionError), in_turn():
        raise ZeroDivisionError
    assert (is_free(), connection.in_atomic_block) == (True, False)


def test_no_turn_inside_a_transaction(committing):
    with transaction.atomic(), in_turn():
        assert is_free()


def test_first_come_first_served(committing):
    """Ten threads come one after the other while the turn is taken; they are served in that order."""
    if connection.vendor != "sqlite":
        return  # PostgreSQL queues those who wait for a row
    served, team = [], []

    def come(place):
        with in_turn():
            served.append(place)
        connection.close()

    with in_turn():
        for place in range(10):
            before = int.from_bytes(file_of_turns().read_bytes())
            team.append(threading.Thread(target=come, args=(place,)))
            team[-1].start()
            while int.from_bytes(file_of_turns().read_bytes()) == before:
                pass
        assert served == []
    for one in team:
        one.join()
    assert served == list(range(10))
