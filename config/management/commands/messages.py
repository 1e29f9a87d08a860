"""`messages`: which sentences have no English yet; with `--update`, the catalogues follow the sources."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import messages


class Command(BaseCommand):
    help = "Liste les textes sans traduction anglaise. Avec --update, met d’abord les catalogues en accord avec les sources."
    needs_database = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--update", action="store_true", help="met à jour locale/*/LC_MESSAGES/django.po")

    def handle(self, *args: Any, update: bool, **options: Any) -> None:
        if update:
            messages.update(one.message for one in messages.marked())
        lacking = messages.missing()
        for one in lacking:
            self.stdout.write(f"{one.file}: {one.message.sentence}")
        self.stdout.write("Tout a son anglais." if not lacking else f"{len(lacking)} texte(s) sans anglais.")
