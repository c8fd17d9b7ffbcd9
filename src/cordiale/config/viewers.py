"""Who a name in the ledger is at this moment: for work that is done later than it was asked for."""

from __future__ import annotations

from datetime import datetime

from cordiale.apps.people.reads.viewers import person_named, viewer_of
from cordiale.domain.viewer import Viewer

SYSTEM = "system: "


def viewer_named(name: str, *, at: datetime) -> Viewer:
    """The viewer of that name, with what they may do at `at`; nothing for whoever is not known any more."""
    if name.startswith(SYSTEM):
        return Viewer.system(name.removeprefix(SYSTEM))
    person = person_named(name)
    return viewer_of(Viewer.public(), person=person, at=at) if person else Viewer(name=name)
