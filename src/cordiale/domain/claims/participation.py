"""Participation: "it is active", "it is suspended", "a partner since", "a member since"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from cordiale.domain.claims.naming import framework_named
from cordiale.domain.claims.reading import days_between, first_day, last_day, stem, tokens_of, when_of, within
from cordiale.domain.claims.standings import SEATED, alive, first_start, in_force_rows, over
from cordiale.domain.claims.values import Claim, FactUsed, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Assertion, Framework, Standing, World
from cordiale.domain.participation import Answer, Scope
from cordiale.domain.period import When

STATUS_WORDS: dict[str, Answer] = {
    "active": Answer.IN_FORCE,
    "in force": Answer.IN_FORCE,
    "member": Answer.IN_FORCE,
    "participant": Answer.IN_FORCE,
    "participating": Answer.IN_FORCE,
    "partner": Answer.IN_FORCE,
    "suspended": Answer.SUSPENDED,
    "on hold": Answer.SUSPENDED,
    "frozen": Answer.SUSPENDED,
    "not clear": Answer.UNCLEAR,
    "unclear": Answer.UNCLEAR,
    "ended": Answer.NOT,
    "withdrawn": Answer.NOT,
    "not a member": Answer.NOT,
    "not a partner": Answer.NOT,
}
"""How pages put what a status answers."""

ASPIRING = ("future member", "aspirant", "prospective member", "aspiring member")
APPLYING = ("applicant", "candidate")
ENTIRE = ("complete", "completely", "entirely", "fully")
ANY = "any framework"

OTHERWISE = {Answer.NOT: "took no part", Answer.IN_FORCE: "took part"}
"""How a reason puts an answer that is not a word of its own."""

LONG = 45
"""Days: a page that dates something to a month means some day of it; one that names a year means the year."""


def judge(claim: Claim, world: World) -> Judgement:
    """By predicate: since when, or how it stood."""
    if claim.predicate in ("partner-since", "member-since"):
        return _since(claim, world)
    if claim.predicate in ("has-status", "status-in"):
        return _status(claim, world)
    return cannot_tell(f'No rule reads the predicate "{claim.predicate}" of participation.')


def _since(claim: Claim, world: World) -> Judgement:
    if claim.subject not in world.parties:
        return cannot_tell(f'The register knows no party "{claim.subject}".')
    when, name = when_of(claim.date_or_period), world.name(claim.subject)
    rows = in_force_rows(row for row in world.assertions if row.party == claim.subject)
    rows = [row for row in rows if row.framework != world.membership or claim.object == world.membership]
    if claim.object != ANY:
        framework = framework_named(world, claim.object)
        if framework is None:
            return cannot_tell(f'The register knows no framework "{claim.object}".')
        if not alive(framework, when):
            reason = f"{framework.name} dates from {framework.established}; nobody can have been in it then."
            return judged(claim, Verdict.DISAGREE, reason, [framework.used()])
        rows = [row for row in rows if row.framework == framework.id]
    decided = [row for row in rows if _stands(world, row.party, row.framework, row.start)]
    first = first_start(decided, dict(world.precedence))
    if first is None:
        return cannot_tell(f"The register does not say since when {name} takes part there.")
    where, facts = world.name(first.framework), [row.used() for row in decided if within(row.start, first.start)]
    if within(when, first.start):
        return judged(claim, Verdict.AGREE, f"{name} takes part in {where} since {first.start}.", facts)
    if first_day(first.start) < first_day(when):
        reason = f"{name} took part in {where} already since {first.start}."
        return judged(claim, Verdict.PARTLY, reason, facts)
    return judged(claim, Verdict.DISAGREE, f"{name} takes part in {where} only since {first.start}.", facts)


def _stands(world: World, party: str, framework: str, start: When) -> bool:
    """Whether the register, all weighed, takes a party to be in at the start that an assertion gives."""
    return world.standing(party, framework, last_day(start)).answer in SEATED


def _status(claim: Claim, world: World) -> Judgement:
    said = claim.object.casefold()
    if any(word in said for word in (*ASPIRING, *APPLYING)):
        return _aspiring(claim, world, applies=not any(word in said for word in ASPIRING))
    words = sorted((word for word in STATUS_WORDS if word in said), key=len, reverse=True)
    if not words:
        return cannot_tell(f'"{claim.object}" is no status that a standing answers.')
    return _compared(claim, world, STATUS_WORDS[words[0]], entire=any(word in said for word in ENTIRE))


def _pairs(claim: Claim, world: World) -> list[tuple[str, str]]:
    """Who, in what: of a framework, everybody with an assertion there but the host; of a party, its frameworks."""
    if claim.subject in world.frameworks and claim.subject != world.membership:
        parties = dict.fromkeys(row.party for row in world.assertions if row.framework == claim.subject)
        return [(party, claim.subject) for party in parties if party != world.host]
    frameworks = dict.fromkeys(row.framework for row in world.assertions if row.party == claim.subject)
    return [(claim.subject, framework) for framework in frameworks]


def _compared(claim: Claim, world: World, wanted: Answer, *, entire: bool) -> Judgement:
    when = when_of(claim.date_or_period)
    first, last = days_between(when, world.coverage_to)
    pairs = _pairs(claim, world)
    stands = {pair: over(world, *pair, when) for pair in pairs}
    held = {pair: [s for _, s in days if _says(s, wanted)] for pair, days in stands.items()}
    best = max(pairs, key=lambda pair: len(held[pair]) / len(stands[pair]), default=None)
    if best is None:
        return cannot_tell(f"The register holds no standing of {world.name(claim.subject)}.")
    if not held[best]:
        return _elsewhere(claim, world, wanted, stands)
    standing = held[best][-1]
    where = f"{world.name(best[0])} in {world.name(best[1])}"
    facts = _facts(standing, wanted)
    scoped = [scope.value for scope, answer in standing.scopes.items() if answer is wanted]
    if scoped and (standing.answer is not wanted or len(scoped) < len(standing.scopes) or Scope.ALL in scoped):
        others = "; ".join(f"{scope.value}: {answer.value}" for scope, answer in standing.scopes.items())
        also = " The claim says it of all of it." if entire else ""
        ending = (row for row in world.of_pair(*best) if row.end is None or last_day(row.end) >= first)
        since = _dated(world, ending, wanted)
        reason = (
            f"This holds of {where} for a part of the cooperation only ({others}); sources date it from {since}.{also}"
        )
        return judged(claim, Verdict.PARTLY, reason, facts)
    if len(held[best]) < len(stands[best]) and (last - first).days > LONG:
        return judged(claim, Verdict.PARTLY, f"This holds of {where} for a part of the period only.", facts)
    return judged(claim, Verdict.AGREE, f"By the register, {where} was {wanted.value} then.", facts)


def _dated(world: World, rows: Iterable[Assertion], wanted: Answer) -> str:
    """Since when sources say so, the weightiest first."""
    saying = sorted((row for row in rows if row.answer is wanted), key=lambda row: -world.precedence.get(row.source, 0))
    return ", ".join(dict.fromkeys(f"{row.start.text or 'a day not known'} ({row.source})" for row in saying))


def _says(standing: Standing, wanted: Answer) -> bool:
    return standing.answer is wanted or wanted in standing.scopes.values()


def _facts(standing: Standing, wanted: Answer) -> list[FactUsed]:
    """Assertions that say what the claim says, and those that decided otherwise."""
    rows = [*standing.support, *standing.lost]
    return [row.used() for row in rows if row.answer is wanted or row in standing.support]


def _elsewhere(
    claim: Claim, world: World, wanted: Answer, stands: dict[tuple[str, str], list[tuple[date, Standing]]]
) -> Judgement:
    """Not then: right in substance when it came to be, or had been, in the month or year next to the one claimed."""
    when = when_of(claim.date_or_period)
    width = last_day(when) - first_day(when) + timedelta(days=1)
    for party, framework in stands:
        for day in (last_day(when) + timedelta(days=1), last_day(when) + width, first_day(when) - width):
            standing = world.standing(party, framework, day)
            if _says(standing, wanted):
                rows = [row for row in (*standing.support, *standing.lost) if row.answer is wanted]
                reason = (
                    f"{world.name(party)} was {wanted.value} in {world.name(framework)}, but not at the time claimed: "
                    f"sources date it from {_dated(world, rows, wanted)}, the weightiest first."
                )
                return judged(claim, Verdict.PARTLY, reason, [row.used() for row in rows])
    known = [s for days in stands.values() for _, s in days if s.answer is not Answer.NOT_KNOWN]
    if not known:
        return cannot_tell(f"The register holds no standing of {world.name(claim.subject)} for that period.")
    answers = ", ".join(sorted({OTHERWISE.get(standing.answer, standing.answer.value) for standing in known}))
    facts = [row.used() for standing in known for row in standing.support]
    facts += [world.frameworks[framework].used() for _, framework in stands if not facts]
    reason = f"By the register, {world.name(claim.subject)} was not {wanted.value} then, but: {answers}."
    return judged(claim, Verdict.DISAGREE, reason, facts)


def _aspiring(claim: Claim, world: World, *, applies: bool) -> Judgement:
    """Whether a party stands in a framework for those who aspire to membership."""
    when, name = when_of(claim.date_or_period), world.name(claim.subject)
    for framework in world.frameworks.values():
        if not _for_aspirants(framework):
            continue
        held = [s for _, s in over(world, claim.subject, framework.id, when) if s.answer in SEATED]
        if held and applies:
            reason = f"By the register, {name} aspired to membership then; it holds no application that was accepted."
            return judged(claim, Verdict.PARTLY, reason, [row.used() for row in held[-1].support])
        if held:
            reason = f"{name} stood in {framework.name} then, among those who aspire to membership."
            return judged(claim, Verdict.AGREE, reason, [row.used() for row in held[-1].support])
    return cannot_tell(f"The register does not say whether {name} aspired to membership then.")


def _for_aspirants(framework: Framework) -> bool:
    words = {stem(token) for token in tokens_of(f"{framework.name} {framework.description}")}
    return bool(words & {stem("aspirant"), stem("aspiration"), stem("aspiring")})
