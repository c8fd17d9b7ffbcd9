"""Django's handle on the register."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Sourced assertions on parties, frameworks and their relations."""

    name = "cordiale.apps.register"
    label = "register"
