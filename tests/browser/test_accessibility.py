"""Machines find nothing on any kind of page: axe with the rules of WCAG 2.2 AA, and reflow without sideways scrolling.

No proof of accessibility: people with screen readers are asked for that, as the page on accessibility says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NewPage
from tests.browser.pages import KINDS
from tests.databases import ROOT

pytestmark = pytest.mark.browser

AXE = ROOT / "vendor/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIZES = {"wide": (1280, 2200), "narrow": (320, 2600)}
"""Pixels across, and enough of them down for a picture to show what a page is like."""
RUN = """async (rules) => (await axe.run(document, {
  runOnly: {type: "tag", values: rules}, resultTypes: ["violations"],
})).violations.map((found) => [
  found.id, found.help, found.nodes.length, found.nodes.slice(0, 3).map((node) => node.html + node.failureSummary),
])"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def violations(page: Page) -> list[Any]:
    """What axe finds wrong. It comes in by way of the debugger, so the content policy of the page stays as it is."""
    page.evaluate(AXE.read_text("utf-8"))
    return list(page.evaluate(RUN, RULES))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(new_page: NewPage, pictures: Path, kind: str, size: str):
    width, height = SIZES[size]
    page = new_page(width=width, height=height)
    page.goto(KINDS[kind])
    page.screenshot(path=pictures / f"{kind.replace(' ', '-')}-{size}.png")  # for people to look at

    assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_where_menu_and_help_are_open(new_page: NewPage, width: int):
    page = new_page(width=width)
    page.goto(KINDS["agreement"])

    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")

    assert violations(page) == []


def test_axe_would_find_something(page: Page):
    page.goto("/")

    page.evaluate("document.querySelector('main').append(document.createElement('img'))")

    assert [found[0] for found in violations(page)] == ["image-alt"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_a_table_scrolls_sideways_on_a_narrow_screen_or_when_all_is_twice_as_large(page: Page, kind: str):
    page.goto(KINDS[kind])
    sideways = {}
    for width in (320, 640):  # 640 is what 1280 pixels leave at 200 %
        page.set_viewport_size({"width": width, "height": 450})
        sideways[width] = page.evaluate(SIDEWAYS)

    assert sideways == {320: 0, 640: 0}


@pytest.mark.parametrize("kind", KINDS)
def test_no_table_is_cut_off_on_a_wide_screen(page: Page, kind: str):
    page.goto(KINDS[kind])

    cut = page.evaluate(
        "[...document.querySelectorAll('.table-scroll')]"
        ".filter((region) => region.scrollWidth > region.clientWidth).map((region) => region.parentElement.id)"
    )

    assert cut == []


@pytest.mark.parametrize("kind", ["country", "entry", "sources"])
def test_rows_that_are_stacked_hide_what_is_empty_and_cut_nothing_off(new_page: NewPage, kind: str):
    page = new_page(width=320, height=640)
    page.goto(KINDS[kind])

    cut = page.evaluate(
        "[...document.querySelectorAll('td:not(.blank), tbody th')]"
        ".filter((cell) => cell.scrollWidth > cell.clientWidth).length"
    )
    tallest = page.evaluate(
        "Math.max(0, ...[...document.querySelectorAll('td.blank')].map((cell) => cell.getBoundingClientRect().height))"
    )

    assert cut == 0
    assert tallest <= 1


@pytest.mark.parametrize("kind", ["home", "country", "framework", "sources", "entry"])
def test_what_can_be_clicked_is_large_enough_to_hit(new_page: NewPage, kind: str):
    page = new_page(width=320, height=640)
    page.goto(KINDS[kind])

    # WCAG 2.5.8 lets links inside a sentence or a list of links be smaller; these stand alone
    small = page.evaluate(
        """[...document.querySelectorAll('.nav-fold summary, .nav a, .help summary, .downloads a, .footer a')]
        .filter((part) => part.checkVisibility() && part.getBoundingClientRect().height < 24)
        .map((part) => part.textContent.trim())"""
    )

    assert small == []
