"""What is held about a person because of documents: for `people`, which hands it to them."""

from __future__ import annotations

from typing import Any

from cordiale.apps.sharing.models import Clearance, InTheKnow, Remark, Reminded, Subscription
from cordiale.domain.viewer import Viewer


def held_of_documents(viewer: Viewer, person: int) -> dict[str, list[dict[str, str]]]:
    """Clearances, groups, remarks, the digest and reminders; `people` asks only for whoever may know."""
    return {
        "clearances": _rows(Clearance.objects.filter(person=person), "level", "known_from_id", "known_to_id"),
        "groups_in_the_know": _rows(InTheKnow.objects.filter(person=person), "group", "known_from_id", "known_to_id"),
        "remarks": _rows(Remark.objects.filter(person=person).order_by("pk"), "text", "at"),
        "digest": _rows(Subscription.objects.filter(person=person), "digest", "told_at", "looked_at"),
        "reminders": _rows(Reminded.objects.filter(person=person), "task", "at"),
    }


def _rows(found: Any, *columns: str) -> list[dict[str, str]]:
    return [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in found.values(*columns)
    ]
