"""What the pages of an import show."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.importing import receiving, reports, undoing
from crm.models import Customer, ImportBatch, ImportLine
from desk.forms.imports import LABELS
from desk.paging import page
from lib.typography import number

State, Outcome = ImportBatch.State, ImportLine.Outcome
PAGE = 50
LISTED = 50  # records named on the page that announces an undo

TONES = {
    Outcome.CREATED: "ok",
    Outcome.QUEUED: "warn",
    Outcome.SKIPPED: "plain",
    Outcome.REFUSED: "late",
    Outcome.KEPT: "warn",
    Outcome.REMOVED: "plain",
}
STATE_TONES = {
    State.DONE: "ok", State.FAILED: "late", State.CHECKED: "info", State.DRAFT: "info", State.UNDONE: "plain",
}  # fmt: skip
_UNDONE_ORDER = (Outcome.KEPT, Outcome.REMOVED, Outcome.REFUSED, Outcome.SKIPPED)
# The order in which one wants to read a report, and the words of its filter before and after the import.
_ORDER = (Outcome.REFUSED, Outcome.QUEUED, Outcome.SKIPPED, Outcome.KEPT, Outcome.CREATED, Outcome.REMOVED)


@dataclass(frozen=True)
class Column:
    """One column of the file on the page of columns."""

    number: int
    header: str
    field: str
    label: Any
    reason: str
    doubt: str
    sure: bool
    samples: str


def columns_of(batch: ImportBatch) -> tuple[list[Column], list[str]]:
    """The columns to look at, and the headers of the empty ones, left out of the page."""
    proposals, sample = receiving.proposals_of(batch)
    mapping = receiving.mapping_of(batch)
    shown, empty = [], []
    for place, (header, proposal) in enumerate(zip(batch.columns, proposals, strict=True)):
        values = list(dict.fromkeys(" ".join(row[place].split())[:60] for row in sample if row[place]))
        if proposal.field == "ignore" and not values:
            empty.append(header)
            continue
        told = mapping[place] == proposal.field
        shown.append(
            Column(
                number=place,
                header=header,
                field=mapping[place],
                label=LABELS[mapping[place]],
                reason=_("choisi par vous") if not told else "" if proposal.sure else proposal.reason,
                doubt=proposal.doubt if told else "",
                sure=proposal.sure or not told,
                samples=" · ".join(values[:3]),
            )
        )
    return shown, empty


def filters(batch: ImportBatch, chosen: str) -> list[tuple[str, str, bool, str]]:
    """The pills over the lines: label, address, whether it is the one shown, how many."""
    url = reverse("import", args=[batch.public_id])
    found = []
    for outcome in _order(batch):
        count = _count(batch, outcome)
        if count:
            label = _words(outcome, batch)
            found.append((label, f"{url}?resultat={outcome}#lignes", outcome == chosen, number(count)))
    return found


def chosen_outcome(batch: ImportBatch, asked: str) -> str:
    """The outcome to show: the one asked for, else the first that deserves to be read."""
    if asked in Outcome.values:
        return asked
    return next((outcome for outcome in _order(batch) if _count(batch, outcome)), Outcome.CREATED)


def lines_of(batch: ImportBatch, outcome: str, request: HttpRequest) -> tuple[list[ImportLine], str]:
    """The page asked for of the lines with this outcome, and the address of the next one, by key."""
    found = page(batch.lines.filter(outcome=outcome).select_related("customer"), request, ("line", "id"), size=PAGE)
    return found.rows, f"{found.next_url}#lignes" if found.next_url else ""


def working_words(batch: ImportBatch) -> str:
    """What is being done, as the label of the progress."""
    return {
        State.CHECKING: _("Lecture d’essai : rien n’est écrit"),
        State.UNDOING: _("Retrait des fiches que personne n’a touchées"),
    }.get(State(batch.state), _("Import en cours"))


def over(batch: ImportBatch) -> str:
    """The line over the name of the file: where it is."""
    if batch.state == State.CHECKED:
        return _("Essai, étape 2 sur 3\u00a0: rien n’est encore écrit")
    return capfirst(batch.get_state_display())


def import_words(batch: ImportBatch) -> str:
    """«Importer les 231 lignes»."""
    count = reports.added(batch)
    return ngettext("Importer la ligne", "Importer les %(count)s lignes", count) % {"count": number(count)}


def undo_preview(batch: ImportBatch) -> dict[str, Any]:
    """What an undo would remove and keep, and why; the first fifty of those kept."""
    kept: QuerySet[Customer] = undoing.touched(batch)
    listed = list(kept[:LISTED])
    reasons = undoing.reasons_to_keep(batch, listed)
    return {
        "going": undoing.untouched(batch).count(),
        "staying": kept.count(),
        "listed": [(customer, reasons[customer.pk]) for customer in listed],
    }


def _order(batch: ImportBatch) -> tuple[str, ...]:
    return _UNDONE_ORDER if batch.state == State.UNDONE else _ORDER


def _count(batch: ImportBatch, outcome: str) -> int:
    """How many lines have this outcome now; after an undo, the added ones became removed or kept."""
    counts = batch.counts
    undone = counts.get(Outcome.REMOVED, 0) + counts.get(Outcome.KEPT, 0)
    if undone and outcome in (Outcome.CREATED, Outcome.QUEUED):
        return 0
    return counts.get(outcome, 0)


def _words(outcome: str, batch: ImportBatch) -> str:
    added = _("À ajouter") if batch.is_draft else _("Ajoutées")
    return {
        Outcome.REFUSED: _("Refusées"),
        Outcome.QUEUED: _("Doublons possibles"),
        Outcome.SKIPPED: _("Déjà présentes"),
        Outcome.KEPT: _("Conservées"),
        Outcome.REMOVED: _("Retirées"),
    }.get(Outcome(outcome), added)
