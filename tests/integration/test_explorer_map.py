"""The first page: who is painted how on a day, by whom, as known when; the table beside it tells the same."""

from __future__ import annotations

import csv
import gzip
import io
import re
from typing import Any

import pytest
from django.test import Client

from tests.browser.pages import PageFound
from tests.explorer import Paint, map_of, rings_of, verdict_on
from tests.makers import AT, add, edit, load, small_pack
from tests.unit.oracle import pack

LATE_2021 = "/?on=2021-12-31"
COLOURS = (
    ("nato", "member"),
    ("pfp", "square"),
    ("eapc", "square"),
    ("md", "disc"),
    ("ici", "diamond"),
    ("patg", "triangle"),
)
"""Frameworks in the order in which they give a country its colour."""
STATES = {"in force": "in-force", "suspended": "suspended", "unclear": "unclear", "disputed": "disputed"}


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def rows(client: Client, path: str) -> list[dict[str, str]]:
    """The standings that a page offers as a sheet, by the headings of the sheet."""
    page, _, query = path.partition("?")
    text = client.get(f"{page}standings.csv?{query}").content.decode("utf-8-sig")
    lines = [line for line in text.splitlines() if line]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def iso(codes: list[str] | set[str]) -> set[str]:
    """Parties as the map names them."""
    of = {row.values[0]: row.values[4] for row in pack("nato").tables["parties"]}
    return {of[code] for code in codes}


@pytest.mark.usefixtures("nato")
class TestEndOf2021:
    def test_paints_thirty_allies(self, client):
        painted = map_of(html(client, LATE_2021))

        assert sum(paint.colour == "member" for paint in painted.values()) == 30
        assert painted["TUR"] == painted["USA"] == painted["LUX"] == Paint("member", "in-force")

    @pytest.mark.parametrize(
        ("country", "colour", "state", "texture"),
        [
            ("FIN", "square", "in-force", ""),
            ("RUS", "square", "suspended", "map-suspended-square"),
            ("BLR", "square", "suspended", "map-suspended-square"),
            ("AFG", "triangle", "suspended", "map-suspended-triangle"),
            ("JPN", "triangle", "in-force", ""),
            ("ISR", "disc", "in-force", ""),
            ("KWT", "diamond", "in-force", ""),
            ("MLT", "square", "in-force", ""),
        ],
    )
    def test_paints_a_partner_in_its_colour_and_texture(self, client, country, colour, state, texture):
        assert map_of(html(client, LATE_2021))[country] == Paint(colour, state, texture)

    @pytest.mark.parametrize("country", ["ESH", "XKX", "CHN", "BRA", "apart"])
    def test_leaves_unpainted_who_takes_part_in_nothing(self, client, country):
        assert country not in map_of(html(client, LATE_2021))

    def test_rings_who_is_too_small_to_be_seen(self, client):
        rings = rings_of(html(client, LATE_2021))

        assert {"Malta", "Bahrain"} <= set(rings)
        assert rings["Malta"].colour == "square"
        assert rings["Bahrain"].colour == "diamond"
        assert "Finland" not in rings

    def test_paints_whom_the_oracle_says_and_nobody_else(self, client):
        wanted = {}
        parties = {row.values[0]: row.values[4] for row in pack("nato").tables["parties"]}
        for party, code in parties.items():
            for framework, colour in COLOURS:
                verdict = _opinion(party, framework)
                if code and verdict in STATES:
                    wanted[code] = (colour, STATES[verdict])
                    break

        painted = {code: (paint.colour, paint.state) for code, paint in map_of(html(client, LATE_2021)).items()}
        assert painted == wanted

    def test_has_a_texture_in_the_page_for_each_that_is_used(self, client):
        page = html(client, LATE_2021)

        used = set(re.findall(r'fill="url\(#([\w-]+)\)"', page))
        assert used == set(re.findall(r'<pattern id="([\w-]+)"', page))

    def test_says_in_its_legend_how_many_take_part_in_what(self, client):
        page = html(client, LATE_2021)

        assert "North Atlantic Treaty Organization (membership) (30)" in page
        assert "Partnership for Peace (20)" in page
        assert "Mediterranean Dialogue (7)" in page
        assert "Suspended</li>" in page

    def test_table_and_map_tell_the_same(self, client):
        page = html(client, LATE_2021)
        colours = dict(COLOURS)
        order = [framework for framework, _ in COLOURS]
        seats: dict[str, list[tuple[int, str, str]]] = {}
        for row in rows(client, LATE_2021):
            party, framework, answer = list(row.values())[:3]
            if framework in colours:
                seats.setdefault(party, []).append((order.index(framework), colours[framework], STATES[answer]))

        codes = {row.values[0]: row.values[4] for row in pack("nato").tables["parties"]}
        told = {codes[party]: min(found)[1:] for party, found in seats.items() if codes[party]}
        assert told == {code: (paint.colour, paint.state) for code, paint in map_of(page).items()}

    def test_weighs_less_than_40_kb_on_its_way(self, client):
        packed = client.get(LATE_2021, HTTP_ACCEPT_ENCODING="gzip")

        assert packed.headers["Content-Encoding"] == "gzip"
        assert len(packed.content) < 40_000
        assert gzip.decompress(packed.content).count(b"<path id=") == 0

    def test_takes_every_shape_from_one_static_file(self, client):
        files = set(re.findall(r'<use href="([^"#]+)#', html(client, LATE_2021)))

        assert files == {"/static/map/world.svg"}


