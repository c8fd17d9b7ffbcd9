"""Programs that act for somebody: by a token, at the API and for feeds, and nowhere else."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django.fixtures import Settings

from cordiale.apps.people.models import Token
from cordiale.apps.people.writes.grants import close_account, lend
from cordiale.apps.people.writes.tokens import make_token, revoke_token
from cordiale.config.tokens import presented
from cordiale.domain import clock
from cordiale.domain.roles import Role
from tests.makers import owner
from tests.people import DESK, mandate_of, now_somebody, seen, signed_in

pytestmark = pytest.mark.usefixtures("nato")
ME, FEED = "/api/v1/viewer", "/changes/feed.atom"
TOMORROW = (clock.now() + timedelta(days=2)).date()


@pytest.fixture
def person(nato: None) -> int:
    return now_somebody("owner@example.org", DESK, password=None)


def token_of(person: int, scope: str = "act") -> str:
    at = clock.now()
    return make_token(name="mirror", scope=scope, expires_on=TOMORROW, by=seen(person, at), at=at)


def ask(address: str, token: str = "", **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {token}"} if token else {}
    return Client(headers={**sent, **headers}).get(address)


def basic(password: str) -> str:
    return f"Basic {base64.b64encode(f'whoever:{password}'.encode()).decode()}"


def test_without_a_token_it_is_the_public(nato):
    answer = ask(ME)

    assert answer.json() == {"name": "public", "roles": [], "permissions": [], "token": None}
    assert answer["Cache-Control"] == "public, no-cache"


def test_a_token_tells_whom_it_acts_for_which_roles_they_hold_and_until_when(person):
    said = ask(ME, token_of(person)).json()

    assert said["name"] == f"person:{person}"
    assert said["roles"] == [{"role": "desk officer", "party": "", "body": "", "until_on": None, "lent": False}]
    assert said["permissions"] == sorted(seen(person, clock.now()).permissions)
    assert said["token"] == {"name": "mirror", "scope": "act", "expires_on": TOMORROW.isoformat()}


def test_a_role_that_was_lent_says_so_and_until_when(person):
    focal, at = now_somebody("focal@example.org", mandate_of(Role.FOCAL_POINT), password=None), clock.now()
    lend(person=focal, mandate=DESK, from_on=at.date(), until_on=TOMORROW, reason="r", by=seen(person, at), at=at)

    roles = ask(ME, token_of(focal)).json()["roles"]

    assert {"role": "desk officer", "party": "", "body": "", "until_on": TOMORROW.isoformat(), "lent": True} in roles
    assert {"role": "focal point", "party": "fin", "body": "", "until_on": None, "lent": False} in roles


def test_a_token_that_reads_has_no_permission_to_change_anything(person):
    assert ask(ME, token_of(person, "read")).json()["permissions"] == []


def _revoked(person: int) -> None:
    revoke_token(token=Token.objects.get().pk, by=seen(person, clock.now()), at=clock.now())


def _closed(person: int) -> None:
    close_account(person=person, reason="left", by=owner, at=clock.now())


def _expired(person: int) -> None:
    Token.objects.update(expires_on=clock.now().date() - timedelta(days=1))


@pytest.mark.parametrize("ended", [_revoked, _closed, _expired])
@pytest.mark.parametrize("address", [ME, "/api/v1/parties", "/api/v1/nowhere", FEED])
def test_a_token_that_does_not_hold_is_refused_wherever_it_is_sent(person, address, ended):
    token = token_of(person)
    ended(person)

    answer = ask(address, token)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith(("Bearer ", "Basic "))
    assert "no-store" in answer["Cache-Control"]
    assert token not in answer.text


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer nothing", "Basic", "Basic %%%", "Basic bm9uZQ==", "Digest x", "x", "Bearer a b"],
)
def test_what_is_no_token_is_refused_too(nato, header):
    answer = ask(ME, Authorization=header)

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unknown-token"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert ask(FEED, Authorization=header).status_code == 401


@pytest.mark.parametrize("address", [ME, "/api/v1/parties", "/api/v1/register"])
def test_an_answer_to_a_token_is_private_and_kept_apart_from_the_publics(person, address):
    mine, theirs = ask(address, token_of(person)), ask(address)

    assert mine["Cache-Control"] == "private, no-cache"
    assert theirs["Cache-Control"] == "public, no-cache"
    assert mine["ETag"] != theirs["ETag"]
    assert "Authorization" in mine["Vary"]
    assert "Authorization" in theirs["Vary"]


def test_an_answer_that_holds_still_is_not_sent_again_and_one_that_a_role_changed_is(person):
    token = token_of(person)
    first = ask(ME, token)
    again = ask(ME, token, **{"If-None-Match": first["ETag"]})

    _closed(now_somebody("other@example.org", password=None))
    later = ask(ME, token, **{"If-None-Match": first["ETag"]})

    assert (again.status_code, again["Cache-Control"]) == (304, "private, no-cache")
    assert later.status_code == 200


@pytest.mark.parametrize("header", ["bearer {}", "Bearer  {}"])
def test_a_token_is_known_however_the_scheme_is_written(person, header):
    assert ask(ME, Authorization=header.format(token_of(person))).json()["name"] == f"person:{person}"


def test_a_feed_reader_sends_it_as_a_password(person):
    answer = ask(FEED, Authorization=basic(token_of(person)))

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert ask(ME, Authorization=basic(token_of(person))).json()["name"] == f"person:{person}"


def test_a_feed_is_not_opened_by_a_token_in_its_address(person):
    answer = ask(f"{FEED}?token={token_of(person)}")

    assert "Cache-Control" not in answer or "private" not in answer["Cache-Control"]


@pytest.mark.parametrize("address", ["/accounts/", "/people/", "/accounts/tokens/new/", "/"])
def test_a_token_opens_no_page(person, address):
    with_token, without = ask(address, token_of(person)), ask(address)

    assert with_token.status_code == without.status_code
    assert "Your account" not in with_token.text


def test_a_session_opens_no_address_of_the_api(person):
    assert signed_in(person).get(ME).json()["name"] == "public"


def test_other_pages_may_ask_with_a_token_that_they_were_given(nato):
    allowed = Client().options(ME, headers={"Origin": "https://a.example"})

    assert "Authorization" in allowed["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in allowed.headers


def test_requests_are_counted_by_token_where_one_is_sent_and_by_address_where_it_is_none(person, settings: Settings):
    caches["requests"].clear()
    settings.API_RATE = "2/hour"
    first, second = token_of(person), token_of(person)

    statuses = {
        "first": [ask(ME, first).status_code for _ in range(3)],
        "second": [ask(ME, second).status_code for _ in range(3)],
        "none": [ask(ME, "cordiale_invented").status_code for _ in range(3)],
        "public": [ask(ME).status_code],
    }

    assert statuses == {"first": [200, 200, 429], "second": [200, 200, 429], "none": [401, 401, 429], "public": [429]}


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("BEARER abc ", "abc"),
        ("Basic " + base64.b64encode(b"me:a:b").decode(), "a:b"),
        ("Basic " + base64.b64encode(b"\xff:\xff").decode(), ""),
        ("", ""),
        ("abc", ""),
    ],
)
def test_the_token_in_a_header(header, token):
    assert presented(header) == token
