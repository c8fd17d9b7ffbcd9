"""What every test run shares: an installation in a temporary folder, the choice of database, and databases to copy.

Fixtures for tests of data, on SQLite and with --postgres alike:

    db                    pytest-django's: a migrated, empty register; the test is rolled back
    nato, asean           as `db`, with packs/nato or packs/asean loaded
    own_database          a migrated database of the test's own: commits, threads, processes, tampering
    own_nato_database     as `own_database`, with packs/nato loaded
    empty_database        a database of the test's own with nothing in it, not even tables
    here                  points Django at a database of one's own: `with here(own_database): ...`
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.databases import (
    ROOT,
    Databases,
    NoPostgres,
    OwnDatabase,
    PostgresServer,
    databases,
    in_this_process,
    rolled_back,
)
from tools.installation import environment_of
from tools.programs import HOW_TO_GET, chromium, libreoffice, missing, node

NUMBERS = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("cordiale")
    group.addoption("--postgres", action="store_true", help="run on a PostgreSQL server of its own instead of SQLite")
    group.addoption("--long", action="store_true", help="run the tests marked long, too")
    group.addoption(
        "--no-skips",
        action="store_true",
        default=os.environ.get("CORDIALE_TEST_NO_SKIPS") == "1",
        help="fail when a test is skipped or a program that tests need is absent (also: CORDIALE_TEST_NO_SKIPS=1)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Before anything loads the settings: move the installation into a temporary folder, and choose the database.

    The workers of xdist inherit both from the main process, which also stops the server and removes the folder.
    """
    if not _is_worker(config):
        if "DJANGO_SETTINGS_MODULE" in os.environ:
            raise pytest.UsageError("unset DJANGO_SETTINGS_MODULE: the tests choose their installation themselves")
        home = Path(tempfile.mkdtemp(prefix="cordiale-tests-"))
        config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
        (home / "static").mkdir()
        server = {"DATABASE_URL": _start_postgres(config)} if config.getoption("--postgres") else {}
        environment = environment_of(home, **server)
        os.environ.clear()
        os.environ.update(environment)
    _adapt_settings()


def _start_postgres(config: pytest.Config) -> str:
    try:
        server = PostgresServer()
        config.add_cleanup(server.stop)
        server.start()
    except NoPostgres as why:
        raise pytest.UsageError(str(why)) from None
    return server.url


def _adapt_settings() -> None:
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # a file as in an installation; Django's own choice, shared memory, knows neither a log nor a second process
        files = {"default": "test.sqlite3", "queue": "test.queue.sqlite3", "snapshots": "test.sqlite3"}
        for alias, file in files.items():
            own = settings.DATABASES[alias].setdefault("TEST", {})
            own["NAME"] = str(Path(os.environ["CORDIALE_HOME"], file))
    settings.SNAPSHOTS = "default"  # where tests are rolled back, another connection would see nothing of them
    # pages name their static files without hashes, so no test needs them collected first
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this run is not about, skip what this machine cannot run."""
    other_engine = "sqlite" if config.getoption("--postgres") else "postgres"
    with_long = config.getoption("--long") or "long" in config.getoption("markexpr")
    left_out = {other_engine} | (set() if with_long else {"long"})
    chosen: list[pytest.Item] = []
    deselected: list[pytest.Item] = []
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        (deselected if marks & left_out else chosen).append(item)
        if "browser" in marks and chromium() is None:
            item.add_marker(pytest.mark.skip(reason=f"Chromium is not installed: {HOW_TO_GET['Chromium']}"))
        if "libreoffice" in marks and libreoffice() is None:
            item.add_marker(pytest.mark.skip(reason=f"LibreOffice is not installed: {HOW_TO_GET['LibreOffice']}"))
        if "node" in marks and node() is None:
            item.add_marker(pytest.mark.skip(reason=f"Node is not installed: {HOW_TO_GET['Node']}"))
    config.hook.pytest_deselected(items=deselected)
    items[:] = chosen


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse what cannot work."""
    if _flushes(item):
        pytest.fail(
            "append-only tables cannot be flushed: use own_database instead of real transactions", pytrace=False
        )


