"""S1: after every step of a random life, every read of every reader is what plain loops over the rows say it should be.

The rule is written here a second time, by hand: who reads, from rows of people, roles and rights; whom a label means,
by the oracle of `tests/unit/oracle.py`, which knows nothing of the engine. Rule: issue 6, section 3.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

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
from cordiale.apps.sharing.models import Clearance, DocumentFile, DocumentLink, DocumentVersion, InTheKnow, Label
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads import documents as reads
from cordiale.apps.sharing.reads.documents import Filters, Linked, NoSuchDocument
from cordiale.apps.sharing.reads.markings import label_of
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.searching import search
from cordiale.apps.sharing.writes import documents as writes
from cordiale.apps.sharing.writes.files import KeptFile
from cordiale.apps.sharing.writes.rights import BadRight, clear, define_group, let_know, let_know_no_more
from cordiale.domain import labels as rules
from cordiale.domain.editing import Define, Rank
from cordiale.domain.participation import Scope, StartKind
from cordiale.domain.period import ImpossibleDate, Period, parse_when
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.sharing import Kind, LinkedTo
from cordiale.domain.viewer import Viewer
from cordiale.engines.standing.facts import Facts
from tests.library import forget, said
from tests.makers import edit, load, owner, small_pack, statement
from tests.people import seen, somebody
from tests.unit import oracle

pytestmark = pytest.mark.django_db

LEVELS = ("unclassified", "restricted", "secret")
CEILING = "restricted"
HOST_STAFF = ("desk officer", "security officer", "auditor")
PARTIES = ("alpha", "beta", "gamma")
FRAMEWORKS = ("union", "club", "forum")
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


@pytest.fixture
def world(db, tmp_path, settings, monkeypatch, request):
    settings.CEILING = CEILING
    folder = small_pack(tmp_path / "small")
    levels = '[levels]\nunclassified = "UNCLASSIFIED"\nrestricted = "RESTRICTED"\nsecret = "SECRET"\n\n[bodies]'
    load(edit(folder, "pack.toml", "[bodies]", levels))
    monkeypatch.setitem(oracle.GROUP_TREES, "friends", GROUPS["forum"])
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
    return World(random.Random(request.getfixturevalue("seed")), people, trees)


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
        name = f"file-{world.chance.randrange(3)}.txt"
        file = KeptFile(name, "text/plain", 3, f"{world.chance.randrange(9)}" * 64, "words of a file", "")
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


def check(world: World, viewer: Viewer, facts: Facts) -> None:
    """Every read of one reader against what it should be."""
    with reading(viewer) as now:
        should = readable_by(viewer, facts, now.at, world.trees)
        in_order = sorted(should.now.values(), key=lambda row: (row.dated_on, row.pk), reverse=True)
        assert all_pages(now, Filters()) == [row.pk for row in in_order]
        assert reads.count(now) == len(in_order)
        assert reads.kinds(now) == dict(Counter(Kind(row.kind) for row in in_order))
        for filters, fits in filters_of(world):
            wanted = [row.pk for row in in_order if fits(row)]
            assert (filters, all_pages(now, filters)) == (filters, wanted)
            assert reads.count(now, filters=filters) == len(wanted)
            assert sum(reads.kinds(now, filters=filters).values()) == len(wanted)
        assert [one.version for one in reads.documents_of(now, versions=everything())] == sorted(should.now)
        check_search(now, in_order)
        check_single(world, now, should)
    assert {code for code, _label in now.shown} <= {
        row.document_id for row in (*should.now.values(), *should.before.values())
    }
    world.shown[viewer.name] += len(in_order)
    world.hidden[viewer.name] += DocumentVersion.behind.filter(OPEN).count() - len(in_order)


def everything() -> list[int]:
    return list(DocumentVersion.behind.order_by("pk").values_list("pk", flat=True))


def all_pages(now, filters: Filters) -> list[int]:
    """A list, page after page of three."""
    found, place = [], None
    while True:
        page = reads.newest(now, filters=filters, after=place, limit=3)
        found += [one.version for one in page.documents]
        if page.following is None:
            return found
        place = page.following


def filters_of(world: World):
    """Filters, and the rows that fit each."""
    links: dict[int, set[tuple[str, str]]] = {}
    for version, kind, target in DocumentLink.behind.values_list("version_id", "kind", "target"):
        links.setdefault(version, set()).add((kind, target))
    alpha, forum = ("party", "alpha"), ("framework", "forum")
    half = head(owner).number - 5
    yield Filters(kind=Kind.LESSON), lambda row: row.kind == "lesson"
    yield Filters(originator="beta"), lambda row: row.originator == "beta"
    yield Filters(since=half), lambda row: row.known_from_id > half
    yield (
        Filters(about=(Linked(LinkedTo.PARTY, "alpha"),)),
        lambda row: alpha in links.get(row.pk, set()),
    )
    yield (
        Filters(about=(Linked(LinkedTo.PARTY, "alpha"), Linked(LinkedTo.FRAMEWORK, "forum")), kind=Kind.PAPER),
        lambda row: {alpha, forum} <= links.get(row.pk, set()) and row.kind == "paper",
    )


def check_search(now, in_order: list[DocumentVersion]) -> None:
    """What is found by words that stand in titles and summaries."""
    for word in ("ships", "paper", "aeropl"):
        wanted = [row.pk for row in in_order if word in f"{row.title} {row.summary}".lower()]
        found = search(now, query=word, limit=1_000)
        assert (word, [hit.document.version for hit in found.hits]) == (word, wanted)
        assert (found.count, sum(found.kinds.values())) == (len(wanted), len(wanted))


def check_single(world: World, now, should: Reads) -> None:
    """Each document by its code, its files, and what it said before."""
    of_now = {row.document_id: row for row in should.now.values()}
    for code in [*world.codes, "nosuchdocument"]:
        found, row = reads.document(now, code=code), of_now.get(code)
        assert (found and found.version) == (row and row.pk)
        assert (code in now.refused) is (row is None)
        names = (
            list(DocumentFile.behind.filter(version=row).order_by("name").values_list("name", flat=True)) if row else []
        )
        assert [file.name for file in (found.files if found else ())] == names
        for name in ("file-0.txt", "file-1.txt"):
            assert (reads.file_of(now, code=code, name=name) is not None) is (name in names)
        before: dict[int, int] = {}
        for old in should.before.values():
            if row and old.document_id == code and old.number < row.number:
                before[old.number] = max(before.get(old.number, 0), old.pk)
        assert [one.version for one in reads.earlier(now, code=code)] == sorted(before.values(), reverse=True)


def live(world: World, steps: int) -> None:
    """A random life, looked at after each step."""
    for _ in range(8):
        Steps().files(world)
    for number in range(steps):
        done = step(world)
        facts = facts_now()
        for name, viewer in world.viewers().items():
            try:
                check(world, viewer, facts)
            except AssertionError as error:
                raise AssertionError(f"step {number} ({done}), {name}: {error}") from error
    # a life in which partners read all or nothing would prove little
    partners = [f"person:{world.people[name]}" for name in ("alpha's", "beta's", "gamma's")]
    assert min(sum(seen_by[name] for name in partners) for seen_by in (world.shown, world.hidden)) >= steps, world


@pytest.mark.parametrize("seed", [1, 2])
def test_s1_every_read_is_what_the_rule_says_after_every_step(world, seed):
    live(world, 25)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 130))
def test_s1_every_read_is_what_the_rule_says_in_thirty_long_lives(world, seed):
    live(world, 150)
