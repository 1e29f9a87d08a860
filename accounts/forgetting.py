"""What accounts forget by themselves (docs/data.md): sessions that ended, and a year later the journal's lines, revoked
credentials and used invitations. The only deletions of these tables."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import Q

from accounts import audit
from accounts.models import ApiToken, Invitation


def forget(now: datetime) -> dict[str, int]:
    """Delete what is past its time at the real instant `now`; says how many rows of each went. Safe to run twice."""
    limit = now - timedelta(days=audit.KEPT_DAYS)
    ended = Q(used_at__lt=limit) | Q(used_at=None, expires_at__lt=limit)
    return {
        "sessions": Session.objects.filter(expire_date__lt=now).delete()[0],
        "journal": audit.forget(limit),
        "tokens": ApiToken.objects.filter(revoked_at__lt=limit).delete()[0],
        "invitations": Invitation.objects.filter(ended).delete()[0],
    }
