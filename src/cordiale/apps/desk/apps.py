"""Tells Django about the app."""

from __future__ import annotations

from django.apps import AppConfig


class Desk(AppConfig):
    """Editors, consequences, proposals."""

    name = "cordiale.apps.desk"
    label = "desk"

    def ready(self) -> None:
        """Say which writes of the register can be proposed."""
        from cordiale.apps.desk.writes import proposing, uploads

        proposing.register_kinds()
        uploads.register_kind()
