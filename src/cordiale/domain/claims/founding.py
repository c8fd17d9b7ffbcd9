"""Founding and succession: when, where and by what a framework came to be, and what it took over from."""

from __future__ import annotations

from dataclasses import dataclass

from cordiale.domain.claims.matching import share
from cordiale.domain.claims.naming import framework_named
from cordiale.domain.claims.reading import dates_in, first_day, last_day, stem, when_of, within, words_of
from cordiale.domain.claims.standings import in_force_rows
from cordiale.domain.claims.values import Claim, FactUsed, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Agreement, Framework, Instrument, Meeting, Policy, World
from cordiale.domain.period import When

MOST_OF_A_NAME = 0.75
"""Share of the words of a title that a page must use to mean it."""


@dataclass(frozen=True)
class Founding:
    """The founding of a framework by the weightiest source that is not the page judged.

    Args:
        date: when.
        facts: who says so, the weightiest first.
        otherwise: dates that other sources give.
    """

    date: When
    facts: tuple[FactUsed, ...]
    otherwise: tuple[str, ...]


def judge(claim: Claim, world: World) -> Judgement:
    """By predicate: when, where, by what, by whom founded, what it founded."""
    if claim.predicate == "founding-member-of":
        return _founding_member(claim, world)
    if claim.predicate == "establishes":
        return _establishes(claim, world)
    framework = world.frameworks.get(claim.subject)
    if framework is None:
        return cannot_tell(f'The register knows no framework "{claim.subject}".')
    founding = founded(claim, world, framework)
    if not founding.date.text:
        return cannot_tell(f"The register gives no date for the founding of {framework.name}.")
    if claim.predicate in ("established-at", "established-by", "founded-at", "founded-by"):
        return _occasion(claim, world, framework, founding)
    when = when_of(claim.date_or_period)
    return _dated(claim, framework, founding, when if when.text else when_of(claim.object))


def founded(claim: Claim, world: World, framework: Framework) -> Founding:
    """When a framework was founded, by sources other than the page where there are any."""
    said = [(one.date, one.used()) for one in world.founding_dates if one.framework == framework.id]
    others = [(date, fact) for date, fact in said if fact.source != claim.source]
    if others:
        others.sort(key=lambda one: -world.precedence.get(one[1].source, 0))
        date = others[0][0]
        facts = tuple(fact for other, fact in others if within(other, date))
        differing = tuple(f"{other} ({fact.source})" for other, fact in said if not within(other, date))
        return Founding(date, facts, differing)
    return Founding(framework.established, (framework.used(),), ())


def _dated(claim: Claim, framework: Framework, founding: Founding, when: When) -> Judgement:
    if not when.text:
        return cannot_tell("The claim gives no date that could be compared.")
    also = f" Others say {', '.join(founding.otherwise)}." if founding.otherwise else ""
    if within(when, founding.date):
        reason = f"{framework.name} was founded on {founding.date}.{also}"
        return judged(claim, Verdict.AGREE, reason, founding.facts)
    reason = f"{framework.name} was founded on {founding.date}, not in {when}.{also}"
    return judged(claim, Verdict.DISAGREE, reason, founding.facts)


def _occasion(claim: Claim, world: World, framework: Framework, founding: Founding) -> Judgement:
    """A founding at a meeting or by a document: it must be dated to the founding, and can only come before it."""
    when = when_of(claim.date_or_period)
    document = document_titled(world, claim.object, when)
    occasions = occasions_at(world, claim.object, when)
    rows: list[Agreement | Policy | Meeting] = [document] if document is not None else [*occasions]
    if not rows:
        return cannot_tell(f'The register does not hold what "{claim.object}" would be.')
    fitting = [row for row in rows if within(row.date, founding.date)]
    fitting.sort(key=lambda row: not _concerns(row, framework))
    if fitting:
        reason = f"{framework.name} was founded on {founding.date}, which is the date of {fitting[0].text}."
        return judged(claim, Verdict.AGREE, reason, [*founding.facts, *(row.used() for row in fitting)])
    row = rows[0]
    facts = [*founding.facts, row.used()]
    if last_day(row.date) < first_day(founding.date) and within(when_of(founding.date.text[:4]), row.date):
        reason = (
            f"{framework.name} was founded on {founding.date}; {row.text} came before and can have prepared it, but "
            "is not the founding."
        )
        return judged(claim, Verdict.PARTLY, reason, facts)
    reason = f"{framework.name} was founded on {founding.date}, not at {row.text}."
    return judged(claim, Verdict.DISAGREE, reason, facts)


def _concerns(row: Agreement | Policy | Meeting, framework: Framework) -> bool:
    """Whether a document or meeting is about a framework: as a party to it, as the body, or by name."""
    if isinstance(row, Agreement):
        return framework.id in row.parties
    return isinstance(row, Meeting) and row.body == framework.id


def document_titled(world: World, text: str, when: When) -> Agreement | Policy | None:
    """The agreement or policy whose title a text gives, of a date if there is one."""
    candidates: list[Agreement | Policy] = [*world.agreements, *world.policies]
    dates = dates_in(text)
    asked = when if when.text else dates[0] if dates else when
    fitting = [row for row in candidates if not asked.text or within(row.date, asked)]
    best = max(fitting, key=lambda row: min(share(text, row.title), share(row.title, text)), default=None)
    if best is None or share(text, best.title) < 1 or share(best.title, text) < MOST_OF_A_NAME:
        return None
    return best


