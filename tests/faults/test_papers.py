"""Papers made while the maker is killed at any moment: whole, or not yet there; never a row without its bytes."""

import subprocess
import sys
import time

import pytest

from billing import auditing, documents, seals
from billing.models import InvoiceFile
from config.environment import ROOT
from crm.models import Customer
from tests.billing.house import issued, open_firm, settle
from tests.harness.databases import Copy

MAKER = """
import django
django.setup()
from billing import documents
print("ready", flush=True)
print(documents.make_missing())
"""


@pytest.mark.faults
def test_killed_at_any_moment(committing: Copy, diallo: Customer) -> None:
    open_firm()
    settle(diallo)
    for _number in range(4):
        issued(diallo)
    for moment in (0.0, 0.6, 1.2, 1.5, 1.8, 2.1):
        environment = {**committing.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
        with subprocess.Popen([sys.executable, "-c", MAKER], cwd=ROOT, env=environment, stdout=subprocess.PIPE) as maker:
            assert maker.stdout
            assert maker.stdout.readline() == b"ready\n"
            time.sleep(moment)  # when it dies is the point of the test
            maker.kill()
        for file in InvoiceFile.objects.select_related("invoice"):
            assert len(documents.bytes_of(file)) == file.size
        assert InvoiceFile.objects.count() % 2 == 0
    documents.make_missing()
    assert InvoiceFile.objects.count() == 8
    assert (auditing.verify(), seals.verify()) == ([], [])
