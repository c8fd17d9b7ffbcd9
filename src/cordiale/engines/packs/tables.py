"""Every table a pack may hold: its columns, what tells two rows apart, and what the cells refer to.

The documentation of the format is printed from here (docs/reference/pack-format.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cordiale.domain.participation import Scope, StartKind
from cordiale.engines.packs.cells import (
    DATE,
    END,
    ID,
    LANGUAGE,
    SPAN,
    TEXT,
    URL,
    WORD,
    Kind,
    choice,
    iso,
    ref,
    refs,
    whole,
)

BODIES = "bodies"
"""Not a file: the bodies that pack.toml names, beside the frameworks, as places where meetings are held."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Args:
        name: as in the header row.
        kind: what its cells hold.
        needed: whether a cell may not be empty.
        field: attribute that holds it in the register, where that differs from the name.
        says: what it means, where name and kind do not tell.
    """

    name: str
    kind: Kind = TEXT
    needed: bool = True
    field: str = ""
    says: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a pack, one CSV file.

    Args:
        name: file name without .csv.
        says: what a row of it asserts.
        columns: in the order in which we write them; in a file they may stand in any order.
        key: columns that tell two rows apart.
        needed: whether every pack must hold it.
        kin: columns by which a row that left and a row that came are one statement, corrected in its key.
    """

    name: str
    says: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    needed: bool = False
    kin: tuple[str, ...] = ()

    @cached_property
    def places(self) -> dict[str, int]:
        """Column name to position."""
        return {column.name: place for place, column in enumerate(self.columns)}

    @cached_property
    def key_places(self) -> tuple[int, ...]:
        """Positions of the key columns."""
        return tuple(self.places[name] for name in self.key)

    @property
    def file(self) -> str:
        """Its file name."""
        return f"{self.name}.csv"


def _optional(name: str, kind: Kind = TEXT, *, field: str = "", says: str = "") -> Column:
    return Column(name, kind, needed=False, field=field, says=says)


SOURCE = Column("source", ref("sources"), says="the source that says so")
NOTE = _optional("note")
LOCATOR = _optional("locator", says="where in the source it stands")
FROM = _optional("valid_from", DATE)
TO = _optional("valid_to", END, says="the day on which it stopped; may equal the next valid_from")

