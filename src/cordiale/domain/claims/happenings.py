"""Events: what happened, what was announced, what caused what."""

from __future__ import annotations

from cordiale.domain.claims.matching import ENOUGH, by_others, share
from cordiale.domain.claims.naming import own_words
from cordiale.domain.claims.reading import dates_in, first_day, stem, tokens_of, when_of, within, words_of
from cordiale.domain.claims.values import Claim, FactUsed, Judgement, Verdict, cannot_tell, judged
from cordiale.domain.claims.world import Event, EventLink, Office, Row, World
from cordiale.domain.period import When

OPENED = frozenset(map(stem, ("opened", "opening", "inaugurated", "established")))
CLOSED = frozenset(map(stem, ("closed", "closing", "closure")))


def judge(claim: Claim, world: World) -> Judgement:
    """By predicate, and by what the subject is."""
    if claim.predicate == "caused-by":
        return _cause(claim, world)
    if claim.predicate == "announced":
        return _announced(claim, world)
    office = next((row for row in world.offices if row.id == claim.subject), None)
    return _office(claim, office) if office is not None else _happened(claim, world)


def _office(claim: Claim, office: Office) -> Judgement:
    said = {stem(token) for token in tokens_of(claim.object)}
    date = office.opened if said & OPENED else office.closed if said & CLOSED else None
    when = when_of(claim.date_or_period)
    if date is None or not date.text or not when.text:
        return cannot_tell(f"The register does not date this of {office.name}.")
    verdict = Verdict.AGREE if within(date, when) else Verdict.DISAGREE
    return judged(claim, verdict, f"By the register, {office.name} was {claim.object} on {date}.", [office.used()])


def _cause(claim: Claim, world: World) -> Judgement:
    """An event is the cause when a source links it to the subject and it is the one that the page describes."""
    linked = [(link, event) for link in world.event_links for event in world.events if event.id == link.event]
    mine = [(link, event) for link, event in linked if _leads_to(link, claim.subject)]
    dates = dates_in(claim.object)
    for link, event in mine:
        if share(claim.object, event.title) < ENOUGH:
            continue
        facts = [link.used(), event.used()]
        if dates and not within(dates[0], event.date):
            reason = f"The event is {event.title}, but it was in {event.date}, not in {dates[0]}."
            return judged(claim, Verdict.PARTLY, reason, facts)
        others = [other.used() for other, one in mine if one == event and other != link]
        reason = f"The register links it to the event: {event.title}, {event.date}."
        return judged(claim, Verdict.AGREE, reason, [*facts, *others])
    return cannot_tell(f"The register links no such event to {world.name(claim.subject)}.")


def _leads_to(link: EventLink, subject: str) -> bool:
    return subject in link.target_id.split("/")


def _announced(claim: Claim, world: World) -> Judgement:
    """A wish or a request: documents and notes of the party that say so; the date must fit."""
    documents = [(row.date, row, row.title) for row in world.instruments if row.party == claim.subject]
    notes = [(row.date, row, row.words) for row in world.notes if row.party == claim.subject]
    said: list[tuple[When, Row, str]] = [*documents, *notes]
    near = [(date, row) for date, row, words in said if share(claim.object, words) >= ENOUGH]
    when = when_of(claim.date_or_period)
    fitting = [row for date, row in near if not when.text or within(date, when)]
    if fitting:
        first = (by_others(claim, fitting) or fitting)[0]
        return judged(claim, Verdict.AGREE, f"The register holds: {first.text}.", [row.used() for row in fitting])
    if near:
        reason = f"The register dates it otherwise: {near[0][1].text}."
        return judged(claim, Verdict.DISAGREE, reason, [row.used() for _, row in near])
    return cannot_tell(f"The register holds no such announcement of {world.name(claim.subject)}.")


def _happened(claim: Claim, world: World) -> Judgement:
    """An event linked to the subject that shares what it is about; then dates decide, and words how much is held."""
    when = when_of(claim.date_or_period)
    dates = dates_in(claim.object)
    for event in world.events:
        about = _about(world, claim, event)
        if not about or not _linked(world, event, claim.subject) or (when.text and not within(event.date, when)):
            continue
        facts: list[FactUsed] = [event.used()]
        if dates and not within(dates[0], event.date):
            reason = f"The event is {event.title}; it was on {event.date}, not in {dates[0]}."
            return judged(claim, Verdict.DISAGREE, reason, facts)
        if share(claim.object, event.title) >= ENOUGH:
            return judged(claim, Verdict.AGREE, f"The register holds: {event.title}, {event.date}.", facts)
    return cannot_tell(f"The register holds no event of {world.name(claim.subject)} that is near enough in its words.")


def _about(world: World, claim: Claim, event: Event) -> frozenset[str]:
    """Names that a claim and an event share: words written with a capital, the host and the subject left out."""
    named = {stem(token) for token in claim.object.replace(",", " ").split() if token[:1].isupper()}
    subject = words_of(world.name(claim.subject))
    return frozenset(named & words_of(event.title)) - own_words(world) - subject


def _linked(world: World, event: Event, subject: str) -> bool:
    return any(link.event == event.id and _leads_to(link, subject) for link in world.event_links)


def is_first(world: World, office: Office) -> bool:
    """Whether no office of the same organisation opened before."""
    opened = [row for row in world.offices if row.organisation == office.organisation and row.opened.text]
    return bool(office.opened.text) and all(first_day(row.opened) >= first_day(office.opened) for row in opened)
