"""What every request goes through: the person's preferences, then the policy of the URL."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from accounts.policy import Policy
from accounts.third_party import POLICIES


class PreferencesMiddleware:
    """Puts the person's language in force and keeps signed-in pages out of caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
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

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object) -> HttpResponse | None:
        declared = declared_policy(view, request.resolver_match)
        if declared is None:
            raise ImproperlyConfigured(f"{request.path}: this URL declares no policy")
        if declared.demo and not (settings.DEMO or settings.TESTING):
            raise Http404
        if declared.public or declared.api:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if declared.signed_in:
            return None
        if not request.user.is_house:
            raise Http404
        needed = declared.right_for(request.method or "GET")
        if needed and not request.user.may(needed):
            raise PermissionDenied(needed)
        return None


def declared_policy(view: Callable[..., Any], match: Any) -> Policy | None:
    """The policy of a view: its own declaration, its class's, or the table of third-party URLs."""
    own = getattr(view, "policy", None) or getattr(getattr(view, "view_class", None) or getattr(view, "cls", None), "policy", None)
    return own or POLICIES.get(match.view_name)
