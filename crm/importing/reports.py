"""What an import says of itself: in a sentence, in a table for a spreadsheet, in JSON for a machine."""

import json
from collections.abc import Iterator
from typing import TextIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.importing import receiving
from crm.importing.retelling import retold
from crm.models import ImportBatch, ImportLine
from lib import tabular

State, Outcome = ImportBatch.State, ImportLine.Outcome
_ADDED = (Outcome.CREATED, Outcome.QUEUED)


def added(batch: ImportBatch) -> int:
    """How many customers the file adds, or would add."""
    return sum(batch.counts.get(outcome, 0) for outcome in _ADDED)


def told(batch: ImportBatch) -> str:
    """The whole result in one sentence: «240 lignes lues : 231 clients ajoutés, …»."""
    counts = batch.counts
    if batch.state == State.UNDONE:
        return _undone_words(counts.get(Outcome.REMOVED, 0), counts.get(Outcome.KEPT, 0))
    queued, skipped, refused = (counts.get(outcome, 0) for outcome in (Outcome.QUEUED, Outcome.SKIPPED, Outcome.REFUSED))
    parts = [_added_words(added(batch), trial=batch.started_at is None)]
    if queued:
        words = ngettext("(dont %s doublon possible à examiner)", "(dont %s doublons possibles à examiner)", queued)
        parts[0] += " " + words % queued
    if skipped:
        parts.append(ngettext("%s déjà présent", "%s déjà présents", skipped) % skipped)
    if refused:
        parts.append(ngettext("%s ligne refusée", "%s lignes refusées", refused) % refused)
    read = sum(counts.get(outcome, 0) for outcome in (*_ADDED, Outcome.SKIPPED, Outcome.REFUSED))
    lines = ngettext("%s ligne lue", "%s lignes lues", read) % read
    return _("%(what)s : %(more)s") % {"what": lines, "more": ", ".join(parts)} + "."


def _added_words(count: int, *, trial: bool) -> str:
    if not count:
        return _("aucun client à ajouter") if trial else _("aucun client ajouté")
    if trial:
        return ngettext("%s client à ajouter", "%s clients à ajouter", count) % count
    return ngettext("%s client ajouté", "%s clients ajoutés", count) % count


def _undone_words(removed: int, kept: int) -> str:
    parts = [ngettext("%s fiche retirée", "%s fiches retirées", removed) % removed]
    if kept:
        words = ngettext(
            "%s conservée parce que quelqu’un s’en est servi", "%s conservées parce que quelqu’un s’en est servi", kept
        )
        parts.append(words % kept)
    return _("Import annulé\u00a0: %s.") % ", ".join(parts)


def csv_report(batch: ImportBatch) -> Iterator[bytes]:
    """Every line of the file with what became of it, as a table that spreadsheets open without harm."""
    rows = (
        (
            line.line,
            line.label,
            line.get_outcome_display(),
            retold(line.message),
            line.customer.reference if line.customer else "",
        )
        for line in _lines(batch)
    )
    return tabular.csv_lines((_("Ligne"), _("Client"), _("Résultat"), _("Explication"), _("Référence")), rows)


def write_json(batch: ImportBatch, file: TextIO, *, dry_run: bool) -> None:
    """The whole report, written line by line so that a large file costs no memory. Keys in English."""
    head = {
        "file": batch.filename,
        "sha256": batch.sha256,
        "encoding": batch.encoding,
        "delimiter": batch.delimiter,
        "dry_run": dry_run,
        "state": batch.state,
        "message": batch.message,
        "total": batch.total,
        "added": added(batch),
        "created": batch.counts.get(Outcome.CREATED, 0),
        "queued": batch.counts.get(Outcome.QUEUED, 0),
        "skipped": batch.counts.get(Outcome.SKIPPED, 0),
        "refused": batch.counts.get(Outcome.REFUSED, 0),
        "columns": _columns(batch),
    }
    file.write(json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "lines": [')
    comma = "\n  "
    for line in _lines(batch):
        reference = line.customer.reference if line.customer else ""
        told_of = {"line": line.line, "outcome": line.outcome, "reason": line.message, "reference": reference, "name": line.label}
        file.write(comma + json.dumps(told_of, ensure_ascii=False))
        comma = ",\n  "
    file.write("\n ]\n}\n")


def _lines(batch: ImportBatch) -> Iterator[ImportLine]:
    return batch.lines.select_related("customer").order_by("line", "pk").iterator(1000)


def _columns(batch: ImportBatch) -> list[dict[str, str]]:
    proposals, _sample = receiving.proposals_of(batch)
    mapping = receiving.mapping_of(batch)
    return [
        {"column": header, "field": mapping[number], "reason": proposal.reason, "doubt": proposal.doubt}
        for number, (header, proposal) in enumerate(zip(batch.columns, proposals, strict=True))
    ]
