"""Dates that people type in a form, read and said back before anything is saved."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from crm.models import Company
from desk import phrases
from lib import clock, when
from lib.errors import Refusal
from lib.french_calendar import Zone
from lib.moments import is_past, parse_past

# «matin», «après-midi» and «soir» are promises all the same: they are broken when that part of the day is over.
PARTS = {"matin": time(12), "après-midi": time(18), "soir": time(20)}


@dataclass(frozen=True)
class Due:
    """A day and perhaps an hour to be kept, with what the sentence said beside it."""

    on: date
    at: time | None
    before: bool
    text: str = ""

    def __str__(self) -> str:
        return phrases.understood(self.on, self.at, before=self.before)


def read_due(text: str, *, now: datetime, field: str = "when", asked: bool = True) -> Due:
    """The day written in `text`, from today on. Raises `Refusal` with what to write instead; `asked` when the text is
    the answer to «pour quand», not a sentence that might have held a date."""
    local = clock.local(now)
    found = when.parse(text, today=local.date(), zone=holiday_zone())
    if found is None and not asked:
        raise Refusal(_("Pour quand ? Écrivez par exemple « lundi 10 h », « dans 15 jours » ou « 3 janvier »."), field=field)
    if found is None:
        raise Refusal(
            _(
                "Je ne lis pas de date sûre dans « %(text)s ». Écrivez par exemple « lundi 10 h », « dans 15 jours » ou « 3 janvier »."
            )
            % {"text": phrases.cut(text, 60)[0]},
            field=field,
        )
    at = found.at or PARTS.get(found.part)
    due = Due(found.on, at, found.until if found.at else bool(at), found.text)
    if is_past(due.on, at, before=due.before, local=local):
        raise Refusal(
            _("%(when)s est déjà passé : choisissez un moment à venir.") % {"when": phrases.capital(str(due))}, field=field
        )
    return due


def read_moment(text: str, *, now: datetime, field: str = "when") -> datetime | None:
    """When it happened; None for now. Raises `Refusal` when unreadable or in the future."""
    if not text.strip():
        return None
    found = parse_past(text, now=clock.local(now))
    if found is None:
        raise Refusal(
            _("Je ne lis pas de moment sûr dans « %(text)s ». Écrivez par exemple « hier 16 h 30 » ou « 20 novembre 9 h ».")
            % {"text": phrases.cut(text, 60)[0]},
            field=field,
        )
    if found > clock.local(now):
        raise Refusal(_("Ce moment est dans le futur : un échange se consigne quand il a eu lieu."), field=field)
    return found


def holiday_zone() -> str:
    """Whose public holidays count when a person writes «jours ouvrés». One statement."""
    return Company.objects.values_list("holiday_zone", flat=True).first() or Zone.NATIONAL
