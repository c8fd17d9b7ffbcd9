"""Turns a table into the files people take away: the same table always gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from cordiale.ui.tables import Cell, Column, Table

# What a spreadsheet takes for a formula, in full width too, as East Asian versions of Excel do.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")

# Limits of the XLSX format itself.
_XLSX_ROWS = 1_048_576
_XLSX_CELL = 32_767
_XLSX_CUT = " … [cut: a cell holds 32,767 characters]"
# Excel keeps one sheet name for itself, we another.
_XLSX_TAKEN = {"history", "about"}
_XLSX_CREATED = datetime(2000, 1, 1, tzinfo=UTC)  # any constant keeps the bytes the same


class Writer(Protocol):
    """Turns a table, and lines on where it comes from, into a file's bytes."""

    def __call__(self, table: Table, provenance: tuple[str, ...] = ()) -> bytes:
        """Write one file."""


class Format(NamedTuple):
    """One kind of file: its content type and who writes it."""

    content_type: str
    write: Writer


def csv_bytes(table: Table, provenance: tuple[str, ...] = ()) -> bytes:
    """Write RFC 4180 CSV in UTF-8; `provenance` has no place in this format and is left out.

    It opens with a byte order mark: without one Excel reads UTF-8 as the local code page and
    breaks every name with an accent. A text that a spreadsheet would run as a formula gets an
    apostrophe before it; a plain number such as -5 stays one.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_without_formula(str(column.label)) for column in table.columns)
    writer.writerows((_without_formula(str(cell.carried)) for cell in row) for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(table: Table, provenance: tuple[str, ...] = ()) -> bytes:
    """Write a workbook: the table on the first sheet, `provenance` line by line on a second, "About".

    Texts are written as texts, so no formula ever runs. Dates are texts too, because their
    precision varies. A text longer than a cell may hold is cut and says so.

    Raises:
        ValueError: there are more rows than a sheet may hold.
    """
    if len(table.rows) >= _XLSX_ROWS:
        raise ValueError(f"table {table.key}: {len(table.rows)} rows, a sheet holds {_XLSX_ROWS - 1} below its header")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        workbook.set_properties({"title": str(table.caption), "created": _XLSX_CREATED})
        header = workbook.add_format({"bold": True, "bottom": 1})
        sheet = workbook.add_worksheet(_sheet_name(table.key))
        for index, column in enumerate(table.columns):
            sheet.set_column(index, index, _width(column, [row[index] for row in table.rows]))
            sheet.write_string(0, index, str(column.label), header)
        for number, row in enumerate(table.rows, start=1):
            for index, cell in enumerate(row):
                _write(sheet, number, index, cell.carried)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        if provenance:
            about = workbook.add_worksheet("About")
            about.set_column(0, 0, 100)
            for number, line in enumerate((str(table.caption), *provenance)):
                _write(about, number, 0, line)
    return out.getvalue()


def json_bytes(table: Table, provenance: tuple[str, ...] = ()) -> bytes:
    """Write one JSON object: table, caption, columns, rows by column key, and `provenance` as "about".

    A cell with links or a note has them beside its value, as "<key>_links" and "<key>_note".
    """
    document: dict[str, Any] = {
        "table": table.key,
        "caption": str(table.caption),
        "columns": [{"key": column.key, "label": str(column.label)} for column in table.columns],
        "rows": [_json_row(row) for row in table.labelled_rows],
    }
    if provenance:
        document["about"] = list(provenance)
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


FORMATS: dict[str, Format] = {
    "csv": Format("text/csv; charset=utf-8", csv_bytes),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_bytes),
    "json": Format("application/json", json_bytes),
}


def _without_formula(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def _sheet_name(key: str) -> str:
    """A name Excel accepts: 31 characters at most, none that is taken."""
    return f"{key} table" if key.casefold() in _XLSX_TAKEN else key[:31]


def _width(column: Column, below: list[Cell]) -> int:
    """Wide enough for most of what stands in the column, never too wide for a screen."""
    return min(60, max(8, len(str(column.label)) + 4, *(len(str(cell.carried)) + 1 for cell in below)))


def _write(sheet: Any, row: int, column: int, value: str | int) -> None:
    # A spreadsheet keeps 15 figures of a number; a longer one is an identifier and stays a text.
    if isinstance(value, int) and abs(value) < 10**15:
        sheet.write_number(row, column, value)
        return
    text = str(value)
    sheet.write_string(
        row, column, text if len(text) <= _XLSX_CELL else text[: _XLSX_CELL - len(_XLSX_CUT)] + _XLSX_CUT
    )


def _json_row(row: tuple[tuple[Column, Cell], ...]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for column, cell in row:
        out[column.key] = cell.carried
        if cell.all_links:
            out[f"{column.key}_links"] = [{"text": link.text, "href": link.href} for link in cell.all_links]
        if cell.note:
            out[f"{column.key}_note"] = cell.note
    return out
