"""A second opinion on standings and audiences: slow, plain loops over days and worlds, written from the rules alone.

Nothing of the engine is used but the shape of what it is given. An uncertain date matters to a day only by having come
or not, so each is tried both ways; dates at which two periods meet move together. Rules: DESIGN.md, "Answers";
the docstrings of `engines/standing` and `engines/audience`.

Also here: random registers for Hypothesis, short makers, and a pack read straight from its files, without a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from cordiale.domain.participation import Answer, Scope
from cordiale.domain.period import NEVER_DAY, Precision, When, midnight, parse_when
from cordiale.engines.audience.naming import Names
from cordiale.engines.packs.manifest import Manifest
from cordiale.engines.packs.reading import Pack, read_pack
from cordiale.engines.standing.facts import (
    FOREVER,
    Assertion,
    Facts,
    Known,
    Life,
    Rules,
    Weight,
    first_instant,
    never,
)

ROOT = Path(__file__).resolve().parents[2]
UTC_ZONE = ZoneInfo("UTC")
DAY = 86_400_000_000
FIRST = midnight(date(2001, 1, 1), UTC_ZONE)
NEVER = never(UTC_ZONE)
START = first_instant(UTC_ZONE)

IN_FORCE, UNCLEAR, DISPUTED, SUSPENDED, SILENT, NOT = "in force", "unclear", "disputed", "suspended", "silent", "not"
NOT_KNOWN = "not known"
MILDEST_FIRST = (IN_FORCE, UNCLEAR, DISPUTED, SUSPENDED, SILENT, NOT)
SEATS = {IN_FORCE, UNCLEAR, DISPUTED, SUSPENDED}


def instant(day: int) -> int:
    """The instant at which day n of the small universe begins."""
    return FIRST + day * DAY


# The oracle.


class Verdict(NamedTuple):
    """What the oracle thinks: answer, whether certain, entitled, restricted."""

    answer: str
    certain: bool
    entitled: bool
    restricted: bool


def standing(
    facts: Facts, party: str, framework: str, at: int, number: int | None = None, published: int | None = None
) -> Verdict:
    """How a party stands in a framework at an instant, by the rules."""
    life = life_of(facts, framework, number)
    if not life.begins <= at < life.ends:
        return Verdict(NOT, True, False, False)
    rows = [
        row if max(row.starts, life.begins) < min(row.ends_latest, life.ends) else row._replace(entry=False)
        for row in believed(facts, number, published)  # what lies outside the life altogether denies nothing
        if (row.party, row.framework) == (party, framework)
    ]
    spared = spared_at(facts, number)
    heard = {scope: of_scope(facts, [row for row in rows if row.scope is scope], at, number) for scope in Scope}
    general = heard[Scope.ALL]
    possible = {
        whole(overall, practical, political)
        for overall, practical, political in product(general, heard[Scope.PRACTICAL], heard[Scope.POLITICAL])
    }
    grounds = {scope: {SILENT} if scope in spared else answers for scope, answers in heard.items()}
    followed = [
        grounds[scope] - {SILENT} | (general if SILENT in grounds[scope] else set())
        for scope in {Scope.PRACTICAL, Scope.POLITICAL} - spared
    ]
    ground = {whole(*each) for each in product(general, grounds[Scope.PRACTICAL], grounds[Scope.POLITICAL])}
    entitled = all(answers == {IN_FORCE} for answers in (ground, *followed))
    complete = published is None and life.complete_from <= at < life.complete_to
    absent = NOT if complete else NOT_KNOWN
    worst = max(possible, key=MILDEST_FIRST.index)
    answers = {absent if answer == SILENT else answer for answer in possible}
    suspended = suspends(facts, [row for row in rows if row.scope not in spared], at, number)
    return Verdict(absent if worst == SILENT else worst, len(answers) == 1, entitled, suspended)


def suspends(facts: Facts, rows: Sequence[Assertion], at: int, number: int | None) -> bool:
    """Whether a source that counts possibly says suspended, in any scope.

    It does not count when a weightier one certainly says something else of that scope. That is never "not": else
    an expulsion would lift a suspension, and let somebody in elsewhere.
    """
    for row in rows:
        if meaning(facts, row, number) == SUSPENDED and any(covered(row, rows, at)):
            weight = weight_of(facts, row.source, number).precedence
            if not any(
                other.scope is row.scope
                and weight_of(facts, other.source, number).precedence > weight
                and meaning(facts, other, number) != NOT
                and all(covered(other, rows, at))
                for other in rows
            ):
                return True
    return False


def covered(row: Assertion, rows: Sequence[Assertion], at: int) -> list[bool]:
    """In each world that its source leaves possible, whether a row covers an instant."""
    own = [other for other in rows if (other.source, other.scope) == (row.source, row.scope)]
    return [come[Date(row, "start")] and not come[Date(row, "end")] for come in worlds(meetings(own), at)]


def whole(overall: str, practical: str, political: str) -> str:
    """Scope all, or where nobody speaks for it the most restrictive scope for which somebody does."""
    if overall != SILENT:
        return overall
    return max((one for one in (practical, political) if one != SILENT), key=MILDEST_FIRST.index, default=SILENT)


def of_scope(facts: Facts, rows: Sequence[Assertion], at: int, number: int | None) -> set[str]:
    """What the sources of one scope leave possible."""
    possible: set[str] = set()
    for precedence in sorted({weight_of(facts, row.source, number).precedence for row in rows}, reverse=True):
        equals = [row for row in rows if weight_of(facts, row.source, number).precedence == precedence]
        answers = of_equals(facts, equals, at, number)
        possible |= answers - {SILENT}
        if SILENT not in answers:
            return possible
    return possible | {SILENT}


def of_equals(facts: Facts, rows: Sequence[Assertion], at: int, number: int | None) -> set[str]:
    """What sources of one precedence leave possible together."""
    sources = sorted({row.source for row in rows})
    heard = [of_source(facts, [row for row in rows if row.source == source], at, number) for source in sources]
    if all(SILENT in answers for answers in heard) and not any(gap(rows, come) for come in worlds(meetings(rows), at)):
        return set().union(*heard) - {SILENT}  # where one source stops another goes on: they never speak at once
    return together(heard)


def gap(rows: Sequence[Assertion], come: dict[Date, bool]) -> bool:
    """Whether in a world no row covers the instant, and none denies it."""
    covering = any(come[Date(row, "start")] and not come[Date(row, "end")] for row in rows)
    return not covering and not any(row.entry and not come[Date(row, "start")] for row in rows)


def together(said: Sequence[set[str]]) -> set[str]:
    """Each source that speaks narrows what the others leave; nothing left is a dispute."""
    never_silent = [answers for answers in said if SILENT not in answers]
    perhaps = [answers - {SILENT} for answers in said if SILENT in answers]
    possible: set[str] = set()
    for speaking in chain.from_iterable(combinations(perhaps, size) for size in range(len(perhaps) + 1)):
        heard = [*never_silent, *speaking]
        if not all(heard):
            continue  # who has nothing to say cannot be the one who speaks
        possible |= (set.intersection(*heard) or {DISPUTED}) if heard else {SILENT}
    return possible


def of_source(facts: Facts, rows: Sequence[Assertion], at: int, number: int | None) -> set[str]:
    """What one source may say, its uncertain dates tried both ways."""
    sure = [row for row in rows if all(covered(row, rows, at))]
    if sure:
        return {meaning(facts, row, number) for row in sure}
    possible: set[str] = set()
    for come in worlds(meetings(rows), at):
        covering = [row for row in rows if come[Date(row, "start")] and not come[Date(row, "end")]]
        possible |= {meaning(facts, row, number) for row in covering}
        if not covering:
            possible.add(SILENT if gap(rows, come) else NOT)
    return possible


class Date(NamedTuple):
    """One end of a row."""

    row: Assertion
    which: str

    @property
    def window(self) -> tuple[int, int]:
        """The earliest and the latest instant it can be."""
        if self.which == "start":
            return self.row.starts, self.row.starts_latest
        return self.row.ends, self.row.ends_latest


def meetings(rows: Sequence[Assertion]) -> list[set[Date]]:
    """The dates of rows in groups that move together: where one period takes over from another they are one date."""
    groups = [{Date(row, which)} for row in rows for which in ("start", "end")]
    for one, other in product(rows, rows):
        end, start = Date(one, "end"), Date(other, "start")
        if one == other or end.window != start.window or end.window[0] == end.window[1]:
            continue
        touched = [group for group in groups if group & {end, start}]
        groups = [group for group in groups if group not in touched]
        groups.append({end, start}.union(*touched))
    return groups


def worlds(groups: Sequence[set[Date]], at: int) -> Iterator[dict[Date, bool]]:
    """Every way in which dates have come or not by an instant: those of a group together, no end before its start."""
    choices = []
    for group in groups:
        earliest, latest = next(iter(group)).window
        choices.append([came for came, can in ((True, earliest <= at), (False, latest > at)) if can])
    for chosen in product(*choices):
        come = {one: came for group, came in zip(groups, chosen, strict=True) for one in group}
        if not any(came and one.which == "end" and not come[Date(one.row, "start")] for one, came in come.items()):
            yield come


def believed(facts: Facts, number: int | None, published: int | None = None) -> list[Assertion]:
    """Rows believed at a number, from sources published by an instant.

    An end whose source had not appeared yet is open, until the source of the row itself says the next thing.
    """
    rows = [row for row in facts.assertions if holds(Known(row.since, row.until), number)]
    if published is None:
        return rows
    rows = [row for row in rows if appeared(facts, row.source, number, published)]
    return [
        row if not row.end_source or appeared(facts, row.end_source, number, published) else opened(row, rows)
        for row in rows
    ]


def opened(row: Assertion, rows: Sequence[Assertion]) -> Assertion:
    """A row without its end, as far as its own source leaves it open."""
    later = [
        other
        for other in rows
        if other != row
        and other.starts >= row.ends
        and all(getattr(other, name) == getattr(row, name) for name in SAME_VOICE)
    ]
    if not later:
        return row._replace(ends=NEVER, ends_latest=NEVER)
    following = min(later, key=lambda other: other.starts)
    return row._replace(ends=following.starts, ends_latest=following.starts_latest)


def appeared(facts: Facts, source: str, number: int | None, by: int) -> bool:
    """Whether a source was certainly published by an instant."""
    published = weight_of(facts, source, number).published
    return published is not None and published <= by


def holds(known: Known, number: int | None) -> bool:
    """Whether something is believed at a number, None being now."""
    return known.until == FOREVER if number is None else known.since <= number < known.until


def life_of(facts: Facts, framework: str, number: int | None) -> Life:
    """The life of a framework as known at a number: without bounds and never complete before anybody knew of it."""
    found = [life for life in facts.lives[framework] if holds(life.known, number)]
    return found[0] if found else Life(START, NEVER, START, START, Known(0))


def weight_of(facts: Facts, source: str, number: int | None) -> Weight:
    """The weight of a source as known at a number."""
    found = [weight for weight in facts.weights[source] if holds(weight.known, number)]
    return found[0] if found else Weight(-1, None, Known(0))


def meaning(facts: Facts, row: Assertion, number: int | None) -> str:
    """The answer of a row's status."""
    return str(rules_at(facts, number).meaning(row.status, row.framework))


