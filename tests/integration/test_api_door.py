"""What holds for every route: nothing is sent twice, any web page may read, and nobody may ask without end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django.fixtures import Settings

from cordiale.apps.register.writes.participation import assert_participation
from cordiale.config.api import door
from cordiale.config.api.root import document
from cordiale.domain import clock
from tests.integration.conftest import Asker
from tests.makers import AT, owner, statement

pytestmark = pytest.mark.usefixtures("nato")

STANDING = "standing?party=fin&framework=pfp&on=2000-01-01"
TODAY = "standing?party=fin&framework=pfp"


def read(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on nothing may be read."""

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("it was read again")

    monkeypatch.setattr("cordiale.apps.register.reads.asking.standing", refuse)
    monkeypatch.setattr("cordiale.apps.register.api.subjects.assertions_read", refuse)


def changed() -> None:
    """Something is recorded in the register."""
    said = statement(party="fin", framework="nrc", status="member", source="estonian-mfa-2021")
    assert_participation(statement=said, reason="a test", by=owner, at=AT)


@pytest.mark.parametrize("address", [STANDING, TODAY, "assertions", "assertions?party=fin"])
def test_an_answer_that_still_holds_is_not_worked_out_again(api: Asker, monkeypatch: pytest.MonkeyPatch, address: str):
    first = api.get(address)
    read(monkeypatch)

    again = api.get(address, if_none_match=first.headers["ETag"])

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("wrapped", ["W/{}", '"other", {}', 'W/"x",W/{}'])
def test_an_etag_is_found_among_others_and_when_it_was_weakened_on_the_way(api: Asker, wrapped: str):
    tag = api.get(STANDING).headers["ETag"]

    assert api.get(STANDING, if_none_match=wrapped.format(tag)).status_code == 304


@pytest.mark.parametrize("address", ["parties", "pack", "rdf/frameworks", "changes", "openapi.json", "", "register"])
def test_every_answer_to_a_get_has_a_strong_etag(api: Asker, address: str):
    answer = api.get(address)

    assert answer.status_code == 200
    assert answer.headers["ETag"].startswith('"')
    assert api.get(address, if_none_match=answer.headers["ETag"]).status_code == 304


def test_a_change_of_the_register_changes_the_etag(api: Asker):
    before = api.get(STANDING).headers["ETag"]

    changed()

    assert api.get(STANDING, if_none_match=before).status_code == 200


def test_one_etag_never_stands_for_two_questions(api: Asker):
    addresses = (STANDING, TODAY, f"{STANDING}&why=true", "parties", "sources", "rdf/parties?format=turtle")

    assert len({api.get(address).headers["ETag"] for address in addresses}) == len(addresses)


def test_an_answer_about_today_ends_with_the_day_of_the_host(api: Asker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 1, 22, 59, tzinfo=UTC))
    today, dated = api.get(TODAY).headers["ETag"], api.get(STANDING).headers["ETag"]

    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 1, 23, 1, tzinfo=UTC))

    assert api.get(TODAY, if_none_match=today).status_code == 200
    assert api.get(STANDING, if_none_match=dated).status_code == 304


def test_another_release_of_the_program_changes_the_etag(api: Asker, monkeypatch: pytest.MonkeyPatch):
    before = api.get(STANDING).headers["ETag"]

    monkeypatch.setattr(door, "release", lambda: "1.0.0 9.9.9")

    assert api.get(STANDING, if_none_match=before).status_code == 200


def test_the_notation_that_was_asked_for_is_part_of_the_etag(api: Asker):
    turtle = api.get("rdf/parties", accept="text/turtle")
    json_ld = api.get("rdf/parties", accept="application/ld+json")

    assert turtle.headers["ETag"] != json_ld.headers["ETag"]
    assert "Accept" in [name.strip() for name in turtle.headers["Vary"].split(",")]


def test_a_refusal_has_no_etag_and_is_not_kept(api: Asker):
    answer = api.get("parties/nobody")

    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", [STANDING, "parties/nobody", "nowhere", "openapi.json", "pack"])
