"""Who is cleared for what, and who needs to know: for security officers and auditors."""

from __future__ import annotations

from dataclasses import dataclass

from cordiale.apps.people.reads.people import people
from cordiale.apps.sharing.models import Clearance, InTheKnow
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.domain.viewer import Viewer, require


@dataclass(frozen=True)
class RightsRead:
    """What a person with an open account may read up to, beside the parties they act for.

    Args:
        person: number.
        name: of the person.
        level: id of the level they are cleared for; "" for what needs no clearance.
        groups: ids of the groups they are in.
    """

    person: int
    name: str
    level: str
    groups: tuple[str, ...]


def rights(viewer: Viewer) -> list[RightsRead]:
    """Everybody with an open account, by name.

    Raises:
        NotPermitted: the viewer may not see what people may read.
    """
    require(viewer, "sharing.audit")
    cleared = dict(Clearance.objects.filter(OPEN).values_list("person", "level"))
    groups: dict[int, list[str]] = {}
    for person, group in InTheKnow.objects.filter(OPEN).order_by("group").values_list("person", "group"):
        groups.setdefault(person, []).append(group)
    return [
        RightsRead(one.id, one.name, cleared.get(one.id, ""), tuple(groups.get(one.id, ())))
        for one in people(viewer)
        if one.is_open
    ]
