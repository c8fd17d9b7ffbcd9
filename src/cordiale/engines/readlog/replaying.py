"""Decides every line of a read log again: the same knowledge and the same moment give the same verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from cordiale.domain.reading_log import Line

Decided = Literal["shown", "refused"]
Decider = Callable[[Line], Mapping[str, Decided]]
"""Document code to what is decided of it, for the reader, the knowledge and the moment of a line."""


@dataclass(frozen=True)
class Mismatch:
    """A document of a line that would be decided otherwise.

    Args:
        line: the line.
        document: code of the document.
        logged: what was decided then.
        replayed: what is decided now; "unknown" when the decider says nothing of the document.
    """

    line: Line
    document: str
    logged: Decided
    replayed: Decided | Literal["unknown"]


def replay(lines: Iterable[Line], decide: Decider) -> Iterator[Mismatch]:
    """Every document of every line that `decide` does not decide as the line says; nothing when all agree."""
    for line in lines:
        decided = decide(line)
        logged: list[tuple[str, Decided]] = [(code, "shown") for code, _label in line.shown]
        logged += [(code, "refused") for code in line.refused]
        for code, then in logged:
            now: Decided | Literal["unknown"] = decided.get(code, "unknown")
            if now != then:
                yield Mismatch(line, code, then, now)
