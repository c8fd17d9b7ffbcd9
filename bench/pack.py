"""How long a pack of 100,000 assertions takes to check, load, load again and export: `make bench-pack`.

The peer writes the same rows of participation into one table without keys or constraints, in one transaction: the
least that any load into the same database costs.
"""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from bench import Answer, engines, place, report
from tests.databases import OwnDatabase

ASSERTIONS = 100_000
PARTIES, FRAMEWORKS, SOURCES = 200, 300, 1_000
SEED = 20261124
TARGET = 60.0

MANIFEST = """\
format = 1
id = "made-up"
title = "Made-up partnerships"
edition = "1"
host = "p0"
membership = "f0"
zone = "Europe/Brussels"
coverage_to = "2025-12"
terms = "CC0-1.0"
about = "Made up by a benchmark; no fact in it is true."

[statuses.member]
name = "Member"
answer = "in force"

[statuses.suspended]
name = "Suspended"
answer = "suspended"

[statuses.ended]
name = "Ended"
answer = "not"
"""

PARTICIPATION = (
    "party",
    "framework",
    "status",
    "scope",
    "start_kind",
    "valid_from",
    "valid_to",
    "source",
    "end_source",
    "locator",
    "note",
)


FRAMEWORK = (
    "id",
    "name",
    "short_name",
    "kind",
    "established",
    "dissolved",
    "succeeds",
    "description",
    "rule",
    "source",
    "complete_from",
    "complete_to",
    "coverage_note",
)


def main() -> None:
    """Measure on each engine."""
    answers = []
    with place() as folder, engines() as found:
        pack = write_pack(folder / "pack")
        for name, databases in found.items():
            database = databases.create(folder / name, f"pack_{name.lower()}")
            database.run_or_fail("migrate")
            answers += measured(name, database, pack, folder / f"{name}-export")
            databases.drop(database)
    report("pack", answers)


def measured(name: str, database: OwnDatabase, pack: Path, export: Path) -> list[Answer]:
    """Check, load, load again, export; and the peer's load."""
    empty = size(database)
    check = seconds(database, "pack", "check", pack)
    load = seconds(database, "pack", "load", pack)
    held = size(database) - empty
    again = seconds(database, "pack", "load", pack)
    out = seconds(database, "pack", "export", export)
    assert (export / "participation.csv").read_bytes().count(b"\n") == ASSERTIONS + 1
    database.run_or_fail("ledger", "verify")
    plain = peer(database, pack)
    figures = {"assertions": ASSERTIONS, "check_s": check, "load_s": load, "again_s": again, "export_s": out}
    figures = {key: round(value, 1) for key, value in figures.items()}
    return [
        Answer(
            question=f"{name}: seconds to check and load a pack of {ASSERTIONS:,} assertions, start-up included",
            peer="the bare inserts of the same rows",
            ratio=load / plain,
            target=f"each under {TARGET:.0f} s",
            met=max(check, load) < TARGET,
            figures={**figures, "peer_s": round(plain, 1)},
        ),
        Answer(
            question=f"{name}: bytes on the disk for one assertion, indexes and its share of the rest included",
            peer="the bytes of its line in the pack",
            ratio=held / (pack / "participation.csv").stat().st_size,
            target="",
            met=None,
            figures={"bytes": round(held / ASSERTIONS)},
        ),
    ]


def seconds(database: OwnDatabase, *command: str | Path) -> float:
    """How long a command took, as people wait for it."""
    start = time.perf_counter()
    database.run_or_fail(*command)
    return time.perf_counter() - start


def size(database: OwnDatabase) -> int:
    """Bytes that the database takes."""
    with database.connect() as raw:
        if database.is_postgres:
            return int(raw.execute("SELECT pg_database_size(current_database())").fetchone()[0])
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(Path(database.name).stat().st_size)


