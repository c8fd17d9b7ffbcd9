"""Auditing what is shared: every line of the read log replays, exposures are found, and readers are explained."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django.fixtures import Settings

from cordiale.apps.ledger.reads import content, entries, head, last_by
from cordiale.apps.people.models import Grant
from cordiale.apps.people.reads.viewers import viewer_of
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
    world.read(world.people[0], *world.documents)  # before anything else: alpha is suspended nowhere yet
    for _ in range(60):
        world.step()
    for party, framework in product(("alpha", "beta", "gamma"), ("union", "forum")):
        with suppress(ValueError):  # the history may hold another suspension of these days
            suspended(party, "2020", framework)

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
    assert (last.verb, last.subject, last.reason) == ("sharing.recorded", "document", "")
    assert content(owner, number=last.number) == [
        {
            "did": "acknowledged",
            "acknowledged": one.key,
            "line": one.line,
            "document": one.document,
            "note": "Asked them to delete it",
        }
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


# --- who could read, and what ---


def way_of(code: str, at: datetime | None = None) -> dict[str, tuple[bool, Way]]:
    """Party to whether it could read a document, and how or why not."""
    found = readers(SYSTEM, document=code, at=at)
    assert found is not None
    return {one.party: (one.is_reader, one.way) for one in found.parties}


def test_each_party_is_told_how_it_reads_or_why_not(small: None):
    world = World()
    forum, excepting = world.documents[1], world.documents[3]
    told = way_of(forum)
    suspended("gamma", "2014-04-01")

    assert told == {
        "host": (True, Way.HOST),
        "alpha": (True, Way.RELEASED),
        "beta": (False, Way.SUSPENDED),
        "gamma": (False, Way.OUTSIDE),
    }
    assert way_of(excepting)["beta"] == (False, Way.EXCEPTED)
    assert way_of(world.file("forum except suspended"))["beta"] == (False, Way.SUSPENDED)
    assert way_of(world.documents[2])["gamma"] == (False, Way.SUSPENDED)


def test_a_party_is_told_by_which_terms_it_reads(small: None):
    world = World()
    code = world.file("alpha, forum, gamma except beta")

    found = readers(SYSTEM, document=code)

    assert found is not None
    terms = {one.party: one.terms for one in found.parties if one.is_reader}
    assert terms == {"host": (), "alpha": ("Alpha except Beta", "FO except Beta"), "gamma": ("Gamma except Beta",)}


def test_a_party_that_an_exception_removes_is_told_so(small: None):
    world = World()
    code = world.file("forum except alpha")

    assert way_of(code)["alpha"] == (False, Way.EXCEPTED)


def test_a_suspended_party_is_told_where_since_when_and_by_which_source(small: None):
    world = World()

    found = readers(SYSTEM, document=world.documents[2])

    assert found is not None
    (standing,) = next(one for one in found.parties if one.party == "beta").standings
    assert (standing.framework, standing.answer.value, standing.since, standing.source) == (
        "forum",
        "suspended",
        "2014-04-01",
        "gazette",
    )


def test_readers_are_told_as_known_then_whatever_was_recorded_since(small: None):
    world = World()
    forum = world.documents[1]
    alpha, *_ = world.people
    then = clock.now()
    before = readers(SYSTEM, document=forum, at=then)

    suspended("alpha", "2014-04-01")
    clear(person=alpha, level="inner", reason="r", by=owner, at=clock.now())
    close_account(person=world.people[4], reason="r", by=owner, at=clock.now())
    relabel(code=forum, label=Label("host", "inner"), reason="r", by=world.seen(world.desk), at=clock.now())
    world.define("gamma")
    grant(person=alpha, mandate=DESK, from_on=date(2026, 1, 1), until_on=None, reason="r", by=owner, at=clock.now())

    assert readers(SYSTEM, document=forum, at=then) == before
    assert before is not None
    assert [one.party for one in before.parties if one.is_reader] == ["host", "alpha"]


def test_readers_agree_with_what_each_person_is_shown(small: None):
    world = World(11)
    for _ in range(25):
        world.step()
    alone = {code: set[int]() for code in world.documents}
    for person in (world.desk, *world.people):
        with reading(world.seen(person)) as now:
            for code in world.documents:
                if document(now, code=code) is not None:
                    alone[code].add(person)

    for code, shown in alone.items():
        found = readers(SYSTEM, document=code)
        assert found is not None
        assert {one.person for one in found.people if one.is_reader} == shown


def test_what_a_party_could_read_is_the_reverse_of_who_could_read(small: None):
    world = World(12)
    for _ in range(25):
        world.step()
    moments = [None, *(datetime.fromisoformat(one.at) for one in list(entries(owner))[-20::5])]

    for at in moments:
        for party in ("host", "alpha", "beta", "gamma"):
            found = could_read(SYSTEM, party=party, at=at)
            told = {one.document for one in found.documents}
            assert told == {code for code in world.documents if way_of(code, at).get(party, (False,))[0]}


def test_what_a_party_could_read_comes_page_by_page(small: None):
    world = World()

    first = could_read(SYSTEM, party="host", limit=4)
    second = could_read(SYSTEM, party="host", after=first.following, limit=4)

    assert [one.document for one in (*first.documents, *second.documents)] == sorted(world.documents)
    assert second.following == ""


def test_a_document_has_no_reader_before_it_is_filed_and_after_it_is_withdrawn(small: None):
    before = clock.now()
    world = World()
    code = world.documents[0]
    withdraw(code=code, reason="r", by=world.seen(world.desk), at=clock.now())

    early, late = readers(SYSTEM, document=code, at=before), readers(SYSTEM, document=code)

    assert early is not None
    assert late is not None
    assert (early.filed, early.filed_by, early.parties) == (Filed.NOT_YET, None, ())
    assert (late.filed, late.people) == (Filed.WITHDRAWN, ())
    assert late.filed_by is not None
    assert late.filed_by.number == head(owner).number
    assert readers(SYSTEM, document="nothing") is None


def test_a_person_is_told_every_reason(small: None):
    world = World()
    code = world.file("forum", "inner", "few")

    found = readers(SYSTEM, document=code)

    assert found is not None
    reasons = {one.person: one.refusals for one in found.people}
    alpha, beta, *_, analyst = world.people
    assert reasons[world.desk] == ()
    assert reasons[alpha] == (Refusal.LEVEL, Refusal.GROUP)
    assert reasons[beta] == (Refusal.PARTY, Refusal.LEVEL, Refusal.GROUP)
    assert reasons[analyst] == (Refusal.NO_PARTY, Refusal.LEVEL, Refusal.GROUP)


def test_an_auditor_is_told_the_title_only_of_what_they_may_read(small: None):
    world = World()
    auditor = world.seen(world.people[4])
    secret = world.file("", "inner")

    told, kept = readers(auditor, document=world.documents[0]), readers(auditor, document=secret)

    assert told is not None
    assert kept is not None
    assert (told.title, kept.title) == ("A paper", "")
    assert [line.refused for line in lines()][-1] == (secret,)
    with pytest.raises(NotPermitted):
        readers(world.seen(world.desk), document=secret)
    with pytest.raises(NotPermitted):
        could_read(world.seen(world.desk), party="alpha")


def test_the_last_entry_by_a_moment(small: None):
    found = list(entries(owner))
    last = datetime.fromisoformat(found[-1].at)

    assert last_by(owner, at=last) == found[-1].number
    assert last_by(owner, at=last - timedelta(microseconds=1)) == found[-1].number - 1
    assert last_by(owner, at=datetime(2000, 1, 1, tzinfo=UTC)) == 0


# --- commands ---


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


def test_the_commands_tell_readers_and_the_reverse(small: None):
    world = World()
    code = world.documents[1]

    table = run("readers", code)
    told = json.loads(run("readers", code, "--format", "json", "--at", "2026-12-31"))
    reverse = json.loads(run("could-read", "Alpha", "--format", "json"))

    assert "HOST OPEN – Releasable to FO" in table
    assert "released (FO)" in table
    assert "suspended; forum: suspended since 2014-04-01, says gazette" in table
    assert told["at"] == "2026-12-31T22:59:59.999999Z"
    assert [one["party"] for one in told["parties"] if one["could_read"]] == ["host", "alpha"]
    assert code in {one["document"] for one in reverse["documents"]}
    assert "not filed yet" in run("readers", code, "--at", "2001-01-01T00:00:00Z")
    assert "There are more: add --after" in run("could-read", "host", "--limit", "2")


def test_a_command_refuses_what_it_cannot_ask(small: None):
    assert "is no moment" in run("readers", "x", "--at", "2026-11-24T14:00", code=1)
    assert "is no moment" in run("readers", "x", "--at", "yesterday", code=1)
    assert "lies outside 1800" in run("readers", "x", "--at", "1700-01-01", code=1)
    assert "never was a document" in run("readers", "x", code=1)
    assert "no party" in run("could-read", "nowhere", code=1)


def test_the_command_replays_and_names_each_mismatch(small: None, log: Path):
    world = World()
    world.read(world.people[0], *world.documents)

    assert run("readlog", "replay").startswith("Every verdict is the same again: 7 lines.")

    (file,) = log.iterdir()
    line = next(line for line in lines() if line.refused)
    label = LabelRow.objects.get(release="").pk
    forged = Line.of(
        replace(line, shown=((line.refused[0], label),), refused=()), number=line.number, previous=line.previous
    )
    file.write_bytes(file.read_bytes().replace(line.text, forged.text))

    told = run("readlog", "replay", code=1)
    assert f"document {line.refused[0]}: logged shown, decided again refused" in told
    assert "1 verdict of 7 lines would differ" in told


def test_the_command_lists_exposures_until_they_are_acknowledged(small: None):
    world = World()
    with reading(world.seen(world.people[0])) as now:
        document(now, code=world.documents[1])
    suspended("alpha", "2014-04-01")

    (told,) = json.loads(run("readlog", "exposure", "--format", "json"))
    acknowledge(line=told["line"], document=told["document"], note="n", by=owner, at=clock.now())

    assert (told["document"], told["corrections"][0]["verb"]) == (world.documents[1], "register.asserted")
    assert json.loads(run("readlog", "exposure", "--format", "json")) == []
    (again,) = json.loads(run("readlog", "exposure", "--all", "--format", "json"))
    assert (again["acknowledged"], again["note"]) == (head(owner).number, "n")


# --- pages ---


def open_pages(world: World) -> list[str]:
    return [
        f"/documents/{world.documents[1]}/readers/",
        "/documents/could-read/",
        "/documents/could-read/?party=alpha",
        "/documents/exposures/",
    ]


@pytest.fixture
def texts(small: None) -> World:
    return World()


def test_the_pages_are_open_to_auditor_and_security_officer_only(texts: World):
    officer = now_somebody("officer@example.org", OFFICER, password=None)
    pages = open_pages(texts)

    for person in (texts.people[4], officer):
        assert [signed_in(person).get(page).status_code for page in pages] == [200] * len(pages)
    for client in (signed_in(texts.desk), signed_in(texts.people[0]), Client()):
        assert [client.get(page).status_code for page in pages] == [404] * len(pages)


def test_the_page_explains_read_refused_and_withdrawn_by_a_suspension(texts: World):
    client = signed_in(texts.people[4])
    code = texts.documents[1]
    page = f"/documents/{code}/readers/"
    then = clock.now()
    suspended("alpha", moment(then))

    now, before = client.get(page), client.get(page, {"at": then.isoformat()})

    assert "A paper" in now.text
    assert cells(now.text, "Alpha") == ["no", "Left out, as suspended", "UN: suspended since " + shown_moment(then)]
    assert cells(before.text, "Alpha")[:2] == ["yes", "Released to FO"]
    assert cells(before.text, "Beta")[:2] == ["no", "Left out, as suspended"]
    assert cells(before.text, "Gamma")[:2] == ["no", "Not in the audience"]
    assert "no-store" in now.headers["Cache-Control"]


def cells(text: str, party: str) -> list[str]:
    """What the row of a party says, tags and links away."""
    row = next(row for row in text.split("<tr") if f"<bdi>{party}</bdi></a>" in row)
    found = re.findall(r'<td role="cell".*?>(.*?)</td>', row, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", re.sub(r'<span class="links">.*?</span>', "", one)).strip() for one in found]


def shown_moment(at: datetime) -> str:
    return f"{at.day} {at:%B} {at.year}, {at:%H:%M:%S} UTC"


def test_a_moment_that_is_none_is_told_on_the_page(texts: World):
    client = signed_in(texts.people[4])

    for page in (f"/documents/{texts.documents[1]}/readers/?at=x", "/documents/could-read/?party=alpha&at=x"):
        answer = client.get(page)
        assert answer.status_code == 400
        assert "is no moment" in answer.text
    assert client.get("/documents/could-read/?party=nowhere").status_code == 400
    assert client.get("/documents/nothing/readers/").status_code == 404
    assert client.get("/documents/exposures/?from=x").status_code == 404


def test_the_security_officer_acknowledges_an_exposure_on_its_page(texts: World):
    with reading(texts.seen(texts.people[0])) as now:
        document(now, code=texts.documents[1])
    suspended("alpha", "2014-04-01")
    officer = signed_in(now_somebody("officer@example.org", OFFICER, password=None))
    auditor = signed_in(texts.people[4])
    (one,) = exposures(SYSTEM)
    address = f"/documents/exposures/acknowledge/?line={one.line}&document={one.document}"

    assert "1 reading waits to be acknowledged" in auditor.get("/documents/exposures/").text
    assert "acknowledge/" not in auditor.get("/documents/exposures/").text
    assert auditor.post(address, {"note": "x"}).status_code == 404
    assert address.replace("&", "&amp;") in officer.get("/documents/exposures/").text
    assert officer.get(address).status_code == 200

    answer = officer.post(address, {"note": "They deleted it"}, follow=True)

    assert "It is acknowledged." in answer.text
    assert "They deleted it" in answer.text
    assert "waits to be acknowledged" not in answer.text
    assert "There is no such reading" in officer.post(address, {}, follow=True).text


def test_a_damaged_read_log_is_told_on_the_page(texts: World, log: Path):
    texts.read(texts.people[0], texts.documents[1])
    next(log.iterdir()).write_bytes(b"nothing\n")

    assert "The read log cannot be read to its end" in signed_in(texts.people[4]).get("/documents/exposures/").text
