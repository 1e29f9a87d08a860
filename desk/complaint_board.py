"""The board of complaints: which date falls first? Every open one on the same line of days, the nearest duty on top."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from complaints import states
from complaints.models import Complaint, ComplaintFact
from complaints.states import Fact, Next, Standing, State
from desk import phrases
from desk.complaint_course import Axis, Drawing, Mark, axis_for, draw, label, place
from lib.typography import WEEKDAYS, long_date, relative_day

SHOWN = 60
READ = 600  # open complaints looked at: the nearest date may be that of a young one
CLOSED_SHOWN = 40


@dataclass(frozen=True)
class Row:
    """One complaint on the board."""

    complaint: Complaint
    standing: Standing
    url: str
    customer: str
    kind: str  # «consommateur», «à l’oral»
    drawing: Drawing
    headline: str  # «9 jours de retard», «5 jours»
    under: str  # «pour répondre, à poster vendredi 27»
    red: bool
    owner: str


@dataclass
class Board:
    """The page."""

    answer: str
    rows: list[Row] = field(default_factory=list)
    months: list[Mark] = field(default_factory=list)
    today_x: str = ""
    today_words: str = ""
    closed: list[Complaint] = field(default_factory=list)
    more: bool = False


def read_board(user: User, *, today: date) -> Board:
    """Every open complaint this person may read, the nearest duty first: a constant number of statements. All are placed by their
    next date, from their facts alone; those shown are read."""
    found, standings = placed(user, today=today)
    shown = Complaint.objects.read_by(user).filter(pk__in=found[:SHOWN])
    pairs = sorted(((one, standings[one.pk]) for one in shown), key=order)
    axis = axis_for(pairs, today)
    rows = [row_of(complaint, standing, axis, today=today) for complaint, standing in pairs]
    words = _("aujourd’hui, %(day)s") % {"day": long_date(today, language=phrases.language(), year=False)}
    return Board(answer(rows, today), rows, axis.months(today), place(axis.at(today)), words, more=len(found) > SHOWN)


def placed(user: User, *, today: date) -> tuple[list[int], dict[int, Standing]]:
    """The open complaints this person may read (pk), the nearest duty first, and where each stands. One statement."""
    open_ones = Complaint.objects.visible_to(user).open_on(today).order_by("id").values("pk")[:READ]
    standings = {pk: standing_of(facts, *kept, today) for pk, kept, facts in ComplaintFact.objects.known_of(open_ones)}
    return sorted(standings, key=lambda pk: place_of(pk, standings[pk])), standings


@lru_cache(maxsize=2 * READ)
def standing_of(facts: tuple[Fact, ...], client_type: str, zone: str, months: int, today: date) -> Standing:
    """Where a complaint stands, remembered by all that it hangs on: with other facts, or the next day, it is worked out again."""
    return states.standing(facts, client_type=client_type, zone=zone, silence_delay_months=months, today=today)


def read_open(ids: list[int], *, user: User, today: date) -> list[Row]:
    """The open complaints of one client, for their record."""
    found = Complaint.objects.read_by(user).of_family(ids).open_on(today).select_related("line").order_by("id")
    pairs = sorted(((one, one.standing_on(today)) for one in found), key=order)
    axis = axis_for(pairs, today)
    return [row_of(complaint, standing, axis, today=today) for complaint, standing in pairs]


def read_closed(user: User, *, today: date) -> list[Complaint]:
    """The last closed ones."""
    return list(Complaint.objects.visible_to(user).closed_on(today).select_related("customer").order_by("-id")[:CLOSED_SHOWN])


def order(pair: tuple[Complaint, Standing]) -> tuple[bool, date, int]:
    """The nearest date first, ours before what we only wait for, those with none last."""
    complaint, standing = pair
    return place_of(complaint.pk, standing)


def place_of(pk: int, standing: Standing) -> tuple[bool, date, int]:
    """The same of a complaint not read yet."""
    falls = standing.next
    return (falls is None or not falls.ours, falls.on if falls else date.max, pk)


def row_of(complaint: Complaint, standing: Standing, axis: Axis, *, today: date) -> Row:
    """The line of one complaint."""
    headline, under = left(standing, today)
    falls = standing.next
    return Row(
        complaint=complaint,
        standing=standing,
        url=reverse("complaint", args=[complaint.public_id]),
        customer=complaint.customer.name,
        kind=kind_of(complaint, standing),
        drawing=draw(complaint, standing, axis, today=today),
        headline=headline,
        under=under,
        red=is_red(falls, today),
        owner=complaint.owner.first_name if complaint.owner else "",
    )


def is_red(falls: Next | None, today: date) -> bool:
    """Red is kept for a date of law that is past, never for a commitment of the house."""
    return falls is not None and falls.is_late(today) and falls.nature != "house"


def kind_of(complaint: Complaint, standing: Standing) -> str:
    """What decides the dates: spoken, or on which side of the law the client stands."""
    return _("à l’oral") if not standing.is_written else complaint.regime_label.lower()


def left(standing: Standing, today: date) -> tuple[str, str]:
    """How long is left, and for what."""
    falls = standing.next
    if falls is None:
        return _("Rien ne presse"), _waited(standing)
    days = (falls.on - today).days
    when = {"day": long_date(falls.on, language=phrases.language(), year=falls.on.year != today.year)}
    if falls.is_late(today):
        text = ngettext("%(count)s jour de retard", "%(count)s jours de retard", -days) % {"count": -days}
        return text, _("%(what)s, dû le %(day)s") % {"what": label(falls.code), **when}
    if not falls.ours:
        return _("Au client, au médiateur"), _("%(what)s le %(day)s") % {"what": label(falls.code), **when}
    if days == 0:
        return _("Aujourd’hui"), aim(standing, falls, today)
    return ngettext("%(count)s jour", "%(count)s jours", days) % {"count": days}, aim(standing, falls, today)


def _waited(standing: Standing) -> str:
    """What a complaint without a date waits for."""
    if standing.state == State.VOID:
        return _("elle ne compte pas")
    if not standing.is_written:
        return _("nous attendons sa lettre")
    return {
        State.REFERRED: _("la suite vient du médiateur"),
        State.PROPOSAL: _("la suite vient du médiateur"),
        State.MEDIATION_TOO_LATE: _("l’année du médiateur est passée"),
    }.get(standing.state, _("la suite vient du client"))


def aim(standing: Standing, falls: Next, today: date) -> str:
    """What the days that are left are for."""
    words = {
        "invite": _("pour l’inviter à écrire"),
        "acknowledge": _("pour accuser réception"),
        "answer": _("pour répondre"),
        "promised": _("pour donner la réponse promise"),
        "proposal": _("pour nous prononcer auprès du médiateur"),
        "execution": _("pour faire ce que nous avons promis"),
    }[falls.code]
    dates = standing.dates
    if falls.code == "answer" and dates is not None and today <= dates.answer_warn_on < dates.answer_due:
        on = dates.answer_warn_on
        day = f"{WEEKDAYS[phrases.language()[:2]][on.weekday()]} {on.day}"
        return _("%(what)s, à poster %(day)s") % {"what": words, "day": day}
    if falls.nature == "house":
        return _("%(what)s, engagement de la maison") % {"what": words}
    return words


def answer(rows: Sequence[Row], today: date) -> str:
    """Which date falls first, in words a person would say."""
    if not rows:
        return _("Aucune réclamation n’est ouverte.")
    late = [row for row in rows if row.red]
    overdue = [row for row in rows if not row.red and row.standing.next is not None and row.standing.next.is_late(today)]
    coming = [row for row in rows if row.standing.next is not None and row.standing.next.ours and row not in (*late, *overdue)]
    parts = [_late(late)] if late else []
    if overdue:
        parts.append(_overdue(overdue))
    if coming:
        parts.append(_coming(coming[0], today, first=not parts))
    others = len(rows) - len(late) - len(overdue) - min(len(coming), 1)
    if others and parts:
        parts.append(ngettext("L’autre a le temps.", "Les %(count)s autres ont le temps.", others) % {"count": others})
    return " ".join(parts) or _("Rien n’est à faire de notre côté : la suite vient des clients ou du médiateur.")


def _coming(row: Row, today: date, *, first: bool) -> str:
    falls = row.standing.next
    assert falls is not None
    day = relative_day(falls.on, today, language=phrases.language())
    words = (
        _("La première date, pour %(who)s : %(what)s, %(day)s.") if first else _("La suivante, pour %(who)s : %(what)s, %(day)s.")
    )
    return words % {"who": row.customer, "what": label(falls.code), "day": day}


def _overdue(rows: Sequence[Row]) -> str:
    """What the house had given itself as a date, and let go by."""
    falls = rows[0].standing.next
    assert falls is not None
    if len(rows) == 1:
        return _("%(who)s attend encore : %(what)s.") % {"who": rows[0].customer, "what": label(falls.code)}
    return _("%(count)s engagements de la maison sont en retard, à commencer par %(who)s : %(what)s.") % {
        "count": len(rows), "who": rows[0].customer, "what": label(falls.code),
    }  # fmt: skip


def _late(late: Sequence[Row]) -> str:
    if len(late) > 1:
        return _("%(count)s dates sont passées, à commencer par celle de %(who)s.") % {
            "count": len(late), "who": late[0].customer,
        }  # fmt: skip
    return _("Une date est passée, pour %(who)s : %(days)s.") % {"who": late[0].customer, "days": late[0].headline}
