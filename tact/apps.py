"""App configuration."""

from django.apps import AppConfig

from crm.triggers import keep_installed
from tact.triggers import GUARDS


class TactConfig(AppConfig):
    name = "tact"

    def ready(self) -> None:
        """What the database itself refuses is put back after every migration."""
        keep_installed(self, GUARDS)
