"""`complaint_dates --sent DATE --client-type TYPE`: the legal dates of a complaint, without any record."""

import json
from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from complaints import deadlines
from lib.french_calendar import Zone
from lib.law import MissingLaw

FACTS = {
    "refused_on": "jour d’un refus, même partiel",
    "referred_on": "jour où le médiateur a été saisi",
    "file_received_on": "jour où le médiateur a reçu le dossier",
    "notified_on": "jour de la notification du dossier complet (R612-2)",
    "extended_to": "nouvelle date donnée par le médiateur",
}
LABELS = {
    "ack_due": "accusé de réception au plus tard",
    "answer_due": "réponse au plus tard",
    "answer_warn_on": "dernier jour ouvré pour répondre",
    "roll_642": "lecture la plus favorable (information)",
    "mediation_open_from": "médiateur possible à partir du",
    "mediation_last_day": "médiateur, dernier jour",
    "rejection_info_by": "irrecevabilité annoncée au plus tard",
    "mediation_outcome_by": "issue de la médiation au plus tard",
}


def day(text: str) -> date:
    """An ISO date typed on the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"« {text} » n’est pas une date comme 2026-11-21.") from None


def months(text: str) -> int:
    """A delay typed on the command line."""
    if not text.isdecimal() or not 1 <= int(text) <= 24:
        raise ArgumentTypeError(f"« {text} » n’est pas un délai : de 1 à 24 mois.")
    return int(text)


class Command(BaseCommand):
    help = "Dit les dates d’une réclamation écrite, d’après son envoi et le type du client. N’écrit rien."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sent", type=day, required=True, metavar="DATE", help="jour de l’envoi")
        parser.add_argument("--client-type", required=True, choices=deadlines.CLIENT_TYPES)
        parser.add_argument("--zone", default=Zone.NATIONAL.value, choices=[zone.value for zone in Zone])
        parser.add_argument("--silence-months", type=months, default=None, metavar="N", help="délai de la charte du médiateur")
        for name, words in FACTS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", type=day, metavar="DATE", help=words)
        parser.add_argument("--json", action="store_true", dest="as_json", help="un objet JSON plat, null où rien n’existe")

    def handle(self, *args: Any, sent: date, client_type: str, zone: str, **options: Any) -> None:
        facts = {name: options[name] for name in FACTS}
        if any(fact is not None and fact < sent for fact in facts.values()):
            raise CommandError("Ces dates ne vont pas ensemble : aucun fait ne précède la réclamation.")
        try:
            months = options["silence_months"] or deadlines.usual_silence_months(sent)
            found = deadlines.compute(
                sent_on=sent, client_type=client_type, zone=zone, silence_delay_months=months, **facts
            ).flat()
        except (MissingLaw, ValueError, OverflowError):
            raise CommandError("Nos textes ne couvrent pas cette date.") from None
        if options["as_json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for name, label in LABELS.items():
            self.stdout.write(f"{label} : {found[name] or 'sans objet'}")
