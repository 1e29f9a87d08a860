"""`sweep`: every recurring job once, by hand or by cron, as the worker would."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from config.schedule import JOBS


class Command(BaseCommand):
    help = "Fait une fois chaque travail de fond, comme le travailleur. Peut être lancée à tout moment, et deux fois sans danger."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for job in JOBS:
            import_string(job.function)()
            self.stdout.write(job.name)
