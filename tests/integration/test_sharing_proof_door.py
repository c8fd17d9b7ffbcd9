"""Nothing about a document leaves by any way but the one door, and what one may not read changes nothing one sees.

S2: two worlds that are equal but for what a reader may not read answer that reader with the same bytes.
S12: answers tell no more by their headers and refusals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from pytest_django.fixtures import Settings

from cordiale.apps.people.writes.tokens import make_token
from cordiale.apps.sharing.models.door import readable
from cordiale.apps.sharing.reads.documents import Linked
from cordiale.apps.sharing.writes.documents import remark, revise, withdraw
from cordiale.apps.sharing.writes.files import KeptFile, keep_file
from cordiale.domain import clock
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.sharing import Kind, LinkedTo
from tests.people import DESK, now_somebody, seen, signed_in
from tests.sharing import filed, said
from tests.walk import everything_told

PROTECTED = re.compile(r"sharing_document_(?:version|file|link|text|words)\b|\bsharing_document\b|sharing_remark")
OWN_WORDS = (
    'SELECT "sharing_remark"."text" AS "text", "sharing_remark"."at" AS "at" FROM "sharing_remark"'
    ' WHERE "sharing_remark"."person_id" = '
)
"""The one statement that is let be: the remarks of one person, for the file of what is held about that person."""
READERS = {
    "anybody": None,
    "austria": Mandate(Role.FOCAL_POINT, "aut"),
    "japan": Mandate(Role.FOCAL_POINT, "jpn"),
    "desk officer": DESK,
    "analyst": Mandate(Role.ANALYST),
    "provider": Mandate(Role.PROVIDER, body="The School"),
    "administrator": Mandate(Role.ADMINISTRATOR),
}
AUDITING = {"audit-readers", "audit-could-read", "audit-exposures", "audit-acknowledge"}
"""Routes that look at documents for auditors, without their text, by the one module that may."""


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path: Path) -> None:
    settings.DOCUMENTS = tmp_path / "documents"
    settings.API_RATE = ""


@contextmanager
def watched() -> Iterator[list[str]]:
    """Statements on protected tables while the door was shut."""
    outside: list[str] = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if PROTECTED.search(sql) and readable() is None and not sql.startswith(OWN_WORDS):
            outside.append(sql)
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(connections[alias].execute_wrapper(look))
        yield outside


def reader(mandate: Mandate | None) -> tuple[Client, dict[str, str]]:
    """A browser and a program of somebody with one role."""
    if mandate is None:
        return Client(), {}
    person = now_somebody(
        f"{mandate.party or mandate.role.value.replace(' ', '-')}@example.org", mandate, password=None
    )
    at = clock.now()
    token = make_token(name="t", scope="read", expires_on=at.date() + timedelta(days=9), by=seen(person, at), at=at)
    return signed_in(person), {"Authorization": f"Bearer {token}"}


def note(text: str) -> KeptFile:
    """A kept file."""
    from tests.makers import owner

    return keep_file(name="note.txt", pieces=[text.encode()], by=owner)


@pytest.mark.parametrize("who", READERS)
def test_no_way_in_reads_outside_the_door_or_tells_anybody_but_its_readers(nato, who):
    files, links = [note("quixotic words")], (Linked(LinkedTo.PARTY, "aut"),)
    code = filed("Quixotic secret", summary="quixotic", files=files, links=links)
    client, program = reader(READERS[who])

    with watched() as outside:
        told = everything_told(client, program, code)

    assert outside == []
    assert len(told) > 80
    assert all(status < 500 for status, _body in told.values())
    holds = sorted(address for address, (_status, body) in told.items() if b"uixotic" in body)
    assert bool(holds) == (who in ("austria", "desk officer")), holds


def test_a_statement_outside_the_door_is_found(nato):
    from cordiale.apps.sharing.models import DocumentVersion

    with watched() as outside:
        DocumentVersion.behind.count()

    assert len(outside) == 1


HASHES = re.compile(rb"\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b|[0-9a-f]{12}\b")
FORM_TOKENS = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
MOMENTS = re.compile(
    rb"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)|\d\d? \w+ \d{4},? \d\d:\d\d(?::\d\d)? UTC|\d\d:\d\d(?::\d\d)?(?: UTC)?"
)


def blank(told: dict[str, tuple[int, bytes]]) -> dict[str, tuple[int, bytes]]:
    """Without what differs between any two installations: hashes over secret salts, tokens of forms, moments."""
    return {
        address: (status, MOMENTS.sub(b"@", HASHES.sub(b"#", FORM_TOKENS.sub(b"", body))))
        for address, (status, body) in told.items()
    }


@pytest.mark.parametrize("who", ["austria", "anybody"])
def test_s2_what_one_may_not_read_changes_no_byte_of_what_one_is_told(own_nato_database, twin_of, here, settings, who):
    """As many entries by the same person in both worlds; what they are about differs in everything."""
    with here(own_nato_database):
        settings.SNAPSHOTS = "default" if own_nato_database.is_postgres else "snapshots"
        desk = seen(now_somebody("desk@example.org", DESK, password=None), clock.now())
        code = filed("Common knowledge", by=desk)
        client, program = reader(READERS[who])
    other = twin_of(own_nato_database)

    def secrets_of_one() -> None:
        first = filed("Secret of one", release="jpn", by=desk, kind=Kind.ADVICE, files=[note("words of one")])
        revise(code=first, said=said("Second of one"), by=desk, at=clock.now())
        withdraw(code=first, reason="gone", by=desk, at=clock.now())

    def secrets_of_other() -> None:
        for number in range(2):
            filed(f"Common {number}", release="", by=desk, links=(Linked(LinkedTo.PARTY, "aut"),))
        first = filed("Common too", release="md", by=desk, kind=Kind.REPORT)
        assert first

    told = []
    for database, write in ((own_nato_database, secrets_of_one), (other, secrets_of_other)):
        with here(database):
            write()
            told.append(blank(everything_told(client, program, code)))

    differing = sorted(address for address in told[0] if told[0][address] != told[1][address])
    assert differing == []


def test_s12_an_unreadable_document_answers_like_one_that_does_not_exist(nato):
    code = filed("A secret", release="jpn")
    client, _program = reader(READERS["austria"])
    ways = ("", "label.xml", "content/", "label/", "withdraw/", "consent/", "remark/", "readers/", "files/note.txt")

    for way in ways:
        there, not_there = (client.get(f"/documents/{each}/{way}") for each in (code, "a" * 26))
        assert there.status_code == not_there.status_code == 404
        assert there.content == not_there.content
        assert dict(there.headers) == dict(not_there.headers)


def test_s12_what_bears_a_label_is_kept_by_nobody_and_leads_nowhere(nato):
    code = filed("A paper", files=[note("words")])
    client, program = reader(READERS["austria"])

    for address in ("/documents/", f"/documents/{code}/", f"/documents/{code}/files/note.txt", "/documents/feed.atom"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert "ETag" not in answer
    assert "no-store" in client.get(f"/api/v1/documents/{code}", headers=program)["Cache-Control"]


def test_a_remark_of_another_party_changes_nothing_one_sees(nato):
    code = filed("Common", release="pfp, jpn")
    client, _program = reader(READERS["austria"])
    japan = seen(now_somebody("other@example.org", READERS["japan"] or DESK, password=None), clock.now())

    before = blank({"": (200, client.get(f"/documents/{code}/").content)})
    remark(code=code, text="between us", by=japan, at=clock.now())
    after = blank({"": (200, client.get(f"/documents/{code}/").content)})

    assert re.sub(rb"entry \d+", b"", before[""][1]) == re.sub(rb"entry \d+", b"", after[""][1])
