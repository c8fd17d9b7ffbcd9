"""Whoever follows a feed is told every change once, in words, with a link, and nothing that concerns somebody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cordiale.apps.ledger.reads import newest
from cordiale.apps.ledger.writes import erase_content
from cordiale.apps.register.views.feeds import NEWEST
from cordiale.apps.register.writes.participation import assert_participation, correct, end, retract
from cordiale.domain.period import parse_when
from tests.browser.pages import ids
from tests.databases import ROOT
from tests.makers import AT, add, edit, load, owner, small_pack, statement

ALL, GAMMA, ALPHA, FORUM, CLUB = (
    "/changes/feed.atom",
    "/countries/gamma/feed.atom",
    "/countries/alpha/feed.atom",
    "/frameworks/forum/feed.atom",
    "/frameworks/club/feed.atom",
)


@pytest.fixture
def small(db: None, tmp_path: Path) -> Path:
    """The invented pack is loaded."""
    folder = small_pack(tmp_path / "small")
    load(folder, reason="To begin with")
    return folder


def told(client: Client, path: str) -> Any:
    """A feed as a reader of feeds takes it."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(answer.content)
    assert feed.bozo == 0, feed.get("bozo_exception")
    assert feed.version == "atom10"
    return feed


def titles(client: Client, path: str) -> list[str]:
    return [entry.title for entry in told(client, path).entries]


@pytest.mark.usefixtures("nato")
@pytest.mark.parametrize("path", [ALL, "/countries/fin/feed.atom", "/frameworks/pfp/feed.atom"])
def test_the_load_of_a_pack_is_one_entry_however_much_it_brought(client: Client, path: str):
    feed = told(client, path)

    (entry,) = feed.entries
    assert entry.title == "Pack loaded: pack:nato"
    assert "recorded, 0 closed" in entry.summary
    assert entry.link == "http://testserver/changes/1/"


@pytest.mark.usefixtures("nato")
def test_every_party_and_framework_has_a_valid_feed(client: Client):
    pack = ROOT / "packs/nato"
    paths = [f"/countries/{code}/feed.atom" for code in ids(pack, "parties")[::9]]
    paths += [f"/frameworks/{code}/feed.atom" for code in ids(pack, "frameworks")[::4]]

    assert {path: len(told(client, path).entries) for path in paths} == dict.fromkeys(paths, 1)


def test_a_change_is_told_to_those_it_concerns(client: Client, small: Path):
    assert_participation(statement=statement(), reason="Read in the gazette", by=owner, at=AT)

    assert titles(client, ALL)[0] == "Statement recorded: Gamma, FO"
    assert titles(client, GAMMA) == titles(client, FORUM)[:2] == titles(client, ALL)
    assert titles(client, ALPHA) == titles(client, CLUB) == ["Pack loaded: pack:small"]


def test_a_change_is_told_in_words_with_its_reason(client: Client, small: Path):
    assert_participation(statement=statement(), reason="Read in the gazette", by=owner, at=AT)

    entry = told(client, GAMMA).entries[0]

    assert entry.author == "owner"
    assert "<p>Read in the gazette</p>" in entry.summary
    assert "Recorded: Country or organisation: Gamma; Framework: FO; Status: Member;" in entry.summary
    assert "From: 1 May 2001; Source: gazette" in entry.summary


def test_each_kind_of_change_is_told(client: Client, small: Path):
    first = assert_participation(statement=statement(), reason="one", by=owner, at=AT)
    second = correct(assertion=first, statement=statement(status="suspended"), reason="two", by=owner, at=AT)
    third = end(assertion=second, on=parse_when("2013-01-01"), source="gazette", reason="three", by=owner, at=AT)
    retract(assertion=third, reason="four", by=owner, at=AT)

    entries = told(client, GAMMA).entries

    assert [entry.title.partition(":")[0] for entry in entries] == [
        "Statement retracted",
        "End recorded",
        "Statement corrected",
        "Statement recorded",
        "Pack loaded",
    ]
    assert "No longer believed:" in entries[0].summary
    assert "Recorded:" not in entries[0].summary
    assert "Last day: 31 December 2012" in entries[1].summary
    assert "Status: Member" in entries[2].summary
    assert "Status: Suspended" in entries[2].summary


def test_a_later_edition_is_told_to_those_whose_rows_it_changed(client: Client, small: Path):
    edit(small, "pack.toml", "2026-01-01", "2026-02-01")
    load(add(small, "agreements.csv", "accord,The Accord,treaty,2002,Capital,gamma;club,gazette"))

    assert len(told(client, GAMMA).entries) == len(told(client, CLUB).entries) == 2
    assert len(told(client, ALPHA).entries) == 1
    assert "Agreements: 1 recorded, 0 closed" in told(client, GAMMA).entries[0].summary


