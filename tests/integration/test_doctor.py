"""The doctor: each thing that can be wrong is named, with how to mend it, and nothing unlooked-at passes for well."""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import threading
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import settings as current
from django.db import connection
from pytest_django.fixtures import Settings

from cordiale.config.commands import main
from cordiale.config.doctor import database, ledger, machine, web
from cordiale.config.doctor.checks import CHECKS, WHOLE_LEDGER, look_over
from cordiale.config.doctor.findings import Check, Finding, Visit, well
from cordiale.config.home import Home
from cordiale.config.mail import mail_server
from cordiale.domain import clock
from tests.databases import OwnDatabase

SERVED = {"partnerships.example", "localhost"}


def doctor(*options: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *options], catch_exceptions=False)


@pytest.fixture
def visit() -> Visit:
    return Visit(at=clock.now())


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    """An installation of the test's own, as Cordiale makes it."""
    made = Home(tmp_path / "home")
    made.secret_key()
    settings.HOME = made
    settings.STATIC_ROOT = made.static
    return made.path


@pytest.fixture
def own_nato(own_nato_database: OwnDatabase, here) -> Iterator[None]:
    """A database outside of any transaction: inside one, SQLite does not tell what its guards should be."""
    with here(own_nato_database):
        yield


def wrong(finding: Finding, *words: str) -> bool:
    """Whether something is found wrong, in these words, with how to mend it."""
    return _is(finding, "wrong", words)


def warned(finding: Finding, *words: str) -> bool:
    return _is(finding, "warning", words)


def _is(finding: Finding, state: str, words: tuple[str, ...]) -> bool:
    assert (finding.state, bool(finding.mend)) == (state, True), finding
    assert all(word in f"{finding.what} {finding.mend}" for word in words), finding
    return True


def test_an_installation_in_order_has_nothing_wrong(own_nato, home, settings):
    settings.MAIL = None
    settings.ALLOWED_HOSTS = ["localhost"]

    done = doctor("--verify", "--format", "json")

    found = {one["check"]: one for one in json.loads(done.stdout)}
    assert done.exit_code == 0
    assert list(found) == [check.name for check in (*CHECKS, WHOLE_LEDGER)]
    assert {name: one["state"] for name, one in found.items() if one["state"] != "ok"} == {
        "static files": "warning",
        "mail": "warning",
        # tests run as the owner of the tables; a role that serves has tests of its own
        **({"role": "warning"} if connection.vendor == "postgresql" else {}),
    }
    assert all(bool(one["mend"]) == (one["state"] != "ok") for one in found.values())


def test_the_table_has_a_line_a_check_and_says_how_to_mend(own_nato, home, settings):
    settings.DEBUG = True

    done = doctor()

    assert done.exit_code == 1
    assert sum(line.startswith(("ok ", "warning ", "wrong ")) for line in done.stdout.splitlines()) == len(CHECKS)
    assert "CORDIALE_DEBUG is on\n" in done.stdout
    assert "-> unset it" in done.stdout
    assert "1 wrong" in done.stdout.splitlines()[-1]


def test_the_ledger_is_verified_when_asked_for_and_else_not_called_well(nato, home):
    asked = {one["check"] for one in json.loads(doctor("--format", "json", "--verify").stdout)}
    unasked = {one["check"] for one in json.loads(doctor("--format", "json").stdout)}

    assert asked - unasked == {"ledger"}


def test_a_check_that_faints_is_wrong_and_the_others_go_on(db, visit):
    def faint(visit: Visit) -> Finding:
        raise RuntimeError("fainted")

    found = dict(look_over(visit, [Check("one", faint), Check("two", lambda visit: well("fine"))]))

    assert wrong(found["one"], "RuntimeError: fainted")
    assert found["two"].state == "ok"


def test_a_database_that_is_away_is_wrong_and_what_needs_it_is_not_called_well(db, visit, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", lambda: 1 / 0)
        found = dict(look_over(visit, CHECKS))

    assert found["database"].state == "wrong"
    needing = [check.name for check in CHECKS if check.needs != "nothing"]
    assert len(needing) > 5
    assert all(warned(found[name], "not looked at") for name in needing)


class TestDatabase:
    def test_without_a_migration_is_wrong_and_its_tables_are_not_looked_at(self, db, visit):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'register' AND name NOT LIKE '0001%'")

        found = dict(look_over(visit, CHECKS))

        assert wrong(found["migrations"], "register.0002", "cordiale migrate")
        assert warned(found["guards"], "not looked at")

    def test_of_a_later_release_is_wrong(self, db, visit):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('register', '9999_later', '2030-01-01')"
            )

        assert wrong(database.migrated(visit), "register.9999_later")

    def test_of_an_old_release_is_wrong(self, db, visit, monkeypatch):
        monkeypatch.setattr(database, "OLDEST_SQLITE", (99, 1))
        monkeypatch.setattr(database, "OLDEST_POSTGRES", 99)

        assert wrong(database.new_enough(visit), "is older than 99")

    def test_says_its_release_and_extension(self, db, visit):
        names = ("PostgreSQL", "btree_gist") if connection.vendor == "postgresql" else ("SQLite", "FTS5")

        assert database.new_enough(visit).what.startswith(f"{names[0]} ")
        assert names[1] in database.full_text(visit).what


