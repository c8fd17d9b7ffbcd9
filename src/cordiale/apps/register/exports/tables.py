"""Makes a table of facts: names for ids, links to their pages, dates in words, a source on every row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.apps.register.exports import words
from cordiale.apps.register.reads.facts import Fact
from cordiale.apps.register.reads.labels import Labels
from cordiale.domain.period import Precision, When, last_day
from cordiale.engines.packs import cells as kinds
from cordiale.engines.packs.manifest import Manifest
from cordiale.engines.packs.tables import BY_NAME
from cordiale.engines.packs.tables import Column as PackColumn
from cordiale.ui.answers import TONES
from cordiale.ui.dates import precision_shown, shown
from cordiale.ui.tables import Cell, Column, Link, Table

PAGES = {"parties": "country", "frameworks": "framework", "agreements": "agreement", "sources": "source"}
"""Tables whose rows have a page of their own, and its name."""

PRECISION = "precision"
"""A column no pack holds: how exactly the start is known."""


@dataclass(frozen=True)
class Showing:
    """What is needed to show any fact.

    Args:
        labels: names of what is referred to.
        manifest: the pack's own words.
    """

    labels: Labels
    manifest: Manifest

    def link(self, tables: tuple[str, ...], code: str) -> Link:
        """An id as its name, leading to its page where it has one."""
        table = self.labels.table_of(tables, code)
        page = PAGES.get(table or "")
        return Link(self.labels.name(tables, code), reverse(page, args=[code]) if page else "")

    def reference(self, tables: tuple[str, ...], code: str) -> Cell:
        """A cell for a reference: the name, its page, its mark; a download carries the id."""
        link = self.link(tables, code)
        mark = None
        if self.labels.table_of(tables, code) == "frameworks":
            mark = self.manifest.marks.get(code, "plain")
        return Cell(link.text, href=link.href or None, shape=mark, value=code)

    def status(self, fact: Fact) -> Cell:
        """A status as a tag, coloured by what it answers."""
        answer = self.manifest.answer(status=fact["status"], framework=fact["framework"])
        return Cell(self.manifest.statuses[fact["status"]].name, tone=TONES[answer], value=fact["status"])

    def table(
        self,
        name: str,
        facts: Sequence[Fact],
        columns: Iterable[str],
        *,
        key: str = "",
        caption: Any = None,
        help: Any = None,
        empty: Any = "",
    ) -> Table:
        """A table of facts.

        Args:
            name: table of the pack the facts are from.
            facts: its rows.
            columns: names of its columns, in the order to show; "precision" may stand among them.
            key: name of the table on the page, when it is not `name`.
            caption: title, when it is not the usual one.
            help: how to read it.
            empty: what to say when there are no rows.
        """
        known = BY_NAME[name]
        chosen = list(columns)
        rows = tuple(tuple(self._cell(known.columns, fact, column) for column in chosen) for fact in facts)
        return Table(
            key or name,
            caption or words.TABLES[name],
            tuple(_heading(known.columns, column) for column in chosen),
            rows,
            help=help,
            empty=empty or _("The register holds nothing of this kind here."),
        )

    def _cell(self, columns: tuple[PackColumn, ...], fact: Fact, name: str) -> Cell:
        if name == PRECISION:
            return Cell(precision_shown(fact["valid_from"]), value=fact["valid_from"].precision.value)
        if name == "status":
            return self.status(fact)
        if name == "id" and fact.table.name in PAGES:
            return self.reference((fact.table.name,), fact["id"])
        column = columns[fact.table.places[name]]
        cell = _READERS.get(column.kind.says, _plain)(self, column, fact[name])
        if name in ("name", "title") and "language" in fact.table.places:
            cell = replace(cell, lang=fact["language"])
        if (
            name == "valid_to"
            and "end_source" in fact.table.places
            and fact["end_source"] not in (None, fact["source"])
        ):
            cell = replace(cell, links=(self.link(("sources",), fact["end_source"]),))
        return cell


def _heading(columns: tuple[PackColumn, ...], name: str) -> Column:
    if name == PRECISION:
        return Column(name, lazy("Precision"), help=words.HELP[name])
    column = next(column for column in columns if column.name == name)
    kind = _KINDS.get(column.kind.says, "text")
    key = _LAST_DAYS.get(name, name)
    label = words.COLUMNS["title"] if name == "id" else words.COLUMNS[name]
    return Column(key, label, kind=kind, help=words.HELP.get(name))


def _plain(showing: Showing, column: PackColumn, value: Any) -> Cell:
    if column.kind.refers:
        return _reference(showing, column, value)
    if value is None or value == "":
        return Cell()
    if isinstance(value, int):
        return Cell(f"{value:,}".replace(",", "\u202f"), value=value)
    if column.kind.says.startswith("one of "):
        return _word(showing, column, value)
    return Cell(str(value))


def _reference(showing: Showing, column: PackColumn, value: Any) -> Cell:
    tables = column.kind.refers
    if isinstance(value, tuple):
        return Cell(links=tuple(showing.link(tables, code) for code in value), value=";".join(value))
    return showing.reference(tables, value) if value else Cell()


def _word(showing: Showing, column: PackColumn, value: str) -> Cell:
    return Cell(words.word(value), value=value) if value else Cell()


def _date(showing: Showing, column: PackColumn, value: When) -> Cell:
    return Cell(shown(value), value=value.text)


def _end(showing: Showing, column: PackColumn, value: When | None) -> Cell:
    """The last day, in words; the download carries it too, as the heading says.

    An end known to the month or year only may have been its first day: then it is said to lie in it.
    """
    if value is None or not value.text:
        return Cell()
    last = last_day(value)
    if value.precision in (Precision.DAY, Precision.MOMENT):
        return Cell(shown(last), value=last.text)
    return Cell(_("ended %(when)s") % {"when": shown(value)}, value=f"ended {value.text}")


def _language(showing: Showing, column: PackColumn, value: str) -> Cell:
    name = words.language(value)
    return Cell(name[:1].upper() + name[1:], value=value)


def _span(showing: Showing, column: PackColumn, value: str) -> Cell:
    return Cell(words.span(value), value=value)


def _url(showing: Showing, column: PackColumn, value: str) -> Cell:
    return Cell(value, href=value) if value else Cell()


_READERS: dict[str, Callable[[Showing, PackColumn, Any], Cell]] = {
    kinds.WORD.says: _word,
    kinds.DATE.says: _date,
    kinds.END.says: _end,
    kinds.LANGUAGE.says: _language,
    kinds.URL.says: _url,
    kinds.SPAN.says: _span,
}
"""How a kind of cell is shown, where not as it stands."""

_LAST_DAYS = {
    "closed": "last_day",
    "complete_to": "complete_last_day",
    "dissolved": "last_day",
    "end": "last_day",
    "to": "last_day",
    "valid_to": "last_day",
}
"""Columns that hold the day after the last one in a pack, and the last day on a page and in its downloads."""

_KINDS: dict[str, Any] = {kinds.DATE.says: "date", kinds.END.says: "date"}
