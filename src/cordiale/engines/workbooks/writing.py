"""Exports rows as a workbook or as CSV, so that what comes back can be compared with what went out.

No cell is ever a formula. The sheet is not protected: protection would forbid sorting. The row mark carries a check
instead, and typing over it is refused by the cell itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from cordiale.engines.workbooks.columns import (
    LONGEST_CELL,
    MARK,
    MOST_COLUMNS,
    MOST_ROWS,
    REMOVE,
    Column,
    Layout,
)
from cordiale.engines.workbooks.guarding import guarded
from cordiale.engines.workbooks.manifest import SHEET, Manifest, Origin, digest_of
from cordiale.engines.workbooks.marks import RowMark, written

LISTS = "_lists"
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_TAKEN = {"history", SHEET, LISTS}
_SPARE_ROWS = 1_000
"""Rows below the last that have drop-downs too, for what people add."""
_LOOKED_AT = 200
"""Rows that the width of a column is taken from."""
_STEP = 1_000


class ExportTooLarge(ValueError):
    """An export that could not be imported again: too many rows or columns, or a cell too long."""

    code = "export-too-large"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that the recipient may see.

    Args:
        id: names it in its table; printable ASCII without spaces.
        version: number of the entry that last changed it.
        cells: as texts, in the order of the layout's columns.
    """

    id: str
    version: int
    cells: tuple[str, ...]


def _nobody(done: int) -> None:
    """Tells nobody how far it is."""


def workbook_bytes(
    layout: Layout, rows: Sequence[Row], origin: Origin, *, progress: Callable[[int], None] = _nobody
) -> bytes:
    """An XLSX workbook: the rows with their marks, drop-downs, and a hidden sheet that says where it comes from.

    Args:
        layout: its columns.
        rows: what the recipient may see and nothing else; nothing is filtered here.
        origin: where it comes from, for the hidden sheet.
        progress: told how many rows are done, every thousand rows.

    The same input always gives the same bytes.

    Raises:
        ExportTooLarge: it could not be imported again.
    """
    _check_size(layout, rows)
    marks = [written(layout.key, RowMark(row.id, row.version)) for row in rows]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": layout.title, "created": origin.made_at})
        sheet = book.add_worksheet(sheet_name(layout.title))
        _write_headings(book, sheet, layout, rows)
        for number, (mark, row) in enumerate(zip(marks, rows, strict=True), start=1):
            sheet.write_string(number, 0, mark)
            for place, text in enumerate(row.cells, start=1):
                if text:
                    sheet.write_string(number, place, text)
            if number % _STEP == 0:
                progress(number)
        _write_drop_downs(book, sheet, layout, last=min(len(rows) + _SPARE_ROWS, MOST_ROWS))
        manifest = Manifest.of(layout, origin, rows=len(rows), digest=_digest(marks, rows))
        _write_manifest(book, manifest)
    progress(len(rows))
    return out.getvalue()


def csv_bytes(layout: Layout, rows: Sequence[Row], *, separator: str = ",") -> bytes:
    """CSV with the same columns, in UTF-8 with a byte order mark, by which Excel knows it.

    A text that a spreadsheet would run as a formula gets an apostrophe before it; reading takes it away again.

    Args:
        layout, rows: as for `workbook_bytes`.
        separator: "," or ";", which Excel expects where the comma separates decimals.

    Raises:
        ExportTooLarge: it could not be imported again.
    """
    _check_size(layout, rows)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(guarded(heading) for heading in headings(layout))
    for row in rows:
        mark = written(layout.key, RowMark(row.id, row.version))
        writer.writerow([mark, *map(guarded, row.cells), ""])
    return out.getvalue().encode("utf-8-sig")


def headings(layout: Layout) -> list[str]:
    """The headings of an export: the mark first, the wish to remove last."""
    return [MARK, *(column.label for column in layout.columns), REMOVE]


def sheet_name(title: str) -> str:
    """A name that spreadsheets accept: 31 characters at most, none of those they keep for themselves."""
    name = _NOT_IN_A_NAME.sub(" ", title)[:31].strip(" '") or "rows"
    return f"{name[:25]} table" if name.casefold() in _TAKEN else name


