"""Signing in at an identity provider: a real one (npm oidc-provider) says who somebody is and which roles they have."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from cordiale.apps.ledger.models import LedgerEntry
from cordiale.apps.people.adapters import NotOnePerson, identity_of
from cordiale.apps.people.models import Grant, Person
from cordiale.apps.people.writes.grants import close_account, end_grant, grant
from cordiale.config.accounts import identity_provider
from cordiale.domain import clock
from cordiale.domain.roles import Mandate, Role
from tests.identity_provider import Provider, Visitor, installed, running
from tests.makers import owner
from tests.people import ADMINISTRATOR, DESK, PASSWORD, now_somebody, seen

FINLAND, SWEDEN = Mandate(Role.FOCAL_POINT, "fin"), Mandate(Role.FOCAL_POINT, "swe")
FIONA = {"name": "Fiona", "email": "Fiona@example.org", "email_verified": True}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The provider while it runs."""
    began = time.monotonic()
    program = installed(tmp_path_factory.mktemp("oidc"))
    assert time.monotonic() - began < 60, "npm took too long; CI has no time for that"
    back = "http://testserver/accounts/oidc/{id}/login/callback/"
    with running(program, called_back=back, comes_back="http://testserver/") as started:
        yield started


@pytest.fixture
def trusted(nato: None, cheap_passwords: None, provider: Provider, settings: Settings) -> Provider:
    """An installation that trusts the provider, which knows Fiona as focal point of Finland."""
    trust(settings, provider)
    provider.knows("f-1", **FIONA, roles=["focal-point", "lunch"], party="FIN")
    return provider


def trust(settings: Settings, provider: Provider, **more: str) -> None:
    settings.OIDC = identity_provider({**provider.environment, **more})
    settings.SOCIALACCOUNT_PROVIDERS = settings.OIDC.for_allauth


def leads_to(client: Client, provider: Provider) -> str:
    """Where the button on the page for signing in leads."""
    button = f"/accounts/oidc/{provider.issuer.removeprefix('http://').replace(':', '-')}/login/?process=login"
    assert button.replace("&", "&amp;") in client.get("/accounts/login/").text
    answer = client.post(button)
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def signs_in(provider: Provider, subject: str = "f-1", client: Client | None = None) -> Any:
    """The answer that the browser gets when it comes back from the provider; it is `answer.client`'s."""
    client = client or Client()
    back = Visitor(provider).signs_in(leads_to(client, provider), subject)
    return client.get(back)


def held(email: str = "fiona@example.org") -> frozenset[Mandate]:
    return seen(Person.objects.get(email=email).pk, clock.now()).mandates


# --- who is let in ---


@pytest.mark.node
def test_whoever_has_a_role_there_gets_an_account_with_it(trusted):
    answer = signs_in(trusted)

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/")
    person = Person.objects.get()
    assert (person.email, person.name, person.has_usable_password()) == ("fiona@example.org", "Fiona", False)
    assert held() == {FINLAND}
    assert "Focal point of a party: Finland" in answer.client.get("/accounts/").text
    made = LedgerEntry.objects.get(verb="people.joined")
    assert made.actor == "system: identity provider"
    assert EmailAddress.objects.get().verified


@pytest.mark.node
def test_the_second_time_it_is_the_same_account_whatever_name_and_address_it_has_then(trusted):
    signs_in(trusted)
    entries = LedgerEntry.objects.count()
    trusted.knows("f-1", name="Fiona Finn", email="new@example.org", roles=["focal point"], party="fin")

    signs_in(trusted)

    assert Person.objects.count() == 1
    assert LedgerEntry.objects.count() == entries


@pytest.mark.node
@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"roles": []}, "gives you no role"),
        ({"roles": ["lunch", "king"]}, "gives you no role"),
        ({"roles": "provider"}, "gives you no role"),
        ({}, "gives you no role"),
        ({"roles": 7, "party": {"x": 1}}, "gives you no role"),
        ({"roles": ["focal point"]}, "gives you no role"),
        ({"roles": ["focal point"], "party": "atlantis"}, "&quot;atlantis&quot;, which the register does not know"),
        ({"roles": ["desk officer"], "email": ""}, "does not tell your e-mail address"),
        ({"roles": ["desk officer"], "email": "no address"}, "does not tell your e-mail address"),
    ],
)
def test_whoever_has_none_is_refused_told_whom_to_ask_and_gets_no_account(trusted, claims, told):
    trusted.knows("f-1", **{**FIONA, **claims})

    answer = signs_in(trusted)

    assert answer.status_code == 403
    assert told in answer.text
    assert "Ask whoever looks after your account" in answer.text
    assert answer["Cache-Control"] == "private, no-store"
    assert answer.client.get("/accounts/").status_code == 302
    assert Person.objects.count() == SocialAccount.objects.count() == 0
    assert not LedgerEntry.objects.filter(verb__startswith="people").exists()


