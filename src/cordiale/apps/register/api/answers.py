"""The shapes of answers, for the OpenAPI document; docs/reference/standing-json.md says what each key means."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from cordiale.domain.claims.values import Verdict
from cordiale.domain.participation import Answer, Scope
from cordiale.engines.standing.explaining import Outcome

Certainty = Literal["certain", "possible"]
Entry = Annotated[int, Field(ge=0, description="A number of the ledger.")]
Written = Annotated[str, Field(description="A date of any precision, as its source writes it: 2005, 2005-02, ../1991.")]


class Next(Schema):
    """How to get the next page: a cursor to send along, and the address with it."""

    cursor: str
    link: str


class Claim(Schema):
    """An assertion, what it says of the day, and what became of it."""

    assertion: int
    source: str
    precedence: int
    status: str
    scope: Scope
    valid_from: Written | None
    valid_to: Written | None
    says: Answer | None
    outcome: Outcome
    locator: str | None
    note: str | None


class Standing(Schema):
    """How a party stands in a framework on a day, and why."""

    party: str
    framework: str
    on: date
    known: Entry
    answer: Answer
    status: str | None
    scope: Scope
    certainty: Certainty
    since: Written | None
    until: Written | None
    source: str | None
    next_change: str | None
    lost: list[Claim]
    scopes: dict[str, Answer] = Field({}, description="Scope to answer; only there when one has statements of its own.")
    claims: list[Claim] = Field([], description="Every claim, those that count first; only with `why`.")
    entitled: bool = Field(False, description="Only with `why`.")
    roster_complete: bool = Field(False, description="Only with `why`.")


class Seat(Schema):
    """A party with a seat."""

    party: str
    answer: Answer


class Composition(Schema):
    """Who has a seat in a framework on a day."""

    framework: str
    on: date
    known: Entry
    seats: list[Seat]
    count: int
    by_answer: dict[str, int]


class Audience(Schema):
    """Whom a sentence means on a day."""

    expression: str
    on: date
    known: Entry
    parties: list[str]
    count: int


class Side(Schema):
    """One side of a conflict."""

    assertion: int
    source: str
    precedence: int
    status: str
    says: Answer


class Conflict(Schema):
    """Two claims that contradict each other: `one` and `other` while open, `counts` and `lost` once decided."""

    party: str
    framework: str
    scope: Scope
    since: str = Field(alias="from")
    until: str | None
    state: Literal["open", "decided"]
    one: Side | None = None
    other: Side | None = None
    counts: Side | None = None
    lost: Side | None = None


class Conflicts(Schema):
    """A page of conflicts."""

    items: list[Conflict]
    next: Next | None


class Moved(Schema):
    """A standing that differs between two days."""

    framework: str
    party: str
    before: Answer
    after: Answer


class Diff(Schema):
    """A page of standings that differ."""

    items: list[Moved]
    next: Next | None


class FactUsed(Schema):
    """A row of the register that a verdict rests on."""

    table: str
    row: int
    source: str
    says: str


class PageClaim(Schema):
    """A claim of a page and what the register makes of it."""

    locator: str
    kind: str
    subject: str
    predicate: str
    object: str
    date_or_period: str
    verdict: Verdict
    reason: str
    facts: list[FactUsed]


class PartyListed(Schema):
    """A party in a list; an organisation has no ISO code, its `iso3` is empty."""

    id: str
    kind: str
    name: str
    iso3: str


class Parties(Schema):
    """A page of parties."""

    items: list[PartyListed]
    next: Next | None


class PartyName(Schema):
    """A name of a party in a language."""

    name: str
    language: str
    kind: str
    valid_from: Written | None
    valid_to: Written | None
    source: str


class InRegion(Schema):
    """A source places a party in a region."""

    region: str
    source: str


class Party(Schema):
    """A state or an organisation."""

    id: str
    kind: str
    name: str
    iso2: str | None
    iso3: str | None
    valid_from: Written | None
    valid_to: Written | None
    note: str | None
    known_from: Entry
    names: list[PartyName]
    regions: list[InRegion]


class FrameworkListed(Schema):
    """A framework in a list."""

    id: str
    kind: str
    name: str
    established: str
    dissolved: str


class Frameworks(Schema):
    """A page of frameworks."""

    items: list[FrameworkListed]
    next: Next | None


class Aim(Schema):
    """What a framework is for."""

    kind: str
    text: str
    source: str
    locator: str | None


class FoundingDate(Schema):
    """What a source says of a date in a framework's life."""

    event: str
    date: Written | None
    source: str
    locator: str | None
    note: str | None


class Framework(Schema):
    """A form that partnership takes."""

    id: str
    kind: str
    name: str
    short_name: str
    established: Written | None
    dissolved: Written | None
    succeeds: str | None
    description: str
    source: str
    complete_from: Written | None
    complete_to: Written | None
    coverage_note: str | None
    known_from: Entry
    aims: list[Aim]
    dates: list[FoundingDate]


class SourceListed(Schema):
    """A source in a list; its values are text, as the command line prints them."""

    id: str
    precedence: str
    published: str
    publisher: str
    title: str


class Sources(Schema):
    """A page of sources."""

    items: list[SourceListed]
    next: Next | None


class Source(Schema):
    """A publication that asserts facts."""

    id: str
    title: str
    publisher: str
    url: str | None
    published: Written | None
    language: str
    precedence: int
    known_from: Entry


class Assertion(Schema):
    """What one source says of one party in one framework, and from which ledger entry to which it is believed."""

    assertion: int
    party: str
    framework: str
    status: str
    scope: Scope
    start_kind: Literal["entry", "change", "attested"] | None
    valid_from: Written | None
    valid_to: Written | None
    source: str
    end_source: str | None
    locator: str | None
    note: str | None
    replaces: int | None
    known_from: Entry
    known_to: Entry | None


class Assertions(Schema):
    """A page of assertions."""

    items: list[Assertion]
    next: Next | None


class Register(Schema):
    """Which register this is and where it stands."""

    pack: str
    title: str
    edition: str
    host: str
    membership: str
    zone: str
    coverage_to: Written
    terms: str
    number: Entry
    hash: str
    at: str
    register_number: Entry
    register_hash: str