def rules_at(facts: Facts, number: int | None) -> Rules:
    """What the pack laid down."""
    (found,) = (rules for rules in facts.rules if holds(rules.known, number))
    return found


def spared_at(facts: Facts, number: int | None) -> frozenset[Scope]:
    """Scopes that bear on no right."""
    return rules_at(facts, number).spared


# Sets, by asking of everybody.


def entitled(facts: Facts, framework: str, at: int) -> set[str]:
    """Who certainly takes part in every scope."""
    return {party for party in facts.parties if standing(facts, party, framework, at).entitled}


def seated(facts: Facts, framework: str, at: int) -> set[str]:
    """Who has a seat, whatever he may do there. Whoever may be absent has none."""
    return {party for party in facts.parties if standing(facts, party, framework, at).answer in SEATS}


def restricted(facts: Facts, at: int) -> set[str]:
    """Whom a source that counts possibly calls suspended, wherever that does not stay local."""
    return {
        party
        for framework in facts.lives
        if framework not in rules_at(facts, None).local
        for party in facts.parties
        if standing(facts, party, framework, at).restricted
    }


def spoken_of(facts: Facts, framework: str, at: int) -> set[str]:
    """Of whom a believed source says anything in a framework by an instant."""
    return {row.party for row in believed(facts, None) if row.framework == framework and row.starts <= at}


