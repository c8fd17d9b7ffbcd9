"""Two machines on one PostgreSQL behind nginx, as shipped: one is killed, nothing is lost, no answer stale."""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from uuid import UUID

import pytest

from cordiale.apps.jobs.reads.progress import one as one_job
from cordiale.apps.jobs.writes.asking import start
from cordiale.apps.ledger import reads
from cordiale.apps.register.writes.participation import assert_participation, retract
from cordiale.domain import clock
from cordiale.domain.jobs import JobState
from cordiale.domain.viewer import Viewer
from tests.databases import SERVICE_ROLE, OwnDatabase
from tests.makers import AT, ledger_number, owner, statement
from tests.nginx import Nginx, running
from tests.processes import Service, free_port, until_healthy
from tools.installation import environment_of
from tools.programs import HOW_TO_GET, nginx

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(nginx() is None, reason=f"nginx is not installed: {HOW_TO_GET['nginx']}"),
]
NAME = "partnerships.example"
SETTINGS = {
    "CORDIALE_ALLOWED_HOSTS": NAME,
    "CORDIALE_HTTPS": "1",
    "CORDIALE_PROXIES": "1",
    # a worker that was killed is given up after this many seconds
    "CORDIALE_JOB_SILENCE": "3",
}
JOBS = 8
WRITES = 24
READERS = 3
FOOTER = re.compile(r"Register entry ([\d,]+), recorded|\"ledger\": (\d+)")
ADDRESSES = ("/about/", "/changes/", "/healthz", "/countries/fin/")


@dataclass
class Machine:
    """What runs on one machine: a folder of its own, processes of its own, the database of both."""

    port: int
    services: list[Service]

    def kill(self) -> None:
        """As a power cut does."""
        for service in self.services:
            service.signal(signal.SIGKILL)


def machine(database: OwnDatabase, home: Path) -> Machine:
    """Start one: web processes, and the worker that `cordiale serve` keeps beside them, in the role of the service."""
    port, environment = free_port(), environment_of(home, DATABASE_URL=database.for_the_service.url, **SETTINGS)
    serve = ("serve", "--exact-port", "--port", str(port), "--workers", "1")
    return Machine(
        port,
        [
            Service(environment, *serve, log=home / "serve.log"),
        ],
    )


@dataclass(frozen=True)
class Answer:
    """What a reader got: which entry was the last when he asked, and which one the answer shows."""

    committed: int
    status: int
    shown: int


@dataclass
class Readers:
    """Several readers who ask through nginx without a pause until they are told to stop."""

    site: Nginx
    committed: int
    answers: list[Answer] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """One reader."""
        trusting = ssl.create_default_context(cafile=str(self.site.certificate))
        for address in cycle(ADDRESSES):
            if self.stop.is_set():
                return
            committed = self.committed
            try:
                raw = socket.create_connection(("127.0.0.1", self.site.port), timeout=20)
                status, shown = asked(trusting.wrap_socket(raw, server_hostname=NAME), address)
                self.answers.append(Answer(committed, status, shown))
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"{address}: {error!r}")


def asked(connection: socket.socket, address: str) -> tuple[int, int]:
    """Status of the answer to a question, and the ledger entry it shows; 0 if it shows none."""
    client = http.client.HTTPConnection(NAME)
    client.sock = connection
    try:
        client.request("GET", address, headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"})
        answer = client.getresponse()
        found = FOOTER.search(answer.read().decode())
    finally:
        client.close()
    return answer.status, int((found[1] or found[2]).replace(",", "")) if found else 0


def asked_itself(one: Machine, address: str, *, committed: int) -> Answer:
    """The answer of one machine, past nginx."""
    return Answer(committed, *asked(socket.create_connection(("127.0.0.1", one.port), timeout=20), address))


def writes() -> Iterator[int]:
    """Statements recorded and retracted in turn, for ever; the number of each entry."""
    said = statement(party="fin", framework="md", status="participating", source="wiki-pfp-2021")
    while True:
        number = assert_participation(statement=said, reason="a test", by=owner, at=AT)
        yield ledger_number()
        retract(assertion=number, reason="a test", by=owner, at=AT)
        yield ledger_number()


def ended(job: UUID) -> JobState:
    """How a job ended; how it stands when it takes longer than anybody would wait."""
    deadline = time.monotonic() + 60
    while True:
        found = one_job(owner, job=job)
        assert found is not None
        if found.state.is_over or time.monotonic() > deadline:
            return found.state
        time.sleep(0.1)


@pytest.fixture
def machines(own_nato_database: OwnDatabase, tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    """Two of them, with one secret key, which answer."""
    second = tmp_path / "second"
    own_nato_database.run_or_fail("database", "grant", SERVICE_ROLE)  # makes the key of the first, too
    second.mkdir(mode=0o700)
    shutil.copy(own_nato_database.home / "secret_key", second / "secret_key")
    with ExitStack() as running_here:
        both = machine(own_nato_database, own_nato_database.home), machine(own_nato_database, second)
        for one in both:
            running_here.callback(one.kill)
        for one in both:
            until_healthy(one.services[0], one.port)
        yield both


def test_one_of_two_machines_is_killed_and_no_request_is_lost_and_no_answer_is_stale(
    own_nato_database, here, machines, tmp_path
):
    one, other = machines
    site = Nginx(tmp_path / "nginx", ports=[one.port, other.port], often=True)

    with here(own_nato_database), running(site):
        before = ledger_number()
        jobs = [start(kind="ledger-verify", by=Viewer.system("a test"), at=clock.now()) for _ in range(JOBS)]
        readers = Readers(site, committed=before)
        threads = [threading.Thread(target=readers.run) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        try:
            alive, direct, until_kill = [one, other], list[Answer](), 0
            for count, number in enumerate(writes(), start=1):
                readers.committed = number
                direct += [asked_itself(each, "/about/", committed=number) for each in alive]
                if count == WRITES // 2:
                    until_kill = len(site.asked())
                    one.kill()
                    alive = [other]
                if count >= WRITES and len(site.asked()) > until_kill + 5 * READERS:
                    break
        finally:
            readers.stop.set()
            for thread in threads:
                thread.join(timeout=30)
        entries, broken = ledger_number(), reads.fault(owner)
        done = [ended(job) for job in jobs]

    assert done == [JobState.DONE] * JOBS, "a job was lost with the machine that had it"
    assert readers.failures == []
    assert {answer.status for answer in (*readers.answers, *direct)} == {200}
    stale = [answer for answer in (*readers.answers, *direct) if answer.shown < answer.committed]
    assert stale == []
    assert len({answer.shown for answer in readers.answers}) > WRITES // 4, "readers and writer did not overlap"
    assert (entries - before, broken) == (count, None)
    first, rest = site.asked()[:until_kill], site.asked()[until_kill:]
    assert {words[-1] for words in first} == {f"127.0.0.1:{one.port}", f"127.0.0.1:{other.port}"}
    assert any(len(words) > 6 for words in rest), "no request was handed on from the dead machine to the other"
    assert {words[-1] for words in rest[-READERS:]} == {f"127.0.0.1:{other.port}"}
