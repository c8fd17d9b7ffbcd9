"""Finds promises of a linear program that whole seats do not keep, by looking at the few rows that they hang on.

Where a linear program says that a party cannot rise, it names the rows that forbid it: some hundreds of tens of
thousands. Whether whole numbers can keep to these, with what is promised, is soon known. Rows that they then break
elsewhere are added, until none is broken, or they contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cordiale.engines.seats.highs import SEED, Ending, Row, Stop, Stopped, never, search
from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Floats, Model

ROUNDS = 8
"""How often rows are added at most."""
CLOSE = 1e-6
ENOUGH = 1e6
"""So far from the best, in parts of it, any solution is near enough."""


class Cores:
    """Problems cut out of a model.

    Args:
        model: all of it.
        lower, upper: bounds of its columns.
        more: rows beside those of the model; row numbers go on with them.
        seed: of the solver.
        stop: ends a run.
    """

    def __init__(
        self, model: Model, lower: Ints, upper: Ints, more: Sequence[Row], *, seed: int = SEED, stop: Stop = never
    ) -> None:
        self._model, self._lower, self._upper, self._more = model, lower, upper, more
        self._seed, self._stop = seed, stop
        self._column = np.repeat(np.arange(model.columns), np.diff(model.start))

    def refuting(self, costs: Ints, core: Ints, rows: Mapping[int, tuple[float, float]], near: Floats) -> Ints | None:
        """Rows that contradict each other for whole numbers; None where they do not, or that is not found out.

        Args:
            costs: by column, what the rows hang on: aimed there, the solver soon says that there is nothing.
            core: the rows to begin with.
            rows: row to its bounds, instead of the model's.
            near: a solution of the linear program, which says what columns outside the core are taken to be.

        Raises:
            Stopped, SolverFailed.
        """
        model = self._model
        least, most = model.row_lower.copy(), model.row_upper.copy()
        for row, bounds in rows.items():
            least[row], most[row] = bounds
        for _ in range(ROUNDS):
            found = self._within(costs, core, rows)
            if found is None:
                return core
            touched = self._touched(core)
            taken = np.where(touched, found, np.floor(near + CLOSE)).astype(np.int64)
            sums = np.bincount(model.row, model.value * taken[self._column], len(model.names))
            reached = np.zeros(len(model.names), np.bool_)
            reached[model.row[touched[self._column]]] = True
            broken = np.flatnonzero(reached & ((sums < least - CLOSE) | (sums > most + CLOSE)))
            if not len(broken):
                return None
            core = np.union1d(core, broken)
        return None

    def are_met(self, costs: Ints, core: Ints, rows: Mapping[int, tuple[float, float]]) -> bool:
        """Whether whole numbers can keep to some rows.

        Args:
            costs: by column, what the rows hang on.
            core: the rows.
            rows: row to its bounds, instead of the model's.
        """
        return self._within(costs, core, rows) is not None

    def _touched(self, core: Ints) -> np.ndarray:
        """The columns that stand in some rows."""
        inside = self._inside(core)
        touched = np.zeros(self._model.columns, np.bool_)
        touched[self._column[inside[self._model.row]]] = True
        for values, _low, _high in self._beside(core):
            touched |= values != 0
        return touched

    def _inside(self, core: Ints) -> np.ndarray:
        inside = np.zeros(len(self._model.names), np.bool_)
        inside[core[core < len(inside)]] = True
        return inside

    def _beside(self, core: Ints) -> list[Row]:
        many = len(self._model.names)
        return [self._more[row - many] for row in core[core >= many].tolist()]

    def _within(self, costs: Ints, core: Ints, rows: Mapping[int, tuple[float, float]]) -> Ints | None:
        """Columns that keep to some rows; those that stand in none of them are free, and left at nothing."""
        inside = self._inside(core)
        upper = np.where(self._touched(core), self._upper, self._lower)
        bounds = dict.fromkeys(np.flatnonzero(~inside).tolist(), (-np.inf, np.inf))
        bounds |= {row: held for row, held in rows.items() if inside[row]}
        found = search(
            self._model, costs, lower=self._lower, upper=upper, rows=bounds, more=self._beside(core), near=ENOUGH,
            seed=self._seed, stop=self._stop,
        )  # fmt: skip
        if found.ending is Ending.STOPPED:
            raise Stopped
        return found.columns
