"""Workers as processes: cancelled, stopped, overtaken, two at once, and beside the web server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from django.db import connections

from cordiale.apps.jobs.models import Job, JobStep
from cordiale.apps.jobs.reads.progress import one
from cordiale.apps.jobs.writes.asking import cancel, start
from cordiale.apps.jobs.writes.steps import step
from cordiale.config.commands import main
from cordiale.domain import clock
from cordiale.domain.jobs import JobState
from cordiale.domain.viewer import Viewer
from tests import job_kinds  # noqa: F401  # declares the kinds
from tests.databases import ROOT, OwnDatabase
from tests.processes import finish, kill, let_go
from tests.processes import start as start_process

OWNER = Viewer.system("command line")
SECONDS = 60.0

WORKER = """
import django

django.setup()

from cordiale.config.commands import main
from tests import job_kinds

main()
"""

IMPATIENT = f"import os\nos.environ['CORDIALE_JOB_SILENCE'] = '1'\n{WORKER}"

BESIDE = f"""
import sys

import django

django.setup()

from importlib import import_module

beside = import_module("cordiale.config.commands.worker")
beside.PROGRAM = {WORKER!r}
print("ready", flush=True)
with beside.worker_beside():
    sys.stdin.readline()
"""


@pytest.fixture
def place(own_database, here) -> Iterator[OwnDatabase]:
    with here(own_database):
        yield own_database


@pytest.fixture
def started(place) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`started(program, "worker", ...)`: a process that has said that it is ready; killed in the end."""
    processes: list[subprocess.Popen[str]] = []

    def begin(program: str, *arguments: str) -> subprocess.Popen[str]:
        processes.append(start_process(place, program, *arguments))
        return processes[-1]

    yield begin
    for process in processes:
        if process.poll() is None:
            kill(process)


def asked(kind: str = "test-wait", **arguments: object):
    return start(kind=kind, arguments=arguments, by=OWNER, at=clock.now())


def eventually(is_so: Callable[[], object]) -> object:
    """What is true at last; the processes at work here answer within a second or two."""
    deadline = time.monotonic() + SECONDS
    while not (found := is_so()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
    return found


def state(job) -> str:
    return Job.objects.values_list("state", flat=True).get(pk=job)


def test_a_running_job_that_is_cancelled_stops_at_its_next_save(started):
    job = asked()
    process = started(WORKER, "worker", "--until-empty")

    assert cancel(job=job, by=OWNER, at=clock.now()) == JobState.CANCELLING
    assert finish(process) == 0
    assert state(job) == "cancelled"


def test_a_worker_told_to_stop_puts_its_job_back_with_what_was_saved_and_ends_well(started):
    job = asked()
    process = started(WORKER, "worker")
    process.send_signal(signal.SIGTERM)

    assert finish(process) == 0
    row = Job.objects.get(pk=job)
    assert (row.state, row.attempt) == ("queued", 0)
    assert isinstance(row.checkpoint, int)


def test_a_job_is_beaten_for_while_its_step_takes_long_and_taken_over_after_a_kill(started):
    job = asked(lines=True)
    process = started(IMPATIENT, "worker")
    begun = Job.objects.get(pk=job).heard_at
    heard = eventually(lambda: (row := Job.objects.get(pk=job)).heard_at > begun and row.state == "running")
    assert heard

    kill(process)
    taken_over = started(IMPATIENT, "worker")

    row = Job.objects.get(pk=job)
    assert (row.state, row.attempt) == ("running", 2)
    cancel(job=job, by=OWNER, at=clock.now())
    let_go(taken_over)
    eventually(lambda: state(job) == "cancelled")


def test_two_workers_have_one_job_each(started):
    jobs = [asked(lines=True), asked(lines=True)]
    for _ in jobs:
        started(WORKER, "worker")

    rows = Job.objects.filter(pk__in=jobs)
    assert {row.state for row in rows} == {"running"}
    assert len({row.worker for row in rows}) == 2


@pytest.mark.parametrize("count", [6])
def test_workers_at_once_take_each_job_once(place, count):
    jobs = [asked("test-count", steps=2) for _ in range(count)]
    program = [sys.executable, "-c", WORKER, "worker", "--until-empty"]
    workers = [subprocess.Popen(program, cwd=ROOT, env=place.env) for _ in range(2)]

    assert [process.wait(SECONDS) for process in workers] == [0, 0]
    assert list(Job.objects.values_list("state", "attempt").distinct()) == [("done", 1)]
    assert JobStep.objects.count() == 2 * len(jobs)


def test_two_workers_at_one_step_wait_for_each_other_and_one_takes_it(place):
    job, entered, go_on = uuid4(), threading.Event(), threading.Event()

    def slowly() -> bool:
        try:
            with step(job=job, name="rows", by=OWNER, at=clock.now()) as taken:
                entered.set()
                go_on.wait(SECONDS)
            return taken.fresh
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        first = workers.submit(slowly)
        entered.wait(SECONDS)
        second = workers.submit(slowly)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)
        go_on.set()

        assert (first.result(SECONDS), second.result(SECONDS)) == (True, False)


