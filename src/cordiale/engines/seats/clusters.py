"""Rows that say what neighbouring activities miss together at least: most of what a linear program lacks of reserves.

A claim may be missed in either of two activities that share a person or a bundle, and a linear program lets one miss
count half in both. So wherever it misses a part of a seat, the activity is looked at together with its neighbours, as a
problem of its own: what these must miss in whole seats is a row for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from cordiale.engines.seats.highs import SEED, Ending, Program, Row, Stop, Stopped, never, search
from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Floats, Model

REACH = 3
"""Steps from neighbour to neighbour."""
ROUNDS = 10
CLOSE = 1e-6


def cluster_rows(model: Model, program: Program, *, seed: int = SEED, stop: Stop = never) -> list[Row]:
    """Rows that every solution keeps to and a linear program for missed seats did not; it has them when this ends.

    Args:
        program: a linear program of the model, with bounds and rows of the model alone.

    Raises:
        Stopped, SolverFailed.
    """
    if not model.missed:
        return []
    clusters = _Clusters(model)
    found: list[Row] = []
    seen: set[frozenset[int]] = set()
    program.aim(-model.misses())
    for _ in range(ROUNDS):
        relaxed = program.solve()
        if relaxed is None:
            break
        before = len(found)
        for activity in clusters.torn(relaxed.columns):
            for cluster in clusters.around(activity, relaxed.columns):
                if cluster in seen:
                    continue
                seen.add(cluster)
                row = clusters.row(cluster, relaxed.columns, seed, stop)
                if row is not None:
                    found.append(row)
                    program.add_row(row[0], row[1])
                    break
        if len(found) == before:
            break
    return found


class _Clusters:
    """Which activities are neighbours: those that share a unit, or a person that has a claim to meet."""

    def __init__(self, model: Model) -> None:
        settled, instance = model.settled, model.settled.instance
        self.model = model
        self.claims: dict[int, list[int]] = defaultdict(list)
        for pair, column in model.missed.items():
            self.claims[int(settled.pairs[pair, 1])].append(column)
        self._activities: dict[int, set[int]] = defaultdict(set)
        self._of_pair: dict[int, set[int]] = defaultdict(set)
        for place, line in enumerate(model.lines.tolist()):
            column = int(model.column[place])
            self._activities[column].add(int(instance.activity[line]))
            self._of_pair[int(settled.pair[line])].add(column)
        self._units: dict[int, set[int]] = defaultdict(set)
        for column, activities in self._activities.items():
            for activity in activities:
                self._units[activity].add(column)
        self._with: dict[int, set[int]] = defaultdict(set)
        self._activity_of_row = _activities_of_rows(model)
        first, count = model.kinds.get("person", (0, 0))
        column_of = np.repeat(np.arange(model.columns), np.diff(model.start))
        inside = (model.row >= first) & (model.row < first + count)
        by_row: dict[int, list[int]] = defaultdict(list)
        for row, column in zip(model.row[inside].tolist(), column_of[inside].tolist(), strict=True):
            by_row[row].append(column)
        for together in by_row.values():
            for column in together:
                self._with[column].update(together)

    def torn(self, columns: Floats) -> list[int]:
        """Activities in which a linear program misses a part of a seat."""
        missed = {activity: float(columns[of].sum()) for activity, of in self.claims.items()}
        return [activity for activity, seats in missed.items() if abs(seats - round(seats)) > CLOSE]

    def around(self, activity: int, columns: Floats) -> Iterator[frozenset[int]]:
        """Ever larger clusters around an activity, along what a linear program tears or cannot grant."""
        hot = set(np.flatnonzero(np.abs(columns - np.rint(columns)) > CLOSE).tolist())
        for pair, column in self.model.missed.items():
            if columns[column] > CLOSE:
                hot |= self._of_pair[pair]
        cluster = {activity}
        yield frozenset(cluster)
        for _ in range(REACH):
            reached = {unit for one in cluster for unit in self._units[one] if unit in hot}
            reached |= {other for unit in reached for other in self._with[unit]}
            grown = cluster.union(*(self._activities[unit] for unit in reached))
            if grown == cluster:
                break
            cluster = grown
            yield frozenset(cluster)

    def row(self, cluster: frozenset[int], columns: Floats, seed: int, stop: Stop) -> Row | None:
        """What a cluster misses at least, where that is more than a linear program does.

        Everything outside is taken as it is easiest: nobody has a seat there, no claim counts, and a bundle that
        reaches there finds a seat. So every solution is one of the cluster, too.
        """
        model = self.model
        claims = sorted({column for activity in cluster for column in self.claims.get(activity, ())})
        units = sorted({column for activity in cluster for column in self._units[activity]})
        inside = units + [model.runs[activity] for activity in cluster if activity in model.runs]
        rows = {
            int(row): (-np.inf, np.inf)
            for unit in units
            if not self._activities[unit] <= cluster
            for row in model.row[model.start[unit] : model.start[unit + 1]]
            if int(self._activity_of_row[row]) not in cluster | {-1}
        }
        lower, upper = np.zeros(model.columns, np.int64), np.zeros(model.columns, np.int64)
        every = list(model.missed.values())
        lower[every] = upper[every] = model.upper[every]
        lower[claims] = 0
        upper[inside] = model.upper[inside]
        counted: Ints = np.zeros(model.columns, np.int64)
        counted[claims] = 1
        found = search(model, -counted, lower=lower, upper=upper, rows=rows, seed=seed, stop=stop)
        if found.ending is Ending.STOPPED:
            raise Stopped
        least = -found.bound
        return (counted, float(least), np.inf) if least > float(columns[claims].sum()) + CLOSE else None


def _activities_of_rows(model: Model) -> Ints:
    """By row, the place of the activity that it is about; -1 for rows about a party, a person, or all."""
    found = np.full(len(model.names), -1, np.int64)
    for kind in ("seats", "minimum", "pair", "reserve", "idle", "crowd"):
        first, count = model.kinds.get(kind, (0, 0))
        for row in range(first, first + count):
            found[row] = model.settled.instance.activity_at[model.names[row].split()[-1]]
    return found
