"""On PostgreSQL the service runs in a role that cannot rewrite history, and everything it does works in that role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from django.db import connection
from django.test import Client
from psycopg import sql

from cordiale.apps.jobs.reads.progress import one as one_job
from cordiale.apps.jobs.writes.asking import start
from cordiale.apps.ledger.reads import fault
from cordiale.apps.ledger.writes import erase_content
from cordiale.apps.people.models import Grant
from cordiale.apps.people.writes.erasing import erase_person
from cordiale.apps.people.writes.grants import end_grant
from cordiale.apps.people.writes.tokens import make_token
from cordiale.apps.register.models import Assertion, Group
from cordiale.apps.register.writes.editing import carry_out
from cordiale.apps.register.writes.participation import assert_participation, correct, end, retract
from cordiale.config.commands import main
from cordiale.config.doctor import database as checks
from cordiale.config.doctor.findings import Finding, Visit
from cordiale.config.privileges.granting import RoleTooMighty, grant_to
from cordiale.config.privileges.held import comparison, things
from cordiale.config.privileges.wanted import ADDS, LEDGER, ORDINARY, READS, VERSION, guarded
from cordiale.domain import clock
from cordiale.domain.editing import Define
from cordiale.domain.jobs import JobState
from cordiale.domain.period import parse_when
from cordiale.domain.viewer import Viewer
from tests.databases import SERVICE_ROLE, OwnDatabase
from tests.makers import AT, ledger_number, owner, statement
from tests.people import ADMINISTRATOR, DESK, LATER, PASSWORD, now_somebody, seen, somebody

pytestmark = pytest.mark.postgres
Here = Callable[[OwnDatabase], AbstractContextManager[None]]


@pytest.fixture
def granted(own_nato_database: OwnDatabase, here: Here) -> OwnDatabase:
    """The database, seen by its owner, after the command."""
    with here(own_nato_database):
        left = grant_to(SERVICE_ROLE)
    assert (left.powers, left.missing, left.beyond) == ((), (), ())
    return own_nato_database


@pytest.fixture
def service(granted: OwnDatabase, here: Here) -> Iterator[OwnDatabase]:
    """The database, with this process in the role of the service."""
    with here(granted.for_the_service):
        yield granted.for_the_service


def command(*words: str) -> Result:
    return CliRunner().invoke(main, words, catch_exceptions=False)


def by_owner(database: OwnDatabase, *statements: str) -> None:
    with psycopg.connect(database.url, autocommit=True) as raw:
        for one in statements:
            raw.execute(one)


def by_administrator(database: OwnDatabase, *statements: str) -> None:
    with psycopg.connect(database.url, user="postgres", autocommit=True) as raw:
        for one in statements:
            raw.execute(one)


def look() -> Finding:
    return checks.bounded(Visit(at=clock.now()))


# --- what is granted ---

INTENDED: dict[str, frozenset[str]] = {
    "assertion": VERSION,
    "audience_group": VERSION,
    "party": ADDS,
    "people_person": ORDINARY,
    "people_counted": ORDINARY,
    "django_session": ORDINARY,
    "jobs_job": ORDINARY,
    "django_migrations": READS,
    **LEDGER,
}
"""A few tables of each kind, by hand, so that what is derived is held against something."""
_BY_TRIGGER = """
    SELECT c.relname, p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgname = c.relname || '_append_only_update'
"""
_GRANTED = """
    SELECT c.relname, a.privilege_type, NULL FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'S' AND a.grantee = %(role)s::regrole
    UNION ALL
    SELECT c.relname, x.privilege_type, t.attname FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid,
        aclexplode(t.attacl) x
    WHERE c.relnamespace = 'public'::regnamespace AND x.grantee = %(role)s::regrole
