"""Compiles the pairs of a register into runs of instants and states, most of them all at once."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cordiale.domain.participation import Scope
from cordiale.engines.standing.columns import Columns, view
from cordiale.engines.standing.facts import FOREVER, Life
from cordiale.engines.standing.resolving import (
    ENTITLED,
    IN_FORCE,
    NOT,
    RESTRICTED,
    SILENT,
    SUSPENDED,
    Voices,
    timeline,
    voices,
)

Ints = NDArray[np.int64]


Run = tuple[list[int], bytes]
"""Instants, and the states between them: one more than instants, the first from before any."""


@dataclass
class Compiled:
    """One framework, compiled: for each party a run of instants, and the state that begins at each.

    Args:
        parties: codes of the parties any source speaks of, in order.
        starts: where the run of each party begins, and after the last where all end.
        times: instants; before the first of a run the state is `NOT`.
        states: states, see `resolving.state`.
        rows_from, rows_to: where the rows of each party lie among the columns.
    """

    parties: array[int] = field(default_factory=lambda: array("I"))
    starts: array[int] = field(default_factory=lambda: array("I", (0,)))
    times: array[int] = field(default_factory=lambda: array("q"))
    states: array[int] = field(default_factory=lambda: array("B"))
    rows_from: array[int] = field(default_factory=lambda: array("I"))
    rows_to: array[int] = field(default_factory=lambda: array("I"))
    life: Life | None = None

    def pair(self, party: int) -> int:
        """The place of a party among `parties`, -1 when nobody speaks of it."""
        place = bisect_left(self.parties, party)
        return place if place < len(self.parties) and self.parties[place] == party else -1

    def run(self, party: int) -> Run:
        """The run of a party; of a party nobody speaks of, the life of the framework."""
        place = self.pair(party)
        if place >= 0:
            first, last = self.starts[place], self.starts[place + 1]
            return as_run(zip(self.times[first:last], self.states[first:last], strict=True))
        life = self.life
        return as_run([(life.begins, SILENT), (life.ends, NOT)] if life is not None else [])

    def pieces(self, party: int, never: int) -> list[tuple[int, int, int]]:
        """The run of a party: from, until, and state; the last lasts until `never`."""
        place = self.pair(party)
        if place < 0:
            return []
        first, last = self.starts[place], self.starts[place + 1]
        times = self.times[first:last]
        return list(zip(times, [*times[1:], never], self.states[first:last], strict=True))

    def instants(self, party: int, after: int, before: int) -> Sequence[int]:
        """Instants in (after, before) at which the state of a party changes."""
        place = self.pair(party)
        if place < 0:
            return ()
        first, last = self.starts[place], self.starts[place + 1]
        return self.times[bisect_right(self.times, after, first, last) : bisect_left(self.times, before, first, last)]

    def splice(self, party: int, points: Sequence[tuple[int, int]]) -> int | None:
        """Put another run in the place of a party's; returns the first instant at which anything differs, if any."""
        place = bisect_left(self.parties, party)
        if place == len(self.parties) or self.parties[place] != party:
            self.parties.insert(place, party)
            self.starts.insert(place, self.starts[place])
            self.rows_from.insert(place, 0)
            self.rows_to.insert(place, 0)
        first, last = self.starts[place], self.starts[place + 1]
        before = list(zip(self.times[first:last], self.states[first:last], strict=True))
        self.times[first:last] = array("q", (at for at, _ in points))
        self.states[first:last] = array("B", (state for _, state in points))
        grown = len(points) - (last - first)
        if grown:
            starts = view(self.starts).astype(np.int64)
            starts[place + 1 :] += grown
            self.starts = array("I", starts.astype(np.uint32).tobytes())
        return min((at for at, _ in {*before} ^ {*points}), default=None)

    @property
    def nbytes(self) -> int:
        """Memory the runs take."""
        columns = (self.parties, self.starts, self.times, self.states, self.rows_from, self.rows_to)
        return sum(len(column) * column.itemsize for column in columns)


