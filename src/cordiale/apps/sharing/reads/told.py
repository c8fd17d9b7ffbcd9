"""What is new to a reader, and what they want to be told of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from cordiale.apps.register.reads.installation import installation
from cordiale.apps.sharing.models import DocumentVersion, Remark, Reminded, Subscription
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads.documents import AT_ONCE, DocumentRead, count, documents_of
from cordiale.apps.sharing.reads.reading import Now
from cordiale.domain.telling import Digest, is_due
from cordiale.domain.viewer import Viewer

FEW = 2_000
"""Documents of a reader up to which they are put in order after they are read."""


@dataclass(frozen=True)
class Mark:
    """Up to where somebody knows.

    Args:
        number: of the ledger.
        labels: numbers of the labels they could read then.
    """

    number: int = 0
    labels: frozenset[int] = frozenset()

    @property
    def digest(self) -> str:
        """Names the labels, so that a form can say which they were without telling them."""
        return hashlib.sha256(",".join(map(str, sorted(self.labels))).encode()).hexdigest()[:32]


NOTHING = Mark()
"""Somebody who was told nothing yet."""


@dataclass(frozen=True)
class Subscribed:
    """What somebody wants to be told, and knows.

    Args:
        digest: how often they are mailed.
        told, told_at: up to where they were mailed, and when a digest was dealt with last.
        looked, looked_at: up to where they have looked, and when.
        doubted: whether the digest before may never have reached them.
    """

    digest: Digest = Digest.NEVER
    told: Mark = NOTHING
    told_at: datetime | None = None
    looked: Mark = NOTHING
    looked_at: datetime | None = None
    doubted: bool = False


@dataclass(frozen=True)
class RemarkRead:
    """A remark that a reader sent to the originator of a document.

    Args:
        number: of the remark.
        code, title: of the document.
        party: the party of whoever wrote it; "" for nobody's.
        originator: the party it was sent to.
    """

    number: int
    code: str
    title: str
    party: str
    originator: str
    text: str
    at: datetime


def mark_of(now: Now) -> Mark:
    """Up to where this reading lets its reader know."""
    return Mark(now.head.number, now.span.labels)


def new_documents(
    now: Now, *, since: Mark = NOTHING, within: Mark | None = None, limit: int = AT_ONCE
) -> list[DocumentRead]:
    """Documents that are new to the reader, the newest entry first.

    New is what was filed, revised or given another label since, and what they could not read then and can read now.

    Args:
        since: up to where the reader knows.
        within: leave out what is newer than this, or could not be read then.
    """
    rows = _new(now, since, within)
    if count(now) <= FEW:
        # ordered here: PostgreSQL would walk everybody's documents by entry to find these few
        found = sorted(rows.values_list("known_from", "pk"), reverse=True)[:limit]
        return documents_of(now, versions=[version for _entry, version in found])
    rows = rows.order_by("-known_from", "-pk")
    return documents_of(now, versions=list(rows.values_list("pk", flat=True)[:limit]))


def count_new(now: Now, *, since: Mark = NOTHING, within: Mark | None = None) -> int:
    """How many documents are new to the reader."""
    if since == NOTHING and within is None:
        return count(now)
    return _new(now, since, within).count()


def is_anything_new(now: Now, *, since: Mark) -> bool:
    """Whether any document is new to the reader."""
    return _new(now, since, None).exists()


def _new(now: Now, since: Mark, within: Mark | None) -> QuerySet[DocumentVersion]:
    rows: QuerySet[DocumentVersion] = DocumentVersion.objects.filter(OPEN)
    if since.number:
        gained = sorted(now.span.labels - since.labels)
        rows = rows.filter(
            Q(known_from__gt=since.number) | Q(label__in=gained) if gained else Q(known_from__gt=since.number)
        )
    if within is not None:
        rows = rows.filter(known_from__lte=within.number, label__in=sorted(now.span.labels & within.labels))
    return rows


def remarks_to(now: Now, *, parties: Collection[str], since: datetime | None, limit: int = 20) -> list[RemarkRead]:
    """Remarks on documents of these parties that the reader may read, sent since a moment, the newest first.

    Args:
        parties: ids of the parties the reader speaks for.
    """
    found = Remark.objects.filter(originator__in=list(parties)).order_by("-at", "-pk")
    if since is not None:
        found = found.filter(at__gt=since)
    readable = DocumentVersion.objects.filter(OPEN)
    rows = list(found.filter(document__in=readable.values("document"))[:limit])
    versions = dict(readable.filter(document__in=[row.document_id for row in rows]).values_list("document", "pk"))
    told = {one.code: one for one in documents_of(now, versions=list(versions.values()))}
    return [
        RemarkRead(row.pk, row.document_id, told[row.document_id].title, row.party, row.originator, row.text, row.at)
        for row in rows
        if row.document_id in told
    ]


def subscription(viewer: Viewer, *, person: int = 0) -> Subscribed:
    """What one wants to be told oneself; what anybody does, for the installation itself."""
    whose = viewer.person or person
    row = Subscription.objects.filter(pk=whose).first() if whose else None
    if row is None:
        return Subscribed()
    return Subscribed(
        digest=Digest(row.digest),
        told=Mark(row.told, frozenset(row.told_labels)),
        told_at=row.told_at,
        looked=Mark(row.looked, frozenset(row.looked_labels)),
        looked_at=row.looked_at,
        doubted=row.doubted,
    )


def due_digests(viewer: Viewer, *, at: datetime) -> list[int]:
    """Numbers of the people whose digest is due and in nobody's hands; for the installation itself, else nobody's."""
    if viewer.person or not viewer.may("jobs.run"):
        return []
    zone = installation(viewer).zone
    rows = Subscription.objects.filter(handed__isnull=True, person__is_active=True).exclude(digest=Digest.NEVER)
    return [
        person
        for person, digest, told_at in rows.order_by("told_at", "pk").values_list("pk", "digest", "told_at")
        if is_due(Digest(digest), told_at=told_at, at=at, zone=zone)
    ]


def reminded(viewer: Viewer, *, person: int = 0) -> frozenset[str]:
    """The tasks that one was reminded of by mail; that anybody was, for the installation itself."""
    return frozenset(Reminded.objects.filter(person=viewer.person or person).values_list("task", flat=True))
