"""The checker of the seat engine accepts right results, whoever made them, and rejects every kind of damage."""

import ast
import copy
import json
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.engines.seats import checking
from cordiale.engines.seats.checking import check
from cordiale.engines.seats.checking.rules import cliques
from cordiale.engines.seats.files import written
from cordiale.engines.seats.generating import generated
from cordiale.engines.seats.instances import Activity, Instance, Line, Party
from cordiale.engines.seats.matrix import model_of
from cordiale.engines.seats.official import Official
from cordiale.engines.seats.policies import Per, Policy, Scarce, Stage
from cordiale.engines.seats.presolve import settled
from cordiale.engines.seats.preview import preview
from cordiale.engines.seats.replanning import Changes, changed, replanned
from cordiale.engines.seats.results import decided, previewed, replanned_result

MENU = Instance(
    [Party("fi", budget=90), Party("no", budget=30), Party("se")],
    [
        Activity("course", 3, cost=10, begins=date(2031, 1, 6), ends=date(2031, 1, 11)),
        Activity("drill", 4, minimum=2, cost=20, begins=date(2031, 1, 8), ends=date(2031, 1, 15)),
        Activity("empty", 5, minimum=5),
        Activity("guest", 2, quota=1, parties=frozenset({"fi", "no"})),
        Activity("staff", 6, minimum=3, quota=4, cost=5),
        Activity("tour", 2, minimum=2, cost=15),
        Activity("visit", 2, minimum=2),
    ],
    [
        Line("n01", "fi", "course", seats=2),
        Line("n02", "se", "course", seats=2),
        Line("n03", "no", "course", priority=2),
        Line("n04", "fi", "course", person="Aino", priority=3),
        Line("n05", "fi", "drill", person="Aino"),
        Line("n06", "se", "drill", seats=2, whole=True, priority=2),
        Line("n07", "fi", "empty", seats=3),
        Line("n08", "se", "guest"),
        Line("n09", "fi", "guest", seats=2, priority=3),
        Line("n10", "fi", "staff", seats=2, priority=2, bundle="b"),
        Line("n11", "fi", "drill", priority=2, bundle="b"),
        Line("n12", "se", "staff", seats=5, priority=3),
        Line("n13", "no", "drill", seats=2),
        Line("n14", "no", "staff", refused="the rank is missing"),
        Line("n15", "fi", "visit", seats=2, priority=3, bundle="c"),
        Line("n16", "fi", "empty", priority=3, bundle="c"),
        Line("n17", "se", "course", seats=2),
        Line("n18", "no", "tour", seats=2, priority=3),
    ],
)
# Nobody asks for enough of `empty` (4 of 5), which takes the bundle c and so `visit` with it. `course` and `drill` are
# asked for beyond their seats, so that each party has a claim to one of each: no pays for both, and not for `tour`.
SEATS = {"n01": 1, "n02": 1, "n03": 1, "n05": 1, "n06": 2, "n09": 1, "n12": 4, "n13": 1}
TOTAL = 100 + 100 + 60 + 100 + 2 * 60 + 30 + 4 * 30 + 100
# shares: fi 2/3, no 1/2, se 1/4; the levels are 1/4, 1/3, 1/2, 2/3, 3/4, 1, so that se is frozen first
FROZEN = [("se", 1), ("no", 1), ("fi", 2)]
PRICES = {
    "seats course": 180, "seats drill": 180, "budget no": 2, "reserve no course": -140, "reserve se drill": -240,
    "share fi": -80, "share no": -120, "share se": -80, "missed all": 240,
}  # fmt: skip


def right():
    """The result of the menu, by hand."""
    counts = {"programs": 1, "nodes": 0}
    asked = {line.id: line.seats for line in MENU.lines}
    result = {
        "format": "cordiale-seats-result/1",
        "instance": "b888c4722f84086b1d6f72ef3ab051dbe6537ea191b9ada6a131a19ca8e8cecc",
        "asked": written(MENU),
        "policy": {
            "stages": ["reserves", "fairness", "total", "tie"], "points": {"1": 100, "2": 60, "3": 30}, "per": "seat",
            "first_most": None, "seniority": [], "quota": None, "reserve": 1, "scarce": "seniority", "seed": "winter",
        },
        "tier": "official",
        "made_by": {"cordiale": "1", "solver": "HiGHS", "version": "1", "seed": 0, "threads": 1},
        "complete": True,
        "seats": SEATS,
        "cancelled": [
            {"activity": "empty", "minimum": 5, "could": 4, "beforehand": True},
            {"activity": "tour", "minimum": 2, "could": 2, "beforehand": False},
            {"activity": "visit", "minimum": 2, "could": 0, "beforehand": True},
        ],
        "stages": [
            {"stage": "reserves", "value": 0, "bound": 0, "proven": True, "lp": 0, **counts},
            {
                "stage": "fairness", "value": 3, "bound": 3, "proven": True, **counts,
                "thresholds": dict(FROZEN),
                "frozen": [
                    {"party": party, "seats": seats, "refused": seats + 1, "proof": "no whole seats would do"}
                    for party, seats in FROZEN
                ],
            },
            {"stage": "total", "value": TOTAL, "bound": TOTAL, "proven": True, "lp": 730, **counts},
            {"stage": "tie", "value": 1, "bound": 1, "proven": True, **counts},
        ],
        "total_bound": {"scale": 1, "rows": PRICES},
        "parties": [
            {"party": party, "asked": asked_, "seats": seats, "first_asked": first_asked, "first_seats": first,
             "cost": cost, "claims": 2, "missed": 0}
            for party, asked_, seats, first_asked, first, cost in (
                ("fi", 15, 3, 3, 2, 30), ("no", 6, 2, 2, 1, 30), ("se", 12, 7, 4, 1, 70),
            )
        ],
        "refusals": [
            {"line": line, "asked": seats, "got": SEATS.get(line, 0), "reasons": [{"code": "seats", "words": "Full."}]}
            for line, seats in asked.items()
            if SEATS.get(line, 0) < seats
        ],
    }  # fmt: skip
    return copy.deepcopy(result)


