"""Makes the layout of a workbook from any table of a pack, so that every table goes out and comes back the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cordiale.engines.packs.cells import BadCell
from cordiale.engines.packs.reading import read_cell
from cordiale.engines.packs.tables import Column as PackColumn
from cordiale.engines.packs.tables import Table
from cordiale.engines.workbooks.columns import Column, Layout
from cordiale.engines.workbooks.refusing import Unreadable


def layout_of(table: Table, choices: Mapping[str, tuple[str, ...]] | None = None, *, title: str = "") -> Layout:
    """The layout of a pack's table.

    Args:
        table: which.
        choices: name of a column to the texts permitted in it, such as the ids of the sources that the recipient may
            see; a column that is not named takes whatever the pack format allows.
        title: what people call it; the table's name without one.
    """
    offered = choices or {}
    unknown = offered.keys() - table.places.keys()
    if unknown:
        raise ValueError(f"table {table.name} has no column {', '.join(sorted(unknown))}")
    return Layout(
        key=table.name,
        title=title or table.name.replace("_", " ").capitalize(),
        columns=tuple(_column(table, column, offered.get(column.name)) for column in table.columns),
        key_columns=table.key,
    )


def _column(table: Table, column: PackColumn, choices: tuple[str, ...] | None) -> Column:
    return Column(
        name=column.name,
        label=column.name.replace("_", " ").capitalize(),
        says=column.says or column.kind.says,
        needed=column.needed,
        choices=choices,
        many=column.kind.empty == (),
        parse=_parser(table.name, column.name),
        empty=column.kind.empty,
    )


def _parser(table: str, column: str) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            return read_cell(table, column, text)
        except BadCell as fault:
            what, _, mend = str(fault).rpartition("; ")
            raise Unreadable(what or mend, mend if what else "") from None

    return parse
