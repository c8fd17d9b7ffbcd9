"""Lets in whom an identity provider speaks for, with the roles it gives, and keeps those roles in step with it."""

from __future__ import annotations

from datetime import date, datetime

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cordiale.apps.ledger.writes import Change, entry
from cordiale.apps.people.models import Grant, Person
from cordiale.apps.people.models.grants import OPEN
from cordiale.apps.people.reads.viewers import holding, legal_day, mandates, name_of
from cordiale.apps.people.writes.grants import close_grant, record
from cordiale.apps.people.writes.joining import AddressTaken
from cordiale.apps.register.reads.labels import labels
from cordiale.domain.identity import Identity, Offered, offered
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer, require

IDENTITY_PROVIDER = Viewer.system("identity provider")
"""Who gives and ends the roles that follow from claims; only what this actor gave is ended again by it."""


class NoRoleClaimed(Exception):
    """The identity provider gives this person no role that means something here."""

    code = "no-role-claimed"

    def __init__(self) -> None:
        super().__init__("The identity provider gives you no role in this installation.")


class UnknownPartyClaimed(Exception):
    """The identity provider names a party that the register does not know."""

    code = "unknown-party-claimed"

    def __init__(self, parties: tuple[str, ...]) -> None:
        said = ", ".join(f'"{party[:60]}"' for party in parties[:3])
        super().__init__(f"The identity provider says that you act for {said}, which the register does not know.")


class NoAddressClaimed(Exception):
    """The identity provider does not say at which address a new person is reached."""

    code = "no-address-claimed"

    def __init__(self) -> None:
        super().__init__("The identity provider does not tell your e-mail address; an account needs one.")


def follow(*, identity: Identity, by: Viewer, at: datetime) -> int:
    """Make the account of an identity, or bring its roles in step with what the provider says today.

    An account is found by provider and subject and by nothing else: an address can be given to another person. Roles
    that somebody gave here stay. A closed account stays closed, and its roles as they are.

    Returns:
        The number of the person.

    Raises:
        NotPermitted, NoRoleClaimed, UnknownPartyClaimed, NoAddressClaimed, AddressTaken.
    """
    require(by, "people.grant")
    day = legal_day(by, at=at)
    given = offered(identity, parties=labels(by).of.get("parties", {}))
    person = _person_of(identity)
    if person is None:
        _refuse_unless_welcome(identity, given)
        with entry(by=by, at=at, verb="people.joined", subject=f"provider:{identity.provider}") as change:
            person = _person_of(identity) or _made(change, identity, at)
            _bring_in_step(change, person, given.mandates, by, day)
        return person.pk
    if not person.is_active:
        return person.pk
    if _differ(person, given.mandates, by, day):
        with entry(by=by, at=at, verb="people.followed", subject=name_of(person.pk)) as change:
            _bring_in_step(change, person, given.mandates, by, day)
    if not mandates(by, person=person.pk, day=day):
        raise _refusal(given)
    return person.pk


def _person_of(identity: Identity) -> Person | None:
    return Person.objects.filter(
        pk__in=SocialAccount.objects.filter(provider=identity.provider, uid=identity.subject).values("user")
    ).first()


def _refuse_unless_welcome(identity: Identity, given: Offered) -> None:
    if not given.mandates:
        raise _refusal(given)
    try:
        validate_email(identity.email)
    except ValidationError:
        raise NoAddressClaimed from None
    if Person.objects.filter(email__iexact=identity.email).exists():
        raise AddressTaken


def _refusal(given: Offered) -> Exception:
    return UnknownPartyClaimed(given.unknown_parties) if given.unknown_parties else NoRoleClaimed()


def _made(change: Change, identity: Identity, at: datetime) -> Person:
    """A new account without a password: whoever an identity provider speaks for signs in there."""
    if Person.objects.filter(email__iexact=identity.email).exists():
        raise AddressTaken
    person = Person(email=identity.email, name=(identity.name or identity.email)[:200], created_at=at)
    person.set_unusable_password()
    person.save()
    EmailAddress.objects.create(user=person, email=identity.email, verified=identity.email_verified, primary=True)
    SocialAccount.objects.create(user=person, provider=identity.provider, uid=identity.subject, extra_data={})
    change.record({"joined": name_of(person.pk)}, register=True)
    return person


def _given_by(person: Person, by: Viewer, day: date) -> dict[Mandate, Grant]:
    """The roles that the provider gave and that hold."""
    rows = Grant.objects.filter(holding(day), person=person, known_from__actor=by.name, lent_by__isnull=True)
    return {Mandate(Role(row.role), row.party, row.body): row for row in rows}


def _missing(person: Person, wanted: frozenset[Mandate], day: date) -> list[Mandate]:
    held = Grant.objects.filter(holding(day), person=person, lent_by__isnull=True)
    return sorted(wanted - {Mandate(Role(row.role), row.party, row.body) for row in held})


def _differ(person: Person, wanted: frozenset[Mandate], by: Viewer, day: date) -> bool:
    return bool(_given_by(person, by, day).keys() - wanted or _missing(person, wanted, day))


def _bring_in_step(change: Change, person: Person, wanted: frozenset[Mandate], by: Viewer, day: date) -> None:
    for mandate, held in _given_by(person, by, day).items():
        if mandate not in wanted:
            close_grant(change, held)
    for mandate in _missing(person, wanted, day):
        record(change, person=person, mandate=mandate, from_on=day, until_on=_given_later(person, mandate, day))


def _given_later(person: Person, mandate: Mandate, day: date) -> date | None:
    """The day from which somebody gave the same role here; None where nobody did."""
    later = Grant.objects.filter(
        OPEN,
        person=person,
        role=mandate.role,
        party=mandate.party,
        body=mandate.body,
        lent_by__isnull=True,
        from_on__gt=day,
    )
    return later.order_by("from_on").values_list("from_on", flat=True).first()
