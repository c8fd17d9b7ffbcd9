"""What the host has decided before anybody asked: in which order claims count, and what a seat is worth."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cordiale.engines.seats.instances import MOST_POINTS, Contradiction, Instance, Line

SHARE = 840
"""Points of a line, where it counts once, are shared among its seats in 840ths: whole for up to eight seats."""


class Stage(StrEnum):
    """What is decided, each within the best of those before."""

    RESERVES = "reserves"
    FAIRNESS = "fairness"
    TOTAL = "total"
    TIE = "tie"


class Per(StrEnum):
    """What points are for."""

    SEAT = "seat"
    LINE = "line"


class Scarce(StrEnum):
    """Who keeps the claim to a reserve where there are more claims than seats."""

    SENIORITY = "seniority"
    LOTTERY = "lottery"


@dataclass(frozen=True)
class Policy:
    """What the host has decided.

    Args:
        stages: in the order in which they are decided: reserves and fairness in either order, or without either; then
            the total; then the tie-break.
        points: priority to what a seat (or line) of it is worth, where the line does not say.
        per: whether points are for a seat or for a line; a line's are shared evenly among its seats, in 840ths.
        first_most: most lines of priority 1 that a party has, None for no limit; more count as priority 2, those
            with the fewest points first.
        seniority: ids of parties, the most senior first, all or none; the seed orders those that are not named.
        quota, reserve: of activities that do not say.
        scarce: who keeps a claim to a reserve where there are more claims than seats.
        seed: any words, published before nominations close: they decide between equals.
    """

    stages: tuple[Stage, ...] = (Stage.RESERVES, Stage.FAIRNESS, Stage.TOTAL, Stage.TIE)
    points: Mapping[int, int] = field(default_factory=lambda: {1: 100, 2: 60, 3: 30})
    per: Per = Per.SEAT
    first_most: int | None = None
    seniority: tuple[str, ...] = ()
    quota: int | None = None
    reserve: int = 1
    scarce: Scarce = Scarce.SENIORITY
    seed: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            Contradiction.
        """
        rest = [stage for stage in self.stages if stage in (Stage.TOTAL, Stage.TIE)]
        if rest not in ([Stage.TOTAL], [Stage.TOTAL, Stage.TIE]) or list(self.stages[-len(rest) :]) != rest:
            raise Contradiction("the total comes after reserves and fairness, and the tie-break last", ["stages"])
        if len(set(self.stages)) != len(self.stages):
            raise Contradiction("a stage is there twice", ["stages"])
        if set(self.points) != {1, 2, 3} or not all(1 <= one <= MOST_POINTS for one in self.points.values()):
            raise Contradiction(f"points for priorities 1, 2 and 3, from 1 to {MOST_POINTS:,}", ["points"])
        if len(set(self.seniority)) != len(self.seniority):
            raise Contradiction("a party is there twice", ["seniority"])

    def said(self) -> dict[str, Any]:
        """The policy as its file says it."""
        return {
            "stages": [stage.value for stage in self.stages],
            "points": {str(priority): points for priority, points in sorted(self.points.items())},
            "per": self.per.value,
            "first_most": self.first_most,
            "seniority": list(self.seniority),
            "quota": self.quota,
            "reserve": self.reserve,
            "scarce": self.scarce.value,
            "seed": self.seed,
        }


def value_of(policy: Policy, line: Line, priority: int) -> int:
    """What each seat of a line adds to the total.

    Args:
        priority: as which the line counts.
    """
    points = policy.points[priority] if line.points is None else line.points
    return points if policy.per is Per.SEAT else max(1, points * SHARE // line.seats)


def lot(policy: Policy, *words: str) -> int:
    """A number that the seed draws for a thing: the same for everybody who knows the seed."""
    text = "\x00".join((policy.seed, *words))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def by_seniority(policy: Policy, instance: Instance) -> Sequence[int]:
    """Places of the parties, the most senior first.

    Raises:
        Contradiction: the policy names a party that there is not.
    """
    strangers = [one for one in policy.seniority if one not in instance.party_at]
    if strangers:
        raise Contradiction("seniority names a party that there is not", strangers)
    rank = {one: place for place, one in enumerate(policy.seniority)}
    last = len(rank)
    order = sorted(instance.parties, key=lambda one: (rank.get(one.id, last), lot(policy, "seniority", one.id), one.id))
    return [instance.party_at[one.id] for one in order]


def priorities(policy: Policy, instance: Instance) -> list[int]:
    """As which priority each line counts, by place."""
    counted = [line.priority for line in instance.lines]
    if policy.first_most is None:
        return counted
    of: dict[str, list[int]] = {}
    for place, line in enumerate(instance.lines):
        if line.priority == 1:
            of.setdefault(line.party, []).append(place)
    for places in of.values():
        places.sort(key=lambda place: (-value_of(policy, instance.lines[place], 1), instance.lines[place].id))
        for place in places[policy.first_most :]:
            counted[place] = 2
    return counted
