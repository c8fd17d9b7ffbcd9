"""What a workbook may hold: its columns, what tells two rows apart, and how each cell is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cordiale.engines.workbooks.refusing import Unreadable
from cordiale.engines.workbooks.texts import alike, control_character, tidy

MARK = "row mark"
"""Heading of the column that says which row of the register a line is, and of which version; empty in a new row."""
REMOVE = "remove"
"""Heading of the column in which an x asks for the row to be removed."""

MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
"""Limit of the XLSX format, in UTF-16 units."""


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True)
class Column:
    """A column of a workbook.

    Args:
        name: names it for ever; accepted as a heading too.
        label: heading that people see.
        says: what its cells hold, shown beside the heading.
        needed: whether a cell may not be empty.
        choices: the only texts permitted, offered as a drop-down; None for free text.
        many: whether a cell may hold several of the choices, separated by semicolons; then there is no drop-down.
        parse: text to value; raises `Unreadable`. Never called for an empty cell.
        empty: value of an empty cell.
    """

    name: str
    label: str
    says: str = ""
    needed: bool = True
    choices: tuple[str, ...] | None = None
    many: bool = False
    parse: Callable[[str], Any] = _as_it_is
    empty: Any = ""

    @cached_property
    def permitted(self) -> frozenset[str]:
        """The choices, for quick answers."""
        return frozenset(self.choices or ())

    def read(self, text: str) -> Any:
        """The value of a cell.

        Raises:
            Unreadable: the cell cannot hold this.
        """
        if text == "":
            if self.needed:
                raise Unreadable("is empty", "write a value; every row needs one")
            return self.empty
        stray = control_character(text)
        if stray is not None:
            raise Unreadable(f"holds the control character {stray}", "remove it")
        for part in self.not_permitted(text):
            raise Unreadable(f'holds "{part}", which is not among the permitted values', self._how_to_choose())
        return self.parse(text)

    def not_permitted(self, text: str) -> tuple[str, ...]:
        """The parts of a cell that are not among its choices."""
        if self.choices is None or text == "":
            return ()
        parts = text.split(";") if self.many else [text]
        return tuple(part for part in parts if part not in self.permitted)

    def _how_to_choose(self) -> str:
        choices = self.choices or ()
        if not choices:
            return "leave the cell empty; no value is permitted"
        if len(choices) <= 12:
            return f"write one of {', '.join(choices)}"
        return "choose one from the list of the cell"


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of workbook.

    Args:
        key: names the kind for ever, such as the table's name.
        title: what people call it; names the sheet.
        columns: in the order in which we write them; in a file they may stand in any order.
        key_columns: names of the columns that tell two rows apart; empty when nothing but the row mark does.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    key_columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Two columns that could be taken for each other make every import a gamble."""
        taken = {heading_form(MARK): "", heading_form(REMOVE): ""}
        for column in self.columns:
            for heading in {heading_form(column.name), heading_form(column.label)}:
                if taken.setdefault(heading, column.name) != column.name:
                    raise ValueError(f'layout {self.key}: two columns answer to "{heading}"')
        missing = set(self.key_columns) - self.places.keys()
        if missing:
            raise ValueError(f"layout {self.key}: no column is called {', '.join(sorted(missing))}")

    @cached_property
    def places(self) -> dict[str, int]:
        """Column name to position."""
        return {column.name: place for place, column in enumerate(self.columns)}

    @cached_property
    def key_places(self) -> tuple[int, ...]:
        """Positions of the key columns."""
        return tuple(self.places[name] for name in self.key_columns)

    def key_of(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """What tells a row apart, whatever nobody sees."""
        return tuple(tidy(cells[place]) for place in self.key_places)

    def differing(self, one: tuple[str, ...], other: tuple[str, ...]) -> tuple[int, ...]:
        """Positions of the cells in which a reader sees a difference."""
        return tuple(place for place, (a, b) in enumerate(zip(one, other, strict=True)) if not alike(a, b))


def heading_form(heading: str) -> str:
    """A heading as it is compared: no matter the case, the space around and between words, underscores."""
    return " ".join(tidy(heading).casefold().replace("_", " ").split())
