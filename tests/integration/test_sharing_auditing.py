"""Auditing what is shared: every line of the read log replays, exposures are found, and readers are explained."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django.fixtures import Settings

from cordiale.apps.ledger.reads import content, entries, head, last_by
from cordiale.apps.people.models import Grant
from cordiale.apps.people.reads.viewers import person_named, viewer_of
from cordiale.apps.people.writes.grants import close_account, end_grant, grant
from cordiale.apps.register.models import Assertion
from cordiale.apps.register.reads.rows import statement_of
from cordiale.apps.register.reads.standing import register_facts
from cordiale.apps.register.writes.editing import carry_out
from cordiale.apps.register.writes.participation import assert_participation, correct, end, retract
from cordiale.apps.sharing.models import Label as LabelRow
from cordiale.apps.sharing.reads import reading as reading_module
from cordiale.apps.sharing.reads.auditing.asking import Filed, Refusal, Way, could_read, readers
from cordiale.apps.sharing.reads.auditing.exposing import exposures
from cordiale.apps.sharing.reads.auditing.replaying import Deciding, all_lines, mismatches, verdicts
from cordiale.apps.sharing.reads.documents import document, earlier, newest
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.writes.acknowledging import NoSuchExposure, acknowledge
from cordiale.apps.sharing.writes.documents import Said, file_document, relabel, revise, withdraw
from cordiale.apps.sharing.writes.rights import clear, define_group, let_know, let_know_no_more
from cordiale.config.commands import main
from cordiale.config.readlog import read_log
from cordiale.domain import clock
from cordiale.domain.editing import Define
from cordiale.domain.labels import Label
from cordiale.domain.participation import StartKind
from cordiale.domain.period import Period, microseconds, parse_when
from cordiale.domain.reading_log import Line
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.sharing import Kind
from cordiale.domain.viewer import NotPermitted, Viewer
from cordiale.engines.readlog.replaying import replay
from tests.makers import edit, load, owner, small_pack, statement
from tests.people import now_somebody, seen, signed_in
from tests.unit import oracle

FOCAL = {party: Mandate(Role.FOCAL_POINT, party) for party in ("alpha", "beta", "gamma")}
DESK, AUDITOR = Mandate(Role.DESK_OFFICER), Mandate(Role.AUDITOR)
OFFICER, ANALYST = Mandate(Role.SECURITY_OFFICER), Mandate(Role.ANALYST)
SYSTEM = Viewer.system("test")
LEVELS = '[levels]\nopen = "HOST OPEN"\ninner = "HOST INNER"\n\n[bodies]'
HOME: Any = ("union", ("framework", "union"), ("party", "host"))
RELEASES: dict[str, Any] = {
    "": None,
    "forum": ("framework", "forum"),
    "beta, gamma": ("union", ("party", "beta"), ("party", "gamma")),
    "forum except beta": ("except", ("framework", "forum"), ("party", "beta")),
    "club, gamma except club": ("except", ("union", ("framework", "club"), ("party", "gamma")), ("framework", "club")),
    "friends": ("group", "friends"),
}
"""Releases as labels hold them, and as the oracle reads them."""
FRIENDS: dict[str, Any] = {
    "forum": ("framework", "forum"),
    "gamma": ("party", "gamma"),
    "beta, forum": ("union", ("party", "beta"), ("framework", "forum")),
}


@pytest.fixture(autouse=True)
def log(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A read log of the test's own, and its folder."""
    settings.READ_LOG = tmp_path / "readlog"
    settings.CEILING = "inner"
    read_log.cache_clear()
    reading_module._log.cache_clear()
    yield settings.READ_LOG
    read_log().close()
    read_log.cache_clear()
    reading_module._log.cache_clear()


@pytest.fixture
def small(db: None, tmp_path: Path) -> None:
    """The invented pack with two levels."""
    load(edit(small_pack(tmp_path / "small"), "pack.toml", "[bodies]", LEVELS))


