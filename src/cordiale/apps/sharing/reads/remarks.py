"""What was said of a document: remarks to its originator, and what the originator agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from cordiale.apps.people.reads.people import names
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.sharing.models import Consent, Remark
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads.documents import DocumentRead
from cordiale.apps.sharing.reads.markings import meant
from cordiale.apps.sharing.reads.reading import Now
from cordiale.domain import clock
from cordiale.domain.labels import Label
from cordiale.domain.viewer import Viewer


@dataclass(frozen=True)
class RemarkRead:
    """A remark.

    Args:
        by: name of whoever wrote it.
        party: id of the party they acted for.
        text: what it says.
        at: when it was written, UTC.
    """

    by: str
    party: str
    text: str
    at: datetime


@dataclass(frozen=True)
class ConsentRead:
    """What an originator agreed to: a release, and whom it means now."""

    release: str
    parties: tuple[str, ...]


def remarks(now: Now, *, document: DocumentRead) -> list[RemarkRead]:
    """Remarks on a document the reader sees: all for the originator, their own for whoever wrote them; newest first."""
    rows = Remark.objects.filter(document=document.code).order_by("-at", "-pk")
    if document.originator not in now.reader.parties:
        rows = rows.filter(Q(person=now.viewer.person))
    called = names(now.viewer)
    return [
        RemarkRead(called.get(person, ""), party, text, at)
        for person, party, text, at in rows.values_list("person", "party", "text", "at")
    ]


def consents(viewer: Viewer, *, document: DocumentRead) -> list[ConsentRead]:
    """What the originator of a document agreed to, the newest first; for whoever reads the document."""
    rows = Consent.objects.filter(OPEN, document=document.code).order_by("-pk")
    found = []
    for release in rows.values_list("release", flat=True):
        said = meant(viewer, label=Label(installation(viewer).host, "", release), at=clock.now())
        found.append(ConsentRead(release, said.released))
    return found
