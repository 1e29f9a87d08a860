"""App configuration."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from complaints import triggers


def _install_triggers(using: str, **kwargs: Any) -> None:
    triggers.install(connections[using])


class ComplaintsConfig(AppConfig):
    name = "complaints"

    def ready(self) -> None:
        """SQLite drops the triggers of a table that a migration rebuilds: they are put back after every migrate."""
        post_migrate.connect(_install_triggers, sender=self, dispatch_uid="complaints.triggers")
