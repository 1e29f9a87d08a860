"""The engine: a file is tried, then imported, then perhaps undone, chunk by chunk, each chunk one transaction.

A chunk writes its customers, their contacts, history and search entries, the report's lines and the position together,
or nothing: whoever takes the work up again, after a crash or a kill, goes on at the very next line. Two workers never
do the same chunk: the batch's row is locked and its position compared before anything is written.
"""

import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from crm.importing import receiving, undoing
from crm.importing.contents import names_a_firm
from crm.importing.identical import Known, keys_of
from crm.importing.near import near_lines, queue_near
from crm.importing.rows import Row, RowReader
from crm.importing.seen import Seen
from crm.importing.writing import write_rows
from crm.models import ImportBatch, ImportLine
from crm.models.customers import CustomerType
from crm.numbering import CUSTOMERS, hold
from lib import clock
from lib.errors import Refusal

log = logging.getLogger(__name__)
CHUNK = 500  # lines in one transaction
LEASE = timedelta(seconds=60)  # how long a silent worker keeps a batch
SLICE = 8.0  # seconds of work in one task: the queue's other tasks wait no longer
AT_ONCE = 0.5  # seconds of work done in the request itself: a small file needs no worker

State, Outcome = ImportBatch.State, ImportLine.Outcome
AT_WORK = (State.CHECKING, State.QUEUED, State.RUNNING, State.UNDOING)
DOORBELL = "config.jobs.carry_on_import"

Progress = Callable[[ImportBatch], None]


class Lost(Exception):
    """Somebody else has the batch now: stop without writing."""


def start_import(batch: ImportBatch, *, by: User | None, tried: bool = True) -> ImportBatch:
    """Ask for the import of a file that was `tried`; the lines of the trial give way to the real ones. Asking twice is
    asking once. Refuses a file whose trial is not over, or which was undone."""
    with transaction.atomic():
        current = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if current.state in (State.QUEUED, State.RUNNING, State.DONE):
            return current
        if current.state == State.FAILED and current.started_at:
            return _resume(current)
        if current.state not in ((State.CHECKED,) if tried else (State.CHECKED, State.CHECKING)):
            raise Refusal(_("Relisez d’abord les colonnes\u00a0: l’essai dira ce que chaque ligne deviendra."))
        current.lines.all().delete()
        current.state, current.position, current.counts, current.by = State.QUEUED, 0, {}, by
        current.lease_until = None
        current.save()
        audit.note("import.started", by=by, subject=current.filename, batch=current.public_id, lines=current.total)
    return current


def _resume(batch: ImportBatch) -> ImportBatch:
    """Go on where an error stopped it, the import or its undoing."""
    batch.state = State.QUEUED if batch.undone_at is None else State.UNDOING
    batch.message, batch.lease_until = "", None
    batch.save(update_fields=["state", "message", "lease_until"])
    return batch


def carry_on(batch_id: int, *, seconds: float = SLICE, progress: Progress | None = None) -> ImportBatch | None:
    """Work on a batch for about `seconds`, whatever it waits for; None when another worker has it or nothing is to do.

    An unexpected error stops the batch at the last whole chunk, says so on it, and is raised again."""
    worker = _claim(batch_id)
    if worker is None:
        return None
    try:
        return worker.work(seconds, progress)
    except Lost:
        return None
    except Refusal as refusal:
        return worker.stop(refusal.message)
    except Exception:
        worker.stop(
            _(
                "Arrêté par une erreur après la ligne %(position)s. Ce qui précède est en place\u00a0; « Reprendre » continue ensuite."
            )
            % {"position": worker.batch.position}
        )
        raise


def begin(batch: ImportBatch, *, seconds: float | None = None) -> ImportBatch:
    """Do at once what takes less than a moment and leave the rest to the worker; for a page, which then tells how far
    it is. An error is on the batch, and in the log."""
    try:
        carry_on(batch.pk, seconds=AT_ONCE if seconds is None else seconds)
    except Exception:
        log.exception("import %s", batch.public_id)
    batch.refresh_from_db()
    if batch.state in AT_WORK:
        ring(batch)
    return batch


def ring(batch: ImportBatch) -> None:
    """Tell the worker, after the commit, that a batch waits. Only a bell: the sweep finds it anyway."""
    from django_q.tasks import async_task  # inline: heavy, and the queue is not needed to read a file

    transaction.on_commit(lambda: async_task(DOORBELL, batch.pk, q_options={"save": False}))


