"""With nothing but a keyboard a student asks the explorer, and moves through time; with and without script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser

ENTRY = "/?on=1994-05-09&framework=pfp"
WIDTHS = [1280, 320]


def finds_when_finland_entered(page: Page) -> None:
    keyboard = Keyboard(page)
    page.goto("/countries/")

    keyboard.walk_to(text="Finland")
    keyboard.enter()
    expect(page.get_by_role("heading", level=1)).to_have_text("Finland")
    keyboard.walk_to(href="/standing/fin/pfp/")
    keyboard.enter()

    expect(page.get_by_role("heading", level=1)).to_have_text("Finland in PfP")
    expect(page.locator("#table-history").get_by_text("9 May 1994").first).to_be_visible()


def sees_who_else_was_in(page: Page) -> None:
    page.goto(ENTRY)

    expect(page.get_by_role("img", name="World map, as of 9 May 1994")).to_be_visible()
    for country in ("Finland", "Sweden"):
        expect(page.locator("#table-standings").get_by_role("link", name=country, exact=True)).to_be_visible()
    assert page.locator('.map-world use[href*="#FIN"]').get_attribute("class") == "on-map map-square map-in-force"


def jumps_to_the_next_change(page: Page, *, script: bool) -> None:
    keyboard = Keyboard(page)

    next_change = page.locator("a[rel=next]")
    day = re.search(r"on=([\d-]+)", next_change.get_attribute("href") or "")
    assert day is not None
    keyboard.walk_to(**({"id": "turn-next"} if script else {"href": f"/?on={day[1]}"}))
    keyboard.enter()

    expect(page.locator("#on")).to_have_value(day[1])
    assert f"on={day[1]}" in page.url
    assert "framework=pfp" in page.url
    if script:
        expect(page.locator("#turn-next")).to_be_focused()


def opens_both_sources_of_the_open_conflict(page: Page) -> None:
    keyboard = Keyboard(page)

    keyboard.walk_to(text="Compare the sources")
    keyboard.enter()
    expect(page.get_by_role("heading", level=1)).to_have_text("Conflicts")
    for source in ("nato-erdmann-2015", "nato-chron-1954"):
        keyboard.walk_to(href=f"/sources/{source}/")
        keyboard.enter()
        expect(page.get_by_role("definition").filter(has_text=source)).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Conflicts")


def takes_the_sheet_along(page: Page, folder: Path) -> None:
    keyboard = Keyboard(page)
    page.goto(ENTRY)

    keyboard.walk_to(href="/standings.csv")
    with page.expect_download() as arriving:
        keyboard.enter()

    taken = folder / arriving.value.suggested_filename
    arriving.value.save_as(taken)
    assert taken.read_text("utf-8-sig").startswith("Country or organisation,Framework,Standing,Since,")
    assert "\nfin,pfp,in force,1994-05-09," in taken.read_text("utf-8-sig").replace("\r", "")


def copies_the_citation(page: Page, folder: Path) -> None:
    keyboard = Keyboard(page)
    page.goto(ENTRY)

    keyboard.walk_to(text="Cite this answer")
    keyboard.enter()
    expect(page.get_by_text("Partnership register, as of 9 May 1994. Cordiale, NATO partnerships")).to_be_visible()
    keyboard.walk_to(href="/citation.bib")
    with page.expect_download() as arriving:
        keyboard.enter()

    arriving.value.save_as(folder / "citation.bib")
    (entry,) = parse_string((folder / "citation.bib").read_text("utf-8")).entries
    assert entry["url"] == page.locator(".permalink").get_attribute("href")
    page.goto(entry["url"])
    expect(page.get_by_role("img", name="World map, as of 9 May 1994")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_student_gets_from_a_question_to_a_cited_answer_by_keyboard(
    new_page: NewPage, width: int, script: bool, tmp_path: Path
):
    page = new_page(width=width, java_script_enabled=script)

    finds_when_finland_entered(page)
    sees_who_else_was_in(page)
    jumps_to_the_next_change(page, script=script)
    opens_both_sources_of_the_open_conflict(page)
    takes_the_sheet_along(page, tmp_path)
    copies_the_citation(page, tmp_path)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_slider_moves_with_the_arrow_keys_and_the_browser_goes_back(new_page: NewPage, width: int):
    page = new_page(width=width)
    keyboard = Keyboard(page)
    page.goto("/?on=2023-04-30&framework=nato")
    finland = page.locator('.map-world use[href*="#FIN"]')
    expect(finland).to_have_class("on-map map-member map-in-force")

    keyboard.walk_to(id="month")
    page.keyboard.press("ArrowLeft")

    expect(page.get_by_role("img", name="World map, as of 31 March 2023")).to_be_visible()
    expect(page.locator("#on")).to_have_value("2023-03-31")
    expect(page.locator("#month")).to_have_attribute("aria-valuetext", re.compile("31.*March.*2023|March 31, 2023"))
    expect(page.locator("#month")).to_be_focused()
    expect(finland).to_have_count(0)
    assert page.url.endswith("/?on=2023-03-31&framework=nato")
    assert page.title().startswith("Partnership register")

    page.go_back()

    expect(page.get_by_role("img", name="World map, as of 30 April 2023")).to_be_visible()
    expect(page.locator("#on")).to_have_value("2023-04-30")
    expect(finland).to_have_class("on-map map-member map-in-force")
    assert page.url.endswith("/?on=2023-04-30&framework=nato")


def test_the_map_is_drawn_from_its_file_in_both_parts(page: Page):
    page.goto("/?on=2021-12-31")

    for part in (".map-world", ".map-lens"):
        expect(page.locator(f"{part}")).to_be_visible()
    box = page.locator('.map-world use[href*="#RUS"]').evaluate("(use) => use.getBBox().width")
    assert box > 100
