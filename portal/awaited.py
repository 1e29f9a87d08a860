"""What the person asked the house, otherwise than by a question on an invoice, and is not answered yet: shown back to them
with the day, so that nobody wonders whether it arrived nor asks twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.models import Commitment, Contact, Interaction
from crm.models.customers import Channel
from crm.models.timeline import Kind
from lib.typography import long_date

SHOWN = 5


@dataclass(frozen=True)
class Awaited:
    """One request, as they said it."""

    what: str
    words: str
    asked_at: datetime
    answer_by: date


def awaited_among(rows: Iterable[Commitment], contact: Contact | None, *, about: str = "") -> list[Awaited]:
    """Among `rows` (`tact.money.promised_and_asked`), the requests of `contact`, on the invoice of public id `about` when one
    is given, that a person of the house has promised to answer; the newest first, a few. None when nobody is known."""
    if contact is None:
        return []
    newest = sorted(rows, key=lambda row: -row.pk)
    pairs = ((row, row.interaction) for row in newest if _waits_for_us(row))
    theirs = [(row, said) for row, said in pairs if said is not None and said.contact_id == contact.pk]
    return [_told(row, said) for row, said in theirs if not about or said.about_ref == about][:SHOWN]


def _waits_for_us(row: Commitment) -> bool:
    said = row.interaction
    ours = row.is_open and row.owed_by == Commitment.Owed.US and row.nature == Commitment.Nature.PRIMARY
    return ours and said is not None and said.channel == Channel.PORTAL and said.kind in (Kind.TIME_REQUESTED, Kind.MESSAGE)


def _told(row: Commitment, said: Interaction) -> Awaited:
    return Awaited(asked(said), said.body, said.occurred_at, row.due_on)


def asked(said: Interaction) -> str:
    """«Régler en 3 fois : facture F2026-000023»."""
    values = {"what": said.about_told}
    if parts := said.data.get("parts"):
        return _("Régler en %(count)s fois : %(what)s") % {**values, "count": parts}
    if said.kind == Kind.TIME_REQUESTED and (until := said.data.get("until")):
        day = long_date(date.fromisoformat(until), language=get_language() or "fr")
        return _("Un peu de temps, jusqu’au %(day)s : %(what)s") % {**values, "day": day}
    if said.kind == Kind.TIME_REQUESTED:
        return _("Un peu de temps : %(what)s") % values
    return _("Un mot : %(what)s") % values if said.about_label else _("Votre message")
