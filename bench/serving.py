"""Starts `cordiale serve` on a database of its own, and drives it with wrk, a load tool written in C."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.databases import CORDIALE, ROOT, OwnDatabase

LISTENS = re.compile(r"listens on http://127\.0\.0\.1:(\d+)/ ")
HOST = "localhost"
"""Named to every server alike, as citations on a page hold the host it was asked by."""
CONNECTIONS = 4
NO_WRK = """
================================================================================
NOTHING MEASURED: wrk is not installed. On Debian: apt-get install wrk
================================================================================"""


@dataclass(frozen=True)
class Load:
    """What wrk saw.

    Args:
        rate: answers a second.
        p50: milliseconds that half of them took at most.
        p99: milliseconds that 99 in 100 of them took at most.
    """

    rate: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Served:
    """A server that answers.

    Args:
        port: where, on 127.0.0.1.
    """

    port: int

    def body(self, address: str) -> str:
        """The page at an address; anything but 200 fails."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            return asked(connection, address)
        finally:
            connection.close()

    def load(self, address: str, *, seconds: float) -> Load:
        """Ask for one address as fast as it is answered, over a few connections; a failed answer fails the bench."""
        done = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--latency", "--timeout", "60s",
             "-H", f"Host: {HOST}", "-H", "Accept-Encoding: gzip", f"http://127.0.0.1:{self.port}{address}"],
            capture_output=True,
            text=True,
            check=True,
        )  # fmt: skip
        assert "Non-2xx" not in done.stdout, done.stdout
        assert "Socket errors" not in done.stdout, done.stdout
        rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
        assert rate, done.stdout
        return Load(float(rate[1]), _latency(done.stdout, 50), _latency(done.stdout, 99))


def asked(connection: HTTPConnection, address: str) -> str:
    """The page at an address, over a connection that is kept open."""
    connection.request("GET", address, headers={"Host": HOST})
    answer = connection.getresponse()
    body = answer.read().decode()
    assert answer.status == 200, f"{address}: {answer.status} {body[:500]}"
    return body


def require_wrk() -> None:
    """Say loudly how to get the load tool, and end, where it is missing."""
    if shutil.which("wrk") is None:
        sys.exit(NO_WRK)


@contextmanager
def served(database: OwnDatabase, *, cache: bool) -> Iterator[Served]:
    """`cordiale serve` as an installation runs it, with the empty view beside its pages.

    Args:
        database: what it serves.
        cache: whether pages are kept.
    """
    log = database.home / f"serve-{'with' if cache else 'without'}-cache.log"
    environment = {
        **database.env,
        "DJANGO_SETTINGS_MODULE": "bench.empty_view.settings",
        "PYTHONPATH": str(ROOT),
        "CORDIALE_API_RATE": "off",
        **({} if cache else {"CORDIALE_PAGE_CACHE": "0"}),
    }
    with log.open("wb") as output:
        server = subprocess.Popen(
            [CORDIALE, "serve", "--port", str(_free_port()), "--without-worker"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _answering(server, log)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
    said = log.read_text("utf-8")
    assert "Traceback" not in said, said


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answering(server: subprocess.Popen[bytes], log: Path) -> Served:
    """The server, once it answers at the address that it printed."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        printed = LISTENS.search(log.read_text("utf-8"))
        if printed:
            try:
                Served(int(printed[1])).body("/empty/")
            except OSError:
                pass
            else:
                return Served(int(printed[1]))
        time.sleep(0.1)
    raise AssertionError(f"cordiale serve does not answer:\n{log.read_text('utf-8')}")


def _latency(printed: str, percent: int) -> float:
    """Milliseconds out of "     50%    1.23ms"."""
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)\s*$", printed, re.MULTILINE)
    assert found, printed
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}[found[2]]
