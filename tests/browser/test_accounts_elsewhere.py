"""Signing in at a real identity provider in a browser, whose policy for forms looks at where each of them leads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import VIOLATIONS, free_port, served
from tests.databases import Databases, OwnDatabase
from tests.identity_provider import Provider, installed, running

pytestmark = [pytest.mark.browser, pytest.mark.node]


@pytest.fixture(scope="module")
def trusting(
    _engine: Databases,
    _new_place: Callable[[str], tuple[Path, str]],
    nato_database: OwnDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Provider]]:
    """A server that trusts a provider, and the provider."""
    port = free_port()
    site = f"http://localhost:{port}"
    back = f"{site}/accounts/oidc/{{id}}/login/callback/"
    database = _engine.copy(nato_database, *_new_place("elsewhere"))
    with (
        running(installed(tmp_path_factory.mktemp("oidc")), called_back=back, comes_back=f"{site}/") as provider,
        served(database, port=port, **provider.environment),
    ):
        yield site, provider
    _engine.drop(database)


def test_somebody_signs_in_at_the_provider_and_out_of_both(browser: Browser, trusting: tuple[str, Provider]):
    site, provider = trusting
    provider.knows("f-1", name="Fiona", email="fiona@example.org", roles=["focal point"], party="fin")
    context = browser.new_context(base_url=site)
    context.add_init_script(VIOLATIONS)
    told: list[str] = []
    context.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page = context.new_page()

    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with the ministry").click()
    expect(page).to_have_url(re.compile(re.escape(provider.issuer)))
    page.get_by_placeholder("Enter any login").fill("f-1")
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fiona")
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button").click()
    page.get_by_role("button", name="Yes, sign me out").click()

    expect(page).to_have_url(f"{site}/")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert [one for one in told if "content security policy" in one.lower()] == []
    context.close()
