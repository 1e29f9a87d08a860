"""Two people change the lines of one draft: what each did is kept, and what they both did to one line is shown. Pure.

Three lists meet: the lines as this person saw them (`seen`, keys «b0», «b1»…), as they are now (`now`) and as this
person typed them (`typed`, whose keys say which seen line each one was).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from desk.invoice_lines import TYPED, Typed, plain


@dataclass(frozen=True)
class LineDifference:
    """A line that two people changed, or that a colleague changed, added or took away."""

    label: Any
    now: str
    typed: str
    both: bool


def meet_lines(seen: Sequence[Typed], now: Sequence[Typed], typed: Sequence[Typed]) -> tuple[list[Typed], list[LineDifference]]:
    """The lines to offer, and what differs. This person's own changes stay as typed; a colleague's changes to other
    lines are taken; a line that both changed stays as typed and is shown in both versions."""
    theirs, added = _what_they_did(seen, now)
    was = {line.key: line for line in seen}
    kept: list[Typed] = []
    told: list[LineDifference] = []
    for line in typed:
        before, after = was.get(line.key), theirs.get(line.key, "same")
        mine = before is None or not line.same_as(before)
        if after == "same" or before is None:
            kept.append(line)
        elif after is None:  # a colleague took it away
            told.append(LineDifference(_label(before), _("retirée"), in_words(line) if mine else "", both=mine))
            kept += [line] if mine else []
        else:
            told.append(LineDifference(_label(before), in_words(after), in_words(line) if mine else "", both=mine))
            kept.append(line if mine else Typed(line.key, after.values))
    mine_too = {line.key for line in typed}
    for key, after in theirs.items():
        if key not in mine_too and after not in ("same", None):  # this person took away what a colleague changed
            told.append(LineDifference(_label(was[key]), in_words(after), _("retirée"), both=True))
    for number, line in enumerate(added):
        told.append(LineDifference(_("Ligne ajoutée"), in_words(line), "", both=False))
        kept.append(Typed(f"c{number}", line.values))
    return kept, told


def _what_they_did(seen: Sequence[Typed], now: Sequence[Typed]) -> tuple[dict[str, Any], list[Typed]]:
    """For each seen line: «same», what it has become, or None when it is gone; and the lines that are new."""
    before, after = [_values(line) for line in seen], [_values(line) for line in now]
    fate: dict[str, Any] = {}
    added: list[Typed] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        for offset, line in enumerate(seen[a:b]):
            became = now[c + offset] if c + offset < d else None
            fate[line.key] = "same" if what == "equal" else became
        if what != "equal":
            added += now[c + (b - a) : d]
    return fate, added


def _values(line: Typed) -> tuple[str, ...]:
    return tuple(line.values.get(name, "").strip() for name in TYPED)


def _label(line: Typed) -> str:
    return _("Ligne « %(words)s »") % {"words": line.values.get("description", "")[:60]}


def in_words(line: Typed) -> str:
    """A line on one line: «Porte de placard, 2 × 170,00, remise 5 %»."""
    values = line.values
    words = f"{values.get('description', '')}, {values.get('quantity') or '1'} × {values.get('unit_price', '')}"
    if values.get("discount"):
        words += ", " + _("remise %(rate)s %%") % {"rate": values["discount"]}
    rate = values.get("vat", "").partition(":")[2]
    if rate:
        words += ", " + _("TVA %(rate)s %%") % {"rate": plain(Decimal(rate))}
    return f"{words}. {values['plain_words']}" if values.get("plain_words") else words
