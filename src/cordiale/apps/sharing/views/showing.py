"""What the pages of documents share: documents as rows, labels in words and countries, what may be done."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from cordiale.apps.register.reads.labels import labels as names
from cordiale.apps.sharing.forms import KIND_NAMES
from cordiale.apps.sharing.reads.documents import DocumentRead, Linked
from cordiale.apps.sharing.reads.markings import Meant
from cordiale.apps.sharing.writes.documents import is_desk, speaks_for
from cordiale.domain.period import parse_when
from cordiale.domain.sharing import LinkedTo
from cordiale.domain.viewer import Viewer
from cordiale.ui.dates import shown
from cordiale.ui.tables import Cell, Column, Link, Table

PAGES = {LinkedTo.PARTY: "country", LinkedTo.FRAMEWORK: "framework"}
TABLES = {LinkedTo.PARTY: "parties", LinkedTo.FRAMEWORK: "frameworks", LinkedTo.INSTRUMENT: "instruments"}


def document_table(viewer: Viewer, documents: Iterable[DocumentRead], *, caption: str, empty: str) -> Table:
    """Documents in rows, each with its marking."""
    called = names(viewer)
    return Table(
        "documents",
        caption,
        (
            Column("title", _("Title")),
            Column("marking", _("Marking")),
            Column("kind", _("Kind")),
            Column("originator", _("From")),
            Column("dated", _("Date"), "date"),
        ),
        tuple(
            (
                Cell(one.title, href=reverse("document", args=[one.code]), lang=one.language),
                Cell(one.marking),
                Cell(str(KIND_NAMES[one.kind])),
                Cell(called.name(("parties",), one.originator)),
                Cell(shown(parse_when(one.dated)), value=one.dated),
            )
            for one in documents
        ),
        empty=empty,
    )


def link_cells(viewer: Viewer, links: Iterable[Linked]) -> Cell:
    """What a document is about, each leading to its page where it has one."""
    called = names(viewer)
    found = []
    for link in links:
        if link.kind is LinkedTo.MEETING:
            body, _slash, day = link.target.partition("/")
            text = f"{called.name(('frameworks', 'bodies'), body)}, {shown(parse_when(day))}"
        else:
            text = called.name((TABLES[link.kind],), link.target)
        found.append(Link(text, reverse(PAGES[link.kind], args=[link.target]) if link.kind in PAGES else ""))
    return Cell(links=tuple(found))


def countries(viewer: Viewer, parties: Iterable[str]) -> str:
    """Names of parties, in alphabetical order."""
    called = names(viewer)
    return ", ".join(sorted(called.name(("parties",), party) for party in parties))


def meaning(viewer: Viewer, meant: Meant) -> list[tuple[str, Cell]]:
    """Whom a label lets read, as facts in rows."""
    rows = [
        (_("Marking"), Cell(meant.marking)),
        (
            _("Home audience (%(count)s)") % {"count": len(meant.home)},
            Cell(countries(viewer, meant.home)),
        ),
        (
            _("Released to (%(count)s)") % {"count": len(meant.released)},
            Cell(countries(viewer, meant.released) or _("nobody else")),
        ),
    ]
    if meant.left_out:
        rows.append((_("Left out, as suspended"), Cell(countries(viewer, meant.left_out), tone="stop")))
    if meant.until:
        rows.append((_("Changes by itself on"), Cell(shown(parse_when(meant.until)))))
    return rows


def may_change(viewer: Viewer, document: DocumentRead) -> bool:
    """Whether somebody may revise a document, label it anew or withdraw it."""
    return viewer.may("sharing.file") and (is_desk(viewer) or document.originator in speaks_for(viewer))


def size_shown(size: int) -> str:
    """Bytes as people read them."""
    if size < 1_000:
        return _("%(size)s bytes") % {"size": size}
    if size < 1_000_000:
        return _("%(size)s kB") % {"size": round(size / 1_000)}
    return _("%(size)s MB") % {"size": f"{size / 1_000_000:.1f}"}
