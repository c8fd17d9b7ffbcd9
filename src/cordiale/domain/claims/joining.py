"""Joining and invitation: "it joined", "it was invited to"."""

from __future__ import annotations

from cordiale.domain.claims.naming import framework_named, frameworks_near
from cordiale.domain.claims.reading import first_day, last_day, stem, when_of, within
from cordiale.domain.claims.standings import SEATED, first_start, in_force_rows
from cordiale.domain.claims.values import Claim, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Assertion, Framework, World

INVITED = stem("invited")


def judge_joining(claim: Claim, world: World) -> Judgement:
    """A party joined when the register, all weighed, has it in; the date must fit the entry."""
    if claim.subject not in world.parties:
        return cannot_tell(f'The register knows no party "{claim.subject}".')
    framework = framework_named(world, claim.object)
    if framework is None:
        return _misnamed(claim, world)
    rows = in_force_rows(world.of_pair(claim.subject, framework.id))
    stood = [row for row in rows if world.standing(row.party, row.framework, last_day(row.start)).answer in SEATED]
    first, name = first_start(stood, dict(world.precedence)), world.name(claim.subject)
    if first is None:
        return _never(claim, world, framework)
    when = when_of(claim.date_or_period)
    facts = [row.used() for row in stood]
    if not when.text or within(when, first.start):
        dated = f" from {first.start}" if first.entry else ""
        return judged(claim, Verdict.AGREE, f"{name} takes part in {framework.name}{dated}.", facts)
    reason = f"{name} takes part in {framework.name} from {first.start}, not from {when}."
    return judged(claim, Verdict.DISAGREE, reason, facts)


def _never(claim: Claim, world: World, framework: Framework) -> Judgement:
    name, rows = world.name(claim.subject), world.of_pair(claim.subject, framework.id)
    if rows:
        reason = f"By the register, {name} never took part in {framework.name}."
        return judged(claim, Verdict.DISAGREE, reason, [row.used() for row in rows])
    return cannot_tell(f"The register holds nothing of {name} in {framework.name}.")


def _misnamed(claim: Claim, world: World) -> Judgement:
    """No framework bears the name: wrong when it is near to some, not known when it is near to none."""
    near, when = frameworks_near(world, claim.object), when_of(claim.date_or_period)
    name = world.name(claim.subject)
    if not near:
        return cannot_tell(f'The register knows no framework "{claim.object}".')
    joined = [
        row
        for framework in near
        for row in in_force_rows(world.of_pair(claim.subject, framework.id))
        if not when.text or within(when, row.start)
    ]
    names = " and ".join(framework.name for framework in near)
    reason = f'No framework is called "{claim.object}"; the name is nearest to {names}.'
    if joined:
        reason += f" What {name} joined then was {world.frameworks[joined[0].framework].name}."
    facts = [row.used() for row in joined] or [framework.used() for framework in near]
    return judged(claim, Verdict.DISAGREE, reason, facts)


def judge_invitation(claim: Claim, world: World) -> Judgement:
    """A party was invited when a source gives it an invitation at that time and it did not take part before."""
    framework = framework_named(world, claim.object)
    if claim.subject not in world.parties or framework is None:
        return cannot_tell("The register does not know the party or the framework.")
    when, name = when_of(claim.date_or_period), world.name(claim.subject)
    rows = world.of_pair(claim.subject, framework.id)
    invited = [row for row in rows if is_invitation(row)]
    entered = first_start([row for row in in_force_rows(rows) if row.entry], dict(world.precedence))
    if entered is not None and when.text and last_day(entered.start) < first_day(when):
        reason = f"{name} took part in {framework.name} since {entered.start}, before the invitation claimed."
        return judged(claim, Verdict.DISAGREE, reason, [entered.used()])
    fitting = [row for row in invited if not when.text or within(when, row.start)]
    if fitting:
        same = f" It took part from {entered.start}." if entered is not None else ""
        reason = f"{name} was invited to {framework.name} in {fitting[0].start}.{same}"
        return judged(claim, Verdict.AGREE, reason, [row.used() for row in fitting])
    if invited:
        dates = ", ".join(dict.fromkeys(str(row.start) for row in invited))
        reason = f"The register dates the invitation of {name} to {framework.name} to {dates}, not to {when}."
        return judged(claim, Verdict.DISAGREE, reason, [row.used() for row in invited])
    return cannot_tell(f"The register holds no invitation of {name} to {framework.name}.")


def is_invitation(row: Assertion) -> bool:
    """Whether a status is one of being invited, in whatever words the pack has for it."""
    return any(stem(word) == INVITED for word in row.status.split("-"))
