"""Says a settled instance in columns and rows. Rule: design/seats.md, section 2.

A column is a line that may be granted in part, or a unit granted whole (a bundle, or a line that is all or none), then
one for each activity that needs a minimum to run, then one for each claim to a reserve: the seats by which it is
missed. Rows have names, so that a certificate can speak of them and a checker can make them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cordiale.engines.seats.instances import Instance, Ints
from cordiale.engines.seats.presolve import Settled

Floats = npt.NDArray[np.float64]
INFINITE = float("inf")


@dataclass(frozen=True)
class Block:
    """Rows of one kind.

    Args:
        kind: what they say.
        names: what each is about, ids joined by a space where there are two.
        rows, columns, values: where they are not zero; rows count from 0 in the block.
        lower, upper: bounds of each row.
    """

    kind: str
    names: list[str]
    rows: Ints
    columns: Ints
    values: Ints
    lower: Floats
    upper: Floats


@dataclass
class Model:
    """Columns and rows, all in whole numbers.

    Args:
        settled: what it says.
        lines: places of the live lines.
        column, times: by live line, its column, and the seats that one unit of the column gives it.
        units: how many columns stand for lines and bundles; the first ones.
        runs: place of an activity to the column that says whether it runs.
        missed: pair to the column that says by how many seats its claim is missed.
        upper: by column; the lower bound is 0, and every column is whole.
        start, row, value: the matrix by columns.
        row_lower, row_upper: by row.
        kinds: kind of row to the first of them, and how many.
        names: by row.
    """

    settled: Settled
    lines: Ints
    column: Ints
    times: Ints
    units: int
    runs: dict[int, int]
    missed: dict[int, int]
    upper: Ints
    start: Ints
    row: Ints
    value: Ints
    row_lower: Floats
    row_upper: Floats
    kinds: dict[str, tuple[int, int]]
    names: list[str] = field(repr=False)

    @property
    def columns(self) -> int:
        """How many."""
        return len(self.upper)

    def row_names(self) -> list[str]:
        """What each row is: its kind, and what it is about."""
        found = list(self.names)
        for kind, (first, count) in self.kinds.items():
            for row in range(first, first + count):
                found[row] = f"{kind} {self.names[row]}"
        return found

    def seats_of(self, columns: Ints) -> Ints:
        """By line of the instance, the seats that a solution gives it."""
        given = np.zeros(len(self.settled.instance.lines), np.int64)
        given[self.lines] = self.times * columns[self.column]
        return given

    def columns_of(self, seats: Ints) -> Ints:
        """The columns of an allocation that is feasible.

        Args:
            seats: by line of the instance.
        """
        found = np.zeros(self.columns, np.int64)
        found[self.column] = seats[self.lines] // self.times
        by_activity = np.bincount(self.settled.instance.activity, seats, len(self.settled.instance.activities)).astype(
            np.int64
        )
        for activity, at in self.runs.items():
            found[at] = int(by_activity[activity] > 0)
        live = seats[self.lines]
        by_pair = np.bincount(self.settled.pair[self.lines], live, len(self.settled.most)).astype(np.int64)
        for pair, at in self.missed.items():
            found[at] = max(0, self.settled.claims[pair] - int(by_pair[pair]))
        return found

    def per_line(self, of_line: Ints) -> Ints:
        """By column, what a number of each line comes to for one unit."""
        found = np.zeros(self.columns, np.int64)
        np.add.at(found, self.column, self.times * of_line[self.lines])
        return found

    def total(self) -> Ints:
        """By column, what it adds to the total."""
        return self.per_line(self.settled.value)

    def share_of(self, party: int) -> Ints:
        """By column, the seats of priority 1 that it gives a party."""
        settled = self.settled
        return self.per_line(((settled.counts_as == 1) & (settled.instance.party == party)).astype(np.int64))

    def misses(self) -> Ints:
        """By column, the seats by which it misses a claim."""
        found = np.zeros(self.columns, np.int64)
        found[list(self.missed.values())] = 1
        return found


def model_of(settled: Settled) -> Model:
    """The model of a settled instance; columns and rows in the order of the ids."""
    instance = settled.instance
    lines = np.flatnonzero(settled.alive).astype(np.int64)
    column, times, unit_upper = _units(settled, lines)
    units = len(unit_upper)
    minimum = np.array([one.minimum for one in instance.activities], np.int64)
    live = np.unique(instance.activity[lines]) if len(lines) else np.empty(0, np.int64)
    runs = {int(one): units + place for place, one in enumerate(live[minimum[live] > 1].tolist())}
    missed = {pair: units + len(runs) + place for place, pair in enumerate(sorted(settled.claims))}
    claimed = [settled.claims[pair] for pair in missed]
    upper = np.concatenate([unit_upper, np.ones(len(runs), np.int64), np.array(claimed, np.int64)])
    blocks = [block for block in _blocks(settled, lines, column, times, runs, missed) if block.names]
    return _joined(settled, lines, column, times, units, runs, missed, upper, blocks)


def _units(settled: Settled, lines: Ints) -> tuple[Ints, Ints, Ints]:
    """By live line its column and how many seats a unit of that is; by column its upper bound."""
    instance = settled.instance
    column, times = np.zeros(len(lines), np.int64), np.ones(len(lines), np.int64)
    upper: list[int] = []
    bundles: dict[str, int] = {}
    for place, line in enumerate(lines.tolist()):
        one = instance.lines[line]
        if one.bundle and one.bundle in bundles:
            column[place], times[place] = bundles[one.bundle], one.seats
            continue
        column[place] = len(upper)
        if one.bundle or one.whole:
            times[place] = one.seats
            upper.append(1)
            if one.bundle:
                bundles[one.bundle] = int(column[place])
        else:
            upper.append(min(one.seats, int(settled.most[settled.pair[line]])))
    return column, times, np.array(upper, np.int64)


def _blocks(
    settled: Settled, lines: Ints, column: Ints, times: Ints, runs: dict[int, int], missed: dict[int, int]
) -> Iterator[Block]:
    yield from _room(settled, lines, column, times, runs)
    yield _people(settled, lines, column)
    yield from _claims(settled, lines, column, times, runs, missed)
    party, first = settled.instance.party[lines], settled.counts_as[lines] == 1
    wanting = np.flatnonzero(settled.wanted > 0)
    names = [settled.instance.parties[one].id for one in wanting.tolist()]
    yield _summed("share", names, wanting, party, column, times * first, lower=np.zeros(len(wanting)))
    every = list(missed.values())
    yield Block("missed", ["all"] if every else [], np.zeros(len(every), np.int64), np.array(every, np.int64),
                np.ones(len(every), np.int64), np.array([-INFINITE]), np.array([INFINITE]))  # fmt: skip


def _names(settled: Settled) -> list[str]:
    """By pair, the ids of its party and activity."""
    instance = settled.instance
    return [f"{instance.parties[party].id} {instance.activities[at].id}" for party, at in settled.pairs.tolist()]


def _room(settled: Settled, lines: Ints, column: Ints, times: Ints, runs: dict[int, int]) -> Iterator[Block]:
    """What activities have, parties may have of them, and can pay."""
    instance = settled.instance
    party, activity, pair = instance.party[lines], instance.activity[lines], settled.pair[lines]
    asked = instance.asked[lines]
    ids = [one.id for one in instance.activities]
    seats = np.array([one.seats for one in instance.activities], np.int64)
    minimum = np.array([one.minimum for one in instance.activities], np.int64)
    many, parties = len(instance.activities), len(instance.parties)
    running = np.zeros(many, np.bool_)
    running[list(runs)] = True

    full = np.bincount(activity, asked, many) > seats
    tight = np.flatnonzero(full & ~running | running)
    yield _summed("seats", [ids[one] for one in tight.tolist()], tight, activity, column, times,
                  extra=[(place, runs[one], -int(seats[one]))
                         for place, one in enumerate(tight.tolist()) if running[one]],
                  upper=np.where(running[tight], 0, seats[tight]).astype(np.float64))  # fmt: skip
    held = np.flatnonzero(running)
    yield _summed("minimum", [ids[one] for one in held.tolist()], held, activity, column, times,
                  extra=[(place, runs[one], -int(minimum[one])) for place, one in enumerate(held.tolist())],
                  lower=np.zeros(len(held)), enough=minimum[held])  # fmt: skip
    cost = np.array([one.cost for one in instance.activities], np.int64)[activity]
    budget = np.array([INFINITE if one.budget is None else one.budget for one in instance.parties], np.float64)
    poor = np.flatnonzero(np.bincount(party, asked * cost, parties) > budget)
    yield _summed("budget", [instance.parties[one].id for one in poor.tolist()], poor, party, column, times * cost,
                  upper=budget[poor])  # fmt: skip
    pairs = settled.pairs
    named = _names(settled)
    alone = np.bincount(pair, minlength=len(pairs)) == 1
    over = np.bincount(pair, asked, len(pairs)) > settled.most
    runs_there = running[pairs[:, 1]]
    bounded = np.flatnonzero(runs_there | over & ~alone)
    yield _summed("pair", [named[one] for one in bounded.tolist()], bounded, pair, column, times,
                  extra=[(place, runs[int(pairs[one, 1])], -int(settled.most[one]))
                         for place, one in enumerate(bounded.tolist()) if runs_there[one]],
                  upper=np.where(runs_there[bounded], 0, settled.most[bounded]).astype(np.float64))  # fmt: skip


def _claims(
    settled: Settled, lines: Ints, column: Ints, times: Ints, runs: dict[int, int], missed: dict[int, int]
) -> Iterator[Block]:
    """What claims to reserves ask, and what whole numbers know of them."""
    pairs, pair, named = settled.pairs, settled.pair[lines], _names(settled)
    claimed = np.array(sorted(settled.claims), np.int64)
    yield _summed("reserve", [named[one] for one in claimed.tolist()], claimed, pair, column, times,
                  extra=[(place, missed[one], 1) for place, one in enumerate(claimed.tolist())],
                  lower=np.array([settled.claims[one] for one in claimed.tolist()], np.float64),
                  enough=np.array([settled.claims[one] for one in claimed.tolist()], np.int64))  # fmt: skip
    there = [one for one in claimed.tolist() if int(pairs[one, 1]) in runs]
    yield _of_cells("idle", [named[one] for one in there],
                    [[(runs[int(pairs[one, 1])], settled.claims[one]), (missed[one], 1)] for one in there],
                    lower=[settled.claims[one] for one in there])  # fmt: skip
    crowding = list(_crowding(settled, lines, column, times, missed))
    yield _of_cells("crowd", [name for name, _ in crowding], [cells for _, cells in crowding],
                    upper=[0] * len(crowding))  # fmt: skip


def _summed(
    kind: str,
    names: list[str],
    chosen: Ints,
    by: Ints,
    column: Ints,
    values: Ints,
    *,
    extra: list[tuple[int, int, int]] | None = None,
    lower: Floats | None = None,
    upper: Floats | None = None,
    enough: Ints | None = None,
) -> Block:
    """A row for each chosen group of live lines: the sum of their seats, and what else stands in it.

    Args:
        chosen: the groups, rising.
        by: by live line, its group.
        values: by live line, what a unit of its column counts.
        extra: row, column and value of what stands beside the lines.
        enough: by row, what one unit counts at most: a whole line of six does no more for a claim to one seat than a
            line of one, and said so, the linear program is tighter.
    """
    count = len(chosen)
    at = np.searchsorted(chosen, by)
    inside = (at < count) & (values != 0)
    if count:
        inside &= chosen[np.minimum(at, count - 1)] == by
    more = np.array(extra or [], np.int64).reshape(-1, 3)
    row, at_column, value = _merged(at[inside], column[inside], values[inside])
    if enough is not None:
        value = np.minimum(value, enough[row])
    return Block(
        kind,
        names,
        np.concatenate([row, more[:, 0]]).astype(np.int64),
        np.concatenate([at_column, more[:, 1]]).astype(np.int64),
        np.concatenate([value, more[:, 2]]).astype(np.int64),
        np.full(count, -INFINITE) if lower is None else lower,
        np.full(count, INFINITE) if upper is None else upper,
    )


def _crowding(
    settled: Settled, lines: Ints, column: Ints, times: Ints, missed: dict[int, int]
) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Whole units that leave too little for the claims of others: granted, at least so many seats of these are missed.

    Whole numbers know that; a linear program would grant a part of the unit instead, and miss nothing.
    """
    instance = settled.instance
    claims: dict[int, dict[int, int]] = {}
    for one, claim in settled.claims.items():
        claims.setdefault(int(settled.pairs[one, 1]), {})[one] = claim
    units: dict[tuple[int, int], list[int]] = {}
    for place, line in enumerate(lines.tolist()):
        one = instance.lines[line]
        if (one.whole or one.bundle) and int(instance.activity[line]) in claims:
            units.setdefault((int(instance.activity[line]), int(column[place])), []).append(place)
    for (activity, at), places in sorted(units.items()):
        mine = {int(settled.pair[lines[place]]) for place in places}
        others = {one: claim for one, claim in claims[activity].items() if one not in mine}
        taken = sum(int(times[place]) for place in places)
        over = taken + sum(others.values()) - instance.activities[activity].seats
        if taken > 1 and over > 0 and others:
            name = f"{instance.lines[lines[places[0]]].id} {instance.activities[activity].id}"
            yield name, [(at, over), *((missed[one], -1) for one in sorted(others))]