def retold(result, known, seats):
    """A result with other seats, which its tables own up to; what its stages say stays.

    Args:
        known: the settled instance.
        seats: line to seats.
    """
    instance = known.instance
    given_ = np.array([seats.get(line.id, 0) for line in instance.lines], np.int64)
    first = known.alive & (known.counts_as == 1)
    cost = np.array([one.cost for one in instance.activities], np.int64)[instance.activity]
    taken = np.bincount(instance.activity, given_, len(instance.activities))
    pairs = np.bincount(known.pair[known.alive], given_[known.alive], len(known.most))
    parties = []
    for place, one in enumerate(instance.parties):
        mine = instance.party == place
        claims = {pair: claim for pair, claim in known.claims.items() if known.pairs[pair, 0] == place}
        parties.append({
            "party": one.id, "asked": int(instance.asked[mine].sum()), "seats": int(given_[mine].sum()),
            "first_asked": int(instance.asked[mine & first].sum()), "first_seats": int(given_[mine & first].sum()),
            "cost": int((given_ * cost)[mine].sum()), "claims": sum(claims.values()),
            "missed": sum(max(0, claim - int(pairs[pair])) for pair, claim in claims.items()),
        })  # fmt: skip
    return {
        **result,
        "seats": {line: count for line, count in seats.items() if count},
        "parties": parties,
        "cancelled": [
            {
                "activity": one.id, "minimum": one.minimum, "could": known.could[place],
                "beforehand": place in known.cancelled,
            }
            for place, one in enumerate(instance.activities) if one.minimum and not taken[place]
        ],
        "refusals": [
            {
                "line": line.id, "asked": line.seats, "got": int(given_[place]),
                "reasons": [{"code": "seats", "words": "Full."}],
            }
            for place, line in enumerate(instance.lines) if given_[place] < line.seats
        ],
    }  # fmt: skip


def through_json(result):
    return json.loads(json.dumps(result))


POLICIES = [
    Policy(seed="winter"),
    Policy(
        stages=(Stage.FAIRNESS, Stage.RESERVES, Stage.TOTAL, Stage.TIE),
        first_most=3, reserve=2, scarce=Scarce.LOTTERY, seed="spring",
    ),
    Policy(stages=(Stage.TOTAL,), per=Per.LINE, quota=3),
    Policy(stages=(Stage.FAIRNESS, Stage.TOTAL), seniority=("p02", "p03")),
    Policy(stages=(Stage.RESERVES, Stage.TOTAL, Stage.TIE), reserve=3, per=Per.LINE, first_most=1),
]  # fmt: skip


def invented(seed):
    activities, parties, lines = ((10, 4, 30), (20, 6, 70), (8, 5, 38), (30, 5, 99))[seed]
    return generated(activities=activities, parties=parties, lines=lines, seed=seed)


def planned_again(seed):
    """An instance, changes of it, and the result of planning again."""
    instance, policy = invented(seed), POLICIES[0]
    allocation = Official(model_of(settled(instance, policy))).run()
    first = next(line.id for place, line in enumerate(instance.lines) if allocation.seats[place])
    changes = Changes([first], (), {instance.activities[0].id: 2})
    again = replanned(instance, policy, allocation.seats, changes)
    return instance, changes, through_json(replanned_result(again, changes, decided(allocation)))


@cache
def made_once():
    """Instances, each with the engine's model and its result."""
    found = []
    for seed, policy in product(range(2), POLICIES):
        instance = invented(seed)
        model = model_of(settled(instance, policy))
        found.append((instance, model, through_json(decided(Official(model).run()))))
    return found


def codes(result, instance=MENU):
    return {str(fault.code) for fault in check(instance, result).faults}


def put(path, value):
    """A damage: a value put at a place, such as "stages.2.value"."""

    def change(result):
        *above, last = path.split(".")
        at = result
        for part in above:
            at = at[int(part)] if isinstance(at, list) else at[part]
        at[int(last) if isinstance(at, list) else last] = value

    return change


