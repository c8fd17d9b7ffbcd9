"""The page of a seat result is one whole HTML file: well formed whatever people are called, and nothing else needed."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import html5lib  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.template import Engine

from cordiale.engines.seats.generating import generated
from cordiale.engines.seats.instances import Activity, Instance, Line, Party
from cordiale.engines.seats.reporting import Report, report
from cordiale.ui.seats_page import anchor, seats_page
from tests.databases import ROOT
from tests.seat_results import HOSTILE, official, quick, small

LARGEST = 4 * 2**20
"""Bytes of a page of 1,400 activities and 10,000 lines."""


def told(instance: Instance) -> Report:
    return report(instance, official(instance))


def document(page: str) -> Any:
    """The page as a browser builds it; whatever is not HTML fails."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def texts(node: Any) -> str:
    """All that is to be read in a part of the page, with single spaces."""
    return " ".join(" ".join(node.itertext()).split())


def light(style: str) -> dict[str, str]:
    """The tokens of the first :root of a style sheet."""
    first = style[style.index(":root {") : style.index("}", style.index(":root {"))]
    return dict(re.findall(r"(--[\w-]+): *([^;]+);", first))


@pytest.fixture(scope="module")
def page() -> str:
    return seats_page(told(small()))


@pytest.fixture(scope="module")
def tree(page: str) -> Any:
    return document(page)


@pytest.mark.parametrize(
    "instance",
    [
        Instance([], [], []),
        small(title="", party="", activity=""),
        small(title=HOSTILE, party=HOSTILE, activity=HOSTILE),
        small(party="المملكة المغربية", activity="日本国" * 100),
    ],
    ids=["nothing", "without titles", "hostile titles", "long and foreign titles"],
)
@pytest.mark.parametrize("made", [official, quick])
def test_the_page_is_well_formed(instance, made):
    found = document(seats_page(report(instance, made(instance))))

    assert len(found.findall(".//h1")) == 1
    assert found.findall(".//script") == []


def test_a_title_is_text_and_nothing_else():
    page = seats_page(told(small(title=HOSTILE, party=HOSTILE, activity=HOSTILE)))

    assert "<script" not in page
    assert page.count("</style>") == 1
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; [31m" in page


def test_the_page_says_its_language_and_has_its_landmarks_and_one_heading(tree):
    assert tree.get("lang") == "en"
    assert [len(tree.findall(f".//body/{part}")) for part in ("header", "main", "footer")] == [1, 1, 1]
    assert [texts(one) for one in tree.findall(".//h1")] == ["Menu 2031"]
    assert all(one.get("aria-label") for one in tree.findall(".//nav"))


def test_every_table_has_a_caption_and_every_heading_in_it_a_scope(tree):
    tables = tree.findall(".//table")

    assert len(tables) == 3
    assert all(texts(one.find("caption")) for one in tables)
    assert {one.get("scope") for one in tree.findall(".//thead//th")} == {"col"}
    assert {one.get("scope") for one in tree.findall(".//tbody//th")} == {"row"}


def test_nothing_is_loaded_and_nothing_runs(tree, page):
    asked = {node.get(name) for node in tree.iter() for name in ("src", "href") if node.get(name) is not None}

    assert {one for one in asked if not one.startswith("#")} == {"data:,"}
    assert not [node for node in tree.iter() if any(name == "style" or name.startswith("on") for name in node.keys())]  # noqa: SIM118  # an element, no dict
    assert "url(" not in page
    assert "@import" not in page


def test_the_content_policy_lets_in_its_own_style_and_nothing_else(tree):
    policy = next(one.get("content") for one in tree.findall(".//meta") if one.get("http-equiv"))
    style = "".join(tree.find(".//style").itertext())

    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}';" in policy


def test_the_page_wears_the_colours_of_the_site(tree):
    site = light((ROOT / "src/cordiale/ui/static/ui/cordiale.css").read_text("utf-8"))

    own = light("".join(tree.find(".//style").itertext()))

    assert len(own) > 10
    assert own.items() <= site.items()


def test_every_link_leads_to_a_place_in_the_page_and_no_place_is_there_twice(tree):
    places = [node.get("id") for node in tree.iter() if node.get("id")]
    leads = {node.get("href").removeprefix("#") for node in tree.findall(".//a")}

    assert len(places) == len(set(places))
    assert leads <= set(places)
    assert {anchor(one.id) for one in small().parties} <= leads


def test_an_id_makes_a_place_that_no_other_id_makes_and_an_address_can_hold():
    ids = ["aut", "new zealand", "new~20zealand", "new-zealand", "Å", "a/b?c#d%e", "~", "~7E"]

    places = [anchor(one) for one in ids]

    assert len(set(places)) == len(ids)
    assert all(re.fullmatch(r"party-[A-Za-z0-9._~-]+", one) for one in places)


def test_every_refusal_is_folded_below_its_party_with_its_reasons(tree):
    expected = told(small())

    for party in expected.parties:
        part = next(one for one in tree.iter("section") if one.get("aria-labelledby") == anchor(party.id))
        folded = " ".join(texts(one) for one in part.findall("details"))
        for line in (*party.granted, *party.refused):
            assert f"{line.line} {line.activity}" in folded
            assert f"{line.got} of {line.asked} seat" in folded
            assert all(reason in folded for reason in line.reasons)
        assert all(one.get("open") is None for one in part.findall("details"))


def test_a_party_that_lacks_nothing_and_one_that_asked_for_nothing_say_so():
    content = Instance(
        [Party("p"), Party("q")], [Activity("a", 2)], [Line("n", "p", "a", 2)], title="What is enough for all"
    )

    parts = document(seats_page(told(content))).findall(".//section[@class='party']")

    assert "Every line got all it asked for." in texts(parts[0])
    assert "It asked for nothing." in texts(parts[1])


def test_a_title_stands_beside_its_id_in_both_tables(tree):
    heads = {
        table.get("id"): [texts(one) for one in table.findall("tbody/tr/th")] for table in tree.findall(".//table")
    }

    assert heads["parties"] == ["Åland zzz", "new-zealand", "Österreich aut", "Suomi fin"]
    assert "Cyber defence course" in heads["activities"]
    assert "exercise" in heads["activities"]


def test_a_bar_is_as_long_as_the_share_beside_it(tree):
    cells = [one for one in tree.findall(".//td") if one.find(".//{*}svg") is not None]

    shown = [(one.findall(".//{*}rect")[1].get("width"), texts(one)) for one in cells]

    assert shown == [("66.6", "66.6 %"), ("100.0", "100.0 %")]
    assert all(one.find(".//{*}svg").get("aria-hidden") == "true" for one in cells)


def test_the_page_asks_nothing_of_a_report_that_it_does_not_have(monkeypatch):
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "MISSING")

    page = seats_page(told(small()))

    assert "MISSING" not in page


def test_many_activities_are_folded_and_few_are_not(tree):
    many = generated(activities=60, parties=4, lines=60, seed=1)

    folded = document(seats_page(report(many, quick(many))))

    assert folded.find(".//table[@id='activities']/..").get("open") is None
    assert tree.find(".//table[@id='activities']/..").get("open") is not None


def test_a_menu_of_real_size_stays_small_enough_to_be_sent():
    menu = generated(activities=1_400, parties=40, lines=10_000, seed=1)

    page = seats_page(report(menu, quick(menu)))

    assert page.count("<li><b>") >= 10_000
    assert len(page.encode()) < LARGEST
