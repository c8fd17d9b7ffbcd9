"""Reads a table that came as text: CSV, TSV and their kin, with the separator and the encoding people really send."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from cordiale.engines.workbooks.columns import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS
from cordiale.engines.workbooks.encodings import Decoded
from cordiale.engines.workbooks.guarding import unguarded
from cordiale.engines.workbooks.refusing import DamagedWorkbook, Unreadable, WorkbookTooLarge
from cordiale.engines.workbooks.sheets import Grid, place_of
from cordiale.engines.workbooks.texts import tidy

SEPARATORS = (",", ";", "\t", "|")
_TRIED = 50
"""Lines by which the separator is judged."""


def separator_of(text: str) -> str:
    """The separator that cuts the first lines into most columns of the same number; a comma if none does.

    A first line such as "sep=;", which Excel writes and reads, settles it.
    """
    first, _, _ = text.partition("\n")
    told = first.rstrip("\r")
    if told[:4].casefold() == "sep=" and told[4:] in SEPARATORS:
        return told[4:]
    return max(SEPARATORS, key=lambda separator: (*_regularity(text, separator), -SEPARATORS.index(separator)))


def _regularity(text: str, separator: str) -> tuple[int, int]:
    """How many of the first lines have the commonest number of columns above one, and that number."""
    widths: Counter[int] = Counter()
    try:
        for _, cells in zip(
            range(_TRIED), csv.reader(io.StringIO(text, newline=""), delimiter=separator), strict=False
        ):
            if len(cells) > 1:
                widths[len(cells)] += 1
    except csv.Error:
        return 0, 0
    width, lines = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return lines, width


def grid_of(decoded: Decoded, separator: str) -> Grid:
    """The cells of a text.

    A line is counted as a spreadsheet shows it: line breaks inside quotes do not count.

    Raises:
        BadWorkbook: it is damaged or too large.
    """
    grid = Grid()
    try:
        for number, cells in _numbered(decoded.text, separator):
            found: dict[int, str] = {}
            for column, raw in enumerate(cells):
                if raw == "":
                    continue
                if raw.startswith("="):
                    grid.faults[number, column] = Unreadable(
                        "holds a formula", "write its value, or an apostrophe before it if it is meant as a text"
                    )
                    text = ""
                else:
                    text = tidy(unguarded(raw))
                    if not text:
                        continue
                _check(number, column, text)
                found[column] = text
            if found:
                if len(grid.lines) > MOST_ROWS:  # one of them holds the headings
                    raise WorkbookTooLarge(
                        f"there are more than the {MOST_ROWS:,} rows that are read", "split the file"
                    )
                grid.lines[number] = found
    except csv.Error as fault:
        raise DamagedWorkbook(
            f"the text is no CSV ({fault})", "close the quotes of the row that begins there", f"row {_after(grid)}"
        ) from None
    return grid


def _numbered(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    skipped = 0
    for number, cells in enumerate(lines, start=1):
        if number == 1 and text[:4].casefold() == "sep=":
            skipped = 1
            continue
        yield number - skipped, cells


def _check(number: int, column: int, text: str) -> None:
    if column >= MOST_COLUMNS:
        raise WorkbookTooLarge(
            f"there are more than the {MOST_COLUMNS} columns that are read",
            "remove the others",
            place_of(number, column),
        )
    if len(text) > LONGEST_CELL:
        raise WorkbookTooLarge(
            f"the cell holds {len(text):,} characters, more than {LONGEST_CELL:,}",
            "shorten it",
            place_of(number, column),
        )


def _after(grid: Grid) -> int:
    return max(grid.lines, default=0) + 1