def as_run(points: Iterable[tuple[int, int]]) -> Run:
    """Points as a run at hand."""
    times, states = [], [NOT]
    for at, state in points:
        times.append(at)
        states.append(state)
    return times, bytes(states)


def compile_pair(heard: Voices, life: Life) -> list[tuple[int, int]]:
    """The run of one pair."""
    return timeline(heard, life)


def compile_all(
    columns: Columns,
    *,
    life: Callable[[str], Life],
    weigh: Callable[[str], int],
    bit: Callable[[str, str], int],
    spared: frozenset[Scope],
) -> list[Compiled]:
    """Compile every framework of sorted columns.

    Args:
        columns: sorted by framework, party and number.
        life: of a framework, as believed now.
        weigh: precedence of a source, as believed now.
        bit: what a status means in a framework, as believed now.
        spared: scopes that bear on no right, as believed now.
    """
    frameworks = columns.frameworks.ids
    lives = [life(framework) for framework in frameworks]
    pairs = _Pairs(columns)
    simple = pairs.simple(columns, lives)
    runs = _simple_runs(columns, pairs, simple, lives, bit)
    weighed = partial(voices, weigh=weigh, spared=spared)
    runs += _other_runs(columns, pairs, simple, lives, weighed, bit)
    return _assemble(pairs, runs, lives)


class _Pairs:
    """Pairs of framework and party, in the order of the columns, and where their rows lie."""

    def __init__(self, columns: Columns) -> None:
        framework, party = view(columns.framework).astype(np.int64), view(columns.party).astype(np.int64)
        key = framework << 32 | party
        self.first = np.flatnonzero(np.diff(key, prepend=-1)) if len(key) else np.zeros(0, np.int64)
        self.last = np.append(self.first[1:], len(key)) if len(key) else np.zeros(0, np.int64)
        self.framework, self.party = framework[self.first], party[self.first]
        believed = view(columns.until) == FOREVER
        self.believed = np.add.reduceat(believed, self.first) if len(key) else np.zeros(0, np.int64)
        self.sole = np.zeros(len(self.first), np.int64)
        place = np.flatnonzero(believed)
        self.sole[np.searchsorted(self.first, place, side="right") - 1] = place

    def simple(self, columns: Columns, lives: Sequence[Life]) -> NDArray[np.bool_]:
        """Pairs with one believed row, of scope all, that is certain for some time: their run follows a pattern."""
        if not len(self.first):
            return np.zeros(0, np.bool_)
        plain = (self.believed == 1) & (view(columns.scope)[self.sole] == 0)
        edges = clipped_edges(columns, self.sole, self.framework, lives)
        simple: NDArray[np.bool_] = plain & (edges[1] <= edges[2])
        return simple


def clipped_edges(columns: Columns, row: Ints, framework: Ints, lives: Sequence[Life]) -> tuple[Ints, Ints, Ints, Ints]:
    """Earliest and latest start, earliest and latest end of rows, within the lives of their frameworks.

    A row that lies outside altogether is put at the end of the life, where it has no length.
    """
    begins = np.array([life.begins for life in lives], np.int64)[framework]
    gone = np.array([life.ends for life in lives], np.int64)[framework]
    edges = (columns.starts, columns.starts_latest, columns.ends, columns.ends_latest)
    starts, latest, ends, over = (np.minimum(np.maximum(view(edge)[row], begins), gone) for edge in edges)
    outside = starts >= over
    starts, latest, ends, over = (np.where(outside, gone, edge) for edge in (starts, latest, ends, over))
    return starts, latest, ends, over


Runs = list[tuple[Ints, Ints, Ints]]
"""Pair, instant, state: three columns."""


