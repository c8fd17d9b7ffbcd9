"""Instruments: what a document is, what it provides, who has one of its kind, in which decision something was set."""

from __future__ import annotations

import re

from cordiale.domain.claims.founding import document_titled
from cordiale.domain.claims.matching import ENOUGH, by_others, said_by_itself, share
from cordiale.domain.claims.naming import own_words, parties_in
from cordiale.domain.claims.reading import dates_in, first_day, last_day, stem, when_of, within, words_of
from cordiale.domain.claims.values import Claim, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Agreement, Entitlement, Instrument, Meeting, Policy, Precondition, Row, World
from cordiale.domain.period import When

NOT = ("not granted", "not given", "none", "no such", "refused", "without")
_SUBJECT_WORDS = re.compile(r"[-_]+")


def judge(claim: Claim, world: World) -> Judgement:
    """By predicate."""
    rules = {
        "is-kind": _is_titled,
        "provides": _provides,
        "has-instrument": _has_instrument,
        "main-instrument-with": _main_instrument,
        "set-in": _set_in,
    }
    rule = rules.get(claim.predicate)
    if rule is None:
        return cannot_tell(f'No rule reads the predicate "{claim.predicate}" of an instrument.')
    return rule(claim, world)


def document(world: World, code: str) -> Agreement | Instrument | Policy | None:
    """The agreement, instrument or policy of an id."""
    rows: list[Agreement | Instrument | Policy] = [*world.agreements, *world.instruments, *world.policies]
    return next((row for row in rows if row.id == code), None)


def _is_titled(claim: Claim, world: World) -> Judgement:
    row = document(world, claim.subject)
    if row is None:
        return cannot_tell(f'The register knows no document "{claim.subject}".')
    when = when_of(claim.date_or_period)
    kind = row.kind if isinstance(row, Agreement) else row.type if isinstance(row, Instrument) else "policy"
    titled = max(share(claim.object, row.title), share(claim.object, f"{row.title} {kind}")) >= ENOUGH
    if titled and (not when.text or within(when, row.date)):
        return judged(claim, Verdict.AGREE, f"The document is {row.title}, of {row.date}.", [row.used()])
    if titled:
        reason = f"The document is {row.title}, but of {row.date}, not of {when}."
        return judged(claim, Verdict.PARTLY, reason, [row.used()])
    reason = f"By the register the document is {row.title} ({kind}), of {row.date}."
    return judged(claim, Verdict.DISAGREE, reason, [row.used()])


def _provides(claim: Claim, world: World) -> Judgement:
    """What a document provides: entitlements under it, conditions set with it, what its policy is about."""
    row = document(world, claim.subject)
    if row is None:
        return cannot_tell(f'The register knows no document "{claim.subject}".')
    when = when_of(claim.date_or_period)
    if when.text and not within(when, row.date):
        reason = f"{row.title} is of {row.date}, not of {when}."
        return judged(claim, Verdict.DISAGREE, reason, [row.used()])
    rows = _provisions(world, claim.subject, row.date)
    others = [one for one in by_others(claim, rows) if share(claim.object, _held(world, one)) >= ENOUGH]
    own = said_by_itself(claim, rows, lambda one: _held(world, one))
    found: list[Row] = [*others, *own]
    if found:
        reason = f"The register holds of {row.title}: {found[0].text}."
        return judged(claim, Verdict.AGREE, reason, [one.used() for one in found])
    return cannot_tell(f'The register does not hold whether {row.title} provides "{claim.object}".')


def _provisions(world: World, code: str, on: When) -> list[Row]:
    entitlements = [row for row in world.entitlements if row.agreement == code]
    conditions = [row for row in world.preconditions if row.since.text and within(row.since, on)]
    return [*entitlements, *conditions, *(row for row in world.policies if row.id == code)]


def _held(world: World, row: Row) -> str:
    """The words of a provision, with the names of those it is for."""
    if isinstance(row, Policy):
        return f"{row.title} {row.summary}"
    if isinstance(row, Precondition):
        return f"preconditions relations {world.name(row.party)} {row.words}"
    beneficiary = row.beneficiary if isinstance(row, Entitlement) else ""
    return f"{row.text} {beneficiary} {world.name(beneficiary)} {' '.join(own_words(world))}"


def _has_instrument(claim: Claim, world: World) -> Judgement:
    """Whether a party has a document of a kind: "ipap, began in 2004", "map: not granted"."""
    kind, _, rest = claim.object.partition("," if "," in claim.object else ":")
    kind = kind.strip().casefold()
    if claim.subject not in world.parties:
        return cannot_tell(f'The register knows no party "{claim.subject}".')
    of_kind = [row for row in world.instruments if row.type == kind]
    held = [row for row in of_kind if row.party == claim.subject]
    when = when_of(claim.date_or_period)
    if any(word in rest.casefold() for word in NOT):
        return _has_none(claim, world, of_kind, held, when)
    if not held:
        return cannot_tell(f'The register holds no document "{kind}" of {world.name(claim.subject)}.')
    first = min(held, key=lambda row: first_day(row.date))
    return _began(claim, world, first, (dates_in(rest) or (when,))[0])


def _has_none(claim: Claim, world: World, of_kind: list[Instrument], held: list[Instrument], when: When) -> Judgement:
    name = world.name(claim.subject)
    by_then = [row for row in held if not when.text or first_day(row.date) <= last_day(when)]
    if by_then:
        reason = f"By the register {name} had one: {by_then[0].text}."
        return judged(claim, Verdict.DISAGREE, reason, [row.used() for row in by_then])
    if not of_kind:
        return cannot_tell("The register holds no document of that kind for anybody.")
    others = len({row.party for row in of_kind})
    reason = f"The register holds documents of that kind for {others} parties, and none for {name} by then."
    return judged(claim, Verdict.AGREE, reason, [row.used() for row in of_kind])


