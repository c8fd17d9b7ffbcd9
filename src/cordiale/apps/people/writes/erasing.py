"""Erases what is held about people: when its time is over, or when the law demands it; the ledger still verifies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from cordiale.apps.ledger.writes import Change, entry
from cordiale.apps.people.models import AccessRequest, Invitation, Person, Token
from cordiale.apps.people.reads.viewers import name_of
from cordiale.apps.people.writes.grants import NoSuchPerson, close_account
from cordiale.apps.people.writes.proposals import forget_addresses
from cordiale.domain import retention
from cordiale.domain.viewer import Viewer, require

ERASED_ABOVE: list[Callable[[Change, int], None]] = []
"""How apps above this one erase what they hold about a person, in an open entry; they add theirs at the start."""


def erase_person(*, person: int, reason: str, by: Viewer, at: datetime) -> None:
    """Erase all that is held about a person; what is left is a number, as the ledger names it. It cannot be undone.

    An account that is still open is closed first.

    Raises:
        NotPermitted, NoSuchPerson, LastAdministrator.
    """
    require(by, "people.erase")
    found = Person.objects.filter(pk=person, erased_at__isnull=True).first()
    if found is None:
        raise NoSuchPerson(person)
    with entry(by=by, at=at, verb="people.erased", subject=name_of(person), reason=reason) as change:
        if found.is_active:
            close_account(person=person, reason=reason, by=by, at=at)
            found.refresh_from_db()
        _erase(change, found, at=at)
        change.record({"erased": person}, register=True)


def run(*, by: Viewer, at: datetime) -> dict[str, int]:
    """Erase whatever was kept for its time; to be run daily.

    Returns:
        Key of each kind of data to how many were erased.

    Raises:
        NotPermitted.
    """
    require(by, "people.erase")
    due = due_on(by, at=at)
    if not any(due.values()):
        return due
    with entry(by=by, at=at, verb="people.retention-run", subject="installation") as change:
        for person in _closed_long_ago(at):
            _erase(change, person, at=at)
            change.record({"erased": person.pk}, register=True)
        _old_requests(at).delete()
        _old_invitations(at).update(email="")
        _old_tokens(at).update(name="")
        _ended_sessions(at).delete()
        Session.objects.filter(expire_date__lt=at).delete()
        change.record({"erased": due})
    return due


def due_on(viewer: Viewer, *, at: datetime) -> dict[str, int]:
    """How many of each kind a run at this moment would erase.

    Raises:
        NotPermitted.
    """
    require(viewer, "people.erase")
    counted: dict[str, Callable[[datetime], QuerySet[Any]]] = {
        retention.ACCOUNTS.key: _closed_long_ago,
        retention.REQUESTS.key: _old_requests,
        retention.INVITATIONS.key: _old_invitations,
        retention.SESSIONS.key: _ended_sessions,
        retention.TOKENS.key: _old_tokens,
    }
    return {key: find(at).count() for key, find in counted.items()}


def _closed_long_ago(at: datetime) -> QuerySet[Person]:
    return Person.objects.filter(erased_at__isnull=True, closed_at__lt=at - retention.ACCOUNTS.span)


def _old_requests(at: datetime) -> QuerySet[AccessRequest]:
    return AccessRequest.objects.filter(asked_at__lt=at - retention.REQUESTS.span)


def _old_invitations(at: datetime) -> QuerySet[Invitation]:
    before = at - retention.INVITATIONS.span
    over = Q(expires_at__lt=before) | Q(used_at__lt=before) | Q(withdrawn_at__lt=before)
    return Invitation.objects.exclude(email="").filter(over)


def _old_tokens(at: datetime) -> QuerySet[Token]:
    before = at - retention.TOKENS.span
    return Token.objects.exclude(name="").filter(Q(expires_on__lt=before.date()) | Q(revoked_at__lt=before))


def _ended_sessions(at: datetime) -> QuerySet[Any]:
    """Sessions as their people see them, whose own session is over or gone."""
    running = Session.objects.filter(expire_date__gte=at - retention.SESSIONS.span).values("session_key")
    found: QuerySet[Any] = UserSession.objects.exclude(session_key__in=running)
    return found


def _erase(change: Change, person: Person, *, at: datetime) -> None:
    """Everything but the number. Rows of allauth go; ours that others refer to are emptied."""
    addresses = {person.email, *EmailAddress.objects.filter(user=person).values_list("email", flat=True)}
    for model in (EmailAddress, Authenticator, SocialAccount):
        model.objects.filter(user=person).delete()
    sessions = UserSession.objects.filter(user=person)
    Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()
    sessions.delete()
    Token.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=at)
    Token.objects.filter(person=person).update(name="")
    forget_addresses(change, addresses=addresses)
    for address in addresses:
        Invitation.objects.filter(email__iexact=address).update(email="")
        AccessRequest.objects.filter(email__iexact=address).delete()
    for erase_above in ERASED_ABOVE:
        erase_above(change, person.pk)
    person.email, person.name, person.erased_at, person.last_login = f"erased-{person.pk}@invalid", "", at, None
    person.set_unusable_password()
    person.save()
