"""How many entries a second four processes write into one ledger, beside as many plain appends: `make bench-ledger`.

The peer does the least that keeps a line of text for good: one INSERT in one transaction, through the same driver and
with the same flush to the disk, but no number in commit order, no chain, no commitment.

How fast a disk flushes changes from second to second when others use it. So ours and the peer write in turn, each
ratio is that of two neighbouring rounds, and the flushes a second of the bare disk stand beside them: SQLite needs one
flush for each write, PostgreSQL can share one among plain appends but not among entries, which wait for each other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from bench import Answer, engines, filesystem, place, report
from tests.databases import ROOT, OwnDatabase

WRITERS = 4
SECONDS = 3.0
ROUNDS = 5
TARGET = 200
TABLES = ("ledger_entry", "plain_append")
PLAIN = "CREATE TABLE plain_append (id {key}, at text NOT NULL, actor text NOT NULL, said text NOT NULL)"
KEYS = {True: "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", False: "integer PRIMARY KEY AUTOINCREMENT"}


def main() -> None:
    """Measure on each engine, ours and the peer in turn."""
    answers = []
    with place() as folder, engines() as found:
        for name, databases in found.items():
            database = databases.create(folder / name, f"ledger_{name.lower()}")
            database.run_or_fail("migrate")
            with database.connect() as raw:
                raw.execute(PLAIN.format(key=KEYS[database.is_postgres]))
            rounds = [one_round(database, folder) for _round in range(ROUNDS)]
            check_all_is_there(database, rounds)
            answers.append(answer(name, rounds, disk=filesystem(folder)))
            databases.drop(database)
    report("ledger", answers)


@dataclass(frozen=True)
class Round:
    """One turn of each: how long every write took, in seconds, and the flushes a second of the disk just before."""

    entries: list[float]
    plain: list[float]
    flushes: float

    @property
    def ratio(self) -> float:
        """Entries for each plain append."""
        return len(self.entries) / len(self.plain)


def one_round(database: OwnDatabase, folder: Path) -> Round:
    """Ours, then the peer."""
    return Round(flushes=flushes(folder), entries=run(database, "entry"), plain=run(database, "plain"))


def flushes(folder: Path) -> float:
    """How often a second the disk can make four kilobytes safe."""
    file = os.open(folder / "flushed", os.O_CREAT | os.O_WRONLY)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < 1.0:
        os.pwrite(file, b"x" * 4096, 0)
        os.fsync(file)
        count += 1
    os.close(file)
    return count / (time.perf_counter() - start)


def check_all_is_there(database: OwnDatabase, rounds: list[Round]) -> None:
    """Every write that was counted is in the database, and the chain holds; each writer made one more to warm up."""
    warm = WRITERS * len(rounds)
    with database.connect() as raw:
        stored = {table: raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    assert stored["ledger_entry"] == warm + sum(len(each.entries) for each in rounds), stored
    assert stored["plain_append"] == warm + sum(len(each.plain) for each in rounds), stored
    database.run_or_fail("ledger", "verify")


def answer(name: str, rounds: list[Round], *, disk: str) -> Answer:
    """What the rounds say: the middle one, and how far apart they are."""
    speeds = sorted(len(each.entries) / SECONDS for each in rounds)
    waits = [wait for each in rounds for wait in each.entries]
    return Answer(
        question=f"{name}: ledger entries a second, {WRITERS} processes writing at once",
        peer="one INSERT a transaction without a chain",
        ratio=median(each.ratio for each in rounds),
        target=f"{TARGET} entries a second",
        met=median(speeds) >= TARGET,
        figures={
            "entries_per_s": round(median(speeds)),
            "slowest_round_per_s": round(speeds[0]),
            "fastest_round_per_s": round(speeds[-1]),
            "peer_per_s": round(median(len(each.plain) / SECONDS for each in rounds)),
            "disk_flushes_per_s": round(median(each.flushes for each in rounds)),
            "ratios": " ".join(f"{each.ratio:.2f}" for each in rounds),
            "p50_ms": round(median(waits) * 1000, 1),
            "p95_ms": round(quantiles(waits, n=20)[-1] * 1000, 1),
            "longest_ms": round(max(waits) * 1000),
            "writers": WRITERS,
            "disk": disk,
        },
    )


def run(database: OwnDatabase, kind: str) -> list[float]:
    """Let the writers write for a while; how long each of their writes took, in seconds."""
    begin = time.time() + 3.0
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.ledger", kind, str(begin), str(number)],
            cwd=ROOT,
            env=database.env,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    taken: list[float] = []
    for writer in writers:
        printed, _nothing = writer.communicate(timeout=SECONDS * 10 + 60)
        assert writer.returncode == 0, f"a writer of {kind} failed"
        taken += json.loads(printed)
    return taken


def write(kind: str, begin: float, number: int) -> list[float]:
    """Be one of the writers, from a moment on; how long each write took."""
    import django

    django.setup()
    one = {"entry": _entry, "plain": _plain}[kind](number)
    one()  # connects, and warms what is cached
    time.sleep(max(0.0, begin - time.time()))
    taken = []
    end = begin + SECONDS
    while time.time() < end:
        start = time.perf_counter()
        one()
        taken.append(time.perf_counter() - start)
    return taken


def _entry(number: int) -> Callable[[], None]:
    from cordiale.apps.ledger.writes import entry
    from cordiale.domain import clock
    from cordiale.domain.viewer import Viewer

    by = Viewer.system(f"writer {number}")

    def one() -> None:
        with entry(by=by, at=clock.now(), verb="bench.wrote", subject=f"bench:{number}", reason="a bench") as change:
            change.record({"said": "as much as a short statement says, in some eighty characters of plain text"})

    return one


def _plain(number: int) -> Callable[[], None]:
    from django.db import connection, transaction

    from cordiale.domain import clock

    text = json.dumps({"said": "as much as a short statement says, in some eighty characters of plain text"})

    def one() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO plain_append (at, actor, said) VALUES (%s, %s, %s)",
                [clock.now().isoformat(), f"writer {number}", text],
            )

    return one


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(write(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))))
    else:
        main()
