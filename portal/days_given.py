"""The days a client gave for one invoice, and what becomes of another one: noted at once, or a demand that a person answers.

Both sides are protected (docs/decisions.md): who says a day is taken at their word, may say an earlier one whenever they
like and a later one once; a day that always moves, or that passed, is spoken about between people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.models import Invoice
from crm.models import Commitment
from crm.models.timeline import Kind
from lib.typography import long_date

LONGEST = timedelta(days=30)  # beyond, a person answers


@dataclass(frozen=True)
class DaysGiven:
    """`own`: the days the client gave by themselves, in the order they gave them, kept or not; `agreed`: those a colleague
    noted with them and that are still to come or to be kept."""

    own: Sequence[Commitment] = ()
    agreed: Sequence[Commitment] = ()

    @classmethod
    def among(cls, rows: Iterable[Commitment], invoice: Invoice) -> "DaysGiven":
        """Those of `rows` (promises with their interaction) that are about that invoice."""
        theirs = sorted(
            (row for row in rows if row.owed_by == Commitment.Owed.THEM and row.about_ref == invoice.public_id),
            key=lambda row: row.pk,
        )
        own = [row for row in theirs if _is_own(row)]
        return cls(own, [row for row in theirs if row.is_open and not _is_own(row)])

    @property
    def open_ones(self) -> list[Commitment]:
        """What another day replaces."""
        return [*(row for row in self.own if row.is_open), *self.agreed]

    @property
    def has_moved(self) -> bool:
        """Whether they already put their day off."""
        return any(after.due_on > before.due_on for before, after in pairwise(self.own))

    @property
    def holds_until(self) -> date | None:
        """The nearest day that still holds, if there is one."""
        return min((row.due_on for row in self.open_ones), default=None)

    def notes(self, on: date, today: date) -> bool:
        """Whether the day `on` is noted without a person's word."""
        if on > today + LONGEST:
            return False
        until = self.holds_until
        if until is None:
            return not self.own
        if until < today:
            return False
        return on <= until or not (self.agreed or self.has_moved)

    def rule(self, today: date) -> str:
        """What will become of a day given now, in the client's words and language."""
        until = self.holds_until
        values = {"latest": _day(today + LONGEST)}
        if until is None and not self.own:
            return _("Jusqu’au %(latest)s, le jour que vous donnez est noté aussitôt. Plus tard, nous vous répondons.") % values
        values["day"] = _day(until or self.own[-1].due_on)
        if until is None or until < today:
            return _("Vous nous aviez donné le %(day)s. Pour un autre jour, une personne vous répond.") % values
        if self.agreed:
            return _("Nous avons convenu du %(day)s. Pour un jour plus tard, une personne vous répond.") % values
        if self.has_moved:
            return _("Vous nous avez donné le %(day)s. Pour un jour plus tard, une personne vous répond.") % values
        return (
            _(
                "Vous nous avez donné le %(day)s. Vous pouvez le reculer une fois, jusqu’au %(latest)s au plus ; ensuite, une "
                "personne vous répond."
            )
            % values
        )


def _is_own(row: Commitment) -> bool:
    said = row.interaction
    return row.author_id is None and said is not None and said.kind == Kind.TIME_REQUESTED


def _day(day: date) -> str:
    return long_date(day, language=get_language() or "fr")
