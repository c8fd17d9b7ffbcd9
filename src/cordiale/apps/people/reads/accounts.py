"""The account itself, as Django's sessions need it; everything else asks `reads.people`."""

from __future__ import annotations

from cordiale.apps.people.models import Person
from cordiale.domain.viewer import Viewer


def account_of(viewer: Viewer, *, person: int) -> Person | None:
    """The open account of a person, to be signed in."""
    return Person.objects.filter(pk=person, is_active=True).first()
