"""What a rule may ask of a register: who stands how on a day, and what sources say of everything else.

Each row is typed, knows its number and its source, and can be shown as a fact that was used. The application fills a
`World` from its reads; a test fills one by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from cordiale.domain.claims.values import Claim, FactUsed
from cordiale.domain.participation import Answer, Scope
from cordiale.domain.period import When


def dated(when: When) -> str:
    """A date for a sentence."""
    return when.text or "a day not known"


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one source says in one row of the register.

    Args:
        row: its number.
        source: who says so.
    """

    table: ClassVar[str] = ""
    row: int
    source: str

    def used(self) -> FactUsed:
        """This row as a fact that a judgement rests on."""
        return FactUsed(self.table, self.row, self.source, self.text)

    @property
    def text(self) -> str:
        """What it says, in a few words."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Framework(Row):
    """A form of partnership and its life."""

    table: ClassVar[str] = "frameworks"
    id: str
    name: str
    short_name: str
    kind: str
    established: When
    dissolved: When | None
    succeeds: str | None
    description: str
    rule: str

    @property
    def text(self) -> str:
        """Its name and its life."""
        until = f" to {self.dissolved}" if self.dissolved else ""
        return f"{self.name}, from {dated(self.established)}{until}"


@dataclass(frozen=True, kw_only=True)
class FoundingDate(Row):
    """When a source dates the founding of a framework."""

    table: ClassVar[str] = "framework_dates"
    framework: str
    event: str
    date: When

    @property
    def text(self) -> str:
        """The framework and the date."""
        return f"{self.framework} {self.event} {self.date}"


@dataclass(frozen=True, kw_only=True)
class Aim(Row):
    """What a framework is for, rests on or works in."""

    table: ClassVar[str] = "framework_aims"
    framework: str
    kind: str
    words: str

    @property
    def text(self) -> str:
        """In the register's words."""
        return self.words


@dataclass(frozen=True, kw_only=True)
class Assertion(Row):
    """A source says that a party has a status in a framework over a period.

    Args:
        party, framework, status, scope: what it says.
        answer: what the status answers to "does it take part?".
        entry: whether the source dates the entry.
        start, end: the period, half-open.
        note: anything a reader should know.
    """

    table: ClassVar[str] = "participation"
    party: str
    framework: str
    status: str
    scope: Scope
    answer: Answer
    entry: bool
    start: When
    end: When | None
    note: str = ""

    @property
    def text(self) -> str:
        """Who, where, how, since when."""
        scope = "" if self.scope is Scope.ALL else f" ({self.scope})"
        until = f" to {self.end}" if self.end else ""
        return f"{self.party} in {self.framework}: {self.status}{scope}, from {self.start}{until}"


@dataclass(frozen=True, kw_only=True)
class Agreement(Row):
    """A treaty, declaration, charter or arrangement."""

    table: ClassVar[str] = "agreements"
    id: str
    title: str
    kind: str
    date: When
    place: str
    parties: tuple[str, ...]

    @property
    def text(self) -> str:
        """Title, place and date."""
        return f"{self.title}, {self.place + ', ' if self.place else ''}{self.date}"


@dataclass(frozen=True, kw_only=True)
class Signature(Row):
    """Somebody signed an agreement for a party."""

    table: ClassVar[str] = "signatures"
    agreement: str
    office: str
    person: str
    organisation: str
    date: When

    @property
    def text(self) -> str:
        """Who signed, when."""
        return f"{self.office}, {self.date}"


@dataclass(frozen=True, kw_only=True)
class Entitlement(Row):
    """What an agreement entitles somebody to."""

    table: ClassVar[str] = "entitlements"
    agreement: str
    beneficiary: str
    what: str

    @property
    def text(self) -> str:
        """Entitled to what."""
        return self.what


@dataclass(frozen=True, kw_only=True)
class Policy(Row):
    """A decision that shapes the partnerships."""

    table: ClassVar[str] = "policies"
    id: str
    title: str
    date: When
    place: str
    summary: str

    @property
    def text(self) -> str:
        """Title and date."""
        return f"{self.title}, {self.date}"


