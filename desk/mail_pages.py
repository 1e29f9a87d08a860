"""What the mail pages show: the list by key, one mail and its course, what is to be decided, why mail waits."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import User
from accounts.requests import HouseRequest
from crm.mail_reasons import retold
from crm.models import Company, Email
from crm.models.timeline import Direction
from crm.outbox import waiting_since
from desk.paging import page
from lib import clock

PAGE = 50
State = Email.State

# What the reader sees of a state: words, tone of the tag.
STATES: dict[str, tuple[str | Promise, str]] = {
    State.QUEUED: (lazy("en attente"), "info"),
    State.SENDING: (lazy("en train de partir"), "info"),
    State.SENT: (lazy("envoyé"), "ok"),
    State.HELD: (lazy("retenu"), "warn"),
    State.UNCERTAIN: (lazy("incertain"), "warn"),
    State.FAILED: (lazy("refusé"), "warn"),
    State.CANCELLED: (lazy("repris"), "plain"),
    State.RECEIVED: (lazy("reçu"), "plain"),
}
FILTERS: dict[str, tuple[str | Promise, Q]] = {
    "": (lazy("Tout"), Q()),
    "en-attente": (lazy("En attente"), Q(state__in=[State.QUEUED, State.SENDING])),
    "envoyes": (lazy("Envoyés"), Q(state=State.SENT)),
    "repris": (lazy("Repris"), Q(state=State.CANCELLED)),
}
DECIDED: dict[str, str | Promise] = {
    "cancelled": lazy("Repris avant l’envoi"),
    "resent": lazy("Remis à l’envoi"),
    "considered_sent": lazy("Considéré comme envoyé"),
    "given_up": lazy("Classé sans l’envoyer"),
    "corrected": lazy("Écrit à une autre adresse"),
    "moot": lazy("Retiré avant de partir, faute d’objet"),
}


@dataclass(frozen=True)
class Row:
    """One mail of a list."""

    email: Email
    words: str | Promise
    tone: str


@dataclass(frozen=True)
class MailPage:
    """One page of the list; `next_url` is where what follows is, empty at the end."""

    rows: list[Row]
    next_url: str


@dataclass(frozen=True)
class Decision:
    """What somebody decided, for the course of a mail."""

    what: str | Promise
    who: str
    at: datetime
    detail: str


def outgoing(user: User) -> QuerySet[Email]:
    """The mails out that this person may read, with what a row shows."""
    rows = Email.objects.visible_to(user).filter(direction=Direction.OUT)
    return rows.select_related("customer", "author").defer("html", "text")


def mail_page(request: HouseRequest, *, chosen: str) -> MailPage:
    """The fifty mails that the request asks for, newest first. One statement."""
    rows = outgoing(request.user).filter(FILTERS[chosen][1])
    found = page(rows, request, ("-created_at", "-id"), size=PAGE)
    return MailPage([row_of(email) for email in found.rows], found.next_url)


def row_of(email: Email) -> Row:
    """A mail with its state in words."""
    words, tone = STATES[email.state]
    return Row(email, words, tone)


def to_decide(user: User) -> list[Row]:
    """What waits for a decision, oldest first, at most fifty. One statement."""
    rows = Email.objects.visible_to(user).to_decide().select_related("customer", "contact", "author").order_by("created_at", "id")
    return [row_of(email) for email in rows[:PAGE]]


def course(email: Email) -> list[Decision]:
    """What people decided of a mail, in order. One statement."""
    people = User.objects.in_bulk({entry["by"] for entry in email.decisions if entry["by"]})
    return [
        Decision(
            DECIDED[entry["what"]],
            str(people.get(entry["by"], "")),
            datetime.fromisoformat(entry["at"]),
            str(entry.get("detail", "")),
        )
        for entry in email.decisions
    ]


def why_mail_waits(user: User, company: Company) -> dict[str, object] | None:
    """A banner's words when mail does not leave: no server given, or a server that has not answered for a while.
    Two statements at most."""
    no_server = settings.INSTALLATION_KIND == "real" and not company.smtp_host
    if no_server:
        return {
            "title": _("Le courrier attend : aucun serveur d’envoi n’est réglé."),
            "since": None,
            "reason": "",
            "settings": True,
        }
    oldest = waiting_since(clock.real_now())
    if oldest is None:
        return None
    return {
        "title": _("Des messages attendent de partir."),
        "since": oldest.send_after,
        "reason": retold(oldest.reason),
        "settings": True,
    }
