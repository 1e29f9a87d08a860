"""Which lines look like a client already known, or like an earlier line: they go in, and wait for a person."""

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.duplicates import COMMON, REASONS, Keys, find_near_bulk, keys_of, queue_candidates
from crm.importing.rows import Row
from crm.importing.seen import Seen
from crm.models import Customer, DuplicateCandidate, ImportBatch


def queue_near(batch: ImportBatch, customers: Sequence[Customer]) -> dict[int, str]:
    """Queue the likely pairs of the customers just written; returns, for each newer record of a pair, what to say."""
    if not customers or not queue_candidates(customers, import_batch=batch):
        return {}
    pairs = (
        DuplicateCandidate.objects.filter(import_batch=batch, second__in=customers)
        .select_related("first")
        .order_by("second_id", "-score", "first_id")
    )
    said: dict[int, str] = {}
    for pair in pairs:
        said.setdefault(pair.second_id, _sentence(f"{pair.first.reference} {pair.first.name}", pair.reasons))
    return said


def near_lines(rows: Sequence[Row], seen: Seen) -> dict[int, str]:
    """The same question while a file is only tried, against the base and the lines seen so far: for each line that
    looks like another, what to say."""
    keys = [keys_of(row.customer, [row.contact]) for row in rows]
    for row, own in zip(rows, keys, strict=True):
        seen.add_near(row.line, own.name, [f"{reason}\n{value}" for reason in REASONS for value in own.of(reason)])
    said: dict[int, str] = {}
    for row, own, near in zip(rows, keys, find_near_bulk(keys), strict=True):
        if near:
            customer, reasons = near[0]
            said[row.line] = _sentence(f"{customer.reference} {customer.name}", reasons)
        elif found := _earlier(row.line, own, seen):
            said[row.line] = _sentence(_("la ligne %s") % found[0], found[1])
    return said


def _earlier(line: int, own: Keys, seen: Seen) -> tuple[int, list[str]] | None:
    words = {word for word in own.name.split() if len(word) > 2}
    found: dict[int, list[str]] = defaultdict(list)
    for reason in REASONS:
        for value in own.of(reason):
            holders = seen.near(f"{reason}\n{value}", COMMON + 1)
            if len(holders) > COMMON and reason != "siren":
                continue
            for other, name in holders:
                if other < line and (reason != "address" or words & set(name.split())):
                    found[other].append(reason)
    return min(found.items(), key=lambda item: (-len(item[1]), item[0])) if found else None


def _sentence(whom: str, reasons: Sequence[str]) -> str:
    words = ", ".join(str(REASONS[reason]) for reason in dict.fromkeys(reasons))
    return _("Ressemble à %(whom)s (%(reasons)s)\u00a0: à examiner") % {"whom": whom[:120], "reasons": words}
