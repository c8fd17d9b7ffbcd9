"""What a page is: a template, what it shows, and its tables, each of which can be downloaded beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, register_converter
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache

from cordiale.domain.viewer import Viewer
from cordiale.ui.downloads import FORMATS
from cordiale.ui.permitting import Needs, needs
from cordiale.ui.tables import Link, Table

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class BadAddress(ValueError):
    """An address asks for what cannot be; the message says what is wrong with which part, and how to mend it."""

    code = "bad-address"


@dataclass(frozen=True)
class File:
    """What a page offers beside itself: a drawing, a citation.

    Args:
        name: the last part of its address: "timeline.svg".
        label: what people read.
        content_type: of what is written.
        write: makes it; called only when it is asked for.
    """

    name: str
    label: StrOrPromise
    content_type: str
    write: Callable[[], bytes]


@dataclass(frozen=True)
class Page:
    """What a view answers with.

    Args:
        template: its template.
        title: its heading and the beginning of its title.
        lead: one sentence below the heading.
        trail: breadcrumbs above it, without the page itself.
        tables: its tables; each is at hand in the template by its key, and as a download.
        files: what it offers beside itself.
        context: what else the template shows.
        query: the question in its canonical form, "?on=2021-12-31"; downloads and files keep it.
        provenance: lines that tell, inside a download, where it comes from.
    """

    template: str
    title: str
    lead: str = ""
    trail: tuple[Link, ...] = ()
    tables: tuple[Table, ...] = ()
    files: tuple[File, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    provenance: tuple[str, ...] = ()
    query: str = ""


View = Callable[..., Page]


class CodeConverter:
    """An id in an address."""

    regex = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


class TableConverter(CodeConverter):
    """The key of a table in an address."""

    regex = r"[a-z0-9_-]+"


class FormatConverter(CodeConverter):
    """The format of a download in an address."""

    regex = "|".join(FORMATS)


class FileConverter(CodeConverter):
    """The name of a file beside a page."""

    regex = r"[a-z]+\.(?:svg|png|bib|csl)"


class SheetConverter(CodeConverter):
    """The format of a workbook in an address."""

    regex = "xlsx|csv"


register_converter(SheetConverter, "sheet")
register_converter(CodeConverter, "code")
register_converter(TableConverter, "table")
register_converter(FormatConverter, "format")
register_converter(FileConverter, "file")


def page_urls(route: str, view: View, name: str, *, opens_to: Needs = "public") -> list[URLPattern]:
    """The addresses of a page: itself, each of its tables in each format, and the files beside it.

    Args:
        route: ends in "/" or is empty.
        view: takes the request and what the route holds; returns a `Page`, or raises `Http404` or `BadAddress`.
        name: to reverse the page by.
        opens_to: what the page and all beside it need.
    """
    guarded = needs(opens_to)

    def show(request: HttpRequest, **held: Any) -> HttpResponse:
        try:
            page = view(request, **held)
        except BadAddress as refusal:
            return refused(request, refusal)
        return render(request, page.template, _context(page, request.path))

    def download(request: HttpRequest, table: str, format: str, **held: Any) -> HttpResponse:
        try:
            page = view(request, **held)
        except BadAddress as refusal:
            return refused(request, refusal)
        wanted = next((one for one in page.tables if one.key == table), None)
        if wanted is None:
            raise Http404
        kind = FORMATS[format]
        address = request.build_absolute_uri(request.path.removesuffix(f"{table}.{format}") + page.query)
        return _attached(kind.write(wanted, (*page.provenance, address)), kind.content_type, held, f"{table}.{format}")

    def beside(request: HttpRequest, file: str, **held: Any) -> HttpResponse:
        try:
            page = view(request, **held)
        except BadAddress as refusal:
            return refused(request, refusal)
        wanted = next((one for one in page.files if one.name == file), None)
        if wanted is None:
            raise Http404
        return _attached(wanted.write(), wanted.content_type, held, file)

    return [
        path(route, guarded(of_one_state(show)), name=name),
        path(f"{route}<table:table>.<format:format>", guarded(of_one_state(download)), name=f"{name}-table"),
        path(f"{route}<file:file>", guarded(of_one_state(beside)), name=f"{name}-file"),
    ]


def private_page(view: View) -> Callable[..., HttpResponse]:
    """A view of a page that is for its reader only, at this moment: nobody keeps the answer.

    Args:
        view: as for `page_urls`; its tables cannot be downloaded.
    """

    @never_cache
    @wraps(view)
    def show(request: HttpRequest, **held: Any) -> HttpResponse:
        page = view(request, **held)
        return render(request, page.template, {**_context(page, request.path), "download": ""})

    return show


def of_one_state(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose answers follow from the ledger's state, the day, the language and the address, and nothing else.

    They say `public, no-cache`: whoever keeps one asks before giving it again. So does our own page cache, which keeps
    what says `public`. An answer to somebody in particular is `private`.
    """

    @wraps(view)
    def saying_so(request: HttpRequest, **held: Any) -> HttpResponse:
        response = view(request, **held)
        if response.status_code == 200:
            anybody = request.viewer == Viewer.public()  # type: ignore[attr-defined]  # set by config.middleware
            patch_cache_control(response, no_cache=True, **{"public" if anybody else "private": True})
        return response

    return saying_so


def refused(request: HttpRequest, refusal: BadAddress) -> HttpResponse:
    """The page that says what is wrong with an address; what no page can show, it leaves out."""
    said = "".join(one for one in str(refusal) if one.isprintable())
    return render(request, "ui/refused.html", {"refusal": said, "path": request.path}, status=400)


def _attached(body: bytes, content_type: str, held: Mapping[str, Any], name: str) -> HttpResponse:
    file = "-".join(("cordiale", *(str(value) for value in held.values()), name))
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{file}"'}
    )


def _context(page: Page, address: str) -> dict[str, Any]:
    own = {table.key: table for table in page.tables}
    crumbs = (*page.trail, Link(page.title)) if page.trail else ()
    return {
        **page.context,
        "page": page,
        "tables": own,
        "breadcrumbs": crumbs,
        "download": address,
        "query": page.query,
        "page_path": address,
    }
