"""Narrows the bounds of columns to what solutions can reach, before they are searched for.

Three ways: rows, which leave a column no more than the others let it have; reduced costs, which say what a solution
that is good enough cannot have otherwise; and a guess, for a first solution. At 1,400 activities the rows alone say
after the reserves nearly all of what whole numbers know and a linear program does not.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cordiale.engines.seats.highs import Best, SolverFailed
from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Model

CORE = 8.0
"""Reduced cost from which a column is left where the linear program has it, while a first solution is looked for."""
CLOSE = 1e-6
SURE = 0.1
"""By how much a reduced cost must pass the gap: what tens of thousands of columns may each be off by, 1e-7, adds up to
some hundredths."""


def narrowed(
    model: Model, lower: Ints, upper: Ints, rows: Mapping[int, tuple[float, float]]
) -> tuple[Ints, Ints] | None:
    """The bounds that whole numbers within these can reach, as far as single rows say; None where a row says none.

    Args:
        rows: row to its bounds, instead of the model's.
    """
    at_most = _at_most(model, rows)
    lower, upper = lower.copy(), upper.copy()
    while True:
        before = int((upper - lower).sum())
        if not _tighten(*at_most, lower, upper):
            return None
        if int((upper - lower).sum()) == before:
            return lower, upper


def within(model: Model, lower: Ints, upper: Ints, rows: Mapping[int, tuple[float, float]]) -> tuple[Ints, Ints]:
    """The same, where a solution is known to be.

    Raises:
        SolverFailed: there is none.
    """
    found = narrowed(model, lower, upper, rows)
    if found is None:
        raise SolverFailed("the rows leave nothing where a solution is at hand")
    return found


def _at_most(model: Model, rows: Mapping[int, tuple[float, float]]) -> tuple[Ints, Ints, Ints, Ints]:
    """Every row as a sum that is at most so much: row, column and value of its cells, and by row how much."""
    least, most = model.row_lower.copy(), model.row_upper.copy()
    for row, bounds in rows.items():
        least[row], most[row] = bounds
    column = np.repeat(np.arange(model.columns), np.diff(model.start))
    under, over = np.isfinite(most), np.isfinite(least)
    first, second = under[model.row], over[model.row]
    place_under, place_over = np.cumsum(under) - 1, np.cumsum(over) - 1 + under.sum()
    return (
        np.concatenate([place_under[model.row[first]], place_over[model.row[second]]]),
        np.concatenate([column[first], column[second]]),
        np.concatenate([model.value[first], -model.value[second]]),
        np.concatenate([np.floor(most[under]), np.floor(-least[over])]).astype(np.int64),
    )


def _tighten(row: Ints, column: Ints, value: Ints, most: Ints, lower: Ints, upper: Ints) -> bool:
    """Move bounds to where each row, on its own, leaves them; False where a row cannot be met."""
    least = np.zeros(len(most), np.int64)
    np.add.at(least, row, np.where(value > 0, value * lower[column], value * upper[column]))
    left = most - least
    if np.any(left < 0):
        return False
    steps = left[row] // np.abs(value)
    up, down = value > 0, value < 0
    reach_up, reach_down = lower[column[up]] + steps[up], upper[column[down]] - steps[down]
    np.minimum.at(upper, column[up], reach_up)
    np.maximum.at(lower, column[down], reach_down)
    return bool(np.all(lower <= upper))


def fix(relaxed: Best, value: int, lower: Ints, upper: Ints, *, slack: int) -> None:
    """Fix columns that every solution with at least `value` + `slack` has where the linear program has them."""
    gap = relaxed.value - (value + slack)
    _hold(relaxed, np.abs(relaxed.column_dual) > max(gap, 0) + SURE, lower, upper)


def leave(relaxed: Best, lower: Ints, upper: Ints) -> None:
    """Leave columns where the linear program has them whole and would lose much by moving them: a guess."""
    _hold(relaxed, np.abs(relaxed.column_dual) > CORE, lower, upper)


def _hold(relaxed: Best, held: np.ndarray, lower: Ints, upper: Ints) -> None:
    at_upper = held & (np.abs(relaxed.columns - upper) < CLOSE)
    at_lower = held & ~at_upper & (np.abs(relaxed.columns - lower) < CLOSE)
    lower[at_upper] = upper[at_upper]
    upper[at_lower] = lower[at_lower]
