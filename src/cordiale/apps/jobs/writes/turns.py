"""What a worker notes on a job while it has its turn, and what becomes of the jobs of dead workers.

Each note names the turn: whoever was taken for dead and is not finds another turn on the job, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import router, transaction
from django.db.models import QuerySet
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from cordiale.apps.jobs.models import Job, JobStep
from cordiale.apps.jobs.writes.queue import enqueue
from cordiale.domain.jobs import ATTEMPTS, RUNS, JobState, has_gone_silent, next_state
from cordiale.domain.viewer import Viewer, require

GAVE_UP = (
    f"Gave up after {ATTEMPTS} attempts: each time the worker died or lost its database. The log of the installation"
    " may say why."
)


class Overtaken(BaseException):
    """This worker was taken for dead and somebody else has the job, or the job is over."""


@dataclass(frozen=True)
class Begun:
    """What a worker needs to know of the job it begins.

    Args:
        kind, arguments, started_by: as asked for.
        checkpoint: what was saved last; None at the first attempt, or when nothing was.
        done, total: progress saved last.
        attempt: how often the job was begun, this time included.
        lost_steps: how many steps the job had committed that the register does not hold.
    """

    kind: str
    arguments: Mapping[str, Any]
    started_by: str
    checkpoint: Any
    done: int
    total: int
    attempt: int
    lost_steps: int


def begin(*, job: UUID, turn: UUID, worker: str, by: Viewer, at: datetime) -> Begun | None:
    """Take a queued job in hand; None when it is not this turn's any more, or was cancelled."""
    require(by, "jobs.run")
    with transaction.atomic(using=router.db_for_write(Job)):
        row = Job.objects.select_for_update().filter(pk=job, turn=turn, state=JobState.QUEUED).first()
        if row is None:
            return None
        row.state = JobState.RUNNING
        row.attempt += 1
        row.worker = worker
        row.heard_at = at
        row.started_at = row.started_at or at
        row.save(update_fields=["state", "attempt", "worker", "heard_at", "started_at"])
    return Begun(
        kind=row.kind,
        arguments=row.arguments,
        started_by=row.started_by,
        checkpoint=row.checkpoint,
        done=row.done,
        total=row.total,
        attempt=row.attempt,
        lost_steps=max(0, row.steps - _committed(job)),
    )


def beat(*, job: UUID, turn: UUID, by: Viewer, at: datetime) -> JobState:
    """Say that the worker is alive.

    Returns:
        Where the job stands: running, or cancelling when somebody asked for that.

    Raises:
        Overtaken: the job is not this turn's any more.
    """
    require(by, "jobs.run")
    return _note(job, turn, {"heard_at": at})


def save(
    *, job: UUID, turn: UUID, checkpoint: Any, done: int, total: int, says: str, by: Viewer, at: datetime
) -> JobState:
    """As `beat`, and keep how far the job has come: the next attempt goes on from there."""
    require(by, "jobs.run")
    progress = {"checkpoint": checkpoint, "done": done, "total": total, "says": says, "steps": _committed(job)}
    return _note(job, turn, {"heard_at": at, **progress})


def end(
    *,
    job: UUID,
    turn: UUID,
    state: JobState,
    result: Mapping[str, Any] | None = None,
    refusal: str = "",
    by: Viewer,
    at: datetime,
) -> None:
    """The job is over.

    Raises:
        Overtaken: the job is not this turn's any more.
    """
    require(by, "jobs.run")
    _note(job, turn, {"state": state, "result": result, "refusal": refusal, "heard_at": at, "finished_at": at})


def put_back(*, job: UUID, turn: UUID, blameless: bool, by: Viewer, at: datetime) -> JobState:
    """Queue the job again from its checkpoint: this worker stops, or lost its database.

    Args:
        blameless: the attempt does not count towards giving up.

    Returns:
        Where the job stands now: queued, cancelled, or failed after too many attempts.

    Raises:
        Overtaken: the job is not this turn's any more.
    """
    require(by, "jobs.run")
    with transaction.atomic(using=router.db_for_write(Job)):
        row = Job.objects.select_for_update().filter(pk=job, turn=turn, state__in=RUNS).first()
        if row is None:
            raise Overtaken
        row.attempt -= blameless
        return _another_turn(row, by=by, at=at)