def _of_cells(
    kind: str,
    names: list[str],
    cells: list[list[tuple[int, int]]],
    *,
    lower: list[int] | None = None,
    upper: list[int] | None = None,
) -> Block:
    """Rows given cell by cell: column and value."""
    flat = np.array([(row, at, value) for row, some in enumerate(cells) for at, value in some], np.int64).reshape(-1, 3)
    count = len(names)
    return Block(
        kind, names, flat[:, 0], flat[:, 1], flat[:, 2],
        np.full(count, -INFINITE) if lower is None else np.array(lower, np.float64),
        np.full(count, INFINITE) if upper is None else np.array(upper, np.float64),
    )  # fmt: skip


def _people(settled: Settled, lines: Ints, column: Ints) -> Block:
    """A row for every largest set of activities at which a named person would have to be at once."""
    names: list[str] = []
    rows: list[int] = []
    columns: list[int] = []
    for person, cliques in overlaps(settled.instance, lines):
        for number, clique in enumerate(cliques):
            rows += [len(names)] * len(clique)
            columns += [int(column[place]) for place in clique]
            names.append(f"{person} {number}")
    count = len(names)
    return Block(
        "person", names, np.array(rows, np.int64), np.array(columns, np.int64), np.ones(len(rows), np.int64),
        np.full(count, -INFINITE), np.ones(count),
    )  # fmt: skip


