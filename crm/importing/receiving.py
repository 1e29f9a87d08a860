"""Taking a file in: what it is, where it is kept, what its columns are, and when it goes."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.importing import columns
from crm.importing.rows import RowReader
from crm.models import ImportBatch
from crm.models.customers import CustomerType
from lib import tabular
from lib.errors import Refusal

MAX_BYTES = 20_000_000
SAMPLE = 300  # lines looked at to propose the columns
SHOWN = 5  # lines shown under them
RAW_KEPT = timedelta(days=30)
REPORT_KEPT = timedelta(days=3 * 365 + 1)

State = ImportBatch.State
_CLOSED = (State.DONE, State.FAILED, State.UNDONE)


def receive_file(
    *, file: File, filename: str, by: User | None, default_type: str = "", source: str = "", largest: int = MAX_BYTES
) -> ImportBatch:
    """Keep a file and propose what its columns are; nothing enters the base. `file` is binary and seekable.

    The whole file is walked once, so that one that breaks in the middle is refused here. Refusal, nothing kept, for
    anything that is not a table of at most `largest` bytes with a line of headers and one line below.
    """
    if default_type and default_type not in CustomerType.values:
        raise Refusal(_("Ce type de client n’existe pas."), field="default_type")
    _refuse_other_kinds(file)
    table = tabular.open_table(_raw(file), largest=largest)
    if columns.looks_headless(table.columns):
        raise Refusal(
            _(
                "La première ligne de ce fichier n’est pas une ligne de titres. Ajoutez-en une (Nom, E-mail, Ville…), puis recommencez."
            )
        )
    sample, total = _walk(table)
    if not total:
        raise Refusal(_("Ce fichier n’a que des titres, aucune ligne à importer."))
    stored, sha256 = _store(file)
    proposals = columns.propose(table.columns, sample)
    return ImportBatch.objects.create(
        filename=_tidy_name(filename),
        sha256=sha256,
        size=file.size,
        stored_as=stored,
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns=list(table.columns),
        mapping={str(number): proposal.field for number, proposal in enumerate(proposals)},
        default_type=default_type,
        source=" ".join(source.split())[:80],
        total=total,
        by=by,
    )


@contextmanager
def opened(batch: ImportBatch) -> Iterator[tabular.Table]:
    """The batch's own file as a table. Refusal when it went after thirty days."""
    if not batch.stored_as or not default_storage.exists(batch.stored_as):
        raise Refusal(_("Ce fichier n’est plus gardé\u00a0: il part trente jours après son envoi. Envoyez-le à nouveau."))
    with default_storage.open(batch.stored_as, "rb") as file:
        yield tabular.Table(_raw(file), tuple(batch.columns), batch.encoding, batch.delimiter)


def proposals_of(batch: ImportBatch) -> tuple[list[columns.Proposal], list[list[str]]]:
    """What is proposed for each column, and the first lines of the file, to read before going on."""
    with opened(batch) as table, closing(table.rows()) as rows:
        sample = [list(row.cells.values()) for row in islice(rows, SAMPLE)]
    return columns.propose(table.columns, sample), sample[:SHOWN]


def mapping_of(batch: ImportBatch) -> dict[int, str]:
    """Column number → field."""
    return {int(number): field for number, field in batch.mapping.items()}


def reader_of(batch: ImportBatch, today: date) -> RowReader:
    """What reads the batch's lines as a person matched its columns."""
    return RowReader(
        batch.columns,
        mapping_of(batch),
        today=today,
        default_type=batch.default_type,
        by_legal_form=batch.by_legal_form,
        source=batch.source,
        staff=User.objects.staff(),
    )


