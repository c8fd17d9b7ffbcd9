"""The kinds of job there are; each is declared in some app's `jobs` with `job_kind`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise

from cordiale.domain.viewer import Permission, Viewer


class NoSuchKind(LookupError):
    """No app declares that kind of job."""

    code = "no-such-job-kind"

    def __init__(self, name: str) -> None:
        known = ", ".join(sorted(KINDS)) or "none"
        super().__init__(f'There is no kind of job "{name}"; there are: {known}.')


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    Args:
        name: what stands in the job's row; never changes.
        title: what people read.
        permission: what whoever starts it must hold, when starting it and at every turn.
        refuses: exceptions that tell the person why it cannot be done; any other is our mistake.
        handler: does the work.
    """

    name: str
    title: StrOrPromise
    permission: Permission
    refuses: tuple[type[Exception], ...]
    handler: Callable[..., Any]


KINDS: dict[str, Kind] = {}
"""Name to kind, filled while Django starts."""


def kind_named(viewer: Viewer, name: str) -> Kind:
    """A kind by its name; public.

    Raises:
        NoSuchKind: nobody declared it.
    """
    if name not in KINDS:
        raise NoSuchKind(name)
    return KINDS[name]
