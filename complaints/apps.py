"""App configuration."""

from django.apps import AppConfig

from complaints.triggers import GUARDS
from crm.triggers import keep_installed


class ComplaintsConfig(AppConfig):
    name = "complaints"

    def ready(self) -> None:
        """What the database itself refuses is put back after every migration; the firm keeps its mediator while one is needed."""
        from complaints.mediator import keep_complete  # inline: models are ready
        from complaints.regimes import follow  # inline: models are ready
        from crm.company import keep  # inline: models are ready
        from crm.customers import follow_type  # inline: models are ready

        keep_installed(self, GUARDS)
        keep(keep_complete)
        follow_type(follow)