TABLES: tuple[Table, ...] = (
    Table(
        "sources",
        "A publication that asserts facts, with the weight it has when sources differ.",
        (
            Column("id", ID, field="named_id"),
            Column("title"),
            Column("publisher"),
            _optional("url", URL),
            _optional("published", DATE),
            Column("language", LANGUAGE),
            Column("precedence", whole(0, 100), says="the higher wins when sources differ"),
        ),
        key=("id",),
        needed=True,
    ),
    Table(
        "parties",
        "A state or an organisation.",
        (
            Column("id", ID, field="named_id"),
            Column("kind", choice("state", "organisation")),
            Column("name"),
            _optional("iso2", iso(2)),
            _optional("iso3", iso(3)),
            _optional("valid_from", DATE, says="since when it exists, where that lies within the register's time"),
            _optional("valid_to", END, says="when it ceased to exist"),
            NOTE,
        ),
        key=("id",),
        needed=True,
    ),
    Table(
        "party_names",
        "A name of a party, in a language, over a period.",
        (
            Column("party", ref("parties")),
            Column("name"),
            Column("language", LANGUAGE),
            FROM,
            TO,
            Column("kind", choice("official", "short", "former", "alias")),
            SOURCE,
        ),
        key=("party", "name", "language", "kind", "valid_from"),
    ),
    Table(
        "regions",
        "A region that parties are grouped in.",
        (Column("id", ID, field="named_id"), Column("name")),
        key=("id",),
    ),
    Table(
        "party_regions",
        "A source places a party in a region.",
        (Column("party", ref("parties")), Column("region", ref("regions")), SOURCE),
        key=("party", "region"),
    ),
    Table(
        "frameworks",
        "A form of partnership: an alliance, council, programme, status, with its life and how complete its roster is.",
        (
            Column("id", ID, field="named_id"),
            Column("name"),
            Column("short_name"),
            Column("kind", WORD),
            _optional("established", DATE),
            _optional("dissolved", END),
            _optional("succeeds", ref("frameworks"), says="the framework it took over from"),
            Column("description"),
            _optional("rule", says="machine-readable hints, for display"),
            SOURCE,
            _optional("complete_from", DATE, says="from when the roster is held complete; empty: never"),
            _optional("complete_to", END, says="until when; empty: to the end of the pack's coverage"),
            _optional("coverage_note"),
        ),
        key=("id",),
        needed=True,
    ),
    Table(
        "framework_aims",
        "What a framework is for, rests on or works in, in the pack's own words.",
        (
            Column("framework", ref("frameworks")),
            Column("kind", WORD),
            Column("text"),
            SOURCE,
            LOCATOR,
        ),
        key=("framework", "kind", "text", "source"),
    ),
    Table(
        "framework_dates",
        "What a source says of the founding of a framework.",
        (
            Column("framework", ref("frameworks")),
            Column("event", WORD),
            Column("date", DATE),
            SOURCE,
            LOCATOR,
            NOTE,
        ),
        key=("framework", "event", "source", "date"),
    ),
    Table(
        "participation",
        "A source asserts that a party has a status in a framework over a period.",
        (
            Column("party", ref("parties")),
            Column("framework", ref("frameworks")),
            Column("status", WORD, says="one of the statuses pack.toml defines"),
            Column("scope", choice(*Scope), says="which part of the participation it is about"),
            _optional(
                "start_kind",
                choice(*StartKind),
                says="entry: the source dates the entry and denies the days before; change: it dates a change of "
                "status; attested: it saw it so during the period",
            ),
            FROM,
            TO,
            SOURCE,
            _optional("end_source", ref("sources"), says="the source of valid_to; empty when valid_to is empty"),
            LOCATOR,
            NOTE,
        ),
        key=("party", "framework", "status", "scope", "valid_from", "source"),
        needed=True,
        kin=("party", "framework", "status", "scope", "source"),
    ),
    Table(
        "agreements",
        "A treaty, declaration, charter or arrangement.",
        (
            Column("id", ID, field="named_id"),
            Column("title"),
            Column("kind", WORD),
            Column("date", DATE),
            _optional("place"),
            Column("parties", refs("parties", "frameworks")),
            SOURCE,
        ),
        key=("id",),
    ),
    Table(
        "signatures",
        "Somebody signed an agreement for a party.",
        (
            Column("agreement", ref("agreements")),
            Column("office"),
            _optional("person"),
            Column("organisation", ref("parties"), says="the party represented"),
            Column("date", DATE),
            SOURCE,
        ),
        key=("agreement", "organisation", "office", "person", "source"),
    ),
    Table(
        "entitlements",
        "What an agreement entitles a party, or all in a framework, to.",
        (
            Column("agreement", ref("agreements")),
            Column("beneficiary", ref("parties", "frameworks")),
            Column("what"),
            FROM,
            TO,
            SOURCE,
        ),
        key=("agreement", "beneficiary", "what", "source"),
    ),
    Table(
        "policies",
        "A decision that shapes the partnerships; the id is that of the agreement where there is one.",
        (
            Column("id", ID, field="named_id"),
            Column("title"),
            Column("date", DATE),
            Column("place"),
            _optional("develops", ref("policies")),
            Column("summary"),
            SOURCE,
        ),
        key=("id",),
    ),
    Table(
        "framework_policies",
        "A policy governs a framework.",
        (Column("framework", ref("frameworks")), Column("policy", ref("policies")), SOURCE),
        key=("framework", "policy"),
    ),
    Table(
        "instruments",
        "A document between the organisation and one party: a programme, an accession, a security agreement.",
        (
            Column("id", ID, field="named_id"),
            Column("party", ref("parties")),
            Column("type", WORD),
            Column("title"),
            _optional("signed_or_agreed", DATE),
            FROM,
            TO,
            _optional("supersedes", ref("instruments")),
            SOURCE,
            NOTE,
        ),
        key=("id",),
    ),
    Table(
        "bodies_meetings",
        "A body met.",
        (
            Column("body", ref("frameworks", BODIES), says="a framework, or a body that pack.toml names"),
            Column("date", DATE),
            Column("level", WORD),
            _optional("place"),
            Column("topic"),
            SOURCE,
        ),
        key=("body", "date", "level"),
    ),
    Table(
        "cadences",
        "How often a framework must meet, at least.",
        (
            Column("framework", ref("frameworks")),
            Column("level", WORD, says="a level of meeting, any, or report"),
            Column("times", whole(1, 366)),
            Column("per", SPAN),
            FROM,
            TO,
            SOURCE,
        ),
        key=("framework", "level", "source", "valid_from"),
    ),
    Table(
        "body_blocks",
        "Meetings of a framework were blocked.",
        (
            Column("framework", ref("frameworks")),
            Column("level", WORD, says="a level of meeting, or all"),
            _optional("blocked_by", ref("parties"), says="empty when nobody is named"),
            _optional("from", DATE, field="valid_from"),
            _optional("to", END, field="valid_to"),
            Column("reason"),
            SOURCE,
        ),
        key=("framework", "level", "blocked_by", "from"),
    ),
    Table(
        "preconditions",
        "A condition set for a party in a framework, and its state when last seen.",
        (
            Column("framework", ref("frameworks")),
            Column("party", ref("parties")),
            Column("text"),
            Column("state", choice("open", "met", "withdrawn")),
            _optional("since", DATE),
            SOURCE,
        ),
        key=("framework", "party", "text", "source"),
    ),
    Table(
        "relation_notes",
        "A fact about a party and a framework that is not a status.",
        (
            Column("party", ref("parties")),
            Column("framework", ref("frameworks")),
            Column("date", DATE),
            Column("text"),
            SOURCE,
        ),
        key=("party", "framework", "date", "text"),
    ),
    Table(
        "events",
        "Something that happened and had consequences for the partnerships.",
        (
            Column("id", ID, field="named_id"),
            Column("date", DATE),
            Column("title"),
            Column("kind", WORD),
            SOURCE,
        ),
        key=("id",),
    ),
    Table(
        "event_links",
        "An event led to, or was the ground for, a row of another table.",
        (
            Column("event", ref("events")),
            Column("relation", WORD),
            Column("target_table"),
            Column("target_id", says="the id, or the key columns joined by / (see LINK_KEYS)"),
            SOURCE,
        ),
        key=("event", "relation", "target_table", "target_id"),
    ),
    Table(
        "offices",
        "An office of an organisation in a country or with another organisation.",
        (
            Column("id", ID, field="code"),
            Column("organisation", ref("parties")),
            Column("party", ref("parties"), says="the host"),
            Column("name"),
            Column("place"),
            _optional("opened", DATE),
            _optional("closed", END),
            NOTE,
            SOURCE,
        ),
        key=("id",),
    ),
    Table(
        "contacts",
        "How to reach a unit of an organisation.",
        (
            Column("organisation", ref("parties")),
            Column("unit"),
            Column("address"),
            Column("kind", WORD),
            SOURCE,
        ),
        key=("organisation", "kind", "unit"),
    ),
    Table(
        "objectives",
        "An objective of the partnerships, in the pack's own words.",
        (Column("id", ID, field="code"), Column("text_in_own_words"), SOURCE, LOCATOR),
        key=("id",),
    ),
    Table(
        "areas",
        "An area of cooperation in a scheme of such areas.",
        (Column("id", ID, field="named_id"), Column("name"), Column("scheme", WORD), SOURCE),
        key=("id",),
    ),
    Table(
        "joint_actions",
        "An action that two organisations agreed to carry out together.",
        (
            Column("number", WORD, says="local, not official"),
            Column("adopted", DATE),
            Column("area", ref("areas")),
            Column("title_in_own_words"),
            SOURCE,
        ),
        key=("number",),
    ),
    Table(
        "operations",
        "An operation or mission.",
        (
            Column("id", ID, field="named_id"),
            Column("name"),
            Column("led_by", ref("parties")),
            _optional("start", DATE),
            _optional("end", END),
            SOURCE,
        ),
        key=("id",),
    ),
    Table(
        "contributions",
        "What a party gave to an operation, at the time named.",
        (
            Column("party", ref("parties")),
            Column("operation", ref("operations")),
            _optional("from", DATE, field="valid_from"),
            _optional("to", END, field="valid_to", says="the last time named, or empty"),
            _optional("personnel", whole(0, 999_999)),
            SOURCE,
            NOTE,
        ),
        key=("party", "operation", "from", "to", "source"),
    ),
    Table(
        "programmes_menu",
        "A tool or programme of cooperation, and the frameworks it is open to.",
        (
            Column("id", ID, field="code"),
            Column("name"),
            _optional("acronym"),
            Column("description"),
            Column("open_to", refs("frameworks")),
            SOURCE,
        ),
        key=("id",),
    ),
    Table(
        "seed_claims",
        "What a page claims, line by line, with the verdict a human gave: an expectation for tests, never an input.",
        (
            Column("source", ref("sources")),
            Column("locator"),
            Column("kind", WORD),
            Column("subject"),
            Column("predicate", WORD),
            Column("object"),
            _optional("date_or_period", says="as the page puts it"),
            Column("agrees_with_register", choice("yes", "partly", "no", "unknown")),
            _optional("explanation"),
        ),
        key=("source", "locator", "kind", "subject", "predicate", "object", "date_or_period"),
    ),
)

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}

LINK_KEYS: dict[str, tuple[str, ...]] = {
    "participation": ("party", "framework", "status", "valid_from", "source"),
    "body_blocks": ("framework", "level", "from"),
    "bodies_meetings": ("body", "date", "level"),
    "relation_notes": ("party", "framework", "date"),
}
"""Tables without an id that `event_links.target_id` can point to, and the columns it joins by "/"."""
