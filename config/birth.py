"""What a database is, recorded when it is born, by whoever migrates it first."""

from typing import Any

from django.conf import settings
from django.db import connections

from accounts.models import Installation


def record_birth(sender: object, using: str, **kwargs: Any) -> None:
    """After a migration: say what this database is, unless it already says so."""
    if Installation._meta.db_table in connections[using].introspection.table_names():
        Installation.objects.using(using).get_or_create(pk=1, defaults={"kind": settings.INSTALLATION_KIND})
