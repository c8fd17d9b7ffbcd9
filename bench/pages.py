"""How fast pages are answered, made anew and given again, and that none given again is stale: `make bench-pages`.

The peer is an empty view: a Django view that answers with nothing, reached through the same server and every
middleware of an installation but the page cache, which is off there (CORDIALE_PAGE_CACHE=0). It asks no database, so
it is the most that Django can do before any page is made. wrk asks for it and for each page in turn, round after round,
and each ratio is that of neighbours, so that whatever else the machine does hits both alike.

A page given again is stale if it is older than the question. So for each of 10,000 requests, while another process
asserts and retracts statements, the number of the last committed entry is read from the database first, and the entry
that the page names in its footer may not be a lower one.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import cycle, islice
from statistics import median

from bench import Answer, engines, place, report
from bench.serving import CONNECTIONS, Load, Served, asked, require_wrk, served
from tests.databases import ROOT, OwnDatabase

PAGES = {
    "the map": "/",
    "timelines": "/timelines/",
    "a country": "/countries/fin/",
    "a framework": "/frameworks/pfp/",
    "a table as JSON": "/countries/fin/participation.json",
}
"""Pages, and a download of one: name and address."""

API = {
    "the API, a standing": "/api/v1/standing?party=fin&framework=pfp&on=2000-01-01",
    "the API, a composition": "/api/v1/composition?framework=eapc&on=2021-12-31",
    "the API, parties": "/api/v1/parties",
}
"""Answers of the API, which are never kept: whoever asks is counted. The bench asks without a limit."""

SHOWN = ("/countries/fin/", "/changes/", "/accessibility/")
"""The pages on which staleness is looked for: they name the last entry in their footers. Few, so that between two
entries most answers come from memory, where a stale one would come from."""

EMPTY = "/empty/"
PEER = "an empty view in the same run"
ROUNDS = 5
SECONDS = 2
TARGET = 0.5
REQUESTS = 10_000
READERS = 4
PAUSE = 1.5
"""Seconds between two entries of the writer."""
FOOTER = re.compile(r"Register entry ([\d,]+), recorded")


def main() -> None:
    """Measure on each engine."""
    require_wrk()
    answers: list[Answer] = []
    with place() as folder, engines() as found:
        for name, databases in found.items():
            database = databases.create(folder / name, f"pages_{name.lower()}")
            database.run_or_fail("load", "--pack", ROOT / "packs/nato")
            print(f"{name}: a few minutes ...", flush=True)
            with served(database, cache=False) as plain, served(database, cache=True) as keeping:
                answers += _rates(name, plain, keeping)
            with served(database, cache=True) as keeping:
                answers.append(_staleness(name, database, keeping))
            databases.drop(database)
    report("pages", answers)


def _rates(engine: str, plain: Served, keeping: Served) -> Iterator[Answer]:
    """Answers for each page: made anew, and given again."""
    for address in PAGES.values():
        _warm(plain, address)
        anew = plain.body(address)
        for _ in range(4 * CONNECTIONS):  # each of the server's processes keeps its own
            assert keeping.body(address) == anew, f"{address}: another page from the cache"
    for address in API.values():
        _warm(plain, address)
    for name, address in (PAGES | API).items():
        anew, empty = plain.load(address, seconds=SECONDS), plain.load(EMPTY, seconds=SECONDS)
        yield _answer(f"{engine}: {name}, made anew", [(anew, empty)], target=None)
    turns: dict[str, list[tuple[Load, Load]]] = {name: [] for name in PAGES}
    for _ in range(ROUNDS):
        for name, address in PAGES.items():
            turns[name].append((keeping.load(address, seconds=SECONDS), plain.load(EMPTY, seconds=SECONDS)))
    for name, pairs in turns.items():
        yield _answer(f"{engine}: {name}, given again", pairs, target=TARGET)


def _warm(server: Served, address: str) -> None:
    """Let every process of a server make a page once."""
    server.load(address, seconds=SECONDS)


def _answer(question: str, pairs: Sequence[tuple[Load, Load]], *, target: float | None) -> Answer:
    """The middle of the rounds."""
    ratio = median(ours.rate / empty.rate for ours, empty in pairs)
    return Answer(
        question=f"{question}: answers a second",
        peer=PEER,
        ratio=ratio,
        target="" if target is None else f"{target:.0%} of {PEER}",
        met=None if target is None else ratio >= target,
        figures={
            "answers_per_s": round(median(ours.rate for ours, _ in pairs), 1),
            "empty_per_s": round(median(empty.rate for _, empty in pairs), 1),
            "ratios": " ".join(f"{ours.rate / empty.rate:.2f}" for ours, empty in pairs),
            "p50_ms": round(median(ours.p50 for ours, _ in pairs), 2),
            "p99_ms": round(median(ours.p99 for ours, _ in pairs), 2),
            "empty_p50_ms": round(median(empty.p50 for _, empty in pairs), 2),
            "connections": CONNECTIONS,
        },
    )


@dataclass(frozen=True)
class Read:
    """One answer: the last entry committed before it was asked for, the one it shows, and the seconds it took."""

    committed: int
    shown: int
    seconds: float


def _staleness(engine: str, database: OwnDatabase, server: Served) -> Answer:
    """Ask 10,000 times while somebody writes."""
    with _writer(database) as entries, ThreadPoolExecutor(READERS) as readers:
        parts = [readers.submit(_read, database, server.port, start) for start in range(READERS)]
        reads = [read for part in parts for read in part.result()]
    stale = [read for read in reads if read.shown < read.committed]
    waits = sorted(read.seconds * 1000 for read in reads)
    return Answer(
        question=f"{engine}: stale answers in {len(reads):,} requests while a writer writes",
        peer="none",
        ratio=None,
        target="0 stale answers",
        met=not stale and len(reads) == REQUESTS and entries[-1] > entries[0],
        figures={
            "requests": len(reads),
            "stale": len(stale),
            "entries_written": entries[-1] - entries[0],
            "states_shown": len({read.shown for read in reads}),
            "p50_ms": round(median(waits), 2),
            "p99_ms": round(waits[len(waits) * 99 // 100], 1),
            "longest_ms": round(waits[-1]),
            "readers": READERS,
        },
    )


def _read(database: OwnDatabase, port: int, start: int) -> list[Read]:
    """One reader's share of the requests."""
    reads = []
    with closing(database.connect()) as raw, closing(HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        for address in islice(cycle(SHOWN), start, start + REQUESTS // READERS):
            committed = _committed(raw)
            began = time.perf_counter()
            page = asked(connection, address)
            taken = time.perf_counter() - began
            found = FOOTER.search(page)
            assert found, f"{address} names no entry"
            reads.append(Read(committed, int(found[1].replace(",", "")), taken))
    return reads


def _committed(raw: object) -> int:
    """The number of the last committed entry."""
    number = raw.execute("SELECT number FROM ledger_clock").fetchone()[0]  # type: ignore[attr-defined]  # two drivers
    raw.commit()  # type: ignore[attr-defined]  # as above; ends the snapshot
    return int(number)


@contextmanager
def _writer(database: OwnDatabase) -> Iterator[list[int]]:
    """A process that writes until the block ends; afterwards the list holds the ledger's number at each end."""
    numbers: list[int] = []
    with closing(database.connect()) as raw:
        numbers.append(_committed(raw))
    writer = subprocess.Popen(
        [sys.executable, "-m", "bench.pages", "write"],
        cwd=ROOT,
        env=database.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert json.loads(writer.stdout.readline()) == "ready"
    try:
        yield numbers
    finally:
        writer.communicate(timeout=120)  # closes its input, which ends it
    assert writer.returncode == 0, "the writer failed"
    with closing(database.connect()) as raw:
        numbers.append(_committed(raw))


def _write() -> None:
    """Be the writer: assert a statement and retract it, in turn, until standard input closes."""
    import django

    django.setup()

    import select

    from cordiale.apps.register.writes.participation import assert_participation, retract
    from cordiale.domain import clock
    from cordiale.domain.participation import Scope, StartKind, Statement
    from cordiale.domain.period import Period, parse_when
    from cordiale.domain.viewer import Viewer

    by = Viewer.system("bench")
    invented = Statement(
        party="fin",
        framework="ici",
        status="invited",
        scope=Scope.ALL,
        start_kind=StartKind.ATTESTED,
        period=Period(parse_when("2001-05-01"), parse_when("2001-06-01")),
        source="editor",
        end_source="editor",
    )
    print(json.dumps("ready"), flush=True)
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        number = assert_participation(statement=invented, reason="a bench", by=by, at=clock.now())
        time.sleep(PAUSE)
        retract(assertion=number, reason="a bench", by=by, at=clock.now())


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        _write()
    else:
        main()
