"""How people come in: invited by a link that works once, or asking; nobody signs up uninvited."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cordiale.apps.ledger.models import LedgerContent, LedgerEntry
from cordiale.apps.people.models import AccessRequest, Grant, Invitation, Person
from cordiale.apps.people.reads.people import invitations, requests
from cordiale.apps.people.writes.grants import BadMandate, close_account
from cordiale.apps.people.writes.joining import (
    HOLDS_FOR,
    MOST_REQUESTS,
    AddressTaken,
    BadInvitation,
    NoSuchRequest,
    TooManyRequests,
    answer_request,
    ask_for_access,
    invite,
    join,
    offered,
    withdraw_first,
    withdraw_invitation,
)
from cordiale.config.commands.user import first_link
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import NotPermitted
from tests.databases import OwnDatabase
from tests.makers import AT, can, ledger_number, outsider, owner
from tests.people import ADMINISTRATOR, DESK, LATER, TODAY, seen, somebody
from tests.processes import finish, let_go, start

pytestmark = pytest.mark.django_db
ADDRESS = "new@example.org"


def invited(email: str = ADDRESS, mandate: Mandate = DESK, **more: object) -> tuple[int, str]:
    values = {"until_on": None, "reason": "a test", "by": owner, "at": AT, **more}
    return invite(email=email, mandate=mandate, **values)  # type: ignore[arg-type]


def take(secret: str, *, email: str = "", at=AT) -> int:
    return join(secret=secret, name="Nora", email=email, password=None, by=outsider, at=at)


# --- invitations ---


def test_an_invitation_makes_an_account_with_the_role_from_that_day_on():
    _number, secret = invited(until_on=LATER)

    person = take(secret, email="another@example.org", at=AT + timedelta(days=2))

    made = Person.objects.get(pk=person)
    assert (made.email, made.name, made.is_active) == (ADDRESS, "Nora", True)
    given = Grant.objects.get(person=person)
    assert (given.role, given.from_on, given.until_on) == ("desk officer", TODAY + timedelta(days=2), LATER)


def test_the_secret_of_an_invitation_is_kept_nowhere():
    _number, secret = invited()

    rows = [*Invitation.objects.values_list(), *LedgerContent.objects.values_list(), *LedgerEntry.objects.values_list()]
    assert not any(secret in str(row) for row in rows)


def test_an_invitation_works_once():
    _number, secret = invited()
    take(secret)

    with pytest.raises(BadInvitation):
        take(secret)

    assert Person.objects.count() == 1


def test_an_invitation_holds_for_seven_days():
    _number, secret = invited()
    last = AT + HOLDS_FOR - timedelta(microseconds=1)

    assert offered(outsider, secret=secret, at=last) is not None
    assert offered(outsider, secret=secret, at=AT + HOLDS_FOR) is None
    with pytest.raises(BadInvitation):
        take(secret, at=AT + HOLDS_FOR)


def test_an_invitation_that_was_withdrawn_holds_no_longer_and_is_withdrawn_once():
    number, secret = invited()
    withdraw_invitation(invitation=number, by=owner, at=AT)

    with pytest.raises(BadInvitation):
        take(secret)
    with pytest.raises(BadInvitation):
        withdraw_invitation(invitation=number, by=owner, at=AT)


def test_an_invitation_that_was_used_cannot_be_withdrawn():
    number, secret = invited()
    take(secret)

    with pytest.raises(BadInvitation):
        withdraw_invitation(invitation=number, by=owner, at=AT)


def test_an_invented_secret_is_none():
    invited()

    assert offered(outsider, secret="x" * 43, at=AT) is None


@pytest.mark.parametrize("email", ["owner@example.org", "OWNER@Example.org"])
def test_nobody_is_invited_twice_under_one_address(email):
    somebody("owner@example.org")

    with pytest.raises(AddressTaken):
        invited(email)


def test_of_two_invitations_for_one_address_one_makes_the_account():
    _first, one = invited()
    _second, other = invited(mandate=ADMINISTRATOR)
    take(one)

    with pytest.raises(AddressTaken):
        take(other)


@pytest.mark.parametrize("until_on", [TODAY, TODAY - timedelta(days=1)])
def test_an_invitation_to_a_role_that_is_over_is_refused(until_on):
    with pytest.raises(BadMandate, match="before it begins"):
        invited(until_on=until_on)


def test_an_invitation_to_a_role_that_ended_meanwhile_makes_no_account():
    _number, secret = invited(until_on=TODAY + timedelta(days=2))

    with pytest.raises(BadMandate):
        take(secret, at=AT + timedelta(days=3))

    assert Person.objects.count() == 0


def test_an_invitation_to_a_mandate_that_means_nothing_is_refused():
    with pytest.raises(BadMandate, match="name it"):
        invited(mandate=Mandate(Role.FOCAL_POINT))


@pytest.mark.parametrize("by", [outsider, can("people.see", "people.grant")], ids=["public", "other"])
def test_only_whoever_may_invite_invites_withdraws_and_sees_invitations(by):
    number, _secret = invited()

    with pytest.raises(NotPermitted):
        invited("other@example.org", by=by)
    with pytest.raises(NotPermitted):
        withdraw_invitation(invitation=number, by=by, at=AT)
    with pytest.raises(NotPermitted):
        withdraw_first(by=by, at=AT)
    assert invitations(by, at=AT) == []


def test_whoever_invites_sees_what_still_holds():
    number, _secret = invited()
    used = invited("used@example.org")
    take(used[1])
    gone = invited("gone@example.org")
    withdraw_invitation(invitation=gone[0], by=owner, at=AT)
    invited("old@example.org", at=AT - HOLDS_FOR)

    assert [one.id for one in invitations(owner, at=AT)] == [number]


JOIN = """
import sys

