"""The recurring jobs: listed once, the queue's table follows; the watchdog knows a frozen queue from a busy one."""

import os
import pydoc
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from config import jobs, schedule, watchdog
from config.jobs import HEARTBEAT
from config.marks import mark, read
from config.schedule import Job, sync
from lib import clock

ONE, TWO = Job("one", "config.jobs.beat", 5), Job("two", "config.jobs.beat", 60)


def test_each_job_is_listed_once_and_exists():
    names = [job.name for job in schedule.JOBS]
    assert len(names) == len(set(names))
    for job in schedule.JOBS:
        assert job.function.startswith("config.jobs.")
        assert callable(pydoc.locate(job.function)), job.function
        assert job.minutes >= 1


@pytest.mark.django_db
def test_a_machine_without_a_worker_sweeps_by_command(capsys):
    call_command("sweep")
    assert capsys.readouterr().out.split() == [job.name for job in schedule.JOBS]


@pytest.mark.django_db
class TestSync:
    def rows(self):
        return list(Schedule.objects.order_by("name").values_list("name", "func", "minutes", "repeats"))

    def test_the_table_becomes_the_list(self):
        Schedule.objects.create(name="by hand", func="os.system", schedule_type=Schedule.ONCE)
        Schedule.objects.create(name="one", func="os.system", schedule_type=Schedule.ONCE, minutes=1)
        Schedule.objects.create(name="one", func="os.system", schedule_type=Schedule.ONCE, minutes=1)
        sync((ONE, TWO))
        assert self.rows() == [("one", "config.jobs.beat", 5, -1), ("two", "config.jobs.beat", 60, -1)]
        sync((TWO,))
        assert self.rows() == [("two", "config.jobs.beat", 60, -1)]

    def test_when_a_job_is_due_next_is_kept(self):
        sync((ONE,))
        later = timezone.now() + timedelta(minutes=3)
        Schedule.objects.update(next_run=later)
        sync((ONE,))
        assert Schedule.objects.get().next_run == later


@pytest.fixture
def dog():
    made = watchdog.Watchdog()
    move(made)
    yield made
    made.stop()
    for path in made.folder.iterdir():
        path.unlink()
    made.folder.rmdir()


def move(dog, *names):
    """As if those parts of the cluster had just moved: all of them when none is named."""
    for name in names or watchdog.PARTS:
        mark(dog.folder / name)


def silent_since(dog, instant, *names, moved=False):
    """As if nothing had been heard of those parts (all) since `instant`, the cluster's birth unless it had `moved`."""
    for name in names or watchdog.PARTS:
        (dog.folder / name).write_text(repr(instant))
    dog.born_at = instant - 1 if moved else instant


def busy(dog, pid, since):
    (dog.folder / f"busy-{pid}").write_text(repr(since))


