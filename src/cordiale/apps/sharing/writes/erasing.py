"""Erases what is held about a person because of documents: a step of erasing the person."""

from __future__ import annotations

from cordiale.apps.ledger.writes import Change
from cordiale.apps.sharing.models import Remark, Reminded, Subscription

ERASED = "[erased]"
"""What takes the place of a remark: that there was one stays, with its party."""


def erase_of_documents(change: Change, person: int) -> None:
    """Remarks lose their text, the digest ends, reminders go; clearances stay as numbers, as roles do."""
    Remark.objects.filter(person=person).update(text=ERASED)
    Subscription.objects.filter(person=person).delete()
    Reminded.objects.filter(person=person).delete()