def drop(path):
    """A damage: what is at a place is taken away."""

    def change(result):
        *above, last = path.split(".")
        at = result
        for part in above:
            at = at[int(part)] if isinstance(at, list) else at[part]
        del at[int(last) if isinstance(at, list) else last]

    return change


def twice(path):
    """A damage: the first entry of a list is there twice."""

    def change(result):
        at = result
        for part in path.split("."):
            at = at[int(part)] if isinstance(at, list) else at[part]
        at.append(copy.deepcopy(at[0]))

    return change


def more(path, entry):
    """A damage: an entry is added to a list."""

    def change(result):
        result[path].append(entry)

    return change


def swap(path, one, other):
    """A damage: two entries of a list have changed places."""

    def change(result):
        at = result
        for part in path.split("."):
            at = at[int(part)] if isinstance(at, list) else at[part]
        at[one], at[other] = at[other], at[one]

    return change


def both(*changes):
    """Several damages at once."""

    def change(result):
        for one in changes:
            one(result)

    return change


class TestRightResult:
    def test_made_by_hand_is_accepted(self):
        assert check(MENU, right()).faults == ()

    def test_is_what_the_engine_makes(self):
        made = decided(Official(model_of(settled(MENU, Policy(seed="winter")))).run())

        assert made["seats"] == SEATS
        assert [made["stages"][place]["value"] for place in range(4)] == [0, 3, TOTAL, 1]

    def test_has_its_figures_counted_again(self):
        found = check(MENU, right())

        assert found.is_right
        assert (found.total, found.missed, found.bound) == (730, 0, 730)
        assert found.shares == {"fi": Fraction(2, 3), "no": Fraction(1, 2), "se": Fraction(1, 4)}
        assert found.spent == {"fi": 30, "no": 30, "se": 70}
        assert found.idle == ("empty", "tour", "visit")
        assert found.seats == SEATS

    def test_may_repeat_the_instance_in_other_words(self):
        result = right()
        result["asked"]["lines"].reverse()
        result["asked"]["lines"][0]["whole"] = False
        result["asked"]["title"] = "Winter"

        assert codes(result) == set()


