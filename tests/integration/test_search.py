"""Search finds the register by any name, leads to where it stands, and shows whatever is typed or stored as text."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import html5lib  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cordiale.apps.register.reads.search import KINDS, search, suggestions
from cordiale.apps.register.views.search import HITS
from cordiale.domain.viewer import Viewer
from cordiale.engines.search.index import LONGEST_QUERY, Sort, Way
from tests.browser.pages import PageFound
from tests.makers import add, edit, load, small_pack

public = Viewer.public()
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ site.name }}{% now 'Y' %}<c-tag>x</c-tag>",
    "' OR 1=1 --",
    "\x00\x01\x1b",
    "%00%ff%fe",
    "\u202eevil\u202c",
    "a" * 5_000,
    "٣٤ 漢字 💥 \ud7ff",
    "&amp;&lt;b&gt;",
    "(((((((((((((((((((((((((",
    "* ? [ ^ $ \\",
)


def first(query: str) -> tuple[str, str]:
    """Kind and name of the first hit."""
    item = search(public, query=query)[0]
    return item.kind, item.hit.entry.texts[0].text


def page_of(client: Client, **asked: str) -> PageFound:
    answer = client.get("/search/", asked)
    assert answer.status_code == 200, asked
    return PageFound(answer.content.decode())


def html_of(client: Client, **asked: str) -> str:
    return str(client.get("/search/", asked).content.decode())


@pytest.mark.usefixtures("nato")
@pytest.mark.parametrize(
    ("query", "kind", "name"),
    [
        ("turkiye", "parties", "Türkiye"),
        ("Türkiye", "parties", "Türkiye"),
        ("turkey", "parties", "Türkiye"),
        ("turky", "parties", "Türkiye"),
        ("turquie", "parties", "Türkiye"),
        ("TUR", "parties", "Türkiye"),
        ("kyrgystan", "parties", "Kyrgyzstan"),
        ("macedonia", "parties", "North Macedonia"),
        ("former yugoslav republic", "parties", "North Macedonia"),
        ("byelorussia", "parties", "Belarus"),
        ("eapc", "frameworks", "Euro-Atlantic Partnership Council"),
        ("euro atlantic council", "frameworks", "Euro-Atlantic Partnership Council"),
        ("MAP", "programmes_menu", "Membership Action Plan"),
        ("nato-russia founding act", "agreements", "NATO-Russia Founding Act"),
        ("bucharest 2008", "agreements", "Bucharest Summit Declaration"),
        ("estonian-mfa-2021", "sources", "Partnership: partner countries, NATO-EU, EAPC, PfP, MD, ICI, NUC, NGC, NRC, "
         "global partners (state of late 2021)"),
    ],
)  # fmt: skip
def test_what_people_type_finds_first_what_they_mean(query: str, kind: str, name: str):
    assert first(query) == (kind, name)


@pytest.mark.usefixtures("nato")
def test_a_party_is_found_by_its_former_name_and_says_so():
    item = search(public, query="byelorussia")[0]

    assert [(text.text, text.sort, text.language) for text in item.hit.texts] == [
        ("Byelorussia", Sort.FORMER_NAME, "en")
    ]


@pytest.mark.usefixtures("nato")
def test_a_meeting_is_found_by_its_body_place_and_year():
    found = {item.hit.entry.texts[0].text for item in search(public, query="EAPC Bucharest 2008")}

    assert "Working lunch at the Bucharest Summit" in found


@pytest.mark.usefixtures("nato")
def test_something_of_every_kind_can_be_found():
    found = {item.kind for letter in "abcdefghijklmnopqrstuvwxyz" for item in search(public, query=letter)}

    assert found == set(KINDS)


@pytest.mark.usefixtures("nato")
def test_what_was_found_nothing_for_gets_suggestions():
    assert search(public, query="quirgyzstan") == []
    assert suggestions(public, query="quirgyzstan")[0] == "Kyrgyzstan"


@pytest.mark.django_db
def test_what_is_recorded_later_is_found_at_once(tmp_path: Path):
    load(small_pack(tmp_path / "small"))
    assert search(public, query="Gammaland") == []

    later = small_pack(tmp_path / "later")
    edit(
        edit(later, "pack.toml", "2026-01-01", "2026-02-01"),
        "parties.csv",
        "gamma,state,Gamma,",
        "gamma,state,Gammaland,",
    )
    load(later)

    assert first("Gammaland") == ("parties", "Gammaland")


@pytest.mark.django_db
def test_names_in_other_scripts_are_found_and_a_body_without_a_page_leads_to_its_source(tmp_path: Path):
    load(small_pack(tmp_path / "small"))

    (council,) = search(public, query="the council 2001")

    assert first("альфа") == ("parties", "Alpha")
    assert (council.place.table, council.place.id, council.place.anchor) == ("sources", "gazette", "bodies_meetings")


@pytest.mark.django_db
def test_a_meeting_of_a_body_that_meets_with_one_party_leads_to_that_party(tmp_path: Path):
    small = small_pack(tmp_path / "small")
    load(add(small, "bodies_meetings.csv", "assembly,2002,heads,Capital,Opening,gazette"))

    (opening,) = search(public, query="opening assembly")

    assert (opening.place.table, opening.place.id, opening.place.anchor) == ("parties", "alpha", "bodies_meetings")


@pytest.mark.usefixtures("nato")
def test_a_search_on_a_known_register_asks_the_database_once():
    search(public, query="x")

    with CaptureQueriesContext(connection) as asked:
        search(public, query="turkey")

    assert len(asked) == 1


# --- the page ---


@pytest.mark.usefixtures("nato")
def test_an_empty_query_says_how_to_search(client: Client):
    page = page_of(client)

    assert "A name in any language" in page.texts
    assert page.tables == []


@pytest.mark.usefixtures("nato")
def test_the_name_that_was_found_is_shown_in_its_language_and_marked(client: Client):
    html = html_of(client, q="turquie")

    assert 'Former name in French: <bdi lang="fr"><mark>Turquie</mark></bdi>' in html
    assert "1 hit<" in html


@pytest.mark.usefixtures("nato")
def test_the_hits_of_each_kind_are_counted_and_can_be_chosen(client: Client):
    page = page_of(client, q="macedonia", kind="sources")

    assert "All (8)" in page.texts
    assert "Sources (3)" in page.texts
    assert "3 hits" in page.texts
    assert "/search/?q=macedonia&kind=parties" in page.links
    assert "/search/?q=macedonia" in page.links


@pytest.mark.usefixtures("nato")
def test_hits_go_on_over_pages(client: Client):
    pages = [page_of(client, q="partnership", kind="sources", page=str(number)) for number in (1, 2)]

    hits = [[href for href in page.links if href.startswith("/sources/") and href != "/sources/"] for page in pages]
    assert [len(each) for each in hits] == [HITS, HITS]
    assert set(hits[0]).isdisjoint(hits[1])
    assert "/search/?q=partnership&kind=sources&page=2" in pages[0].links
    assert "/search/?q=partnership&kind=sources&page=1" in pages[1].links


@pytest.mark.usefixtures("nato")
@pytest.mark.parametrize(
    "asked",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "2"},
        {"page": "x"},
        {"page": "9" * 99},
        {"page": "٢"},
        {"kind": "people"},
        {"kind": "\x00"},
    ],
)
def test_a_page_or_kind_that_is_not_there_is_not_found(client: Client, asked: dict[str, str]):
    assert client.get("/search/", {"q": "turkey", **asked}).status_code == 404


@pytest.mark.usefixtures("nato")
def test_a_query_that_finds_nothing_suggests_names_words_and_lists(client: Client):
    names, words = page_of(client, q="quirgyzstan"), page_of(client, q="moscow 1997")

    assert "Nothing was found" in names.texts
    assert "Did you mean: Kyrgyzstan" in names.texts
    assert "/search/?q=Kyrgyzstan" in names.links
    assert "Alone they find: moscow (" in words.texts
    assert "/countries/" in words.links


@pytest.mark.usefixtures("nato")
def test_hits_that_are_only_spelled_alike_say_so(client: Client):
    page = page_of(client, q="kyrgystan")

    assert "Nothing is spelled like that Did you mean: Kyrgyzstan ?" in page.texts
    assert "similar spelling" in page.texts


@pytest.mark.usefixtures("nato")
def test_a_query_that_is_too_long_is_cut_and_the_page_says_so(client: Client):
    page = page_of(client, q="turkey " * 100)

    assert f"Only its first {LONGEST_QUERY} characters were searched for." in page.texts
    assert "4 hits" in page.texts


@pytest.mark.usefixtures("nato")
@pytest.mark.parametrize("query", HOSTILE)
def test_whatever_is_typed_is_shown_as_text(client: Client, query: str):
    html = html_of(client, q=query)
    page = PageFound(html)

    assert not page.tags & {"script", "img", "b", "c-tag"}
    assert not {name for name in page.attributes if name.startswith("on")}
    assert html.count("<h1>") == 1
    if "\x00" not in query and "\x1b" not in query:  # no document may hold these, escaped or not
        html5lib.HTMLParser(strict=True).parse(html)


@pytest.mark.usefixtures("nato")
@pytest.mark.parametrize("sent", ["q=%FF%FE", "q=%00", "q=a&q=b", "q[]=a", "q", "Q=a", "q=%ED%A0%80", "q=&kind="])
def test_whatever_is_sent_the_page_answers(client: Client, sent: str):
    assert client.get(f"/search/?{sent}").status_code == 200


@pytest.mark.django_db
def test_whatever_a_pack_says_is_shown_and_marked_as_text(client: Client, tmp_path: Path):
    small = small_pack(tmp_path / "small")
    load(edit(small, "parties.csv", "gamma,state,Gamma,", "gamma,state,Gamma <script>alert(1)</script> & <b>Land</b>,"))

    html = html_of(client, q="gamma script land")

    assert "<script>alert" not in html
    assert "<mark>Gamma</mark> &lt;<mark>script</mark>&gt;alert(" in html
    assert "&lt;b&gt;<mark>Land</mark>&lt;/b&gt;" in html


@pytest.mark.usefixtures("nato")
def test_the_hits_can_be_downloaded_all_of_them_with_what_was_asked(client: Client):
    page = page_of(client, q="nato", kind="frameworks")
    (table,) = page.tables

    rows = list(csv.reader(io.StringIO(client.get(table.downloads[0]).content.decode("utf-8-sig"))))
    document: dict[str, Any] = json.loads(client.get(table.downloads[2]).content)

    assert (
        len(rows) - 1
        == len(document["rows"])
        == len([i for i in search(public, query="nato") if i.kind == "frameworks"])
    )
    assert {row["kind"] for row in document["rows"]} == {"frameworks"}
    assert any("nato" in line and "Frameworks" in line for line in document["about"])


@pytest.mark.usefixtures("nato")
def test_every_page_has_a_field_for_search_and_the_page_of_search_has_one(client: Client):
    for path in ("/", "/countries/fin/", "/changes/", "/nowhere/", "/search/", "/search/?q=turkey"):
        assert client.get(path).content.count(b'type="search"') == 1, path


@pytest.mark.usefixtures("nato")
def test_near_hits_come_last():
    ways = [item.hit.way is Way.NEAR for item in search(public, query="security")]

    assert ways == sorted(ways)
