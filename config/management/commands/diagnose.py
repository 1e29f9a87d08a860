"""`diagnose`: everything worth knowing about this installation, one line each, the wrong ones marked."""

import shutil
import sys
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django_q.models import Failure, OrmQ

from accounts.models import Installation
from config import environment, health
from config.checks import PRAGMAS, read_pragmas
from crm.models import Company, Email
from lib import clock
from lib.typography import plural


class Command(BaseCommand):
    help = "Dit l’état de l’installation : base, file, mails, disque, horloge. Sort avec 1 si quelque chose ne va pas."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.wrong = 0
        now = clock.real_now()
        self.tell("base", f"{settings.INSTALLATION_KIND}, {environment.reason()}")
        there = is_there()
        if not there:
            path = environment.database_file(settings.INSTALLATION_KIND)
            self.tell("fichier", f"{path} n’existe pas encore : ./run la crée", right=False)
        elif self.database():
            self.queue(now)
            self.mail(now)
        self.machine(now, there)
        for message in checks.run_checks(databases=["default"] if there else None):
            self.tell(str(message.id), f"{message.msg} {message.hint or ''}".strip(), right=message.level < checks.WARNING)
        self.stdout.write("Tout va bien." if not self.wrong else f"{self.wrong} point(s) à voir.")
        sys.exit(1 if self.wrong else 0)

    def tell(self, name: str, value: object, *, right: bool = True) -> None:
        """One line; a wrong one counts."""
        self.wrong += not right
        self.stdout.write(f"{'ok     ' if right else 'À VOIR '} {name} : {value}")

    def database(self) -> bool:
        """Engine, settings read back, schema, kind. False when the database cannot be read any further."""
        if connection.vendor == "sqlite":
            for name, value in read_pragmas().items():
                self.tell(f"sqlite {name}", value, right=value == PRAGMAS[name])
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        self.tell("schéma", f"{len(plan)} migration(s) à appliquer" if plan else "à jour", right=not plan)
        if plan:
            return False
        self.tell("nature inscrite", Installation.objects.first())
        self.tell("déclencheurs", ", ".join(triggers()) or "aucun")
        return True

    def queue(self, now: Any) -> None:
        """The worker's heartbeat, what waits, what failed."""
        beat = health.last_beat()
        self.tell("travailleur", f"dernier signe {beat or 'inconnu'}", right=bool(beat and now - beat <= health.SILENT))
        oldest = OrmQ.objects.order_by("lock").values_list("lock", flat=True).first()
        self.tell("file", f"{OrmQ.objects.count()} tâche(s), la plus ancienne : {oldest or 'aucune'}")
        failures = Failure.objects.filter(stopped__gte=now - timedelta(days=1)).count()
        self.tell("tâches en échec depuis un jour", failures, right=failures == 0)

    def mail(self, now: Any) -> None:
        """The outbox and how mail leaves."""
        late = Email.objects.due(now - health.LATE).count()
        self.tell("mails en retard de plus de cinq minutes", late, right=late == 0)
        self.tell("mails à décider", Email.objects.to_decide().count())
        host = getattr(Company.objects.first(), "smtp_host", "")
        self.tell("serveur d’envoi", host or "non réglé : les mails restent dans la boîte d’envoi")

    def machine(self, now: Any, there: bool) -> None:
        """Disk, clock, public address."""
        if settings.DATA_DIR.exists():
            free = shutil.disk_usage(settings.DATA_DIR).free
            self.tell("disque", f"{free // 1024**2} Mo libres dans {settings.DATA_DIR}")
        self.tell("adresse publique", settings.PUBLIC_URL)
        shift = clock.shift()
        self.tell("horloge", f"{now:%Y-%m-%d %H:%M:%S} UTC" + (f", déplacée de {plural(shift.days, 'jour')}" if shift else ""))
        if there and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                gap = abs((cursor.fetchone()[0] - clock.real_now()).total_seconds())
            self.tell("écart d’horloge avec la base", f"{gap:.1f} s", right=gap < 30)


def is_there() -> bool:
    """Whether there is a database to look at: looking at an embedded one must not create it."""
    return connection.vendor != "sqlite" or environment.database_file(settings.INSTALLATION_KIND).exists()


def triggers() -> list[str]:
    """The names of the triggers of the database, ours and no others."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        if connection.vendor == "sqlite"
        else "SELECT DISTINCT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]
