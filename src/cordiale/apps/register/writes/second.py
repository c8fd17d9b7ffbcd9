"""Weighs a change while it is being made, and refuses it when it gains somebody a right and nobody else approved."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from cordiale.apps.ledger.reads import head
from cordiale.apps.register.reads.consequences import consequences, weighed
from cordiale.domain.viewer import Viewer, require_second

_weighing: ContextVar[bool] = ContextVar("weighing", default=False)


@contextmanager
def by_effect(change: object, *, by: Viewer, parties: Collection[str] | None, at: datetime) -> Iterator[None]:
    """Inside an open entry: let a change be made, unless it gains a right and takes a second person.

    What stands inside another is weighed with it as a whole: two steps of one change may cancel each other.

    Args:
        parties: whom the change is about; None for all.
        at: rights are weighed from this moment on.

    Raises:
        NeedsSecondPerson: by the effect, whatever the verb.
    """
    if not by.needs_second or by.approved_by or _weighing.get():
        yield
        return
    token = _weighing.set(True)
    try:
        number = head(by).number
        before = weighed(by, parties=parties, number=number)
        yield
        after = weighed(by, parties=parties, number=number)
    finally:
        _weighing.reset(token)
    require_second(by, consequences(by, before=before, after=after, at=at).gains)
