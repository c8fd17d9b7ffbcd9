"""The pages about people: nobody finds what is not theirs, and each form does the one thing it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from django.test import Client
from django.urls import URLPattern, reverse

from cordiale.apps.people.models import AccessRequest, Grant, Invitation, Person, Token
from cordiale.apps.people.reads.viewers import viewer_of_token
from cordiale.apps.people.urls import urlpatterns
from cordiale.apps.people.writes.grants import close_account, demand_second, lend
from cordiale.apps.people.writes.joining import ask_for_access, invite
from cordiale.apps.people.writes.tokens import make_token
from cordiale.config.commands import main
from cordiale.domain import clock
from cordiale.domain.roles import Mandate, Role
from tests.makers import outsider, owner
from tests.people import ADMINISTRATOR, DESK, PASSWORD, mandate_of, now_somebody, seen, signed_in

pytestmark = pytest.mark.usefixtures("nato", "cheap_passwords")

FOCAL = mandate_of(Role.FOCAL_POINT)
ROUTES = sorted(route.name or "" for route in urlpatterns if isinstance(route, URLPattern))
OWN = {"account", "my-data", "token-new", "token-end", "role-lend", "role-end"}
"""Pages of one's own: the account, and what whoever holds a role may do for oneself."""
OPEN = {"access-request", "invitation"}
"""Pages for whoever is not signed in."""
DAY = "2027-03-01"


class World:
    """An installation with an administrator, a colleague, and one of everything that an address names."""

    def __init__(self) -> None:
        at = clock.now()
        self.administrator = now_somebody("administrator@example.org", ADMINISTRATOR, password=None, name="Ada Anders")
        self.colleague = now_somebody("colleague@example.org", FOCAL, password=None, name="Colin Cole")
        self.person = now_somebody("lender@example.org", DESK, password=None, name="Lena Lind")
        self.granted = Grant.objects.get(person=self.person).pk
        day = at.date()
        self.lent = lend(
            person=self.colleague,
            mandate=DESK,
            from_on=day,
            until_on=day.replace(year=day.year + 1),
            reason="away",
            by=seen(self.person, at),
            at=at,
        )
        self.invitation, self.secret = invite(
            email="new@example.org", mandate=FOCAL, until_on=None, reason="r", by=seen(self.administrator, at), at=at
        )
        ask_for_access(email="asks@example.org", name="Asta", organisation="", reason="why", by=outsider, at=at)
        self.asked = AccessRequest.objects.get().pk
        self.secret_of_token = make_token(
            name="mirror", scope="act", expires_on=day.replace(year=day.year + 1), by=seen(self.person, at), at=at
        )
        self.token = Token.objects.get().pk

    def address(self, name: str) -> str:
        """A page about what there is."""
        arguments: dict[str, list[Any]] = {
            "invitation": [self.secret],
            "token-end": [self.token],
            "invitation-withdraw": [self.invitation],
            "request-refuse": [self.asked],
            "role-end": [self.granted],
            "person": [self.person],
            "role-new": [self.person],
            "account-close": [self.person],
            "held": [self.person],
            "person-erase": [self.person],
        }
        return reverse(name, args=arguments.get(name, []))


@pytest.fixture
def world(nato: None) -> World:
    return World()


# --- who finds what ---


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(set(ROUTES) - OPEN - {"account", "my-data"}))
def test_whoever_is_not_signed_in_finds_nothing(world, client, name, method):
    answer = getattr(client, method)(world.address(name))

    missing = getattr(client, method)("/people/nowhere/")
    assert (answer.status_code, missing.status_code) == (404, 404)
    assert answer.content.replace(world.address(name).encode(), b"") == missing.content.replace(
        b"/people/nowhere/", b""
    )


def test_whoever_is_not_signed_in_is_asked_to_sign_in_for_the_own_account(world, client):
    answer = client.get(reverse("account"))

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=%2Faccounts%2F")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(set(ROUTES) - OPEN - OWN))
def test_a_focal_point_finds_none_of_what_runs_the_installation(world, name, method):
    answer = getattr(signed_in(world.colleague), method)(world.address(name))

    assert answer.status_code == 404
    assert b"Lena" not in answer.content


@pytest.mark.parametrize("name", ["token-end", "role-end"])
def test_what_is_not_ones_own_is_not_there(world, name):
    colleague = signed_in(world.colleague)

    assert colleague.get(world.address(name)).status_code == 404
    assert colleague.post(world.address(name), {"reason": "x"}).status_code == 404
    assert Grant.objects.filter(pk=world.granted, known_to=None).exists()
    assert Token.objects.filter(pk=world.token, revoked_at=None).exists()


def test_a_role_that_was_lent_is_ended_by_its_lender_and_not_by_the_borrower(world):
    address = reverse("role-end", args=[world.lent])

    assert signed_in(world.colleague).post(address, {"reason": "x"}).status_code == 404
    assert signed_in(world.person).post(address, {"reason": "back"}).status_code == 302
    assert not Grant.objects.filter(pk=world.lent, known_to=None).exists()


