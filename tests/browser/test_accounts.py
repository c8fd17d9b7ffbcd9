"""Accounts in a browser: the first administrator, second factors, sessions, and an invitation to a focal point."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NewPage, pages_of, served
from tests.browser.keyboard import Keyboard
from tests.browser.test_accessibility import AXE, RULES, RUN, SIDEWAYS, SIZES
from tests.databases import Databases, OwnDatabase

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
ADMINISTRATOR = "administrator@example.org"
PRINTED = re.compile(r"once: (\S+)")
STEP = 30
"""Seconds for which a code of an authenticator app holds."""


@dataclass
class Installation:
    """A server of the module's own, with nobody in it at first."""

    site: str
    database: OwnDatabase
    first_link: str

    def link(self, email: str, *role: str) -> str:
        """A link that the command line prints for somebody."""
        done = self.database.run("user", "create", email, *role, "--address", self.site)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def installation(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], nato_database: OwnDatabase
) -> Iterator[Installation]:
    """`cordiale serve --invite-first`: passkeys need the name localhost, as the printed link has it."""
    database = _engine.copy(nato_database, *_new_place("accounts"))
    with served(database, "--invite-first") as (address, log):
        printed = PRINTED.search(log.read_text("utf-8"))
        assert printed is not None
        yield Installation(address.replace("127.0.0.1", "localhost"), database, printed[1])
    _engine.drop(database)


@pytest.fixture
def new_page(browser: Browser, installation: Installation) -> Iterator[NewPage]:
    """As everywhere, on the module's own server."""
    with pages_of(browser, installation.site) as opened:
        yield opened


def code_of(secret: str, moment: float) -> str:
    """What an authenticator app shows (RFC 6238)."""
    counted = struct.pack(">Q", int(moment) // STEP)
    digest = hmac.digest(base64.b32decode(secret), counted, "sha1")
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def types(page: Page, **fields: str) -> None:
    """Fill a form with nothing but a keyboard, and send it with Enter from its last field."""
    keyboard = Keyboard(page)
    for name, text in fields.items():
        keyboard.walk_to(id=f"id_{name}")
        page.keyboard.type(text)
    keyboard.enter()


def joins(page: Page, link: str, name: str) -> None:
    """Take an invitation made for an address."""
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def signs_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def signs_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def adds_an_authenticator_app(page: Page) -> str:
    """The secret that was shown."""
    page.goto("/accounts/2fa/totp/activate/")
    secret = page.get_by_label("Secret", exact=True).input_value()
    page.get_by_label("Authenticator code").fill(code_of(secret, time.time()))
    page.get_by_role("button", name="Add it").click()
    return secret


def test_the_first_administrator_comes_in_by_the_printed_link_with_a_keyboard(
    new_page: NewPage, installation: Installation
):
    page = new_page()
    page.goto(installation.first_link)

    types(page, name="Ada Anders", email=ADMINISTRATOR, password=PASSWORD)

    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Anders")
    expect(page.get_by_role("rowheader", name="Administrator")).to_be_visible()
    expect(page.get_by_role("link", name="People")).to_be_visible()
    signs_out(page)
    page.goto("/accounts/login/")
    types(page, login=ADMINISTRATOR, password=PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Anders")


def test_an_authenticator_app_is_asked_for_and_a_recovery_code_stands_in_for_it(
    new_page: NewPage, installation: Installation
):
    page = new_page()
    joins(page, installation.link("totp@example.org", "--role", "desk officer"), "Tomas")
    secret = adds_an_authenticator_app(page)
    page.goto("/accounts/2fa/recovery-codes/generate/")
    page.locator("main").get_by_role("button").click()
    codes = page.get_by_label("Unused codes").input_value().split()
    assert len(codes) == 10
    signs_out(page)

    signs_in(page, "totp@example.org")
    expect(page.get_by_role("heading", level=1)).to_have_text("Second factor")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".field-error")).to_be_visible()
    # a code opens once: the one that added the app is spent, the next one counts already
    page.get_by_label("Code").fill(code_of(secret, time.time() + STEP))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tomas")

    signs_out(page)
    signs_in(page, "totp@example.org")
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tomas")


def test_a_passkey_signs_in_without_a_password(new_page: NewPage, installation: Installation):
    page = new_page()
    debugger = page.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    debugger.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    joins(page, installation.link("passkey@example.org", "--role", "desk officer"), "Paula")

    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill("The laptop")
    page.get_by_label(re.compile("Passwordless")).check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_label("Unused codes")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_text("The laptop")).to_be_visible()
    signs_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Paula")


