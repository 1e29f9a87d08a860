"""Numbers under pressure: many writers, failures after the number is taken, one draft from many browsers, kill -9.

The long run is `benchmarks/issue_writers.py`."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from benchmarks import issue_writers
from billing import auditing, documents, seals
from billing.correcting import credit_invoice
from billing.issuing import issue_invoice
from billing.models import Invoice, Seal, Series
from config.environment import ROOT
from crm.models import Email
from lib import clock
from tests.billing.house import drafted, issued, open_firm, settle

TODAY = clock.today()


@pytest.mark.faults
def test_8_writers_50_issues_each_one_in_twenty_fails_no_gap(committing):
    found = issue_writers.run(8, 50)
    assert (found.errors, found.wrong) == ([], [])
    assert (found.issued, found.failed, found.gaps, found.twice, found.mails) == (380, 20, 0, 0, 380)
    assert found.is_right


@pytest.mark.faults
def test_the_same_run_without_locks_goes_wrong(committing):
    """The negative control: if this passes for right, the run above proves nothing."""
    assert not issue_writers.run(8, 25, lock=False).is_right


def in_threads(number, work):
    """`work()` from that many threads at once, each with a connection of its own; their answers."""

    def one(_place):
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def test_one_draft_from_sixteen_browsers_twice_each(committing, diallo):
    open_firm()
    draft = drafted(settle(diallo))
    numbers = in_threads(16, lambda: [issue_invoice(Invoice(pk=draft.pk), by=None, on=TODAY).number for _time in range(2)])
    assert {number for pair in numbers for number in pair} == {f"F{TODAY.year}-000001"}
    assert (Email.objects.count(), Seal.objects.count(), Series.objects.get().last_number) == (1, 1, 1)
    assert (auditing.verify(), seals.verify()) == ([], [])


def test_one_credit_note_from_eight_browsers(committing, diallo):
    open_firm()
    invoice = issued(settle(diallo))
    notes = in_threads(8, lambda: credit_invoice(invoice, reason="Annulée", by=None, on=TODAY, key="une-demande").number)
    assert set(notes) == {f"A{TODAY.year}-000001"}
    assert (invoice.balance(), auditing.verify(), seals.verify()) == (0, [], [])


KILLED = """
import os, signal, sys
import django; django.setup()
from django.db import transaction
from billing.issuing import issue_invoice
from billing.models import Invoice
from lib import clock
with transaction.atomic():
    issue_invoice(Invoice.objects.get(), by=None, on=clock.today())
    if sys.argv[1] == "before": os.kill(os.getpid(), signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""


def kill(committing, when):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, when],
        cwd=ROOT,
        check=False,
        env={**committing.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    assert done.returncode == -9


def test_killed_before_the_commit_nothing_was_used(committing, diallo):
    open_firm()
    draft = drafted(settle(diallo))
    kill(committing, "before")
    assert Invoice.objects.get().is_draft
    assert (Email.objects.count(), Seal.objects.count(), Series.objects.count()) == (0, 0, 0)
    assert issue_invoice(draft, by=None, on=TODAY).number == f"F{TODAY.year}-000001"


def test_killed_between_the_number_and_the_pdf_the_sweep_makes_the_files(committing, diallo):
    open_firm()
    drafted(settle(diallo))
    kill(committing, "after")
    invoice = Invoice.objects.get()
    assert (invoice.number, invoice.files.count(), Email.objects.count()) == (f"F{TODAY.year}-000001", 0, 1)
    assert documents.make_missing() == 1
    assert {file.kind: default_storage.exists(file.stored_as) for file in invoice.files.all()} == {"pdf": True, "xml": True}
    assert documents.make_missing() == 0
    assert (auditing.verify(), seals.verify()) == ([], [])