@pytest.mark.parametrize("name", sorted(set(ROUTES) - OPEN - {"token-end"}))
def test_the_administrator_finds_every_page(world, name):
    answer = signed_in(world.administrator).get(world.address(name))

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "name", ["person", "role-new", "account-close", "role-end", "request-refuse", "invitation-withdraw"]
)
def test_what_does_not_exist_is_not_found_by_the_administrator_either(world, name):
    assert signed_in(world.administrator).get(reverse(name, args=[999_999])).status_code == 404


def test_an_auditor_sees_people_and_is_offered_no_change(world):
    auditor = signed_in(now_somebody("auditor@example.org", mandate_of(Role.AUDITOR), password=None))

    answer = auditor.get(reverse("people"))

    assert "Lena Lind" in answer.text
    assert "new@example.org" not in answer.text
    assert reverse("invite") not in answer.text
    assert auditor.get(reverse("invite")).status_code == 404


# --- a session and the roles behind it ---


def test_a_closed_account_is_signed_out_at_once(world):
    browser = signed_in(world.person)
    assert browser.get(reverse("account")).status_code == 200

    close_account(person=world.person, reason="left", by=owner, at=clock.now())

    assert browser.get(reverse("account")).status_code == 302
    assert "Your account" not in browser.get("/").text


def test_a_role_that_is_ended_is_missing_in_the_next_request(world):
    browser = signed_in(world.administrator)
    now_somebody("second@example.org", ADMINISTRATOR, password=None)
    answer = browser.post(
        reverse("role-end", args=[Grant.objects.get(person=world.administrator).pk]), {"reason": "enough"}
    )

    assert answer.status_code == 302
    assert browser.get(reverse("people")).status_code == 404


# --- what each form does ---


def test_an_invitation_is_made_shown_once_and_taken(world):
    browser = signed_in(world.administrator)
    given = {"email": "fin@example.org", "role": "focal point", "party": "fin", "reason": "asked for"}
    shown = browser.post(reverse("invite"), given)
    link = re.search(r"http://testserver(/accounts/invitation/[^<]+)", shown.text)
    assert link is not None

    newcomer = Client()
    offer = newcomer.get(link[1])
    answer = newcomer.post(link[1], {"name": "Fiona", "password": PASSWORD})

    assert "Focal point of a party: Finland" in offer.text
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/")
    account = newcomer.get("/accounts/")
    assert "Fiona" in account.text
    assert "Focal point of a party: Finland" in account.text
    assert Person.objects.get(email="fin@example.org").check_password(PASSWORD)
    assert Client().get(link[1]).status_code == 404


@pytest.mark.parametrize("page", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "usersessions_list"])
def test_whoever_has_just_joined_is_not_asked_for_the_password_again(world, page):
    newcomer = Client()
    newcomer.post(world.address("invitation"), {"name": "Nora", "password": PASSWORD})

    answer = newcomer.get(reverse(page))

    assert answer.status_code == 200


def test_whoever_signed_in_long_ago_is_asked_for_the_password_again(world):
    newcomer = Client()
    newcomer.post(world.address("invitation"), {"name": "Nora", "password": PASSWORD})
    session = newcomer.session
    session["account_authentication_methods"] = [
        {**one, "at": one["at"] - 3_600} for one in session["account_authentication_methods"]
    ]
    session.save()

    answer = newcomer.get(reverse("mfa_activate_totp"))

    assert answer["Location"].startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize("password", ["", "short", "password1234", "qwertyuiop123"])
def test_a_password_that_is_guessed_first_makes_no_account(world, client, password):
    answer = client.post(world.address("invitation"), {"name": "Nora", "password": password})

    assert answer.status_code == 200
    assert "field-error" in answer.text
    assert not Person.objects.filter(email="new@example.org").exists()


def test_the_address_of_an_invitation_cannot_be_changed_by_whoever_takes_it(world, client):
    client.post(world.address("invitation"), {"name": "N", "email": "other@example.org", "password": PASSWORD})

    assert Person.objects.filter(email="new@example.org").exists()
    assert not Person.objects.filter(email="other@example.org").exists()


def test_a_request_is_answered_by_an_invitation(world):
    browser = signed_in(world.administrator)
    address = f"{reverse('invite')}?request={world.asked}"
    assert "asks@example.org" in browser.get(address).text

    browser.post(address, {"email": "asks@example.org", "role": "analyst", "reason": "asked"})

    assert AccessRequest.objects.get(pk=world.asked).granted
    assert Invitation.objects.filter(email="asks@example.org", role="analyst").exists()


def test_a_request_is_refused(world):
    signed_in(world.administrator).post(world.address("request-refuse"))

    answered = AccessRequest.objects.get(pk=world.asked)
    assert (answered.granted, answered.answered_by) == (False, f"person:{world.administrator}")


def test_an_invitation_is_withdrawn(world, client):
    signed_in(world.administrator).post(world.address("invitation-withdraw"))

    assert client.get(world.address("invitation")).status_code == 404


