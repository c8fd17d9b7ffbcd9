"""The official allocation: stage by stage, each within the best of those before, each with a certificate.

A stage is decided by a linear program, whose bound is rigorous; a search among the columns that its reduced costs leave
open; and a proof that the rest cannot be better. Rule: design/seats.md, sections 2 and 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cordiale.engines.seats.bounds import Bound, bound_of
from cordiale.engines.seats.fairness import Leximin, leximin
from cordiale.engines.seats.highs import (
    SEED,
    Ending,
    Program,
    Row,
    SolverFailed,
    Stop,
    Stopped,
    another,
    nearest,
    never,
    reaching,
    search,
)
from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.lifting import Lifting
from cordiale.engines.seats.matrix import Model
from cordiale.engines.seats.narrowing import fix, leave, within
from cordiale.engines.seats.planning import planned
from cordiale.engines.seats.policies import Stage, lot
from cordiale.engines.seats.presolve import Settled
from cordiale.engines.seats.reserves import Reserves
from cordiale.engines.seats.rounding import rounded

LOTS = 1_000
"""How many lots there are; small, so that sums stay exact for the solver."""

Tell = Callable[[str, str], None]


@dataclass(frozen=True)
class Certificate:
    """What was decided by a stage, and how that is known.

    Args:
        stage: which.
        value: what was reached; for fairness, how many parties were lifted to their thresholds.
        bound: nothing better is possible, as far as is proven.
        proven: whether the two are equal.
        lp: the bound of the linear program, in whole numbers; None where there was none.
        runs, nodes: linear programs solved, nodes searched.
    """

    stage: Stage
    value: int
    bound: int
    proven: bool
    lp: int | None = None
    runs: int = 0
    nodes: int = 0


@dataclass
class Progress:
    """What is decided so far; a run that begins with it goes on from there to the same end.

    Args:
        certificates: of the stages that are done.
        missed: seats by which claims are missed at best; None while that is not decided.
        thresholds: by party, seats of priority 1 it gets at least; None while that is not decided.
        frozen: how that is known.
        total: None while that is not decided.
        bound: of the total, for anybody to check.
        columns: the best solution so far; None before the first.
    """

    certificates: list[Certificate] = field(default_factory=list)
    missed: int | None = None
    thresholds: tuple[int, ...] | None = None
    frozen: Leximin | None = None
    total: int | None = None
    bound: Bound | None = None
    columns: Ints | None = None


@dataclass(frozen=True)
class Allocation:
    """Who gets what.

    Args:
        settled: what was decided on.
        seats: by line.
        progress: what is proven of it.
        complete: whether every stage is; False where it was stopped.
        row_names: what the prices of the bound are about.
    """

    settled: Settled
    seats: Ints
    progress: Progress
    complete: bool
    row_names: Sequence[str]


class Official:
    """One run.

    Args:
        model: what is asked, and how it is decided.
        seed: of the solver; the allocation is the same for each.
        stop: ends the run with what there is.
        tell: is told stage and words, now and then.
        keep: is given the progress after each stage.
        held: lower and upper bound of each column, instead of nothing and what the model has: what may not change.
    """

    def __init__(
        self,
        model: Model,
        *,
        seed: int = SEED,
        stop: Stop | None = None,
        tell: Tell = lambda stage, words: None,
        keep: Callable[[Progress], None] = lambda progress: None,
        held: tuple[Ints, Ints] | None = None,
    ) -> None:
        self.model, self.settled, self.policy = model, model.settled, model.settled.policy
        self.seed, self.tell, self.keep = seed, tell, keep
        self._lower, self._upper = held or (np.zeros(model.columns, np.int64), model.upper)
        self._is_held = held is not None
        self.stop: Stop = stop or never
        self._claims = Reserves(model, self._lower, self._upper, is_held=self._is_held, seed=self.seed, stop=self.stop)
        self.progress = Progress()

    def run(self, progress: Progress | None = None) -> Allocation:
        """Decide all stages of the policy, or those that are left.

        Args:
            progress: where an earlier run came to.
        """
        self.progress = progress or Progress()
        done = {one.stage for one in self.progress.certificates}
        decide: Mapping[Stage, Callable[[], Certificate]] = {
            Stage.RESERVES: self._reserves,
            Stage.FAIRNESS: self._fairness,
            Stage.TOTAL: self._total,
            Stage.TIE: self._tie,
        }
        complete = True
        for stage in self.policy.stages:
            if stage in done:
                continue
            try:
                certificate = decide[stage]()
            except Stopped:
                complete = False
                break
            self.progress.certificates.append(certificate)
            self.keep(self.progress)
            if not certificate.proven:
                complete = False
                break
        if not complete and not self._is_held:
            self._fill()
        return Allocation(self.settled, self._seats(), self.progress, complete, self.model.row_names())

    def _seats(self) -> Ints:
        """The best there is; where no stage came so far, the rounded solution of the linear program."""
        if self.progress.columns is None:
            return planned(self.model, seed=self.seed).seats
        return self.model.seats_of(self.progress.columns)

    def _fill(self) -> None:
        """Grant what a stopped run left free, as a plan would; nobody has less, so that what is proven still holds."""
        if self.progress.columns is None:
            return
        kept, claims = self.progress.columns, list(self.model.missed.values())
        lower, upper = kept.copy(), self.model.upper.copy()
        lower[claims], upper[claims] = 0, kept[claims]
        program = Program(self.model, seed=self.seed)
        program.bound_columns(lower, upper)
        program.aim(self.model.total())
        relaxed = program.solve()
        if relaxed is None:
            raise SolverFailed("HiGHS finds nothing where a solution is at hand")
        self.progress.columns = self.model.columns_of(rounded(self.model, relaxed.columns))
        reached = {Stage.RESERVES: self.model.misses(), Stage.TOTAL: self.model.total()}
        last = self.progress.certificates[-1] if self.progress.certificates else None
        if last is not None and not last.proven:
            value = int(reached[last.stage] @ self.progress.columns)
            self.progress.certificates[-1] = replace(last, value=value, proven=value == last.bound)

    # What is decided binds the stages after it, by the rows that say so.

    def _rows(self, thresholds: tuple[int, ...] | None = None) -> dict[int, tuple[float, float]]:
        """Bounds of the rows that say what is decided."""
        found: dict[int, tuple[float, float]] = {}
        if self.progress.missed is not None and self.model.missed:
            found[self.model.kinds["missed"][0]] = -np.inf, float(self.progress.missed)
        thresholds = thresholds or self.progress.thresholds
        if thresholds is not None and "share" in self.model.kinds:
            for row, party in enumerate(np.flatnonzero(self.settled.wanted > 0).tolist()):
                found[self.model.kinds["share"][0] + row] = float(thresholds[party]), np.inf
        return found

    def _program(self) -> Program:
        program = Program(self.model, seed=self.seed, stop=self.stop)
        if self._is_held:
            program.bound_columns(self._lower, self._upper)
        for row, bounds in self._rows().items():
            program.bound_row(row, *bounds)
        return program

    def _bounds(self) -> tuple[Ints, Ints]:
        """Bounds of columns, for the caller to narrow; without what is ruled out by what is decided."""
        if self.progress.missed is None or not self.model.missed:
            return self._lower.copy(), self._upper.copy()
        return within(self.model, *self._claims.bounds(self.progress.missed), self._rows())

    def _reserves(self) -> Certificate:
        if not self.model.missed:
            self.progress.missed = 0
            return Certificate(Stage.RESERVES, 0, 0, proven=True)
        self.tell("reserves", f"{len(self.model.missed):,} claims")
        program = self._program()
        found = self._claims.fewest(program, self._rows())
        self.progress.missed, self.progress.columns = found.missed, found.columns
        return Certificate(
            Stage.RESERVES, found.missed, found.bound, found.proven, found.lp, program.runs, found.nodes
        )  # fmt: skip

    def _fairness(self) -> Certificate:
        program, bounds = self._program(), self._bounds()
        more = [] if self.progress.missed is None else self._claims.rows()
        for values, least, _most in more:
            program.add_row(values, least)
        program.bound_columns(*bounds)
        lifting = Lifting(
            self.model, program, *bounds, self._rows, more, known=self.progress.columns,
            tell=lambda words: self.tell("fairness", words),
        )  # fmt: skip
        try:
            found = leximin(self.settled.wanted.tolist(), self.settled.order, lifting.oracle())
        finally:
            self.progress.columns = lifting.last
        self.progress.thresholds, self.progress.frozen = found.thresholds, found
        self.progress.columns = lifting.solution(found.thresholds)
        parties = len(found.frozen)
        return Certificate(Stage.FAIRNESS, parties, parties, True, None, program.runs, lifting.nodes)

    def _total(self) -> Certificate:
        self.tell("total", "linear program")
        found = self._best(self.model.total(), self._program())
        self.progress.total, self.progress.columns, self.progress.bound = found.value, found.columns, found.program
        return Certificate(
            Stage.TOTAL,
            found.value,
            found.bound,
            found.value == found.bound,
            found.program.value,
            found.runs,
            found.nodes,
        )

    def _tie(self) -> Certificate:
        """Draw lots among the allocations that are equally good, until one is left.

        Columns that no equally good allocation can have otherwise are fixed first: by the reduced costs of the total,
        then by those of each round.
        """
        model, best, value = self.model, self.progress.columns, self.progress.total
        if best is None or value is None:
            raise RuntimeError("lots are drawn after the total")  # pragma: no cover  # `Policy` sees to the order
        program = self._program()
        lower, upper = self._bounds()
        program.bound_columns(lower, upper)
        equal: list[Row] = []
        costs = model.total()
        rounds = nodes = 0
        while True:
            program.aim(costs)
            relaxed = program.solve()
            if relaxed is None:
                raise SolverFailed("HiGHS finds nothing where a solution is at hand")
            fix(relaxed, value, lower, upper, slack=0)
            program.bound_columns(lower, upper)
            equal.append(reaching(costs, value))
            program.add_row(*equal[-1][:2])
            open_ = np.flatnonzero((lower < upper)[: model.units])
            self.tell("tie", f"{len(open_):,} lines are open")
            if not len(open_) or (rounds and not self._another(best, lower, upper, equal)):
                break
            costs = self._lots(rounds)
            found = search(
                model, costs, lower=lower, upper=upper, rows=self._rows(), more=equal, start=best, seed=self.seed,
                stop=self.stop,
            )  # fmt: skip
            if found.ending is not Ending.BEST or found.columns is None or found.value is None:
                raise Stopped
            best, value, rounds, nodes = found.columns, found.value, rounds + 1, nodes + found.nodes
        self.progress.columns = best
        return Certificate(Stage.TIE, rounds, rounds, True, None, program.runs, nodes)

    def _another(self, best: Ints, lower: Ints, upper: Ints, equal: Sequence[Row]) -> bool:
        """Whether another allocation is equally good."""
        return another(
            self.model, best, lower=lower, upper=upper, rows=self._rows(), more=equal, counts=self.model.units,
            seed=self.seed, stop=self.stop,
        )  # fmt: skip

    def nearest(self, here: Ints) -> Ints:
        """The columns of the allocation that is as good as the one decided, and in which the fewest seats change hands.

        Args:
            here: the columns that it is compared with; need not be an allocation of this run.
        """
        lower, upper = self._bounds()
        costs, value = self.model.total(), self.progress.total
        more: list[Row] = [] if value is None else [reaching(costs, value)]
        return nearest(
            self.model, here, self.model.per_line(np.ones(len(self.settled.instance.lines), np.int64)), lower=lower,
            upper=upper, rows=self._rows(), more=more, seed=self.seed, stop=self.stop,
        )  # fmt: skip

    def _lots(self, number: int) -> Ints:
        """By column, the lot that it draws in a round."""
        lines = self.settled.instance.lines
        drawn = np.zeros(len(lines), np.int64)
        for place in self.model.lines.tolist():
            drawn[place] = lot(self.policy, "tie", str(number), lines[place].id) % LOTS
        return self.model.per_line(drawn)

    def _best(self, costs: Ints, program: Program) -> _Found:
        """The best whole numbers for an objective: linear program, first solution, proof."""
        model = self.model
        program.aim(costs)
        relaxed = program.solve()
        if relaxed is None:
            raise RuntimeError("what was decided before is feasible no more")  # pragma: no cover  # a mistake of ours
        bound = bound_of(model, costs, self._rows(), relaxed, self._upper)
        lp = bound.value
        lower, upper = self._bounds()
        program.bound_columns(lower, upper)
        relaxed = program.solve()
        if relaxed is None:
            raise SolverFailed("HiGHS finds nothing within bounds that every solution keeps to")
        leave(relaxed, lower, upper)
        core = search(
            model, costs, lower=lower, upper=upper, rows=self._rows(), start=self.progress.columns, seed=self.seed,
            stop=self.stop,
        )  # fmt: skip
        best, columns, nodes = core.value, core.columns, core.nodes
        if best is not None and columns is not None and best == lp:
            return _Found(best, columns, lp, bound, program.runs, nodes)
        if core.ending is Ending.STOPPED:
            if best is None or columns is None:
                raise Stopped
            return _Found(best, columns, lp, bound, program.runs, nodes)
        lower, upper = self._bounds()
        if best is not None:
            fix(relaxed, best, lower, upper, slack=1)
        rest = search(
            model, costs, lower=lower, upper=upper, rows=self._rows(), start=columns, seed=self.seed, stop=self.stop
        )
        nodes += rest.nodes
        if rest.value is not None and rest.columns is not None and (best is None or rest.value > best):
            best, columns = rest.value, rest.columns
        if best is None or columns is None:
            raise Stopped
        # nothing is better than the best where the open columns hold nothing better
        most = min(lp, max(best, rest.bound)) if rest.ending is Ending.STOPPED else best
        return _Found(best, columns, most, bound, program.runs, nodes)


@dataclass(frozen=True)
class _Found:
    value: int
    columns: Ints
    bound: int
    program: Bound
    runs: int
    nodes: int
