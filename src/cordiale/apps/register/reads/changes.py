"""What each ledger entry changed in the register: all of it, or about one party or one framework."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import CharField, F, Q, QuerySet, Value

from cordiale.apps.ledger.reads import chosen, contents, newest
from cordiale.apps.register.reads.facts import Fact, touched
from cordiale.apps.register.reads.rows import MODELS, holding
from cordiale.domain.ledger import Entry
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.tables import BY_NAME, TABLES, Table

Subject = Literal["parties", "frameworks"]

SPELLED_OUT = 20
"""Statements on participation that are listed one by one; an entry that touched more only counts them."""

_STATEMENTS = "participation"


@dataclass(frozen=True)
class Changed:
    """What one entry did.

    Args:
        entry: who, when, why.
        counts: table to how many of its rows were recorded and closed.
        recorded, closed: the statements on participation among them, where they are few.
        is_erased: whether nothing can be said any more, as the law had the content erased.
    """

    entry: Entry
    counts: Mapping[str, tuple[int, int]]
    recorded: tuple[Fact, ...] = ()
    closed: tuple[Fact, ...] = ()
    is_erased: bool = False


def changes(viewer: Viewer, *, limit: int) -> list[Changed]:
    """The newest entries first, and what they changed; public."""
    found = newest(viewer, limit=limit)
    kept = contents(viewer, numbers=[entry.number for entry in found])
    counts = {number: _summed_up(content) for number, content in kept.items()}
    return _changed(viewer, found, counts, Q(), erased={entry.number for entry in found} - kept.keys())


def changes_about(viewer: Viewer, *, subject: Subject, code: str, limit: int) -> list[Changed]:
    """The newest entries that recorded or closed a row which names a party or framework; public.

    Args:
        subject: which of the two.
        code: its id.
        limit: entries at most.
    """
    naming = list(_naming(subject, code))
    sides = [_numbered(table, condition, side) for table, condition in naming for side in ("known_from", "known_to")]
    rows = [side.values_list("number") for side in sides]
    numbers = [number for (number,) in rows[0].union(*rows[1:]).order_by("-number")[:limit]]
    counts: dict[int, dict[str, tuple[int, int]]] = {number: {} for number in numbers}
    lines = [side.filter(number__in=numbers).values_list("number", "table", "side") for side in sides]
    for number, table, side in lines[0].union(*lines[1:], all=True):
        added, closed = counts[number].get(table, (0, 0))
        counts[number][table] = (added + (side == "known_from"), closed + (side == "known_to"))
    (about,) = (condition for table, condition in naming if table.name == _STATEMENTS)
    return _changed(viewer, chosen(viewer, numbers=numbers), counts, about)


def _changed(
    viewer: Viewer,
    found: list[Entry],
    counts: Mapping[int, Mapping[str, tuple[int, int]]],
    condition: Q,
    erased: Collection[int] = (),
) -> list[Changed]:
    """Entries with what they changed, few statements spelled out."""
    few = [number for number, each in counts.items() if 0 < sum(each.get(_STATEMENTS, ())) <= SPELLED_OUT]
    facts = touched(viewer, table=_STATEMENTS, entries=few, condition=condition)
    told = []
    for entry in found:
        recorded, closed = facts.get(entry.number, ([], []))
        touched_here = counts.get(entry.number, {})
        told.append(Changed(entry, touched_here, tuple(recorded), tuple(closed), entry.number in erased))
    return told


def _naming(subject: Subject, code: str) -> list[tuple[Table, Q]]:
    """Every table whose rows may name a party or framework, and the condition that they name this one."""
    found = []
    for table in TABLES:
        columns = [column.name for column in table.columns if subject in column.kind.refers]
        columns += ["id"] if table.name == subject else []
        condition = Q(pk__in=[])
        for column in columns:
            condition |= holding(table, column, code)
        if columns:
            found.append((table, condition))
    return found


def _numbered(table: Table, condition: Q, side: str) -> QuerySet[Any]:
    """Rows of a table with the number of the entry that recorded or closed them, ready to be put together."""
    rows = MODELS[table.name]._default_manager.filter(condition, **{f"{side}__isnull": False}).order_by()
    return rows.annotate(
        number=F(f"{side}_id"),
        table=Value(table.name, output_field=CharField()),
        side=Value(side, output_field=CharField()),
    )


def _summed_up(content: list[object]) -> dict[str, tuple[int, int]]:
    """How many rows of which table an entry recorded and closed, as it says itself."""
    return {
        table: (kept["added"], kept["closed"])
        for part in content
        if isinstance(part, dict)
        for table, kept in sorted(part.get("rows", {}).items())
        if table in BY_NAME
    }
