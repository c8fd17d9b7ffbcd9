"""What is new reaches whoever may read it, by mail, feed and inbox, once, and nobody after a suspension."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import feedparser  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.db import connections
from django.test import Client
from pytest_django.fixtures import Settings

from cordiale.apps.desk.jobs import digests, sending
from cordiale.apps.desk.jobs.mails import Reminder
from cordiale.apps.desk.jobs.sending import MailServerSilent, Sent, send_digest
from cordiale.apps.desk.reads.tasks import tasks
from cordiale.apps.desk.views.proposals import decides
from cordiale.apps.jobs.jobs.running import run
from cordiale.apps.jobs.models import Job
from cordiale.apps.jobs.reads.progress import JobNow
from cordiale.apps.jobs.reads.progress import one as one_job
from cordiale.apps.people.models import Grant, Proposal
from cordiale.apps.people.reads.viewers import viewer_of
from cordiale.apps.people.writes.grants import close_account, end_grant, grant
from cordiale.apps.people.writes.joining import ask_for_access
from cordiale.apps.people.writes.tokens import make_token
from cordiale.apps.register.writes.participation import assert_participation, retract
from cordiale.apps.sharing.models import Reminded, Subscription
from cordiale.apps.sharing.reads import reading as reads_reading
from cordiale.apps.sharing.reads.markings import label_of
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.told import due_digests, mark_of, subscription
from cordiale.apps.sharing.writes.documents import Said, file_document, relabel, remark, revise, withdraw
from cordiale.apps.sharing.writes.rights import define_group, let_know
from cordiale.apps.sharing.writes.telling import LEASE, doubt, hand_over, subscribe, take_back
from cordiale.config.digests import start_digests_or_log
from cordiale.domain import clock
from cordiale.domain.participation import Scope, StartKind, Statement
from cordiale.domain.period import Period, parse_when
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.sharing import Kind
from cordiale.domain.telling import Digest
from cordiale.domain.viewer import NotPermitted, Viewer
from cordiale.engines.readlog.reading import files, lines
from cordiale.engines.readlog.writing import LogUnwritable
from tests.databases import ROOT
from tests.mail_server import MailServer, listening, mails_to
from tests.makers import outsider, owner
from tests.people import DESK, now_somebody, signed_in

SYSTEM = Viewer.system("digests")
AUSTRIA, JAPAN = "aut", "jpn"
PFP = "NATO UNCLASSIFIED – Releasable to PfP"
FEED = "/documents/feed.atom"


def point(party: str, *, email: str = "") -> int:
    """A focal point of a party."""
    return now_somebody(email or f"{party}@example.org", Mandate(Role.FOCAL_POINT, party), password=None)


def viewer(person: int) -> Viewer:
    return viewer_of(SYSTEM, person=person, at=clock.now())


def said(title: str, **more: Any) -> Said:
    held = {"kind": Kind.PAPER, "title": title, "summary": "", "language": "en", "originator": "nato"}
    return Said(**{**held, "dated": parse_when("2026-11"), **more})


def filed(title: str = "Report on drills", marking: str = PFP) -> str:
    """A document, filed now by the desk."""
    return file_document(said=said(title), label=label_of(owner, text=marking), by=owner, at=clock.now())


def desk() -> Viewer:
    """A desk officer, who reads what they change."""
    return viewer(now_somebody("desk@example.org", DESK, password=None))


def suspend(party: str = AUSTRIA, framework: str = "pfp") -> int:
    """Suspend a party from now on; the number of the statement."""
    at = clock.now()
    statement = Statement(
        party=party,
        framework=framework,
        status="suspended",
        scope=Scope.ALL,
        start_kind=StartKind.CHANGE,
        period=Period(parse_when(at.strftime("%Y-%m-%dT%H:%M:%SZ")), None),
        source="nato-un-2018",
        end_source="",
    )
    return assert_participation(statement=statement, reason="a test", by=owner, at=at)


def subscribed(party: str, digest: Digest = Digest.DAILY) -> int:
    """A focal point who asked for digests more than a week ago: one is due."""
    person = point(party)
    subscribe(digest=digest, by=viewer(person), at=clock.now() - timedelta(days=8))
    return person


def sent(person: int, *, reminders: Any = lambda viewer: [], at: datetime | None = None) -> Sent:
    return send_digest(person=person, reminders=reminders, by=SYSTEM, at=at or clock.now())


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """A mail server that this installation mails to."""
    settings.ADDRESS = "https://partnerships.example"
    with listening() as server:
        mails_to(settings, server.port)
        yield server


@pytest.mark.usefixtures("nato")
class TestADigest:
    def test_names_what_is_new_to_one_country_and_not_to_another(self, server):
        austrian, japanese = subscribed(AUSTRIA), subscribed(JAPAN)
        code = filed()

        assert (sent(austrian), sent(japanese)) == (Sent.SENT, Sent.NOTHING_NEW)

        (mail,) = server.mails
        assert mail["To"] == "aut@example.org"
        assert mail["Subject"] == "NATO UNCLASSIFIED: 1 new document"
        assert mail.get_content().splitlines()[:6] == [
            PFP,
            "",
            PFP,
            "Report on drills",
            "paper, November 2026",
            f"https://partnerships.example/documents/{code}/",
        ]

    def test_says_why_it_is_sent_and_how_to_stop_it(self, server):
        person = subscribed(AUSTRIA)
        filed()

        sent(person)

        (mail,) = server.mails
        assert "You are sent this because you asked for it" in mail.get_content()
        assert "https://partnerships.example/inbox/#digest" in mail.get_content()
        assert mail["List-Unsubscribe"] == "<https://partnerships.example/inbox/#digest>"
        assert mail["Auto-Submitted"] == "auto-generated"

    def test_bears_the_level_alone_where_its_documents_bear_several_markings(self, server):
        person = subscribed(AUSTRIA)
        filed("One")
        filed("Two", "NATO UNCLASSIFIED – Releasable to JPN, PfP")

        sent(person)

        first, *lines = server.mails[0].get_content().splitlines()
        assert first == "NATO UNCLASSIFIED – each document below bears its own marking"
        assert [lines[lines.index(title) - 1] for title in ("Two", "One")] == [
            "NATO UNCLASSIFIED – Releasable to JPN, PfP",
            PFP,
        ]

    def test_tells_a_document_once_and_its_next_content_again(self, server):
        person = subscribed(AUSTRIA)
        code = filed()
        assert sent(person) == Sent.SENT
        assert sent(person) == Sent.NOTHING_NEW

        revise(code=code, said=said("Report on drills, mended"), by=desk(), at=clock.now())

        assert sent(person) == Sent.SENT
        assert "Report on drills, mended" in server.mails[-1].get_content()

    def test_begins_with_what_is_new_after_it_was_asked_for(self, server):
        filed("Filed before")
        person = subscribed(AUSTRIA)

        assert sent(person) == Sent.NOTHING_NEW

    def test_tells_an_old_document_to_whoever_may_read_it_only_now(self, server):
        define_group(code="drills", title="Drills", reason="a test", by=owner, at=clock.now())
        filed("For few", f"{PFP} – Need to know: Drills")
        person = subscribed(AUSTRIA)
        filed("For all")
        assert sent(person) == Sent.SENT

        let_know(person=person, group="drills", reason="a test", by=owner, at=clock.now())

        assert sent(person) == Sent.SENT
        assert "For few" not in server.mails[0].get_content()
        assert "For few" in server.mails[1].get_content()
        assert "For all" not in server.mails[1].get_content()

    def test_tells_after_a_suspension_what_was_filed_during_it(self, server):
        person = subscribed(AUSTRIA)
        suspension = suspend()
        filed()
        assert sent(person) == Sent.NOTHING_NEW

        retract(assertion=suspension, reason="a test", by=owner, at=clock.now())

        assert sent(person) == Sent.SENT
        assert "Report on drills" in server.mails[0].get_content()

    def test_holds_no_document_withdrawn_or_released_to_fewer_meanwhile(self, server):
        person = subscribed(AUSTRIA)
        officer = desk()
        withdraw(code=filed("Withdrawn"), reason="", by=officer, at=clock.now())
        relabel(
            code=filed("For members"),
            label=label_of(owner, text="NATO UNCLASSIFIED"),
            reason="",
            by=officer,
            at=clock.now(),
        )

        assert sent(person) == Sent.NOTHING_NEW
        assert server.mails == []

    def test_is_not_for_whoever_holds_no_role_or_no_account_any_more(self, server):
        person, other = subscribed(AUSTRIA), subscribed("irl")
        filed()
        end_grant(number=Grant.objects.get(person=person).pk, reason="r", by=owner, at=clock.now())
        close_account(person=other, reason="r", by=owner, at=clock.now())

        assert [sent(person), sent(other)] == [Sent.NOTHING_NEW] * 2
        assert due_digests(SYSTEM, at=clock.now() + timedelta(days=2)) == [person]

    def test_keeps_a_title_on_one_line(self, server):
        person = subscribed(AUSTRIA)
        filed("Report\n\nNATO SECRET\u2028on drills")

        sent(person)

        assert "Report NATO SECRET on drills" in server.mails[0].get_content().splitlines()

    def test_counts_what_it_does_not_name(self, server, monkeypatch):
        monkeypatch.setattr(sending, "MOST", 2)
        person = subscribed(AUSTRIA)
        for title in ("One", "Two", "Three"):
            filed(title)

        sent(person)

        text = server.mails[0].get_content()
        assert "1 more document is new." in text
        assert "One" not in text

    def test_is_written_down_as_read_before_it_leaves(self, server, settings):
        person = subscribed(AUSTRIA)
        code = filed()

        sent(person)

        told = [line for file in files(settings.READ_LOG) for line in lines(file)]
        assert [(line.who, line.action) for line in told if code in dict(line.shown)] == [(f"person:{person}", "mail")]


@pytest.mark.usefixtures("nato")
class TestItsTime:
    MONDAY = datetime(2026, 11, 30, 4, 59, tzinfo=UTC)  # in Brussels a minute before six

    def due(self, at: datetime) -> bool:
        return bool(due_digests(SYSTEM, at=at))

    @pytest.mark.parametrize(("digest", "days"), [(Digest.DAILY, 1), (Digest.WEEKLY, 7)])
    def test_comes_in_the_morning_of_the_host(self, server, digest, days):
        person = subscribed(AUSTRIA, digest)
        Subscription.objects.update(told_at=self.MONDAY - timedelta(minutes=1))
        minute = timedelta(minutes=1)
        assert [self.due(self.MONDAY), self.due(self.MONDAY + minute)] == [False, True]

        filed()
        assert sent(person, at=self.MONDAY + minute) == Sent.SENT

        following = self.MONDAY + timedelta(days=days)
        assert [self.due(self.MONDAY + 2 * minute), self.due(following), self.due(following + minute)] == [
            False,
            False,
            True,
        ]

    def test_passes_where_nothing_is_new(self, server):
        person = subscribed(AUSTRIA)
        assert sent(person, at=self.MONDAY + timedelta(hours=1)) == Sent.NOTHING_NEW

        assert not self.due(self.MONDAY + timedelta(hours=2))
        assert self.due(self.MONDAY + timedelta(hours=25))

    def test_never_comes_for_whoever_does_not_want_it(self):
        person = subscribed(AUSTRIA)
        assert self.due(self.MONDAY)

        subscribe(digest=Digest.NEVER, by=viewer(person), at=clock.now())

        assert not self.due(self.MONDAY + timedelta(days=30))

    def test_is_told_to_the_installation_only(self):
        person = subscribed(AUSTRIA)

        assert due_digests(viewer(person), at=self.MONDAY) == []
        with pytest.raises(NotPermitted):
            subscribe(digest=Digest.DAILY, by=Viewer.public(), at=clock.now())
        for refused in (viewer(person), Viewer.public()):
            with pytest.raises(NotPermitted):
                take_back(person=person, by=refused, at=clock.now())


@pytest.mark.usefixtures("nato")
class TestAMailThatFails:
    def test_at_a_refusal_is_tried_again_and_nothing_is_marked(self, server):
        person = subscribed(AUSTRIA)
        filed()
        before = Subscription.objects.values().get()
        server.refuses = {"aut@example.org"}
        assert sent(person, reminders=one_task) == Sent.NOT_TAKEN
        assert Subscription.objects.values().get() == before
        assert not Reminded.objects.exists()

        server.refuses = set()

        assert sent(person, reminders=one_task) == Sent.SENT
        assert "Report on drills" in server.mails[0].get_content()
        assert "A role of yours ends" in server.mails[0].get_content()

    @pytest.mark.parametrize("answer", ["451 not now", "554 not this"])
    def test_at_its_content_is_tried_again(self, server, answer):
        person = subscribed(AUSTRIA)
        filed()
        server.answer_to_data = answer
        assert sent(person) == Sent.NOT_TAKEN

        server.answer_to_data = "250 taken"

        assert sent(person) == Sent.SENT
        assert len(server.mails) == 1

    def test_as_nobody_listens_is_tried_again(self, server, settings):
        person = subscribed(AUSTRIA)
        filed()
        before = Subscription.objects.values().get()
        mails_to(settings, 1)
        with pytest.raises(MailServerSilent, match="ConnectionRefusedError"):
            sent(person)
        assert Subscription.objects.values().get() == before

        mails_to(settings, server.port)

        assert sent(person) == Sent.SENT

    def test_as_the_answer_is_lost_is_not_sent_again_and_the_next_says_so(self, server):
        person = subscribed(AUSTRIA)
        filed("First")
        server.answer_to_data = ""
        assert sent(person) == Sent.DOUBTFUL

        server.answer_to_data = "250 taken"
        assert sent(person) == Sent.NOTHING_NEW
        filed("Second")
        assert sent(person) == Sent.SENT

        first, second = server.mails
        assert "First" in first.get_content()
        assert "First" not in second.get_content()
        assert "The mail before this one may not have reached you." in second.get_content()
        assert not subscription(SYSTEM, person=person).doubted

    def test_as_the_read_log_cannot_be_written_is_not_sent(self, server, monkeypatch):
        person = subscribed(AUSTRIA)
        filed()
        before = Subscription.objects.values().get()

        class Full:
            def append(self, reading: Any) -> None:
                if reading.shown:
                    raise LogUnwritable(Path("readlog"), "no space")

        monkeypatch.setattr(reads_reading, "_log", lru_cache(maxsize=1)(Full))
        with pytest.raises(LogUnwritable):
            sent(person)

        assert server.mails == []
        assert Subscription.objects.values().get() == before

    def test_in_the_hands_of_another_worker_is_left_to_it(self, server):
        person = subscribed(AUSTRIA)
        filed()
        told_at, at = subscription(SYSTEM, person=person).told_at, clock.now()
        with reading(viewer(person)) as now:
            upto = mark_of(now)
        assert hand_over(person=person, told_at=told_at, upto=upto, tasks=[], by=SYSTEM, at=at)

        assert sent(person) == Sent.IN_OTHER_HANDS
        assert due_digests(SYSTEM, at=at + timedelta(days=2)) == []
        assert doubt(by=SYSTEM, at=at + LEASE / 2) == 0
        assert doubt(by=SYSTEM, at=at + LEASE) == 1

        assert sent(person) == Sent.NOTHING_NEW
        assert due_digests(SYSTEM, at=at + timedelta(days=2)) == [person]
        assert server.mails == []


def one_task(viewer: Viewer) -> list[Reminder]:
    return [Reminder("role:1", "A role of yours ends", "https://partnerships.example/accounts/")]


@pytest.mark.usefixtures("nato")
class TestReminders:
    def test_of_a_role_that_ends_is_mailed_once(self, server):
        at = clock.now()
        person = subscribed(AUSTRIA)
        grant(
            person=person,
            mandate=Mandate(Role.ANALYST),
            from_on=at.date(),
            until_on=at.date() + timedelta(days=10),
            reason="a test",
            by=owner,
            at=at,
        )

        assert sent(person, reminders=digests.reminders(at)) == Sent.SENT
        assert sent(person, reminders=digests.reminders(at)) == Sent.NOTHING_NEW

        (mail,) = server.mails
        assert mail.get_content().splitlines()[0] == "NATO UNCLASSIFIED"
        assert mail["Subject"] == "NATO UNCLASSIFIED: 1 task waits"
        assert "A role of yours ends; its last day is " in mail.get_content()

    def test_of_a_proposal_come_after_three_days_without_its_title(self, server):
        at = clock.now()
        author = now_somebody("author@example.org", DESK, password=None)
        person = now_somebody("desk@example.org", DESK, password=None)
        subscribe(digest=Digest.DAILY, by=viewer(person), at=at)
        proposal = Proposal.objects.create(
            verb="register.edit",
            title="Lift the suspension of Beta",
            arguments={"edits": []},
            reason="r",
            proposed_by_id=author,
            proposed_at=at - timedelta(days=3) + timedelta(minutes=1),
            register_number=1,
            effect={"gains": [], "digest": ""},
        )
        assert sent(person, reminders=digests.reminders(at)) == Sent.NOTHING_NEW

        assert sent(person, reminders=digests.reminders(at + timedelta(minutes=1))) == Sent.SENT

        text = server.mails[0].get_content()
        assert f"https://partnerships.example/desk/proposals/{proposal.pk}/" in text
        assert "Beta" not in text


def test_a_suspension_while_the_mail_server_is_asked_leaves_nothing_of_it_to_send(own_nato_database, here, server):
    """The server holds the connection until another thread, with a connection of its own, has committed it."""
    with here(own_nato_database):
        person = subscribed(AUSTRIA)
        filed()
        committed: list[int] = []

        def suspend_first() -> None:
            committed.append(suspend())
            connections.close_all()

        server.when_greeted = suspend_first

        assert sent(person) == Sent.NOTHING_NEW

        assert len(committed) == 1
        assert server.mails == []
        retract(assertion=committed[0], reason="a test", by=owner, at=clock.now())
        server.when_greeted = lambda: None
        assert sent(person) == Sent.SENT


def test_two_workers_at_once_send_a_digest_once(own_nato_database, here, server):
    with here(own_nato_database):
        person = subscribed(AUSTRIA)
        filed()
        both, became = threading.Barrier(2), []
        server.when_greeted = lambda: both.wait(timeout=20) and None

        def work() -> None:
            became.append(sent(person))
            connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert sorted(became) == [Sent.IN_OTHER_HANDS, Sent.SENT]
        assert len(server.mails) == 1


KILLED = """
import json, os, signal, sys, traceback
from datetime import timedelta

