"""The library as its reader may know it: the list and the search, one document, its files."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cordiale.apps.register.reads.labels import labels as names
from cordiale.apps.sharing.exports.files import streamed
from cordiale.apps.sharing.forms import KIND_NAMES, RemarkForm
from cordiale.apps.sharing.reads.documents import (
    AT_ONCE,
    DocumentRead,
    Filters,
    Linked,
    Place,
    count,
    document,
    earlier,
    kinds,
    newest,
)
from cordiale.apps.sharing.reads.originators import speaks_for
from cordiale.apps.sharing.reads.reading import Now, reading
from cordiale.apps.sharing.reads.remarks import consents, remarks
from cordiale.apps.sharing.reads.searching import LONGEST, search
from cordiale.apps.sharing.views.showing import (
    countries,
    document_table,
    link_cells,
    may_change,
    size_shown,
)
from cordiale.domain.period import parse_when
from cordiale.domain.sharing import Kind, LinkedTo
from cordiale.domain.viewer import Viewer
from cordiale.ui.dates import shown
from cordiale.ui.permitting import needs, viewer_of
from cordiale.ui.tables import Cell, Column, Link, Table

HITS = 20


@needs("a role")
def library(request: HttpRequest) -> HttpResponse:
    """Documents the reader may read: the newest, or those that hold the words of `?q=`."""
    viewer = viewer_of(request)
    query = request.GET.get("q", "").strip()
    kind = _kind(request)
    if query:
        return _found(request, viewer, query, kind)
    filters = Filters(kind=kind, about=_about(request), originator=request.GET.get("from", ""))
    with reading(viewer, action="list") as now:
        page = newest(now, filters=filters, after=_place(request))
        context = {
            "table": document_table(
                viewer, page.documents, caption=_("Documents"), empty=_("There is no document you may read.")
            ),
            "count": count(now, filters=filters),
            "kinds": _kind_links(
                request, kinds(now, filters=Filters(about=filters.about, originator=filters.originator))
            ),
            "next": _next(request, page.following),
            **_frame(viewer, now),
        }
    return render(request, "sharing/library.html", context)


def _found(request: HttpRequest, viewer: Viewer, query: str, kind: Kind | None) -> HttpResponse:
    number = _page_number(request)
    with reading(viewer, action="search") as now:
        found = search(now, query=query, kind=kind, skip=(number - 1) * HITS, limit=HITS)
        if number > 1 and not found.hits:
            raise Http404
        last = -(-found.count // HITS)
        called = names(viewer)
        context = {
            "typed": query[:LONGEST],
            "hits": [
                {
                    "document": hit.document,
                    "href": reverse("document", args=[hit.document.code]),
                    "excerpt": hit.excerpt,
                    "kind": KIND_NAMES[hit.document.kind],
                    "originator": called.name(("parties",), hit.document.originator),
                    "dated": shown(parse_when(hit.document.dated)),
                }
                for hit in found.hits
            ],
            "first": (number - 1) * HITS + 1,
            "count": found.count,
            "kinds": _kind_links(request, found.kinds),
            "previous": _link(request, _("Previous page"), page=str(number - 1) if number > 2 else "")
            if number > 1
            else None,
            "next": _link(request, _("Next page"), page=str(number + 1)) if number < last else None,
            **_frame(viewer, now),
        }
    return render(request, "sharing/library.html", context)


@needs("a role")
def one_document(request: HttpRequest, code: str) -> HttpResponse:
    """One document: what it is, who may read it, its files, what was said of it."""
    viewer = viewer_of(request)
    with reading(viewer) as now:
        found = document(now, code=code)
        if found is None:
            raise Http404
        called = names(viewer)
        context = {
            "document": found,
            "marking": found.marking,
            "kind": KIND_NAMES[found.kind],
            "facts": _facts(viewer, found),
            "files": _file_table(found),
            "earlier": earlier(now, code=code),
            "may_change": may_change(viewer, found),
            "may_audit": viewer.may("sharing.audit"),
            "may_consent": found.controlled and found.originator in speaks_for(viewer),
            "consents": _consent_table(viewer, found) if found.controlled else None,
            "remarks": remarks(now, document=found),
            "remark_form": RemarkForm(),
            "originator": called.name(("parties",), found.originator),
            "breadcrumbs": (Link(_("Documents"), reverse("documents")), Link(found.title)),
        }
    return render(request, "sharing/document.html", context)


@needs("a role")
def download(request: HttpRequest, code: str, name: str) -> StreamingHttpResponse:
    """A file of a document, streamed; it stops in the middle when its reader may read on no longer."""
    viewer = viewer_of(request)
    response = streamed(viewer, code=code, name=name)
    if response is None:
        raise Http404
    return response


def _facts(viewer: Viewer, found: DocumentRead) -> list[tuple[str, Cell]]:
    called = names(viewer)
    return [
        (_("Marking"), Cell(found.marking)),
        (
            _("From"),
            Cell(called.name(("parties",), found.originator), href=reverse("country", args=[found.originator])),
        ),
        (_("Date"), Cell(shown(parse_when(found.dated)))),
        (_("Language"), Cell(found.language)),
        (_("Content"), Cell(_("number %(number)s") % {"number": found.number})),
        (_("About"), link_cells(viewer, found.links)),
        (
            _("Further release"),
            Cell(_("only with the originator's consent"), tone="warn") if found.controlled else Cell(_("by the desk")),
        ),
    ]


def _file_table(found: DocumentRead) -> Table:
    return Table(
        "files",
        _("Files"),
        (
            Column("name", _("Name")),
            Column("size", _("Size")),
            Column("type", _("Type")),
            Column("sha256", _("SHA-256"), "code"),
        ),
        tuple(
            (
                Cell(file.name, href=reverse("document-file", args=[found.code, file.name]), note=file.note),
                Cell(size_shown(file.size), value=file.size),
                Cell(file.media_type),
                Cell(file.sha256),
            )
            for file in found.files
        ),
        empty=_("No file belongs to it."),
    )


def _consent_table(viewer: Viewer, found: DocumentRead) -> Table:
    return Table(
        "consents",
        _("What the originator agreed to"),
        (Column("release", _("Release to")), Column("now", _("Means now"))),
        tuple((Cell(one.release), Cell(countries(viewer, one.parties))) for one in consents(viewer, document=found)),
        empty=_("Nothing yet."),
    )


def _frame(viewer: Viewer, now: Now) -> dict[str, object]:
    """What stands on every page of the library: for whom the reader reads, and what they may do."""
    return {
        "reads_for": countries(viewer, now.reader.parties),
        "may_file": viewer.may("sharing.file"),
        "may_audit": viewer.may("sharing.audit"),
        "may_clear": viewer.may("sharing.clear"),
        "longest": LONGEST,
        "marking": _("For its reader only: each document bears its own marking"),
    }


def _kind(request: HttpRequest) -> Kind | None:
    said = request.GET.get("kind", "")
    if not said:
        return None
    try:
        return Kind(said)
    except ValueError:
        raise Http404 from None


def _about(request: HttpRequest) -> tuple[Linked, ...]:
    return tuple(
        Linked(kind, request.GET[kind.value])
        for kind in (LinkedTo.PARTY, LinkedTo.FRAMEWORK)
        if request.GET.get(kind.value)
    )


def _page_number(request: HttpRequest) -> int:
    said = request.GET.get("page", "1")
    if not (said.isdecimal() and said.isascii() and 0 < int(said[:6]) == int(said[:7])):
        raise Http404
    return int(said)


def _place(request: HttpRequest) -> Place | None:
    """Where `?after=2026-11-26.CODE` says that the list goes on."""
    said = request.GET.get("after", "")
    if not said:
        return None
    day, _dot, code = said.partition(".")
    try:
        return Place(date.fromisoformat(day), code[:26])
    except ValueError:
        raise Http404 from None


def _next(request: HttpRequest, following: Place | None) -> Link | None:
    if following is None:
        return None
    text = ngettext("%(count)s more", "%(count)s more", AT_ONCE) % {"count": AT_ONCE}
    return _link(request, text, after=f"{following.dated_on.isoformat()}.{following.code}")


def _kind_links(request: HttpRequest, found: dict[Kind, int]) -> list[tuple[Link, int, bool]]:
    current = request.GET.get("kind", "")
    every = (_link(request, _("All kinds"), kind="", after="", page=""), sum(found.values()), not current)
    return [every] + [
        (_link(request, str(KIND_NAMES[kind]), kind=kind.value, after="", page=""), many, kind.value == current)
        for kind, many in found.items()
    ]


def _link(request: HttpRequest, text: str, **changed: str) -> Link:
    given = {name: value for name, value in {**request.GET.dict(), **changed}.items() if value}
    return Link(text, f"{reverse('documents')}?{urlencode(given)}" if given else reverse("documents"))
