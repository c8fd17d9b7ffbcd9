"""Settles what needs no solver: who is not eligible, what cannot run, whose claims to a reserve cannot all be met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cordiale.engines.seats.instances import EXACT, Contradiction, Instance, Ints
from cordiale.engines.seats.policies import Policy, Scarce, by_seniority, lot, priorities, value_of

UNLIMITED = 2**31


class Why(StrEnum):
    """Why a line is not granted, or not all of it."""

    INELIGIBLE = "ineligible"
    CANCELLED = "cancelled"
    SEATS = "seats"
    QUOTA = "quota"
    BUDGET = "budget"
    OVERLAP = "overlap"
    BUNDLE = "bundle"


@dataclass(frozen=True)
class Settled:
    """What is left for the solver, and why the rest is not.

    Args:
        instance, policy: what was asked, and how it is decided.
        counts_as: by line, as which priority it counts.
        value: by line, what each seat adds to the total.
        alive: by line, whether it can have a seat.
        dead: place of each other line to the reason, and what that is about.
        pair: by line, its party and activity as one number, -1 where dead; `pairs` names them.
        pairs: by pair, party and activity.
        most: by pair, the seats that the party can have there at most.
        demand: by activity, the sum of these.
        cancelled: places of activities for which too few ask.
        could: by activity, the seats that could be taken; of a cancelled one, when it fell.
        claims: pair to the seats it has a claim to.
        dropped: pairs that lost a claim, as there are more claims than seats.
        wanted: by party, seats of its live lines of priority 1: what its share is a share of.
        order: places of parties, the most senior first.
    """

    instance: Instance
    policy: Policy
    counts_as: Ints
    value: Ints
    alive: np.typing.NDArray[np.bool_]
    dead: Mapping[int, tuple[Why, str]]
    pair: Ints
    pairs: Ints
    most: Ints
    demand: Ints
    cancelled: frozenset[int]
    could: Sequence[int]
    claims: Mapping[int, int]
    dropped: frozenset[int]
    wanted: Ints
    order: tuple[int, ...]


def settled(instance: Instance, policy: Policy) -> Settled:
    """Settle an instance under a policy.

    Raises:
        Contradiction: the policy names parties that there are not, or the total could pass what is counted exactly.
    """
    order = tuple(by_seniority(policy, instance))
    counts_as = np.array(priorities(policy, instance), np.int64)
    value = np.array(
        [value_of(policy, line, int(counts_as[place])) for place, line in enumerate(instance.lines)], np.int64
    )
    if len(value) and int(value.max()) * int(instance.asked.sum()) > EXACT:
        raise Contradiction(f"the total could pass {EXACT:,}: lower the points", [instance.lines[0].id])
    dead = _refused_alone(instance, policy)
    cancelled = _fall(instance, policy, dead)
    alive = np.ones(len(instance.lines), np.bool_)
    alive[list(dead)] = False
    key = instance.party * max(1, len(instance.activities)) + instance.activity
    found, inverse = np.unique(key[alive], return_inverse=True)
    pair = np.full(len(instance.lines), -1, np.int64)
    pair[alive] = inverse
    pairs = (
        np.stack(np.divmod(found, max(1, len(instance.activities))), axis=1)
        if len(found)
        else np.empty((0, 2), np.int64)
    )
    most = np.minimum(
        np.bincount(inverse, instance.asked[alive], len(found)).astype(np.int64), limits(instance, policy, pairs)
    )
    demand = np.bincount(pairs[:, 1], most, len(instance.activities)).astype(np.int64)
    could = [cancelled.get(place, int(seats)) for place, seats in enumerate(demand)]
    claims, dropped = _claims(instance, policy, order, pairs, most, demand)
    first = alive & (counts_as == 1)
    wanted = np.bincount(instance.party[first], instance.asked[first], len(instance.parties)).astype(np.int64)
    return Settled(
        instance, policy, counts_as, value, alive, dead, pair, pairs, most, demand, frozenset(cancelled), could, claims,
        dropped, wanted, order,
    )  # fmt: skip


def quota_of(instance: Instance, policy: Policy, activity: int) -> int:
    """The most seats that one party can have in an activity, by quota and by what there is."""
    one = instance.activities[activity]
    quota = policy.quota if one.quota is None else one.quota
    return one.seats if quota is None else min(one.seats, quota)


def affordable(instance: Instance, party: int, activity: int) -> int:
    """The most seats of an activity that a party could pay, if it bought nothing else."""
    budget, cost = instance.parties[party].budget, instance.activities[activity].cost
    return UNLIMITED if budget is None or cost == 0 else budget // cost


def limits(instance: Instance, policy: Policy, pairs: Ints) -> Ints:
    """By pair of party and activity, the most seats by quota, seats and budget."""
    quota = np.array([quota_of(instance, policy, place) for place in range(len(instance.activities))], np.int64)
    cost = np.array([one.cost for one in instance.activities], np.int64)
    budget = np.array([-1 if one.budget is None else one.budget for one in instance.parties], np.int64)
    if not len(pairs):
        return np.empty(0, np.int64)
    mine, price = budget[pairs[:, 0]], cost[pairs[:, 1]]
    free = (mine < 0) | (price == 0)
    afforded = np.where(free, UNLIMITED, mine // np.maximum(price, 1))
    return np.minimum(quota[pairs[:, 1]], afforded)


def _refused_alone(instance: Instance, policy: Policy) -> dict[int, tuple[Why, str]]:
    """Lines that cannot have a seat whatever the others get."""
    dead: dict[int, tuple[Why, str]] = {}
    known: dict[tuple[int, int], tuple[int, int]] = {}
    for place, line in enumerate(instance.lines):
        activity = instance.activities[instance.activity[place]]
        if line.refused:
            dead[place] = Why.INELIGIBLE, line.refused
            continue
        if activity.parties is not None and line.party not in activity.parties:
            dead[place] = Why.INELIGIBLE, "the activity is not open to the party"
            continue
        at = int(instance.party[place]), int(instance.activity[place])
        if at not in known:
            known[at] = quota_of(instance, policy, at[1]), affordable(instance, *at)
        quota, afforded = known[at]
        least = line.seats if line.whole or line.bundle else 1
        if least > activity.seats:
            dead[place] = Why.SEATS, ""
        elif least > quota:
            dead[place] = Why.QUOTA, ""
        elif least > afforded:
            dead[place] = Why.BUDGET, ""
    return dead


def _fall(instance: Instance, policy: Policy, dead: dict[int, tuple[Why, str]]) -> dict[int, int]:
    """Cancel activities for which too few ask, with their lines and the bundles of these, until nothing more falls.

    Args:
        dead: grows.

    Returns:
        Place of each activity to the seats that could have been taken when it fell.
    """
    bundles: dict[str, list[int]] = {}
    for place, line in enumerate(instance.lines):
        if line.bundle:
            bundles.setdefault(line.bundle, []).append(place)
    minimum = np.array([one.minimum for one in instance.activities], np.int64)
    key = instance.party * max(1, len(instance.activities)) + instance.activity
    found, inverse = np.unique(key, return_inverse=True)
    pairs = (
        np.stack(np.divmod(found, max(1, len(instance.activities))), axis=1)
        if len(found)
        else np.empty((0, 2), np.int64)
    )
    at_most = limits(instance, policy, pairs)
    cancelled: dict[int, int] = {}
    while True:
        fell = False
        for places in bundles.values():
            gone = [place for place in places if place in dead]
            if gone and len(gone) < len(places):
                fell = True
                for place in set(places) - set(gone):
                    dead[place] = Why.BUNDLE, instance.lines[gone[0]].id
        asked = instance.asked.copy()
        asked[list(dead)] = 0
        most = np.minimum(np.bincount(inverse, asked, len(found)).astype(np.int64), at_most)
        demand = np.bincount(pairs[:, 1], most, len(instance.activities)).astype(np.int64)
        few = set(np.flatnonzero(demand < minimum).tolist()) - cancelled.keys()
        if few:
            cancelled |= {place: int(demand[place]) for place in few}
            for place in np.flatnonzero(np.isin(instance.activity, list(few))).tolist():
                if place not in dead:
                    fell = True
                    dead[place] = Why.CANCELLED, f"{demand[instance.activity[place]]}"
        if not fell:
            return cancelled


def _claims(
    instance: Instance, policy: Policy, order: tuple[int, ...], pairs: Ints, most: Ints, demand: Ints
) -> tuple[dict[int, int], frozenset[int]]:
    """Claims to a reserve where more is asked for than there is, and those dropped where seats do not reach for all."""
    rank = {party: place for place, party in enumerate(order)}
    claims: dict[int, int] = {}
    dropped: set[int] = set()
    of: dict[int, list[int]] = {}
    for number, activity in enumerate(pairs[:, 1].tolist()):
        if demand[activity] > instance.activities[activity].seats:
            of.setdefault(activity, []).append(number)
    for activity, numbers in of.items():
        one = instance.activities[activity]
        reserve = policy.reserve if one.reserve is None else one.reserve
        if not reserve:
            continue
        if policy.scarce is Scarce.SENIORITY:
            numbers.sort(key=lambda number: rank[int(pairs[number, 0])])
        else:
            numbers.sort(key=lambda number: lot(policy, "reserve", one.id, instance.parties[pairs[number, 0]].id))
        left = one.seats
        for number in numbers:
            claim = min(reserve, int(most[number]))
            if claim <= left:
                claims[number] = claim
                left -= claim
            else:
                dropped.add(number)
    return claims, frozenset(dropped)
