"""Starts a worker, which does long work; and keeps one running beside the web server."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cordiale.apps.jobs.jobs.worker import work
from cordiale.config.digests import start_digests_or_log
from cordiale.config.readlog import enter_heads_or_log

PROGRAM = "from cordiale.config.commands import main; main()"
SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 60.0
"""Seconds between two starts of a worker that dies at once: twice as many each time."""
PATIENCE = 20.0
"""Seconds a worker may take to end its step when the server stops; then it is killed, and its job taken up later."""

logger = logging.getLogger("cordiale.jobs")


@click.command()
@click.option("--until-empty", is_flag=True, help="Do what is queued, then end.")
@click.option("--parent", type=int, default=0, hidden=True)
def worker(until_empty: bool, parent: int) -> None:
    """Do long work until stopped; SIGTERM ends it after the step in hand.

    It also enters the heads of the read log in the ledger: at its start, every hour, and in the end; and at its start
    and every hour it begins to mail digests to those whose time has come.
    Several may run, with PostgreSQL on several machines too.
    """
    work(until_empty=until_empty, parent=parent, chore=hourly, last=enter_heads_or_log)


def hourly() -> None:
    """What a worker does once an hour besides."""
    enter_heads_or_log()
    start_digests_or_log()


@contextmanager
def worker_beside() -> Iterator[None]:
    """While this is open, a worker runs as a child process; a dead one is started again, later each time it dies."""
    stop = threading.Event()
    # the first one before the thread: the web server forks, and should find the thread asleep
    keeper = threading.Thread(target=_keep, args=(_started(), stop), name="worker")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def _started() -> subprocess.Popen[bytes]:
    """A worker in a process group of its own: Ctrl+C is for the server, which then ends its worker."""
    command = [sys.executable, "-c", PROGRAM, "worker", "--parent", str(os.getpid())]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603  # ourselves
    click.echo(f"The worker is process {child.pid}.")
    return child


def _keep(child: subprocess.Popen[bytes], stop: threading.Event) -> None:
    pause, started = SHORTEST_PAUSE, time.monotonic()
    while True:
        status = _watched(child, stop)
        if stop.is_set():
            return
        pause = SHORTEST_PAUSE if time.monotonic() - started > LONGEST_PAUSE else pause
        logger.warning("the worker ended with status %s; another is started in %.1f s", status, pause)
        if stop.wait(pause):
            return
        pause, started = min(pause * 2, LONGEST_PAUSE), time.monotonic()
        child = _started()


def _watched(child: subprocess.Popen[bytes], stop: threading.Event) -> int:
    """Wait until the worker ends, or end it because the server stops."""
    while child.poll() is None and not stop.wait(0.2):
        pass
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait()
