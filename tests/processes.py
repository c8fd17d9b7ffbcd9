"""Processes of a test's own, which stop where the test wants them, and can be killed there."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.databases import CORDIALE, ROOT, OwnDatabase

SECONDS = 120


def start(database: OwnDatabase, program: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that told it is where the test wants it; a line on its standard input lets it go on."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env=database.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() in ("ready", "open")
    return process


def let_go(process: subprocess.Popen[str]) -> None:
    """Let a process go on."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def finish(process: subprocess.Popen[str]) -> int:
    """Wait for a process to end; its exit status."""
    process.communicate(timeout=SECONDS)
    return process.returncode


def is_running(process: subprocess.Popen[str], *, wait: float) -> bool:
    """Whether a process still runs after some seconds."""
    try:
        process.wait(timeout=wait)
    except subprocess.TimeoutExpired:
        return True
    return False


def kill(process: subprocess.Popen[str]) -> None:
    """End a process as a power cut does: it cannot tidy up."""
    process.kill()
    finish(process)


class Service:
    """`cordiale ARGUMENTS` as a service runs it: a tree of processes in a group of its own, its log in a file.

    Args:
        log: the file that takes all that it prints.
    """

    def __init__(self, environment: dict[str, str], *arguments: str, log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [CORDIALE, *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole tree, and wait for its end; a tree that has ended is let be."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        self.process.wait(timeout=SECONDS)


@contextmanager
def serving(
    database: OwnDatabase, *, log: Path, workers: int = 2, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[Service, int]]:
    """`cordiale serve` until the block ends, and the port where it answers."""
    port = free_port()
    arguments = ("serve", "--exact-port", "--port", str(port), "--workers", str(workers))
    service = Service({**database.env, **(environment or {})}, *arguments, log=log)
    try:
        until_healthy(service, port)
        yield service, port
    finally:
        service.signal(signal.SIGTERM)


def until_healthy(service: Service, port: int) -> None:
    """Wait until a service answers that it can answer."""
    for _ in range(int(SECONDS / 0.05)):
        assert service.process.poll() is None, service.log.read_text("utf-8")
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):  # our own
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError(service.log.read_text("utf-8"))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
