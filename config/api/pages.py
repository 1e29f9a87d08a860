"""Paging of the API: by key, 50 a page, no count of a large table."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """`results` and `next` (a URL or null)."""

    page_size = 50
    ordering = ("-id",)
