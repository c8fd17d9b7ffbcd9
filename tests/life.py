"""The random life of a small library, step by step, and by plain loops over the rows who may read what of it.

The rule is written here a second time, by hand: who reads, from rows of people, roles and rights; whom a label means,
by the oracle of `tests/unit/oracle.py`, which knows nothing of the engine. Rule: issue 6, section 3.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from cordiale.apps.ledger.reads import head
from cordiale.apps.people.models import Grant, Person
from cordiale.apps.people.writes.grants import HeldAlready, close_account, end_grant, grant
from cordiale.apps.register.models import Assertion
from cordiale.apps.register.reads.rows import statement_of
from cordiale.apps.register.reads.standing import register_facts
from cordiale.apps.register.writes.editing import BadGroup, carry_out
from cordiale.apps.register.writes.participation import (
    AlreadyEnded,
    BadStatement,
    SourceContradictsItself,
    assert_participation,
    correct,
    end,
    retract,
)
from cordiale.apps.sharing.models import Clearance, DocumentVersion, InTheKnow, Label
from cordiale.apps.sharing.reads.documents import Linked, NoSuchDocument
from cordiale.apps.sharing.reads.markings import label_of
from cordiale.apps.sharing.writes import documents as writes
from cordiale.apps.sharing.writes.files import KeptFile, keep_file
from cordiale.apps.sharing.writes.rights import BadRight, clear, define_group, let_know, let_know_no_more
from cordiale.domain import labels as rules
from cordiale.domain.editing import Define, Rank
from cordiale.domain.participation import Scope, StartKind
from cordiale.domain.period import EndsBeforeItStarts, ImpossibleDate, Period, parse_when
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.sharing import Kind, LinkedTo
from cordiale.domain.viewer import Viewer
from cordiale.engines.standing.facts import Facts
from tests.library import forget, said
from tests.makers import edit, load, owner, small_pack, statement
from tests.people import seen, somebody
from tests.unit import oracle

LEVELS = ("unclassified", "restricted", "secret")
CEILING = "restricted"
HOST_STAFF = ("desk officer", "security officer", "auditor")
PARTIES = ("alpha", "beta", "gamma")
FRAMEWORKS = ("union", "club", "forum")
FILES = ("file-0.txt", "file-1.txt", "file-2.txt")
ZONE = ZoneInfo("Europe/Brussels")

Tree = tuple[Any, ...]
RELEASES: dict[str, Tree | None] = {
    "": None,
    "forum": ("framework", "forum"),
    "club, gamma": ("union", ("framework", "club"), ("party", "gamma")),
    "alpha": ("party", "alpha"),
    "beta": ("party", "beta"),
    "forum except alpha": ("except", ("framework", "forum"), ("party", "alpha")),
    "forum, beta except club": ("except", ("union", ("framework", "forum"), ("party", "beta")), ("framework", "club")),
    "both forum club": ("both", ("framework", "forum"), ("framework", "club")),
    "forum except suspended": ("except", ("framework", "forum"), ("suspended",)),
    "friends": ("group", "friends"),
    "gamma, alpha except friends": ("except", ("union", ("party", "gamma"), ("party", "alpha")), ("group", "friends")),
}
GROUPS: dict[str, Tree] = {
    "forum": ("framework", "forum"),
    "alpha, beta": ("union", ("party", "alpha"), ("party", "beta")),
    "gamma": ("party", "gamma"),
    "club except alpha": ("except", ("framework", "club"), ("party", "alpha")),
}


@dataclass
class World:
    """What the steps need to know."""

    chance: random.Random
    people: dict[str, int]
    trees: dict[str, Tree | None]
    kept: list[KeptFile]
    codes: list[str] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)

    @property
    def at(self) -> datetime:
        """The moment of a step."""
        return datetime.now(UTC)

    def viewers(self) -> dict[str, Viewer]:
        """Everybody who reads, the public too."""
        return {"public": Viewer.public()} | {name: seen(person, self.at) for name, person in self.people.items()}


def begun(home: Path, seed: int) -> World:
    """A world in which nobody is suspended and nothing is filed; settings and the oracle's groups are the caller's.

    Args:
        home: an empty folder.
        seed: of all that happens.
    """
    assert settings.CEILING == CEILING
    folder = small_pack(home / "small")
    levels = '[levels]\nunclassified = "UNCLASSIFIED"\nrestricted = "RESTRICTED"\nsecret = "SECRET"\n\n[bodies]'
    load(edit(folder, "pack.toml", "[bodies]", levels))
    at = datetime.now(UTC) - timedelta(days=1)
    define = Define("friends", "Friends", "forum")
    carry_out(edits=[define], reason="a test", by=owner, at=at)
    people = {
        "alpha's": somebody("alpha@example.org", Mandate(Role.FOCAL_POINT, "alpha"), at=at),
        "beta's": somebody("beta@example.org", Mandate(Role.FOCAL_POINT, "beta"), at=at),
        "gamma's": somebody("gamma@example.org", Mandate(Role.FOCAL_POINT, "gamma"), at=at),
        "desk": somebody("desk@example.org", Mandate(Role.DESK_OFFICER), at=at),
        "analyst": somebody("analyst@example.org", Mandate(Role.ANALYST), at=at),
    }
    for number in Assertion.objects.filter(known_to=None, status="suspended").values_list("pk", flat=True):
        retract(assertion=number, reason="a life begins with nobody suspended", by=owner, at=at)
    define_group(code="cyber", title="Cyber", reason="a test", by=owner, at=at)
    for person in (people["desk"], people["beta's"]):
        clear(person=person, level="restricted", reason="a test", by=owner, at=at)
    for person in people.values():
        let_know(person=person, group="cyber", reason="a test", by=owner, at=at)
    trees = {label_of(owner, release=release).release: tree for release, tree in RELEASES.items()}
    forget()
    files = [keep_file(name="a.txt", pieces=[f"words of a file, {number}".encode()], by=owner) for number in range(3)]
    return World(random.Random(seed), people, trees, files)


# The steps.


def random_label(world: World) -> rules.Label:
    release = world.chance.choice([*RELEASES])
    level = world.chance.choice(["unclassified", "unclassified", "unclassified", "restricted"])
    return rules.Label("host", level, release, world.chance.choice(["", "", "cyber"]))


def random_statement(world: World):
    now = world.at
    moments = [now, now - timedelta(days=400), now + timedelta(seconds=0.2), now + timedelta(days=3)]
    start = world.chance.choice([*(moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") for moment in moments), "2026", "2001-05"])
    return statement(
        party=world.chance.choice(PARTIES),
        framework=world.chance.choice(FRAMEWORKS),
        status=world.chance.choice(["member", "member", "member", "observer"]),
        source=world.chance.choice(["gazette", "journal"]),
        scope=world.chance.choice([Scope.ALL, Scope.ALL, Scope.ALL, Scope.PRACTICAL]),
        start_kind=world.chance.choice([StartKind.CHANGE, StartKind.ENTRY]),
        period=Period(parse_when(start), None),
    )


def random_assertion(world: World) -> Assertion:
    return world.chance.choice(list(Assertion.objects.filter(known_to=None, party__in=PARTIES).order_by("pk")))


def random_said(world: World, **changes: Any):
    links = [Linked(LinkedTo.PARTY, "alpha"), Linked(LinkedTo.FRAMEWORK, "forum")]
    return said(
        f"Paper {world.chance.randrange(10_000)}",
        kind=world.chance.choice([Kind.PAPER, Kind.LESSON, Kind.ADVICE]),
        originator=changes.pop("originator", world.chance.choice(["host", *PARTIES])),
        dated=parse_when(world.chance.choice(["2026-11-24", "2026", "1999-02"])),
        links=tuple(world.chance.sample(links, world.chance.randrange(3))),
        summary=world.chance.choice(["", "ships", "ships and aeroplanes"]),
        **changes,
    )


class Steps:
    """Each changes something at random; what is refused for a known reason is no step."""

    def says(self, world: World) -> None:
        assert_participation(statement=random_statement(world), reason="a test", by=owner, at=world.at)

    def suspends(self, world: World) -> None:
        said = replace(random_statement(world), status="suspended", start_kind=StartKind.CHANGE)
        assert_participation(statement=said, reason="a test", by=owner, at=world.at)

    def lifts(self, world: World) -> None:
        party = world.chance.choice(PARTIES)
        held = Assertion.objects.filter(known_to=None, party=party, status="suspended").values_list("pk", flat=True)
        if not held:
            raise LookupError("nothing to lift")
        for number in list(held):
            retract(assertion=number, reason="a test", by=owner, at=world.at)

    def ends(self, world: World) -> None:
        old = random_assertion(world)
        on = world.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        end(assertion=old.pk, on=parse_when(on), source=old.source_id, reason="a test", by=owner, at=world.at)

    def corrects(self, world: World) -> None:
        old = random_assertion(world)
        status = world.chance.choice(["member", "member", "member", "suspended", "observer"])
        said = replace(statement_of(old), status=status)
        correct(assertion=old.pk, statement=said, reason="a test", by=owner, at=world.at)

    def retracts(self, world: World) -> None:
        retract(assertion=random_assertion(world).pk, reason="a test", by=owner, at=world.at)

    def ranks(self, world: World) -> None:
        rank = Rank(world.chance.choice(["gazette", "journal"]), world.chance.choice([40, 50, 90, 95]))
        carry_out(edits=[rank], reason="a test", by=owner, at=world.at)

    def defines(self, world: World) -> None:
        audience = world.chance.choice([*GROUPS])
        carry_out(edits=[Define("friends", "Friends", audience)], reason="a test", by=owner, at=world.at)
        oracle.GROUP_TREES["friends"] = GROUPS[audience]

    def files(self, world: World) -> None:
        file = replace(world.chance.choice(world.kept), name=world.chance.choice(FILES))
        files = [file] if world.chance.random() < 0.5 else []
        label = random_label(world)
        world.codes.append(
            writes.file_document(said=random_said(world), label=label, files=files, by=owner, at=world.at)
        )

    def relabels(self, world: World) -> None:
        desk, code = seen(world.people["desk"], world.at), world.chance.choice(world.codes)
        writes.relabel(code=code, label=random_label(world), reason="a test", by=desk, at=world.at)

    def revises(self, world: World) -> None:
        desk, code = seen(world.people["desk"], world.at), world.chance.choice(world.codes)
        originator = DocumentVersion.behind.filter(document=code).values_list("originator", flat=True)[0]
        writes.revise(code=code, said=random_said(world, originator=originator), by=desk, at=world.at)

    def withdraws(self, world: World) -> None:
        desk, code = seen(world.people["desk"], world.at), world.chance.choice(world.codes)
        writes.withdraw(code=code, reason="a test", by=desk, at=world.at)

    def clears(self, world: World) -> None:
        level = world.chance.choice(["", "unclassified", "restricted"])
        clear(person=anybody(world), level=level, reason="a test", by=owner, at=world.at)

    def lets_know(self, world: World) -> None:
        change = world.chance.choice([let_know, let_know_no_more])
        change(person=anybody(world), group="cyber", reason="a test", by=owner, at=world.at)

    def grants(self, world: World) -> None:
        mandate = world.chance.choice(
            [Mandate(Role.AUDITOR), Mandate(Role.FOCAL_POINT, "gamma"), Mandate(Role.FOCAL_POINT, "beta")]
        )
        today = world.at.astimezone(ZONE).date()
        until = world.chance.choice([None, today + timedelta(days=1)])
        begins = world.chance.choice([today, today + timedelta(days=1)]) if until is None else today
        grant(person=anybody(world), mandate=mandate, from_on=begins, until_on=until, reason="", by=owner, at=world.at)

    def ends_a_role(self, world: World) -> None:
        held = list(Grant.objects.filter(known_to=None).exclude(person=world.people["desk"]).order_by("pk"))
        end_grant(number=world.chance.choice(held).pk, reason="a test", by=owner, at=world.at)

    def closes(self, world: World) -> None:
        if world.chance.random() < 0.1:
            close_account(person=world.people["analyst"], reason="a test", by=owner, at=world.at)


OFTEN = ("says", "lifts", "lifts", "lifts", "files", "files", "relabels", "lets_know", "lets_know", "clears", "grants")
REFUSALS = (
    AlreadyEnded,
    BadGroup,
    BadRight,
    BadStatement,
    EndsBeforeItStarts,
    HeldAlready,
    ImpossibleDate,
    IndexError,
    LookupError,
    NoSuchDocument,
    SourceContradictsItself,
)


def anybody(world: World) -> int:
    return world.chance.choice([*world.people.values()])


def step(world: World) -> str:
    names = [*(name for name in vars(Steps) if not name.startswith("_")), *OFTEN]
    name = world.chance.choice(names)
    try:
        getattr(Steps(), name)(world)
    except REFUSALS:
        world.steps[f"refused: {name}"] += 1
    else:
        world.steps[name] += 1
    return name


# What should be read, by hand.


@dataclass(frozen=True)
class Reads:
    """Rows that somebody may read: those of now, and those of before."""

    now: dict[int, DocumentVersion]
    before: dict[int, DocumentVersion]


def facts_now() -> Facts:
    facts = register_facts(owner, head(owner))
    return replace(facts, assertions=list(facts.assertions))


def readable_by(viewer: Viewer, facts: Facts, at: datetime, trees: dict[str, Tree | None]) -> Reads:
    """The rule, in the words of the issue: active, cleared, in the audience now, in the group if there is one."""
    nothing = Reads({}, {})
    if not viewer.person or not Person.objects.get(pk=viewer.person).is_active:
        return nothing
    today = at.astimezone(ZONE).date()
    acts_for = set()
    for held in Grant.objects.filter(person=viewer.person, known_to=None):
        if held.from_on <= today and (held.until_on is None or today < held.until_on):
            acts_for |= {held.party} - {""} | ({"host"} if held.role in HOST_STAFF else set())
    clearances = Clearance.objects.filter(person=viewer.person, known_to=None).values_list("level", flat=True)
    rank = max((LEVELS.index(level) for level in clearances), default=0)
    groups = set(InTheKnow.objects.filter(person=viewer.person, known_to=None).values_list("group", flat=True))
    instant = int(at.timestamp() * 1_000_000)
    open_labels = set()
    for label in Label.objects.all():
        tree = trees[label.release]
        home: Tree = ("union", ("framework", "union"), ("party", "host"))
        audience = oracle.meant(facts, home if tree is None else ("union", home, tree), instant)
        if (
            LEVELS.index(label.level) <= min(rank, LEVELS.index(CEILING))
            and acts_for & audience
            and (not label.group or label.group in groups)
        ):
            open_labels.add(label.pk)
    rows = [row for row in DocumentVersion.behind.all() if row.label_id in open_labels]
    return Reads(
        {row.pk: row for row in rows if row.known_to_id is None},
        {row.pk: row for row in rows if row.known_to_id is not None},
    )