def interrupt(batch: ImportBatch) -> None:
    """Stop a batch at its last whole chunk because a person said so; «Reprendre» goes on."""
    said = _("Interrompu par une personne. Les lignes déjà importées restent en place.")
    ImportBatch.objects.filter(pk=batch.pk, state__in=AT_WORK).update(
        state=State.FAILED, message=said, lease_until=None, finished_at=clock.now()
    )


def waiting(now: datetime) -> list[int]:
    """The batches that no living worker has, oldest first: those to take up again."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return list(ImportBatch.objects.filter(free, state__in=AT_WORK).order_by("created_at", "pk").values_list("pk", flat=True))


def _claim(batch_id: int) -> "_Worker | None":
    now = clock.real_now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    lease = now + LEASE
    claimed = ImportBatch.objects.filter(free, pk=batch_id, state__in=AT_WORK).update(lease_until=lease)
    if not claimed:
        return None
    return _Worker(ImportBatch.objects.select_related("by").get(pk=batch_id), lease)


class _Worker:
    """One process's hold on one batch."""

    def __init__(self, batch: ImportBatch, lease: datetime):
        self.batch, self.lease = batch, lease
        self.until = clock.real_now()

    def work(self, seconds: float, progress: Progress | None) -> ImportBatch:
        """Chunk after chunk until it is done or the time is over; the lease is given back."""
        self.until = clock.real_now() + timedelta(seconds=seconds)
        steps = {State.CHECKING: self._check, State.UNDOING: self._undo}.get(State(self.batch.state), self._import)
        with closing(steps()) as chunks:
            for _chunk in chunks:
                if progress:
                    progress(self.batch)
                if clock.real_now() >= self.until:
                    break
        if self.batch.state in AT_WORK:
            self._release()
        return self.batch

    def stop(self, message: str) -> ImportBatch:
        """Leave the batch stopped, with the reason."""
        receiving.forget_trial(self.batch)
        with transaction.atomic():
            batch = ImportBatch.objects.select_for_update().get(pk=self.batch.pk)
            if batch.lease_until == self.lease:
                batch.state, batch.message, batch.lease_until = State.FAILED, message[:300], None
                batch.finished_at = clock.now()
                batch.save(update_fields=["state", "message", "lease_until", "finished_at"])
        return batch

    def _release(self) -> None:
        ImportBatch.objects.filter(pk=self.batch.pk, lease_until=self.lease).update(lease_until=None)
        self.batch.lease_until = None

    def _locked(self) -> ImportBatch:
        """The batch's row, ours alone until the transaction ends; Lost when its position or its lease moved."""
        rows = ImportBatch.objects.select_for_update(of=("self",)).select_related("by")
        current = rows.filter(pk=self.batch.pk).first()
        if (
            current is None
            or current.lease_until != self.lease
            or current.position != self.batch.position
            or current.state != self.batch.state
        ):
            raise Lost
        return current

    def _advance(self, batch: ImportBatch, *, position: int, counts: dict[str, int], end: str = "") -> None:
        """Write how far we are, in the chunk's transaction, and keep the lease alive."""
        self.lease = clock.real_now() + LEASE
        batch.position = position
        batch.counts = {name: batch.counts.get(name, 0) + counts.get(name, 0) for name in {**batch.counts, **counts}}
        batch.lease_until = None if end else self.lease
        if end:
            batch.state, batch.finished_at = end, clock.now()
        batch.save()

    def _check(self) -> Generator[None, None, None]:
        """What each line would become, from where the trial's own store is; from the first line when it is gone."""
        with Seen(receiving.trial_store(self.batch)) as seen, closing(self._chunks()) as chunks:
            if seen.position != self.batch.position:
                seen.forget()
                with transaction.atomic():
                    batch = self._locked()
                    batch.lines.all().delete()
                    self._advance(batch, position=0, counts={})
                    batch.counts = {}
                    batch.save(update_fields=["counts"])
                self.batch = batch
            for rows, last in chunks:
                lines, counts = try_rows(rows, seen)
                seen.keep(self.batch.position + len(rows))
                with transaction.atomic():
                    batch = self._locked()
                    ImportLine.objects.bulk_create([_of(batch, line) for line in lines])
                    self._advance(batch, position=batch.position + len(rows), counts=counts, end=State.CHECKED if last else "")
                self.batch = batch
                yield
        if self.batch.state == State.CHECKED:
            receiving.forget_trial(self.batch)

    def _import(self) -> Generator[None, None, None]:
        if self.batch.state == State.QUEUED:
            with transaction.atomic():
                batch = self._locked()
                batch.state, batch.started_at = State.RUNNING, batch.started_at or clock.now()
                batch.save(update_fields=["state", "started_at"])
            self.batch = batch
        with closing(self._chunks()) as chunks:
            for rows, last in chunks:
                with transaction.atomic():
                    batch = self._locked()
                    lines, counts = import_rows(batch, rows)
                    ImportLine.objects.bulk_create(lines)
                    self._advance(batch, position=batch.position + len(rows), counts=counts, end=State.DONE if last else "")
                    if last:
                        batch.counts["last_tag_link"] = undoing.last_tag_link()
                        batch.save(update_fields=["counts"])
                        audit.note("import.done", by=batch.by, subject=batch.filename, batch=batch.public_id, **batch.counts)
                self.batch = batch
                yield

    def _chunks(self) -> Generator[tuple[list[Row], bool], None, None]:
        """The rows not handled yet, by chunks, read outside any transaction; the flag says which chunk is the last."""
        reader: RowReader = receiving.reader_of(self.batch, clock.today())
        with receiving.opened(self.batch) as table, closing(table.rows()) as every:
            records = islice(every, self.batch.position, None)
            done = self.batch.position
            while True:
                rows = [reader.read(record) for record in islice(records, CHUNK)]
                done += len(rows)
                last = len(rows) < CHUNK or done >= self.batch.total
                yield rows, last
                if last:
                    return

    def _undo(self) -> Generator[None, None, None]:
        finished = False
        while not finished:
            with transaction.atomic():
                batch = self._locked()
                handled, counts, finished = undoing.undo_chunk(batch, CHUNK)
                self._advance(batch, position=batch.position + handled, counts=counts, end=State.UNDONE if finished else "")
                if finished:
                    undoing.journal(batch)
            self.batch = batch
            yield


