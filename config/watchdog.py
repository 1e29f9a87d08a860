"""Keep the task queue moving. One SIGKILL on the wrong process freezes django-q2 silently and for ever.

The watchdog rings the queue every few seconds. A cluster of which a part has not moved for too long (workers and
monitor 20 s, unless every worker is honestly busy; sentinel 60 s) is killed with its whole group and started again: a
worker killed as it gave its result back leaves a lock on which the sentinel waits for ever, and with it the schedule,
while the other worker goes on and hides it. Truth stays in our tables: a task killed here is found again by the next sweep.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django_q.tasks import async_task

from config import lifeline
from config.jobs import HEARTBEAT
from config.marks import mark, read
from lib import clock

logger = logging.getLogger(__name__)

RING_EVERY = 8.0  # seconds between two rings
LATE = 20.0  # nothing moved here, nor anywhere: frozen
LATE_SENTINEL = 60.0  # it has no task to wait for, but may wait for the database as long as a long writer holds it
STARTING = 60.0  # a cluster that has not moved yet is still being born: on a loaded machine that takes more than 20 s
STILLBORN = 3  # each one killed before it moved gives the next twice its time, three times at most: eight minutes
LATE_ALONE = 120.0  # nothing moved here while another machine works: frozen too
TASK_LIMIT = 70.0  # seconds after which no task is honest work: the queue's own limit, and some
WORKERS = 2
PARTS = ("beat", "noted", "guard")  # workers, monitor, sentinel: the mark of each
PATIENCE = 8.0  # seconds given to running tasks when we are asked to stop


class Watchdog:
    """One cluster in its own process group, watched until we are told to stop or our parent dies."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="egards-worker-"))
        self.parent = os.getppid()
        self.stopping = False
        self.cluster: subprocess.Popen[bytes] | None = None
        self.rung_at = 0.0
        self.born_at = 0.0
        self.stillborn = 0

    def run(self) -> None:
        """Watch until the end; leaves no process and no file behind."""
        signal.signal(signal.SIGTERM, self.ask_to_stop)
        signal.signal(signal.SIGINT, self.ask_to_stop)
        try:
            self.start()
            while not self.stopping and os.getppid() == self.parent:
                self.look()
                time.sleep(0.2)
        finally:
            self.stop()
            shutil.rmtree(self.folder, ignore_errors=True)

    def ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        """Stop at the next turn of the loop."""
        self.stopping = True

    def start(self) -> None:
        """A new cluster, with a clean slate."""
        for path in self.folder.iterdir():
            path.unlink(missing_ok=True)
        for name in PARTS:
            mark(self.folder / name)
        self.born_at = max(self.moved_at(name) for name in PARTS)
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker", "--cluster", str(self.folder)]
        self.cluster = subprocess.Popen(command, env=lifeline.environment_for_child(), start_new_session=True)

    def look(self) -> None:
        """One turn: ring the queue when it is time, restart a cluster that is dead or late."""
        now = time.monotonic()
        if now - self.rung_at >= RING_EVERY:
            self.rung_at = now
            self.ring()
        dead = self.cluster is None or self.cluster.poll() is not None
        if dead or self.is_late(now):
            logger.error("the task queue %s: restarting it", "died" if dead else "is frozen")
            self.stillborn = 0 if dead or self.has_moved() else self.stillborn + 1
            self.kill()
            self.start()

    def ring(self) -> None:
        """Put the heartbeat task in the queue; a database that does not answer is not the queue's fault."""
        try:
            async_task("config.jobs.beat", q_options={"save": False})
        except DatabaseError as trouble:
            logger.error("the database does not answer: %s", trouble)
            connection.close()
            for name in PARTS:
                mark(self.folder / name)

    def is_late(self, now: float) -> bool:
        """Whether a part has not moved for too long. Workers and monitor may be silent while every worker is honestly busy
        with a task, or while another machine takes our rings; the sentinel goes round all the time."""
        patience = self.patience()
        if now - self.moved_at("guard") >= max(patience, LATE_SENTINEL):
            return True
        silent = now - min(self.moved_at("beat"), self.moved_at("noted"))
        if silent < patience or self.all_busy(now):
            return False
        return silent > LATE_ALONE or not self.hides_behind_another(now)

    def moved_at(self, name: str) -> float:
        """When the part `name` last moved, on the monotonic clock; a mark being written counts as now."""
        found = read(self.folder / name)
        return time.monotonic() if found is None else found

    def has_moved(self) -> bool:
        """Whether each part of this cluster did anything since it was started."""
        return all(self.moved_at(name) > self.born_at for name in PARTS)

    def patience(self) -> float:
        """Seconds of silence this cluster is allowed. Killing one that is merely slow to be born only slows the next down."""
        return LATE if self.has_moved() else STARTING * 2 ** min(self.stillborn, STILLBORN)

    def hides_behind_another(self, now: float) -> bool:
        """Whether our workers may be silent because those of another machine take the rings: theirs move, ours do not at all."""
        return now - self.moved_at("beat") >= LATE and another_machine_beats()

    def all_busy(self, now: float) -> bool:
        """Whether each worker is alive and on a task that has not outlived the limit of a task."""
        busy = 0
        for path in self.folder.glob("busy-*"):
            since = read(path)
            busy += since is not None and now - since < TASK_LIMIT and is_alive(int(path.name[5:]))
        return busy >= WORKERS

    def stop(self) -> None:
        """Let the running tasks end, then kill what is left."""
        if self.cluster and self.cluster.poll() is None:
            self.cluster.terminate()
            try:
                self.cluster.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                logger.warning("tasks still running are stopped; the next sweep takes them up again")
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the whole group of the cluster."""
        if self.cluster:
            with suppress(ProcessLookupError):  # nothing is left of it
                os.killpg(self.cluster.pid, signal.SIGKILL)
            self.cluster.wait()


def another_machine_beats() -> bool:
    """Whether the heartbeat task was executed lately, by whatever machine."""
    try:
        beaten_at = cache.get(HEARTBEAT)
    except DatabaseError:
        return True  # nothing can be concluded
    return beaten_at is not None and (clock.real_now() - beaten_at).total_seconds() < LATE


def is_alive(pid: int) -> bool:
    """Whether the process `pid` exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
