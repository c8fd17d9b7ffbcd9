"""One measurement of bench/seats.py, in a process of its own: `python -m bench.seat_runs WHAT SIZE SEED PATIENCE`.

It prints a line of JSON whenever it knows more, so that one that is stopped has still said how far it came. Times
begin with the instance and end with seats: `s` is of the clock, `cpu_s` of the processor. `mb` is the most memory that
the process had.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from bench import seat_peers as peers
from cordiale.engines.seats.generating import generated
from cordiale.engines.seats.instances import Instance, Ints
from cordiale.engines.seats.matrix import Model, model_of
from cordiale.engines.seats.policies import Policy, Stage
from cordiale.engines.seats.presolve import Settled, settled
from cordiale.engines.seats.preview import preview

if TYPE_CHECKING:
    from cordiale.engines.seats.official import Allocation

POLICY = Policy(seed="bench")
TOTAL = Policy(stages=(Stage.TOTAL,), seed="bench")
WITHDRAWALS = 12
FAIR = Policy(stages=(Stage.FAIRNESS, Stage.TOTAL), seed="bench")


@dataclass(frozen=True)
class Size:
    """How much is asked.

    Args:
        name: as it is chosen.
        activities, parties, lines: how many.
    """

    name: str
    activities: int
    parties: int
    lines: int

    def made(self, seed: int) -> Instance:
        """The instance."""
        return generated(activities=self.activities, parties=self.parties, lines=self.lines, seed=seed)


SIZES = {
    one.name: one
    for one in (
        Size("small", 140, 20, 1_000),
        Size("1x", 1_400, 40, 10_000),
        Size("prime", 10_000, 158, 45_000),
        Size("10x", 100_000, 1_580, 450_000),
    )
}


class Clock:
    """Seconds since it was made or last asked, of the clock and of the processor."""

    def __init__(self) -> None:
        self._last = time.perf_counter(), time.process_time()

    def lap(self, name: str = "") -> dict[str, float]:
        """The seconds, named."""
        now = time.perf_counter(), time.process_time()
        found = {f"{name}s": now[0] - self._last[0], f"{name}cpu_s": now[1] - self._last[1]}
        self._last = now
        return found


def say(**figures: float | str | bool | None) -> None:
    """Tell what is known now."""
    print(json.dumps(figures), flush=True)


def reduced(instance: Instance) -> Instance:
    """The instance as those understand it who know no more than who asks for what: one seat of a pair at most, the
    first line of it that is eligible and worth most; no minimum, quota, person, bundle or reserve. Where a budget pays
    a part of all that its party asks for, the party takes at most that part of its lines.
    """
    best: dict[tuple[str, str], int] = {}
    open_to = {one.id: one.parties for one in instance.activities}
    for place, line in enumerate(instance.lines):
        let_in = open_to[line.activity]
        if line.refused or (let_in is not None and line.party not in let_in):
            continue
        at = line.party, line.activity
        if at not in best or (instance.lines[best[at]].points or 0) < (line.points or 0):
            best[at] = place
    lines = [
        replace(instance.lines[place], seats=1, person="", whole=False, bundle="") for place in sorted(best.values())
    ]
    cost = {one.id: one.cost for one in instance.activities}
    asked, spent = Counter(line.party for line in lines), Counter[str]()
    for line in instance.lines:
        spent[line.party] += cost[line.activity] * line.seats
    return Instance(
        [
            replace(one, budget=min(asked[one.id], asked[one.id] * (one.budget or 0) // max(1, spent[one.id])))
            for one in instance.parties
        ],
        [
            replace(one, minimum=0, cost=1, quota=None, reserve=0, begins=None, ends=None, parties=None)
            for one in instance.activities
        ],
        lines,
    )


def judged(model: Model, seats: Ints) -> dict[str, float | int]:
    """What an allocation is worth, and the share of the worst party, once it is known to keep to all rows.

    Raises:
        SystemExit: it does not.
    """
    what = model.settled
    broken = peers.faults(model, seats)
    if broken:
        raise SystemExit(f"not an allocation: {', '.join(broken)}")
    first = what.alive & (what.counts_as == 1)
    got = np.bincount(what.instance.party[first], seats[first], len(what.instance.parties))
    asking = what.wanted > 0
    return {
        "total": int(what.value @ seats),
        "worst_percent": float((got[asking] / what.wanted[asking]).min() * 100),
    }


# Ours.


def run_preview(instance: Instance, patience: float) -> None:
    """The preview."""
    clock = Clock()
    what = settled(instance, POLICY)
    seats = preview(what)
    say(**clock.lap())
    say(**judged(model_of(what), seats))


def run_plan(instance: Instance, patience: float) -> None:
    """The plan with its bound; then, in the same process, the linear program alone, which is its peer."""
    from cordiale.engines.seats.highs import Program
    from cordiale.engines.seats.planning import planned

    clock = Clock()
    model = model_of(settled(instance, TOTAL))
    say(**clock.lap("model_"))
    plan = planned(model)
    say(**clock.lap("plan_"), mb=peak(), bound=plan.bound.value, whole_bound=plan.whole_bound)
    program = Program(model)
    program.aim(model.total())
    program.solve()
    say(**clock.lap("lp_"), **judged(model, plan.seats))


def run_official(instance: Instance, patience: float, policy: Policy, *, again: bool = False) -> None:
    """All stages of a policy; then a reason for every refusal.

    Args:
        again: then also a few withdrawals, one at a time, each from the same plan.
    """
    from cordiale.engines.seats.explaining import Unexplained, refusals

    found = decided(instance, policy)
    clock = Clock()
    refused = int(np.count_nonzero(found.seats < instance.asked))
    try:
        told = refusals(found.settled, found.seats, found.progress.thresholds)
    except Unexplained as why:
        say(refused=refused, unexplained=str(why))
    else:
        explained = sum(1 for one in told if one.reasons)
        say(**clock.lap("explain_"), refused=refused, explained_percent=100 * explained / max(1, refused))
    if again:
        withdraw(instance, policy, found.seats)


def withdraw(instance: Instance, policy: Policy, seats: Ints) -> None:
    """Withdraw a line and plan again, a few times, each from the same plan."""
    from cordiale.engines.seats.replanning import Changes, replanned

    clock = Clock()
    laps: list[dict[str, float]] = []
    others = 0
    dice = random.Random(len(instance.lines))
    for line in dice.sample(np.flatnonzero(seats).tolist(), WITHDRAWALS):
        clock.lap()
        found = replanned(instance, policy, seats, Changes(withdrawn=[instance.lines[line].id]))
        laps.append(clock.lap())
        others = max(others, len((found.lost.keys() | found.gained.keys()) - {line}))
        judged(model_of(found.allocation.settled), found.allocation.seats)
        say(told=f"{len(laps)} withdrawals")
    say(replan_s=median(lap["s"] for lap in laps), replan_cpu_s=median(lap["cpu_s"] for lap in laps))
    say(replan_longest_s=max(lap["s"] for lap in laps), replan_others=others)


def decided(instance: Instance, policy: Policy) -> Allocation:
    """All stages of a policy, told one by one."""
    from cordiale.engines.seats.official import Official, Progress

    clock, whole = Clock(), Clock()

    def keep(progress: Progress) -> None:
        one = progress.certificates[-1]
        name = one.stage.value
        say(**clock.lap(f"{name}_"), told=f"{name} is decided")
        say(**{f"{name}_proven": one.proven, f"{name}_value": one.value, f"{name}_bound": one.bound})
        say(**{f"{name}_programs": one.runs, f"{name}_nodes": one.nodes, "mb": peak()})

    last = time.monotonic()

    def tell(stage: str, words: str) -> None:
        nonlocal last
        if time.monotonic() - last > 1:
            last = time.monotonic()
            say(told=f"{stage}: {words}")

    model = model_of(settled(instance, policy))
    say(**clock.lap("model_"))
    found = Official(model, keep=keep, tell=tell).run()
    say(**whole.lap(), complete=found.complete, mb=peak(), **judged(model, found.seats))
    return found


# Peers.


def run_dealt(instance: Instance, patience: float, deal: Callable[[Settled], Ints]) -> None:
    """A peer without a solver."""
    clock = Clock()
    what = settled(instance, POLICY)
    seats = deal(what)
    say(**clock.lap())
    say(mb=peak(), **judged(model_of(what), seats))


def run_solver(instance: Instance, patience: float, solve: Callable[..., peers.Solved]) -> None:
    """A solver of the same model."""
    clock = Clock()
    model = model_of(settled(instance, TOTAL))
    found = solve(model, patience=patience)
    say(**clock.lap(), mb=peak(), proven=found.proven, bound=found.bound)
    if found.seats is not None:
        say(**judged(model, found.seats))


def run_flow(instance: Instance, patience: float) -> None:
    """Min-cost flow."""
    clock = Clock()
    seats = peers.flow(instance)
    say(**clock.lap(), mb=peak())
    say(**judged(model_of(settled(instance, TOTAL)), seats))


def run_fairpyx(instance: Instance, patience: float, algorithm: str) -> None:
    """An algorithm of fairpyx; its times and memory are those of its own process, without starting up."""
    seats, figures = peers.fairpyx(instance, algorithm, patience=patience)
    say(**figures)
    say(**judged(model_of(settled(instance, TOTAL)), seats))


def peak() -> float:
    """The most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


