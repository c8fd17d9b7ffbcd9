"""Counts: how many members, partners, invited countries, names on the page's own list, areas, actions, objectives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from cordiale.domain.claims.areas import areas_of
from cordiale.domain.claims.joining import is_invitation
from cordiale.domain.claims.partner_lists import LISTED
from cordiale.domain.claims.reading import (
    Count,
    count_of,
    days_between,
    first_day,
    last_day,
    numbers_of,
    stem,
    tokens_of,
    when_of,
)
from cordiale.domain.claims.standings import partners_on, seat_facts
from cordiale.domain.claims.values import Claim, FactUsed, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Agreement, Framework, World
from cordiale.domain.period import When

SEATS = frozenset(map(stem, ("member", "participant", "seat", "country", "state", "nation", "party")))
PARTNERS = frozenset(map(stem, ("partner",)))
ALLIES = frozenset(map(stem, ("ally", "allies")))
INVITED = frozenset(map(stem, ("invited", "invitee")))
ACTIONS = frozenset(map(stem, ("action", "point", "proposal", "measure")))
AREAS = frozenset(map(stem, ("area", "group", "field")))

_NOT_IN = re.compile(r"not in\(([^)]*)\)")


@dataclass(frozen=True)
class Measured:
    """What the register counts.

    Args:
        parties: who is counted on a day.
        what: of what, in words.
        framework: the framework they have a seat in; empty when it may be any partner framework.
    """

    parties: Callable[[date], set[str]]
    what: str
    framework: str = ""

    def number(self, on: date) -> int:
        """How many on a day."""
        return len(self.parties(on))

    def facts(self, world: World, on: date) -> list[FactUsed]:
        """The assertions by which each of them is counted."""
        chosen = self.framework or None
        return [fact for party in sorted(self.parties(on)) for fact in seat_facts(world, party, on, chosen)]


def judge(claim: Claim, world: World) -> Judgement:
    """Count what the claim counts, on the day it is dated to, and compare."""
    count = count_of(claim.object)
    if count is None:
        return cannot_tell(f'"{claim.object}" is no number with a unit.')
    words = [stem(token) for token in tokens_of(count.unit)]
    if "listed" in tokens_of(count.unit):
        return _listed(claim, world, count)
    if words[-1] in ACTIONS and not set(words) & AREAS:
        return _actions(claim, world, count)
    if words[-1] in AREAS:
        return _areas(claim, world, count)
    if words[-1] == stem("objective"):
        rows = world.objectives
        return _fixed(claim, count, len(rows), "objectives", [row.used() for row in rows])
    if words[-1] == stem("framework"):
        return _frameworks(claim, world, count)
    measured = _seats(claim, world, set(words))
    if measured is None:
        return cannot_tell(f'The register does not count "{count.unit}" of {world.name(claim.subject)}.')
    return _on_the_day(claim, world, count, measured)


def _seats(claim: Claim, world: World, words: set[str]) -> Measured | None:
    """Seats of a framework, by whom the unit names: the host's own members, partners, invited, or everybody."""
    if claim.subject in (world.host, world.membership):
        if words & PARTNERS:
            return Measured(lambda on: partners_on(world, on), "states that are partners in some framework")
        members = world.frameworks.get(world.membership)
        return None if members is None or not words & (ALLIES | SEATS) else _all_seats(world, members)
    framework = world.frameworks.get(claim.subject)
    if framework is None:
        return None
    code, name = framework.id, framework.name
    if words & INVITED:
        return _invited(world, framework)
    if words & ALLIES:
        return Measured(lambda on: _allied(world, code, on), f"members of the host with a seat in {name}", code)
    if words & PARTNERS:
        return Measured(lambda on: partners_on(world, on, [code]), f"partner states in {name}", code)
    return _all_seats(world, framework) if words & SEATS else None


def _all_seats(world: World, framework: Framework) -> Measured:
    return Measured(lambda on: set(world.seated(framework.id, on)), f"seats in {framework.name}", framework.id)


def _allied(world: World, framework: str, on: date) -> set[str]:
    return set(world.seated(framework, on)) & set(world.seated(world.membership, on))


def _invited(world: World, framework: Framework) -> Measured:
    rows = [row for row in world.assertions if row.framework == framework.id and is_invitation(row)]

    def parties(on: date) -> set[str]:
        return {row.party for row in rows if row.start.text and first_day(row.start) <= on}

    return Measured(parties, f"parties invited to {framework.name} by then", framework.id)


def _on_the_day(claim: Claim, world: World, count: Count, measured: Measured) -> Judgement:
    when = when_of(claim.date_or_period)
    if not when.text:
        return _at_any_time(claim, world, count, measured)
    first, last = days_between(when, world.coverage_to)
    number = measured.number(last)
    reason = f"The register counts {number} {measured.what} on {last}."
    if count.holds(number):
        return judged(claim, Verdict.AGREE, reason, measured.facts(world, last))
    earlier = measured.number(first)
    if count.holds(earlier):
        reason = f"The register counts {earlier} {measured.what} on {first}, but {number} on {last}."
        return judged(claim, Verdict.PARTLY, reason, measured.facts(world, last))
    return judged(claim, Verdict.DISAGREE, reason, measured.facts(world, last))


def _at_any_time(claim: Claim, world: World, count: Count, measured: Measured) -> Judgement:
    """A number without a date: true when it holds now, in part when it did at the end of some year."""
    today = last_day(world.coverage_to)
    began = min(
        (first_day(one.established).year for one in world.frameworks.values() if one.established.text), default=1
    )
    held = [year for year in range(began, today.year) if count.holds(measured.number(date(year, 12, 31)))]
    number = measured.number(today)
    reason = f"The claim gives no date; the register counts {number} {measured.what} on {today}."
    if count.holds(number):
        return judged(claim, Verdict.AGREE, reason, measured.facts(world, today))
    if held:
        reason += f" It first held at the end of {held[0]} and last at the end of {held[-1]}."
        return judged(claim, Verdict.PARTLY, reason, measured.facts(world, today))
    return judged(claim, Verdict.DISAGREE, reason, measured.facts(world, today))


