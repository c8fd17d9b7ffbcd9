"""Documents as their reader may know them: every function runs inside a reading and notes what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest
from typing import Any

from django.db import connections
from django.db.models import Count, Q, QuerySet

from cordiale.apps.ledger.reads import database_asked
from cordiale.apps.sharing.models import DocumentFile, DocumentLink, DocumentVersion, LabelCount
from cordiale.apps.sharing.models.door import bears, numbers
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads.labels import label_numbered, labels_numbered
from cordiale.apps.sharing.reads.markings import marking_of
from cordiale.apps.sharing.reads.reading import Now
from cordiale.domain.sharing import Kind, LinkedTo

LARGEST = 2**62
LONGEST_CODE = 60
AT_ONCE = 50
"""Documents on a page."""

_Row = tuple[Any, ...]

_COLUMNS = (
    "pk",
    "document_id",
    "number",
    "label_id",
    "kind",
    "title",
    "summary",
    "language",
    "originator",
    "dated",
    "dated_on",
    "controlled",
    "known_from_id",
)
_LABEL = _COLUMNS.index("label_id")


class NoSuchDocument(LookupError):
    """There is no such document, or nobody may tell this reader."""

    code = "no-such-document"

    def __init__(self) -> None:
        super().__init__("There is no such document.")


@dataclass(frozen=True)
class FileRead:
    """A file of a document.

    Args:
        name: as it is called on the page and in the address.
        media_type: what its content was recognised as.
        size: bytes.
        sha256: hash of its content, under which it is kept.
        note: what could not be read of it for the search; "" where all was.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    note: str


@dataclass(frozen=True)
class Linked:
    """What a document is about: a thing of the register."""

    kind: LinkedTo
    target: str


@dataclass(frozen=True)
class DocumentRead:
    """A document in its version of now.

    Args:
        version: number of the row.
        code: names the document for ever.
        number: counts its contents from 1.
        label, marking: number of the label, and the label in words.
        kind, title, summary, language: what it is.
        originator: id of the party it comes from.
        dated: its date as written, of any precision; `dated_on` is the first day that may mean.
        controlled: whether it may be released further only with the originator's consent.
        entry: the ledger entry that recorded this version.
        files, links: what belongs to it; empty in lists.
    """

    version: int
    code: str
    number: int
    label: int
    marking: str
    kind: Kind
    title: str
    summary: str
    language: str
    originator: str
    dated: str
    dated_on: date
    controlled: bool
    entry: int
    files: tuple[FileRead, ...] = ()
    links: tuple[Linked, ...] = ()


@dataclass(frozen=True)
class Filters:
    """Which documents are wanted.

    Args:
        kind: of this kind only; None for all.
        about: what they must be linked to, all of it.
        originator: id of the party they come from; "" for any.
        since: recorded after this ledger number.
    """

    kind: Kind | None = None
    about: tuple[Linked, ...] = ()
    originator: str = ""
    since: int = 0

    def __bool__(self) -> bool:
        return self != Filters()


EVERYTHING = Filters()


@dataclass(frozen=True)
class Place:
    """Where a page of a list goes on: after this document, which stands on this day.

    It names the document by its code, as numbers of rows would tell how many there are.
    """

    dated_on: date
    code: str


@dataclass(frozen=True)
class Page:
    """Some of a list.

    Args:
        documents: the newest first.
        following: where the next page begins; None when this is the last.
    """

    documents: tuple[DocumentRead, ...]
    following: Place | None


def newest(now: Now, *, filters: Filters = EVERYTHING, after: Place | None = None, limit: int = AT_ONCE) -> Page:
    """Documents the reader may read, the newest first."""
    rows = _newest(now, filters, after, limit + 1)
    _learn_markings(now, {row[_LABEL] for row in rows})
    found = tuple(_read(now, row) for row in rows[:limit])
    return Page(found, Place(found[-1].dated_on, found[-1].code) if len(rows) > limit else None)


def documents_of(now: Now, *, versions: Sequence[int]) -> list[DocumentRead]:
    """Documents of these rows in this order, those that the reader may read."""
    return _in_order(now, versions)


def count(now: Now, *, filters: Filters = EVERYTHING) -> int:
    """How many documents the reader may read."""
    return _filtered(filters).count() if filters else sum(_counts(now).values())


def kinds(now: Now, *, filters: Filters = EVERYTHING) -> dict[Kind, int]:
    """How many documents of each kind the reader may read."""
    rows = _filtered(filters).values_list("kind").annotate(many=Count("pk")).order_by("kind")
    return {Kind(kind): many for kind, many in rows}