class World:
    """An installation with people, documents and groups; `step` changes something at random, or somebody reads."""

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)
        self.desk = now_somebody("desk@example.org", DESK, password=None)
        self.people = [
            now_somebody("alpha@example.org", FOCAL["alpha"], password=None),
            now_somebody("beta@example.org", FOCAL["beta"], password=None),
            now_somebody("gamma@example.org", FOCAL["gamma"], password=None),
            now_somebody("both@example.org", FOCAL["beta"], FOCAL["gamma"], password=None),
            now_somebody("auditor@example.org", AUDITOR, password=None),
            now_somebody("analyst@example.org", ANALYST, password=None),
        ]
        define_group(code="few", title="The Few", reason="r", by=owner, at=clock.now())
        self.friends: list[tuple[int, str]] = []
        self.define("forum")
        clear(person=self.desk, level="inner", reason="r", by=owner, at=clock.now())
        let_know(person=self.desk, group="few", reason="r", by=owner, at=clock.now())
        self.documents = [self.file(release) for release in RELEASES]
        self.done: list[str] = []

    def define(self, audience: str) -> None:
        """The party group "friends" gets another meaning."""
        carry_out(edits=[Define("friends", "Friends", audience)], reason="r", by=owner, at=clock.now())
        self.friends.append((head(owner).number, audience))

    def seen(self, person: int) -> Viewer:
        return viewer_of(SYSTEM, person=person, at=clock.now())

    def file(self, release: str, level: str = "open", group: str = "") -> str:
        return file_document(
            said=said(), label=Label("host", level, release, group), by=self.seen(self.desk), at=clock.now()
        )

    def read(self, person: int, *codes: str) -> None:
        """Somebody opens the list, and these documents with their earlier contents."""
        with reading(self.seen(person)) as now:
            newest(now)
        for code in codes:
            with reading(self.seen(person)) as now:
                if document(now, code=code) is not None:
                    earlier(now, code=code)

    def step(self) -> None:
        steps: list[Callable[[], object]] = [
            *[self._suspend] * 3,
            *[self._correct] * 2,
            self._retract,
            self._end,
            *[self._relabel] * 2,
            self._revise,
            self._withdraw,
            self._file,
            self._define,
            self._clear,
            self._know,
            self._roles,
            *[self._read] * 8,
        ]
        chosen = self.random.choice(steps)
        with suppress(ValueError, LookupError):  # what is refused changes nothing, and history goes on
            chosen()
            self.done.append(chosen.__name__)

    def _read(self) -> None:
        self.read(self.random.choice([self.desk, *self.people]), *self.random.sample(self.documents, 3), "nothing")

    def _suspend(self) -> None:
        start = self.random.choice(
            ["2014-04-01", "2026-11", moment(clock.now()), moment(clock.now() + timedelta(milliseconds=40))]
        )
        party, framework = self.random.choice(["alpha", "beta", "gamma"]), self.random.choice(["union", "forum"])
        source = self.random.choice(["gazette", "journal"])
        status = self.random.choice(["suspended", "suspended", "member"])
        assert_participation(
            statement=said_of(party, framework, status, start, source), reason="r", by=owner, at=clock.now()
        )

    def _correct(self) -> None:
        row = self._open()
        wrong = statement_of(row)
        period = Period(parse_when(self.random.choice(["2001-05-01", "2020", "2026-11-20", moment(clock.now())])))
        status = self.random.choice(["member", "suspended"])
        right = replace(wrong, status=status, period=period, end_source="")
        correct(assertion=row.pk, statement=right, reason="r", by=owner, at=clock.now())

    def _retract(self) -> None:
        retract(assertion=self._open().pk, reason="r", by=owner, at=clock.now())

    def _end(self) -> None:
        on = parse_when(self.random.choice(["2026-11-20", moment(clock.now())]))
        end(assertion=self._open().pk, on=on, source="gazette", reason="r", by=owner, at=clock.now())

    def _open(self) -> Assertion:
        rows = Assertion.objects.filter(known_to=None).exclude(party="host").order_by("pk")
        return self.random.choice(list(rows))

    def _label(self) -> Label:
        level = self.random.choice(["open", "open", "inner"])
        return Label("host", level, self.random.choice(list(RELEASES)), self.random.choice(["", "", "few"]))

    def _relabel(self) -> None:
        code = self.random.choice(self.documents)
        relabel(code=code, label=self._label(), reason="r", by=self.seen(self.desk), at=clock.now())

    def _revise(self) -> None:
        revise(code=self.random.choice(self.documents), said=said("Anew"), by=self.seen(self.desk), at=clock.now())

    def _withdraw(self) -> None:
        withdraw(code=self.random.choice(self.documents), reason="r", by=self.seen(self.desk), at=clock.now())

    def _file(self) -> None:
        label = self._label()
        self.documents.append(self.file(label.release, label.level, label.group))

    def _define(self) -> None:
        self.define(self.random.choice(list(FRIENDS)))

    def _clear(self) -> None:
        clear(
            person=self.random.choice(self.people),
            level=self.random.choice(["", "inner", "open"]),
            reason="r",
            by=owner,
            at=clock.now(),
        )

    def _know(self) -> None:
        verb = self.random.choice([let_know, let_know_no_more])
        verb(person=self.random.choice(self.people), group="few", reason="r", by=owner, at=clock.now())

    def _roles(self) -> None:
        at, person = clock.now(), self.random.choice(self.people)
        if self.random.random() < 0.1:
            close_account(person=person, reason="r", by=owner, at=at)
        elif self.random.random() < 0.5:
            held = list(Grant.objects.filter(person=person, known_to=None))
            end_grant(number=self.random.choice(held).pk, reason="r", by=owner, at=at) if held else None
        else:
            mandate = self.random.choice(list(FOCAL.values()))
            grant(person=person, mandate=mandate, from_on=at.date(), until_on=None, reason="r", by=owner, at=at)


