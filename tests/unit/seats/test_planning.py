"""A plan is near the best total, and its bound says how near."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from cordiale.engines.seats import planning
from cordiale.engines.seats.generating import generated
from cordiale.engines.seats.highs import Ending, Program, search
from cordiale.engines.seats.instances import Activity, Instance, Line, Party
from cordiale.engines.seats.matrix import Model, model_of
from cordiale.engines.seats.planning import planned, whole_bound
from cordiale.engines.seats.policies import Policy, Stage
from cordiale.engines.seats.presolve import settled
from cordiale.engines.seats.room import Room, units_of
from cordiale.engines.seats.rounding import rounded

POLICY = Policy(stages=(Stage.TOTAL,), seed="plan")
SEEDS = range(20)


def lumpy(seed: int) -> Model:
    """A model in which most that asks for several seats is all or none."""
    made = generated(activities=60, parties=10, lines=400, seed=seed)
    lines = [replace(one, whole=not one.bundle and one.seats > 1) for one in made.lines]
    return model_of(settled(Instance(made.parties, made.activities, lines), POLICY))


def worth(model: Model, seats: np.ndarray) -> int:
    """Of an allocation."""
    return int(model.settled.value @ seats)


def test_whole_lines_that_do_not_fit_together_are_seen():
    lines = [Line("n1", "p1", "a1", seats=2, whole=True), Line("n2", "p2", "a1", seats=2, whole=True)]
    model = model_of(settled(Instance([Party("p1"), Party("p2")], [Activity("a1", 3)], lines), POLICY))
    best = max(int(one) for one in model.total()[: model.units])
    plan = planned(model)

    assert plan.bound.value == best * 3 // 2
    assert plan.whole_bound == best
    assert worth(model, plan.seats) == best


def test_a_budget_that_lacks_what_doubles_are_off_by_is_kept_to():
    lines = [Line(f"n{number}", "p1", f"a{number}", person=f"person {number}") for number in range(3)]
    activities = [Activity("a0", 1, cost=1_000_000), Activity("a1", 1, cost=1_000_000), Activity("a2", 1, cost=400_000)]
    model = model_of(settled(Instance([Party("p1", budget=1_999_999)], activities, lines), POLICY))
    nearly = np.zeros(model.columns)
    nearly[:2] = 1, 0.999999

    assert rounded(model, nearly).tolist() == [1, 0, 1]
    assert is_full(model, planned(model).seats)


class TestOfLumpyMenus:
    def test_the_bound_is_never_below_the_best_and_mostly_nearer_than_the_linear_programs(self):
        nearer = 0
        for seed in SEEDS:
            model = lumpy(seed)
            plan, best = planned(model), search(model, model.total())
            assert best.value is not None
            assert worth(model, plan.seats) <= best.value <= plan.whole_bound <= plan.bound.value
            nearer += plan.whole_bound < plan.bound.value

        assert nearer > len(SEEDS) / 2

    def test_any_price_gives_a_true_bound(self):
        for seed in SEEDS:
            model, dice = lumpy(seed), np.random.default_rng(seed)
            program = Program(model)
            program.aim(model.total())
            relaxed = program.solve()
            best = search(model, model.total()).value
            assert relaxed is not None
            assert best is not None
            prices = relaxed.row_dual * dice.uniform(0, 2, len(relaxed.row_dual))

            assert whole_bound(model, replace(relaxed, row_dual=prices)) >= best

    def test_a_search_finds_more_than_rounding_does(self):
        found = rounding = 0
        for seed in SEEDS:
            model = lumpy(seed)
            program = Program(model)
            program.aim(model.total())
            relaxed = program.solve()
            assert relaxed is not None
            found += worth(model, planned(model).seats)
            rounding += worth(model, rounded(model, relaxed.columns))

        assert found > rounding

    def test_a_search_that_finds_nothing_leaves_what_rounding_makes(self, monkeypatch):
        monkeypatch.setattr(planning, "_searched", lambda model, relaxed, seed: None)
        for seed in SEEDS:
            model = lumpy(seed)
            plan = planned(model)

            assert worth(model, plan.seats) > 0
            assert is_full(model, plan.seats)

    def test_nothing_more_fits(self):
        for seed in SEEDS:
            model = lumpy(seed)

            assert is_full(model, planned(model).seats)


def is_full(model: Model, seats: np.ndarray) -> bool:
    """Whether no unit fits beside an allocation, activities that run not being too empty."""
    room = Room(model.settled, seats)
    minimum = [one.minimum for one in model.settled.instance.activities]
    idle = {at for at, taken in enumerate(room.taken) if not taken and minimum[at] > 1}
    assert all(not taken or taken >= minimum[at] for at, taken in enumerate(room.taken))
    return all(
        not room.times(unit) or any(int(model.settled.instance.activity[line]) in idle for line in unit.lines)
        for unit in units_of(model.settled)
    )


@pytest.mark.parametrize("nodes", [0, 1, 5])
def test_a_search_ends_after_so_many_nodes_with_what_there_is(nodes):
    dice = random.Random(7)
    lines = [
        Line(f"n{number:03}", f"p{number % 8}", f"a{number // 8}", seats=dice.randint(2, 9), whole=True)
        for number in range(240)
    ]
    parties = [Party(f"p{number}", budget=dice.randint(150, 400)) for number in range(8)]
    activities = [Activity(f"a{number}", dice.randint(11, 25), cost=dice.randint(3, 9)) for number in range(30)]
    model = model_of(settled(Instance(parties, activities, lines), POLICY))
    found = search(model, model.total(), nodes=nodes)

    assert found.ending is Ending.STOPPED
    assert found.value is None or found.value <= found.bound