@dataclass(frozen=True, kw_only=True)
class Precondition(Row):
    """A condition set for a party in a framework."""

    table: ClassVar[str] = "preconditions"
    framework: str
    party: str
    words: str
    since: When

    @property
    def text(self) -> str:
        """Since when, which."""
        return f"a condition of {self.since}: {self.words}"


@dataclass(frozen=True, kw_only=True)
class Instrument(Row):
    """A document between the organisation and one party."""

    table: ClassVar[str] = "instruments"
    id: str
    party: str
    type: str
    title: str
    signed_or_agreed: When
    valid_from: When
    valid_to: When | None
    supersedes: str | None

    @property
    def date(self) -> When:
        """When it was agreed, or else since when it holds."""
        return self.signed_or_agreed if self.signed_or_agreed.text else self.valid_from

    @property
    def text(self) -> str:
        """Which, when."""
        return f"{self.title} ({self.type}), {dated(self.date)}"


@dataclass(frozen=True, kw_only=True)
class Programme(Row):
    """A tool of cooperation and the frameworks it is open to."""

    table: ClassVar[str] = "programmes_menu"
    id: str
    name: str
    description: str
    open_to: tuple[str, ...]

    @property
    def text(self) -> str:
        """Name and description."""
        return f"{self.name}: {self.description}"


@dataclass(frozen=True, kw_only=True)
class Meeting(Row):
    """A body met."""

    table: ClassVar[str] = "bodies_meetings"
    body: str
    date: When
    level: str
    place: str
    topic: str

    @property
    def text(self) -> str:
        """When, where, at which level, on what."""
        place = f", {self.place}" if self.place else ""
        return f"a meeting of {self.date}{place} ({self.level}): {self.topic}"


@dataclass(frozen=True, kw_only=True)
class Cadence(Row):
    """How often a framework must meet, at least."""

    table: ClassVar[str] = "cadences"
    framework: str
    level: str
    times: int
    per: str
    valid_from: When
    valid_to: When | None

    @property
    def text(self) -> str:
        """How often, at which level."""
        return f"at least {self.times} in every {self.per} (level: {self.level})"


@dataclass(frozen=True, kw_only=True)
class Note(Row):
    """A fact about a party and a framework that is not a status."""

    table: ClassVar[str] = "relation_notes"
    party: str
    framework: str
    date: When
    words: str

    @property
    def text(self) -> str:
        """When and what."""
        return f"{self.date}: {self.words}"


@dataclass(frozen=True, kw_only=True)
class Event(Row):
    """Something that happened and had consequences."""

    table: ClassVar[str] = "events"
    id: str
    date: When
    title: str

    @property
    def text(self) -> str:
        """What happened, when."""
        return f"{self.title}, {self.date}"


@dataclass(frozen=True, kw_only=True)
class EventLink(Row):
    """An event led to, or was the ground for, something in the register."""

    table: ClassVar[str] = "event_links"
    event: str
    relation: str
    target_table: str
    target_id: str

    @property
    def text(self) -> str:
        """What follows from what."""
        return f"{self.event} {self.relation} {self.target_id}"


@dataclass(frozen=True, kw_only=True)
class Office(Row):
    """An office of an organisation in a country."""

    table: ClassVar[str] = "offices"
    id: str
    organisation: str
    party: str
    name: str
    place: str
    opened: When
    closed: When | None

    @property
    def text(self) -> str:
        """Which office, where, since when."""
        return f"{self.name}, {self.place}, opened {dated(self.opened)}"


@dataclass(frozen=True, kw_only=True)
class Objective(Row):
    """An objective of the partnerships."""

    table: ClassVar[str] = "objectives"
    id: str
    words: str

    @property
    def text(self) -> str:
        """In the register's words."""
        return self.words


