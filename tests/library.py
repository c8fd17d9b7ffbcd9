"""A small library for tests of what is shared: documents under labels, and ways to ask for all that somebody sees."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from cordiale.apps.register.reads import standing
from cordiale.apps.sharing.models import DocumentVersion
from cordiale.apps.sharing.reads import documents, labels, reading
from cordiale.apps.sharing.writes.documents import Said, file_document
from cordiale.domain.labels import Label
from cordiale.domain.participation import Scope, StartKind, Statement
from cordiale.domain.period import Period, parse_when
from cordiale.domain.sharing import Kind
from cordiale.domain.viewer import Viewer

BY = Viewer.system("test")


def moment() -> datetime:
    """Now: what is decided in a snapshot is decided for the database's own time."""
    return datetime.now(UTC)


def said(title: str = "A paper", **changes: Any) -> Said:
    """What a document says, or what the changes say."""
    usual: dict[str, Any] = {
        "kind": Kind.PAPER,
        "title": title,
        "summary": "",
        "language": "en",
        "originator": "nato",
        "dated": parse_when("2026-11-26"),
    }
    return Said(**{**usual, **changes})


def label(release: str = "", *, group: str = "", level: str = "unclassified") -> Label:
    """A label of NATO's."""
    return Label("nato", level, release, group)


def filed(title: str, release: str = "", *, by: Viewer = BY, group: str = "", **changes: Any) -> str:
    """Files a document; its code."""
    return file_document(said=said(title, **changes), label=label(release, group=group), by=by, at=moment())


def suspension(
    party: str = "aut", *, begins: datetime | None = None, source: str = "nato-topic-partners-2024"
) -> Statement:
    """A statement that a party is suspended in the PfP from now on."""
    start = (begins or moment()).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return Statement(
        party=party,
        framework="pfp",
        status="suspended",
        scope=Scope.ALL,
        start_kind=StartKind.CHANGE,
        period=Period(parse_when(start), None),
        source=source,
        end_source="",
    )


def shown(viewer: Viewer, codes: Iterable[str] = ()) -> set[str]:
    """Titles of all that somebody sees on any way; the ways must agree.

    Args:
        codes: of documents to ask for by their code.

    Raises:
        CannotRead, LogUnwritable.
    """
    with reading.reading(viewer) as now:
        page = documents.newest(now, limit=1_000)
        counted = documents.count(now), sum(documents.kinds(now).values())
        single = {found.title for code in codes if (found := documents.document(now, code=code)) is not None}
    titles = {one.title for one in page.documents}
    assert counted == (len(page.documents), len(page.documents))
    assert single <= titles
    return titles


def forget() -> None:
    """Forget all that this process keeps of earlier decisions, as if it had just started."""
    standing._kept = None
    standing._earlier.clear()
    labels._windows.clear()
    reading._readers.clear()
    reading._spans.clear()
    reading._last_labels.clear()
    documents._markings.clear()
    documents._counted.clear()


def unguarded(*tables: str) -> None:
    """Drop the triggers of tables, as the owner of the database can."""
    with connection.cursor() as cursor:
        for table in tables:
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                continue
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")


def execute(sql: str, *values: str | int | None) -> None:
    """Change rows behind the back of everything."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def number_of_label(title: str) -> int:
    """The label that a document bears now."""
    return int(DocumentVersion.behind.get(title=title, known_to=None).label_id)


LONG_AGO = timedelta(days=1)
