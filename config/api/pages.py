"""Paging of the API: by key, 50 a page, no count of a large table."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class KeysetPagination(CursorPagination):
    """`results`, `next` and `previous` (URLs or null); newest first. A cursor that we did not give is answered 404."""

    page_size = 50
    ordering = ("-id",)

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
