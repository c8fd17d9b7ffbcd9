"""Migration operations that make tables append-only: the database itself refuses to rewrite what was recorded.

On PostgreSQL the guards are shared functions, on SQLite one trigger each. SQLite drops triggers whenever Django
rebuilds a table: a migration that alters a guarded table must repeat its operation (a test looks for every guard).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

POSTGRES_FUNCTIONS = """
CREATE OR REPLACE FUNCTION cordiale_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION cordiale_open_number() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT c.number FROM ledger_clock c
    WHERE c.one = 1 AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.number = c.number)
$$;

CREATE OR REPLACE FUNCTION cordiale_version_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.known_from_id IS DISTINCT FROM cordiale_open_number() OR NEW.known_to_id IS NOT NULL THEN
        RAISE EXCEPTION 'append-only: a row of % is written inside an open ledger entry', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION cordiale_version_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.known_to_id IS NOT NULL
        OR NEW.known_to_id IS DISTINCT FROM cordiale_open_number()
        OR NEW.known_to_id <= OLD.known_from_id
        OR to_jsonb(NEW) - 'known_to_id' IS DISTINCT FROM to_jsonb(OLD) - 'known_to_id' THEN
        RAISE EXCEPTION 'append-only: a row of % may only be closed, once, by an open ledger entry', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION cordiale_identity_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.known_from_id IS DISTINCT FROM cordiale_open_number() THEN
        RAISE EXCEPTION 'append-only: a row of % is written inside an open ledger entry', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""

SQLITE_OPEN_NUMBER = (
    "(SELECT c.number FROM ledger_clock c WHERE c.one = 1"
    " AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.number = c.number))"
)


class _Guard(Operation):
    """Runs one list of statements per database; reversible by dropping the table, as guards go with it."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Guards do not change the models."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the guards, in the database that holds the tables."""
        postgres = schema_editor.connection.vendor == "postgresql"
        guarded = self.guarded(app_label, to_state)
        for model in (one for one in guarded if self.allow_migrate_model(schema_editor.connection.alias, one)):
            for statement in self.postgres(model) if postgres else self.sqlite(model):
                schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Nothing to undo: the tables are dropped next, and their guards with them."""

    def guarded(self, app_label: str, state: ProjectState) -> list[type[models.Model]]:
        """The models to guard, as the migration sees them."""
        raise NotImplementedError

    def postgres(self, model: type[models.Model]) -> list[str]:
        """Statements for PostgreSQL."""
        raise NotImplementedError

    def sqlite(self, model: type[models.Model]) -> list[str]:
        """Statements for SQLite."""
        raise NotImplementedError


class Guard(_Guard):
    """Guard the named models of the app; subclasses say how."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration file would write this operation."""
        return type(self).__name__, [self.names], {}

    def guarded(self, app_label: str, state: ProjectState) -> list[type[models.Model]]:
        """The named models."""
        return [state.apps.get_model(app_label, name) for name in self.names]


class AppendOnlyVersions(Guard):
    """Rows with `known_from` and `known_to`: inserted open, closed once, each inside an open ledger entry."""

    def postgres(self, model: type[models.Model]) -> list[str]:
        """Insert, update, delete and truncate triggers."""
        table = model._meta.db_table
        return [
            _postgres_trigger(table, "insert", "BEFORE INSERT", "cordiale_version_insert"),
            _postgres_trigger(table, "update", "BEFORE UPDATE", "cordiale_version_update"),
            *_postgres_keep(table),
        ]

    def sqlite(self, model: type[models.Model]) -> list[str]:
        """Insert, update and delete triggers."""
        table = model._meta.db_table
        others = [field.column for field in model._meta.local_concrete_fields if field.column != "known_to_id"]
        changed = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in others)
        return [
            _sqlite_trigger(
                table,
                "insert",
                f"NEW.known_from_id IS NOT {SQLITE_OPEN_NUMBER} OR NEW.known_to_id IS NOT NULL",
                f"append-only: a row of {table} is written inside an open ledger entry",
            ),
            _sqlite_trigger(
                table,
                "update",
                f"OLD.known_to_id IS NOT NULL OR NEW.known_to_id IS NOT {SQLITE_OPEN_NUMBER}"
                f" OR NEW.known_to_id IS NULL OR NEW.known_to_id <= OLD.known_from_id OR {changed}",
                f"append-only: a row of {table} may only be closed, once, by an open ledger entry",
            ),
            _sqlite_trigger(table, "delete", "1", f"append-only: DELETE on {table} is refused"),
        ]


class AppendOnlyIdentities(Guard):
    """Rows that name something for ever: inserted inside an open ledger entry, never changed."""

    def postgres(self, model: type[models.Model]) -> list[str]:
        """Insert, update, delete and truncate triggers."""
        table = model._meta.db_table
        return [
            _postgres_trigger(table, "insert", "BEFORE INSERT", "cordiale_identity_insert"),
            _postgres_trigger(table, "update", "BEFORE UPDATE", "cordiale_refuse"),
            *_postgres_keep(table),
        ]

    def sqlite(self, model: type[models.Model]) -> list[str]:
        """Insert, update and delete triggers."""
        table = model._meta.db_table
        return [
            _sqlite_trigger(
                table,
                "insert",
                f"NEW.known_from_id IS NOT {SQLITE_OPEN_NUMBER}",
                f"append-only: a row of {table} is written inside an open ledger entry",
            ),
            _sqlite_trigger(table, "update", "1", f"append-only: UPDATE on {table} is refused"),
            _sqlite_trigger(table, "delete", "1", f"append-only: DELETE on {table} is refused"),
        ]