def occasions_at(world: World, text: str, when: When) -> list[Agreement | Policy | Meeting]:
    """Documents and meetings at a place that a text names, by date; of a year or date if one is given."""
    rows: list[Agreement | Policy | Meeting] = [*world.meetings, *world.agreements, *world.policies]
    dates = dates_in(text)
    asked = when if when.text else dates[0] if dates else when
    wanted = words_of(text)
    found = [
        row
        for row in rows
        if words_of(row.place) and words_of(row.place) <= wanted and (not asked.text or within(row.date, asked))
    ]
    return sorted(found, key=lambda row: (first_day(row.date), row.table, row.row))


def _founding_member(claim: Claim, world: World) -> Judgement:
    framework = framework_named(world, claim.object)
    if framework is None or claim.subject not in world.parties:
        return cannot_tell("The register does not know the party or the framework.")
    name = world.name(claim.subject)
    rows = [row for row in in_force_rows(world.of_pair(claim.subject, framework.id)) if row.entry]
    others = [row for row in rows if row.source != claim.source] or rows
    fitting = [row for row in others if within(row.start, framework.established)]
    if fitting:
        reason = f"{name} entered {framework.name} on {fitting[0].start}, when it was founded."
        return judged(claim, Verdict.AGREE, reason, [row.used() for row in fitting])
    if others:
        reason = f"{name} entered {framework.name} on {others[0].start}; it was founded on {framework.established}."
        return judged(claim, Verdict.DISAGREE, reason, [row.used() for row in others])
    return cannot_tell(f"The register does not say when {name} entered {framework.name}.")


def _establishes(claim: Claim, world: World) -> Judgement:
    framework = framework_named(world, claim.object)
    documents: list[Agreement | Instrument] = [*world.agreements, *world.instruments]
    document = next((row for row in documents if row.id == claim.subject), None)
    if framework is None or document is None:
        return cannot_tell("The register does not know the document or the framework.")
    founding = founded(claim, world, framework)
    facts = [document.used(), *founding.facts]
    seats = {row.party for row in world.assertions if row.framework == framework.id}
    concerned = {document.party} if isinstance(document, Instrument) else set(document.parties)
    if within(document.date, founding.date) and concerned & {*seats, framework.id}:
        reason = (
            f"{document.title} dates from {document.date}, the day {framework.name} was founded, with the same party."
        )
        return judged(claim, Verdict.AGREE, reason, facts)
    reason = f"{framework.name} was founded on {founding.date}; {document.title} is of {document.date}"
    also = "" if concerned & seats else " and concerns other parties"
    return judged(claim, Verdict.DISAGREE, f"{reason}{also}.", facts)


def judge_succession(claim: Claim, world: World) -> Judgement:
    """One framework succeeds another when the register links them; a document, when it supersedes one of its kind."""
    later, earlier = claim.subject, claim.object
    if claim.predicate in ("succeeded-by", "replaced-by"):
        later, earlier = earlier, later
    new, old = framework_named(world, later), framework_named(world, earlier)
    if new is None or old is None:
        return _documents_succeed(claim, world, later, earlier)
    when = when_of(claim.date_or_period)
    facts = [new.used(), old.used()]
    if new.succeeds == old.id:
        if when.text and not within(when, new.established):
            reason = f"{new.name} succeeded {old.name} on {new.established}, not in {when}."
            return judged(claim, Verdict.PARTLY, reason, facts)
        return judged(claim, Verdict.AGREE, f"{new.name} succeeded {old.name} on {new.established}.", facts)
    if new.succeeds or old.succeeds == new.id:
        real = world.name(new.succeeds) if new.succeeds else "nothing"
        reason = f"By the register, {new.name} took over from {real}, not from {old.name}."
        return judged(claim, Verdict.DISAGREE, reason, facts)
    return cannot_tell(f"The register does not say that {new.name} took over from another framework.")


def _documents_succeed(claim: Claim, world: World, later: str, earlier: str) -> Judgement:
    """Kinds of document: by what single documents supersede, or by what the register writes of the kind."""
    by_id = {row.id: row for row in world.instruments}
    links = [
        row
        for row in world.instruments
        if row.type == later and row.supersedes in by_id and by_id[row.supersedes].type == earlier
    ]
    if links:
        reason = f"Documents of the kind {later} supersede documents of the kind {earlier}."
        return judged(claim, Verdict.AGREE, reason, [row.used() for row in links])
    against = [
        row
        for row in world.instruments
        if row.type == earlier and row.supersedes in by_id and by_id[row.supersedes].type == later
    ]
    if against:
        reason = f"It is the other way round: documents of the kind {earlier} supersede those of the kind {later}."
        return judged(claim, Verdict.DISAGREE, reason, [row.used() for row in against])
    old = next((row for row in world.programmes if row.id == earlier), None)
    new = next((row for row in world.programmes if row.id == later), None)
    if old is not None and new is not None and {stem("replaced"), stem(new.id)} <= words_of(old.description):
        return judged(claim, Verdict.AGREE, f"{old.name} is being replaced by {new.name}.", [old.used()])
    return cannot_tell(f'The register links no "{later}" to any "{earlier}".')