def meant(facts: Facts, audience: Any, at: int, *, roster: bool = False) -> set[str]:
    """Whom an audience means: a tree of tuples as `sentences` draws it."""
    found = included(facts, audience, at, seated if roster else entitled)
    return found if roster else found - restricted(facts, at)


def included(facts: Facts, audience: Any, at: int, takes_part: Any) -> set[str]:
    """Whom a part of an audience includes."""
    kind, *parts = audience
    if kind == "framework":
        return set(takes_part(facts, parts[0], at))
    if kind == "party":
        return {parts[0]}
    if kind == "group":
        return included(facts, GROUP_TREES[parts[0]], at, takes_part)
    if kind == "both":
        return included(facts, parts[0], at, takes_part) & included(facts, parts[1], at, takes_part)
    if kind == "except":
        return included(facts, parts[0], at, takes_part) - dropped(facts, parts[1], at)
    return set().union(*(included(facts, part, at, takes_part) for part in parts))


def dropped(facts: Facts, audience: Any, at: int) -> set[str]:
    """Whom a part of an exception removes; of a group that holds an exception, all it speaks of."""
    kind, *parts = audience
    if kind == "suspended":
        return restricted(facts, at)
    if kind == "framework":
        return spoken_of(facts, parts[0], at)
    if kind == "party":
        return {parts[0]}
    if kind == "group":
        return dropped(facts, GROUP_TREES[parts[0]], at)
    if kind == "both":
        return dropped(facts, parts[0], at) & dropped(facts, parts[1], at)
    if kind == "except":
        return dropped(facts, parts[0], at)
    return set().union(*(dropped(facts, part, at) for part in parts))


