"""Prices are differences between two allocations that are both the best; here every allocation is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cordiale.engines.seats.explaining import envies
from cordiale.engines.seats.matrix import Model, model_of
from cordiale.engines.seats.policies import Policy, Stage
from cordiale.engines.seats.presolve import Settled, settled
from cordiale.engines.seats.prices import NotForSale, best_alone, measures, price, total_without
from cordiale.engines.seats.room import Room, units_of
from tests.unit.seats.test_leximin import one_by_one
from tests.unit.seats.test_narrowing import matrix
from tests.unit.seats.test_seats_properties import decided, made

NUMBERS = st.integers(0, 10**9)
FEW = settings(max_examples=120, deadline=None, derandomize=True)
MOST = 20_000


def every(model: Model) -> np.ndarray:
    """Every solution, one a row."""
    assume(int(np.prod(model.upper + 1)) <= MOST)
    found = np.array(list(product(*(range(most + 1) for most in model.upper.tolist()))), np.int64)
    sums = found @ matrix(model).T
    kept: np.ndarray = found[((sums >= model.row_lower) & (sums <= model.row_upper)).all(axis=1)]
    return kept


def shares_of(model: Model, solutions: np.ndarray) -> np.ndarray:
    known = model.settled
    return np.array([measures(known, model.seats_of(one)).shares for one in solutions], np.int64)


def best(model: Model, solutions: np.ndarray, stages: Sequence[Stage]) -> np.ndarray:
    """The solutions that the stages leave."""
    known = model.settled
    for stage in stages:
        if stage is Stage.RESERVES:
            missed = np.array([measures(known, model.seats_of(one)).missed for one in solutions])
            solutions = solutions[missed == missed.min()]
        elif stage is Stage.FAIRNESS:
            shares = shares_of(model, solutions)
            able = sorted({tuple(one) for one in shares.tolist()})
            for party, seats in one_by_one(known.wanted.tolist(), known.order, able):
                solutions = solutions[shares[:, party] >= seats]
                shares = shares[shares[:, party] >= seats]
        elif stage is Stage.TOTAL:
            total = solutions @ model.total()
            solutions = solutions[total == total.max()]
    return solutions


def small_case(number: int) -> tuple[Settled, Model]:
    _, instance, policy = made(number)
    known = settled(instance, policy)
    return known, model_of(known)


@FEW
@given(number=NUMBERS)
def test_a_wish_costs_what_the_best_allocation_with_it_is_worse(number):
    known, model = small_case(number)
    solutions = every(model)
    found = decided(known.instance, known.policy)
    short = np.flatnonzero((found.seats < known.instance.asked) & known.alive).tolist()
    assume(short)
    line = short[number % len(short)]
    here = model.columns_of(found.seats)
    column = int(model.column[np.searchsorted(model.lines, line)])
    wished = solutions[solutions[:, column] > here[column]]
    if not len(wished):
        with pytest.raises(NotForSale):
            price(known, found.seats, line)
        return
    wished = best(model, wished, known.policy.stages)

    told = price(known, found.seats, line)

    after = found.seats.copy()
    for place, moved in told.moved.items():
        after[place] += moved
    assert told.before == measures(known, found.seats)
    assert told.after == measures(known, after)
    assert told.after.total == int(wished[0] @ model.total())
    assert told.after.missed == measures(known, model.seats_of(wished[0])).missed
    distances = [int(np.abs(model.seats_of(one) - found.seats).sum()) for one in wished]
    assert int(np.abs(after - found.seats).sum()) == min(distances)
    assert any((model.seats_of(one) == after).all() for one in wished)


@FEW
@given(number=NUMBERS)
def test_a_rule_costs_the_difference_to_the_best_total_without_it(number):
    known, _ = small_case(number)
    for stage in (Stage.RESERVES, Stage.FAIRNESS):
        if stage not in known.policy.stages:
            continue
        policy: Policy = replace(known.policy, stages=tuple(one for one in known.policy.stages if one is not stage))
        model = model_of(settled(known.instance, policy))
        left = best(model, every(model), policy.stages)

        assert total_without(known, stage) == int(left[0] @ model.total())


@FEW
@given(number=NUMBERS)
def test_alone_a_party_has_the_most_that_any_allocation_gives_it(number):
    known, model = small_case(number)
    most = shares_of(model, every(model)).max(axis=0)

    assert [best_alone(known, party) for party in range(len(most))] == most.tolist()


@FEW
@given(number=NUMBERS)
def test_who_envies_could_have_the_seats_of_those_it_envies(number):
    known, _ = small_case(number)
    found = decided(known.instance, known.policy)
    thresholds = found.progress.thresholds
    instance, of = known.instance, {line: unit for unit in units_of(known) for line in unit.lines}

    told = {one.line: set(one.holders) for one in envies(known, found.seats, thresholds)}

    for line, unit in of.items():
        envied = set()
        for other in np.flatnonzero(found.seats).tolist():
            without = found.seats.copy()
            without[other] = 0
            if (
                found.seats[line] < instance.asked[line]
                and instance.party[other] != instance.party[line]
                and known.value[other] < known.value[line]
                and list(Room(known, found.seats).hurdles(unit))
                and not list(Room(known, without).hurdles(unit))
                and running(known, found.seats).issuperset(instance.activity[list(unit.lines)].tolist())
            ):
                envied.add(other)
        assert told.get(line, set()) == envied


def running(known: Settled, seats: np.ndarray) -> set[int]:
    """Activities that need no minimum, or in which somebody has a seat."""
    taken = np.bincount(known.instance.activity, seats, len(known.instance.activities))
    return {place for place, one in enumerate(known.instance.activities) if one.minimum <= 1 or taken[place]}
