"""`verify_seals`: whether the chain of seals is whole, here or in an archive."""

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing import seals
from billing.models import Seal
from billing.signatures import verifies
from billing.verifier import read_archive, verify_archive


class Command(BaseCommand):
    help = "Relit chaque scellé et ce qu’il scelle : nomme ce qui a été changé, ôté, ajouté, déplacé ou coupé."
    reads_unguarded = True  # what happened while the guards were away is exactly what is asked

    def add_arguments(self, parser: CommandParser) -> None:
        """Here, or an archive."""
        parser.add_argument("--archive", type=Path, help="une archive écrite par seal_archive, au lieu de cette base")

    def handle(self, *args: Any, archive: Path | None = None, **options: Any) -> None:
        """Exit code 1 when something is wrong."""
        if archive is None:
            count, found = Seal.objects.count(), seals.verify()
        else:
            try:
                count, found, _keys = verify_archive(read_archive(archive), check=verifies)
            except (OSError, UnicodeDecodeError, KeyError, BadZipFile) as trouble:
                raise CommandError(f"{archive} ne se lit pas : {trouble}") from None
        for line in seals.labels(found):
            self.stdout.write(line)
        many, more = ("s" if number > 1 else "" for number in (count, len(found)))
        if found:
            raise CommandError(f"{len(found)} anomalie{more} parmi {count} scellé{many}.")
        self.stdout.write(f"{count} scellé{many}, intact{many}.")
