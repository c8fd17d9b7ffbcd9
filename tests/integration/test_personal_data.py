"""What is held about people: told on demand, erased on demand or when its time is over, and then nowhere any more."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.db import connections, models, router
from django.test import Client

from cordiale.apps.ledger import reads as ledger
from cordiale.apps.people.models import Person
from cordiale.apps.people.reads.held import held_about
from cordiale.apps.people.reads.viewers import viewer_of
from cordiale.apps.people.writes.erasing import due_on, erase_person, run
from cordiale.apps.people.writes.grants import LastAdministrator, NoSuchPerson, close_account
from cordiale.apps.people.writes.joining import ask_for_access, invite, join
from cordiale.apps.people.writes.tokens import make_token
from cordiale.domain import retention
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import NotPermitted, Viewer
from tests.makers import AT, load, outsider, owner, small_pack

pytestmark = pytest.mark.django_db(databases="__all__")

NAME, EMAIL = "Quirinius Unverwechselbar", "quirinius@elsewhere.example"
TEXTS = (models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField)
YEARS_LATER = AT + timedelta(days=2_000)


@pytest.fixture
def person(db, tmp_path) -> int:
    """Somebody of whom something stands in every table that can hold it."""
    load(small_pack(tmp_path / "small"))
    _number, first = invite(
        email="", mandate=Mandate(Role.ADMINISTRATOR), until_on=None, reason="first", by=owner, at=AT
    )
    join(secret=first, name="Administrator", email="admin@example.org", password=None, by=outsider, at=AT)
    ask_for_access(email=EMAIL, name=NAME, organisation="Ministry", reason=f"{NAME} asks", by=outsider, at=AT)
    _number, secret = invite(
        email=EMAIL, mandate=Mandate(Role.DESK_OFFICER), until_on=None, reason="needed", by=owner, at=AT
    )
    number = join(secret=secret, name=NAME, email="", password=None, by=outsider, at=AT)
    them = viewer_of(owner, person=number, at=AT)
    make_token(name=f"laptop of {NAME}", scope="read", expires_on=date(2026, 12, 31), by=them, at=AT)
    Authenticator.objects.create(user_id=number, type="totp", data={"secret": EMAIL})
    client = Client()
    client.force_login(Person.objects.get(pk=number))
    UserSession.objects.create(
        user_id=number, session_key=client.session.session_key, ip="192.0.2.7", user_agent=f"Browser of {NAME}"
    )
    return number


def places_of(*texts: str) -> list[str]:
    """Every column of every table that holds one of the texts."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if not isinstance(field, TEXTS):
                continue
            with connections[router.db_for_read(model)].cursor() as cursor:
                cursor.execute(f'SELECT CAST("{field.column}" AS text) FROM "{model._meta.db_table}"')  # names of ours
                values = [str(value) for (value,) in cursor.fetchall()]
            if any(text in value for text in texts for value in values):
                found.append(f"{model._meta.db_table}.{field.column}")
    return found


def test_a_name_and_an_address_are_found_where_they_are_held(person):
    assert {"people_person.name", "people_person.email", "people_access_request.name"} <= set(places_of(NAME, EMAIL))


def test_the_ledger_never_holds_them(person):
    assert not [place for place in places_of(NAME, EMAIL) if place.startswith("ledger_")]


class TestErasing:
    def test_leaves_nothing_anywhere(self, person):
        erase_person(person=person, reason="article 17", by=owner, at=AT)

        assert places_of(NAME, EMAIL, "192.0.2.7") == []

    def test_leaves_the_ledger_whole(self, person):
        before = ledger.head(owner).number

        erase_person(person=person, reason="article 17", by=owner, at=AT)

        assert ledger.fault(owner) is None
        assert [one.verb for one in ledger.entries(owner, after=before)] == ["people.erased"]

    def test_ends_what_the_person_could_do(self, person):
        erase_person(person=person, reason="article 17", by=owner, at=AT)

        assert viewer_of(owner, person=person, at=AT) == Viewer.public()

    def test_happens_once(self, person):
        erase_person(person=person, reason="article 17", by=owner, at=AT)

        with pytest.raises(NoSuchPerson):
            erase_person(person=person, reason="article 17", by=owner, at=AT)

    def test_of_the_last_administrator_is_refused_and_changes_nothing(self, person):
        administrator = Person.objects.get(email="admin@example.org").pk
        number = ledger.head(owner).number

        with pytest.raises(LastAdministrator):
            erase_person(person=administrator, reason="article 17", by=owner, at=AT)

        assert Person.objects.get(pk=administrator).is_active
        assert ledger.head(owner).number == number

    def test_takes_the_permission(self, person):
        with pytest.raises(NotPermitted):
            erase_person(person=person, reason="article 17", by=outsider, at=AT)


class TestTelling:
    def test_tells_all_and_no_secret(self, person):
        told = held_about(owner, person=person)

        assert told is not None
        text = json.dumps({key: value for key, value in told.items() if key != "kept"})
        assert told["person"]["name"] == NAME
        assert [one["role"] for one in told["roles"]] == ["desk officer"]
        assert [one["ip"] for one in told["sessions"]] == ["192.0.2.7"]
        assert {one["verb"] for one in told["entries"]} >= {"people.token-made"}
        assert not [key for key in ("secret", "hash", "password") if key in text]

    def test_tells_others_nothing(self, person):
        assert held_about(outsider, person=person) is None
        assert held_about(Viewer(name="person:999", person=999), person=person) is None

    def test_is_at_hand_on_the_page_of_ones_account(self, person):
        client = Client()
        client.force_login(Person.objects.get(pk=person))

        response = client.get("/accounts/my-data.json")

        assert response.json()["person"]["email"] == EMAIL
        assert response.headers["Cache-Control"] == "private, no-store"


class TestRetention:
    def test_erases_what_was_kept_for_its_time(self, person):
        close_account(person=person, reason="left", by=owner, at=AT)

        done = run(by=owner, at=YEARS_LATER)

        assert done == {"accounts": 1, "requests": 1, "invitations": 1, "sessions": 1, "tokens": 1}
        assert places_of(NAME, EMAIL, "192.0.2.7") == []
        assert ledger.fault(owner) is None

    def test_leaves_what_is_still_needed(self, person):
        held = places_of(NAME, EMAIL)

        done = run(by=owner, at=AT + timedelta(hours=1))

        assert not any(done.values())
        assert places_of(NAME, EMAIL) == held

    @pytest.mark.parametrize("kind", retention.ALL, ids=lambda kind: kind.key)
    def test_counts_each_kind_by_its_own_days(self, person, kind):
        close_account(person=person, reason="left", by=owner, at=AT)

        assert due_on(owner, at=AT + timedelta(days=kind.days + 400))[kind.key] == 1

    def test_makes_no_entry_where_nothing_is_due(self, person):
        number = ledger.head(owner).number

        run(by=owner, at=AT + timedelta(hours=1))

        assert ledger.head(owner).number == number

    def test_takes_the_permission(self, person):
        with pytest.raises(NotPermitted):
            run(by=outsider, at=AT)


def test_an_open_account_is_never_past_its_time(person):
    assert due_on(owner, at=YEARS_LATER)["accounts"] == 0


def test_every_table_with_an_address_is_cleared(person):
    """A table that gains a column for addresses must be thought of here."""
    holders: set[str] = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.EmailField)
    }

    assert holders == {"people_person", "people_invitation", "people_access_request", EmailAddress._meta.db_table}
