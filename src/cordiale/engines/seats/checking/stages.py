"""What a result says of its stages, held against what is counted again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from cordiale.engines.seats.checking.bounds import Proof
from cordiale.engines.seats.checking.faults import Code, Faults, kind_of, number, told
from cordiale.engines.seats.checking.giving import Given
from cordiale.engines.seats.checking.rules import drawn
from cordiale.engines.seats.policies import Stage

NEEDS = {"stage": str, "value": int, "bound": int, "proven": bool, "programs": int, "nodes": int}
OF_FAIRNESS = {"thresholds": dict, "frozen": list}
LOTS = 1_000
ROUNDS = 4
"""Rounds of the tie-break that are drawn again; that two lines draw the same lot in all of them is past belief."""


class Stages:
    """The stages of a result.

    Args:
        said: the list as it was read.
        given: the allocation.
        held: whether most of the allocation was held as it was before: a plan after changes. What the whole could come
            to is then not what its stages speak of.
        faults: what is wrong is added here.
    """

    def __init__(self, said: Sequence[Any], given: Given, faults: Faults, *, held: bool) -> None:
        self.given, self.rules, self.held, self.faults = given, given.rules, held, faults
        self.said: dict[Stage, dict[str, Any]] = {}
        self.thresholds: dict[str, int] = {}
        self._read(said)

    def _read(self, said: Sequence[Any]) -> None:
        names = []
        for place, one in enumerate(said):
            is_fair = isinstance(one, dict) and one.get("stage") == Stage.FAIRNESS
            found = self.faults.fields(
                one, f"stages[{place}]", NEEDS | OF_FAIRNESS if is_fair else NEEDS, {"lp": int}
            )  # fmt: skip
            name = one.get("stage") if isinstance(one, dict) else None
            names.append(name)
            if found is not None and name in list(Stage):
                self.said.setdefault(Stage(name), found)
        expected = [one.value for one in self.rules.policy.stages]
        if names != expected[: len(names)]:
            self.faults.add(Code.STAGES, "stages", f"they are not the policy's in its order: {', '.join(expected)}")

    @property
    def are_all_proven(self) -> bool:
        """Whether every stage of the policy is there with a value as good as its bound."""
        return all(self.is_proven(stage) for stage in self.rules.policy.stages)

    def is_proven(self, stage: Stage) -> bool:
        """Whether a stage says that nothing better is possible."""
        found = self.said.get(stage)
        return found is not None and found["value"] == found["bound"]

    def check(self) -> None:
        """Add a fault for everything that is wrong."""
        for stage, said in self.said.items():
            self._bounds(stage, said)
        if Stage.RESERVES in self.said:
            self.faults.same(
                Code.VALUE, "reserves", "the seats missed", self.said[Stage.RESERVES]["value"], self.given.missed
            )  # fmt: skip
        if Stage.FAIRNESS in self.said:
            _Fairness(self.said[Stage.FAIRNESS], self.given, self.faults).check(self.thresholds)
        if Stage.TOTAL in self.said:
            self.faults.same(
                Code.VALUE, "total", "the total", self.said[Stage.TOTAL]["value"], self.given.total
            )  # fmt: skip
        if Stage.TIE in self.said:
            self._tie(self.said[Stage.TIE]["value"])
        if self.is_proven(Stage.TOTAL):
            self.given.leave_no_room(self.faults, may_open=not self.held)

    def _bounds(self, stage: Stage, said: Mapping[str, Any]) -> None:
        value, bound, lp = said["value"], said["bound"], said.get("lp")
        sign = -1 if stage is Stage.RESERVES else 1
        side = "above" if sign > 0 else "below"
        for what, limit in (("its bound", bound), ("the bound of its linear program", lp)):
            if limit is not None and sign * value > sign * limit:
                self.faults.add(
                    Code.BOUND, stage.value, f"its value {number(value)} is {side} {what}, {number(limit)}"
                )  # fmt: skip
        if said["proven"] != (value == bound):
            self.faults.add(
                Code.PROVEN, stage.value,
                f"it says that it is {'' if said['proven'] else 'not '}proven, with the value {number(value)} and the"
                f" bound {number(bound)}",
            )  # fmt: skip
        if stage in (Stage.FAIRNESS, Stage.TIE) and value != bound:
            self.faults.add(Code.BOUND, stage.value, "it is decided or not there: its value is its bound")
        for key in ("programs", "nodes"):
            if said[key] < 0:
                self.faults.add(Code.SHAPE, stage.value, f"{key} is below nothing")

    def bound(self, total_bound: Mapping[str, Any] | None) -> int | None:
        """What the prices prove of the total, None where they prove nothing; faults are added.

        Args:
            total_bound: as it was read; None where the result has none.
        """
        total = self.said.get(Stage.TOTAL)
        if (total is None) != (total_bound is None):
            self.faults.add(
                Code.TOTAL_BOUND, "total_bound", "it belongs to a result with the stage total, and to no other"
            )  # fmt: skip
        if total_bound is None:
            return None
        read = self.faults.fields(total_bound, "total_bound", {"scale": int, "rows": dict}, {})
        if read is None:
            return None
        if read["scale"] < 1:
            self.faults.add(Code.TOTAL_BOUND, "total_bound", "the scale is below 1")
            return None
        if not all(type(price) is int for price in read["rows"].values()):
            self.faults.add(Code.SHAPE, "total_bound", "a price is no whole number")
            return None
        missed = self.said[Stage.RESERVES]["value"] if Stage.RESERVES in self.said else None
        proof = Proof(self.rules, read["scale"], missed, self.thresholds)
        if not proof.priced(read["rows"], self.faults):
            return None
        found = proof.bound()
        self._hold_against(found, total)
        return found

    def _hold_against(self, bound: int, total: Mapping[str, Any] | None) -> None:
        if self.given.total > bound:
            self.faults.add(
                Code.TOTAL_BOUND, "total_bound",
                f"the total {number(self.given.total)} is above the {number(bound)} that the prices prove",
            )  # fmt: skip
        if total is None:
            return
        if "lp" not in total:
            self.faults.add(
                Code.TOTAL_BOUND, "total", "the bound of the linear program that the prices prove is missing"
            )
        elif bound > total["lp"] and not self.held:
            self.faults.add(
                Code.TOTAL_BOUND, "total_bound",
                f"the prices prove {number(bound)}, and the linear program is said to prove {number(total['lp'])}",
            )  # fmt: skip

    def _tie(self, rounds: int) -> None:
        """The lots, as far as one seat that moves between two lines of the same worth tells."""
        if rounds < 0:
            self.faults.add(Code.TIE, "tie", "fewer than no rounds were drawn")
        if self.held or rounds < 0 or not self.is_proven(Stage.TOTAL):
            return
        rules, lines = self.rules, self.rules.instance.lines
        alike: dict[tuple[int, int, bool], list[int]] = {}
        for place in rules.single:
            if not lines[place].person:
                alike.setdefault((rules.pair[place], rules.worth[place], rules.first[place]), []).append(place)
        for places in alike.values():
            giving = [place for place in places if self.given.seats[place] > 0]
            taking = [place for place in places if self.given.seats[place] < lines[place].seats]
            if len(places) > 1 and giving and taking:
                self._swap(giving, taking, rounds)

    def _swap(self, giving: Sequence[int], taking: Sequence[int], rounds: int) -> None:
        lots = {place: self._lots(place, min(rounds, ROUNDS)) for place in {*giving, *taking}}
        ids = [one.id for one in self.rules.instance.lines]
        for one in giving:
            for other in taking:
                if one == other:
                    continue
                if lots[one] < lots[other]:
                    self.faults.add(Code.TIE, ids[other], f"its lot is higher than that of {told(ids[one])}, which has"
                                    " a seat that it could have as well")  # fmt: skip
                elif lots[one] == lots[other] and rounds < ROUNDS:
                    self.faults.add(Code.TIE, ids[other], f"it could have a seat of {told(ids[one])} as well, and no"
                                    " lot decides between them")  # fmt: skip

    def _lots(self, line: int, rounds: int) -> tuple[int, ...]:
        seed, name = self.rules.policy.seed, self.rules.instance.lines[line].id
        return tuple(drawn(seed, "tie", str(one), name) % LOTS for one in range(rounds))


class _Fairness:
    """The stage of fairness: thresholds, and in which order parties were frozen."""

    def __init__(self, said: Mapping[str, Any], given: Given, faults: Faults) -> None:
        self.said, self.given, self.rules, self.faults = said, given, given.rules, faults
        parties = given.rules.instance.parties
        self.asked = {parties[place].id: asked for place, asked in enumerate(given.rules.first_asked) if asked}

    def check(self, thresholds: dict[str, int]) -> None:
        """Add faults, and the thresholds that are sound."""
        for party, least in self.said["thresholds"].items():
            if party not in self.asked:
                self.faults.add(Code.THRESHOLD, party, "it has a threshold, and no share")
            elif type(least) is not int:
                self.faults.add(Code.SHAPE, party, f"its threshold is {kind_of(least)}, not a whole number")
            elif not 0 <= least <= self.asked[party]:
                self.faults.add(
                    Code.THRESHOLD, party, f"its threshold is {number(least)}, and it asks for {self.asked[party]}"
                )  # fmt: skip
            else:
                thresholds[party] = least
        for party in self.asked.keys() - self.said["thresholds"].keys():
            self.faults.add(Code.THRESHOLD, party, "it has a share, and no threshold")
        self.faults.same(Code.VALUE, "fairness", "the parties frozen", self.said["value"], len(self.asked))
        self._frozen(thresholds)
        for party, least in thresholds.items():
            has = self.given.first[self.rules.instance.party_at[party]]
            if has < least:
                self.faults.add(Code.THRESHOLD, party, f"it has {number(has)} seats that count, and is to have {least}")
            elif has > least:
                # all others have what they are to have, so that it could have one more is shown by this very allocation
                self.faults.add(
                    Code.FROZEN, party,
                    f"it has {number(has)} seats that count, and is said to be unable to have more than {least}",
                )  # fmt: skip

    def _frozen(self, thresholds: Mapping[str, int]) -> None:
        met: list[str] = []
        entries = self.faults.entries(
            self.said["frozen"], "frozen", {"party": str, "seats": int, "refused": int, "proof": str}, {}
        )  # fmt: skip
        for one in entries:
            party = one["party"]
            if party not in self.asked:
                self.faults.add(Code.FROZEN, party, "it is frozen, and has no share")
            elif party in met:
                self.faults.add(Code.FROZEN, party, "it is frozen twice")
            else:
                met.append(party)
                self._one(party, one, thresholds)
        for party in self.asked.keys() - set(met):
            self.faults.add(Code.FROZEN, party, "it has a share, and is not frozen")
        if thresholds.keys() >= set(met):
            self._order(met, thresholds)

    def _one(self, party: str, said: Mapping[str, Any], thresholds: Mapping[str, int]) -> None:
        seats, asked = said["seats"], self.asked[party]
        if party in thresholds:
            self.faults.same(Code.FROZEN, party, "what it is frozen with", seats, thresholds[party])
        # levels are all fractions that shares can be, so that the next one of its own is one seat more
        following = min(seats + 1, asked)
        if said["refused"] != following:
            self.faults.add(
                Code.FROZEN, party,
                f"with {number(seats)} of {asked} seats the next level has {number(following)}, not"
                f" {number(said['refused'])}",
            )  # fmt: skip
        if not said["proof"].strip():
            self.faults.add(Code.FROZEN, party, "how it is known that it cannot rise is not said")

    def _order(self, met: Sequence[str], thresholds: Mapping[str, int]) -> None:
        """Parties are frozen at the first level above their share, and of one level in the order of seniority."""
        # fractions whose denominators are at most n differ by 1 / n² at least: so whole parts of n² tell them apart
        fine = max(self.asked.values(), default=1) ** 2
        levels = sorted({seats * fine // asked for asked in set(self.asked.values()) for seats in range(asked + 1)})
        place = self.rules.instance.party_at
        order = sorted(
            met,
            key=lambda one: (
                bisect_right(levels, thresholds[one] * fine // self.asked[one]),
                self.rules.rank[place[one]],
            ),
        )
        if order != list(met):
            wrong = next(one for one, other in zip(met, order, strict=True) if one != other)
            self.faults.add(Code.FROZEN, wrong, "it is not frozen in the order of levels, then of seniority")
