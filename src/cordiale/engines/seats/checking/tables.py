"""What a result says of activities, parties and lines, held against what is counted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cordiale.engines.seats.checking.faults import Code, Faults, number
from cordiale.engines.seats.checking.giving import Given
from cordiale.engines.seats.instances import Instance

PARTY = {
    "party": str, "asked": int, "seats": int, "first_asked": int, "first_seats": int, "cost": int, "claims": int,
    "missed": int,
}  # fmt: skip
REPLANNED = {
    "before": str, "withdrawn": list, "cancelled": list, "added": dict, "lost": dict, "gained": dict, "given_up": list,
}  # fmt: skip


def check_cancelled(said: Sequence[Any], given: Given, faults: Faults) -> None:
    """Add a fault where the activities that do not run are not those that the allocation does not run."""
    rules, instance = given.rules, given.rules.instance
    expected = {
        one.id: {
            "activity": one.id, "minimum": one.minimum, "could": rules.could[place],
            "beforehand": place in rules.beforehand,
        }
        for place, one in enumerate(instance.activities) if one.minimum and not given.taken[place]
    }  # fmt: skip
    met: set[str] = set()
    needs = {"activity": str, "minimum": int, "could": int, "beforehand": bool}
    for one in faults.entries(list(said), "cancelled", needs, {}):
        name = one["activity"]
        if name in met or name not in expected:
            faults.add(Code.CANCELLED, name, "it is there twice" if name in met else "it runs, or there is no such")
        elif one != expected[name]:
            wrong = ", ".join(f"{key} is {_told(is_)}" for key, is_ in expected[name].items() if one[key] != is_)
            faults.add(Code.CANCELLED, name, f"by count, {wrong}")
        met.add(name)
    for name in expected.keys() - met:
        faults.add(Code.CANCELLED, name, "it does not run, and is not named")


def _told(value: object) -> str:
    return number(value) if type(value) is int else str(value).lower()


def check_parties(said: Sequence[Any], given: Given, faults: Faults) -> None:
    """Add a fault where the table of parties is not what is counted."""
    rules, instance = given.rules, given.rules.instance
    expected: dict[str, dict[str, int]] = {
        one.id: {
            "asked": 0, "seats": 0, "first_asked": rules.first_asked[place],
            "first_seats": given.first[place], "cost": given.spent[place], "claims": 0, "missed": 0,
        }
        for place, one in enumerate(instance.parties)
    }  # fmt: skip
    rows = list(expected.values())
    for place, line in enumerate(instance.lines):
        row = rows[rules.party[place]]
        row["asked"] += line.seats
        row["seats"] += given.seats[place]
    for pair, claim in rules.claims.items():
        row = rows[rules.pairs[pair][0]]
        row["claims"] += claim
        row["missed"] += given.misses[pair]
    met: set[str] = set()
    for one in faults.entries(list(said), "parties", PARTY, {}):
        name = one["party"]
        if name in met or name not in expected:
            faults.add(Code.PARTY, name, "it is there twice" if name in met else "there is no such party")
        else:
            for key in PARTY:
                if key != "party":
                    faults.same(Code.PARTY, name, key, one[key], expected[name][key])
        met.add(name)
    for name in expected.keys() - met:
        faults.add(Code.PARTY, name, "it is not in the table")


def check_refusals(said: Sequence[Any], given: Given, faults: Faults) -> None:
    """Add a fault where not exactly those lines are refused, with a reason, that did not get all they asked for."""
    instance = given.rules.instance
    met: set[str] = set()
    needs = {"line": str, "asked": int, "got": int, "reasons": list}
    for one in faults.entries(list(said), "refusals", needs, {}):
        name = one["line"]
        place = instance.line_at.get(name)
        if place is None or name in met:
            faults.add(Code.REFUSAL, name, "there is no such line" if place is None else "it is there twice")
            continue
        met.add(name)
        asked, got = instance.lines[place].seats, given.seats[place]
        faults.same(Code.REFUSAL, name, "what it asked for", one["asked"], asked)
        faults.same(Code.REFUSAL, name, "what it got", one["got"], got)
        if got >= asked:
            faults.add(Code.REFUSAL, name, "it got all it asked for, and is refused")
        if not one["reasons"]:
            faults.add(Code.REFUSAL, name, "it is refused without a reason")
        for reason in faults.entries(one["reasons"], f"{name}: reasons", {"code": str, "words": str}):
            if not reason["code"].strip() or not reason["words"].strip():
                faults.add(Code.REFUSAL, name, "a reason is empty")
    for place, line in enumerate(instance.lines):
        if given.seats[place] < line.seats and line.id not in met:
            faults.add(Code.REFUSAL, line.id, "it did not get all it asked for, and no reason is given")


def check_replanned(said: Mapping[str, Any], given: Given, faults: Faults) -> None:
    """Add a fault where what a plan after changes says of them cannot be."""
    instance = given.rules.instance
    found = faults.fields(said, "replanned", REPLANNED, {})
    if found is None:
        return
    if len(found["before"]) != 64 or not set(found["before"]) <= set("0123456789abcdef"):
        faults.add(Code.REPLANNED, "before", "it is no SHA-256")
    for key, known in (
        ("withdrawn", instance.line_at), ("cancelled", instance.activity_at), ("given_up", instance.activity_at),
        ("added", instance.activity_at), ("lost", instance.line_at), ("gained", instance.line_at),
    ):  # fmt: skip
        for one in found[key]:
            if not isinstance(one, str) or one not in known:
                faults.add(Code.UNKNOWN, key, "it names what there is not")
        if isinstance(found[key], dict) and not all(type(one) is int and one > 0 for one in found[key].values()):
            faults.add(Code.REPLANNED, key, "a number in it is not 1 or more")
    _hold_changes(found, given, instance, faults)


def _hold_changes(said: Mapping[str, Any], given: Given, instance: Instance, faults: Faults) -> None:
    for one in said["withdrawn"]:
        if isinstance(one, str) and one in instance.line_at and given.seats[instance.line_at[one]]:
            faults.add(Code.REPLANNED, one, "it was withdrawn, and has seats")
    for key in ("cancelled", "given_up"):
        for one in said[key]:
            if isinstance(one, str) and one in instance.activity_at and given.taken[instance.activity_at[one]]:
                faults.add(Code.REPLANNED, one, "it runs no more, and gives seats")
    for one, more in said["gained"].items():
        if one in instance.line_at and type(more) is int and more > given.seats[instance.line_at[one]]:
            faults.add(Code.REPLANNED, one, "it gained more seats than it has")
    for one in said["lost"].keys() & said["gained"].keys():
        faults.add(Code.REPLANNED, one, "it lost and gained")
    for one, fewer in said["lost"].items():
        if one in instance.line_at and type(fewer) is int:
            place = instance.line_at[one]
            if fewer > instance.lines[place].seats - given.seats[place]:
                faults.add(Code.REPLANNED, one, "it lost more seats than it can have had")
