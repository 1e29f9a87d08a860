"""What the engine believes of its tables."""

from django.db import connection


def refresh_statistics() -> None:
    """Let the engine count its rows now, as a base in service does by itself, after many were written at once: until then
    PostgreSQL reads ten thousand of them as it would read ten."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
