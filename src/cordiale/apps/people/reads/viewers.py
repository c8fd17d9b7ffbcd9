"""Turns a person or a token into a viewer: the roles held on the day, and what they permit."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Q

from cordiale.apps.people.models import Demand, Grant, Person, Token
from cordiale.apps.people.models.grants import OPEN
from cordiale.apps.register.reads import installation
from cordiale.domain.permissions import READING, permissions_of
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer

READ_ONLY = "read"
"""The scope of a token that may read what its person may read, and change nothing."""

FULL = "act"
"""The scope of a token that may do what its person may do."""


def name_of(person: int) -> str:
    """What the ledger calls a person: a number, so that erasing the person's data leaves the ledger as it is."""
    return f"person:{person}"


def person_named(name: str) -> int:
    """The number in what the ledger calls a person; 0 where it names a process or the public."""
    kind, _colon, number = name.partition(":")
    return int(number) if kind == "person" and number.isdecimal() else 0


def hashed(secret: str) -> str:
    """What is kept of a secret that is long and random itself: nobody can guess it from the hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def legal_day(viewer: Viewer, *, at: datetime) -> date:
    """The legal day of a moment: in the host's zone, and of UTC while there is no pack."""
    try:
        return installation.today(viewer, at=at)
    except installation.NoPackLoaded:
        return at.date()


def second_demanded(viewer: Viewer) -> bool:
    """Whether what gains anybody a right takes a second person here; public."""
    return Demand.objects.filter(OPEN).exists()


def holding(day: date) -> Q:
    """The condition that a grant holds on a day, as far as its own dates go."""
    return OPEN & Q(from_on__lte=day) & (Q(until_on__isnull=True) | Q(until_on__gt=day))


def mandates(viewer: Viewer, *, person: int, day: date) -> frozenset[Mandate]:
    """The roles a person holds on a day; one that was lent only while its lender holds it too."""
    held = Grant.objects.filter(holding(day), person=person, person__is_active=True)
    rows: list[tuple[str, str, str, int | None]] = list(held.values_list("role", "party", "body", "lent_by"))
    lenders = {lender for *_, lender in rows if lender is not None}
    theirs = set(
        Grant.objects.filter(
            holding(day), person__in=lenders, person__is_active=True, lent_by__isnull=True
        ).values_list("person", "role", "party", "body")
        if lenders
        else ()
    )
    return frozenset(
        Mandate(Role(role), party, body)
        for role, party, body, lender in rows
        if lender is None or (lender, role, party, body) in theirs
    )


def is_open(viewer: Viewer, *, person: int) -> bool:
    """Whether a person has an account that is open."""
    return Person.objects.filter(pk=person, is_active=True).exists()


def viewer_of(viewer: Viewer, *, person: int, at: datetime) -> Viewer:
    """The viewer that a person is at a moment; the public where the account is closed or there is none.

    Args:
        viewer: who looks it up: the installation itself.
        person: number of the person.
        at: the moment; roles are dated by legal day.
    """
    if not is_open(viewer, person=person):
        return Viewer.public()
    held = mandates(viewer, person=person, day=legal_day(viewer, at=at))
    return Viewer(
        name=name_of(person),
        permissions=permissions_of(held),
        mandates=held,
        person=person,
        needs_second=second_demanded(viewer),
    )


def viewer_of_token(viewer: Viewer, *, secret: str, at: datetime) -> Viewer | None:
    """The viewer that a token acts for; None where it is unknown, revoked or past its day."""
    row = (
        Token.objects.filter(
            secret_hash=hashed(secret),
            revoked_at__isnull=True,
            expires_on__gt=legal_day(viewer, at=at),
            person__is_active=True,
        )
        .values_list("person", "scope")
        .first()
    )
    if row is None:
        return None
    acting = viewer_of(viewer, person=row[0], at=at)
    if row[1] == FULL:
        return acting
    return replace(acting, permissions=acting.permissions & READING)
