"""What the ledger answers: its head, its entries, whether it holds, and an export for auditors."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cordiale.apps.ledger.models import LedgerContent, LedgerEntry
from cordiale.domain.ledger import GENESIS, Entry, Fault, commit, first_fault, written
from cordiale.domain.viewer import Viewer, require

_CLOCK = "SELECT number, register_number, register_hash, at, head FROM ledger_clock WHERE one = 1"
_LAST = "(SELECT number FROM ledger_entry ORDER BY number DESC LIMIT 1)"
_CLOCK_AND_TIME = {
    "postgresql": _CLOCK.replace("SELECT", f"SELECT clock_timestamp(), {_LAST},"),
    "sqlite": _CLOCK.replace("SELECT", f"SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now'), {_LAST},"),
}
REPEATABLE_READ = 3
"""What the driver of PostgreSQL calls this level."""
_FIELDS = ("number", "at", "actor", "verb", "subject", "reason", "commitment", "previous", "hash")


ERASED = "ledger.content-erased"
"""The verb of an entry that erased the content of another; its subject is "entry:NUMBER"."""


REGISTER = "register."
"""How the verb of an entry begins whose content anybody may read: it changed the register."""


class ClockMissing(RuntimeError):
    """The ledger has no clock row: the database was not migrated, or somebody removed it."""

    code = "ledger-clock-missing"

    def __init__(self) -> None:
        super().__init__("The ledger has no clock; run `cordiale migrate`, or restore the database from a backup.")


class ClockBehind(RuntimeError):
    """The ledger's clock shows another number than its last entry has: somebody set it, or restored it alone."""

    code = "ledger-clock-behind"

    def __init__(self, clock: int, last: int) -> None:
        super().__init__(
            f"The ledger's clock shows {clock}, and its last entry is {last}; run `cordiale ledger verify`, "
            "and restore the database from a backup."
        )


class BadHead(ValueError):
    """A published head that cannot be read."""

    code = "bad-head"

    def __init__(self, text: str) -> None:
        super().__init__(f'"{text}" is no head; write NUMBER:HASH, as `cordiale ledger head` prints it.')


@dataclass(frozen=True)
class Head:
    """Where the ledger stands.

    Args:
        number: the last entry, 0 for an empty ledger.
        register_number: the last entry that changed register, groups, labels or rights.
        register_hash: hash of that entry: names a state of the register, also across installations.
        at: moment of the last entry, "" for an empty ledger.
        hash: hash of the last entry; publish it outside, and nobody can cut the ledger short unseen.
    """

    number: int
    register_number: int
    register_hash: str
    at: str
    hash: str


def head(viewer: Viewer) -> Head:
    """Where the ledger stands now; public.

    Raises:
        ClockMissing: the database has no ledger.
    """
    # written out, as every request asks: Django takes ten times as long to build the sentence as the database to answer
    with connections[database_asked()].cursor() as cursor:
        cursor.execute(_CLOCK)
        clock = cursor.fetchone()
    if clock is None:
        raise ClockMissing
    return Head(*clock)


