"""`seal_key`: the key that signs the seals, and its replacement when it is lost."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import audit
from billing import seal_keys


class Command(BaseCommand):
    help = "Dit les clés publiques des scellés ; --replace met de côté la clé qui signe et en fait une autre."

    def add_arguments(self, parser: CommandParser) -> None:
        """Nothing is replaced unless asked."""
        parser.add_argument("--replace", action="store_true", help="la clé qui signe est perdue ou connue d’un autre")

    def handle(self, *args: Any, replace: bool = False, **options: Any) -> None:
        """The keys, oldest first, one a line."""
        if replace:
            audit.note("seals.key_replaced", by=None, key=seal_keys.replace_key())
        for key in seal_keys.public_keys():
            self.stdout.write(key)
