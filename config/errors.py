"""What a person reads when a request cannot be answered."""

from typing import IO, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

from config.uploads import read_away

BROKEN = (
    "Quelque chose a cassé chez nous : tout a été enregistré, ou rien. / Something broke on our side: all was saved, or nothing."
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form makes no sense. 413: it is more than a form may hold."""
    if isinstance(exception, RequestDataTooBig):
        read_away(cast("IO[bytes]", request))
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person is known and may not."""
    return render(request, "403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: missing, or somebody else's; both look alike."""
    if request.path.startswith("/api/"):  # who calls there reads JSON, even of an address that does not exist
        return JsonResponse({"detail": _("Rien ne répond à cette adresse."), "errors": {}}, status=404)
    user = getattr(request, "user", None)
    client = user is not None and user.is_authenticated and not user.is_house  # neither our day nor our search open to them
    return render(request, "404.html", {"client": settings.PORTAL_URL if client else ""}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Rendered without context: whatever failed may fail again."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": BROKEN, "errors": {}}, status=500)
    return HttpResponse(get_template("500.html").render(), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's key is missing or too old."""
    return render(request, "403_csrf.html", status=403)
