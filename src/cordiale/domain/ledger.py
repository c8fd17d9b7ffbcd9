"""The rules of the ledger: how an entry commits to its content and is chained to the one before it.

tools/verify_ledger.py writes the same rules a second time on purpose: an auditor checks us without our code.
Rule: DESIGN.md, "Numbers". The format is documented in docs/reference/ledger.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
"""What the first entry is chained to."""


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger, as it is hashed and exported.

    Args:
        number: 1 for the first, without gaps.
        at: moment of the entry, "2026-11-24T14:00:00.000000Z"; each later than the one before.
        actor: who did it.
        verb: what was done, such as "register.pack-loaded".
        subject: to what, such as "pack:example".
        reason: why, in the actor's words; may be empty where the verb says it all.
        commitment: SHA-256 over salt and content, see `commit`.
        previous: hash of the entry before, `GENESIS` for the first.
        hash: SHA-256 over all the fields above, see `chain`.
    """

    number: int
    at: str
    actor: str
    verb: str
    subject: str
    reason: str
    commitment: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Fault:
    """The first place where the ledger does not hold."""

    number: int
    what: str


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spare white space, in UTF-8: equal values give equal bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def commit(salt: str, content: str) -> str:
    """What an entry says of its content without revealing it: SHA-256 over the salt (hex) and the content.

    Dropping salt and content, as the law of erasure may demand, leaves the chain intact and the content unguessable.
    """
    return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()


Rows = tuple[list[tuple[str, ...]], list[tuple[str, ...]]]
"""Rows recorded and rows closed, as text."""


def digest(rows: Rows) -> str:
    """What an entry commits to for the rows of one table: SHA-256 over one line a row, the lines sorted.

    A line is "+" for a row recorded or "-" for a row closed, then its columns as a canonical JSON array.
    """
    added, closed = rows
    lines = [b"+" + canonical(row) for row in added] + [b"-" + canonical(row) for row in closed]
    return hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()


def summed_up(touched: Iterable[tuple[str, Rows]]) -> dict[str, dict[str, Any]]:
    """What the content of an entry says of the rows it touched: for each table how many, and their digest.

    Several parts of an entry may touch one table: they are taken together, as nobody can tell them apart later.
    """
    tables: dict[str, Rows] = {}
    for table, (added, closed) in touched:
        rows = tables.setdefault(table, ([], []))
        rows[0].extend(added)
        rows[1].extend(closed)
    return {
        table: {"added": len(rows[0]), "closed": len(rows[1]), "digest": digest(rows)}
        for table, rows in sorted(tables.items())
    }


def chain(
    *, number: int, at: str, actor: str, verb: str, subject: str, reason: str, commitment: str, previous: str
) -> str:
    """The hash of an entry: SHA-256 over its other fields as a canonical JSON array, in the order of `Entry`."""
    return hashlib.sha256(canonical([number, at, actor, verb, subject, reason, commitment, previous])).hexdigest()


def written(at: datetime) -> str:
    """A moment as the ledger writes it: UTC, microseconds, always the same length, so that text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def first_fault(
    entries: Iterable[Entry], *, head: tuple[int, str] | None = None, after: Entry | None = None
) -> Fault | None:
    """Check a chain from its first entry on, or a part of it from the entry that was checked last.

    Args:
        entries: in number order.
        head: number and hash the chain must end on, when known from elsewhere (the clock, a published head):
            without it nobody can tell that the last entries were cut off.
        after: the entry before the first of these; None when they begin the chain.

    Returns:
        None when every link holds, otherwise the first entry that does not.
    """
    number, previous, at = (after.number, after.hash, after.at) if after else (0, GENESIS, "")
    for entry in entries:
        number += 1
        if entry.number != number:
            return Fault(number, f"entry {number} is missing; entry {entry.number} stands in its place")
        if entry.previous != previous:
            return Fault(number, f"entry {number} is not chained to the entry before it")
        if entry.at <= at:
            return Fault(number, f"entry {number} is dated {entry.at}, not after the entry before it ({at})")
        fields = asdict(entry)
        if chain(**{key: value for key, value in fields.items() if key != "hash"}) != entry.hash:
            return Fault(number, f"entry {number} was changed after it was written")
        previous, at = entry.hash, entry.at
    if head is not None and head != (number, previous):
        if head[0] > number:
            return Fault(
                number + 1, f"entry {number + 1} is missing: the ledger ends early, its head is entry {head[0]}"
            )
        return Fault(max(number, 1), f"entry {number} is not the head that was recorded (entry {head[0]}, {head[1]})")
    return None
