"""Tokens: dated, scoped, shown once, kept as a hash, worthless as soon as they or their person are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cordiale.apps.ledger.models import LedgerContent, LedgerEntry
from cordiale.apps.people.models import Token
from cordiale.apps.people.reads.people import tokens
from cordiale.apps.people.reads.viewers import FULL, READ_ONLY, viewer_of_token
from cordiale.apps.people.writes.grants import close_account
from cordiale.apps.people.writes.tokens import LONGEST, MOST, PREFIX, BadToken, make_token, revoke_token
from cordiale.domain.permissions import READING
from cordiale.domain.roles import Role
from cordiale.domain.viewer import NotPermitted, Viewer
from tests.makers import AT, outsider, owner
from tests.people import ADMINISTRATOR, DESK, LATER, TODAY, mandate_of, seen, somebody

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def made(by: Viewer, *, scope: str = FULL, expires_on=LATER, name: str = "a mirror") -> str:
    return make_token(name=name, scope=scope, expires_on=expires_on, by=by, at=AT)


def acting(token: str, at=AT) -> Viewer | None:
    return viewer_of_token(outsider, secret=token, at=at)


@pytest.fixture
def person() -> Viewer:
    somebody("administrator@example.org", ADMINISTRATOR)
    return seen(somebody("colleague@example.org", DESK))


def test_a_token_that_acts_is_its_person(person):
    assert acting(made(person)) == person


@pytest.mark.parametrize("role", Role)
def test_a_token_that_reads_reads_what_its_person_reads_and_changes_nothing(role):
    holder = seen(somebody("colleague@example.org", mandate_of(role)))

    reading = acting(made(holder, scope=READ_ONLY))

    assert reading is not None
    assert reading.permissions == holder.permissions & READING
    assert (reading.person, reading.mandates, reading.name) == (holder.person, holder.mandates, holder.name)


def test_a_token_is_recognised_by_its_beginning_and_kept_as_a_hash_only(person):
    token = made(person, name="my mirror")

    assert token.startswith(PREFIX)
    kept = [*Token.objects.values_list(), *LedgerEntry.objects.values_list(), *LedgerContent.objects.values_list()]
    assert not any(token in str(row) or token.removeprefix(PREFIX) in str(row) for row in kept)
    assert not any("my mirror" in str(row) for row in LedgerContent.objects.values_list())


def test_a_token_holds_until_its_day(person):
    token = made(person, expires_on=TODAY + DAY)

    assert acting(token) is not None
    assert acting(token, AT + DAY) is None


@pytest.mark.parametrize("expires_on", [TODAY - DAY, TODAY, TODAY + LONGEST + DAY])
def test_a_token_that_is_over_or_lasts_too_long_is_refused(person, expires_on):
    with pytest.raises(BadToken):
        made(person, expires_on=expires_on)


def test_a_token_may_last_a_year(person):
    assert acting(made(person, expires_on=TODAY + LONGEST)) is not None


def test_a_scope_that_is_none_is_refused(person):
    with pytest.raises(BadToken):
        made(person, scope="everything")


def test_a_token_that_was_revoked_is_nobody_and_is_revoked_once(person):
    token = made(person)
    (known,) = tokens(person)

    revoke_token(token=known.id, by=person, at=AT)

    assert acting(token) is None
    with pytest.raises(BadToken):
        revoke_token(token=known.id, by=person, at=AT)


def test_nobody_sees_or_revokes_anothers_token(person):
    token = made(person)
    (known,) = tokens(person)
    other = seen(somebody("other@example.org", ADMINISTRATOR))

    assert tokens(other) == []
    with pytest.raises(BadToken):
        revoke_token(token=known.id, by=other, at=AT)
    assert acting(token) is not None


def test_a_token_of_a_closed_account_is_nobody_at_once(person):
    token = made(person)

    close_account(person=person.person, reason="left", by=owner, at=AT)

    assert acting(token) is None


def test_an_invented_token_is_nobody():
    assert acting(PREFIX + "x" * 43) is None


def test_nobody_makes_a_token_by_one_that_reads(person):
    reading = acting(made(person, scope=READ_ONLY))
    assert reading is not None

    with pytest.raises(NotPermitted):
        made(reading)


def test_the_public_makes_none():
    with pytest.raises(NotPermitted):
        made(outsider)


def test_nobody_holds_more_than_the_bound_at_once(person):
    Token.objects.bulk_create(
        Token(person_id=person.person, name="x", secret_hash=str(one), scope=FULL, created_at=AT, expires_on=LATER)
        for one in range(MOST)
    )

    with pytest.raises(BadToken, match="revoke one"):
        made(person)