def queue_silent_again(*, silence: timedelta, by: Viewer, at: datetime) -> list[UUID]:
    """Queue the jobs again whose worker is taken for dead; also those killed between the queue's claim and `begin`.

    Args:
        silence: how long a worker may not be heard of.

    Returns:
        The jobs, whatever became of them: queued, cancelled, or failed after too many attempts.
    """
    require(by, "jobs.run")
    changed = []
    for job in Job.objects.filter(finished_at=None, heard_at__lte=at - silence).values_list("pk", flat=True):
        with transaction.atomic(using=router.db_for_write(Job)):
            row = Job.objects.select_for_update(skip_locked=True).filter(pk=job, finished_at=None).first()
            if row is None or not has_gone_silent(heard_at=row.heard_at, at=at, silence=silence):
                continue
            if row.state == JobState.QUEUED and _still_waits(row, since=at - silence):
                continue
            _another_turn(row, by=by, at=at)
            changed.append(job)
    _close_turns_left_open(before=at - silence, at=at)
    return changed


def forget(*, before: datetime, by: Viewer, at: datetime) -> int:
    """Remove jobs that ended before a moment, with their files, their turns and the seals of their steps.

    Returns:
        How many jobs.
    """
    require(by, "jobs.run")
    with transaction.atomic(using=router.db_for_write(Job)):
        old = Job.objects.filter(finished_at__lt=before)
        count = old.count()
        old.delete()
        DBTaskResult.objects.filter(finished_at__lt=before).delete()
    JobStep.objects.filter(at__lt=before).exclude(job__in=list(Job.objects.values_list("pk", flat=True))).delete()
    return count


def _committed(job: UUID) -> int:
    """How many steps of a job stand in the register's database."""
    return JobStep.objects.filter(job=job).count()


def _note(job: UUID, turn: UUID, values: Mapping[str, Any]) -> JobState:
    with transaction.atomic(using=router.db_for_write(Job)):
        if not _in_hand(job, turn).update(**values):
            raise Overtaken
        return JobState(Job.objects.values_list("state", flat=True).get(pk=job))


def _in_hand(job: UUID, turn: UUID) -> QuerySet[Job]:
    return Job.objects.filter(pk=job, turn=turn, state__in=RUNS)


def _still_waits(row: Job, *, since: datetime) -> bool:
    """Whether the turn of a queued job will still come: the queue is long, or a worker took it just now."""
    task = DBTaskResult.objects.filter(pk=row.turn).first()
    if task is None:
        return False
    return task.status == TaskResultStatus.READY or (task.started_at is not None and task.started_at > since)


def _close_turns_left_open(*, before: datetime, at: datetime) -> None:
    """A worker killed after the last note on its job leaves its turn running for ever."""
    started = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lte=before)
    left = started.filter(pk__in=Job.objects.filter(finished_at__isnull=False).values("turn"))
    left.update(status=TaskResultStatus.SUCCESSFUL, finished_at=at)


def _another_turn(row: Job, *, by: Viewer, at: datetime) -> JobState:
    """End this turn, and give the job another or end it too; the task of a dead turn must not stay running for ever."""
    DBTaskResult.objects.filter(pk=row.turn).exclude(status=TaskResultStatus.SUCCESSFUL).update(
        status=TaskResultStatus.FAILED, finished_at=at, traceback="The worker was taken for dead, or put the job back."
    )
    state = next_state(JobState(row.state), attempt=row.attempt)
    row.state = state
    row.worker = ""
    row.heard_at = at
    row.finished_at = at if state.is_over else None
    row.refusal = GAVE_UP if state == JobState.FAILED else ""
    row.turn = row.turn if state.is_over else enqueue(job=row.pk, by=by, at=at)
    row.save(update_fields=["state", "worker", "heard_at", "finished_at", "refusal", "turn", "attempt"])
    return state
