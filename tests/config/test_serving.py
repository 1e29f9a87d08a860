"""One command opens everything and closes everything: no orphan, whatever dies first; the queue always moves again."""

import os
import signal
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection

from config.jobs import HEARTBEAT
from lib import clock
from tests.harness.processes import House, is_alive, wait_for

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_stops_everything(open_house, number):
    house = open_house()
    pids = wait_for(lambda: house.status() == 200 and house.tree())
    os.killpg(house.process.pid, number)
    told, _ = house.process.communicate(timeout=180)
    assert house.process.returncode == 0
    assert f"Égards est ouvert : http://localhost:{house.port}" in told
    assert "Traceback" not in told
    assert [pid for pid in pids if is_alive(pid)] == []


def test_a_killed_parent_leaves_no_orphan(open_house):
    house = open_house()
    pids = wait_for(lambda: house.status() == 200 and house.tree())
    house.process.kill()
    wait_for(lambda: not any(is_alive(pid) for pid in pids))


def test_a_dead_worker_is_brought_back(open_house):
    house = open_house()
    wait_for(lambda: house.status() == 200)
    worker = next(pid for pid in house.tree() if command_of(pid).endswith("manage.py worker"))
    cluster = [pid for pid in house.tree() if "--cluster" in command_of(pid)]
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: any(command_of(pid).endswith("manage.py worker") for pid in set(house.tree()) - {worker}))
    wait_for(lambda: not any(is_alive(pid) for pid in cluster))
    assert house.status() in (200, 503)


def test_a_taken_port_is_said_in_words(open_house):
    first = open_house()
    wait_for(first.status)
    second = House(["serve", "--port", str(first.port)], {**os.environ, "EGARDS_DATA": "/nonexistent"})
    told, _ = second.process.communicate(timeout=180)
    assert second.process.returncode == 1
    assert f"Le port {first.port} n’est pas libre" in told


def command_of(pid: int) -> str:
    """The command line of a process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return ""


@pytest.mark.parametrize("nth", range(6))
def test_the_queue_moves_again_whatever_dies(open_house, nth):
    """Cluster, sentinel, two workers, monitor, pusher: each killed in turn, in the order of their birth. It moves again in
    less than a minute (trust.md C5) on an idle machine; on one that does ten other things this waits, and judges the rest."""
    house = open_house("worker")
    wait_for(beats)
    cluster = wait_for(lambda: len(found := sorted(pid for pid in house.tree() if "--cluster" in command_of(pid))) == 6 and found)
    killed_at = clock.real_now()
    os.kill(cluster[nth], signal.SIGKILL)
    wait_for(lambda: (beat := beats()) and beat > killed_at and len(house.tree()) == 7)
    wait_for(lambda: all(not is_alive(pid) or pid in house.tree() for pid in cluster))


@pytest.mark.parametrize("nth", [1, 4], ids=["sentinel", "monitor"])
def test_a_part_that_stands_still_while_the_workers_work_is_seen(open_house, nth):
    """So stands a sentinel on the lock of a worker killed as it gave its result back: the schedule no longer runs, and the
    other worker hides it."""
    house = open_house("worker")
    wait_for(beats)
    cluster = wait_for(lambda: len(found := sorted(pid for pid in house.tree() if "--cluster" in command_of(pid))) == 6 and found)
    os.kill(cluster[nth], signal.SIGSTOP)
    wait_for(lambda: not any(is_alive(pid) for pid in cluster))
    stopped_at = clock.real_now()
    wait_for(lambda: (beat := beats()) and beat > stopped_at and len(house.tree()) == 7)


def beats():
    """When the queue last moved, read on a fresh connection: other processes write it."""
    connection.close()
    return cache.get(HEARTBEAT)