def document(now: Now, *, code: str) -> DocumentRead | None:
    """One document with its files and what it is about; None when there is none that the reader may know of."""
    row = DocumentVersion.objects.filter(OPEN, document=code).values_list(*_COLUMNS).first()
    if row is None:
        now.refuse(code[:LONGEST_CODE])
        return None
    files = DocumentFile.objects.filter(version=row[0]).order_by("name")
    links = DocumentLink.objects.filter(version=row[0]).order_by("kind", "target")
    return _read(
        now,
        row,
        files=tuple(FileRead(*each) for each in files.values_list("name", "media_type", "size", "sha256", "note")),
        links=tuple(Linked(LinkedTo(kind), target) for kind, target in links.values_list("kind", "target")),
    )


def earlier(now: Now, *, code: str) -> list[DocumentRead]:
    """The contents that a document the reader may read had before, those they may read, the newest first.

    Nothing of a document that was withdrawn, or whose label of now keeps the reader out.
    """
    current = DocumentVersion.objects.filter(OPEN, document=code).values_list("number", flat=True).first()
    if current is None:
        return []
    rows = DocumentVersion.objects.filter(document=code, number__lt=current).order_by("-pk")
    found: dict[int, DocumentRead] = {}
    for row in rows.values_list(*_COLUMNS):
        found.setdefault(row[2], _read(now, row))
    return list(found.values())


def file_of(now: Now, *, code: str, name: str) -> FileRead | None:
    """One file of a document; None when there is none that the reader may know of."""
    found = document(now, code=code)
    if found is None:
        return None
    return next((file for file in found.files if file.name == name), None)


def _filtered(filters: Filters) -> QuerySet[DocumentVersion]:
    rows: QuerySet[DocumentVersion] = DocumentVersion.objects.filter(OPEN)
    if filters.kind is not None:
        rows = rows.filter(kind=filters.kind)
    if filters.originator:
        rows = rows.filter(originator=filters.originator)
    if filters.since:
        rows = rows.filter(known_from__gt=filters.since)
    for link in filters.about:
        rows = rows.filter(pk__in=DocumentLink.objects.filter(kind=link.kind, target=link.target).values("version"))
    return rows


def _row_of(place: Place) -> int:
    """The row of a document that a list goes on after; beyond all rows where the reader may no longer know of it."""
    rows = DocumentVersion.objects.filter(OPEN, document=place.code).values_list("pk", flat=True)
    return rows.first() or LARGEST


def _in_order(now: Now, versions: Sequence[int]) -> list[DocumentRead]:
    rows = _rows(versions)
    _learn_markings(now, {row[_LABEL] for row in rows})
    return [_read(now, row) for row in rows]


def _rows(versions: Sequence[int]) -> list[_Row]:
    """These rows in this order, as `_COLUMNS`."""
    rows = {row[0]: row for row in DocumentVersion.objects.filter(OPEN, pk__in=versions).values_list(*_COLUMNS)}
    return [rows[number] for number in versions if number in rows]


def _read(now: Now, row: _Row, *, files: tuple[FileRead, ...] = (), links: tuple[Linked, ...] = ()) -> DocumentRead:
    said = dict(zip(_COLUMNS, row, strict=True))
    code, label = str(said["document_id"]), int(str(said["label_id"]))
    now.show(code, label)
    return DocumentRead(
        version=int(str(said["pk"])),
        code=code,
        number=int(str(said["number"])),
        label=label,
        marking=_marking(now, label),
        kind=Kind(str(said["kind"])),
        title=str(said["title"]),
        summary=str(said["summary"]),
        language=str(said["language"]),
        originator=str(said["originator"]),
        dated=str(said["dated"]),
        dated_on=said["dated_on"],
        controlled=bool(said["controlled"]),
        entry=int(str(said["known_from_id"])),
        files=files,
        links=links,
    )


def _marking(now: Now, number: int) -> str:
    _learn_markings(now, {number})
    found = _markings.get((now.head.register_hash, number))  # another thread may have forgotten all of them
    return found or marking_of(now.viewer, label=label_numbered(now.viewer, number=number))


def _learn_markings(now: Now, labels: set[int]) -> None:
    """Find the markings of these labels that are not known yet, in one query."""
    state = now.head.register_hash
    missing = [number for number in labels if (state, number) not in _markings]
    if not missing:
        return
    if len(_markings) > MOST_MARKINGS:
        _markings.clear()
        missing = list(labels)
    for number, label in labels_numbered(now.viewer, numbers=missing).items():
        _markings[state, number] = marking_of(now.viewer, label=label)


MOST_MARKINGS = 10_000
_markings: dict[tuple[str, int], str] = {}
"""State of the register and label to the marking, as names may change."""


def _counts(now: Now) -> dict[int, int]:
    """Label to how many documents bear it, of the labels the reader may read."""
    found = _all_counts(now)
    return {label: found[label] for label in now.span.labels & found.keys()}


def _all_counts(now: Now) -> dict[int, int]:
    """Label to how many documents bear it, of every label; other threads may forget it at any time."""
    found = _counted.get(now.head.hash)
    if found is None:
        if len(_counted) >= 4:
            _counted.clear()
        found = dict(LabelCount.objects.filter(documents__gt=0).values_list("label", "documents"))
        _counted[now.head.hash] = found
    return found


