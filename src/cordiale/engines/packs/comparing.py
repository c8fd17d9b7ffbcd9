"""What a new edition of a pack changes: rows to add, to correct, to retract, and rows changed here meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from cordiale.engines.packs.reading import Row
from cordiale.engines.packs.tables import Table


@dataclass(frozen=True, slots=True)
class Held:
    """A row the register holds.

    Args:
        id: its number in the register.
        cells: as in a file.
        open: whether it is still believed.
        from_pack: whether the pack asserted it; otherwise somebody here did.
        dropped_by_pack: whether an edition of the pack withdrew or replaced it; otherwise somebody here did.
    """

    id: int
    cells: tuple[str, ...]
    open: bool
    from_pack: bool
    dropped_by_pack: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """A row to be replaced."""

    old: Held
    new: Row


@dataclass(frozen=True)
class Difference:
    """What loading a table would do.

    Args:
        table: which.
        added: rows that are new.
        corrected: rows that say something else now.
        retracted: rows that the pack no longer holds.
        conflicts: rows that the pack changed and somebody here changed too; nothing is loaded until they are settled.
    """

    table: Table
    added: tuple[Row, ...]
    corrected: tuple[Correction, ...]
    retracted: tuple[Held, ...]
    conflicts: tuple[Correction, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.added or self.corrected or self.retracted or self.conflicts)


def compare(table: Table, rows: Iterable[Row], held: Iterable[Held]) -> Difference:
    """Compare a table of a new edition with what the register holds.

    Args:
        table: which.
        rows: of the new edition.
        held: every row of that table the register ever held, oldest first.

    What the pack said last is the base: where the file still says the same, whatever was decided here stands.
    """
    base: dict[tuple[str, ...], Held] = {}
    now: dict[tuple[str, ...], Held] = {}
    for row in held:
        key = tuple(row.cells[place] for place in table.key_places)
        if row.from_pack:
            base[key] = row
        if row.open:
            now[key] = row
    added, corrected, conflicts = [], [], []
    seen = set()
    for new in rows:
        key = tuple(new.cells[place] for place in table.key_places)
        seen.add(key)
        said, believed = base.get(key), now.get(key)
        ours = believed or said
        if ours is None or (believed is None and ours.dropped_by_pack):
            added.append(new)
        elif new.cells in (ours.cells, said.cells if said else None):
            continue  # the pack says nothing new: what was decided here stands
        elif believed is not None and believed.from_pack:
            corrected.append(Correction(believed, new))
        else:  # somebody here changed or retracted what the pack now says differently
            conflicts.append(Correction(ours, new))
    retracted = [row for key, row in now.items() if row.from_pack and key not in seen]
    if table.kin:
        added, retracted, pairs = _pair(table, added, retracted)
        corrected += pairs
    return Difference(table, tuple(added), tuple(corrected), tuple(retracted), tuple(conflicts))


def _pair(table: Table, added: list[Row], retracted: list[Held]) -> tuple[list[Row], list[Held], list[Correction]]:
    """Take together the one row that came and the one that left of the same kin: a date was corrected."""
    places = [table.places[name] for name in table.kin]
    came: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    left: dict[tuple[str, ...], list[Held]] = defaultdict(list)
    for row in added:
        came[tuple(row.cells[place] for place in places)].append(row)
    for old in retracted:
        left[tuple(old.cells[place] for place in places)].append(old)
    pairs = [
        Correction(left[kin][0], rows[0])
        for kin, rows in came.items()
        if len(rows) == 1 and len(left.get(kin, ())) == 1
    ]
    new, old_ids = {pair.new.line for pair in pairs}, {pair.old.id for pair in pairs}
    return (
        [row for row in added if row.line not in new],
        [old for old in retracted if old.id not in old_ids],
        pairs,
    )
