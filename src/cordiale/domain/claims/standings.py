"""Who is a partner, a member, or on hold, on a day or over a period: questions that several families share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from cordiale.domain.claims.reading import days_between, first_day, last_day
from cordiale.domain.claims.values import FactUsed
from cordiale.domain.claims.world import Assertion, Framework, Standing, World
from cordiale.domain.participation import Answer
from cordiale.domain.period import When

SEATED = (Answer.IN_FORCE, Answer.SUSPENDED, Answer.UNCLEAR, Answer.DISPUTED)
"""Answers with which a party has a seat."""


def turning_days(rows: Iterable[Assertion], first: date, last: date) -> list[date]:
    """The first and last day of a period, and each day in it on which one of some assertions begins or ends."""
    days = {first, last}
    for row in rows:
        for when in (row.start, row.end):
            if when is not None and when.text:
                days |= {first_day(when), last_day(when), last_day(when) + timedelta(days=1)}
    return sorted(day for day in days if first <= day <= last)


def over(world: World, party: str, framework: str, when: When) -> list[tuple[date, Standing]]:
    """The standings of a party in a framework over a period, at each day on which they may change."""
    first, last = days_between(when, world.coverage_to)
    days = turning_days(world.of_pair(party, framework), first, last)
    return [(day, world.standing(party, framework, day)) for day in days]


def partner_frameworks(world: World, party: str) -> list[str]:
    """Frameworks other than the membership in which anything is said of a party."""
    spoken = {row.framework for row in world.assertions if row.party == party}
    return [framework for framework in world.frameworks if framework in spoken and framework != world.membership]


def partners_on(world: World, on: date, frameworks: Iterable[str] | None = None) -> set[str]:
    """States with a seat in a partner framework on a day that are not members of the host.

    Args:
        on: the day.
        frameworks: only these; every partner framework when None.
    """
    members = world.seated(world.membership, on)
    chosen = world.frameworks if frameworks is None else frameworks
    return {
        party
        for framework in chosen
        if framework != world.membership
        for party in world.seated(framework, on)
        if party not in members and party in world.parties and world.parties[party].is_state
    }


def first_start(rows: Iterable[Assertion], precedence: dict[str, int] | None = None) -> Assertion | None:
    """The assertion that begins the earliest; among those of one start the weightiest."""
    weights = precedence or {}
    dated = [row for row in rows if row.start.text]
    return min(dated, key=lambda row: (first_day(row.start), -weights.get(row.source, 0)), default=None)


def in_force_rows(rows: Iterable[Assertion]) -> list[Assertion]:
    """Assertions by which a party takes part."""
    return [row for row in rows if row.answer is Answer.IN_FORCE]


def alive(framework: Framework, when: When) -> bool:
    """Whether a framework can have existed during a period."""
    begins = framework.established
    if begins.text and last_day(when) < first_day(begins):
        return False
    return framework.dissolved is None or first_day(when) < last_day(framework.dissolved)


def seat_facts(world: World, party: str, on: date, framework: str | None = None) -> tuple[FactUsed, ...]:
    """The assertion that gives a party its seat on a day.

    Args:
        world: the register.
        party, on: who, and when.
        framework: where; the first partner framework in which it has a seat when none is named.
    """
    chosen = partner_frameworks(world, party) if framework is None else [framework]
    for one in chosen:
        if party in world.seated(one, on):
            return tuple(row.used() for row in world.standing(party, one, on).support[:1])
    return ()