def _simple_runs(
    columns: Columns, pairs: _Pairs, simple: NDArray[np.bool_], lives: Sequence[Life], bit: Callable[[str, str], int]
) -> Runs:
    """The runs of all simple pairs: before, perhaps begun, in force, perhaps over, after, framework gone."""
    which = np.flatnonzero(simple)
    if not len(which):
        return []
    row, framework = pairs.sole[which], pairs.framework[which]
    begins = np.array([life.begins for life in lives], np.int64)[framework]
    gone = np.array([life.ends for life in lives], np.int64)[framework]
    starts, latest, ends, over = clipped_edges(columns, row, framework, lives)
    status, entry = view(columns.status)[row], view(columns.entry)[row].astype(bool) & (starts < gone)
    meanings = _meanings(columns, bit)
    means = meanings[framework, status]
    before = np.where(entry, NOT, SILENT)
    flags = np.where(means == SUSPENDED, RESTRICTED, 0)
    certain = means | flags | np.where(means == IN_FORCE, ENTITLED, 0)
    edges = (begins, starts, latest, ends, over, gone)
    states = (
        before,
        means | before | flags,
        certain,
        means | SILENT | flags,
        np.full_like(means, SILENT),
        np.full_like(means, NOT),
    )
    runs: Runs = []
    shown = np.full(len(which), -1, np.int64)
    for place, (at, state) in enumerate(zip(edges, states, strict=True)):
        until = edges[place + 1] if place + 1 < len(edges) else np.full_like(at, np.iinfo(np.int64).max)
        new = (at < until) & (state != shown)
        runs.append((which[new], at[new], state[new]))
        shown = np.where(new, state, shown)
    return runs


def _meanings(columns: Columns, bit: Callable[[str, str], int]) -> Ints:
    """What each status means in each framework, as far as it occurs there."""
    table = np.full((len(columns.frameworks), max(len(columns.statuses), 1)), SILENT, np.int64)
    framework, status = view(columns.framework).astype(np.int64), view(columns.status)
    for code in np.unique(framework * 256 + status):
        of, what = divmod(int(code), 256)
        table[of, what] = bit(columns.frameworks.ids[of], columns.statuses.ids[what])
    return table


def _other_runs(
    columns: Columns,
    pairs: _Pairs,
    simple: NDArray[np.bool_],
    lives: Sequence[Life],
    weighed: Callable[..., Voices],
    bit: Callable[[str, str], int],
) -> Runs:
    """The runs of pairs with several statements, one by one."""
    which, times, states = [], [], []
    for pair in np.flatnonzero(~simple).tolist():
        framework = int(pairs.framework[pair])
        name = columns.frameworks.ids[framework]
        rows = (
            columns.row(place)
            for place in range(int(pairs.first[pair]), int(pairs.last[pair]))
            if columns.until[place] == FOREVER
        )
        heard = weighed(rows, life=lives[framework], bit=partial(bit, name))
        for at, state in timeline(heard, lives[framework]):
            which.append(pair)
            times.append(at)
            states.append(state)
    return [(np.array(which, np.int64), np.array(times, np.int64), np.array(states, np.int64))] if which else []


def _assemble(pairs: _Pairs, runs: Runs, lives: Sequence[Life]) -> list[Compiled]:
    """Sort all runs by framework, party and instant, and cut them into frameworks."""
    made = [Compiled(life=life) for life in lives]
    if not runs:
        return made
    which, times, states = (np.concatenate(column) for column in zip(*runs, strict=True))
    order = np.lexsort((times, which))
    which, times, states = which[order], times[order], states[order]
    bounds = np.searchsorted(pairs.framework, np.arange(len(lives) + 1))
    cuts = np.searchsorted(which, np.append(np.arange(len(pairs.first)), len(pairs.first)))
    for framework, compiled in enumerate(made):
        first, last = int(bounds[framework]), int(bounds[framework + 1])
        begin, end = int(cuts[first]), int(cuts[last])
        compiled.parties = array("I", pairs.party[first:last].astype(np.uint32).tobytes())
        compiled.starts = array("I", (cuts[first : last + 1] - begin).astype(np.uint32).tobytes())
        compiled.times = array("q", times[begin:end].tobytes())
        compiled.states = array("B", states[begin:end].astype(np.uint8).tobytes())
        compiled.rows_from = array("I", pairs.first[first:last].astype(np.uint32).tobytes())
        compiled.rows_to = array("I", pairs.last[first:last].astype(np.uint32).tobytes())
    return made
