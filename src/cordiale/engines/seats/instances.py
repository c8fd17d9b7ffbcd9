"""What seats are shared out of, and to whom: parties, activities, lines. Rule: issue 7; design/seats.md, section 2."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

MOST_LINES = 2_000_000
MOST_SEATS = 10_000
"""Of one activity, and of one line."""
MOST_POINTS = 1_000_000
"""Of one seat."""
MOST_MONEY = 2**40
"""Of a budget, and of a seat."""
EXACT = 2**50
"""No sum may pass it: solvers count in floating point, where whole numbers are exact up to 2**53."""

Ints = npt.NDArray[np.int64]


class Contradiction(ValueError):
    """An instance or a policy that cannot be meant: which lines, activities or parties, and why.

    Args:
        what: what is wrong.
        at: the ids at fault, at least one.
    """

    code = "seats-contradiction"

    def __init__(self, what: str, at: Sequence[str]) -> None:
        self.what, self.at = what, tuple(at)
        few = ", ".join(self.at[:5]) + (f" and {len(self.at) - 5:,} more" if len(self.at) > 5 else "")
        super().__init__(f"{few}: {what}")


@dataclass(frozen=True, slots=True)
class Party:
    """Who is given seats.

    Args:
        id: names it.
        title: as people call it.
        budget: what its seats may cost together, in whole units of money; None for no limit.
    """

    id: str
    title: str = ""
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """Where seats are.

    Args:
        id: names it.
        title: as people call it.
        seats: how many there are.
        minimum: with fewer taken, it does not run.
        cost: of one seat, in the unit of budgets.
        quota: most seats of one party; None for the policy's.
        reserve: seats to which each party that asks has a claim when more is asked for than there is; None for the
            policy's.
        begins, ends: first day, and the day after the last; None where nobody's days can collide.
        parties: ids of the parties that are let in; None for all.
    """

    id: str
    seats: int
    title: str = ""
    minimum: int = 0
    cost: int = 0
    quota: int | None = None
    reserve: int | None = None
    begins: date | None = None
    ends: date | None = None
    parties: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a party asks for: so many seats of an activity.

    Args:
        id: names it, and decides between equals together with the seed.
        party, activity: ids.
        seats: how many.
        priority: 1, 2 or 3; 1 is the most wanted.
        points: what a seat (or the line) is worth; None for the policy's for its priority.
        person: who is meant, "" for nobody yet; a named person takes one seat and is at one place at a time.
        whole: all of it or none.
        bundle: lines of one bundle are granted all or none, each whole; "" for none.
        refused: the rule by which it is not eligible, in words; "" where it is.
    """

    id: str
    party: str
    activity: str
    seats: int = 1
    priority: int = 1
    points: int | None = None
    person: str = ""
    whole: bool = False
    bundle: str = ""
    refused: str = ""


