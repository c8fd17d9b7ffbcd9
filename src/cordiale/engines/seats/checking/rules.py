"""What is asked for, what it counts as, what it is worth and by which right: docs/reference/seats.md, a second time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from cordiale.engines.seats.instances import Instance, Line
from cordiale.engines.seats.policies import Per, Policy, Scarce

PARTS = 840
"""Points of a line that counts once are shared among its seats in such parts."""

Pair = int
"""Number of a party and an activity that some line names together."""


def drawn(seed: str, *words: str) -> int:
    """The lot of a thing."""
    return int.from_bytes(hashlib.sha256("\0".join([seed, *words]).encode()).digest()[:8], "big")


def digest_of(said: Any) -> str:
    """SHA-256 over JSON in its one form."""
    return hashlib.sha256(
        json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def said_by(instance: Instance) -> dict[str, list[dict[str, Any]]]:
    """An instance as its hash is made from it; it has everything by id already."""
    parties = [_told(("id", one.id, None), ("title", one.title, ""), ("budget", one.budget, None))
               for one in instance.parties]  # fmt: skip
    activities = [
        _told(
            ("id", one.id, None), ("seats", one.seats, None), ("title", one.title, ""), ("minimum", one.minimum, 0),
            ("cost", one.cost, 0), ("quota", one.quota, None), ("reserve", one.reserve, None),
            ("begins", None if one.begins is None else one.begins.isoformat(), None),
            ("ends", None if one.ends is None else one.ends.isoformat(), None),
            ("parties", None if one.parties is None else sorted(one.parties), None),
        )
        for one in instance.activities
    ]  # fmt: skip
    lines = []
    for one in instance.lines:
        line: dict[str, Any] = {"id": one.id, "party": one.party, "activity": one.activity}
        if one.seats != 1:
            line["seats"] = one.seats
        if one.priority != 1:
            line["priority"] = one.priority
        if one.points is not None:
            line["points"] = one.points
        if one.person:
            line["person"] = one.person
        if one.whole:
            line["whole"] = True
        if one.bundle:
            line["bundle"] = one.bundle
        if one.refused:
            line["refused"] = one.refused
        lines.append(line)
    return {"parties": parties, "activities": activities, "lines": lines}


def _told(*fields: tuple[str, Any, Any]) -> dict[str, Any]:
    return {key: value for key, value, usual in fields if value != usual}


class Rules:
    """An instance under a policy, before anybody is given a seat.

    Things are numbered as the instance orders them: parties, activities and lines by id. A pair is a party and an
    activity that some line names together.

    Attributes:
        party, activity, pair: by line.
        pairs: by pair, party and activity.
        counts_as, worth: by line, as which priority it counts, and what each of its seats adds to the total.
        eligible: by line, whether rule 1 lets it have seats.
        live: by line, whether it could have a seat.
        quota: by activity, the most seats of one party.
        could: by activity, what its live lines could take; of one that is cancelled beforehand, when it fell.
        beforehand: activities that are cancelled beforehand.
        most: by pair, what its live lines could take.
        rank: by party, its place in the order of seniority.
        claims: pair to the seats it has a claim to.
        first: by line, whether it counts for the share of its party.
        first_asked: by party, what these lines ask for.
    """

    def __init__(self, instance: Instance, policy: Policy) -> None:
        self.instance, self.policy = instance, policy
        self.party = [instance.party_at[line.party] for line in instance.lines]
        self.activity = [instance.activity_at[line.activity] for line in instance.lines]
        numbers: dict[tuple[int, int], Pair] = {}
        self.pair = [numbers.setdefault(one, len(numbers)) for one in zip(self.party, self.activity, strict=True)]
        self.pairs = list(numbers)
        self.counts_as = self._priorities()
        self.worth = [
            self._worth(line, counts) for line, counts in zip(instance.lines, self.counts_as, strict=True)
        ]  # fmt: skip
        self.quota = [self._quota(place) for place in range(len(instance.activities))]
        self._limit = [self._limit_of(party, activity) for party, activity in self.pairs]
        self.eligible = [self._is_eligible(place) for place in range(len(instance.lines))]
        self.bundles: dict[str, list[int]] = {}
        for place, line in enumerate(instance.lines):
            if line.bundle:
                self.bundles.setdefault(line.bundle, []).append(place)
        self._settle()
        self.rank = self._ranks()
        self.claims = self._claims()
        self.first = [live and counts == 1 for live, counts in zip(self.live, self.counts_as, strict=True)]
        self.first_asked = [0] * len(instance.parties)
        for place, counts in enumerate(self.first):
            if counts:
                self.first_asked[self.party[place]] += instance.lines[place].seats

    @cached_property
    def together(self) -> list[tuple[int, ...]]:
        """Live lines that are granted whole: alone, or with their bundle."""
        lines = self.instance.lines
        found = [(place,) for place, line in enumerate(lines) if line.whole and not line.bundle and self.live[place]]
        return found + [tuple(places) for places in self.bundles.values() if self.live[places[0]]]

    @cached_property
    def single(self) -> list[int]:
        """Live lines that are granted seat by seat."""
        lines = self.instance.lines
        return [
            place for place, line in enumerate(lines) if self.live[place] and not line.whole and not line.bundle
        ]  # fmt: skip

    @cached_property
    def people(self) -> dict[str, list[int]]:
        """Named person to their live lines for activities that have days."""
        found: dict[str, list[int]] = {}
        for place, line in enumerate(self.instance.lines):
            if line.person and self.live[place] and self.instance.activities[self.activity[place]].begins is not None:
                found.setdefault(line.person, []).append(place)
        return found

    def days(self, line: int) -> tuple[int, int] | None:
        """First day of a line's activity, and the day after the last, as numbers; None where it has none."""
        one = self.instance.activities[self.activity[line]]
        if one.begins is None or one.ends is None:
            return None
        return one.begins.toordinal(), one.ends.toordinal()

    # What lines count as and are worth.

    def _worth(self, line: Line, priority: int) -> int:
        points = self.policy.points[priority] if line.points is None else line.points
        return points if self.policy.per is Per.SEAT else max(1, points * PARTS // line.seats)

    def _priorities(self) -> list[int]:
        lines, most = self.instance.lines, self.policy.first_most
        found = [line.priority for line in lines]
        if most is None:
            return found
        of: dict[int, list[int]] = {}
        for place, line in enumerate(lines):
            if line.priority == 1:
                of.setdefault(self.party[place], []).append(place)
        for places in of.values():
            places.sort(key=lambda place: lines[place].id)
            places.sort(key=lambda place: self._worth(lines[place], 1), reverse=True)
            for place in places[most:]:
                found[place] = 2
        return found

    # What could have a seat.

    def _quota(self, activity: int) -> int:
        one = self.instance.activities[activity]
        quota = self.policy.quota if one.quota is None else one.quota
        return one.seats if quota is None else min(quota, one.seats)

    def _limit_of(self, party: int, activity: int) -> int:
        """What a party could have of an activity by seats, quota and budget."""
        budget, cost = self.instance.parties[party].budget, self.instance.activities[activity].cost
        quota = self.quota[activity]
        return quota if budget is None or not cost else min(quota, budget // cost)

    def _is_eligible(self, place: int) -> bool:
        line = self.instance.lines[place]
        let_in = self.instance.activities[self.activity[place]].parties
        return not line.refused and (let_in is None or line.party in let_in)

    def _settle(self) -> None:
        """Find the live lines: what falls alone, then bundles and activities in turn, until nothing changes."""
        lines, activities = self.instance.lines, self.instance.activities
        asked = [0] * len(self.pairs)
        self.live = [True] * len(lines)
        fallen = []
        for place, line in enumerate(lines):
            least = line.seats if line.whole or line.bundle else 1
            if not self.eligible[place] or least > self._limit[self.pair[place]]:
                self.live[place] = False
                fallen.append(place)
            else:
                asked[self.pair[place]] += line.seats
        self.most = [min(wanted, limit) for wanted, limit in zip(asked, self._limit, strict=True)]
        self.could = [0] * len(activities)
        for pair, (_, activity) in enumerate(self.pairs):
            self.could[activity] += self.most[pair]
        of: dict[int, list[int]] = {}
        for place, activity in enumerate(self.activity):
            of.setdefault(activity, []).append(place)
        self.beforehand: set[int] = set()
        fell: dict[int, int] = {}

        def fall(place: int) -> None:
            pair = self.pair[place]
            self.live[place] = False
            asked[pair] -= lines[place].seats
            self.could[self.activity[place]] -= self.most[pair] - min(asked[pair], self._limit[pair])
            self.most[pair] = min(asked[pair], self._limit[pair])

        suspects: Sequence[int] = range(len(activities))
        while suspects:
            touched: set[int] = set()
            for place in fallen:
                for other in self.bundles.get(lines[place].bundle, ()):
                    if self.live[other]:
                        fall(other)
                        touched.add(self.activity[other])
            short = [
                one for one in {*suspects, *touched}
                if self.could[one] < activities[one].minimum and one not in self.beforehand
            ]  # fmt: skip
            self.beforehand.update(short)
            fell.update((one, self.could[one]) for one in short)
            fallen = [place for one in short for place in of.get(one, ()) if self.live[place]]
            for place in fallen:
                fall(place)
            suspects = short
        for activity, could in fell.items():
            self.could[activity] = could

    # Who comes first, and by which right.

    def _ranks(self) -> list[int]:
        named = {one: place for place, one in enumerate(self.policy.seniority)}
        ids = [one.id for one in self.instance.parties]
        order = sorted(
            range(len(ids)),
            key=lambda one: (named.get(ids[one], len(named)), drawn(self.policy.seed, "seniority", ids[one]), ids[one]),
        )
        found = [0] * len(ids)
        for rank, party in enumerate(order):
            found[party] = rank
        return found

    def _claims(self) -> dict[Pair, int]:
        activities, parties = self.instance.activities, self.instance.parties
        of: dict[int, list[Pair]] = {}
        for pair, (_, activity) in enumerate(self.pairs):
            if self.most[pair] and self.could[activity] > activities[activity].seats:
                of.setdefault(activity, []).append(pair)
        found: dict[Pair, int] = {}
        for activity, claimants in of.items():
            one = activities[activity]
            reserve = self.policy.reserve if one.reserve is None else one.reserve
            if self.policy.scarce is Scarce.SENIORITY:
                claimants.sort(key=lambda pair: self.rank[self.pairs[pair][0]])
            else:
                ids = {pair: parties[self.pairs[pair][0]].id for pair in claimants}
                claimants.sort(key=lambda pair: (drawn(self.policy.seed, "reserve", one.id, ids[pair]), ids[pair]))
            left = one.seats
            for pair in claimants:
                claim = min(reserve, self.most[pair])
                if 0 < claim <= left:
                    found[pair] = claim
                    left -= claim
        return found


def cliques(days: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """The largest sets of two or more spans that share a day, in the order in which they end.

    Args:
        days: by span, its first day and the day after its last.

    Returns:
        Places of the spans of each.
    """
    last: int | None = None
    for end in sorted({ends for _, ends in days}):
        inside = [place for place, (begins, ends) in enumerate(days) if begins < end <= ends]
        # what holds no span that began since the last end is part of a set that was there before
        if len(inside) > 1 and (last is None or any(days[place][0] >= last for place in inside)):
            yield inside
        last = end
