"""What the tests of the explorer share: reads the map off a page, and asks the oracle for whole timelines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from cordiale.domain.period import FIRST_DAY, date_at
from cordiale.engines.standing.facts import first_instant, never
from tests.unit import oracle

SHAPE = re.compile(
    r'<use href="[^"]*/world[^"#]*#(\w+)" class="on-map map-([\w-]+) map-([\w-]+)"(?: fill="url\(#([\w-]+)\)")?/>'
)
RING = re.compile(
    r'<circle class="ring on-map map-([\w-]+) map-([\w-]+)"[^>]*r="2.4"(?: fill="url\(#([\w-]+)\)")?/>'
    r"<text[^>]*>([^<]*)</text>"
)


@dataclass(frozen=True)
class Paint:
    """How a country is painted: colour, state and texture."""

    colour: str
    state: str
    texture: str = ""


def map_of(html: str) -> dict[str, Paint]:
    """Code of each painted shape, and how it is painted."""
    return {code: Paint(*how) for code, *how in SHAPE.findall(html)}


def rings_of(html: str) -> dict[str, Paint]:
    """Name of each country with a ring in the larger part of the map, and how the ring is painted."""
    return {name: Paint(*how) for *how, name in RING.findall(html)}


def main_of(html: str) -> str:
    """The main content of a page."""
    found = re.search(r"<main.*</main>", html, re.DOTALL)
    assert found is not None
    return found[0]


@lru_cache(maxsize=2)
def pairs(pack: str) -> tuple[tuple[str, str], ...]:
    """Every party and framework of which a pack speaks."""
    return tuple(sorted({(row.party, row.framework) for row in oracle.pack_facts(pack).assertions}))


@lru_cache(maxsize=2)
def verdicts(pack: str) -> dict[tuple[str, str], list[tuple[date, oracle.Verdict]]]:
    """The oracle's opinion on every pair: each day on which anything may change, and what holds from it on."""
    facts = oracle.pack_facts(pack)
    found = {}
    for party, framework in pairs(pack):
        rows = [row for row in facts.assertions if (row.party, row.framework) == (party, framework)]
        edges = {edge for row in rows for edge in (row.starts, row.starts_latest, row.ends, row.ends_latest)}
        edges |= {edge for life in facts.lives[framework] for edge in life[:4]}
        start, last = first_instant(facts.zone), never(facts.zone)
        times = [start, *sorted(edge for edge in edges if start < edge < last)]
        found[party, framework] = [
            (FIRST_DAY if at == start else date_at(at, facts.zone), oracle.standing(facts, party, framework, at))
            for at in times
        ]
    return found


def verdict_on(pack: str, party: str, framework: str, day: date) -> oracle.Verdict:
    """The oracle's opinion on a pair on a day."""
    return [verdict for begins, verdict in verdicts(pack)[party, framework] if begins <= day][-1]


def turning_days(pack: str, frameworks: set[str]) -> list[date]:
    """Every day on which, by the oracle, any answer in some frameworks differs from the day before."""
    return sorted(
        {
            day
            for (_party, framework), line in verdicts(pack).items()
            if framework in frameworks
            for (_, before), (day, after) in pairwise(line)
            if before.answer != after.answer
        }
    )
