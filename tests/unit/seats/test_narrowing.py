"""Narrowed bounds lose no solution, and say none only where there is none."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cordiale.engines.seats.matrix import Model, model_of
from cordiale.engines.seats.narrowing import narrowed
from cordiale.engines.seats.presolve import settled
from tests.unit.seats.test_seats_properties import made


def matrix(model: Model) -> np.ndarray:
    found = np.zeros((len(model.names), model.columns), np.int64)
    found[model.row, np.repeat(np.arange(model.columns), np.diff(model.start))] = model.value
    return found


@settings(max_examples=200, deadline=None, derandomize=True)
@given(number=st.integers(0, 10**9))
def test_every_solution_stays_and_none_is_said_where_none_is(number):
    dice, instance, policy = made(number)
    model = model_of(settled(instance, policy))
    assume(0 < int(np.prod(model.upper + 1)) <= 20_000)
    rows = {
        row: (float(dice.randint(-2, 3)), float("inf"))
        for kind in ("share", "seats")
        for row in [model.kinds.get(kind, (0, 0))[0]]
        if kind in model.kinds and dice.random() < 0.7
    }
    least, most = model.row_lower.copy(), model.row_upper.copy()
    for row, bounds in rows.items():
        least[row], most[row] = bounds
    every = np.array(list(product(*(range(most_ + 1) for most_ in model.upper.tolist()))), np.int64)
    sums = every @ matrix(model).T
    kept = every[((sums >= least) & (sums <= most)).all(axis=1)]

    found = narrowed(model, np.zeros(model.columns, np.int64), model.upper, rows)

    if found is None:
        assert not len(kept)
    else:
        assert ((kept >= found[0]) & (kept <= found[1])).all()


def test_a_bound_moves_to_what_the_others_leave():
    """A column that a row leaves too little is fixed, and so are those that cannot do without it."""
    _, instance, policy = made(3)
    model = model_of(settled(instance, policy))
    assert model.units
    first = model.kinds["share"][0]
    want = float(
        np.bincount(model.row, model.value * model.upper[np.repeat(np.arange(model.columns), np.diff(model.start))])[
            first
        ]
    )

    full = narrowed(model, np.zeros(model.columns, np.int64), model.upper, {first: (want, np.inf)})
    more = narrowed(model, np.zeros(model.columns, np.int64), model.upper, {first: (want + 1, np.inf)})

    of = np.repeat(np.arange(model.columns), np.diff(model.start))
    counted = of[model.row == first]
    assert full is None or (full[0][counted] == model.upper[counted]).all()
    assert more is None
