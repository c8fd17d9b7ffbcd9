"""How people come in: invited by a link, or asking for access; nobody signs up uninvited."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress

from cordiale.apps.ledger.writes import entry
from cordiale.apps.people.models import AccessRequest, Invitation, Person
from cordiale.apps.people.reads.people import administered
from cordiale.apps.people.reads.viewers import hashed, legal_day, name_of
from cordiale.apps.people.writes.grants import BadMandate, record
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer, require, require_second

HOLDS_FOR = timedelta(days=7)
"""How long an invitation holds."""

MOST_REQUESTS = 500
"""Requests for access that wait at once; beyond that no more are taken, so that nobody fills the disk."""


class BadInvitation(LookupError):
    """The link was used, withdrawn, is too old, or never was one; which of these is nobody's business."""

    code = "bad-invitation"

    def __init__(self) -> None:
        super().__init__("This invitation does not hold (any more). Ask whoever invited you for a new one.")


class NoSuchRequest(LookupError):
    """There is no such request for access, or it was answered."""

    code = "no-such-request"

    def __init__(self, request: int) -> None:
        super().__init__(f"Request {request} does not wait for an answer.")


class AddressTaken(ValueError):
    """There is an account of that address."""

    code = "address-taken"

    def __init__(self) -> None:
        super().__init__("There is an account of this address already; sign in, or use another address.")


class TooManyRequests(RuntimeError):
    """Too many requests for access wait for an answer."""

    code = "too-many-access-requests"

    def __init__(self) -> None:
        super().__init__("Too many requests wait for an answer; write to the contact address instead.")


@dataclass(frozen=True)
class Invited:
    """What an invitation offers.

    Args:
        id: its number.
        email: the address it was made for; "" when whoever has the link may name one.
        mandate: the role it gives.
        until_on: until when; None for no end.
    """

    id: int
    email: str
    mandate: Mandate
    until_on: date | None


def invite(
    *, email: str, mandate: Mandate, until_on: date | None, reason: str, by: Viewer, at: datetime
) -> tuple[int, str]:
    """Offer somebody an account with a role.

    Args:
        email: address of the person; "" for the first administrator, who names one.
        mandate: the role offered.
        until_on: until when the role is given; None for no end.

    Returns:
        The number of the invitation, and the secret of its link, which is kept nowhere.

    Raises:
        NotPermitted, NeedsSecondPerson, BadMandate, AddressTaken.
    """
    require(by, "people.invite")
    require_second(by, [f"somebody becomes {mandate}"])
    if mandate.fault:
        raise BadMandate(mandate.fault)
    if until_on is not None and until_on <= legal_day(by, at=at):
        raise BadMandate(f"The role would end on {until_on}, before it begins; write a later day.")
    if email and Person.objects.filter(email__iexact=email).exists():
        raise AddressTaken
    secret = secrets.token_urlsafe(32)
    with entry(by=by, at=at, verb="people.invited", subject=f"role:{mandate.role}", reason=reason) as change:
        made = Invitation.objects.create(
            secret_hash=hashed(secret),
            email=email,
            role=mandate.role,
            party=mandate.party,
            body=mandate.body,
            until_on=until_on,
            invited_by=by.name,
            created_at=at,
            expires_at=at + HOLDS_FOR,
        )
        change.record({"invitation": made.pk, "offers": str(mandate)}, register=True)
    return made.pk, secret


def offered(viewer: Viewer, *, secret: str, at: datetime) -> Invited | None:
    """What a link offers; None where it does not hold. Whoever has the link may know.

    A link without an address makes the first administrator: it holds as long as nobody has an account.
    """
    row = Invitation.objects.filter(
        secret_hash=hashed(secret), used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at
    ).first()
    if row is None or (not row.email and administered(viewer)):
        return None
    return Invited(row.pk, row.email, Mandate(Role(row.role), row.party, row.body), row.until_on)


