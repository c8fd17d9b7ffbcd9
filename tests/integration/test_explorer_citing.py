"""A permanent link answers the same for ever: whatever a later edition changes, a page asked as known then stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_string
from django.test import Client

from cordiale.apps.register.reads.asking import Knowledge, standing
from tests.explorer import main_of
from tests.makers import add, edit, load, outsider, small_pack

DAY = "on=2005-06-07"
PAGES = [
    "/",
    "/standing/beta/forum/",
    "/standing/gamma/forum/",
    "/countries/beta/",
    "/countries/alpha/",
    "/frameworks/forum/",
    "/timelines/",
    "/timelines/?by=country",
    "/timelines/?party=beta",
    "/compare/?since=1996-01-01",
]
FILES = [
    "/standings.csv",
    "/standings.json",
    "/standing/beta/forum/claims.csv",
    "/standing/beta/forum/history.csv",
    "/countries/beta/participation.csv",
    "/countries/beta/standings.csv",
    "/countries/beta/timeline.svg",
    "/frameworks/forum/composition.csv",
    "/frameworks/forum/timeline.svg",
    "/timelines/spans.csv",
    "/timelines/timeline.svg",
    "/compare/moved.csv?since=1996-01-01",
    "/citation.bib",
    "/countries/beta/citation.csl",
]


def asked(address: str, *parts: str) -> str:
    return address + ("&" if "?" in address else "?") + "&".join(parts)


def answered(html: str) -> str:
    """What a page answers: its content without the form for another question and the list of the latest changes."""
    main = re.sub(r' max="\d+"', "", main_of(html))
    return re.sub(r'<section class="panel"[^>]*>\s*<h2[^>]*>Latest changes.*?</section>', "", main, flags=re.DOTALL)


def everything(client: Client, *parts: str) -> dict[str, bytes]:
    found = {page: answered(client.get(asked(page, *parts)).content.decode()).encode() for page in PAGES}
    found |= {file: client.get(asked(file, *parts)).content for file in FILES}
    assert all(found.values())
    return found


def changes(before: bytes, after: bytes) -> list[str]:
    """The first lines that differ."""
    lines = unified_diff(
        before.decode("utf-8", "replace").split("\n"), after.decode("utf-8", "replace").split("\n"), n=0
    )
    return [line.strip()[:160] for line in lines][2:8]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small pack with countries that the map knows."""
    folder = small_pack(tmp_path / "small")
    edit(folder, "parties.csv", "Alpha,AA,AAA", "Alpha,AT,AUT")
    edit(folder, "parties.csv", "Beta,BB,BBB", "Beta,FI,FIN")
    return edit(folder, "parties.csv", "Gamma,GG,GGG", "Gamma,SE,SWE")


def changed_edition(folder: Path) -> Path:
    """Other names, other words, another weight, another life; claims corrected, dropped and added; a new country."""
    edit(folder, "pack.toml", 'title = "Invented partnerships"', 'title = "Renamed partnerships"')
    edit(folder, "pack.toml", 'edition = "2026-01-01"', 'edition = "2027-01-01"')
    edit(folder, "pack.toml", 'name = "Member"', 'name = "Full member"')
    edit(folder, "pack.toml", 'forum = "disc"', 'forum = "triangle"')
    edit(folder, "pack.toml", 'coverage_to = "2026"', 'coverage_to = "2027"')
    edit(folder, "parties.csv", "beta,state,Beta,", "beta,state,New Beta,")
    edit(folder, "parties.csv", "alpha,state,Alpha,", "alpha,state,New Alpha,")
    edit(folder, "frameworks.csv", "The Forum,FO,", "The New Forum,NF,")
    edit(folder, "frameworks.csv", "seats=50,gazette,2000,", "seats=60,gazette,1999,")
    edit(folder, "sources.csv", "en,90", "en,40")
    edit(folder, "party_names.csv", "Republic of Alpha", "Kingdom of Alpha")
    edit(folder, "agreements.csv", "The Charter,treaty", "The Great Charter,treaty")
    edit(folder, "bodies_meetings.csv", "Capital,First meeting", "Elsewhere,The first meeting")
    edit(folder, "instruments.csv", "Second programme", "Other programme")
    edit(folder, "participation.csv", "entry,1997-05,2014-04-01", "entry,1998-05,2014-04-01")
    edit(folder, "participation.csv", "beta,forum,member,practical,change,2014-04-01,,gazette,,,\n", "")
    add(folder, "parties.csv", "delta,state,Delta,NO,NOR,,,")
    return add(
        folder,
        "participation.csv",
        "gamma,forum,member,all,entry,2001-05-01,,gazette,,p. 9,",
        "delta,forum,suspended,all,entry,2001-05-01,,journal,,p. 9,",
    )


