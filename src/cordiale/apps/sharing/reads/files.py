"""What content documents name: for backups, and for the doctor."""

from __future__ import annotations

from cordiale.apps.sharing.models import DocumentFile
from cordiale.domain.viewer import Viewer, require


def hashes_named(viewer: Viewer) -> list[str]:
    """The hashes of all files that any version of any document ever had; they say nothing of what is in them.

    Raises:
        NotPermitted: the viewer may not export the ledger.
    """
    require(viewer, "ledger.export")
    return sorted(set(DocumentFile.behind.order_by().values_list("sha256", flat=True).distinct()))
