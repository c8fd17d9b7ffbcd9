"""Every operation of the API, asked as each role: it answers as the matrix says, names nobody, and never breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from pytest_django import DjangoDbBlocker
from schemathesis.config import SchemathesisConfig

from cordiale.config.routes import OPERATIONS
from cordiale.domain.permissions import EVERYBODY, MATRIX, READING
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer
from cordiale.ui.permitting import allowed
from tests.databases import OwnDatabase, in_this_process
from tests.people import mandate_of, now_somebody, seen
from tests.sharing import filed

HERE = Path(__file__).parent
PUBLIC, READER = "not signed in", "desk officer, reading"
EXAMPLES = {"rdf": 1, "pack": 1, "claims": 1}
"""Questions to an operation whose answer takes long; others get two."""
OTHER, JAPAN = "another focal point", Mandate(Role.FOCAL_POINT, "jpn")
RELEASED = "Wulfhild"
"""Stands in the title of every document here."""
MARK = "Zwentibold"
"""Stands in the name, the address and the token's name of everybody here."""


@dataclass(frozen=True)
class Answer:
    """What somebody got for one of the questions to an operation."""

    operation: str
    question: int
    who: str
    status: int
    body: str


@pytest.fixture(scope="module")
def viewers(database: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> dict[str, tuple[Viewer, str]]:
    """A viewer for each role with a token that acts, one with a token that reads, and the public without any."""
    from cordiale.apps.people.writes.tokens import make_token
    from cordiale.domain import clock

    at = clock.now()
    until = at.date() + timedelta(days=9)
    made: dict[str, tuple[Viewer, str]] = {PUBLIC: (Viewer.public(), "")}
    with in_this_process(database, django_db_blocker):
        for role in Role:
            email = f"{role.name.lower()}@{MARK.lower()}.example"
            by = seen(now_somebody(email, mandate_of(role), password=None, name=f"{MARK} {role.name}"), at)
            made[role.value] = by, make_token(name=MARK, scope="act", expires_on=until, by=by, at=at)
        by = seen(now_somebody(f"jpn@{MARK.lower()}.example", JAPAN, password=None, name=f"{MARK} Japan"), at)
        made[OTHER] = by, make_token(name=MARK, scope="read", expires_on=until, by=by, at=at)
        filed(f"{RELEASED} at home", release="")
        filed(f"{RELEASED} to another", release="jpn")
        by, _token = made[Role.DESK_OFFICER.value]
        made[READER] = by, make_token(name=MARK, scope="read", expires_on=until, by=by, at=at)
    return made


@pytest.fixture(scope="module")
def answers(served: str, viewers: dict[str, tuple[Viewer, str]]) -> list[Answer]:
    """A few questions for each operation, made from its description, each asked as everybody."""
    schema = schemathesis.openapi.from_url(
        f"{served}/api/v1/openapi.json", config=SchemathesisConfig.from_path(HERE / "schemathesis.toml")
    )
    got: list[Answer] = []
    session = requests.Session()
    for found in schema.get_all_operations():
        operation: Any = found
        got.extend(_asked_as_everybody(operation.ok(), viewers, session))
    for question, address in enumerate(("documents", f"documents/search?q={RELEASED}"), start=100):
        for who, (_viewer, token) in viewers.items():
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            said = session.get(f"{served}/api/v1/{address}", headers=headers)
            name = "document_search" if "search" in address else "documents"
            got.append(Answer(name, question, who, said.status_code, said.content.decode("latin-1")))
    return got


def _asked_as_everybody(
    operation: Any, viewers: dict[str, tuple[Viewer, str]], session: requests.Session
) -> Iterator[Answer]:
    name = operation.definition.raw["operationId"]
    cases: list[Any] = []

    @settings(
        max_examples=EXAMPLES.get(name, 2),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def note(case: Any) -> None:
        cases.append(case)

    note()
    for question, case in enumerate(cases):
        for who, (_viewer, token) in viewers.items():
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            said = case.call(session=session, headers=headers)
            yield Answer(name, question, who, said.status_code, said.content.decode("latin-1"))


def test_every_operation_answers_each_role_as_the_matrix_says(answers, viewers):
    public = {(one.operation, one.question): one for one in answers if one.who == PUBLIC}
    wrong = [
        one
        for one in answers
        if not (
            one.status == public[one.operation, one.question].status
            if allowed(viewers[one.who][0], OPERATIONS[one.operation])
            else one.status in (401, 404)
        )
    ]

    assert {one.operation for one in answers} == OPERATIONS.keys()
    assert {one.who for one in answers} == viewers.keys()
    assert wrong == []


def test_no_operation_breaks_whoever_asks(answers):
    assert [one for one in answers if one.status >= 500] == []
    assert len({one.operation for one in answers if one.status == 200}) > len(OPERATIONS) / 2  # not refused only


def test_what_is_open_to_everybody_is_the_same_for_everybody(answers):
    several: dict[tuple[str, int], set[str]] = {}
    for one in answers:
        its_readers = one.operation == "viewer" or one.operation.startswith("document")
        if not its_readers and OPERATIONS[one.operation] == "public":
            several.setdefault((one.operation, one.question), set()).add(one.body)

    assert [asked for asked, bodies in several.items() if len(bodies) > 1] == []


def test_no_answer_holds_a_document_that_was_not_released_to_whoever_asked(answers):
    told: dict[str, set[str]] = {}
    for one in answers:
        told.setdefault(one.who, set()).update(
            title for title in ("at home", "to another") if f"{RELEASED} {title}" in one.body
        )

    everything = {"at home", "to another"}
    home = {role.value for role in (Role.DESK_OFFICER, Role.SECURITY_OFFICER, Role.AUDITOR)} | {READER}
    # mandate_of makes the other focal point one of an Ally
    released = {**dict.fromkeys(home, everything), Role.FOCAL_POINT.value: everything, OTHER: {"to another"}}
    assert told == {who: released.get(who, set()) for who in told}


def test_no_answer_names_anybody_or_holds_a_secret(answers, viewers):
    secrets = [token for _viewer, token in viewers.values() if token]
    others = [one for one in answers if one.operation != "viewer"]

    assert [one for one in others if MARK.lower() in one.body.lower()] == []
    assert [one for one in answers if any(secret in one.body for secret in secrets)] == []
    assert [one for one in answers if "argon2" in one.body or f"@{MARK.lower()}" in one.body.lower()] == []


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_each_role_is_told_the_permissions_of_the_matrix_and_no_more(answers, role):
    told = [
        json.loads(one.body) for one in answers if (one.operation, one.who) == ("viewer", role) and one.status == 200
    ]

    assert {frozenset(one["permissions"]) for one in told} == {MATRIX[Role(role)] | EVERYBODY}


def test_a_token_that_reads_is_told_no_more_than_what_reads(answers):
    told = [
        json.loads(one.body) for one in answers if (one.operation, one.who) == ("viewer", READER) and one.status == 200
    ]

    assert told
    assert all(set(one["permissions"]) <= READING for one in told)
