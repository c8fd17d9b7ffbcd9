"""Nothing that was recorded can be rewritten, not even by SQL: the database refuses, on every table with history."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from cordiale.apps.ledger.writes import entry
from cordiale.apps.register.models import Assertion, Group, Identity, PackEdition, Version
from cordiale.apps.register.reads.rows import IDENTITIES, MODELS
from cordiale.apps.register.writes.editing import carry_out
from cordiale.domain.editing import Define
from cordiale.domain.ledger import GENESIS
from tests.makers import AT, owner

pytestmark = pytest.mark.usefixtures("nato")

VERSIONED: tuple[Any, ...] = (*MODELS.values(), PackEdition, Group)
VERSIONS = sorted((model._meta.db_table, model) for model in VERSIONED)
NAMES: list[tuple[str, Any]] = sorted({model._meta.db_table: model for model in IDENTITIES.values()}.items())
LEDGER = ("ledger_clock", "ledger_content", "ledger_entry")

each_version = pytest.mark.parametrize("model", [pytest.param(model, id=table) for table, model in VERSIONS])
each_name = pytest.mark.parametrize("model", [pytest.param(model, id=table) for table, model in NAMES])
each = pytest.mark.parametrize("model", [pytest.param(model, id=table) for table, model in (*VERSIONS, *NAMES)])


@pytest.fixture(autouse=True)
def a_group_where_it_is_about_one(nato: None, request: pytest.FixtureRequest) -> None:
    """packs/nato has no group of the desk's own."""
    callspec = getattr(request.node, "callspec", None)
    if callspec is not None and callspec.params.get("model") is Group:
        carry_out(edits=[Define("friends", "Friends", "pfp")], reason="a test", by=owner, at=AT)
        connection.check_constraints()  # else PostgreSQL refuses to empty the table because of those still to come


def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def refused(statement: str, *values: Any) -> bool:
    """Whether the database refuses, and as a rewriting of history."""
    try:
        with transaction.atomic():
            run(statement, *values)
    except IntegrityError as refusal:
        if "append-only" not in str(refusal):
            raise
        return True
    return False


def refusal_of_any_kind() -> Any:
    return pytest.raises(IntegrityError)


def table_of(model: type[models.Model]) -> str:
    return model._meta.db_table


def key_of(model: type[models.Model]) -> str:
    field = model._meta.pk
    assert field is not None
    assert field.column is not None
    return field.column


def one_of(model: type[models.Model]) -> Any:
    """The key of a row; packs/nato has one in every table."""
    ((key,),) = run(f'SELECT MIN("{key_of(model)}") FROM "{table_of(model)}"')
    assert key is not None, f"packs/nato has no row in {table_of(model)}"
    return key


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.local_concrete_fields if field.column is not None]


def another_value(field: Any) -> Any:
    """Something that stands in no row of packs/nato."""
    whole = isinstance(field, models.IntegerField) or field.get_internal_type() == "ForeignKey"
    points_to_words = field.is_relation and not isinstance(field.target_field, models.IntegerField)
    return 32_001 if whole and not points_to_words else "~"


def copied(model: type[models.Model], **changes: str) -> str:
    """SQL that inserts a row like the first one, under another key, with some columns changed to SQL expressions."""
    table, key = table_of(model), key_of(model)
    new_key = "'copied'" if model in IDENTITIES.values() else "999999"
    if model is Assertion:  # about another scope, so that its source does not contradict itself
        changes = {"scope": "'political'"} | changes
    expressions = {field.column: f'"{field.column}"' for field in columns_of(model)} | {key: new_key} | changes
    names = ", ".join(f'"{name}"' for name in expressions)
    return (
        f'INSERT INTO "{table}" ({names}) SELECT {", ".join(expressions.values())} FROM "{table}"'
        f' WHERE "{key}" = (SELECT MIN("{key}") FROM "{table}")'
    )