def _flushes(item: pytest.Item) -> bool:
    """Whether pytest-django would wipe the tables after this test."""
    fixtures = set(getattr(item, "fixturenames", ()))
    asks = any(mark.args or mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
    return asks or bool(fixtures & {"transactional_db", "django_db_reset_sequences", "live_server"})


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With --no-skips, whatever was not run is a failure."""
    if _not_allowed(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in _not_allowed(config):
        terminalreporter.write_line(f"NOT ALLOWED by --no-skips: {line}", red=True)


def _not_allowed(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not config.getoption("--no-skips") or _is_worker(config) or reporter is None:
        return []
    skipped = [f"{report.nodeid} was skipped" for report in reporter.stats.get("skipped", ())]
    return [*skipped, *(f"{name} is not installed: {HOW_TO_GET[name]}" for name in missing())]


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def _engine() -> Databases:
    return databases()


@pytest.fixture(scope="session")
def _new_place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, str]]:
    """A fresh folder and a fresh database name, told apart from those of xdist's other workers."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")

    def place(purpose: str) -> tuple[Path, str]:
        name = f"{purpose}_{worker}_{next(NUMBERS)}"
        return tmp_path_factory.mktemp(name) / "home", name

    return place


@pytest.fixture(scope="session")
def migrated_database(_engine: Databases, _new_place: Callable[[str], tuple[Path, str]]) -> Iterator[OwnDatabase]:
    """The template of `own_database`: migrated and empty. Nobody may write to it or stay connected."""
    database = _engine.create(*_new_place("migrated"))
    database.run_or_fail("migrate")
    yield database
    _engine.drop(database)


@pytest.fixture(scope="session")
def nato_database(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], migrated_database: OwnDatabase
) -> Iterator[OwnDatabase]:
    """The template of `own_nato_database`. Nobody may write to it or stay connected."""
    database = _engine.copy(migrated_database, *_new_place("nato"))
    database.run_or_fail("pack", "load", ROOT / "packs/nato")
    yield database
    _engine.drop(database)


@pytest.fixture
def own_database(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], migrated_database: OwnDatabase
) -> Iterator[OwnDatabase]:
    """A migrated, empty database that only this test uses."""
    database = _engine.copy(migrated_database, *_new_place("own"))
    yield database
    _engine.drop(database)


@pytest.fixture
def own_nato_database(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], nato_database: OwnDatabase
) -> Iterator[OwnDatabase]:
    """A database with packs/nato loaded that only this test uses."""
    database = _engine.copy(nato_database, *_new_place("own_nato"))
    yield database
    _engine.drop(database)


@pytest.fixture
def twin_of(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]]
) -> Iterator[Callable[[OwnDatabase], OwnDatabase]]:
    """`twin_of(own_database)` is another database with all that the first holds; nobody may be connected to it."""
    made: list[OwnDatabase] = []

    def copied(database: OwnDatabase) -> OwnDatabase:
        made.append(_engine.copy(database, *_new_place("twin")))
        return made[-1]

    yield copied
    for database in made:
        _engine.drop(database)


@pytest.fixture
def empty_database(_engine: Databases, _new_place: Callable[[str], tuple[Path, str]]) -> Iterator[OwnDatabase]:
    """A database that nobody migrated yet and that only this test uses."""
    database = _engine.create(*_new_place("empty"))
    yield database
    _engine.drop(database)


@pytest.fixture
def here(django_db_blocker: DjangoDbBlocker) -> Callable[[OwnDatabase], AbstractContextManager[None]]:
    """`with here(own_database):` makes Django in this process, and its threads, use the test's own database."""
    return lambda database: in_this_process(database, django_db_blocker)


@pytest.fixture(scope="session")
def _shared_nato_database(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], nato_database: OwnDatabase
) -> Iterator[OwnDatabase]:
    """The copy that the tests with `nato` share; each rolls back what it did."""
    database = _engine.copy(nato_database, *_new_place("nato_shared"))
    yield database
    _engine.drop(database)


@pytest.fixture
def nato(_shared_nato_database: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """packs/nato is loaded; what the test writes is rolled back. Needs no django_db mark, and bears one."""
    with rolled_back(_shared_nato_database, django_db_blocker):
        yield


@pytest.fixture(scope="session")
def _shared_asean_database(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], migrated_database: OwnDatabase
) -> Iterator[OwnDatabase]:
    """The database that the tests with `asean` share; each rolls back what it did."""
    database = _engine.copy(migrated_database, *_new_place("asean_shared"))
    database.run_or_fail("pack", "load", ROOT / "packs/asean")
    yield database
    _engine.drop(database)


@pytest.fixture
def asean(_shared_asean_database: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """As `nato`, with packs/asean."""
    with rolled_back(_shared_asean_database, django_db_blocker):
        yield
