"""Paging of the API: by key, 50 a page, no count of a large table."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """`results`, `next` and `previous` (URLs or null); newest first."""

    page_size = 50
    ordering = ("-id",)


class HistoryPagination(KeysetPagination):
    """The history, by the moment things happened."""

    ordering = ("-occurred_at", "-id")
