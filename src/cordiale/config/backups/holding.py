"""What a backup holds: of which kind of database it is, up to which migrations, and where its ledger stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from cordiale.config.backups.programs import ProgramRefused, call

Kind = Literal["sqlite", "postgresql"]
KINDS: dict[bytes, Kind] = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}
"""How a file of each kind begins."""
SHOWN: dict[Kind, str] = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class NotABackup(ValueError):
    """The file is no backup of Cordiale."""

    code = "not-a-backup"

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file} is no backup of Cordiale ({why}); name a file that `cordiale backup` wrote.")


class BackupDamaged(ValueError):
    """The file was a backup, and something in it is broken: it was cut short, or its ledger does not hold."""

    code = "backup-damaged"

    def __init__(self, file: Path, what: str) -> None:
        super().__init__(f"{file} is damaged: {what}. Nothing was kept of it; take another backup.")


class OtherDatabase(ValueError):
    """The backup is of the other kind of database."""

    code = "other-database"

    def __init__(self, file: Path, kind: Kind) -> None:
        here: Kind = "sqlite" if connection.vendor == "sqlite" else "postgresql"
        super().__init__(
            f"{file} is a backup of {SHOWN[kind]}, and this installation runs on {SHOWN[here]}; "
            f"set DATABASE_URL to an empty database of {SHOWN[kind]}."
        )


class NewerBackup(ValueError):
    """The backup was made by a later release than this program, which cannot know what its tables mean."""

    code = "newer-backup"

    def __init__(self, file: Path, unknown: set[tuple[str, str]]) -> None:
        app, name = min(unknown)
        super().__init__(
            f"{file} was made by a later release (it has the migration {app}.{name}); "
            "restore it with that release or a later one."
        )


@dataclass(frozen=True)
class Backup:
    """What a file holds.

    Args:
        kind: the database it was made of.
        head: where the ledger stood, as "NUMBER:HASH".
        migrations: app and name of every migration that was applied.
    """

    kind: Kind
    head: str
    migrations: frozenset[tuple[str, str]]


def held_by(file: Path) -> Backup:
    """Read what a file holds, all of it, so that a damaged one is found.

    Raises:
        NotABackup, BackupDamaged, ProgramMissing; OSError if the file cannot be read.
    """
    with file.open("rb") as handle:
        start = handle.read(16)
    kind = next((kind for magic, kind in KINDS.items() if start.startswith(magic)), None)
    if kind is None:
        raise NotABackup(file, "it begins like neither an SQLite file nor one of pg_dump's custom format")
    return _of_sqlite(file) if kind == "sqlite" else _of_postgres(file)


def refuse_newer(file: Path, backup: Backup) -> None:
    """Refuse a backup with migrations that this program does not know.

    Raises:
        NewerBackup: there are some.
    """
    unknown = unknown_migrations(backup.migrations)
    if unknown:
        raise NewerBackup(file, unknown)


def unknown_migrations(applied: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some applied migrations, as app and name, that this program does not know: a later release made them."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    replaced = {old for migration in known.values() for old in migration.replaces}
    return set(applied) - set(known) - replaced


def _of_sqlite(file: Path) -> Backup:
    # immutable: without it, SQLite would look for a log beside the file, and may write one
    place = f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(place, uri=True)) as raw:
        try:
            (said,) = raw.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                raise BackupDamaged(file, said.splitlines()[-1])
            tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"ledger_clock", "django_migrations"} <= tables:
                raise NotABackup(file, "it holds no ledger")
            clock = raw.execute("SELECT number, head FROM ledger_clock").fetchone()
            migrations = raw.execute("SELECT app, name FROM django_migrations").fetchall()
        except sqlite3.Error as error:
            raise BackupDamaged(file, str(error)) from error
    if clock is None:
        raise NotABackup(file, "its ledger has no clock")
    return Backup("sqlite", f"{clock[0]}:{clock[1]}", frozenset(migrations))


def _of_postgres(file: Path) -> Backup:
    try:
        call("pg_restore", "--file=/dev/null", file)
        asked = ("--table=ledger_clock", "--table=django_migrations")
        text = call("pg_restore", "--data-only", *asked, "--file=-", file)
    except ProgramRefused as refusal:
        raise BackupDamaged(file, str(refusal).splitlines()[0]) from None
    clock, migrations = _copied(text, "ledger_clock"), _copied(text, "django_migrations")
    if not clock:
        raise NotABackup(file, "it holds no ledger")
    head = f"{clock[0]['number']}:{clock[0]['head']}"
    return Backup("postgresql", head, frozenset((row["app"], row["name"]) for row in migrations))


def _copied(script: str, table: str) -> list[dict[str, str]]:
    """The rows of a table in a script of pg_restore; good for texts without tabs and backslashes, as both tables'."""
    rows: list[dict[str, str]] = []
    columns: list[str] | None = None
    for line in script.splitlines():
        if line.startswith(f"COPY public.{table} ("):
            columns = line.partition("(")[2].partition(")")[0].split(", ")
        elif line == r"\.":
            columns = None
        elif columns is not None:
            rows.append(dict(zip(columns, line.split("\t"), strict=True)))
    return rows