def test_somebody_sees_where_they_are_signed_in_and_ends_the_other_sessions(
    new_page: NewPage, installation: Installation
):
    here, elsewhere = new_page(), new_page()
    joins(elsewhere, installation.link("sessions@example.org", "--role", "analyst"), "Sven")
    signs_in(here, "sessions@example.org")

    here.goto("/accounts/sessions/")
    expect(here.locator("tbody tr")).to_have_count(2)
    here.locator("main").get_by_role("button").click()

    expect(here.locator("tbody tr")).to_have_count(1)
    elsewhere.goto("/accounts/")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_an_administrator_invites_a_focal_point_who_comes_in_and_finds_no_more_than_a_focal_point_may(
    new_page: NewPage, installation: Installation
):
    administrator, newcomer = new_page(), new_page()
    joins(administrator, installation.link("host@example.org", "--admin"), "Hanna")
    administrator.get_by_role("link", name="People").click()
    administrator.get_by_role("link", name="Invite somebody").click()
    administrator.get_by_label("E-mail address").fill("focal@example.org")
    administrator.get_by_label("Role").select_option("Focal point of a party")
    administrator.get_by_label("Party").select_option("Finland")
    administrator.get_by_label("Reason").fill("Asked for by the ministry")
    administrator.get_by_role("button", name="Invite").click()
    link = administrator.locator("#invitation-link").inner_text()

    joins(newcomer, link, "Fiona")

    expect(newcomer.get_by_role("rowheader", name="Focal point of a party: Finland")).to_be_visible()
    expect(newcomer.get_by_role("link", name="People")).to_have_count(0)
    administrator.goto("/people/")
    expect(administrator.get_by_role("rowheader", name="Fiona")).to_be_visible()


ANYBODY = {
    "sign in": "/accounts/login/",
    "ask for access": "/accounts/request/",
    "forgotten": "/accounts/password/reset/",
    "forgotten, sent": "/accounts/password/reset/done/",
    "sign up": "/accounts/signup/",
    "closed account": "/accounts/inactive/",
}
ADMINISTRATORS = {
    "account": "/accounts/",
    "password": "/accounts/password/change/",
    "addresses": "/accounts/email/",
    "second factors": "/accounts/2fa/",
    "authenticator app": "/accounts/2fa/totp/activate/",
    "passkey": "/accounts/2fa/webauthn/add/",
    "sessions": "/accounts/sessions/",
    "sign out": "/accounts/logout/",
    "token": "/accounts/tokens/new/",
    "lend": "/accounts/lend/",
    "people": "/people/",
    "invite": "/people/invite/",
    "person": "/people/1/",
    "give a role": "/people/1/roles/new/",
    "close": "/people/1/close/",
    "second person": "/people/second/",
    "again": "/accounts/reauthenticate/",
}
WITH_FACTORS = {
    "second factors, on": "/accounts/2fa/",
    "recovery codes": "/accounts/2fa/recovery-codes/",
    "recovery codes, new": "/accounts/2fa/recovery-codes/generate/",
    "authenticator app, off": "/accounts/2fa/totp/deactivate/",
    "again, with a code": "/accounts/2fa/reauthenticate/",
}


def faults(page: Page, kind: str, pictures: Path) -> dict[str, object]:
    """What machines find wrong with a page at each size; it is drawn at both for people to look at."""
    found: dict[str, object] = {}
    page.evaluate(AXE.read_text("utf-8"))
    for size, (width, _height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=pictures / f"accounts-{re.sub('[ ,]+', '-', kind)}-{size}.png", full_page=True)
        sideways = page.evaluate(SIDEWAYS)
        if wrong := list(page.evaluate(RUN, RULES)) + ([["scrolls sideways", sideways]] if sideways else []):
            found[f"{kind}, {size}"] = wrong
    return found


def all_faults(page: Page, pages: dict[str, str], pictures: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for kind, address in pages.items():
        page.goto(address)
        assert page.url.partition("?")[0].endswith(address), f"{address} leads to {page.url}"
        found |= faults(page, kind, pictures)
    return found


def test_axe_finds_nothing_on_the_pages_for_whoever_is_not_signed_in(
    new_page: NewPage, installation: Installation, pictures: Path
):
    page = new_page()
    found = all_faults(page, ANYBODY, pictures)
    page.goto(installation.link("unused@example.org", "--role", "analyst"))
    found |= faults(page, "invitation", pictures)
    page.get_by_role("button", name="Make my account").click()
    expect(page.locator(".field-error").first).to_be_visible()
    found |= faults(page, "invitation, wrong", pictures)

    assert found == {}


def test_axe_finds_nothing_on_the_pages_of_an_administrator(
    new_page: NewPage, installation: Installation, pictures: Path
):
    page = new_page()
    joins(page, installation.link("axe@example.org", "--admin"), "Axel")

    found = all_faults(page, ADMINISTRATORS, pictures)
    adds_an_authenticator_app(page)
    found |= all_faults(page, WITH_FACTORS, pictures)
    signs_out(page)
    signs_in(page, "axe@example.org")
    found |= faults(page, "second factor", pictures)

    assert found == {}
