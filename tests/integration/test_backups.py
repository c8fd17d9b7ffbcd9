"""Backup and restore: a consistent copy of a running installation, and an installation again, whole or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from cordiale.config.commands import main
from tests.databases import ROOT, OwnDatabase
from tests.makers import AT, assertion_of, load, owner, small_pack
from tests.processes import finish, let_go, start

Run = Callable[..., subprocess.CompletedProcess[str]]
VERIFIER = ROOT / "tools/verify_ledger.py"

WRITE = """
import sys
import threading

import django

django.setup()

from cordiale.apps.ledger.writes import entry
from tests.makers import AT, owner

stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
while not stop.is_set():
    with entry(by=owner, at=AT, verb="test.wrote", subject="thing:1") as change:
        change.record("x" * 20_000, register=True)
    if change.number == 5:
        print("ready", flush=True)
"""


@pytest.fixture
def run(here) -> Run:
    """Runs `cordiale ARGUMENTS` on a database, in this process; an exception it does not expect fails the test."""

    def on(database: OwnDatabase, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        with here(database):
            done = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    return on


def done_well(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether a command did what it was asked, without a word on standard error."""
    assert (done.returncode, done.stderr) == (0, ""), (done.stdout, done.stderr)
    return True


def told(done: subprocess.CompletedProcess[str], *words: str) -> bool:
    """Whether a command was refused in one line with these words, and without a traceback."""
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), (done.stdout, done.stderr)
    assert all(word in done.stderr for word in words), done.stderr
    return True


def head_of(database: OwnDatabase) -> str:
    with closing(database.connect()) as raw:
        number, head = raw.execute("SELECT number, head FROM ledger_clock").fetchone()
        return f"{number}:{head}"


def tables_in(database: OwnDatabase) -> list[str]:
    """Tables and, on PostgreSQL, functions of ours: what a refused restore must not leave."""
    with closing(database.connect()) as raw:
        if not database.is_postgres:
            return [name for (name,) in raw.execute("SELECT name FROM sqlite_master").fetchall()]
        rows = raw.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " UNION ALL SELECT proname FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prosrc LIKE '%append-only%'"
        ).fetchall()
        return [name for (name,) in rows]


@pytest.fixture
def loaded(own_database: OwnDatabase, here, tmp_path) -> OwnDatabase:
    """An installation with the invented pack and one correction."""
    from cordiale.apps.register.writes.participation import retract

    with here(own_database):
        load(small_pack(tmp_path / "small"))
        retract(assertion=assertion_of("beta", "club"), reason="Never said.", by=owner, at=AT)
    return own_database


@pytest.fixture
def backup(loaded, tmp_path: Path, run) -> Path:
    """Its backup."""
    assert done_well(run(loaded, "backup", tmp_path / "backup"))
    return tmp_path / "backup"


class TestBackup:
    def test_prints_the_head_it_holds_and_is_readable_by_its_owner_only(self, loaded, tmp_path, run):
        done = run(loaded, "backup", tmp_path / "backup")

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith(f", head {head_of(loaded)}\n")
        assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
        assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []

    def test_taken_while_another_process_writes_is_of_one_moment(self, loaded, tmp_path, empty_database, run):
        writer, taken = start(loaded, WRITE), list[str]()
        try:
            while len(set(taken)) < 2 and len(taken) < 50:  # until the writer got on between two of them
                done = run(loaded, "backup", tmp_path / f"backup{len(taken)}")
                assert done_well(done)
                taken.append(done.stdout.rpartition("head ")[2])
        finally:
            let_go(writer)
        assert finish(writer) == 0

        restored = run(empty_database, "restore", tmp_path / f"backup{len(taken) - 1}")
        assert done_well(restored)
        assert restored.stdout.rpartition("head ")[2] == taken[-1]
        numbers = [int(head.partition(":")[0]) for head in (*taken, head_of(loaded))]
        assert 5 <= numbers[0] < numbers[-2] <= numbers[-1], numbers

    @pytest.mark.sqlite
    def test_is_what_an_auditor_can_check(self, backup, run):
        command = [sys.executable, "-I", "-S", VERIFIER, backup]

        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

        assert (done.returncode, "The ledger holds: 2 entries" in done.stdout) == (0, True), done.stderr

    def test_overwrites_nothing(self, loaded, tmp_path, run):
        (tmp_path / "kept").write_text("kept", encoding="utf-8")

        assert told(run(loaded, "backup", tmp_path / "kept"), "exists; name a new file")
        assert (tmp_path / "kept").read_text(encoding="utf-8") == "kept"

    def test_cannot_be_a_folder(self, loaded, tmp_path, run):
        done = run(loaded, "backup", tmp_path)

        assert (done.returncode, "is a directory" in done.stderr) == (2, True)

    def test_into_a_folder_that_is_not_there_is_told(self, loaded, tmp_path, run):
        assert told(run(loaded, "backup", tmp_path / "none/backup"), "none")

    def test_of_a_database_without_ledger_is_told_and_leaves_nothing(self, empty_database, tmp_path, run):
        if empty_database.is_postgres:
            expected = "it holds no ledger"
        else:
            sqlite3.connect(empty_database.name).close()
            expected = "could not be written" if not Path(empty_database.name).exists() else "no backup of Cordiale"

        assert told(run(empty_database, "backup", tmp_path / "backup"), expected)
        assert list(tmp_path.iterdir()) == []


