"""A document on its way: released to a framework, read by one country, unknown to another, withdrawn by a suspension.

`make test` runs it on both databases.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from cordiale.apps.sharing.exports.files import SECONDS
from tests.browser.conftest import NewPage, pages_of, served
from tests.browser.test_accessibility import SIDEWAYS, SIZES, violations
from tests.browser.test_accounts import Installation
from tests.browser.test_desk_journey import invited, joins
from tests.databases import CORDIALE, ROOT, Databases, OwnDatabase
from tests.mail_server import MailServer, listening

pytestmark = pytest.mark.browser

SUSPENSION = (
    "/desk/edit/suspend/?preview=1&party=srb&framework=pfp&suspension=suspended&scope=all&valid_from="
    "&source=nato-pfp-2006-12&ground=Decision+of+the+council"
)
TITLE = "Demonstration paper on mine action"
LINE = "Demonstration text: what was learnt about quixotic mines.\n"
SIZE = 15 * 2**20
"""Bytes of the file: more than what stands between the server and a reader who takes his time, 6 MiB at most.

Those are 2 MiB in the server, up to 4 MiB in the kernel's buffer for sending, and WINDOW.
"""
WINDOW = 2**16
"""Bytes that wait at the reader's: said, because left alone the kernel makes it up to 32 MiB on a fast line."""


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with listening() as server:
        yield server


@pytest.fixture(scope="module")
def installation(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], nato_database: OwnDatabase, mail: MailServer
) -> Iterator[Installation]:
    """`cordiale serve` on a database of the module's own, with mail."""
    import re

    database = _engine.copy(nato_database, *_new_place("sharing"))
    options = ("--invite-first", "--without-worker")
    with served(database, *options, CORDIALE_MAIL_URL=f"smtp://127.0.0.1:{mail.port}") as (address, log):
        printed = re.search(r"once: (\S+)", log.read_text("utf-8"))
        assert printed is not None
        yield Installation(address.replace("127.0.0.1", "localhost"), database, printed[1])
    _engine.drop(database)


@pytest.fixture
def new_page(browser: Browser, installation: Installation) -> Iterator[NewPage]:
    """As everywhere, on the module's own server."""
    with pages_of(browser, installation.site) as opened:
        yield opened


def test_a_document_on_its_way(
    new_page: NewPage, installation: Installation, mail: MailServer, tmp_path: Path, pictures: Path
):
    administrator = joins(new_page(), installation.first_link, "Ada Anders", "ada@example.org")

    def comes(email: str, name: str, role: str, party: str = "") -> Page:
        return joins(new_page(), invited(administrator, email, role, party), name)

    officer = comes("olga@example.org", "Olga Olsen", "Desk officer")
    auditor = comes("anna@example.org", "Anna Auer", "Auditor")
    serbia = comes("sava@example.org", "Sava Savić", "Focal point of a party", "Serbia")
    austria = comes("otto@example.org", "Otto Ott", "Focal point of a party", "Austria")
    japan = comes("jun@example.org", "Jun Jinnai", "Focal point of a party", "Japan")
    for reader in (serbia, austria):
        wants_a_digest(reader)

    document = is_filed(officer, tmp_path)
    sees_it(serbia, document)
    sees_it(austria, document)
    does_not_see_it(japan, document)
    looks_right(officer, document, pictures)
    under_way = Download(installation.site, serbia, f"{document}files/paper.txt")
    assert under_way.some() == 2**18

    before = time.time()
    suspends_serbia(officer)
    recorded = time.time()
    refused_at_once(serbia, document)

    assert time.time() - recorded < 1, f"seen {time.time() - recorded:.1f} s after it was recorded"
    does_not_see_it(serbia, document)
    sees_it(austria, document)
    assert under_way.rest() < SIZE
    is_mailed_to_those_who_may_read(installation, mail)
    is_explained(auditor, document, before)
    commands_agree(installation.database, document, before)


def wants_a_digest(page: Page) -> None:
    page.goto("/inbox/")
    page.get_by_role("radio", name="Once a day").check()
    page.get_by_role("button", name="Keep").click()


