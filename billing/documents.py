"""The files of an issued document: made once, after the issue, from its snapshot alone; kept and served for ever.

Rendering happens in the background (`config.jobs`), never in the transaction that issues: whatever kills it, the document
stays issued and the sweep makes what is missing. Two makers at once keep one pair of files.
"""

import hashlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from billing import checks_of_papers, patience, seals
from billing.document import Document, from_json
from billing.facturx import NAME, load, make_xml
from billing.models import Invoice, InvoiceFile
from billing.paper import html_of, title_of
from billing.rendering import Attached, render_pdf, warm_up
from lib import clock

FOLDER = "papiers"
KINDS = (InvoiceFile.Kind.PDF, InvoiceFile.Kind.XML)
BATCH = 20
SLICE = 20.0  # seconds of work of one sweep: a task of the queue has sixty

JUST_ISSUED = timedelta(minutes=1)  # its drawing is under way
GLANCE = 0.15  # seconds between two looks
_waiting = threading.BoundedSemaphore(2)  # a page always finds a thread free

_log = logging.getLogger(__name__)


class Altered(Exception):
    """The bytes in storage are not those that were made: the message says which file."""


def make_files(invoice: Invoice) -> list[InvoiceFile]:
    """The PDF and the XML of an issued document, made now unless they exist. ValueError for a draft; CannotRender when no
    PDF comes out, and then nothing is kept. Called twice, or by two at once, it gives the same files."""
    if invoice.number is None or invoice.snapshot is None:
        raise ValueError("a draft has no files")
    if found := _complete(invoice):
        return found
    document = from_json(invoice.snapshot)
    xml = make_xml(document)
    pdf = _pdf(document, xml, invoice)
    checks = {
        InvoiceFile.Kind.PDF: checks_of_papers.pdf_checks(),
        InvoiceFile.Kind.XML: checks_of_papers.check_xml(xml, document),
    }
    stored = {kind: _store(content, kind) for kind, content in zip(KINDS, (pdf, xml), strict=True)}
    with transaction.atomic():
        Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
        if found := _complete(invoice):  # another maker was first: its bytes are the document's
            transaction.on_commit(lambda: _forget(stored.values()))
            return found
        for kind, content in zip(KINDS, (pdf, xml), strict=True):
            file = InvoiceFile.objects.create(
                invoice=invoice,
                kind=kind,
                stored_as=stored[kind],
                sha256=hashlib.sha256(content).hexdigest(),
                size=len(content),
                checks=checks_of_papers.to_json(checks[kind]),
            )
            seals.seal_file(file)
    return _complete(invoice)


def make_ready() -> None:
    """Have this process ready for its first paper: the renderer starts beside it, the page and the XML are loaded here."""
    warm_up()
    load()
    get_template("billing/paper.html")


def file_of(invoice: Invoice, kind: str) -> InvoiceFile | None:
    """Its PDF («pdf») or its XML («xml»); None while it is being made. One statement."""
    return InvoiceFile.objects.filter(invoice=invoice, kind=kind).first()


def wait_for(invoice: Invoice, kind: str, *, seconds: float) -> InvoiceFile | None:
    """The same, once the background work has made it: waits `seconds` at most, and only for a document issued a moment ago
    whose drawing was asked for. Few callers wait at once in a process; the others are answered at once."""
    kept = file_of(invoice, kind)
    just_issued = invoice.issued_at is not None and clock.now() - invoice.issued_at < JUST_ISSUED
    if kept is not None or not just_issued or not settings.PAPERS_DOORBELL or not _waiting.acquire(blocking=False):
        return kept
    try:
        end = time.monotonic() + seconds
        while kept is None and time.monotonic() < end:
            time.sleep(GLANCE)
            kept = file_of(invoice, kind)
        return kept
    finally:
        _waiting.release()


def bytes_of(file: InvoiceFile) -> bytes:
    """The bytes as they were made, for ever. FileNotFoundError when storage lost them, Altered when it changed them."""
    with default_storage.open(file.stored_as) as stored:
        content: bytes = stored.read()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Altered(_("Le fichier %(file)s n’est plus celui qui a été émis.") % {"file": file.stored_as})
    return content


def name_of(file: InvoiceFile) -> str:
    """How it is called once saved: «F2026-000123.pdf»."""
    return f"{file.invoice.number}.{file.kind}"


def checks_of(file: InvoiceFile) -> list[checks_of_papers.Check]:
    """Which rules ran on it, and which did not."""
    return checks_of_papers.from_json(file.checks)


def make_missing() -> int:
    """Make the files that documents lack, the latest first, a batch or SLICE seconds at a time: after a crash, an outage, a
    renderer that was not installed. One that fails does not stop the others, and rests before it is tried again
    (`billing.patience`). Returns how many."""
    lacking = Invoice.objects.issued().annotate(made=Count("files")).filter(made__lt=len(KINDS)).order_by("-pk")
    now, made = clock.real_now(), 0
    turn = patience.in_turn("paper", lacking.values_list("pk", flat=True)[: patience.LOOKED_AT], now=now, most=BATCH)
    rows, end = Invoice.objects.in_bulk(turn), time.monotonic() + SLICE
    for tried, key in enumerate(turn):
        if tried and time.monotonic() > end:
            break
        try:
            make_files(rows[key])
            made += 1
        except Exception:  # noqa: BLE001 — one document that cannot be drawn never stops the others
            patience.note_failure("paper", key, now=now)
            _log.exception("the files of %s could not be made", rows[key].number)
    return made


def remove_orphans() -> int:
    """Remove files older than a day that no row points to: a crash between writing and the commit. Returns how many."""
    limit, gone = clock.real_now() - timedelta(days=1), 0
    for shelf in default_storage.listdir(FOLDER)[0] if default_storage.exists(FOLDER) else []:
        paths = [f"{FOLDER}/{shelf}/{name}" for name in default_storage.listdir(f"{FOLDER}/{shelf}")[1]]
        known = set(InvoiceFile.objects.filter(stored_as__in=paths).values_list("stored_as", flat=True))
        old = [path for path in paths if path not in known and default_storage.get_modified_time(path) < limit]
        _forget(old)
        gone += len(old)
    return gone


def _complete(invoice: Invoice) -> list[InvoiceFile]:
    """Both files in the order of KINDS, or nothing."""
    found = {file.kind: file for file in InvoiceFile.objects.filter(invoice=invoice).select_related("invoice")}
    return [found[kind] for kind in KINDS] if len(found) == len(KINDS) else []


def _pdf(document: Document, xml: bytes, invoice: Invoice) -> bytes:
    html = html_of(document)
    with translation.override(document.language):
        title, description = title_of(document), _("Facture au format Factur-X")
    return render_pdf(
        html,
        title=title,
        at=clock.local(invoice.issued_at or clock.now()),
        language=document.language,
        identifier=document.number,
        attached=Attached(NAME, xml.decode(), description),
        paper=True,
    )


def _store(content: bytes, kind: str) -> str:
    """Write the bytes under a name of chance, on the disk for good before any row points to them."""
    chance = secrets.token_hex(20)
    path = default_storage.save(f"{FOLDER}/{chance[:2]}/{chance}.{kind}", ContentFile(content))
    with default_storage.open(path) as stored:
        os.fsync(stored.fileno())
    return path


def _forget(paths: Iterable[str]) -> None:
    for path in paths:
        default_storage.delete(path)
