"""Full-text search among what the reader may read: hits, counts, kinds and excerpts, all filtered inside the query.

Hits are ordered by what they say themselves and by date, never by how frequent a word is: that would tell of documents
the reader may not know of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from cordiale.apps.ledger.reads import database_asked
from cordiale.apps.sharing.models import DocumentText
from cordiale.apps.sharing.models.door import bears
from cordiale.apps.sharing.reads.documents import AT_ONCE, DocumentRead, documents_of
from cordiale.apps.sharing.reads.reading import Now
from cordiale.domain.sharing import Kind, words_of

LONGEST = 200
"""Characters of a query that are looked at."""
MOST_WORDS = 12
AROUND = 12
"""Words of an excerpt on either side of the one that was found."""


@dataclass(frozen=True)
class Part:
    """Some of an excerpt."""

    text: str
    is_found: bool


@dataclass(frozen=True)
class Hit:
    """A document that was found, with the place in its text."""

    document: DocumentRead
    excerpt: tuple[Part, ...]


@dataclass(frozen=True)
class Found:
    """What a search found.

    Args:
        hits: those of one page, titles that hold every word first, then the newest.
        count: how many there are in all.
        kinds: how many of each kind, whichever kind was asked for.
    """

    hits: tuple[Hit, ...]
    count: int
    kinds: dict[Kind, int]


def search(now: Now, *, query: str, kind: Kind | None = None, skip: int = 0, limit: int = AT_ONCE) -> Found:
    """Documents that hold every word of a query, or words that begin so."""
    words = list(dict.fromkeys(words_of(query[:LONGEST])))[:MOST_WORDS]
    if not words or not now.span.labels:
        return Found((), 0, {})
    connection = connections[database_asked()]
    way = _WAYS[connection.vendor]
    asked, in_title = way.query(words), way.query_title(words)
    readable = bears("version.label_id", now.span.labels, vendor=connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(way.kinds.format(readable=readable), [asked])
        kinds = {Kind(name): many for name, many in cursor.fetchall()}
        given: list[Any] = [asked, *([str(kind)] if kind else []), in_title]
        only = " AND version.kind = %s" if kind else ""
        cursor.execute(way.hits.format(readable=readable, only=only, limit=int(limit), skip=int(skip)), given)
        found = [row[0] for row in cursor.fetchall()]
    texts = dict(DocumentText.objects.filter(version__in=found).values_list("version", "said"))
    hits = tuple(Hit(one, excerpt(texts.get(one.version, ""), words)) for one in documents_of(now, versions=found))
    return Found(hits, kinds.get(kind, 0) if kind else sum(kinds.values()), kinds)


def excerpt(text: str, words: Sequence[str]) -> tuple[Part, ...]:
    """The words around the first that was found, or the beginning of the text; nothing of an empty one."""
    said = text.split()
    is_found = [any(word.startswith(tuple(words)) for word in words_of(one)) for one in said]
    first = is_found.index(True) if True in is_found else 0
    begin, end = max(0, first - AROUND), min(len(said), first + AROUND + 1)
    parts = [Part("…", is_found=False)] if begin else []
    parts += [Part(said[place], is_found[place]) for place in range(begin, end)]
    return tuple(parts + ([Part("…", is_found=False)] if end < len(said) else []))


@dataclass(frozen=True)
class _Way:
    """How one database searches."""

    source: str
    matches: str
    title_matches: str
    prefix: str
    joined: str

    def query(self, words: Sequence[str]) -> str:
        """Words, which are letters and figures only, as the database wants them."""
        return self.joined.join(self.prefix.format(word) for word in words)

    def query_title(self, words: Sequence[str]) -> str:
        """The same in the title only."""
        asked = self.query(words)
        return f"{{title}} : ({asked})" if self.joined == " AND " else asked.replace(":*", ":*A")

    @property
    def _where(self) -> str:
        return (
            f" FROM {self.source} JOIN sharing_document_version version ON version.id = {self.matches}"
            " AND version.known_to_id IS NULL AND {readable}"
        )

    @property
    def kinds(self) -> str:
        """How many of each kind."""
        return f"SELECT version.kind, count(*){self._where} GROUP BY version.kind ORDER BY version.kind"

    @property
    def hits(self) -> str:
        """The rows of one page."""
        return (
            f"SELECT version.id{self._where}{{only}} ORDER BY ({self.title_matches}) DESC, version.dated_on DESC,"
            " version.id DESC LIMIT {limit} OFFSET {skip}"
        )


_WAYS = {
    "sqlite": _Way(
        source="sharing_document_words",
        matches="sharing_document_words.rowid AND sharing_document_words MATCH %s",
        title_matches="version.id IN (SELECT rowid FROM sharing_document_words WHERE sharing_document_words MATCH %s)",
        prefix='"{}"*',
        joined=" AND ",
    ),
    "postgresql": _Way(
        source="sharing_document_text words",
        matches="words.version_id AND words.found @@ to_tsquery('simple', %s)",
        title_matches="words.found @@ to_tsquery('simple', %s)",
        prefix="{}:*",
        joined=" & ",
    ),
}
