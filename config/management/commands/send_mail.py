"""`send_mail`: the sweep of the outbox by hand or by cron, the same as the worker's."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.jobs import MAIL_GUARDS
from crm import outbox
from lib import clock


class Command(BaseCommand):
    help = "Envoie les messages dont l’heure est venue. Peut être lancée à tout moment, et deux fois sans danger."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--limit", type=int, default=1000, help="nombre de messages au plus")
        parser.add_argument("--seconds", type=float, default=600.0, help="ne plus en commencer après ce temps")

    def handle(self, *args: Any, limit: int, seconds: float, **options: Any) -> None:
        done = outbox.drain(now=clock.real_now(), guards=MAIL_GUARDS, limit=limit, seconds=seconds)
        self.stdout.write(
            f"Envoyés : {done.sent}. Refusés : {done.failed}. Retenus : {done.held}. Remis à plus tard : {done.put_off}. "
            f"Incertains : {done.uncertain}."
        )
        if done.trouble:
            self.stdout.write(done.trouble)
