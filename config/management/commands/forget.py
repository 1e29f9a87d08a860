"""`forget`: what the job of the same name does, by hand."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.forgetting import forget
from lib import clock


class Command(BaseCommand):
    help = "Efface ce qui a fait son temps : sessions finies, lignes du journal, jetons révoqués et invitations de plus d’un an."

    def handle(self, *args: Any, **options: Any) -> None:
        words = {"sessions": "sessions", "journal": "lignes du journal", "tokens": "jetons", "invitations": "invitations"}
        for name, number in forget(clock.real_now()).items():
            self.stdout.write(f"{words[name]} : {number}")
