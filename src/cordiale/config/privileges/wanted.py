"""What the role of the service needs, table by table: as much as the code does with each, and no more.

Which tables have history is what the migrations say, so that a later one is covered the day it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from cordiale.apps.ledger.append_only import AppendOnlyIdentities, AppendOnlyVersions

Kind = Literal["table", "sequence", "schema", "database"]
READS = frozenset({"SELECT"})
ADDS = READS | {"INSERT"}
ORDINARY = ADDS | {"UPDATE", "DELETE"}
"""What a table without history takes: rows come, change and go; never all at once by TRUNCATE."""
VERSION = ADDS | {"UPDATE (known_to_id)"}
"""A row is recorded, and closed once: the triggers see to the once."""
LEDGER = {
    "ledger_clock": READS
    | {f"UPDATE ({column})" for column in ("number", "register_number", "register_hash", "at", "head")},
    "ledger_entry": ADDS,
    "ledger_content": ADDS | {"UPDATE (salt)", "UPDATE (content)"},
}
"""The clock's row is there from the migration on; content is emptied where the law demands an erasure."""
MIGRATIONS = "django_migrations"
SEQUENCE = READS | {"USAGE"}
"""The next number; SELECT is what pg_dump needs of it, so that the nightly backup does not need the owner."""
SCHEMA = frozenset({"USAGE"})
DATABASE = frozenset({"CONNECT"})
"""Without TEMPORARY: a temporary table hides one of the same name from the guards, which then look at a forgery."""


@dataclass(frozen=True, order=True)
class Right:
    """One privilege on one thing of the database.

    Args:
        kind: what the thing is.
        thing: its name.
        privilege: in PostgreSQL's word, with the column in brackets where it is for one column: "UPDATE (salt)".
    """

    kind: Kind
    thing: str
    privilege: str

    def __str__(self) -> str:
        return f"{self.privilege} on {self.kind} {self.thing}"

    @property
    def whole(self) -> Right:
        """The same for every column, which holds this one too."""
        return Right(self.kind, self.thing, self.privilege.partition(" (")[0])


def guarded() -> dict[str, frozenset[str]]:
    """Every table with history to the privileges that recording in it takes, as the migrations guard them.

    Raises:
        KeyError: a guarded model is gone or renamed, and no later migration guards it under its new name.
    """
    loader = MigrationLoader(None, ignore_no_migrations=True)
    models = loader.project_state().models
    found: dict[str, frozenset[str]] = dict(LEDGER)
    for (label, _), migration in loader.graph.nodes.items():
        if not apps.get_app_config(label).name.startswith("cordiale."):
            continue
        for operation in migration.operations:
            if isinstance(operation, AppendOnlyVersions | AppendOnlyIdentities):
                privileges = VERSION if isinstance(operation, AppendOnlyVersions) else ADDS
                for name in operation.names:
                    model = models[label, name.lower()]
                    found[model.options.get("db_table") or f"{label}_{model.name_lower}"] = privileges
    return found


def wanted(things: Mapping[Kind, frozenset[str]]) -> frozenset[Right]:
    """All that the service needs of a database.

    Args:
        things: the names of what is there, by kind; a table that no migration guards is an ordinary one.
    """
    kept = guarded() | {MIGRATIONS: READS}
    privileges: dict[Kind, frozenset[str]] = {"sequence": SEQUENCE, "schema": SCHEMA, "database": DATABASE}
    return frozenset(
        Right(kind, thing, privilege)
        for kind, names in things.items()
        for thing in names
        for privilege in (kept.get(thing, ORDINARY) if kind == "table" else privileges[kind])
    )
