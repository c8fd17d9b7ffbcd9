"""A bound that anybody can check with whole numbers alone: weak duality from rounded prices.

With any prices of rows (none below nothing where the row says "at most", none above where it says "at least") no
solution is worth more than what the right sides cost plus what each column is worth beyond its price. So rounding
prices makes the bound a little weaker, and never wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cordiale.engines.seats.highs import Best
from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.matrix import Model

FINEST = 20
"""Prices are counted in parts of 2**20 at most."""


@dataclass(frozen=True)
class Bound:
    """A proven bound.

    Args:
        scale: what prices are counted in: the price of a row is `prices` divided by it.
        prices: by row, rounded.
        value: no solution is worth more.
    """

    scale: int
    prices: Ints
    value: int


def bound_of(model: Model, costs: Ints, rows: dict[int, tuple[float, float]], relaxed: Best, most: Ints) -> Bound:
    """The bound that the prices of a linear program prove.

    Args:
        rows: row to its bounds, instead of the model's.
        relaxed: what the linear program came to.
        most: upper bound of each column.
    """
    lower, upper = model.row_lower.copy(), model.row_upper.copy()
    for row, (least, highest) in rows.items():
        lower[row], upper[row] = least, highest
    top = max(1, int(np.abs(costs) @ most))
    scale = 1 << max(0, min(FINEST, 61 - top.bit_length()))
    prices = np.rint(relaxed.row_dual * scale).astype(np.int64)
    prices[(prices > 0) & np.isinf(upper)] = 0
    prices[(prices < 0) & np.isinf(lower)] = 0
    sides = np.where(prices > 0, np.where(np.isinf(upper), 0, upper), np.where(np.isinf(lower), 0, lower))
    paid = sum(price * int(side) for price, side in zip(prices.tolist(), sides.tolist(), strict=True) if price)
    of = np.repeat(np.arange(model.columns), np.diff(model.start))
    priced = np.zeros(model.columns, np.int64)
    np.add.at(priced, of, prices[model.row] * model.value)
    beyond = np.maximum(costs * scale - priced, 0)
    worth = sum(more * count for more, count in zip(beyond.tolist(), most.tolist(), strict=True) if more)
    return Bound(scale, prices, (paid + worth) // scale)
