"""App configuration."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  inline: models are ready
        from config.birth import record_birth  # inline: models are ready

        post_migrate.connect(record_birth, sender=apps.get_app_config("accounts"))  # Django sends none for an app without models
