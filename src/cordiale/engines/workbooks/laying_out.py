"""Brings a sheet into our columns, whatever their order in the file, and keeps the place of every cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cordiale.engines.workbooks.columns import MARK, REMOVE, Layout, heading_form
from cordiale.engines.workbooks.manifest import Manifest, digest_of
from cordiale.engines.workbooks.mapping import ColumnMap
from cordiale.engines.workbooks.refusing import AnotherLayout, HeadingMissing, Unreadable
from cordiale.engines.workbooks.sheets import Line, Sheet, place_of


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file, in our columns.

    Args:
        line: its number in the file.
        mark: the row mark as it stands there; empty in a new row.
        remove: what stands in the column "remove".
        cells: texts in the order of the layout's columns; None where the file has no such column.
    """

    line: int
    mark: str
    remove: str
    cells: tuple[str | None, ...]


@dataclass(frozen=True)
class LaidOut:
    """A sheet in our columns.

    Args:
        layout: whose columns.
        rows: in the order of the file.
        columns: for each column of the layout its column in the file, None where there is none.
        mark_column, remove_column: the same for the row mark and the wish to remove.
        faults: as in the sheet, by line and column of the file.
        ignored: headings, with their places, that no column of ours answers to.
        manifest: what the workbook says of itself, if we exported it.
    """

    layout: Layout
    rows: tuple[FileRow, ...]
    columns: tuple[int | None, ...]
    mark_column: int | None
    remove_column: int | None
    faults: Mapping[tuple[int, int], Unreadable]
    ignored: tuple[tuple[str, str], ...]
    manifest: Manifest | None

    @property
    def as_exported(self) -> bool:
        """Whether marks and cells are exactly those that were exported, in whatever order."""
        if self.manifest is None or self.faults or any(row.remove for row in self.rows):
            return False
        return digest_of((row.mark, *(text or "" for text in row.cells)) for row in self.rows) == self.manifest.digest

    def place(self, row: FileRow, column: int | None) -> str:
        """Where a cell stands in the file, such as "B17"; only the line where the file has no such column."""
        return f"row {row.line}" if column is None else place_of(row.line, column)


def lay_out(sheet: Sheet, layout: Layout, mapping: ColumnMap | None = None) -> LaidOut:
    """Find our columns in a sheet.

    Args:
        sheet: as it was read.
        layout: our columns.
        mapping: how a partner's own columns and values are to be understood; None for a workbook with our headings.

    Raises:
        AnotherLayout: the workbook was exported from another table.
        HeadingMissing: a column is not there; with a mapping, only those that are needed and have no fixed value.
    """
    if sheet.manifest is not None and sheet.manifest.layout != layout.key:
        raise AnotherLayout(
            f"the workbook was exported from {sheet.manifest.layout[:40]}, not from {layout.key}",
            "open it where its rows belong",
            sheet.name,
        )
    found = {heading_form(heading): column for column, heading in enumerate(sheet.headings) if heading}
    columns = _own_columns(layout, found) if mapping is None else _mapped_columns(layout, mapping, found)
    fixed = {} if mapping is None else mapping.fixed
    for column, place in zip(layout.columns, columns, strict=True):
        if place is None and (mapping is None or (column.needed and column.name not in fixed)):
            raise HeadingMissing(
                f'the column "{column.label}" is missing',
                "write its heading above the column"
                if mapping is None
                else "say which column it is, or give one value",
                f"{sheet.name}, row {sheet.header_line}",
            )
    mark, remove = found.get(heading_form(MARK)), found.get(heading_form(REMOVE))
    used = {mark, remove, *columns}
    return LaidOut(
        layout=layout,
        rows=tuple(_row(line, layout, columns, mark, remove, mapping) for line in sheet.lines),
        columns=columns,
        mark_column=mark,
        remove_column=remove,
        faults=sheet.faults,
        ignored=tuple(
            (place_of(sheet.header_line, column), heading)
            for column, heading in enumerate(sheet.headings)
            if column not in used
        ),
        manifest=sheet.manifest,
    )


def _own_columns(layout: Layout, found: dict[str, int]) -> tuple[int | None, ...]:
    return tuple(
        found.get(heading_form(column.label), found.get(heading_form(column.name))) for column in layout.columns
    )


def _mapped_columns(layout: Layout, mapping: ColumnMap, found: dict[str, int]) -> tuple[int | None, ...]:
    theirs = {ours: heading_form(heading) for heading, ours in mapping.columns.items()}
    return tuple(found.get(theirs.get(column.name, "")) for column in layout.columns)


def _row(
    line: Line,
    layout: Layout,
    columns: tuple[int | None, ...],
    mark: int | None,
    remove: int | None,
    mapping: ColumnMap | None,
) -> FileRow:
    cells: list[str | None] = [None if column is None else line.cells[column] for column in columns]
    if mapping is not None:
        cells = [mapping.understood(column.name, text) for column, text in zip(layout.columns, cells, strict=True)]
    return FileRow(
        line.number,
        "" if mark is None else line.cells[mark],
        "" if remove is None else line.cells[remove],
        tuple(cells),
    )
