"""App configuration."""

from django.apps import AppConfig

from complaints.triggers import GUARDS
from crm.triggers import keep_installed


class ComplaintsConfig(AppConfig):
    name = "complaints"

    def ready(self) -> None:
        """What the database itself refuses is put back after every migration."""
        keep_installed(self, GUARDS)