@pytest.mark.node
def test_an_account_is_not_handed_over_to_whoever_has_its_address_there(trusted):
    person = now_somebody("fiona@example.org", ADMINISTRATOR)

    answer = signs_in(trusted)

    assert answer.status_code == 403
    assert "There is an account of this address already" in answer.text
    assert held() == {ADMINISTRATOR}
    assert not SocialAccount.objects.filter(user=person).exists()


@pytest.mark.node
def test_a_closed_account_stays_closed(trusted):
    signs_in(trusted)
    close_account(person=Person.objects.get().pk, reason="left", by=owner, at=clock.now())

    answer = signs_in(trusted)

    assert answer["Location"] == reverse("account_inactive")
    assert answer.client.get("/accounts/").status_code == 302
    assert held() == frozenset()
    assert not Grant.objects.filter(known_to=None).exists()


@pytest.mark.node
def test_what_it_says_of_somebody_beyond_that_is_not_kept(trusted):
    trusted.knows("f-1", **FIONA, roles=["focal point"], party="fin")

    for _time in range(2):
        signs_in(trusted)

    assert SocialAccount.objects.get().extra_data == {}
    assert SocialToken.objects.count() == 0


# --- roles in step ---


@pytest.mark.node
def test_roles_follow_what_the_provider_says_at_each_sign_in(trusted):
    signs_in(trusted)
    trusted.knows("f-1", **FIONA, roles=["Focal_Point", "AUDITOR"], party=["swe", "fin"])

    signs_in(trusted)
    assert held() == {FINLAND, SWEDEN, Mandate(Role.AUDITOR)}
    trusted.knows("f-1", **FIONA, roles=["auditor"], party="fin")
    signs_in(trusted)

    assert held() == {Mandate(Role.AUDITOR)}
    assert LedgerEntry.objects.filter(verb="people.followed").count() == 2


@pytest.mark.node
def test_a_role_that_somebody_gave_here_stays_and_one_that_somebody_ended_here_comes_back(trusted):
    signs_in(trusted)
    person, at = Person.objects.get().pk, clock.now()
    grant(person=person, mandate=DESK, from_on=at.date(), until_on=None, reason="r", by=owner, at=at)
    end_grant(number=Grant.objects.get(role="focal point").pk, reason="r", by=owner, at=at)

    signs_in(trusted)

    assert held() == {DESK, FINLAND}


@pytest.mark.node
def test_whoever_loses_the_last_role_there_loses_it_here_and_is_refused(trusted):
    signs_in(trusted)
    trusted.knows("f-1", **FIONA, roles=[])

    answer = signs_in(trusted)

    assert answer.status_code == 403
    assert held() == frozenset()
    assert Person.objects.get().is_active


@pytest.mark.node
def test_the_names_of_the_claims_are_those_that_the_settings_say(trusted, settings):
    trusted.knows("f-1", **FIONA, roles=["administrator"], party="fin")
    trust(settings, trusted, CORDIALE_OIDC_ROLES="name", CORDIALE_OIDC_PARTY="email")
    trusted.knows("f-1", **{**FIONA, "name": "analyst"}, roles=["administrator"])

    signs_in(trusted)

    assert held() == {Mandate(Role.ANALYST)}


# --- no other way in, and out again ---


@pytest.mark.node
def test_whom_the_provider_speaks_for_gets_no_password_here(trusted):
    browser = signs_in(trusted).client

    answer = browser.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})

    assert answer.status_code == 403
    assert not Person.objects.get().has_usable_password()


@pytest.mark.node
def test_a_password_that_was_there_before_opens_no_account_for_which_the_provider_speaks(trusted):
    signs_in(trusted)
    person = Person.objects.get()
    person.set_password(PASSWORD)
    person.save()

    answer = Client().post("/accounts/login/", {"login": "fiona@example.org", "password": PASSWORD}, follow=True)

    assert "Sign in at the identity provider" in answer.text
    assert answer.client.get("/accounts/").status_code == 302


@pytest.mark.node
def test_somebody_signed_in_connects_the_account_and_signs_in_there_from_then_on(trusted):
    person = now_somebody("fiona@example.org", DESK)
    browser = Client()
    browser.post("/accounts/login/", {"login": "fiona@example.org", "password": PASSWORD})
    page = browser.get(reverse("socialaccount_connections"))
    address = leads_to(Client(), trusted)  # only to see that the button is there
    assert address

    begun = browser.post(page.text.split('action="')[-1].split('"')[0].replace("&amp;", "&"))
    browser.get(Visitor(trusted).signs_in(begun["Location"], "f-1"))
    elsewhere = signs_in(trusted)

    assert SocialAccount.objects.get().user_id == person
    assert elsewhere.client.get("/accounts/").status_code == 200
    assert held() == {DESK, FINLAND}
    assert Person.objects.count() == 1


