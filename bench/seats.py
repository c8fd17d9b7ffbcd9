"""The seat engine beside others who share seats out: the same instances, in one run, answers checked before they count.

    make bench-seats                            the menu (1x), PRIME, and ten times that: an hour or two
    python -m bench.seats --size small          a try of a minute; several sizes may be given
    python -m bench.seats --size prime --minutes 10     without the half hour in which every stage is proven

Everything is measured in a process of its own, one after the other (bench/seat_runs.py). Ratios are of times of the
clock; beside them stands the ratio of processor times, which other work on the machine disturbs less. Peers, and
our total alone, get `--patience` seconds each, our stages together `--minutes`; who is stopped is said to be, with how
far it came.

On its own instance (`reduced`), fairpyx is asked too: it knows one seat of a pair, seats of activities and most seats
of a party, and no budgets, minima, persons or reserves; ours is given that same instance.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

from bench import Answer, report
from bench.seat_peers import NotMeasured, ready
from bench.seat_runs import SIZES
from tests.databases import ROOT

OURS = ("preview", "plan", "total", "fair", "official")
LONG = ("fair", "official")
FAIRPYX = ("utilitarian_matching", "round_robin")
REDUCED = ("reduced-total", "reduced-fair", "flow")
WHOLE = (*OURS, "serial", "greedy", "highs", "cpsat", *REDUCED)
MEASURED = {
    "small": (*WHOLE, *FAIRPYX),
    "1x": (*WHOLE, *FAIRPYX),
    # fairpyx makes an edge for each party and activity: 1.58 million; fairness without reserves takes as long as with
    "prime": tuple(one for one in WHOLE if one != "fair"),
    "10x": ("preview", "plan", "serial", "greedy", "flow"),
}
STARTING = 120
"""Seconds that a process has to make its instance and to check what came out, beside what it is given."""
PROOF, TIE, PLAN, MEMORY = "reserves, fairness and total, proven", "tie-break", "plan", "memory"
GAP, LP_GAP = "gap of the plan to its bound", "gap of the plan to the linear program"
MATCHING, LIFT, REPLAN, REASONS = "best total", "what fairness costs", "plan again", "reasons"
TARGETS: dict[tuple[str, str], float] = {
    ("1x", PROOF): 3,
    ("1x", TIE): 8,
    ("1x", MATCHING): 1 / 15,
    ("1x", REPLAN): 1 / 20,
    ("prime", PLAN): 2,
    ("prime", GAP): 0.01,
    ("prime", LP_GAP): 0.01,
    ("prime", MEMORY): 250,
    ("10x", GAP): 0.01,
    ("10x", MEMORY): 2_048,
}
"""By size and question: what a ratio, a percentage or megabytes may be at most."""
POINTS, COST = 8, 0.5
"""Percentage points by which fairness is to lift the worst party at least, and percent of the total it may cost."""

Run = Mapping[str, Any]
"""What a process told: figures by name. Empty where it was not run."""


class Bench:
    """What is measured of one size.

    Args:
        size: its name.
        runs: what was measured to what it told.
    """

    def __init__(self, size: str, runs: Mapping[str, Run]) -> None:
        self.size = size
        self._runs = runs

    def __getitem__(self, what: str) -> Run:
        return self._runs.get(what, {})

    def answers(self) -> Iterable[Answer]:
        """Every question that was asked of this size; what was promised and not decided is told, too."""
        found = list(self._all())
        decided = {answer.question for answer in found if answer.met is not None}
        promised = [f"{size}: {question}" for size, question in TARGETS if size == self.size]
        promised += [f"{self.size}{where}: {LIFT}" for where in ("", ", reduced") if self.size == "1x"]
        missing = [question for question in promised if question not in decided]
        return [*found, *(Answer(one, "", None, "", None, {"NOT DECIDED": "stopped or not run"}) for one in missing)]

    def _all(self) -> Iterable[Answer]:
        yield from self._quick()
        yield from self._plan()
        yield from self._stages()
        yield from self._solvers()
        yield from self._fairness("", "fair", "total")
        yield from self._fairness(", reduced", "reduced-fair", "reduced-total")
        yield from self._reduced()
        yield from self._afterwards()
        for what, run in self._runs.items():
            if "failed" in run:
                yield Answer(f"{self.size}: {what}", "", None, "it ends well", False, {"told": run.get("told", "")})

    def _quick(self) -> Iterable[Answer]:
        for peer in ("serial", "greedy"):
            if self[peer]:
                yield self._compared("preview", peer, self["preview"], self[peer], more=("total", "worst_percent"))

    def _plan(self) -> Iterable[Answer]:
        run = self["plan"]
        if "total" not in run:
            return
        yield self._compared(
            PLAN, "its linear program", picked(run, "plan_"), picked(run, "lp_"), figures=only(run, "model_s", "total")
        )
        yield self._within(GAP, short(run["total"], run["whole_bound"]), "percent", only(run, "total", "whole_bound"))
        figures = {**only(run, "bound", "worst_percent"), "least_percent": short(run["whole_bound"], run["bound"])}
        if "bound" in self["highs"]:
            figures["least_percent_of_highs"] = short(self["highs"]["bound"], run["bound"])
        yield self._within(LP_GAP, short(run["total"], run["bound"]), "percent", figures)
        yield self._within(MEMORY, run["mb"], "MB", only(run, "mb_before"))

    def _stages(self) -> Iterable[Answer]:
        run, plain = self["official"], self["highs"]
        if not run:
            return
        told = {
            name: value for name, value in run.items() if name.partition("_")[0] in ("reserves", "fairness", "total")
        }
        if run.get("total_proven"):
            ours = picked(run, "model_", "reserves_", "fairness_", "total_")
            yield self._compared(PROOF, "HiGHS proving the total alone", ours, plain, figures=told)
        elif "stopped_s" in run and plain.get("proven") and (target := TARGETS.get((self.size, PROOF))):
            least = run["stopped_s"] / plain["s"]
            stopped = {"stopped_s": run["stopped_s"], "theirs_s": plain["s"], "ratio_above": least, **told}
            met = False if least > target else None
            promised = f"at most {target:g} times" if met is False else ""
            yield Answer(f"{self.size}: {PROOF}", "HiGHS proving the total alone", None, promised, met, neat(stopped))
        if run.get("complete"):
            tie = {name: value for name, value in run.items() if name.startswith("tie_")}
            tie["mb"] = run["mb"]
            yield self._compared(TIE, "HiGHS proving the total alone", picked(run, "tie_"), plain, figures=tie)
            yield self._compared(TIE + ", again", "our total alone", picked(run, "tie_"), self["total"])
        else:
            how_far = {**told, "told": run.get("told", ""), **only(run, "stopped_s", "mb")}
            yield Answer(f"{self.size}: how far the stages came", "", None, "", None, neat(how_far))

    def _solvers(self) -> Iterable[Answer]:
        ours = self["total"]
        for peer in ("highs", "cpsat"):
            if ours and self[peer]:
                yield self._compared(
                    "total alone, proven", peer, ours, self[peer], more=("total", "bound", "proven", "mb")
                )
                if ours.get("complete") and self[peer].get("proven") and ours["total"] != self[peer]["total"]:
                    yield self._said(f"the same total as {peer}", "the same", met=False)

    def _fairness(self, where: str, fair: str, alone: str) -> Iterable[Answer]:
        with_it, without = self[fair], self[alone]
        if not (with_it.get("complete") and without.get("complete")):
            return
        points = with_it["worst_percent"] - without["worst_percent"]
        cost = 100 * (without["total"] - with_it["total"]) / without["total"]
        figures = {"points": points, "percent": cost, **prefixed("fair", with_it), **prefixed("alone", without)}
        promised = f"at least {POINTS} points for at most {COST} percent" if self.size == "1x" else ""
        met = points >= POINTS and cost <= COST if promised else None
        yield Answer(f"{self.size}{where}: {LIFT}", "", None, promised, met, neat(figures))

    def _reduced(self) -> Iterable[Answer]:
        ours = self["reduced-total"]
        for peer in ("flow", "utilitarian_matching"):
            run = self[peer]
            if "total" in run and "total" in ours:
                question = MATCHING if peer == "utilitarian_matching" else f"{MATCHING}, {peer}"
                yield self._compared(question, peer, ours, run, more=("total", "worst_percent", "mb"))
                yield self._said(f"the same best total as {peer}", "the same", met=run["total"] == ours["total"])
        fair, turns = self["reduced-fair"], self["round_robin"]
        if "total" in turns and "total" in fair:
            yield self._compared(
                "fairness and total", "round_robin", fair, turns, more=("total", "worst_percent", "mb")
            )
        for peer in (*FAIRPYX, "flow"):
            if "not_measured" in self[peer]:
                yield Answer(f"{self.size}: {peer}", "", None, "", None, {"NOT MEASURED": self[peer]["not_measured"]})

    def _afterwards(self) -> Iterable[Answer]:
        for what in ("total", "fair", "official"):
            run, whose = self[what], "" if what == "official" else f", {what}"
            if "refused" in run:
                figures = only(run, "refused", "explained_percent", "explain_s", "unexplained")
                met = run.get("explained_percent") == 100
                yield Answer(
                    f"{self.size}: {REASONS}{whose}", "", None, "every refusal is explained", met, neat(figures)
                )
            if "replan_s" in run:
                figures = only(run, "replan_longest_s", "replan_others")
                yield self._compared(REPLAN + whose, "the whole run", picked(run, "replan_"), run, figures=figures)

    def _compared(
        self,
        question: str,
        peer: str,
        ours: Run,
        theirs: Run,
        *,
        more: Iterable[str] = (),
        figures: Run | None = None,
    ) -> Answer:
        """Our time by theirs; where they were stopped before they had a proof, it says less than it might."""
        told = {**(figures or {}), **prefixed("ours", ours, more), **prefixed("theirs", theirs, more)}
        if "s" not in ours or "s" not in theirs:
            told["NOT MEASURED"] = "stopped" if ours or theirs else "not run"
            return Answer(f"{self.size}: {question}", peer, None, "", None, neat(told))
        ratio = ours["s"] / theirs["s"]
        told["processor_ratio"] = ours["cpu_s"] / theirs["cpu_s"]
        target = TARGETS.get((self.size, question))
        if theirs.get("proven") is False:
            told["peer"] = "stopped without a proof: the true ratio is lower"
            if target is not None and ratio > target:
                target = None
        promised = "" if target is None else f"at most {target:.3g} times"
        met = None if target is None else ratio <= target
        return Answer(f"{self.size}: {question}", peer, ratio, promised, met, neat(told))

    def _within(self, question: str, found: float, unit: str, figures: Run) -> Answer:
        target = TARGETS.get((self.size, question))
        promised = "" if target is None else f"at most {target:g} {unit}"
        met = None if target is None else found <= target
        return Answer(f"{self.size}: {question}", "", None, promised, met, neat({unit.lower(): found, **figures}))

    def _said(self, question: str, promised: str, *, met: bool) -> Answer:
        return Answer(f"{self.size}: {question}", "", None, promised, met, {"answer": "yes" if met else "NO"})


def short(value: float, bound: float) -> float:
    """By how many percent of a bound a value falls short of it."""
    return 100 * (bound - value) / bound


def picked(run: Run, *names: str) -> Run:
    """The seconds of some parts of a run together; empty where one of them is not known."""
    kinds = ("s", "cpu_s")
    if any(f"{name}{kind}" not in run for name in names for kind in kinds):
        return {}
    return {kind: sum(run[f"{name}{kind}"] for name in names) for kind in kinds}


def only(run: Run, *names: str) -> dict[str, Any]:
    """Some of what a run told."""
    return {name: run[name] for name in names if name in run}


def prefixed(whose: str, run: Run, more: Iterable[str] = ("total", "worst_percent")) -> dict[str, Any]:
    """What a run told, its time and what else is named, by whose it is."""
    return {f"{whose}_{name}": value for name, value in only(run, "s", *more).items()}


def neat(figures: Run) -> dict[str, float | int | str]:
    """Figures as people read them."""
    return {
        name: ("yes" if value else "no")
        if isinstance(value, bool)
        else float(f"{value:.3g}" if abs(value) < 100 else f"{value:.1f}")
        if isinstance(value, float)
        else value
        for name, value in figures.items()
    }


def measured(what: str, size: str, *, seed: int, patience: float, most: float) -> Run:
    """Run one process, and take together all that it told; a later word on the same thing replaces the earlier.

    Args:
        patience: seconds that a peer gives itself.
        most: seconds after which the process is ended.
    """
    began = time.monotonic()
    stopped: dict[str, float] = {}
    command = [sys.executable, "-m", "bench.seat_runs", what, size, str(seed), str(patience)]
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False, timeout=most)
        told, failed = done.stdout, done.returncode != 0
    except subprocess.TimeoutExpired as ended:
        told, failed = ended.stdout or b"", False
        stopped = {"stopped_s": time.monotonic() - began}
    found: dict[str, Any] = {"failed": True} if failed else {**stopped}
    for line in told.decode().splitlines(keepends=True):
        if line.endswith("\n"):  # the last one may be torn where the process was ended
            found |= json.loads(line)
    return found


def main() -> None:
    """Measure the sizes that were chosen, and print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--size", nargs="+", choices=SIZES, default=["1x", "prime", "10x"])
    options.add_argument("--seed", type=int, default=1, help="of the invented instances")
    options.add_argument("--patience", type=float, default=120, help="seconds that a peer gets, or our total alone")
    options.add_argument("--minutes", type=float, default=40, help="that a run of our stages gets")
    options.add_argument("--only", nargs="+", choices=WHOLE + FAIRPYX, help="measure no more than these")
    chosen = options.parse_args()
    answers: list[Answer] = []
    loads = [os.getloadavg()[0]]
    try:
        ready()
        without = ""
    except NotMeasured as why:
        without = str(why)
    for size in chosen.size:
        runs: dict[str, Run] = {}
        for what in MEASURED[size]:
            if chosen.only and what not in chosen.only:
                continue
            if without and what in FAIRPYX:
                runs[what] = {"not_measured": without}
                continue
            most = STARTING + (60 * chosen.minutes if what in LONG else chosen.patience)
            runs[what] = measured(what, size, seed=chosen.seed, patience=chosen.patience, most=most)
            loads.append(os.getloadavg()[0])
            print(f"{size}: {what}: {_line(runs[what])}, load {loads[-1]:.1f}", flush=True)
        answers += Bench(size, runs).answers()
    answers.append(
        Answer("load of the machine", "", None, "", None, {"least": round(min(loads), 1), "most": round(max(loads), 1)})
    )
    report("seats", answers)
    if any(answer.met is False for answer in answers):
        print("some targets are MISSED")


def _line(run: Run) -> str:
    shown = neat(only(run, "s", "total", "worst_percent", "mb", "complete", "proven", "stopped_s", "not_measured"))
    words = [f"{name} {value}" for name, value in shown.items()]
    if "ended" not in run and "not_measured" not in run:
        words.insert(0, "FAILED" if "failed" in run else f"STOPPED at {run.get('told', 'the beginning')}")
    return ", ".join(words)


if __name__ == "__main__":
    main()
