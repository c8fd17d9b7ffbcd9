"""Checks a read log: every file's own chain, and every head that was recorded elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cordiale.domain.reading_log import Checked, Fault, check
from cordiale.engines.readlog.reading import files, texts


@dataclass(frozen=True)
class Verified:
    """One file of the read log, and what its check found."""

    file: str
    checked: Checked


def verify(folder: Path, recorded: Mapping[str, Mapping[int, str]]) -> Iterator[Verified]:
    """Check every file there is and every file that there must be, in the order of their names.

    Args:
        folder: the read log.
        recorded: file name to line number to hash, of heads known from elsewhere: each must still stand.
    """
    present = {file.name: file for file in files(folder)}
    for name in sorted(present.keys() | recorded.keys()):
        heads = recorded.get(name, {})
        if name in present:
            yield Verified(name, check(texts(present[name]), file=name, heads=heads))
        else:
            what = f"the file is gone, and the head of its line {max(heads, default=0)} was recorded"
            yield Verified(name, Checked(0, "", 0, Fault(0, what)))
