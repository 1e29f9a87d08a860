"""App configuration."""

from django.apps import AppConfig

from billing.triggers import GUARDS
from crm.triggers import keep_installed


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        """What the database itself refuses is put back after every migration; records do not part with each other's money."""
        from billing.apart import refuse_shared_money  # inline: models are ready
        from crm.merging import keep_together  # inline: models are ready

        keep_installed(self, GUARDS)
        keep_together(refuse_shared_money)
