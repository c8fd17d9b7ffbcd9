"""Appends lines to the read log: one file for each start of a process, one system call for each line."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import socket
import threading
import weakref
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cordiale.domain.reading_log import Line, Opening, Reading


class LogUnwritable(OSError):
    """The line did not reach the read log whole, so nothing may be shown."""

    code = "read-log-unwritable"

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"The read log in {folder} cannot be written: {why}.")


@dataclass
class _File:
    """The file that is being written; `size` is what it has when all went well."""

    path: Path
    descriptor: int
    inode: tuple[int, int]
    size: int
    lines: int
    head: str


class Writer:
    """Writes one process's part of the read log; threads may share it, and a forked child gets a file of its own.

    Args:
        folder: where the files are; made with mode 700 before the first line if it is not there.
        installation: what this installation is called in the opening of each file.
        sync: whether a line must have reached the disk, and not only the operating system: a process may be killed
            either way without losing a line, but without it a power cut loses the last seconds.
    """

    def __init__(self, folder: Path, *, installation: str, sync: bool = False) -> None:
        self.folder = folder
        self.installation = installation
        self.sync = sync
        self._lock = threading.Lock()
        self._file: _File | None = None
        self._made = False
        _writers.add(self)

    def append(self, reading: Reading) -> Line:
        """Write one line; when this returns, the response may be sent.

        Raises:
            LogUnwritable: the disk is full, the folder is gone or may not be written to, or the file is no longer
                as this process left it. The next line begins a new file where this one is damaged.
        """
        with self._lock:
            try:
                return self._append(reading)
            except LogUnwritable:
                raise
            except OSError as error:
                raise LogUnwritable(self.folder, error.strerror or str(error)) from error

    def close(self) -> None:
        """End the file; the next line begins another."""
        with self._lock:
            self._let_go()

    def _append(self, reading: Reading) -> Line:
        if self._file is not None:
            self._refuse_altered(self._file)
        file = self._file or self._opened(reading.at)
        line = Line.of(reading, number=file.lines + 1, previous=file.head)
        opening = b"" if file.size else Opening(file.path.name, self.installation).text
        data = opening + line.text
        self._write(file, data)
        file.size, file.lines, file.head = file.size + len(data), line.number, line.hash
        return line

    def _opened(self, at: datetime) -> _File:
        """A new file, named after the moment, the machine and the process; still without a line."""
        if not self._made:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._made = True
        path = self.folder / file_name(at)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
        found = os.fstat(descriptor)
        head = Opening(path.name, self.installation).hash
        self._file = _File(path, descriptor, (found.st_dev, found.st_ino), size=0, lines=0, head=head)
        if self.sync:
            _folder_to_disk(self.folder)
        return self._file

    def _write(self, file: _File, data: bytes) -> None:
        """One system call; what did not arrive whole ends this file, as a line after half a line would be lost too."""
        try:
            done = os.write(file.descriptor, data)
            if done != len(data):
                raise LogUnwritable(self.folder, f"only {done} of {len(data)} bytes were taken")
            if self.sync:
                os.fsync(file.descriptor)
        except BaseException:
            self._give_up(file)
            raise

    def _give_up(self, file: _File) -> None:
        """Keep a file of which nothing is damaged, remove one that holds no whole line, end any other."""
        with contextlib.suppress(OSError):
            if file.lines and os.fstat(file.descriptor).st_size == file.size:
                return
        self._let_go()
        if not file.lines:
            with contextlib.suppress(OSError):
                file.path.unlink()

    def _refuse_altered(self, file: _File) -> None:
        """Refuse to go on in a file that somebody removed, replaced or changed the size of."""
        try:
            found = file.path.stat(follow_symlinks=False)
            if (found.st_dev, found.st_ino) == file.inode and found.st_size == file.size:
                return
        except FileNotFoundError:
            pass
        self._let_go()
        raise LogUnwritable(self.folder, f"{file.path.name} is no longer as this process left it")

    def _let_go(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                os.close(file.descriptor)

    def _forked(self) -> None:
        """In a child: another thread of the parent may have held the lock, and the file is the parent's."""
        self._lock = threading.Lock()
        self._let_go()


def file_name(at: datetime) -> str:
    """A name that no other file has: when it was begun, where, by which process, and a random part."""
    machine = re.sub(r"[^A-Za-z0-9]+", "-", socket.gethostname()).strip("-")[:40] or "machine"
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{machine}-{os.getpid()}-{secrets.token_hex(8)}.jsonl"


def _folder_to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_writers: weakref.WeakSet[Writer] = weakref.WeakSet()


def _after_fork() -> None:
    for writer in list(_writers):
        writer._forked()


os.register_at_fork(after_in_child=_after_fork)
