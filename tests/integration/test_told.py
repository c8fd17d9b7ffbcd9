"""What is new reaches whoever may read it, by mail, feed and inbox, once, and nobody after a suspension."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from cordiale.apps.people.reads.viewers import viewer_of
from cordiale.apps.people.writes.tokens import make_token
from cordiale.apps.register.writes.participation import assert_participation
from cordiale.apps.sharing.exports.told import Reminder
from cordiale.apps.sharing.jobs import MailServerSilent, Sent, send_digest
from cordiale.apps.sharing.models import Reminded, Subscription
from cordiale.apps.sharing.reads.markings import label_of
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.told import due_digests, mark_of, new_documents, subscription
from cordiale.apps.sharing.writes.documents import Said, file_document, relabel, revise, withdraw
from cordiale.apps.sharing.writes.telling import LEASE, doubt, hand_over, subscribe, take_back
from cordiale.domain import clock
from cordiale.domain.participation import Scope, StartKind, Statement
from cordiale.domain.period import Period, parse_when
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.sharing import Kind
from cordiale.domain.telling import Digest
from cordiale.domain.viewer import Viewer
from tests.mail_server import MailServer, listening, mails_to
from tests.makers import owner
from tests.people import now_somebody, signed_in

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


def suspend(party: str = AUSTRIA, framework: str = "pfp") -> None:
    """Suspend a party from now on."""
    at = clock.now()
    statement = Statement(
        party=party,
        framework=framework,
        status="suspended",
        scope=Scope.ALL,
        start_kind=StartKind.CHANGE,
        period=Period(parse_when(at.strftime("%Y-%m-%dT%H:%M:%SZ")), None),
        source="nato-partners-page",
        end_source="",
    )
    assert_participation(statement=statement, reason="a test", by=owner, at=at)


def subscribed(party: str, digest: Digest = Digest.DAILY) -> int:
    """A focal point who is mailed and was told everything an hour ago less than the first digest is due."""
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
        assert mail.get_content().splitlines()[:6] == [
            PFP,
            "",
            PFP,
            "Report on drills",
            "paper, November 2026",
            f"https://partnerships.example/documents/{code}/",
        ]
