"""Every way in says what it needs, and answers so: to anybody, to somebody without a role, and to each single role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse

from cordiale.apps.desk.models import Upload
from cordiale.apps.jobs.models import Job
from cordiale.apps.people.models import AccessRequest, Grant, Proposal, Token
from cordiale.apps.people.writes.grants import end_grant, lend
from cordiale.apps.people.writes.joining import ask_for_access, invite
from cordiale.apps.people.writes.tokens import make_token
from cordiale.config import routes as ways
from cordiale.config.commands import main
from cordiale.config.routes import OPERATIONS, Route, operations, routes
from cordiale.domain import clock
from cordiale.domain.permissions import EVERYBODY, MATRIX, MEANING, READING
from cordiale.domain.roles import Role
from cordiale.domain.viewer import EVERY_PERMISSION, Viewer
from cordiale.ui.pages import page_urls
from cordiale.ui.permitting import FEED, allowed, needs
from tests.architecture.source import ROOT
from tests.makers import load, outsider, owner, small_pack
from tests.people import DESK, mandate_of, now_somebody, seen, signed_in
from tools.check_docs import command_paths

PAGE = ROOT / "docs/reference/permissions.md"
NOBODY, NO_ROLE = "not signed in", "no role"
WHO = [NOBODY, NO_ROLE, *(role.value for role in Role)]


# --- the tables are complete ---


def test_every_route_says_what_it_needs():
    assert [one.address for one in routes() if one.needs is None] == []


def test_every_operation_of_the_api_says_what_it_needs():
    assert [one.asked for one in operations() if one.needs is None] == []


def test_no_table_speaks_of_what_is_not_there():
    assert OPERATIONS.keys() - {one.name for one in operations()} == set()
    assert ways.LIBRARY.keys() - {one.name for one in routes()} == set()


def test_every_permission_has_a_meaning_and_somebody_who_holds_it():
    assert MEANING.keys() == EVERY_PERMISSION
    assert EVERYBODY.union(*MATRIX.values()) == EVERY_PERMISSION
    assert MATRIX.keys() == set(Role)
    assert READING <= EVERY_PERMISSION


def test_every_route_operation_and_command_stands_in_the_reference():
    text = PAGE.read_text("utf-8")
    pages = [f"`/{one.address}`" for one in routes() if not one.name.endswith(ways.DOWNLOADS)]
    wanted = [*pages, *(f"`{one.asked}`" for one in operations()), *(f"`{one}`" for one in command_paths(main))]

    assert [one for one in wanted if f"| {one} |" not in text] == []


def test_a_route_that_says_nothing_is_found(monkeypatch):
    def silent(request: Any) -> HttpResponse:
        return HttpResponse()

    class Resolver:
        url_patterns = [path("silent/", silent), path("public/", needs("public")(silent))]

    monkeypatch.setattr(ways, "get_resolver", Resolver)

    assert [(one.address, one.needs) for one in routes()] == [("silent/", None), ("public/", "public")]


def test_an_operation_that_says_nothing_is_found(monkeypatch):
    monkeypatch.delitem(OPERATIONS, "parties")

    assert [one.name for one in operations() if one.needs is None] == ["parties"]


def test_a_page_needs_beside_it_what_it_needs_itself():
    made = page_urls("x/", lambda request: None, "x", opens_to="jobs.see")  # type: ignore[arg-type,return-value]

    assert [one.callback.needs for one in made] == ["jobs.see"] * 3  # type: ignore[attr-defined]


# --- and true ---


@pytest.fixture
def small(db: None, tmp_path: Path) -> None:
    """The invented pack is loaded: its pages are made quickly, and there are many to ask for."""
    load(small_pack(tmp_path / "small"))


class World:
    """An installation with the invented pack, and something for each address to be about."""

    def __init__(self, who: str) -> None:
        at = clock.now()
        self.viewer, self.client = _somebody(who)
        self.other = now_somebody("other@example.org", DESK, password=None)
        self.invitation, self.secret = invite(
            email="new@example.org", mandate=DESK, until_on=None, reason="r", by=owner, at=at
        )
        ask_for_access(email="asks@example.org", name="A", organisation="", reason="why", by=outsider, at=at)
        self.asked = AccessRequest.objects.get().pk
        self.token = self.lent = self.upload = self.proposal = 0
        if self.viewer.mandates:
            until = at.date() + timedelta(days=9)
            make_token(name="t", scope="read", expires_on=until, by=self.viewer, at=at)
            self.token = Token.objects.get(person=self.viewer.person).pk
            self.upload = Upload.objects.create(
                table="participation",
                name="x.csv",
                content=b"x",
                sha256="0" * 64,
                uploaded_by_id=self.viewer.person,
                uploaded_at=at,
            ).pk
            self.proposal = Proposal.objects.create(
                verb="register.edit",
                title="t",
                arguments={"edits": []},
                reason="r",
                proposed_by_id=self.viewer.person,
                proposed_at=at,
                register_number=1,
                effect={"gains": [], "digest": ""},
            ).pk
            self.lent = (
                lend(
                    person=self.other,
                    mandate=min(self.viewer.mandates),
                    from_on=at.date(),
                    until_on=until,
                    reason="away",
                    by=self.viewer,
                    at=at,
                )
                if min(self.viewer.mandates) != DESK
                else self._lent_to_a_third(until)
            )
        self.job = self._job(at)

    def _job(self, at: datetime) -> UUID:
        """A job of one's own, where one may run any: who sees those of others sees this one too."""
        by = self.viewer if self.viewer.may("jobs.run") else Viewer.system("test")
        job = uuid4()
        Job.objects.create(pk=job, kind="ledger-verify", started_by=by.name, turn=uuid4(), heard_at=at, created_at=at)
        return job

    def _lent_to_a_third(self, until: Any) -> int:
        third = now_somebody("third@example.org", password=None)
        at = clock.now()
        return lend(person=third, mandate=DESK, from_on=at.date(), until_on=until, reason="r", by=self.viewer, at=at)

    def address(self, route: Route) -> str:
        """An address of the route, about something that exists and is one's own where it must be."""
        held: dict[str, Any] = {
            "party": "alpha",
            "framework": "forum",
            "agreement": "charter",
            "source": "gazette",
            "number": 1 if route.address.startswith("changes/") else self.other,
            "table": "nothing",
            "format": "csv",
            "file": "nothing.svg",
            "secret": self.secret,
            "token": self.token,
            "invitation": self.invitation,
            "asked": self.asked,
            "grant": self.lent,
            "key": "x-y",
            "uidb36": "1",
            "pk": 1,
            "provider_id": "nothing",
            "verb": "retract",
            "job": self.job,
            "code": "nothing",
            "name": "nothing.txt",
        }
        if route.name in ("upload", "upload-original"):
            held["number"] = self.upload
        if route.name == "right-edit":
            held["verb"] = "clear"
        if route.name == "proposal":
            held["number"] = self.proposal
        if route.name == "workbook":
            held |= {"table": "participation", "format": "xlsx"}
        missing = set(route.parameters) - held.keys()
        assert not missing, f"{route.address}: tell World.address what {missing} may be"
        if not route.name:
            return "/" + route.address
        return reverse(
            f"api:{route.name}" if route.name in ("openapi-json", "api-root") else route.name,
            kwargs={name: held[name] for name in route.parameters},
        )


