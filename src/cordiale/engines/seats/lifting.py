"""Answers what the stage of fairness asks of thresholds: by linear programs, by cores of them, and by searches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from cordiale.engines.seats.cores import Cores
from cordiale.engines.seats.fairness import Oracle, Test, Thresholds, covers
from cordiale.engines.seats.highs import Ending, Program, Row, Stopped, search
from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Model

NEAR = 0.01
"""How far from the best total a solution may be that only shows that thresholds can be met."""

Rows = dict[int, tuple[float, float]]


class Lifting:
    """The questions of one run.

    Args:
        model: what is asked.
        program: its linear program, within the same bounds and with the same rows.
        lower, upper: bounds of columns.
        rows: bounds of the rows that say what is decided, with thresholds.
        more: rows that the model lacks.
        known: a solution, where there is one.
        tell: is told how many linear programs were solved.
    """

    def __init__(
        self,
        model: Model,
        program: Program,
        lower: Ints,
        upper: Ints,
        rows: Callable[[Thresholds], Rows],
        more: Sequence[Row],
        *,
        known: Ints | None,
        tell: Callable[[str], None],
    ) -> None:
        self._model, self._program, self._rows, self._tell = model, program, rows, tell
        self._lower, self._upper = lower, upper
        self._cores = Cores(model, lower, upper, more, seed=program.seed, stop=program.stop)
        first = model.kinds.get("share", (0, 0))[0]
        wanting = np.flatnonzero(model.settled.wanted > 0).tolist()
        self._row = {party: first + place for place, party in enumerate(wanting)}
        self._against: dict[Thresholds, Ints] = {}
        """By thresholds that are not met, the rows that forbid them."""
        self._met = {} if known is None else {self._shares(known): known}
        self.last = known
        """The last solution that was found."""
        self.nodes = 0
        program.aim(model.total())

    def oracle(self) -> Oracle:
        """Who answers."""
        return Oracle(
            self._promises, self._searched, met=list(self._met), most=self._shares(self._upper), doubt=self._doubt
        )

    def solution(self, thresholds: Thresholds) -> Ints:
        """A solution that meets thresholds of which that is known."""
        return next(columns for shares, columns in self._met.items() if covers(shares, thresholds))

    def _shares(self, columns: Ints) -> Thresholds:
        """By party, the seats of priority 1 that columns give; those that they can have at most give the most."""
        settled = self._model.settled
        first, seats = settled.alive & (settled.counts_as == 1), self._model.seats_of(columns)
        counted = np.bincount(settled.instance.party[first], seats[first], len(settled.instance.parties))
        return tuple(counted.astype(int).tolist())

    def _ask(self, thresholds: Thresholds) -> None:
        for party, row in self._row.items():
            self._program.bound_row(row, float(thresholds[party]), np.inf)

    def _promises(self, thresholds: Thresholds) -> bool:
        self._tell(f"{self._program.runs:,} linear programs")
        self._ask(thresholds)
        if self._program.is_feasible():
            return True
        self._against[thresholds] = self._program.against
        return False

    def _searched(self, thresholds: Thresholds) -> Thresholds | None:
        # any solution will do; looking for a good total leads the search there, and to a proof that there is none
        found = search(
            self._model, self._model.total(), lower=self._lower, upper=self._upper, rows=self._rows(thresholds),
            near=NEAR, seed=self._program.seed, stop=self._program.stop,
        )  # fmt: skip
        self.nodes += found.nodes
        if found.columns is not None:
            shares = self._shares(found.columns)
            self.last = self._met[shares] = found.columns
            return shares
        if found.ending is Ending.STOPPED:
            raise Stopped
        return None

    def _doubt(self, now: Thresholds, party: int, refused: Thresholds) -> Test | None:
        core = self._against.get(refused)
        if core is None:
            return None
        self._ask(now)
        relaxed = self._program.solve()
        if relaxed is None:
            return None
        share = self._model.share_of(party)
        core = self._cores.refuting(share, np.union1d(core, [self._row[party]]), self._rows(now), relaxed.columns)
        if core is None:
            return None
        rows_there = set(core.tolist())
        parties = {one for one, row in self._row.items() if row in rows_there}

        @cache
        def is_met(thresholds: Thresholds) -> bool:
            return self._cores.are_met(share, core, self._rows(thresholds))

        def test(thresholds: Thresholds) -> Thresholds | None:
            reason = tuple(least if one in parties else 0 for one, least in enumerate(thresholds))
            if is_met(reason):
                return None
            self._against[reason] = core
            return reason

        return test