# Random registers.

PARTIES = ("alpha", "beta", "gamma")
FRAMEWORKS = ("club", "forum", "union")
SOURCES = {"act": 90, "page": 50, "paper": 50, "wiki": 10}
STATUSES = {"member": IN_FORCE, "suspended": SUSPENDED, "unclear": UNCLEAR, "ended": NOT, "observer": NOT}
SAME_VOICE = ("party", "framework", "source", "scope")
SPARED = ({Scope.PRACTICAL}, {Scope.POLITICAL}, {Scope.PRACTICAL, Scope.POLITICAL})
LAST_DAY = 60
LAST_NUMBER = 8
GROUP_TREES: dict[str, Any] = {
    "friends": ("union", ("framework", "forum"), ("party", "gamma")),
    "inner": ("except", ("framework", "union"), ("framework", "club")),
}


def answer_of(status: str, framework: str) -> Answer:
    """What a status means in the small universe: an observer of the club takes part in it."""
    return Answer.IN_FORCE if (status, framework) == ("observer", "club") else Answer(STATUSES[status])


@st.composite
def boundaries(draw: Any, count: int) -> list[tuple[int, int]]:
    """Dates in order, each certain or uncertain by up to five days; no two alike."""
    found: list[tuple[int, int]] = []
    day = draw(st.integers(0, 40))
    for _ in range(count):
        found.append((day, day + draw(st.sampled_from((0, 0, 0, 1, 3, 5)))))
        day += draw(st.integers(1, 14))
    return found