def triggers() -> dict[str, set[str]]:
    """Table to the events that its append-only triggers watch, as the database itself lists them."""
    if connection.vendor == "postgresql":
        rows = run(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled = 'O'"
        )
    else:
        rows = run("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
    found: dict[str, set[str]] = {}
    for table, name in rows:
        before, mark, event = name.partition("_append_only_")
        if mark and before == table:
            found.setdefault(table, set()).add(event)
    return found


@each
def test_a_table_with_history_is_guarded_against_every_way_to_change_it(model):
    wanted = {"insert", "update", "delete"} | ({"truncate"} if connection.vendor == "postgresql" else set())

    assert triggers().get(table_of(model)) == wanted


def test_every_model_with_history_is_among_the_guarded():
    with_history = {
        table_of(model)
        for model in apps.get_models()
        if issubclass(model, (Version, Identity)) and not model._meta.abstract
    }

    assert with_history == {table for table, _ in (*VERSIONS, *NAMES)}


@each
def test_a_row_cannot_be_deleted(model):
    assert refused(f'DELETE FROM "{table_of(model)}" WHERE "{key_of(model)}" = %s', one_of(model))


@each
def test_a_row_cannot_be_deleted_while_an_entry_is_open(model):
    with entry(by=owner, at=AT, verb="test.tried", subject="thing:1"):
        assert refused(f'DELETE FROM "{table_of(model)}" WHERE "{key_of(model)}" = %s', one_of(model))


@pytest.mark.postgres
@each
def test_a_table_cannot_be_emptied(model):
    assert refused(f'TRUNCATE "{table_of(model)}" CASCADE')


@each
def test_no_row_is_inserted_without_an_open_entry(model):
    assert refused(copied(model))


@each
def test_a_row_cannot_be_inserted_as_recorded_by_another_entry_than_the_open_one(model):
    with entry(by=owner, at=AT, verb="test.tried", subject="thing:1"):
        assert refused(copied(model, known_from_id="1"))


@each_version
def test_a_row_cannot_be_inserted_closed(model):
    with entry(by=owner, at=AT, verb="test.tried", subject="thing:1") as change:
        number = str(change.number)
        assert refused(copied(model, known_from_id=number, known_to_id=number))


@each_version
def test_no_column_of_a_row_can_be_changed_without_an_open_entry(model):
    key = one_of(model)

    accepted = [
        field.column
        for field in columns_of(model)
        if not refused(
            f'UPDATE "{table_of(model)}" SET "{field.column}" = %s WHERE "{key_of(model)}" = %s',
            another_value(field),
            key,
        )
    ]

    assert accepted == []


@each_version
def test_no_column_of_a_row_can_be_changed_while_it_is_closed(model):
    key = one_of(model)
    with entry(by=owner, at=AT, verb="test.tried", subject="thing:1") as change:
        accepted = [
            field.column
            for field in columns_of(model)
            if field.column != "known_to_id"
            and not refused(
                f'UPDATE "{table_of(model)}" SET known_to_id = %s, "{field.column}" = %s WHERE "{key_of(model)}" = %s',
                change.number,
                another_value(field),
                key,
            )
        ]

    assert accepted == []


@each_version
def test_a_row_is_closed_once_by_an_open_entry_and_stays_closed(model):
    close = f'UPDATE "{table_of(model)}" SET known_to_id = %s WHERE "{key_of(model)}" = %s'
    key = one_of(model)
    with entry(by=owner, at=AT, verb="test.closed", subject="thing:1") as change:
        assert refused(close, 1, key)
        assert refused(close, change.number + 1, key)
        assert not refused(close, change.number, key)
        assert refused(close, None, key)
        assert refused(close, change.number, key)
    assert refused(close, None, key)
    with entry(by=owner, at=AT, verb="test.closed", subject="thing:1") as change:
        assert refused(close, change.number, key)


@each_version
def test_a_row_cannot_be_closed_without_an_open_entry(model):
    close = f'UPDATE "{table_of(model)}" SET known_to_id = %s WHERE "{key_of(model)}" = %s'

    assert refused(close, 1, one_of(model))
    assert refused(close, 2, one_of(model))


@each_version
def test_a_row_cannot_be_closed_by_the_entry_that_recorded_it(model):
    with entry(by=owner, at=AT, verb="test.tried", subject="thing:1") as change:
        # the first row makes way, so that its copy breaks no rule but the one in question
        run(
            f'UPDATE "{table_of(model)}" SET known_to_id = %s WHERE "{key_of(model)}" = %s',
            change.number,
            one_of(model),
        )
        run(copied(model, known_from_id=str(change.number), known_to_id="NULL"))
        assert refused(f'UPDATE "{table_of(model)}" SET known_to_id = %s WHERE id = 999999', change.number)


@each_name
def test_a_name_can_never_be_changed(model):
    key = one_of(model)
    with entry(by=owner, at=AT, verb="test.tried", subject="thing:1") as change:
        assert refused(f'UPDATE "{table_of(model)}" SET code = %s WHERE code = %s', "~", key)
        assert refused(f'UPDATE "{table_of(model)}" SET known_from_id = %s WHERE code = %s', change.number, key)


@pytest.mark.sqlite
@each
def test_a_row_cannot_be_replaced(model):
    replace = copied(model).replace("INSERT", "INSERT OR REPLACE", 1)
    key = key_of(model)
    same_key = replace.replace("'copied'", f'"{key}"').replace("999999", f'"{key}"')

    assert refused(same_key)
    with entry(by=owner, at=AT, verb="test.tried", subject="thing:1") as change:
        number = str(change.number)
        changes = {"known_from_id": number} | ({} if model in IDENTITIES.values() else {"known_to_id": "NULL"})
        replaced = copied(model, **{key: f'"{key}"'}, **changes)
        assert refused(replaced.replace("INSERT", "INSERT OR REPLACE", 1))
        assert refused(f'UPDATE OR REPLACE "{table_of(model)}" SET "{key}" = "{key}"')


@pytest.mark.parametrize("table", LEDGER)
def test_a_row_of_the_ledger_cannot_be_deleted(table):
    assert refused(f"DELETE FROM {table}")


@pytest.mark.postgres
@pytest.mark.parametrize("table", LEDGER)
def test_a_table_of_the_ledger_cannot_be_emptied(table):
    assert refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", 2),
        ("at", "2020-01-01T00:00:00.000000Z"),
        ("actor", "~"),
        ("verb", "~"),
        ("subject", "~"),
        ("reason", "~"),
        ("commitment", "f" * 64),
        ("previous", "f" * 64),
        ("hash", "f" * 64),
    ],
)
def test_no_column_of_an_entry_can_be_changed(column, value):
    assert refused(f"UPDATE ledger_entry SET {column} = %s", value)


