"""The new enemy: processes that read without pause while another suspends whom they read for and files what is secret.

`python -m tests.new_enemy FOLDER REQUESTS READER` runs it on the database of its environment: four processes that read
for a focal point of Austria and one that writes, until so many requests were answered; then a suspension that begins
two seconds later, with no write at that moment. What each saw is left in FOLDER.

`verdict` judges that afterwards, by rows it reads straight from the database, with no code of the product.
"""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.databases import ROOT, SECONDS, OwnDatabase

PARTY, FRAMEWORK, RELEASE = "aut", "pfp", "pfp"
SOURCE = "nato-topic-partners-2024"
WORKERS = 4
REQUESTS_A_CYCLE = 80
"""Requests that are answered, by all together, for each suspension, or about so many: the writer files meanwhile."""
FEWEST_CYCLES = 25
KEPT = 50
"""Requests for which the careless reader keeps a decision: about three suspensions long."""
AHEAD = timedelta(seconds=2)
BESIDE = timedelta(milliseconds=2)
"""SQLite tells the time in milliseconds; two cover a moment rounded at either end."""


@dataclass(frozen=True)
class Response:
    """What one request was answered.

    Args:
        begun, ended: number of the ledger before and after, read by a connection that is not the product's.
        begun_at, ended_at: moments before and after, microseconds since 1970 UTC.
        known: number of the ledger that the product says it decided on.
        decided_at: the moment it says it decided for, in microseconds.
        shown: codes of documents in the answer.
    """

    begun: int
    ended: int
    begun_at: int
    ended_at: int
    known: int
    decided_at: int
    shown: tuple[str, ...]


@dataclass
class Verdict:
    """What the responses come to.

    Args:
        requests, suspensions: how many there were.
        shown: responses that held something although the party was suspended for as long as they took, or was so by
            the number and moment they were decided on.
        torn: responses that held a document filed after the number they were decided on.
        let_in: responses that held something, rightly; without them nothing would be proven.
        kept_out: responses that could hold nothing and did not.
        let_in_before, kept_out_after: of these, those at the last state of the ledger, before the suspension that was
            recorded ahead began by the clock alone, and after.
    """

    requests: int = 0
    suspensions: int = 0
    shown: int = 0
    torn: int = 0
    let_in: int = 0
    kept_out: int = 0
    let_in_before: int = 0
    kept_out_after: int = 0


def run(database: OwnDatabase, folder: Path, *, requests: int, reader: str = "reading") -> Verdict:
    """Run it in processes of its own and judge it."""
    folder.mkdir()
    command = [sys.executable, "-m", "tests.new_enemy", str(folder), str(requests), reader]
    done = subprocess.run(command, cwd=ROOT, env=database.env, capture_output=True, text=True, check=False,
                          timeout=SECONDS * 4)  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return verdict(database, responses(folder))