def withdraw_invitation(*, invitation: int, by: Viewer, at: datetime) -> None:
    """Make the link of an invitation worthless.

    Raises:
        NotPermitted, BadInvitation.
    """
    require(by, "people.invite")
    with entry(by=by, at=at, verb="people.invitation-withdrawn", subject=f"invitation:{invitation}") as change:
        found = Invitation.objects.filter(pk=invitation, used_at__isnull=True, withdrawn_at__isnull=True)
        if not found.update(withdrawn_at=at):
            raise BadInvitation
        change.record({"invitation": invitation}, register=True)


def withdraw_first(*, by: Viewer, at: datetime) -> None:
    """Make earlier links for a first administrator worthless: only the newest one printed holds.

    Raises:
        NotPermitted.
    """
    require(by, "people.invite")
    found = Invitation.objects.filter(email="", used_at__isnull=True, withdrawn_at__isnull=True)
    if not found.exists():
        return
    with entry(by=by, at=at, verb="people.invitation-withdrawn", subject="invitation:first") as change:
        change.record({"invitations": sorted(found.values_list("pk", flat=True))}, register=True)
        found.update(withdrawn_at=at)


def join(*, secret: str, name: str, email: str, password: str | None, by: Viewer, at: datetime) -> int:
    """Take an invitation: makes the account and gives the role, once.

    Args:
        secret: of the link; holding it is the permission.
        name: how the person wants to be called.
        email: ignored where the invitation was made for an address.
        password: checked against the rules for passwords before; None for whoever signs in elsewhere.

    Returns:
        The number of the person.

    Raises:
        BadInvitation, AddressTaken.
    """
    invited = offered(by, secret=secret, at=at)
    if invited is None:
        raise BadInvitation
    address = (invited.email or email).strip()
    if Person.objects.filter(email__iexact=address).exists():
        raise AddressTaken
    person = Person(email=address, name=name.strip(), created_at=at)
    person.set_password(password)  # before the transaction: hashing takes its time
    with entry(by=by, at=at, verb="people.joined", subject=f"invitation:{invited.id}") as change:
        if offered(by, secret=secret, at=at) != invited:  # somebody else took it, or withdrew it, meanwhile
            raise BadInvitation
        if Person.objects.filter(email__iexact=address).exists():
            raise AddressTaken
        person.save()
        EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
        Invitation.objects.filter(pk=invited.id).update(used_at=at, person=person)
        change.record({"joined": name_of(person.pk)}, register=True)
        record(
            change,
            person=person,
            mandate=invited.mandate,
            from_on=legal_day(by, at=at),
            until_on=invited.until_on,
        )
    return person.pk


def ask_for_access(*, email: str, name: str, organisation: str, reason: str, by: Viewer, at: datetime) -> None:
    """Leave a request for an account; anybody may. It changes no right, so it is no entry.

    Raises:
        TooManyRequests.
    """
    waiting = AccessRequest.objects.filter(answered_at__isnull=True)
    if waiting.count() >= MOST_REQUESTS:
        raise TooManyRequests
    if not waiting.filter(email__iexact=email).exists():
        AccessRequest.objects.create(email=email, name=name, organisation=organisation, reason=reason, asked_at=at)


def answer_request(*, request: int, granted: bool, by: Viewer, at: datetime) -> str:
    """Note that a request was answered; the invitation, where one follows, is a write of its own.

    Returns:
        The address that asked.

    Raises:
        NotPermitted, NoSuchRequest.
    """
    require(by, "people.invite")
    with entry(by=by, at=at, verb="people.request-answered", subject=f"request:{request}") as change:
        row = AccessRequest.objects.filter(pk=request, answered_at__isnull=True).first()
        if row is None:
            raise NoSuchRequest(request)
        row.answered_at, row.answered_by, row.granted = at, by.name, granted
        row.save(update_fields=["answered_at", "answered_by", "granted"])
        change.record({"request": request, "granted": granted})
    return row.email