"""


def asked(question: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, {"role": SERVICE_ROLE})
        return list(cursor.fetchall())


def test_every_table_is_granted_as_its_kind_demands(granted, here):
    with here(granted):
        kept = guarded() | {"django_migrations": READS}
        intended = {(table, one) for table in things()["table"] for one in kept.get(table, ORDINARY)}
        given = {(table, f"{one} ({column})" if column else one) for table, one, column in asked(_GRANTED)}

    offenders = given ^ intended
    assert offenders == set(), "granted and not intended, or intended and not granted"
    assert len({table for table, _ in given}) > 60
    assert {table: {one for name, one in given if name == table} for table in INTENDED} == INTENDED


def test_a_table_with_guards_in_the_database_is_one_with_history_in_the_code(granted, here):
    versions = {table for table, privileges in guarded().items() if privileges == VERSION}
    with here(granted):
        guards = dict(asked(_BY_TRIGGER))

    assert set(guards) == set(guarded())
    assert {table for table, function in guards.items() if function == "cordiale_version_update"} == versions


def test_no_trigger_runs_with_the_rights_of_the_owner(granted, here):
    with here(granted):
        assert asked("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace") == []


def test_a_table_that_a_later_migration_makes_is_granted_when_the_command_is_repeated(granted, here):
    by_owner(granted, "CREATE TABLE later (id bigint GENERATED BY DEFAULT AS IDENTITY, said text)")
    with here(granted):
        told, lacking = command("migrate"), comparison(SERVICE_ROLE).missing
        again, then = command("database", "grant", SERVICE_ROLE), command("migrate")
        left = comparison(SERVICE_ROLE)

    assert f"run: cordiale database grant {SERVICE_ROLE}" in told.stdout
    assert {str(right) for right in lacking} >= {"DELETE on table later", "USAGE on sequence later_id_seq"}
    assert (again.exit_code, then.stdout) == (0, "")
    assert (left.missing, left.beyond) == ((), ())


def test_what_was_granted_by_hand_before_is_taken_back(own_nato_database, here):
    by_owner(
        own_nato_database,
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {SERVICE_ROLE}",
        f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {SERVICE_ROLE}",
        f"GRANT UPDATE (status) ON assertion TO {SERVICE_ROLE}",
        f"GRANT CREATE ON DATABASE {own_nato_database.name} TO {SERVICE_ROLE}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO {SERVICE_ROLE}",
    )
    with here(own_nato_database):
        before = len(comparison(SERVICE_ROLE).beyond)
        done = command("database", "grant", SERVICE_ROLE)
        by_owner(own_nato_database, "CREATE TABLE later (said text)")
        after = comparison(SERVICE_ROLE)

    assert before > 100
    assert done.exit_code == 0, done.output
    assert (after.beyond, {right.thing for right in after.missing}) == ((), {"later"})


def test_what_public_has_by_another_way_is_named(own_nato_database, here):
    by_administrator(
        own_nato_database, "ALTER SCHEMA public OWNER TO postgres", "GRANT CREATE ON SCHEMA public TO PUBLIC"
    )
    with here(own_nato_database):
        done = command("database", "grant", SERVICE_ROLE)

    assert done.exit_code == 1
    assert "and still CREATE on schema public, by PUBLIC" in done.output


# --- who may run the command ---


@pytest.mark.parametrize(
    ("role", "told"),
    [("cordiale", "owns"), ("postgres", "is a superuser"), ("nobody_of_that_name", "There is no role")],
)
def test_a_role_that_cannot_be_bounded_or_is_not_there_is_refused(own_nato_database, here, role, told):
    with here(own_nato_database):
        done = command("database", "grant", role)

    assert (done.exit_code, told in done.output) == (1, True), done.output


def test_a_role_that_may_become_the_owner_is_refused(own_nato_database, here):
    by_administrator(own_nato_database, "CREATE ROLE in_disguise LOGIN NOINHERIT", "GRANT cordiale TO in_disguise")
    try:
        with here(own_nato_database), pytest.raises(RoleTooMighty, match="may become their owner cordiale"):
            grant_to("in_disguise")
    finally:
        by_administrator(own_nato_database, "DROP ROLE in_disguise")


def test_an_empty_database_is_refused(empty_database, here):
    with here(empty_database):
        done = command("database", "grant", SERVICE_ROLE)

    assert (done.exit_code, "cordiale migrate" in done.output) == (1, True)


@pytest.mark.parametrize("words", [("migrate",), ("database", "grant", "postgres"), ("load", "--pack", "packs/nato")])
def test_what_is_the_owners_is_refused_to_the_service(service, words):
    done = command(*words)

    assert done.exit_code == 1
    assert done.output.startswith("Error: Only cordiale may ")
    assert f"DATABASE_URL names {SERVICE_ROLE}" in done.output


def test_an_empty_database_is_not_migrated_by_the_service(empty_database, here):
    with here(empty_database.for_the_service):
        done = command("migrate")

    assert (done.exit_code, "Only the owner of the database may make its tables" in done.output) == (1, True)


# --- what is refused ---


def refusal(database: OwnDatabase, statement_: str) -> str:
    """What the server says when the service's role tries it in a transaction of its own; "" when it does it."""
    with psycopg.connect(database.url) as raw:
        try:
            raw.execute(statement_)
        except psycopg.Error as error:
            return f"{type(error).__name__}: {error}"
        finally:
            raw.rollback()
    return ""


