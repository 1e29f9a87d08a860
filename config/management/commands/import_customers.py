"""`import_customers FILE`: the import of the screens, in one command.

Exit codes: 0 when every line of the file is accounted for, refused and known ones included; 2 when the file as a whole
is refused (nothing is written); 1 when the work stopped on the way (what was imported stays, running it again goes on).
"""

import sys
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from crm.importing import receiving, reports, running
from crm.models import ImportBatch
from crm.models.customers import CustomerType
from lib.errors import Refusal
from lib.tabular import LARGEST_FILE

State = ImportBatch.State
_FOREVER = 10_000_000.0  # seconds: a command does not stop on the way


class Command(BaseCommand):
    help = "Importe un fichier de clients (CSV). Les lignes identiques sont passées ; rien n’est ajouté deux fois."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path)
        parser.add_argument(
            "--default-type",
            default="",
            choices=["", *CustomerType.values],
            help="type des clients quand aucune colonne ne le dit",
        )
        parser.add_argument("--dry-run", action="store_true", help="dit ce que chaque ligne deviendrait, n’écrit rien")
        parser.add_argument("--report", type=Path, metavar="OUT.json", help="écrit le sort de chaque ligne")
        parser.add_argument("--user", default="", metavar="E-MAIL", help="au nom de qui ; sans elle, au nom de la maison")
        parser.add_argument("--source", default="", help="origine des clients quand aucune colonne ne la dit")

    def handle(self, *args: Any, **options: Any) -> None:
        by = self.person(options["user"])
        try:
            batch = self.receive(options, by)
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=2) from None
        try:
            batch = self.run(batch, by, dry_run=options["dry_run"])
            if options["report"]:
                with options["report"].open("w", encoding="utf-8") as file:
                    reports.write_json(batch, file, dry_run=options["dry_run"])
        except KeyboardInterrupt:
            running.interrupt(batch)
            self.stderr.write("")
            raise
        finally:
            if options["dry_run"]:
                receiving.discard(batch)
        if batch.state == State.FAILED:
            raise CommandError(f"{batch.filename} : {batch.message}", returncode=1)
        self.stdout.write(f"{batch.filename} : {reports.told(batch)}".replace(" :", "\u00a0:"))

    def person(self, email: str) -> User | None:
        """Whom the import is for."""
        if not email:
            return None
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None or not user.is_house:
            raise CommandError(f"Personne de la maison n’a l’adresse {email}.", returncode=2)
        return user

    def receive(self, options: dict[str, Any], by: User | None) -> ImportBatch:
        """The file, read once and kept. Refusal when it is no table of customers."""
        path: Path = options["file"]
        if not path.is_file():
            raise Refusal(f"{path} n’est pas un fichier.")
        with path.open("rb") as raw:
            batch = receiving.receive_file(
                file=File(raw),
                filename=path.name,
                by=by,
                default_type=options["default_type"],
                source=options["source"],
                largest=LARGEST_FILE,
            )
        try:
            return receiving.choose_columns(batch, mapping=receiving.mapping_of(batch), default_type=batch.default_type, by=by)
        except Refusal:
            receiving.discard(batch)
            raise

    def run(self, batch: ImportBatch, by: User | None, *, dry_run: bool) -> ImportBatch:
        """Try, or import without the trial: the engine refuses line by line all the same."""
        if not dry_run:
            batch = running.start_import(batch, by=by, tried=False)
        done = running.carry_on(batch.pk, seconds=_FOREVER, progress=self.tell)
        if sys.stderr.isatty():
            self.stderr.write("")
        return done or ImportBatch.objects.get(pk=batch.pk)

    def tell(self, batch: ImportBatch) -> None:
        """How far it is: one line that changes on a terminal, a line per chunk elsewhere."""
        ending = "" if sys.stderr.isatty() else "\n"
        start = "\r" if sys.stderr.isatty() else ""
        self.stderr.write(f"{start}{batch.position} / {batch.total}", ending=ending)
        self.stderr.flush()
