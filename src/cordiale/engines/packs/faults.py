"""What is wrong with a pack: every fault at once, each with its place and how to mend it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


def shows(character: str) -> bool:
    """Whether a character stands in a message as it is: one fault is one line, read in one direction."""
    return character.isprintable() or (unicodedata.category(character) == "Cf" and character in "\u200c\u200d")


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
        text = f"{self.file}:{self.line}:{self.place}: {self.what}"
        return "".join(character if shows(character) else f"\\u{ord(character):04x}" for character in text)


class BadPack(ValueError):
    """A pack that cannot be loaded, with everything that is wrong with it."""

    code = "bad-pack"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        shown = [str(fault) for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            shown.append(f"... and {len(self.faults) - SHOWN} more")
        super().__init__("\n".join(shown))
