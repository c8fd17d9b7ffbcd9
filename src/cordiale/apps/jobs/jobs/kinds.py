"""Declares a kind of job."""

from __future__ import annotations

from collections.abc import Callable

from django_stubs_ext import StrOrPromise

from cordiale.apps.jobs.jobs.work import Done, Work
from cordiale.apps.jobs.reads.kinds import KINDS, Kind
from cordiale.domain.viewer import Permission

Handler = Callable[[Work], Done]


def job_kind(
    name: str,
    *,
    title: StrOrPromise,
    permission: Permission = "jobs.run",
    refuses: tuple[type[Exception], ...] = (),
) -> Callable[[Handler], Handler]:
    """Makes a function the handler of a kind of job; it stands in an app's `jobs`, which Django loads at the start.

    The handler gets its `Work` and may be called again at any time, after a kill at any line: it goes on from
    `work.checkpoint`, and whatever it commits, it commits inside `work.step`.

    Args:
        name: never changes; waiting jobs name it.
        title: what people read.
        permission: what whoever starts the job must hold beside jobs.run, at every attempt.
        refuses: exceptions that tell the person why it cannot be done; any other counts as our mistake.

    Raises:
        ValueError: another handler has that name.
    """

    def declare(handler: Handler) -> Handler:
        if name in KINDS:
            raise ValueError(f"two kinds of job are called {name}")
        KINDS[name] = Kind(name, title, permission, refuses, handler)
        return handler

    return declare