def _fixed(claim: Claim, count: Count, number: int, what: str, facts: Iterable[FactUsed]) -> Judgement:
    """Compare with a number that has no day; nothing held means nothing known."""
    if not number:
        return cannot_tell(f"The register holds no {what} of this.")
    verdict = Verdict.AGREE if count.holds(number) else Verdict.DISAGREE
    return judged(claim, verdict, f"The register holds {number} {what}.", facts)


def _listed(claim: Claim, world: World, count: Count) -> Judgement:
    """Names on the page's own list, and how many of them the register has as partners on the day."""
    listed = {other.subject for other in world.claims if other.predicate == LISTED and other.source == claim.source}
    if not listed:
        return cannot_tell("The page lists no partner country in the claims that were taken from it.")
    _, last = days_between(when_of(claim.date_or_period), world.coverage_to)
    partners = partners_on(world, last)
    right = listed & partners
    wrong = ", ".join(sorted(world.name(party) for party in listed - partners))
    reason = f"The page lists {len(listed)} names; by the register {len(right)} of them were partner states on {last}"
    reason += f", and not {wrong}." if wrong else "."
    facts = [fact for party in sorted(right) for fact in seat_facts(world, party, last)]
    if count.holds(len(right)):
        return judged(claim, Verdict.AGREE, reason, facts)
    return judged(claim, Verdict.DISAGREE, reason, facts)


def agreements_of(world: World, subject: str, by: When) -> list[Agreement]:
    """An agreement by its id; of a framework, the agreements between exactly those who have a seat in it by then."""
    own = [row for row in world.agreements if row.id == subject]
    if own or subject not in world.frameworks:
        return own
    seats = {row.party for row in world.assertions if row.framework == subject}
    last = last_day(by)
    return [row for row in world.agreements if set(row.parties) == seats and first_day(row.date) <= last]


def _actions(claim: Claim, world: World, count: Count) -> Judgement:
    """Numbers of actions that the titles of agreements give, summed up."""
    rows = agreements_of(world, claim.subject, when_of(claim.date_or_period))
    counted = [(numbers_of(row.title, ACTIONS), row) for row in rows]
    found = [(numbers[0], row) for numbers, row in counted if numbers]
    if not found:
        return cannot_tell("No agreement of the register gives the number in its title.")
    total = sum(number for number, _ in found)
    titles = "; ".join(f"{row.title} ({row.date})" for _, row in found)
    verdict = Verdict.AGREE if count.holds(total) else Verdict.DISAGREE
    return judged(claim, verdict, f"The titles give {total} in all: {titles}.", [row.used() for _, row in found])


def _areas(claim: Claim, world: World, count: Count) -> Judgement:
    """Areas of the scheme that belongs to the subject: as other sources hold them, then as the page itself does."""
    rows = areas_of(world, claim.subject, when_of(claim.date_or_period))
    others = [row for row in rows if row.source != claim.source]
    own = [row for row in rows if row.source == claim.source]
    stating = [row for row in others if any(count.holds(number) for number in numbers_of(row.name, AREAS))]
    if not rows:
        return cannot_tell(f"The register holds no scheme of areas of {world.name(claim.subject)}.")
    facts = [row.used() for row in rows]
    by_unit = set(map(stem, tokens_of(count.unit))) & {stem("area")}
    if stating and by_unit:
        reason = f'The register speaks of this number: "{stating[0].name}". It holds {len(others)} areas in all.'
        return judged(claim, Verdict.AGREE, reason, [row.used() for row in (*stating, *others)])
    if others and count.holds(len(others)):
        return judged(claim, Verdict.AGREE, f"The register holds {len(others)} areas.", [row.used() for row in others])
    if own and count.holds(len(own)):
        if not others:
            return judged(claim, Verdict.AGREE, f"The register holds {len(own)} areas.", facts)
        reason = f"The number is that of the page's own list; other sources give {len(others)} areas, not the same."
        return judged(claim, Verdict.PARTLY, reason, facts)
    return judged(claim, Verdict.DISAGREE, f"The register holds {len(others or own)} areas.", facts)


def _frameworks(claim: Claim, world: World, count: Count) -> Judgement:
    """Formal frameworks: those that a derived framework names as the ones it is the rest of."""
    derived = [(one, _NOT_IN.search(one.rule)) for one in world.frameworks.values()]
    found = [(one, hint[1].split(",")) for one, hint in derived if hint is not None]
    if not found:
        return cannot_tell("The register does not say which of its frameworks are formal.")
    derived_one, ids = found[0]
    when = when_of(claim.date_or_period)
    _, last = days_between(when, world.coverage_to)
    formal = [name.strip() for name in ids if name.strip() in world.frameworks]
    rosters = {frozenset(partners_on(world, last, [name])) for name in formal}
    facts = [derived_one.used(), *(world.frameworks[name].used() for name in formal)]
    names = ", ".join(world.name(name) for name in formal)
    reason = f"The register names {len(formal)} formal frameworks: {names}."
    if count.holds(len(formal)):
        return judged(claim, Verdict.AGREE, reason, facts)
    if count.holds(len(rosters)):
        reason += f" They are {len(rosters)} when those with the same partners are counted as one."
        return judged(claim, Verdict.PARTLY, reason, facts)
    return judged(claim, Verdict.DISAGREE, reason, facts)
