"""Makes an allocation of a solution of the linear program: its whole part, then what still fits, most torn first."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Floats, Model
from cordiale.engines.seats.room import Room, Unit

CLOSE = 1e-6
MOST = ("seats", "budget", "pair", "person")
"""Rows that say how many there are at most."""


def rounded(model: Model, columns: Floats) -> Ints:
    """By line, seats: the whole part of a solution of the linear program, made to run, then filled up.

    Args:
        columns: any solution of the linear program.
    """
    return _Rounding(model, columns).seats()


class _Rounding:
    """An allocation while it is filled up.

    What an activity has too little of is filled from its own lines first; one that then has too few is closed.
    """

    def __init__(self, model: Model, columns: Floats) -> None:
        settled = model.settled
        self._model, self._instance = model, settled.instance
        whole = np.zeros(model.columns, np.int64)
        whole[: model.units] = np.floor(columns[: model.units] + CLOSE)
        self._of_line = np.argsort(model.column, kind="stable")
        self._first = np.searchsorted(model.column[self._of_line], np.arange(model.units + 1))
        self._activity = self._instance.activity[model.lines]
        self._minimum = np.array([one.minimum for one in self._instance.activities], np.int64)
        torn = columns[: model.units] - whole[: model.units]
        dearest = -model.total()[: model.units] / np.maximum(np.bincount(model.column, model.times, model.units), 1)
        self._order = np.lexsort((np.arange(model.units), dearest, -torn))
        self._rank = np.argsort(self._order)
        seats = model.seats_of(whole)
        is_kept = _fits(model, seats)
        self._room = Room(settled, seats if is_kept else None)
        if not is_kept:
            for at in np.flatnonzero(whole).tolist():
                unit = self._unit(at)
                if times := min(int(whole[at]), self._room.times(unit)):
                    self._room.take(unit, times)
        taken = np.array(self._room.taken, np.int64)
        self._closed = (self._minimum > 1) & (taken == 0)

    def seats(self) -> Ints:
        """By line, what is given once nothing more fits."""
        for activity in self._short():
            its = self._of(activity)
            self._fill(its)
            if self._room.taken[activity] < self._minimum[activity]:
                self._close(activity, its)
        self._fill(self._order)
        while short := self._short():  # a bundle that was given up took another activity below its minimum
            for activity in short:
                self._close(activity, self._of(activity))
            self._fill(self._order)
        return np.array(self._room.given, np.int64)

    def _short(self) -> list[int]:
        taken = np.array(self._room.taken, np.int64)
        return np.flatnonzero((taken > 0) & (taken < self._minimum)).tolist()

    def _of(self, activity: int) -> Ints:
        """The units that have a seat in an activity, in their order."""
        its: Ints = self._order[np.unique(self._rank[self._model.column[self._activity == activity]])]
        return its

    def _fill(self, units: Ints) -> None:
        for at in units[self._may_fit()[units]].tolist():
            unit = self._unit(at)
            if times := self._room.times(unit):
                self._room.take(unit, times)

    def _close(self, activity: int, units: Iterable[int]) -> None:
        """Give back every unit that has a seat in an activity, for good."""
        self._closed[activity] = True
        for at in units:
            for line in self._unit(at).lines:
                if self._room.given[line]:
                    self._room.give_back(line)

    def _unit(self, at: int) -> Unit:
        places = self._of_line[self._first[at] : self._first[at + 1]]
        lines, times = self._model.lines[places], self._model.times[places]
        return Unit(tuple(lines.tolist()), tuple(times.tolist()), int(self._model.upper[at]))

    def _may_fit(self) -> np.ndarray:
        """Which units are in open activities and find a seat and their quota, each line on its own."""
        model, room, settled = self._model, self._room, self._model.settled
        seats = np.array([one.seats for one in self._instance.activities], np.int64) - np.array(room.taken, np.int64)
        quota = settled.most - np.array(room.of_pair, np.int64)
        given = np.array(room.given, np.int64)[model.lines]
        fits = (
            ~self._closed[self._activity]
            & (np.minimum(seats[self._activity], quota[settled.pair[model.lines]]) >= model.times)
            & (given < model.upper[model.column] * model.times)
        )
        found = np.ones(model.units, np.bool_)
        found[model.column[~fits]] = False
        return found


def _fits(model: Model, seats: Ints) -> bool:
    """Whether seats keep to what there is at most: with dear seats, a budget can lack what doubles are off by."""
    columns = model.columns_of(seats)
    sums = np.zeros(len(model.names), np.int64)
    np.add.at(sums, model.row, model.value * np.repeat(columns, np.diff(model.start)))
    return all(
        np.all(sums[first : first + count] <= model.row_upper[first : first + count])
        for kind, (first, count) in model.kinds.items()
        if kind in MOST
    )
