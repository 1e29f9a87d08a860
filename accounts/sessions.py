"""How long a session lives, and how all of a person's end."""

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db.models import F
from django.http import HttpRequest

from accounts.models import User
from lib import clock

IDLE_SECONDS = 60 * 60  # staff: an hour without a request (55 minutes at least, since it is noted every five)
PORTAL_IDLE_SECONDS = 30 * 60  # a client’s contact
ABSOLUTE_SECONDS = 12 * 60 * 60
WRITE_EVERY_SECONDS = 5 * 60  # the session is not rewritten at each request
_BEGAN, _SEEN = "began_at", "seen_at"


def is_over(request: HttpRequest) -> bool:
    """Whether the session in hand has lived or slept too long; otherwise notes that it is alive, at most every five
    minutes. Uses the real clock: `EGARDS_TODAY` moves no session."""
    now = int(clock.real_now().timestamp())
    session = request.session
    began, seen = session.get(_BEGAN), session.get(_SEEN)
    if began is None or seen is None:
        session[_BEGAN] = session[_SEEN] = now
        return False
    if now - began >= ABSOLUTE_SECONDS or now - seen >= (
        IDLE_SECONDS if getattr(request.user, "is_house", True) else PORTAL_IDLE_SECONDS
    ):
        return True
    if now - seen >= WRITE_EVERY_SECONDS:
        session[_SEEN] = now
    return False


def end_all(user: User, *, but: HttpRequest | None = None) -> None:
    """End every session of `user` at its next request, save the one of `but` when it is theirs.

    The round makes old cookies worthless at once, even those of a request that is running; the rows are removed so that
    the list of sessions tells the truth.
    """
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
    user.refresh_from_db(fields=["session_round"])
    keep = ""
    if but is not None and but.session.get(SESSION_KEY) == str(user.pk):
        but.user.session_round = user.session_round  # type: ignore[union-attr]
        update_session_auth_hash(but, user)
        keep = but.session.session_key or ""
    ended = UserSession.objects.filter(user=user).exclude(session_key=keep)
    Session.objects.filter(session_key__in=list(ended.values_list("session_key", flat=True))).delete()
    ended.delete()
    if keep:
        UserSession.objects.create_from_request(but)
