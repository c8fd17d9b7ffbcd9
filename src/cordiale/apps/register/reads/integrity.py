"""Whether the rows of the register are still those that the ledger's entries committed to."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Q

from cordiale.apps.ledger.reads import content, entries, head
from cordiale.apps.register.reads.rows import PINNED, pinned, pinned_text
from cordiale.domain.ledger import Fault, digest
from cordiale.domain.period import ImpossibleDate
from cordiale.domain.viewer import Viewer


def first_altered(viewer: Viewer) -> Fault | None:
    """The first entry whose rows are no longer what it recorded, or None.

    Entries whose content was erased cannot be judged and are passed over.
    """
    touched = _touched()
    last = head(viewer).number
    for entry in entries(viewer):
        recorded = content(viewer, number=entry.number)
        if recorded is None:
            continue
        wanted = _rows_recorded(recorded)
        for table in sorted(touched.get(entry.number, set()) | set(wanted)):
            if table not in PINNED or _digest(table, entry.number) != wanted.get(table):
                return Fault(entry.number, f"rows of {table} are no longer what entry {entry.number} recorded")
    forged = min((number for number in touched if not 1 <= number <= last), default=None)
    if forged is not None:
        return Fault(forged, f"rows of {min(touched[forged])} name entry {forged}, which the ledger does not have")
    return None


def _digest(table: str, number: int) -> str | None:
    """What the rows recorded and closed by an entry come to; None when a row cannot even be read."""
    try:
        return digest((_rows(table, Q(known_from=number)), _rows(table, Q(known_to=number))))
    except ImpossibleDate:
        return None


def _rows(table: str, condition: Q) -> list[tuple[str, ...]]:
    if table not in PINNED:
        return []
    model = PINNED[table]
    rows = model._default_manager.filter(condition).values_list(*pinned(model))
    return [pinned_text(row) for row in rows.iterator(chunk_size=5_000)]


def _rows_recorded(recorded: list[Any]) -> dict[str, str]:
    """Table to digest, as the content of an entry names them."""
    return {
        table: kept["digest"]
        for part in recorded
        if isinstance(part, dict)
        for table, kept in part.get("rows", {}).items()
    }


def _touched() -> dict[int, set[str]]:
    """Entry number to the tables that hold rows recorded or closed by it."""
    touched: dict[int, set[str]] = defaultdict(set)
    for table, model in PINNED.items():
        for column in ("known_from_id", "known_to_id"):
            numbers = model._default_manager.exclude(**{column: None}).order_by().values_list(column, flat=True)
            for number in numbers.distinct():
                touched[number].add(table)
    return touched
