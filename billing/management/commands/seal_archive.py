"""`seal_archive`: the whole chain of seals in one file that anybody can verify without Égards."""

import zipfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing import seal_keys, seals, verifier
from lib import clock

NOTICE = """Archive des scellés d’Égards

archive.jsonl   chaque facture, avoir, paiement et affectation, scellé dans l’ordre ; une ligne de JSON chacun
public_key.txt  la clé publique (Ed25519) qui vérifie les signatures
verifier.py     le vérificateur : Python seul suffit

    python3 verifier.py CETTE_ARCHIVE.zip

Il rend 0 quand tout est intact ; sinon il nomme chaque scellé changé, ôté, ajouté, déplacé ou coupé. La définition exacte
d’un scellé est en tête de verifier.py. Comparez la clé publique avec celle que la maison vous a donnée d’ailleurs.
"""


class Command(BaseCommand):
    help = "Écrit toute la chaîne des scellés dans une archive .zip, avec la clé publique et le vérificateur."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where."""
        parser.add_argument("file", type=Path, help="le fichier .zip à écrire ; il ne doit pas exister")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Refuses to write over a file."""
        if file.exists():
            raise CommandError(f"{file} existe déjà : rien n’a été écrit.")
        try:
            with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
                with archive.open("archive.jsonl", "w") as lines:
                    for line in seals.archive_lines(clock.now()):
                        lines.write(line.encode() + b"\n")
                archive.writestr("public_key.txt", "\n".join(seal_keys.public_keys()) + "\n")
                archive.writestr("verifier.py", Path(verifier.__file__).read_text(encoding="utf-8"))
                archive.writestr("LISEZMOI.txt", NOTICE)
        except OSError as trouble:
            raise CommandError(f"{file} ne peut pas être écrit : {trouble.strerror}.") from None
        self.stdout.write(f"{file}")
