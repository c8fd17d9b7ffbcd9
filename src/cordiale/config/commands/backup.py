"""Copies an installation to a file, and makes an installation of such a file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import click

from cordiale.config.backups import documents
from cordiale.config.backups.holding import BackupDamaged, NewerBackup, NotABackup, OtherDatabase
from cordiale.config.backups.making import make_backup
from cordiale.config.backups.programs import ProgramMissing, ProgramRefused
from cordiale.config.backups.read_log import archive_of, lost_or_changed
from cordiale.config.backups.restoring import NotEmpty, restore_backup

File = click.Path(path_type=Path, dir_okay=False)
REFUSALS = (BackupDamaged, NewerBackup, NotABackup, OtherDatabase, NotEmpty, ProgramMissing, ProgramRefused)


@click.command()
@click.argument("file", type=File)
def backup(file: Path) -> None:
    """Copy the database of a running installation to FILE (SQLite file, or pg_dump's custom format).

    The read log goes to FILE.readlog and the files of documents to FILE.documents, if there are any. FILE and the read
    log are read again to their ends before they count. Prints the head that FILE holds, as NUMBER:HASH; note that
    elsewhere.
    """
    taken = next((one for one in (file, archive_of(file), documents.archive_of(file)) if one.exists()), None)
    if taken:
        raise click.ClickException(f"{taken} exists; name a new file, so that no backup is overwritten.")
    try:
        made = make_backup(file)
    except REFUSALS as refusal:
        raise click.ClickException(str(refusal)) from None
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"The backup could not be written to {file}: {error}.") from None
    click.echo(f"Copied to {file} ({file.stat().st_size:,} bytes), head {made.head}")


@click.command()
@click.argument("file", type=File)
def restore(file: Path) -> None:
    """Make an installation of the backup FILE: whole or not at all, and into an empty installation only.

    A backup of an earlier release is brought up to date; one of a later release is refused. Then the ledger is
    verified and its head printed. With 0 all of it is there and holds; with 1 nothing was changed. FILE.readlog and
    FILE.documents are restored with it; what is missing of either, or does not hold, is told.
    """
    try:
        now = restore_backup(file)
    except REFUSALS as refusal:
        raise click.ClickException(str(refusal)) from None
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"{file} could not be restored: {error}.") from None
    click.echo(f"Restored from {file}; the ledger holds, head {now.number}:{now.hash}")
    gone = documents.missing()
    if gone:
        click.echo(
            f"{len(gone):,} files of documents are missing, {gone[0]} the first: {documents.archive_of(file).name} was "
            "left behind, or is of an earlier backup. Put them back into the folder of the documents.",
            err=True,
        )
    lost = lost_or_changed()
    if lost:
        more = f" and {len(lost) - 1:,} more" if len(lost) > 1 else ""
        click.echo(
            f"The read log does not hold: {lost[0]}{more}. If {archive_of(file).name} was left behind, unpack it into "
            "the folder of the read log (tar -xzf); then run `cordiale readlog verify`.",
            err=True,
        )
