"""The API's errors: the same sentences as the screens, always `detail` and `errors` by field."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    ErrorDetail,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    ValidationError,
)
from rest_framework.response import Response
from rest_framework.views import exception_handler

from lib.errors import Conflict, Refusal


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """A refused gesture answers 400, a conflict 409; the rest is DRF's, in our words and the same shape."""
    if isinstance(exc, Refusal):
        errors = {key: [str(value)] for key, value in exc.errors.items()}
        return Response({"detail": exc.message, "errors": errors}, status=409 if isinstance(exc, Conflict) else 400)
    answer = exception_handler(exc, context)
    if answer is not None and isinstance(exc, ValidationError):
        errors = _flat(exc.detail)
        answer.data = {"detail": next((words[0] for words in errors.values() if words), ""), "errors": errors}
    elif answer is not None:
        answer.data = {"detail": _words(exc), "errors": {}}
    return answer


def _words(exc: Exception) -> str:
    """What is told when it is no field's fault: what happened, and what to do."""
    if isinstance(exc, AuthenticationFailed):
        return str(exc.detail)
    if isinstance(exc, NotAuthenticated):
        return _("Il faut un jeton : envoyez-le dans l’en-tête « Bearer … ».")
    if isinstance(exc, PermissionDenied):
        return _("Votre rôle ne comprend pas ce geste, il n’a pas été fait.")
    if isinstance(exc, MethodNotAllowed):
        return _("Cette adresse ne connaît pas ce verbe : l’en-tête « Allow » dit lesquels.")
    if isinstance(exc, Http404) or (isinstance(exc, NotFound) and exc.detail == NotFound.default_detail):
        return _("Cet objet n’existe pas, ou vous n’y avez pas accès.")
    return str(exc.detail) if isinstance(exc, APIException) else str(exc)


def _flat(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Nested errors under dotted names: `next_step.due_on`."""
    if isinstance(detail, ErrorDetail | str):
        return {prefix: [str(detail)]}
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            found |= _flat(value, f"{prefix}.{key}".strip("."))
        return found
    texts = [str(item) for item in detail if not isinstance(item, dict | list)]
    return {prefix: texts} if texts else {}
