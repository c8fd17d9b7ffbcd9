"""What neighbours miss together at least is never more than a solution misses there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, count

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.engines.seats.clusters import _Clusters, cluster_rows
from cordiale.engines.seats.generating import generated
from cordiale.engines.seats.highs import SEED, Program, never
from cordiale.engines.seats.matrix import Model, model_of
from cordiale.engines.seats.official import Official
from cordiale.engines.seats.policies import Policy
from cordiale.engines.seats.presolve import settled
from tests.unit.seats.test_prices import MOST, every
from tests.unit.seats.test_seats_properties import made


def models(number: int) -> Iterator[Model]:
    """Small models without end, from a number on."""
    for more in count(number):
        _, instance, policy = made(more)
        yield model_of(settled(instance, policy))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(number=st.integers(0, 10**9))
def test_every_solution_keeps_to_the_row_of_every_cluster(number):
    model = next(model for model in models(number) if model.missed and int(np.prod(model.upper + 1)) <= MOST)
    solutions = every(model)
    clusters, nothing = _Clusters(model), np.zeros(model.columns)
    activities = sorted(clusters.claims)
    for size in (1, 2, 3):
        for chosen in combinations(activities, size):
            row = clusters.row(frozenset(chosen), nothing, SEED, never)
            if row is not None:
                values, least, most = row
                assert ((solutions @ values >= least) & (solutions @ values <= most)).all()


def test_the_rows_bring_the_linear_program_to_what_must_be_missed():
    """An invented menu in which the linear program alone misses part of a seat less than can be."""
    model = model_of(settled(generated(activities=1_400, parties=40, lines=10_000, seed=1), Policy(seed="bench")))
    alone, program = Program(model), Program(model)
    alone.aim(-model.misses())

    rows = cluster_rows(model, program)

    missed = Official(model)._reserves().value
    without, with_rows = alone.solve(), program.solve()
    assert rows
    assert without is not None
    assert with_rows is not None
    assert -without.value < missed - 0.1
    assert abs(-with_rows.value - missed) < 1e-6