def responses(folder: Path) -> Iterator[Response]:
    """All that the readers saw."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            said = json.loads(line)
            yield Response(**{**said, "shown": tuple(said["shown"])})


# The oracle: plain rows and loops.


class Rows:
    """When Austria was suspended, by which entries, and which entry filed each document."""

    def __init__(self, database: OwnDatabase) -> None:
        connection = database.connect()
        try:
            cursor = connection.cursor()
            cursor.execute(
                "SELECT known_from_id, known_to_id, starts_earliest, ends_latest FROM assertion"
                f" WHERE party_id = '{PARTY}' AND framework_id = '{FRAMEWORK}' AND status = 'suspended'"
            )
            self.suspended: list[tuple[int, int | None, int, int]] = cursor.fetchall()
            cursor.execute("SELECT code, known_from_id FROM sharing_document")
            self.filed: dict[str, int] = dict(cursor.fetchall())
        finally:
            connection.close()
        self.known = sorted(
            {row[0] for row in self.suspended} | {row[1] for row in self.suspended if row[1] is not None}
        )

    def is_suspended(self, number: int, at: int, to: int = 0) -> bool:
        """Whether the party was suspended at an instant, and on until another, as known at a number."""
        return any(
            since <= number and (until is None or number < until) and starts <= at and max(at, to) < ends
            for since, until, starts, ends in self.suspended
        )

    def numbers(self, first: int, last: int) -> list[int]:
        """The numbers between which what is known changes, from the first to the last."""
        return [first, *self.known[bisect_right(self.known, first) : bisect_right(self.known, last)]]


def verdict(database: OwnDatabase, found: Iterable[Response]) -> Verdict:
    """Judge responses by the rows of the database."""
    rows = Rows(database)
    told = Verdict(suspensions=len(rows.suspended))
    last = max(rows.known, default=0)
    slack = BESIDE // timedelta(microseconds=1)
    for one in found:
        told.requests += 1
        # until the end, too: who was let in again while a request was under way may be shown something
        throughout = all(
            rows.is_suspended(number, one.begun_at - slack, one.ended_at)
            for number in rows.numbers(one.begun, one.ended)
        )
        by_its_own = rows.is_suspended(one.known, one.decided_at)
        if one.shown:
            told.shown += throughout or by_its_own
            told.torn += any(rows.filed[code] > one.known for code in one.shown)
            told.let_in += not (throughout or by_its_own)
            told.let_in_before += one.known == last and not by_its_own
        else:
            told.kept_out += throughout or by_its_own
            told.kept_out_after += one.known == last and by_its_own
    return told


# The processes.


@contextmanager
def _raw() -> Iterator[Callable[[], int]]:
    """The number of the ledger, asked on a connection that is not the product's."""
    from django.db import connections

    settings = connections.settings["default"]
    if "sqlite3" in settings["ENGINE"]:
        import sqlite3

        connection: Any = sqlite3.connect(settings["NAME"], isolation_level=None)
    else:
        import psycopg

        connection = psycopg.connect(
            dbname=settings["NAME"], host=settings["HOST"], user=settings["USER"], autocommit=True
        )
    try:
        yield lambda: int(connection.execute("SELECT number FROM ledger_clock").fetchone()[0])
    finally:
        connection.close()


