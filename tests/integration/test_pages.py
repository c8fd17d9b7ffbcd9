"""Every page answers, carries its sources, is safe to show to anybody, and costs a fixed number of queries."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from cordiale.apps.register.exports.search import hit_table
from cordiale.apps.register.reads.search import search
from cordiale.domain.viewer import Viewer
from tests.browser.pages import KINDS, MISSING, SUBJECTS, PageFound, TableFound, addresses, ids, leads
from tests.databases import ROOT, OwnDatabase, in_this_process

NATO, ASEAN = ROOT / "packs/nato", ROOT / "packs/asean"
FILES = ("/countries/fin/participation.csv", "/about/statuses.json")
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
INLINE = re.compile(r"<style\b|<script\b(?! src=\"/static/)|<[^>]+\s(?:style|on[a-z]+)\s*=|javascript:", re.IGNORECASE)
LISTS = ("/countries/", "/frameworks/", "/agreements/", "/sources/", "/changes/", "/search/")
WITHOUT_SOURCES = ("/", *LISTS, "/about/", "/api/v1/")
"""Pages that list or describe; facts stand on the others."""
EXPLAINED = ("spans", "moved", "decided", "open")
"""Tables of answers: each row leads to the page that explains it, or names both of its sources."""
SIGN_IN = "/accounts/login/"
"""Linked from every page; pages about people have tests of their own."""
SILENT = "no source speaks of this day"
"""What stands in the place of a source where there is none, as nothing is known."""


def body(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture(scope="module")
def walked(_shared_nato_database: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> dict[str, Any]:
    """Every page of packs/nato, and what it answered."""
    with in_this_process(_shared_nato_database, django_db_blocker):
        client = Client(raise_request_exception=False)
        return {path: client.get(path) for path in addresses(NATO)}


@pytest.fixture(scope="module")
def shown(_shared_nato_database: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> dict[str, Any]:
    """One page of each kind and two downloads, and what they answered to somebody who was never here."""
    with in_this_process(_shared_nato_database, django_db_blocker):
        return {path: Client().get(path) for path in (*KINDS.values(), *FILES)}


@pytest.fixture(scope="module")
def walked_asean(_shared_asean_database: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> dict[str, Any]:
    """Every page of packs/asean, and what it answered."""
    with in_this_process(_shared_asean_database, django_db_blocker):
        client = Client(raise_request_exception=False)
        return {path: client.get(path) for path in addresses(ASEAN)}


# --- every page ---


def test_every_page_answers(walked):
    assert {path: answer.status_code for path, answer in walked.items() if answer.status_code != 200} == {}


def test_every_page_can_be_reached_from_the_first_one_by_links(walked):
    linked = {href for answer in walked.values() for href in re.findall(r'href="(/[^"#?]*/)"', body(answer))}

    assert sorted(set(walked) - linked - {"/"})[:20] == []


def test_no_page_links_to_one_that_is_not_there(walked):
    linked = {href for answer in walked.values() for href in re.findall(r'href="(/(?!static/)[^"#?]*)"', body(answer))}

    assert sorted(href for href in linked if href.endswith("/") and href not in {*walked, SIGN_IN})[:20] == []


def test_every_page_has_one_heading_and_says_in_its_title_what_it_is(walked):
    for path, answer in walked.items():
        html = body(answer)

        assert html.count("<h1>") == 1, path
        heading = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)
        assert heading is not None
        assert heading[1].strip(), path
        assert f"<title>{heading[1]} – Cordiale</title>" in html, path


def test_every_fact_shows_its_source(walked):
    """In each row of each table of facts, a link leads to the source; on the page of a source, the page says it."""
    sources = {f"/sources/{code}/" for code in ids(NATO, "sources")}
    checked = 0
    for path, answer in walked.items():
        if path.startswith(("/sources/", "/changes/")) or path in WITHOUT_SOURCES:
            continue
        for table in PageFound(body(answer)).tables:
            place = f"{path} {table.key}"
            if not table.shown or table.key in EXPLAINED:
                continue
            assert "source" in table.columns, place
            for row in table.rows:
                (cell,) = [cell for cell in row if cell.column == "source"]
                assert cell.links or cell.text.strip() == SILENT, place
                assert set(cell.links) <= sources, place
                checked += 1

    assert checked > 2_000


def test_every_hit_leads_to_a_page_that_shows_it(nato, walked):
    asked = [item for query in ("nato", "a", "i") for item in search(Viewer.public(), query=query)]
    hits = list({item.hit.entry.id + item.kind: item for item in asked}.values())
    pages: dict[str, PageFound] = {}
    for row, item in zip(hit_table(hits).rows, hits, strict=True):
        address, _hash, anchor = str(row[0].href).partition("#")
        if address not in pages:
            pages[address] = PageFound(body(walked[address]))

        name = item.hit.entry.texts[0].text
        assert " ".join(name.split()) in pages[address].texts, address
        assert not anchor or anchor.removeprefix("table-") in {table.key for table in pages[address].tables}, anchor


# --- what is not there ---


@pytest.mark.parametrize(
    "path",
    [
        "/countries/nowhere/",
        "/frameworks/nowhere/",
        "/agreements/nowhere/",
        "/sources/nowhere/",
        "/changes/999999/",
        "/changes/0/",
        "/changes/99999999999999999999999/",
        "/countries/FIN/",
        "/countries/fin/nothing.csv",
        "/countries/nowhere/participation.csv",
        "/countries/fin/participation.pdf",
        "/countries/fin/participation.csv/",
        "/countries/%00/",
        "/countries/..%2f..%2fetc/",
        f"/countries/{'a' * 3000}/",
        "/countries/فنلندا/",
        "/static/nothing.css",
        "/.git/config",
    ],
)
def test_what_is_not_there_gets_the_same_answer_wherever_it_is_not(nato, client, path):
    wanted, got = client.get(MISSING), client.get(path)

    assert got.status_code == 404
    assert _unmarked(got) == _unmarked(wanted)


def _unmarked(response: Any) -> str:
    """The page without the mark on the item of the navigation that the address belongs to."""
    return body(response).replace(' aria-current="page"', "")


@pytest.mark.parametrize(
    "before",
    [
        "x", "", "0", "-1", "1", "2", "1.5", "1e3", " 1", "%00", "٣", "²", "½", "０", "𝟙", "9" * 17, "9" * 18,
        "9" * 400, "9223372036854775807", "9223372036854775808", "1&before=x", "1;DROP", "'", "&amp;", "%F0%28%8C%28",
    ],
)  # fmt: skip
def test_a_damaged_query_never_breaks_a_page(nato, client, before):
    assert client.get(f"/changes/?before={before}").status_code in (200, 404)


@pytest.mark.parametrize(
    "path", ["/", "/countries/fin/", "/sources/?x=%00", "/countries/fin/participation.csv?a=1&a=2"]
)
def test_a_query_that_means_nothing_is_let_be(nato, client, path):
    assert client.get(path, {"q": "\x00", "before": "x"}).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_page_that_only_shows_changes_nothing_whatever_is_sent_to_it(nato, method):
    answer = getattr(Client(enforce_csrf_checks=True), method)("/countries/fin/", {"name": "x"})

    assert answer.status_code in (403, 405)


# --- safe to show ---


def test_no_page_holds_style_or_script_of_its_own(walked):
    assert [path for path, answer in walked.items() if INLINE.search(body(answer))] == []


@pytest.mark.parametrize("path", [*KINDS.values(), *FILES])
def test_the_content_policy_allows_nothing_but_our_own(shown, path):
    policy = shown[path].headers["Content-Security-Policy"]

    assert {part.strip() for part in policy.split(";")} == POLICY


@pytest.mark.parametrize("path", [*KINDS.values(), *FILES])
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_a_page_tells_the_browser_to_be_careful(shown, path, header, value):
    assert shown[path].headers[header] == value


@pytest.mark.parametrize("path", KINDS.values())
def test_a_page_for_everybody_sets_no_cookie(shown, path):
    assert not shown[path].cookies
    assert "Cookie" not in shown[path].headers.get("Vary", "")


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "a b", "[::1"])
@pytest.mark.parametrize("path", ["/", "/countries/fin/participation.json"])
def test_a_request_for_another_host_is_refused(nato, client, host, path):
    answer = client.get(path, HTTP_HOST=host)

    assert answer.status_code == 400
    assert host.encode() not in answer.content


def test_a_forwarded_host_does_not_reach_a_download(nato, client):
    answer = client.get("/about/statuses.json", HTTP_X_FORWARDED_HOST="elsewhere.example")

    assert b"elsewhere" not in answer.content


# --- on its way ---


@pytest.mark.parametrize("path", ["/", "/countries/fin/", "/countries/fin/participation.csv"])
def test_what_is_sent_is_packed_when_the_browser_asks(nato, client, path):
    plain = client.get(path)

    packed = client.get(path, HTTP_ACCEPT_ENCODING="gzip")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content)
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("path", ["/", "/countries/fin/", "/countries/fin/participation.xlsx"])
def test_what_did_not_change_is_not_sent_again(nato, client, path, encoding):
    tag = client.get(path, HTTP_ACCEPT_ENCODING=encoding).headers["ETag"]

    again = client.get(path, HTTP_ACCEPT_ENCODING=encoding, HTTP_IF_NONE_MATCH=tag)

    assert again.status_code == 304
    assert again.content == b""


def test_a_page_says_how_long_it_is_when_only_its_head_is_asked_for(nato, client):
    answer = client.head("/countries/fin/")

    assert answer.status_code == 200
    assert answer.content == b""


# --- how much it costs ---


@pytest.fixture
def queries(nato, settings) -> Callable[[str], int]:
    """How many queries a page takes when it is made anew, once the names of the register are known."""
    settings.PAGE_CACHE_BYTES = 0
    client = Client()

    def counted(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    return counted


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("/countries/col/", "/countries/rus/"),
        ("/frameworks/nrc/", "/frameworks/pfp/"),
        ("/sources/nac-2008-08-19/", "/sources/estonian-mfa-2021/"),
        ("/agreements/london-decl-1990/", "/agreements/washington-treaty/"),
    ],
)
def test_a_page_with_many_rows_takes_as_many_queries_as_one_with_few(queries, small, large):
    assert queries(small) == queries(large)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 14),
        ("/countries/", 10),
        ("/countries/rus/", 24),
        ("/frameworks/", 9),
        ("/frameworks/nato/", 26),
        ("/agreements/", 9),
        ("/sources/", 9),
        ("/sources/estonian-mfa-2021/", 40),
        ("/changes/", 4),
        ("/changes/1/", 6),
        ("/search/?q=turkey", 8),
        ("/about/", 12),
        ("/contact/", 9),
    ],
)
def test_a_page_takes_no_more_queries_than_it_did(queries, path, most):
    assert queries(path) <= most


def test_a_page_asks_only_and_changes_nothing(nato, client):
    with CaptureQueriesContext(connection) as asked:
        for path in KINDS.values():
            client.get(path)

    verbs = {query["sql"].split()[0].upper() for query in asked.captured_queries}
    assert verbs == {"SELECT"}


# --- another organisation, and none ---


def test_a_pack_of_another_organisation_is_shown_as_well(walked_asean):
    assert {path: answer.status_code for path, answer in walked_asean.items() if answer.status_code != 200} == {}
    assert [
        path for path, answer in walked_asean.items() if re.search(r"\bnato\b|atlantic", body(answer), re.IGNORECASE)
    ] == []
    assert set(leads(PageFound(body(walked_asean["/"])))) <= {*walked_asean, SIGN_IN}


def test_every_subject_of_another_organisation_has_rows_with_sources(walked_asean):
    tables: list[TableFound] = [
        table
        for name in ("parties", "frameworks", "agreements")
        for code in ids(ASEAN, name)
        for table in PageFound(body(walked_asean[f"/{SUBJECTS[name]}/{code}/"])).tables
    ]

    rows = [row for table in tables for row in table.rows]
    assert len(rows) > 500
    sources = [cell for row in rows for cell in row if cell.column == "source"]
    assert all(cell.links or cell.text.strip() == SILENT for cell in sources)


@pytest.mark.parametrize("path", ["/", "/countries/", "/changes/", "/about/", MISSING])
def test_a_register_without_a_pack_says_so_instead_of_breaking(
    own_database: OwnDatabase, here: Callable[[OwnDatabase], AbstractContextManager[None]], path: str
):
    with here(own_database):
        answer = Client(raise_request_exception=False).get(path)

    assert answer.status_code != 500
