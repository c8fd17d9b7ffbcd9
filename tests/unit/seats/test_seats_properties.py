"""What holds for every instance: the oracle agrees at every stage, every refusal has a reason, names say nothing."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.engines.seats.explaining import Refusal, refusals
from cordiale.engines.seats.instances import Activity, Instance, Line, Party
from cordiale.engines.seats.matrix import model_of
from cordiale.engines.seats.official import Allocation, Official
from cordiale.engines.seats.planning import planned
from cordiale.engines.seats.policies import Per, Policy, Scarce, Stage, by_seniority, lot
from cordiale.engines.seats.presolve import Why, settled
from cordiale.engines.seats.preview import preview
from cordiale.engines.seats.room import Room, units_of
from tests.databases import ROOT

Answers = Callable[[Instance, Policy], dict[str, Any]]
SHORT = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LONG = settings(SHORT, max_examples=10_000)


@pytest.fixture(scope="module")
def oracle() -> Iterator[Answers]:
    """CP-SAT in a process of its own, which answers as long as it is asked."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.seats_oracle"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def answer(instance: Instance, policy: Policy) -> dict[str, Any]:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(json.dumps({"instance": instance.said(), "policy": policy.said()}) + "\n")
        program.stdin.flush()
        found: dict[str, Any] = json.loads(program.stdout.readline())
        return found

    with program:
        yield answer
        program.kill()


def small(dice: random.Random) -> Instance:
    """An instance of a few lines in which everything occurs that an instance can say."""
    parties = [Party(f"p{n}", budget=dice.choice([None, 3, 5, 8, 13])) for n in range(dice.randint(1, 4))]
    activities = []
    for number in range(dice.randint(1, 4)):
        seats = dice.randint(0, 7)
        begins = date(2031, 1, 1) + timedelta(days=dice.randrange(4))
        activities.append(
            Activity(
                f"a{number}",
                seats,
                minimum=dice.randint(0, seats),
                cost=dice.randint(0, 3),
                quota=dice.choice([None, None, 1, 2, 3]),
                reserve=dice.choice([None, 0, 1, 2]),
                begins=dice.choice([None, begins]),
                parties=dice.choice([None, None, frozenset(one.id for one in parties[:2])]),
            )
        )
    activities = [
        one if one.begins is None else replace(one, ends=one.begins + timedelta(days=dice.randint(1, 4)))
        for one in activities
    ]
    lines: list[Line] = []
    for number in range(dice.randint(0, 10)):
        one = Line(
            f"n{number}",
            dice.choice(parties).id,
            dice.choice(activities).id,
            seats=dice.choice([1, 1, 1, 2, 3]),
            priority=dice.choice([1, 1, 2, 3]),
            points=dice.choice([None, None, dice.randint(1, 9)]),
            whole=dice.random() < 0.2,
            refused="the rank is missing" if dice.random() < 0.05 else "",
        )
        person = f"{one.party}-{dice.randrange(2)}"
        if one.seats == 1 and all((one.activity, person) != (other.activity, other.person) for other in lines):
            one = replace(one, person=dice.choice(["", person]))
        if lines and lines[-1].party == one.party and not lines[-1].bundle and dice.random() < 0.2:
            lines[-1], one = replace(lines[-1], bundle=f"b{number}"), replace(one, bundle=f"b{number}")
        lines.append(one)
    return Instance(parties, activities, lines)


def policies(dice: random.Random, instance: Instance) -> Policy:
    """A policy in which everything occurs."""
    first = dice.choice([[], [Stage.RESERVES], [Stage.FAIRNESS], [Stage.RESERVES, Stage.FAIRNESS],
                         [Stage.FAIRNESS, Stage.RESERVES]])  # fmt: skip
    ids = [one.id for one in instance.parties]
    dice.shuffle(ids)
    return Policy(
        stages=(*first, Stage.TOTAL, Stage.TIE),
        points={1: dice.randint(5, 9), 2: dice.randint(2, 6), 3: dice.randint(1, 3)},
        per=dice.choice(list(Per)),
        first_most=dice.choice([None, None, 1, 2]),
        seniority=tuple(ids[: dice.randint(0, len(ids))]),
        quota=dice.choice([None, None, 2]),
        reserve=dice.choice([0, 1, 1, 2]),
        scarce=dice.choice(list(Scarce)),
        seed=f"seed {dice.randrange(1000)}",
    )


def made(number: int) -> tuple[random.Random, Instance, Policy]:
    """An instance and a policy of a number, and the dice after that."""
    dice = random.Random(number)
    instance = small(dice)
    return dice, instance, policies(dice, instance)


def decided(instance: Instance, policy: Policy, *, seed: int = 0) -> Allocation:
    found = Official(model_of(settled(instance, policy)), seed=seed).run()
    assert found.complete
    return found


def by_id(allocation: Allocation) -> dict[str, int]:
    lines = allocation.settled.instance.lines
    return {one.id: int(seats) for one, seats in zip(lines, allocation.seats, strict=True) if seats}


def agrees(number: int, oracle: Answers) -> None:
    _dice, instance, policy = made(number)
    ours, theirs = decided(instance, policy), oracle(instance, policy)
    progress = ours.progress
    if Stage.RESERVES in policy.stages:
        assert progress.missed == theirs["missed"]
    if Stage.FAIRNESS in policy.stages:
        assert progress.thresholds is not None
        found = {one.id: progress.thresholds[at] for at, one in enumerate(instance.parties) if ours.settled.wanted[at]}
        assert found == theirs["thresholds"]
    assert progress.total == theirs["total"] == int(ours.settled.value @ ours.seats)
    lots = sum(lot(policy, "tie", "0", line) % 1_000 * seats for line, seats in by_id(ours).items())
    assert lots == theirs["lots"]
    assert progress.bound is not None
    assert progress.bound.value >= progress.total


