"""Who else shares seats out: one small function each. What they answer is checked before it counts.

HiGHS and ortools are imported where they are used, and never both in one process (design/seats.md, trap 6.1).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cordiale.engines.seats.instances import Instance, Ints
from cordiale.engines.seats.matrix import Model
from cordiale.engines.seats.presolve import Settled
from cordiale.engines.seats.room import Room, Unit, units_of
from tests.databases import ROOT

FAIRPYX = ROOT / ".venv" / "fairpyx"
LOCK = ROOT / "locks/fairpyx.txt"


class NotMeasured(Exception):
    """A peer cannot be had here, and why."""


@dataclass(frozen=True)
class Solved:
    """What a solver came to.

    Args:
        seats: by line; None where it found nothing.
        bound: no total is above it, as far as it knows; rounded down.
        proven: whether it says that nothing is better.
    """

    seats: Ints | None
    bound: int
    proven: bool


# Without a solver.


def serial(settled: Settled) -> Ints:
    """Serial dictatorship: the most senior party takes all it can have, its best first, then the next one."""
    return _until_all_run(settled, _one_after_the_other)


def greedy(settled: Settled) -> Ints:
    """Round robin by priority: all that is wanted first of all is dealt out in turns, then what is wanted second."""
    return _until_all_run(settled, _in_turns)


def _until_all_run(settled: Settled, deal: Callable[[Settled, Room, dict[int, list[Unit]]], None]) -> Ints:
    """Deal, close the activities that have fewer than their minimum, and deal all anew, until there are none."""
    instance = settled.instance
    closed: set[int] = set()
    units = sorted(units_of(settled), key=lambda unit: (_priority(settled, unit), -_worth(settled, unit), unit.lines))
    while True:
        room = Room(settled)
        of: dict[int, list[Unit]] = {party: [] for party in settled.order}
        for unit in units:
            if not any(int(instance.activity[line]) in closed for line in unit.lines):
                of[int(instance.party[unit.lines[0]])].append(unit)
        deal(settled, room, of)
        few = {at for at, one in enumerate(instance.activities) if 0 < room.taken[at] < one.minimum}
        if not few:
            return np.array(room.given, np.int64)
        closed |= few


def _one_after_the_other(settled: Settled, room: Room, of: dict[int, list[Unit]]) -> None:
    for party in settled.order:
        for unit in of[party]:
            times = room.times(unit)
            if times:
                room.take(unit, times)


def _in_turns(settled: Settled, room: Room, of: dict[int, list[Unit]]) -> None:
    for priority in (1, 2, 3):
        left = {
            party: [unit for unit in units if _priority(settled, unit) == priority][::-1] for party, units in of.items()
        }
        while any(left.values()):
            for party in settled.order:
                queue = left[party]
                while queue and not room.times(queue[-1]):
                    queue.pop()
                if queue:
                    room.take(queue[-1])


def _priority(settled: Settled, unit: Unit) -> int:
    return min(int(settled.counts_as[line]) for line in unit.lines)


def _worth(settled: Settled, unit: Unit) -> float:
    """Points for a seat."""
    points = sum(int(settled.value[line]) * times for line, times in zip(unit.lines, unit.times, strict=True))
    return points / sum(unit.times)


# Solvers of the same model.


def highs(model: Model, *, patience: float) -> Solved:
    """HiGHS as it comes, with one thread, to the same proof."""
    import highspy  # type: ignore[import-untyped]  # it ships no types

    solver = highspy.Highs()
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.999),
        ("time_limit", patience),
    ):
        solver.setOptionValue(name, value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = model.columns, len(model.names)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = model.total().astype(np.float64)
    lp.col_lower_, lp.col_upper_ = np.zeros(model.columns), model.upper.astype(np.float64)
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = model.start.astype(np.int32)
    lp.a_matrix_.index_ = model.row.astype(np.int32)
    lp.a_matrix_.value_ = model.value.astype(np.float64)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * model.columns
    assert solver.passModel(lp) != highspy.HighsStatus.kError
    solver.run()
    info, status = solver.getInfo(), solver.getModelStatus()
    assert status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit), status
    seats = None
    if info.primal_solution_status == 2:
        seats = model.seats_of(np.rint(np.array(solver.getSolution().col_value)).astype(np.int64))
    bound = info.mip_dual_bound
    return Solved(
        seats, int(np.floor(bound + 1e-6)) if bound < 2**53 else 2**53, status == highspy.HighsModelStatus.kOptimal
    )


def cpsat(model: Model, *, patience: float) -> Solved:
    """CP-SAT with one worker."""
    assert "highspy" not in sys.modules
    from ortools.sat.python import cp_model

    asked = cp_model.CpModel()
    columns = [asked.new_int_var(0, most, "") for most in model.upper.tolist()]
    of_row: list[tuple[list[Any], list[int]]] = [([], []) for _ in model.names]
    for at, (first, last) in enumerate(zip(model.start[:-1].tolist(), model.start[1:].tolist(), strict=True)):
        for row, value in zip(model.row[first:last].tolist(), model.value[first:last].tolist(), strict=True):
            of_row[row][0].append(columns[at])
            of_row[row][1].append(value)
    far = 2**60
    for (inside, values), least, most in zip(of_row, model.row_lower, model.row_upper, strict=True):
        if np.isfinite(least) or np.isfinite(most):
            low, high = (int(end) if np.isfinite(end) else sign * far for end, sign in ((least, -1), (most, 1)))
            asked.add_linear_constraint(cp_model.LinearExpr.weighted_sum(inside, values), low, high)
    asked.maximize(cp_model.LinearExpr.weighted_sum(columns, model.total().tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = patience
    status = solver.solve(asked)
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN), solver.status_name(status)
    seats = None
    if status != cp_model.UNKNOWN:
        seats = model.seats_of(np.array([solver.value(one) for one in columns], np.int64))
    return Solved(seats, int(np.floor(solver.best_objective_bound + 1e-6)), status == cp_model.OPTIMAL)


# Those that know only the simpler instance: at most one seat of a pair, seats of activities, most seats of a party.


def flow(instance: Instance) -> Ints:
    """Min-cost flow from parties to activities, in whole numbers: the best total of an instance that `reduced` made."""
    assert "highspy" not in sys.modules
    from ortools.graph.python import min_cost_flow  # type: ignore[import-untyped]  # as highspy

    parties, count = len(instance.parties), len(instance.parties) + len(instance.activities)
    source, sink = count, count + 1
    solver = min_cost_flow.SimpleMinCostFlow()
    lines = [
        solver.add_arc_with_capacity_and_unit_cost(party, parties + activity, 1, -(line.points or 0))
        for line, party, activity in zip(
            instance.lines, instance.party.tolist(), instance.activity.tolist(), strict=True
        )
    ]
    every = 0
    for party, one in enumerate(instance.parties):
        every += one.budget or 0
        solver.add_arc_with_capacity_and_unit_cost(source, party, one.budget or 0, 0)
    for activity, offered in enumerate(instance.activities):
        solver.add_arc_with_capacity_and_unit_cost(parties + activity, sink, offered.seats, 0)
    solver.add_arc_with_capacity_and_unit_cost(source, sink, every, 0)
    solver.set_node_supply(source, every)
    solver.set_node_supply(sink, -every)
    status = solver.solve()
    assert status == solver.OPTIMAL, status
    return np.array([solver.flow(arc) for arc in lines], np.int64)


def fairpyx(instance: Instance, algorithm: str, *, patience: float) -> tuple[Ints, dict[str, float]]:
    """An algorithm of fairpyx, in its own environment, on an instance that `reduced` made.

    Returns:
        Seats by line; `s`, `cpu_s` and `mb` as measured there, without starting up.

    Raises:
        NotMeasured: it cannot be had, or has not finished in time.
    """
    asked: dict[str, dict[str, int]] = {one.id: {} for one in instance.parties}
    for line in instance.lines:
        asked[line.party][line.activity] = line.points or 0
    told = {
        "algorithm": algorithm,
        "parties": {one.id: one.budget for one in instance.parties},
        "activities": {one.id: one.seats for one in instance.activities},
        "asked": asked,
    }
    command = [FAIRPYX / "bin/python", ROOT / "bench/seat_fairpyx.py"]
    # who picks between equals follows the order of sets, which differs from process to process otherwise
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    try:
        done = subprocess.run(
            command,
            input=json.dumps(told),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=patience,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"fairpyx.{algorithm} has not finished in {patience:.0f} s") from None
    answer = json.loads(done.stdout)
    got = {(party, activity) for party, bundle in answer["bundles"].items() for activity in bundle}
    seats = np.array([(line.party, line.activity) in got for line in instance.lines], np.int64)
    return seats, {name: answer[name] for name in ("s", "cpu_s", "mb")}


def ready() -> None:
    """Make the environment of fairpyx where it is not there, or is older than its lock.

    Raises:
        NotMeasured: it cannot be made here.
    """
    made = FAIRPYX / ".installed"
    if made.exists() and made.stat().st_mtime >= LOCK.stat().st_mtime:
        return
    print(f"Installing the locked fairpyx into {FAIRPYX.name} ...", flush=True)
    install = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps")
    for command in (
        (sys.executable, "-m", "venv", "--clear", str(FAIRPYX)),
        (f"{FAIRPYX}/bin/python", *install, "--require-hashes", "--requirement", str(LOCK)),
    ):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise NotMeasured(f"fairpyx cannot be installed:\n{done.stdout[-1000:]}")
    made.touch()


def faults(model: Model, seats: Ints) -> Sequence[str]:
    """What an allocation breaks of the model, in whole numbers: the first few.

    Args:
        seats: by line of the instance.
    """
    columns = model.columns_of(seats)
    found: list[str] = []
    if np.any(model.seats_of(columns) != seats):
        found.append("seats where none can be had, or part of what is whole")
    if np.any((columns < 0) | (columns > model.upper)):
        found.append("more seats for a line than it asks for")
    sums = np.zeros(len(model.names), np.int64)
    np.add.at(sums, model.row, model.value * np.repeat(columns, np.diff(model.start)))
    broken = np.flatnonzero((sums < model.row_lower) | (sums > model.row_upper)).tolist()
    names = model.row_names() if broken else []
    return [*found, *(names[row] for row in broken[:5])]
