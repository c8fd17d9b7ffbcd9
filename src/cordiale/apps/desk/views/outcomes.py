"""The outcomes of a comparison as a page shows them: what each row would change, which to tick, what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as lazy

from cordiale.apps.desk.reads.uploads import Compared
from cordiale.engines.workbooks.comparing import (
    CellChanged,
    CellRefused,
    Changed,
    Conflict,
    New,
    Outcome,
    Refused,
    Removed,
    Unchanged,
)
from cordiale.ui.tables import Tone

KINDS = {
    "conflict": lazy("In conflict: changed here since the export"),
    "refused": lazy("Refused"),
    "changed": lazy("Changed"),
    "new": lazy("New"),
    "removed": lazy("To be removed"),
    "unchanged": lazy("Unchanged"),
}
"""Kinds of outcomes, those that need a person first."""

TONES: dict[str, Tone] = {"conflict": "warn", "refused": "stop", "changed": "info", "new": "ok", "removed": "mute"}


@dataclass(frozen=True)
class OutcomeRow:
    """One row of a file on the page.

    Args:
        line: its number in the file.
        kind: of `KINDS`.
        tone: how the kind looks.
        label: the kind in words.
        name: what the row is about: its key.
        changes: cells that would change: column, as it is here, as in the file, and as exported where that differs.
        refusals: cells that are refused: place, reason, mend.
        field: name of its checkbox; "" where there is nothing to tick.
        ticked: whether it is.
    """

    line: int
    kind: str
    tone: Tone
    label: object
    name: str
    changes: tuple[CellChanged, ...]
    refusals: tuple[CellRefused, ...]
    field: str
    ticked: bool


def kind_of(outcome: Outcome) -> str:
    """The kind of an outcome."""
    match outcome:
        case New():
            return "new"
        case Changed():
            return "changed"
        case Unchanged():
            return "unchanged"
        case Removed():
            return "removed"
        case Conflict():
            return "conflict"
        case Refused():
            return "refused"


def outcome_rows(found: Compared, outcomes: Sequence[Outcome], *, chosen: set[int], limit: int) -> list[OutcomeRow]:
    """The rows that need a look: at most `limit` of those that can be taken, and of those that cannot."""
    order = list(KINDS)
    rows = [_row(found, one, chosen) for one in outcomes if not isinstance(one, Unchanged)]
    rows.sort(key=lambda row: (order.index(row.kind), row.line))
    takeable = [row for row in rows if row.field == "ticked_lines"]
    others = [row for row in rows if row.field != "ticked_lines"]
    return sorted([*others[:limit], *takeable[:limit]], key=lambda row: (order.index(row.kind), row.line))


def _row(found: Compared, outcome: Outcome, chosen: set[int]) -> OutcomeRow:
    kind = kind_of(outcome)
    changes: tuple[CellChanged, ...] = ()
    refusals: tuple[CellRefused, ...] = ()
    name, field = "", "ticked_lines"
    match outcome:
        case Conflict(wish):
            changes = wish.changes if isinstance(wish, Changed) else ()
            name, field = _name(found, wish.cells), "for_the_file"
        case Refused(_, refused):
            refusals, field = refused, ""
        case Changed():
            changes, name = outcome.changes, _name(found, outcome.cells)
        case New() | Removed():
            name = _name(found, outcome.cells)
    return OutcomeRow(
        outcome.line,
        kind,
        TONES.get(kind, "mute"),
        KINDS[kind],
        name,
        changes,
        refusals,
        field,
        outcome.line in chosen and field == "ticked_lines",
    )


def _name(found: Compared, cells: tuple[str, ...]) -> str:
    return ", ".join(filter(None, found.layout.key_of(cells)))
