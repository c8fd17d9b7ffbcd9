"""Whatever stands in an address, a page answers, or says which part of the address is wrong; it never breaks."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.usefixtures("nato")

PAGES = ["/", "/countries/fin/", "/frameworks/pfp/", "/standing/fin/pfp/", "/timelines/", "/compare/"]
NO_DAYS = [
    "x", "2021", "2021-12", "2021-13-01", "2021-02-30", "0000-01-01", "-2021-12-31", "10000-01-01", "1799-12-31",
    "9000-01-01", "9999-12-31", "2021-12-31T00:00", "2021-12-31 and more", "٢٠٢١-١٢-٣١", "２０２１-12-31", "31.12.2021",
    "2021-12-31\0", "\0", "9" * 5000, "' OR 1=1", "<script>", "２",
]  # fmt: skip
NO_ENTRIES = [
    "x", "-1", "+1", "1.0", "1e3", "0", "2", "999999999999", "9" * 13, "9" * 5000, "١", "１", "1\0", "\0", "0x1", "1 1",
]  # fmt: skip
NO_NAMES = [
    "nowhere",
    "PFP",
    "pfp ,md",
    "\0",
    "9" * 5000,
    "' OR 1=1",
    "<script>",
    "١",
    "../pfp",
    "except pfp",
    "ü" * 900,
]
PLACES = [
    *[(page, "on", text) for page in PAGES for text in NO_DAYS],
    *[(page, "known", text) for page in PAGES for text in NO_ENTRIES],
    *[(page, "published_by", text) for page in ("/", "/compare/", "/timelines/") for text in NO_DAYS],
    *[("/compare/", "since", text) for text in NO_DAYS],
    *[(page, "framework", text) for page in ("/", "/timelines/", "/compare/") for text in NO_NAMES],
    *[("/timelines/", name, text) for name in ("by", "party") for text in NO_NAMES],
]
BESIDE = {
    "/": ("standings.csv", "citation.bib"),
    "/countries/fin/": ("standings.json", "timeline.svg"),
    "/frameworks/pfp/": ("composition.csv", "timeline.png"),
    "/standing/fin/pfp/": ("claims.csv", "citation.csl"),
    "/timelines/": ("spans.csv", "timeline.svg"),
    "/compare/": ("moved.csv", "citation.bib"),
}


def test_a_bad_part_of_an_address_is_refused_by_its_name(client):
    wrong = {}
    for page, name, text in PLACES:
        answer = client.get(f"{page}?{urlencode({name: text})}")
        said = re.findall(r"<p>(\w+): ", answer.content.decode())
        if (answer.status_code, said) != (400, [name]):
            wrong[page, name, text[:20]] = (answer.status_code, said)

    assert wrong == {}


@pytest.mark.parametrize("page", PAGES)
def test_a_refusal_is_a_whole_page_that_leads_back_and_repeats_no_tag_and_no_flood(client, page):
    for text in ("<script>alert(1)</script>", "9" * 5000, "\0\x01\x1b"):
        html = client.get(page, {"on": text}).content.decode()

        assert html.count("<h1>") == 1
        assert f'href="{page}"' in html
        assert "<script>alert" not in html
        assert "9" * 100 not in html
        assert not re.search(r"[\0-\x08\x0b\x0c\x0e-\x1f]", html)


@pytest.mark.parametrize(("page", "files"), BESIDE.items(), ids=BESIDE)
@pytest.mark.parametrize("query", ["on=x", "known=99", "known=%00", "published_by=0000-01-01"])
def test_what_is_refused_as_a_page_is_refused_as_a_file(client, page, files, query):
    name = query.partition("=")[0]

    for file in files:
        answer = client.get(f"{page}{file}?{query}")

        assert answer.status_code == 400, file
        assert f"<p>{name}: " in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["on", "published_by"])
@pytest.mark.parametrize(
    "day", ["1800-01-01", "1800-12-31", "2021-12-31", "2024-02-29", "8999-12-31", " 2021-12-31 ", ""]
)
def test_every_day_the_register_keeps_is_answered(client, page, name, day):
    answer = client.get(page, {name: day})

    assert answer.status_code == 200


@pytest.mark.parametrize("day", ["1800-01-01", "8999-12-31"])
@pytest.mark.parametrize("page", BESIDE)
def test_so_are_its_files(client, page, day):
    for file in BESIDE[page]:
        assert client.get(f"{page}{file}", {"on": day}).status_code == 200, file


@pytest.mark.parametrize(
    "query", ["on=2021-12-31&on=x", "on=x&on=2021-12-31", "known=1&known=", "on[]=x", "=", "&&", "on"]
)
@pytest.mark.parametrize("page", PAGES)
def test_an_address_that_asks_twice_or_for_nothing_never_breaks(client, page, query):
    assert client.get(f"{page}?{query}").status_code in (200, 400)


@pytest.mark.parametrize(
    "path",
    [
        "/standing/nowhere/pfp/",
        "/standing/fin/nowhere/",
        "/standing/fin/pfp/nothing.csv",
        "/standing/fin/pfp/timeline.svg",
        "/standing/fin/",
        "/timelines/timeline.gif",
        "/citation.txt",
        "/conflicts/citation.bib",
    ],
)
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_day_may_be_written_as_short_as_iso_allows_and_is_kept_in_full(client):
    html = client.get("/?on=20211231").content.decode()

    assert "?on=2021-12-31" in html
    assert "20211231" not in html
