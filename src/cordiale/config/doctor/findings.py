"""What a check finds, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Args:
        state: "wrong" must be mended, "warning" should be looked at.
        what: what is so, in one line.
        mend: how to mend it; "" when all is well.
    """

    state: State
    what: str
    mend: str = ""


@dataclass(frozen=True)
class Visit:
    """One look at the installation.

    Args:
        at: its moment.
    """

    at: datetime


@dataclass(frozen=True)
class Check:
    """One question about the installation.

    Args:
        name: what it is about, a word or two.
        look: answers it.
        needs: what must be there to ask it; a check whose need is not met is told as a warning, never as well.
    """

    name: str
    look: Callable[[Visit], Finding]
    needs: Literal["nothing", "database", "tables"] = "nothing"


def well(what: str) -> Finding:
    """Nothing to mend."""
    return Finding("ok", what)


def warning(what: str, mend: str) -> Finding:
    """Something to look at."""
    return Finding("warning", what, mend)


def wrong(what: str, mend: str) -> Finding:
    """Something that must be mended."""
    return Finding("wrong", what, mend)
