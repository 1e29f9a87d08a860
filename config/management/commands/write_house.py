"""`write_house`: the whole database in one file, for another engine."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.moving import write_house
from lib.errors import Refusal


class Command(BaseCommand):
    help = "Écrit toute la maison dans un fichier que l’autre moteur de base sait lire ; files/, seals/ et secret-key vont avec."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER.jsonl.gz")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Exit code 1 when the file exists."""
        try:
            count = write_house(file)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"{count} lignes écrites dans {file}. Gardez avec lui files/, seals/ et secret-key de EGARDS_DATA.")
