"""Signing in withstands those who guess, who ask who has an account, and who would ride on somebody's session."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
from django.conf import settings as current
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from cordiale.apps.people.models import Counted, Person
from cordiale.domain import clock
from tests.databases import ROOT, OwnDatabase
from tests.integration.test_people_pages import World
from tests.people import ADMINISTRATOR, DESK, PASSWORD, now_somebody, signed_in
from tests.processes import finish, let_go, start

pytestmark = pytest.mark.usefixtures("nato", "cheap_passwords")

KNOWN, UNKNOWN = "owner@example.org", "nobody@example.org"
LOGIN = "/accounts/login/"


@pytest.fixture
def person(nato: None, cheap_passwords: None) -> int:
    """Somebody with a password."""
    return now_somebody(KNOWN, DESK)


def sign_in(client: Client, email: str = KNOWN, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": email, "password": password}, **more)


def is_signed_in(client: Client) -> bool:
    return bool(client.get("/accounts/").status_code == 200)


# --- guessing ---


def test_the_right_password_signs_in(person, client):
    answer = sign_in(client)

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/")
    assert is_signed_in(client)


def test_after_five_failures_an_account_is_shut_even_for_the_right_password(person):
    for attempt in range(5):
        assert "not correct" in sign_in(Client(), password=f"wrong {attempt}", REMOTE_ADDR=f"192.0.2.{attempt}").text

    shut = sign_in(Client(), REMOTE_ADDR="192.0.2.77")

    assert "Too many failed login attempts" in shut.text
    assert not shut.cookies.get(current.SESSION_COOKIE_NAME)


def test_an_address_without_an_account_is_shut_just_so(person):
    for attempt in range(5):
        sign_in(Client(), UNKNOWN, f"wrong {attempt}")

    assert "Too many failed login attempts" in sign_in(Client(), UNKNOWN).text


def test_the_case_of_an_address_gives_no_further_attempts(person):
    for attempt in range(5):
        sign_in(Client(), KNOWN.upper() if attempt % 2 else KNOWN, "wrong")

    assert "Too many failed login attempts" in sign_in(Client(), KNOWN.title()).text


def test_a_success_does_not_wipe_the_failures_out(person):
    for attempt in range(4):
        sign_in(Client(), password=f"wrong {attempt}")
    sign_in(Client())
    sign_in(Client(), password="wrong again")

    assert "Too many failed login attempts" in sign_in(Client()).text


def test_one_machine_that_tries_many_accounts_is_stopped(nato):
    answers = [sign_in(Client(), f"a{one}@example.org", "wrong").text for one in range(11)]

    assert ["Too many failed login attempts" in answer for answer in answers] == [False] * 10 + [True]


def test_what_a_client_says_of_its_address_does_not_help_where_no_proxy_stands_in_front(nato):
    answers = [
        sign_in(Client(), f"a{one}@example.org", "wrong", headers={"X-Forwarded-For": f"192.0.2.{one}"}).text
        for one in range(11)
    ]

    assert "Too many failed login attempts" in answers[-1]


TRY = """
import sys

import django

django.setup()

from django.conf import settings
from django.test import Client
from django.test.utils import setup_test_environment

settings.PASSWORD_HASHERS = ["tests.people.CheapArgon2"]
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
setup_test_environment()
print("ready", flush=True)
sys.stdin.readline()
for one in range(3):
    answer = Client().post("/accounts/login/", {"login": "owner@example.org", "password": "wrong"})
    assert answer.status_code == 200, answer.status_code
"""


def test_all_processes_count_together(own_database: OwnDatabase, here):
    guessers = [start(own_database, TRY) for _process in range(2)]
    for guesser in guessers:
        let_go(guesser)

    assert [finish(guesser) for guesser in guessers] == [0, 0]
    with here(own_database):
        answer = sign_in(Client(), REMOTE_ADDR="192.0.2.1")
        assert "Too many failed login attempts" in answer.text
        assert Counted.objects.count() > 0


# --- asking who has an account ---


@pytest.fixture
def hashed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A note for each password that is hashed: the work that can be told apart from outside."""
    from tests.people import CheapArgon2

    notes: list[str] = []
    encode, verify = CheapArgon2.encode, CheapArgon2.verify

    def noting_encode(self: Any, password: str, salt: str) -> str:
        notes.append("hash")
        return str(encode(self, password, salt))

    def noting_verify(self: Any, password: str, encoded: str) -> bool:
        notes.append("hash")
        return bool(verify(self, password, encoded))

    monkeypatch.setattr(CheapArgon2, "encode", noting_encode)
    monkeypatch.setattr(CheapArgon2, "verify", noting_verify)
    return notes


