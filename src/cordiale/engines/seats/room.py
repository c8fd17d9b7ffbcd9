"""How much room an allocation leaves: takes seats one by one, and says what is in the way of one that cannot be."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.presolve import Settled, Why, quota_of


@dataclass(frozen=True, slots=True)
class Unit:
    """What is granted together: seats of one line, one by one, or whole lines.

    Args:
        lines: places of the lines.
        times: seats that each of them gets at a time.
        most: how many times.
    """

    lines: tuple[int, ...]
    times: tuple[int, ...]
    most: int


def units_of(settled: Settled) -> list[Unit]:
    """Every unit of the live lines, in the order of their first line; the columns of a model have the same order."""
    instance = settled.instance
    found: list[Unit] = []
    bundles: dict[str, int] = {}
    for place in np.flatnonzero(settled.alive).tolist():
        line = instance.lines[place]
        if line.bundle and line.bundle in bundles:
            at = bundles[line.bundle]
            found[at] = Unit((*found[at].lines, place), (*found[at].times, line.seats), 1)
        elif line.bundle or line.whole:
            if line.bundle:
                bundles[line.bundle] = len(found)
            found.append(Unit((place,), (line.seats,), 1))
        else:
            found.append(Unit((place,), (1,), min(line.seats, int(settled.most[settled.pair[place]]))))
    return found


class Room:
    """What is left of seats, quotas, budgets and people's days while seats are taken and given back.

    Args:
        settled: the instance under its policy.
        seats: by line, what is taken already.
    """

    def __init__(self, settled: Settled, seats: Ints | None = None) -> None:
        instance = settled.instance
        self.settled = settled
        self.given = [0] * len(instance.lines)
        self.taken = [0] * len(instance.activities)
        self.spent = [0] * len(instance.parties)
        self.of_pair = [0] * len(settled.most)
        self.busy: dict[str, set[int]] = {}
        self._party = instance.party.tolist()
        self._activity = instance.activity.tolist()
        self._pair: list[int] = settled.pair.tolist()
        self._most: list[int] = settled.most.tolist()
        self._seats = [one.seats for one in instance.activities]
        self._cost: list[int] = [one.cost for one in instance.activities]
        self._budget = [one.budget for one in instance.parties]
        self._person = [one.person for one in instance.lines]
        self._days = [(one.begins, one.ends) for one in instance.activities]
        if seats is not None:
            for place in np.flatnonzero(seats).tolist():
                self._put(place, int(seats[place]))

    def take(self, unit: Unit, times: int = 1) -> None:
        """Take a unit, which must have room."""
        for line, seats in zip(unit.lines, unit.times, strict=True):
            self._put(line, seats * times)

    def give_back(self, line: int) -> None:
        """Give back all seats of a line."""
        self._put(line, -self.given[line])

    def _put(self, line: int, seats: int) -> None:
        activity, party = self._activity[line], self._party[line]
        self.given[line] += seats
        self.taken[activity] += seats
        self.spent[party] += seats * self._cost[activity]
        if self._pair[line] >= 0:
            self.of_pair[self._pair[line]] += seats
        person = self._person[line]
        if person and seats > 0:
            self.busy.setdefault(person, set()).add(activity)
        elif person and not self.given[line]:
            self.busy[person].discard(activity)

    def times(self, unit: Unit) -> int:
        """How many times more a unit can be taken."""
        if len(unit.lines) > 1:
            return 0 if self.given[unit.lines[0]] or next(self.hurdles(unit), None) else 1
        line, seats = unit.lines[0], unit.times[0]
        activity, party, pair = self._activity[line], self._party[line], self._pair[line]
        left = min(
            self._seats[activity] - self.taken[activity],
            self._most[pair] - self.of_pair[pair],
            unit.most * seats - self.given[line],
        )
        budget, cost = self._budget[party], self._cost[activity]
        if budget is not None and cost:
            left = min(left, (budget - self.spent[party]) // cost)
        if left >= seats and self._person[line] and self.collision(line) is not None:
            return 0
        return max(0, int(left // seats))

    def hurdles(self, unit: Unit, *, cancelled: Collection[int] = ()) -> Iterator[tuple[Why, int]]:
        """Everything that is in the way of taking a unit once more, and at which line.

        Args:
            cancelled: activities that do not run.
        """
        by_activity: dict[int, int] = {}
        by_pair: dict[int, int] = {}
        price = 0
        days: list[tuple[str, int]] = []
        for line, seats in zip(unit.lines, unit.times, strict=True):
            activity, pair = self._activity[line], self._pair[line]
            by_activity[activity] = by_activity.get(activity, 0) + seats
            by_pair[pair] = by_pair.get(pair, 0) + seats
            price += seats * self._cost[activity]
            if activity in cancelled:
                yield Why.CANCELLED, line
            if self.taken[activity] + by_activity[activity] > self._seats[activity]:
                yield Why.SEATS, line
            if self.of_pair[pair] + by_pair[pair] > self.quota(line):
                yield Why.QUOTA, line
            if self._person[line]:
                if self.collision(line) is not None or any(
                    person == self._person[line] and self._collide(other, activity) for person, other in days
                ):
                    yield Why.OVERLAP, line
                days.append((self._person[line], activity))
        party = self._party[unit.lines[0]]
        budget = self._budget[party]
        if budget is not None and self.spent[party] + price > budget:
            yield Why.BUDGET, unit.lines[0]

    def quota(self, line: int) -> int:
        """The most seats that the party of a line can have in its activity, by quota."""
        return quota_of(self.settled.instance, self.settled.policy, self._activity[line])

    def collision(self, line: int) -> int | None:
        """The activity at which the person of a line is already on the days of its activity; None for none."""
        activity = self._activity[line]
        for other in sorted(self.busy.get(self._person[line], ())):
            if other != activity and self._collide(other, activity):
                return other
        return None

    def _collide(self, one: int, other: int) -> bool:
        return _share_a_day(self._days[one], self._days[other])


def _share_a_day(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> bool:
    if one[0] is None or one[1] is None or other[0] is None or other[1] is None:
        return False
    return one[0] < other[1] and other[0] < one[1]
