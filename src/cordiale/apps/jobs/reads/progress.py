"""How far a job has come, for whoever may know: one's own jobs, or all of them with the permission jobs.see."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from cordiale.apps.jobs.models import Job, JobFile
from cordiale.apps.jobs.reads.kinds import KINDS
from cordiale.domain.jobs import JobState
from cordiale.domain.viewer import Viewer


class NoSuchJob(LookupError):
    """There is no such job, or it is not this viewer's to know of."""

    code = "no-such-job"

    def __init__(self, job: UUID) -> None:
        super().__init__(f"There is no job {job}.")


class FileDamaged(RuntimeError):
    """The file kept for a job is not the one that was given: the database was tampered with, or is damaged."""

    code = "job-file-damaged"

    def __init__(self, job: UUID) -> None:
        super().__init__(f"The file of job {job} is not the one that was given; give it again with a new job.")


@dataclass(frozen=True)
class JobNow:
    """A job as it stands.

    Args:
        id: names it in its address.
        kind: name of its kind.
        title: what people call the kind.
        arguments: what it was asked to do.
        started_by: who asked, as the ledger would name them.
        state: where it stands.
        done, total: how much of how much; a total of 0 when nobody can tell.
        says: what it is doing, one sentence.
        attempt: how often a worker has begun it.
        created_at, started_at, finished_at: moments; None when not reached.
        cancelled_by: who asked to cancel it.
        outcome: what came of it, one sentence: the result, the refusal, or that it failed.
        address: where the result is, "" where there is none.
    """

    id: UUID
    kind: str
    title: str
    arguments: Mapping[str, Any]
    started_by: str
    state: JobState
    done: int
    total: int
    says: str
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelled_by: str
    outcome: str
    address: str

    @property
    def percent(self) -> int | None:
        """Hundredths done, rounded down; None when nobody can tell."""
        return self.done * 100 // self.total if self.total else None


def jobs_of(viewer: Viewer, *, everybody: bool = False, limit: int = 50) -> list[JobNow]:
    """The newest jobs first: the viewer's own, or everybody's if asked for and permitted."""
    rows = Job.objects.all() if everybody and viewer.may("jobs.see") else Job.objects.filter(started_by=viewer.name)
    return [_now(row) for row in rows.order_by("-created_at", "id")[:limit]]


def one(viewer: Viewer, *, job: UUID) -> JobNow | None:
    """A job, or None when there is none of that id that this viewer may know of."""
    row = _known_to(viewer).filter(pk=job).first()
    return None if row is None else _now(row)


def oldest_waiting(viewer: Viewer) -> datetime | None:
    """Since when the oldest job waits that no worker has taken up; None where none waits. Names nobody: public."""
    return Job.objects.filter(state=JobState.QUEUED).order_by("heard_at").values_list("heard_at", flat=True).first()


def file_of(viewer: Viewer, *, job: UUID) -> bytes | None:
    """The file a job works on, or None when it has none, or is not this viewer's to know of.

    Raises:
        FileDamaged: it is not what was given.
    """
    kept = JobFile.objects.filter(job__in=_known_to(viewer), pk=job).first()
    if kept is None:
        return None
    content = bytes(kept.content)
    if hashlib.sha256(content).hexdigest() != kept.sha256:
        raise FileDamaged(job)
    return content


def _known_to(viewer: Viewer) -> QuerySet[Job]:
    return Job.objects.all() if viewer.may("jobs.see") else Job.objects.filter(started_by=viewer.name)


def _now(row: Job) -> JobNow:
    result = row.result or {}
    kind = KINDS.get(row.kind)
    return JobNow(
        id=row.pk,
        kind=row.kind,
        title=str(kind.title) if kind else row.kind,
        arguments=row.arguments,
        started_by=row.started_by,
        state=JobState(row.state),
        done=row.done,
        total=row.total,
        says=row.says,
        attempt=row.attempt,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        cancelled_by=row.cancelled_by,
        outcome=row.refusal or result.get("says", ""),
        address=result.get("address", ""),
    )
