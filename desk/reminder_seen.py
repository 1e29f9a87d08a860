"""Which messages a person has seen today: kept in their session, forgotten with the day."""

from collections.abc import Mapping
from datetime import date

from django.http import HttpRequest

KEY = "reminders_seen"
DAY = "on"


def seen_by(request: HttpRequest, on: date) -> Mapping[str, str]:
    """Customer → digest of the message that this person saw, for the plan of the civil day `on`."""
    kept = request.session.get(KEY, {})
    return kept if kept.get(DAY) == on.isoformat() else {}


def note_seen(request: HttpRequest, on: date, customer: str, digest: str) -> None:
    """This person is looking at that message. Writes the session only when it is new."""
    seen = seen_by(request, on)
    if seen.get(customer) != digest:
        request.session[KEY] = {**seen, DAY: on.isoformat(), customer: digest}
