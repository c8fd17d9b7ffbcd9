"""Finds the files of a read log, their lines, and their heads."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cordiale.domain.reading_log import BadLine, Line, parse, parse_opening

NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9-]{1,40}-[0-9]+-[0-9a-f]{16}\.jsonl")
BLOCK = 1 << 16


class LogDamaged(ValueError):
    """A file of the read log cannot be read on: at which line, and why."""

    code = "read-log-damaged"

    def __init__(self, file: str, line: int, what: str) -> None:
        self.file, self.line, self.what = file, line, what
        super().__init__(f"{file} does not hold at line {line}: {what}.")


@dataclass(frozen=True)
class Head:
    """Where a file ends.

    Args:
        file: its name.
        lines: number of its last whole line, 0 for none.
        hash: hash of that line; "" for none.
        torn: bytes of a line that a crash cut short.
    """

    file: str
    lines: int
    hash: str
    torn: int = 0


def files(folder: Path) -> list[Path]:
    """The files of a read log, by name: in the order in which they were begun. A folder that is not there has none."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name) and path.is_file())


def texts(file: Path) -> Iterator[bytes]:
    """The lines of a file as bytes, its opening first; the last lacks its line feed where a crash tore it."""
    with file.open("rb") as handle:
        yield from handle


def lines(file: Path) -> Iterator[Line]:
    """The whole lines of a file, in order; each holds in its form, and the chain is not looked at.

    Raises:
        LogDamaged: a line, or the opening, is none.
    """
    for number, text in enumerate(texts(file)):
        if not text.endswith(b"\n"):
            return
        try:
            if number:
                yield parse(text)
            else:
                parse_opening(text)
        except BadLine as bad:
            raise LogDamaged(file.name, number, str(bad)) from None


def line_of(file: Path, number: int) -> Line:
    """One line of a file by its number, which the file must have; those before it are passed over unread.

    Raises:
        LogDamaged: it is no line.
    """
    text = next(islice(texts(file), number, None), b"")
    try:
        return parse(text)
    except BadLine as bad:
        raise LogDamaged(file.name, number, str(bad)) from None


def head(file: Path, *, to_disk: bool = False) -> Head:
    """Where a file ends, read from its end: the chain is not looked at.

    Args:
        file: the file; it may grow meanwhile.
        to_disk: whether what is answered must survive a power cut.

    Raises:
        LogDamaged: its last line is none of a read log.
    """
    with file.open("rb") as handle:
        size = handle.seek(0, os.SEEK_END)
        if to_disk:
            os.fsync(handle.fileno())
        text, start = b"", size
        while start > 0 and text.count(b"\n") < 2:
            step = min(BLOCK, start)
            start -= step
            handle.seek(start)
            text = handle.read(step) + text
    whole, feed, rest = text.rpartition(b"\n")
    torn = len(rest)
    if not feed:
        return Head(file.name, 0, "", torn)
    last = whole.rpartition(b"\n")[2]
    try:
        if b"\n" not in whole and start == 0:
            parse_opening(last)
            return Head(file.name, 0, "", torn)
        line = parse(last)
    except BadLine as bad:
        place = sum(text.endswith(b"\n") for text in texts(file)) - 1
        raise LogDamaged(file.name, place, str(bad)) from None
    return Head(file.name, line.number, line.hash, torn)


def whole_size(file: Path) -> int:
    """Bytes of a file up to its last line feed: they stay as they are, although a process goes on writing."""
    with file.open("rb") as handle:
        start = handle.seek(0, os.SEEK_END)
        while start > 0:
            step = min(BLOCK, start)
            start -= step
            handle.seek(start)
            place = handle.read(step).rfind(b"\n")
            if place >= 0:
                return start + place + 1
    return 0


def heads(folder: Path, *, to_disk: bool = False) -> tuple[list[Head], list[LogDamaged]]:
    """Where every file of a folder ends, and those of which that cannot be told."""
    found, damaged = [], []
    for file in files(folder):
        try:
            found.append(head(file, to_disk=to_disk))
        except LogDamaged as fault:
            damaged.append(fault)
    return found, damaged