DAMAGES = {
    # what cannot be read
    "a key is missing": (drop("refusals"), "shape"),
    "a key is not known": (put("comment", ""), "shape"),
    "the format is another": (put("format", "cordiale-seats-result/2"), "shape"),
    "the tier is not known": (put("tier", "guess"), "shape"),
    "seats are a list": (put("seats", ["n01"]), "shape"),
    "seats are a truth": (put("seats.n03", True), "shape"),
    "seats are text": (put("seats.n03", "1"), "shape"),
    "seats have a fraction": (put("seats.n03", 1.0), "shape"),
    "seats are no number": (put("seats.n03", float("nan")), "shape"),
    "a line with no seats is named": (put("seats.n04", 0), "shape"),
    "seats are below nothing": (put("seats.n01", -1), "shape"),
    "seats are beyond all bounds": (put("seats.n01", 10**5_000), "asked"),
    "the solver is not named": (drop("made_by.solver"), "shape"),
    "threads are text": (put("made_by.threads", "1"), "shape"),
    "a stage has no value": (drop("stages.2.value"), "shape"),
    "a stage is text": (put("stages.0", "reserves"), "shape"),
    "a value is a truth": (put("stages.3.value", True), "shape"),
    "the bound of a linear program is text": (put("stages.2.lp", "730"), "shape"),
    "programs are below nothing": (put("stages.2.programs", -1), "shape"),
    "thresholds of another stage": (put("stages.2.thresholds", {}), "shape"),
    "a threshold is a truth": (put("stages.1.thresholds.se", True), "shape"),
    "a frozen party is a list": (put("stages.1.frozen.0.party", []), "shape"),
    "a price is text": (put("total_bound.rows.budget no", "2"), "shape"),
    "the scale is a truth": (put("total_bound.scale", True), "shape"),
    "an activity that does not run is an object": (put("cancelled.0.activity", {}), "shape"),
    "whether it was beforehand is a number": (put("cancelled.0.beforehand", 1), "shape"),
    "a party's number is text": (put("parties.0.cost", "30"), "shape"),
    "a reason is text": (put("refusals.0.reasons.0", "full"), "shape"),
    "a reason has no words": (drop("refusals.0.reasons.0.words"), "shape"),
    # of what it is
    "the hash is of another instance": (put("instance", "0" * 64), "instance"),
    "another instance is repeated": (put("asked.activities.0.seats", 4), "instance"),
    "a line of it is not repeated": (drop("asked.lines.3"), "instance"),
    "a truth is repeated as a number": (put("asked.lines.5.whole", 1), "instance"),
    "no instance is repeated": (put("asked.lines", [1]), "instance"),
    "it is repeated with an endless number": (put("asked.lines.0.seats", 10**5_000), "instance"),
    "it is repeated in another format": (put("asked.format", "cordiale-seats/2"), "instance"),
    "the policy is not written out": (drop("policy.reserve"), "policy"),
    "the policy has a key more": (put("policy.mercy", 1), "policy"),
    "points are for nothing": (put("policy.per", "head"), "policy"),
    "points of a priority are missing": (drop("policy.points.3"), "policy"),
    "points are a truth": (put("policy.points.3", True), "policy"),
    "points are too high": (put("policy.points.1", 10**7), "policy"),
    "a stage of the policy is not known": (put("policy.stages.0", "mercy"), "policy"),
    "a stage of the policy is there twice": (put("policy.stages.1", "reserves"), "policy"),
    "seniority names a stranger": (put("policy.seniority", ["dk"]), "policy"),
    "the quota is a truth": (put("policy.quota", True), "policy"),
    "the reserve is beyond all bounds": (put("policy.reserve", 10**30), "policy"),
    "the seed is half a character": (put("policy.seed", "\ud800"), "policy"),
    # the rules
    "a line that there is not has seats": (put("seats.n99", 1), "unknown"),
    "a refused line has a seat": (put("seats.n14", 1), "ineligible"),
    "a party that is not let in has a seat": (put("seats.n08", 1), "ineligible"),
    "an activity runs that was cancelled beforehand": (put("seats.n07", 3), "not-live"),
    "an activity gives more than its seats": (put("seats.n17", 1), "seats"),
    "an activity runs below its minimum": (put("seats.n18", 1), "minimum"),
    "a party spends more than its budget": (put("seats.n13", 2), "budget"),
    "a party has more than its quota": (put("seats.n09", 2), "quota"),
    "somebody is at two places at once": (put("seats.n04", 1), "overlap"),
    "a line has more than it asked for": (put("seats.n03", 2), "asked"),
    "a whole line has a part": (put("seats.n06", 1), "whole"),
    "a bundle is granted in part": (put("seats.n10", 2), "bundle"),
    "another line of a bundle is granted alone": (put("seats.n11", 1), "bundle"),
    "a line of a bundle is granted in part": (both(put("seats.n10", 1), put("seats.n11", 1)), "bundle"),
    # the stages
    "stages are not in order": (swap("stages", 0, 1), "stages"),
    "a stage is there twice": (twice("stages"), "stages"),
    "a stage is left out": (drop("stages.1"), "stages"),
    "a stage is not known": (put("stages.3.stage", "mercy"), "stages"),
    "it is complete without a stage": (drop("stages.3"), "complete"),
    "it is complete without a proof": (both(put("stages.2.bound", 731), put("stages.2.proven", False)), "complete"),
    "it is not complete and all is proven": (put("complete", False), "complete"),
    "fewer seats are missed than said": (both(put("stages.0.value", 1), put("stages.0.proven", False)), "value"),
    "the total is less than said": (both(put("stages.2.value", 731), put("stages.2.bound", 731)), "value"),
    "the total is more than said": (both(put("stages.2.value", 729), put("stages.2.bound", 729)), "value"),
    "more parties are frozen than there are": (both(put("stages.1.value", 4), put("stages.1.bound", 4)), "value"),
    "the value is above its bound": (put("stages.2.bound", 729), "bound"),
    "the value is above its linear program": (put("stages.2.lp", 729), "bound"),
    "as many reserves are missed as cannot be": (put("stages.0.bound", 1), "bound"),
    "fewer reserves are missed than a program has": (put("stages.0.lp", 1), "bound"),
    "fairness is decided in part": (both(put("stages.1.bound", 4), put("stages.1.proven", False)), "bound"),
    "it says proven and is not": (put("stages.2.bound", 731), "proven"),
    "it is proven and says not": (put("stages.2.proven", False), "proven"),
    "a threshold is not met": (both(put("stages.1.thresholds.no", 2), put("stages.1.frozen.1.seats", 2),
                                    put("stages.1.frozen.1.refused", 2)), "threshold"),
    "a threshold is above what is asked for": (put("stages.1.thresholds.no", 3), "threshold"),
    "a threshold is below nothing": (put("stages.1.thresholds.no", -1), "threshold"),
    "a threshold is missing": (drop("stages.1.thresholds.no"), "threshold"),
    "a threshold is of a stranger": (put("stages.1.thresholds.dk", 0), "threshold"),
    "a party is not frozen": (drop("stages.1.frozen.2"), "frozen"),
    "a party is frozen twice": (twice("stages.1.frozen"), "frozen"),
    "a stranger is frozen": (put("stages.1.frozen.0.party", "dk"), "frozen"),
    "a party is frozen with another number": (both(put("stages.1.frozen.2.seats", 1),
                                                   put("stages.1.frozen.2.refused", 2)), "frozen"),
    "more than the next level was refused": (put("stages.1.frozen.0.refused", 3), "frozen"),
    "a party is said to have all it asked for": (put("stages.1.frozen.0.refused", 1), "frozen"),
    "it is not said why a party is frozen": (put("stages.1.frozen.0.proof", " "), "frozen"),
    "parties are frozen in another order": (swap("stages.1.frozen", 0, 1), "frozen"),
    "a party has what it could not have": (both(put("stages.1.thresholds.fi", 1), put("stages.1.frozen.2.seats", 1),
                                                put("stages.1.frozen.2.refused", 2)), "frozen"),
    "fewer than no rounds were drawn": (both(put("stages.3.value", -1), put("stages.3.bound", -1)), "tie"),
    "nothing was drawn between equals": (both(put("stages.3.value", 0), put("stages.3.bound", 0)), "tie"),
    # the bound of the total
    "a row that says at most has a price below nothing": (put("total_bound.rows.budget no", -2), "price"),
    "a row that says at least has a price above nothing": (put("total_bound.rows.share fi", 80), "price"),
    "a row is not known": (put("total_bound.rows.mercy", 1), "price"),
    "a row is of a minimum that there is not": (put("total_bound.rows.minimum guest", -1), "price"),
    "a row is of a budget that there is not": (put("total_bound.rows.budget se", 1), "price"),
    "a row is of a pair without lines": (put("total_bound.rows.pair fi visit", 1), "price"),
    "a row is of a person who is not twice at once": (put("total_bound.rows.person Aino 1", 1), "price"),
    "a row is of a claim that there is not": (put("total_bound.rows.reserve no tour", -1), "price"),
    "a row is of a whole line that leaves enough": (put("total_bound.rows.crowd n06 drill", 1), "price"),
    "a row is of a claim where nothing can be idle": (put("total_bound.rows.idle fi course", -1), "price"),
    "a row is of other claims": (put("total_bound.rows.missed some", 1), "price"),
    "a row is of a share that there is not": (put("total_bound.rows.share dk", -1), "price"),
    "the bound of the total is missing": (drop("total_bound"), "total-bound"),
    "the bound belongs to no stage": (both(drop("stages.3"), drop("stages.2"), put("complete", False)), "total-bound"),
    "prices are counted in nothing": (put("total_bound.scale", 0), "total-bound"),
    "the program that the prices are of is missing": (drop("stages.2.lp"), "total-bound"),
    # the tables
    "an activity that does not run is not named": (drop("cancelled.1"), "cancelled"),
    "an activity that does not run is there twice": (twice("cancelled"), "cancelled"),
    "an activity that runs is said not to": (more("cancelled", {
        "activity": "drill", "minimum": 2, "could": 6, "beforehand": False}), "cancelled"),
    "another number could have been taken": (put("cancelled.0.could", 3), "cancelled"),
    "another minimum is named": (put("cancelled.0.minimum", 6), "cancelled"),
    "it is said to have been cancelled beforehand": (put("cancelled.1.beforehand", True), "cancelled"),
    "a party is not in the table": (drop("parties.1"), "party"),
    "a party is in the table twice": (twice("parties"), "party"),
    "a stranger is in the table": (put("parties.1.party", "dk"), "party"),
    "a party's asked is wrong": (put("parties.1.asked", 5), "party"),
    "a party's seats are wrong": (put("parties.1.seats", 3), "party"),
    "a party's share is of another number": (put("parties.1.first_asked", 3), "party"),
    "a party's seats of its share are wrong": (put("parties.1.first_seats", 2), "party"),
    "a party's cost is wrong": (put("parties.1.cost", 10), "party"),
    "a party's claims are wrong": (put("parties.1.claims", 1), "party"),
    "what a party missed is wrong": (put("parties.1.missed", 1), "party"),
    "a refusal is not there": (drop("refusals.0"), "refusal"),
    "a refusal is there twice": (twice("refusals"), "refusal"),
    "a line that got all is refused": (more("refusals", {
        "line": "n03", "asked": 1, "got": 1, "reasons": [{"code": "seats", "words": "Full."}]}), "refusal"),
    "a line that there is not is refused": (put("refusals.0.line", "n99"), "refusal"),
    "a refusal has no reason": (put("refusals.0.reasons", []), "refusal"),
    "a reason is empty": (put("refusals.0.reasons.0.words", ""), "refusal"),
    "a refused line asked for another number": (put("refusals.0.asked", 3), "refusal"),
    "a refused line got another number": (put("refusals.0.got", 0), "refusal"),
    # plans after changes
    "changes of an official result": (put("replanned", {}), "replanned"),
    "a plan after changes without them": (put("tier", "replan"), "replanned"),
}  # fmt: skip


