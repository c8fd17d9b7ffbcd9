"""Roles: dated by legal day, recorded and closed by entries, lent and taken back, and never left without anybody."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from cordiale.apps.ledger.models import LedgerContent, LedgerEntry
from cordiale.apps.ledger.reads import fault
from cordiale.apps.ledger.writes import entry
from cordiale.apps.people.models import Demand, Grant, Person
from cordiale.apps.people.reads.viewers import mandates, person_named, second_demanded, viewer_of
from cordiale.apps.people.writes.grants import (
    BadMandate,
    HeldAlready,
    LastAdministrator,
    NoSuchGrant,
    NoSuchPerson,
    close_account,
    demand_second,
    end_grant,
    grant,
    lend,
)
from cordiale.apps.people.writes.joining import invite
from cordiale.domain.permissions import EVERYBODY, MATRIX
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import NeedsSecondPerson, NotPermitted, Viewer
from tests.makers import AT, can, ledger_number, outsider, owner, register_number
from tests.people import ADMINISTRATOR, DESK, LAST, LATER, TODAY, mandate_of, seen, somebody

pytestmark = pytest.mark.django_db

FOCAL = mandate_of(Role.FOCAL_POINT)
DAY = timedelta(days=1)


def give(person: int, mandate: Mandate = DESK, *, from_on: date = TODAY, until_on: date | None = None) -> int:
    return grant(person=person, mandate=mandate, from_on=from_on, until_on=until_on, reason="a test", by=owner, at=AT)


def borrow(lender: int, person: int, mandate: Mandate = DESK, *, from_on: date = TODAY, until_on: date = LATER) -> int:
    return lend(
        person=person, mandate=mandate, from_on=from_on, until_on=until_on, reason="away", by=seen(lender), at=AT
    )


def end(number: int, by: Viewer = owner) -> None:
    end_grant(number=number, reason="a test", by=by, at=AT)


def close(person: int, by: Viewer = owner) -> None:
    close_account(person=person, reason="left", by=by, at=AT)


def demand(demanded: bool, by: Viewer = owner) -> None:
    demand_second(demanded=demanded, reason="a test", by=by, at=AT)


def held(person: int, day: date = TODAY) -> frozenset[Mandate]:
    return mandates(owner, person=person, day=day)


# --- what a role gives, and when ---


@pytest.mark.parametrize("role", Role)
def test_whoever_holds_a_role_may_what_the_matrix_says_and_no_more(role):
    viewer = seen(somebody("colleague@example.org", mandate_of(role)))

    assert viewer.permissions == MATRIX[role] | EVERYBODY
    assert viewer.mandates == {mandate_of(role)}


def test_several_roles_add_up():
    viewer = seen(somebody("colleague@example.org", DESK, mandate_of(Role.AUDITOR)))

    assert viewer.permissions == MATRIX[Role.DESK_OFFICER] | MATRIX[Role.AUDITOR] | EVERYBODY


def test_somebody_without_a_role_may_do_nothing():
    person = somebody("colleague@example.org", DESK)
    end(Grant.objects.get(person=person).pk)

    assert seen(person) == Viewer(name=f"person:{person}", person=person)


def test_a_role_holds_from_its_first_day_until_the_day_before_its_end():
    person = somebody("colleague@example.org", FOCAL)
    give(person, DESK, from_on=LATER, until_on=LAST)

    days = (LATER - DAY, LATER, LAST - DAY, LAST)
    assert [DESK in held(person, day) for day in days] == [False, True, True, False]


def test_a_role_begins_at_midnight_of_the_host_and_not_of_utc(nato):
    person = somebody("colleague@example.org", FOCAL)
    give(person, DESK, from_on=date(2026, 12, 1))
    midnight = datetime(2026, 11, 30, 23, tzinfo=UTC)  # in Brussels

    moments = (midnight - timedelta(seconds=1), midnight)
    assert [DESK in seen(person, at).mandates for at in moments] == [False, True]


@pytest.mark.parametrize(
    "mandate",
    [
        Mandate(Role.FOCAL_POINT),
        Mandate(Role.DESK_OFFICER, party="fin"),
        Mandate(Role.PROVIDER),
        Mandate(Role.ANALYST, body="x"),
    ],
    ids=str,
)
def test_a_mandate_that_means_nothing_is_refused(mandate):
    person = somebody()
    before = ledger_number()

    with pytest.raises(BadMandate):
        give(person, mandate)

    assert ledger_number() == before


def test_a_role_cannot_end_before_it_begins():
    person = somebody()

    with pytest.raises(BadMandate, match="before it begins"):
        give(person, from_on=LATER, until_on=LATER)


@pytest.mark.parametrize(
    ("from_on", "until_on"), [(TODAY, None), (LATER, LAST), (TODAY, LATER + DAY), (LAST - DAY, None)]
)
def test_nobody_holds_the_same_role_twice_on_a_day(from_on, until_on):
    person = somebody()
    give(person, from_on=LATER, until_on=LAST)

    with pytest.raises(HeldAlready):
        give(person, from_on=from_on, until_on=until_on)


def test_the_same_role_may_be_held_again_after_its_end():
    person = somebody()
    give(person, from_on=TODAY, until_on=LATER)

    give(person, from_on=LATER)

    assert held(person, LATER - DAY) == held(person, LATER)


def test_a_role_that_was_ended_may_be_given_again_for_the_same_days():
    person = somebody()
    end(give(person))

    give(person)

    assert DESK in held(person)


@pytest.mark.parametrize("by", [outsider, can("people.see", "people.invite", "people.close")], ids=["public", "other"])
def test_only_whoever_may_give_roles_gives_and_ends_them(by):
    person = somebody()
    number = give(person)

    with pytest.raises(NotPermitted):
        grant(person=person, mandate=FOCAL, from_on=TODAY, until_on=None, reason="a test", by=by, at=AT)
    with pytest.raises(NotPermitted):
        end(number, by)


def test_nobody_gets_a_role_who_has_no_open_account():
    person = somebody()
    close(person)

    for number in (person, person + 1_000):
        with pytest.raises(NoSuchPerson):
            give(number)


def test_a_role_is_ended_once():
    number = give(somebody())
    end(number)

    with pytest.raises(NoSuchGrant):
        end(number)


# --- lending ---


def test_a_role_that_is_lent_is_held_by_both():
    lender, colleague = somebody("lender@example.org", DESK), somebody("colleague@example.org", FOCAL)

    borrow(lender, colleague)

    assert DESK in held(lender)
    assert held(colleague) == {DESK, FOCAL}
    assert held(colleague, LATER) == {FOCAL}


def _ends_the_role(lender: int) -> None:
    end(Grant.objects.get(person=lender, role=DESK.role).pk)


@pytest.mark.parametrize("loses", [_ends_the_role, close], ids=["the role is ended", "the account is closed"])
def test_a_role_that_was_lent_is_gone_when_the_lender_loses_it(loses):
    somebody("administrator@example.org", ADMINISTRATOR)
    lender, colleague = somebody("lender@example.org", DESK), somebody("colleague@example.org", FOCAL)
    borrow(lender, colleague)

    loses(lender)

    assert held(colleague) == {FOCAL}


def test_a_role_that_was_lent_ends_with_the_day_on_which_the_lenders_ends():
    lender = somebody("lender@example.org", DESK, until_on=LATER)
    colleague = somebody("colleague@example.org", FOCAL)

    borrow(lender, colleague, until_on=LAST)

    assert [DESK in held(colleague, day) for day in (LATER - DAY, LATER)] == [True, False]


def test_the_lenders_same_role_for_another_party_lends_nothing():
    lender, colleague = somebody("lender@example.org", FOCAL), somebody("colleague@example.org", DESK)
    borrow(lender, colleague, FOCAL)
    end(Grant.objects.get(person=lender).pk)

    give(lender, Mandate(Role.FOCAL_POINT, "swe"))

    assert held(colleague) == {DESK}


def test_what_was_lent_cannot_be_lent_on():
    lender, colleague = somebody("lender@example.org", DESK), somebody("colleague@example.org", FOCAL)
    other = somebody("other@example.org", FOCAL)
    borrow(lender, colleague)

    with pytest.raises(BadMandate, match="given to you"):
        borrow(colleague, other)


def test_nobody_lends_what_they_do_not_hold_today():
    lender, colleague = somebody("lender@example.org", FOCAL), somebody("colleague@example.org", FOCAL)
    give(lender, from_on=LATER)
    give(lender, from_on=TODAY - 2 * DAY, until_on=TODAY)

    with pytest.raises(BadMandate, match="given to you"):
        borrow(lender, colleague)


def test_nobody_lends_to_oneself_or_for_days_that_are_over():
    lender, colleague = somebody("lender@example.org", DESK), somebody("colleague@example.org", FOCAL)

    with pytest.raises(BadMandate, match="oneself"):
        borrow(lender, lender)
    with pytest.raises(BadMandate, match="over"):
        borrow(lender, colleague, from_on=TODAY - 2 * DAY, until_on=TODAY)


def test_whoever_lent_a_role_takes_it_back_and_nobody_elses():
    lender, colleague = somebody("lender@example.org", DESK), somebody("colleague@example.org", FOCAL)
    given, lent = Grant.objects.get(person=colleague).pk, borrow(lender, colleague)

    with pytest.raises(NotPermitted):
        end(given, seen(lender))
    with pytest.raises(NotPermitted):
        end(lent, seen(colleague))
    end(lent, seen(lender))

    assert held(colleague) == {FOCAL}


# --- administrators, closed accounts ---


def test_the_last_administrator_keeps_the_role_and_the_account():
    person = somebody("administrator@example.org", ADMINISTRATOR)
    number = Grant.objects.get(person=person).pk

    for take in (lambda: end(number), lambda: close(person)):
        with pytest.raises(LastAdministrator), transaction.atomic():
            take()

    assert ADMINISTRATOR in held(person)


@pytest.mark.parametrize(
    "other", [{"from_on": LATER}, {"from_on": TODAY - 2 * DAY, "until_on": TODAY}], ids=["later", "over"]
)
def test_an_administrator_of_other_days_is_none(other):
    person, colleague = somebody("administrator@example.org", ADMINISTRATOR), somebody("colleague@example.org", DESK)
    give(colleague, ADMINISTRATOR, **other)

    with pytest.raises(LastAdministrator):
        end(Grant.objects.get(person=person).pk)


def test_where_nobody_is_administrator_other_roles_can_be_ended():
    person = somebody("colleague@example.org", DESK)

    close(person)

    assert seen(person) == outsider


def test_an_administrator_by_a_lent_role_is_none():
    person, colleague = somebody("administrator@example.org", ADMINISTRATOR), somebody("colleague@example.org", DESK)
    borrow(person, colleague, ADMINISTRATOR)

    with pytest.raises(LastAdministrator):
        end(Grant.objects.get(person=person).pk)


def test_one_administrator_of_two_may_go():
    person = somebody("administrator@example.org", ADMINISTRATOR)
    somebody("colleague@example.org", ADMINISTRATOR)

    close(person)

    assert seen(person) == outsider


def test_a_closed_account_is_nobody_and_stays_closed():
    somebody("administrator@example.org", ADMINISTRATOR)
    person = somebody("colleague@example.org", DESK)

    close(person)

    assert seen(person) == outsider
    assert Grant.objects.filter(person=person, known_to=None).count() == 0
    with pytest.raises(NoSuchPerson):
        close(person)


def test_the_invitations_of_a_closed_account_hold_no_longer():
    from cordiale.apps.people.models import Invitation

    person = somebody("administrator@example.org", ADMINISTRATOR)
    somebody("colleague@example.org", ADMINISTRATOR)
    number, _secret = invite(
        email="new@example.org", mandate=ADMINISTRATOR, until_on=None, reason="a test", by=seen(person), at=AT
    )

    close(person)

    assert Invitation.objects.get(pk=number).withdrawn_at == AT


# --- a second person ---


def two_administrators() -> tuple[Viewer, Viewer]:
    return tuple(seen(somebody(f"administrator{one}@example.org", ADMINISTRATOR)) for one in (1, 2))  # type: ignore[return-value]


def test_a_second_person_is_demanded_and_no_longer():
    first, _second = two_administrators()

    demand(True, first)
    assert second_demanded(outsider)
    demand(False, viewer_of(owner, person=first.person, at=AT).approved(by=_second))

    assert not second_demanded(outsider)


def test_one_administrator_and_others_are_not_enough_to_demand_a_second_person():
    administrator = seen(somebody("administrator@example.org", ADMINISTRATOR))
    somebody("colleague@example.org", DESK)
    give(somebody("later@example.org"), ADMINISTRATOR, from_on=LATER)

    with pytest.raises(BadMandate, match="not two administrators"):
        demand(True, administrator)


def test_where_a_second_person_is_demanded_nobody_gives_or_lends_or_invites_or_stops_it_alone():
    first, _second = two_administrators()
    demand(True, first)
    alone, person = seen(first.person), somebody("colleague@example.org", DESK)

    attempts = (
        lambda: grant(person=person, mandate=FOCAL, from_on=TODAY, until_on=None, reason="r", by=alone, at=AT),
        lambda: borrow(first.person, person, ADMINISTRATOR),
        lambda: invite(email="new@example.org", mandate=DESK, until_on=None, reason="r", by=alone, at=AT),
        lambda: demand(False, alone),
    )
    for attempt in attempts:
        with pytest.raises(NeedsSecondPerson):
            attempt()


def test_what_takes_a_right_away_needs_no_second_person():
    first, second = two_administrators()
    person = somebody("colleague@example.org", DESK)
    demand(True, first)

    end(Grant.objects.get(person=person).pk, seen(first.person))
    close(second.person, seen(first.person))

    assert held(person) == held(second.person) == frozenset()


def test_to_demand_twice_records_nothing_twice():
    first, _second = two_administrators()
    demand(True, first)

    demand(True, first)

    assert Demand.objects.count() == 1


# --- what the ledger holds ---


def test_every_change_of_a_role_is_an_entry_by_its_maker_and_moves_the_register_on():
    administrator, person = seen(somebody("administrator@example.org", ADMINISTRATOR)), somebody("c@example.org", DESK)
    before = ledger_number()

    number = grant(person=person, mandate=FOCAL, from_on=TODAY, until_on=None, reason="why", by=administrator, at=AT)
    end(number, administrator)

    made = LedgerEntry.objects.filter(number__gt=before).order_by("number")
    assert [(one.verb, one.actor, one.subject) for one in made] == [
        ("people.granted", administrator.name, f"person:{person}"),
        ("people.role-ended", administrator.name, f"person:{person}"),
    ]
    assert register_number() == ledger_number() == before + 2


def test_the_ledger_names_nobody():
    somebody("administrator@example.org", ADMINISTRATOR, name="Ada Anders")
    lender = somebody("lena.lender@example.org", DESK, name="Lena Lender")
    colleague = somebody("colin@example.org", FOCAL, name="Colin Colleague")
    borrow(lender, colleague)
    close(lender)

    entries = LedgerEntry.objects.values_list("actor", "verb", "subject", "reason")
    kept = json.dumps([*entries, *LedgerContent.objects.values_list("content")]).casefold()

    people = Person.objects.values_list("email", "name")
    assert len(people) == 3
    assert len(entries) == 8
    assert [word for person in people for word in " ".join(person).casefold().split() if word in kept] == []
    assert f"person:{lender}" in kept
    assert fault(owner) is None


@pytest.mark.parametrize(
    ("name", "number"), [("person:17", 17), ("person:", 0), ("person:x", 0), ("system: person:3", 0), ("public", 0)]
)
def test_a_name_in_the_ledger_leads_back_to_its_person(name, number):
    assert person_named(name) == number


# --- what the database itself refuses ---


def row(person: int, number: int, **changes: object) -> Grant:
    values: dict[str, object] = {"person_id": person, "role": "analyst", "from_on": TODAY, "known_from_id": number}
    return Grant(**{**values, **changes})


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("grant_role", {"role": "king"}),
        ("grant_party_where_the_role_is_for_one", {"role": "focal point"}),
        ("grant_party_where_the_role_is_for_one", {"party": "fin"}),
        ("grant_body_where_the_role_is_for_one", {"role": "provider"}),
        ("grant_body_where_the_role_is_for_one", {"body": "The School"}),
        ("grant_ends_after_it_starts", {"until_on": TODAY}),
        ("grant_lent_has_an_end", {"lent_by_id": "other"}),
        ("grant_not_lent_to_oneself", {"lent_by_id": "oneself", "until_on": LATER}),
    ],
)
def test_the_database_refuses_a_grant_that_cannot_be(constraint, changes):
    person, other = somebody(), somebody("other@example.org")
    whom = {"other": other, "oneself": person}
    values = {name: whom.get(value, value) if isinstance(value, str) else value for name, value in changes.items()}

    with (
        pytest.raises(IntegrityError, match=constraint),
        entry(by=owner, at=AT, verb="test.wrote", subject="x") as change,
    ):
        row(person, change.number, **values).save(force_insert=True)


def test_the_database_takes_a_grant_that_can_be():
    person = somebody()

    with entry(by=owner, at=AT, verb="test.wrote", subject="x") as change:
        row(person, change.number).save(force_insert=True)
        change.record("a grant", register=True)

    assert Grant.objects.filter(person=person).count() == 2


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_grant SET role = 'auditor'",
        "UPDATE people_grant SET until_on = '2099-01-01'",
        "UPDATE people_grant SET known_to_id = known_from_id",
        "DELETE FROM people_grant",
        "INSERT INTO people_grant (person_id, role, party, body, from_on, known_from_id)"
        " SELECT person_id, 'administrator', '', '', from_on, known_from_id FROM people_grant",
        "DELETE FROM people_demand",
        "UPDATE people_demand SET one = 2",
        "UPDATE people_demand SET known_to_id = known_from_id",
    ],
)
def test_roles_and_the_demand_cannot_be_rewritten_not_even_by_sql(statement):
    first, _second = two_administrators()
    demand(True, first)

    with pytest.raises(IntegrityError, match="append-only"):
        run(statement)


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["people_grant", "people_demand"])
def test_roles_and_the_demand_cannot_be_emptied(table):
    somebody()
    run("SET CONSTRAINTS ALL IMMEDIATE")  # what is checked at the end of the transaction forbids it before

    with pytest.raises(IntegrityError, match="append-only"):
        run(f"TRUNCATE {table}")


def test_there_is_one_open_demand_at_most():
    first, _second = two_administrators()
    demand(True, first)

    with pytest.raises(IntegrityError), entry(by=owner, at=AT, verb="test.wrote", subject="x") as change:
        Demand.objects.create(known_from_id=change.number)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_person SET is_active = false",
        "UPDATE people_person SET closed_at = created_at",
        "UPDATE people_person SET erased_at = created_at",
    ],
)
def test_an_account_that_is_closed_says_since_when(statement):
    somebody()

    with pytest.raises(IntegrityError):
        run(statement)


def test_two_accounts_cannot_have_one_address_whatever_its_case():
    somebody("owner@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(email="OWNER@example.org", name="x", created_at=AT)
