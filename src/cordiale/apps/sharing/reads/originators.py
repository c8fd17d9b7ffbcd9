"""For whom somebody files documents, agrees to releases and writes remarks."""

from __future__ import annotations

from cordiale.apps.register.reads.installation import installation
from cordiale.apps.sharing.reads.reading import parties_of
from cordiale.domain.roles import Role
from cordiale.domain.viewer import Viewer


def speaks_for(viewer: Viewer) -> frozenset[str]:
    """The parties somebody files and agrees for: the host for a desk officer, the own party for a focal point."""
    own = {mandate.party for mandate in viewer.mandates if mandate.party}
    desk = any(mandate.role is Role.DESK_OFFICER for mandate in viewer.mandates)
    return frozenset(own | ({installation(viewer).host} if desk else set()))


def is_desk(viewer: Viewer) -> bool:
    """Whether somebody files what anybody sent to the desk; so does the installation itself."""
    return not viewer.person or any(mandate.role is Role.DESK_OFFICER for mandate in viewer.mandates)


def acts_for(viewer: Viewer) -> frozenset[str]:
    """The parties somebody reads for."""
    return parties_of(viewer.mandates, host=installation(viewer).host)