class TestPermanentLinks:
    @pytest.fixture
    def two_editions(self, db: Any, folder: Path, client: Client) -> Iterator[tuple[dict[str, bytes], ...]]:
        """What every page said as known at entry 1 and in the present, before and after a new edition."""
        load(folder)
        before = everything(client, DAY, "known=1"), everything(client, DAY)
        load(changed_edition(folder))
        return (*before, everything(client, DAY, "known=1"), everything(client, DAY))  # type: ignore[return-value]

    def test_answer_the_same_after_a_new_edition(self, two_editions):
        cited, _, again, _ = two_editions

        assert {address: changes(cited[address], again[address]) for address in cited} == {key: [] for key in cited}

    def test_are_needed_as_the_present_answers_otherwise(self, two_editions):
        _, before, _, after = two_editions

        assert [address for address in before if before[address] == after[address]] == []

    def test_lead_to_pages_as_known_then(self, two_editions, client):
        for page in PAGES:
            html = main_of(client.get(asked(page, DAY, "known=1")).content.decode())

            links = re.findall(r'href="(/standing/[^"]*)"', html)
            assert [link for link in links if "known=1" not in link] == [], page


@pytest.mark.parametrize(("edition", "then"), [("2026", "2027"), ("2026", "2025")])
def test_how_far_a_later_edition_claims_to_know_changes_nothing_that_was_known(db, folder, edition, then):
    load(folder)
    days = ("2024-06-01", "2025-06-01", "2026-06-01")
    before = [answer_as_known(day) for day in days]

    load(edit(folder, "pack.toml", f'coverage_to = "{edition}"', f'coverage_to = "{then}"'))

    assert [answer_as_known(day) for day in days] == before == ["not", "not", "not known"]


def answer_as_known(day: str) -> str:
    """How Gamma stood in the Forum, whose roster is complete as far as the pack claims to know, as known at entry 1."""
    question = Knowledge(known=1)
    return standing(outsider, party="gamma", framework="forum", on=date.fromisoformat(day), knowledge=question).answer


class TestCitation:
    @pytest.mark.parametrize("page", PAGES)
    def test_names_an_address_that_gives_the_page_it_stands_on(self, db, folder, client, page):
        load(folder)
        html = client.get(asked(page, DAY)).content.decode()

        link = re.search(r'class="permalink" href="http://testserver([^"]+)"', html)
        assert link is not None
        address = link[1].replace("&amp;", "&")
        assert {"on=2005-06-07", "known=1"} <= set(re.split("[?&]", address))
        assert f'href="http://testserver{link[1]}"' in client.get(address).content.decode()

    def test_states_a_day_and_an_entry_even_where_the_address_does_not(self, nato, client):
        html = client.get("/").content.decode()

        assert re.search(r'class="permalink" href="http://testserver/\?on=\d{4}-\d\d-\d\d&amp;known=1"', html)

    @pytest.mark.parametrize(
        "page", ["/", "/countries/fin/", "/frameworks/pfp/", "/standing/fin/pfp/", "/timelines/", "/compare/"]
    )
    def test_comes_as_files_that_say_the_same_as_the_page(self, nato, client, page):
        html = client.get(f"{page}?on=1994-05-09").content.decode()
        link = re.search(r'class="permalink" href="([^"]+)"', html)
        assert link is not None
        address = link[1].replace("&amp;", "&")

        bib, csl = (client.get(f"{page}citation.{kind}?on=1994-05-09") for kind in ("bib", "csl"))

        (entry,) = parse_string(bib.content.decode()).entries
        (item,) = json.loads(csl.content)
        assert entry["url"] == item["URL"] == address
        assert entry.key == item["id"]
        assert bib.headers["Content-Type"].startswith("application/x-bibtex")
        assert csl.headers["Content-Type"].startswith("application/vnd.citationstyles.csl+json")
        assert bib.headers["Content-Disposition"].endswith('citation.bib"')
        assert "1994-05-09" in entry["note"]
