"""Writes what a person accepted from a workbook: all of it or nothing, as one entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from cordiale.apps.ledger.reads import head
from cordiale.apps.ledger.writes import Change, entry
from cordiale.apps.register.reads.consequences import Consequences, consequences, weighed
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.rows import held
from cordiale.apps.register.writes.participation import ReasonMissing
from cordiale.apps.register.writes.rows import close, put
from cordiale.apps.register.writes.second import by_effect
from cordiale.domain.viewer import Permission, Viewer, require
from cordiale.engines.packs.faults import Fault
from cordiale.engines.packs.reading import Pack, Row, row_of
from cordiale.engines.packs.rules import faults_of
from cordiale.engines.packs.tables import BY_NAME, TABLES
from cordiale.engines.workbooks.accepting import Accepted
from cordiale.engines.workbooks.comparing import Changed, New

BEARING = {"sources", "parties", "party_names", "frameworks"}
"""Tables on which everybody's standing may rest."""


class UnsoundImport(ValueError):
    """Each row is well formed, but not sound beside the register: a source against itself, an id nobody knows."""

    code = "unsound-import"

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        told = "\n".join(f"row {fault.line}: {fault.what}" if fault.line else fault.what for fault in faults[:20])
        more = f"\n... and {len(faults) - 20:,} more" if len(faults) > 20 else ""
        super().__init__(f"{told}{more}\nNothing was written. Leave these rows out, or mend them.")


class RowsMoved(RuntimeError):
    """Somebody changed these rows between the comparison and the import."""

    code = "rows-moved"

    def __init__(self) -> None:
        super().__init__("The register changed while the file was being compared; nothing was written. Compare again.")


@dataclass(frozen=True)
class Import:
    """What is to be written to a table.

    Args:
        table: its name.
        accepted: from a comparison.
        numbers: for each id in it, the number of the row that is believed now.
        register_number: state of the register it was compared on.
    """

    table: str
    accepted: Accepted
    numbers: Mapping[str, int]
    register_number: int

    @property
    def permissions(self) -> list[Permission]:
        """What writing it takes."""
        wanted: list[tuple[Permission, object]] = [
            ("register.assert", self.accepted.new),
            ("register.correct", self.accepted.changed),
            ("register.retract", self.accepted.removed),
        ]
        return [permission for permission, rows in wanted if rows]

    @property
    def fresh(self) -> list[New | Changed]:
        """The rows to be recorded: new ones, then those that take the place of others."""
        return [*self.accepted.new, *self.accepted.changed]

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.accepted.new) + len(self.accepted.changed) + len(self.accepted.removed)


def import_rows(*, what: Import, subject: str, reason: str, by: Viewer, at: datetime) -> int:
    """Write the accepted rows.

    Args:
        what: the rows.
        subject: what they came from: "upload:7".

    Returns:
        The number of the entry.

    Raises:
        NotPermitted, NeedsSecondPerson, ReasonMissing, UnsoundImport, RowsMoved.
    """
    for permission in what.permissions:
        require(by, permission)
    if not reason.strip():
        raise ReasonMissing
    _check_together(by, what)
    with (
        entry(by=by, at=at, verb="register.imported", subject=subject, reason=reason) as change,
        by_effect(change, by=by, parties=_affected(what), at=at),
    ):
        _write(change, what, by=by)
    return change.number


def preview_import(viewer: Viewer, *, what: Import, at: datetime) -> Consequences:
    """What writing the rows would do; nothing is written.

    Raises:
        UnsoundImport, RowsMoved.
    """
    _check_together(viewer, what)
    trying = replace(Viewer.system("what if"), approved_by="what if")
    with transaction.atomic():
        with entry(by=trying, at=at, verb="register.imported", subject="what if", reason="what if") as change:
            parties = _affected(what)
            before = weighed(viewer, parties=parties, number=change.number)
            _write(change, what, by=trying)
            after = weighed(viewer, parties=parties, number=change.number)
        transaction.set_rollback(True)
    return consequences(viewer, before=before, after=after, at=at)


def _write(change: Change, what: Import, *, by: Viewer) -> None:
    """Close first, so that what replaces a row does not contradict it."""
    table, manifest = BY_NAME[what.table], installation(by)
    if head(by).register_number != what.register_number:
        raise RowsMoved
    replaced = [what.numbers[one.id] for one in what.accepted.changed]
    removed = [what.numbers[one.id] for one in what.accepted.removed]
    close(change, table=table.name, ids=[*removed, *replaced])
    rows = [row_of(table, one.cells) for one in what.fresh]
    put(
        change,
        table=table,
        rows=rows,
        pack="",
        zone=manifest.zone,
        replaces=[*(None for _ in what.accepted.new), *replaced],
    )
    change.record({"imported": {"table": what.table, "rows": what.size}})


def _affected(what: Import) -> set[str] | None:
    """The parties whose rights may change: of rows old and new; nobody's where standing does not rest on the table."""
    if what.table in BEARING:
        return None
    if what.table != "participation":
        return set()
    place = BY_NAME["participation"].places["party"]
    now = {one.cells[place] for one in (*what.fresh, *what.accepted.removed)}
    before = {change.here for one in what.accepted.changed for change in one.changes if change.column == "party"}
    return before | now


def _check_together(viewer: Viewer, what: Import) -> None:
    """What the register would hold must be sound as a whole, as with a pack."""
    closed = {what.numbers[one.id] for one in what.accepted.changed}
    closed |= {what.numbers[one.id] for one in what.accepted.removed}
    tables: dict[str, tuple[Row, ...]] = {}
    for table in TABLES:
        kept = [row for row in held(viewer, table=table) if row.open]
        rows = [row_of(table, row.cells) for row in kept if table.name != what.table or row.id not in closed]
        if table.name == what.table:
            rows += [replace(row_of(table, one.cells), line=one.line) for one in what.fresh]
        tables[table.name] = tuple(rows)
    faults = faults_of(Pack(installation(viewer), tables), broken=set())
    if faults:
        raise UnsoundImport(faults)
