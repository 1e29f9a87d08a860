"""Real processes that die or race while a file goes in, and a file of many lines."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from crm.importing import running
from crm.models import Customer, ImportBatch, ImportLine, Interaction, SearchEntry
from lib import clock
from tests.files import customer_file

pytestmark = pytest.mark.faults
ROOT = Path(settings.BASE_DIR)
LINES = 3000


def command(committing, *words):
    """Start a command of its own process on this test's database; what it says goes to a file beside it."""
    with said(committing).open("a") as out:
        return subprocess.Popen(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=committing.environment, stdout=out, stderr=out
        )


def said(committing):
    """Where the processes write."""
    return committing.folder / "said.txt"


@pytest.fixture
def big_file(tmp_path):
    """A file of three thousand lines."""
    path = tmp_path / "clients.csv"
    path.write_bytes(customer_file.content(LINES))
    return path


def test_kills_in_the_middle_of_a_file_double_nothing_and_lose_nothing(committing, big_file):
    chance = random.Random(29)
    child = command(committing, "import_customers", str(big_file))
    for _kill in range(4):
        reached = wait_for_more(child, than=position())
        time.sleep(chance.uniform(0, 0.4))
        assert child.poll() in (None, 0), said(committing).read_text()
        child.kill()
        child.wait()
        batch = ImportBatch.objects.get()
        assert batch.position >= reached
        assert batch.lines.count() == batch.position
        assert Customer.objects.count() == Interaction.objects.count() == added()
        if batch.state == ImportBatch.State.DONE:
            break
        ImportBatch.objects.update(lease_until=clock.real_now())  # as if the minute of its lease had passed
        child = command(
            committing, "shell", "-v0", "-c", f"from crm.importing import running; running.carry_on({batch.pk}, seconds=600)"
        )
    child.wait()
    batch = ImportBatch.objects.get()
    if batch.state != ImportBatch.State.DONE:
        ImportBatch.objects.update(lease_until=clock.real_now())
        batch = running.carry_on(batch.pk, seconds=600)
    assert (batch.state, batch.position, batch.lines.count()) == (ImportBatch.State.DONE, LINES, LINES)
    assert sum(batch.counts[name] for name in ("created", "queued", "skipped", "refused")) == LINES
    assert Customer.objects.count() == Interaction.objects.count() == added() == LINES - 2 - 5
    assert Customer.objects.values("external_reference").distinct().count() == LINES - 7
    assert SearchEntry.objects.filter(kind="customer").count() == LINES - 7


def wait_for_more(child, than):
    """Until a chunk more than `than` is in the base, or the process is over; returns the position."""
    while child.poll() is None and position() <= than:
        time.sleep(0.05)
    return position()


def position():
    """How far the only batch is."""
    return ImportBatch.objects.values_list("position", flat=True).first() or 0


def added():
    """How many lines say that they added somebody."""
    return ImportLine.objects.filter(outcome__in=("created", "queued")).count()


def test_two_imports_of_the_same_file_at_once_add_it_once(committing, tmp_path):
    path = tmp_path / "clients.csv"
    path.write_bytes(customer_file.content())
    both = [command(committing, "import_customers", str(path)) for _time in range(2)]
    assert [child.wait() for child in both] == [0, 0], said(committing).read_text()
    assert (ImportBatch.objects.count(), Customer.objects.count(), added()) == (2, 233, 233)


def test_memory_stays_flat_whatever_the_length(committing, tmp_path):
    """Beside SQLite's own page cache, which the settings bound and which is kept small here."""
    peaks = {}
    small = "from django.db import connection; connection.vendor == 'sqlite' and connection.cursor().execute('PRAGMA cache_size=-4096'); "
    for lines in (500, 15_000):
        path, report = tmp_path / f"clients-{lines}.csv", tmp_path / f"{lines}.json"
        path.write_bytes(customer_file.content(lines, seed=lines))
        script = (
            f"{small}import resource; from django.core.management import call_command; "
            f"call_command('import_customers', {str(path)!r}, report=__import__('pathlib').Path({str(report)!r})); "
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        child = command(committing, "shell", "-v0", "-c", script)
        assert child.wait() == 0, said(committing).read_text()
        peaks[lines] = int(said(committing).read_text().split()[-1]) // 1024  # MiB
        assert len(json.loads(report.read_text())["lines"]) == lines
    assert peaks[15_000] - peaks[500] <= 50, peaks
