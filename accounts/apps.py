"""App configuration."""

from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Personnes et droits"

    def ready(self) -> None:
        # allauth tells of a change of second factor in no other way than its own signals.
        from allauth.mfa import signals  # inline: models are ready

        signals.authenticator_added.connect(_factor("factor.added"), weak=False)
        signals.authenticator_removed.connect(_factor("factor.removed"), weak=False)
        signals.authenticator_reset.connect(_factor("factor.codes_made"), weak=False)


def _factor(event: str) -> Any:
    def changed(sender: object, request: Any, user: Any, authenticator: Any, **kwargs: object) -> None:
        from accounts import audit, sessions  # inline: models are ready

        audit.note(event, by=user, subject=user.email, type=str(authenticator.type))
        sessions.end_all(user, but=request)

    return changed