class TestGuards:
    @pytest.fixture(autouse=True)
    def _here(self, own_database: OwnDatabase, here) -> Iterator[None]:
        with here(own_database):
            yield

    def change(self, own_database: OwnDatabase, *statements: str) -> None:
        with closing(own_database.connect()) as raw:
            for statement in statements:
                raw.execute(statement)
            raw.commit()

    def test_are_well_as_migrated(self, visit):
        assert database.guarded(visit).state == "ok"

    def test_missing_are_named(self, own_database, visit):
        table = " ON assertion" if own_database.is_postgres else ""
        self.change(own_database, f"DROP TRIGGER assertion_append_only_delete{table}")

        assert wrong(database.guarded(visit), "assertion_append_only_delete is missing")

    def test_against_contradiction_missing_is_named(self, own_database, visit):
        name = "assertion_source_contradicts_itself"
        dropped = (
            f"ALTER TABLE assertion DROP CONSTRAINT {name}" if own_database.is_postgres else f"DROP TRIGGER {name}"
        )
        self.change(own_database, dropped)

        assert wrong(database.guarded(visit), f"{name} is missing")

    @pytest.mark.sqlite
    def test_weakened_are_named(self, own_database, visit):
        self.change(
            own_database,
            "DROP TRIGGER assertion_append_only_delete",
            'CREATE TRIGGER "assertion_append_only_delete" BEFORE DELETE ON "assertion" WHEN 0'
            " BEGIN SELECT RAISE(ABORT, 'append-only: DELETE on assertion is refused'); END",
        )

        assert wrong(database.guarded(visit), "assertion_append_only_delete was changed")

    @pytest.mark.postgres
    @pytest.mark.parametrize(
        ("statement", "told"),
        [
            (
                "ALTER TABLE assertion DISABLE TRIGGER assertion_append_only_delete",
                "assertion_append_only_delete is switched off",
            ),
            (
                "ALTER TABLE assertion ENABLE REPLICA TRIGGER assertion_append_only_delete",
                "assertion_append_only_delete is switched off",
            ),
            (
                "CREATE OR REPLACE TRIGGER assertion_append_only_delete AFTER DELETE ON assertion"
                " FOR EACH ROW EXECUTE FUNCTION cordiale_refuse()",
                "assertion_append_only_delete was changed",
            ),
            (
                "CREATE OR REPLACE FUNCTION cordiale_refuse() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN RETURN COALESCE(NEW, OLD); END'",
                "cordiale_refuse was changed",
            ),
        ],
    )
    def test_changed_are_named(self, own_database, visit, statement, told):
        self.change(own_database, statement)

        assert wrong(database.guarded(visit), told)


class TestLedger:
    def test_an_entry_that_is_still_to_come_is_wrong(self, nato, visit):
        assert wrong(database.on_time(Visit(at=visit.at - timedelta(days=400))), "NTP")

    @pytest.mark.postgres
    def test_a_machine_whose_clock_is_not_the_databases_is_wrong(self, db, visit, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: visit.at + timedelta(minutes=1))

        assert wrong(database.on_time(visit), "differ by", "NTP")

    def test_clocks_that_agree_are_well(self, nato, visit):
        assert database.on_time(visit).state == "ok"

    def test_says_how_old_the_last_entry_is(self, nato, visit):
        assert (
            ledger.newest(Visit(at=visit.at + timedelta(days=3, minutes=1))).what == "entry 1 is the last, 3 days old"
        )

    def test_that_does_not_hold_is_wrong(self, own_nato_database, here, visit):
        with closing(own_nato_database.connect()) as raw:
            if own_nato_database.is_postgres:
                raw.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
            else:
                raw.execute("DROP TRIGGER ledger_entry_append_only_update")
            raw.execute("UPDATE ledger_entry SET reason = 'forged' WHERE number = 1")
            raw.commit()

        with here(own_nato_database):
            assert wrong(ledger.holds(visit), "does not hold at entry 1")

    def test_without_a_pack_is_a_warning(self, db, visit):
        assert warned(ledger.pack(visit), "cordiale load")


