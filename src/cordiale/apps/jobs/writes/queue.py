"""Puts a job into the queue of django-tasks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.module_loading import import_string

from cordiale.domain.viewer import Viewer, require

TURN = "cordiale.apps.jobs.jobs.running.take_turn"
"""The one task of django-tasks there is, by name: writes do not know jobs."""


def enqueue(*, job: UUID, by: Viewer, at: datetime) -> UUID:
    """Queue a turn at a job, inside the transaction that notes it on the job; a killed turn's task is never run again.

    Returns:
        Id of the turn.
    """
    require(by, "jobs.run")
    return UUID(import_string(TURN).enqueue(str(job)).id)