class Instance:
    """All that is asked, in its one order: by id. Two instances that say the same are the same, however written.

    Args:
        parties, activities, lines: in any order.
        title: as people call it.

    Raises:
        Contradiction: an id is there twice, or a line names what there is not, or numbers are out of bounds, or a
            person is named twice in one activity or by two parties, or a bundle has one line.
    """

    def __init__(
        self, parties: Sequence[Party], activities: Sequence[Activity], lines: Sequence[Line], *, title: str = ""
    ) -> None:
        self.title = title
        self.parties = sorted(parties, key=lambda one: one.id)
        self.activities = sorted(activities, key=lambda one: one.id)
        self.lines = sorted(lines, key=lambda one: one.id)
        self.party_at = _places("party", self.parties)
        self.activity_at = _places("activity", self.activities)
        self.line_at = _places("line", self.lines)
        self._refuse_bounds()
        self._refuse_strangers()
        count = len(self.lines)
        self.party: Ints = np.fromiter((self.party_at[one.party] for one in self.lines), np.int64, count)
        self.activity: Ints = np.fromiter((self.activity_at[one.activity] for one in self.lines), np.int64, count)
        self.asked: Ints = np.fromiter((one.seats for one in self.lines), np.int64, count)
        self._refuse_people()
        self._refuse_bundles()

    def said(self) -> dict[str, Any]:
        """The instance as its file says it, in its one order, without what is usual."""
        return {
            "title": self.title,
            "parties": [_said(one) for one in self.parties],
            "activities": [_said(one) for one in self.activities],
            "lines": [_said(one) for one in self.lines],
        }

    @property
    def digest(self) -> str:
        """SHA-256 over what it says; the title does not count."""
        told = {key: value for key, value in self.said().items() if key != "title"}
        return digest_of(told)

    def _refuse_bounds(self) -> None:
        for what, ids in (
            (f"more than {MOST_LINES:,} lines", [one.id for one in self.lines[:1]] * (len(self.lines) > MOST_LINES)),
            ("a budget below nothing, or too high", [p.id for p in self.parties if not _within(p.budget, MOST_MONEY)]),
            (f"seats not from 0 to {MOST_SEATS:,}", [a.id for a in self.activities if not 0 <= a.seats <= MOST_SEATS]),
            ("a minimum not from 0 to its seats", [a.id for a in self.activities if not 0 <= a.minimum <= a.seats]),
            ("a cost below nothing, or too high", [a.id for a in self.activities if not _within(a.cost, MOST_MONEY)]),
            ("a quota out of bounds", [a.id for a in self.activities if not _within(a.quota, MOST_SEATS)]),
            ("a reserve out of bounds", [a.id for a in self.activities if not _within(a.reserve, MOST_SEATS)]),
            ("days of which one is missing, or that end before they begin", [a.id for a in self.activities if _odd(a)]),
            (f"seats not from 1 to {MOST_SEATS:,}", [n.id for n in self.lines if not 1 <= n.seats <= MOST_SEATS]),
            ("a priority that is not 1, 2 or 3", [n.id for n in self.lines if n.priority not in (1, 2, 3)]),
            (f"points not from 1 to {MOST_POINTS:,}", [n.id for n in self.lines if not _points(n)]),
            ("a named person takes one seat", [n.id for n in self.lines if n.person and n.seats != 1]),
        ):
            if ids:
                raise Contradiction(what, ids)

    def _refuse_strangers(self) -> None:
        for what, ids in (
            ("no such party", [one.id for one in self.lines if one.party not in self.party_at]),
            ("no such activity", [one.id for one in self.lines if one.activity not in self.activity_at]),
            (
                "lets in a party that there is not",
                [a.id for a in self.activities if (a.parties or set()) - self.party_at.keys()],
            ),
        ):
            if ids:
                raise Contradiction(what, ids)
        spent = sum(int(self.activities[self.activity_at[n.activity]].cost) * n.seats for n in self.lines)
        if spent > EXACT:
            raise Contradiction(f"the costs of all that is asked pass {EXACT:,}", [self.lines[0].id])

    def _refuse_people(self) -> None:
        of: dict[str, str] = {}
        met: dict[tuple[str, str], str] = {}
        for line in self.lines:
            if not line.person:
                continue
            if of.setdefault(line.person, line.party) != line.party:
                raise Contradiction(f"{line.person} is named by two parties", [line.id])
            other = met.setdefault((line.person, line.activity), line.id)
            if other != line.id:
                raise Contradiction(f"{line.person} is named twice for one activity", [other, line.id])

    def _refuse_bundles(self) -> None:
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.bundle:
                found.setdefault(line.bundle, []).append(line)
        for lines in found.values():
            if len(lines) == 1:
                raise Contradiction("the only line of its bundle; say whole", [lines[0].id])
            if len({line.party for line in lines}) > 1:
                raise Contradiction("lines of one bundle come from one party", [line.id for line in lines])


def digest_of(told: Any) -> str:
    """SHA-256 over canonical JSON."""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _places(what: str, things: Sequence[Party | Activity | Line]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for place, one in enumerate(things):
        if not one.id or any(map(str.isspace, one.id)):
            raise Contradiction(f"the {what} has no id, or one with white space in it", [one.id])
        if found.setdefault(one.id, place) != place:
            raise Contradiction(f"the {what} is there twice", [one.id])
    return found


def _within(value: int | None, most: int) -> bool:
    return value is None or 0 <= value <= most


def _odd(activity: Activity) -> bool:
    if activity.begins is None or activity.ends is None:
        return activity.begins is not activity.ends
    return activity.begins >= activity.ends


def _points(line: Line) -> bool:
    return line.points is None or 1 <= line.points <= MOST_POINTS


def _said(one: Party | Activity | Line) -> dict[str, Any]:
    """What differs from the usual, as JSON has it."""
    told: dict[str, Any] = {}
    for name, field in one.__dataclass_fields__.items():
        value = getattr(one, name)
        if value == field.default:
            continue
        told[name] = (
            value.isoformat() if isinstance(value, date) else sorted(value) if isinstance(value, frozenset) else value
        )
    return told
