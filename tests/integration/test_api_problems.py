"""What the API cannot answer it tells as a problem with a stable code, and says how to mend it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from cordiale.apps.ledger import reads
from cordiale.apps.register.api import subjects
from cordiale.config.api.problems import STATUSES, code_of
from cordiale.config.api.root import document
from tests.databases import ROOT
from tests.integration.conftest import Asker

ONE = {"party": "fin", "framework": "pfp"}


def problem(answer: HttpResponse) -> dict[str, Any]:
    """A refusal, which is of the one form that all have."""
    said: dict[str, Any] = json.loads(answer.content)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= said.keys()
    assert said["status"] == answer.status_code
    assert said["type"] == f"/api/v1/#{said['code']}"
    assert said["detail"].strip()
    assert STATUSES[next(reason for reason in STATUSES if code_of(reason) == said["code"])] == answer.status_code
    return said


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("standing?party=nobody&framework=pfp", 404, "no-such-party"),
        ("standing?party=fin&framework=nowhere", 404, "no-such-framework"),
        ("standing?party=fin&framework=pfp&known=9", 404, "no-such-entry"),
        ("standing?party=fin&framework=pfp&on=1799-12-31", 422, "day-out-of-reach"),
        ("standing?party=fin&framework=pfp&on=9999-12-31", 422, "day-out-of-reach"),
        ("standing?party=fin&framework=pfp&published_by=9000-01-01", 422, "day-out-of-reach"),
        ("composition?framework=nowhere", 404, "no-such-framework"),
        ("composition?framework=pfp&known=2", 404, "no-such-entry"),
        ("audience?expression=pfp+except", 422, "bad-audience"),
        ("audience?expression=except+pfp", 422, "bad-audience"),
        (f"audience?expression={'(' * 1000}", 422, "bad-audience"),
        ("audience?expression=%D0%BD%D0%B0%D1%82%D0%BE", 422, "bad-audience"),
        ("parties?in=nowhere", 422, "bad-audience"),
        ("parties?on=0001-01-01", 422, "day-out-of-reach"),
        ("conflicts?party=nobody", 404, "no-such-party"),
        ("conflicts?framework=nowhere", 404, "no-such-framework"),
        ("diff?first=2000-01-01&second=2001-01-01&framework=nowhere", 404, "no-such-framework"),
        ("claims/nothing", 404, "no-such-source"),
        ("parties/nobody", 404, "no-such-party"),
        ("frameworks/nowhere", 404, "no-such-framework"),
        ("sources/nothing", 404, "no-such-source"),
        ("assertions/99999", 404, "nothing-of-that-number"),
        ("assertions/9007199254740991", 404, "nothing-of-that-number"),
        ("assertions?source=nothing", 404, "no-such-source"),
        ("assertions?known=9007199254740991", 404, "no-such-entry"),
        ("assertions?cursor=WyJmaW4iXQ", 422, "bad-cursor"),
        ("parties?cursor=WzFd", 422, "bad-cursor"),
        ("parties?cursor=W1td", 422, "bad-cursor"),
        ("assertions?cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTld", 422, "bad-cursor"),
        ("assertions?cursor=%C3%A9", 422, "bad-cursor"),
        ("nowhere", 404, "no-such-address"),
        ("parties/fin/standing", 404, "no-such-address"),
        ("parties/", 404, "no-such-address"),
    ],
)
def test_what_is_not_there_has_a_code(api: Asker, nato: None, address: str, status: int, code: str):
    said = problem(api.get(address))

    assert (said["status"], said["code"]) == (status, code)


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("standing?framework=pfp", "query.party"),
        ("standing?party=FIN&framework=pfp", "query.party"),
        ("standing?party=fin%00&framework=pfp", "query.party"),
        ("standing?party=fin&framework=pfp&on=31.12.2021", "query.on"),
        ("standing?party=fin&framework=pfp&on=2021-02-30", "query.on"),
        ("standing?party=fin&framework=pfp&on=0000-01-01", "query.on"),
        ("standing?party=fin&framework=pfp&on=1640908800", "query.on"),
        ("standing?party=fin&framework=pfp&on=", "query.on"),
        ("standing?party=fin&framework=pfp&known=-1", "query.known"),
        ("standing?party=fin&framework=pfp&known=1e3", "query.known"),
        ("standing?party=fin&framework=pfp&known=%D9%A1", "query.known"),
        (f"standing?party=fin&framework=pfp&known={'9' * 5000}", "query.known"),
        ("standing?party=fin&framework=pfp&why=yes", "query.why"),
        ("standing?party=fin&framework=pfp&publishedby=2000-01-01", "query.publishedby"),
        ("standing?party=fin&framework=pfp&on=2000-01-01&on=2001-01-01", "query.on"),
        ("audience?expression=pfp%0Aor+md", "query.expression"),
        (f"audience?expression={'a' * 1001}", "query.expression"),
        ("audience?expression=%00", "query.expression"),
        ("parties?limit=0", "query.limit"),
        ("parties?limit=501", "query.limit"),
        ("parties/X", "path.party"),
        ("parties/%00", "path.party"),
        ("parties/%F0%9F%92%A3", "path.party"),
        ("assertions/-1", "path.number"),
        ("rdf/everything", "path.dataset"),
        ("rdf/parties?format=xml", "query.format"),
        ("pack?format=zip", "query.format"),
        ("register?%ED%A0%80=1", "query.���"),
    ],
)
def test_what_is_not_of_the_right_form_is_named_with_how_to_mend_it(
    api: Asker, nato: None, address: str, location: str
):
    said = problem(api.get(address))

    assert (said["status"], said["code"]) == (422, "bad-parameters")
    assert [error["location"] for error in said["errors"]] == [location]
    assert said["errors"][0]["problem"] in said["detail"]
    assert len(said["detail"]) < 400


@pytest.mark.parametrize(
    ("body", "location"),
    [
        ({"questions": []}, "body.questions"),
        ({"questions": [ONE] * 1001}, "body.questions"),
        ({"questions": [ONE], "on": "2000-01-01"}, "body.on"),
        ({"questions": [{"party": "fin"}]}, "body.questions.0.framework"),
        ({"questions": [ONE, {**ONE, "on": "soon"}]}, "body.questions.1.on"),
        ({"questions": [{**ONE, "on": 2000}]}, "body.questions.0.on"),
        ({"questions": [{**ONE, "party": "\ud800"}]}, "body.questions.0.party"),
        ({"questions": [{**ONE, "why": True}]}, "body.questions.0.why"),
        ({"questions": [ONE], "known": True}, "body.known"),
        ({"questions": [ONE], "known": 10**30}, "body.known"),
        ({"questions": [ONE], "known": "1"}, "body.known"),
        ({"known": 1}, "body.questions"),
        ([], "body"),
        ("3", "body"),
        ("", "body"),
    ],
)
def test_a_body_that_is_not_of_the_right_form_is_refused_with_the_place(
    api: Asker, nato: None, body: Any, location: str
):
    said = problem(api.post("standings", body))

    assert (said["status"], said["code"]) == (422, "bad-parameters")
    assert [error["location"] for error in said["errors"]] == [location]


@pytest.mark.parametrize(
    "body", ["{", "[" * 100_000, b"\xff\xfe", "{'questions': []}", '{"known": ' + "9" * 5000 + "}"]
)
def test_a_body_that_is_no_json_is_refused(api: Asker, nato: None, body: Any):
    assert problem(api.post("standings", body))["code"] == "bad-body"


def test_a_body_too_large_is_refused(api: Asker, nato: None):
    assert problem(api.post("standings", {"questions": [], "x": "x" * 3_000_000}))["code"] == "body-too-large"


def test_a_day_out_of_reach_among_many_questions_is_named(api: Asker, nato: None):
    said = problem(api.post("standings", {"questions": [ONE, ONE, {**ONE, "on": "1500-01-01"}]}))

    assert (said["code"], said["errors"][0]["location"]) == ("day-out-of-reach", "body.questions.2")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_a_method_that_an_address_does_not_know_is_refused_with_those_it_does(api: Asker, nato: None, method: str):
    answer = getattr(api.client, method)("/api/v1/parties")

    assert problem(answer)["code"] == "wrong-method"
    assert answer.headers["Allow"] == "GET, HEAD"


def test_before_a_pack_is_loaded_the_api_says_so(api: Asker, db: None):
    for address in (
        "register",
        "parties",
        "standing?party=fin&framework=pfp",
        "composition?framework=pfp",
        "rdf/parties",
    ):
        assert problem(api.get(address))["code"] == "no-pack-loaded", address


def test_before_a_pack_is_loaded_the_ledger_is_empty_and_says_so(api: Asker, db: None):
    assert api.said("changes")["items"] == []


def test_a_ledger_without_its_clock_is_told(api: Asker, nato: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reads, "_CLOCK", f"{reads._CLOCK} AND one = 2")

    assert problem(api.get("register"))["code"] == "ledger-clock-missing"


def test_our_own_mistake_is_a_problem_that_tells_nothing_of_the_inside(
    api: Asker, nato: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(subjects, "facts", lambda *args, **kwargs: [][0])
    api.client = Client(raise_request_exception=False)

    answer = api.get("sources/estonian-mfa-2021")

    assert problem(answer)["code"] == "our-mistake"
    assert b"IndexError" not in answer.content
    assert "IndexError" in caplog.text


def test_a_page_that_is_not_there_is_still_a_page(client: Client, nato: None):
    assert client.get("/api/").headers["Content-Type"].startswith("text/html")


def test_every_code_that_the_api_answers_stands_in_the_document_and_in_the_reference():
    codes = {code_of(reason) for reason in STATUSES}

    assert set(document()["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]) == codes
    assert {code for code in codes if f"`{code}`" not in (ROOT / "docs/reference/api.md").read_text("utf-8")} == set()
