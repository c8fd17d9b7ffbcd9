"""Puts rows of a pack's tables into the register, and closes them, inside an open entry."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from cordiale.apps.ledger.writes import Change
from cordiale.apps.register.models import Assertion, Identity, Version
from cordiale.apps.register.reads.rows import IDENTITIES, MODELS, PINNED, attributes, pinned, pinned_text
from cordiale.domain.period import Period
from cordiale.engines.packs.reading import Row
from cordiale.engines.packs.tables import Table

BATCH = 2_000
"""Rows a statement: below the parameter limits of both databases for every table."""


def put(
    change: Change, *, table: Table, rows: Sequence[Row], pack: str, zone: ZoneInfo, replaces: Sequence[int | None] = ()
) -> list[Version]:
    """Record rows as believed from this entry on.

    Args:
        change: the open entry.
        table: which table.
        rows: checked rows.
        pack: id of the pack that says so, "" for what is entered here.
        zone: the organisation's time zone.
        replaces: for assertions, the number of the assertion each row replaces; empty when none does.
    """
    model = MODELS[table.name]
    names = attributes(table)
    if table.name in IDENTITIES:
        _name(change, IDENTITIES[table.name], [row.cells[0] for row in rows])
    records = []
    for place, row in enumerate(rows):
        values = dict(zip(names, row.values, strict=True))
        if model is Assertion:
            values |= _bounds(table, row, zone)
            values["replaces_id"] = replaces[place] if replaces else None
        records.append(model(known_from_id=change.number, pack=pack, **values))
    if records:
        names = pinned(model)
        change.touch(table.name, added=[pinned_text(getattr(one, name) for name in names) for one in records])
    return model._default_manager.bulk_create(records, batch_size=BATCH)


def close(change: Change, *, table: str, ids: Sequence[int]) -> None:
    """End the belief in rows with this entry."""
    model = PINNED[table]
    for start in range(0, len(ids), BATCH):
        rows = model._default_manager.filter(pk__in=ids[start : start + BATCH])
        change.touch(table, closed=[pinned_text(row) for row in rows.values_list(*pinned(model))])
        rows.update(known_to_id=change.number)


def _name(change: Change, identity: type[Identity], codes: Sequence[str]) -> None:
    """Make the identities that do not exist yet."""
    known = set(identity._default_manager.values_list("code", flat=True))
    fresh = [identity(code=code, known_from_id=change.number) for code in codes if code not in known]
    identity._default_manager.bulk_create(fresh, batch_size=BATCH)


def _bounds(table: Table, row: Row, zone: ZoneInfo) -> dict[str, int]:
    period = Period(row.values[table.places["valid_from"]], row.values[table.places["valid_to"]])
    names = ("starts_earliest", "starts_latest", "ends_earliest", "ends_latest")
    return dict(zip(names, period.bounds(zone), strict=True))
