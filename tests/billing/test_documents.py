"""The files of a document: made once after the issue, kept and served for ever, whatever dies in between."""

import os
import subprocess
import sys
import threading
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django_q.conf import Conf
from django_q.models import OrmQ

from billing import checks_of_papers, documents, patience, rendering
from billing.document import from_json
from billing.facturx import own_faults
from billing.models import Invoice, InvoiceFile, Seal
from config import jobs
from crm.models import Customer
from lib import clock, schematron
from tests.billing.house import issued, open_firm, settle


@pytest.fixture
def invoice(le_goff: Customer) -> Invoice:
    open_firm()
    return issued(settle(le_goff, siren="552100554"))


def test_both_files_are_made_once(invoice: Invoice) -> None:
    pdf, xml = documents.make_files(invoice)
    assert (pdf.kind, xml.kind) == ("pdf", "xml")
    content = documents.bytes_of(pdf)
    assert [file.pk for file in documents.make_files(invoice)] == [pdf.pk, xml.pk]
    assert documents.bytes_of(documents.file_of(invoice, "pdf") or xml) == content
    assert (documents.name_of(pdf), pdf.size) == (f"{invoice.number}.pdf", len(content))
    with pikepdf.open(BytesIO(content)) as file:
        assert file.attachments["factur-x.xml"].get_file().read_bytes() == documents.bytes_of(xml)
    assert invoice.snapshot is not None
    assert own_faults(documents.bytes_of(xml), from_json(invoice.snapshot)) == []
    assert [one.about_label for one in Seal.objects.filter(kind="invoice_file").order_by("position")] == [
        f"Facture {invoice.number} (pdf)",
        f"Facture {invoice.number} (xml)",
    ]


def test_the_page_says_which_rules_ran_and_which_did_not(invoice: Invoice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schematron, "available", lambda: False)
    pdf, xml = documents.make_files(invoice)
    assert [(one.code, one.state) for one in documents.checks_of(xml)] == [
        ("xsd", "passed"), ("own", "passed"), ("en16931", "absent"), ("br-fr", "absent"),
    ]  # fmt: skip
    assert [(one.code, one.state) for one in documents.checks_of(pdf)] == [("pdf", "absent")]
    assert [one.words for one in documents.checks_of(xml)][2:] == [
        "Non exécutées : le complément « conformite » n’est pas installé ici."
    ] * 2


def test_the_official_rules_run_where_they_are_installed(invoice: Invoice, diallo: Customer) -> None:
    told = [[(one.code, one.state, one.fired > 40) for one in documents.checks_of(documents.make_files(document)[1])][2:]
            for document in (invoice, issued(settle(diallo)))]  # fmt: skip
    assert told == [
        [("en16931", "passed", True), ("br-fr", "passed", True)],
        [("en16931", "passed", True), ("br-fr", "not_concerned", False)],
    ]


def test_a_rule_that_fails_is_told(invoice: Invoice) -> None:
    assert invoice.snapshot is not None
    document = from_json(invoice.snapshot)
    xml = documents.bytes_of(documents.make_files(invoice)[1])
    spoiled = xml.replace(b">552100554<", b">552100555<")
    found = {one.code: one for one in checks_of_papers.check_xml(spoiled, document)}
    assert (found["own"].state, [rule for rule, _words in found["own"].failed]) == ("failed", ["own-siren"])
    assert found["own"].words == "Des règles ne sont pas respectées : own-siren."
    assert checks_of_papers.from_json(checks_of_papers.to_json(list(found.values()))) == list(found.values())


def test_a_draft_has_no_files(invoice: Invoice) -> None:
    with pytest.raises(ValueError, match="draft"):
        documents.make_files(Invoice(customer=invoice.customer))


def test_bytes_that_changed_are_not_served(invoice: Invoice) -> None:
    pdf = documents.make_files(invoice)[0]
    path = Path(default_storage.path(pdf.stored_as))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"%PDF-1.7", b"%PDF-1.6"))
    with pytest.raises(documents.Altered):
        documents.bytes_of(pdf)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        documents.bytes_of(pdf)


def test_what_a_crash_left_is_made(invoice: Invoice, monkeypatch: pytest.MonkeyPatch) -> None:
    assert documents.file_of(invoice, "pdf") is None
    assert documents.make_missing() == 1
    assert documents.make_missing() == 0
    assert InvoiceFile.objects.count() == 2