def is_filed(officer: Page, folder: Path) -> str:
    """The address of the document, after whom it lets read was shown."""
    paper = folder / "paper.txt"
    paper.write_text(LINE * (SIZE // len(LINE) + 1), "utf-8")
    officer.goto("/documents/new/")
    officer.get_by_label("Releasable to").fill("PfP")
    officer.get_by_role("button", name="See whom it lets read").click()
    expect(officer.locator("main")).to_contain_text("Serbia")
    officer.get_by_label("Title").fill(TITLE)
    officer.get_by_label("Date").fill("2026-11")
    officer.get_by_label("Files").set_input_files(paper)
    officer.get_by_role("button", name="File it").click()
    expect(officer.locator("h1")).to_have_text(TITLE, timeout=60_000)
    return urlsplit(officer.url).path


def sees_it(page: Page, document: str) -> None:
    page.goto(document)
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.locator(".release")).to_contain_text("NATO UNCLASSIFIED – Releasable to PfP")
    page.goto("/documents/?q=quixotic")
    expect(page.locator("ol.hits li")).to_have_count(1)
    assert TITLE in feed(page)


def does_not_see_it(page: Page, document: str) -> None:
    assert page.context.request.get(document).status == 404
    assert page.context.request.get(f"{document}files/paper.txt").status == 404
    page.goto("/documents/?q=quixotic")
    expect(page.locator("main")).to_contain_text("No document that you may read")
    assert TITLE not in feed(page)


def refused_at_once(page: Page, document: str) -> None:
    assert page.context.request.get(document).status == 404


def feed(page: Page) -> str:
    """What a reader of feeds is told."""
    answer = page.context.request.get("/documents/feed.atom")
    assert answer.status == 200
    return answer.text()


def suspends_serbia(officer: Page) -> None:
    officer.goto(SUSPENSION)
    officer.get_by_label("Reason").fill("the council decided")
    officer.get_by_role("button", name="Record", exact=True).click()
    expect(officer.locator(".notice-ok")).to_be_visible()


class Download:
    """A reader who takes a file at leisure, as over a slow line."""

    def __init__(self, site: str, page: Page, path: str) -> None:
        cookies = "; ".join(f"{one.get('name')}={one.get('value')}" for one in page.context.cookies())
        place = urlsplit(site)
        self.connection = http.client.HTTPConnection(place.hostname or "", place.port)
        self.connection.sock = socket.socket()
        self.connection.sock.settimeout(30)
        self.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
        self.connection.sock.connect((place.hostname, place.port))
        self.connection.request("GET", path, headers={"Cookie": cookies})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200
        self.taken = 0

    def some(self) -> int:
        """Bytes taken so far, after the first quarter of a MiB."""
        self.taken += len(self.answer.read(2**18))
        return self.taken

    def rest(self) -> int:
        """Bytes taken until it ended or was cut off, by a reader whose line stood still for as long as nobody is asked.

        A download asks once a second whether it may go on; without the pause all of it may be over within the first.
        """
        time.sleep(SECONDS + 0.1)
        try:
            while piece := self.answer.read(2**16):
                self.taken += len(piece)
        except (http.client.IncompleteRead, ConnectionError) as cut:
            self.taken += len(getattr(cut, "partial", b""))
        finally:
            self.connection.close()
        return self.taken


def a_day_passes(database: OwnDatabase) -> None:
    """A digest goes out once a day: these people were told last when they asked for it."""
    connection = database.connect()
    with connection:
        connection.execute("UPDATE sharing_subscription SET told_at = '2026-01-01 00:00:00'")
    connection.close()


def is_mailed_to_those_who_may_read(installation: Installation, mail: MailServer) -> None:
    database = installation.database
    a_day_passes(database)
    done = subprocess.run(
        [CORDIALE, "worker", "--until-empty"],
        cwd=ROOT,
        env={**database.env, "CORDIALE_MAIL_URL": f"smtp://127.0.0.1:{mail.port}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = {
        address: [str(one.get_content()) for one in mail.taken_by(address)]
        for address in ("otto@example.org", "sava@example.org")
    }
    assert any(TITLE in one for one in told["otto@example.org"]), done.stderr
    assert not any(TITLE in one for one in told["sava@example.org"])


def is_explained(auditor: Page, document: str, before: float) -> None:
    """The auditor's page: read by one, refused to another, withdrawn by the suspension, then and now."""
    auditor.goto(f"{document}readers/")
    rows = auditor.locator("tbody tr")
    expect(rows.filter(has_text="Austria").first).to_contain_text("yes")
    expect(rows.filter(has_text="Serbia").first).to_contain_text("suspended")
    expect(rows.filter(has_text="Japan").first).to_contain_text("no")
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(before))
    auditor.goto(f"{document}readers/?at={moment}")
    expect(rows.filter(has_text="Serbia").first).to_contain_text("yes")


def commands_agree(database: OwnDatabase, document: str, before: float) -> None:
    """`cordiale readers` says the same, and the read log holds and replays to the same verdicts."""
    code = document.strip("/").split("/")[-1]
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(before))

    def parties(*more: str) -> dict[str, bool]:
        done = database.run("readers", code, "--format", "json", *more)
        assert done.returncode == 0, done.stderr
        return {one["party"]: one["could_read"] for one in json.loads(done.stdout)["parties"]}

    now, then = parties(), parties("--at", moment)
    assert (now["aut"], now["srb"], now.get("jpn", False)) == (True, False, False)
    assert (then["aut"], then["srb"], then.get("jpn", False)) == (True, True, False)
    for command in ("verify", "replay"):
        done = database.run("readlog", command)
        assert done.returncode == 0, done.stdout + done.stderr


def looks_right(officer: Page, document: str, pictures: Path) -> None:
    """The pages of documents at every width, without a violation of WCAG 2.2 AA."""
    for path in ("/documents/", "/documents/?q=quixotic", document, "/documents/new/", f"{document}label/"):
        officer.goto(path)
        name = path.strip("/").replace("/", "-").replace("?", "-")
        for size, (width, height) in SIZES.items():
            officer.set_viewport_size({"width": width, "height": height})
            officer.screenshot(path=pictures / f"{name}-{size}.png")
            assert (path, size, violations(officer)) == (path, size, [])
            assert (path, size, officer.evaluate(SIDEWAYS)) == (path, size, 0)
    officer.set_viewport_size({"width": 1280, "height": 900})
