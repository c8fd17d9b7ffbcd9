"""What a few rows forbid, all of them together forbid."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from cordiale.engines.seats.cores import Cores
from cordiale.engines.seats.generating import generated
from cordiale.engines.seats.highs import Ending, Program, search
from cordiale.engines.seats.instances import Instance
from cordiale.engines.seats.matrix import Model, model_of
from cordiale.engines.seats.policies import Policy, Stage
from cordiale.engines.seats.presolve import settled

POLICY = Policy(stages=(Stage.FAIRNESS, Stage.TOTAL), seed="cores")


def lumpy(seed: int) -> Instance:
    """An invented instance in which most that asks for several seats is all or none."""
    made = generated(activities=10, parties=5, lines=45, seed=seed)
    lines = [replace(one, whole=not one.bundle and one.seats > 1) for one in made.lines]
    return Instance(made.parties, made.activities, lines)


def shares(model: Model) -> dict[int, int]:
    """Party to the row that says its share."""
    wanting = np.flatnonzero(model.settled.wanted > 0).tolist()
    return {party: model.kinds["share"][0] + place for place, party in enumerate(wanting)}


def probe(seed: int) -> list[tuple[bool, bool]]:
    """For thresholds that a linear program just promises: whether a core refutes them, and whether all rows do."""
    model = model_of(settled(lumpy(seed), POLICY))
    dice, row_of = random.Random(seed), shares(model)
    lower = np.zeros(model.columns, np.int64)
    cores = Cores(model, lower, model.upper, [])
    program = Program(model)
    program.aim(model.total())
    found = []
    for party in row_of:
        thresholds = dict.fromkeys(row_of, 0)
        for other in dice.sample(list(row_of), len(row_of)):
            _raise(program, row_of, thresholds, other, int(model.settled.wanted[other]) * dice.choice([0.5, 1]))
        _raise(program, row_of, thresholds, party, int(model.settled.wanted[party]))
        thresholds[party] += 1
        if thresholds[party] > model.settled.wanted[party] or _promised(program, row_of, thresholds):
            continue
        core = np.union1d(program.against, [row_of[party]])
        thresholds[party] -= 1
        _promised(program, row_of, thresholds)
        relaxed = program.solve()
        if relaxed is None:
            continue
        rows = {row_of[one]: (float(least), np.inf) for one, least in thresholds.items()}
        refuting = cores.refuting(model.share_of(party), core, rows, relaxed.columns)
        whole = search(model, model.total(), rows=rows)
        if refuting is not None:
            assert not cores.are_met(model.share_of(party), refuting, rows)
            assert set(refuting.tolist()) < set(range(len(model.names))), "a core is a part"
        found.append((refuting is not None, whole.ending is Ending.NOTHING))
    return found


def _promised(program: Program, row_of: dict[int, int], thresholds: dict[int, int]) -> bool:
    for party, row in row_of.items():
        program.bound_row(row, float(thresholds[party]), np.inf)
    return program.is_feasible()


def _raise(program: Program, row_of: dict[int, int], thresholds: dict[int, int], party: int, most: float) -> None:
    while thresholds[party] < int(most) and _promised(program, row_of, {**thresholds, party: thresholds[party] + 1}):
        thresholds[party] += 1


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_what_a_core_refutes_is_not_feasible(first):
    found = [pair for seed in range(first, first + 20) for pair in probe(seed)]
    refuted = [whole for by_core, whole in found if by_core]
    assert refuted, "no promise was refuted: the test shows nothing"
    assert all(refuted)
    assert len(found) > len(refuted), "no promise was kept: the test shows nothing"