REWRITES = (
    "UPDATE ledger_entry SET reason = 'forged'",
    "DELETE FROM ledger_entry",
    "TRUNCATE ledger_entry CASCADE",
    "DELETE FROM ledger_clock",
    "INSERT INTO ledger_clock SELECT 2, number, register_number, register_hash, at, head FROM ledger_clock",
    "UPDATE ledger_clock SET one = 2",
    "DELETE FROM ledger_content",
    "UPDATE ledger_content SET entry_id = 2",
    "UPDATE assertion SET status = 'member'",
    "UPDATE assertion SET known_from_id = 1",
    "UPDATE assertion SET known_to_id = 1, status = 'member'",
    "DELETE FROM assertion",
    "TRUNCATE assertion CASCADE",
    "UPDATE party SET code = 'x'",
    "DELETE FROM people_grant",
    "TRUNCATE django_session",
    "DELETE FROM django_migrations",
    "ALTER TABLE assertion DISABLE TRIGGER USER",
    "DROP TRIGGER assertion_append_only_update ON assertion",
    "CREATE OR REPLACE FUNCTION cordiale_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "CREATE TABLE mine (said text)",
    "CREATE SCHEMA mine",
    "SET session_replication_role = replica",
    "SELECT setval('assertion_id_seq', 1)",
    "SET ROLE cordiale",
    "CREATE TEMPORARY TABLE ledger_clock AS SELECT * FROM public.ledger_clock",
)


def test_rewriting_is_refused_by_privilege(service):
    said = {tried: refusal(service, tried) for tried in REWRITES}

    assert {tried: told for tried, told in said.items() if not told.startswith("InsufficientPrivilege: ")} == {}


def test_the_clock_does_not_go_back(service):
    assert "the clock only moves on" in refusal(service, "UPDATE ledger_clock SET number = number - 1")


def test_a_temporary_table_would_stand_before_the_one_that_the_guards_look_at(own_nato_database):
    """Why TEMPORARY is taken from everybody."""
    by_owner(own_nato_database, f"GRANT SELECT, UPDATE ON assertion, ledger_entry TO {SERVICE_ROLE}")
    forged = "CREATE TEMPORARY TABLE ledger_clock AS SELECT 1 AS one, 2 AS number"
    closed = "UPDATE assertion SET known_to_id = 2"
    with psycopg.connect(own_nato_database.for_the_service.url) as raw:
        raw.execute(forged)
        changed = raw.execute(closed).rowcount
        raw.rollback()

    assert changed > 100


# --- what works ---


def test_an_assertion_is_made_corrected_ended_and_retracted(service):
    said = statement(party="fin", framework="md", status="participating", source="wiki-pfp-2021")
    by: dict[str, Any] = {"reason": "a test", "by": owner, "at": AT}

    first = assert_participation(statement=said, **by)
    second = correct(
        assertion=first,
        statement=statement(party="fin", framework="md", status="participating", source="wiki-pfp-2021", start="2002"),
        **by,
    )
    third = end(assertion=second, on=parse_when("2010"), source="wiki-pfp-2021", **by)
    retract(assertion=third, **by)

    closed = Assertion.objects.filter(pk__in=(first, second, third)).exclude(known_to=None)
    assert closed.count() == 3
    assert fault(owner) is None


def test_a_group_is_defined_and_defined_anew(service):
    carry_out(edits=[Define("friends", "Friends", "pfp")], reason="a test", by=owner, at=AT)
    carry_out(edits=[Define("friends", "Friends", "md")], reason="a test", by=owner, at=AT)

    assert list(Group.objects.order_by("pk").values_list("audience", "known_to")) == [
        ("pfp", ledger_number()),
        ("md", None),
    ]