import django

django.setup()

from django.conf import settings
from django.db import connections

from cordiale.apps.desk.jobs.sending import Sent
from cordiale.apps.sharing.reads.told import subscription
from cordiale.apps.sharing.writes.telling import LEASE, doubt
from cordiale.domain import clock
from tests.integration.test_told import AUSTRIA, SYSTEM, filed, sent, subscribed

for database in settings.DATABASES.values():
    if "init_command" in database.get("OPTIONS", {}):  # a killed process needs no fsync: what it wrote stays written
        database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
statements = 0


def killed_before(statement):
    connections.close_all()
    process = os.fork()
    if process == 0:
        def counted(execute, *arguments):
            global statements
            statements += 1
            if statements == statement:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(*arguments)

        for alias in connections:
            connections[alias].execute_wrappers.append(counted)
        try:
            sent(person)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


person = subscribed(AUSTRIA)
statement = 0
while True:
    statement += 1
    filed(f"Document {statement}.")
    status = killed_before(statement)
    if status == 0:
        break
    assert status == -signal.SIGKILL, status
    doubted = doubt(by=SYSTEM, at=clock.now() + LEASE)
    assert doubted == subscription(SYSTEM, person=person).doubted
    became = sent(person)
    print(json.dumps({"title": f"Document {statement}.", "doubted": doubted, "then": became}), flush=True)
    if doubted:
        filed("Another.")
        assert sent(person) == Sent.SENT
