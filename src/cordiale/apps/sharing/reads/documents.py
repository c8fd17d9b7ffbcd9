"""Documents as their reader may know them: every function runs inside a reading and notes what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connections
from django.db.models import Count, Q, QuerySet

from cordiale.apps.ledger.reads import database_asked
from cordiale.apps.sharing.models import DocumentFile, DocumentLink, DocumentVersion, LabelCount
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads.labels import label_numbered
from cordiale.apps.sharing.reads.markings import marking_of
from cordiale.apps.sharing.reads.reading import Now
from cordiale.domain.sharing import Kind, LinkedTo

LARGEST = 2**62
AT_ONCE = 50
"""Documents on a page."""

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
    if filters:
        rows = _filtered(filters)
        if after is not None:
            row = _row_of(after)
            rows = rows.filter(Q(dated_on__lt=after.dated_on) | Q(dated_on=after.dated_on, pk__lt=row))
        numbers = list(rows.order_by("-dated_on", "-pk").values_list("pk", flat=True)[: limit + 1])
    else:
        numbers = _newest_of_labels(now, after=after, limit=limit + 1)
    found = _in_order(now, numbers)
    last = found[limit - 1] if len(found) > limit else None
    return Page(tuple(found[:limit]), Place(last.dated_on, last.code) if last else None)


def documents_of(now: Now, *, versions: Sequence[int]) -> list[DocumentRead]:
    """Documents of these rows in this order, those that the reader may read."""
    return _in_order(now, versions)


def count(now: Now, *, filters: Filters = EVERYTHING) -> int:
    """How many documents the reader may read."""
    if filters:
        return _filtered(filters).count()
    counts = LabelCount.objects.filter(label__in=now.span.labels).values_list("documents", flat=True)
    return sum(counts)


def kinds(now: Now, *, filters: Filters = EVERYTHING) -> dict[Kind, int]:
    """How many documents of each kind the reader may read."""
    rows = _filtered(filters).values_list("kind").annotate(many=Count("pk")).order_by("kind")
    return {Kind(kind): many for kind, many in rows}


def document(now: Now, *, code: str) -> DocumentRead | None:
    """One document with its files and what it is about; None when there is none that the reader may know of."""
    row = DocumentVersion.objects.filter(OPEN, document=code).values_list(*_COLUMNS).first()
    if row is None:
        now.refuse(code)
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
    """The contents a document had before, those that the reader may read, the newest first."""
    rows = DocumentVersion.objects.filter(document=code, known_to__isnull=False).order_by("-pk")
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


def _in_order(now: Now, numbers: Sequence[int]) -> list[DocumentRead]:
    rows = {row[0]: row for row in DocumentVersion.objects.filter(pk__in=numbers).values_list(*_COLUMNS)}
    return [_read(now, rows[number]) for number in numbers if number in rows]


def _read(
    now: Now, row: tuple[object, ...], *, files: tuple[FileRead, ...] = (), links: tuple[Linked, ...] = ()
) -> DocumentRead:
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
        dated_on=said["dated_on"],  # type: ignore[arg-type]  # a DateField gives a date
        controlled=bool(said["controlled"]),
        entry=int(str(said["known_from_id"])),
        files=files,
        links=links,
    )


def _marking(now: Now, number: int) -> str:
    key = (now.head.register_hash, number)
    if key not in _markings:
        if len(_markings) > 10_000:
            _markings.clear()
        _markings[key] = marking_of(now.viewer, label=label_numbered(now.viewer, number=number))
    return _markings[key]


_markings: dict[tuple[str, int], str] = {}
"""State of the register and label to the marking, as names may change."""


def _newest_of_labels(now: Now, *, after: Place | None, limit: int) -> list[int]:
    """Rows of the newest documents under the labels of the reader, in one of two ways.

    Walking all documents by date finds a page soon where the reader may read many of them, and late where few: then
    the newest of each label are found first, and the newest of these taken. Measured: docs/explanation/sharing.md.
    """
    counts = dict(LabelCount.objects.filter(documents__gt=0).values_list("label", "documents"))
    mine = sorted(now.span.labels & counts.keys())
    if not mine:
        return []
    connection = connections[database_asked()]
    beyond: str = ""
    given: list[Any] = []
    if after is not None:
        beyond, given = (
            " AND (dated_on < %s OR (dated_on = %s AND id < %s))",
            [after.dated_on, after.dated_on, _row_of(after)],
        )
    is_rare = len(mine) * sum(counts[label] for label in mine) < sum(counts.values())
    sentence = (_BY_LABEL if is_rare else _BY_DATE)[connection.vendor]
    with connection.cursor() as cursor:
        # numbers, not words: labels and limit are integers of ours
        cursor.execute(sentence.format(labels=numbers(mine), beyond=beyond, limit=int(limit)), given)
        return [row[0] for row in cursor.fetchall()]


def numbers(found: Iterable[int]) -> str:
    """Numbers as they stand in a list of SQL: ours, and nothing but figures."""
    return ",".join(str(int(number)) for number in found)


_WALK = (
    "SELECT id FROM sharing_document_version WHERE known_to_id IS NULL AND label_id IN ({labels}){beyond}"
    " ORDER BY dated_on DESC, id DESC LIMIT {limit}"
)
_BY_DATE = {"postgresql": _WALK, "sqlite": _WALK}
_BY_LABEL = {
    "postgresql": (
        "SELECT one.id FROM unnest(ARRAY[{labels}]) AS label (id) CROSS JOIN LATERAL ("
        "SELECT id, dated_on FROM sharing_document_version"
        " WHERE label_id = label.id AND known_to_id IS NULL{beyond} ORDER BY dated_on DESC, id DESC LIMIT {limit}"
        ") one ORDER BY one.dated_on DESC, one.id DESC LIMIT {limit}"
    ),
    "sqlite": _WALK,
}