@dataclass(frozen=True, kw_only=True)
class Area(Row):
    """An area of cooperation in a scheme of such areas."""

    table: ClassVar[str] = "areas"
    id: str
    name: str
    scheme: str

    @property
    def text(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class Operation(Row):
    """An operation or mission."""

    table: ClassVar[str] = "operations"
    id: str
    name: str
    led_by: str
    start: When
    end: When | None

    @property
    def text(self) -> str:
        """Its name and its life."""
        return f"{self.name}, from {self.start}{f' to {self.end}' if self.end else ''}"


@dataclass(frozen=True, kw_only=True)
class Contribution(Row):
    """What a party gave to an operation."""

    table: ClassVar[str] = "contributions"
    party: str
    operation: str
    start: When
    end: When | None
    note: str

    @property
    def text(self) -> str:
        """Who, to what, when."""
        return f"{self.party} to {self.operation}, {dated(self.start)}"


@dataclass(frozen=True, kw_only=True)
class RegionOfParty(Row):
    """A source places a party in a region."""

    table: ClassVar[str] = "party_regions"
    party: str
    region: str

    @property
    def text(self) -> str:
        """Who, where."""
        return f"{self.party} in {self.region}"


@dataclass(frozen=True)
class Party:
    """A state or an organisation.

    Args:
        id: its id.
        is_state: whether it is a state.
        name: what the register calls it.
        names: every other name it bears or bore.
        named: the rows that give these names.
    """

    id: str
    is_state: bool
    name: str
    names: tuple[str, ...] = ()
    named: tuple[FactUsed, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How a party stands in a framework on a day.

    Args:
        answer: one of the six.
        scopes: what each scope with statements of its own answers.
        support: assertions that say what the answer says, those that decided first.
        lost: assertions that say something else and do not count.
    """

    answer: Answer
    scopes: Mapping[Scope, Answer] = field(default_factory=dict)
    support: tuple[Assertion, ...] = ()
    lost: tuple[Assertion, ...] = ()


NOBODY = Standing(Answer.NOT_KNOWN)


@dataclass(frozen=True)
class World:
    """One register, as it is believed now, with the claims of one page.

    Args:
        host: id of the party whose partnerships these are.
        membership: id of the framework whose members are the host's own.
        coverage_to: until when the register claims to know.
        standing: party, framework and day to the standing.
        seated: framework and day to the parties with a seat, and their answers.
        precedence: source id to its weight; the higher counts more.
        parties, frameworks, regions, bodies: by id; of regions and bodies, the names.
        claims: every claim of the page.
    """

    host: str
    membership: str
    coverage_to: When
    standing: Callable[[str, str, date], Standing]
    seated: Callable[[str, date], Mapping[str, Answer]]
    precedence: Mapping[str, int] = field(default_factory=dict)
    parties: Mapping[str, Party] = field(default_factory=dict)
    frameworks: Mapping[str, Framework] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    founding_dates: tuple[FoundingDate, ...] = ()
    aims: tuple[Aim, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    signatures: tuple[Signature, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()
    policies: tuple[Policy, ...] = ()
    preconditions: tuple[Precondition, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    programmes: tuple[Programme, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    cadences: tuple[Cadence, ...] = ()
    notes: tuple[Note, ...] = ()
    events: tuple[Event, ...] = ()
    event_links: tuple[EventLink, ...] = ()
    offices: tuple[Office, ...] = ()
    objectives: tuple[Objective, ...] = ()
    areas: tuple[Area, ...] = ()
    operations: tuple[Operation, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    party_regions: tuple[RegionOfParty, ...] = ()

    def name(self, code: str) -> str:
        """What an id is called: the framework's short name, the party's or body's name, or the id itself."""
        if code in self.frameworks:
            return self.frameworks[code].short_name
        if code in self.parties:
            return self.parties[code].name
        return self.bodies.get(code, code)

    def of_pair(self, party: str, framework: str) -> tuple[Assertion, ...]:
        """Every assertion on a party in a framework."""
        return tuple(one for one in self.assertions if one.party == party and one.framework == framework)
