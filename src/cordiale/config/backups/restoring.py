"""Makes an installation of a backup: into an empty one only, whole or not at all, its ledger verified."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from cordiale.apps.ledger.reads import Head, fault, head
from cordiale.apps.register.reads.integrity import first_altered
from cordiale.apps.sharing.reads.integrity import first_altered as documents_altered
from cordiale.config.backups import documents
from cordiale.config.backups.holding import BackupDamaged, OtherDatabase, held_by, refuse_newer
from cordiale.config.backups.programs import call
from cordiale.config.backups.read_log import archive_of, unpacked
from cordiale.config.queue import SNAPSHOTS
from cordiale.domain.viewer import Viewer
from cordiale.engines.readlog.reading import files


class NotEmpty(RuntimeError):
    """The installation to restore into holds something already."""

    code = "installation-not-empty"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"A backup is restored into an empty installation only, and here {what}; "
            "set CORDIALE_HOME to a new folder, or DATABASE_URL to a new, empty database."
        )


def restore_backup(file: Path) -> Head:
    """Make an installation of a backup, bring it up to date and verify its ledger; answers where that stands.

    Raises:
        NotEmpty, OtherDatabase, NewerBackup, NotABackup, BackupDamaged, ProgramMissing, ProgramRefused: and then the
        installation is as empty as before. OSError if a file cannot be read or written.
    """
    backup = held_by(file)
    if backup.kind != connection.vendor:
        raise OtherDatabase(file, backup.kind)
    refuse_newer(file, backup)
    if archive_of(file).exists() and files(settings.READ_LOG):
        raise NotEmpty(f"{settings.READ_LOG} holds a read log")
    with (
        documents.unpacked(file),
        unpacked(file),
        _restored_sqlite(file) if backup.kind == "sqlite" else _restored_postgres(file),
    ):
        call_command("migrate", verbosity=0, interactive=False)
        viewer = Viewer.system("command line")
        broken = fault(viewer) or first_altered(viewer) or documents_altered(viewer)
        if broken is not None:
            raise BackupDamaged(file, f"its ledger does not hold at entry {broken.number}: {broken.what}")
        now = head(viewer)
    for alias in set(connections) - {"default", SNAPSHOTS}:  # the queue is not in a backup: it begins empty
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    return now


@contextmanager
def _restored_sqlite(file: Path) -> Iterator[None]:
    """A copy beside the database, which takes its place if the block succeeds; Django uses the copy meanwhile."""
    database = Path(connection.settings_dict["NAME"])
    _refuse_used(database)
    draft = database.with_name(f".{database.name}.restored")
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove(draft)
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with (
            closing(sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1", uri=True)) as source,
            closing(sqlite3.connect(draft)) as target,
        ):
            source.backup(target)
        connection.close()
        connection.settings_dict["NAME"] = str(draft)
        try:
            yield
        finally:
            connection.close()  # the last connection: what stood in the log is in the file then
            connection.settings_dict["NAME"] = str(database)
        draft.replace(database)
    finally:
        _remove(draft)


def _refuse_used(database: Path) -> None:
    """Refuse a database with tables, and a log that a vanished one left: SQLite would mix it into the new one."""
    if database.exists():
        with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)) as raw:
            if raw.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
                raise NotEmpty(f"{database} holds tables")
    for left in _beside(database):
        if left.exists():
            raise NotEmpty(f"{left} belongs to another database")


def _beside(database: Path) -> list[Path]:
    return [database.with_name(database.name + ending) for ending in ("-wal", "-shm", "-journal")]


def _remove(draft: Path) -> None:
    for path in (draft, *_beside(draft)):
        path.unlink(missing_ok=True)


@contextmanager
def _restored_postgres(file: Path) -> Iterator[None]:
    """All that the file holds, in one transaction; dropped again if the block fails."""
    if tables := connection.introspection.table_names():
        raise NotEmpty(f"the database {connection.settings_dict['NAME']} holds the table {min(tables)}")
    # grants name roles that may not exist here, comments need the owner of an extension
    kept = ("--no-owner", "--no-privileges", "--no-comments")
    name = connection.settings_dict["NAME"]
    call("pg_restore", "--single-transaction", "--exit-on-error", *kept, f"--dbname={name}", file)
    try:
        yield
    except BaseException:
        connection.close()
        _empty_postgres()
        raise


def _empty_postgres() -> None:
    """Drop every table and function of ours; the database was empty before, so all of them came from the backup."""
    functions = """
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = 'public' AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    """
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")
        cursor.execute(functions)
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")
