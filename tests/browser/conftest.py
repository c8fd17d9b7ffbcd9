"""A real server on a private database, and Debian's Chromium that watches for whatever a page must not do."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.browser.pages import MISSING
from tests.databases import CORDIALE, ROOT, Databases, OwnDatabase
from tools.programs import chromium

FLAGS = (
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LISTENS = re.compile(r"listens on (http://\S+?)/? ")
VIOLATIONS = """
  addEventListener("securitypolicyviolation", (event) =>
    console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
PICTURES = pytest.StashKey[Path]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say where the pictures are, so that somebody looks at them."""
    if PICTURES in config.stash:
        terminalreporter.write_line(f"pictures of the pages: {config.stash[PICTURES]}")


@dataclass
class Watch:
    """What a context did that no page may do."""

    site: str
    wrongs: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Look at everything that happens in the context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.wrongs.append(f"error in the page: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        expected = message.text.startswith("Failed to load resource") and message.location["url"].endswith(MISSING)
        if message.type in ("error", "warning") and not expected:
            self.wrongs.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _request(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in ("http", "https", "ws", "wss") and asked.netloc != urlsplit(self.site).netloc:
            self.wrongs.append(f"asks another host: {request.url}")

    def _failed(self, request: Request) -> None:
        # a download, and leaving a page, end its request early
        if request.failure != "net::ERR_ABORTED":
            self.wrongs.append(f"request failed: {request.url} ({request.failure})")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.url.endswith(MISSING):
            self.wrongs.append(f"answered {response.status}: {response.url}")


@pytest.fixture(scope="session")
def site(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], nato_database: OwnDatabase
) -> Iterator[str]:
    """Address of `cordiale serve`, without a slash at its end, on a database of its own with packs/nato loaded."""
    database = _engine.copy(nato_database, *_new_place("served"))
    with served(database, "--without-worker") as (address, _log):
        yield address
    _engine.drop(database)


@contextmanager
def served(database: OwnDatabase, *options: str, port: int = 0, **environment: str) -> Iterator[tuple[str, Path]]:
    """Address and log of `cordiale serve` on a database; fails when the server does not end well, or had a mistake."""
    log = database.home / "serve.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [CORDIALE, "serve", "--port", str(port or free_port()), "--workers", "1", *options],
            cwd=ROOT,
            env={**database.env, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _answering(server, log), log
        finally:
            status = _stop(server)
    said = log.read_text("utf-8")
    assert status == 0, f"cordiale serve ended with {status}:\n{said}"
    assert "Traceback" not in said, said


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answering(server: subprocess.Popen[bytes], log: Path) -> str:
    """The address that the server printed, once it answers there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        printed = LISTENS.search(log.read_text("utf-8"))
        try:
            if printed and urlopen(f"{printed[1]}/accessibility/", timeout=10).status == 200:  # noqa: S310  # our own
                return printed[1]
        except (URLError, ConnectionError, TimeoutError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"cordiale serve does not answer:\n{log.read_text('utf-8')}")


def _stop(server: subprocess.Popen[bytes]) -> int:
    server.send_signal(signal.SIGTERM)
    try:
        return server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        return -signal.SIGKILL


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield started
        started.close()


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, site: str) -> Iterator[NewPage]:
    """Opens pages: `new_page(width=320, java_script_enabled=False)`. At the end, what no page may do fails the test."""
    with pages_of(browser, site) as opened:
        yield opened


@contextmanager
def pages_of(browser: Browser, site: str) -> Iterator[NewPage]:
    """As `new_page`, for any site."""
    watch = Watch(site)
    with ExitStack() as contexts:

        def opened(*, width: int = 1280, height: int = 900, **options: Any) -> Page:
            context = browser.new_context(base_url=site, viewport={"width": width, "height": height}, **options)
            contexts.callback(context.close)
            context.set_default_timeout(15_000)
            context.add_init_script(VIOLATIONS)
            watch.over(context)
            return context.new_page()

        yield opened
    assert watch.wrongs == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page of 1280 by 900 pixels."""
    return new_page()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """Where pictures of the pages are kept; the end of the run says where that is."""
    folder = tmp_path_factory.mktemp("pictures")
    pytestconfig.stash[PICTURES] = folder
    return folder