@pytest.mark.parametrize("number", [1, 2, 7])
def test_an_entry_cannot_be_inserted_unless_the_clock_moved_on_for_it(number):
    assert refused(
        "INSERT INTO ledger_entry (number, at, actor, verb, subject, reason, commitment, previous, hash)"
        " SELECT %s, '2999-01-01T00:00:00.000000Z', 'x', 'x', '', '', head, %s, %s FROM ledger_clock",
        number,
        "e" * 64,
        "f" * 64,
    )


@pytest.mark.parametrize(
    "change",
    [
        "number = number - 1",
        "number = number + 2",
        "number = 0",
        "register_number = 0",
        "at = '2020-01-01T00:00:00.000000Z'",
        "at = ''",
    ],
)
def test_the_clock_only_moves_on(change):
    assert refused(f"UPDATE ledger_clock SET {change}")


def test_there_is_no_second_clock():
    with pytest.raises(IntegrityError), transaction.atomic():
        run("INSERT INTO ledger_clock SELECT 2, number, register_number, register_hash, at, head FROM ledger_clock")


@pytest.mark.parametrize(
    "change",
    [
        "content = '[]'",
        "salt = 'x'",
        "salt = 'x', content = '[]'",
        "entry_id = 2",
        "entry_id = 2, salt = '', content = ''",
    ],
)
def test_content_can_be_erased_and_nothing_else(change):
    assert refused(f"UPDATE ledger_content SET {change}")


@pytest.mark.parametrize("half", ["salt = ''", "content = ''"])
def test_content_is_not_erased_by_half(half):
    write = f"UPDATE ledger_content SET {half} WHERE entry_id = 1"
    with entry(by=owner, at=AT, verb="test.tried", subject="thing:1"), refusal_of_any_kind(), transaction.atomic():
        run(write)


def test_content_is_erased_by_an_open_entry_only():
    erase = "UPDATE ledger_content SET salt = '', content = '' WHERE entry_id = 1"

    assert refused(erase)
    with entry(by=owner, at=AT, verb="test.erased", subject="thing:1"):
        assert not refused(erase)


def test_erased_content_cannot_be_written_again():
    with entry(by=owner, at=AT, verb="test.erased", subject="thing:1"):
        run("UPDATE ledger_content SET salt = '', content = '' WHERE entry_id = 1")
        assert refused("UPDATE ledger_content SET salt = 'x', content = '[]' WHERE entry_id = 1")


def test_content_cannot_be_added_to_an_entry_of_the_past():
    with entry(by=owner, at=AT, verb="test.wrote", subject="thing:1"):
        pass

    assert refused("INSERT INTO ledger_content (entry_id, salt, content) VALUES (1, 'x', '[]')")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT OR REPLACE INTO ledger_clock VALUES (1, 0, 0, '{GENESIS}', '', '{GENESIS}')",
        "INSERT OR REPLACE INTO ledger_content SELECT entry_id, 'x', '[]' FROM ledger_content",
        "INSERT OR REPLACE INTO ledger_entry SELECT number, at, 'somebody else', verb, subject, reason, commitment,"
        " previous, hash FROM ledger_entry",
    ],
    ids=["clock", "content", "entry"],
)
class TestReplace:
    def test_the_ledger_cannot_be_replaced(self, statement):
        assert refused(statement)

    def test_the_ledger_cannot_be_replaced_by_a_program_that_is_not_ours(self, own_nato_database, statement):
        # sqlite3 leaves recursive_triggers off, so a REPLACE deletes without asking the delete trigger
        raw = own_nato_database.connect()
        try:
            with pytest.raises(raw.IntegrityError, match="append-only"):
                raw.execute(statement)
        finally:
            raw.close()
