"""`reconcile_stripe`: what Stripe knows of the last days, recorded where it was missing."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.reconciling import describe, reconcile_stripe
from lib import clock
from lib.errors import Refusal


class Command(BaseCommand):
    help = "Relit chez Stripe les pages de paiement et les remboursements récents, et enregistre ce qui manque. Sans danger, même deux fois."

    def add_arguments(self, parser: CommandParser) -> None:
        """How far back."""
        parser.add_argument("--days", type=int, default=7, help="combien de jours relire (7)")

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        """Exit code 1 with the reason when Stripe does not answer."""
        now = clock.real_now()
        try:
            self.stdout.write(describe(reconcile_stripe(now, since=now - timedelta(days=max(1, days)))))
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
