"""Keeps content by its SHA-256, outside whatever is served: `ab/cd/abcd...`.

The same content is kept once. A file is complete or absent: it is written beside its place, forced to disk, then
renamed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from cordiale.engines.files.refusing import EmptyFile, FileTooLong

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_RECEIVING = "receiving"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class StoreFull(OSError):
    """The disk, or the share of it that Cordiale may use, is full; nothing was kept."""

    code = "store-full"

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "There is no room left where files are kept; nothing was kept. Make room.")


class NoSuchContent(LookupError):
    """Nothing is kept under this hash, or it is no hash."""

    code = "no-such-content"

    def __init__(self) -> None:
        super().__init__("Nothing is kept under this hash.")


@dataclass(frozen=True)
class Kept:
    """Content that is kept.

    Args:
        sha256: 64 lower-case hexadecimal digits.
        size: bytes.
        is_new: false when the same content was kept before.
    """

    sha256: str
    size: int
    is_new: bool


@dataclass(frozen=True)
class Damage:
    """A kept file that is not what its place says.

    Args:
        sha256: what its place says.
        found: the hash of what is there; None when it cannot be read.
    """

    sha256: str
    found: str | None


class Draft:
    """Content on its way in; made by `Store.receiving`."""

    def __init__(self, store: Store, stream: IO[bytes], path: Path, limit: int) -> None:
        self._store = store
        self._stream = stream
        self._hash = hashlib.sha256()
        self._limit = limit
        self.path = path
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Add to the content.

        Raises:
            FileTooLong: it passes the limit.
            StoreFull.
        """
        self.size += len(piece)
        if self.size > self._limit:
            raise FileTooLong(f"the file has more than the {self._limit:,} bytes that are taken", "shorten or split it")
        self._hash.update(piece)
        with _full_disk_told():
            self._stream.write(piece)

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """What was written so far, to be looked at before it is kept."""
        with _full_disk_told():
            self._stream.flush()
        with self.path.open("rb") as stream:
            yield stream

    def keep(self) -> Kept:
        """Keep it; the last thing done with a draft.

        Raises:
            EmptyFile: nothing was written.
            StoreFull.
        """
        if not self.size:
            raise EmptyFile("the file holds nothing", "send it again")
        with _full_disk_told():
            self._stream.flush()
            os.fsync(self._stream.fileno())
            return self._store._take(self.path, self._hash.hexdigest(), self.size)


class Store:
    """Content under one folder."""

    def __init__(self, folder: Path) -> None:
        """Use the folder; it is made, for its owner alone, when the first content comes in."""
        self._folder = folder

    @contextmanager
    def receiving(self, *, limit: int) -> Iterator[Draft]:
        """Take content in, piece by piece; what was not kept at the end is gone.

        Args:
            limit: most bytes.

        Raises:
            StoreFull.
        """
        with _full_disk_told():
            drafts = self._made(self._folder / _RECEIVING)
            descriptor, name = tempfile.mkstemp(dir=drafts)  # 0600, whatever the umask
        path = Path(name)
        try:
            with _full_disk_told(), os.fdopen(descriptor, "wb") as stream:
                yield Draft(self, stream, path, limit)
        finally:
            path.unlink(missing_ok=True)

    def open(self, sha256: str) -> BinaryIO:
        """The content, as a stream that the caller closes.

        Raises:
            NoSuchContent.
        """
        try:
            return self._place(sha256).open("rb")
        except FileNotFoundError:
            raise NoSuchContent from None

    def path(self, sha256: str) -> Path:
        """Where the content is; for programs that need a path, and to be read only.

        Raises:
            NoSuchContent.
        """
        place = self._place(sha256)
        if not place.is_file():
            raise NoSuchContent
        return place

    def holds(self, sha256: str) -> bool:
        """Whether the content is kept; false for what is no hash."""
        return _HASH.fullmatch(sha256) is not None and self._place(sha256).is_file()

    def remove(self, sha256: str) -> bool:
        """Take content away for ever, as the law's erasure asks; whether there was any.

        Raises:
            NoSuchContent: it is no hash.
        """
        place = self._place(sha256)
        try:
            place.unlink()
        except FileNotFoundError:
            return False
        _force(place.parent)
        return True

    def hashes(self) -> Iterator[str]:
        """The hashes of all that is kept, in order."""
        for first in sorted(self._folder.glob("[0-9a-f][0-9a-f]")):
            for second in sorted(first.glob("[0-9a-f][0-9a-f]")):
                yield from sorted(path.name for path in second.iterdir() if _HASH.fullmatch(path.name))

    def damaged(self) -> Iterator[Damage]:
        """Read all that is kept, a piece at a time, and name what is not what its place says."""
        for sha256 in self.hashes():
            found = _hash_of(self._place(sha256))
            if found != sha256:
                yield Damage(sha256, found)

    def sweep(self, *, older_than: datetime) -> int:
        """Remove drafts that a killed process left.

        Args:
            older_than: they were last written to before it; further back than any upload takes.

        Returns:
            How many were removed.
        """
        removed = 0
        for path in self._folder.glob(f"{_RECEIVING}/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < older_than.timestamp():
                    path.unlink()
                    removed += 1
        return removed

    def _take(self, draft: Path, sha256: str, size: int) -> Kept:
        place = self._place(sha256)
        if (
            place.is_file() and _hash_of(place) == sha256
        ):  # what is there but damaged is mended by whoever sends it again
            return Kept(sha256, size, is_new=False)
        folder = self._made(place.parent)
        draft.replace(place)
        _force(folder)
        return Kept(sha256, size, is_new=True)

    def _place(self, sha256: str) -> Path:
        if not _HASH.fullmatch(sha256):
            raise NoSuchContent
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def _made(self, folder: Path) -> Path:
        """The folder, made with those above it up to the store's own, each for its owner alone and forced to disk."""
        if not folder.is_dir():
            if folder != self._folder:
                self._made(folder.parent)
            folder.mkdir(mode=0o700, parents=folder == self._folder, exist_ok=True)
            _force(folder.parent)
        return folder


@contextmanager
def _full_disk_told() -> Iterator[None]:
    try:
        yield
    except StoreFull:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull from None
        raise


def _force(folder: Path) -> None:
    """Have the names in a folder on disk, so that a rename outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _hash_of(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None