class TestDamage:
    @pytest.mark.parametrize("name", DAMAGES)
    def test_is_rejected(self, name):
        change, code = DAMAGES[name]
        result = right()
        change(result)

        assert code in codes(result)

    @pytest.mark.parametrize("result", [None, [], "seats", 7, {}, {"seats": None}, {1: 2}])
    def test_that_leaves_no_result_is_rejected(self, result):
        assert "shape" in codes(result)

    @pytest.mark.parametrize(
        ("seats", "expected"),
        [
            ({"n12": 3}, {"value", "room"}),
            ({"n17": 1, "n02": 0}, {"tie"}),
            ({"n13": 0}, {"value", "threshold", "room"}),
            ({"n03": 0, "n02": 2}, {"value", "frozen", "total-bound"}),
            ({"n04": 1, "n05": 0, "n01": 0}, {"value", "threshold", "room"}),
            ({"n10": 2, "n11": 1, "n12": 4}, {"seats", "value", "total-bound"}),
            ({"n06": 0, "n11": 1, "n10": 2}, {"value", "total-bound"}),
        ],
    )
    def test_of_seats_that_the_tables_own_up_to_is_rejected(self, seats, expected):
        known = settled(MENU, Policy(seed="winter"))

        assert codes(retold(right(), known, SEATS | seats)) == expected

    def test_of_a_preview_that_says_it_is_complete_is_rejected(self):
        result = right() | {"tier": "preview", "made_by": {"cordiale": "1"}}

        assert codes(result) == {"complete"}

    def test_of_a_total_that_is_lower_all_over_leaves_room(self):
        known = settled(MENU, Policy(seed="winter"))
        result = retold(right(), known, SEATS | {"n12": 3})
        result["stages"][2] |= {"value": TOTAL - 30, "bound": TOTAL - 30}

        assert codes(result) == {"room"}


