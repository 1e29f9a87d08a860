"""`read_house`: fills a new, empty database from a file of `write_house`, then verifies books and seals."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.moving import read_house
from lib.errors import Refusal


class Command(BaseCommand):
    help = "Verse dans une base neuve la maison qu’a écrite write_house, puis vérifie les comptes et les scellés."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER.jsonl.gz")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Exit code 1 when nothing was read, or when what was read does not verify."""
        try:
            count = read_house(file)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"{count} ligne{'s' if count > 1 else ''} lue{'s' if count > 1 else ''}.")
        call_command("verify_ledger", stdout=self.stdout)
        call_command("verify_seals", stdout=self.stdout)
