"""The lists of what is owed: mine, everyone's or a colleague's; ours or the clients'; all that is open, or late.

Paged by key (day, id); four statements whatever the rows.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import HouseRequest
from crm.models import Commitment
from desk.paging import page
from desk.promises import PromiseLine, promise_line

PAGE = 50
SIDES = {"": "", "nous": Commitment.Owed.US, "clients": Commitment.Owed.THEM}


@dataclass(slots=True)
class PromiseList:
    """One page of a list of commitments."""

    answer: str
    lines: list[PromiseLine]
    who: list[tuple[str, str, bool]]
    sides: list[tuple[str, str, bool]]
    colleagues: list[tuple[str, str, bool]]
    of_colleague: bool
    owner_shown: bool  # whose each one is: said when the list is not one person's
    next_url: str
    here: str


def read_list(request: HouseRequest, *, today: date, now: datetime) -> PromiseList:
    """The page of the list that the request asks for; what makes no sense in it is left aside."""
    given, user = request.GET, request.user
    colleagues = list(User.objects.staff())
    chosen, owner = _chosen(given, colleagues)
    rows = Commitment.objects.visible_to(user).open().without_due_dates()
    if chosen["qui"] != "tous":
        rows = rows.filter(owner=owner or user)
    if chosen["cote"]:
        rows = rows.filter(owed_by=SIDES[chosen["cote"]])
    if chosen["etat"]:
        rows = rows.filter(due_on__lt=today)
    found = page(rows.select_related("customer", "owner", "author", "interaction"), request, ("due_on", "id"), size=PAGE)
    shown = found.rows
    return PromiseList(
        answer=_answer(shown, now=now, late=bool(chosen["etat"])),
        lines=[promise_line(row, today=today, now=now) for row in sorted(shown, key=_by_hour)],
        who=[
            (_("Les miens"), _url(chosen, qui=""), chosen["qui"] == ""),
            (_("Toute la maison"), _url(chosen, qui="tous"), chosen["qui"] == "tous"),
        ],
        sides=[
            (_("Tous"), _url(chosen, cote="", etat=""), not chosen["cote"] and not chosen["etat"]),
            (_("En retard"), _url(chosen, cote="", etat="retard"), bool(chosen["etat"])),
            (_("Les nôtres"), _url(chosen, cote="nous", etat=""), chosen["cote"] == "nous"),
            (_("Ceux des clients"), _url(chosen, cote="clients", etat=""), chosen["cote"] == "clients"),
        ],
        colleagues=[
            (person.first_name, _url(chosen, qui=person.public_id), person == owner) for person in colleagues if person != user
        ],
        of_colleague=owner is not None,
        owner_shown=chosen["qui"] == "tous",
        next_url=found.next_url,
        here=_url(chosen),
    )


def _by_hour(row: Commitment) -> tuple[date, time]:
    """Inside a day, what has an hour first: «avant 10 h» cannot wait for «aujourd’hui»."""
    return row.due_on, row.due_at or time.max


def _chosen(given: QueryDict, colleagues: list[User]) -> tuple[dict[str, str], User | None]:
    """What the query asks for that makes sense, and the colleague it names."""
    owner = next((person for person in colleagues if person.public_id == given.get("qui")), None)
    chosen = {
        "qui": given["qui"] if owner or given.get("qui") == "tous" else "",
        "cote": given.get("cote", "") if given.get("cote") in SIDES else "",
        "etat": "retard" if given.get("etat") == "retard" else "",
    }
    return chosen, owner


def _url(chosen: dict[str, str], **changed: str) -> str:
    query = urlencode({name: value for name, value in {**chosen, **changed}.items() if value})
    return reverse("commitments") + (f"?{query}" if query else "")


def _answer(rows: list[Commitment], *, now: datetime, late: bool) -> str:
    """As the lines below say it: what is red there is late here."""
    past = sum(row.is_broken(now) for row in rows)
    if not rows:
        return _("Aucun engagement en retard.") if late else _("Aucun engagement en cours.")
    if not past:
        return _("Rien n’est en retard.")
    if past == 1:
        return _("Un engagement est en retard.")
    if past == len(rows) == PAGE:
        return _("Plus de cinquante engagements sont en retard.")
    return _("%(count)s engagements sont en retard.") % {"count": past}