class TestEngine:
    """What the engine makes is accepted: two ways of writing the rules come to the same."""

    @pytest.mark.parametrize("policy", POLICIES, ids=range(len(POLICIES)))
    @pytest.mark.parametrize("seed", range(3))
    def test_is_accepted_with_all_stages(self, policy, seed):
        instance = invented(seed)

        made = through_json(decided(Official(model_of(settled(instance, policy))).run()))

        found = check(instance, made)
        assert found.faults == ()
        assert made["complete"]
        assert found.bound == next(one["lp"] for one in made["stages"] if one["stage"] == "total")

    @pytest.mark.parametrize("policy", POLICIES, ids=range(len(POLICIES)))
    def test_is_accepted_with_a_preview(self, policy):
        instance = invented(3)
        known = settled(instance, policy)

        assert check(instance, through_json(previewed(known, preview(known)))).faults == ()

    @pytest.mark.parametrize("seed", range(3))
    def test_is_accepted_with_a_plan_after_changes(self, seed):
        instance, changes, made = planned_again(seed)

        assert check(changed(instance, changes), made).faults == ()

    @pytest.mark.parametrize("asked", [0, 1, 3, 10, 30, 100, 300])
    def test_is_accepted_and_gives_all_it_can_when_it_was_stopped(self, asked):
        instance = generated(activities=60, parties=8, lines=300, seed=1)
        answers = iter([False] * asked)

        stopped = Official(model_of(settled(instance, POLICIES[0])), stop=lambda: next(answers, True)).run()

        made = through_json(decided(stopped))
        assert not made["complete"]
        assert len(made["refusals"]) == sum(made["seats"].get(one.id, 0) < one.seats for one in instance.lines)
        assert check(instance, made).faults == ()


class TestReplanned:
    @pytest.mark.parametrize(
        ("path", "value", "code"),
        [
            ("before", "of yesterday", "replanned"),
            ("withdrawn", ["n99"], "unknown"),
            ("withdrawn", [7], "unknown"),
            ("cancelled", ["a99"], "unknown"),
            ("added", {"a99": 1}, "unknown"),
            ("added", {"a01": 0}, "replanned"),
            ("lost", {"n01": True}, "replanned"),
            ("lost", {"n01": 99}, "replanned"),
            ("gained", {"n01": 99}, "replanned"),
            ("given_up", [[]], "unknown"),
            ("given_up", {}, "shape"),
            ("comment", "", "shape"),
        ],
    )
    def test_says_nothing_that_cannot_be(self, path, value, code):
        instance, changes, made = planned_again(0)
        made["replanned"][path] = value

        assert code in codes(made, changed(instance, changes))

    def test_gives_no_seats_where_it_says_there_are_none(self):
        instance, changes, made = planned_again(0)
        line = next(iter(made["seats"]))
        made["replanned"] |= {
            "withdrawn": [line],
            "cancelled": [instance.lines[instance.line_at[line]].activity],
            "lost": {line: 1},
            "gained": {line: 1},
        }

        told = [fault.words for fault in check(changed(instance, changes), made).faults if fault.code == "replanned"]
        assert "it was withdrawn, and has seats" in told
        assert "it runs no more, and gives seats" in told
        assert "it lost and gained" in told


def total_only(instance, seats, rows=None, **stage):
    """A result that says of any seats that their total is proven; prices of nothing, which prove little."""
    policy = Policy(stages=(Stage.TOTAL,), quota=3)
    known = settled(instance, policy)
    total = sum(seats.get(line.id, 0) * int(known.value[place]) for place, line in enumerate(instance.lines))
    most = sum(int(known.value[place]) * line.seats for place, line in enumerate(instance.lines))
    said = {"stage": "total", "value": total, "bound": total, "proven": True, "lp": most, "programs": 1, "nodes": 0}
    result = right() | {
        "instance": instance.digest,
        "asked": written(instance),
        "policy": policy.said(),
        "stages": [said | stage],
        "total_bound": {"scale": 1, "rows": rows or {}},
    }
    return through_json(retold(result, known, seats))