@pytest.mark.django_db
class TestWatchdog:
    def test_a_queue_that_moved_lately_is_left_alone(self, dog):
        assert not dog.is_late(read(dog.folder / "beat") + watchdog.LATE - 1)

    def test_a_silent_queue_is_late(self, dog):
        assert dog.is_late(time.monotonic() + watchdog.LATE + 1)

    def test_a_cluster_that_is_being_born_is_given_more_time(self, dog):
        """On a loaded machine a birth takes more than LATE: killed each time, it would never end."""
        dog.born_at = read(dog.folder / "beat")
        assert not dog.is_late(dog.born_at + watchdog.LATE + 1)
        assert dog.is_late(dog.born_at + watchdog.STARTING + 1)
        move(dog)  # its first task
        assert dog.is_late(time.monotonic() + watchdog.LATE + 1)

    def test_a_cluster_killed_before_it_moved_gives_the_next_twice_its_time(self, dog):
        """A machine that needs two minutes to start one must not be made to start one each minute, for ever."""
        dog.rung_at = float("inf")  # nobody rings, so nobody answers
        dog.start()  # a true process, which has no time to move before it is judged
        for seconds in (60, 120, 240, 480, 480):
            assert dog.patience() == seconds
            first = dog.cluster
            silent_since(dog, time.monotonic() - seconds + 20)
            dog.look()
            assert dog.cluster is first
            silent_since(dog, time.monotonic() - seconds - 1)
            dog.look()
            assert dog.cluster is not first
        move(dog)  # it moved at last
        assert dog.patience() == watchdog.LATE
        silent_since(dog, time.monotonic() - watchdog.LATE - 1, moved=True)
        dog.look()
        assert dog.patience() == watchdog.STARTING

    def test_workers_on_an_honest_task_are_not_late(self, dog):
        later = time.monotonic() + watchdog.LATE + 1
        busy(dog, os.getpid(), later - 30)
        assert dog.is_late(later)  # the other worker is idle, and silent all the same
        busy(dog, os.getppid(), later - 30)
        assert not dog.is_late(later)
        busy(dog, os.getppid(), later - watchdog.TASK_LIMIT - 1)
        assert dog.is_late(later)

    def test_a_killed_worker_is_not_busy(self, dog):
        later = time.monotonic() + watchdog.LATE + 1
        busy(dog, os.getpid(), later - 30)
        busy(dog, 2**22 - 1, later - 30)
        assert dog.is_late(later)

    @pytest.mark.parametrize(("part", "limit"), [("beat", 20), ("noted", 20), ("guard", 60)])
    def test_each_part_is_watched_whatever_the_others_do(self, dog, part, limit):
        """A sentinel that waits on the lock of a dead worker no longer runs the schedule, while the other worker works."""
        now = time.monotonic()
        silent_since(dog, now - limit + 5, part, moved=True)
        assert not dog.is_late(time.monotonic())
        silent_since(dog, now - limit - 1, part, moved=True)
        assert dog.is_late(time.monotonic())

    def test_busy_workers_do_not_excuse_the_sentinel(self, dog):
        now = time.monotonic()
        for pid in (os.getpid(), os.getppid()):
            busy(dog, pid, now - 5)
        silent_since(dog, now - 61, "beat", "noted", moved=True)
        assert not dog.is_late(now)
        silent_since(dog, now - 61, "guard", moved=True)
        assert dog.is_late(now)

    def test_another_machine_that_works_gives_more_time(self, dog):
        cache.set(HEARTBEAT, clock.real_now())
        now = time.monotonic()
        assert not dog.is_late(now + watchdog.LATE + 1)
        assert dog.is_late(now + watchdog.LATE_ALONE + 1)

    def test_a_database_that_does_not_answer_is_not_the_queues_fault(self, dog, monkeypatch):
        def silent(*args, **kwargs):
            raise OperationalError("gone")

        for name in watchdog.PARTS:
            (dog.folder / name).unlink()
        monkeypatch.setattr(watchdog, "async_task", silent)
        before = time.monotonic()
        dog.ring()
        assert all(before <= read(dog.folder / name) <= time.monotonic() for name in watchdog.PARTS)

    def test_the_limits_agree_with_the_queues_settings(self):
        assert settings.Q_CLUSTER["workers"] == watchdog.WORKERS
        assert settings.Q_CLUSTER["timeout"] < watchdog.TASK_LIMIT
        assert settings.Q_CLUSTER["retry"] > settings.Q_CLUSTER["timeout"] * 3


@pytest.mark.django_db
def test_the_beat_is_heard():
    before = clock.real_now()
    jobs.beat()
    assert before <= cache.get(HEARTBEAT) <= clock.real_now()
    assert OrmQ.objects.count() == 0


def test_a_mark_that_is_not_one_is_none(tmp_path):
    assert read(tmp_path / "nothing") is None
    (tmp_path / "torn").write_text("12.")
    (tmp_path / "words").write_text("abc")
    assert (read(tmp_path / "torn"), read(tmp_path / "words")) == (12.0, None)
