"""The language of who reads: chosen by a click on any page of a client, also before they come in."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts import people
from accounts.models import User
from accounts.policy import policy
from billing.models import AccessLink
from crm.contacts import edit_contact
from crm.models import ContactAccess

KEPT = 365 * 24 * 3600  # seconds: how long a browser remembers


@policy(public=True)
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Put that language in force on this browser; for whoever is logged in, on their account and in the record too, so that
    they are also written to in it. Then the page they were on."""
    answer = HttpResponseRedirect(_page_before(request))
    wanted = request.POST.get("language", "")
    if wanted not in dict(settings.LANGUAGES):
        return answer
    if request.user.is_authenticated:
        keep_language(request.user, wanted)
    else:
        request.session["language"] = wanted  # they take it in with them (accounts.adapter)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, wanted, max_age=KEPT, secure=settings.HTTPS, httponly=True, samesite="Lax",
    )  # fmt: skip
    return answer


def keep_language(user: User, wanted: str) -> None:
    """From now on this person is read to and written to in that language (`fr`, `en`)."""
    with transaction.atomic():
        people.update_profile(user, language=wanted)
        for access in ContactAccess.objects.living().filter(user=user).select_related("contact"):
            edit_contact(access.contact, by=None, language=wanted)


def speak_to(request: HttpRequest, link: AccessLink) -> None:
    """Read to whoever a mailed link was sent to in the language we write to them in, unless this browser or its account chose."""
    chosen = request.user.is_authenticated or settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    if link.contact is not None and link.contact.language and not chosen:
        translation.activate(link.contact.language)
        request.LANGUAGE_CODE = link.contact.language  # type: ignore[attr-defined]


def _page_before(request: HttpRequest) -> str:
    """The page the click was on, when it is one of ours that can be read again; else the client’s space."""
    wanted = request.POST.get("next") or request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return settings.PORTAL_URL
    try:
        match = resolve(urlsplit(wanted).path)
    except Resolver404:
        return settings.PORTAL_URL
    if match.view_name == "portal:renew":  # a form was sent there: its page is the link’s own
        return reverse("portal:enter", args=[match.kwargs["key"]])
    return wanted
