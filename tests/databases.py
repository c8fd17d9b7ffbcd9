"""Databases for tests: a PostgreSQL server of our own, and private copies of a migrated template on either engine.

The append-only triggers refuse what Django's flush does, so a test that commits gets a database of its own,
copied from a template and thrown away, instead of one that is wiped.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import psycopg
from django.conf import settings
from django.db import connections, transaction
from psycopg import sql
from pytest_django import DjangoDbBlocker

from tools.installation import environment_of
from tools.programs import postgres_folder

ROOT = Path(__file__).resolve().parent.parent
CORDIALE = Path(sys.executable).with_name("cordiale")
SECONDS = 300
SERVICE_ROLE = "cordiale_service"
"""A role that owns nothing, for tests of what the service may do."""


@dataclass(frozen=True)
class OwnDatabase:
    """A committed, migrated database that belongs to one test, with the folder of its installation."""

    url: str
    home: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment for a process of the test's own that shall use this database."""
        return environment_of(self.home, DATABASE_URL=self.url)

    @property
    def is_postgres(self) -> bool:
        """Whether this is PostgreSQL; SQLite otherwise."""
        return self.url.startswith("postgres://")

    @property
    def names(self) -> dict[str, str]:
        """Alias of each database of the installation to what Django calls NAME: SQLite keeps the queue beside."""
        if self.is_postgres:
            return {"default": self.name}
        queue = str(Path(self.name).with_suffix(".queue.sqlite3"))
        return {"default": self.name, "queue": queue, "snapshots": self.name}

    @property
    def user(self) -> str:
        """What Django calls USER: the role on PostgreSQL, nothing on SQLite."""
        return urlsplit(self.url).username or "" if self.is_postgres else ""

    @property
    def for_the_service(self) -> OwnDatabase:
        """The same database in the role of the service, which can do nothing before `cordiale database grant`."""
        return replace(self, url=self.url.replace(f"://{self.user}@", f"://{SERVICE_ROLE}@"))

    @property
    def name(self) -> str:
        """What Django calls NAME: the database on PostgreSQL, the file on SQLite."""
        return self.url.rpartition("/")[2] if self.is_postgres else self.url.removeprefix("sqlite:///")

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `cordiale ARGUMENTS` on this database in a process of its own; the caller looks at its exit status."""
        return subprocess.run(
            [CORDIALE, *arguments],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def run_or_fail(self, *arguments: str | Path) -> None:
        """As `run`, for what a test takes for granted; fails with all that the command printed."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"cordiale {' '.join(map(str, arguments))}:\n{done.stdout}{done.stderr}"

    def connect(self) -> Any:
        """A raw connection (sqlite3 or psycopg) behind the back of Django, to tamper with; the caller closes it."""
        return psycopg.connect(self.url) if self.is_postgres else sqlite3.connect(self.name)

    def connect_to_queue(self) -> Any:
        """As `connect`, to where the jobs are."""
        return psycopg.connect(self.url) if self.is_postgres else sqlite3.connect(self.names["queue"])


@contextmanager
def in_this_process(database: OwnDatabase, blocker: DjangoDbBlocker) -> Iterator[None]:
    """Points Django's connections at `database` until the block ends, in threads started inside it too.

    What happens there is committed for good. A connection that a rollback fixture holds is put aside untouched;
    threads close their own connections.
    """
    known = connections.settings
    kept = {alias: (connections[alias], known[alias]["NAME"], known[alias]["USER"]) for alias in database.names}
    for alias, name in database.names.items():
        known[alias] |= {"NAME": name, "USER": database.user}
        connections[alias] = connections.create_connection(alias)
    own = {
        "SNAPSHOTS": "snapshots" if "snapshots" in database.names else "default",
        "READ_LOG": database.home / "readlog",
        "DOCUMENTS": database.home / "documents",
    }
    before = {name: getattr(settings, name) for name in own}
    _set(own)
    try:
        with blocker.unblock():
            try:
                yield
            finally:
                for alias in kept:
                    connections[alias].close()
    finally:
        for alias, (connection, name, user) in kept.items():
            known[alias] |= {"NAME": name, "USER": user}
            connections[alias] = connection
        _set(before)


def _set(values: Mapping[str, Any]) -> None:
    """Change settings, and forget the writer of the read log, which belongs to a folder."""
    from cordiale.apps.sharing.reads import reading
    from cordiale.config import readlog

    for name, value in values.items():
        setattr(settings, name, value)
    for kept in (readlog.read_log, reading._log):
        getattr(kept, "cache_clear", bool)()  # a test may have put a writer of its own in its place


@contextmanager
def rolled_back(database: OwnDatabase, blocker: DjangoDbBlocker) -> Iterator[None]:
    """Points Django at a database, and takes back whatever is written meanwhile."""
    with in_this_process(database, blocker), ExitStack() as stack:
        settings.SNAPSHOTS = "default"  # another connection would not see what is not committed
        aliases = set(database.names) - {"snapshots"}
        for alias in aliases:
            atomic = transaction.atomic(using=alias)
            atomic._from_testcase = True  # type: ignore[attr-defined]  # as Django's TestCase: allows durable blocks
            stack.enter_context(atomic)
        yield
        for alias in aliases:
            connection = connections[alias]
            if not connection.needs_rollback and connection.is_usable():
                connection.check_constraints()  # those that the database leaves until the commit
            transaction.set_rollback(True, using=alias)


