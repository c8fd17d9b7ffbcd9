"""Finds what rows of the register say the same as a text, by words; the register writes in words of its own.

The page itself is no witness in its own cause: rows of other sources are asked first, its own rows only after them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from cordiale.domain.claims.reading import words_of
from cordiale.domain.claims.values import Claim
from cordiale.domain.claims.world import Row

ENOUGH = 0.6
"""Share of the words of a text that a row must have to say the same."""

OF_A_PART = 0.5
"""Share of the words of one part of it, such as what stands after "and", that a row must have at least."""

_PARTS = re.compile(r",|;|\band\b|\bor\b|&", re.IGNORECASE)

Held = TypeVar("Held", bound=Row)


class Found(StrEnum):
    """How much of a text rows of the register say."""

    WHOLE = "whole"
    SPREAD = "spread"
    PART = "part"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Match:
    """What was found.

    Args:
        found: the whole in one row, the whole spread over several rows, a part, or nothing.
        rows: the rows that say it, the best first.
        missing: words of parts that no row says.
    """

    found: Found
    rows: tuple[Row, ...] = ()
    missing: str = ""


def share(text: str, held: str) -> float:
    """Share of the words of a text that another text has; 0 when it has no words."""
    wanted = words_of(text)
    return len(wanted & words_of(held)) / len(wanted) if wanted else 0.0


def parts_of(text: str) -> list[str]:
    """The things a text names one after the other: what stands between commas, "and" and "or"."""
    return [part.strip() for part in _PARTS.split(text) if words_of(part)]


def match(text: str, rows: Iterable[Held], held: Callable[[Held], str]) -> Match:
    """How much of a text some rows say.

    Args:
        text: what a page says.
        rows: what the register holds.
        held: the words of a row.
    """
    candidates = list(rows)
    best = max(candidates, key=lambda row: share(text, held(row)), default=None)
    parts = parts_of(text)
    if best is None or not parts:
        return Match(Found.NOTHING)
    if share(text, held(best)) >= ENOUGH and all(share(part, held(best)) >= OF_A_PART for part in parts):
        return Match(Found.WHOLE, (best,))
    return _by_parts(parts, candidates, held)


def _by_parts(parts: Sequence[str], rows: Sequence[Held], held: Callable[[Held], str]) -> Match:
    said: list[Row] = []
    missing: list[str] = []
    for part in parts:
        best = max(rows, key=lambda row: share(part, held(row)))
        if share(part, held(best)) >= ENOUGH:
            said.append(best)
        else:
            missing.append(part)
    if not said:
        return Match(Found.NOTHING)
    if missing:
        return Match(Found.PART, tuple(dict.fromkeys(said)), ", ".join(missing))
    different = tuple(dict.fromkeys(said))
    return Match(Found.WHOLE if len(different) == 1 else Found.SPREAD, different)


def said_by_itself(claim: Claim, rows: Iterable[Held], held: Callable[[Held], str]) -> tuple[Row, ...]:
    """Rows that rest on the page itself and together say most of what it says; empty when they do not.

    A looser comparison than `match`: such rows are the page's own text in the register's words.
    """
    own = [row for row in rows if row.source == claim.source]
    best = max(own, key=lambda row: share(claim.object, held(row)), default=None)
    if best is not None and share(claim.object, held(best)) >= ENOUGH:
        return (best,)
    by_parts = [max(own, key=lambda row: share(part, held(row)), default=None) for part in parts_of(claim.object)]
    chosen = tuple(dict.fromkeys(row for row in by_parts if row is not None))
    return chosen if share(claim.object, " ".join(held(row) for row in chosen)) >= ENOUGH else ()


def by_others(claim: Claim, rows: Iterable[Held]) -> list[Held]:
    """The rows that rest on other sources than the page that makes the claim."""
    return [row for row in rows if row.source != claim.source]