def peer(database: OwnDatabase, pack: Path) -> float:
    """Read the file and write its rows into one bare table."""
    start = time.perf_counter()
    mark = "%s" if database.is_postgres else "?"
    with (pack / "participation.csv").open(encoding="utf-8", newline="") as file:
        _header, *rows = csv.reader(file)
    with database.connect() as raw:
        cursor = raw.cursor()
        cursor.execute(f"CREATE TABLE plain_rows ({', '.join(f'{name} text' for name in PARTICIPATION)})")
        cursor.executemany(f"INSERT INTO plain_rows VALUES ({', '.join([mark] * len(PARTICIPATION))})", rows)
        raw.commit()
    return time.perf_counter() - start


def write_pack(folder: Path) -> Path:
    """The same made-up pack every time."""
    chance = random.Random(SEED)
    folder.mkdir()
    (folder / "pack.toml").write_text(MANIFEST, encoding="utf-8")
    named = range(max(SOURCES, PARTIES, FRAMEWORKS))
    tables: dict[str, tuple[tuple[str, ...], Iterable[tuple[object, ...]]]] = {
        "sources": (
            ("id", "title", "publisher", "url", "published", "language", "precedence"),
            (_source(number) for number in named[:SOURCES]),
        ),
        "parties": (
            ("id", "kind", "name", "iso2", "iso3", "valid_from", "valid_to", "note"),
            ((f"p{number}", "state", f"Country {number}", *[""] * 5) for number in named[:PARTIES]),
        ),
        "frameworks": (FRAMEWORK, (_framework(number) for number in named[:FRAMEWORKS])),
        "participation": (PARTICIPATION, assertions(chance)),
    }
    for name, (header, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
    return folder


def _source(number: int) -> tuple[object, ...]:
    title, publisher = f"Report {number} on partnerships", f"Publisher {number % 40}"
    return (f"s{number}", title, publisher, f"https://example.org/{number}", 1990 + number % 35, "en", 10 + number % 81)


def _framework(number: int) -> tuple[object, ...]:
    given = {
        "id": f"f{number}",
        "name": f"Framework {number}",
        "short_name": f"F{number}",
        "kind": "forum",
        "description": f"What framework {number} is for.",
        "source": f"s{number}",
    }
    return tuple(given.get(column, "") for column in FRAMEWORK)


def assertions(chance: random.Random) -> Iterator[tuple[object, ...]]:
    """Spells of participation: of each party in each framework one source tells a story, and some tell another."""
    pairs = [(party, framework) for party in range(PARTIES) for framework in range(FRAMEWORKS)]
    chance.shuffle(pairs)
    made = 0
    for party, framework in pairs:
        for source in chance.sample(range(SOURCES), chance.choice((1, 1, 1, 2, 3))):
            for start, end, status in _spells(chance):
                locator = f"page {chance.randrange(1, 400)}"
                note = "As the annex of the report has it, without the day" if chance.random() < 0.3 else ""
                kind = "entry" if status == "member" else "change"
                ends = f"s{chance.randrange(SOURCES)}" if end else ""
                yield (
                    f"p{party}", f"f{framework}", status, "all", kind, start, end, f"s{source}", ends, locator, note
                )  # fmt: skip
                made += 1
                if made == ASSERTIONS:
                    return
    raise AssertionError(f"only {made} assertions fit")


def _spells(chance: random.Random) -> list[tuple[str, str, str]]:
    """One to three spells that follow each other, each known to the day, the month or the year."""
    days = sorted(chance.sample(range(0, 12_000, 400), chance.choice((1, 1, 2, 3))))
    starts = [_dated(date(1990, 1, 1) + timedelta(days=day), chance) for day in days]
    statuses = ["member", "suspended", "ended"]
    ends = [*starts[1:], ""]
    return list(zip(starts, ends, statuses, strict=False))


def _dated(day: date, chance: random.Random) -> str:
    return day.isoformat()[: chance.choice((10, 10, 10, 7, 4))]


if __name__ == "__main__":
    main()
