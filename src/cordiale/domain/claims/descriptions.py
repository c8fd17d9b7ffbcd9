"""Descriptions: what something is called, of which kind it is, how it is defined, what a page passes over."""

from __future__ import annotations

from datetime import date

from cordiale.domain.claims.happenings import is_first
from cordiale.domain.claims.matching import ENOUGH, share
from cordiale.domain.claims.reading import days_between, stem, tokens_of, when_of, within, words_of
from cordiale.domain.claims.standings import alive, partners_on
from cordiale.domain.claims.values import Claim, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Framework, World

STATES = frozenset(map(stem, ("country", "nation", "state")))
ORGANISATIONS = frozenset(map(stem, ("organisation", "organization")))
FRAMEWORKS = frozenset(map(stem, ("partnerships", "framework")))


def judge(claim: Claim, world: World) -> Judgement:
    """By predicate; an opinion is not for a register to judge."""
    rules = {
        "name-variant": _name,
        "is-kind": _kind,
        "defined-as": _definition,
        "mentioned": _mention,
        "first-of-its-kind": _first,
        "cooperates-with": _cooperates,
    }
    rule = rules.get(claim.predicate)
    if rule is None:
        return cannot_tell(f'A register does not judge "{claim.predicate}".')
    return rule(claim, world)


def _name(claim: Claim, world: World) -> Judgement:
    """A name is right when every word of it stands in one of the names that the register has."""
    framework, party = world.frameworks.get(claim.subject), world.parties.get(claim.subject)
    if framework is None and party is None:
        return cannot_tell(f'The register knows nothing called "{claim.subject}".')
    names = [framework.name, framework.short_name] if framework else []
    names += [party.name, *party.names] if party else []
    known = {stem(token) for name in names for token in tokens_of(name)}
    said = {stem(token) for token in tokens_of(claim.object)}
    facts = [framework.used()] if framework else []
    facts += party.named if party else ()
    name = names[0]
    if said <= known:
        return judged(claim, Verdict.AGREE, f"This is a name, or a part of the name, of {name}.", facts)
    return judged(claim, Verdict.DISAGREE, f'"{claim.object}" is not what it is called; its name is {name}.', facts)


def _rest_of(world: World, framework: Framework) -> list[Framework]:
    """Frameworks that are defined as the rest of others, this one among them."""
    return [one for one in world.frameworks.values() if framework.id in _ids(one.rule)]


def _ids(rule: str) -> set[str]:
    return {part.strip() for part in rule.replace("(", ",").replace(")", ",").split(",")}


def _kind(claim: Claim, world: World) -> Judgement:
    """A kind is right when it is the register's word for it, or when what the register writes of it says so."""
    framework = world.frameworks.get(claim.subject)
    if framework is None:
        return cannot_tell(f'The register knows no framework "{claim.subject}".')
    words = words_of(claim.object)
    if words <= words_of(framework.kind):
        reason = f"{framework.name} is of the kind {framework.kind}."
        return judged(claim, Verdict.AGREE, reason, [framework.used()])
    substance = words - words_of(f"{framework.name} {framework.short_name}")
    rest = _rest_of(world, framework)
    written = [framework.description, *(one.description for one in rest)]
    held = words_of(" ".join((framework.kind, *written)))
    if substance and len(substance & held) / len(substance) >= ENOUGH:
        reason = f"The register writes of {framework.name}: {' '.join(written)}"
        return judged(claim, Verdict.AGREE, reason, [framework.used(), *(one.used() for one in rest)])
    if words in [words_of(one.kind) for one in world.frameworks.values()]:
        reason = f"{framework.name} is of the kind {framework.kind}, not {claim.object}."
        return judged(claim, Verdict.DISAGREE, reason, [framework.used()])
    return cannot_tell(f"The register holds {framework.name} as {framework.kind}, which need not exclude it.")


def _definition(claim: Claim, world: World) -> Judgement:
    framework = world.frameworks.get(claim.subject)
    if framework is None or share(claim.object, framework.description) < ENOUGH:
        return cannot_tell("The register does not define it in words near enough to compare.")
    return judged(claim, Verdict.AGREE, f"The register defines it as: {framework.description}", [framework.used()])


def _mention(claim: Claim, world: World) -> Judgement:
    """What a page passes over: rightly when it did not exist in the period, otherwise the account has a gap."""
    framework = world.frameworks.get(claim.subject)
    if framework is None:
        return cannot_tell(f'The register knows no framework "{claim.subject}".')
    existed = alive(framework, when_of(claim.date_or_period))
    told = claim.object.casefold() not in ("no", "not", "none", "never")
    if existed == told:
        return judged(claim, Verdict.AGREE, f"The register holds: {framework.text}.", [framework.used()])
    if told:
        reason = f"{framework.name} did not exist then: {framework.text}."
        return judged(claim, Verdict.DISAGREE, reason, [framework.used()])
    reason = f"The account is right only in part: {framework.text} stands between and is passed over."
    return judged(claim, Verdict.PARTLY, reason, [framework.used()])


def _first(claim: Claim, world: World) -> Judgement:
    office = next((row for row in world.offices if row.id == claim.subject), None)
    if office is None or not office.opened.text:
        return cannot_tell("The register does not date the opening of it.")
    when = when_of(claim.date_or_period)
    facts = [office.used()]
    if when.text and not within(when, office.opened):
        return judged(claim, Verdict.DISAGREE, f"{office.name} opened on {office.opened}, not in {when}.", facts)
    if is_first(world, office):
        return judged(claim, Verdict.AGREE, f"No office of that organisation opened before {office.name}.", facts)
    return judged(claim, Verdict.DISAGREE, f"Others opened before {office.name}.", facts)


def _cooperates(claim: Claim, world: World) -> Judgement:
    """With whom: of the host, states and organisations in its frameworks; of a framework, what its aims say."""
    if claim.subject in world.frameworks and claim.subject != world.membership:
        rows = [row for row in world.aims if row.framework == claim.subject]
        found = [row for row in rows if share(claim.object, row.words) >= ENOUGH]
        if found:
            return judged(claim, Verdict.AGREE, f"The register holds: {found[0].words}.", [one.used() for one in found])
        return cannot_tell("No aim of the register says so in words near enough.")
    _, last = days_between(when_of(claim.date_or_period), world.coverage_to)
    said = words_of(claim.object)
    checks = []
    if said & STATES:
        checks.append(bool(partners_on(world, last)))
    if said & (ORGANISATIONS | FRAMEWORKS):
        checks.append(any(_with_organisation(world, one, last) for one in world.frameworks.values()))
    if claim.subject != world.host or not checks:
        return cannot_tell("The register does not say so.")
    facts = [one.used() for one in world.frameworks.values() if one.id != world.membership]
    if all(checks):
        return judged(claim, Verdict.AGREE, f"The register has partners of these kinds on {last}.", facts)
    return judged(claim, Verdict.DISAGREE, f"The register has no such partners on {last}.", facts)


def _with_organisation(world: World, framework: Framework, on: date) -> bool:
    seats = world.seated(framework.id, on)
    return any(party != world.host and party in world.parties and not world.parties[party].is_state for party in seats)
