"""`verify_ledger`: whether the books are right, row by row."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import auditing


class Command(BaseCommand):
    help = "Relit les écritures contre les factures, les avoirs, les paiements et ce qu’ils règlent : nomme chaque ligne fausse."
    reads_unguarded = True  # what happened while the guards were away is exactly what is asked

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 when something does not add up."""
        found = auditing.verify()
        for problem in found:
            self.stdout.write(str(problem))
        if found:
            raise CommandError(f"{len(found)} anomalie{'s' if len(found) > 1 else ''} dans les comptes.")
        self.stdout.write("Les comptes sont justes : chaque écriture s’équilibre et dit ce que disent les documents.")
