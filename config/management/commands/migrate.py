"""`migrate`: Django's own, which also puts back the guards of the books: what lacks them must not keep it from running."""

from typing import Any

from django.core.management.commands import migrate


class Command(migrate.Command):
    def check(self, *args: Any, databases: Any = None, **options: Any) -> None:
        """Everything but what the database lacks: this command is what mends it."""
        super().check(*args, **options)