def test_content_is_erased_and_the_ledger_holds(service):
    erase_content(number=1, reason="by law", by=owner, at=AT)

    assert fault(owner) is None


def test_people_join_hold_roles_lose_them_and_are_erased(service):
    person = somebody("one@example.org", ADMINISTRATOR, password=None)
    other = somebody("other@example.org", DESK, ADMINISTRATOR)
    held = Grant.objects.get(person=other, role=DESK.role, known_to=None)

    end_grant(number=held.pk, reason="a test", by=owner, at=AT)
    make_token(name="a program", scope="read", expires_on=LATER, by=seen(person), at=AT)
    erase_person(person=other, reason="by law", by=owner, at=AT)

    assert not Grant.objects.filter(person=other, known_to=None).exists()
    assert fault(owner) is None


def test_a_job_is_run_to_its_end_by_a_worker_of_its_own(service):
    job = start(kind="ledger-verify", by=Viewer.system("a test"), at=clock.now())
    service.run_or_fail("worker", "--until-empty")

    found = one_job(owner, job=job)
    assert found is not None
    assert found.state == JobState.DONE


def test_somebody_signs_in_reads_edits_by_the_pages_and_signs_out(service, cheap_passwords):
    now_somebody("desk@example.org", DESK)
    client = Client()

    shut = client.post("/accounts/login/", {"login": "desk@example.org", "password": "wrong"})
    open_ = client.post("/accounts/login/", {"login": "desk@example.org", "password": PASSWORD})
    statuses = {
        address: client.get(address).status_code
        for address in ("/", "/accounts/", "/countries/fin/", "/changes/", "/search/?q=finland", "/api/v1/parties")
    }
    out = client.post("/accounts/logout/")

    assert (shut.status_code, open_.status_code, out.status_code) == (200, 302, 302)
    assert set(statuses.values()) == {200}, statuses
    assert client.get("/accounts/").status_code == 302


def test_the_commands_of_every_day_work(service):
    done = [command(*words) for words in (("ledger", "verify"), ("retention", "run"), ("pack", "load", "packs/nato"))]

    assert [one.exit_code for one in done] == [0, 0, 0], [one.output for one in done]


def test_the_service_can_take_the_backup_itself(service, tmp_path):
    done = command("backup", str(tmp_path / "a.backup"))

    assert done.exit_code == 0, done.output


# --- what the doctor says ---


def test_a_role_as_granted_is_well(service):
    assert look().state == "ok"


def test_a_role_that_owns_the_tables_is_told(own_nato_database, here):
    with here(own_nato_database):
        found = look()

    assert (found.state, "cordiale, whom DATABASE_URL names, owns" in found.what) == ("warning", True), found
    assert "cordiale database grant ROLE" in found.mend


@pytest.mark.parametrize(
    ("statement_", "state", "told"),
    [
        ("GRANT TRUNCATE ON assertion TO {}", "warning", "TRUNCATE on table assertion"),
        ("GRANT DELETE, UPDATE ON ledger_entry TO {}", "warning", "DELETE on table ledger_entry and 1 more rights"),
        ("GRANT UPDATE (status) ON assertion TO {}", "warning", r"UPDATE \(status\) on table assertion"),
        ("GRANT UPDATE ON assertion TO {}", "warning", "UPDATE on table assertion"),
        ("GRANT DELETE ON assertion TO PUBLIC", "warning", "DELETE on table assertion"),
        ("REVOKE INSERT ON assertion FROM {}", "wrong", "lacks INSERT on table assertion"),
        (
            "REVOKE UPDATE (known_to_id) ON assertion FROM {}",
            "wrong",
            r"lacks UPDATE \(known_to_id\) on table assertion",
        ),
    ],
)
def test_a_right_too_many_or_too_few_is_told_with_the_command_that_mends_it(granted, service, statement_, state, told):
    by_owner(granted, sql.SQL(statement_).format(sql.Identifier(SERVICE_ROLE)).as_string())

    found = look()

    assert (found.state, found.mend.endswith(f"cordiale database grant {SERVICE_ROLE}")) == (state, True), found
    assert re.search(told, found.what), found
