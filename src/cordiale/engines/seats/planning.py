"""A plan near the best total, in less than the time of two linear programs, and a bound that shows how near it is.

A linear program shares nearly everything out in whole seats. What it tears is searched for in whole numbers, with what
hangs together with it, while everything else stays; then what is left free is filled up. And the activities in which it
tears something, taken alone, say what whole numbers cannot reach.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cordiale.engines.seats.bounds import Bound, bound_of
from cordiale.engines.seats.highs import SEED, Best, Program, SolverFailed, search
from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Floats, Model
from cordiale.engines.seats.rounding import rounded

CLOSE = 1e-6
LOCAL = ("seats", "minimum", "pair")
"""Rows about a single activity."""
FINE = 16
"""Prices are counted in parts of this where an activity is looked at; any price gives a true bound."""
CHEAP = 1.0
"""Reduced cost up to which a line of a party whose budget is torn may change."""
NEAR = 1e-4
"""The part of what is searched for by which it may be from the best."""
NODES = 100
"""Of a search, at most; what there is by then is taken."""
NOTHING = "HiGHS finds nothing, though that nobody gets anything is feasible"


@dataclass(frozen=True)
class Plan:
    """Seats near the best total.

    Args:
        seats: by line.
        bound: what the linear program proves that no allocation passes, for anybody to check.
        whole_bound: the same, and as a rule less, where single activities are looked at in whole numbers.
    """

    seats: Ints
    bound: Bound
    whole_bound: int


def planned(model: Model, *, seed: int = SEED) -> Plan:
    """A plan. Reserves and fairness are not looked at.

    Raises:
        SolverFailed.
    """
    program = Program(model, seed=seed)
    program.aim(model.total())
    relaxed = program.solve()
    if relaxed is None:
        raise SolverFailed(NOTHING)
    del program  # at 450,000 lines the solver holds a third of the memory, and what follows wants some of it
    columns = _searched(model, relaxed, seed)
    seats = rounded(model, relaxed.columns if columns is None else columns.astype(np.float64))
    bound = bound_of(model, model.total(), {}, relaxed, model.upper)
    return Plan(seats, bound, min(bound.value, whole_bound(model, relaxed, seed=seed)))


def whole_bound(model: Model, relaxed: Best, *, seed: int = SEED) -> int:
    """What no allocation passes, where single activities are looked at in whole numbers.

    An activity in which the linear program tears something is taken alone: its own rows hold, all others are paid for
    at their prices. What it is worth then at most in whole numbers bounds it, whatever the prices are. Bundles that are
    torn tie activities together.

    Args:
        relaxed: a solution of the linear program.
    """
    of = _column_of(model)
    held = _rows_of(model, _torn(relaxed.columns), LOCAL, of)
    chosen = _reached(model, held, of)
    prices = np.where(held, 0.0, relaxed.row_dual)
    worth = model.total() - np.bincount(of, prices[model.row] * model.value, model.columns)
    costs = np.where(chosen, np.rint(worth * FINE), 0).astype(np.int64)
    found = search(
        model, costs, upper=np.where(chosen, model.upper, 0), seed=seed,
        rows=dict.fromkeys(np.flatnonzero(~held).tolist(), (-np.inf, np.inf)),
    )  # fmt: skip
    if found.value is None:
        raise SolverFailed(NOTHING)
    paid = replace(relaxed, row_dual=prices * FINE)
    return (found.value + bound_of(model, model.total() * FINE - costs, {}, paid, model.upper).value) // FINE


def _searched(model: Model, relaxed: Best, seed: int) -> Ints | None:
    """The best columns found while most stay where the linear program has them; None where there are none."""
    of = _column_of(model)
    open_ = _torn(relaxed.columns)
    open_ |= _reached(model, _rows_of(model, open_, LOCAL, of), of)
    open_ |= _reached(model, _rows_of(model, open_, ("budget",), of), of) & (np.abs(relaxed.column_dual) <= CHEAP)
    whole = np.rint(relaxed.columns).astype(np.int64)
    found = search(
        model, model.total(), lower=np.where(open_, 0, whole), upper=np.where(open_, model.upper, whole), seed=seed,
        near=NEAR, nodes=NODES, is_quick=True,
    )  # fmt: skip
    return found.columns


def _torn(columns: Floats) -> np.ndarray:
    return np.abs(columns - np.rint(columns)) > CLOSE


def _column_of(model: Model) -> Ints:
    """By cell of the matrix, its column."""
    return np.repeat(np.arange(model.columns), np.diff(model.start))


def _rows_of(model: Model, columns: np.ndarray, kinds: tuple[str, ...], of: Ints) -> np.ndarray:
    """Which rows of some kinds have one of the columns."""
    found, asked = np.zeros((2, len(model.names)), np.bool_)
    for kind in kinds:
        first, count = model.kinds.get(kind, (0, 0))
        asked[first : first + count] = True
    found[model.row[columns[of]]] = True
    return found & asked


def _reached(model: Model, rows: np.ndarray, of: Ints) -> np.ndarray:
    """Which columns stand in one of the rows."""
    found = np.zeros(model.columns, np.bool_)
    found[of[rows[model.row]]] = True
    return found