def said(title: str = "A paper") -> Said:
    return Said(Kind.PAPER, title, "", "en", "host", parse_when("2026-11-01"))


def said_of(party: str, framework: str, status: str, start: str, source: str = "gazette") -> Any:
    return statement(
        party=party, framework=framework, status=status, start=start, start_kind=StartKind.CHANGE, source=source
    )


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def suspended(party: str, start: str, framework: str = "union") -> int:
    """Somebody records that a party is suspended since then; the number of the assertion."""
    return assert_participation(
        statement=said_of(party, framework, "suspended", start), reason="a test", by=owner, at=clock.now()
    )


def lines() -> list[Line]:
    return list(all_lines(SYSTEM))


# --- S8: replaying ---


@pytest.mark.parametrize("seed", range(4))
def test_s8_every_line_replays_to_its_verdict(small: None, seed: int):
    world = World(seed)
    for _ in range(60):
        world.step()

    found = lines()

    assert list(mismatches(SYSTEM)) == []
    assert sum(len(line.shown) for line in found) > 30
    assert sum(len(line.refused) for line in found) > 10
    assert len({line.register for line in found}) > 5


def test_s8_a_tampered_verdict_is_found(small: None):
    world = World()
    for person in world.people:
        world.read(person, *world.documents)
    suspended("alpha", "2026-11")
    shown = next(line for line in lines() if line.shown)
    refused = next(line for line in lines() if line.refused)
    code, hidden = shown.shown[0][0], refused.refused[0]
    label = LabelRow.objects.get(release="").pk

    hushed = replace(shown, shown=shown.shown[1:], refused=(code,))
    opened = replace(refused, shown=((hidden, label),), refused=refused.refused[1:])

    assert [(one.document, one.logged) for one in replay([hushed], Deciding(SYSTEM))] == [(code, "refused")]
    assert [(one.document, one.logged) for one in replay([opened], Deciding(SYSTEM))] == [(hidden, "shown")]


def test_s8_a_label_that_the_document_never_bore_is_found(small: None):
    world = World()
    world.read(world.desk)
    line = lines()[-1]
    code, label = line.shown[0]
    other = next(number for one, number in line.shown if number != label)

    assert verdicts(SYSTEM, replace(line, shown=((code, other),)))[code] == "refused"


def test_s8_nobody_replays_without_the_permission(small: None):
    with pytest.raises(NotPermitted):
        list(mismatches(Viewer.public()))


# --- S9: exposures ---


