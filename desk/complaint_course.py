"""The course of a complaint on a line of days, drawn on the server, and the same in sentences.

Coordinates are text with a point, whatever the reader's language: they go as they are into the SVG.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from complaints.deadlines import MEDIATION_TYPES
from complaints.models import Complaint
from complaints.states import OPENINGS, F, Standing, State
from desk import phrases
from lib.typography import MONTHS, long_date, short_date, weekday_date

WIDTH, LEFT, RIGHT = 760, 14, 742
LINE = 31  # where the line lies, in a drawing 64 high
ROOM = 150  # what two labels need side by side
BEHIND, AHEAD = timedelta(days=110), timedelta(days=75)  # beyond, a date stands at the end of the line


@dataclass(frozen=True)
class Mark:
    """A label: words at a place, with the class that colours them."""

    x: str
    y: int
    words: str
    kind: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Dot:
    """A day on the line."""

    x: str
    radius: int
    kind: str


@dataclass(frozen=True)
class Stretch:
    """A piece of the line."""

    start: str
    end: str
    kind: str


@dataclass
class Drawing:
    """A line of dates: its pieces, and the sentences that say the same."""

    today: str = ""
    stretches: list[Stretch] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    arrow: bool = False
    words: list[str] = field(default_factory=list)
    late: str = ""  # the sentence of the date that is past
    red: bool = False  # a date of law, not only a commitment of the house


@dataclass(frozen=True)
class Axis:
    """The same days at the same places for every line of a page."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """Where a day stands, in units of the drawing."""
        days = max((self.last - self.first).days, 1)
        share = min(max((day - self.first).days / days, 0), 1)
        return LEFT + 58 + share * (RIGHT - LEFT - 160)

    def months(self, today: date) -> list[Mark]:
        """The names of the months at their first day, where there is room between them and around `today`."""
        language, found, room = phrases.language()[:2], [], -100.0
        day = self.first.replace(day=1)
        while day <= self.last:
            x = self.at(max(day, self.first))
            if x - room > 70 and not -90 < x - self.at(today) < 110:
                found.append(Mark(place(x), 16, MONTHS[language][day.month - 1]))
                room = x
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return found


def axis_for(pairs: Sequence[tuple[Complaint, Standing]], today: date) -> Axis:
    """The days that hold every line: from the oldest complaint to the last near date."""
    starts = [started(complaint, today) for complaint, _standing in pairs]
    ends = [falls.on for _complaint, one in pairs if (falls := one.next) and falls.on <= today + AHEAD]
    return Axis(max(min([*starts, today]), today - BEHIND), max([*ends, today + timedelta(days=14)]))


def started(complaint: Complaint, today: date) -> date:
    """The first day of the complaint."""
    return min((fact.on for fact in complaint.known_facts), default=today)


def draw(complaint: Complaint, standing: Standing, axis: Axis, *, today: date) -> Drawing:
    """The line of one complaint on `today`."""
    drawing = Drawing(today=place(axis.at(today)))
    start, falls = started(complaint, today), standing.next
    dates = standing.dates
    begin, now = axis.at(start), axis.at(today)
    due = axis.at(falls.on) if falls else now
    late = falls is not None and falls.is_late(today)
    drawing.stretches.append(Stretch(place(begin), place(min(now, due) if late else now), "run"))
    if falls and not late:
        drawing.stretches.append(Stretch(place(now), place(due), "left"))
    if dates is not None and dates.mediation_last_day and (falls is None or falls.code != "mediation_last_day"):
        drawing.stretches.append(Stretch(place(due), place(RIGHT), "after"))
        drawing.arrow = True
        until = _("médiateur jusqu’au %(day)s") % {"day": _short(dates.mediation_last_day, today, year=True)}
        drawing.marks.append(Mark(place(WIDTH - 10), 54, until, anchor="end"))
    drawing.dots.append(Dot(place(begin), 6, "dot"))
    _acknowledgement(drawing, complaint, axis, begin)
    _labels(drawing, complaint, standing, begin, due, today=today)
    drawing.words = sentences(complaint, standing, today=today)
    drawing.late = late_sentence(standing, today)
    drawing.red = late and falls is not None and falls.nature != "house"
    return drawing


def _acknowledgement(drawing: Drawing, complaint: Complaint, axis: Axis, begin: float) -> None:
    on = next((fact.on for fact in complaint.known_facts if fact.kind == F.ACKNOWLEDGED and fact.stands), None)
    if on is not None:
        drawing.dots.append(Dot(place(max(axis.at(on), begin + 12)), 4, "ack"))


def _labels(drawing: Drawing, complaint: Complaint, standing: Standing, begin: float, due: float, *, today: date) -> None:
    """The words beside the dots: above and below the line when there is room, at its two ends otherwise."""
    first = _first_words(complaint, today)
    falls = standing.next
    if falls is None:
        drawing.marks.append(Mark(place(begin - 6), 16, first))
        return
    late = falls.is_late(today)
    tone = ("over" if falls.nature != "house" else "house") if late else "house" if falls.nature == "house" else "soon"
    drawing.dots.append(Dot(place(due), 7, tone))
    far = falls.on > today + AHEAD  # it stands at the end of the line: its year is said
    last = f"{_short(falls.on, today, year=far)}, {label(falls.code, late=late)}"
    if due - begin >= ROOM:
        middle = "middle" if due < RIGHT - 90 else "end"
        drawing.marks += [Mark(place(begin - 6), 16, first), Mark(place(due), 16, last, tone, middle)]
        if second := _ack_words(complaint, today):
            drawing.marks.append(Mark(place(begin - 6), 54, second))
    elif begin > 220:
        drawing.marks += [Mark(place(begin - 14), 35, first, "", "end"), Mark(place(due), 16, last, tone, "middle")]
    else:
        drawing.marks += [Mark(place(begin - 6), 54, first), Mark(place(max(due, begin + 60)), 16, last, tone, "middle")]


def label(code: str, *, late: bool = False) -> str:
    """What falls on the next date, in a word or two."""
    if late and code in ("answer", "promised"):
        return _("sans réponse")
    words = {
        "invite": _("l’inviter à écrire"),
        "acknowledge": _("accusé de réception"),
        "answer": _("réponse"),
        "promised": _("réponse promise"),
        "mediation_last_day": _("dernier jour du médiateur"),
        "rejection_info": _("recevabilité dite par le médiateur"),
        "outcome": _("issue de la médiation"),
        "proposal": _("notre avis au médiateur"),
        "execution": _("ce que nous avons promis"),
    }
    return words[code]


def sentences(complaint: Complaint, standing: Standing, *, today: date) -> list[str]:
    """What the drawing shows, in sentences: for who does not see it, and for a narrow screen."""
    found = [_first_sentence(complaint, today)]
    dates, falls = standing.dates, standing.next
    if standing.answer:
        found.append(_answer_sentence(complaint, today))
    elif falls is not None and dates is not None and falls.code in ("answer", "acknowledge", "promised"):
        found.append(_("Réponse au plus tard le %(day)s.") % {"day": _full(dates.answer_due, today)})
        if falls.code == "acknowledge":
            found.append(_("Accusé de réception au plus tard le %(day)s.") % {"day": _full(falls.on, today)})
        if falls.code == "promised":
            found.append(_("Réponse promise pour le %(day)s.") % {"day": _full(falls.on, today)})
    elif falls is not None and falls.code == "invite":
        found.append(
            _("Invitation à écrire au plus tard le %(day)s : engagement de la maison.") % {"day": _full(falls.on, today)}
        )
    if falls is not None and falls.code in ("outcome", "rejection_info", "proposal", "execution"):
        values = {"what": phrases.capital(label(falls.code)), "day": _full(falls.on, today)}
        found.append(_("%(what)s : %(day)s.") % values)
    found.append(_mediation_sentence(complaint, standing, today))
    return [sentence for sentence in found if sentence]


def late_sentence(standing: Standing, today: date) -> str:
    """The duty whose day is past."""
    falls = standing.next
    if falls is None or not falls.is_late(today):
        return ""
    day = long_date(falls.on, language=phrases.language(), year=falls.on.year != today.year)
    return _("%(what)s : c’était dû le %(day)s.") % {"what": phrases.capital(label(falls.code)), "day": day}


def _first_words(complaint: Complaint, today: date) -> str:
    kinds = {fact.kind: fact.on for fact in reversed(complaint.known_facts)}
    if not kinds.keys() & OPENINGS:
        return _("enregistrée par erreur")
    if F.WRITTEN in kinds:
        return _("%(day)s, écrite") % {"day": _short(kinds[F.WRITTEN], today)}
    return _("%(day)s, dite") % {"day": _short(kinds.get(F.ORAL, today), today)}


def _ack_words(complaint: Complaint, today: date) -> str:
    on = next((fact.on for fact in complaint.known_facts if fact.kind == F.ACKNOWLEDGED and fact.stands), None)
    return _("accusé le %(day)s") % {"day": _short(on, today)} if on else ""


def _first_sentence(complaint: Complaint, today: date) -> str:
    kinds = {fact.kind: fact.on for fact in reversed(complaint.known_facts) if fact.stands}
    if not kinds.keys() & OPENINGS:
        return _("Enregistrée par erreur.")
    if F.WRITTEN not in kinds:
        return _("Dite le %(day)s.") % {"day": _long(kinds.get(F.ORAL, today), today)}
    values = {"day": _long(kinds[F.WRITTEN], today)}
    if F.ACKNOWLEDGED in kinds:
        values["ack"] = _long(kinds[F.ACKNOWLEDGED], today)
        return _("Écrite le %(day)s, accusé envoyé le %(ack)s.") % values
    return _("Écrite le %(day)s.") % values


def _answer_sentence(complaint: Complaint, today: date) -> str:
    row = next(
        fact for fact in reversed(complaint.known_facts) if fact.kind in (F.FAVOURABLE, F.PARTIAL, F.REFUSED) and fact.stands
    )
    words = {
        F.FAVOURABLE: _("Réponse favorable le %(day)s."),
        F.PARTIAL: _("Réponse favorable en partie le %(day)s."),
        F.REFUSED: _("Refus le %(day)s."),
    }
    return words[F(row.kind)] % {"day": _long(row.on, today)}


def _mediation_sentence(complaint: Complaint, standing: Standing, today: date) -> str:
    dates = standing.dates
    if standing.state == State.VOID:
        return ""
    if dates is None and complaint.regime in MEDIATION_TYPES:
        return _("Tant que rien n’est écrit, l’année du médiateur ne court pas.")
    if dates is None or dates.mediation_last_day is None or dates.mediation_open_from is None:
        if complaint.regime == "professional":
            return _("Entre professionnels, pas de médiateur de la consommation ; le Médiateur des entreprises reste possible.")
        return _("Ce client n’est pas un particulier : pas de médiateur de la consommation.")
    last = _long(dates.mediation_last_day, today)
    if today > dates.mediation_last_day:
        return _("L’année pour saisir le médiateur s’est terminée le %(last)s.") % {"last": last}
    if today >= dates.mediation_open_from:
        return _("Médiateur possible depuis le %(day)s, jusqu’au %(last)s.") % {
            "day": _long(dates.mediation_open_from, today),
            "last": last,
        }
    return _("Médiateur possible jusqu’au %(last)s.") % {"last": last}


def place(x: float) -> str:
    """A coordinate, with a point."""
    return f"{x:.1f}"


def _short(day: date, today: date, *, year: bool = False) -> str:
    return short_date(day, language=phrases.language(), year=year or day.year > today.year + 1)


def _long(day: date, today: date) -> str:
    return long_date(day, language=phrases.language(), year=day.year != today.year)


def _full(day: date, today: date) -> str:
    return weekday_date(day, language=phrases.language(), year=day.year != today.year)
