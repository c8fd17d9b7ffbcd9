"""Tables of the register as workbooks go out and come back: their layouts, their rows, and what became of each row."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.db.models import Q

from cordiale.apps.ledger.reads import seen
from cordiale.apps.register.models import Assertion
from cordiale.apps.register.models.known import OPEN
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.rows import MODELS, attributes, cell
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.tables import BODIES, BY_NAME, Table
from cordiale.engines.workbooks.columns import Layout
from cordiale.engines.workbooks.comparing import Held
from cordiale.engines.workbooks.pack_tables import layout_of
from cordiale.engines.workbooks.writing import Row


class NoSuchTable(LookupError):
    """The register has no table of that name."""

    code = "no-such-table"

    def __init__(self, name: str) -> None:
        super().__init__(f'There is no table "{name}"; choose one of {", ".join(BY_NAME)}.')


def layout(viewer: Viewer, *, table: str) -> Layout:
    """The columns of a table, with what may be chosen in each as the register is now; public.

    Raises:
        NoSuchTable.
    """
    if table not in BY_NAME:
        raise NoSuchTable(table)
    now = seen(viewer)
    return _layout(table, now.register_hash, tuple(installation(viewer).statuses), tuple(installation(viewer).bodies))


@lru_cache(maxsize=64)
def _layout(name: str, register_hash: str, statuses: tuple[str, ...], bodies: tuple[str, ...]) -> Layout:
    """For a state of the register, as its ids are the choices."""
    table, choices = BY_NAME[name], {}
    for column in table.columns:
        if column.kind.refers and not (name in column.kind.refers and table.key == ("id",)):
            choices[column.name] = tuple(sorted({code for other in column.kind.refers for code in _ids(other, bodies)}))
    if "status" in table.places:
        choices["status"] = statuses
    return layout_of(table, choices)


def _ids(table: str, bodies: tuple[str, ...]) -> Iterable[str]:
    if table == BODIES:
        return bodies
    codes = MODELS[table]._default_manager.filter(OPEN).values_list(attributes(BY_NAME[table])[0], flat=True)
    return (str(code) for code in codes)


def table_rows(viewer: Viewer, *, table: str) -> list[Row]:
    """What is believed now of a table, in the order of recording; public. The number of a row is its id."""
    return [Row(str(pk), known, cells) for pk, known, cells in _cells(BY_NAME[table], OPEN)]


def held(viewer: Viewer, *, table: str, exported: Iterable[str]) -> tuple[Held, dict[str, int]]:
    """What the register holds now of a table, as a file speaks of it; public.

    Args:
        table: its name.
        exported: ids of the rows that the file names; a row that was replaced since answers to its old id.

    Returns:
        The rows, and for each id the number of the row that is believed now.
    """
    kind = BY_NAME[table]
    rows = {row.id: row for row in table_rows(viewer, table=table)}
    numbers = {pk: int(pk) for pk in rows}
    gone = [int(pk) for pk in exported if pk.isdecimal() and len(pk) <= 18 and pk not in rows]
    old = {str(pk): cells for pk, _, cells in _cells(kind, Q(pk__in=gone))} if gone else {}
    for pk, now in _successors(kind, old, rows).items():
        row = rows.pop(now, None)
        if row is not None:
            rows[pk] = Row(pk, row.version, row.cells)
            numbers[pk] = numbers.pop(now)

    def as_exported(pk: str, version: int) -> tuple[str, ...] | None:
        """A row never changes: what has the number is what was exported."""
        return old.get(pk) or (rows[pk].cells if pk in rows and rows[pk].version == version else None)

    return Held(rows, as_exported), numbers


def _successors(table: Table, old: dict[str, tuple[str, ...]], rows: dict[str, Row]) -> dict[str, str]:
    """For rows that are believed no more, the row that took the place of each; those retracted have none."""
    if table.name == "participation":
        replaced = Assertion.objects.filter(replaces__isnull=False).values_list("replaces_id", "pk")
        following = {str(before): str(after) for before, after in replaced}
        found = {}
        for pk in old:
            now = following.get(pk)
            while now is not None and now not in rows:
                now = following.get(now)
            if now is not None:
                found[pk] = now
        return found
    by_key = {tuple(row.cells[place] for place in table.key_places): pk for pk, row in rows.items()}
    keys = {pk: tuple(cells[place] for place in table.key_places) for pk, cells in old.items()}
    return {pk: by_key[key] for pk, key in keys.items() if key in by_key}


def _cells(table: Table, condition: Q) -> Iterable[tuple[int, int, tuple[str, ...]]]:
    names = attributes(table)
    found = MODELS[table.name]._default_manager.filter(condition).order_by("id")
    for pk, known, *values in found.values_list("id", "known_from_id", *names).iterator(chunk_size=5_000):
        yield pk, known, tuple(cell(value) for value in values)
