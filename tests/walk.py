"""Walks every way in: each route and each operation that answers GET, about things that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.test import Client
from django.urls import reverse

from cordiale.config.routes import operations, routes

SKIPPED = {"account_logout", "api-root"}
USUAL: Mapping[str, str | int] = {
    "party": "aut",
    "framework": "pfp",
    "agreement": "x",
    "source": "x",
    "number": 1,
    "table": "standings",
    "format": "csv",
    "file": "timeline.svg",
    "secret": "x",
    "token": 1,
    "invitation": 1,
    "asked": 1,
    "grant": 1,
    "key": "x-y",
    "uidb36": "1",
    "pk": 1,
    "provider_id": "x",
    "verb": "assert",
    "job": "7a2b1b0e-8a0c-4f43-9a3e-2f0a3d0c5a11",
    "name": "note.txt",
    "word": "secret",
}
"""What stands in an address in the place of each parameter, beside the code of a document, and what is searched for."""


def addresses(held: Mapping[str, str | int]) -> Iterator[str]:
    """An address of every route that answers GET."""
    for route in routes():
        if not route.name or route.name in SKIPPED or "account" in route.name or "mfa" in route.name:
            continue
        name = f"api:{route.name}" if route.name == "openapi-json" else route.name
        kept = {
            key: ("xlsx" if route.name == "workbook" and key == "format" else held[key]) for key in route.parameters
        }
        yield reverse(name, kwargs=kept)
    word, party = held["word"], held["party"]
    yield from (f"/documents/?q={word}", "/documents/?kind=paper", f"/documents/?party={party}", f"/search?q={word}")


def asked_of_the_api(held: Mapping[str, str | int]) -> Iterator[str]:
    """An address of every operation that answers GET."""
    in_api = {name: held[name] for name in ("party", "framework", "source", "number", "code", "name")}
    for one in operations():
        method, path = one.asked.split(" ")
        if method == "GET":
            path = re.sub(r"\{(\w+)\}", lambda found: str(in_api.get(found[1], "parties")), path)
            yield f"{path}?q={held['word']}" if one.name == "document_search" else path


def everything_told(
    client: Client, program: dict[str, str], code: str, **held: str | int
) -> dict[str, tuple[int, bytes]]:
    """Address to status and body of all that a reader can ask.

    Args:
        client: a browser.
        program: headers that a program of theirs sends.
        code: of a document.
        held: other values of parameters than `USUAL`.
    """
    told = {}
    values = {**USUAL, "code": code, **held}
    for address in (*addresses(values), *asked_of_the_api(values), "/documents/feed.atom"):
        is_program = address.startswith("/api/") or address.endswith("feed.atom")
        answer = client.get(address, headers=program if is_program else {})
        told_in_pieces: Any = answer
        body = b"".join(told_in_pieces.streaming_content) if answer.streaming else answer.content
        told[address] = (answer.status_code, body)
    return told
