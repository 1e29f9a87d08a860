"""Paging of the API: by key, 50 a page unless `page_size` says otherwise, no count of a large table."""

import re
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.exceptions import ValidationError as DrfValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

MOST = 200  # rows a page


class KeysetPagination(CursorPagination):
    """`results`, `next` and `previous` (URLs or null); newest first. A cursor that we did not give is answered 404."""

    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = "1–200."
    ordering = ("-id",)

    def get_page_size(self, request: Request) -> int:
        """How many rows the caller asks for, else fifty. ValidationError beyond the bounds, rather than another number."""
        text = request.query_params.get("page_size")
        if text is None:
            return self.page_size
        if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MOST:
            raise DrfValidationError({"page_size": [_("« page_size » va de 1 à %(most)s.") % {"most": MOST}]})
        return int(text)

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any] | None:
        """The page, once the place that the cursor names is one of this list's."""
        cursor = self.decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            field = queryset.model._meta.get_field(self.ordering[0].removeprefix("-"))
            try:
                place = field.to_python(cursor.position)
                if isinstance(place, datetime):
                    place.astimezone(UTC)
            except (ValidationError, ValueError, OverflowError):
                place = None
            if place is None or (isinstance(place, datetime) and place.tzinfo is None):
                raise NotFound(self.invalid_cursor_message)
        return super().paginate_queryset(queryset, request, view)


class HistoryPagination(KeysetPagination):
    """The history, by the moment things happened."""

    ordering = ("-occurred_at", "-id")
