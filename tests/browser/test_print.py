"""On paper a page keeps its facts and loses what only a screen can do."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.pages import KINDS

pytestmark = pytest.mark.browser

PAPER = 673
"""Pixels across A4 between the margins."""


@pytest.fixture
def printed(new_page: NewPage) -> Page:
    page = new_page(width=PAPER)
    page.goto(KINDS["country"])
    page.emulate_media(media="print")
    return page


@pytest.mark.parametrize("part", [".nav", ".breadcrumbs", ".downloads", ".skip"])
def test_what_only_a_screen_can_do_is_not_printed(printed: Page, part: str):
    expect(printed.locator(part).first).to_be_hidden()


@pytest.mark.parametrize("part", ["h1", ".release p", "#table-participation thead", ".register-line"])
def test_facts_their_headings_and_what_they_stand_on_are_printed(printed: Page, part: str):
    expect(printed.locator(part)).to_be_visible()


def test_a_table_stays_a_table_on_paper_and_fits_it(printed: Page):
    shown = printed.locator("#table-participation tbody td").first

    assert shown.evaluate("(cell) => getComputedStyle(cell).display") == "table-cell"
    assert printed.evaluate("document.documentElement.scrollWidth") <= PAPER


def test_a_source_is_printed_with_its_address(new_page: NewPage):
    page = new_page(width=PAPER)
    page.goto(KINDS["source"])
    page.emulate_media(media="print")

    address = page.locator("main a[href^=http]").first

    assert address.evaluate("(link) => getComputedStyle(link, '::after').content").startswith('" <https://')


def test_a_printout_has_pages(page: Page, pictures: Path):
    page.goto(KINDS["country"])

    paper = page.pdf(path=pictures / "country.pdf", format="A4", prefer_css_page_size=True)

    assert paper.startswith(b"%PDF-")
