"""Writes a backup: a consistent copy although others write meanwhile, read again before it counts."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from cordiale.config.backups import documents
from cordiale.config.backups.holding import Backup, held_by
from cordiale.config.backups.programs import call
from cordiale.config.backups.read_log import archive_of, pack


def make_backup(file: Path) -> Backup:
    """Copy the database of this installation to a new file of mode 600; answers what the file holds.

    The file appears whole or not at all, and only after it was read again to its end; the archives of the read log
    and of the files of documents, if there are any, before it.

    Raises:
        BackupDamaged, NotABackup: what was written does not read as a backup.
        ProgramMissing, ProgramRefused; OSError and sqlite3.Error if it cannot be written.
    """
    draft = file.with_name(f".{file.name}.part")
    log_draft, files_draft = archive_of(draft), documents.archive_of(draft)
    try:
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(settings.DATABASES["default"]["NAME"]), draft)
        else:
            call("pg_dump", "--format=custom", f"--file={draft}")
        draft.chmod(0o600)
        backup = held_by(draft)
        _to_disk(draft)
        if pack(log_draft):
            _to_disk(log_draft)
            log_draft.rename(archive_of(file))
        if documents.pack(files_draft):
            _to_disk(files_draft)
            files_draft.rename(documents.archive_of(file))
        draft.rename(file)
        _to_disk(file.parent)
    finally:
        draft.unlink(missing_ok=True)
        log_draft.unlink(missing_ok=True)
        files_draft.unlink(missing_ok=True)
    return backup


def _copy_sqlite(database: Path, draft: Path) -> None:
    """The online copy of SQLite."""
    with (
        closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(draft)) as target,
    ):
        source.backup(target)


def _to_disk(path: Path) -> None:
    """What was written survives a power cut from here on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
