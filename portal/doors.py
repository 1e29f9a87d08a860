"""By what a person reaches a document: the key of a mail, exchanged at once for a short cookie of this document alone.

No GET changes anything: the first sets the cookie and leads to an address that holds no key, so that neither a history, a
referrer nor a scanner keeps what opens the door. An opening is noted when the page, before somebody's eyes for two seconds,
says so by a POST of its script, or when its reader does something. Whatever the trouble (never made, past its day, revoked,
cut short on its way), one page answers, with the same words; who knocks with many of them waits, whatever they hold.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import limits
from accounts.policy import policy
from billing import links
from billing.models import AccessLink
from crm.company import company_of_page
from lib import clock
from portal import fresh_links
from portal.language import speak_to

SALT = "portal.doors"
COOKIE = "__Secure-document" if settings.HTTPS else "document"
HOURS = 12
DOOR, TRIES = "document", 60  # dead keys from one address in five minutes, then it waits
ANCHORS = {"regler": "regler", "question": "detail", "difficulte": "parler"}

WITH = ("invoice__customer__owner", "invoice__customer__merged_into__owner")

View = Callable[..., HttpResponse]


@policy(public=True)
@require_safe
def enter(request: HttpRequest, key: str, part: str = "") -> HttpResponse:
    """The address of a mail: a cookie, then the document's own address."""
    if limits.failures(request, DOOR) >= TRIES:
        return wait(request)
    today, link = clock.today(), links.find(key)  # the day first: the same work whatever the key
    if link is None or not link.is_living(today):
        limits.note_failure(request, DOOR)
        return dead(request, key)
    place = reverse("portal:linked", args=[link.public_id])
    answer = HttpResponseRedirect(f"{place}#{ANCHORS[part]}" if part in ANCHORS else place)
    answer.set_cookie(
        COOKIE,
        signing.dumps(link.public_id, salt=SALT),
        max_age=HOURS * 3600,
        path=place,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return closed(answer)


@policy(public=True)
@require_POST
def renew(request: HttpRequest, key: str) -> HttpResponse:
    """A fresh link, mailed to the address on file when there is one; the answer never says whether there was."""
    if limits.failures(request, DOOR) >= TRIES:
        return wait(request)
    limits.note_failure(request, DOOR)
    link, company = links.find(key), company_of_page()
    if link is not None:
        fresh_links.send(link, company)
    return closed(render(request, "portal/dead_link.html", {"asked": True, "key": "", "company": company}, status=404))


def dead(request: HttpRequest, key: str = "") -> HttpResponse:
    """The one page for every link that opens nothing."""
    return closed(
        render(request, "portal/dead_link.html", {"asked": False, "key": key, "company": company_of_page()}, status=404)
    )


def wait(request: HttpRequest) -> HttpResponse:
    """For an address that knocked with too many dead keys; nothing was looked up, so that it learns nothing of this one."""
    return closed(render(request, "portal/too_many.html", {"company": company_of_page()}, status=429))


def by_link(view: View) -> View:
    """Give `view` the living link of the cookie instead of the reference in the path; else the page of dead links."""

    @wraps(view)
    def guarded(request: HttpRequest, ref: str, *args: Any, **kwargs: Any) -> HttpResponse:
        link = link_of(request, ref)
        if link is None:
            return dead(request)
        speak_to(request, link)
        return closed(view(request, link, *args, **kwargs))

    return guarded


def link_of(request: HttpRequest, ref: str) -> AccessLink | None:
    """The living link of the cookie, when it is the one of the path."""
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        return None
    if held != ref:
        return None
    link = AccessLink.objects.select_related(*WITH, "contact").filter(public_id=ref).first()
    return link if link is not None and link.is_living(clock.today()) else None


def note_opening(link: AccessLink) -> None:
    """Write that the person opened the document; a reload within the hour is one opening."""
    now = clock.now()
    with transaction.atomic():
        current = AccessLink.objects.select_for_update().get(pk=link.pk)
        if current.last_opened_at is not None and (now - current.last_opened_at).total_seconds() < 3600:
            return
        first = not AccessLink.objects.filter(invoice=current.invoice_id, first_opened_at__isnull=False).exists()
        current.first_opened_at = current.first_opened_at or now
        current.last_opened_at, current.openings = now, current.openings + 1
        current.save(update_fields=["first_opened_at", "last_opened_at", "openings"])
        if first:
            fresh_links.tell_opened(link)


def closed(answer: HttpResponse) -> HttpResponse:
    """Nothing of a linked page is kept, indexed or told to the next site."""
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "same-origin"  # «no-referrer» would make browsers send our own forms without origin
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


__all__ = ["by_link", "dead", "enter", "link_of", "note_opening", "renew", "wait"]