def _opinion(party: str, framework: str) -> str:
    from datetime import date

    try:
        return verdict_on("nato", party, framework, date(2021, 12, 31)).answer
    except KeyError:
        return "not"


@pytest.mark.usefixtures("nato")
class TestOneFramework:
    def test_paints_who_is_in_it_or_perhaps(self, client):
        painted = map_of(html(client, "/?on=1994-05-09&framework=pfp"))

        assert painted["FIN"] == painted["SWE"] == Paint("square", "in-force")
        assert "USA" not in {code for code, paint in painted.items() if paint.state == "in-force"}
        assert {paint.state for paint in painted.values()} <= {"in-force", "not-known"}

    def test_leaves_finland_out_on_the_day_before_it_entered(self, client):
        painted = map_of(html(client, "/?on=1994-05-08&framework=pfp"))

        assert "FIN" not in {code for code, paint in painted.items() if paint.state == "in-force"}

    def test_keeps_the_framework_in_its_links_to_nearby_changes(self, client):
        links = [
            link for link in PageFound(html(client, "/?on=1994-05-09&framework=pfp")).links if link.startswith("/?")
        ]

        assert links
        assert all("framework=pfp" in link for link in links)

    def test_that_is_a_commission_of_one_partner_is_outlined(self, client):
        painted = map_of(html(client, "/?on=2010-01-01&framework=nuc"))

        assert painted["UKR"].colour == "outline"


@pytest.mark.usefixtures("nato")
class TestGroup:
    def test_of_allies_paints_the_allies_only(self, client):
        painted = map_of(html(client, f"{LATE_2021}&framework=allies"))

        assert len(painted) == 30
        assert {(paint.colour, paint.state) for paint in painted.values()} == {("member", "in-force")}

    def test_of_partners_leaves_out_allies_and_who_is_suspended(self, client):
        painted = map_of(html(client, f"{LATE_2021}&framework=partners"))

        assert {"FIN", "JPN", "ISR", "KWT"} <= set(painted)
        assert not {"USA", "DEU", "RUS", "BLR", "AFG"} & set(painted)

    @pytest.mark.parametrize("group", ["allies", "partners"])
    def test_lists_those_it_paints(self, client, group):
        listed = {row["Country or organisation"] for row in rows(client, f"{LATE_2021}&framework={group}")}

        painted = set(map_of(html(client, f"{LATE_2021}&framework={group}")))
        assert iso(listed) - {""} == painted


@pytest.mark.usefixtures("nato")
class TestPublishedBy:
    def test_leaves_out_what_no_source_could_have_told_by_then(self, client):
        everything, early = (map_of(html(client, path)) for path in (LATE_2021, f"{LATE_2021}&published_by=1990-01-01"))

        assert {paint.state for paint in early.values()} == {"not-known"}
        assert everything["FIN"].state == "in-force"

    def test_is_said_on_the_page_and_kept_in_its_files(self, client):
        page = html(client, f"{LATE_2021}&published_by=1990-01-01")

        links = [link for link in PageFound(page).links if "standings." in link or "citation." in link]
        assert len(links) == 5
        assert all("published_by=1990-01-01" in link for link in links)
        assert "From sources published by 1 January 1990." in page


class TestKnown:
    @pytest.fixture
    def changed(self, db, tmp_path) -> None:
        """Entry 1 knows Gamma in nothing, entry 2 in the Forum; Beta has a new name."""
        folder = small_pack(tmp_path / "small")
        for old, new in (("alpha,state,Alpha,AA,AAA", "alpha,state,Alpha,AT,AUT"), ("Beta,BB,BBB", "Beta,FI,FIN")):
            edit(folder, "parties.csv", old, new)
        edit(folder, "parties.csv", "Gamma,GG,GGG", "Gamma,SE,SWE")
        load(folder, at=AT)
        edit(folder, "parties.csv", "beta,state,Beta,", "beta,state,New Beta,")
        load(add(folder, "participation.csv", "gamma,forum,member,all,entry,2001-05-01,,gazette,,,"), at=AT)

    @pytest.mark.usefixtures("changed")
    def test_shows_what_was_believed_then(self, client):
        paths = ("/?on=2005-01-01&known=1", "/?on=2005-01-01&known=2", "/?on=2005-01-01")

        then, later, now = (map_of(html(client, path)) for path in paths)

        assert "SWE" not in then
        assert later["SWE"] == Paint("disc", "in-force")
        assert later == now

    @pytest.mark.usefixtures("changed")
    def test_calls_countries_what_they_were_called_then(self, client):
        then, now = (html(client, path) for path in ("/?on=2005-01-01&known=1", "/?on=2005-01-01"))

        assert "New Beta" not in then
        assert "New Beta" in now


def test_the_map_of_another_organisation_shows_its_partners(asean: Any, client: Client):
    page = html(client, "/?on=2024-12-31")
    painted = map_of(page)

    assert sum(paint.colour == "member" for paint in painted.values()) == 10
    assert painted["JPN"].state == painted["AUS"].state == "in-force"
    assert "Singapore" in rings_of(page)
