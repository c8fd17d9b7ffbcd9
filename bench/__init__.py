"""Measures, beside the plainest peer that does the same work; what every benchmark shares: databases and the report.

`make bench-NAME` runs bench/NAME.py, which prints a table and writes bench/results/NAME.json:

    {"machine": {...}, "rows": [{"question", "peer", "ratio", "target", "met", ...figures}]}

`ratio` is ours divided by the peer's, in the unit of the question. A figure is true of one machine on one day; no
test asserts one.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from tests.databases import ROOT, Databases, NoPostgres, PostgresDatabases, PostgresServer, SqliteFiles

RESULTS = ROOT / "bench/results"


@dataclass(frozen=True)
class Answer:
    """What a benchmark found out.

    Args:
        question: what was measured, in which unit.
        peer: what it is compared with.
        ratio: ours divided by the peer's.
        target: what was promised, in words; empty where nothing was.
        met: whether it was kept; None where there is no target.
        figures: name to number, in the unit the name ends with.
    """

    question: str
    peer: str
    ratio: float | None
    target: str
    met: bool | None
    figures: dict[str, float | int | str] = field(default_factory=dict)


def report(name: str, answers: Sequence[Answer]) -> None:
    """Print the answers and keep them in bench/results."""
    rows = [
        {
            "question": answer.question,
            "peer": answer.peer,
            "ratio": None if answer.ratio is None else round(answer.ratio, 3),
            "target": answer.target,
            "met": answer.met,
            **answer.figures,
        }
        for answer in answers
    ]
    RESULTS.mkdir(exist_ok=True)
    document = {"machine": machine(), "measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "rows": rows}
    (RESULTS / f"{name}.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\n{name}, on {', '.join(str(value) for value in machine().values())}\n")
    for answer in answers:
        print("\n    ".join(_lines(answer)))
    print(f"\nkept in {(RESULTS / name).relative_to(ROOT)}.json", flush=True)


def _lines(answer: Answer) -> list[str]:
    """An answer in words: the question, the figures, the peer, the target."""
    lines = [answer.question, ", ".join(f"{name} {_shown(figure)}" for name, figure in answer.figures.items())]
    if answer.ratio is not None:
        lines.append(f"{answer.ratio:.2f} times {answer.peer}")
    if answer.target:
        lines.append(f"target: {answer.target}: {'met' if answer.met else 'MISSED'}")
    return lines


def _shown(figure: float | str) -> str:
    return figure if isinstance(figure, str) else f"{figure:,}"


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "system": platform.platform(terse=True),
        "processor": _processor(),
        "cores": f"{os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "python": f"Python {platform.python_version()}",
        "sqlite": f"SQLite {sqlite3.sqlite_version}",
        "load": f"load {os.getloadavg()[0]:.1f} at the end",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


class DurableServer(PostgresServer):
    """A throw-away PostgreSQL that flushes each commit to the disk, as an installation's does."""

    def start(self) -> None:
        """As the tests' server, with the settings PostgreSQL comes with."""
        if self._user:
            shutil.chown(self._folder, self._user)
        self._call("initdb", "-D", self._data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        flags = f"-c listen_addresses='' -c unix_socket_directories='{self._folder}'"
        self._call("pg_ctl", "start", "-w", "-D", self._data, "-l", self._folder / "log", "-o", flags)
        host = quote(str(self._folder), safe="")
        with psycopg.connect(f"postgres://postgres@{host}/postgres", autocommit=True) as at:
            at.execute("CREATE ROLE cordiale LOGIN CREATEDB")


@contextmanager
def engines() -> Iterator[dict[str, Databases]]:
    """SQLite, and PostgreSQL where it is installed; both flush what is committed."""
    found: dict[str, Databases] = {"SQLite": SqliteFiles()}
    server = None
    try:
        try:
            server = DurableServer()
            server.start()
            found["PostgreSQL"] = PostgresDatabases(server.url)
        except NoPostgres as why:
            print(f"NOT MEASURED on PostgreSQL: {why}")
        yield found
    finally:
        if server is not None:
            server.stop()


@contextmanager
def place() -> Iterator[Path]:
    """A temporary folder on a real disk where there is one."""
    with tempfile.TemporaryDirectory(prefix="cordiale-bench-") as folder:
        yield Path(folder)


def filesystem(folder: Path) -> str:
    """What kind of file system a folder is on: a flush costs nothing in memory."""
    done = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
