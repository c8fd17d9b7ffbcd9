"""Invented instances of any size: the same numbers and seed always give the same one, and nothing in it is true."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate

from cordiale.engines.seats.instances import Activity, Instance, Line, Party

FIRST = date(2031, 1, 6)
WEEKS = 50
POINTS = {1: (80, 100), 2: (45, 70), 3: (15, 40)}
"""Priority to the fewest and the most points of a line."""
TWICE = 2
"""Most lines of one party for one activity."""


def generated(*, activities: int, parties: int, lines: int, seed: int) -> Instance:
    """An invented instance, shaped as menus are: few activities draw many, budgets are short, some people are named.

    Args:
        activities, parties, lines: how many.
        seed: of everything.

    Raises:
        ValueError: more lines than so many parties would ask of so many activities.
    """
    if min(activities, parties, lines) < 1 or lines > activities * parties:
        raise ValueError(f"{lines:,} lines are not what {parties:,} parties ask of {activities:,} activities")
    dice = random.Random(seed)  # noqa: S311  # it guards nothing
    digits = len(str(max(activities, parties, lines)))
    names = [f"p{number:0{digits}}" for number in range(1, parties + 1)]
    offered = [_activity(dice, f"a{number:0{digits}}", names) for number in range(1, activities + 1)]
    asked = _lines(dice, offered, names, lines, digits)
    cost = {one.id: one.cost for one in offered}
    spent: Counter[str] = Counter()
    for line in asked:
        spent[line.party] += cost[line.activity] * line.seats
    asking = [Party(name, budget=int(spent[name] * dice.uniform(0.45, 1.05))) for name in names]
    return Instance(asking, offered, asked, title=f"invented: {activities}/{parties}/{lines}, seed {seed}")


def _activity(dice: random.Random, name: str, parties: list[str]) -> Activity:
    seats = dice.choice([6, 8, 10, 12, 16, 20, 24])
    begins = FIRST + timedelta(weeks=dice.randrange(WEEKS), days=dice.choice([0, 0, 0, 1, 2]))
    closed = dice.random() < 0.15
    return Activity(
        name,
        seats,
        minimum=seats // 3,
        cost=dice.choice([600, 900, 1_100, 1_400, 1_800, 2_500]),
        quota=dice.choice([None, 4, 6, max(2, seats // 4)]),
        begins=begins,
        ends=begins + timedelta(days=dice.choice([2, 5, 5, 12])),
        parties=frozenset(dice.sample(parties, -(-len(parties) * 2 // 3))) if closed else None,
    )


def _lines(dice: random.Random, offered: list[Activity], names: list[str], count: int, digits: int) -> list[Line]:
    drawn = list(accumulate(dice.paretovariate(1.6) for _ in offered))
    size = list(accumulate(dice.paretovariate(1.3) for _ in names))
    met: Counter[tuple[str, str]] = Counter()
    people: Counter[str] = Counter()
    busy: set[tuple[str, str]] = set()
    found: list[Line] = []
    while len(found) < count:
        # many are asked for by few at first, then evenly, so that small instances come to an end too
        even = len(met) * 3 > len(offered) * len(names)
        party = dice.choice(names) if even else dice.choices(names, cum_weights=size)[0]
        activity = dice.choice(offered) if even else dice.choices(offered, cum_weights=drawn)[0]
        if met[party, activity.id] >= TWICE:
            continue
        met[party, activity.id] += 1
        priority = dice.choices((1, 2, 3), (40, 35, 25))[0]
        line = Line(
            f"n{len(found) + 1:0{digits}}",
            party,
            activity.id,
            seats=dice.choices((1, 2, 3, 4, 6), (60, 20, 10, 6, 4))[0],
            priority=priority,
            points=dice.randint(*POINTS[priority]),
            whole=dice.random() < 0.04,
            refused="the rank that the activity asks for is missing" if dice.random() < 0.03 else "",
        )
        if line.seats == 1 and dice.random() < 0.5:
            person = f"{party}-{dice.randrange(1 + people[party] // 4):04}"
            people[party] += 1
            if (person, activity.id) not in busy:
                busy.add((person, activity.id))
                line = replace(line, person=person)
        elif found and not found[-1].bundle and found[-1].party == party and dice.random() < 0.3:
            bundle = f"b{len(found):0{digits}}"
            found[-1], line = replace(found[-1], bundle=bundle), replace(line, bundle=bundle)
        found.append(line)
    return found
