"""Whether the database can be used: there, new enough, up to date, with its guards, its role and its clock right."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cordiale.config.backups.holding import unknown_migrations
from cordiale.config.doctor.findings import Finding, Visit, warning, well, wrong
from cordiale.config.doctor.guards import faults
from cordiale.config.privileges.held import comparison, current_role
from cordiale.config.privileges.wanted import Right
from cordiale.domain import clock

OLDEST_SQLITE = (3, 40)
"""The oldest release of SQLite that the tests run on; it is that of Debian 12."""
OLDEST_POSTGRES = 15
SKEW = timedelta(seconds=2)
"""By how much two clocks may differ."""


def reachable(visit: Visit) -> Finding:
    """Whether it answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return well(f"{connection.display_name} answers")


def new_enough(visit: Visit) -> Finding:
    """Whether its release is one that the tests run on."""
    here: tuple[int, ...]
    oldest: tuple[int, ...]
    if connection.vendor == "sqlite":
        here, oldest = sqlite3.sqlite_version_info, OLDEST_SQLITE
        name = f"SQLite {sqlite3.sqlite_version}"
    else:
        number = int(getattr(connection, "pg_version", 0))
        here, oldest, name = (number // 10_000,), (OLDEST_POSTGRES,), f"PostgreSQL {number // 10_000}.{number % 10_000}"
    if here < oldest:
        needed = ".".join(map(str, oldest))
        return wrong(f"{name} is older than {needed}", "install a newer one; no older one is tested")
    return well(name)


def full_text(visit: Visit) -> Finding:
    """Whether SQLite can search texts (FTS5), and PostgreSQL exclude what overlaps (btree_gist)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')")
            has, name, mend = cursor.fetchone() == (1,), "FTS5", "use an SQLite that is built with it; Debian's is"
        else:
            cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'btree_gist'")
            has, name = cursor.fetchone() is not None, "btree_gist"
            mend = "as the owner of the database: CREATE EXTENSION btree_gist"
    return well(f"{name} is there") if has else wrong(f"{name} is missing", mend)


def migrated(visit: Visit) -> Finding:
    """Whether the tables are those of this release."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        first = missing[0][0]
        return wrong(
            f"{len(missing)} migrations are missing, first {first.app_label}.{first.name}", "run `cordiale migrate`"
        )
    later = unknown_migrations(executor.loader.applied_migrations)
    if later:
        app, name = min(later)
        return wrong(
            f"a later release was here: the migration {app}.{name} is unknown", "run the release that knows it"
        )
    return well("the tables are those of this release")


def guarded(visit: Visit) -> Finding:
    """Whether the database still refuses to rewrite history, word for word as the migrations had it."""
    found = faults()
    if found:
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        return wrong(
            f"{found[0]}{more}", "find out who did this; then restore a backup, after `cordiale ledger verify --head`"
        )
    return well("every guard of the append-only tables is there, unchanged and on")


def bounded(visit: Visit) -> Finding:
    """Whether the role of this process may do what the service needs and nothing else: no guard is lifted by it."""
    if connection.vendor != "postgresql":
        return well("SQLite knows no roles: whoever can write its file can do everything")
    role = current_role()
    found = comparison(role)
    grant = f"as the owner of the tables: cordiale database grant {role}"
    if found.powers:
        return warning(
            f"{role}, whom DATABASE_URL names, {found.powers[0]}",
            "let another role serve: CREATE ROLE, then as the owner of the tables: cordiale database grant ROLE",
        )
    if found.missing:
        return wrong(f"{role} lacks {_first(found.missing)}, which the service needs", grant)
    if found.beyond:
        return warning(f"{role} has {_first(found.beyond)}, which the service does not need", grant)
    return well(f"{role} may do what the service needs, and nothing else")


def _first(rights: Sequence[Right]) -> str:
    more = f" and {len(rights) - 1} more rights" if len(rights) > 1 else ""
    return f"{rights[0]}{more}"


def on_time(visit: Visit) -> Finding:
    """Whether the machine's clock, the database's and the ledger's agree."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            before = clock.now()
            cursor.execute("SELECT clock_timestamp()")
            there, after = cursor.fetchone()[0], clock.now()
            if not before - SKEW <= there <= after + SKEW:
                apart = abs(there - after).total_seconds()
                return wrong(
                    f"the database's clock and this machine's differ by {apart:.0f} s",
                    "set both by NTP (systemd-timesyncd, chrony)",
                )
        cursor.execute("SELECT at FROM ledger_clock")
        last = cursor.fetchone()
    if last and last[0] and datetime.fromisoformat(last[0]) > visit.at + SKEW:
        return wrong(
            f"the last ledger entry is of {last[0]}, which is still to come",
            "set the clock by NTP; the entry stays as it is, and entries follow it closely until time has caught up",
        )
    return well("the clocks agree")
