"""`worker`: the watchdog of the task queue (trust.md, findings 1 and 2)."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import lifeline
from config.cluster import run_cluster
from config.schedule import sync
from config.watchdog import Watchdog


class Command(BaseCommand):
    help = "Fait tourner les travaux de fond (mails à envoyer, imports, échéances) et surveille qu’ils avancent."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cluster", metavar="DOSSIER", help="usage interne : la file surveillée elle-même")

    def handle(self, *args: Any, cluster: str | None, **options: Any) -> None:
        if cluster:
            run_cluster(cluster)
            return
        lifeline.tie_to_parent(signal.SIGTERM)
        sync()
        Watchdog().run()
