"""The solver behind one door: HiGHS with one thread and a fixed seed, so that the same model gives the same answer.

Traps that this module keeps from the others (design/seats.md, section 6): HiGHS is given no limit of time, an LP that
was cut is never taken for infeasible, and a basis is put back after a probe that failed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import highspy  # type: ignore[import-untyped]  # it ships no types
import numpy as np

from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Floats, Model

VERSION: Final = "1.14.0"
SEED: Final = 0
_CLOSE: Final = 1e-9
Stop = Callable[[], bool]
"""Asked often; once it says yes, the run ends with what there is."""


class Ending(Enum):
    """How a run ended."""

    BEST = "best"
    NOTHING = "infeasible"
    STOPPED = "stopped"


class SolverFailed(RuntimeError):
    """The solver ended in a way that says nothing of the model: a mistake of the program, never an answer."""

    code = "seats-solver-failed"


class Stopped(Exception):
    """A run was stopped before it could answer."""

    code = "seats-stopped"


@dataclass(frozen=True)
class Best:
    """What a linear program came to.

    Args:
        value: of the objective.
        columns: the solution.
        column_dual, row_dual: what the objective would gain by one unit more of a bound.
    """

    value: float
    columns: Floats
    column_dual: Floats
    row_dual: Floats


@dataclass(frozen=True)
class Whole:
    """What a search for whole numbers came to.

    Args:
        ending: `BEST` when it is proven.
        value, columns: of the best there was; None where there was none.
        bound: no solution has more; rounded down.
        nodes: of the search tree.
    """

    ending: Ending
    value: int | None
    columns: Ints | None
    bound: int
    nodes: int


def never() -> bool:
    """No run ends early."""
    return False


class Program:
    """A linear program that is solved again and again, each time from where the last run ended.

    Args:
        model: its columns may be fractional here.
        seed: of the solver.
        stop: ends a run.
    """

    def __init__(self, model: Model, *, seed: int = SEED, stop: Stop = never) -> None:
        self._model = model
        self.seed, self.stop = seed, stop
        self._highs = _highs(seed)
        if stop is not never:
            self._highs.cbSimplexInterrupt += lambda event: event.interrupt() if stop() else None
        _pass(self._highs, model)
        self.runs = 0
        self.against: Ints = np.empty(0, np.int64)
        """The rows that say so together, once there is no solution."""

    def aim(self, costs: Ints) -> None:
        """Set what is to be as large as can be."""
        count = self._model.columns
        self._highs.changeColsCost(count, np.arange(count, dtype=np.int32), costs.astype(np.float64))

    def bound_row(self, row: int, lower: float, upper: float) -> None:
        """Set the bounds of a row."""
        self._highs.changeRowBounds(row, lower, upper)

    def add_row(self, values: Ints, lower: float) -> None:
        """Add a row: a value for each column, whose sum is at least so much."""
        at = np.flatnonzero(values).astype(np.int32)
        self._highs.addRow(lower, highspy.kHighsInf, len(at), at, values[at].astype(np.float64))

    def bound_columns(self, lower: Ints, upper: Ints) -> None:
        """Set the bounds of every column."""
        count = self._model.columns
        self._highs.changeColsBounds(
            count, np.arange(count, dtype=np.int32), lower.astype(np.float64), upper.astype(np.float64)
        )

    def is_feasible(self) -> bool:
        """Solve it, and say only whether there is a solution; without one, the next run begins where this one did.

        Raises:
            Stopped, SolverFailed.
        """
        self.runs += 1
        if not self._model.columns:  # HiGHS calls that empty, and answers nothing
            return True
        basis = self._highs.getBasis()
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            _status, is_known, ray = self._highs.getDualRay()
            self.against = np.flatnonzero(np.abs(ray) > _CLOSE) if is_known else np.empty(0, np.int64)
            if basis.valid:
                self._highs.setBasis(basis)
            return False
        if status != highspy.HighsModelStatus.kOptimal:
            _refuse(self._highs, status, self.stop)
        return True

    def solve(self) -> Best | None:
        """Solve it; None where it is infeasible.

        Raises:
            Stopped, SolverFailed.
        """
        if not self.is_feasible():
            return None
        if not self._model.columns:
            return Best(0.0, np.empty(0), np.empty(0), np.zeros(len(self._model.names)))
        found = self._highs.getSolution()
        return Best(
            float(self._highs.getInfo().objective_function_value),
            np.array(found.col_value),
            np.array(found.col_dual),
            np.array(found.row_dual),
        )


Row = tuple[Ints, float, float]
"""A row that the model lacks: a value for each column, lower and upper bound."""


def reaching(costs: Ints, value: int) -> Row:
    """The row that an objective comes to no less than before.

    By half of a point less, which for whole numbers is the same: where a single solution is left and the row is exactly
    full, what doubles are off by made HiGHS call that infeasible (10,000 activities).
    """
    return costs, value - 0.5, np.inf


def search(
    model: Model,
    costs: Ints,
    *,
    lower: Ints | None = None,
    upper: Ints | None = None,
    rows: dict[int, tuple[float, float]] | None = None,
    more: Sequence[Row] = (),
    start: Ints | None = None,
    near: float = 0.0,
    nodes: int | None = None,
    is_quick: bool = False,
    seed: int = SEED,
    stop: Stop = never,
    tell: Callable[[int | None, float], None] | None = None,
) -> Whole:
    """Search for the whole numbers that make the objective as large as can be, to a proof.

    Args:
        costs: whole, so that a gap below 1 is a proof.
        lower, upper: bounds of columns, instead of the model's.
        rows: row to its bounds, instead of the model's.
        more: rows that the model lacks.
        start: a solution to begin with.
        near: the part of the value by which the solution may be from the best; then the bound stays open.
        nodes: after so many it stops with what there is.
        is_quick: for what is no proof: HiGHS presolves, which may say "infeasible" falsely, and looks less at first.
        tell: is told the best value and the bound, now and then.

    Raises:
        SolverFailed.
    """
    part = _Part(model, lower, upper, rows or {}, more)
    if part.broken:
        return Whole(Ending.NOTHING, None, None, 0, 0)
    fixed = int(costs[~part.open] @ part.lower[~part.open])
    if not part.open.any():
        return Whole(Ending.BEST, fixed, part.lower.copy(), fixed, 0)
    highs = part.passed(costs[part.open].astype(np.float64), seed)
    if near:
        highs.setOptionValue("mip_rel_gap", near)
    if nodes is not None:
        highs.setOptionValue("mip_max_nodes", nodes)
    if is_quick:
        highs.setOptionValue("presolve", "on")
        highs.setOptionValue("mip_heuristic_run_root_reduced_cost", False)
    if start is not None:
        _begin(highs, start[part.open])
    if stop is not never or tell is not None:
        highs.cbMipInterrupt += lambda event: _between(event, stop, tell)
    highs.run()
    found = _found(highs, costs[part.open], stop, near=near > 0)
    columns = None
    if found.columns is not None:
        if not part.holds(found.columns):
            raise SolverFailed("what HiGHS found breaks a row once it is rounded to whole numbers")
        columns = part.lower.copy()
        columns[part.open] = found.columns
    value = None if found.value is None else found.value + fixed
    return Whole(found.ending, value, columns, found.bound + fixed, found.nodes)


def another(
    model: Model,
    best: Ints,
    *,
    lower: Ints,
    upper: Ints,
    rows: dict[int, tuple[float, float]],
    more: Sequence[Row],
    counts: int,
    seed: int = SEED,
    stop: Stop = never,
) -> bool:
    """Whether there is a solution that differs from one in its first columns; the objective is the difference.

    A column at a bound differs by how far it leaves it. One between its bounds goes up or down, which a column of its
    own decides.

    Args:
        best: the solution.
        counts: how many columns count, the first ones.

    Raises:
        Stopped, SolverFailed.
    """
    part = _Part(model, lower, upper, rows, more)
    here, low, high = best[part.open], part.lower[part.open], part.upper[part.open]
    counted = np.flatnonzero(part.open) < counts
    away = np.where(here == low, 1, np.where(here == high, -1, 0)) * counted
    between = np.flatnonzero(counted & (away == 0))
    highs = part.passed(away.astype(np.float64), seed)
    for column in between.tolist():
        _count_moves(highs, column, at=int(here[column]), least=int(low[column]), most=int(high[column]))
    _begin(highs, np.concatenate([here, np.zeros(3 * len(between), np.int64)]))
    if stop is not never:
        highs.cbMipInterrupt += lambda event: _between(event, stop, None)
    highs.run()
    if highs.getModelStatus() == highspy.HighsModelStatus.kInterrupt and stop():
        raise Stopped
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        _refuse(highs, highs.getModelStatus(), stop)
    return round(float(highs.getInfo().objective_function_value)) > int(away @ here)


def _count_moves(highs: highspy.Highs, column: int, *, at: int, least: int, most: int) -> None:
    """Let the objective count how far a column between its bounds moves, whichever way.

    Three columns more: how far up, how far down, and which of the two.
    """
    up = highs.getNumCol()
    down, choice = up + 1, up + 2
    for worth, reach in ((1.0, most - at), (1.0, at - least), (0.0, 1)):
        highs.addCol(worth, 0.0, float(reach), 0, [], [])
    highs.changeColsIntegrality(3, np.array([up, down, choice], np.int32), np.ones(3, dtype=np.uint8))
    for lower, upper, columns, values in (
        (at, at, (column, up, down), (1, -1, 1)),
        (-highspy.kHighsInf, 0, (up, choice), (1, at - most)),
        (-highspy.kHighsInf, at - least, (down, choice), (1, at - least)),
    ):
        highs.addRow(
            float(lower), float(upper), len(columns), np.array(columns, np.int32), np.array(values, np.float64)
        )


def nearest(
    model: Model,
    here: Ints,
    weights: Ints,
    *,
    lower: Ints,
    upper: Ints,
    rows: dict[int, tuple[float, float]],
    more: Sequence[Row],
    seed: int = SEED,
    stop: Stop = never,
) -> Ints:
    """The solution that is least different from another: the sum of all moves times their weights.

    Args:
        here: what it is to be near to; need not be a solution itself.
        weights: by column.

    Raises:
        Stopped, SolverFailed.
    """
    part = _Part(model, lower, upper, rows, more)
    if not part.open.any():
        return part.lower.copy()
    at, low, high, weight = here[part.open], part.lower[part.open], part.upper[part.open], weights[part.open]
    below, above = at <= low, at >= high
    highs = part.passed(np.where(below, -weight, np.where(above, weight, 0)).astype(np.float64), seed)
    for column in np.flatnonzero(~below & ~above & (weight > 0)).tolist():
        up = highs.getNumCol()
        for reach in (high[column] - at[column], at[column] - low[column]):
            highs.addCol(-float(weight[column]), 0.0, float(reach), 0, [], [])
        row = np.array([column, up, up + 1], np.int32)
        highs.addRow(float(at[column]), float(at[column]), 3, row, np.array([1.0, -1.0, 1.0]))
    if stop is not never:
        highs.cbMipInterrupt += lambda event: _between(event, stop, None)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        _refuse(highs, highs.getModelStatus(), stop)
    found = np.rint(np.array(highs.getSolution().col_value)[: len(at)]).astype(np.int64)
    if not part.holds(found):
        raise SolverFailed("what HiGHS found breaks a row once it is rounded to whole numbers")
    columns = part.lower.copy()
    columns[part.open] = found
    return columns


def _begin(highs: highspy.Highs, start: Ints) -> None:
    given = highspy.HighsSolution()
    given.col_value = start.astype(np.float64).tolist()
    highs.setSolution(given)


class _Part:
    """A model without its fixed columns, and without the rows that then say nothing.

    Args:
        model: all of it.
        lower, upper: bounds of columns, instead of the model's.
        rows: row to its bounds, instead of the model's.
        more: rows that the model lacks.
    """

    def __init__(
        self,
        model: Model,
        lower: Ints | None,
        upper: Ints | None,
        rows: dict[int, tuple[float, float]],
        more: Sequence[Row],
    ) -> None:
        self.lower = np.zeros(model.columns, np.int64) if lower is None else lower
        self.upper = model.upper if upper is None else upper
        self.open = self.lower < self.upper
        least, most = model.row_lower.copy(), model.row_upper.copy()
        for row, bounds in rows.items():
            least[row], most[row] = bounds
        of = np.repeat(np.arange(model.columns), np.diff(model.start))
        free = self.open[of]
        held = np.bincount(model.row[~free], model.value[~free] * self.lower[of[~free]], len(model.names))
        least, most = least - held, most - held
        inside = np.zeros(len(model.names), np.bool_)
        inside[model.row[free]] = True
        self.broken = bool(np.any(~inside & ((least > _CLOSE) | (most < -_CLOSE))))
        kept = inside & ((least > -np.inf) | (most < np.inf))
        self._number = np.cumsum(kept) - 1
        said = kept[model.row[free]]
        self._row, self._value = self._number[model.row[free][said]], model.value[free][said]
        place = np.cumsum(self.open) - 1
        self._column = place[of[free][said]]
        self._least, self._most = least[kept], most[kept]
        self._more = []
        for values, low, high in more:
            fixed = float(values[~self.open] @ self.lower[~self.open])
            self._more.append((values[self.open], low - fixed, high - fixed))

    def holds(self, columns: Ints) -> bool:
        """Whether whole numbers keep to every bound and row, counted exactly.

        Args:
            columns: of the open ones.
        """
        sums = np.zeros(len(self._least), np.int64)
        np.add.at(sums, self._row, self._value * columns[self._column])
        return bool(
            np.all((self.lower[self.open] <= columns) & (columns <= self.upper[self.open]))
            and np.all((self._least <= sums) & (sums <= self._most))
            and all(low <= int(values @ columns) <= high for values, low, high in self._more)
        )

    def passed(self, costs: Floats, seed: int) -> highspy.Highs:
        """A search over it, ready to run."""
        highs = _highs(seed)
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", 0.999)
        highs.setOptionValue("mip_feasibility_tolerance", 1e-7)
        highs.setOptionValue("presolve", "off")  # that of 1.14 calls some models infeasible that are not (HiGHS #3090)
        highs.setOptionValue("mip_heuristic_run_feasibility_jump", False)  # half of a short search, and finds little
        count = int(self.open.sum())
        start = np.searchsorted(self._column, np.arange(count))
        _pass_arrays(
            highs, costs, (self.lower[self.open], self.upper[self.open]), (self._least, self._most),
            (start, self._row, self._value), is_whole=True,
        )  # fmt: skip
        for values, low, high in self._more:
            at = np.flatnonzero(values).astype(np.int32)
            highs.addRow(low, high, len(at), at, values[at].astype(np.float64))
        return highs


def _between(event: Any, stop: Stop, tell: Callable[[int | None, float], None] | None) -> None:
    out = event.data_out
    if tell is not None:
        best = out.mip_primal_bound
        tell(None if abs(best) > 1e29 else round(best), float(out.mip_dual_bound))
    if stop():
        event.interrupt()


def _found(highs: highspy.Highs, costs: Ints, stop: Stop, *, near: bool = False) -> Whole:
    status, info = highs.getModelStatus(), highs.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Whole(Ending.NOTHING, None, None, 0, int(info.mip_node_count))
    stopped = status in (highspy.HighsModelStatus.kInterrupt, highspy.HighsModelStatus.kSolutionLimit)
    if status != highspy.HighsModelStatus.kOptimal and not stopped:
        _refuse(highs, status, stop)
    bound = float(info.mip_dual_bound)
    floor = int(np.floor(bound + 1e-6)) if abs(bound) < 1e29 else 2**62
    if info.primal_solution_status != 2:
        if not stopped:
            raise SolverFailed("HiGHS says that it is done and has no solution")
        return Whole(Ending.STOPPED, None, None, floor, int(info.mip_node_count))
    columns = np.rint(np.array(highs.getSolution().col_value)).astype(np.int64)
    value = int(costs @ columns)
    if not stopped and not near:
        floor = value  # the gap is below one, and both are whole
    return Whole(Ending.STOPPED if stopped else Ending.BEST, value, columns, floor, int(info.mip_node_count))


def _highs(seed: int) -> highspy.Highs:
    highs = highspy.Highs()
    if highs.version() != VERSION:
        raise SolverFailed(f"HiGHS {highs.version()} is here, and {VERSION} is what results are replayed with")
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", seed)):
        highs.setOptionValue(name, value)
    return highs


def _pass(highs: highspy.Highs, model: Model) -> None:
    nothing = np.zeros(model.columns)
    _pass_arrays(
        highs, nothing, (nothing, model.upper), (model.row_lower, model.row_upper),
        (model.start[:-1], model.row, model.value), is_whole=False,
    )  # fmt: skip


def _pass_arrays(
    highs: highspy.Highs,
    costs: Floats,
    columns: tuple[Floats | Ints, Floats | Ints],
    rows: tuple[Floats, Floats],
    matrix: tuple[Ints, Ints, Ints],
    *,
    is_whole: bool,
) -> None:
    """Give HiGHS a model to maximise; as arrays, since it copies the fields of a `HighsLp` number by number.

    Args:
        columns, rows: lower and upper bounds.
        matrix: by columns: where each begins, then row and value of each cell.
    """
    start, index, value = matrix
    status = highs.passModel(
        len(costs), len(rows[0]), len(value), int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMaximize), 0.0,
        costs.astype(np.float64), columns[0].astype(np.float64), columns[1].astype(np.float64), rows[0], rows[1],
        start.astype(np.int32), index.astype(np.int32), value.astype(np.float64),
        np.full(len(costs), int(is_whole), np.int32),
    )  # fmt: skip
    if status == highspy.HighsStatus.kError:
        raise SolverFailed("HiGHS does not take the model")


def _refuse(highs: highspy.Highs, status: object, stop: Stop) -> None:
    if status == highspy.HighsModelStatus.kInterrupt and stop():
        raise Stopped
    raise SolverFailed(f"HiGHS ended with {highs.modelStatusToString(status)}")
