"""Everything that is held about a person, as the law lets them ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q

from cordiale.apps.ledger.reads import named
from cordiale.apps.people.models import AccessRequest, Grant, Invitation, Person, Proposal, Token
from cordiale.apps.people.reads.viewers import name_of
from cordiale.domain import retention
from cordiale.domain.viewer import Viewer

HELD_ABOVE: list[Callable[[Viewer, int], dict[str, list[dict[str, str]]]]] = []
"""What apps above this one hold about a person, by viewer and number; they add theirs when the process starts."""


def held_about(viewer: Viewer, *, person: int) -> dict[str, Any] | None:
    """All data about a person, ready to be written as JSON: for the person, and for whoever may erase them.

    Secrets (hashes of passwords and tokens, keys of second factors) are named, not shown.

    Returns:
        None where there is no such person, or it is not this viewer's to know.
    """
    if viewer.person != person and not viewer.may("people.erase"):
        return None
    found = Person.objects.filter(pk=person).first()
    if found is None:
        return None
    addresses = [found.email, *EmailAddress.objects.filter(user=found).values_list("email", flat=True)]
    mine = Q()
    for address in addresses:
        mine |= Q(email__iexact=address)
    return {
        "person": _row(found, "email", "name", "is_active", "created_at", "closed_at", "erased_at", "last_login"),
        "addresses": _rows(EmailAddress.objects.filter(user=found), "email", "verified", "primary"),
        "second_factors": _rows(Authenticator.objects.filter(user=found), "type", "created_at", "last_used_at"),
        "identity_providers": _rows(SocialAccount.objects.filter(user=found), "provider", "uid", "last_login"),
        "sessions": _rows(UserSession.objects.filter(user=found), "ip", "user_agent", "created_at", "last_seen_at"),
        "roles": _rows(
            Grant.objects.filter(person=found).order_by("pk"),
            *("role", "party", "body", "from_on", "until_on", "lent_by_id", "known_from_id", "known_to_id"),
        ),
        "tokens": _rows(Token.objects.filter(person=found), "name", "scope", "created_at", "expires_on", "revoked_at"),
        "invitations": _rows(
            Invitation.objects.filter(mine | Q(person=found)), "email", "role", "created_at", "used_at"
        ),
        "requests": _rows(AccessRequest.objects.filter(mine), "email", "name", "organisation", "reason", "asked_at"),
        "proposals": _rows(
            Proposal.objects.filter(Q(proposed_by=found) | Q(decided_by=found)).order_by("pk"),
            *("verb", "title", "reason", "proposed_at", "state", "decided_at", "decision"),
        ),
        "entries": [
            {"number": one.number, "at": one.at, "verb": one.verb, "subject": one.subject, "reason": one.reason}
            for one in named(viewer, name=name_of(person))
        ],
        **{name: rows for held in HELD_ABOVE for name, rows in held(viewer, person).items()},
        "kept": [{"what": one.what, "why": one.why, "days": one.days, "since": one.since} for one in retention.ALL],
    }


def _rows(found: Any, *columns: str) -> list[dict[str, str]]:
    return [_row(row, *columns) for row in found]


def _row(row: Any, *columns: str) -> dict[str, str]:
    return {name: "" if (value := getattr(row, name)) is None else str(value) for name in columns}
