"""What is wrong with a pack: every fault at once, each with its place and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 200
"""How many faults a message lists; a broken column would otherwise fill the screen a hundred thousand times."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong.

    Args:
        file: file name within the pack.
        line: line in the file, 1 for the header; 0 when the whole file is meant.
        place: column number, 1 for the first; 0 when the whole line is meant.
        what: what is wrong and how to mend it; begins with the column's name where there is one.
    """

    file: str
    line: int
    place: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.place}: {self.what}"


class BadPack(ValueError):
    """A pack that cannot be loaded, with everything that is wrong with it."""

    code = "bad-pack"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        shown = [str(fault) for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            shown.append(f"... and {len(self.faults) - SHOWN} more")
        super().__init__("\n".join(shown))
