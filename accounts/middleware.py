"""What every request goes through: where it comes from, how long its session lives, the person's preferences, then the
policy of the URL."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit, sessions
from accounts.policy import Policy
from accounts.third_party import POLICIES

Answer = Callable[[HttpRequest], HttpResponse]


class SessionLimitsMiddleware:
    """Ends a session that slept an hour or lived twelve (trust.md §3), and tells the journal where requests come from."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        audit.use_address(get_adapter().get_client_ip(request) if request.META.get("REMOTE_ADDR") else None)
        try:
            if request.user.is_authenticated and sessions.is_over(request):
                logout(request)
                messages.info(request, _("Votre session a pris fin. Reconnectez-vous pour reprendre où vous en étiez."))
            return self.get_response(request)
        finally:
            audit.use_address(None)


class PreferencesMiddleware:
    """Puts the person's language in force and keeps signed-in pages out of caches."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response


class PolicyMiddleware:
    """Refuses a request that does not meet the policy its view declares; a view without one is a defect."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object) -> HttpResponse | None:
        declared = declared_policy(view, request.resolver_match)
        if declared is None:
            raise ImproperlyConfigured(f"{request.path}: this URL declares no policy")
        if declared.closed or (declared.demo and not settings.DEMO):
            raise Http404
        if getattr(request, "owes_second_factor", False) and not (declared.enrolment or declared.api):
            return _to_enrolment(request)
        if declared.public or declared.api:
            return None
        if not request.user.is_authenticated:
            return _to_login(request, reverse("account_request_login_code") if declared.contact else None)
        if declared.signed_in:
            return None
        if request.user.is_house == declared.contact:  # the space of clients, and the house: whose, the page asks
            raise Http404
        needed = "" if declared.contact else declared.right_for(request.method or "GET")
        if needed and not request.user.may(needed):
            raise PermissionDenied(needed)
        return None


def _to_login(request: HttpRequest, door: str | None) -> HttpResponse:
    """The login page, or `door` (a client has no password: a code is mailed), then back to the page asked for (a form that was
    being sent cannot be replayed)."""
    if request.htmx:
        page = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(page, door)["Location"])
    return redirect_to_login(request.get_full_path() if request.method == "GET" else settings.PORTAL_URL if door else "/", door)


def _to_enrolment(request: HttpRequest) -> HttpResponse:
    messages.warning(
        request, _("Votre rôle demande une deuxième étape de connexion. Ajoutez-la maintenant : cela prend deux minutes.")
    )
    return HttpResponseRedirect(reverse("mfa_activate_totp"))


def declared_policy(view: Callable[..., Any], match: Any) -> Policy | None:
    """The policy of a view: its own declaration, that of the one action of the API it is, its class's, or the table of
    third-party URLs."""
    own = (
        getattr(view, "policy", None)
        or getattr(view, "initkwargs", {}).get("policy")
        or getattr(getattr(view, "view_class", None) or getattr(view, "cls", None), "policy", None)
    )
    return own or POLICIES.get(match.view_name)
