"""Short makers for tests about accounts: people with roles, and browsers in which they are signed in."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from cordiale.apps.people.models import Person
from cordiale.apps.people.reads.viewers import viewer_of
from cordiale.apps.people.writes.grants import grant
from cordiale.apps.people.writes.joining import invite, join
from cordiale.domain import clock
from cordiale.domain.roles import FOR_A_BODY, FOR_A_PARTY, Mandate, Role
from cordiale.domain.viewer import Viewer
from tests.makers import AT, outsider, owner

PASSWORD = "correct horse battery"
ADMINISTRATOR = Mandate(Role.ADMINISTRATOR)
DESK = Mandate(Role.DESK_OFFICER)
TODAY = AT.date()
LATER = TODAY + timedelta(days=30)
LAST = TODAY + timedelta(days=60)


def mandate_of(role: Role) -> Mandate:
    """A sound mandate of a role, for Finland where it is for a party."""
    return Mandate(role, "fin" if role in FOR_A_PARTY else "", "The School" if role in FOR_A_BODY else "")


def somebody(
    email: str = "owner@example.org",
    *mandates: Mandate,
    name: str = "",
    password: str | None = None,
    until_on: date | None = None,
    at: datetime = AT,
) -> int:
    """The number of a person with these roles from the day of `at` on; without a password nobody signs in as them."""
    first, *more = mandates or (Mandate(Role.ANALYST),)
    _number, secret = invite(email=email, mandate=first, until_on=until_on, reason="a test", by=owner, at=at)
    person = join(secret=secret, name=name or email.partition("@")[0], email="", password=password, by=outsider, at=at)
    for mandate in more:
        grant(person=person, mandate=mandate, from_on=at.date(), until_on=None, reason="a test", by=owner, at=at)
    return person


def seen(person: int, at: datetime = AT) -> Viewer:
    """The viewer that a person is."""
    return viewer_of(Viewer.system("test"), person=person, at=at)


def now_somebody(email: str, *mandates: Mandate, password: str | None = PASSWORD, name: str = "") -> int:
    """As `somebody`, at the moment the machine shows: for requests, which have that moment."""
    return somebody(email, *mandates, password=password, name=name, at=clock.now() - timedelta(days=1))


def signed_in(person: int, *, enforce_csrf_checks: bool = False) -> Client:
    """A browser in which a person is signed in; how they sign in has tests of its own."""
    client = Client(enforce_csrf_checks=enforce_csrf_checks)
    client.force_login(Person.objects.get(pk=person))
    return client


class CheapArgon2(Argon2PasswordHasher):
    """The hasher of an installation at the lowest cost: what a test signs in with is no secret."""

    time_cost, memory_cost, parallelism = 1, 8, 1