_look: ContextVar[list[Head] | None] = ContextVar("look", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """While this is open, `seen` looks at the clock once: whatever is read meanwhile is read of one state.

    For requests that change nothing.
    """
    token = _look.set([])
    try:
        yield
    finally:
        _look.reset(token)


def seen(viewer: Viewer) -> Head:
    """Where the ledger stands, as this request sees it; public.

    Raises:
        ClockMissing: the database has no ledger.
    """
    look = _look.get()
    if look is None:
        return head(viewer)
    if not look:
        look.append(head(viewer))
    return look[0]


_database: ContextVar[str] = ContextVar("database", default="default")


def database_asked() -> str:
    """The alias of the database that reads go to at this point: of its own inside `snapshot`, on SQLite."""
    return _database.get()


@dataclass(frozen=True)
class Snapshot:
    """One state of the database, and its moment.

    Args:
        head: where the ledger stands in it.
        at: the database's own time when the state was taken, UTC.
    """

    head: Head
    at: datetime


class SnapshotInside(RuntimeError):
    """A snapshot was asked for inside a transaction, which has a state of its own already."""

    def __init__(self) -> None:
        super().__init__("A snapshot cannot be opened inside a transaction: open it first, and read inside it.")


@contextmanager
def snapshot(viewer: Viewer) -> Iterator[Snapshot]:
    """While this is open, whatever is read is read of one state of the database, the newest that is committed.

    Nothing can be written inside. On SQLite it is a transaction of a second connection, so that it takes no lock that
    writers wait for; on PostgreSQL a transaction of the connection there is.

    Raises:
        ClockMissing: the database has no ledger.
        ClockBehind: its clock does not show the last entry, so that no state can be named.
        SnapshotInside: a transaction is open.
    """
    alias = settings.SNAPSHOTS
    connection = connections[alias]
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise SnapshotInside
    outermost = not connection.in_atomic_block
    with ExitStack() as opened:
        if connection.vendor == "postgresql" and outermost:
            opened.enter_context(_of_one_state(connection))
        opened.enter_context(transaction.atomic(using=alias))
        cursor = opened.enter_context(connection.cursor())
        # state and time in one statement, the time after the state: what the state holds had happened by then
        cursor.execute(_CLOCK_AND_TIME[connection.vendor])
        row = cursor.fetchone()
        if row is None:
            raise ClockMissing
        told, last, *clock = row
        now = Head(*clock)
        if now.number != (last or 0):
            raise ClockBehind(now.number, last or 0)
        time = told if isinstance(told, datetime) else datetime.fromisoformat(told).replace(tzinfo=UTC)
        # the clock of whoever wrote may be ahead of the database's
        at = max(time, datetime.fromisoformat(now.at)) if now.at else time
        _set_while_open(opened, _database, alias)
        _set_while_open(opened, _look, [now])
        yield Snapshot(now, at)


@contextmanager
def _of_one_state(connection: Any) -> Iterator[None]:
    """The next transaction of a connection to PostgreSQL is REPEATABLE READ READ ONLY, said as it begins."""
    connection.ensure_connection()
    driver = connection.connection
    driver.isolation_level, driver.read_only = REPEATABLE_READ, True
    try:
        yield
    finally:
        if not driver.closed:
            driver.isolation_level = driver.read_only = None


def _set_while_open(opened: ExitStack, variable: ContextVar[Any], value: Any) -> None:
    opened.callback(variable.reset, variable.set(value))


def entries(viewer: Viewer, *, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
    """Entries in number order, those above `after`; public, as the content stays behind its commitment."""
    rows = LedgerEntry.objects.filter(number__gt=after).order_by("number").values_list(*_FIELDS)
    chosen = rows if limit is None else rows[:limit]
    for row in chosen.iterator(chunk_size=2_000):
        yield Entry(*row)


def newest(viewer: Viewer, *, before: int | None = None, limit: int = 50) -> list[Entry]:
    """The newest entries first, those below `before` where given."""
    rows = LedgerEntry.objects.order_by("-number").values_list(*_FIELDS)
    if before is not None:
        rows = rows.filter(number__lt=before)
    return [Entry(*row) for row in rows[:limit]]


def one(viewer: Viewer, *, number: int) -> Entry | None:
    """One entry, or None when there is none of that number."""
    row = LedgerEntry.objects.filter(number=number).values_list(*_FIELDS).first()
    return Entry(*row) if row else None


def last_by(viewer: Viewer, *, at: datetime) -> int:
    """The number of the last entry that was made by a moment; 0 where there was none yet; public."""
    rows = LedgerEntry.objects.filter(at__lte=written(at)).order_by("-at")
    return rows.values_list("number", flat=True).first() or 0


def moments(viewer: Viewer) -> dict[int, str]:
    """Number of every entry to its moment; public."""
    return dict(LedgerEntry.objects.order_by("number").values_list("number", "at"))


def content(viewer: Viewer, *, number: int) -> list[object] | None:
    """What an entry recorded, or None when it was erased or there is no such entry. Register changes are public."""
    text = LedgerContent.objects.filter(entry_id=number).values_list("content", flat=True).first()
    return list(json.loads(text)) if text else None


def contents(viewer: Viewer, *, numbers: Collection[int]) -> dict[int, list[object]]:
    """What several entries recorded, by number; those that were erased are left out. Register changes are public."""
    rows = LedgerContent.objects.filter(entry_id__in=list(numbers)).exclude(content="")
    return {number: list(json.loads(text)) for number, text in rows.values_list("entry_id", "content")}


def chosen(viewer: Viewer, *, numbers: Collection[int]) -> list[Entry]:
    """Entries of these numbers, the newest first; public."""
    rows = LedgerEntry.objects.filter(number__in=list(numbers)).order_by("-number")
    return [Entry(*row) for row in rows.values_list(*_FIELDS)]


def named(viewer: Viewer, *, name: str) -> list[Entry]:
    """Entries that somebody made or is the subject of, the oldest first; public, as the ledger names by number only."""
    rows = LedgerEntry.objects.filter(Q(actor=name) | Q(subject=name)).order_by("number")
    return [Entry(*row) for row in rows.values_list(*_FIELDS)]


def public_contents(viewer: Viewer, *, numbers: Collection[int]) -> dict[int, list[object]]:
    """Entry number to what it recorded, of those entries that changed the register; the erased are left out."""
    rows = LedgerContent.objects.filter(entry__in=numbers, entry__verb__startswith=REGISTER).exclude(content="")
    return {number: list(json.loads(text)) for number, text in rows.values_list("entry_id", "content")}


def fault(viewer: Viewer) -> Fault | None:
    """Check the whole ledger: chain, clock, and every content still kept against its commitment."""
    now = head(viewer)
    if now.number == 0 and now.hash != GENESIS:
        return Fault(0, "the clock of an empty ledger does not hold the starting hash")
    broken = first_fault(entries(viewer), head=(now.number, now.hash))
    damaged = _first_damaged_content(below=broken.number if broken else None)
    return damaged or broken or _clock_fault(viewer, now)


def fault_of_part(viewer: Viewer, *, after: Entry | None, limit: int) -> tuple[Fault | None, Entry | None]:
    """Check a part of the ledger as `fault` does: for ledgers that take long.

    Args:
        after: the entry checked last; None at the beginning.
        limit: how many entries to check.

    Returns:
        The first fault, and the last entry checked, `after` itself when there are no more.
    """
    start = after.number if after else 0
    part = list(entries(viewer, after=start, limit=limit))
    last = part[-1] if part else after
    broken = first_fault(part, after=after)
    below = broken.number if broken else (last.number if last else 0) + 1
    return _first_damaged_content(above=start, below=below) or broken, last


def fault_of_end(viewer: Viewer, *, last: Entry | None, now: Head) -> Fault | None:
    """Whether the clock is that of the last entry; asked when every part of the ledger was checked.

    Args:
        last: the entry checked last; None where there is none.
        now: the clock, as read before it was seen that there are no more entries: some may have come since.
    """
    if last is None and now.number == 0 and now.hash != GENESIS:
        return Fault(0, "the clock of an empty ledger does not hold the starting hash")
    return first_fault((), after=last, head=(now.number, now.hash)) or _clock_fault(viewer, now)


def erased(viewer: Viewer) -> int:
    """How many entries have lost their content to the law; what these recorded cannot be checked."""
    return LedgerContent.objects.filter(salt="").count()


def _clock_fault(viewer: Viewer, now: Head) -> Fault | None:
    """Whether the clock's other columns are those of the entries they name."""
    last, register = one(viewer, number=now.number), one(viewer, number=now.register_number)
    if (last.at if last else "") != now.at:
        return Fault(now.number, "the clock does not hold the moment of the last entry")
    if (register.hash if register else GENESIS) != now.register_hash:
        return Fault(now.register_number, "the clock does not hold the hash of the register's last entry")
    return None


def fault_of_published_head(viewer: Viewer, published: str) -> Fault | None:
    """Check that an entry published earlier still stands: cutting the ledger short, or writing it anew, shows here.

    Args:
        published: "NUMBER:HASH", as printed then.

    Raises:
        BadHead: it is not of that form.
    """
    number, _colon, wanted = published.partition(":")
    if not number.isdecimal() or len(wanted) != len(GENESIS):
        raise BadHead(published)
    if int(number) == 0:
        return None if wanted == GENESIS else Fault(0, "the published head of an empty ledger is not the starting hash")
    found = one(viewer, number=int(number))
    if found is None:
        return Fault(int(number), f"entry {number} was published and is gone")
    if found.hash != wanted:
        return Fault(int(number), f"entry {number} is not the one that was published")
    return None


def _first_damaged_content(*, above: int = 0, below: int | None) -> Fault | None:
    """The first entry whose content was changed, removed, or emptied without an entry that says so."""
    wanted = LedgerEntry.objects.filter(number__gt=above).order_by("number")
    if below is not None:
        wanted = wanted.filter(number__lt=below)
    faults = [_changed(wanted), _removed(wanted), _emptied(wanted)]
    return min((fault for fault in faults if fault is not None), key=lambda fault: fault.number, default=None)


def _changed(wanted: QuerySet[LedgerEntry]) -> Fault | None:
    kept = wanted.filter(content__isnull=False).exclude(content__salt="")
    rows = kept.values_list("number", "commitment", "content__salt", "content__content")
    for number, commitment, salt, text in rows.iterator(chunk_size=2_000):
        if commit(salt, text) != commitment:
            return Fault(number, f"the content of entry {number} was changed after it was written")
    return None


def _removed(wanted: QuerySet[LedgerEntry]) -> Fault | None:
    number = wanted.filter(content__isnull=True).values_list("number", flat=True).first()
    if number is None:
        return None
    return Fault(number, f"the content of entry {number} was removed; only its erasure would be lawful")


def _emptied(wanted: QuerySet[LedgerEntry]) -> Fault | None:
    lawful = set(LedgerEntry.objects.filter(verb=ERASED).values_list("subject", flat=True))
    for number in wanted.filter(content__salt="").values_list("number", flat=True):
        if f"entry:{number}" not in lawful:
            return Fault(number, f"the content of entry {number} was emptied, and no entry says that it was erased")
    return None


def verb_shown(verb: str) -> str:
    """What an entry did, in the reader's words."""
    names = {
        "ledger.content-erased": _("Content erased"),
        "register.pack-loaded": _("Pack loaded"),
        "register.asserted": _("Statement recorded"),
        "register.ended": _("End recorded"),
        "register.corrected": _("Statement corrected"),
        "register.retracted": _("Statement retracted"),
        "register.edited": _("Several edits"),
        "register.imported": _("Workbook imported"),
        "register.decided": _("Conflict decided"),
        "register.ranked": _("Source re-ranked"),
        "register.defined": _("Group defined"),
        "people.invited": _("Somebody invited"),
        "people.invitation-withdrawn": _("Invitation withdrawn"),
        "people.request-answered": _("Request for access answered"),
        "people.joined": _("Account made"),
        "people.granted": _("Role given"),
        "people.lent": _("Role lent"),
        "people.role-ended": _("Role ended"),
        "people.followed": _("Roles brought in step"),
        "people.password-link-made": _("Link for a new password made"),
        "people.closed": _("Account closed"),
        "people.demanded": _("Second person demanded, or no longer"),
        "people.token-made": _("Token made"),
        "people.token-revoked": _("Token revoked"),
        "people.erased": _("Personal data erased"),
        "people.retention-run": _("Personal data past their time erased"),
        "people.proposed": _("Change proposed"),
        "people.proposal-decided": _("Proposal decided"),
        "sharing.recorded": _("Document, consent or remark recorded"),
        "sharing.cleared": _("Clearance given or taken away"),
        "sharing.group-defined": _("Group that needs to know defined"),
        "sharing.let-know": _("Somebody let into a group that needs to know"),
        "sharing.let-know-no-more": _("Somebody taken out of a group that needs to know"),
        "sharing.read-log-headed": _("Heads of the read log entered"),
    }
    return names.get(verb, verb)


def export(viewer: Viewer) -> Iterator[str]:
    """The ledger as JSON lines, one entry a line, with salt and content where not erased; the head last.

    Raises:
        NotPermitted: the viewer may not export the ledger.
    """
    require(viewer, "ledger.export")
    rows = LedgerEntry.objects.order_by("number").values_list(*_FIELDS, "content__salt", "content__content")
    for *fields, salt, text in rows.iterator(chunk_size=2_000):
        kept = {"salt": salt, "content": text} if salt else {}
        yield json.dumps(asdict(Entry(*fields)) | kept, ensure_ascii=False)
    now = head(viewer)
    yield json.dumps({"head": {"number": now.number, "hash": now.hash}})
