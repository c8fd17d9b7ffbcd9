"""A sheet as it came back: texts and their places, from whatever file, before any layout is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cordiale.engines.workbooks.manifest import Manifest
from cordiale.engines.workbooks.refusing import Unreadable


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file.

    Args:
        number: as a spreadsheet counts, 1 for the first.
        cells: tidied texts, from column A on; "" for an empty cell and for one that has a fault.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """What was read from a file.

    Args:
        name: name of the sheet; of a text file, the file's.
        header_line: number of the line that holds the headings.
        headings: the headings, from column A on; "" above a column without one.
        lines: the rows below that hold anything, in the order of the file.
        faults: cells whose text cannot be taken, by line number and column (0 for A).
        names: every sheet that could be chosen instead.
        encoding: in which a text file was read; empty for a workbook.
        certain: whether the file itself tells its encoding; otherwise it was guessed, and a person may choose another.
        separator: between the cells of a text file; empty for a workbook.
        manifest: what the workbook says of itself, if we exported it.
        notes: what else a person should know, in sentences.
    """

    name: str
    header_line: int
    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    faults: Mapping[tuple[int, int], Unreadable] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    encoding: str = ""
    certain: bool = True
    separator: str = ""
    manifest: Manifest | None = None
    notes: tuple[str, ...] = ()


@dataclass
class Grid:
    """The cells of a sheet that hold anything: line number to column to text, and the cells with faults."""

    lines: dict[int, dict[int, str]] = field(default_factory=dict)
    faults: dict[tuple[int, int], Unreadable] = field(default_factory=dict)


@lru_cache(maxsize=1_024)
def column_letters(column: int) -> str:
    """How spreadsheets call a column: A for 0, AA for 26."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@lru_cache(maxsize=1_024)
def column_number(letters: str) -> int:
    """The column that spreadsheets call so: 0 for A, 26 for AA.

    Raises:
        ValueError: these are no letters of a column.
    """
    if not letters.isascii() or not letters.isalpha() or not letters.isupper() or len(letters) > 3:
        raise ValueError(f'"{letters[:10]}" is no column')
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def place_of(line: int, column: int) -> str:
    """A cell as spreadsheets call it: "B17"."""
    return f"{column_letters(column)}{line}"
