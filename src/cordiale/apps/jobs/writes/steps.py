"""A step that commits once: its seal stands in the same transaction as its effect, so neither is without the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cordiale.apps.jobs.models import JobStep
from cordiale.domain.viewer import Viewer, require


@dataclass
class Step:
    """A step, open.

    Args:
        fresh: it was not taken before: do the work.
        outcome: what the step came to, anything JSON can hold: set it when fresh; otherwise it is what was set then.
    """

    fresh: bool
    outcome: Any = None


@contextmanager
def step(*, job: UUID, name: str, by: Viewer, at: datetime) -> Iterator[Step]:
    """One transaction in which a step's effect and its seal are committed together, or neither.

    Entries opened inside join the transaction. If another worker is taking the same step at this moment, this one
    waits for it, and then finds that it was taken.

    Args:
        name: names the step within the job, the same in every attempt: "rows 2000-4000".
    """
    require(by, "jobs.run")
    with transaction.atomic():
        seal, fresh = JobStep.objects.get_or_create(job=job, name=name, defaults={"at": at})
        taken = Step(fresh=fresh, outcome=seal.outcome)
        yield taken
        if fresh and taken.outcome is not None:
            seal.outcome = taken.outcome
            seal.save(update_fields=["outcome"])
