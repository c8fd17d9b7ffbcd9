"""Assertions as columns: about seventy bytes each, in the order of frameworks and parties, with room for new ones."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from cordiale.engines.standing.facts import SCOPES, Assertion

_NO_SOURCE = 2**32 - 1


class Codes:
    """Ids as small numbers, in the order of their first appearance."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self.ids: list[str] = []
        self.of: dict[str, int] = {}
        for one in ids:
            self.add(one)

    def add(self, one: str) -> int:
        """The number of an id, given on first sight."""
        code = self.of.get(one)
        if code is None:
            code = self.of[one] = len(self.ids)
            self.ids.append(one)
        return code

    def __len__(self) -> int:
        return len(self.ids)


class Columns:
    """Every assertion of a register, sorted by framework, party and number."""

    def __init__(self, parties: Codes, frameworks: Codes) -> None:
        self.parties, self.frameworks = parties, frameworks
        self.sources, self.statuses = Codes(), Codes()
        self.id, self.party, self.framework, self.source = array("q"), array("I"), array("I"), array("I")
        self.status, self.scope, self.entry = array("B"), array("B"), array("B")
        self.starts, self.starts_latest = array("q"), array("q")
        self.ends, self.ends_latest = array("q"), array("q")
        self.end_source, self.since, self.until = array("I"), array("i"), array("i")

    @property
    def arrays(self) -> dict[str, array[int]]:
        """The columns by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, array)}

    def append(self, row: Assertion) -> int:
        """Add a row at the end; returns its place."""
        self.id.append(row.id)
        self.party.append(self.parties.add(row.party))
        self.framework.append(self.frameworks.add(row.framework))
        self.source.append(self.sources.add(row.source))
        self.status.append(self.statuses.add(row.status))
        self.scope.append(SCOPES.index(row.scope))
        self.entry.append(row.entry)
        self.starts.append(row.starts)
        self.starts_latest.append(row.starts_latest)
        self.ends.append(row.ends)
        self.ends_latest.append(row.ends_latest)
        self.end_source.append(self.sources.add(row.end_source) if row.end_source else _NO_SOURCE)
        self.since.append(row.since)
        self.until.append(row.until)
        return len(self.id) - 1

    def sort(self) -> None:
        """Put the rows in order of framework, party and number."""
        order = np.lexsort((view(self.id), view(self.party), view(self.framework)))
        for name, column in self.arrays.items():
            setattr(self, name, array(column.typecode, view(column)[order].tobytes()))

    def row(self, place: int) -> Assertion:
        """The row at a place."""
        end = self.end_source[place]
        return Assertion(
            self.id[place],
            self.parties.ids[self.party[place]],
            self.frameworks.ids[self.framework[place]],
            self.statuses.ids[self.status[place]],
            self.sources.ids[self.source[place]],
            SCOPES[self.scope[place]],
            bool(self.entry[place]),
            self.starts[place],
            self.starts_latest[place],
            self.ends[place],
            self.ends_latest[place],
            "" if end == _NO_SOURCE else self.sources.ids[end],
            self.since[place],
            self.until[place],
        )

    def rows(self, places: Iterable[int]) -> Iterator[Assertion]:
        """The rows at several places."""
        return map(self.row, places)

    @property
    def nbytes(self) -> int:
        """Memory the columns take."""
        return sum(len(column) * column.itemsize for column in self.arrays.values())

    def __len__(self) -> int:
        return len(self.id)


def view(column: array[int]) -> NDArray[np.int64]:
    """A column for numpy, without a copy."""
    return np.frombuffer(column, dtype=column.typecode) if len(column) else np.zeros(0, dtype=column.typecode)
