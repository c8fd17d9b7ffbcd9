"""Who has an account, which roles each holds, who was invited and who asks for access."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from allauth.socialaccount.models import SocialAccount

from cordiale.apps.people.models import AccessRequest, Grant, Invitation, Person, Token
from cordiale.apps.people.models.grants import OPEN
from cordiale.apps.people.reads.viewers import hashed
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer


@dataclass(frozen=True)
class GrantRead:
    """A role of a person.

    Args:
        id: number of the grant.
        mandate: role, and for whom.
        from_on, until_on: half-open; None where no end is set.
        lent_by: number of the person who lent it; 0 where it was granted.
    """

    id: int
    mandate: Mandate
    from_on: date
    until_on: date | None
    lent_by: int

    def holds_on(self, day: date) -> bool:
        """Whether its dates hold a day."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True)
class PersonRead:
    """An account."""

    id: int
    name: str
    email: str
    is_open: bool
    created_at: datetime
    closed_at: datetime | None
    grants: tuple[GrantRead, ...]


@dataclass(frozen=True)
class InvitationRead:
    """An invitation that was not used yet."""

    id: int
    email: str
    mandate: Mandate
    until_on: date | None
    invited_by: str
    expires_at: datetime


@dataclass(frozen=True)
class RequestRead:
    """A request for access that nobody answered yet."""

    id: int
    email: str
    name: str
    organisation: str
    reason: str
    asked_at: datetime


@dataclass(frozen=True)
class TokenRead:
    """A token of one's own; its secret was shown once and is not kept."""

    id: int
    name: str
    scope: str
    created_at: datetime
    expires_on: date
    revoked: bool


def people(viewer: Viewer) -> list[PersonRead]:
    """Every account, open ones first, by name; nobody's for those who may not see people."""
    if not viewer.may("people.see"):
        return []
    return _read(Person.objects.filter(erased_at__isnull=True).order_by("-is_active", "name", "pk"))


def one_person(viewer: Viewer, *, person: int) -> PersonRead | None:
    """One account: one's own, anybody's for those who may see people; None otherwise."""
    if viewer.person != person and not viewer.may("people.see"):
        return None
    return next(iter(_read(Person.objects.filter(pk=person))), None)


def names(viewer: Viewer) -> dict[int, str]:
    """Number to name, of the people this viewer may know: all for those who may see people, else oneself."""
    found = Person.objects.all() if viewer.may("people.see") else Person.objects.filter(pk=viewer.person)
    return dict(found.values_list("pk", "name"))


def colleague(viewer: Viewer, *, email: str) -> int | None:
    """The number of the open account of an address, for whoever holds a role; None where there is none.

    To lend a role one names somebody one knows; nobody is shown who else has an account.
    """
    if not viewer.mandates:
        return None
    return Person.objects.filter(is_active=True, email__iexact=email).values_list("pk", flat=True).first()


def invitations(viewer: Viewer, *, at: datetime) -> list[InvitationRead]:
    """Invitations that still hold."""
    if not viewer.may("people.invite"):
        return []
    rows = Invitation.objects.filter(used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)
    return [
        InvitationRead(
            row.pk,
            row.email,
            Mandate(Role(row.role), row.party, row.body),
            row.until_on,
            row.invited_by,
            row.expires_at,
        )
        for row in rows.order_by("expires_at")
    ]


def requests(viewer: Viewer) -> list[RequestRead]:
    """Requests for access that nobody answered, the oldest first."""
    if not viewer.may("people.invite"):
        return []
    rows = AccessRequest.objects.filter(answered_at__isnull=True).order_by("asked_at")
    return [RequestRead(row.pk, row.email, row.name, row.organisation, row.reason, row.asked_at) for row in rows]


def tokens(viewer: Viewer) -> list[TokenRead]:
    """One's own tokens, the newest first."""
    rows = Token.objects.filter(person=viewer.person).order_by("-created_at")
    return [
        TokenRead(row.pk, row.name, row.scope, row.created_at, row.expires_on, row.revoked_at is not None)
        for row in rows
    ]


def token_in_use(viewer: Viewer, *, secret: str) -> TokenRead | None:
    """The token of one's own that has this secret; None where there is none."""
    row = Token.objects.filter(person=viewer.person, secret_hash=hashed(secret)).first() if secret else None
    if row is None:
        return None
    return TokenRead(row.pk, row.name, row.scope, row.created_at, row.expires_on, row.revoked_at is not None)


def held_now(viewer: Viewer, *, day: date) -> list[GrantRead]:
    """The roles that one holds on a day: given, or lent by somebody who holds them too."""
    person = one_person(viewer, person=viewer.person)
    held = person.grants if person else ()
    return [one for one in held if one.holds_on(day) and one.mandate in viewer.mandates]


def may_end(viewer: Viewer, *, grant: int) -> bool:
    """Whether there is a role of this number that the viewer may end: anybody's, or one that was lent by oneself."""
    found = Grant.objects.filter(OPEN, pk=grant)
    if not viewer.may("people.grant"):
        found = found.filter(lent_by=viewer.person) if viewer.may("people.delegate") else found.none()
    return found.exists()


def speaks_for(viewer: Viewer, *, provider: str, person: int) -> bool:
    """Whether an identity provider speaks for a person; for the installation itself, before they are signed in."""
    found: bool = SocialAccount.objects.filter(provider=provider, user=person).exists()
    return found


def administered(viewer: Viewer) -> bool:
    """Whether anybody holds an account: until then a one-time link makes the first; public."""
    return Person.objects.filter(is_active=True).exists()


def _read(found: object) -> list[PersonRead]:
    rows = list(found)  # type: ignore[call-overload]  # a QuerySet of people
    held: dict[int, list[GrantRead]] = defaultdict(list)
    for grant in Grant.objects.filter(OPEN, person__in=[row.pk for row in rows]).order_by("role", "from_on"):
        mandate = Mandate(Role(grant.role), grant.party, grant.body)
        held[grant.person_id].append(GrantRead(grant.pk, mandate, grant.from_on, grant.until_on, grant.lent_by_id or 0))
    return [
        PersonRead(
            row.pk, row.name, row.email, row.is_active, row.created_at, row.closed_at, tuple(held.get(row.pk, ()))
        )
        for row in rows
    ]
