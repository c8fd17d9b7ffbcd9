"""What becomes of long work: the states of a job, and when a silent one is taken for dead."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

ATTEMPTS = 5
"""How often a job is tried that dies each time; a job that was put back on purpose has not died."""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self in OVER


RUNS = frozenset({JobState.RUNNING, JobState.CANCELLING})
"""A worker has the job in hand."""

OVER = frozenset({JobState.CANCELLED, JobState.DONE, JobState.FAILED, JobState.REFUSED})
"""The job has ended."""


def has_gone_silent(*, heard_at: datetime, at: datetime, silence: timedelta) -> bool:
    """Whether a job's worker is taken for dead: not heard of for `silence` or longer. Rule: DESIGN.md, "Jobs"."""
    return at - heard_at >= silence


def next_state(state: JobState, *, attempt: int) -> JobState:
    """What becomes of a job whose worker died.

    Args:
        state: where it stood when its worker was last heard of.
        attempt: how often it was tried.
    """
    if state == JobState.CANCELLING:
        return JobState.CANCELLED
    return JobState.FAILED if attempt >= ATTEMPTS else JobState.QUEUED