class TestMachine:
    @pytest.mark.parametrize(("free", "state"), [(100 * 2**20, "wrong"), (2**30, "warning"), (2**40, "ok")])
    def test_room_is_looked_at(self, home, visit, monkeypatch, free, state):
        usage = namedtuple("usage", "total used free")  # as shutil's own
        monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(2**41, 0, free))

        assert machine.room(visit).state == state

    @pytest.mark.parametrize(("file", "mode"), [("secret_key", 0o640), ("", 0o750), ("cordiale.sqlite3", 0o644)])
    def test_what_others_can_reach_is_wrong(self, home, visit, file, mode):
        (home / "cordiale.sqlite3").touch(0o600)
        assert machine.secrets(visit).state == "ok"

        (home / file).chmod(mode)

        assert wrong(machine.secrets(visit), str(home / file), "chmod")

    def test_a_folder_of_another_user_is_a_warning(self, home, visit, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 12_345)

        assert warned(machine.writable(visit), "12345")

    def test_a_folder_that_cannot_be_written_is_wrong(self, home, visit, monkeypatch):
        monkeypatch.setattr(os, "access", lambda *_: False)

        assert wrong(machine.writable(visit), str(home))

    def test_a_static_file_that_is_gone_is_wrong(self, home, visit):
        (home / "static").mkdir()
        manifest = {"paths": {"a.css": "a.123.css", "b.css": "b.123.css"}}
        (home / "static/staticfiles.json").write_text(json.dumps(manifest), encoding="utf-8")
        (home / "static/a.123.css").touch()

        assert wrong(machine.static_files(visit), "1 static files are missing", "b.123.css")
        (home / "static/b.123.css").touch()
        assert machine.static_files(visit).state == "ok"

    def test_drawing_without_fonts_is_wrong(self, visit, settings, tmp_path):
        assert machine.drawing(visit).state == "ok"

        settings.VENDOR = tmp_path

        assert wrong(machine.drawing(visit), "no fonts")


class TestWeb:
    @pytest.mark.parametrize(
        ("names", "https", "proxies", "state", "told"),
        [
            ({"localhost"}, False, 0, "ok", "this machine only"),
            (SERVED, True, 1, "ok", "HTTPS, 1 in front"),
            ({"*"}, True, 1, "wrong", "any name"),
            (SERVED, False, 0, "warning", "partnerships.example is served without HTTPS"),
            ({"localhost"}, True, 1, "warning", "CORDIALE_ALLOWED_HOSTS"),
            (SERVED, True, 0, "warning", "CORDIALE_PROXIES counts none"),
            ({"localhost"}, False, 1, "warning", "HTTPS is off"),
        ],
    )
    def test_hosts_and_proxies_fit_together(self, settings, visit, names, https, proxies, state, told):
        settings.ALLOWED_HOSTS, settings.HTTPS, settings.NINJA_NUM_PROXIES = list(names), https, proxies

        finding = web.hosts(visit)

        assert (finding.state, told in finding.what + finding.mend) == (state, True), finding

    def test_debug_is_wrong(self, settings, visit):
        assert web.debug(visit).state == "ok"
        settings.DEBUG = True
        assert wrong(web.debug(visit), "CORDIALE_DEBUG")


class _Smtp(socketserver.StreamRequestHandler):
    """A mail server that knows one password."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail\r\n")
        for line in self.rfile:
            verb = line.split()[0].upper()
            if verb == b"AUTH":
                right = b"AHUAcmlnaHQ=" in line  # \0u\0right
                self.wfile.write(b"235 in\r\n" if right else b"535 user u is refused\r\n")
            else:
                self.wfile.write(b"250-mail\r\n250 AUTH PLAIN\r\n" if verb == b"EHLO" else b"250 yes\r\n")
            if verb == b"QUIT":
                return


class _SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


class TestMail:
    @pytest.fixture
    def port(self) -> Iterator[int]:
        with _SmtpServer(("127.0.0.1", 0), _Smtp) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.server_address[1]
            server.shutdown()

    def look(self, settings: Settings, visit: Visit, address: str) -> Finding:
        server = mail_server(address)
        assert server is not None
        settings.MAIL = server
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = server.user, server.password
        return web.mail(visit)

    def test_that_lets_us_in_is_well(self, settings, visit, port):
        assert self.look(settings, visit, f"smtp://u:right@127.0.0.1:{port}").state == "ok"

    def test_that_refuses_the_password_is_wrong_and_the_password_is_not_told(self, settings, visit, port):
        finding = self.look(settings, visit, f"smtp://u:secret@127.0.0.1:{port}")

        assert wrong(finding, f"127.0.0.1:{port}", "535", "CORDIALE_MAIL_URL")
        assert "secret" not in finding.what + finding.mend

    def test_that_does_not_answer_is_wrong(self, settings, visit):
        assert wrong(self.look(settings, visit, "smtp://u:secret@127.0.0.1:1"), "ConnectionRefusedError")

    def test_that_is_not_set_up_is_a_warning(self, settings, visit):
        assert current.MAIL is None

        assert warned(web.mail(visit), "CORDIALE_MAIL_URL")
