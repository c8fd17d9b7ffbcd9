"""What every answer tells the browser, how long a session lasts, what the log says of attempts, which passwords do."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as current
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from cordiale.apps.people.models import Person
from cordiale.apps.people.writes.rescuing import make_password_link
from cordiale.config.passwords import WORDS
from cordiale.config.sessions import IDLE, LONGEST, NOTED
from cordiale.domain import clock
from tests.databases import ROOT
from tests.integration.test_people_pages import World
from tests.makers import owner
from tests.people import DESK, PASSWORD, now_somebody, signed_in

EMAIL = "owner@example.org"
LOGIN, ACCOUNT = "/accounts/login/", "/accounts/"
METRICS = "a token for metrics of these tests"


@pytest.fixture
def person(nato: None, cheap_passwords: None) -> int:
    """Somebody with a password."""
    return now_somebody(EMAIL, DESK)


def sign_in(client: Client, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": EMAIL, "password": password}, **more)


# --- what every answer tells the browser ---

ANSWERS = {
    "a page": "/",
    "a download": "/countries/fin/participation.csv",
    "a feed": "/changes/feed.atom",
    "a drawing": "/timelines/timeline.svg",
    "what is not there": "/nowhere/",
    "a redirect": "/countries",
    "the page for signing in": LOGIN,
    "the API": "/api/v1/register",
    "a refusal of the API": "/api/v1/parties/nobody",
    "health": "/healthz",
    "metrics": "/metrics",
    "a file of the look": "/static/ui/cordiale.css",
}


@pytest.mark.parametrize("address", ANSWERS.values(), ids=ANSWERS)
def test_every_answer_tells_the_browser_to_be_careful(nato, settings, address):
    settings.HTTPS, settings.METRICS_TOKEN = True, METRICS
    answer = Client(headers={"Authorization": f"Bearer {METRICS}"} if address == "/metrics" else {}).get(address)

    said = answer.headers

    assert said["X-Content-Type-Options"] == "nosniff"
    assert said["Referrer-Policy"] == "same-origin"
    assert "camera=()" in said["Permissions-Policy"]
    assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= {
        one.strip() for one in said["Content-Security-Policy"].split(";")
    }
    assert said["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert said.get("Cross-Origin-Resource-Policy") == (None if address.startswith("/api/") else "same-origin")


@pytest.mark.parametrize("address", ANSWERS.values(), ids=ANSWERS)
def test_every_answer_with_a_body_says_what_it_is(nato, settings, address):
    settings.METRICS_TOKEN = METRICS
    answer = Client(headers={"Authorization": f"Bearer {METRICS}"} if address == "/metrics" else {}).get(address)

    kind = answer.headers.get("Content-Type", "")

    assert kind
    assert not kind.startswith("text/") or "charset=utf-8" in kind.lower()


def test_an_answer_that_nothing_changed_leaves_the_policy_of_the_page_alone(nato, client):
    first = client.get("/about/")

    again = client.get("/about/", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert "default-src 'none'; base-uri 'none'; form-action 'none'" not in again.get("Content-Security-Policy", "")


@pytest.mark.parametrize("method", ["trace", "put", "delete", "patch"])
def test_a_method_that_nothing_is_made_for_changes_nothing_and_repeats_nothing(person, method):
    browser = signed_in(person)

    answer = getattr(browser, method)("/people/second/", headers={"X-Secret": "Geheimnis"})

    assert answer.status_code in (403, 404, 405)
    assert b"Geheimnis" not in answer.content


@pytest.mark.parametrize("folder", ["/static/", "/static/ui/", "/static/vendor/"])
def test_no_folder_is_listed(nato, client, folder):
    assert client.get(folder).status_code == 404


# --- cookies and sessions ---


def test_behind_https_no_other_host_can_plant_our_cookies():
    told = subprocess.run(
        [
            ".venv/bin/python",
            "-c",
            "from cordiale.config import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, "
            "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)",
        ],
        cwd=ROOT,
        env={**os.environ, "CORDIALE_HTTPS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.split() == ["__Host-cordiale_session", "__Host-cordiale_csrf", "True", "True", "True"]


def test_nothing_but_the_keys_of_the_session_is_left_in_the_browser(person, client):
    client.get(LOGIN)
    sign_in(client)
    client.post(reverse("usersessions_list"), follow=True)

    assert set(client.cookies) == {current.SESSION_COOKIE_NAME, current.CSRF_COOKIE_NAME}


def test_the_key_of_a_session_is_long(person, client):
    sign_in(client)

    key = client.session.session_key

    assert len(key) >= 25  # letters and figures, 5 bits each at the least: 128 bits
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789")


def age(client: Client, **seconds: timedelta) -> None:
    """Move what a session remembers into the past."""
    session = client.session
    for name, span in seconds.items():
        session[name] -= span.total_seconds()
    session.save()


@pytest.mark.parametrize(
    "past", [{"begun_at": LONGEST + timedelta(minutes=1)}, {"asked_at": IDLE + timedelta(minutes=1)}], ids=str
)
def test_a_session_that_lasted_too_long_or_was_left_alone_is_over(person, client, past):
    sign_in(client)
    client.get(ACCOUNT)
    age(client, **past)
    key = client.session.session_key

    answer = client.get(ACCOUNT)

    assert answer["Location"].startswith(LOGIN)
    assert "Clear-Site-Data" in answer.headers
    assert not Session.objects.filter(pk=key).exists()


def test_whoever_asks_in_time_stays_signed_in_and_half_a_day_is_the_end_all_the_same(person, client):
    sign_in(client)
    client.get(ACCOUNT)
    begun = client.session["begun_at"]
    age(client, asked_at=NOTED * 2)

    client.get(ACCOUNT)

    assert client.session["asked_at"] >= begun  # noted anew
    assert client.session["begun_at"] == begun


def test_the_browser_forgets_what_it_was_given_when_somebody_signs_out(person, client):
    sign_in(client)

    answer = client.post(reverse("account_logout"))

    assert answer["Clear-Site-Data"] == '"cache", "storage"'


def test_nobody_else_is_told_to_forget(person, client):
    assert "Clear-Site-Data" not in client.post(reverse("account_logout")).headers
    assert "Clear-Site-Data" not in client.get("/").headers


# --- what the log says of attempts ---


@pytest.fixture
def said() -> Iterator[list[logging.LogRecord]]:
    """What the log is told about security."""
    records: list[logging.LogRecord] = []

    class Noting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler = Noting()
    log = logging.getLogger("cordiale.security")
    level = log.level
    log.addHandler(handler)
    log.setLevel("INFO")
    yield records
    log.removeHandler(handler)
    log.setLevel(level)


def told(records: list[logging.LogRecord]) -> list[tuple[str, str]]:
    return [(record.getMessage(), getattr(record, "who", "")) for record in records]


def test_the_log_tells_who_signed_in_how_and_out(person, client, said):
    sign_in(client)
    client.post(reverse("account_logout"))

    assert told(said) == [("signed in by password", f"person:{person}"), ("signed out", f"person:{person}")]


def test_the_log_tells_failures_and_the_shutting_and_not_whose(person, said):
    for attempt in range(6):
        sign_in(Client(), f"wrong {attempt}")

    assert told(said) == [("a sign-in failed", "")] * 5 + [
        ("an account or an address is shut after too many failures", "")
    ]
    assert EMAIL not in str([vars(record) for record in said])


def test_the_log_tells_a_second_factor_that_fails(person, client, said):
    TOTP.activate(Person.objects.get(pk=person), "A" * 32)
    sign_in(client)

    client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert told(said) == [("a second factor failed", f"person:{person}")]


def test_the_log_tells_what_somebody_may_not_do(person, said):
    signed_in(person).get("/people/")

    assert told(said) == [("not permitted: people.see", f"person:{person}")]


def test_the_log_tells_a_token_that_does_not_hold_and_not_which(nato, client, said):
    client.get("/api/v1/viewer", headers={"Authorization": "Bearer cordiale_Geheimnis"})

    assert told(said) == [("a token was refused", "")]


def test_the_log_tells_a_form_without_its_token(person, said):
    signed_in(person, enforce_csrf_checks=True).post("/accounts/logout/")

    assert told(said) == [("a form came without its token", f"person:{person}")]


# --- passwords and second factors ---


@pytest.mark.parametrize(
    "password",
    ["cordiale-partnership-2026", "Administrator_Register1", "WELCOME welcome welcome 1", "testserver-cordiale"],
)
def test_a_password_of_words_that_everybody_here_knows_is_refused(settings, password):
    settings.ALLOWED_HOSTS = ["testserver.example"]

    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "x" * 10 + "cordiale7z", "sjö älg ö å brygga", "777" + "abcdefghjk" * 8],
)
def test_any_other_long_password_will_do_whatever_its_characters(password):
    validate_password(password)


def test_the_words_stand_in_the_reference():
    page = (ROOT / "docs/reference/settings.md").read_text("utf-8")

    assert [word for word in WORDS if f"`{word}`" not in page] == []


def test_a_short_password_is_refused():
    with pytest.raises(ValidationError, match="too short"):
        validate_password("k3#vQ9!xLm2")


def test_no_password_may_be_one_of_those_guessed_first():
    with pytest.raises(ValidationError, match="too common"):
        validate_password("qwertyuiop[]")


LONG = "  Ünïcode " + "and long " * 10 + " "


def test_a_password_is_taken_to_the_last_character_as_it_was_typed(nato, cheap_passwords):
    Client().post(World().address("invitation"), {"name": "Nora", "password": LONG})

    wrong = [LONG.strip(), LONG.lower(), LONG[:72], LONG + "x"]
    answers = [Client().post(LOGIN, {"login": "new@example.org", "password": one}).status_code for one in wrong]
    right = Client().post(LOGIN, {"login": "new@example.org", "password": LONG})

    assert answers == [200] * len(wrong)
    assert right.status_code == 302


def test_a_password_is_hidden_and_a_manager_may_fill_it_in(nato):
    pages = [Client().get(address).text for address in (LOGIN, World().address("invitation"))]

    fields = [re.findall(r'<input[^>]*name="password"[^>]*>', page) for page in pages]
    assert [len(found) for found in fields] == [1, 1]
    assert all('type="password"' in found[0] for found in fields)
    assert 'autocomplete="current-password"' in fields[0][0]
    assert 'autocomplete="new-password"' in fields[1][0]


def test_a_new_password_needs_the_one_that_holds(person, client):
    sign_in(client)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": "wrong", "password1": "another long password", "password2": "another long password"},
    )

    assert Person.objects.get(pk=person).check_password(PASSWORD)


def test_a_new_installation_has_no_account(nato):
    assert Person.objects.count() == 0


@pytest.fixture
def guarded(person: int, client: Client) -> tuple[int, str, Client]:
    """Somebody with an authenticator app, its secret, and a browser in which the password was given."""
    secret = "A" * 32
    TOTP.activate(Person.objects.get(pk=person), secret)
    RecoveryCodes.activate(Person.objects.get(pk=person))
    sign_in(client)
    return person, secret, client


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_the_password_alone_does_not_open_an_account_with_a_second_factor(guarded):
    _person, secret, client = guarded
    assert client.get(ACCOUNT).status_code == 302

    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert client.get(ACCOUNT).status_code == 200


def test_a_code_of_an_authenticator_app_opens_an_account_once(guarded):
    _person, secret, client = guarded
    code = code_of(secret)
    client.post(reverse("mfa_authenticate"), {"code": code})
    other = Client()
    sign_in(other)

    other.post(reverse("mfa_authenticate"), {"code": code})

    assert other.get(ACCOUNT).status_code == 302


def test_a_recovery_code_opens_an_account_once(guarded):
    person, _secret, client = guarded
    kept = Authenticator.objects.get(user=person, type="recovery_codes").wrap()
    code = kept.get_unused_codes()[0]
    client.post(reverse("mfa_authenticate"), {"code": code})
    other = Client()
    sign_in(other)

    other.post(reverse("mfa_authenticate"), {"code": code})

    assert client.get(ACCOUNT).status_code == 200
    assert other.get(ACCOUNT).status_code == 302


def test_a_recovery_code_has_eight_figures(guarded):
    person, _secret, _client = guarded

    codes = Authenticator.objects.get(user=person, type="recovery_codes").wrap().get_unused_codes()

    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"\d{8}", code) for code in codes)


def test_a_second_factor_cannot_be_guessed_for_long(guarded):
    _person, secret, client = guarded
    for attempt in range(6):
        client.post(reverse("mfa_authenticate"), {"code": f"{attempt:06}"})

    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert client.get(ACCOUNT).status_code == 302


def test_a_new_password_by_mail_does_not_go_round_the_second_factor(guarded):
    link = make_password_link(email=EMAIL, without_second_factor=False, by=owner, at=clock.now())
    browser = Client()
    page = browser.get(link, follow=True)
    new = "another long password"

    browser.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    browser.post(LOGIN, {"login": EMAIL, "password": new})

    assert browser.get(ACCOUNT).status_code == 302


def test_factors_are_changed_by_whoever_showed_again_who_they_are(person, client):
    sign_in(client)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 3_600
    session.save()

    answers = [client.get(reverse(page)) for page in ("mfa_activate_totp", "mfa_add_webauthn")]

    assert [answer["Location"].partition("?")[0] for answer in answers] == ["/accounts/reauthenticate/"] * 2
