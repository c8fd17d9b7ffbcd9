"""Partner lists: "this country is a partner", "the list leaves these out"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cordiale.domain.claims.naming import bears_name, framework_of_phrase, frameworks_in
from cordiale.domain.claims.reading import days_between, when_of
from cordiale.domain.claims.standings import over, partner_frameworks, partners_on, seat_facts
from cordiale.domain.claims.values import Claim, FactUsed, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import NOBODY, Assertion, Standing, World
from cordiale.domain.participation import Answer

LISTED = "is-partner-country"
"""The predicate by which a page lists a partner, whatever the framework."""

RESTRICTING = (Answer.SUSPENDED, Answer.UNCLEAR, Answer.DISPUTED)
"""Answers with which a party has a seat but cannot be said to be a partner without more ado."""

Stands = list[tuple[date, Standing]]


def judge(claim: Claim, world: World) -> Judgement:
    """A partner takes part, or has a seat, in some partner framework and is no member of the host that day."""
    if claim.predicate == "list-omits":
        return _omitted(claim, world)
    if claim.subject not in world.parties:
        return cannot_tell(f'The register knows no party "{claim.subject}".')
    when = when_of(claim.date_or_period)
    if claim.predicate == LISTED:
        frameworks = partner_frameworks(world, claim.subject)
    else:
        named = framework_of_phrase(world, claim.predicate.removeprefix("is-"))
        if named is None:
            return cannot_tell(f'No framework of the register answers to "{claim.predicate}".')
        frameworks = [named.id]
    member = over(world, claim.subject, world.membership, when)
    return _listed(claim, world, member, {name: over(world, claim.subject, name, when) for name in frameworks})


def _listed(claim: Claim, world: World, member: Stands, stands: dict[str, Stands]) -> Judgement:
    name = world.name(claim.subject)
    called = (
        "" if bears_name(world, claim.subject, claim.object) else f' The name "{claim.object}" is not one it bears.'
    )
    is_member = [standing for _, standing in member if standing.answer is Answer.IN_FORCE]
    if member and len(is_member) == len(member):
        reason = f"{name} was a member of {world.name(world.membership)} then, and so no partner.{called}"
        return judged(claim, Verdict.DISAGREE, reason, _facts(is_member))
    restricted = next((answer for answer in RESTRICTING if _with(stands, answer)), None)
    in_force = {framework: held for framework, held in stands.items() if _all(held, Answer.IN_FORCE)}
    if restricted is not None:
        framework, standing = _with(stands, restricted) or ("", NOBODY)
        where, facts = world.name(framework), [row.used() for row in _rows(standing, restricted)]
        reason = f"{name} had a seat in {where}, but was {restricted.value}; the claim marks no restriction.{called}"
        return judged(claim, Verdict.PARTLY, reason, facts)
    if in_force and not is_member:
        where = ", ".join(world.name(framework) for framework in in_force)
        facts = _facts([standing for held in in_force.values() for _, standing in held])
        return judged(claim, Verdict.AGREE, f"{name} took part in {where} and was no member.{called}", facts)
    return _part_of_the_time(claim, world, stands, called)


def _part_of_the_time(claim: Claim, world: World, stands: dict[str, Stands], called: str) -> Judgement:
    name = world.name(claim.subject)
    some = _with(stands, Answer.IN_FORCE)
    if some:
        reason = f"{name} took part in {world.name(some[0])} for a part of the period only.{called}"
        return judged(claim, Verdict.PARTLY, reason, _facts([some[1]]))
    absent = [standing for held in stands.values() for _, standing in held if standing.answer is Answer.NOT]
    if absent:
        reason = f"By the register, {name} took part in no partner framework then.{called}"
        facts = [*_facts(absent), *(world.frameworks[framework].used() for framework in stands)]
        return judged(claim, Verdict.DISAGREE, reason, facts)
    return cannot_tell(f"The register holds nothing of {name} as a partner in that period.")


def _with(stands: dict[str, Stands], answer: Answer) -> tuple[str, Standing] | None:
    """A framework in which a party gave an answer on some day, for the whole or else for a scope."""
    days = [(framework, standing) for framework, held in stands.items() for _, standing in held]
    whole = (one for one in days if one[1].answer is answer)
    scoped = (one for one in days if answer is Answer.SUSPENDED and answer in one[1].scopes.values())
    return next(whole, None) or next(scoped, None)


def _rows(standing: Standing, answer: Answer) -> list[Assertion]:
    """The assertions that give an answer, those that decided first."""
    return [row for row in (*standing.support, *standing.lost) if row.answer is answer] or list(standing.support)


def _all(held: Stands, answer: Answer) -> bool:
    return bool(held) and all(standing.answer is answer for _, standing in held)


def _facts(standings: Sequence[Standing]) -> list[FactUsed]:
    return [row.used() for standing in standings for row in standing.support]


def _omitted(claim: Claim, world: World) -> Judgement:
    """What a list leaves out: rightly when those were no partners, otherwise the list is right only in part."""
    named = frameworks_in(world, claim.object)
    if claim.subject in world.frameworks and claim.subject != world.membership:
        named.append(world.frameworks[claim.subject])
    if not named:
        return cannot_tell(f'No framework of the register is named in "{claim.object}".')
    _, last = days_between(when_of(claim.date_or_period), world.coverage_to)
    listed = {other.subject for other in world.claims if other.predicate == LISTED}
    missing = sorted(partners_on(world, last, {framework.id for framework in named}) - listed)
    facts = [framework.used() for framework in dict.fromkeys(named)]
    facts += [fact for party in missing for fact in seat_facts(world, party, last)]
    if not missing:
        return judged(claim, Verdict.AGREE, "By the register, nobody is left out that was a partner then.", facts)
    names = ", ".join(world.name(party) for party in missing)
    reason = f"The list is right only in part: by the register, these too were partners on {last}: {names}."
    return judged(claim, Verdict.PARTLY, reason, facts)