@st.composite
def periods(draw: Any) -> list[tuple[tuple[int, int], tuple[int, int] | None]]:
    """Periods of one source about one party in one framework and scope: they meet or leave a gap, the last may be open.

    Now and then one that began and ended within the same few days, and perhaps another that follows it.
    """
    if draw(st.integers(0, 9)) == 0:
        ((day, latest),) = draw(boundaries(1))
        window = (day, day + (2 if latest == day else 4))  # a width that no other window has
        return [(window, window)] if draw(st.booleans()) else [(window, window), (window, None)]
    dates = draw(boundaries(draw(st.integers(1, 4))))
    spans: list[tuple[tuple[int, int], tuple[int, int] | None]] = []
    for place, start in enumerate(dates):
        end = dates[place + 1] if place + 1 < len(dates) else None
        if end is None and spans and draw(st.booleans()):
            break
        if not spans or draw(st.integers(0, 3)):
            spans.append((start, end))
    return spans or [(dates[0], None)]


@st.composite
def statements(draw: Any, *, since: int = 1, statuses: Sequence[str] = tuple(STATUSES)) -> list[Assertion]:
    """Rows of one source about one pair and scope, believed from a number on; their ids are still 0."""
    party, framework = draw(st.sampled_from(PARTIES)), draw(st.sampled_from(FRAMEWORKS))
    source = draw(st.sampled_from(tuple(SOURCES)))
    scope = draw(st.sampled_from((Scope.ALL, Scope.ALL, Scope.ALL, Scope.PRACTICAL, Scope.POLITICAL)))
    rows = []
    for start, end in draw(periods()):
        rows.append(
            Assertion(
                id=0,
                party=party,
                framework=framework,
                status=draw(st.sampled_from(tuple(statuses))),
                source=source,
                scope=scope,
                entry=draw(st.booleans()),
                starts=instant(start[0]),
                starts_latest=instant(start[1]),
                ends=NEVER if end is None else instant(end[0]),
                ends_latest=NEVER if end is None else instant(end[1]),
                end_source="" if end is None else draw(st.sampled_from((source, *SOURCES))),
                since=since,
            )
        )
    return rows


@st.composite
def histories(draw: Any, *, most: int = 6) -> Facts:
    """A register of three parties, three frameworks and four sources, with corrections, retractions and new ranks."""
    taken: set[tuple[str, str, str, Scope]] = set()
    rows: list[Assertion] = []
    for said in draw(st.lists(statements(), max_size=most)):
        key = (said[0].party, said[0].framework, said[0].source, said[0].scope)
        if key not in taken:
            taken.add(key)
            rows += draw(versions(said))
    return Facts(
        assertions=[row._replace(id=place) for place, row in enumerate(sorted(rows, key=lambda row: row.since), 1)],
        lives={framework: draw(lives()) for framework in FRAMEWORKS},
        weights={source: draw(weights(precedence)) for source, precedence in SOURCES.items()},
        parties=PARTIES,
        rules=draw(rules()),
        zone=UTC_ZONE,
        number=LAST_NUMBER,
        state="a" * 64,
    )


@st.composite
def rules(draw: Any) -> list[Rules]:
    """What the pack lays down: that a suspension stays local, a scope spared; known once or twice."""
    found = []
    change = draw(st.sampled_from((None, None, None, 4)))
    for known in [Known(0)] if change is None else [Known(0, change), Known(change)]:
        local = draw(st.sampled_from((frozenset(), frozenset(), frozenset({"club"}))))
        spared = draw(st.sampled_from((frozenset(), frozenset(), *map(frozenset, SPARED))))
        found.append(Rules(answer_of, known, local, spared))
    return found


@st.composite
def versions(draw: Any, said: list[Assertion]) -> list[Assertion]:
    """The rows as recorded over time: some retracted, or all replaced by others."""
    since = draw(st.integers(1, 4))
    fate = draw(st.integers(0, 5))
    if fate <= 2:
        return [row._replace(since=since) for row in said]
    until = draw(st.integers(since + 1, LAST_NUMBER))
    if fate <= 4:
        return [row._replace(since=since, until=until if place == 0 else FOREVER) for place, row in enumerate(said)]
    other = draw(statements(since=until))
    same = {"party": said[0].party, "framework": said[0].framework, "source": said[0].source, "scope": said[0].scope}
    return [
        *(row._replace(since=since, until=until) for row in said),
        *(row._replace(**same) for row in other),
    ]


