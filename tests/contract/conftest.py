"""A real server on a private database with packs/nato, which never asks anybody to wait."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from pytest_django import DjangoDbBlocker

from tests.databases import CORDIALE, ROOT, Databases, OwnDatabase, in_this_process

LISTENS = re.compile(r"listens on (http://\S+?)/? ")


@pytest.fixture(scope="session")
def database(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], nato_database: OwnDatabase
) -> Iterator[OwnDatabase]:
    """What the server serves."""
    copy = _engine.copy(nato_database, *_new_place("contract"))
    yield copy
    _engine.drop(copy)


@pytest.fixture(scope="session")
def token(database: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> str:
    """The token of an administrator."""
    from cordiale.apps.people.writes.tokens import make_token
    from cordiale.domain import clock
    from tests.people import ADMINISTRATOR, now_somebody, seen

    at = clock.now()
    with in_this_process(database, django_db_blocker):
        by = seen(now_somebody("administrator@example.org", ADMINISTRATOR, password=None), at)
        return make_token(name="a test", scope="act", expires_on=at.date() + timedelta(days=9), by=by, at=at)


@pytest.fixture(scope="session")
def served(database: OwnDatabase) -> Iterator[str]:
    """Address of `cordiale serve`, without a slash at its end; at the end its log must show no failure."""
    log = database.home / "serve.log"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with log.open("wb") as output:
        server = subprocess.Popen(
            [CORDIALE, "serve", "--port", port, "--workers", "1", "--without-worker"],
            cwd=ROOT,
            env={**database.env, "CORDIALE_API_RATE": "off"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _answering(server, log)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
    said = log.read_text("utf-8")
    assert "Traceback" not in said, said


def _answering(server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        printed = LISTENS.search(log.read_text("utf-8"))
        try:
            if printed and urlopen(f"{printed[1]}/api/v1/register", timeout=10).status == 200:  # noqa: S310  # our own
                return printed[1]
        except (URLError, ConnectionError, TimeoutError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"cordiale serve does not answer:\n{log.read_text('utf-8')}")
