"""The API's errors: the same sentences as the screens."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from lib.errors import Conflict, Refusal


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """A refused gesture answers 400 (409 for a conflict) with `detail` and `errors` by field."""
    if isinstance(exc, Refusal):
        body = {"detail": exc.message, "errors": {key: [str(value)] for key, value in exc.errors.items()}}
        return Response(body, status=409 if isinstance(exc, Conflict) else 400)
    return exception_handler(exc, context)