def _somebody(who: str) -> tuple[Viewer, Client]:
    if who == NOBODY:
        return outsider, Client()
    person = now_somebody("me@example.org", DESK if who == NO_ROLE else mandate_of(Role(who)), password=None)
    if who == NO_ROLE:
        end_grant(number=Grant.objects.get(person=person).pk, reason="r", by=owner, at=clock.now())
    viewer = seen(person, clock.now())
    return viewer, signed_in(person)


def expected(route: Route, viewer: Viewer) -> str:
    """What the matrix says: the page is open, or it is not there, or one is asked to sign in."""
    assert route.needs is not None
    if allowed(viewer, route.needs):
        return "open"
    return "asked to sign in" if route.needs == "signed in" else "not there"


def answered(route: Route, answer: Any) -> str:
    """What an answer amounts to. A page that one may open can still be about nothing: for all who may open it."""
    if answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next="):
        return "asked to sign in"
    if answer.status_code == 401 and route.address.endswith(FEED) and "WWW-Authenticate" in answer:
        return "asked to sign in"  # a reader of feeds sends its token as a password
    if route.needs in ("public", "signed in") and ABOUT_NOTHING & {route.name, *route.parameters}:
        return "open" if answer.status_code in (200, 302, 400, 401, 403, 404) else f"answers {answer.status_code}"
    if answer.status_code == 404:
        return "not there"
    return "open" if answer.status_code in (200, 301, 302, 400, 405) else f"answers {answer.status_code}"


ABOUT_NOTHING = {
    "table",  # a page has no table of that name, for anybody
    "file",
    "pk",  # nobody here has a passkey
    "provider_id",  # no identity provider is set up
    "socialaccount_login_error",  # which says 401
    "account_reauthenticate",  # nobody here has a password or a second factor to show again: 403
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_deactivate_totp",
}
"""Parameters and names of routes that are about something which this world does not hold."""


@contextmanager
def _taken_back() -> Iterator[None]:
    """What happens inside is taken back; a snapshot may be opened, as in a request that has no transaction."""
    inside = transaction.atomic()
    inside._from_testcase = True  # type: ignore[attr-defined]  # as the transaction of the test itself
    with inside:
        yield
        transaction.set_rollback(True)


@pytest.mark.sqlite
@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize("who", WHO)
def test_every_route_answers_as_the_matrix_says(small: None, who: str):
    world = World(who)
    wrong: list[str] = []

    for route in routes():
        if "code" in route.parameters and allowed(world.viewer, route.needs or "public"):
            continue  # of a document only its readers know, whatever they may: tests/integration/test_sharing_pages.py
        with _taken_back():  # what one address changes, the next does not see
            for method in ("get", "post"):
                ask: Callable[[str], Any] = getattr(world.client, method)
                if method == "post" and route.needs in ("public", "signed in"):
                    continue  # signing out would change who asks; the views of libraries have their own tests
                said = answered(route, ask(world.address(route)))
                if said != (should := expected(route, world.viewer)):
                    wrong.append(f"{method} /{route.address}: {said}, and should be {should}")

    assert wrong == []


@pytest.mark.sqlite
@pytest.mark.django_db(databases="__all__")
def test_a_route_that_answers_otherwise_is_found(small: None):
    world = World(Role.ANALYST)
    real = routes()
    people = next(route for route in real if route.name == "people")

    said = answered(people, world.client.get(world.address(people)))

    assert said == expected(people, world.viewer) == "not there"
    assert expected(replace(people, needs="public"), world.viewer) == "open"