@st.composite
def lives(draw: Any) -> list[Life]:
    """The life of a framework: without bounds, or with; complete always, never, or for a while; known once or twice."""
    found = []
    change = draw(st.sampled_from((None, None, None, 3)))
    for known in [Known(0)] if change is None else [Known(0, change), Known(change)]:
        bounded = draw(st.booleans())
        begins = instant(draw(st.integers(0, 30))) if bounded else START
        ends = instant(draw(st.integers(35, 70))) if bounded and draw(st.booleans()) else NEVER
        complete = draw(st.sampled_from(((START, START), (START, NEVER), (instant(20), instant(40)))))
        found.append(Life(begins, ends, complete[0], complete[1], known))
    return found


@st.composite
def weights(draw: Any, precedence: int) -> list[Weight]:
    """The weight of a source: perhaps without a day of publication, perhaps ranked anew at some number."""
    published = draw(st.sampled_from((None, instant(10), instant(30))))
    if draw(st.integers(0, 3)):
        return [Weight(precedence, published, Known(0))]
    number = draw(st.integers(2, LAST_NUMBER))
    other = draw(st.sampled_from(tuple(SOURCES.values())))
    return [Weight(precedence, published, Known(0, number)), Weight(other, published, Known(number))]


def sentences(*, depth: int = 3) -> st.SearchStrategy[Any]:
    """Random audiences, as trees of tuples; what stands after an except holds no exception of its own."""
    name = st.one_of(
        st.tuples(st.just("framework"), st.sampled_from(FRAMEWORKS)),
        st.tuples(st.just("party"), st.sampled_from(PARTIES)),
        st.tuples(st.just("group"), st.sampled_from(tuple(GROUP_TREES))),
    )
    drop = _grown(st.one_of(name, st.just(("suspended",))), depth=1)
    keep: st.SearchStrategy[Any] = name
    for _ in range(depth):
        grown = _grown(keep, depth=1)
        keep = st.one_of(grown, st.tuples(st.just("except"), grown, drop))
    return keep


def _grown(leaf: st.SearchStrategy[Any], *, depth: int) -> st.SearchStrategy[Any]:
    for _ in range(depth):
        unions = st.lists(leaf, min_size=2, max_size=3).map(lambda parts: ("union", *parts))
        leaf = st.one_of(leaf, unions, st.tuples(st.just("both"), leaf, leaf))
    return leaf


def said(audience: Any, *, within: bool = False) -> str:
    """A tree as a sentence, with brackets wherever one could be needed."""
    kind, *parts = audience
    if kind == "suspended":
        return "suspended"
    if kind == "both":
        return f"both {said(parts[0], within=True)} {said(parts[1], within=True)}"
    if kind == "except":
        text = f"{said(parts[0], within=True)} except {said(parts[1], within=True)}"
    elif kind == "union":
        text = ", ".join(said(part, within=True) for part in parts)
    else:
        return str(parts[0])
    return f"({text})" if within else text


def names(facts: Facts) -> Names:
    """What the words of an audience name in the small universe."""
    return Names(
        parties=dict.fromkeys(facts.parties, ()),
        frameworks=dict.fromkeys(facts.lives, ()),
        groups=GROUP_TREES,
    )


# Short makers for hand-written cases: dates as sources write them.