def _as_it_should(viewer: Any, codes: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    """One request as the product answers it: a page of documents, and a document of which the reader knows the code."""
    from cordiale.apps.sharing.reads.documents import document, newest
    from cordiale.apps.sharing.reads.reading import reading
    from cordiale.domain.period import microseconds

    with reading(viewer) as now:
        newest(now, limit=5)
        for code in codes:
            document(now, code=code)
    return now.head.number, microseconds(now.at), tuple(code for code, _label in now.shown)


_decision: dict[str, Any] = {}


def _as_caches_do(viewer: Any, codes: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    """One request as a careless product would answer it: the decision is kept for a while, and no snapshot is open.

    A while is so many requests and not a second: on a fast machine all suspensions came and went within the second.
    """
    from cordiale.apps.sharing.models.door import door
    from cordiale.apps.sharing.reads.documents import newest
    from cordiale.apps.sharing.reads.reading import reading
    from cordiale.domain.period import microseconds

    if not _decision.get("left"):
        with reading(viewer) as now:
            pass
        _decision.update(now=now, left=KEPT)
    _decision["left"] -= 1
    now = _decision["now"]
    now.shown.clear()
    with door(now.span.labels):
        newest(now, limit=10)
    return now.head.number, microseconds(now.at), tuple(code for code, _label in now.shown)


READERS = {"reading": _as_it_should, "cache": _as_caches_do}


def _read(place: int, person: int, folder: Path, told: Any, requests: int, reader: str) -> None:
    """Read until enough was answered, and then until the suspension to come has begun for a while."""
    from cordiale.apps.people.reads.viewers import viewer_of
    from cordiale.domain.period import microseconds
    from cordiale.domain.viewer import Viewer

    viewer = viewer_of(Viewer.system("test"), person=person, at=datetime.now(UTC))
    codes: tuple[str, ...] = ()
    with _raw() as number, (folder / f"{place}.jsonl").open("w", encoding="utf-8") as sheet:
        while told["answered"].value < requests or not 0 < told["until"].value < time.time():
            begun, at = number(), microseconds(datetime.now(UTC))
            known, decided_at, shown = READERS[reader](viewer, codes)
            ended, ended_at = number(), microseconds(datetime.now(UTC))
            sheet.write(json.dumps(asdict(Response(begun, ended, at, ended_at, known, decided_at, shown))) + "\n")
            codes = () if codes else shown[:1]
            with told["answered"].get_lock():
                told["answered"].value += 1


def _write(told: Any, requests: int) -> None:
    """Suspend, file what is secret, lift; again and again. At last a suspension to come, and nothing more."""
    cycle = 0
    while told["answered"].value < requests * 4 // 5 or cycle < max(FEWEST_CYCLES, requests // REQUESTS_A_CYCLE // 2):
        suspension = _suspend(datetime.now(UTC))
        _file(f"secret {cycle}")
        _until(told, told["answered"].value + REQUESTS_A_CYCLE // 4)
        _lift(suspension, ends=cycle % 8 == 0)
        _until(told, told["answered"].value + REQUESTS_A_CYCLE // 2)
        cycle += 1
    _file("what is read until then")
    begins = datetime.now(UTC) + AHEAD
    _suspend(begins)
    told["until"].value = (begins + timedelta(milliseconds=500)).timestamp()


def _until(told: Any, answered: int) -> None:
    """Wait until so many requests were answered."""
    while told["answered"].value < answered:
        time.sleep(0.001)


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _suspend(begins: datetime) -> int:
    from cordiale.apps.register.writes.participation import assert_participation
    from cordiale.domain.participation import Scope, StartKind, Statement
    from cordiale.domain.period import Period, parse_when

    said = Statement(
        party=PARTY,
        framework=FRAMEWORK,
        status="suspended",
        scope=Scope.ALL,
        start_kind=StartKind.CHANGE,
        period=Period(parse_when(_written(begins)), None),
        source=SOURCE,
        end_source="",
    )
    return assert_participation(statement=said, reason="a test", by=_writer(), at=datetime.now(UTC))


def _lift(suspension: int, *, ends: bool) -> None:
    from cordiale.apps.register.writes.participation import end, retract
    from cordiale.domain.period import parse_when

    at = datetime.now(UTC)
    if ends:
        end(assertion=suspension, on=parse_when(_written(at)), source=SOURCE, reason="a test", by=_writer(), at=at)
    else:
        retract(assertion=suspension, reason="a test", by=_writer(), at=at)


def _file(title: str) -> None:
    from cordiale.apps.sharing.writes.documents import Said, file_document
    from cordiale.domain.labels import Label
    from cordiale.domain.period import parse_when
    from cordiale.domain.sharing import Kind

    said = Said(
        kind=Kind.PAPER, title=title, summary="", language="en", originator="nato", dated=parse_when("2026-11-26")
    )
    file_document(said=said, label=Label("nato", "unclassified", RELEASE), by=_writer(), at=datetime.now(UTC))


def _writer() -> Any:
    from cordiale.domain.viewer import Viewer

    return Viewer.system("test")


def main(folder: Path, requests: int, reader: str) -> int:
    """Start the processes from one that has loaded everything, and wait for them."""
    import django

    django.setup()
    from django.db import connections

    from cordiale.domain.roles import Mandate, Role
    from tests.people import somebody

    at = datetime.now(UTC) - timedelta(days=1)
    people = [
        somebody(f"reader{place}@example.org", Mandate(Role.FOCAL_POINT, PARTY), at=at) for place in range(WORKERS)
    ]
    _file("known before")  # whatever a process loads late is loaded before it forks
    for person in people:
        _as_it_should(_viewer(person), ())
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    told = {"answered": fork.Value("q", 0), "until": fork.Value("d", 0.0)}
    processes = [fork.Process(target=_write, args=(told, requests))] + [
        fork.Process(target=_read, args=(place, person, folder, told, requests, reader))
        for place, person in enumerate(people)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            for other in processes:
                other.terminate()
    return max(abs(process.exitcode or 0) for process in processes)


def _viewer(person: int) -> Any:
    from cordiale.apps.people.reads.viewers import viewer_of
    from cordiale.domain.viewer import Viewer

    return viewer_of(Viewer.system("test"), person=person, at=datetime.now(UTC))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
