"""What people do to jobs: ask for one, cancel one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import router, transaction

from cordiale.apps.jobs.models import Job, JobFile
from cordiale.apps.jobs.reads.kinds import kind_named
from cordiale.apps.jobs.reads.progress import NoSuchJob, one
from cordiale.apps.jobs.writes.queue import enqueue
from cordiale.domain.jobs import JobState
from cordiale.domain.viewer import Viewer, require

LARGEST_FILE = 64 * 2**20
"""Bytes of a job's file."""


class FileTooLarge(ValueError):
    """The file for a job is larger than is kept."""

    code = "job-file-too-large"

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size:,} bytes; a job takes {LARGEST_FILE:,} at most. Split it.")


class JobIsOver(ValueError):
    """The job has ended and cannot be cancelled any more."""

    code = "job-is-over"

    def __init__(self, state: JobState) -> None:
        super().__init__(f"The job is {state} already.")


def start(
    *, kind: str, arguments: Mapping[str, Any] | None = None, file: bytes | None = None, by: Viewer, at: datetime
) -> UUID:
    """Ask for long work; a worker takes it up within a second.

    Call it after the write it follows from has been committed, not inside its entry: on SQLite the queue is another
    file, and a job would outlive the write that is rolled back.

    Args:
        kind: name of a declared kind.
        arguments: what the handler gets; anything JSON can hold, without personal data.
        file: what the work is done on, kept with the job.

    Returns:
        The job's id, for its address.

    Raises:
        NoSuchKind: nobody declared the kind.
        NotPermitted: `by` may not run jobs, or not this kind.
        FileTooLarge: the file is.
    """
    require(by, "jobs.run")
    require(by, kind_named(by, kind).permission)
    if file is not None and len(file) > LARGEST_FILE:
        raise FileTooLarge(len(file))
    job = uuid4()
    with transaction.atomic(using=router.db_for_write(Job)):
        Job.objects.create(
            pk=job,
            kind=kind,
            arguments=dict(arguments or {}),
            started_by=by.name,
            turn=enqueue(job=job, by=by, at=at),
            heard_at=at,
            created_at=at,
        )
        if file is not None:
            JobFile.objects.create(job_id=job, sha256=hashlib.sha256(file).hexdigest(), content=file)
    return job


def cancel(*, job: UUID, by: Viewer, at: datetime) -> JobState:
    """Ask a job to stop: one's own, or anybody's for whoever sees all jobs and may run some.

    A queued job is cancelled at once, a running one when it next saves; what it has committed by then stands.

    Returns:
        Where the job stands now: cancelled or cancelling.

    Raises:
        NotPermitted: `by` may not run jobs.
        NoSuchJob: there is none that `by` may know of.
        JobIsOver: it has ended.
    """
    require(by, "jobs.run")
    if one(by, job=job) is None:
        raise NoSuchJob(job)
    with transaction.atomic(using=router.db_for_write(Job)):
        row = Job.objects.select_for_update().get(pk=job)
        state = JobState(row.state)
        if state.is_over:
            raise JobIsOver(state)
        if state == JobState.CANCELLING:
            return state
        is_queued = state == JobState.QUEUED
        row.state = JobState.CANCELLED if is_queued else JobState.CANCELLING
        row.finished_at = at if is_queued else None
        row.cancelled_by = by.name
        row.save(update_fields=["state", "finished_at", "cancelled_by"])
    return JobState(row.state)
