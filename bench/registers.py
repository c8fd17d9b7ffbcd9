"""Registers of any size, made from a seed: parties, frameworks, and what sources say of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cordiale.domain.participation import Answer, Scope
from cordiale.engines.standing.facts import FOREVER, Assertion, Facts, Known, Life, Rules, Weight, first_instant, never

ZONE = ZoneInfo("UTC")
DAY = 86_400_000_000
FIRST = int((datetime(1950, 1, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
DAYS = (date(2026, 1, 1) - date(1950, 1, 1)).days
NUMBERS = 1_000
SEED = 20261124


@dataclass(frozen=True)
class Scale:
    """How large a register is."""

    name: str
    parties: int
    frameworks: int
    assertions: int
    points: int
    audiences: int


PACK = Scale("NATO", 70, 20, 1_000, 4_000, 60)
REGISTER = Scale("register", 200, 300, 100_000, 4_000, 60)
WORLD = Scale("world", 10_250, 5_000, 2_000_000, 4_000, 30)

MEANS = {"participating": Answer.IN_FORCE, "suspended": Answer.SUSPENDED, "withdrawn": Answer.NOT}


def generated(scale: Scale) -> Facts:
    """A register of a size, the same for the same size."""
    dice = random.Random(SEED)  # not for secrets
    parties = [f"p{number}" for number in range(scale.parties)]
    frameworks = [f"f{number}" for number in range(scale.frameworks)]
    begins, ends = first_instant(ZONE), never(ZONE)
    lives = {name: [Life(begins, ends, FIRST, ends, Known(0))] for name in frameworks}
    weights = {f"s{weight}": [Weight(weight, FIRST, Known(0))] for weight in range(101)}
    return Facts(
        assertions=_assertions(dice, parties, frameworks, scale.assertions),
        lives=lives,
        weights=weights,
        parties=parties,
        rules=[Rules(lambda status, framework: MEANS[status])],
        zone=ZONE,
        number=NUMBERS,
        state="bench",
    )


def _assertions(dice: random.Random, parties: list[str], frameworks: list[str], count: int) -> Iterator[Assertion]:
    """Single statements mostly; some pairs go on to be suspended, some have a second source that differs."""
    made = 0
    pairs = dice.sample(range(len(parties) * len(frameworks)), min(count, len(parties) * len(frameworks)))
    for pair in pairs:
        party, framework = divmod(pair, len(frameworks))
        weight = dice.randrange(1, 100)
        rows = _history(dice, weight, longer=dice.random() < 0.45)
        if dice.random() < 0.1:
            rows += _history(dice, weight % 99 + 1, longer=False)
        for status, weighs, entry, starts, stops in rows:
            since = dice.randrange(1, NUMBERS)
            until = dice.randrange(since + 1, NUMBERS + 1) if dice.random() < 0.05 else FOREVER
            made += 1
            yield Assertion(
                id=made,
                party=parties[party],
                framework=frameworks[framework],
                status=status,
                source=f"s{weighs}",
                scope=Scope.ALL,
                entry=entry,
                starts=starts,
                starts_latest=starts,
                ends=stops,
                ends_latest=stops,
                end_source=f"s{weighs}" if stops < never(ZONE) else "",
                since=since,
                until=until,
            )
            if made >= count:
                return


def _history(dice: random.Random, weight: int, *, longer: bool) -> list[tuple[str, int, bool, int, int]]:
    """Status, weight, whether an entry, start and end, of one source."""
    last = never(ZONE)
    cuts = sorted(dice.sample(range(DAYS), 4 if longer else 2))
    at = [FIRST + cut * DAY for cut in cuts]
    if longer:
        third = dice.choice(("participating", "withdrawn"))
        return [
            ("participating", weight, True, at[0], at[1]),
            ("suspended", weight, False, at[1], at[2]),
            (third, weight, False, at[2], last),
        ]
    return [("participating", weight, dice.random() < 0.8, at[0], at[1] if dice.random() < 0.3 else last)]
