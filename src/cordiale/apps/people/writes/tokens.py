"""Makes and revokes the tokens by which programs act for a person."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from cordiale.apps.ledger.writes import entry
from cordiale.apps.people.models import Token
from cordiale.apps.people.reads.viewers import FULL, READ_ONLY, hashed, legal_day, name_of
from cordiale.domain.viewer import Viewer, require

PREFIX = "cordiale_"
"""How every token begins, so that those who search for leaked secrets find ours."""

LONGEST = timedelta(days=366)
"""The longest life of a token."""

MOST = 50
"""Tokens that one person may hold at once."""


class BadToken(ValueError):
    """A token that cannot be made or revoked."""

    code = "bad-token"


def make_token(*, name: str, scope: str, expires_on: date, by: Viewer, at: datetime) -> str:
    """Make a token that acts for oneself.

    Args:
        name: what it is for.
        scope: "read" or "act".
        expires_on: the first day on which it holds no longer; a year ahead at most.

    Returns:
        The token; it is shown this once and kept nowhere.

    Raises:
        NotPermitted, BadToken.
    """
    require(by, "people.tokens")
    day = legal_day(by, at=at)
    if scope not in (READ_ONLY, FULL):
        raise BadToken(f'"{scope}" is no scope of a token; choose "{READ_ONLY}" or "{FULL}".')
    if not day < expires_on <= day + LONGEST:
        raise BadToken(f"A token holds until a day from {day + timedelta(days=1)} to {day + LONGEST}.")
    if Token.objects.filter(person=by.person, revoked_at__isnull=True, expires_on__gt=day).count() >= MOST:
        raise BadToken(f"You hold {MOST} tokens; revoke one first.")
    token = PREFIX + secrets.token_urlsafe(32)
    with entry(by=by, at=at, verb="people.token-made", subject=name_of(by.person)) as change:
        made = Token.objects.create(
            person_id=by.person,
            name=name,
            secret_hash=hashed(token),
            scope=scope,
            created_at=at,
            expires_on=expires_on,
        )
        change.record({"token": made.pk, "scope": scope, "expires_on": expires_on.isoformat()}, register=True)
    return token


def revoke_token(*, token: int, by: Viewer, at: datetime) -> None:
    """Make a token of one's own worthless at once.

    Raises:
        NotPermitted, BadToken.
    """
    require(by, "people.tokens")
    with entry(by=by, at=at, verb="people.token-revoked", subject=name_of(by.person)) as change:
        if not Token.objects.filter(pk=token, person=by.person, revoked_at__isnull=True).update(revoked_at=at):
            raise BadToken("There is no such token of yours.")
        change.record({"token": token}, register=True)