def overlaps(instance: Instance, lines: Ints) -> Iterator[tuple[str, list[list[int]]]]:
    """Each named person with the largest sets of lines that collide, as places among `lines`; by a sweep over days."""
    of: dict[str, list[int]] = {}
    for place, line in enumerate(lines.tolist()):
        one = instance.lines[line]
        if one.person and instance.activities[instance.activity[line]].begins is not None:
            of.setdefault(one.person, []).append(place)
    for person in sorted(of):
        if len(of[person]) > 1:
            cliques = _cliques(instance, lines, of[person])
            if cliques:
                yield person, cliques


def _cliques(instance: Instance, lines: Ints, places: list[int]) -> list[list[int]]:
    """Largest sets of days that share a day: each is met when one of its days is about to end."""
    days = []
    for place in places:
        activity = instance.activities[instance.activity[lines[place]]]
        if activity.begins is not None and activity.ends is not None:
            days += [(activity.begins, 1, place), (activity.ends, 0, place)]
    found: list[list[int]] = []
    now: set[int] = set()
    grew = False
    for _day, begins, place in sorted(days):
        if begins:
            now.add(place)
            grew = True
            continue
        if grew and len(now) > 1:
            found.append(sorted(now))
        grew = False
        now.discard(place)
    return found


def _joined(
    settled: Settled, lines: Ints, column: Ints, times: Ints, units: int, runs: dict[int, int],
    missed: dict[int, int], upper: Ints, blocks: list[Block],
) -> Model:  # fmt: skip
    kinds: dict[str, tuple[int, int]] = {}
    rows, first = [], 0
    for block in blocks:
        kinds[block.kind] = first, len(block.names)
        rows.append(block.rows + first)
        first += len(block.names)
    empty = np.empty(0, np.int64)
    row = np.concatenate(rows) if rows else empty
    at = np.concatenate([block.columns for block in blocks]) if blocks else empty
    value = np.concatenate([block.values for block in blocks]) if blocks else empty
    row, at, value = _merged(row, at, value)
    start = np.searchsorted(at, np.arange(len(upper) + 1))
    return Model(
        settled, lines, column, times, units, runs, missed, upper, start.astype(np.int64), row, value,
        np.concatenate([block.lower for block in blocks]) if blocks else np.empty(0),
        np.concatenate([block.upper for block in blocks]) if blocks else np.empty(0),
        kinds, [name for block in blocks for name in block.names],
    )  # fmt: skip


def _merged(row: Ints, at: Ints, value: Ints) -> tuple[Ints, Ints, Ints]:
    """By column, then row; a bundle may stand in a row by several lines, which are added up."""
    if not len(row):
        return row, at, value
    order = np.lexsort((row, at))
    row, at, value = row[order], at[order], value[order]
    is_new = np.concatenate([[True], (row[1:] != row[:-1]) | (at[1:] != at[:-1])])
    group = np.cumsum(is_new) - 1
    return row[is_new], at[is_new], np.bincount(group, value).astype(np.int64)
