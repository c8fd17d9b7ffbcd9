"""The work of a desk, by the people who do it: a suspension decided by two, a workbook that comes back with conflicts.

`make test` runs it on both databases.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cordiale.engines.workbooks.reading import read
from tests.browser.conftest import NewPage, pages_of, served
from tests.browser.test_accessibility import SIDEWAYS, SIZES, violations
from tests.browser.test_accounts import PASSWORD, Installation
from tests.databases import Databases, OwnDatabase
from tests.libreoffice import edited

pytestmark = [pytest.mark.browser, pytest.mark.libreoffice]

SUSPENSION = (
    "/desk/edit/suspend/?preview=1&party=srb&framework=pfp&suspension=suspended&scope=all&valid_from="
    "&source=nato-pfp-2006-12&ground=Decision+of+the+council"
)
EDITED = 300


@pytest.fixture(scope="module")
def installation(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], nato_database: OwnDatabase
) -> Iterator[Installation]:
    """`cordiale serve` with its worker, on a database of the module's own."""
    database = _engine.copy(nato_database, *_new_place("desk"))
    with served(database, "--invite-first") as (address, log):
        printed = re.search(r"once: (\S+)", log.read_text("utf-8"))
        assert printed is not None
        yield Installation(address.replace("127.0.0.1", "localhost"), database, printed[1])
    _engine.drop(database)


@pytest.fixture
def new_page(browser: Browser, installation: Installation) -> Iterator[NewPage]:
    """As everywhere, on the module's own server."""
    with pages_of(browser, installation.site) as opened:
        yield opened


def joins(page: Page, link: str, name: str, email: str = "") -> Page:
    """Take an invitation; the page in which that person is signed in."""
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    if email:
        page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page


def invited(administrator: Page, email: str, role: str, party: str = "") -> str:
    """The link that the administrator is shown."""
    administrator.goto("/people/invite/")
    administrator.get_by_label("E-mail address").fill(email)
    administrator.get_by_label("Role").select_option(label=role)
    if party:
        administrator.get_by_label("Party").select_option(label=party)
    administrator.get_by_label("Reason").fill("the new year")
    administrator.get_by_role("button", name="Invite").click()
    return administrator.locator("#invitation-link").inner_text()


def test_a_desk_at_work(
    new_page: NewPage, installation: Installation, empty_database: OwnDatabase, tmp_path: Path, pictures: Path
):
    administrator = joins(new_page(), installation.first_link, "Ada Anders", "ada@example.org")
    officer = joins(new_page(), invited(administrator, "olga@example.org", "Desk officer"), "Olga Olsen")
    colleague = joins(new_page(), invited(administrator, "carl@example.org", "Desk officer"), "Carl Clausen")
    focal_point = joins(
        new_page(), invited(administrator, "sava@example.org", "Focal point of a party", "Serbia"), "Sava Savić"
    )

    a_suspension_is_decided_by_two(officer, colleague, focal_point)
    a_workbook_comes_back_with_conflicts(officer, colleague, tmp_path)
    the_pages_are_for_everybody(officer, pictures)
    nothing_is_lost(installation.database, empty_database, tmp_path)


def a_suspension_is_decided_by_two(officer: Page, colleague: Page, focal_point: Page) -> None:
    """Prepared by one, seen with its consequences, approved by another: the party's own pages change with it."""
    standing = "/standing/srb/pfp/"
    focal_point.goto(standing)
    expect(focal_point.locator("main")).not_to_contain_text("Suspended")
    officer.goto(SUSPENSION)
    expect(officer.locator("#table-audiences tbody tr")).not_to_have_count(0)
    officer.get_by_label("Reason").fill("the council decided")

    officer.get_by_role("button", name="Have a second person decide").click()
    proposed = officer.url
    focal_point.reload()
    expect(focal_point.locator("main")).not_to_contain_text("Suspended")
    colleague.goto(proposed)
    colleague.get_by_role("button", name="Approve").click()

    expect(colleague.locator(".tag", has_text="approved")).to_be_visible()
    focal_point.reload()
    expect(focal_point.locator("main")).to_contain_text("Suspended")


def a_workbook_comes_back_with_conflicts(officer: Page, colleague: Page, folder: Path) -> None:
    """300 rows edited in LibreOffice; two of them were changed here meanwhile, and one cell cannot be read."""
    exported = officer.context.request.get("/desk/workbooks/participation.xlsx").body()
    marks = [line.cells[0] for line in read(exported, "exported.xlsx").lines[:EDITED]]
    steps: list[tuple[str, ...]] = [("type", mark, "Note", f"seen in {number}") for number, mark in enumerate(marks)]
    steps[7] = ("type", marks[7], "Valid from", "last spring")
    for mark in marks[3:5]:
        changes_the_note(colleague, mark.partition("@")[0])

    officer.goto("/desk/workbooks/")
    officer.get_by_label("File").set_input_files(edited(folder, exported, steps))
    officer.get_by_role("button", name="Compare it").click()

    facts = officer.locator("main dl.facts").first
    for label, count in (("In conflict", 2), ("Refused", 1), ("Changed", EDITED - 3), ("New", 0)):
        row = facts.locator("div").filter(has=officer.locator("dt", has_text=re.compile(f"^{label}")))
        expect(row.locator("dd")).to_have_text(str(count))
    expect(officer.locator("tbody")).to_contain_text('"last spring" is not a date')
    expect(officer.locator("tbody")).to_contain_text("changed meanwhile")
    officer.get_by_label("Reason").fill("the yearly return")
    officer.get_by_role("button", name="See what these rows would do").click()
    officer.get_by_role("button", name=f"Write {EDITED - 3} rows").click()
    expect(officer.locator("main")).to_contain_text("Written as entry", timeout=60_000)


def changes_the_note(page: Page, number: str) -> None:
    page.goto(f"/desk/edit/correct/?assertion={number}")
    page.get_by_label("Note").fill("changed meanwhile")
    page.get_by_role("button", name="See what it would do").click()
    page.get_by_label("Reason").fill("a slip")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("main")).to_contain_text("Recorded as entry")


def the_pages_are_for_everybody(officer: Page, pictures: Path) -> None:
    """axe finds nothing on any page of the desk, and none scrolls sideways."""
    addresses = {
        "desk": "/desk/",
        "suspend": "/desk/edit/suspend/",
        "wrong": "/desk/edit/define/?preview=1",
        "what-if": "/desk/edit/rank/?preview=1&source=estonian-mfa-2021&precedence=99",
        "statements": "/desk/statements/srb/pfp/",
        "proposals": "/desk/proposals/",
        "proposal": "/desk/proposals/1/",
        "workbooks": "/desk/workbooks/",
        "upload": "/desk/workbooks/uploads/1/",
        "jobs": "/jobs/",
    }
    for size, (width, height) in SIZES.items():
        officer.set_viewport_size({"width": width, "height": height})
        for name, address in addresses.items():
            officer.goto(address)
            officer.screenshot(path=pictures / f"desk-{name}-{size}.png")
            assert (name, size, violations(officer)) == (name, size, [])
            assert (name, size, officer.evaluate(SIDEWAYS)) == (name, size, 0)


def nothing_is_lost(running: OwnDatabase, restored: OwnDatabase, folder: Path) -> None:
    """A backup of the running system verifies where it is restored."""
    head = running.run("ledger", "head").stdout.strip()
    running.run_or_fail("backup", folder / "desk.backup")

    restored.run_or_fail("restore", folder / "desk.backup")

    verified = restored.run("ledger", "verify", "--head", head)
    assert (verified.returncode, "The ledger holds" in verified.stdout) == (0, True)
