"""Erases what is held about a person because of documents: a step of erasing the person."""

from __future__ import annotations

from cordiale.apps.ledger.writes import Change
from cordiale.apps.people.reads.held import HELD_ABOVE
from cordiale.apps.people.writes.erasing import ERASED_ABOVE
from cordiale.apps.sharing.models import Remark, Reminded, Subscription
from cordiale.apps.sharing.reads.held import held_of_documents
from cordiale.domain.viewer import Viewer

ERASED = "[erased]"
"""What takes the place of a remark: that there was one stays, with its party."""


def told_and_erased(viewer: Viewer | None = None) -> None:
    """Once, when the process starts: whoever tells people what is held about them, or erases it, does it here too."""
    HELD_ABOVE.append(held_of_documents)
    ERASED_ABOVE.append(erase_of_documents)


def erase_of_documents(change: Change, person: int) -> None:
    """Remarks lose their text, the digest ends, reminders go; clearances stay as numbers, as roles do."""
    Remark.objects.filter(person=person).update(text=ERASED)
    Subscription.objects.filter(person=person).delete()
    Reminded.objects.filter(person=person).delete()
