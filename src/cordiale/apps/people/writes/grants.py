"""Gives, lends and ends roles, closes accounts, and sets whether a second person is demanded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from cordiale.apps.ledger.writes import Change, entry
from cordiale.apps.people.models import Demand, Grant, Invitation, Person
from cordiale.apps.people.models.grants import OPEN
from cordiale.apps.people.reads.viewers import holding, legal_day, name_of
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer, require, require_second


class NoSuchPerson(LookupError):
    """There is no open account of that number."""

    code = "no-such-person"

    def __init__(self, person: int) -> None:
        whose = str(person) if person else "of this address"
        super().__init__(f"There is no open account {whose}.")


class BadMandate(ValueError):
    """A role without what it is held for, or for days that cannot be."""

    code = "bad-mandate"


class NoSuchGrant(LookupError):
    """There is no role of that number that could be ended."""

    code = "no-such-grant"

    def __init__(self, grant: int) -> None:
        super().__init__(f"Role {grant} is not held now.")


class HeldAlready(ValueError):
    """The person holds this role for these days."""

    code = "held-already"

    def __init__(self, said: str) -> None:
        super().__init__(f"This person holds that role already: {said}. End that first, or choose other days.")


class LastAdministrator(ValueError):
    """Without an administrator nobody could give a role any more."""

    code = "last-administrator"

    def __init__(self) -> None:
        super().__init__("This is the last administrator; give the role to somebody else first.")


def grant(
    *,
    person: int,
    mandate: Mandate,
    from_on: date,
    until_on: date | None,
    reason: str,
    by: Viewer,
    at: datetime,
) -> int:
    """Give somebody a role from a legal day on, until another (half-open).

    Returns:
        The number of the grant.

    Raises:
        NotPermitted, NeedsSecondPerson, NoSuchPerson, BadMandate, HeldAlready.
    """
    require(by, "people.grant")
    require_second(by, [f"{name_of(person)} becomes {mandate}"])
    with entry(by=by, at=at, verb="people.granted", subject=name_of(person), reason=reason) as change:
        return record(change, person=_open_person(person), mandate=mandate, from_on=from_on, until_on=until_on)


def lend(*, person: int, mandate: Mandate, from_on: date, until_on: date, reason: str, by: Viewer, at: datetime) -> int:
    """Lend a role of one's own to somebody for a period; whoever lends keeps it and answers for it.

    Returns:
        The number of the grant.

    Raises:
        NotPermitted, NeedsSecondPerson, NoSuchPerson, BadMandate, HeldAlready.
    """
    require(by, "people.delegate")
    require_second(by, [f"{name_of(person)} becomes {mandate} until {until_on}"])
    day = legal_day(by, at=at)
    own = Grant.objects.filter(
        holding(day),
        person=by.person,
        role=mandate.role,
        party=mandate.party,
        body=mandate.body,
        lent_by__isnull=True,
    )
    if not own.exists():
        raise BadMandate("You can lend a role that was given to you, and this one was not.")
    if person == by.person:
        raise BadMandate("Nobody lends a role to oneself; name somebody else.")
    if until_on <= day:
        raise BadMandate(f"The role would be lent until {until_on}, which is over; write a later day.")
    with entry(by=by, at=at, verb="people.lent", subject=name_of(person), reason=reason) as change:
        return record(
            change,
            person=_open_person(person),
            mandate=mandate,
            from_on=from_on,
            until_on=until_on,
            lent_by=by.person,
        )


def end_grant(*, number: int, reason: str, by: Viewer, at: datetime) -> None:
    """End a role at once; whoever lent a role may take it back.

    Raises:
        NotPermitted, NoSuchGrant, LastAdministrator.
    """
    found = Grant.objects.filter(OPEN, pk=number).first()
    if found is None:
        raise NoSuchGrant(number)
    require(by, "people.delegate" if found.lent_by_id and found.lent_by_id == by.person else "people.grant")
    with entry(by=by, at=at, verb="people.role-ended", subject=name_of(found.person_id), reason=reason) as change:
        held = Grant.objects.filter(OPEN, pk=number).first()
        if held is None:
            raise NoSuchGrant(number)
        with _keeping_an_administrator(by, at):
            close_grant(change, held)


def close_account(*, person: int, reason: str, by: Viewer, at: datetime) -> None:
    """Close an account: it ends every session and token at once, every role, and the invitations that wait.

    Raises:
        NotPermitted, NoSuchPerson, LastAdministrator.
    """
    require(by, "people.close")
    with entry(by=by, at=at, verb="people.closed", subject=name_of(person), reason=reason) as change:
        found = _open_person(person)
        with _keeping_an_administrator(by, at):
            for held in Grant.objects.filter(OPEN, person=person):
                close_grant(change, held)
            Person.objects.filter(pk=found.pk).update(is_active=False, closed_at=at)
        waiting = Invitation.objects.filter(invited_by=name_of(person), used_at=None, withdrawn_at=None)
        withdrawn = sorted(waiting.values_list("pk", flat=True))
        waiting.update(withdrawn_at=at)
        change.record({"closed": person, "invitations withdrawn": withdrawn}, register=True)


def demand_second(*, demanded: bool, reason: str, by: Viewer, at: datetime) -> None:
    """Demand a second person for whatever gains anybody a right, or stop demanding one.

    To stop takes a second person itself. To begin takes two administrators: with one, nobody could ever give a role.

    Raises:
        NotPermitted, NeedsSecondPerson, BadMandate.
    """
    require(by, "people.demand")
    if not demanded:
        require_second(by, ["everybody may gain rights without a second person"])
    elif _administrators(legal_day(by, at=at)) < 2:
        raise BadMandate("There are not two administrators; nobody could approve a role. Give somebody that role.")
    with entry(by=by, at=at, verb="people.demanded", subject="installation", reason=reason) as change:
        found = Demand.objects.filter(OPEN)
        if demanded == found.exists():
            return
        if demanded:
            Demand.objects.create(known_from_id=change.number)
        else:
            found.update(known_to_id=change.number)
        change.record({"second person demanded": demanded}, register=True)


def record(
    change: Change,
    *,
    person: Person,
    mandate: Mandate,
    from_on: date,
    until_on: date | None,
    lent_by: int | None = None,
) -> int:
    """Put a grant into an open entry; a step of the writes that give roles.

    Raises:
        BadMandate, HeldAlready.
    """
    if mandate.fault:
        raise BadMandate(mandate.fault)
    if until_on is not None and until_on <= from_on:
        raise BadMandate(f"The role would end on {until_on}, before it begins on {from_on}; write a later day.")
    same = Grant.objects.filter(
        OPEN, person=person, role=mandate.role, party=mandate.party, body=mandate.body, lent_by=lent_by
    )
    for held in same:
        if (held.until_on is None or held.until_on > from_on) and (until_on is None or held.from_on < until_on):
            raise HeldAlready(f"{mandate} from {held.from_on}")
    made = Grant.objects.create(
        person=person,
        role=mandate.role,
        party=mandate.party,
        body=mandate.body,
        from_on=from_on,
        until_on=until_on,
        lent_by_id=lent_by,
        known_from_id=change.number,
    )
    change.record({"granted": _as_recorded(made)}, register=True)
    return made.pk


def _open_person(person: int) -> Person:
    found = Person.objects.filter(pk=person, is_active=True).first()
    if found is None:
        raise NoSuchPerson(person)
    return found


def close_grant(change: Change, held: Grant) -> None:
    """End a grant inside an open entry; a step of the writes that end roles."""
    Grant.objects.filter(pk=held.pk).update(known_to_id=change.number)
    change.record({"role ended": _as_recorded(held)}, register=True)


@contextmanager
def _keeping_an_administrator(by: Viewer, at: datetime) -> Iterator[None]:
    """Refuse what happens inside if it takes away the last administrator."""
    day = legal_day(by, at=at)
    before = _administrators(day)
    yield
    if before and not _administrators(day):
        raise LastAdministrator


def _administrators(day: date) -> int:
    """How many people are administrator on a day by a role of their own."""
    held = Grant.objects.filter(holding(day), role=Role.ADMINISTRATOR, person__is_active=True, lent_by__isnull=True)
    return held.values("person").distinct().count()


def _as_recorded(held: Grant) -> dict[str, object]:
    """A grant as an entry commits to it: the person by number, so that the ledger holds no personal data."""
    return {
        "grant": held.pk,
        "person": held.person_id,
        "role": held.role,
        "party": held.party,
        "body": held.body,
        "from_on": held.from_on.isoformat(),
        "until_on": held.until_on.isoformat() if held.until_on else "",
        "lent_by": held.lent_by_id or 0,
    }