def _check_size(layout: Layout, rows: Sequence[Row]) -> None:
    if len(rows) > MOST_ROWS:
        raise ExportTooLarge(f"{len(rows):,} rows are more than the {MOST_ROWS:,} of a workbook; choose fewer.")
    if len(layout.columns) + 2 > MOST_COLUMNS:
        raise ExportTooLarge(f"{len(layout.columns):,} columns are more than a workbook takes; choose fewer.")
    for row in rows:
        for column, text in zip(layout.columns, row.cells, strict=True):
            if len(text) > LONGEST_CELL // 2 and len(text.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_CELL:
                raise ExportTooLarge(
                    f"The {column.label} of row {row.id} is longer than the {LONGEST_CELL:,} characters of a cell."
                )


def _digest(marks: Iterable[str], rows: Iterable[Row]) -> str:
    return digest_of((mark, *row.cells) for mark, row in zip(marks, rows, strict=True))


def _write_headings(book: Any, sheet: Any, layout: Layout, rows: Sequence[Row]) -> None:
    heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E9EEF3", "num_format": "@"})
    optional = book.add_format({"bottom": 1, "bg_color": "#E9EEF3", "num_format": "@"})
    grey = book.add_format({"num_format": "@", "font_color": "#7A7A7A"})
    as_text = book.add_format({"num_format": "@"})  # so that 1995-02 typed here does not become a day
    sheet.set_column(0, 0, 14, grey)
    sheet.write_string(0, 0, MARK, optional)
    for place, column in enumerate(layout.columns, start=1):
        sheet.set_column(place, place, _width(column, [row.cells[place - 1] for row in rows[:_LOOKED_AT]]), as_text)
        sheet.write_string(0, place, column.label, heading if column.needed else optional)
        if column.says:
            hint = {"validate": "any", "input_title": column.label[:32], "input_message": column.says[:255]}
            sheet.data_validation(0, place, 0, place, hint)
    last = len(layout.columns) + 1
    sheet.set_column(last, last, 10, as_text)
    sheet.write_string(0, last, REMOVE, optional)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(rows), last)


def _width(column: Column, texts: Iterable[str]) -> int:
    return min(50, max(8, len(column.label) + 4, *(len(text) + 1 for text in texts), 0))


def _write_drop_downs(book: Any, sheet: Any, layout: Layout, *, last: int) -> None:
    kept = {"validate": "custom", "value": "=FALSE", "ignore_blank": True, "error_title": "Leave it as it is"}
    kept["error_message"] = "The mark says which row this is. Leave it as it is, and empty in a row that you add."
    sheet.data_validation(1, 0, last, 0, kept)
    offered = [
        (place, column) for place, column in enumerate(layout.columns, start=1) if column.choices and not column.many
    ]
    lists = book.add_worksheet(LISTS)
    lists.hide()
    for position, (place, column) in enumerate(offered):
        for number, choice in enumerate(column.choices or ()):
            lists.write_string(number, position, choice)
        letters = xlsxwriter.utility.xl_col_to_name(position, col_abs=True)
        rule = {"validate": "list", "source": f"='{LISTS}'!{letters}$1:{letters}${len(column.choices or ())}"}
        rule |= {"error_title": "Not permitted here", "error_message": "Choose a value from the list of the cell."}
        sheet.data_validation(1, place, last, place, rule)
    removal = {"validate": "list", "source": ["x"], "error_title": "x or nothing"}
    removal["error_message"] = "Write x to remove the row from the register; otherwise leave the cell empty."
    sheet.data_validation(1, len(layout.columns) + 1, last, len(layout.columns) + 1, removal)


def _write_manifest(book: Any, manifest: Manifest) -> None:
    sheet = book.add_worksheet(SHEET)
    sheet.very_hidden()
    for number, (name, text) in enumerate(manifest.lines()):
        sheet.write_string(number, 0, name)
        sheet.write_string(number, 1, text)