RUNS: dict[str, Callable[[Instance, float], None]] = {
    "preview": run_preview,
    "plan": run_plan,
    "official": partial(run_official, policy=POLICY, again=True),
    "total": partial(run_official, policy=TOTAL),
    "fair": partial(run_official, policy=FAIR, again=True),
    "serial": partial(run_dealt, deal=peers.serial),
    "greedy": partial(run_dealt, deal=peers.greedy),
    "highs": partial(run_solver, solve=peers.highs),
    "cpsat": partial(run_solver, solve=peers.cpsat),
}
REDUCED: dict[str, Callable[[Instance, float], None]] = {
    "reduced-total": partial(run_official, policy=replace(TOTAL, reserve=0)),
    "reduced-fair": partial(run_official, policy=replace(FAIR, reserve=0)),
    "flow": run_flow,
    "utilitarian_matching": partial(run_fairpyx, algorithm="utilitarian_matching"),
    "round_robin": partial(run_fairpyx, algorithm="round_robin"),
}
"""On the reduced instance."""


def main(what: str, size: str, seed: str, patience: str) -> None:
    """Measure one thing.

    Args:
        what: key of `RUNS` or `REDUCED`.
        size: key of `SIZES`.
        seed: of the instance.
        patience: seconds that a peer gets.
    """
    instance = SIZES[size].made(int(seed))
    run = RUNS.get(what)
    if run is None:
        instance, run = reduced(instance), REDUCED[what]
    say(mb_before=peak(), lines=len(instance.lines))
    try:
        run(instance, float(patience))
    except peers.NotMeasured as why:
        say(not_measured=str(why))
        return
    say(ended=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
