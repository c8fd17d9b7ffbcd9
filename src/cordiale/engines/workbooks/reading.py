"""Turns the bytes of a file into a sheet, or refuses it with the reason and how to mend it. Nothing in it is run.

What a file is follows from its content. Its name is used in messages only.
"""

from __future__ import annotations

from itertools import islice

from cordiale.engines.workbooks.columns import MARK, heading_form
from cordiale.engines.workbooks.delimited import grid_of, separator_of
from cordiale.engines.workbooks.encodings import decode
from cordiale.engines.workbooks.refusing import (
    EncryptedWorkbook,
    HeadingTwice,
    NotAWorkbook,
    OldWorkbook,
    SheetMissing,
    Unreadable,
    WorkbookTooLarge,
)
from cordiale.engines.workbooks.sheets import Grid, Line, Sheet, place_of
from cordiale.engines.workbooks.spreadsheets import Workbook

LARGEST_FILE = 32 * 1024 * 1024
_LOOKED_AT = 20
"""Lines among which the headings of an export are looked for."""
_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read(
    content: bytes, file_name: str, *, sheet: str = "", header_line: int = 0, encoding: str = "", separator: str = ""
) -> Sheet:
    """Read a workbook or a table as text.

    Args:
        content: the file's bytes.
        file_name: what the sender called it.
        sheet: name of the sheet; empty for the first that can be seen. A text file has only one.
        header_line: number of the line that holds the headings; 0 for the one with the heading of the row mark, or else
            for the first that holds anything.
        encoding: of a text file, a name in `encodings.ENCODINGS`; empty to find it out.
        separator: between the cells of a text file; empty to find it out.

    Returns:
        The sheet. Cells that cannot be taken are among its faults; rows and columns hidden by a filter are read too.

    Raises:
        BadWorkbook: the file as a whole cannot be taken; each reason has a class of its own.
    """
    if len(content) > LARGEST_FILE:
        raise WorkbookTooLarge(
            f"{file_name} is larger than the {LARGEST_FILE >> 20} MiB that are read", "split it, or remove pictures"
        )
    if content.startswith(_COMPOUND):
        if _ENCRYPTED in content:
            raise EncryptedWorkbook(f"{file_name} is protected by a password", "save it without a password")
        raise OldWorkbook(f"{file_name} is a workbook of Excel 2003 or older", "save it as .xlsx")
    if content.startswith(_ZIP):
        return _from_workbook(content, sheet, header_line)
    if file_name.casefold().endswith((".xlsx", ".xlsm", ".xls", ".ods", ".zip")) or content[:5] in (
        b"%PDF-",
        b"{\\rtf",
    ):
        raise NotAWorkbook(f"{file_name} is no workbook, whatever its name says", "send an .xlsx or a .csv file")
    return _from_text(content, file_name, header_line, encoding, separator)


def _from_workbook(content: bytes, name: str, header_line: int) -> Sheet:
    book = Workbook(content)
    chosen = book.choose(name)
    header, headings, lines, faults = _split(book.cells(chosen), chosen.name, header_line)
    return Sheet(
        name=chosen.name,
        header_line=header,
        headings=headings,
        lines=lines,
        faults=faults,
        names=tuple(sheet.name for sheet in book.sheets if sheet.visible),
        manifest=book.manifest(),
        notes=tuple(book.notes()),
    )


def _from_text(content: bytes, name: str, header_line: int, encoding: str, separator: str) -> Sheet:
    decoded = decode(content, encoding)
    taken = separator or separator_of(decoded.text)
    header, headings, lines, faults = _split(grid_of(decoded, taken), name, header_line)
    return Sheet(
        name=name,
        header_line=header,
        headings=headings,
        lines=lines,
        faults=faults,
        names=(name,),
        encoding=decoded.encoding,
        certain=decoded.certain,
        separator=taken,
    )


def _line_of_headings(grid: Grid) -> int:
    """Where the headings stand: people write titles above them."""
    first = list(islice(grid.lines.items(), _LOOKED_AT))
    marked = (number for number, cells in first if any(heading_form(text) == MARK for text in cells.values()))
    return next(marked, first[0][0] if first else 0)


def _split(
    grid: Grid, name: str, header_line: int
) -> tuple[int, tuple[str, ...], tuple[Line, ...], dict[tuple[int, int], Unreadable]]:
    """The headings, and the lines below them."""
    header = header_line or _line_of_headings(grid)
    if header not in grid.lines:
        what = f"line {header_line} holds no headings" if header_line else "the sheet holds nothing"
        raise SheetMissing(what, "choose another sheet, or another line", name)
    width = 1 + max(max(cells) for number, cells in grid.lines.items() if number >= header)
    lines = [
        Line(number, tuple(cells.get(column, "") for column in range(width)))
        for number, cells in grid.lines.items()
        if number >= header
    ]
    headings = lines[0].cells
    seen: dict[str, int] = {}
    for column, heading in enumerate(headings):
        first = seen.setdefault(heading_form(heading), column) if heading else column
        if first != column:
            raise HeadingTwice(
                f'"{heading[:40]}" stands in {place_of(header, first)} too',
                "rename or remove one of the two columns",
                place_of(header, column),
            )
    faults = {place: fault for place, fault in grid.faults.items() if place[0] > header}
    return header, headings, tuple(lines[1:]), faults
