"""Aims, premises, principles and objectives: what a framework, or the partnerships, are for."""

from __future__ import annotations

from cordiale.domain.claims.matching import Found, by_others, match, said_by_itself, share
from cordiale.domain.claims.reading import last_day, when_of, words_of
from cordiale.domain.claims.values import Claim, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Aim, Objective, World

A_TRACE = 1 / 3
"""Share of the words that an objective must have where its id already says which one is meant."""

GENERAL = ("partnership", "partnerships", "partners")
"""Subjects that mean all partnerships of the host; the register keeps what holds for all with the membership."""


def judge(claim: Claim, world: World) -> Judgement:
    """An aim is one that the register holds, in whatever words; that it holds none proves nothing."""
    if claim.predicate == "addressed-to":
        return _addressed(claim, world)
    framework = world.membership if claim.subject in (*GENERAL, world.host) else claim.subject
    kind = claim.predicate.removeprefix("has-")
    rows = [row for row in world.aims if row.framework == framework and row.kind in (kind, "objective")]
    if not rows:
        return cannot_tell(f'The register holds no {kind} of "{claim.subject}".')
    others = match(claim.object, by_others(claim, rows), _held)
    own = said_by_itself(claim, rows, _held)
    found = [*(others.rows if others.found in (Found.WHOLE, Found.SPREAD) else ()), *own]
    if not found:
        return cannot_tell(f"No {kind} of the register is near enough in its words to tell whether it is the same.")
    reason = f"The register holds it as: {'; '.join(row.text for row in found)}."
    return judged(claim, Verdict.AGREE, reason, [row.used() for row in found])


def _held(row: Aim) -> str:
    return row.words


def _addressed(claim: Claim, world: World) -> Judgement:
    """Meant for a region: right when all partners by the end of the period are from it, in part when others are too."""
    framework = world.frameworks.get(claim.subject)
    regions = [code for code, name in world.regions.items() if words_of(name) <= words_of(claim.object)]
    if framework is None or not regions:
        return cannot_tell(f'The register knows no region of "{claim.object}".')
    when = when_of(claim.date_or_period)
    seats = world.seated(framework.id, last_day(when if when.text else world.coverage_to))
    rows = {row.party: row for row in world.party_regions if row.party in seats}
    inside = [row for row in rows.values() if row.region in regions]
    outside = [row for row in rows.values() if row.region not in regions]
    facts = [row.used() for row in (*inside, *outside)]
    if inside and outside:
        names = ", ".join(world.name(row.party) for row in outside)
        reason = f"Partners from there take part in {framework.name}, but others too: {names}."
        return judged(claim, Verdict.PARTLY, reason, facts)
    if inside:
        return judged(claim, Verdict.AGREE, f"Those who take part in {framework.name} are from there.", facts)
    if outside:
        return judged(claim, Verdict.DISAGREE, f"Nobody from there takes part in {framework.name}.", facts)
    return cannot_tell(f"The register does not say from where those in {framework.name} are.")


def judge_objective(claim: Claim, world: World) -> Judgement:
    """An objective by its id: its words must have a trace of what the page says, and no other objective more."""
    row = next((one for one in world.objectives if one.id == claim.subject), None)
    if row is None:
        return _by_words(claim, world)
    near = share(claim.object, row.words)
    best = max(world.objectives, key=lambda one: share(claim.object, one.words))
    if near >= A_TRACE and near >= share(claim.object, best.words) - A_TRACE:
        return judged(claim, Verdict.AGREE, f"The register holds it as: {row.words}.", [row.used()])
    if share(claim.object, best.words) >= 0.5:
        reason = f"What the page says is another objective, {best.id}: {best.words}. This one is: {row.words}."
        return judged(claim, Verdict.DISAGREE, reason, [best.used(), row.used()])
    return cannot_tell(f"The words of the register are too far away to tell: {row.words}.")


def _by_words(claim: Claim, world: World) -> Judgement:
    found = match(claim.object, world.objectives, _objective_words)
    if found.found is Found.WHOLE:
        return judged(claim, Verdict.AGREE, f"The register holds: {found.rows[0].text}.", [found.rows[0].used()])
    return cannot_tell(f'The register knows no objective "{claim.subject}".')


def _objective_words(row: Objective) -> str:
    return row.words