def test_an_entry_has_the_same_name_in_every_feed_and_on_every_machine(client: Client, small: Path):
    names = {path: [entry.id for entry in told(client, path).entries] for path in (ALL, GAMMA, FORUM)}
    elsewhere = feedparser.parse(client.get(ALL, SERVER_NAME="127.0.0.1").content)

    assert names[ALL] == names[GAMMA] == names[FORUM] == [entry.id for entry in elsewhere.entries]
    assert names[ALL] == [f"nih:sha-256;{newest(owner)[0].hash}"]


def test_an_entry_is_dated_by_the_ledger(client: Client, small: Path):
    entry = told(client, ALL).entries[0]

    assert entry.updated == entry.published
    assert entry.updated[:19] == newest(owner)[0].at[:19]


def test_a_feed_names_itself_its_page_and_its_language(client: Client, small: Path):
    feed = told(client, GAMMA).feed

    links = {link.rel: link.href for link in feed.links}
    assert feed.title == "Invented partnerships: Gamma"
    assert links == {
        "alternate": "http://testserver/countries/gamma/",
        "self": "http://testserver/countries/gamma/feed.atom",
    }
    assert feed.id == "http://testserver/countries/gamma/feed.atom"
    assert feed.language == "en"


def test_a_feed_holds_the_newest_entries_only(client: Client, small: Path):
    for number in range(NEWEST + 5):
        changed = statement(status="suspended" if number % 2 else "member")
        if number == 0:
            first = assert_participation(statement=changed, reason="0", by=owner, at=AT)
        else:
            first = correct(assertion=first, statement=changed, reason=str(number), by=owner, at=AT)

    for path in (ALL, GAMMA):
        entries = told(client, path).entries
        assert len(entries) == NEWEST
        assert f"<p>{NEWEST + 4}</p>" in entries[0].summary


def test_an_erased_entry_says_so(client: Client, small: Path):
    erase_content(number=1, reason="by law", by=owner, at=AT)

    erasure, loaded = told(client, ALL).entries

    assert erasure.title == "Content erased: entry:1"
    assert "The law demanded that the content of this entry be erased." in loaded.summary


@pytest.mark.parametrize("reason", ["<script>alert(1)</script> & <b>", "a\x01\x0b\x1f\ufffe", "]]> &amp;", "💥 ‮x"])
def test_whatever_the_reason_the_feed_stays_valid_and_shows_text(client: Client, small: Path, reason: str):
    assert_participation(statement=statement(), reason=reason, by=owner, at=AT)

    summary = told(client, ALL).entries[0].summary

    assert "<script" not in summary
    assert "<b>" not in summary


@pytest.mark.parametrize("path", [ALL, GAMMA, FORUM])
def test_what_did_not_change_is_not_sent_again(client: Client, small: Path, path: str):
    answer = client.get(path)

    assert client.get(path, HTTP_IF_NONE_MATCH=answer.headers["ETag"]).status_code == 304
    assert client.get(path, HTTP_IF_MODIFIED_SINCE=answer.headers["Last-Modified"]).status_code == 304
    assert_participation(statement=statement(), reason="new", by=owner, at=AT)
    assert client.get(path, HTTP_IF_NONE_MATCH=answer.headers["ETag"]).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/countries/nowhere/feed.atom",
        "/frameworks/nowhere/feed.atom",
        "/countries/forum/feed.atom",
        "/countries/GAMMA/feed.atom",
        "/countries/gamma/feed.rss",
        "/agreements/charter/feed.atom",
    ],
)
def test_there_is_no_feed_of_what_is_not_there(client: Client, small: Path, path: str):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_feed_is_only_read(small: Path, method: str):
    assert getattr(Client(enforce_csrf_checks=True), method)(ALL).status_code in (403, 405)


@pytest.mark.django_db
def test_a_register_without_a_pack_has_no_feed_yet(client: Client):
    assert client.get(ALL).status_code == 503


@pytest.mark.parametrize(
    ("page", "feed"), [("/changes/", ALL), ("/countries/gamma/", GAMMA), ("/frameworks/forum/", FORUM)]
)
def test_a_page_names_its_feed_in_its_head_and_in_its_text(client: Client, small: Path, page: str, feed: str):
    html = client.get(page).content.decode()

    assert '<link rel="alternate" type="application/atom+xml" title="' in html
    assert html.count(f'href="{feed}"') == 2


def test_a_feed_takes_as_many_queries_for_many_entries_as_for_one(client: Client, small: Path):
    def queries(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        return len(asked)

    def record(year: int) -> None:
        said = statement(start=f"{year}", until=f"{year + 1}")
        assert_participation(statement=said, reason="x", by=owner, at=AT)

    record(2010)
    before = [queries(path) for path in (ALL, GAMMA, FORUM)]
    for year in range(2011, 2016):
        record(year)

    assert [queries(path) for path in (ALL, GAMMA, FORUM)] == before
    assert max(before) <= 8