ROOMY = Instance(
    [Party("fi", budget=10), Party("se")],
    [
        Activity("big", 9, minimum=3),
        Activity("dear", 4, cost=5),
        Activity("early", 2, begins=date(2031, 1, 6), ends=date(2031, 1, 8)),
        Activity("late", 2, begins=date(2031, 1, 7), ends=date(2031, 1, 9)),
        Activity("high", 9, minimum=3),
        Activity("rich", 1, minimum=1, cost=11),
        Activity("small", 3),
        Activity("wide", 9, minimum=2),
    ],
    [
        Line("b1", "se", "big", seats=3),
        Line("b2", "fi", "big", seats=3, whole=True),
        Line("b3", "fi", "big", seats=2, bundle="x"),
        Line("d1", "fi", "dear", seats=3),
        Line("d2", "fi", "dear", bundle="x"),
        Line("p1", "se", "early", person="Ebba"),
        Line("p2", "se", "late", person="Ebba"),
        Line("p3", "se", "late", bundle="y", person="Nils"),
        Line("p4", "se", "early", bundle="y", person="Olle"),
        Line("h1", "se", "high", seats=2, whole=True),
        Line("h2", "fi", "high", seats=2, whole=True),
        Line("r1", "fi", "rich"),
        Line("s1", "se", "small", seats=5),
        Line("w1", "se", "wide", seats=3, whole=True),
    ],
)
FULL = {"b1": 3, "b2": 3, "d1": 2, "p1": 1, "p3": 1, "p4": 1, "s1": 3, "w1": 3}


class TestRoom:
    """An allocation whose total is proven leaves no seat that somebody asked for and could have."""

    def test_is_not_left_when_all_is_taken(self):
        assert codes(total_only(ROOMY, FULL), ROOMY) == set()

    @pytest.mark.parametrize(
        ("seats", "lines"),
        [
            ({"s1": 2}, {"s1"}),  # a seat is left
            ({"d1": 1}, {"d1"}),  # its budget pays one more
            ({"b1": 0, "b2": 0}, {"b1", "b2"}),  # it would run by this line alone
            ({"b2": 0}, {"b2"}),  # a whole line fits
            ({"p1": 0}, {"p1", "p2"}),  # the person is free
            ({"p3": 0, "p4": 0}, {"p3"}),  # a bundle fits
            ({"b2": 0, "d1": 1}, {"b2", "b3", "d1"}),
        ],
    )
    def test_is_a_fault_where_it_is_left(self, seats, lines):
        found = check(ROOMY, total_only(ROOMY, FULL | seats)).faults

        assert {fault.where for fault in found if fault.code == "room"} == lines
        assert {str(fault.code) for fault in found} == {"room"}

    def test_may_be_left_where_nothing_is_proven(self):
        result = total_only(ROOMY, FULL | {"s1": 2}, bound=10_000, lp=10_000, proven=False) | {"complete": False}

        assert codes(result, ROOMY) == set()


HALL = Instance(
    [Party(one) for one in "abcd"],
    [Activity("hall", 3, minimum=2), Activity("room", 4)],
    [
        Line("l1", "a", "hall", seats=3, whole=True),
        Line("l2", "b", "hall"),
        Line("l3", "c", "hall"),
        Line("l4", "d", "room", seats=2, whole=True, refused="closed"),
    ],
)


class TestBound:
    """The bound that prices prove, by hand: without any, what all lines ask for and could have, 100 a seat."""

    @pytest.mark.parametrize(
        ("rows", "bound"),
        [
            ({}, 2_500),
            # one for both days of Ebba: her two lines are worth nothing beyond it
            ({"person Ebba 0": 100}, 2_500 + 100 - 200),
            ({"seats small": 100}, 2_500 + 300 - 300),
            # `wide` runs: 9 seats for the column that says so
            ({"seats wide": 10}, 2_500 + 90 - 30),
            ({"pair se wide": 20}, 2_500 + 60 - 60),
            # all three seats of its one line, which is whole, do no more for the minimum than 2
            ({"minimum wide": -10}, 2_500 + 20),
            # a seat of `dear` costs 5, of which the budget pays 2; its bundle has two more seats for nothing
            ({"budget fi": 20}, 2_500 + 200 - 200 - 100),
        ],
    )
    def test_is_what_the_rows_say(self, rows, bound):
        found = check(ROOMY, total_only(ROOMY, FULL, rows))

        assert found.faults == ()
        assert found.bound == bound

    @pytest.mark.parametrize(
        ("rows", "bound"),
        [
            ({}, 500),
            # granted, the whole line of three leaves nothing for the two other claims: over is 2
            ({"crowd l1 hall": 200}, 500 - 300 + 2 * 200),
            ({"crowd l1 hall": 100}, 500 - 200 + 2 * 100),
            # what `hall` is worth when it runs, and a seat missed, less the claim
            ({"idle b hall": -10}, 500 - 10 + 10 + 10),
            (
                {"idle b hall": -10, "reserve c hall": -5, "crowd l1 hall": 100},
                # right sides; `hall` runs; seats of b and of c missed; what the three lines are worth
                (-10 - 5) + 10 + (100 + 10) + (100 + 5) + (300 - 200) + 100 + (100 + 5),
            ),
        ],
    )
    def test_is_what_the_rows_of_claims_say(self, rows, bound):
        assert check(HALL, total_only(HALL, {"l1": 3}, rows)).bound == bound

    @pytest.mark.parametrize("row", ["crowd l2 hall", "crowd l1 room", "crowd l4 room", "idle b room", "idle d hall"])
    def test_has_no_such_row_of_claims(self, row):
        assert "price" in codes(total_only(HALL, {"l1": 3}, {row: 0}), HALL)

    def test_is_not_there_with_a_price_of_the_wrong_sign(self):
        assert check(ROOMY, total_only(ROOMY, FULL, {"seats small": -1})).bound is None

    @pytest.mark.parametrize("row", sorted(PRICES))
    def test_of_the_menu_needs_every_price(self, row):
        result = right()
        del result["total_bound"]["rows"][row]

        assert codes(result) == {"total-bound"}

    @pytest.mark.parametrize(
        ("days", "sets"),
        [
            ([], []),
            ([(1, 3), (3, 5)], []),
            ([(1, 3), (1, 4), (2, 5)], [[0, 1, 2]]),
            ([(1, 3), (2, 5), (4, 6)], [[0, 1], [1, 2]]),
            ([(4, 6), (1, 9), (1, 3)], [[1, 2], [0, 1]]),
        ],
    )
    def test_counts_the_largest_sets_of_days_in_the_order_in_which_they_end(self, days, sets):
        assert list(cliques(days)) == sets


