"""`/healthz`: whether the house works, without a word of data; and the same facts in detail for `diagnose`."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.policy import policy
from config.jobs import HEARTBEAT
from crm.models import Email
from lib import clock

SILENT = timedelta(seconds=60)  # the queue beats every few seconds
LATE = timedelta(minutes=5)  # the oldest due mail may not wait longer


def last_beat() -> datetime | None:
    """When the task queue last moved; None when it never has, or not for an hour."""
    return cache.get(HEARTBEAT)


def troubles(now: datetime) -> list[str]:
    """What is wrong at the instant `now`, as English words of the code: `database`, `worker`, `outbox`."""
    try:
        beat = last_beat()
        found = [] if beat and now - beat <= SILENT else ["worker"]
        if Email.objects.due(now - LATE).exists():
            found.append("outbox")
    except DatabaseError:
        return ["database"]
    return found


@policy(public=True)
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 `ok`, or 503 and the parts that do not work."""
    found = troubles(clock.real_now())
    response = HttpResponse(" ".join(found) or "ok", status=503 if found else 200, content_type="text/plain")
    response._has_been_logged = True  # type: ignore[attr-defined]  # a probe every few seconds is not an error of ours
    return response
