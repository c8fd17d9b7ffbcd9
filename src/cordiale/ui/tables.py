"""The value every table on a page is; the page and all its downloads are made from it alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Tone: TypeAlias = Literal["ok", "warn", "stop", "info", "mute"]
Kind: TypeAlias = Literal["text", "date", "number", "code"]

_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere; without an `href` it names the page the reader is on."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One fact as a page shows it and as a download carries it.

    Args:
        text: what people read.
        href: where the text leads.
        links: several links after the text, such as sources.
        tone: shows the text as a tag of this tone.
        shape: a framework's mark before the text: square, disc, diamond, triangle, plain or outline.
        lang: the text's language where it is not the page's, as in BCP 47.
        note: small print below.
        value: what a download carries where it is not the text: an ISO date, a code, a number.
    """

    text: str = ""
    href: str | None = None
    links: tuple[Link, ...] = ()
    tone: Tone | None = None
    shape: str | None = None
    lang: str | None = None
    note: str = ""
    value: str | int | None = None

    @property
    def carried(self) -> str | int:
        """What a download carries: the value, else the text, else the texts of the links."""
        if self.value is not None:
            return self.value
        return self.text or "; ".join(link.text for link in self.links)

    @property
    def all_links(self) -> tuple[Link, ...]:
        """Every link of the cell, that of its own text first."""
        return (Link(self.text, self.href), *self.links) if self.href else self.links


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds; `key` names it in downloads and never changes, `label` may be translated."""

    key: str
    label: StrOrPromise
    kind: Kind = "text"
    help: StrOrPromise | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Facts in rows; the first cell of a row names what the row is about.

    Args:
        key: the table's name in addresses and files: letters, figures, hyphens and underscores.
        caption: the title people read.
        columns: at least one, each with its own key.
        rows: each as long as the columns.
        help: how to read the table.
        empty: what to say when there are no rows.

    Raises:
        ValueError: the key cannot stand in an address, there is no column, two columns share a
            name in downloads, or a row has too few or too many cells.
    """

    key: str
    caption: StrOrPromise
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    help: StrOrPromise | None = None
    empty: StrOrPromise = ""

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"table key {self.key!r} is not made of letters, figures, '-' and '_'")
        if not self.columns:
            raise ValueError(f"table {self.key}: no columns")
        # The JSON download puts a cell's links and note beside its value, under names of their own.
        names = [name for column in self.columns for name in (column.key, f"{column.key}_links", f"{column.key}_note")]
        if len(set(names)) != len(names):
            raise ValueError(f"table {self.key}: two columns share a name in {[c.key for c in self.columns]}")
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.key}: row {number} has {len(row)} cells, not {len(self.columns)}")

    @property
    def labelled_rows(self) -> tuple[tuple[tuple[Column, Cell], ...], ...]:
        """The rows with each cell beside its column, as the page needs them."""
        return tuple(tuple(zip(self.columns, row, strict=True)) for row in self.rows)

    @property
    def explained_columns(self) -> tuple[Column, ...]:
        """The columns that have help to show."""
        return tuple(column for column in self.columns if column.help)


def cells(*values: Cell | str | int) -> tuple[Cell, ...]:
    """Make a row from what is at hand: a cell stays as it is, a number stays a number in downloads."""
    return tuple(_cell(value) for value in values)


def _cell(value: Cell | str | int) -> Cell:
    if isinstance(value, Cell):
        return value
    return Cell(value) if isinstance(value, str) else Cell(str(value), value=value)
