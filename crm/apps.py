"""App configuration."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from crm import search_index


def _install_search(using: str, **kwargs: Any) -> None:
    search_index.install(connections[using])


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        """SQLite drops the triggers of a table that a migration rebuilds: they are put back after every migrate."""
        post_migrate.connect(_install_search, sender=self, dispatch_uid="crm.search")
