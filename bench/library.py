"""A library of invented documents for `make bench-sharing`: no text in it means anything, and no fact in it is true.

Labels are random sentences over the frameworks and parties of the NATO pack. How many documents bear them is uneven:
one bears some 70,000, twenty bear most, and three quarters bear a hundred or fewer. Seven parties are let read by some
labels and not by others, so that there is a reader of each kind; the rest falls as it falls.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from cordiale.apps.ledger.models import LedgerEntry
from cordiale.apps.ledger.writes import entry
from cordiale.apps.register.reads.standing import Engine, engine
from cordiale.apps.sharing.models import Label
from cordiale.apps.sharing.reads.markings import label_of
from cordiale.domain import clock
from cordiale.domain.labels import Label as Said
from cordiale.domain.period import microseconds
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.sharing import Kind, LinkedTo
from cordiale.domain.viewer import EVERY_PERMISSION, Viewer
from cordiale.engines.audience.deciding import windows
from tests.databases import OwnDatabase
from tests.people import now_somebody

SEED = 6
LABELS = 2_000
ENTRIES = 100
"""Ledger entries that the documents are spread over."""

MOST, SOME, OLD, HUNDREDS, RARE, RAREST, NOBODY = "che", "jpn", "mng", "irq", "col", "kor", "arg"
"""Parties that may read: nine documents of ten; one of eleven; as many, all of before 2004; the thousand labels that
the fewest documents bear; twenty labels of a hundred documents each; the twenty rarest; nothing."""

READERS = {
    "host staff": Mandate(Role.DESK_OFFICER),
    "a partner, about 90 %": Mandate(Role.FOCAL_POINT, MOST),
    "a partner, about 9 %": Mandate(Role.FOCAL_POINT, SOME),
    "a partner, about 9 %, all old": Mandate(Role.FOCAL_POINT, OLD),
    "a partner, 1,000 rarest labels": Mandate(Role.FOCAL_POINT, HUNDREDS),
    "a partner, 20 rare labels": Mandate(Role.FOCAL_POINT, RARE),
    "a partner, 20 rarest labels": Mandate(Role.FOCAL_POINT, RAREST),
    "a partner, nothing": Mandate(Role.FOCAL_POINT, NOBODY),
}
"""Kind of reader to the role of one: labels let nobody else apart by person."""

FIRST, TURN, LAST = date(1994, 1, 10), date(2004, 1, 1), date(2026, 11, 1)
FRAMEWORKS = ("eapc", "pfp", "md", "ici", "patg", "pii", "eop", "ip4")
PARTIES = (
    "arm", "aze", "aut", "irl", "mda", "kaz", "geo", "ukr", "jor", "mar", "tun", "egy", "isr", "kwt", "qat", "aus",
)  # fmt: skip
COLUMNS = (
    "id", "number", "kind", "title", "summary", "language", "originator", "dated", "dated_on", "controlled",
    "document_id", "label_id", "known_from_id",
)  # fmt: skip
Row = tuple[Any, ...]


def address(reader: str) -> str:
    """The address of the person who reads as this kind of reader."""
    return f"{list(READERS).index(reader)}@example.org"


def shares(documents: int) -> list[int]:
    """How many documents bear each label, the most first; together exactly as many as there are."""
    dice = random.Random(SEED)
    weights = [1 / (rank + 6) ** 1.4 * (dice.uniform(0.1, 1.9) if rank > 100 else 1) for rank in range(LABELS)]
    counts = [max(1, round(documents * weight / sum(weights))) for weight in weights]
    counts[0] += documents - sum(counts)
    return sorted(counts, reverse=True)


def let_read(counts: Sequence[int]) -> dict[str, set[int]]:
    """Party to the labels that let it read, by their place among the counts."""
    dice = random.Random(SEED + 1)
    places = list(range(LABELS))

    def about(share: float, of: Sequence[int]) -> set[int]:
        found: set[int] = set()
        many = 0
        for place in dice.sample(of, len(of)):
            if many + counts[place] <= share * sum(counts):
                found.add(place)
                many += counts[place]
        return found

    hundred = next(place for place in places if counts[place] <= max(1, sum(counts) // 10_000))
    return {
        MOST: about(0.9, places),
        SOME: about(0.09, places),
        OLD: about(0.09, places),
        HUNDREDS: set(places[-1_000:]),
        RARE: set(places[hundred : hundred + 20]),
        RAREST: set(places[-20:]),
        NOBODY: set(),
    }


def fill(database: OwnDatabase, documents: int) -> None:
    """Labels, people and documents, into a database that holds the NATO pack and nothing else."""
    counts = shares(documents)
    readers = let_read(counts)
    for name, mandate in READERS.items():
        now_somebody(address(name), mandate, password=None)
    by = Viewer(name="bench", permissions=EVERY_PERMISSION)
    said = sentences(readers)
    with entry(by=by, at=clock.now(), verb="bench.labelled", subject="bench:labels", reason="a bench") as change:
        rows = [
            Label(
                policy=one.policy,
                level=one.level,
                release=one.release,
                group=one.group,
                digest=one.digest,
                known_from_id=change.number,
            )
            for one in said
        ]
        Label.objects.bulk_create(rows)
        change.record({"demonstration labels": len(rows)}, register=True)
    numbers = list(Label.objects.order_by("pk").values_list("pk", flat=True))
    for number in range(ENTRIES):
        with entry(by=by, at=clock.now(), verb="bench.filed", subject="bench", reason="a bench") as change:
            change.record({"demonstration documents": number})
    made = list(LedgerEntry.objects.filter(verb="bench.filed").order_by("number").values_list("number", flat=True))
    connection.close()
    put(database, dict(zip(numbers, counts, strict=True)), {numbers[place] for place in readers[OLD]}, made)


def sentences(readers: dict[str, set[int]]) -> list[Said]:
    """A label for each place, no two alike."""
    dice = random.Random(SEED + 2)
    by, at = Viewer.system("bench"), microseconds(clock.now())
    found: dict[Said, None] = {}
    with engine(by) as now:
        while len(found) < LABELS:
            wanted = {party for party, places in readers.items() if len(found) in places}
            label = label_of(by, release=_sentence(dice, now, at, wanted, set(readers) - wanted))
            found.setdefault(label)
    return list(found)


def _sentence(dice: random.Random, now: Engine, at: int, wanted: set[str], unwanted: set[str]) -> str:
    names = dice.sample(FRAMEWORKS, dice.randrange(3)) + dice.sample(PARTIES, dice.randrange(2, 6))
    chosen = ", ".join(names)
    if dice.random() < 0.3:
        chosen += f" except {', '.join(dice.sample(PARTIES, 2))}"
    bits = windows(now.audience(chosen), sets=now.sets, groups=now.groups).at(at).bits
    letting = {party for party in wanted | unwanted if bits & now.sets.party(party)}
    if wanted - letting:
        chosen = f"({chosen}), {', '.join(sorted(wanted - letting))}"
    if letting & unwanted:
        chosen = f"({chosen}) except {', '.join(sorted(letting & unwanted))}"
    return chosen


def versions(counts: dict[int, int], old: set[int], entries: Sequence[int]) -> Iterator[Row]:
    """The rows of documents, in the order they were filed; the columns are `COLUMNS`."""
    dice = random.Random(SEED + 3)
    labels = [label for label, many in counts.items() for _ in range(many)]
    dice.shuffle(labels)
    kinds = [str(kind) for kind in Kind]
    weights = [40, 20, 20, 6, 4, 6, 3, 1]
    all_days, old_days = (LAST - FIRST).days, (TURN - FIRST).days
    for number, label in enumerate(labels, start=1):
        day = (FIRST + timedelta(days=dice.randrange(old_days if label in old else all_days))).isoformat()
        code = base64.b32encode(dice.randbytes(16)).decode().rstrip("=").lower()
        filed = entries[number * len(entries) // (len(labels) + 1)]
        title = f"Invented document {number}"
        summary = f"Made up to measure with; it stands for a summary of some eighty characters, {number:,}."
        kind = dice.choices(kinds, weights)[0]
        yield number, 1, kind, title, summary, "en", dice.choice(PARTIES), day, day, False, code, label, filed


def put(database: OwnDatabase, counts: dict[int, int], old: set[int], entries: Sequence[int]) -> None:
    """Fast: triggers and constraints look away while the rows go in, and the counts are set from what is known."""
    rows = list(versions(counts, old, entries))
    dice = random.Random(SEED + 4)
    links = [
        (number, row[0], str(LinkedTo.PARTY), dice.choice(PARTIES), row[-1])
        for number, row in enumerate(dice.sample(rows, len(rows) // 10), start=1)
    ]
    tables: dict[str, tuple[Sequence[str], list[Row]]] = {
        "sharing_document": (("code", "known_from_id"), [(row[10], row[12]) for row in rows]),
        "sharing_document_version": (COLUMNS, rows),
        "sharing_document_link": (("id", "version_id", "kind", "target", "known_from_id"), links),
        "sharing_label_count": (("label_id", "documents"), list(counts.items())),
    }
    (_put_postgres if database.is_postgres else _put_sqlite)(database, tables)


def _put_postgres(database: OwnDatabase, tables: dict[str, tuple[Sequence[str], list[Row]]]) -> None:
    import psycopg

    with psycopg.connect(database.url, user="postgres", autocommit=True) as raw:
        raw.execute("SET session_replication_role = replica")
        for table, (columns, rows) in tables.items():
            with raw.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            if columns[0] == "id":
                raw.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {len(rows)})")
        raw.execute("VACUUM ANALYZE")


def _put_sqlite(database: OwnDatabase, tables: dict[str, tuple[Sequence[str], list[Row]]]) -> None:
    import sqlite3

    raw = sqlite3.connect(database.name, isolation_level=None)
    for table, (columns, rows) in tables.items():
        made = raw.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('trigger', 'index')"
            " AND sql IS NOT NULL",
            [table],
        ).fetchall()
        raw.execute("BEGIN IMMEDIATE")
        for kind, name, _sentence in made:
            raw.execute(f'DROP {kind} "{name}"')
        raw.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows)
        for _kind, _name, sentence in made:
            raw.execute(sentence)
        raw.execute("COMMIT")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
