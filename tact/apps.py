"""App configuration."""

from django.apps import AppConfig


class TactConfig(AppConfig):
    name = "tact"