@dataclass
class Register:
    """A register written down by hand, one call for each fact."""

    zone: ZoneInfo = UTC_ZONE
    parties: tuple[str, ...] = PARTIES

    def __post_init__(self) -> None:
        self.rows: list[Assertion] = []
        self.lives: dict[str, list[Life]] = {}
        self.weights: dict[str, list[Weight]] = {}
        self.local: frozenset[str] = frozenset()
        self.spared: frozenset[Scope] = frozenset()
        self.number = 1

    def framework(self, name: str, life: str = "", complete: str = "") -> None:
        """A framework, its life and the days for which its roster is complete: "1990 to 1997-05-30"."""
        begins, ends = self._span(life, first=0, last=1)
        starts, stops = self._span(complete, first=1, last=0) if complete else (begins, begins)
        self.lives[name] = [Life(begins, ends, starts, stops, Known(0))]

    def source(self, name: str, precedence: int, published: str = "") -> None:
        """A source, its precedence, and when it appeared."""
        appeared = parse_when(published).bounds(self.zone)[1] if published else None
        self.weights[name] = [Weight(precedence, appeared, Known(0))]

    def say(
        self,
        party: str,
        framework: str,
        status: str,
        start: str,
        end: str = "",
        *,
        by: str,
        kind: str = "change",
        scope: str = "all",
    ) -> None:
        """A source says so from `start` until `end`."""
        s0, s1 = parse_when(start).bounds(self.zone)
        e0, e1 = parse_when(end).bounds(self.zone) if end else (never(self.zone),) * 2
        row = Assertion(
            len(self.rows) + 1, party, framework, status, by, Scope(scope), kind == "entry",
            s0, s1, e0, e1, by if end else "", 1,
        )  # fmt: skip
        self.rows.append(row)

    def facts(self) -> Facts:
        """The register as the engine is given it."""
        return Facts(
            assertions=self.rows,
            lives=self.lives,
            weights=self.weights,
            parties=self.parties,
            rules=[Rules(answer_of, local=self.local, spared=self.spared)],
            zone=self.zone,
            number=self.number,
            state="a" * 64,
        )

    def _span(self, text: str, *, first: int, last: int) -> tuple[int, int]:
        start, _, end = (part.strip() for part in text.partition("to"))
        begins = parse_when(start).bounds(self.zone)[first] if start else first_instant(self.zone)
        return begins, parse_when(end).bounds(self.zone)[last] if end else never(self.zone)


# Packs, read from their files.


@lru_cache(maxsize=2)
def pack(name: str) -> Pack:
    """A pack of this repository."""
    return read_pack(ROOT / "packs" / name)


@lru_cache(maxsize=2)
def pack_facts(name: str) -> Facts:
    """A pack as the engine is given it, without a database."""
    read = pack(name)
    manifest, zone = read.manifest, read.manifest.zone
    weights = {row["id"]: [_weight(row, zone)] for row in _dicts(read, "sources")}
    rows = [_assertion(place, row, weights, zone) for place, row in enumerate(_dicts(read, "participation"), 1)]
    return Facts(
        assertions=rows,
        lives={row["id"]: [_life(row, manifest)] for row in _dicts(read, "frameworks")},
        weights=weights,
        parties=sorted(row["id"] for row in _dicts(read, "parties")),
        rules=[Rules(lambda status, framework: manifest.answer(status=status, framework=framework))],
        zone=zone,
        number=1,
        state="b" * 64,
    )


def pack_names(name: str) -> Names:
    """What the words of an audience name in a pack."""
    read = pack(name)
    parties: dict[str, list[str]] = {row["id"]: [row["name"]] for row in _dicts(read, "parties")}
    for row in _dicts(read, "party_names"):
        parties[row["party"]].append(row["name"])
    frameworks = {row["id"]: (row["short_name"], row["name"]) for row in _dicts(read, "frameworks")}
    return Names(parties=parties, frameworks=frameworks, groups=read.manifest.groups)


def _dicts(read: Pack, table: str) -> Iterable[dict[str, Any]]:
    from cordiale.engines.packs.tables import BY_NAME

    columns = [column.name for column in BY_NAME[table].columns]
    return [dict(zip(columns, row.values, strict=True)) for row in read.tables[table]]


def _given(when: When | None) -> bool:
    return when is not None and when.precision is not Precision.UNKNOWN


def _weight(row: dict[str, Any], zone: ZoneInfo) -> Weight:
    published = row["published"].bounds(zone)[1] if _given(row["published"]) else None
    return Weight(int(row["precedence"]), published, Known(0))


def _assertion(place: int, row: dict[str, Any], weights: dict[str, list[Weight]], zone: ZoneInfo) -> Assertion:
    start, end = row["valid_from"], row["valid_to"]
    s0, s1 = start.bounds(zone)
    published = weights[row["source"]][0].published
    if not _given(start) and published is not None:
        s1 = min(s1, published)  # a source that gives no start vouches for the days from its own publication on
    e0, e1 = end.bounds(zone) if _given(end) else (never(zone),) * 2
    return Assertion(
        place, row["party"], row["framework"], row["status"], row["source"], Scope(row["scope"]),
        row["start_kind"] == "entry", s0, s1, e0, e1, row["end_source"] or "", 1,
    )  # fmt: skip


