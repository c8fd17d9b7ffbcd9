"""Documents for programs: what the holder of the token may read, and nothing without one."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router, Schema
from ninja.params.functions import Path, Query
from pydantic import BeforeValidator, Field, WithJsonSchema

from cordiale.apps.sharing.exports.files import streamed
from cordiale.apps.sharing.reads.documents import (
    DocumentRead,
    Filters,
    Linked,
    NoSuchDocument,
    Place,
    newest,
)
from cordiale.apps.sharing.reads.documents import (
    document as one_document,
)
from cordiale.apps.sharing.reads.reading import reading
from cordiale.apps.sharing.reads.searching import search
from cordiale.domain.sharing import Kind, LinkedTo
from cordiale.ui.paging import BadCursor, Order, link, written
from cordiale.ui.parameters import CURSOR, LIMIT, Code, Cursor, Limit, Text
from cordiale.ui.permitting import viewer_of

router = Router(tags=["Documents"])

BYTES = {"schema": {"type": "string", "format": "binary"}}
NEWEST: Order[DocumentRead] = Order(lambda one: (one.dated_on.isoformat(), one.code), (str, str))
MOST_SKIPPED = 10_000


def _name(value: Any) -> str:
    if isinstance(value, str) and 0 < len(value) <= 255 and not re.search(r"[/\x00-\x1f]", value):
        return value
    raise ValueError("this is no name of a file")


FileName = Annotated[
    str, BeforeValidator(_name), WithJsonSchema({"type": "string", "pattern": r"^[^/\x00-\x1f]{1,255}$"})
]
ID: Any = Path(..., description="Its code.")
NAME: Any = Path(..., description="The name of the file.")
KIND: Any = Query(None, description="Only those of this kind.")
PARTY: Any = Query(None, description="Only those about this party.")
FRAMEWORK: Any = Query(None, description="Only those about this framework.")
WORDS: Any = Query(..., description="Words, or beginnings of words, that a document must hold.")


class Next(Schema):
    """How to get the next page: a cursor to send along, and the address with it."""

    cursor: str
    link: str


class Listed(Schema):
    """A document in a list."""

    code: str = Field(description="Names it for ever.")
    title: str
    marking: str = Field(description="Its label in words.")
    kind: Kind
    language: str
    originator: str = Field(description="Id of the party it comes from.")
    dated: str = Field(description="Its date: a day, a month or a year.")


class File(Schema):
    """A file of a document."""

    name: str
    media_type: str
    size: int = Field(ge=0, description="Bytes.")
    sha256: str


class About(Schema):
    """What a document is about."""

    kind: LinkedTo
    target: str


class One(Listed):
    """A document."""

    summary: str
    number: int = Field(ge=1, description="Counts its contents.")
    controlled: bool = Field(description="Whether its further release takes the originator's consent.")
    files: list[File]
    about: list[About]


class Documents(Schema):
    """A page of documents."""

    items: list[Listed]
    next: Next | None


class Found(Schema):
    """What a search found."""

    count: int = Field(ge=0, description="How many documents in all.")
    items: list[Listed]
    next: Next | None


@router.get("/documents", response=Documents)
def documents(
    request: HttpRequest,
    kind: Kind | None = KIND,
    party: Code | None = PARTY,
    framework: Code | None = FRAMEWORK,
    cursor: Cursor | None = CURSOR,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """Documents the holder of the token may read, the newest first."""
    about = [(LinkedTo.PARTY, party), (LinkedTo.FRAMEWORK, framework)]
    filters = Filters(kind=kind, about=tuple(Linked(of, target) for of, target in about if target))
    with reading(viewer_of(request), action="list") as now:
        page = newest(now, filters=filters, after=_place(cursor), limit=limit)
        following = None
        if page.following is not None:
            told = written((page.following.dated_on.isoformat(), page.following.code))
            following = {"cursor": told, "link": link(request, cursor=told)}
        return {"items": [_listed(one) for one in page.documents], "next": following}


@router.get("/documents/search", response=Found)
def document_search(
    request: HttpRequest,
    q: Text = WORDS,
    kind: Kind | None = KIND,
    cursor: Cursor | None = CURSOR,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """Documents that hold every word, among those the holder of the token may read."""
    skipped: Order[int] = Order(lambda place: (place,), (int,))
    last = skipped.last_read(cursor)
    skip = int(last[0]) if last else 0
    if skip > MOST_SKIPPED:
        raise BadCursor
    with reading(viewer_of(request), action="search") as now:
        found = search(now, query=q, kind=kind, skip=skip, limit=limit)
        following = None
        if found.count > skip + limit <= MOST_SKIPPED:
            told = written((skip + limit,))
            following = {"cursor": told, "link": link(request, cursor=told)}
        return {"count": found.count, "items": [_listed(hit.document) for hit in found.hits], "next": following}


@router.get("/documents/{code}", response=One)
def document(request: HttpRequest, code: Code = ID) -> dict[str, Any]:
    """One document."""
    with reading(viewer_of(request)) as now:
        found = one_document(now, code=code)
    if found is None:
        raise NoSuchDocument
    return {
        **_listed(found),
        "summary": found.summary,
        "number": found.number,
        "controlled": found.controlled,
        "files": [
            {"name": one.name, "media_type": one.media_type, "size": one.size, "sha256": one.sha256}
            for one in found.files
        ],
        "about": [{"kind": one.kind, "target": one.target} for one in found.links],
    }


@router.get(
    "/documents/{code}/files/{name}",
    openapi_extra={"responses": {200: {"description": "OK", "content": {"application/octet-stream": BYTES}}}},
)
def document_file(request: HttpRequest, code: Code = ID, name: FileName = NAME) -> HttpResponseBase:
    """A file of a document."""
    response = streamed(viewer_of(request), code=code, name=name)
    if response is None:
        raise NoSuchDocument
    response.headers["Content-Type"] = "application/octet-stream"
    return response


def _listed(found: DocumentRead) -> dict[str, Any]:
    return {
        "code": found.code,
        "title": found.title,
        "marking": found.marking,
        "kind": found.kind,
        "language": found.language,
        "originator": found.originator,
        "dated": found.dated,
    }


def _place(cursor: str | None) -> Place | None:
    """Where a list goes on.

    Raises:
        BadCursor: no page gave it out.
    """
    last = NEWEST.last_read(cursor)
    if last is None:
        return None
    try:
        return Place(date.fromisoformat(str(last[0])), str(last[1])[:26])
    except ValueError:
        raise BadCursor from None
