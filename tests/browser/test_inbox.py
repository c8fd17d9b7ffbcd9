"""The inbox in a real browser: by keyboard, without a script, on a narrow screen; and no more after a suspension."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NewPage, pages_of, served
from tests.browser.test_accessibility import SIDEWAYS, violations
from tests.databases import ROOT, Databases, OwnDatabase
from tests.people import PASSWORD

pytestmark = pytest.mark.browser

WORLD = """
import django

django.setup()

from datetime import timedelta

from cordiale.apps.people.writes.grants import grant
from cordiale.apps.people.writes.joining import ask_for_access
from cordiale.apps.sharing.writes.documents import remark
from cordiale.domain import clock
from cordiale.domain.roles import Mandate, Role
from tests.integration.test_told import AUSTRIA, JAPAN, filed, point, viewer
from tests.makers import outsider, owner
from tests.people import DESK, now_somebody

at = clock.now()
desk = now_somebody("desk@example.org", DESK, Mandate(Role.ADMINISTRATOR), name="Dora Desk")
for party in (AUSTRIA, JAPAN):
    now_somebody(f"{party}@example.com", Mandate(Role.FOCAL_POINT, party), name=party)
filed("Report on drills")
filed("Lessons of the exercise Calm Seas, with a title so long that it breaks over more than one line on a screen")
until = at.date() + timedelta(days=5)
grant(person=desk, mandate=Mandate(Role.ANALYST), from_on=at.date(), until_on=until, reason="t", by=owner, at=at)
ask_for_access(email="a@example.org", name="Anna Ask", organisation="", reason="why", by=outsider, at=at)
remark(code=filed("Minutes of the board"), text="Page 2 is missing.", by=viewer(point(AUSTRIA)), at=at)
"""
SUSPEND = """
import django

django.setup()

from tests.integration.test_told import suspend

suspend()
"""


@pytest.fixture(scope="module")
def installation(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], nato_database: OwnDatabase
) -> Iterator[tuple[str, OwnDatabase]]:
    """`cordiale serve` on a database of the module's own that holds people and documents."""
    database = _engine.copy(nato_database, *_new_place("inbox"))
    run(database, WORLD)
    with served(database, "--without-worker") as (address, _log):
        yield address.replace("127.0.0.1", "localhost"), database
    _engine.drop(database)


def run(database: OwnDatabase, program: str) -> None:
    """Run a program in a process of its own: Django refuses the database beside the browser's event loop."""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=database.env, check=True, timeout=120)


@pytest.fixture
def new_page(browser: Browser, installation: tuple[str, OwnDatabase]) -> Iterator[NewPage]:
    """As everywhere, on the module's own server."""
    with pages_of(browser, installation[0]) as opened:
        yield opened


def inbox(page: Page, email: str) -> Page:
    """The inbox of somebody who signs in for it."""
    page.goto("/accounts/login/?next=/inbox/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    return page


def test_holds_tasks_and_news_with_markings_on_wide_and_narrow_screens(new_page: NewPage, pictures: Path):
    page = inbox(new_page(), "desk@example.org")

    tasks, news = page.locator("#table-tasks"), page.locator("#table-news")
    for shown in ("Anna Ask", "Minutes of the board", "analyst"):
        expect(tasks).to_contain_text(shown)
    expect(news).to_contain_text("NATO UNCLASSIFIED – Releasable to PfP")
    for width, height in ((1280, 900), (320, 700)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=pictures / f"inbox-{width}.png", full_page=True)
        assert page.evaluate(SIDEWAYS) == 0
        assert violations(page) == []


def test_is_worked_by_keyboard_and_without_a_script(new_page: NewPage):
    page = inbox(new_page(java_script_enabled=False), "jpn@example.com")

    page.get_by_label("Never").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Your choice is kept.")).to_be_visible()
    expect(page.get_by_label("Once a day")).to_be_checked()


def test_shows_a_document_to_one_country_not_to_another_and_to_nobody_suspended(
    new_page: NewPage, installation: tuple[str, OwnDatabase]
):
    austrian, japanese = inbox(new_page(), "aut@example.com"), inbox(new_page(), "jpn@example.com")
    expect(austrian.get_by_text("Report on drills")).to_be_visible()
    expect(japanese.get_by_text("Nothing is new to you.")).to_be_visible()

    run(installation[1], SUSPEND)
    austrian.reload()

    expect(austrian.get_by_text("Nothing is new to you.")).to_be_visible()