class Databases(Protocol):
    """Makes, copies and drops databases on one engine."""

    def create(self, home: Path, name: str) -> OwnDatabase:
        """A new, empty database."""

    def copy(self, template: OwnDatabase, home: Path, name: str) -> OwnDatabase:
        """A new database with all that the template holds; nobody may be connected to the template."""

    def drop(self, database: OwnDatabase) -> None:
        """Remove the database, whoever is still connected."""


class SqliteFiles:
    """Databases that are files in the folder of their installation."""

    def create(self, home: Path, name: str) -> OwnDatabase:
        """A new folder; the first connection makes the file. `name` matters to PostgreSQL only."""
        home.mkdir(parents=True)
        return OwnDatabase(f"sqlite:///{home / 'cordiale.sqlite3'}", home)

    def copy(self, template: OwnDatabase, home: Path, name: str) -> OwnDatabase:
        """Copied by SQLite itself, so that what still stands in the write-ahead log comes along."""
        copy = self.create(home, name)
        for alias, file in list(template.names.items())[:2]:
            source, target = sqlite3.connect(file), sqlite3.connect(copy.names[alias])
            try:
                source.backup(target)
            finally:
                source.close()
                target.close()
        return copy

    def drop(self, database: OwnDatabase) -> None:
        """The file goes with its folder."""
        shutil.rmtree(database.home)


class PostgresDatabases:
    """Databases on the server of `PostgresServer`."""

    def __init__(self, url: str) -> None:
        self._server = url.rpartition("/")[0]

    def create(self, home: Path, name: str) -> OwnDatabase:
        """A new folder and an empty database."""
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        home.mkdir(parents=True)
        return OwnDatabase(f"{self._server}/{name}", home)

    def copy(self, template: OwnDatabase, home: Path, name: str) -> OwnDatabase:
        """Copied by the server, file by file."""
        names = sql.Identifier(name), sql.Identifier(template.name)
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(*names))
        home.mkdir(parents=True)
        return OwnDatabase(f"{self._server}/{name}", home)

    def drop(self, database: OwnDatabase) -> None:
        """Dropped with FORCE, by the superuser: a process the test killed may still be connected, or an autovacuum."""
        statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name))
        self._execute(statement, user="postgres")
        shutil.rmtree(database.home)

    def _execute(self, statement: sql.Composed, user: str = "cordiale") -> None:
        with psycopg.connect(f"{self._server}/postgres", user=user, autocommit=True) as connection:
            connection.execute(statement)


def databases() -> Databases:
    """The engine of this test run: PostgreSQL when DATABASE_URL says so, else SQLite."""
    url = os.environ.get("DATABASE_URL")
    return PostgresDatabases(url) if url else SqliteFiles()


class NoPostgres(Exception):
    """PostgreSQL cannot be started here; the message says why."""


class PostgresServer:
    """A throw-away PostgreSQL in a temporary folder, reached through a unix socket only.

    The application's role is an ordinary one that may create databases, not a superuser: what must hold against
    it holds against the tests. Names sort as English readers expect, not byte by byte as on SQLite, so a test
    that passes on both does not lean on the database's order.
    """

    def __init__(self) -> None:
        programs = postgres_folder()
        if programs is None:
            raise NoPostgres("PostgreSQL is not installed: apt-get install postgresql")
        self._programs = programs
        self._user = _unprivileged_user()
        # short, because the path of a unix socket may have no more than a hundred characters
        self._folder = Path(tempfile.mkdtemp(prefix="cordiale-pg-", dir="/tmp"))  # mkdtemp is safe
        self._data = self._folder / "data"

    @property
    def url(self) -> str:
        """DATABASE_URL of the application's role on this server."""
        return f"postgres://cordiale@{quote(str(self._folder), safe='')}/cordiale"

    def start(self) -> None:
        """Make the cluster and start it; it is stopped when this process ends, however it ends but by SIGKILL."""
        if self._user:
            shutil.chown(self._folder, self._user)
        atexit.register(self.stop)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        self._call("initdb", "-D", self._data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync",
                   "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")  # fmt: skip
        options = {
            "listen_addresses": "",
            "unix_socket_directories": self._folder,
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "timezone": "Pacific/Auckland",  # far from UTC, so that a naive moment shows
        }
        flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self._call("pg_ctl", "start", "-w", "-D", self._data, "-l", self._folder / "log", "-o", flags)
        with psycopg.connect(
            f"postgres://postgres@{quote(str(self._folder), safe='')}/postgres", autocommit=True
        ) as at:
            at.execute("CREATE ROLE cordiale LOGIN CREATEDB")
            at.execute(f"CREATE ROLE {SERVICE_ROLE} LOGIN")

    def stop(self) -> None:
        """Stop the server and remove its folder; calling it again does nothing."""
        atexit.unregister(self.stop)
        if (self._data / "postmaster.pid").exists():
            self._call("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self._data)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, program: str, *arguments: str | Path) -> None:
        as_user: Sequence[str] = ("runuser", "-u", self._user, "--") if self._user else ()
        command = [*as_user, self._programs / program, *arguments]
        # to a file, not a pipe: the server inherits it and would keep a pipe open for ever
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, timeout=120
            )
            output.seek(0)
            if done.returncode != 0:
                raise NoPostgres(f"{program} failed:\n{output.read().decode(errors='replace')}")


def _unprivileged_user() -> str | None:
    """Who runs the server: PostgreSQL refuses root. None when that is who we are already."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise NoPostgres("root needs the user postgres to run PostgreSQL as: apt-get install postgresql") from None