def choose_columns(
    batch: ImportBatch, *, mapping: Mapping[int, str], default_type: str, by_legal_form: bool = False, by: User | None
) -> ImportBatch:
    """Settle what the columns are and have the file tried; nothing enters the base. Refuses a matching that cannot
    serve, and a batch already imported."""
    if fault := columns.mapping_fault(mapping, batch.columns):
        raise Refusal(fault)
    if default_type and default_type not in CustomerType.values:
        raise Refusal(_("Ce type de client n’existe pas."), field="default_type")
    with transaction.atomic():
        current = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        tried = current.state == State.FAILED and current.started_at is None
        if current.state not in (State.DRAFT, State.CHECKING, State.CHECKED) and not tried:
            raise Refusal(_("Ce fichier est déjà importé\u00a0: ses colonnes ne changent plus."))
        known = range(len(current.columns))
        current.mapping = {str(number): mapping.get(number, columns.IGNORE) for number in known}
        current.default_type, current.by_legal_form = default_type, by_legal_form
        current.state, current.position, current.counts, current.message = State.CHECKING, 0, {}, ""
        current.lease_until = None
        current.lines.all().delete()
        current.save()
    forget_trial(current)
    return current


def discard(batch: ImportBatch) -> None:
    """Forget a file of which nothing entered the base. Refuses one that was imported."""
    with transaction.atomic():
        current = ImportBatch.objects.select_for_update().filter(pk=batch.pk).first()
        if current is None:
            return
        if current.started_at is not None:
            raise Refusal(_("Ce fichier a été importé\u00a0: il s’annule, il ne s’efface pas."))
        stored = current.stored_as
        current.delete()
        wanted = ImportBatch.objects.filter(stored_as=stored).exists()
    forget_trial(batch)
    if stored and not wanted:
        default_storage.delete(stored)


def drop_old_files(now: datetime) -> int:
    """Remove the raw files received thirty days ago, the batches nobody went on with, and the reports of three years.
    Returns how many files went. Safe to run twice."""
    old = ImportBatch.objects.filter(created_at__lt=now - RAW_KEPT, state__in=(*_CLOSED, State.DRAFT, State.CHECKED))
    dropped = 0
    for stored in old.exclude(stored_as="").order_by("stored_as").values_list("stored_as", flat=True).distinct():
        with transaction.atomic():
            old.filter(stored_as=stored).update(stored_as="")
            wanted = ImportBatch.objects.filter(stored_as=stored).exists()
        if not wanted:
            default_storage.delete(stored)
            dropped += 1
    old.filter(state__in=(State.DRAFT, State.CHECKED)).delete()
    ImportBatch.objects.filter(created_at__lt=now - REPORT_KEPT, state__in=_CLOSED).delete()
    return dropped


def trial_store(batch: ImportBatch) -> str:
    """The path where a trial in progress keeps what it has seen, on this machine only: elsewhere it starts again."""
    folder = Path(settings.DATA_DIR) / "trials"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder / f"{batch.public_id}.sqlite3")


def forget_trial(batch: ImportBatch) -> None:
    """Remove what a trial kept."""
    for suffix in ("", "-journal"):
        Path(trial_store(batch) + suffix).unlink(missing_ok=True)


def _raw(file: File) -> BinaryIO:
    """What Django's file wraps."""
    return cast(BinaryIO, file.file)


def _walk(table: tabular.Table) -> tuple[list[list[str]], int]:
    sample: list[list[str]] = []
    total = 0
    for row in table.rows():
        total += 1
        if len(sample) < SAMPLE:
            sample.append(list(row.cells.values()))
    return sample, total


def _refuse_other_kinds(file: File) -> None:
    file.seek(0)
    head = file.read(8)
    if head.startswith(b"%PDF") or head[:2] in (b"\x1f\x8b", b"\x89P", b"\xff\xd8"):
        raise Refusal(
            _("Ce fichier n’est pas un tableau. Ouvrez-le dans votre tableur et enregistrez-le en CSV, puis envoyez-le.")
        )


def _store(file: File) -> tuple[str, str]:
    """Where the file is kept, outside anything served, named by its hash: the same file is kept once."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(1 << 16):
        digest.update(chunk)
    name = f"imports/{digest.hexdigest()}.csv"
    if not default_storage.exists(name):
        file.seek(0)
        name = default_storage.save(name, File(file.file, name=name))
    return name, digest.hexdigest()


def _tidy_name(filename: str) -> str:
    """The file's own name as text: no folder, no invisible character."""
    name = re.split(r"[/\\]", filename)[-1]
    return "".join(char for char in name if char.isprintable())[:200] or "fichier.csv"


__all__ = ["MAX_BYTES", "choose_columns", "drop_old_files", "mapping_of", "opened", "proposals_of", "reader_of", "receive_file"]
