"""The read log in a backup: an archive beside it, with each file up to its last whole line."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from cordiale.apps.sharing.writes.read_log import entered_heads
from cordiale.config.backups.holding import BackupDamaged
from cordiale.domain.viewer import Viewer
from cordiale.engines.readlog.reading import NAME, files, whole_size
from cordiale.engines.readlog.verifying import verify

ENDING = ".readlog"


def archive_of(backup: Path) -> Path:
    """Where the read log of a backup is."""
    return backup.with_name(backup.name + ENDING)


def pack(draft: Path) -> bool:
    """Write the read log to a new archive of mode 600, read it again, and answer whether there is any.

    To be called after the database was copied: then every head that the copy holds is in the archive too.

    Raises:
        BackupDamaged: what was written does not read as such. OSError if it cannot be written.
    """
    found = files(settings.READ_LOG)
    if not found:
        return False
    draft.unlink(missing_ok=True)
    with _new(draft) as target, tarfile.open(fileobj=target, mode="w:gz") as archive:
        for file in found:
            with file.open("rb") as source:
                member = archive.gettarinfo(arcname=file.name, fileobj=source)
                member.size, member.mode = whole_size(file), 0o600
                archive.addfile(member, source)
    _read(draft)
    return True


@contextmanager
def unpacked(backup: Path) -> Iterator[None]:
    """Put the files of a backup's archive, if it has one, into the folder of the read log; take them out on failure.

    Raises:
        BackupDamaged: the archive does not read as one of ours. OSError if a file cannot be written.
    """
    made: list[Path] = []
    folder: Path = settings.READ_LOG
    try:
        if archive_of(backup).exists():
            _read(archive_of(backup))
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name, content in _contents(archive_of(backup)):
                with _new(folder / name) as target:
                    made.append(folder / name)
                    shutil.copyfileobj(content, target)
        yield
    except BaseException:
        for file in made:
            file.unlink(missing_ok=True)
        raise


def lost_or_changed() -> list[str]:
    """The files of the read log that do not hold, or are gone though the ledger holds a head of theirs."""
    recorded = entered_heads(Viewer.system("command line"))
    return [one.file for one in verify(settings.READ_LOG, recorded) if one.checked.fault is not None]


def _read(archive: Path) -> None:
    """Read an archive to its end, so that a damaged one is found before anything is made of it."""
    try:
        with gzip.open(archive) as whole:  # to the checksum, which stands behind the last file
            while whole.read(1 << 20):
                pass
        for _name, content in _contents(archive):
            while content.read(1 << 20):
                pass
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BackupDamaged(archive, str(error)) from error


def _contents(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and content of each file in an archive."""
    with tarfile.open(archive, mode="r:gz") as opened:
        for member in opened:
            content = opened.extractfile(member) if member.isfile() and NAME.fullmatch(member.name) else None
            if content is None:
                raise BackupDamaged(archive, f"{member.name} is no file of a read log")
            yield member.name, content


def _new(path: Path) -> IO[bytes]:
    """A new file that only its owner can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