def test_a_long_sweep_leaves_the_queue_to_others_and_rings_for_the_rest(
    invoice: Invoice, diallo: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One slice, one sweep at once; what it left is made by the next, which it calls, and the last one calls nobody."""
    issued(settle(diallo))
    monkeypatch.setattr(Conf, "SYNC", False)
    monkeypatch.setattr(documents, "SLICE", 0.0)
    left = []
    for _sweep in range(3):
        jobs.make_missing_papers()
        left.append((Invoice.objects.filter(files=None).count(), OrmQ.objects.count()))
    assert left == [(1, 1), (0, 2), (0, 2)]
    assert OrmQ.objects.latest("pk").task["func"] == "config.jobs.make_missing_papers"
    issued(diallo)
    cache.add(jobs.PAPERS_SWEPT, True, 60)
    jobs.make_missing_papers()
    assert Invoice.objects.filter(files=None).count() == 1


def test_one_that_cannot_be_drawn_stops_nobody(invoice: Invoice, le_goff: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    second = issued(le_goff, [{"description": "mot " * 50, "quantity": "1", "unit_price": "10.00", "vat_rate": "20"}] * 20)
    monkeypatch.setattr(rendering, "LARGEST", len(documents.html_of(from_json(invoice.snapshot or {}))) + 10)
    assert documents.make_missing() == 1
    assert [documents.file_of(one, "pdf") is not None for one in (invoice, second)] == [True, False]
    monkeypatch.undo()
    assert documents.make_missing() == 0  # it rests
    cache.clear()
    assert documents.make_missing() == 1


def test_a_hundred_that_cannot_be_drawn_keep_no_good_one_waiting(invoice: Invoice, le_goff: Customer) -> None:
    """The good one is the oldest, and each sweep tries twenty: it comes at the sixth, before anybody is tried twice."""
    poisoned = Invoice.objects.bulk_create(
        Invoice(customer=le_goff, number=f"F2026-{number:06d}", issued_on=clock.today(), issued_at=clock.now(), snapshot={})
        for number in range(100, 200)
    )
    assert [documents.make_missing() for _sweep in range(6)] == [0, 0, 0, 0, 0, 1]
    assert documents.file_of(invoice, "pdf") is not None
    assert documents.make_missing() == 0
    now = clock.real_now()
    keys = [one.pk for one in poisoned]
    assert patience.in_turn("paper", keys, now=now, most=100) == []
    assert len(patience.in_turn("paper", keys, now=now + timedelta(minutes=11), most=100)) == 100


def test_what_fails_rests_twice_as_long_each_time_and_comes_after_what_was_never_tried(db: None) -> None:
    now = clock.real_now()
    for failures in range(1, 12):
        patience.note_failure("x", 1, now=now)
        rest = min(timedelta(minutes=10 * 2 ** (failures - 1)), timedelta(days=1))
        assert patience.in_turn("x", [1], now=now + rest - timedelta(seconds=1), most=1) == []
        assert patience.in_turn("x", [1, 2, 3], now=now + rest, most=3) == [2, 3, 1]


def test_two_makers_keep_one_pair(committing: object, invoice: Invoice) -> None:
    found: list[list[str]] = []

    def make() -> None:
        try:
            found.append([file.sha256 for file in documents.make_files(invoice)])
        finally:
            connection.close()

    makers = [threading.Thread(target=make) for _number in range(2)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(found) == 2
    assert {tuple(one) for one in found} == {tuple(found[0])}
    assert InvoiceFile.objects.filter(invoice=invoice).count() == 2
    stored = {f"{documents.FOLDER}/{shelf}/{name}" for shelf in default_storage.listdir(documents.FOLDER)[0]
              for name in default_storage.listdir(f"{documents.FOLDER}/{shelf}")[1]}  # fmt: skip
    assert stored == set(InvoiceFile.objects.values_list("stored_as", flat=True))


def test_orphans_go_after_a_day(invoice: Invoice) -> None:
    kept = documents.make_files(invoice)[0]
    path = default_storage.save(f"{documents.FOLDER}/aa/orphan.pdf", ContentFile(b"x"))
    young = default_storage.save(f"{documents.FOLDER}/aa/young.pdf", ContentFile(b"x"))
    old = (clock.real_now() - timedelta(days=2)).timestamp()
    for one in (path, kept.stored_as):
        os.utime(default_storage.path(one), (old, old))
    assert documents.remove_orphans() == 1
    assert [default_storage.exists(one) for one in (path, young, kept.stored_as)] == [False, True, True]
    default_storage.delete(young)


def test_the_engine_of_rules_runs_in_a_process_of_its_own() -> None:
    code = "import sys\nfrom lib import schematron\nschematron.available()\nprint('saxonche' in sys.modules)\n"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip() == b"False"