import django

django.setup()

from cordiale.apps.people.writes.joining import AddressTaken, BadInvitation, join
from tests.makers import AT, outsider

secret, email = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
try:
    join(secret=secret, name="Nora", email=email, password=None, by=outsider, at=AT)
except (AddressTaken, BadInvitation) as refusal:
    sys.exit(type(refusal).__name__)
"""


def test_of_two_who_take_one_link_at_the_same_time_one_gets_the_account(own_database: OwnDatabase, here):
    with here(own_database):
        _number, secret = invited("")
    racers = [start(own_database, JOIN, secret, f"racer{one}@example.org") for one in range(2)]

    for racer in racers:
        let_go(racer)
    statuses = [finish(racer) for racer in racers]

    assert sorted(statuses) == [0, 1]
    with here(own_database):
        assert Person.objects.count() == 1
        assert Grant.objects.count() == 1
        assert LedgerEntry.objects.filter(verb="people.joined").count() == 1


# --- the first administrator ---


def secret_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


def test_the_first_link_makes_an_administrator_under_the_address_that_is_named():
    link = first_link("http://localhost:8000")

    person = take(secret_of(link), email="first@example.org")

    assert link.startswith("http://localhost:8000/accounts/invitation/")
    assert Person.objects.get(pk=person).email == "first@example.org"
    assert seen(person).mandates == {ADMINISTRATOR}


def test_there_is_no_first_link_once_somebody_has_an_account():
    somebody()

    assert first_link("http://localhost:8000") == ""


def test_only_the_newest_first_link_holds():
    older, newer = (secret_of(first_link("http://localhost:8000")) for _time in range(2))

    assert offered(outsider, secret=older, at=AT) is None
    assert offered(outsider, secret=newer, at=AT) is not None


def test_a_first_link_holds_no_longer_once_somebody_came_in_by_another():
    secret = secret_of(first_link("http://localhost:8000"))
    somebody("invited@example.org", ADMINISTRATOR)

    with pytest.raises(BadInvitation):
        take(secret, email="thief@example.org")


# --- requests for access ---


def ask(email: str = ADDRESS, by=outsider) -> None:
    ask_for_access(email=email, name="Nora", organisation="A ministry", reason="to follow", by=by, at=AT)


def test_a_request_waits_until_it_is_answered_once():
    ask()
    (waiting,) = requests(owner)

    address = answer_request(request=waiting.id, granted=False, by=owner, at=AT)

    assert address == ADDRESS
    assert requests(owner) == []
    with pytest.raises(NoSuchRequest):
        answer_request(request=waiting.id, granted=True, by=owner, at=AT)


def test_who_asks_twice_waits_once():
    ask()
    ask(ADDRESS.upper())

    assert len(requests(owner)) == 1


def test_to_ask_is_no_entry_of_the_ledger():
    ask()

    assert ledger_number() == 0


def test_no_more_wait_than_the_bound():
    AccessRequest.objects.bulk_create(
        AccessRequest(email=f"a{one}@example.org", name="x", reason="x", asked_at=AT) for one in range(MOST_REQUESTS)
    )

    with pytest.raises(TooManyRequests):
        ask()


@pytest.mark.parametrize("by", [outsider, can("people.see", "people.grant")], ids=["public", "other"])
def test_only_whoever_may_invite_sees_and_answers_requests(by):
    ask()
    (waiting,) = requests(owner)

    assert requests(by) == []
    with pytest.raises(NotPermitted):
        answer_request(request=waiting.id, granted=True, by=by, at=AT)


# --- what the database itself refuses ---


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("invitation_used_by_somebody", {"used_at": AT}),
        ("invitation_used_by_somebody", {"person": True}),
        ("invitation_not_used_and_withdrawn", {"used_at": AT, "person": True, "withdrawn_at": AT}),
    ],
)
def test_the_database_refuses_an_invitation_that_cannot_be(constraint, changes):
    number, _secret = invited("second@example.org")
    person = somebody()
    values = {name: Person.objects.get(pk=person) if value is True else value for name, value in changes.items()}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Invitation.objects.filter(pk=number).update(**values)


@pytest.mark.parametrize("changes", [{"answered_at": AT}, {"answered_by": "person:1"}, {"granted": True}])
def test_the_database_refuses_an_answer_by_nobody(changes):
    ask()

    with pytest.raises(IntegrityError, match="access_request_answered_by_somebody"), transaction.atomic():
        AccessRequest.objects.update(**changes)


def test_an_address_of_a_closed_account_stays_taken():
    somebody("administrator@example.org", ADMINISTRATOR)
    close_account(person=somebody("left@example.org"), reason="left", by=owner, at=AT)

    with pytest.raises(AddressTaken):
        invited("left@example.org")