"""


def test_a_worker_killed_before_any_of_its_statements_mails_nothing_twice_and_loses_nothing_unsaid(
    own_nato_database, server
):
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        env=own_nato_database.env
        | {"CORDIALE_MAIL_URL": f"smtp://127.0.0.1:{server.port}", "CORDIALE_ADDRESS": "https://partnerships.example"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    texts = [mail.get_content() for mail in server.mails]

    times = {one["title"]: sum(one["title"] in text for text in texts) for one in told}
    assert max(times.values()) == 1
    assert [one for one in told if not one["doubted"] and one["then"] != "sent"] == []
    assert [one for one in told if not one["doubted"] and not times[one["title"]]] == []
    assert sum("may not have reached you" in text for text in texts) == sum(one["doubted"] for one in told)
    # the sweep met both: killed before the server had it, and after
    assert {times[one["title"]] for one in told if one["doubted"]} == {0, 1}


def feed(client: Client, **headers: str) -> Any:
    """The feed as a reader of feeds takes it."""
    answer = client.get(FEED, headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers
    assert "Last-Modified" not in answer.headers
    found = feedparser.parse(answer.content)
    assert found.bozo == 0, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def token_of(person: int) -> str:
    at = clock.now()
    until = at.date() + timedelta(days=30)
    return make_token(name="feeds", scope="read", expires_on=until, by=viewer(person), at=at)


def basic(token: str) -> str:
    return "Basic " + b64encode(f"any:{token}".encode()).decode()


@pytest.mark.usefixtures("nato")
class TestTheFeed:
    def test_by_token_holds_what_one_country_may_read_and_nothing_for_another(self, client):
        code = filed()
        austrian, japanese = token_of(point(AUSTRIA)), token_of(point(JAPAN))

        (entry,) = feed(client, authorization=basic(austrian)).entries
        assert feed(client, authorization=f"Bearer {japanese}").entries == []

        assert entry.title == "Report on drills"
        assert entry.link == f"http://testserver/documents/{code}/"
        assert [tag.term for tag in entry.tags] == [PFP]
        assert entry.summary == f"{PFP}; paper, November 2026"
        assert entry.author == "North Atlantic Treaty Organization"
        assert entry.id.startswith("urn:uuid:")

    def test_holds_nothing_more_after_a_suspension(self, client):
        filed()
        token = token_of(point(AUSTRIA))
        assert len(feed(client, authorization=basic(token)).entries) == 1

        suspend()

        assert feed(client, authorization=basic(token)).entries == []

    def test_names_a_document_alike_whatever_becomes_of_it(self, client):
        first = filed("First")
        filed("Second")
        token = token_of(point(AUSTRIA))
        before = {entry.id: entry for entry in feed(client, authorization=basic(token)).entries}

        revise(code=first, said=said("First, mended"), by=desk(), at=clock.now())

        entries = feed(client, authorization=basic(token)).entries
        assert [entry.title for entry in entries] == ["First, mended", "Second"]
        assert {entry.id for entry in entries} == before.keys()
        assert entries[0].updated > before[entries[0].id].updated

    def test_opens_to_a_session_too(self):
        filed()

        assert len(feed(signed_in(point(AUSTRIA))).entries) == 1

    def test_does_not_tell_whoever_may_read_nothing_when_something_was_filed(self, client):
        token = token_of(point(JAPAN))
        before = client.get(FEED, headers={"authorization": basic(token)}).content

        filed()

        assert client.get(FEED, headers={"authorization": basic(token)}).content == before

    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer nothing"}, {"authorization": "Basic !"}])
    def test_asks_anybody_else_for_a_token_and_tells_nothing(self, client, headers):
        before = client.get(FEED, headers=headers)
        filed()
        after = client.get(FEED, headers=headers)

        assert (after.status_code, after.content) == (before.status_code, before.content) == (401, before.content)
        assert after.headers["WWW-Authenticate"].startswith("Basic ")
        assert after.headers["Cache-Control"] == "private, no-store"

    def test_does_not_open_to_a_token_of_whoever_has_gone(self, client):
        person = point(AUSTRIA)
        token = token_of(person)
        close_account(person=person, reason="r", by=owner, at=clock.now())

        assert client.get(FEED, headers={"authorization": basic(token)}).status_code == 401

    def test_leaves_out_what_xml_cannot_hold(self, client):
        filed("Bell \x07 and <b>")

        (entry,) = feed(client, authorization=basic(token_of(point(AUSTRIA)))).entries

        assert "\ufffd" in entry.title


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the form that marks all as seen."""
    return dict(re.findall(r'<input type="hidden" name="(number|labels)" value="([^"]*)"', page))


