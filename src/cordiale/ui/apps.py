"""Django's handle on the design system."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Base page, components and styles."""

    name = "cordiale.ui"
    label = "ui"