class GuardLedger(_Guard):
    """The ledger's own three tables: entries never change, the clock only moves on, content can only be erased."""

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How a migration file would write this operation."""
        return type(self).__name__, [], {}

    def guarded(self, app_label: str, state: ProjectState) -> list[type[models.Model]]:
        """One pass is enough; the statements name all three tables."""
        return [state.apps.get_model(app_label, "LedgerClock")]

    def postgres(self, model: type[models.Model]) -> list[str]:
        """Shared functions first, then the triggers."""
        return [
            POSTGRES_FUNCTIONS,
            _postgres_check("ledger_entry_insert", _ENTRY_FAULT, "an entry carries the clock's number and its head"),
            _postgres_trigger("ledger_entry", "insert", "BEFORE INSERT", "ledger_entry_insert"),
            _postgres_trigger("ledger_entry", "update", "BEFORE UPDATE", "cordiale_refuse"),
            *_postgres_keep("ledger_entry"),
            _postgres_check("ledger_clock_insert", _CLOCK_INSERT_FAULT, "there is one clock"),
            _postgres_trigger("ledger_clock", "insert", "BEFORE INSERT", "ledger_clock_insert"),
            _postgres_check("ledger_clock_update", _CLOCK_FAULT, "the clock only moves on"),
            _postgres_trigger("ledger_clock", "update", "BEFORE UPDATE", "ledger_clock_update"),
            *_postgres_keep("ledger_clock"),
            _postgres_check("ledger_content_insert", _CONTENT_INSERT_FAULT, "content comes with its entry"),
            _postgres_trigger("ledger_content", "insert", "BEFORE INSERT", "ledger_content_insert"),
            _postgres_check(
                "ledger_content_update", _CONTENT_UPDATE_FAULT, "content can only be erased, by an open ledger entry"
            ),
            _postgres_trigger("ledger_content", "update", "BEFORE UPDATE", "ledger_content_update"),
            *_postgres_keep("ledger_content"),
        ]

    def sqlite(self, model: type[models.Model]) -> list[str]:
        """One trigger for each."""
        message = "append-only: {}".format
        return [
            _sqlite_trigger(
                "ledger_entry", "insert", _ENTRY_FAULT, message("an entry carries the clock's number and its head")
            ),
            _sqlite_trigger("ledger_entry", "update", "1", message("UPDATE on ledger_entry is refused")),
            _sqlite_trigger("ledger_entry", "delete", "1", message("DELETE on ledger_entry is refused")),
            _sqlite_trigger("ledger_clock", "insert", _CLOCK_INSERT_FAULT, message("there is one clock")),
            _sqlite_trigger("ledger_clock", "update", _CLOCK_FAULT, message("the clock only moves on")),
            _sqlite_trigger("ledger_clock", "delete", "1", message("DELETE on ledger_clock is refused")),
            _sqlite_trigger("ledger_content", "insert", _CONTENT_INSERT_FAULT, message("content comes with its entry")),
            _sqlite_trigger(
                "ledger_content",
                "update",
                _CONTENT_UPDATE_FAULT,
                message("content can only be erased, by an open ledger entry"),
            ),
            _sqlite_trigger("ledger_content", "delete", "1", message("DELETE on ledger_content is refused")),
        ]


# Conditions both databases understand; each is true for what must be refused.
_ENTRY_FAULT = (
    "NOT EXISTS (SELECT 1 FROM ledger_clock c WHERE c.one = 1"
    " AND NEW.number = c.number AND NEW.previous = c.head AND NEW.at > c.at)"
    " OR EXISTS (SELECT 1 FROM ledger_entry e WHERE e.number = NEW.number)"
)
_CLOCK_FAULT = (
    "NEW.number < OLD.number OR NEW.number > OLD.number + 1 OR NEW.register_number < OLD.register_number"
    " OR NEW.at < OLD.at OR NEW.one <> OLD.one"
)
_CONTENT_INSERT_FAULT = (
    "NOT EXISTS (SELECT 1 FROM ledger_clock c WHERE c.one = 1 AND NEW.entry_id = c.number)"
    " OR EXISTS (SELECT 1 FROM ledger_content o WHERE o.entry_id = NEW.entry_id)"
)
_CLOCK_INSERT_FAULT = "EXISTS (SELECT 1 FROM ledger_clock)"
_CONTENT_UPDATE_FAULT = (
    "NEW.entry_id <> OLD.entry_id OR NEW.salt <> '' OR NEW.content <> '' OR NOT EXISTS (SELECT 1 FROM ledger_clock c"
    " WHERE c.one = 1 AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.number = c.number))"
)


def _postgres_check(function: str, fault: str, message: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {fault} THEN RAISE EXCEPTION 'append-only: {message.replace(chr(39), chr(39) * 2)}'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )


def _postgres_trigger(table: str, name: str, when: str, function: str) -> str:
    return (
        f'CREATE OR REPLACE TRIGGER "{table}_append_only_{name}" {when} ON "{table}"'
        f" FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


def _postgres_keep(table: str) -> list[str]:
    """No DELETE; and no TRUNCATE, which fires no row trigger."""
    return [
        _postgres_trigger(table, "delete", "BEFORE DELETE", "cordiale_refuse"),
        f'CREATE OR REPLACE TRIGGER "{table}_append_only_truncate" BEFORE TRUNCATE ON "{table}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION cordiale_refuse()",
    ]


def _sqlite_trigger(table: str, event: str, fault: str, message: str) -> str:
    return (
        f'CREATE TRIGGER IF NOT EXISTS "{table}_append_only_{event}" BEFORE {event.upper()} ON "{table}"'
        f" WHEN {fault} BEGIN SELECT RAISE(ABORT, '{message.replace(chr(39), chr(39) * 2)}'); END"
    )
