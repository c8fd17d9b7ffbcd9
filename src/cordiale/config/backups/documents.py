"""The files of documents in a backup: an archive beside it, each content under its hash."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from cordiale.apps.sharing.reads.files import hashes_named
from cordiale.config.backups.holding import BackupDamaged
from cordiale.domain.viewer import Viewer
from cordiale.engines.files.kinds import LONGEST
from cordiale.engines.files.storing import Store

ENDING = ".documents"


def archive_of(backup: Path) -> Path:
    """Where the files of the documents in a backup are."""
    return backup.with_name(backup.name + ENDING)


def pack(draft: Path) -> bool:
    """Write every content that is kept to a new archive of mode 600, and answer whether there is any.

    To be called after the database was copied: then whatever the copy names is in the archive too.

    Raises:
        OSError: it cannot be written.
    """
    store = Store(settings.DOCUMENTS)
    hashes = sorted(store.hashes())
    if not hashes:
        return False
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    # not compressed: most of what is kept is so already
    with os.fdopen(descriptor, "wb") as target, tarfile.open(fileobj=target, mode="w") as archive:
        for sha256 in hashes:
            with store.open(sha256) as source:
                member = archive.gettarinfo(arcname=sha256, fileobj=source)
                member.mode = 0o600
                archive.addfile(member, source)
    return True


@contextmanager
def unpacked(backup: Path) -> Iterator[None]:
    """Keep the contents of a backup's archive, if it has one; take out what was new on failure.

    Raises:
        BackupDamaged: the archive does not read as one of ours, or a content is not what its hash says.
        StoreFull.
    """
    store, new = Store(settings.DOCUMENTS), []
    try:
        if archive_of(backup).exists():
            for sha256, is_new in _kept(archive_of(backup), store):
                new += [sha256] if is_new else []
        yield
    except BaseException:
        for sha256 in new:
            store.remove(sha256)
        raise


def _kept(archive: Path, store: Store) -> Iterator[tuple[str, bool]]:
    try:
        with tarfile.open(archive, mode="r:") as opened:
            for member in opened:
                content = opened.extractfile(member) if member.isfile() else None
                if content is None:
                    raise BackupDamaged(archive, f"{member.name} is no file of a document")
                with store.receiving(limit=LONGEST) as draft:
                    shutil.copyfileobj(content, draft)
                    kept = draft.keep()
                if kept.sha256 != member.name:
                    if kept.is_new:
                        store.remove(kept.sha256)
                    raise BackupDamaged(archive, f"{member.name} is not what its hash says")
                yield kept.sha256, kept.is_new
    except (tarfile.TarError, EOFError) as error:
        raise BackupDamaged(archive, str(error)) from error


def missing() -> list[str]:
    """The hashes of files that documents name and that are not kept."""
    store = Store(settings.DOCUMENTS)
    return [sha256 for sha256 in hashes_named(Viewer.system("command line")) if not store.holds(sha256)]
