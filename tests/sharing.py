"""Short makers for tests of documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cordiale.apps.sharing.reads.documents import Linked
from cordiale.apps.sharing.reads.markings import label_of
from cordiale.apps.sharing.writes.documents import Said, file_document
from cordiale.apps.sharing.writes.files import KeptFile
from cordiale.domain import clock
from cordiale.domain.labels import Label
from cordiale.domain.period import parse_when
from cordiale.domain.sharing import Kind
from cordiale.domain.viewer import Viewer
from tests.makers import owner

BUNDLE: dict[str, Any] = {
    "type": "bundle",
    "id": "bundle--7a2b1b0e-8a0c-4f43-9a3e-2f0a3d0c5a11",
    "objects": [
        {
            "type": "malware",
            "spec_version": "2.1",
            "id": "malware--0f6f2e3c-6a39-4d9e-8d0b-0b6b4f1f9c22",
            "created": "2026-11-01T00:00:00.000Z",
            "modified": "2026-11-01T00:00:00.000Z",
            "name": "Examplebot",
            "is_family": False,
        }
    ],
}
"""An invented STIX 2.1 bundle."""


def said(title: str = "A paper", *, kind: Kind = Kind.PAPER, originator: str = "nato", dated: str = "2026-11") -> Said:
    """What somebody says of a document."""
    return Said(kind, title, "", "en", originator, parse_when(dated))


def label(release: str = "pfp", group: str = "") -> Label:
    """A label with a release in words."""
    return label_of(owner, release=release, group=group)


def filed(
    title: str = "A paper",
    *,
    release: str = "pfp",
    group: str = "",
    kind: Kind = Kind.PAPER,
    originator: str = "nato",
    dated: str = "2026-11",
    summary: str = "",
    controlled: bool = False,
    links: tuple[Linked, ...] = (),
    files: Sequence[KeptFile] = (),
    by: Viewer = owner,
    at: datetime | None = None,
) -> str:
    """The code of a document that is filed."""
    what = Said(kind, title, summary, "en", originator, parse_when(dated), controlled, links)
    return file_document(
        said=what, label=label_of(by, release=release, group=group), files=files, by=by, at=at or clock.now()
    )