def _life(row: dict[str, Any], manifest: Manifest) -> Life:
    zone = manifest.zone
    begins = row["established"].bounds(zone)[0] if _given(row["established"]) else first_instant(zone)
    ends = row["dissolved"].bounds(zone)[1] if _given(row["dissolved"]) else never(zone)
    complete = (begins, begins)
    if _given(row["complete_from"]):
        stop = row["complete_to"] if _given(row["complete_to"]) else manifest.coverage_to
        complete = (row["complete_from"].bounds(zone)[1], stop.bounds(zone)[0])
    return Life(begins, ends, *complete, Known(0))


def day(text: str, zone: ZoneInfo = UTC_ZONE) -> tuple[int, int]:
    """The instants at which a legal day begins and ends."""
    on = date.fromisoformat(text)
    return midnight(on, zone), midnight(min(date.fromordinal(on.toordinal() + 1), NEVER_DAY), zone)


def with_rows(facts: Facts, rows: Iterable[Assertion]) -> Facts:
    """The same register with other assertions."""
    return replace(facts, assertions=list(rows))


# News.


def free(facts: Facts, said: Sequence[Assertion]) -> bool:
    """Whether a source may say this without contradicting itself: it said nothing else of the pair and scope."""
    return not any(
        row.until == FOREVER and all(getattr(row, name) == getattr(said[0], name) for name in SAME_VOICE)
        for row in facts.assertions
    )


def numbered(facts: Facts, said: Sequence[Assertion], number: int) -> list[Assertion]:
    """New rows with ids of their own, believed from a number on."""
    last = max((row.id for row in facts.assertions), default=0)
    return [row._replace(id=last + place, since=number, until=FOREVER) for place, row in enumerate(said, 1)]


def closed(facts: Facts, row: Assertion, number: int) -> list[Assertion]:
    """All rows, one of them believed no longer."""
    return [other._replace(until=number) if other == row else other for other in facts.assertions]


@st.composite
def changed(draw: Any, facts: Facts) -> Facts:
    """The register after one more entry: something asserted, ended, corrected or retracted."""
    number = facts.number + 1
    believed_now = [row for row in facts.assertions if row.until == FOREVER]
    verb = draw(st.sampled_from(("assert", "assert", "end", "correct", "retract"))) if believed_now else "assert"
    rows = list(facts.assertions)
    if verb == "assert":
        said = draw(statements())
        if free(facts, said):
            rows += numbered(facts, said, number)
        return replace(facts, assertions=rows, number=number)
    row = draw(st.sampled_from(believed_now))
    rows = closed(facts, row, number)
    if verb == "correct":
        other = row._replace(status=draw(st.sampled_from(tuple(STATUSES))), entry=draw(st.booleans()))
        if row.starts == row.starts_latest and draw(st.booleans()):
            other = other._replace(starts=row.starts - DAY)  # the day before is possible, too
        rows += numbered(facts, [other], number)
    if verb == "end":
        start = (row.starts_latest - FIRST) // DAY
        end = draw(st.integers(start + 1, start + 30))
        latest = end + draw(st.sampled_from((0, 2, 5)))
        stop = {"ends": min(row.ends, instant(end)), "ends_latest": min(row.ends_latest, instant(latest))}
        if stop["ends"] <= stop["ends_latest"]:
            rows += numbered(facts, [row._replace(**stop, end_source=row.source)], number)
    return replace(facts, assertions=rows, number=number)


def news(before: Facts, after: Facts) -> tuple[list[Assertion], list[tuple[int, str, str, int]]]:
    """What a process that stands at `before` is told: rows recorded since, and those no longer believed."""
    added = [row for row in after.assertions if row.since > before.number]
    gone = [row for row in after.assertions if row.since <= before.number < row.until <= after.number]
    return added, [(row.id, row.party, row.framework, row.until) for row in gone]