@pytest.mark.node
def test_whom_the_provider_speaks_for_cannot_cut_the_connection_and_keep_its_roles(trusted):
    browser = signs_in(trusted).client

    browser.post(reverse("socialaccount_connections"), {"account": SocialAccount.objects.get().pk})

    assert SocialAccount.objects.count() == 1


@pytest.mark.node
def test_signing_out_here_signs_out_there(trusted):
    client, visitor = Client(), Visitor(trusted)
    client.get(visitor.signs_in(leads_to(client, trusted), "f-1"))
    assert visitor.is_known(leads_to(Client(), trusted))

    answer = client.post(reverse("account_logout"))
    back = visitor.signs_out(answer["Location"])

    assert back == "http://testserver/"
    assert not visitor.is_known(leads_to(Client(), trusted))
    assert client.get("/accounts/").status_code == 302


@pytest.mark.node
def test_whoever_signed_in_with_a_password_is_not_led_there_to_sign_out(trusted):
    now_somebody("local@example.org", DESK)
    browser = Client()
    browser.post("/accounts/login/", {"login": "local@example.org", "password": PASSWORD})

    assert browser.post(reverse("account_logout"))["Location"] == "/"


# --- what could go wrong on the way ---


@pytest.mark.node
def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(trusted):
    back = Visitor(trusted).signs_in(leads_to(Client(), trusted), "f-1")
    victim = Client()

    answer = victim.get(back)

    assert victim.get("/accounts/").status_code == 302
    assert "Signing in there did not work" in answer.text
    assert Person.objects.count() == 0


@pytest.mark.node
def test_a_code_signs_in_once(trusted):
    client = Client()
    back = Visitor(trusted).signs_in(leads_to(client, trusted), "f-1")
    client.get(back)
    other = Client()
    other.cookies = client.cookies

    again = other.get(back)

    assert "Signing in there did not work" in again.text


@pytest.mark.node
def test_the_code_is_bound_to_who_asked_for_it(trusted):
    asked = parse_qs(urlsplit(leads_to(Client(), trusted)).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["state"]


@pytest.mark.node
def test_whoever_breaks_it_off_there_is_told_so(trusted):
    client = Client()
    state = parse_qs(urlsplit(leads_to(client, trusted)).query)["state"][0]
    callback = f"/accounts/oidc/{trusted.issuer.removeprefix('http://').replace(':', '-')}/login/callback/"

    answer = client.get(callback, {"error": "access_denied", "state": state}, follow=True)

    assert "You are not signed in" in answer.text


DOWN = {"CORDIALE_OIDC_SERVER": "http://localhost:1", "CORDIALE_OIDC_CLIENT": "x", "CORDIALE_OIDC_SECRET": "y"}
"""A provider that does not answer."""


def test_a_provider_that_does_not_answer_is_told_and_breaks_nothing(nato, client, settings):
    settings.OIDC = identity_provider(DOWN)
    settings.SOCIALACCOUNT_PROVIDERS = settings.OIDC.for_allauth

    answer = client.post("/accounts/oidc/localhost-1/login/?process=login")

    assert answer.status_code == 502
    assert "Signing in there did not work" in answer.text


def test_where_no_provider_is_set_up_there_is_no_button_and_no_address(nato, client):
    assert "oidc" not in client.get("/accounts/login/").text
    assert client.get("/accounts/oidc/localhost-1/login/").status_code == 404


def test_the_two_answers_of_a_provider_are_about_one_person():
    said = {"id_token": {"sub": "a", "name": "A"}, "userinfo": {"sub": "b", "roles": ["administrator"]}}

    with pytest.raises(NotOnePerson):
        identity_of(said, provider="x", subject="b", roles="roles", party="party")


# --- the settings ---


def settings_of(**more: str) -> dict[str, str]:
    needed = {
        "CORDIALE_OIDC_SERVER": "https://id.example.org/realms/Main/",
        "CORDIALE_OIDC_CLIENT": "cordiale",
        "CORDIALE_OIDC_SECRET": "secret",
    }
    return {**needed, **more}


def test_a_provider_is_named_after_its_address():
    made = identity_provider(settings_of())

    assert made is not None
    assert made.id == "id.example.org-realms-main"
    assert made.origin == "https://id.example.org"
    assert (made.name, made.roles, made.party) == ("id.example.org", "roles", "party")


def test_without_a_server_there_is_no_provider():
    assert identity_provider({"CORDIALE_OIDC_CLIENT": "x"}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"CORDIALE_OIDC_SECRET": ""},
        {"CORDIALE_OIDC_CLIENT": ""},
        {"CORDIALE_OIDC_SERVER": "http://id.example.org"},
        {"CORDIALE_OIDC_SERVER": "id.example.org"},
    ],
)
def test_a_provider_named_by_half_or_over_plain_http_is_refused(wrong):
    with pytest.raises(ImproperlyConfigured):
        identity_provider(settings_of(**wrong))
