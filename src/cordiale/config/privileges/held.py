"""What a role may do in the PostgreSQL database at hand, by whatever way: its own grants, PUBLIC's, other roles'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from cordiale.config.privileges.wanted import Kind, Right, wanted

_OURS = """
    WITH ours AS (
        SELECT c.oid, c.relname AS name, c.relowner AS owner, c.relkind = 'S' AS counts FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
            AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ),
    tables AS (SELECT oid, name, owner FROM ours WHERE NOT counts),
    sequences AS (SELECT oid, name, owner FROM ours WHERE counts)
"""
"""Begins every question: what stands in the schema and belongs to no extension."""
_RIGHTS = """
    SELECT 'table', t.name, p FROM tables t, unnest(ARRAY[
        'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
    WHERE has_table_privilege(%(role)s, t.oid, p)
    UNION ALL
    SELECT 'table', t.name, p || ' (' || a.attname || ')' FROM tables t
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped,
        unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p
    WHERE has_column_privilege(%(role)s, t.oid, a.attnum, p) AND NOT has_table_privilege(%(role)s, t.oid, p)
    UNION ALL
    SELECT 'sequence', s.name, p FROM sequences s, unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) p
    WHERE has_sequence_privilege(%(role)s, s.oid, p)
    UNION ALL
    SELECT 'schema', 'public', p FROM unnest(ARRAY['USAGE', 'CREATE']) p
    WHERE has_schema_privilege(%(role)s, 'public', p)
    UNION ALL
    SELECT 'database', current_database(), p FROM unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) p
    WHERE has_database_privilege(%(role)s, current_database(), p)
"""
_THINGS = """
    SELECT 'table', name FROM tables UNION ALL SELECT 'sequence', name FROM sequences
    UNION ALL SELECT 'schema', 'public' UNION ALL SELECT 'database', current_database()
"""
_OWNERS = "SELECT DISTINCT pg_get_userbyid(owner) FROM tables ORDER BY 1"
# membership counts even where it is not inherited: SET ROLE is enough
_POWERS = """
    SELECT 1, 'is a superuser, or may become one' FROM pg_roles r
        WHERE r.rolsuper AND pg_has_role(%(role)s, r.oid, 'MEMBER')
    UNION SELECT 2, 'owns tables, or may become their owner ' || pg_get_userbyid(t.owner) FROM tables t
        WHERE pg_has_role(%(role)s, t.owner, 'MEMBER')
    UNION SELECT 3, 'owns the database, or may become its owner ' || pg_get_userbyid(d.datdba) FROM pg_database d
        WHERE d.datname = current_database() AND pg_has_role(%(role)s, d.datdba, 'MEMBER')
    UNION SELECT 4, 'may make roles, and so become any' FROM pg_roles r
        WHERE r.rolcreaterole AND pg_has_role(%(role)s, r.oid, 'MEMBER')
    ORDER BY 1
"""
_RECORDING = """
    SELECT DISTINCT pg_get_userbyid(a.grantee) FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = 'ledger_entry'
        AND a.privilege_type = 'INSERT' AND a.grantee NOT IN (0, c.relowner)
    ORDER BY 1
"""


@dataclass(frozen=True)
class Comparison:
    """How the rights of a role differ from what the service needs.

    Args:
        powers: what puts the role above all rights, in words, such as that it owns the tables.
        missing: rights it needs and lacks.
        beyond: rights it has and should not.
    """

    powers: tuple[str, ...]
    missing: tuple[Right, ...]
    beyond: tuple[Right, ...]


def comparison(role: str) -> Comparison:
    """Compare the rights of an existing role in this database with those that the service needs."""
    needed = wanted(things())
    held = frozenset(Right(*row) for row in _asked(_RIGHTS, role))
    return Comparison(
        powers(role),
        tuple(sorted(right for right in needed - held if right.whole not in held)),
        tuple(sorted(held - needed)),
    )


def things() -> dict[Kind, frozenset[str]]:
    """The names of the tables and sequences that are ours, of their schema and of the database."""
    found: dict[Kind, set[str]] = {}
    for kind, name in _asked(_THINGS):
        found.setdefault(kind, set()).add(name)
    return {kind: frozenset(names) for kind, names in found.items()}


def powers(role: str) -> tuple[str, ...]:
    """What puts a role above all rights, in words; empty for one that can be kept in bounds."""
    return tuple(str(what) for _, what in _asked(_POWERS, role))


def exists(role: str) -> bool:
    """Whether the server has such a role."""
    return bool(_asked("SELECT 1 FROM pg_roles WHERE rolname = %(role)s", role))


def owners() -> tuple[str, ...]:
    """Who owns the tables: one role, unless somebody made some by hand; none before the first migration."""
    return tuple(str(name) for (name,) in _asked(_OWNERS))


def acts_as_owner() -> bool:
    """Whether the role of this process may change the tables: it owns them, or there are none yet."""
    return all(acts for (acts,) in _asked("SELECT pg_has_role(owner, 'USAGE') FROM tables"))


def current_role() -> str:
    """The role of this process."""
    ((name,),) = _asked("SELECT current_user")
    return str(name)


def recording() -> tuple[str, ...]:
    """The roles that were granted to record in the ledger, beside its owner."""
    return tuple(str(name) for (name,) in _asked(_RECORDING))


def _asked(question: str, role: str = "") -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_OURS + question, {"role": role})
        return list(cursor.fetchall())
