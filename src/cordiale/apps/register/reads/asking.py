"""Questions of standing: of one party, of a framework, of an audience, on a day, as known at a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cordiale.apps.ledger.reads import head
from cordiale.apps.register.models import Assertion
from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.reads.standing import Engine, engine, under
from cordiale.domain.participation import Answer, Scope
from cordiale.domain.period import day_of, microseconds, written_instant
from cordiale.domain.viewer import Viewer
from cordiale.engines.audience.deciding import windows
from cordiale.engines.audience.language import written
from cordiale.engines.standing.explaining import Claim, Explanation, Outcome, explain
from cordiale.engines.standing.snapshot import NOW, Asked, NoSuchFramework, NoSuchParty, Snapshot

AT_ONCE = 10_000
"""Assertions asked of the database in one query."""

SEATS = (Answer.IN_FORCE, Answer.SUSPENDED, Answer.UNCLEAR, Answer.DISPUTED)
"""Answers with which a party has a seat in a composition."""


class NoSuchEntry(LookupError):
    """A question as known at an entry that the ledger does not have."""

    code = "no-such-entry"

    def __init__(self, number: int, last: int) -> None:
        super().__init__(f"There is no ledger entry {number}; the last is {last}.")


@dataclass(frozen=True)
class Knowledge:
    """Under which knowledge a question is asked.

    Args:
        known: ledger number as known at which; None for now.
        published_by: only sources published by the end of this day; None for all.
    """

    known: int | None = None
    published_by: date | None = None


PRESENT = Knowledge()
"""All that is believed now."""


@dataclass(frozen=True)
class AssertionRead:
    """One claim on a standing, with its dates as written.

    Args:
        assertion: its number.
        status, scope, source, precedence: of the assertion.
        valid_from, valid_to: as written; the last is the day on which it was over.
        says: what it answers for the day, None when it says nothing of it.
        outcome: what became of it: won, agrees, disputes, lost, silent.
        locator, note: where it stands, and what a reader should know.
    """

    assertion: int
    status: str
    scope: Scope
    source: str
    precedence: int
    valid_from: str
    valid_to: str
    says: Answer | None
    outcome: Outcome
    locator: str
    note: str


@dataclass(frozen=True)
class StandingRead:
    """How a party stands in a framework on a day, and why.

    Args:
        party, framework, on: what was asked.
        known: register number the answer rests on.
        answer: one of the six.
        certain: whether the dates leave no other answer open.
        entitled: whether the party certainly takes part in every scope.
        scope: the scope that decided.
        scopes: answers of scopes with statements of their own.
        status, source: of the claim that decided; empty when nobody spoke.
        since, until: the dates between which this answer holds, as written where a source gives them; empty when open.
        next_change: the next day on which anything changes; empty when none is known.
        complete: whether the roster is held complete on that day.
        roster_source: the source of what is said of the framework itself, its life and its roster.
        claims: every claim, those that count first.
    """

    party: str
    framework: str
    on: date
    known: int
    answer: Answer
    certain: bool
    entitled: bool
    scope: Scope
    scopes: Mapping[Scope, Answer]
    status: str
    source: str
    since: str
    until: str
    next_change: str
    complete: bool
    roster_source: str
    claims: tuple[AssertionRead, ...]

    @property
    def lost(self) -> tuple[AssertionRead, ...]:
        """The claims that say something else and do not count."""
        return tuple(claim for claim in self.claims if claim.outcome is Outcome.LOST)


@dataclass(frozen=True)
class Seat:
    """A party with a seat in a framework."""

    party: str
    answer: Answer
    certain: bool


@dataclass(frozen=True)
class Composition:
    """Who has a seat in a framework on a day, whatever each may do there."""

    framework: str
    on: date
    known: int
    seats: tuple[Seat, ...]

    @property
    def by_answer(self) -> dict[str, int]:
        """How many seats give each answer."""
        counts: dict[str, int] = {}
        for seat in self.seats:
            counts[seat.answer.value] = counts.get(seat.answer.value, 0) + 1
        return counts


@dataclass(frozen=True)
class AudienceRead:
    """Whom an audience means on a day."""

    expression: str
    on: date
    known: int
    parties: tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """A standing that differs between two days."""

    party: str
    framework: str
    before: Answer
    after: Answer


def standing(viewer: Viewer, *, party: str, framework: str, on: date, knowledge: Knowledge = PRESENT) -> StandingRead:
    """How a party stands in a framework on a day, and why; public.

    Raises:
        NoSuchParty, NoSuchFramework, NoSuchEntry, DayOutOfReach.
    """
    return standings(viewer, questions=[(party, framework, on)], knowledge=knowledge)[0]


def party_named(viewer: Viewer, *, word: str) -> str:
    """The id of the party that a word names: an id, or a name in any language; public.

    Raises:
        NoSuchParty: none, or more than one.
    """
    with engine(viewer) as now:
        found = now.names.party(word)
        if found is None:
            raise NoSuchParty(word, now.names.near(word, "party"))
        return found


def framework_named(viewer: Viewer, *, word: str) -> str:
    """The id of the framework that a word names: an id, a short name or a name; public.

    Raises:
        NoSuchFramework: none, or more than one.
    """
    with engine(viewer) as now:
        found = now.names.framework(word)
        if found is None:
            raise NoSuchFramework(word, now.names.near(word, "framework"))
        return found


def standings(
    viewer: Viewer, *, questions: Iterable[tuple[str, str, date]], knowledge: Knowledge = PRESENT
) -> list[StandingRead]:
    """Many questions at once, answered in their order under one state of the register.

    Raises:
        NoSuchParty, NoSuchFramework, NoSuchEntry, DayOutOfReach: at the first question that cannot be answered.
    """
    with engine(viewer) as now:
        zone = now.snapshot.zone
        spans = ((party, framework, on, day_of(on, zone)) for party, framework, on in questions)
        return _answered(viewer, now, spans, knowledge)


def standings_at(
    viewer: Viewer, *, pairs: Iterable[tuple[str, str]], at: datetime, knowledge: Knowledge = PRESENT
) -> list[StandingRead]:
    """How parties stand in frameworks at one instant, in the order asked; public.

    On a day of change `standings` gives the most restrictive answer of the day; here it is that of the instant.

    Raises:
        NoSuchParty, NoSuchFramework, NoSuchEntry.
    """
    instant = microseconds(at)
    with engine(viewer) as now:
        on = at.astimezone(now.snapshot.zone).date()
        spans = ((party, framework, on, (instant, instant + 1)) for party, framework in pairs)
        return _answered(viewer, now, spans, knowledge)


def _answered(
    viewer: Viewer, now: Engine, questions: Iterable[tuple[str, str, date, tuple[int, int]]], knowledge: Knowledge
) -> list[StandingRead]:
    """Answers to party, framework, day, and the instants between which they are asked for."""
    snapshot = now.snapshot
    asked = asked_of(viewer, knowledge, snapshot.zone)
    number = asked.number if asked.number is not None else snapshot.number
    found = [
        (explain(snapshot, party, framework, span, asked), party, framework, on)
        for party, framework, on, span in questions
    ]
    rosters = {one["id"]: one["source"] for one in facts(viewer, table="frameworks", known=knowledge.known)}
    texts = _texts({claim.assertion.id for explained, *_ in found for claim in explained.claims})
    return [_standing_read(snapshot, *each, number, texts, rosters.get(each[2], "")) for each in found]


def composition(viewer: Viewer, *, framework: str, on: date, knowledge: Knowledge = PRESENT) -> Composition:
    """Who has a seat in a framework on a day; public.

    Raises:
        NoSuchFramework, NoSuchEntry, DayOutOfReach.
    """
    with engine(viewer) as now:
        snapshot = now.snapshot
        day, asked = day_of(on, snapshot.zone), asked_of(viewer, knowledge, snapshot.zone)
        seats = []
        for party in snapshot.spoken_of(framework, asked):
            found = snapshot.standing_on(party, framework, day, asked)
            if found.answer in SEATS:
                seats.append(Seat(party, found.answer, found.certain))
        return Composition(framework, on, snapshot.number if asked.number is None else asked.number, tuple(seats))


def audience(
    viewer: Viewer, *, expression: str, on: date, knowledge: Knowledge = PRESENT, roster: bool = False
) -> AudienceRead:
    """Whom an audience means on a day: those entitled, or with `roster` those with a seat; public.

    Raises:
        BadAudience, NoSuchEntry, DayOutOfReach.
    """
    with engine(viewer) as now:
        asked = asked_of(viewer, knowledge, now.snapshot.zone)
        asking = under(viewer, now, asked)
        read = asking.audience(expression)
        begins, ends = day_of(on, now.snapshot.zone)
        bits = _on_day(asking, read, begins, ends, roster=roster)
        number = now.snapshot.number if asked.number is None else asked.number
        return AudienceRead(written(read), on, number, tuple(asking.sets.names(bits)))


def _on_day(asking: Engine, read: object, begins: int, ends: int, *, roster: bool) -> int:
    """Those whom the audience means during the whole day: what changes within it can only narrow it."""
    found = windows(read, sets=asking.sets, groups=asking.groups, roster=roster)  # type: ignore[arg-type]  # an Audience
    window = found.at(begins)
    bits = window.bits
    while window.ends < ends:
        window = found.at(window.ends)
        bits &= window.bits
    return bits


def moved(
    viewer: Viewer, *, first: date, second: date, knowledge: Knowledge = PRESENT, framework: str | None = None
) -> list[Moved]:
    """Standings that differ between two days, by framework and party; public.

    Raises:
        NoSuchFramework, NoSuchEntry, DayOutOfReach.
    """
    with engine(viewer) as now:
        snapshot = now.snapshot
        asked = asked_of(viewer, knowledge, snapshot.zone)
        days = [day_of(day, snapshot.zone) for day in (first, second)]
        wanted = [framework] if framework is not None else sorted(snapshot.lives)
        found = []
        for name in wanted:
            for party in snapshot.spoken_of(name, asked):
                before, after = (snapshot.standing_on(party, name, day, asked).answer for day in days)
                if before is not after:
                    found.append(Moved(party, name, before, after))
        return found


def asked_of(viewer: Viewer, knowledge: Knowledge, zone: ZoneInfo) -> Asked:
    """A question's knowledge in the engine's terms.

    Raises:
        NoSuchEntry: the ledger has no such entry.
        DayOutOfReach: the register keeps no such day.
    """
    number = knowledge.known
    if number is not None:
        last = head(viewer).number
        if not 0 <= number <= last:
            raise NoSuchEntry(number, last)
    published = None if knowledge.published_by is None else day_of(knowledge.published_by, zone)[0]
    return NOW if number is None and published is None else Asked(number, published)


def _standing_read(
    snapshot: Snapshot,
    found: Explanation,
    party: str,
    framework: str,
    on: date,
    number: int,
    texts: Texts,
    roster_source: str,
) -> StandingRead:
    claims = tuple(_assertion_read(claim, texts) for claim in found.claims)
    winner = found.winner
    edges = _written_edges(found, texts)
    made = StandingRead(
        party=party,
        framework=framework,
        on=on,
        known=number,
        answer=found.standing.answer,
        certain=found.standing.certain,
        entitled=found.standing.entitled,
        scope=found.scope,
        scopes=found.scopes,
        status=winner.assertion.status if winner and winner.says is found.standing.answer else "",
        source=winner.assertion.source if winner else "",
        since=written_instant(found.since, snapshot.zone),
        until=written_instant(found.until, snapshot.zone),
        next_change=written_instant(found.next_change, snapshot.zone),
        complete=found.complete,
        roster_source=roster_source,
        claims=claims,
    )
    return replace(
        made,
        since=edges.get(found.since, made.since),
        until=edges.get(found.until, made.until),
    )


Texts = Mapping[int, tuple[object, ...]]
"""Number of an assertion to its dates, locator and note as written."""


def _texts(wanted: set[int]) -> Texts:
    """What the engine does not keep of assertions."""
    found: dict[int, tuple[object, ...]] = {}
    numbers = sorted(wanted)
    for place in range(0, len(numbers), AT_ONCE):
        rows = Assertion.objects.filter(pk__in=numbers[place : place + AT_ONCE])
        found |= {row[0]: row[1:] for row in rows.values_list("id", "valid_from", "valid_to", "locator", "note")}
    return found


def _written_edges(found: Explanation, texts: Texts) -> dict[int | None, str]:
    """Instants at which a claim that counts begins or ends, with the date as its source writes it."""
    edges: dict[int | None, str] = {}
    for claim in found.claims:
        if claim.outcome is Outcome.LOST or claim.assertion.id not in texts:
            continue
        start, end = texts[claim.assertion.id][:2]
        for at in (claim.assertion.starts, claim.assertion.starts_latest):
            edges.setdefault(at, str(start))
        for at in (claim.assertion.ends, claim.assertion.ends_latest):
            edges.setdefault(at, str(end))
    return {at: text for at, text in edges.items() if text}


def _assertion_read(claim: Claim, texts: Texts) -> AssertionRead:
    row = claim.assertion
    start, end, locator, note = (str(value) for value in texts.get(row.id, ("", "", "", "")))
    return AssertionRead(
        assertion=row.id,
        status=row.status,
        scope=row.scope,
        source=row.source,
        precedence=claim.precedence,
        valid_from=start,
        valid_to=end,
        says=claim.says,
        outcome=claim.outcome,
        locator=locator,
        note=note,
    )