def _began(claim: Claim, world: World, row: Instrument, when: When) -> Judgement:
    name = world.name(claim.subject)
    if not row.date.text:
        return cannot_tell(f"The register gives no date for this document of {name}.")
    if not when.text or within(when, row.date):
        return judged(claim, Verdict.AGREE, f"{name} has it since {row.date}.", [row.used()])
    return judged(claim, Verdict.DISAGREE, f"{name} has it since {row.date}, not since {when}.", [row.used()])


def _main_instrument(claim: Claim, world: World) -> Judgement:
    """The main tool with a framework: one open to it, that nothing is about to replace."""
    row = next((one for one in world.programmes if one.id == claim.subject), None)
    if row is None:
        return cannot_tell(f'The register knows no tool "{claim.subject}".')
    if claim.object not in row.open_to:
        reason = f"By the register, {row.name} is not open to {world.name(claim.object)}."
        return judged(claim, Verdict.DISAGREE, reason, [row.used()])
    if words_of(row.description) & {stem("replaced"), stem("superseded")}:
        reason = f"{row.name} is open to {world.name(claim.object)}, but another takes its place: {row.description}."
        return judged(claim, Verdict.PARTLY, reason, [row.used()])
    reason = f"{row.name} is open to {world.name(claim.object)}: {row.description}."
    return judged(claim, Verdict.AGREE, reason, [row.used()])


def _set_in(claim: Claim, world: World) -> Judgement:
    """Where an idea was set: a document or decision of that date and occasion whose text has the idea."""
    idea = _SUBJECT_WORDS.sub(" ", claim.subject)
    when = when_of(claim.date_or_period)
    documents: list[Agreement | Policy] = [*world.policies, *world.agreements]
    titled = document_titled(world, claim.object, when)
    named = [row for row in documents if row == titled or _is_meant(world, row, claim.object, when)]
    if not named:
        return cannot_tell(f'The register does not hold what "{claim.object}" would be.')
    having = [row for row in named if share(idea, _wording(row)) == 1]
    if not having:
        return cannot_tell(f'The register does not hold whether {named[0].title} speaks of "{idea}".')
    reason = f"{having[0].title}, of {having[0].date}, speaks of {idea}."
    return judged(claim, Verdict.AGREE, reason, [row.used() for row in having])


def _is_meant(world: World, row: Agreement | Policy, text: str, when: When) -> bool:
    """Whether a page means a document: by the date, and by the place or most words of its title."""
    dates = dates_in(text)
    if not any(within(row.date, asked) for asked in (when, *dates) if asked.text):
        return False
    wanted = words_of(text) - own_words(world)
    by_place = bool(words_of(row.place)) and words_of(row.place) <= wanted
    return by_place or bool(wanted and len(wanted & words_of(row.title)) / len(wanted) >= ENOUGH)


def _wording(row: Agreement | Policy) -> str:
    return f"{row.title} {row.summary if isinstance(row, Policy) else ''}"


def judge_meeting(claim: Claim, world: World) -> Judgement:
    """Where and when a body met or a document was agreed; what was said and who came, as far as the register has it."""
    if claim.predicate == "held-at":
        return _held_at(claim, world)
    when = when_of(claim.date_or_period)
    meetings = [row for row in world.meetings if when.text and within(row.date, when)]
    notes = [row for row in world.notes if when.text and within(row.date, when)]
    if claim.subject != world.host:
        meetings = [row for row in meetings if _concerns(world, row, claim.subject)]
        notes = [row for row in notes if claim.subject in (row.party, row.framework)]
    rows: list[Row] = [*meetings, *notes]
    found = [row for row in by_others(claim, rows) if share(claim.object, row.text) >= ENOUGH]
    found += [row for row in said_by_itself(claim, rows, lambda row: row.text) if row not in found]
    if found:
        return judged(claim, Verdict.AGREE, f"The register holds: {found[0].text}.", [row.used() for row in found])
    return cannot_tell("The register holds no meeting or note of that date that says so.")


def _concerns(world: World, row: Meeting, subject: str) -> bool:
    seats = {one.party for one in world.assertions if one.framework == row.body}
    return subject in (row.body, *seats) or subject in parties_in(world, row.topic)


def _held_at(claim: Claim, world: World) -> Judgement:
    """A body's meeting, or the agreement of a document, of that date: its place must be the one named."""
    when = when_of(claim.date_or_period)
    single = document(world, claim.subject)
    rows: list[Meeting | Agreement] = [row for row in world.meetings if row.body == claim.subject]
    if isinstance(single, Agreement):
        rows.append(single)
    if not rows:
        return cannot_tell(f"The register holds no meeting of {world.name(claim.subject)}.")
    dated = [row for row in rows if not when.text or within(row.date, when)]
    if not dated:
        if isinstance(single, Agreement):
            reason = f"{single.title} is of {single.date}, not of {when}."
            return judged(claim, Verdict.DISAGREE, reason, [single.used()])
        return cannot_tell(f"The register holds no meeting of {world.name(claim.subject)} in {when}.")
    placed = [row for row in dated if words_of(row.place) and words_of(row.place) <= words_of(claim.object)]
    if placed:
        return judged(claim, Verdict.AGREE, f"The register holds: {placed[0].text}.", [row.used() for row in placed])
    if not any(row.place for row in dated):
        return cannot_tell("The register gives no place for it.")
    reason = f"The register holds another place: {dated[0].text}."
    return judged(claim, Verdict.DISAGREE, reason, [row.used() for row in dated])
