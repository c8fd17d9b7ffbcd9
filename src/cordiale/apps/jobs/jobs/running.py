"""One turn at a job: begin it, let its handler work while a thread says that the worker lives, note how it ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connections
from django.db.utils import Error as DatabaseError
from django.db.utils import InterfaceError, OperationalError
from django.utils.module_loading import import_string
from django_tasks import TaskContext, task

from cordiale.apps.jobs.jobs.work import WORKER, Cancelled, Done, Stopped, Work
from cordiale.apps.jobs.reads.kinds import Kind, NoSuchKind, kind_named
from cordiale.apps.jobs.writes import turns
from cordiale.domain import clock
from cordiale.domain.jobs import JobState
from cordiale.domain.viewer import NotPermitted, Viewer, require

FAILED = "The work failed; the log of the installation holds the details."
BEATS = 6
"""Heartbeats within the silence after which a worker is taken for dead."""

logger = logging.getLogger("cordiale.jobs")


class RestoredMeanwhile(RuntimeError):
    """The register does not hold steps that the job had committed: it was restored from a backup meanwhile."""

    code = "restored-meanwhile"

    def __init__(self, lost: int) -> None:
        super().__init__(
            f"The register does not hold {lost} of the steps this job had committed: it was restored from a backup"
            " meanwhile. Start the work anew."
        )


class Stopping:
    """Whether this process was asked to stop; a plain flag, as it is set by a signal handler."""

    asked = False


@task(takes_context=True)
def take_turn(context: TaskContext, job: str) -> None:
    """The one task of django-tasks: a turn at a job."""
    result = context.task_result
    run(job=UUID(job), turn=UUID(result.id), worker=result.worker_ids[-1] if result.worker_ids else "")


def run(*, job: UUID, turn: UUID, worker: str) -> None:
    """Take a job's turn, unless it was overtaken or cancelled meanwhile."""
    begun = turns.begin(job=job, turn=turn, worker=worker, by=WORKER, at=clock.now())
    if begun is None:
        return
    try:
        with _heartbeat(job, turn):
            _work(job, turn, begun)
    except turns.Overtaken:
        logger.warning("job %s: another worker has it, or it is over", job)


def _work(job: UUID, turn: UUID, begun: turns.Begun) -> None:
    refuses: tuple[type[Exception], ...] = (NotPermitted, NoSuchKind, RestoredMeanwhile)
    try:
        kind = kind_named(WORKER, begun.kind)
        refuses = (*refuses, *kind.refuses)
        done = kind.handler(_prepared(job, turn, begun, kind))
    except Cancelled:
        turns.end(job=job, turn=turn, state=JobState.CANCELLED, by=WORKER, at=clock.now())
    except Stopped:
        turns.put_back(job=job, turn=turn, blameless=True, by=WORKER, at=clock.now())
    except refuses as refusal:
        turns.end(job=job, turn=turn, state=JobState.REFUSED, refusal=str(refusal), by=WORKER, at=clock.now())
    except (OperationalError, InterfaceError):
        logger.exception("job %s: the database did not answer; queued again", job)
        turns.put_back(job=job, turn=turn, blameless=False, by=WORKER, at=clock.now())
    except Exception:
        logger.exception("job %s failed", job)
        turns.end(job=job, turn=turn, state=JobState.FAILED, refusal=FAILED, by=WORKER, at=clock.now())
    else:
        _end(job, turn, done)


def _prepared(job: UUID, turn: UUID, begun: turns.Begun, kind: Kind) -> Work:
    """The work, if it may still be done."""
    if begun.lost_steps:
        raise RestoredMeanwhile(begun.lost_steps)
    by: Viewer = import_string(settings.VIEWER_NAMED)(begun.started_by, at=clock.now())
    require(by, "jobs.run")
    require(by, kind.permission)
    return Work(job=job, turn=turn, begun=begun, by=by, is_stopping=lambda: Stopping.asked)


def _end(job: UUID, turn: UUID, done: Done) -> None:
    result = {"says": done.says, "address": done.address}
    turns.end(job=job, turn=turn, state=JobState.DONE, result=result, by=WORKER, at=clock.now())


@contextmanager
def _heartbeat(job: UUID, turn: UUID) -> Iterator[None]:
    """While this is open, a thread says that the worker lives, also during a step that takes minutes."""
    over = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(over, job, turn), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat_until(over: threading.Event, job: UUID, turn: UUID) -> None:
    silence: timedelta = settings.JOB_SILENCE
    try:
        while not over.wait(silence.total_seconds() / BEATS):
            close_old_connections()
            try:
                turns.beat(job=job, turn=turn, by=WORKER, at=clock.now())
            except turns.Overtaken:
                return
            except DatabaseError as error:
                logger.warning("job %s: no heartbeat, the database did not answer: %s", job, error)
    finally:
        connections.close_all()
