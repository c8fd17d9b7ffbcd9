"""The page of a seat result, opened as a file: machines find nothing wrong with it; it fits every screen, and paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cordiale.engines.seats.instances import Instance
from cordiale.engines.seats.reporting import report
from cordiale.ui.seats_page import anchor, seats_page
from tests.browser.conftest import NewPage, pages_of
from tests.browser.test_accessibility import SIDEWAYS, violations
from tests.browser.test_print import PAPER
from tests.seat_results import official, small

pytestmark = pytest.mark.browser

UNFOLD = "document.querySelectorAll('details').forEach((details) => { details.open = true; })"
SCREENS = {"wide": (1280, "light"), "narrow": (320, "light"), "dark": (1280, "dark"), "narrow and dark": (320, "dark")}
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 3


def menu() -> Instance:
    """Large enough for every kind of row, with names as long as they come."""
    return small(party=LONG, activity=LONG)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page on the disk."""
    place = tmp_path_factory.mktemp("seats") / "result.html"
    place.write_text(seats_page(report(menu(), official(menu()))), encoding="utf-8")
    return place


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[NewPage]:
    """Opens the file; at the end, what no page may do fails the test: asking anybody, breaking its own policy."""
    with pages_of(browser, file.as_uri()) as new_page:

        def goto(**options: object) -> Page:
            page = new_page(**options)
            page.goto(file.as_uri())
            return page

        yield goto


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("unfolded", [False, True], ids=["folded", "unfolded"])
def test_axe_finds_nothing(opened: Callable[..., Page], pictures: Path, screen: str, unfolded: bool):
    width, scheme = SCREENS[screen]
    page = opened(width=width, height=2400, color_scheme=scheme)
    if unfolded:
        page.evaluate(UNFOLD)
    page.screenshot(path=pictures / f"seats-{screen.replace(' ', '-')}-{unfolded}.png")  # for people to look at

    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 640, 830, 1280])
def test_nothing_scrolls_sideways(opened: Callable[..., Page], width: int):
    page = opened(width=width)
    page.evaluate(UNFOLD)

    assert page.evaluate(SIDEWAYS) == 0


def test_nothing_is_cut_off_where_rows_are_stacked(opened: Callable[..., Page]):
    page = opened(width=320)
    page.evaluate(UNFOLD)

    cut = page.evaluate(
        "[...document.querySelectorAll('td, tbody th, .lines li')]"
        ".filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.textContent)"
    )

    assert cut == []


def test_without_a_script_a_focal_point_finds_the_reason_by_keyboard(opened: Callable[..., Page]):
    page = opened(java_script_enabled=False)

    page.get_by_role("navigation", name="Parties").get_by_role("link", name="Suomi").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("section.party", has=page.locator(f"#{anchor('fin')}"))).to_be_in_viewport()
    expect(page.get_by_text("Too few ask for it: 1 seat could be taken")).to_be_visible()


def test_what_can_be_clicked_is_large_enough_to_hit(opened: Callable[..., Page]):
    page = opened(width=320)

    small_ones = page.evaluate(
        "[...document.querySelectorAll('summary, nav a')]"
        ".filter((part) => part.checkVisibility() && part.getBoundingClientRect().height < 24)"
        ".map((part) => part.textContent.trim())"
    )

    assert small_ones == []


def test_on_paper_tables_stay_tables_and_fit_and_what_only_a_screen_can_do_is_left_out(opened: Callable[..., Page]):
    page = opened(width=PAPER, color_scheme="dark")
    page.emulate_media(media="print")

    assert page.evaluate(SIDEWAYS) == 0
    assert page.locator("#parties tbody td").first.evaluate("(cell) => getComputedStyle(cell).display") == "table-cell"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    expect(page.locator("nav").first).to_be_hidden()
    expect(page.get_by_text("What is folded on the screen is not printed")).to_be_visible()
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF-")