_counted: dict[str, dict[int, int]] = {}
"""State of the ledger to the counts of every label: whatever changes a count is an entry."""


def _newest(now: Now, filters: Filters, after: Place | None, limit: int) -> list[_Row]:
    """The newest rows the reader may read, found in the way that is short for how many there are.

    Where the reader may read many, all documents are walked by date, as far as that is expected to take. Where they are
    rare, or old, it goes by label: SQLite takes the newest of each and leaves a label as soon as the page is full of
    newer documents; PostgreSQL would not leave, so it finds the newest one of each first, and goes on with those labels
    only that can reach the page. Measured: docs/explanation/sharing.md.
    """
    counts = _counts(now)
    if not counts:
        return []
    if filters:
        return _newest_filtered(filters, after, limit, few=sum(counts.values()) <= FEW_DOCUMENTS)
    connection = connections[database_asked()]
    given: list[Any] = [] if after is None else [after.dated_on, after.dated_on, _row_of(after)]
    beyond = _BEYOND if given else ""
    with connection.cursor() as cursor:

        def asked(sentence: str, **more: object) -> list[_Row]:
            many = sentence.count("{beyond}")
            cursor.execute(sentence.format(beyond=beyond, limit=int(limit), **more), given * many)
            return list(cursor.fetchall())

        vendor, mine = connection.vendor, frozenset(counts)
        reach = _reach(counts, total=sum(_all_counts(now).values()), limit=limit, probe=PROBE[vendor])
        if reach:
            rows = asked(_BY_DATE[vendor], bears=bears("label_id", mine, vendor=vendor), reach=reach)
            if len(rows) >= limit:
                return rows
        found = [row[0] for row in asked(_BY_LABEL[vendor], numbers=numbers(mine))]
    return _rows(found)


def _reach(counts: dict[int, int], *, total: int, limit: int, probe: float) -> int:
    """How many documents to walk by date before giving up; 0 where going by label is shorter."""
    expected = limit * total // sum(counts.values())
    return 2 * expected + 200 if expected < probe * len(counts) else 0


def _newest_filtered(filters: Filters, after: Place | None, limit: int, *, few: bool) -> list[_Row]:
    rows = _filtered(filters)
    if after is not None:
        rows = rows.filter(Q(dated_on__lt=after.dated_on) | Q(pk__lt=_row_of(after)), dated_on__lte=after.dated_on)
    if few:  # and the database is not tempted to walk all others by date
        return _rows([number for _day, number in nlargest(limit, rows.values_list("dated_on", "pk"))])
    return list(rows.order_by("-dated_on", "-pk").values_list(*_COLUMNS)[:limit])


FEW_DOCUMENTS = 3_000
"""So many are looked at one by one as fast as the page is made."""
PROBE = {"postgresql": 6, "sqlite": 0.3}
"""Documents walked by date in the time it takes to find the newest of one label."""

_NAMES = ", ".join("id" if name == "pk" else name for name in _COLUMNS)
_BEYOND = " AND dated_on <= %s AND (dated_on < %s OR id < %s)"
_WALK = (
    f"SELECT {_NAMES} FROM sharing_document_version"  # noqa: S608  # our words
    " WHERE known_to_id IS NULL AND {bears}{beyond} AND dated_on >= COALESCE((SELECT dated_on"
    " FROM sharing_document_version WHERE known_to_id IS NULL{beyond} ORDER BY dated_on DESC, id DESC"
    " LIMIT 1 OFFSET {reach}), '0001-01-01') ORDER BY dated_on DESC, id DESC LIMIT {limit}"
)
_BY_DATE = {
    "postgresql": _WALK,
    # it knows no numbers of rows, so it must be told
    "sqlite": _WALK.replace("_version WHERE known", "_version INDEXED BY document_newest WHERE known", 1),
}
_OF_ONE = (
    "SELECT id, dated_on FROM sharing_document_version WHERE label_id = label.id AND known_to_id IS NULL{beyond}"
    " ORDER BY dated_on DESC, id DESC LIMIT "
)
_BY_LABEL = {
    # a label whose newest is older than the newest of `limit` others has nothing on the page
    "postgresql": (
        "WITH chosen AS (SELECT label.id FROM unnest('{{{numbers}}}'::bigint[]) AS label (id)"  # noqa: S608  # our words
        f" CROSS JOIN LATERAL ({_OF_ONE}1) one ORDER BY one.dated_on DESC, one.id DESC LIMIT {{limit}})"
        f" SELECT one.id FROM chosen AS label CROSS JOIN LATERAL ({_OF_ONE}{{limit}}) one"
        " ORDER BY one.dated_on DESC, one.id DESC LIMIT {limit}"
    ),
    "sqlite": (
        "SELECT id FROM sharing_document_version INDEXED BY document_newest_of_label"
        " WHERE known_to_id IS NULL AND label_id IN ({numbers}){beyond} ORDER BY dated_on DESC, id DESC LIMIT {limit}"
    ),
}
