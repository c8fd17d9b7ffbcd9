"""How many entries a second four processes write into one ledger, beside as many plain appends: `make bench-ledger`.

The peer does the least that keeps a line of text for good: one INSERT in one transaction, through the same driver and
with the same flush to the disk, but no number in commit order, no chain, no commitment.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median, quantiles

from bench import Answer, engines, filesystem, place, report
from tests.databases import ROOT, OwnDatabase

WRITERS = 4
SECONDS = 6.0
ROUNDS = 3
TARGET = 200
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
            rounds = {kind: [run(database, kind) for _round in range(ROUNDS)] for kind in ("entry", "plain")}
            database.run_or_fail("ledger", "verify")
            answers.append(answer(name, rounds, disk=filesystem(folder)))
            databases.drop(database)
    report("ledger", answers)


def answer(name: str, rounds: dict[str, list[list[float]]], *, disk: str) -> Answer:
    """What the rounds say: the middle one of each."""
    speed = {kind: median(len(taken) / SECONDS for taken in several) for kind, several in rounds.items()}
    waits = [wait for taken in rounds["entry"] for wait in taken]
    return Answer(
        question=f"{name}: ledger entries a second, {WRITERS} processes writing at once",
        peer="one INSERT a transaction without a chain",
        ratio=speed["entry"] / speed["plain"],
        target=f"{TARGET} entries a second",
        met=speed["entry"] >= TARGET,
        figures={
            "entries_per_s": round(speed["entry"]),
            "peer_per_s": round(speed["plain"]),
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
