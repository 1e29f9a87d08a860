"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext, override

from lib.wording import speak_with


class UiConfig(AppConfig):
    name = "ui"

    def ready(self) -> None:
        """Let the sentences of `lib` be said in the reader's language."""
        speak_with(gettext, override)