SERVE = """
from importlib import import_module

from cordiale.config.commands import main

# nobody asks for a page here, so no file need be compressed
import_module("cordiale.config.commands.serve").call_command = lambda *arguments, **options: None
main()
"""


class Served:
    """`cordiale serve` with its worker."""

    def __init__(self, database: OwnDatabase) -> None:
        self.lines = Path(database.home, "serve.txt")
        with self.lines.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SERVE, "serve", "--workers", "1", "--port", "18230"],
                cwd=ROOT,
                env=database.env | {"PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def worker(self, number: int = 1) -> int:
        """Process id of the worker that was started as the first, the second ..."""
        found = eventually(
            lambda: re.findall(r"The worker is process (\d+)", self.lines.read_text("utf-8"))[number - 1 : number]
        )
        assert isinstance(found, list)
        return int(found[0])


def runs(process: int) -> bool:
    """Whether a process is there and not a zombie that nobody has fetched."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def served(place) -> Iterator[Served]:
    server = Served(place)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(SECONDS)


def test_serve_starts_a_worker_again_that_was_killed_and_jobs_are_done(served):
    os.kill(served.worker(), signal.SIGKILL)
    second = served.worker(2)
    job = asked("ledger-verify")

    eventually(lambda: state(job) == "done")
    found = one(OWNER, job=job)
    assert found is not None
    assert "The ledger holds: 0 entries" in found.outcome

    served.process.terminate()
    assert served.process.wait(SECONDS) == 0
    assert not runs(second)


def test_a_worker_does_not_outlive_a_server_that_was_killed(started):
    job = asked()
    server = started(BESIDE)
    eventually(lambda: state(job) == "running")
    process = int(Job.objects.get(pk=job).worker.split(":")[1])

    kill(server)

    eventually(lambda: not runs(process))
    assert state(job) == "queued"


def test_an_operator_asks_for_a_job_lists_and_cancels_it(place):
    def cordiale(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["job", *arguments])

    job = cordiale("start", "ledger-verify").stdout.strip()

    listed = cordiale("list", "--format", "csv").stdout.splitlines()
    assert listed[1].startswith(f"{job},ledger-verify,queued,0,0,0,system: command line,")
    assert cordiale("cancel", job).stdout == "The job is cancelled.\n"
    again = cordiale("cancel", job)
    assert (again.exit_code, again.stderr) == (1, "Error: The job is cancelled already.\n")


def test_an_operator_who_asks_for_what_there_is_not_is_told(place):
    started = CliRunner().invoke(main, ["job", "start", "no-such-kind"])

    assert started.exit_code == 1
    assert 'There is no kind of job "no-such-kind"; there are:' in started.stderr
