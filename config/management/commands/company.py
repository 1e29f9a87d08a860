"""`company FILE.json`: write who the firm is."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm.company import update_company
from crm.company_checks import JSON_KEYS, MEDIATOR_KEYS, company_from_json
from crm.models import Company
from lib.errors import Refusal

MAX_BYTES = 100_000


class Command(BaseCommand):
    help = (
        f"Écrit l’identité de la maison depuis un fichier JSON. Champs : {', '.join(JSON_KEYS)} "
        f"(mediator : {', '.join(MEDIATOR_KEYS)}). Rien n’est écrit si un seul champ ne va pas."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.json", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            done = update_company(by=None, **company_from_json(read(file)))
        except Refusal as refusal:
            lines = [f"  {MEDIATOR_NAMES.get(key, key)} : {sentence}" for key, sentence in refusal.errors.items()]
            raise CommandError("\n".join(["Rien n’a été changé.", *(lines or [refusal.message])])) from None
        if not done.changed:
            self.stdout.write("Rien à changer : la maison est déjà ainsi.")
        for name in done.changed:
            label = getattr(Company._meta.get_field(name), "verbose_name", name)
            self.stdout.write(f"{label} : {getattr(done.company, name)}")


MEDIATOR_NAMES = {name: f"mediator.{key}" for key, name in MEDIATOR_KEYS.items()}


def read(file: Path) -> object:
    """The content of the file; CommandError in words when it cannot be read."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise CommandError(f"{file} est trop gros pour décrire une maison ({MAX_BYTES // 1000} ko au plus).")
        return json.loads(file.read_text("utf-8-sig"), parse_float=Decimal)
    except OSError as trouble:
        raise CommandError(f"{file} ne peut pas être lu : {trouble.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} n’est pas en UTF-8. Enregistrez-le en UTF-8, puis recommencez.") from None
    except (json.JSONDecodeError, RecursionError) as trouble:
        where = f", ligne {trouble.lineno}, colonne {trouble.colno}" if isinstance(trouble, json.JSONDecodeError) else ""
        raise CommandError(f"{file} n’est pas un JSON correct{where}.") from None
