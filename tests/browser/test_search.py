"""Whoever has only a keyboard finds a country by a name in another language, from any page, with and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.keyboard import Keyboard

pytestmark = pytest.mark.browser

FIELD = "input[type=search]"


def focused_field(page: Page) -> bool:
    return bool(page.evaluate("document.activeElement.matches('input[type=search][name=q]')"))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("width", [1280, 320])
def test_a_country_is_found_by_its_former_name_with_the_keyboard_alone(new_page: NewPage, width: int, script: bool):
    page = new_page(width=width, java_script_enabled=script)
    page.goto("/countries/")
    for _stop in range(10):
        page.keyboard.press("Tab")
        if focused_field(page):
            break
    page.keyboard.type("turquie")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="1 hit")).to_be_visible()
    expect(page.locator("mark[lang], [lang=fr] mark")).to_have_text("Turquie")
    Keyboard(page).walk_to(text="Türkiye")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Türkiye")


@pytest.mark.parametrize("path", ["/", "/countries/fin/", "/search/", "/search/?q=finland"])
def test_the_key_for_search_leads_to_the_field_from_any_page(page: Page, path: str):
    page.goto(path)

    page.keyboard.press("/")

    assert focused_field(page)
    assert page.locator(FIELD).input_value() in ("", "finland")


def test_the_key_for_search_is_a_letter_for_whoever_is_typing(page: Page):
    page.goto("/search/")
    page.locator(FIELD).focus()

    page.keyboard.type("a/b")

    assert page.locator(FIELD).input_value() == "a/b"


def test_the_key_for_search_can_be_switched_off_and_on(page: Page):
    page.goto("/accessibility/")
    choice = page.get_by_label("The key / leads to the search field")

    choice.uncheck()
    page.goto("/countries/")
    page.keyboard.press("/")
    assert not focused_field(page)

    page.goto("/accessibility/")
    expect(choice).not_to_be_checked()
    choice.check()
    page.goto("/countries/")
    page.keyboard.press("/")
    assert focused_field(page)


def test_where_no_script_runs_nothing_speaks_of_switching_the_key(new_page: NewPage):
    page = new_page(java_script_enabled=False)
    page.goto("/accessibility/")

    expect(page.locator("[data-keys]")).to_be_hidden()


def test_a_hit_leads_to_the_table_in_which_it_stands(page: Page):
    page.goto("/search/?q=First meeting; rules of procedure&kind=bodies_meetings")

    page.locator(".hits a").first.click()

    assert page.url.endswith("/frameworks/pjc/#table-bodies_meetings")
    expect(page.locator("#table-bodies_meetings")).to_be_in_viewport()


def test_hits_go_on_over_pages_and_keep_their_numbers(page: Page):
    page.goto("/search/?q=nato")

    page.get_by_role("link", name="Next").click()

    expect(page.locator(".hits")).to_have_attribute("start", "21")
    expect(page.locator(".hits > li")).to_have_count(20)
    page.get_by_role("link", name="Previous").click()
    expect(page.locator(".hits")).to_have_attribute("start", "1")


def test_the_hits_can_be_taken_along(page: Page):
    page.goto("/search/?q=türkiye&kind=parties")

    with page.expect_download() as arriving:
        page.get_by_role("link", name="CSV").click()

    assert arriving.value.suggested_filename == "cordiale-hits.csv"