@pytest.mark.usefixtures("nato")
class TestTheInbox:
    def page(self, client: Client) -> str:
        answer = client.get("/inbox/")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        return answer.content.decode()

    def test_shows_what_is_new_to_one_country_and_not_to_another_and_no_more_after_a_suspension(self):
        austrian, japanese = signed_in(point(AUSTRIA)), signed_in(point(JAPAN))
        code = filed()

        page = self.page(austrian)
        assert f"/documents/{code}/" in page
        assert f"<strong>{PFP}</strong>" in page
        assert "Report on drills" not in self.page(japanese)
        assert "<strong>Unclassified, releasable to the public</strong>" in self.page(japanese)

        suspend()
        assert "Report on drills" not in self.page(austrian)

    def test_is_empty_after_a_look_but_for_what_came_after_the_page(self):
        client = signed_in(point(AUSTRIA))
        filed("First")
        seen = form_of(self.page(client))
        filed("Second")

        assert client.post("/inbox/", seen).status_code == 302

        page = self.page(client)
        assert "Second" in page
        assert "First" not in page

    def test_keeps_what_could_be_read_only_after_the_page_was_made(self):
        define_group(code="drills", title="Drills", reason="a test", by=owner, at=clock.now())
        person = point(AUSTRIA)
        client = signed_in(person)
        filed("For few", f"{PFP} – Need to know: Drills")
        filed("For all")
        seen = form_of(self.page(client))
        let_know(person=person, group="drills", reason="a test", by=owner, at=clock.now())

        client.post("/inbox/", seen)

        assert "For few" in self.page(client)
        client.post("/inbox/", form_of(self.page(client)))
        assert "For few" not in self.page(client)

    def test_keeps_how_often_one_is_mailed(self):
        person = point(AUSTRIA)
        client = signed_in(person)

        assert client.post("/inbox/", {"digest": "weekly"}).status_code == 302

        assert subscription(viewer(person)).digest is Digest.WEEKLY
        assert re.search(r'value="weekly"[^>]*checked', self.page(client))

    @pytest.mark.parametrize("sent", [{"digest": "hourly"}, {"number": "-1"}, {"number": "x", "labels": "y" * 99}, {}])
    def test_keeps_nothing_that_means_nothing(self, sent):
        person = point(AUSTRIA)

        assert signed_in(person).post("/inbox/", sent).status_code in (302, 400)

        assert not Subscription.objects.filter(pk=person).exists()

    def test_believes_nobody_who_has_looked_further_than_there_is(self):
        person = point(AUSTRIA)
        client = signed_in(person)
        client.post("/inbox/", {"number": 10**9, "labels": ""})

        filed()

        assert "Report on drills" in self.page(client)

    def test_shows_each_task_with_its_page_to_whoever_can_do_it(self):
        at = clock.now()
        person = now_somebody("all@example.org", DESK, Mandate(Role.ADMINISTRATOR), password=None)
        end = at.date() + timedelta(days=5)
        short = grant(
            person=person,
            mandate=Mandate(Role.ANALYST),
            from_on=at.date(),
            until_on=end,
            reason="a test",
            by=owner,
            at=at,
        )
        ask_for_access(email="asks@example.org", name="Anna Ask", organisation="", reason="why", by=outsider, at=at)
        job = Job.objects.create(
            kind="ledger-verify",
            started_by=f"person:{person}",
            turn=uuid4(),
            heard_at=at,
            created_at=at,
            finished_at=at,
            state="failed",
        )
        code = filed("Remarked upon")
        remark(code=code, text="Page 2 is missing.", by=viewer(point(AUSTRIA)), at=at)

        waiting = tasks(viewer(person), may=decides(viewer(person)), at=at)
        page = self.page(signed_in(person))

        assert [task.kind for task in waiting] == ["role", "request", "job"]
        assert waiting[0].due_on == end - timedelta(days=1)
        assert waiting[0].key == f"role:{short}"
        for shown in ("Anna Ask", f"/jobs/{job.pk}/", "Remarked upon", "Read a remark on a document"):
            assert shown in page
        assert "Anna Ask" not in self.page(signed_in(point("irl")))

    def test_asks_a_stranger_to_sign_in(self, client):
        assert client.get("/inbox/")["Location"] == "/accounts/login/?next=%2Finbox%2F"