def without_tokens(answer: Any, *words: str) -> str:
    """What a page says, without what differs from request to request."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.text)
    for word in words:
        text = text.replace(word, "WORD")
    return text


def test_signing_in_does_not_tell_who_has_an_account(person, hashed):
    known, unknown = sign_in(Client(), KNOWN, "wrong"), sign_in(Client(), UNKNOWN, "wrong")

    assert known.status_code == unknown.status_code == 200
    assert without_tokens(known, KNOWN) == without_tokens(unknown, UNKNOWN)
    assert hashed == ["hash", "hash"]


def test_a_closed_account_is_told_only_to_whoever_knows_its_password(person, hashed):
    Person.objects.filter(pk=person).update(is_active=False, closed_at=clock.now())

    closed, unknown = sign_in(Client(), KNOWN, "wrong"), sign_in(Client(), UNKNOWN, "wrong")

    assert without_tokens(closed, KNOWN) == without_tokens(unknown, UNKNOWN)
    assert hashed == ["hash", "hash"]
    assert sign_in(Client())["Location"] == reverse("account_inactive")


def test_a_forgotten_password_does_not_tell_who_has_an_account(person, settings, hashed):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    page = reverse("account_reset_password")

    known, unknown = (Client().post(page, {"email": email}, follow=True) for email in (KNOWN, UNKNOWN))

    assert known.redirect_chain == unknown.redirect_chain
    assert without_tokens(known, KNOWN) == without_tokens(unknown, UNKNOWN)
    assert [one.to for one in mail.outbox] == [[KNOWN], [UNKNOWN]]  # to mail takes time, which would tell
    assert "no account" in mail.outbox[1].body
    assert hashed == []


def test_a_request_for_access_does_not_tell_who_has_an_account(person, hashed):
    given = {"name": "N", "reason": "why"}

    known, unknown = (Client().post(reverse("access-request"), {**given, "email": email}) for email in (KNOWN, UNKNOWN))

    assert known.status_code == unknown.status_code == 200
    assert without_tokens(known, KNOWN) == without_tokens(unknown, UNKNOWN)
    assert hashed == []


def test_an_invitation_that_was_used_looks_like_one_that_never_was(nato):
    world = World()
    used = world.address("invitation")
    Client().post(used, {"name": "Nora", "password": PASSWORD})

    again, never = Client().get(used), Client().get("/accounts/invitation/" + "x" * 43 + "/")

    assert again.status_code == never.status_code == 404
    assert without_tokens(again) == without_tokens(never)


def test_nobody_signs_up_uninvited(nato, client):
    answers = [
        client.get(reverse("account_signup")),
        client.post(reverse("account_signup"), {"email": UNKNOWN, "password1": PASSWORD}),
    ]

    assert all("Accounts are made by invitation" in answer.text for answer in answers)
    assert Person.objects.count() == 0


# --- sessions ---


def test_the_session_is_another_one_after_signing_in(person, client):
    client.get(LOGIN)
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    client.cookies[current.SESSION_COOKIE_NAME] = before

    sign_in(client)

    assert client.session.session_key not in (None, before)
    assert not Session.objects.filter(pk=before).exists()


def test_joining_takes_no_session_over_that_was_there_before(nato, client):
    world = World()
    client.force_login(Person.objects.get(pk=world.person))
    before = client.session.session_key

    client.post(world.address("invitation"), {"name": "Nora", "password": PASSWORD})

    assert "Nora" in client.get("/accounts/").text
    assert client.session.session_key != before


def test_signing_out_ends_the_session_for_whoever_kept_its_cookie(person, client):
    sign_in(client)
    kept = Client()
    kept.cookies[current.SESSION_COOKIE_NAME] = client.cookies[current.SESSION_COOKIE_NAME].value
    assert is_signed_in(kept)

    client.post(reverse("account_logout"))

    assert not is_signed_in(client)
    assert not is_signed_in(kept)


def test_nobody_is_signed_out_by_following_a_link(person, client):
    sign_in(client)

    client.get(reverse("account_logout"))

    assert is_signed_in(client)


def test_another_session_of_ones_own_can_be_ended(person, client):
    other = Client()
    sign_in(other)
    sign_in(client)

    listed = client.get(reverse("usersessions_list"))
    client.post(reverse("usersessions_list"))

    assert listed.text.count("127.0.0.1") == 2
    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_a_new_password_ends_the_other_sessions(person, client):
    other = Client()
    sign_in(other)
    sign_in(client)
    new = "another long password"

    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert Person.objects.get(pk=person).check_password(new)
    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_the_cookies_of_a_session_go_to_this_site_only_over_https_and_to_no_script(person, client):
    client.get(LOGIN)
    sign_in(client)

    for name in (current.SESSION_COOKIE_NAME, current.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert cookie["domain"] == ""


def test_a_session_lasts_no_longer_than_half_a_day(person, client):
    sign_in(client)

    left = client.session.get_expiry_date() - clock.now()

    assert client.session.get_expire_at_browser_close()
    assert left.total_seconds() <= 12 * 3_600 + 60


# --- where a sign-in leads, and where a form comes from ---


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "https:evil.example",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example/",
        "/accounts/\r\nLocation: https://evil.example/",
    ],
)
def test_signing_in_leads_to_no_other_site(person, client, elsewhere):
    answer = client.post(LOGIN, {"login": KNOWN, "password": PASSWORD, "next": elsewhere})

    assert answer.status_code == 302
    assert answer["Location"] in ("/accounts/", "/accounts/%0D%0ALocation:%20https://evil.example/")


def test_signing_in_leads_back_to_where_one_wanted_to_go(person, client):
    answer = client.post(LOGIN, {"login": KNOWN, "password": PASSWORD, "next": "/people/?x=1"})

    assert answer["Location"] == "/people/?x=1"


@pytest.mark.parametrize(
    "address", [LOGIN, "/accounts/request/", "/accounts/logout/", "/people/invite/", "/people/second/"]
)
def test_a_form_without_its_token_is_not_taken(nato, address):
    browser = signed_in(now_somebody("administrator@example.org", ADMINISTRATOR), enforce_csrf_checks=True)

    answer = browser.post(address, {"login": KNOWN, "reason": "x"})

    assert answer.status_code == 403
    assert "The form was not taken" in answer.text


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "a b"])
def test_a_host_that_is_not_ours_is_refused(nato, client, settings, host):
    settings.ALLOWED_HOSTS = ["testserver"]

    assert client.post(reverse("account_reset_password"), {"email": KNOWN}, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize(
    "injected", ["a@example.org\nBcc: b@example.org", "a@example.org\r\nX: y", "a@example.org,b@example.org"]
)
def test_an_address_of_several_lines_is_none(nato, client, settings, injected):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    browser = signed_in(now_somebody("administrator@example.org", ADMINISTRATOR))

    answers = [
        browser.post(reverse("invite"), {"email": injected, "role": "analyst", "reason": "r"}),
        client.post(reverse("access-request"), {"name": "N", "email": injected, "reason": "r"}),
        client.post(reverse("account_reset_password"), {"email": injected}),
    ]

    assert ["field-error" in answer.text for answer in answers] == [True, True, True]
    assert mail.outbox == []


# --- what is said along with a page ---

ACCOUNT_PAGES = (
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_signup",
    "account_inactive",
    "access-request",
)


@pytest.mark.parametrize("name", ACCOUNT_PAGES)
def test_a_page_about_accounts_is_framed_and_kept_by_nobody(nato, client, name):
    answer = client.get(reverse(name))

    assert answer.status_code == 200
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


@pytest.mark.parametrize(
    "address",
    ["/", "/countries/fin/", "/countries/fin/participation.csv", "/changes/feed.atom", "/nowhere/", "/accounts/"],
)
def test_nothing_that_somebody_signed_in_is_given_may_be_kept_and_given_to_another(person, client, address):
    sign_in(client)

    said = client.get(address)["Cache-Control"].split(", ")

    assert "private" in said
    assert "public" not in said
    assert "no-store" in said or "no-cache" in said


def test_the_page_cache_neither_keeps_nor_gives_a_page_of_somebody_signed_in(person, client):
    sign_in(client)

    mine = [client.get("/about/").text for _time in range(3)]
    theirs = [Client().get("/about/").text for _time in range(3)]

    assert ["Your account" in page for page in mine] == [True, True, True]
    assert ["Your account" in page for page in theirs] == [False, False, False]
    assert "Your account" in client.get("/about/").text


def test_what_is_sent_along_with_a_session_that_ended_opens_nothing(person, client):
    sign_in(client)
    Session.objects.all().delete()

    assert "Your account" not in client.get("/about/").text


# --- passwords ---


def test_an_installation_keeps_passwords_as_argon2id_of_today(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    kept = make_password(PASSWORD)

    memory, passes, lanes = (int(re.search(rf"{name}=(\d+)", kept)[1]) for name in "mtp")  # type: ignore[index]
    assert kept.startswith("argon2$argon2id$")
    assert memory >= 19 * 1024  # KiB; OWASP's least for 2 passes
    assert (passes, lanes) >= (2, 1)
    assert identify_hasher(kept).algorithm == "argon2"


def test_the_settings_of_an_installation_name_argon2_and_no_other_hasher():
    told = subprocess.run(
        [".venv/bin/python", "-c", "from cordiale.config import settings as s; print(s.PASSWORD_HASHERS)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == "['django.contrib.auth.hashers.Argon2PasswordHasher']"


def test_attempts_are_counted_in_the_database(settings):
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    cache.set("x", 1)
    assert Counted.objects.filter(cache_key__contains="x").exists()