class TestSeats:
    """Random changes of the seats of a right result, which the tables own up to."""

    @given(st.data())
    @settings(max_examples=200, deadline=None)
    def test_are_accepted_only_if_they_keep_to_the_rules_and_reach_the_same(self, data):
        instance, model, made = data.draw(st.sampled_from(made_once()))
        lines = data.draw(st.lists(st.sampled_from([one.id for one in instance.lines]), min_size=1, max_size=4))
        seats = made["seats"] | {
            line: data.draw(st.integers(0, instance.lines[instance.line_at[line]].seats + 1)) for line in lines
        }

        found = check(instance, retold(made, model.settled, seats))

        given_ = np.array([seats.get(line.id, 0) for line in instance.lines], np.int64)
        columns = model.columns_of(given_)
        feasible = (model.seats_of(columns) == given_).all() and fits(model, columns)
        total, missed = int(model.total() @ columns), int(model.misses() @ columns)
        values = {one["stage"]: one["value"] for one in made["stages"]}
        same = feasible and total == values["total"] and missed == values.get("reserves", missed)
        if found.is_right:
            assert same
        if not feasible:
            assert not found.is_right
        if given_.tolist() == model.seats_of(model.columns_of(given_of(instance, made))).tolist():
            assert found.is_right


def fits(model, columns):
    """Whether columns keep to every row and bound of the engine's model."""
    sums = np.zeros(len(model.names), np.int64)
    of = np.repeat(np.arange(model.columns), np.diff(model.start))
    np.add.at(sums, model.row, model.value * columns[of])
    return bool(
        (columns <= model.upper).all()
        and (columns >= 0).all()
        and (sums <= model.row_upper).all()
        and (sums >= model.row_lower).all()
    )


def given_of(instance, made):
    return np.array([made["seats"].get(line.id, 0) for line in instance.lines], np.int64)


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from([-1, 0, 10**400]), st.floats(), st.text(max_size=3)
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)


class TestShape:
    @given(st.data())
    @settings(max_examples=200, deadline=None)
    def test_of_any_kind_raises_nothing_and_is_a_fault_unless_it_says_the_same(self, data):
        result = right()
        above, keys = result, [data.draw(st.sampled_from(sorted(result)))]
        while isinstance(above[keys[-1]], dict | list) and above[keys[-1]] and data.draw(st.booleans()):
            above = above[keys[-1]]
            keys.append(data.draw(st.sampled_from(sorted(above) if isinstance(above, dict) else range(len(above)))))
        before, after = above[keys[-1]], data.draw(ANYTHING)
        above[keys[-1]] = after

        found = check(MENU, result)

        # any prices will do that prove the bound
        proves = keys[0] == "total_bound" and found.bound is not None and found.bound <= right()["stages"][2]["lp"]
        free = (
            proves or keys[0] == "made_by" or keys[-1] in ("title", "programs", "nodes", "lp", "code", "words", "proof")
        )
        if not free and json.dumps(before) != json.dumps(after):
            assert not found.is_right
        for fault in found.faults:
            assert str(fault)


def test_the_checker_asks_nothing_of_what_it_checks():
    allowed = {"cordiale.engines.seats.instances", "cordiale.engines.seats.policies"}
    imported = {
        node.module
        for file in Path(checking.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module is not None
    } | {
        name.name
        for file in Path(checking.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import)
        for name in node.names
    }

    ours = {one for one in imported if one.startswith("cordiale") and ".checking" not in one}
    assert ours == allowed
    assert not imported & {"numpy", "highspy", "math", "scipy"}
