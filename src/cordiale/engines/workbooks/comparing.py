"""Says row by row what a file would change, before anything is written.

Three states are compared: what was exported (known by the row mark), what the register holds now, and the file. A row
that is missing from the file stays. Only an x in the column "remove" asks for a removal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cordiale.engines.workbooks.columns import MARK, REMOVE, Layout
from cordiale.engines.workbooks.laying_out import FileRow, LaidOut
from cordiale.engines.workbooks.marks import read_mark
from cordiale.engines.workbooks.refusing import Unreadable
from cordiale.engines.workbooks.texts import alike
from cordiale.engines.workbooks.writing import Row

Cells = tuple[str, ...]


def _unknown(_id: str, _version: int) -> Cells | None:
    """Nobody remembers what was exported."""
    return None


@dataclass(frozen=True)
class Held:
    """What the register holds now.

    Args:
        rows: by id, the rows that the person may see and change; for all others the answer is "no such row".
        exported: the cells of a row (id) in a version as it was exported, or None where that is not known. A register
            that remembers every state can always tell.
    """

    rows: Mapping[str, Row]
    exported: Callable[[str, int], Cells | None] = _unknown


@dataclass(frozen=True, slots=True)
class CellRefused:
    """Why a row is refused.

    Args:
        place: the cell, such as "B17".
        column: name of our column, or "row mark" or "remove".
        reason: what is wrong, to be read after the place.
        mend: what to do about it.
    """

    place: str
    column: str
    reason: str
    mend: str


@dataclass(frozen=True, slots=True)
class CellChanged:
    """A cell that the file changes.

    Args:
        column: name of the column.
        here: what the register holds now.
        file: what the file says.
        exported: what was exported; None where that is not known.
    """

    column: str
    here: str
    file: str
    exported: str | None = None

    @property
    def clashes(self) -> bool:
        """Whether it was changed here too since the export, as far as that is known."""
        return self.exported is None or not alike(self.exported, self.here)


@dataclass(frozen=True, slots=True)
class New:
    """A row that the register does not hold.

    Args:
        line: its number in the file.
        cells: its texts, in the order of the layout's columns.
        values: column name to value.
    """

    line: int
    cells: Cells
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A row about which the file says nothing new; whatever was changed here since the export stands."""

    line: int
    id: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that the file changes.

    Args:
        line: its number in the file.
        id: which row of the register.
        version: of what the register held when it was compared; whoever writes makes sure that it still does.
        changes: the cells.
        cells: the whole row as it would be.
        values: name of each changed column to its new value.
        by_key: whether it was found by its key because the line has no mark; then nobody knows what was exported.
    """

    line: int
    id: str
    version: int
    changes: tuple[CellChanged, ...]
    cells: Cells
    values: Mapping[str, Any]
    by_key: bool = False


@dataclass(frozen=True, slots=True)
class Removed:
    """A row that the file asks to remove.

    Args:
        line: its number in the file.
        id: which row of the register.
        version: as in `Changed`.
        cells: what the register holds.
    """

    line: int
    id: str
    version: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that was changed here since the export and that the file changes otherwise. A person decides.

    Args:
        wish: what the file asks for, to be done only if the person says so. Cells that it leaves alone stay as they are
            here. Of a change, `changes` shows each cell as exported, as it is here and as the file has it.
    """

    wish: Changed | Removed

    @property
    def line(self) -> int:
        """Its number in the file."""
        return self.wish.line

    @property
    def id(self) -> str:
        """Which row of the register."""
        return self.wish.id

    @property
    def clashes(self) -> tuple[str, ...]:
        """The columns that both changed; none when each changed other cells."""
        return (
            tuple(cell.column for cell in self.wish.changes if cell.clashes) if isinstance(self.wish, Changed) else ()
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be taken.

    Args:
        line: its number in the file.
        cells: what is wrong with it; at least one.
    """

    line: int
    cells: tuple[CellRefused, ...]


Outcome = New | Changed | Unchanged | Removed | Conflict | Refused


@dataclass(frozen=True, slots=True)
class _Meant:
    """The row of the register that a line is about: by its mark, by its key, or none."""

    id: str = ""
    version: int | None = None
    fault: CellRefused | None = None


class Comparing:
    """The difference between a file and the register, one outcome for each row of the file, in its order.

    Making it looks once through the whole file, for rows that stand there twice. The outcomes are then worked out one
    by one: a job may take a thousand at a time, and go on after its end from the position it had reached.
    """

    def __init__(self, file: LaidOut, held: Held) -> None:
        self._file = file
        self._layout: Layout = file.layout
        self._held = held
        self._ids_by_key: dict[Cells, str] = {}
        if self._layout.key_columns:
            self._ids_by_key = {self._layout.key_of(row.cells): row.id for row in held.rows.values()}
        self._meant = [self._meaning(row) for row in file.rows]
        self._times_meant = Counter(meant.id for meant in self._meant if meant.id)
        self._times_keyed: Counter[Cells] = Counter()
        if self._layout.key_columns:
            self._times_keyed.update(
                self._layout.key_of(self._whole(row, meant))
                for row, meant in zip(file.rows, self._meant, strict=True)
                if not row.remove
            )

    def __len__(self) -> int:
        return len(self._file.rows)

    @property
    def missing(self) -> int:
        """How many rows of the register the file does not speak of; they stay as they are."""
        return len(self._held.rows) - len(self._times_meant)

    def outcomes(self, start: int = 0, stop: int | None = None) -> Iterator[Outcome]:
        """The outcomes of the rows from position `start` (0 for the first) up to `stop`, which is out."""
        for position in range(start, len(self) if stop is None else min(stop, len(self))):
            yield self._outcome(self._file.rows[position], self._meant[position])

    def _meaning(self, row: FileRow) -> _Meant:
        column = self._file.mark_column
        if column is not None and (row.line, column) in self._file.faults:
            return _Meant(fault=self._refusal(row, column, MARK, self._file.faults[row.line, column]))
        if row.mark:
            try:
                mark = read_mark(self._layout.key, row.mark)
            except Unreadable as fault:
                return _Meant(fault=self._refusal(row, column, MARK, fault))
            if mark.id not in self._held.rows:
                gone = Unreadable(
                    "names a row that is not there, or not for you", "leave it out, or ask for a new export"
                )
                return _Meant(fault=self._refusal(row, column, MARK, gone))
            return _Meant(mark.id, mark.version)
        places = self._layout.key_places
        if not places or any(row.cells[place] is None for place in places):
            return _Meant()
        return _Meant(self._ids_by_key.get(self._layout.key_of(self._whole(row, _Meant())), ""))

    def _whole(self, row: FileRow, meant: _Meant) -> Cells:
        """The row with what the register holds, or nothing, where the file has no such column."""
        if None not in row.cells:
            return tuple(text or "" for text in row.cells)
        here = self._held.rows[meant.id].cells if meant.id else ("",) * len(row.cells)
        return tuple(mine if text is None else text for text, mine in zip(row.cells, here, strict=True))

    def _outcome(self, row: FileRow, meant: _Meant) -> Outcome:
        refused = list(self._faults(row, meant))
        if refused:
            return Refused(row.line, tuple(refused))
        if not meant.id:
            return self._new(row)
        here = self._held.rows[meant.id]
        exported = None if meant.version is None else self._exported(meant.id, meant.version, here)
        if row.remove:
            wish = Removed(row.line, here.id, here.version, here.cells)
            return Conflict(wish) if self._moved(meant, here, exported) else wish
        return self._existing(row, meant, here, exported)

    def _exported(self, id_: str, version: int, here: Row) -> Cells | None:
        return here.cells if version == here.version else self._held.exported(id_, version)

    def _faults(self, row: FileRow, meant: _Meant) -> Iterator[CellRefused]:
        """What is wrong with a row whatever the register holds."""
        if meant.fault is not None:
            yield meant.fault
        if meant.id and self._times_meant[meant.id] > 1:
            twice = Unreadable("stands for a row that another line stands for too", "keep one of the two lines")
            yield self._refusal(row, self._file.mark_column, MARK, twice)
        for column, place in zip(self._layout.columns, self._file.columns, strict=True):
            if place is not None and (row.line, place) in self._file.faults:
                yield self._refusal(row, place, column.name, self._file.faults[row.line, place])
        if row.remove.casefold() not in ("", "x"):
            wrong = Unreadable(f'holds "{row.remove[:40]}"', "write x to remove the row, or leave the cell empty")
            yield self._refusal(row, self._file.remove_column, REMOVE, wrong)
        elif (row.line, self._file.remove_column) in self._file.faults and self._file.remove_column is not None:
            fault = self._file.faults[row.line, self._file.remove_column]
            yield self._refusal(row, self._file.remove_column, REMOVE, fault)
        elif row.remove and not meant.id and meant.fault is None:
            new = Unreadable("asks to remove a row that the register does not hold", "delete the line from the file")
            yield self._refusal(row, self._file.remove_column, REMOVE, new)

    def _new(self, row: FileRow) -> Outcome:
        cells = self._whole(row, _Meant())
        values, refused = self._read(row, cells, range(len(cells)))
        refused += self._doubled(row, cells)
        return Refused(row.line, tuple(refused)) if refused else New(row.line, cells, values)

    def _existing(self, row: FileRow, meant: _Meant, here: Row, exported: Cells | None) -> Outcome:
        cells = self._whole(row, meant)
        edited = self._layout.differing(cells, here.cells)
        if exported is not None:
            said = set(self._layout.differing(self._over(row, exported), exported))
            edited = tuple(place for place in edited if place in said)
        if not edited:
            return Unchanged(row.line, here.id)
        wished = list(here.cells)
        for place in edited:
            wished[place] = cells[place]
        values, refused = self._read(row, cells, edited)
        if set(edited) & set(self._layout.key_places):
            refused += self._doubled(row, tuple(wished), own=here.id)
        if refused:
            return Refused(row.line, tuple(refused))
        names = self._layout.columns
        changes = tuple(
            CellChanged(names[place].name, here.cells[place], cells[place], exported[place] if exported else None)
            for place in edited
        )
        change = Changed(row.line, here.id, here.version, changes, tuple(wished), values, by_key=meant.version is None)
        return Conflict(change) if self._moved(meant, here, exported) else change

    def _moved(self, meant: _Meant, here: Row, exported: Cells | None) -> bool:
        """Whether the row was changed here since the export; without memory, another version counts as changed."""
        if meant.version is None:
            return False
        return exported is None or bool(self._layout.differing(exported, here.cells))

    def _over(self, row: FileRow, exported: Cells) -> Cells:
        """The row with what was exported where the file has no such column."""
        return tuple(was if text is None else text for text, was in zip(row.cells, exported, strict=True))

    def _read(self, row: FileRow, cells: Cells, places: Iterable[int]) -> tuple[dict[str, Any], list[CellRefused]]:
        """The values of some cells, and what cannot be read among them."""
        values: dict[str, Any] = {}
        refused: list[CellRefused] = []
        for place in places:
            column = self._layout.columns[place]
            try:
                values[column.name] = column.read(cells[place])
            except Unreadable as fault:
                refused.append(self._refusal(row, self._file.columns[place], column.name, fault))
        return values, refused

    def _doubled(self, row: FileRow, cells: Cells, own: str = "") -> list[CellRefused]:
        """Why a row may not have its key: another row of the file or of the register has it."""
        if not self._layout.key_columns:
            return []
        key = self._layout.key_of(cells)
        first = self._layout.key_places[0]
        column, place = self._layout.columns[first].name, self._file.columns[first]
        told = ", ".join(self._layout.columns[position].label for position in self._layout.key_places)
        if self._times_keyed[key] > 1:
            fault = Unreadable(f"has the same {told} as another line", "keep one of the two lines")
        elif self._ids_by_key.get(key, own) != own:
            fault = Unreadable(f"has the same {told} as another row of the register", "change that row instead")
        else:
            return []
        return [self._refusal(row, place, column, fault)]

    def _refusal(self, row: FileRow, column: int | None, name: str, fault: Unreadable) -> CellRefused:
        return CellRefused(self._file.place(row, column), name, fault.reason, fault.mend)
