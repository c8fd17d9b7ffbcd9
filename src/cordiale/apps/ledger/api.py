"""The ledger for programs: every entry after a number, for mirrors that follow and verify the chain."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Query
from pydantic import Field

from cordiale.apps.ledger import reads
from cordiale.domain.viewer import Viewer
from cordiale.ui.paging import link
from cordiale.ui.parameters import LIMIT, Limit, Number

router = Router(tags=["The ledger"])

AFTER: Any = Query(0, description="Entries above this number; 0 for all.")

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Change(Schema):
    """One entry. Its hash covers the eight fields from number to previous; see docs/reference/ledger.md."""

    number: int
    at: str
    actor: str
    verb: str
    subject: str
    reason: str
    commitment: Digest
    previous: Digest
    hash: Digest
    content: list[Any] | None = Field(
        description="What the entry recorded; null where that is not public, or was erased."
    )


class Head(Schema):
    """Where the ledger stands: the chain must end on this."""

    number: int
    hash: Digest


class After(Schema):
    """How to get the next page: the last number read, and the address with it."""

    after: int
    link: str


class Changes(Schema):
    """A page of entries, oldest first."""

    items: list[Change]
    head: Head
    next: After | None


@router.get("/changes", response=Changes)
def changes(
    request: HttpRequest,
    after: Number = AFTER,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """Every change after a ledger number, oldest first, chained by hash.

    A mirror keeps the last number it has and asks for what comes after it.
    """
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # set by config.middleware
    now = reads.seen(viewer)
    found = [one for one in reads.entries(viewer, after=after, limit=limit + 1) if one.number <= now.number]
    items = found[:limit]
    contents = reads.public_contents(viewer, numbers=[entry.number for entry in items])
    return {
        "items": [{**asdict(entry), "content": contents.get(entry.number)} for entry in items],
        "head": {"number": now.number, "hash": now.hash},
        "next": {"after": items[-1].number, "link": link(request, after=items[-1].number)}
        if len(found) > limit
        else None,
    }
