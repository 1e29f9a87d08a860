"""The calendar that a person's own programme reads: dates of complaints and commitments, at a secret address.

Names of clients stay out of it: it is read by programmes of elsewhere, on telephones that get lost.
"""

import hashlib
import secrets
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts.models import User
from complaints.models import CalendarFeed, Complaint
from crm.models import Commitment
from lib import clock

AHEAD = timedelta(days=400)
MOST = 500


def give_address(user: User) -> str:
    """A new secret for this person's calendar, told once; the former one no longer answers."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        revoke(user)
        CalendarFeed.objects.create(user=user, token_hash=_hash(token))
    return token


def revoke(user: User) -> None:
    """Make this person's address worth nothing."""
    CalendarFeed.objects.living().filter(user=user).update(revoked_at=clock.now())


def owner_of(token: str) -> User | None:
    """Whose calendar this secret opens, while they work here; None otherwise."""
    feed = CalendarFeed.objects.living().select_related("user").filter(token_hash=_hash(token)).first()
    if feed is None or not feed.user.is_active or not feed.user.is_house:
        return None
    if feed.read_on != clock.today():
        CalendarFeed.objects.filter(pk=feed.pk).update(read_on=clock.today())
    return feed.user


def calendar_of(user: User, *, today: date, url: str) -> bytes:
    """The calendar: dates of the complaints this person may read, and what they owe. `url` is the house's own address."""
    with translation.override(user.language or "fr"):
        calendar = Calendar()
        calendar.add("prodid", "-//Égards//FR")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", _("Égards : dates et engagements"))
        for event in [*_complaints(user, today, url), *_commitments(user, today, url)]:
            calendar.add_component(event)
        return calendar.to_ical()


def _complaints(user: User, today: date, url: str) -> list[Event]:
    found = []
    for complaint in Complaint.objects.read_by(user).open_on(today).order_by("id")[:MOST]:
        standing = complaint.standing_on(today)
        dates, falls, link = standing.dates, standing.next, url + reverse("complaint", args=[complaint.public_id])
        name = {"reference": complaint.reference}
        if falls is not None:
            found.append(_event(f"{complaint.public_id}-{falls.code}", falls.on, _WORDS[falls.code]() % name, link))
        if dates is not None and dates.mediation_last_day and (falls is None or falls.code != "mediation_last_day"):
            day = dates.mediation_last_day
            found.append(_event(f"{complaint.public_id}-mediation", day, _WORDS["mediation_last_day"]() % name, link))
        if dates is not None and not standing.answer:
            if falls is None or falls.code != "answer":
                found.append(_event(f"{complaint.public_id}-answer", dates.answer_due, _WORDS["answer"]() % name, link))
            alerts = [day for day in dates.answer_alerts if day >= today]
            found += [
                _event(f"{complaint.public_id}-{day:%Y%m%d}", day, _("Réponse à préparer : %(reference)s") % name, link)
                for day in alerts
            ]
    return found


def _commitments(user: User, today: date, url: str) -> list[Event]:
    rows = Commitment.objects.visible_to(user).open().filter(owner=user, nature=Commitment.Nature.PRIMARY)
    rows = rows.filter(due_on__gte=today - timedelta(days=60), due_on__lte=today + AHEAD).order_by("due_on", "id")[:MOST]
    return [_event(row.public_id, row.due_on, row.what, url + reverse("commitment", args=[row.public_id])) for row in rows]


_WORDS = {
    "invite": lambda: _("Inviter à écrire : %(reference)s"),
    "acknowledge": lambda: _("Accuser réception : %(reference)s"),
    "answer": lambda: _("Répondre à la réclamation %(reference)s"),
    "promised": lambda: _("Donner la réponse promise : %(reference)s"),
    "mediation_last_day": lambda: _("Dernier jour du médiateur : %(reference)s"),
    "rejection_info": lambda: _("Recevabilité dite par le médiateur : %(reference)s"),
    "outcome": lambda: _("Issue de la médiation : %(reference)s"),
    "proposal": lambda: _("Se prononcer auprès du médiateur : %(reference)s"),
    "execution": lambda: _("Faire ce que notre réponse promet : %(reference)s"),
}


def _event(uid: str, day: date, words: str, link: str) -> Event:
    event = Event()
    event.add("uid", f"{uid}@egards")
    event.add("dtstamp", clock.real_now())
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", words)
    event.add("url", link)
    event.add("transp", "TRANSPARENT")
    return event


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
