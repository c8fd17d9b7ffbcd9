"""The one way to change anything: open an entry, change rows inside it; it is numbered and chained on the way out."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from cordiale.apps.ledger.models import LedgerClock, LedgerContent, LedgerEntry
from cordiale.apps.ledger.reads import ERASED, ClockMissing
from cordiale.domain.ledger import Rows, canonical, chain, commit, summed_up, written
from cordiale.domain.viewer import Viewer, require

Texts = Sequence[tuple[str, ...]]


@dataclass
class Change:
    """An open entry: rows written while it is open belong to it.

    Args:
        number: the number the entry will have.
        register: set when the change touches register, groups, labels or rights; then `register_number` follows.
        content: what the entry commits to, in the order written.
        touched: rows of append-only tables that the entry recorded or closed, table by table.
    """

    number: int
    register: bool = False
    content: list[Any] = field(default_factory=list)
    touched: list[tuple[str, Rows]] = field(default_factory=list)

    def record(self, content: Any, *, register: bool = False) -> None:
        """Add something to what the entry commits to.

        Args:
            content: anything JSON can hold; it stays readable in the ledger, so no personal data beyond need.
            register: whether this changes what the register, groups, labels or rights say.
        """
        self.content.append(content)
        self.register = self.register or register

    def touch(self, table: str, *, added: Texts = (), closed: Texts = ()) -> None:
        """Note rows of an append-only table, so that the entry commits to each of them; the register has changed.

        Args:
            table: what the rows are of, as `cordiale ledger verify` knows it.
            added: rows recorded, each as the text of its columns.
            closed: rows closed.
        """
        self.touched.append((table, (list(added), list(closed))))
        self.register = True

    def set(self, row: models.Model, **values: Any) -> None:
        """Change columns of a row that may be changed, and record which and how."""
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        self.record({"set": row._meta.db_table, "row": row.pk, "values": {name: str(v) for name, v in values.items()}})


_open: ContextVar[Change | None] = ContextVar("open_entry", default=None)


@contextmanager
def entry(*, by: Viewer, at: datetime, verb: str, subject: str, reason: str = "") -> Iterator[Change]:
    """One transaction, one ledger entry; nested inside another, it joins that one.

    The clock row is taken first, so that entries are committed in the order of their numbers: a reader who has
    seen number n has seen everything before it. Parse and compute before opening an entry: others wait.

    Args:
        by: who makes the change.
        at: the moment of the request; moved forward if the ledger is already later.
        verb: what is done, app and past participle: "register.asserted".
        subject: to what: "assertion:17".
        reason: why, in the words of whoever asked for it.

    Raises:
        ClockMissing: the database has no ledger.
    """
    outer = _open.get()
    if outer is not None:
        yield from _join(outer, verb=verb, subject=subject, reason=reason)
        return
    with transaction.atomic():
        number, previous, moment = _take_number(at)
        change = Change(number=number)
        token = _open.set(change)
        try:
            yield change
        finally:
            _open.reset(token)
        _close(change, by=by, at=moment, verb=verb, subject=subject, reason=reason, previous=previous)


def _join(outer: Change, *, verb: str, subject: str, reason: str) -> Iterator[Change]:
    """A write inside a write: all or nothing of its own part, and the outer entry records it only if it succeeded."""
    recorded, touched, register = len(outer.content), len(outer.touched), outer.register
    try:
        with transaction.atomic():
            outer.record({"verb": verb, "subject": subject, "reason": reason})
            yield outer
    except BaseException:
        del outer.content[recorded:]
        del outer.touched[touched:]
        outer.register = register
        raise


def _take_number(at: datetime) -> tuple[int, str, str]:
    """Lock the clock and move it on: the new number, the hash to chain to, and a moment later than any before."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_clock SET number = number + 1 WHERE one = 1 RETURNING number, head, at")
        row = cursor.fetchone()
    if row is None:
        raise ClockMissing
    number, previous, last = row
    moment = written(at)
    if moment <= last:
        moment = written(datetime.fromisoformat(last) + timedelta(microseconds=1))
    return number, previous, moment


def _close(change: Change, *, by: Viewer, at: str, verb: str, subject: str, reason: str, previous: str) -> None:
    if by.approved_by:
        change.record({"approved by": by.approved_by})
    rows = summed_up(change.touched)
    content = canonical([*change.content, *([{"rows": rows}] if rows else [])]).decode()
    salt = secrets.token_hex(32)
    commitment = commit(salt, content)
    head = chain(
        number=change.number,
        at=at,
        actor=by.name,
        verb=verb,
        subject=subject,
        reason=reason,
        commitment=commitment,
        previous=previous,
    )
    LedgerEntry.objects.create(
        number=change.number,
        at=at,
        actor=by.name,
        verb=verb,
        subject=subject,
        reason=reason,
        commitment=commitment,
        previous=previous,
        hash=head,
    )
    LedgerContent.objects.create(entry_id=change.number, salt=salt, content=content)
    follows = {"register_number": change.number, "register_hash": head} if change.register else {}
    LedgerClock.objects.filter(one=1).update(at=at, head=head, **follows)


class NothingToErase(LookupError):
    """There is no such entry, or its content was erased before."""

    code = "nothing-to-erase"

    def __init__(self, number: int) -> None:
        super().__init__(f"Entry {number} has no content to erase.")


def erase_content(*, number: int, reason: str, by: Viewer, at: datetime) -> None:
    """Drop salt and content of an entry because the law demands it; the chain still verifies.

    Args:
        number: the entry; what it recorded can no longer be checked against the register's rows.
        reason: the ground in law; stands in the ledger.

    Raises:
        NotPermitted: `by` may not erase.
        NothingToErase: there is no such content.
    """
    require(by, "ledger.erase")
    with entry(by=by, at=at, verb=ERASED, subject=f"entry:{number}", reason=reason) as change:
        if not LedgerContent.objects.filter(entry_id=number).exclude(salt="").update(salt="", content=""):
            raise NothingToErase(number)
        change.record({"erased": number})