class TestRestore:
    def test_gives_the_installation_again_with_its_guards(self, loaded, backup, empty_database, run):
        done = run(empty_database, "restore", backup)

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith(f"the ledger holds, head {head_of(loaded)}\n")
        assert head_of(empty_database) == head_of(loaded)
        assert sorted(tables_in(empty_database)) == sorted(tables_in(loaded))
        with closing(empty_database.connect()) as raw, pytest.raises(Exception, match="append-only"):
            raw.execute("DELETE FROM ledger_entry")

    @pytest.mark.sqlite
    def test_leaves_nothing_beside_the_database_and_nobody_else_can_read_it(self, backup, empty_database, run):
        assert done_well(run(empty_database, "restore", backup))

        files = {path.name: path.stat().st_mode & 0o777 for path in empty_database.home.iterdir()}
        assert files == {"cordiale.sqlite3": 0o600, "cordiale.queue.sqlite3": 0o600}

    def test_is_refused_where_there_is_something(self, loaded, backup, run):
        before = head_of(loaded)

        assert told(run(loaded, "restore", backup), "into an empty installation only", "set CORDIALE_HOME")
        assert head_of(loaded) == before

    @pytest.mark.sqlite
    def test_is_refused_beside_the_log_of_a_database_that_is_gone(self, backup, empty_database, run):
        (empty_database.home / "cordiale.sqlite3-wal").write_bytes(b"x")

        assert told(run(empty_database, "restore", backup), "cordiale.sqlite3-wal belongs to another database")

    @pytest.mark.parametrize("content", [b"", b"nothing of ours", b"SQLite format 3\0 and then nothing", b"PGDMP"])
    def test_of_what_is_no_backup_is_refused(self, empty_database, tmp_path, content, run):
        (tmp_path / "file").write_bytes(content)

        assert told(run(empty_database, "restore", tmp_path / "file"), str(tmp_path / "file"))
        assert empty_database.is_postgres or not Path(empty_database.name).exists()

    def test_of_a_file_that_is_not_there_is_told(self, empty_database, tmp_path, run):
        assert told(run(empty_database, "restore", tmp_path / "none"), "No such file")

    def test_of_a_file_cut_short_is_refused_and_leaves_nothing(self, backup, empty_database, run):
        whole = backup.read_bytes()
        backup.write_bytes(whole[: len(whole) * 2 // 3])

        assert told(run(empty_database, "restore", backup), "is damaged")
        assert empty_database.is_postgres or not Path(empty_database.name).exists()
        assert not empty_database.is_postgres or tables_in(empty_database) == []

    def test_of_a_ledger_that_does_not_hold_leaves_nothing(self, loaded, empty_database, tmp_path, run):
        with closing(loaded.connect()) as raw:
            if loaded.is_postgres:
                raw.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
            else:
                raw.execute("DROP TRIGGER ledger_entry_append_only_update")
            raw.execute("UPDATE ledger_entry SET reason = 'forged' WHERE number = 1")
            raw.commit()
        assert done_well(run(loaded, "backup", tmp_path / "backup"))

        assert told(run(empty_database, "restore", tmp_path / "backup"), "does not hold at entry 1", "Nothing was kept")
        assert empty_database.is_postgres or [path.name for path in empty_database.home.iterdir()] == []
        assert not empty_database.is_postgres or tables_in(empty_database) == []

    def test_of_a_later_release_is_refused(self, loaded, empty_database, tmp_path, run):
        with closing(loaded.connect()) as raw:
            raw.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('register', '9999_later', '2030-01-01')"
            )
            raw.commit()
        assert done_well(run(loaded, "backup", tmp_path / "backup"))

        assert told(run(empty_database, "restore", tmp_path / "backup"), "later release", "register.9999_later")

    def test_of_an_earlier_release_is_brought_up_to_date(self, empty_database, own_database, tmp_path, request, run):
        early = request.getfixturevalue("_engine").create(*request.getfixturevalue("_new_place")("early"))
        migrate = [sys.executable, "-m", "django", "migrate", "--verbosity=0", "ledger"]
        subprocess.run(migrate, env=early.env, cwd=ROOT, check=True, timeout=60)
        assert done_well(run(early, "backup", tmp_path / "backup"))

        done = run(empty_database, "restore", tmp_path / "backup")

        assert (done.returncode, done.stderr) == (0, "")
        assert "assertion" not in tables_in(early)
        assert set(tables_in(empty_database)) == set(tables_in(own_database))
        request.getfixturevalue("_engine").drop(early)

    @pytest.mark.postgres
    def test_into_the_other_kind_of_database_is_refused(self, backup, tmp_path):
        embedded = OwnDatabase(f"sqlite:///{tmp_path / 'home/cordiale.sqlite3'}", tmp_path / "home")

        assert told(embedded.run("restore", backup), "is a backup of PostgreSQL", "runs on SQLite", "DATABASE_URL")

    @pytest.mark.sqlite
    def test_without_the_programs_of_postgres_says_what_to_install(self, tmp_path, empty_database, run, monkeypatch):
        (tmp_path / "file").write_bytes(b"PGDMP and more than a few bytes")
        monkeypatch.setenv("PATH", str(tmp_path))

        assert told(
            run(empty_database, "restore", tmp_path / "file"), "pg_restore is not installed", "postgresql-client"
        )
