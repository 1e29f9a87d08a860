"""`demo`: the invented firm, built or built again."""

import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.statistics import refresh_statistics
from lib import clock


class Command(BaseCommand):
    help = "Construit l’entreprise de démonstration, datée d’aujourd’hui. Refuse une base réelle."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-needed", action="store_true", help="seulement si elle manque ou date d’un autre jour")
        parser.add_argument("--rebuild", action="store_true", help="même si elle est d’aujourd’hui")

    def handle(self, *args: Any, if_needed: bool, rebuild: bool, **options: Any) -> None:
        if settings.INSTALLATION_KIND != "demo":
            raise CommandError("Cette base n’est pas une démonstration : rien n’a été touché. Essayez ./run --demo.")
        from demo.building import build, is_of_today, is_there  # inline: optional library or step

        if if_needed and os.environ.get("EGARDS_TODAY") and is_there():
            return  # who moves the clock wants to see what becomes of what they wrote, not to lose it
        if is_of_today() and not rebuild:
            if not if_needed:
                self.stdout.write("La démonstration est déjà là et date d’aujourd’hui (--rebuild la refait).")
            return
        self.stdout.write("Je construis la démonstration…")
        began = time.monotonic()
        built = build(clock.now())
        refresh_statistics()
        spent = time.monotonic() - began
        self.stdout.write(f"Démonstration prête : {built['customers']} clients, {built['moments']} moments, en {spent:.1f} s.")