def import_rows(batch: ImportBatch, rows: Sequence[Row]) -> tuple[list[ImportLine], dict[str, int]]:
    """Write what is new of one chunk; returns the report's lines, not yet saved, and the counts."""
    # Whoever creates customers waits here: what another import is writing is then seen, not written again.
    hold(CUSTOMERS)
    lines: list[ImportLine] = []
    new: list[Row] = []
    known = Known(rows)
    with Seen() as seen:
        for row in rows:
            line = _judge(row, known, seen)
            lines.append(line)
            if line.outcome == Outcome.CREATED:
                new.append(row)
    customers = write_rows(batch, new)
    near = queue_near(batch, customers)
    created = iter(customers)
    for line in lines:
        line.batch = batch
        if line.outcome == Outcome.CREATED:
            line.customer = next(created)
            _mark_near(line, near.get(line.customer.pk, ""))
    return lines, _counted(lines) | _types(new)


def try_rows(rows: Sequence[Row], seen: Seen) -> tuple[list[ImportLine], dict[str, int]]:
    """What `import_rows` would do with these rows after all those seen before; nothing is written."""
    known = Known(rows)
    lines = [_judge(row, known, seen) for row in rows]
    new = [row for row, line in zip(rows, lines, strict=True) if line.outcome == Outcome.CREATED]
    alike = near_lines(new, seen)
    for line in lines:
        if line.outcome == Outcome.CREATED:
            _mark_near(line, alike.get(line.line, ""))
    return lines, _counted(lines) | _types(new)


def _judge(row: Row, known: Known, seen: Seen) -> ImportLine:
    line = ImportLine(line=row.line, label=row.label[:160], message=row.told[:600])
    if row.errors:
        line.outcome = Outcome.REFUSED
        return line
    if match := known.match(row, seen):
        line.outcome, line.message, line.customer = Outcome.SKIPPED, match.sentence, match.customer
        return line
    seen.add(row.line, keys_of(row))
    line.outcome, line.row_hash = Outcome.CREATED, row.row_hash
    return line


def _mark_near(line: ImportLine, sentence: str) -> None:
    if sentence:
        line.outcome = Outcome.QUEUED
        line.message = " · ".join(filter(None, (sentence, line.message)))[:600]


def _counted(lines: Sequence[ImportLine]) -> dict[str, int]:
    return {outcome: sum(line.outcome == outcome for line in lines) for outcome in dict.fromkeys(line.outcome for line in lines)}


def _types(rows: Sequence[Row]) -> dict[str, int]:
    """How many clients nothing tells the type of, and how many of those bear a trading company's form in their name."""
    unknown = [row for row in rows if row.customer["type"] == CustomerType.UNKNOWN]
    return {"unknown": len(unknown), "named": sum(names_a_firm(row.customer["name"]) for row in unknown)}


def _of(batch: ImportBatch, line: ImportLine) -> ImportLine:
    """A line of the trial: it points to nothing it would have written, and counts for nothing later."""
    line.batch, line.row_hash = batch, ""
    return line
