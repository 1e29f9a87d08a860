"""`first_run_link`: the one-time link that opens an empty real database to its first person."""

from typing import Any

from django.core.management.base import BaseCommand

from config.first_run import first_run_link


class Command(BaseCommand):
    help = "Écrit, seul sur la dernière ligne, un lien neuf vers le formulaire de première connexion ; rien si quelqu’un est déjà entré."

    def handle(self, *args: Any, **options: Any) -> None:
        if link := first_run_link():
            self.stdout.write(link)
        else:
            self.stderr.write("Pas de lien : quelqu’un est déjà entré, ou cette base n’est pas une base réelle.")