def test_any_web_page_may_read_what_is_public_without_credentials(api: Asker, address: str):
    answer = api.get(address, origin="https://elsewhere.example")

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert not answer.cookies


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("parties", "GET, HEAD, OPTIONS"), ("standings", "POST, OPTIONS"), ("", "GET, HEAD, OPTIONS")],
)
def test_a_preflight_says_what_may_be_done(api: Asker, address: str, allowed: str):
    asking = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}

    answer = api.client.options(f"/api/v1/{address}", headers=asking)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Methods"] == answer.headers["Allow"] == allowed
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]


def test_a_preflight_of_nothing_is_a_404(api: Asker):
    assert api.client.options("/api/v1/nowhere").status_code == 404


@pytest.mark.parametrize("address", ["/", "/countries/", "/about/", "/api"])
def test_the_pages_are_for_this_site_only(client: Client, address: str):
    assert "Access-Control-Allow-Origin" not in client.get(address).headers


def test_many_questions_need_neither_cookie_nor_token(api: Asker):
    answer = api.post("standings", {"questions": [{"party": "fin", "framework": "pfp"}]}, origin="https://a.example")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["parties", STANDING, "parties/nobody", "pack"])
def test_head_is_get_without_the_body(api: Asker, address: str):
    full, answer = api.get(address), api.client.head(f"/api/v1/{address}")

    assert (answer.status_code, answer.content) == (full.status_code, b"")
    for name in ("ETag", "Content-Type", "Content-Length"):
        assert answer.headers.get(name) == full.headers.get(name), name


@pytest.fixture
def limited(settings: Settings) -> Asker:
    """Three requests an hour."""
    caches["requests"].clear()
    settings.API_RATE = "3/hour"
    return Asker()


def test_whoever_asks_too_often_is_asked_to_wait(limited: Asker):
    statuses = [limited.get("register").status_code for _ in range(3)]

    refused = limited.get("register")

    assert (statuses, refused.status_code) == ([200, 200, 200], 429)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 3600
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert limited.client.get("/about/").status_code == 200


def test_another_address_is_not_asked_to_wait(limited: Asker):
    for _ in range(4):
        limited.get("register")

    assert limited.client.get("/api/v1/register", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_what_a_client_says_of_itself_is_not_believed(limited: Asker):
    statuses = [limited.get("register", x_forwarded_for=f"192.0.2.{place}").status_code for place in range(4)]

    assert statuses == [200, 200, 200, 429]


def test_behind_a_proxy_the_address_that_the_proxy_saw_counts(limited: Asker, settings: Settings):
    settings.NINJA_NUM_PROXIES = 1

    forged = [
        limited.get("register", x_forwarded_for=f"198.51.100.{place}, 192.0.2.1").status_code for place in range(4)
    ]

    assert forged == [200, 200, 200, 429]
    assert limited.get("register", x_forwarded_for="192.0.2.2").status_code == 200


def test_an_unknown_address_counts_too(limited: Asker):
    statuses = [limited.get("nowhere").status_code for _ in range(4)]

    assert statuses == [404, 404, 404, 429]


def test_every_route_says_what_holds_for_all():
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            assert {"422", "429", "503"} <= answers.keys(), path
            assert all("application/problem+json" in answers[code]["content"] for code in answers if code >= "400"), (
                path
            )
            kept_by_nobody = path.startswith("/api/v1/documents")  # who may read is asked anew each time
            assert ("304" in answers) == (method == "get" and not kept_by_nobody), path


def test_the_document_is_openapi_3_1_and_every_operation_has_a_name_of_its_own():
    operations = [one for methods in document()["paths"].values() for one in methods.values()]

    assert document()["openapi"] == "3.1.0"
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert all(one["description"] and one["tags"] for one in operations)
    assert all(
        parameter["description"] for one in operations for parameter in one["parameters"] if parameter["in"] != "header"
    )
