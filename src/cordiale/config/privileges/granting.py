"""Gives a role of PostgreSQL what the service needs, and takes from it all the rest."""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

from cordiale.config.privileges.held import (
    Comparison,
    acts_as_owner,
    comparison,
    current_role,
    exists,
    owners,
    powers,
    things,
)
from cordiale.config.privileges.wanted import MIGRATIONS, Right, wanted


class NoRoles(RuntimeError):
    """The database knows no roles."""

    code = "no-roles"

    def __init__(self) -> None:
        super().__init__("SQLite knows no roles: whoever can write its file can do everything; PostgreSQL has them.")


class NothingToGrant(RuntimeError):
    """There are no tables yet."""

    code = "nothing-to-grant"

    def __init__(self) -> None:
        super().__init__("There are no tables to grant rights on; run `cordiale migrate` first.")


class NotTheOwner(PermissionError):
    """Only the owner of the tables may change them, or who may do what with them."""

    code = "not-the-owner"

    def __init__(self, *, role: str, owner: str, what: str) -> None:
        super().__init__(f"Only {owner} may {what}, and DATABASE_URL names {role}; run it with the URL of {owner}.")


class NoSuchRole(LookupError):
    """The server has no role of that name."""

    code = "no-such-role"

    def __init__(self, role: str) -> None:
        super().__init__(f"There is no role {role}; an administrator makes it: CREATE ROLE {role} LOGIN PASSWORD '...'")


class RoleTooMighty(ValueError):
    """The role cannot be kept in bounds by grants."""

    code = "role-too-mighty"

    def __init__(self, role: str, power: str) -> None:
        super().__init__(f"{role} {power}, so that no grant can bound it; name a role of its own for the service.")


def refuse_unless_owner(what: str) -> None:
    """Refuse what only the owner of the tables may do.

    Args:
        what: a verb: "migrate".

    Raises:
        NotTheOwner: this process has another role.
    """
    if connection.vendor == "postgresql" and not acts_as_owner():
        raise NotTheOwner(role=current_role(), owner=" and ".join(owners()), what=what)


def grant_to(role: str) -> Comparison:
    """Give a role exactly what the service needs in this database; what still differs then is in the answer.

    TEMPORARY on the database and CREATE on the schema are taken from PUBLIC, too: the role would have them by that way.

    Raises:
        NoRoles, NothingToGrant, NotTheOwner, NoSuchRole, RoleTooMighty: and then nothing was changed.
    """
    if connection.vendor != "postgresql":
        raise NoRoles
    here = things()
    if MIGRATIONS not in here.get("table", ()):
        raise NothingToGrant
    refuse_unless_owner("grant rights on the tables")
    if not exists(role):
        raise NoSuchRole(role)
    if above := powers(role):
        raise RoleTooMighty(role, above[0])
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in [*_taken(role), *(_given(right, role) for right in sorted(wanted(here)))]:
            cursor.execute(statement.as_string(cursor.connection))
        return comparison(role)


def _taken(role: str) -> list[sql.Composed]:
    """Everything, of what there is and of what is to come, from a role; what nobody may have, from PUBLIC."""
    name = sql.Identifier(role)
    taken = []
    for kind, names in sorted(things().items()):
        for thing in sorted(names):
            on = sql.SQL(kind.upper()), sql.Identifier(thing)
            taken.append(sql.SQL("REVOKE ALL ON {} {} FROM {}").format(*on, name))
    for owner in owners():
        for those in ("TABLES", "SEQUENCES"):
            taken.append(
                sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public REVOKE ALL ON {} FROM {}").format(
                    sql.Identifier(owner), sql.SQL(those), name
                )
            )
    database = sql.Identifier(connection.settings_dict["NAME"])
    taken.append(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format())
    taken.append(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
    return taken


def _given(right: Right, role: str) -> sql.Composed:
    privilege, _, column = right.privilege.partition(" (")
    columns = sql.SQL(" ({})").format(sql.Identifier(column.removesuffix(")"))) if column else sql.SQL("")
    return sql.SQL("GRANT {}{} ON {} {} TO {}").format(
        sql.SQL(privilege), columns, sql.SQL(right.kind.upper()), sql.Identifier(right.thing), sql.Identifier(role)
    )
