"""The whole house as one file that either engine reads, to move from the embedded database to PostgreSQL and back.

Every row as it is, to the microsecond and the cent, so that the chain of seals verifies where it arrives. What is made again
by itself is left out: sessions, the queue, rate limits, the index of search. `files/`, `seals/` and `secret-key` of EGARDS_DATA
stay where they are, or are copied beside.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.apps import apps
from django.core import serializers
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ProgrammingError
from django.utils.translation import gettext as _

from accounts.models import Installation, User
from billing.models import Invoice
from config.statistics import refresh_statistics
from crm import triggers
from crm.models import Customer, SearchEntry
from lib.errors import Refusal

LEFT_OUT = {"contenttypes", "auth", "sessions", "django_q", "usersessions"}  # apps
MADE_AGAIN = {SearchEntry, Installation}  # the index by `reindex`; what a database is, at its birth
VERSION = 1


class Exact(DjangoJSONEncoder):
    """Instants to the microsecond: Django's own encoder keeps three digits, and a seal would not verify any more."""

    def default(self, value: Any) -> Any:
        """As Django does, instants excepted."""
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


def write_house(path: Path) -> int:
    """Write every row to the new file `path` (gzip, one JSON object a line), as at one instant; returns how many. Refusal when
    the file exists."""
    count = 0
    try:
        with gzip.open(path, "xt", encoding="utf-8") as file, transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            file.write(json.dumps({"egards": VERSION, "migrations": migrations()}, sort_keys=True) + "\n")
            for model in moved():
                rows = model._base_manager.order_by("pk")
                serializers.serialize("jsonl", rows.iterator(2000), stream=file, cls=Exact)
                count += rows.count()
    except FileExistsError:
        raise Refusal(_("%(path)s existe déjà : choisissez un autre nom.") % {"path": path}) from None
    return count


def read_house(path: Path) -> int:
    """Fill this database, new and empty, from a file of `write_house`; returns how many rows. All of it or nothing. Refusal when
    somebody works here already, or when the file is of another version of the schema."""
    try:
        if Customer.objects.exists() or User.objects.exists() or Invoice.objects.exists():
            raise Refusal(_("Cette base n’est pas vide : une maison ne se verse que dans une base neuve. Rien n’a été changé."))
        with gzip.open(path, "rt", encoding="utf-8") as file, transaction.atomic():
            refuse_another(file.readline())
            count = fill(file)
    except (OSError, EOFError, UnicodeDecodeError, serializers.base.DeserializationError) as trouble:
        raise Refusal(_("Ce fichier ne se lit pas (%(why)s). Rien n’a été changé.") % {"why": trouble}) from None
    except ProgrammingError as trouble:  # the account of the application owns no table, and cannot put the guards away
        words = _(
            "Ce compte ne peut pas verser une maison (%(why)s) : lancez la commande sous le compte propriétaire, avec "
            "DATABASE_URL=$DATABASE_OWNER_URL. Rien n’a été changé."
        )
        raise Refusal(words % {"why": str(trouble).splitlines()[0]}) from None
    call_command("reindex", verbosity=0)
    refresh_statistics()
    return count


def fill(lines: TextIO) -> int:
    """Put the rows in place of those that a new database has, the triggers being away meanwhile."""
    guards, known = triggers.declared(), set(moved())
    triggers.remove(connection, guards)
    for model in reversed(list(moved())):
        model._base_manager.all()._raw_delete("default")
    count = 0
    for found in serializers.deserialize("jsonl", lines):
        if type(found.object) not in known:
            raise Refusal(_("Ce fichier ne vient pas d’Égards. Rien n’a été changé."))
        found.save(force_insert=True)
        count += 1
    connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(moved())):
            cursor.execute(statement)
    triggers.install(connection, guards)
    return count


def moved() -> Iterator[type[models.Model]]:
    """The tables that move, those that others need first."""
    wanted = [(app, None) for app in apps.get_app_configs() if app.label not in LEFT_OUT]
    for model in serializers.sort_dependencies(wanted, allow_cycles=True):
        if model not in MADE_AGAIN and model._meta.managed and not model._meta.proxy:
            yield model


def migrations() -> dict[str, list[str]]:
    """What the schema is, by application."""
    found: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def refuse_another(line: str) -> None:
    """Refusal unless the first line says that the file was written by this version of the schema."""
    try:
        head = json.loads(line)
    except ValueError:
        head = None
    if not isinstance(head, dict) or head.get("egards") != VERSION:
        raise Refusal(_("Ce fichier ne vient pas d’Égards. Rien n’a été changé."))
    if head.get("migrations") != migrations():
        raise Refusal(
            _("Ce fichier vient d’une autre version d’Égards : mettez les deux à la même, puis recommencez. Rien n’a été changé.")
        )
