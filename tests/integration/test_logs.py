"""The log tells what happened to which route, and nothing of what people sent: not even when it makes us fail."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError
from django.db.utils import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django.fixtures import Settings

from cordiale.config.logs import Json, Line, configured

SECRET = "Geheimnis-4711"
"""Stands in everything that people send in these tests."""


def fail(request: HttpRequest, code: str) -> HttpResponse:
    """Fails as code does that quotes what it was given."""
    given = request.GET.get("q", "") + request.body.decode() + request.COOKIES.get("sessionid", "") + code
    try:
        int(given)
    except ValueError as error:
        error.add_note(given)
        raise IntegrityError(f"duplicate key (email)=({given})") from error
    return HttpResponse()


def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation(request.GET["q"])


def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError(f'connection to server at "db" failed\nDETAIL: {request.GET.get("q")}')


def fine(request: HttpRequest) -> HttpResponse:
    logging.getLogger("cordiale.test").warning("said by us", extra={"user": request.GET.get("q")})
    return HttpResponse()


urlpatterns = [
    path("fail/<str:code>/", fail, name="failing"),
    path("suspicious/", suspicious, name="suspicious"),
    path("away/", away, name="away"),
    path("fine/", fine, name="fine"),
    path("", include("cordiale.config.urls")),
]
handler404 = "cordiale.config.errors.not_found"
handler500 = "cordiale.config.errors.broken"


@pytest.fixture(params=["line", "json"])
def written(request: pytest.FixtureRequest, settings: Settings) -> Iterator[io.StringIO]:
    """All that the log holds; every request gets a line."""
    settings.ROOT_URLCONF = __name__
    settings.ACCESS_LOG = True
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(Line() if request.param == "line" else Json())
    accesses, root = logging.getLogger("cordiale.access"), logging.getLogger()
    level = accesses.level
    root.addHandler(handler)
    accesses.setLevel("INFO")
    yield text
    root.removeHandler(handler)
    accesses.setLevel(level)


@pytest.fixture
def client() -> Client:
    """Somebody who sends a secret in every way there is."""
    client = Client(
        raise_request_exception=False,
        headers={"authorization": f"Bearer {SECRET}", "user-agent": SECRET, "referer": f"https://x/{SECRET}"},
        REMOTE_ADDR="203.0.113.77",
    )
    client.cookies["sessionid"] = SECRET
    return client


def test_an_error_leaves_its_place_in_the_code_and_no_secret(db, written, client):
    answer = client.post(f"/fail/{SECRET}/?q={SECRET}", {"password": SECRET})

    text = written.getvalue()
    assert answer.status_code == 500
    assert SECRET not in text
    assert "203.0.113.77" not in text
    assert "500 Internal Server Error in failing" in text
    assert "builtins.ValueError" in text
    assert "IntegrityError" in text
    assert "test_logs.py" in text
    assert answer["X-Request-ID"] in text


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        (f"/suspicious/?q={SECRET}", {}, 400),
        (f"/fine/?q={SECRET}", {"host": f"{SECRET}.example"}, 400),
        (f"/nothing/{SECRET}/?q={SECRET}", {}, 404),
        (f"/away/?q={SECRET}", {}, 500),
        (f"/fine/?q={SECRET}", {}, 200),
    ],
)
def test_no_answer_leaves_a_secret(db, written, client, address, headers, status):
    answer = client.get(address, headers=headers)

    assert answer.status_code == status
    assert SECRET not in written.getvalue()
    assert "203.0.113.77" not in written.getvalue()
    assert f" {status} " in written.getvalue()


def test_a_database_that_is_away_says_so(db, written, client):
    client.get("/away/")

    assert "OperationalError: connection to server at" in written.getvalue()


def test_a_line_of_json_names_route_method_status_and_time(db, written, client):
    client.get(f"/fine/?q={SECRET}")

    if written.getvalue().startswith("{"):
        lines = [json.loads(line) for line in written.getvalue().splitlines()]
        said, asked = lines
        assert SECRET not in asked["request_id"]
        assert said["request_id"] == asked["request_id"]
        assert said["message"] == "said by us"
        assert "user" not in said
        assert (asked["route"], asked["method"], asked["status"]) == ("fine", "GET", 200)
        assert asked["milliseconds"] >= 0
        assert asked.keys() == {
            "at", "level", "logger", "message", "route", "method", "status", "milliseconds", "request_id",
        }  # fmt: skip
    else:
        assert " INFO cordiale.access " in written.getvalue()
        assert "GET fine 200" in written.getvalue()


def test_a_method_that_somebody_thought_up_is_not_repeated(db, written, client):
    client.generic(SECRET, "/fine/")

    assert SECRET not in written.getvalue()
    assert "other fine" in written.getvalue()


class TestRequestNumber:
    """X-Request-ID."""

    @pytest.fixture(autouse=True)
    def pages(self, settings: Settings) -> None:
        settings.ROOT_URLCONF = __name__

    def test_is_new_for_each_request(self, db):
        numbers = {Client(raise_request_exception=False).get("/away/")["X-Request-ID"] for _ in range(3)}

        assert {len(number) for number in numbers} == {32}
        assert len(numbers) == 3

    @pytest.mark.parametrize(
        ("proxies", "given", "kept"),
        [
            (1, "a1b2c3d4-e5f6", True),
            (0, "a1b2c3d4-e5f6", False),
            (1, "short", False),
            (1, "a" * 65, False),
            (1, "a1b2c3d4\te5", False),
            (1, "<script>alert(1)</script>", False),
        ],
    )
    def test_of_a_proxy_is_kept_if_there_is_one_and_it_is_well_formed(self, db, settings, proxies, given, kept):
        settings.NINJA_NUM_PROXIES = proxies

        answer = Client(headers={"x-request-id": given}, raise_request_exception=False).get("/away/")

        assert (answer["X-Request-ID"] == given) is kept


@pytest.mark.parametrize(("accesses", "level"), [(True, "INFO"), (False, "WARNING")])
def test_requests_get_a_line_only_where_it_is_wanted(accesses, level):
    made: dict[str, Any] = configured(form="json", accesses=accesses)

    assert made["loggers"]["cordiale.access"]["level"] == level
    assert made["handlers"]["stderr"]["formatter"] == "json"
