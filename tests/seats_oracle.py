"""Solves small seat instances with CP-SAT, in a process of its own: another method, other code, exact whole numbers.

Written from docs/reference/seats.md, not from the engine. It reads one JSON object a line, `{"instance", "policy"}`,
and answers one a line: `missed`, `thresholds`, `total`, and the highest sum of the first round of lots. CP-SAT must not
be imported where HiGHS is.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

from ortools.sat.python import cp_model


class Case:
    """An instance under a policy, by the words of the document."""

    def __init__(self, asked: dict[str, Any], policy: dict[str, Any]) -> None:
        self.policy = policy
        self.parties = {one["id"]: one for one in asked["parties"]}
        self.activities = {one["id"]: one for one in asked["activities"]}
        self.lines = {one["id"]: {"seats": 1, "priority": 1, **one} for one in asked["lines"]}
        self.priority = self._priorities()
        self.live = self._live()
        self.claims = self._claims()
        self.wanted: dict[str, int] = defaultdict(int)
        for line in self.live:
            if self.priority[line] == 1:
                self.wanted[self.lines[line]["party"]] += self.lines[line]["seats"]

    def lot(self, *words: str) -> int:
        text = "\0".join((self.policy["seed"], *words))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

    def worth(self, line: str, priority: int) -> int:
        one = self.lines[line]
        points: int = one.get("points") or self.policy["points"][str(priority)]
        return points if self.policy["per"] == "seat" else max(1, points * 840 // one["seats"])

    def _priorities(self) -> dict[str, int]:
        found = {line: one["priority"] for line, one in self.lines.items()}
        most = self.policy["first_most"]
        for party in self.parties if most is not None else ():
            mine = [line for line, one in self.lines.items() if one["party"] == party and one["priority"] == 1]
            for line in sorted(mine, key=lambda line: (-self.worth(line, 1), line))[most:]:
                found[line] = 2
        return found

    def quota(self, activity: str) -> int:
        one = self.activities[activity]
        quota: int | None = one.get("quota", self.policy["quota"])
        seats: int = one["seats"]
        return seats if quota is None else min(quota, seats)

    def pays(self, party: str, activity: str) -> int:
        budget, cost = self.parties[party].get("budget"), self.activities[activity].get("cost", 0)
        return 10**9 if budget is None or not cost else budget // cost

    def could(self, live: set[str], activity: str) -> dict[str, int]:
        """Party to the seats it could take."""
        asked: dict[str, int] = defaultdict(int)
        for line in live:
            if self.lines[line]["activity"] == activity:
                asked[self.lines[line]["party"]] += self.lines[line]["seats"]
        return {p: min(seats, self.quota(activity), self.pays(p, activity)) for p, seats in asked.items()}

    def _live(self) -> set[str]:
        live = set()
        for line, one in self.lines.items():
            activity = self.activities[one["activity"]]
            least = one["seats"] if one.get("whole") or one.get("bundle") else 1
            let_in = activity.get("parties")
            if (
                not one.get("refused")
                and (let_in is None or one["party"] in let_in)
                and least <= min(self.quota(one["activity"]), self.pays(one["party"], one["activity"]))
            ):
                live.add(line)
        while True:
            gone = set()
            for line in live:
                bundle = self.lines[line].get("bundle")
                if bundle and any(o.get("bundle") == bundle and other not in live for other, o in self.lines.items()):
                    gone.add(line)
            for activity, one in self.activities.items():
                if sum(self.could(live, activity).values()) < one.get("minimum", 0):
                    gone |= {line for line in live if self.lines[line]["activity"] == activity}
            if not gone:
                return live
            live -= gone

    def order(self) -> list[str]:
        rank = {party: place for place, party in enumerate(self.policy["seniority"])}
        return sorted(self.parties, key=lambda p: (rank.get(p, len(rank)), self.lot("seniority", p), p))

    def _claims(self) -> dict[tuple[str, str], int]:
        found = {}
        for activity, one in self.activities.items():
            could = self.could(self.live, activity)
            reserve = one.get("reserve", self.policy["reserve"])
            if sum(could.values()) <= one["seats"] or not reserve:
                continue
            order = self.order()
            if self.policy["scarce"] == "lottery":
                order = sorted(could, key=lambda p: self.lot("reserve", activity, p))
            left = one["seats"]
            for party in order:
                claim = min(reserve, could.get(party, 0))
                if claim and claim <= left:
                    found[party, activity] = claim
                    left -= claim
        return found

    def collide(self, one: str, other: str) -> bool:
        a, b = self.activities[one], self.activities[other]
        if "begins" not in a or "begins" not in b:
            return False
        day = date.fromisoformat
        return day(a["begins"]) < day(b["ends"]) and day(b["begins"]) < day(a["ends"])


class Solving:
    """One model that grows row by row."""

    def __init__(self, case: Case) -> None:
        self.case, self.model = case, cp_model.CpModel()
        new = self.model
        lines = case.lines
        self.seats = {line: new.new_int_var(0, lines[line]["seats"], line) for line in sorted(case.live)}
        granted: dict[str, Any] = {}
        for line, seats in self.seats.items():
            one = lines[line]
            if one.get("bundle") or one.get("whole"):
                key = one.get("bundle") or f" {line}"
                granted.setdefault(key, new.new_bool_var(key))
                new.add(seats == one["seats"] * granted[key])
        for activity, one in case.activities.items():
            mine = [seats for line, seats in self.seats.items() if lines[line]["activity"] == activity]
            runs = new.new_bool_var(f"runs {activity}")
            new.add(sum(mine) <= one["seats"] * runs)
            new.add(sum(mine) >= one.get("minimum", 0) * runs)
            for party in case.parties:
                both = [seats for line, seats in self.seats.items()
                        if lines[line]["activity"] == activity and lines[line]["party"] == party]  # fmt: skip
                new.add(sum(both) <= case.quota(activity))
        for party, one in case.parties.items():
            if one.get("budget") is not None:
                new.add(
                    sum(
                        seats * case.activities[lines[line]["activity"]].get("cost", 0)
                        for line, seats in self.seats.items()
                        if lines[line]["party"] == party
                    )
                    <= one["budget"]
                )
        named = [line for line in self.seats if lines[line].get("person")]
        for place, line in enumerate(named):
            for other in named[:place]:
                a, b = lines[line], lines[other]
                if a["person"] == b["person"] and case.collide(a["activity"], b["activity"]):
                    new.add(self.seats[line] + self.seats[other] <= 1)
        self.missed = []
        for (party, activity), claim in case.claims.items():
            short = new.new_int_var(0, claim, f"short {party} {activity}")
            both = [seats for line, seats in self.seats.items()
                    if lines[line]["activity"] == activity and lines[line]["party"] == party]  # fmt: skip
            new.add(sum(both) + short >= claim)
            self.missed.append(short)

    def share(self, party: str) -> Any:
        case = self.case
        return sum(
            seats for line, seats in self.seats.items()
            if case.lines[line]["party"] == party and case.priority[line] == 1
        )  # fmt: skip

    def best(self, expression: Any) -> int | None:
        """The highest an expression can be; None where nothing is feasible."""
        self.model.maximize(expression)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        status = solver.solve(self.model)
        self.model.clear_objective()
        if status == cp_model.INFEASIBLE:
            return None
        if status != cp_model.OPTIMAL:
            raise RuntimeError(solver.status_name(status))
        return round(solver.objective_value)

    def feasible(self, thresholds: dict[str, int]) -> bool:
        """Whether everybody can have so much."""
        trying = self.model.clone()
        kept, self.model = self.model, trying
        for party, least in thresholds.items():
            trying.add(self.share(party) >= least)
        found = self.best(0)
        self.model = kept
        return found is not None


def answered(instance: dict[str, Any], policy: dict[str, Any]) -> dict[str, Any]:
    """What every stage comes to."""
    case = Case(instance, policy)
    solving = Solving(case)
    told: dict[str, Any] = {}
    for stage in policy["stages"]:
        if stage == "reserves":
            told["missed"] = -(solving.best(-sum(solving.missed)) or 0)
            solving.model.add(sum(solving.missed) <= told["missed"])
        elif stage == "fairness":
            told["thresholds"] = leximin(case, solving)
            for party, least in told["thresholds"].items():
                solving.model.add(solving.share(party) >= least)
        elif stage == "total":
            worth = sum(seats * case.worth(line, case.priority[line]) for line, seats in solving.seats.items())
            told["total"] = solving.best(worth)
            solving.model.add(worth >= told["total"])
        else:
            lots = sum(seats * (case.lot("tie", "0", line) % 1000) for line, seats in solving.seats.items())
            told["lots"] = solving.best(lots)
    return told


def leximin(case: Case, solving: Solving) -> dict[str, int]:
    """Level by level, from the lowest: nothing is skipped, so nothing is missed."""
    active = [party for party in case.order() if case.wanted[party]]
    now = dict.fromkeys(active, 0)
    levels = sorted({Fraction(seats, case.wanted[p]) for p in active for seats in range(case.wanted[p] + 1)})

    def lifted(parties: list[str], level: Fraction) -> dict[str, int]:
        up = {p: max(now[p], -(-level.numerator * case.wanted[p] // level.denominator)) for p in parties}
        return {**now, **up}

    for level in levels[1:]:
        if not active:
            break
        if solving.feasible(lifted(active, level)):
            now = lifted(active, level)
            continue
        for party in list(active):
            wish = lifted([party], level)
            if wish == now or solving.feasible(wish):
                now = wish
            else:
                active.remove(party)
    return now


if __name__ == "__main__":
    for text in sys.stdin:
        case = json.loads(text)
        print(json.dumps(answered(case["instance"], case["policy"])), flush=True)
