"""Loads a pack: whole or not at all, one entry, and a changed edition as corrections and retractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cordiale.apps.ledger.reads import head
from cordiale.apps.ledger.writes import Change, entry
from cordiale.apps.register.models import PackEdition
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.apps.register.reads.rows import PACK_LOADED, held, pinned, pinned_text
from cordiale.apps.register.writes.rows import close, put
from cordiale.apps.register.writes.second import by_effect
from cordiale.domain.viewer import Viewer, require
from cordiale.engines.packs.comparing import Difference, Held, compare
from cordiale.engines.packs.faults import BadPack
from cordiale.engines.packs.manifest import Manifest
from cordiale.engines.packs.reading import Pack, Row, row_of
from cordiale.engines.packs.rules import faults_of
from cordiale.engines.packs.tables import TABLES, Table

EDITIONS = "pack_edition"


class AnotherPack(ValueError):
    """The installation runs on another pack."""

    code = "another-pack"

    def __init__(self, *, here: str, wanted: str) -> None:
        super().__init__(
            f'This installation runs on the pack "{here}"; load "{wanted}" into an installation of its own '
            "(set CORDIALE_HOME to a new folder)."
        )


class ZoneChanged(ValueError):
    """A new edition names another time zone; every bound of every assertion rests on the old one."""

    code = "zone-changed"

    def __init__(self, *, here: str, wanted: str) -> None:
        super().__init__(
            f"The register was loaded with legal days in {here}, this edition says {wanted}; "
            "load it into a new installation, or restore the zone."
        )


class ChangedHere(ValueError):
    """The new edition changes rows that somebody here changed too."""

    code = "changed-here"

    def __init__(self, differences: tuple[Difference, ...]) -> None:
        lines = [
            f"{difference.table.file}:{conflict.new.line}:0: was changed here since the last edition; "
            f"here: {', '.join(conflict.old.cells)}; pack: {', '.join(conflict.new.cells)}"
            for difference in differences
            for conflict in difference.conflicts
        ]
        super().__init__("\n".join([*lines, "Nothing was loaded. Make the pack and the register agree on these rows."]))


class RegisterMoved(RuntimeError):
    """Somebody changed the register between the comparison and the load."""

    code = "register-moved"

    def __init__(self) -> None:
        super().__init__("The register changed while the pack was being compared; nothing was loaded. Load again.")


@dataclass(frozen=True)
class Plan:
    """What loading a pack would do, as of a register number.

    Args:
        pack: the pack.
        register_number: state of the register the comparison was made on.
        differences: tables in which something would change.
        new_edition: whether pack.toml itself differs from the one in force.
    """

    pack: Pack
    register_number: int
    differences: tuple[Difference, ...]
    new_edition: bool

    @property
    def empty(self) -> bool:
        """Whether loading would change nothing."""
        return not self.differences and not self.new_edition


def plan_load(viewer: Viewer, *, pack: Pack) -> Plan:
    """Compare a pack with the register; changes nothing.

    Raises:
        AnotherPack: the installation runs on another one.
        ZoneChanged: the edition names another time zone.
        BadPack: what was entered here would no longer be sound beside the edition.
    """
    number = head(viewer).register_number
    try:
        here: Manifest | None = installation(viewer)
    except NoPackLoaded:
        here = None
    if here is not None and here.id != pack.manifest.id:
        raise AnotherPack(here=here.id, wanted=pack.manifest.id)
    if here is not None and str(here.zone) != str(pack.manifest.zone):
        raise ZoneChanged(here=str(here.zone), wanted=str(pack.manifest.zone))
    rows = {table.name: held(viewer, table=table) for table in TABLES}
    compared = [compare(table, pack.tables[table.name], rows[table.name]) for table in TABLES]
    differences = tuple(difference for difference in compared if not difference.empty)
    if differences and any(not row.from_pack for kept in rows.values() for row in kept):
        _check_together(pack, compared, rows)
    return Plan(pack, number, differences, new_edition=here is None or here.text != pack.manifest.text)


def _check_together(pack: Pack, compared: Sequence[Difference], rows: Mapping[str, list[Held]]) -> None:
    """What the register would hold must be sound as a whole: ids and statuses in use, no source against itself."""
    tables = {}
    for difference in compared:
        table = difference.table
        lines = {tuple(row.cells[place] for place in table.key_places): row for row in pack.tables[table.name]}
        closed = {row.id for row in difference.retracted} | {pair.old.id for pair in difference.corrected}
        kept = [row for row in rows[table.name] if row.open and row.id not in closed]
        tables[table.name] = (
            *(_from_file(table, row, lines) for row in kept),
            *difference.added,
            *(pair.new for pair in difference.corrected),
        )
    faults = faults_of(Pack(pack.manifest, tables), broken=set())
    if faults:
        raise BadPack(faults)


def _from_file(table: Table, held_row: Held, lines: Mapping[tuple[str, ...], Row]) -> Row:
    """A row the register keeps: as in the file where it stands there too, so that a fault can name its line."""
    found = lines.get(tuple(held_row.cells[place] for place in table.key_places))
    return found if found is not None and found.cells == held_row.cells else row_of(table, held_row.cells)


def load_pack(*, plan: Plan, reason: str, by: Viewer, at: datetime) -> int | None:
    """Carry out a plan: one transaction, one entry.

    Args:
        plan: from `plan_load`.
        reason: why this edition is loaded; stands in the ledger.

    Returns:
        The number of the entry, or None when there was nothing to do.

    Raises:
        NotPermitted: `by` may not load packs.
        ChangedHere: the edition changes rows that were changed here too.
        RegisterMoved: the register is no longer the one that was compared.
    """
    require(by, "register.load_pack")
    if any(difference.conflicts for difference in plan.differences):
        raise ChangedHere(plan.differences)
    if plan.empty:
        return None
    manifest = plan.pack.manifest
    with (
        entry(by=by, at=at, verb=PACK_LOADED, subject=f"pack:{manifest.id}", reason=reason) as change,
        by_effect(change, by=by, parties=None, at=at),
    ):
        if head(by).register_number != plan.register_number:
            raise RegisterMoved
        for difference in plan.differences:
            _carry_out(change, difference, manifest)
        if plan.new_edition:
            _new_edition(change, manifest)
        change.record({"pack": manifest.id, "edition": manifest.edition})
    return change.number


def _carry_out(change: Change, difference: Difference, manifest: Manifest) -> None:
    """Close first, so that what replaces a row does not contradict it."""
    table = difference.table
    replaced = [correction.old.id for correction in difference.corrected]
    close(change, table=table.name, ids=[*(row.id for row in difference.retracted), *replaced])
    put(
        change,
        table=table,
        rows=[*difference.added, *(correction.new for correction in difference.corrected)],
        pack=manifest.id,
        zone=manifest.zone,
        replaces=[*(None for _ in difference.added), *replaced],
    )


def _new_edition(change: Change, manifest: Manifest) -> None:
    old = PackEdition.objects.filter(pack=manifest.id, known_to=None)
    close(change, table=EDITIONS, ids=list(old.values_list("pk", flat=True)))
    made = PackEdition.objects.create(
        known_from_id=change.number,
        pack=manifest.id,
        title=manifest.title,
        edition=manifest.edition,
        manifest=manifest.text,
    )
    change.touch(EDITIONS, added=[pinned_text(getattr(made, name) for name in pinned(PackEdition))])