@pytest.mark.usefixtures("nato")
class TestTheJob:
    def test_is_begun_when_somebodys_time_has_come_and_not_else(self, server):
        start_digests_or_log()
        assert not Job.objects.exists()
        subscribed(AUSTRIA)

        start_digests_or_log()

        assert Job.objects.get().kind == "digests"

    def test_sends_every_digest_that_is_due(self, server):
        subscribed(AUSTRIA)
        subscribed(JAPAN)
        subscribed("irl")
        filed()
        start_digests_or_log()

        assert worked().outcome == "1 nothing new, 2 sent"
        assert sorted(mail["To"] for mail in server.mails) == ["aut@example.org", "irl@example.org"]

    def test_is_refused_in_words_where_nobody_listens(self, server, settings):
        subscribed(AUSTRIA)
        filed()
        start_digests_or_log()
        mails_to(settings, 1)

        found = worked()

        assert (found.state, "cannot be reached" in found.outcome) == ("refused", True)

    def test_is_not_begun_without_mail(self):
        subscribed(AUSTRIA)

        start_digests_or_log()

        assert not Job.objects.exists()


def worked() -> JobNow:
    """What became of the one job, done by this process."""
    job = Job.objects.get()
    run(job=job.pk, turn=job.turn, worker="test")
    found = one_job(SYSTEM, job=job.pk)
    assert found is not None
    return found
