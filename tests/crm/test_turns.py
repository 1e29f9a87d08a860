"""Writers of one file wait in line, and no longer than the transaction before theirs."""

import fcntl
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from crm.turns import in_turn


def is_free() -> bool:
    with (Path(settings.DATA_DIR) / f"{settings.INSTALLATION_KIND}.turn").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
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
