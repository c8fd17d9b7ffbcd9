"""A newcomer with nothing but a keyboard finds Finland, reads where a fact comes from, and takes the table along."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.keyboard import FOCUSED, Keyboard

pytestmark = pytest.mark.browser


def skips_to_the_content(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/")

    keyboard.walk_to(text="Skip to the content")
    keyboard.enter()

    expect(page.locator("main")).to_be_focused()
    assert page.url.endswith("/#main")


def opens_the_countries(page: Page, *, folded: bool) -> None:
    keyboard = Keyboard(page)
    if folded:
        expect(page.locator(".nav").get_by_text("Countries")).to_be_hidden()
        keyboard.walk_to(text="Menu", key="Shift+Tab")
        keyboard.enter()
        keyboard.walk_to(text="Countries")
    else:
        keyboard.walk_to(text="Countries", key="Shift+Tab")
    keyboard.enter()

    expect(page.get_by_role("heading", level=1)).to_have_text("Countries and organisations")


def finds_finland(page: Page) -> None:
    keyboard = Keyboard(page)

    keyboard.walk_to(text="Finland")
    keyboard.enter()

    expect(page.get_by_role("heading", level=1)).to_have_text("Finland")


def jumps_to_the_participation(page: Page) -> None:
    keyboard = Keyboard(page)

    keyboard.walk_to(text="Participation")
    keyboard.enter()

    expect(page.get_by_role("heading", name="Participation")).to_be_in_viewport()


def opens_the_help(page: Page) -> None:
    keyboard = Keyboard(page)

    keyboard.walk_to(text="How to read this table")
    keyboard.enter()

    expect(page.locator("#table-participation").get_by_text("One row for each statement")).to_be_visible()


def reads_the_source_and_comes_back(page: Page) -> None:
    keyboard = Keyboard(page)

    keyboard.walk_to(href="/sources/")
    source = page.evaluate(FOCUSED)["text"]
    keyboard.enter()

    expect(page.get_by_role("definition").filter(has_text=source)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Finland")


def takes_the_table_along(page: Page, folder: Path) -> None:
    keyboard = Keyboard(page)

    keyboard.walk_to(href="/countries/fin/participation.csv")
    with page.expect_download() as arriving:
        keyboard.enter()

    taken = folder / arriving.value.suggested_filename
    arriving.value.save_as(taken)
    assert taken.name == "cordiale-fin-participation.csv"
    assert taken.read_text("utf-8-sig").startswith("Framework,Status,Scope,From,Last day,")
    assert len(taken.read_text("utf-8-sig").splitlines()) > 5


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("width", [1280, 320])
def test_a_newcomer_gets_from_the_first_page_to_a_sourced_table_by_keyboard(
    new_page: NewPage, width: int, script: bool, tmp_path: Path
):
    page = new_page(width=width, java_script_enabled=script)

    skips_to_the_content(page)
    opens_the_countries(page, folded=width < 768)
    finds_finland(page)
    jumps_to_the_participation(page)
    opens_the_help(page)
    reads_the_source_and_comes_back(page)
    takes_the_table_along(page, tmp_path)


def test_a_page_is_the_same_without_script(new_page: NewPage):
    texts = []
    for script in (True, False):
        page = new_page(java_script_enabled=script)
        page.goto("/countries/fin/")
        texts.append(page.locator("body").inner_text())

    assert texts[0] == texts[1]
