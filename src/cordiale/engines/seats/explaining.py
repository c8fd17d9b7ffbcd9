"""Why a line got less than it asked for: what is in the way of one seat more, in words a focal point understands.

An allocation with a proven total has no seat left that anybody asked for and could have, since every seat is worth
something: so there is always a reason. Rule: design/seats.md, section 7, level 1.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cordiale.engines.seats.instances import Ints
from cordiale.engines.seats.presolve import Settled, Why, affordable, quota_of
from cordiale.engines.seats.room import Room, Unit, units_of

NAMED = 3
"""Holders of seats that are named; the others are counted."""


class Unexplained(RuntimeError):
    """A line could have a seat more: the allocation is not the best, or a rule is missing here."""

    code = "seats-unexplained"


@dataclass(frozen=True)
class Reason:
    """One thing in the way.

    Args:
        why: what kind.
        words: a sentence.
        about: ids and numbers that the sentence is made of, for programs.
    """

    why: Why
    words: str
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """A line that got less than it asked for.

    Args:
        line: its place.
        asked, got: seats.
        reasons: at least one.
    """

    line: int
    asked: int
    got: int
    reasons: tuple[Reason, ...]


def refusals(settled: Settled, seats: Ints, thresholds: tuple[int, ...] | None = None) -> list[Refusal]:
    """Every line that got less than it asked for, with what is in the way of more.

    Args:
        seats: by line.
        thresholds: what fairness grants every party at least; None where that was not decided.

    Raises:
        Unexplained: nothing is in the way.
    """
    telling = _Telling(settled, seats, thresholds)
    of = {line: unit for unit in units_of(settled) for line in unit.lines}
    return [
        Refusal(line, int(settled.instance.asked[line]), int(seats[line]), telling.reasons(line, of.get(line)))
        for line in np.flatnonzero(seats < settled.instance.asked).tolist()
    ]


@dataclass(frozen=True)
class Envy:
    """A line that would have what it lacks, had it the seats of a line of another party that is worth less.

    Args:
        line: its place.
        holders: places of those lines, to the right by which each holds its seats.
    """

    line: int
    holders: dict[int, str]


def envies(settled: Settled, seats: Ints, thresholds: tuple[int, ...] | None = None) -> list[Envy]:
    """Every line that lacks nothing but seats which another party holds for a line that is worth less.

    Args:
        seats, thresholds: as in `refusals`.
    """
    telling = _Telling(settled, seats, thresholds)
    of = {line: unit for unit in units_of(settled) for line in unit.lines}
    found = []
    for line in np.flatnonzero((seats < settled.instance.asked) & settled.alive).tolist():
        holders = telling.envied(line, of[line])
        if holders:
            found.append(Envy(line, holders))
    return found


class _Telling:
    """Says what is in the way, with one allocation at hand."""

    def __init__(self, settled: Settled, seats: Ints, thresholds: tuple[int, ...] | None) -> None:
        self.settled, self.instance, self.seats = settled, settled.instance, seats
        self.room = Room(settled, seats)
        minimum = [one.minimum for one in self.instance.activities]
        self.idle = {at for at, taken in enumerate(self.room.taken) if not taken and minimum[at] > 1}
        self.holders: dict[int, list[int]] = defaultdict(list)
        for line in np.flatnonzero(seats).tolist():
            self.holders[int(self.instance.activity[line])].append(line)
        first = settled.alive & (settled.counts_as == 1)
        got = np.bincount(self.instance.party[first], seats[first], len(self.instance.parties)).astype(np.int64)
        self.at_threshold = {
            party for party, least in enumerate(thresholds or ()) if settled.wanted[party] and got[party] <= least
        }

    def reasons(self, line: int, unit: Unit | None) -> tuple[Reason, ...]:
        """What is in the way of one seat more for a line."""
        if unit is None:
            return (self._dead(line),)
        found = list(dict.fromkeys(self.room.hurdles(unit, cancelled=self.idle)))
        if not found:
            raise Unexplained(f"{self.instance.lines[line].id} could have a seat more")
        return tuple(self._told(why, at, line) for why, at in found)

    def _dead(self, line: int) -> Reason:
        why, about = self.settled.dead[line]
        one = self.instance.lines[line]
        activity = self.instance.activities[self.instance.activity[line]]
        least = "all of its" if one.whole or one.bundle else "a single one of its"
        match why:
            case Why.INELIGIBLE:
                return Reason(why, f"The line is not eligible: {about}.", {"rule": about})
            case Why.CANCELLED:
                return Reason(
                    why,
                    f"Too few ask for it: {_seats(int(about))} could be taken, and it needs {activity.minimum} to run.",
                    {"activity": activity.id, "could": int(about), "minimum": activity.minimum},
                )
            case Why.BUNDLE:
                return Reason(
                    why, f"It is granted together with {about} or not at all, and that line cannot be.", {"line": about}
                )
            case Why.SEATS:
                return Reason(
                    why,
                    f"The activity has {_seats(activity.seats)}, and the line takes {least} {one.seats}.",
                    {"activity": activity.id, "seats": activity.seats},
                )
            case Why.QUOTA:
                quota = quota_of(self.instance, self.settled.policy, int(self.instance.activity[line]))
                return Reason(
                    why,
                    f"A party has at most {_seats(quota)} there, and the line takes {least} {one.seats}.",
                    {"activity": activity.id, "quota": quota},
                )
            case _:
                most = affordable(self.instance, int(self.instance.party[line]), int(self.instance.activity[line]))
                return Reason(
                    Why.BUDGET,
                    f"The party's budget pays {most} of its seats at most, and the line takes {least} {one.seats}.",
                    {"party": one.party, "pays": most},
                )

    def _told(self, why: Why, at: int, line: int) -> Reason:
        """One hurdle; `at` is the line of the unit that meets it."""
        activity = self.instance.activities[self.instance.activity[at]]
        other = "" if at == line else f" (for {self.instance.lines[at].id}, which is granted with it)"
        match why:
            case Why.CANCELLED:
                could = int(self.settled.demand[self.instance.activity[at]])
                return Reason(
                    why,
                    f"It does not run{other}: of the {_seats(could)} that could be taken, too few were left to reach"
                    f" the {activity.minimum} it needs.",
                    {"activity": activity.id, "could": could, "minimum": activity.minimum},
                )
            case Why.SEATS:
                return self._full(at, line, other)
            case Why.QUOTA:
                quota = self.room.quota(at)
                return Reason(
                    why,
                    f"A party has at most {_seats(quota)} there{other}.",
                    {"activity": activity.id, "quota": quota},
                )
            case Why.OVERLAP:
                busy = self.room.collision(at)
                where = "" if busy is None else self.instance.activities[busy].id
                person = self.instance.lines[at].person
                words = (
                    f"{person} has a seat in {where} on the same days" if where else f"{person} would be twice at once"
                )
                return Reason(why, f"{words}{other}.", {"person": person, "activity": where})
            case _:
                party = int(self.instance.party[at])
                budget, spent = self.instance.parties[party].budget or 0, self.room.spent[party]
                return Reason(
                    Why.BUDGET,
                    f"Of the party's budget {budget - spent:,} is left, and a seat costs {activity.cost:,}{other}.",
                    {"party": self.instance.parties[party].id, "left": budget - spent, "cost": activity.cost},
                )

    def _full(self, at: int, line: int, other: str) -> Reason:
        """All seats are taken: by whom, and by which right where theirs are worth less."""
        place = int(self.instance.activity[at])
        activity, mine = self.instance.activities[place], int(self.settled.value[line])
        left = activity.seats - self.room.taken[place]
        worth = sum(int(self.seats[one]) for one in self.holders[place] if self.settled.value[one] >= mine)
        rights: dict[str, int] = defaultdict(int)
        for one in self.holders[place]:
            if self.settled.value[one] < mine:
                rights[self._right(one)] += int(self.seats[one])
        parts = [f"{worth} by lines worth as much or more"] if worth else []
        parts += [f"{count} {right}" for right, count in sorted(rights.items())]
        named = sorted(self.holders[place], key=lambda one: (int(self.settled.value[one]), one))[:NAMED]
        free = f"; the {left} left are fewer than the line takes" if left else ""
        taken = self.room.taken[place]
        return Reason(
            Why.SEATS,
            f"Of its {activity.seats} seats {taken} are taken{other}: {', '.join(parts) or 'none'}{free}.",
            {
                "activity": activity.id,
                "seats": activity.seats,
                "worth as much or more": worth,
                **rights,
                "holders": [self.instance.lines[one].id for one in named],
            },
        )

    def envied(self, line: int, unit: Unit) -> dict[int, str]:
        """Lines of other parties that are worth less and whose seats are all that a line lacks, to their rights."""
        hurdles = list(self.room.hurdles(unit, cancelled=self.idle))
        if {why for why, _ in hurdles} != {Why.SEATS}:
            return {}
        mine, party = int(self.settled.value[line]), int(self.instance.party[line])
        full = {int(self.instance.activity[at]) for _, at in hurdles}
        return {
            one: self._right(one)
            for place in sorted(full)
            for one in self.holders[place]
            if self.settled.value[one] < mine and self.instance.party[one] != party and self._lets_in(one, unit)
        }

    def _lets_in(self, holder: int, unit: Unit) -> bool:
        """Whether a unit has room once a line gives back its seats."""
        seats = self.room.given[holder]
        self.room.give_back(holder)
        lets_in = next(self.room.hurdles(unit, cancelled=self.idle), None) is None
        self.room.take(Unit((holder,), (1,), seats), seats)
        return lets_in

    def _right(self, line: int) -> str:
        """By which right a line worth less holds its seats."""
        pair = int(self.settled.pair[line])
        claim = self.settled.claims.get(pair, 0)
        if claim and self.room.of_pair[pair] <= claim:
            return "as a reserve"
        party = int(self.instance.party[line])
        if self.settled.counts_as[line] == 1 and party in self.at_threshold:
            return "for the share of a party that has less"
        return "because the whole is worth more so"


def _seats(count: int) -> str:
    return f"{count:,} seat" if count == 1 else f"{count:,} seats"


def words_of(reason: Reason) -> dict[str, Any]:
    """A reason as a file says it."""
    return {"code": reason.why.value, "words": reason.words, **reason.about}
