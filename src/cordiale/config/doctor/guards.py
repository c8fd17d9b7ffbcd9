"""Compares the guards in the database with those that the migrations make: there, word for word, and switched on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

TRIGGER = re.compile(r'CREATE (?:OR REPLACE )?TRIGGER (?:IF NOT EXISTS )?"?(\w+)"?\s')
FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(\).*?AS \$\$(.*?)\$\$", re.DOTALL)
DROPPED = re.compile(r'DROP (TRIGGER|FUNCTION|TABLE) (?:IF EXISTS )?"?(\w+)"?')

_TRIGGERS_HERE = {
    "sqlite": "SELECT name, sql, 1 FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT t.tgname, pg_get_triggerdef(t.oid), (t.tgenabled IN ('O', 'A'))::int FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
    ),
}
IN_PYTHON = ("assertion_source_contradicts_itself",)
"""Guards that a migration makes in Python, of which only the presence can be seen: a trigger on SQLite, a constraint on
PostgreSQL."""
_CONSTRAINTS_HERE = "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
_FUNCTIONS_HERE = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"


@dataclass
class Guards:
    """Name to text of the triggers and of the functions they call."""

    triggers: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)


def faults() -> list[str]:
    """What is not as the migrations made it, one line each; empty when all is."""
    wanted = _wanted()
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS_HERE[connection.vendor])
        triggers = {name: (_plain(text), bool(on)) for name, text, on in cursor.fetchall()}
        functions: dict[str, str] = {}
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTIONS_HERE)
            functions = {name: _plain(text) for name, text in cursor.fetchall()}
            cursor.execute(_CONSTRAINTS_HERE)
            present = {name for (name,) in cursor.fetchall()}
        else:
            present = set(triggers)
    found = [f"the guard {name} is missing" for name in IN_PYTHON if name not in present]
    for name, text in wanted.triggers.items():
        here, on = triggers.get(name, ("", False))
        if not here:
            found.append(f"the guard {name} is missing")
        elif here != text:
            found.append(f"the guard {name} was changed")
        elif not on:
            found.append(f"the guard {name} is switched off")
    for name, text in wanted.functions.items():
        if functions.get(name) != text:
            found.append(f"the function {name} was {'changed' if name in functions else 'removed'}")
    return found


def _wanted() -> Guards:
    """The guards that our own migrations make on this kind of database, the last word of each; none of it is run."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    keys = (key for leaf in loader.graph.leaf_nodes() for key in loader.graph.forwards_plan(leaf))
    ours = (key for key in keys if apps.get_app_config(key[0]).name.startswith("cordiale."))
    plan = [(loader.graph.nodes[key], False) for key in dict.fromkeys(ours)]
    guards = Guards()
    for statement in MigrationLoader(connection).collect_sql(plan):
        for name, body in FUNCTION.findall(statement):
            guards.functions[name] = _plain(body)
        trigger = TRIGGER.match(statement)
        if trigger:
            guards.triggers[trigger[1]] = _plain(statement)
        for kind, name in DROPPED.findall(statement):
            held = guards.triggers if kind == "TRIGGER" else guards.functions if kind == "FUNCTION" else {}
            held.pop(name, None)
    return guards


def _plain(text: str) -> str:
    """A definition without what each database writes in its own way: quotes, schema, spaces, OR REPLACE."""
    text = re.sub(r"OR REPLACE |IF NOT EXISTS |\bpublic\.", "", text.replace('"', ""))
    return " ".join(text.split()).rstrip("; ")
