"""Asks of a result all that docs/reference/seats.md says, and counts its figures again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from cordiale.engines.seats.checking.faults import Code, Fault, Faults, kind_of, number, told
from cordiale.engines.seats.checking.giving import Given
from cordiale.engines.seats.checking.rules import Rules, digest_of, said_by
from cordiale.engines.seats.checking.stages import Stages
from cordiale.engines.seats.checking.tables import check_cancelled, check_parties, check_refusals, check_replanned
from cordiale.engines.seats.instances import MOST_SEATS, Contradiction, Instance
from cordiale.engines.seats.policies import Per, Policy, Scarce, Stage

FORMAT = "cordiale-seats-result/1"
KEYS: Mapping[str, type] = {
    "format": str, "instance": str, "asked": dict, "policy": dict, "tier": str, "made_by": dict, "complete": bool,
    "seats": dict, "cancelled": list, "stages": list, "parties": list, "refusals": list,
}  # fmt: skip
MAY: Mapping[str, type] = {"total_bound": dict, "replanned": dict}
POLICY = {"stages", "points", "per", "first_most", "seniority", "quota", "reserve", "scarce", "seed"}
USUAL: Mapping[str, Mapping[str, Any]] = {
    "parties": {"title": "", "budget": None},
    "activities": {
        "title": "", "minimum": 0, "cost": 0, "quota": None, "reserve": None, "begins": None, "ends": None,
        "parties": None,
    },
    "lines": {
        "seats": 1, "priority": 1, "points": None, "person": "", "whole": False, "bundle": "", "refused": "",
    },
}  # fmt: skip
"""List of an instance to what an absent key of its entries means."""
NUMBERS = ("seats", "priority", "points", "budget", "minimum", "cost", "quota", "reserve")


@dataclass(frozen=True)
class Checked:
    """What a check came to; figures are counted again, never taken over.

    Args:
        faults: all that is wrong; none where the result is right.
        seats: line to seats, as far as both could be read.
        total: the sum of seats times worth; None where the policy cannot be read, as is `missed`.
        missed: seats by which claims are missed.
        shares: party to its share, of those that have one.
        spent: party to what its seats cost.
        idle: activities that do not run, in the order of ids.
        bound: no total is above it, as the prices prove; None where they prove nothing.
    """

    faults: tuple[Fault, ...]
    seats: Mapping[str, int] = field(default_factory=dict)
    total: int | None = None
    missed: int | None = None
    shares: Mapping[str, Fraction] = field(default_factory=dict)
    spent: Mapping[str, int] = field(default_factory=dict)
    idle: tuple[str, ...] = ()
    bound: int | None = None

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check(instance: Instance, result: Mapping[str, Any]) -> Checked:
    """Accept or reject a result, in whole numbers and without any solver.

    What only a search can know is taken on trust: that a proven value below the bound of the linear program cannot be
    improved, and that a frozen party cannot rise. All else is counted again. Of a plan after changes, the bound of the
    linear program is not held against its prices, as the result does not say what was held.

    Args:
        instance: what is asked.
        result: the JSON of a `cordiale-seats-result/1`, of any shape: what is damaged is a fault and raises nothing.
    """
    faults = Faults()
    read = _keys(result, faults)
    _instance(instance, read, faults)
    policy = _policy(instance, read["policy"], faults) if "policy" in read else None
    seats = _seats(instance, read.get("seats", {}), faults)
    _made_by(read, faults)
    if policy is None:
        return Checked(tuple(faults.found), seats)
    rules = Rules(instance, policy)
    given = Given(rules, seats)
    given.hold_against_rules(faults)
    held = read.get("tier") == "replan"
    stages = Stages(read.get("stages", []), given, faults, held=held)
    stages.check()
    bound = stages.bound(read.get("total_bound")) if "stages" in read else None
    is_complete = stages.are_all_proven and read.get("tier") != "preview"
    if read.get("complete", is_complete) != is_complete:
        faults.add(
            Code.COMPLETE, "complete", f"it says {str(read['complete']).lower()}, and every stage is"
            f" {'' if is_complete else 'not '}proven",
        )  # fmt: skip
    if ("replanned" in read) != held:
        faults.add(Code.REPLANNED, "replanned", "it belongs to a plan after changes, and to no other")
    for key, against in (
        ("cancelled", check_cancelled), ("parties", check_parties), ("refusals", check_refusals),
        ("replanned", check_replanned),
    ):  # fmt: skip
        if key in read:
            against(read[key], given, faults)
    return Checked(
        tuple(faults.found), seats, given.total, given.missed,
        {
            one.id: Fraction(given.first[place], rules.first_asked[place])
            for place, one in enumerate(instance.parties) if rules.first_asked[place]
        },
        {one.id: given.spent[place] for place, one in enumerate(instance.parties)},
        tuple(one.id for place, one in enumerate(instance.activities) if one.minimum and not given.taken[place]),
        bound,
    )  # fmt: skip


def _keys(result: object, faults: Faults) -> dict[str, Any]:
    """The keys of a result whose values are of the right kind."""
    if not isinstance(result, Mapping):
        faults.add(Code.SHAPE, "the result", f"an object is needed, not {kind_of(result)}")
        return {}
    found: dict[str, Any] = {}
    for key in KEYS.keys() - result.keys():
        faults.add(Code.SHAPE, key, "it is missing")
    for key, value in result.items():
        expected = KEYS.get(key) or MAY.get(key)
        if expected is None:
            faults.add(Code.SHAPE, key, "no such key is known")
        elif type(value) is not expected:
            faults.add(Code.SHAPE, key, f"it is {kind_of(value)}")
        else:
            found[key] = value
    if found.get("format", FORMAT) != FORMAT:
        faults.add(Code.SHAPE, "format", f"it is not {FORMAT}")
    if found.get("tier", "official") not in ("preview", "official", "replan"):
        faults.add(Code.SHAPE, "tier", "it is preview, official or replan")
    return found


def _instance(instance: Instance, read: Mapping[str, Any], faults: Faults) -> None:
    """Whether a result is of this instance, and says the same of it."""
    said = said_by(instance)
    digest = digest_of(said)
    if read.get("instance", digest) != digest:
        faults.add(Code.INSTANCE, "instance", f"it is the hash of another instance; this one has {digest}")
    if "asked" not in read:
        return
    try:
        same = _is_repeated(said, read["asked"])
    except (AttributeError, KeyError, TypeError, RecursionError):
        # what is no instance at all, or is nested too deep
        same = False
    if not same:
        faults.add(Code.INSTANCE, "asked", "it is not this instance")


def _is_repeated(said: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    """Whether a result repeats an instance, in whatever order and with or without what is usual."""
    if asked["format"] != "cordiale-seats/1" or not set(asked) <= {"format", "title", *USUAL}:
        return False
    for key, usual in USUAL.items():
        entries = asked[key]
        if entries != said[key]:
            entries = sorted((_unusual(one, usual) for one in entries), key=lambda one: one["id"])
        # for Python a truth is a number, too
        numbers = [type(one[name]) for one in entries for name in NUMBERS if name in one]
        truths = [type(one["whole"]) for one in entries if "whole" in one]
        if entries != said[key] or not set(numbers) <= {int} or not set(truths) <= {bool}:
            return False
    return True


def _unusual(one: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """A party, an activity or a line without keys that say what an absent one means."""
    kept = {
        name: value
        for name, value in one.items()
        if name not in usual or type(value) is not type(usual[name]) or value != usual[name]
    }
    if "parties" in kept:
        kept["parties"] = sorted(set(kept["parties"]))
    return kept


def _policy(instance: Instance, said: Mapping[str, Any], faults: Faults) -> Policy | None:
    """The policy that a result names, None where it cannot be meant."""
    wrong = [f"{key} is missing" for key in sorted(POLICY - said.keys())]
    wrong += [f"{told(key)} is not known" for key in said if key not in POLICY]
    if not wrong:
        wrong = _wrong(instance, said)
    if not wrong:
        try:
            return Policy(
                tuple(Stage(one) for one in said["stages"]),
                {int(one): points for one, points in said["points"].items()},
                Per(said["per"]), said["first_most"], tuple(said["seniority"]), said["quota"], said["reserve"],
                Scarce(said["scarce"]), said["seed"],
            )  # fmt: skip
        except Contradiction as refused:
            wrong = [str(refused)]
    for one in wrong:
        faults.add(Code.POLICY, "policy", one)
    return None


def _wrong(instance: Instance, said: Mapping[str, Any]) -> list[str]:
    """Keys of a policy whose values cannot be read."""

    def is_count(value: object, most: int | None) -> bool:
        return type(value) is int and value >= 0 and (most is None or value <= most)

    points, stages, seniority, seed = said["points"], said["stages"], said["seniority"], said["seed"]
    sound = {
        "stages": type(stages) is list and all(type(one) is str and one in list(Stage) for one in stages),
        "points": type(points) is dict and set(points) == {"1", "2", "3"}
        and all(is_count(one, None) for one in points.values()),
        "per": said["per"] in ("seat", "line"),
        "first_most": said["first_most"] is None or is_count(said["first_most"], None),
        "seniority": type(seniority) is list
        and all(type(one) is str and one in instance.party_at for one in seniority),
        "quota": said["quota"] is None or is_count(said["quota"], MOST_SEATS),
        "reserve": is_count(said["reserve"], MOST_SEATS),
        "scarce": said["scarce"] in ("seniority", "lottery"),
        # half of a pair of surrogates is no character, and cannot be hashed
        "seed": type(seed) is str and not any("\ud800" <= one <= "\udfff" for one in seed),
    }  # fmt: skip
    return [f"{key} is not as it should be" for key, is_sound in sound.items() if not is_sound]


def _seats(instance: Instance, said: Mapping[str, Any], faults: Faults) -> dict[str, int]:
    """Line to seats, without what cannot be."""
    found: dict[str, int] = {}
    for line, count in said.items():
        if line not in instance.line_at:
            faults.add(Code.UNKNOWN, line, "it has seats, and there is no such line")
        elif type(count) is not int:
            faults.add(Code.SHAPE, line, f"its seats are {kind_of(count)}, not a whole number")
        elif count < 1:
            faults.add(Code.SHAPE, line, f"it is named with {number(count)} seats; only lines that get some are")
        else:
            found[line] = count
    return found


def _made_by(read: Mapping[str, Any], faults: Faults) -> None:
    """Who made it: of a preview its version, of others the solver too."""
    if "made_by" not in read:
        return
    needs: dict[str, type] = {"cordiale": str}
    if read.get("tier") != "preview":
        needs |= {"solver": str, "version": str, "seed": int, "threads": int}
    faults.fields(read["made_by"], "made_by", needs, {})
