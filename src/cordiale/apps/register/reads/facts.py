"""What sources say about anything in the register, as it is believed now: one typed row a fact."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from django.db.models import Q

from cordiale.apps.ledger.reads import seen
from cordiale.apps.register.models.known import believed
from cordiale.apps.register.reads.rows import MODELS, attributes, cell, holding
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.reading import row_of
from cordiale.engines.packs.tables import BY_NAME, Table

EVERY = Q()
"""The condition that every row fulfils."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of a table of the register.

    Args:
        id: its number; permanent, as a row never changes.
        known_from: the ledger entry that recorded it.
        table: which table.
        cells: its values as text.
        values: its values, typed as the table's columns are.
    """

    id: int
    known_from: int
    table: Table
    cells: tuple[str, ...]
    values: tuple[Any, ...]

    def __getitem__(self, column: str) -> Any:
        return self.values[self.table.places[column]]


def facts(
    viewer: Viewer,
    *,
    table: str,
    order: Sequence[str] = (),
    known: int | None = None,
    **where: str | Collection[str],
) -> list[Fact]:
    """Facts of one table that are believed now, or were as known at a ledger number; public.

    Args:
        table: its name in a pack.
        order: columns to sort by; the order of recording decides what is left.
        known: the ledger number, None for now.
        where: column name to the id it must hold, or to several of which it must hold one. A column of several ids
            (such as `parties`) must contain it.
    """
    now = seen(viewer)
    number = now.register_number if known is None else known
    kept = _kept(table, now.register_hash, number)
    if kept is None:
        return _asked(table, number, order, where)
    places = BY_NAME[table].places
    found = [fact for fact in kept if all(_holds(fact[column], wanted) for column, wanted in where.items())]
    for column in reversed(order):
        found.sort(key=partial(_in_order, places[column]))
    return found


def _in_order(place: int, fact: Fact) -> tuple[int, str]:
    """Numbers by size, all else by its text; an empty cell comes first."""
    value = fact.values[place]
    return value if isinstance(value, int) else -1, fact.cells[place]


def _holds(value: Any, wanted: str | Collection[str]) -> bool:
    several = {wanted} if isinstance(wanted, str) else set(wanted)
    if isinstance(value, tuple):
        return any(one in several for one in value)
    return ("" if value is None else str(value)) in several


MOST_KEPT = 20_000
"""Rows of a table that a process keeps; of a larger one the database is asked each time."""


@lru_cache(maxsize=120)
def _kept(table: str, register_hash: str, known: int) -> tuple[Fact, ...] | None:
    """All rows of a table as known at a number, in a state of the register that is no earlier; None when too many."""
    kind = BY_NAME[table]
    rows = MODELS[table]._default_manager.filter(believed(known)).order_by("id")
    found = list(rows.values_list("id", "known_from_id", *attributes(kind))[: MOST_KEPT + 1])
    return None if len(found) > MOST_KEPT else tuple(_fact(kind, *row) for row in found)


def _asked(table: str, known: int, order: Sequence[str], where: Mapping[str, str | Collection[str]]) -> list[Fact]:
    """The same from the database."""
    kind = BY_NAME[table]
    names = attributes(kind)
    condition = believed(known)
    for column, wanted in where.items():
        condition &= holding(kind, column, wanted)
    sorting = [names[kind.places[column]] for column in order]
    rows = MODELS[table]._default_manager.filter(condition).order_by(*sorting, "id")
    return [_fact(kind, *row) for row in rows.values_list("id", "known_from_id", *names)]


def touched(
    viewer: Viewer, *, table: str, entries: Collection[int], condition: Q = EVERY
) -> dict[int, tuple[list[Fact], list[Fact]]]:
    """Facts that ledger entries recorded and closed, believed now or not; public.

    Args:
        table: its name in a pack.
        entries: numbers of the entries.
        condition: which facts, as `rows.holding` says it.

    Returns:
        Number of an entry to the facts it recorded, and those it closed, in the order of recording.
    """
    known = BY_NAME[table]
    found: dict[int, tuple[list[Fact], list[Fact]]] = {number: ([], []) for number in entries}
    rows = MODELS[table]._default_manager.filter(condition).order_by("id")
    for side, column in enumerate(("known_from_id", "known_to_id")):
        chosen = rows.filter(**{f"{column}__in": list(entries)})
        for number, *row in chosen.values_list(column, "id", "known_from_id", *attributes(known)):
            found[number][side].append(_fact(known, *row))
    return found


def _fact(table: Table, pk: int, known_from: int, *values: Any) -> Fact:
    row = row_of(table, tuple(cell(value) for value in values))
    return Fact(pk, known_from, table, row.cells, row.values)
