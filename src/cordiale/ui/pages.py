"""What a page is: a template, what it shows, and its tables, each of which can be downloaded beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, register_converter

from cordiale.ui.downloads import FORMATS
from cordiale.ui.tables import Link, Table


@dataclass(frozen=True)
class Page:
    """What a view answers with.

    Args:
        template: its template.
        title: its heading and the beginning of its title.
        lead: one sentence below the heading.
        trail: breadcrumbs above it, without the page itself.
        tables: its tables; each is at hand in the template by its key, and as a download.
        context: what else the template shows.
        provenance: lines that tell, inside a download, where it comes from.
    """

    template: str
    title: str
    lead: str = ""
    trail: tuple[Link, ...] = ()
    tables: tuple[Table, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    provenance: tuple[str, ...] = ()


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


register_converter(CodeConverter, "code")
register_converter(TableConverter, "table")
register_converter(FormatConverter, "format")


def page_urls(route: str, view: View, name: str) -> list[URLPattern]:
    """The addresses of a page: itself, and each of its tables in each format.

    Args:
        route: ends in "/" or is empty.
        view: takes the request and what the route holds, returns a `Page` or raises `Http404`.
        name: to reverse the page by.
    """

    def show(request: HttpRequest, **held: Any) -> HttpResponse:
        page = view(request, **held)
        return render(request, page.template, _context(page, request.path))

    def download(request: HttpRequest, table: str, format: str, **held: Any) -> HttpResponse:
        page = view(request, **held)
        wanted = next((one for one in page.tables if one.key == table), None)
        if wanted is None:
            raise Http404
        kind = FORMATS[format]
        address = request.build_absolute_uri(request.path.removesuffix(f"{table}.{format}"))
        body = kind.write(wanted, (*page.provenance, address))
        file = "-".join(("cordiale", *(str(value) for value in held.values()), f"{table}.{format}"))
        return HttpResponse(
            body, content_type=kind.content_type, headers={"Content-Disposition": f'attachment; filename="{file}"'}
        )

    return [
        path(route, show, name=name),
        path(f"{route}<table:table>.<format:format>", download, name=f"{name}-table"),
    ]


def _context(page: Page, address: str) -> dict[str, Any]:
    own = {table.key: table for table in page.tables}
    crumbs = (*page.trail, Link(page.title)) if page.trail else ()
    return {
        **page.context,
        "page": page,
        "tables": own,
        "breadcrumbs": crumbs,
        "download": address,
    }