def exposed_by_oracle(world: World) -> set[tuple[str, str]]:
    """Line and document of what was shown and would not have been, by plain loops over the register of now."""
    facts = register_facts(owner, head(owner))
    facts = replace(facts, assertions=list(facts.assertions))
    releases = dict(LabelRow.objects.values_list("pk", "release"))
    found = set()
    for line in lines():
        meaning = [audience for number, audience in world.friends if number <= line.known][-1]
        for code, label in line.shown:
            tree = RELEASES[releases[label]]
            if tree == ("group", "friends"):
                tree = FRIENDS[meaning]
            audience = ("union", HOME, tree) if tree else HOME
            if not oracle.meant(facts, audience, microseconds(line.decided_at)) & set(line.parties):
                found.add((line.hash, code))
    return found


@pytest.mark.parametrize("seed", range(4, 8))
def test_s9_the_exposures_are_what_the_oracle_finds(small: None, seed: int):
    world = World(seed)
    for _ in range(60):
        world.step()
    for party in ("alpha", "beta", "gamma"):
        with suppress(ValueError):  # the history may hold another suspension of these days
            suspended(party, "2020")

    found = exposures(SYSTEM)

    assert {(one.line, one.document) for one in found} == exposed_by_oracle(world)
    assert found


def test_s9_a_suspension_from_now_on_exposes_nothing(small: None):
    world = World()
    world.read(world.people[0], *world.documents)
    suspended("alpha", moment(clock.now() + timedelta(seconds=1)))

    assert exposures(SYSTEM) == []


def test_s9_what_lost_a_right_since_exposes_nothing(small: None):
    world = World()
    alpha, *_ = world.people
    world.read(alpha, *world.documents)
    close_account(person=alpha, reason="r", by=owner, at=clock.now())
    for code in world.documents:
        withdraw(code=code, reason="r", by=world.seen(world.desk), at=clock.now())
    world.define("gamma")

    assert exposures(SYSTEM) == []


def test_s9_an_exposure_names_reader_document_and_correction(small: None):
    world = World()
    alpha, *_ = world.people
    code = world.documents[1]
    with reading(world.seen(alpha)) as now:
        document(now, code=code)
    assert_participation(
        statement=said_of("gamma", "union", "suspended", "2014-04-01"), reason="r", by=owner, at=clock.now()
    )
    suspended("alpha", "2014-04-01")
    number = head(owner).number

    (found,) = exposures(seen(world.people[4], clock.now()))

    assert (found.who, found.name, found.parties) == (f"person:{alpha}", "alpha", ("alpha",))
    assert (found.document, found.marking) == (code, "HOST OPEN – Releasable to FO")
    assert [entry.number for entry in found.corrections] == [number]
    assert found.acknowledged is None


def test_s9_an_exposure_is_acknowledged_once_by_the_security_officer(small: None):
    world = World()
    world.read(world.people[0], *world.documents[:2])
    suspended("alpha", "2014-04-01")
    one, *others = exposures(SYSTEM)
    officer = seen(now_somebody("officer@example.org", OFFICER, password=None), clock.now())

    acknowledge(line=one.line, document=one.document, note="Asked them to delete it", by=officer, at=clock.now())

    told = {each.key: each for each in exposures(officer)}
    last = list(entries(owner))[-1]
    assert told[one.key].acknowledged == last
    assert told[one.key].note == "Asked them to delete it"
    assert all(told[each.key].acknowledged is None for each in others)
    assert (last.verb, last.subject, last.reason) == ("sharing.acknowledged", "exposure", "")
    assert content(owner, number=last.number) == [
        {"acknowledged": one.key, "line": one.line, "document": one.document, "note": "Asked them to delete it"}
    ]
    with pytest.raises(NoSuchExposure):
        acknowledge(line=one.line, document=one.document, note="", by=officer, at=clock.now())


def test_s9_what_is_no_exposure_cannot_be_acknowledged(small: None):
    world = World()
    world.read(world.people[0], *world.documents)
    line = next(line for line in lines() if line.shown)

    for wrong in (line.hash, "0" * 64, "é" * 64, ""):
        with pytest.raises(NoSuchExposure):
            acknowledge(line=wrong, document=line.shown[0][0], note="", by=owner, at=clock.now())
    with pytest.raises(NotPermitted):
        acknowledge(line=line.hash, document="x", note="", by=world.seen(world.people[4]), at=clock.now())
