"""Enters the heads of the read log in the ledger: from then on nobody can cut its files short or write them anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cordiale.apps.ledger import reads as ledger
from cordiale.apps.ledger.writes import entry
from cordiale.domain.viewer import NotPermitted, Viewer, require
from cordiale.engines.readlog.reading import Head, heads

HEADED = "sharing.read-log-headed"
READ_LOG = "read log"
"""Verb and subject of an entry that holds heads."""


class _AlreadyEntered(Exception):
    """Another process entered the same heads while this one waited for the ledger."""


def enter_heads(*, by: Viewer, at: datetime, folder: Path) -> int:
    """Enter the head of every file that grew since it was last entered, as one entry; none when nothing grew.

    What is entered has reached the disk. A file whose end is damaged, or that is shorter than it was, is left out:
    `cordiale readlog verify` names it.

    Args:
        folder: the read log.

    Returns:
        How many files grew.

    Raises:
        NotPermitted: `by` is not the installation itself. OSError if a file cannot be read.
    """
    require(by, "ledger.export")
    if by.person:
        raise NotPermitted(by, "ledger.export")
    found = [head for head in heads(folder, to_disk=True)[0] if head.lines]
    if not found or not _grown(found, entered_heads(by)):
        return 0
    try:
        with entry(by=by, at=at, verb=HEADED, subject=READ_LOG) as change:
            # asked again, as nobody else can enter anything now
            grown = _grown(found, entered_heads(by))
            if not grown:
                raise _AlreadyEntered
            for head in grown:
                change.record({"file": head.file, "lines": head.lines, "head": head.hash})
    except _AlreadyEntered:
        return 0
    return len(grown)


def entered_heads(viewer: Viewer) -> dict[str, dict[int, str]]:
    """Every head ever entered: file name to line number to hash. What an erasure emptied is left out.

    Raises:
        NotPermitted: the viewer may not export the ledger.
    """
    require(viewer, "ledger.export")
    numbers = [one.number for one in ledger.named(viewer, name=READ_LOG) if one.verb == HEADED]
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for _number, parts in sorted(ledger.contents(viewer, numbers=numbers).items()):
        for part in parts:
            if isinstance(part, dict) and "file" in part:
                found[part["file"]][part["lines"]] = part["head"]
    return dict(found)


def last_entered(viewer: Viewer) -> datetime | None:
    """When heads were last entered; None when they never were."""
    moments = [one.at for one in ledger.named(viewer, name=READ_LOG) if one.verb == HEADED]
    return datetime.fromisoformat(moments[-1]) if moments else None


def _grown(found: Iterable[Head], entered: Mapping[str, Mapping[int, Any]]) -> list[Head]:
    return [head for head in found if head.lines > max(entered.get(head.file, {}), default=0)]