NUMBERS = st.integers(0, 2**32)


@given(number=NUMBERS)
@SHORT
def test_the_oracle_agrees_at_every_stage(number, oracle):
    agrees(number, oracle)


@pytest.mark.long
@given(number=NUMBERS)
@LONG
def test_the_oracle_agrees_at_every_stage_of_ten_thousand(number, oracle):
    agrees(number, oracle)


@given(number=NUMBERS)
@SHORT
def test_seed_and_order_change_nothing(number):
    dice, instance, policy = made(number)
    once = by_id(decided(instance, policy))
    parts: list[Any] = [list(part) for part in (instance.parties, instance.activities, instance.lines)]
    for part in parts:
        dice.shuffle(part)

    assert by_id(decided(Instance(*parts), policy, seed=dice.randint(1, 1_000))) == once


@given(number=NUMBERS)
@SHORT
def test_other_names_of_parties_and_activities_change_nothing(number):
    """Seniority and lotteries go by name, so they are said; lines keep their names, by which lots are drawn."""
    dice = random.Random(number)
    instance = small(dice)
    order = tuple(instance.parties[at].id for at in by_seniority(policies(dice, instance), instance))
    policy = replace(policies(dice, instance), seniority=order, scarce=Scarce.SENIORITY)
    ids = [*(one.id for one in instance.parties), *(one.id for one in instance.activities)]
    names = {one: f"{dice.randrange(10**6)}-{one}" for one in ids}
    other = Instance(
        [replace(one, id=names[one.id]) for one in instance.parties],
        [
            replace(one, id=names[one.id], parties=one.parties and frozenset(names[party] for party in one.parties))
            for one in instance.activities
        ],
        [replace(one, party=names[one.party], activity=names[one.activity]) for one in instance.lines],
    )

    renamed = decided(other, replace(policy, seniority=tuple(names[one] for one in order)))

    assert by_id(renamed) == by_id(decided(instance, policy))


def is_kept_to(instance: Instance, policy: Policy, seats: Any) -> bool:
    """The rules that do not depend on what is best, by plain loops."""
    known = settled(instance, policy)
    room = Room(known, seats)
    if any(int(one) < 0 for one in seats) or any(seats[line] for line in known.dead):
        return False
    for at, activity in enumerate(instance.activities):
        if room.taken[at] > activity.seats or 0 < room.taken[at] < activity.minimum:
            return False
    return all(one.budget is None or room.spent[at] <= one.budget for at, one in enumerate(instance.parties))


@given(number=NUMBERS)
@SHORT
def test_every_refusal_has_a_reason_and_undoing_it_lets_the_line_in(number):
    _dice, instance, policy = made(number)
    found = decided(instance, policy)
    told = refusals(found.settled, found.seats, found.progress.thresholds)

    refused = np.flatnonzero(found.seats < instance.asked).tolist()
    assert [one.line for one in told] == refused
    assert is_kept_to(instance, policy, found.seats)
    for one in told:
        assert one.reasons
        if one.line not in found.settled.dead:
            assert has_room_when_undone(found, one)


def has_room_when_undone(found: Allocation, refusal: Refusal) -> bool:
    """Whether nothing is in the way of one seat more once what was named is: room by room, as the reasons say."""
    instance, known = found.settled.instance, found.settled
    unit = next(unit for unit in units_of(known) if refusal.line in unit.lines)
    named = {reason.why for reason in refusal.reasons}
    more = dict.fromkeys({int(instance.activity[line]) for line in unit.lines}, 99)
    activities = [
        replace(
            one,
            seats=one.seats + (more.get(at, 0) if Why.SEATS in named else 0),
            quota=99 if at in more and Why.QUOTA in named else one.quota,
            minimum=0 if at in more and Why.CANCELLED in named else one.minimum,
            begins=None if at in more and Why.OVERLAP in named else one.begins,
            ends=None if at in more and Why.OVERLAP in named else one.ends,
        )
        for at, one in enumerate(instance.activities)
    ]
    party = int(instance.party[refusal.line])
    parties = [
        replace(one, budget=None) if at == party and Why.BUDGET in named else one
        for at, one in enumerate(instance.parties)
    ]
    undone = settled(Instance(parties, activities, instance.lines), known.policy)
    room = Room(undone, found.seats)
    minimum = [one.minimum for one in activities]
    idle = {at for at, taken in enumerate(room.taken) if not taken and minimum[at] > 1}
    again = next(unit for unit in units_of(undone) if refusal.line in unit.lines)
    return next(room.hurdles(again, cancelled=idle), None) is None


@given(number=NUMBERS)
@SHORT
def test_a_plan_keeps_to_the_rules_is_explained_and_is_bounded(number):
    _dice, instance, policy = made(number)
    only = replace(policy, stages=(Stage.TOTAL,))
    known = settled(instance, only)
    plan = planned(model_of(known))
    best = int(known.value @ decided(instance, only).seats)

    assert is_kept_to(instance, only, plan.seats)
    assert all(one.reasons for one in refusals(known, plan.seats))
    assert int(known.value @ plan.seats) <= best <= plan.whole_bound <= plan.bound.value


@given(number=NUMBERS)
@SHORT
def test_a_preview_keeps_to_the_rules_and_is_explained(number):
    _dice, instance, policy = made(number)
    known = settled(instance, policy)
    seats = preview(known)

    assert is_kept_to(instance, policy, seats)
    assert all(one.reasons for one in refusals(known, seats))
    assert int(known.value @ seats) <= int(
        known.value @ decided(instance, replace(policy, stages=(Stage.TOTAL,))).seats
    )
