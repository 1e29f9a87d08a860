"""`plan_reminders`: what would be done today about every customer who owes something, and why."""

import json
from argparse import ArgumentTypeError
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from config.api.reminders import tell_plan
from crm.company import civil_zone
from lib import clock
from lib.errors import Refusal
from lib.law import MissingLaw
from lib.typography import amount, weekday_date

WORDS = {"call": "appeler", "soften": "écrire, adapté", "send": "écrire", "wait": "attendre"}


def day(text: str) -> date:
    """An ISO date typed on the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"« {text} » n’est pas une date comme 2026-11-21.") from None


class Command(BaseCommand):
    help = "Dit ce qui serait fait pour chaque client qui doit quelque chose, et pourquoi. N’écrit rien, n’envoie rien."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", type=day, default=None, metavar="DATE", help="le jour (aujourd’hui, ou le prochain ouvré)")
        parser.add_argument("--json", action="store_true", dest="as_json", help="la même réponse que l’API")

    def handle(self, *args: Any, on: date | None, as_json: bool, **options: Any) -> None:
        clock.use_zone(civil_zone())
        try:
            with translation.override("fr"):
                told = tell_plan(on=on)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        except MissingLaw as missing:
            raise CommandError(f"Nos données ne couvrent pas ce jour : {missing}.") from missing
        if as_json:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"Relances du {weekday_date(date.fromisoformat(told['on']))}")
        for row in told["results"]:
            self.stdout.write(_line(row))
        if not told["results"]:
            self.stdout.write("Personne ne doit rien.")


def _line(row: dict[str, Any]) -> str:
    asked = f", {amount(Decimal(row['amount']))}" if row["claims"] else ""
    numbers = ", ".join(claim["number"] for claim in row["claims"] or row["waiting"])
    reasons = "\n".join(f"    {reason['text']}" for reason in row["reasons"])
    return f"{row['name']} : {WORDS[row['decision']]}{asked} ({numbers})\n{reasons}"