def test_a_role_is_given_lent_and_ended(world):
    administrator, lender = signed_in(world.administrator), signed_in(world.person)
    given = {"role": "auditor", "from_on": "2026-01-01", "reason": "a check"}

    administrator.post(reverse("role-new", args=[world.person]), given)
    own = sorted(seen(world.person, clock.now()).mandates)
    lent = {
        "mandate": own.index(Mandate(Role.AUDITOR)),
        "email": "Colleague@example.org",
        "from_on": "2026-01-01",
        "until_on": DAY,
        "reason": "away",
    }
    lender.post(reverse("role-lend"), lent)

    assert Mandate(Role.AUDITOR) in seen(world.colleague, clock.now()).mandates
    number = Grant.objects.get(person=world.person, role="auditor", lent_by=None).pk
    assert "Auditor" in administrator.get(world.address("person")).text
    administrator.post(reverse("role-end", args=[number]), {"reason": "done"})
    assert Mandate(Role.AUDITOR) not in seen(world.colleague, clock.now()).mandates


def test_a_role_is_lent_to_nobody_and_nobody_is_shown_who_has_an_account(world):
    lender = signed_in(world.person)
    lent = {"mandate": 0, "email": "nobody@example.org", "from_on": "2026-01-01", "until_on": DAY, "reason": "r"}

    page, refused = lender.get(reverse("role-lend")), lender.post(reverse("role-lend"), lent)

    assert "Colin" not in page.text
    assert "no open account of this address" in refused.text


def test_a_token_is_made_shown_once_and_revoked(world):
    browser = signed_in(world.person)
    shown = browser.post(reverse("token-new"), {"name": "feed", "scope": "read", "expires_on": DAY})
    token = re.search(r"cordiale_[\w-]+", shown.text)
    assert token is not None
    number = Token.objects.get(name="feed").pk

    def acting() -> bool:
        return viewer_of_token(outsider, secret=token[0], at=clock.now()) is not None

    assert acting()
    assert token[0] not in browser.get(reverse("account")).text
    assert "feed" in browser.get(reverse("token-end", args=[number])).text
    browser.post(reverse("token-end", args=[number]))

    assert not acting()
    assert browser.post(reverse("token-end", args=[number])).status_code == 302


def test_a_second_person_is_demanded_and_then_one_alone_only_proposes(world):
    now_somebody("second@example.org", ADMINISTRATOR, password=None)
    browser = signed_in(world.administrator)

    browser.post(reverse("second-person"), {"reason": "four eyes"})
    given = {"email": "x@example.org", "role": "analyst", "reason": "r"}
    proposed = browser.post(reverse("invite"), given, follow=True)

    assert "Another person decides" in proposed.text
    assert not Invitation.objects.filter(email="x@example.org").exists()
    assert "no second person is demanded" not in browser.get("/").text


def test_a_refusal_is_told_in_the_form_and_nothing_is_done(world):
    browser = signed_in(world.administrator)
    refused = {
        reverse("invite"): {"email": "lender@example.org", "role": "analyst", "reason": "r"},
        reverse("account-close", args=[world.administrator]): {"reason": "r"},
        reverse("second-person"): {"reason": "r"},
    }

    answers = [browser.post(address, given) for address, given in refused.items()]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all('role="alert"' in answer.text for answer in answers)
    assert browser.get(reverse("people")).status_code == 200


def test_where_one_person_decides_alone_every_page_says_so(world, client):
    assert "no second person is demanded" in client.get("/about/").text

    now_somebody("second@example.org", ADMINISTRATOR, password=None)
    demand_second(demanded=True, reason="r", by=seen(world.administrator, clock.now()), at=clock.now())

    assert "no second person is demanded" not in client.get("/about/").text


def test_requests_for_access_from_one_address_are_counted(client):
    given = {"name": "A", "email": "a@example.org", "reason": "why"}
    answers = [client.post(reverse("access-request"), given) for _time in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "Too many attempts" in answers[-1].text


def test_before_a_pack_is_loaded_the_administrator_finds_the_pages_that_run_the_installation(own_database, here):
    with here(own_database):
        browser = signed_in(now_somebody("administrator@example.org", ADMINISTRATOR, password=None))

        pages = {name: browser.get(reverse(name)).status_code for name in ("account", "people", "invite", "token-new")}

    assert pages == dict.fromkeys(pages, 200)


def test_a_link_from_the_command_line_lets_in_whoever_lost_password_and_second_factor_once(world):
    person = now_somebody("lost@example.org", DESK)
    Authenticator.objects.create(user_id=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    said = CliRunner().invoke(main, ["user", "password", "Lost@example.org", "--without-second-factor"])
    link = said.output.strip().removeprefix("http://localhost:8000")
    browser, new = Client(), "another long password"

    form = browser.get(link, follow=True)
    browser.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})

    signed_in_with = Client().post("/accounts/login/", {"login": "lost@example.org", "password": new})
    assert signed_in_with["Location"] == "/accounts/"
    assert Client().get(link, follow=True).text.count('type="password"') == 0
    assert not Authenticator.objects.filter(user=person).exists()


def test_there_is_no_such_link_for_an_address_without_an_account(world):
    said = CliRunner().invoke(main, ["user", "password", "nobody@example.org"])

    assert said.exit_code == 1
    assert "no open account" in said.output
