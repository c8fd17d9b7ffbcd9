"""Tells Django about the app."""

from __future__ import annotations

from django.apps import AppConfig


class Sharing(AppConfig):
    """Labels, documents, who could read them and who did."""

    name = "cordiale.apps.sharing"
    label = "sharing"

    def ready(self) -> None:
        """Say what can be proposed, what is held about people, and how it is erased."""
        from cordiale.apps.people.reads.held import HELD_ABOVE
        from cordiale.apps.people.writes.erasing import ERASED_ABOVE
        from cordiale.apps.sharing.reads.held import held_of_documents
        from cordiale.apps.sharing.writes.erasing import erase_of_documents
        from cordiale.apps.sharing.writes.proposing import proposable_kinds

        proposable_kinds()
        HELD_ABOVE.append(held_of_documents)
        ERASED_ABOVE.append(erase_of_documents)
