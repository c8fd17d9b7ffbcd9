"""Standing, conflicts and comparison, and what a reader takes away: sheets that keep the question, and drawings."""

from __future__ import annotations

import csv
import io
import re
import struct
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from django.test import Client

from cordiale.apps.register.writes.participation import correct, retract
from cordiale.config.commands import main
from tests.browser.pages import PageFound, TableFound
from tests.makers import AT, assertion_of, load, owner, small_pack, statement

HOW: dict[str, Any] = {"by": owner, "at": AT, "reason": "the Gazette was misread"}


def sheet(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def table(client: Client, address: str, key: str) -> TableFound:
    page = PageFound(client.get(address).content.decode())
    (found,) = [one for one in page.tables if one.key == key]
    return found


def column(found: TableFound, name: str) -> list[str]:
    return [" ".join(cell.text.split()) for row in found.rows for cell in row if cell.column == name]


class TestStanding:
    @pytest.fixture
    def corrected(self, db, tmp_path) -> int:
        """Alpha's entry is corrected by ledger entry 2, what the Journal says of it retracted by entry 3."""
        load(small_pack(tmp_path / "small"))
        old = assertion_of("alpha", source="gazette")
        correct(assertion=old, statement=statement(party="alpha", start="1998-02-03"), **HOW)
        retract(assertion=assertion_of("alpha", source="journal"), **HOW)
        return old

    def test_shows_everything_ever_recorded_with_the_entries_that_recorded_and_closed_it(self, corrected, client):
        rows = sheet(client, "/standing/alpha/forum/history.csv")

        told = [
            (row["From"], row["Source"], row["Recorded by entry"], row["Closed by entry"], row["Replaces"])
            for row in rows
        ]
        assert told == [
            ("1997-05-30", "gazette", "1", "2", ""),
            ("1998", "journal", "1", "3", ""),
            ("1998-02-03", "gazette", "2", "", str(corrected)),
        ]

    def test_leads_from_its_history_to_the_entries(self, corrected, client):
        links = {
            link
            for row in table(client, "/standing/alpha/forum/", "history").rows
            for cell in row
            for link in cell.links
        }

        assert {"/changes/1/", "/changes/2/", "/changes/3/"} <= links

    @pytest.mark.parametrize(
        ("known", "wanted"),
        [
            (1, [("1", ""), ("1", "")]),
            (2, [("1", "2"), ("1", ""), ("2", "")]),
            (3, [("1", "2"), ("1", "3"), ("2", "")]),
        ],
    )
    def test_knows_of_no_later_correction_as_known_then(self, corrected, client, known, wanted):
        rows = sheet(client, f"/standing/alpha/forum/history.csv?known={known}")

        assert [(row["Recorded by entry"], row["Closed by entry"]) for row in rows] == wanted

    @pytest.mark.parametrize(("known", "answer"), [(1, "In force"), (2, "Not"), (3, "Not")])
    def test_answers_as_known_then(self, corrected, client, known, answer):
        html = client.get(f"/standing/alpha/forum/?on=1998-01-15&known={known}").content.decode()

        found = re.search(r'<p class="answer">(.*?)</p>', html, re.DOTALL)
        assert found is not None
        assert answer in re.sub(r"<[^>]+>", "", found[1])

    def test_shows_the_claims_that_lost_and_by_which_precedence(self, nato, client):
        found = sheet(client, "/standing/deu/nato/claims.csv?on=1955-05-07")

        lost = {row["Source"]: int(row["Precedence"]) for row in found if row["What became of it"] == "lost"}
        won = {row["Source"]: int(row["Precedence"]) for row in found if row["What became of it"] == "won"}
        assert set(lost) == {"wiki-members-2011", "spravochniki-2009"}
        assert max(lost.values()) < min(won.values())

    def test_links_to_the_country_the_framework_and_every_source(self, nato, client):
        page = PageFound(client.get("/standing/fin/pfp/?on=2021-12-31").content.decode())

        assert {"/countries/fin/", "/frameworks/pfp/", "/sources/wiki-pfp-2021/"} <= set(page.links)


class TestConflicts:
    def test_leave_germanys_first_day_in_the_alliance_open(self, nato, client):
        (one,) = sheet(client, "/conflicts/open.csv")

        assert (one["Country or organisation"], one["Framework"], one["Decision"]) == ("deu", "nato", "open")
        assert (one["From"], one["Over on"]) == ("1955-05-05", "1955-05-06")
        assert {one["Source"], one["Other source"]} == {"nato-erdmann-2015", "nato-chron-1954"}
        assert {one["One source says"], one["The other says"]} == {"in force", "not"}

    def test_lead_to_both_sources_and_to_a_standing_that_is_disputed(self, nato, client):
        (row,) = table(client, "/conflicts/", "open").rows
        links = [link for cell in row for link in cell.links]

        assert {"/sources/nato-erdmann-2015/", "/sources/nato-chron-1954/"} <= set(links)
        (why,) = [link for link in links if link.startswith("/standing/")]
        assert "Disputed" in client.get(why).content.decode()

    def test_that_precedence_decides_name_the_weightier_source_first(self, nato, client):
        rows = table(client, "/conflicts/", "decided").rows

        assert len(rows) >= 5
        for row in rows:
            weights = [
                int(found[1])
                for cell in row
                if cell.column in ("one_source", "other_source")
                for found in [re.search(r"precedence (\d+)", cell.text)]
                if found
            ]
            assert weights[0] > weights[1]

    def test_are_counted_on_the_first_page(self, nato, client):
        assert "Sources disagree (1)" in client.get("/").content.decode()


class TestCompare:
    @pytest.mark.parametrize(
        ("first", "second", "framework"),
        [
            ("2021-12-31", "2024-12-31", ""),
            ("2021-12-31", "2024-12-31", "nato"),
            ("1994-01-01", "1995-01-01", "pfp"),
            ("2021-12-31", "2021-12-31", ""),
        ],
    )
    def test_tells_what_the_command_tells(self, nato, client, first, second, framework):
        rows = sheet(client, f"/compare/moved.csv?since={first}&on={second}&framework={framework}")

        words = ["diff", first, second, "--format", "csv", *(["--framework", framework] if framework else [])]
        told = list(csv.reader(io.StringIO(CliRunner().invoke(main, words).output)))[1:]
        assert [list(row.values())[:4] for row in rows] == told
        assert bool(rows) is (first != second)

    def test_leads_to_the_standing_on_the_second_day(self, nato, client):
        found = table(client, "/compare/?since=2021-12-31&on=2024-12-31&framework=nato", "moved")

        links = [link for row in found.rows for cell in row for link in cell.links if link.startswith("/standing/")]
        assert links == ["/standing/fin/nato/?on=2024-12-31", "/standing/swe/nato/?on=2024-12-31"]

    def test_without_a_first_day_goes_back_a_year(self, nato, client):
        html = client.get("/compare/?on=2024-12-31").content.decode()

        assert 'name="since" value="2024-01-01"' in html


DOWNLOADS = [
    "/standings.{}?on=1994-05-09&framework=pfp",
    "/countries/fin/standings.{}?on=1994-05-09",
    "/frameworks/pfp/composition.{}?on=1994-05-09",
    "/standing/fin/pfp/claims.{}?on=1994-05-09",
    "/compare/moved.{}?on=1994-05-09&since=1994-01-01",
    "/timelines/spans.{}?on=1994-05-09&framework=pfp",
]


@pytest.mark.usefixtures("nato")
class TestSheets:
    @pytest.mark.parametrize("address", DOWNLOADS)
    def test_say_for_which_day_and_from_which_address_they_are(self, client, address):
        about = client.get(address.format("json")).json()["about"]

        assert any("As of 9 May 1994" in line for line in about)
        page = re.sub(r"[a-z]+\.\{\}", "", address)
        assert sorted(re.split("[?&]", about[-1])) == sorted(re.split("[?&]", f"http://testserver{page}"))

    def test_say_as_known_when_and_by_which_sources(self, client):
        about = client.get("/standings.json?on=1994-05-09&known=1&published_by=2000-01-01").json()["about"]

        assert "As of 9 May 1994; As known at ledger entry 1; From sources published by 1 January 2000" in about
        assert about[-1].endswith("/?on=1994-05-09&known=1&published_by=2000-01-01")

    @pytest.mark.parametrize("address", ["/standings.{}", "/frameworks/pfp/composition.{}"])
    def test_hold_the_rows_of_their_day(self, client, address):
        before, after = (
            [row["Country or organisation"] for row in sheet(client, f"{address.format('csv')}?on={day}&framework=pfp")]
            for day in ("1994-05-08", "1994-05-09")
        )

        assert {"fin", "swe"} <= set(after)
        assert not {"fin", "swe"} & set(before)

    @pytest.mark.parametrize(
        "page", ["/", "/countries/fin/", "/frameworks/pfp/", "/standing/fin/pfp/", "/timelines/", "/compare/"]
    )
    def test_are_offered_with_the_question_of_the_page(self, client, page):
        for found in PageFound(client.get(f"{page}?on=1994-05-09&known=1").content.decode()).tables:
            assert all("on=1994-05-09" in link and "known=1" in link for link in found.downloads), found.key


SVG = "{http://www.w3.org/2000/svg}"
DRAWINGS = [
    "/timelines/timeline.{}",
    "/timelines/timeline.{}?by=country&framework=pfp",
    "/timelines/timeline.{}?party=rus",
    "/countries/fin/timeline.{}?on=1994-05-09",
    "/frameworks/pfp/timeline.{}?on=2021-12-31",
]


@pytest.mark.usefixtures("nato")
class TestDrawings:
    @pytest.mark.parametrize("address", DRAWINGS)
    def test_stand_alone_as_svg(self, client, address):
        answer = client.get(address.format("svg"))
        root = ET.fromstring(answer.content)  # noqa: S314  # our own

        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert root.tag == f"{SVG}svg"
        assert {part.tag for part in root.iter()} <= {
            SVG + name
            for name in ("svg", "title", "desc", "style", "rect", "text", "defs", "pattern", "circle", "g", "path")
        }
        names = {(name, value) for part in root.iter() for name, value in part.attrib.items()}
        assert not [name for name, _ in names if name == "style" or name.endswith("href") or name.startswith("on")]
        assert not re.search(rb"@import|url\((?!#)|https?://(?!www\.w3\.org/2000/svg\")", answer.content)
        ids = {value for name, value in names if name == "id"}
        assert {value[5:-1] for name, value in names if value.startswith("url(#")} <= ids

    @pytest.mark.parametrize("address", DRAWINGS[2:])
    def test_are_pictures_of_twice_their_width(self, client, address):
        width = ET.fromstring(client.get(address.format("svg")).content).attrib["width"]  # noqa: S314  # as above
        answer = client.get(address.format("png"))

        assert answer.headers["Content-Type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">I", answer.content[16:20])[0] == 2 * float(width)

    def test_show_a_row_for_each_pair_that_ever_took_part(self, client):
        root = ET.fromstring(client.get("/timelines/timeline.svg?framework=pfp").content)  # noqa: S314  # as above
        labels = {part.text for part in root.iter(f"{SVG}text") if part.get("x") == "16"}

        rows = table(client, "/timelines/?framework=pfp", "spans")
        assert labels == set(column(rows, "party"))

    def test_say_where_they_come_from(self, client):
        text = client.get("/countries/fin/timeline.svg").content.decode()

        assert "Cordiale, NATO partnerships, edition 2026-11-22" in text
        assert "Hatched: Suspended" in text
