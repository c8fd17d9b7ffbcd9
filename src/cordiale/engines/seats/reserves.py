"""Reserves: as few claims missed as can be, and what that rules out for the stages after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cordiale.engines.seats.clusters import cluster_rows
from cordiale.engines.seats.highs import Best, Ending, Program, Row, SolverFailed, Stop, Stopped, Whole, search
from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Model
from cordiale.engines.seats.narrowing import CLOSE, fix, narrowed, within

Rows = dict[int, tuple[float, float]]
"""Row to its bounds, instead of the model's."""


@dataclass(frozen=True)
class Fewest:
    """How few seats are missed.

    Args:
        missed: in the best there was.
        bound: none miss fewer.
        proven: whether the two are equal.
        lp: what the linear program says, in whole seats.
        columns: of the best there was.
        nodes: searched.
    """

    missed: int
    bound: int
    proven: bool
    lp: int
    columns: Ints
    nodes: int


class Reserves:
    """The claims of one run.

    Args:
        model: it has claims.
        lower, upper: bounds of columns.
        is_held: whether most columns are held where they are; then little is open, and no rows are looked for.
        seed: of the solver.
        stop: ends a run.
    """

    def __init__(self, model: Model, lower: Ints, upper: Ints, *, is_held: bool, seed: int, stop: Stop) -> None:
        self.model, self._lower, self._upper = model, lower, upper
        self._is_held, self._seed, self._stop = is_held, seed, stop
        self._rows: list[Row] | None = None
        self._within: tuple[Ints, Ints] | None = None
        self._costs = -model.misses()

    def rows(self) -> list[Row]:
        """Rows that all solutions keep to, and that bring a linear program close to what must be missed."""
        if self._rows is None:
            program = Program(self.model, seed=self._seed, stop=self._stop)
            self._rows = [] if self._is_held else cluster_rows(self.model, program, seed=self._seed, stop=self._stop)
        return self._rows

    def add_rows(self, program: Program) -> None:
        """Give a linear program these rows."""
        for values, least, _ in self.rows():
            program.add_row(values, least)

    def fewest(self, program: Program, rows: Rows) -> Fewest:
        """Miss as few as can be.

        Args:
            program: with all that is decided before, and without the rows of this stage.
            rows: what is decided before.

        Raises:
            Stopped: before there was anything.
        """
        self.add_rows(program)
        program.aim(self._costs)
        relaxed = program.solve()
        if relaxed is None:
            raise SolverFailed("HiGHS finds nothing where nobody need have a seat")
        most = int(np.floor(relaxed.value + CLOSE))
        found = self._reaching(relaxed, most, rows)
        nodes = 0 if found is None else found.nodes
        proven, bound = found is not None and found.value == most, most
        if not proven:
            whole = search(
                self.model, self._costs, lower=self._lower, upper=self._upper, rows=rows, more=self.rows(),
                start=None if found is None else found.columns, seed=self._seed, stop=self._stop,
            )  # fmt: skip
            nodes, proven, bound = nodes + whole.nodes, whole.ending is Ending.BEST, min(most, whole.bound)
            found = found if whole.value is None else whole
        if found is None or found.value is None or found.columns is None:
            raise Stopped
        bound = found.value if proven else bound
        return Fewest(-found.value, -bound, proven, -most, found.columns, nodes)

    def _reaching(self, relaxed: Best, most: int, rows: Rows) -> Whole | None:
        """A search for what a linear program says, among few columns; mostly it is there. None where rows forbid it."""
        lower, upper = self._lower.copy(), self._upper.copy()
        fix(relaxed, most, lower, upper, slack=0)
        inside = narrowed(self.model, lower, upper, self._missing(-most))
        if inside is None:
            return None
        return search(
            self.model, self._costs, lower=inside[0], upper=inside[1], rows=rows, more=self.rows(), seed=self._seed,
            stop=self._stop,
        )  # fmt: skip

    def _missing(self, missed: int) -> Rows:
        return {self.model.kinds["missed"][0]: (-np.inf, float(missed))}

    def bounds(self, missed: int) -> tuple[Ints, Ints]:
        """The bounds that solutions reach which miss no more: reduced costs and rows in turn, while they say more.

        Nothing else that is decided is looked at, so that a run that is taken up has the same bounds.

        Args:
            missed: what is decided.
        """
        if self._within is None:
            self._within = self._narrowed(missed)
        return self._within

    def _narrowed(self, missed: int) -> tuple[Ints, Ints]:
        program = Program(self.model, seed=self._seed, stop=self._stop)
        program.aim(self._costs)
        lower, upper = self._lower.copy(), self._upper.copy()
        has_rows = False
        while True:
            before = int((upper - lower).sum())
            program.bound_columns(lower, upper)
            relaxed = program.solve()
            if relaxed is None:
                raise SolverFailed("HiGHS finds nothing where a solution is at hand")
            fix(relaxed, -missed, lower, upper, slack=0)
            lower, upper = within(self.model, lower, upper, self._missing(missed))
            if int((upper - lower).sum()) < before:
                continue
            if has_rows:
                return lower, upper
            self.add_rows(program)  # other prices, which rule out other columns
            has_rows = True
