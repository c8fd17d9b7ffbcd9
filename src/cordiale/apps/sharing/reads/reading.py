"""Protected reads: the reader is known, and the labels they may read, before any protected row leaves the database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils.module_loading import import_string

from cordiale.apps.ledger.reads import ClockBehind, ClockMissing, Head, Snapshot, database_asked, head, snapshot
from cordiale.apps.people.reads.viewers import is_open, legal_day, mandates
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.standing import Overtaken, engine
from cordiale.apps.sharing.models import Clearance, InTheKnow
from cordiale.apps.sharing.models.door import door
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads.labels import Span, interned, readable_labels
from cordiale.domain import clock
from cordiale.domain.labels import NOBODY, Reader
from cordiale.domain.period import microseconds
from cordiale.domain.reading_log import Action, Reading
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer

logger = logging.getLogger(__name__)

HOST_STAFF = frozenset({Role.DESK_OFFICER, Role.SECURITY_OFFICER, Role.AUDITOR})
"""Roles whose holders read as the host organisation itself: docs/decisions/0022-readers.md."""

TRIES = 5
"""Snapshots opened for one reading while other threads learn what is newer."""


class CannotRead(RuntimeError):
    """What decides who may read cannot be reached or cannot be trusted, so nothing is shown."""

    code = "cannot-read"

    def __init__(self, why: object) -> None:
        super().__init__(f"Who may read cannot be decided now, so nothing is shown: {why}.")


@dataclass
class Now:
    """A reading that is open: who reads, what they may read, and the state it was decided on.

    Args:
        viewer: who asked.
        reader: what the snapshot says of them.
        at: the moment the decision was made for.
        head: where the ledger stands in the snapshot.
        span: the labels they may read, and the instants for which that holds.
        shown: code and label of the documents that the response holds.
        refused: codes asked for and not shown.
    """

    viewer: Viewer
    reader: Reader
    at: datetime
    head: Head
    span: Span
    shown: set[tuple[str, int]] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    def show(self, document: str, label: int) -> None:
        """Note that the response holds something of a document; every read that returns one does so."""
        self.shown.add((document, label))

    def refuse(self, document: str) -> None:
        """Note that a document was asked for and is not shown, whether it exists or not."""
        self.refused.add(document)


@contextmanager
def reading(viewer: Viewer, *, action: Action = "page") -> Iterator[Now]:
    """One state of the database in which the reader is decided first; protected rows can be read inside only.

    What the response holds of documents is written to the read log when the block ends, also when it ends with an
    exception: render nothing outside that was not read inside.

    Args:
        viewer: who reads; roles, clearance and groups are looked up anew in the snapshot.
        action: what is answered, for the read log.

    Raises:
        CannotRead: the database, the ledger's clock or the standing engine fails.
        LogUnwritable: the read log cannot be written; nothing may be shown.
    """
    for last in (*(False,) * (TRIES - 1), True):
        with _snapshot(viewer) as seen:
            try:
                now = _decided(viewer, seen, anew=last)
            except Overtaken:
                continue
            try:
                with door(now.span.labels):
                    yield now
            except DatabaseError as error:
                raise CannotRead(error) from error
            finally:
                _write_down(now, action)
            return
    raise CannotRead("the register changes faster than it can be read")


@contextmanager
def reading_to_write(viewer: Viewer) -> Iterator[Now]:
    """As `reading`, for a write that looks at what it changes: in the transaction that is open, if one is.

    Nothing that is read inside may be shown to anybody, so no line is written.
    """
    state = Snapshot(head(viewer), clock.now())
    try:
        with engine(viewer) as kept:
            reader = reader_of(viewer, person=viewer.person, at=state.at)
            at, manifest = microseconds(state.at), installation(viewer)
            span = readable_labels(interned(viewer), reader=reader, manifest=manifest, now=kept, at=at)
    except Exception as error:
        raise CannotRead(error) from error
    with door(span.labels):
        yield Now(viewer, reader, state.at, state.head, span)


@contextmanager
def _snapshot(viewer: Viewer) -> Iterator[Snapshot]:
    """A snapshot whose failure to open is told as `CannotRead`."""
    opened = snapshot(viewer)
    try:
        seen = opened.__enter__()
    except (ClockMissing, ClockBehind, DatabaseError) as error:
        raise CannotRead(error) from error
    try:
        yield seen
    except BaseException as error:
        if not opened.__exit__(type(error), error, error.__traceback__):
            raise
    else:
        opened.__exit__(None, None, None)


def _decided(viewer: Viewer, seen: Snapshot, *, anew: bool) -> Now:
    """Who reads, and what they may read, in a snapshot.

    Raises:
        Overtaken: the engine is newer than the snapshot; not with `anew`.
        CannotRead.
    """
    try:
        reader = _reader(viewer, seen)
        span = _span(viewer, seen, reader, anew=anew) if reader.parties else Span(0, 0, frozenset())
    except Overtaken:
        raise
    except Exception as error:
        # whatever fails while it is decided who may read, nothing is shown
        logger.exception("who may read cannot be decided")
        raise CannotRead(error) from error
    return Now(viewer, reader, seen.at, seen.head, span)


def reader_of(viewer: Viewer, *, person: int, at: datetime) -> Reader:
    """What is known of a person as a reader, in the snapshot that is open."""
    if not is_open(viewer, person=person):
        return NOBODY
    held = mandates(viewer, person=person, day=legal_day(viewer, at=at))
    manifest = installation(viewer)
    ranks = {level.id: level.rank for level in manifest.levels.values()}
    cleared = Clearance.objects.filter(OPEN, person=person).values_list("level", flat=True).first()
    return Reader(
        is_active=True,
        parties=parties_of(held, host=manifest.host),
        clearance=ranks.get(cleared or "", 0),
        groups=frozenset(InTheKnow.objects.filter(OPEN, person=person).values_list("group", flat=True)),
    )


def parties_of(held: frozenset[Mandate], *, host: str) -> frozenset[str]:
    """The parties that somebody with these roles reads for: the own party's, or the host's."""
    own = {mandate.party for mandate in held if mandate.party}
    return frozenset(own | ({host} if any(mandate.role in HOST_STAFF for mandate in held) else set()))


def _reader(viewer: Viewer, seen: Snapshot) -> Reader:
    """As `reader_of`, kept for each state of the register: whatever changes a right is an entry that changes it."""
    if not viewer.person:
        return NOBODY
    key = (seen.head.register_hash, viewer.person, legal_day(viewer, at=seen.at))
    found = _readers.get(key)
    if found is None:
        if len(_readers) >= MOST_KEPT:
            _readers.clear()
        found = _readers[key] = reader_of(viewer, person=viewer.person, at=seen.at)
    return found


MOST_KEPT = 10_000
_readers: dict[tuple[object, ...], Reader] = {}
_last_labels: dict[str, int] = {}
_spans: dict[tuple[str, int, Reader], Span] = {}


def _span(viewer: Viewer, seen: Snapshot, reader: Reader, *, anew: bool) -> Span:
    """The labels somebody may read, kept until the register, the labels or the hour change it."""
    at = microseconds(seen.at)
    last = _last_label(seen)
    key = (seen.head.register_hash, last, reader)
    found = _spans.get(key)
    if found is None or not found.begins <= at < found.ends:
        with engine(viewer, of=None if anew else seen.head) as now:
            if now.snapshot.number != seen.head.register_number:
                raise Overtaken
            labels = interned(viewer)
            found = readable_labels(labels, reader=reader, manifest=installation(viewer), now=now, at=at)
        if len(_spans) >= MOST_KEPT:
            _spans.clear()
        _spans[key] = found
    return found


def _last_label(seen: Snapshot) -> int:
    """The number of the last label; no label comes without an entry."""
    found = _last_labels.get(seen.head.hash)
    if found is None:
        if len(_last_labels) >= MOST_KEPT:
            _last_labels.clear()
        found = _last_labels[seen.head.hash] = _ask_last_label()
    return found


def _ask_last_label() -> int:
    with connections[database_asked()].cursor() as cursor:
        cursor.execute("SELECT max(id) FROM sharing_label")
        return int(cursor.fetchone()[0] or 0)


def _write_down(now: Now, action: Action) -> None:
    """One line of the read log for what somebody was shown or refused; none for whoever is nobody and asked nothing."""
    if not (now.shown or now.refused or now.viewer.person):
        return
    _log().append(
        Reading(
            at=clock.now(),
            who=now.viewer.name,
            parties=tuple(sorted(now.reader.parties)),
            action=action,
            shown=tuple(sorted(now.shown)),
            refused=tuple(sorted(now.refused - {code for code, _label in now.shown})),
            known=now.head.number,
            register=now.head.register_number,
            register_hash=now.head.register_hash,
            decided_at=now.at,
        )
    )


@lru_cache(maxsize=1)
def _log():  # type: ignore[no-untyped-def]  # the writer of config.readlog, named in the settings
    return import_string(settings.READ_LOG_WRITER)()
