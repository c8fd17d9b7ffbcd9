"""Tells Django about the app."""

from __future__ import annotations

from django.apps import AppConfig


class Sharing(AppConfig):
    """Labels, documents, who could read them and who did."""

    name = "cordiale.apps.sharing"
    label = "sharing"

    def ready(self) -> None:
        """Say what can be proposed, what is held about people, and how it is erased."""
        from cordiale.apps.sharing.writes.erasing import told_and_erased
        from cordiale.apps.sharing.writes.proposing import proposable_kinds

        proposable_kinds()
        told_and_erased()
