"""What the engine is given: assertions, the life of frameworks, the weight of sources, the meaning of statuses.

Instants are microseconds since 1970 UTC. Everything carries the ledger numbers between which it is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cordiale.domain.participation import Answer, Scope
from cordiale.domain.period import FIRST_DAY, NEVER_DAY, midnight

FOREVER = 2**31 - 1
"""A ledger number that is never reached: the end of what is still believed."""

SCOPES = (Scope.ALL, Scope.PRACTICAL, Scope.POLITICAL)
"""Scopes in the order of their numbers in a compiled register."""


class Known(NamedTuple):
    """Between which ledger entries something is believed: from `since`, until `until` (half-open)."""

    since: int
    until: int = FOREVER

    def holds(self, number: int) -> bool:
        """Whether it is believed as known at a ledger number."""
        return self.since <= number < self.until


class Assertion(NamedTuple):
    """What one source says of one party in one framework, over one period.

    Args:
        id: its number in the register.
        party, framework, status, source: ids.
        scope: which part of the participation.
        entry: whether the source dates the entry, and so denies the days before.
        starts, starts_latest, ends, ends_latest: earliest and latest start, earliest and latest end.
        end_source: source of the end, empty when there is none.
        since, until: between which ledger entries it is believed.
    """

    id: int
    party: str
    framework: str
    status: str
    source: str
    scope: Scope
    entry: bool
    starts: int
    starts_latest: int
    ends: int
    ends_latest: int
    end_source: str
    since: int
    until: int = FOREVER


class Life(NamedTuple):
    """When a framework existed, and for which instants its roster is held complete.

    Args:
        begins: earliest possible beginning.
        ends: latest possible end.
        complete_from, complete_to: from when until when the roster is complete; equal instants mean never.
        known: between which ledger entries this is believed.
    """

    begins: int
    ends: int
    complete_from: int
    complete_to: int
    known: Known


class Weight(NamedTuple):
    """How much a source counts, and since when it could be read.

    Args:
        precedence: the higher wins.
        published: latest instant at which it appeared, None when that is not known.
        known: between which ledger entries this is believed.
    """

    precedence: int
    published: int | None
    known: Known


Meaning = Callable[[str, str], Answer]
"""From a status and a framework to the answer it gives."""


class Rules(NamedTuple):
    """What a pack lays down about its own words.

    Args:
        meaning: what a status answers.
        known: between which ledger entries this is believed.
        local: frameworks whose suspension stays local: elsewhere nobody is left out for it.
        spared: scopes whose state bears on no right: who is suspended there only keeps what it is entitled to.
    """

    meaning: Meaning
    known: Known = Known(0)
    local: frozenset[str] = frozenset()
    spared: frozenset[Scope] = frozenset()


@dataclass(frozen=True)
class Facts:
    """A register as the engine sees it.

    Args:
        assertions: every one ever recorded, also those no longer believed.
        lives: framework id to its life, version by version.
        weights: source id to its weight, version by version.
        parties: every party id, also of parties nobody speaks of.
        rules: what the pack lays down about statuses and suspension, version by version.
        zone: where legal days begin and end.
        number: the register number up to which this is complete.
        state: hash of the register entry of that number; names this state for ever.
    """

    assertions: Iterable[Assertion]
    lives: Mapping[str, Sequence[Life]]
    weights: Mapping[str, Sequence[Weight]]
    parties: Sequence[str]
    rules: Sequence[Rules]
    zone: ZoneInfo
    number: int
    state: str = ""


def first_instant(zone: ZoneInfo) -> int:
    """The first instant anybody can ask about."""
    return midnight(FIRST_DAY, zone)


def never(zone: ZoneInfo) -> int:
    """The instant that stands for no end."""
    return midnight(NEVER_DAY, zone)
