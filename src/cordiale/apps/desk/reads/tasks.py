"""What waits for somebody: gathered from all apps, each task with its page, since when it waits, and until when."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from cordiale.apps.jobs.reads.progress import jobs_of
from cordiale.apps.people.reads.people import held_now, requests
from cordiale.apps.people.reads.proposals import ProposalRead, proposals
from cordiale.apps.people.reads.viewers import legal_day
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.sharing.reads.reading import Now
from cordiale.apps.sharing.reads.told import remarks_to
from cordiale.domain.jobs import JobState
from cordiale.domain.telling import REMINDS_OF_A_PROPOSAL, ROLE_ENDS_SOON
from cordiale.domain.viewer import Viewer

KEPT = timedelta(days=14)
"""How long a job that failed is among somebody's tasks who never looks."""

Kind = Literal["proposal", "request", "remark", "job", "role"]


@dataclass(frozen=True)
class Task:
    """Something that waits for somebody.

    Args:
        kind: what kind of task.
        number: of the proposal, the request or the role; a job's id; for a remark the code of its document.
        about: what it is about, in its own words.
        since: when it began to wait.
        due_on: the last day on which it can be done; None where there is none.
        reminds: whether it is time to remind of it by mail.
    """

    kind: Kind
    number: str
    about: str
    since: datetime
    due_on: date | None = None
    reminds: bool = False

    @property
    def key(self) -> str:
        """Names the task for ever."""
        return f"{self.kind}:{self.number}"


def tasks(
    viewer: Viewer, *, may: Callable[[ProposalRead], bool], at: datetime, looked_at: datetime | None = None
) -> list[Task]:
    """What waits for this viewer, but for remarks: what must be done by a day first, then what waits longest.

    Args:
        may: tells which proposals this viewer may decide.
        looked_at: when they looked last; jobs that failed before are left out.
    """
    found = [*_proposals(viewer, may, at), *_requests(viewer), *_jobs(viewer, at, looked_at), *_roles(viewer, at)]
    return sorted(found, key=lambda task: (task.due_on is None, task.due_on or date.max, task.since))


def remark_tasks(now: Now, *, parties: Collection[str], looked_at: datetime | None) -> list[Task]:
    """Remarks sent to the parties that the reader speaks for, on documents they may read, and not looked at yet."""
    found = remarks_to(now, parties=parties, since=looked_at)
    return [Task("remark", one.code, one.title, one.at) for one in found]


def _proposals(viewer: Viewer, may: Callable[[ProposalRead], bool], at: datetime) -> list[Task]:
    if not viewer.mandates:
        return []
    return [
        Task(
            "proposal",
            str(one.id),
            one.title,
            one.proposed_at,
            reminds=at - one.proposed_at >= REMINDS_OF_A_PROPOSAL,
        )
        for one in proposals(viewer, may=may)
        if one.proposed_by != viewer.person and may(one)
    ]


def _requests(viewer: Viewer) -> list[Task]:
    return [Task("request", str(one.id), one.name, one.asked_at) for one in requests(viewer)]


def _jobs(viewer: Viewer, at: datetime, looked_at: datetime | None) -> list[Task]:
    since = max(at - KEPT, looked_at) if looked_at else at - KEPT
    return [
        Task("job", str(one.id), one.title, one.finished_at)
        for one in jobs_of(viewer)
        if one.state in (JobState.FAILED, JobState.REFUSED) and one.finished_at and one.finished_at > since
    ]


def _roles(viewer: Viewer, at: datetime) -> list[Task]:
    """Roles that end soon; they wait since the day on which that became soon."""
    day, zone = legal_day(viewer, at=at), installation(viewer).zone
    return [
        Task(
            "role",
            str(one.id),
            str(one.mandate),
            datetime.combine(max(one.until_on - ROLE_ENDS_SOON, one.from_on), time(), zone),
            due_on=one.until_on - timedelta(days=1),
            reminds=True,
        )
        for one in held_now(viewer, day=day)
        if one.until_on is not None and one.until_on - ROLE_ENDS_SOON <= day
    ]
