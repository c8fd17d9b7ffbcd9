"""The command line: what it answers, with which exit code, and no traceback for what people get wrong."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cordiale.config.commands import main
from tests.databases import CORDIALE, ROOT, OwnDatabase
from tests.makers import edit, load, small_pack
from tools.installation import environment_of

VERIFIER = ROOT / "tools/verify_ledger.py"
NATO = ROOT / "packs/nato"


def run(home: Path, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in an installation of its own, in a process of its own."""
    return subprocess.run(
        [CORDIALE, *map(str, arguments)],
        cwd=ROOT,
        env=environment_of(home, **environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def cordiale(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A command in this process, on the database of the test; an exception it does not expect fails the test."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def audited(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def refused(done: subprocess.CompletedProcess[str], told: str, *, status: int = 1) -> bool:
    """Whether a command was refused with a reason for people, not with a traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    assert told in done.stderr, done.stderr
    return True


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def loaded(own_database: OwnDatabase, here, tmp_path) -> OwnDatabase:
    """An installation with the invented pack."""
    with here(own_database):
        load(small_pack(tmp_path / "small"))
    return own_database


@pytest.fixture
def small(db, tmp_path) -> None:
    """The invented pack is loaded in this process."""
    load(small_pack(tmp_path / "small"))


QUESTIONS = [
    ("ledger", "verify"),
    ("ledger", "head"),
    ("ledger", "export"),
    ("pack", "load", NATO),
    ("pack", "load", "--dry-run", NATO),
    ("pack", "export", "exported"),
]


@pytest.mark.sqlite
@pytest.mark.parametrize("arguments", QUESTIONS, ids=lambda arguments: " ".join(map(str, arguments[:2])))
def test_a_database_that_was_not_set_up_is_told_how_to_set_it_up(tmp_path, here, arguments):
    with here(OwnDatabase(f"sqlite:///{tmp_path / 'cordiale.sqlite3'}", tmp_path)):
        assert refused(cordiale(*arguments), "run `cordiale migrate`")


@pytest.mark.postgres
@pytest.mark.parametrize("arguments", QUESTIONS, ids=lambda arguments: " ".join(map(str, arguments[:2])))
def test_a_postgres_that_was_not_set_up_is_told_how_to_set_it_up(request, here, arguments):
    engine = request.getfixturevalue("_engine")
    empty = engine.create(*request.getfixturevalue("_new_place")("empty"))

    with here(empty):
        assert refused(cordiale(*arguments), "run `cordiale migrate`")
    engine.drop(empty)


@pytest.mark.sqlite
def test_a_new_folder_is_told_how_to_set_it_up(home):
    assert refused(run(home, "ledger", "verify"), "run `cordiale migrate`")


@pytest.mark.sqlite
@pytest.mark.parametrize("arguments", [("ledger", "head"), ("load", "--pack", NATO)], ids=["head", "load"])
def test_a_postgres_that_cannot_be_reached_is_told(home, arguments):
    done = run(home, *arguments, DATABASE_URL="postgres://cordiale@127.0.0.1:1/cordiale")

    assert refused(done, "database")


@pytest.mark.sqlite
def test_a_database_address_that_is_none_is_told(home):
    assert refused(run(home, "ledger", "head", DATABASE_URL="nonsense"), "DATABASE_URL")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fly",), "No such command 'fly'"),
        (("ledger", "fly"), "No such command 'fly'"),
        (("pack", "load"), "Missing argument 'PATH'"),
        (("pack", "load", NATO, NATO), "unexpected extra argument"),
        (("pack", "check", NATO, "--quick"), "No such option"),
        (("load",), "Missing option '--pack'"),
        (("backup",), "Missing argument 'FILE'"),
        (("restore",), "Missing argument 'FILE'"),
        (("serve", "--port", "0"), "Invalid value for '--port'"),
        (("serve", "--port", "http"), "Invalid value for '--port'"),
    ],
)
def test_a_command_that_is_not_understood_exits_with_2(arguments, told):
    assert refused(cordiale(*arguments), told, status=2)


@pytest.mark.parametrize(
    "arguments", [("--help",), ("-h",), ("--version",), ("pack", "--help"), ("ledger", "verify", "-h")]
)
def test_help_needs_no_database(arguments):
    # pytest-django fails a test that asks the database without having been given one
    done = cordiale(*arguments)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.sqlite
def test_help_makes_no_database(home):
    done = run(home, "--help")

    assert (done.returncode, "Exit codes: 0 done" in done.stdout) == (0, True)
    assert not (home / "cordiale.sqlite3").exists()


@pytest.mark.parametrize("command", ["check", "load"])
def test_a_pack_that_is_not_there_is_told(db, tmp_path, command):
    assert refused(cordiale("pack", command, tmp_path / "none"), "is not a folder; name the folder that holds")


@pytest.mark.parametrize("command", ["check", "load"])
def test_a_file_is_no_pack(db, tmp_path, command):
    (tmp_path / "file").touch()

    assert refused(cordiale("pack", command, tmp_path / "file"), "is not a folder")


def test_a_good_pack_is_checked_without_a_database():
    done = cordiale("pack", "check", NATO)

    assert (done.returncode, done.stderr) == (0, "")
    assert "rows, nothing wrong." in done.stdout


def test_a_pack_is_not_exported_into_a_folder_that_is_in_use(small, tmp_path):
    (tmp_path / "used").mkdir()
    (tmp_path / "used/kept").touch()

    assert refused(cordiale("pack", "export", tmp_path / "used"), "is not empty; name a new folder")
    assert [path.name for path in (tmp_path / "used").iterdir()] == ["kept"]


def test_a_pack_is_not_exported_beneath_a_file(small, tmp_path):
    (tmp_path / "file").touch()

    assert refused(cordiale("pack", "export", tmp_path / "file/pack"), str(tmp_path / "file"))


def test_an_empty_register_has_nothing_to_export(db, tmp_path):
    assert refused(cordiale("pack", "export", tmp_path / "out"), "No pack is loaded yet")
    assert not (tmp_path / "out").exists()


@pytest.mark.sqlite
def test_load_sets_up_an_installation_once(home, tmp_path):
    folder = small_pack(tmp_path / "small")

    first = run(home, "load", "--pack", folder)
    second = run(home, "load", "--pack", folder)

    assert "Loaded Invented partnerships, edition 2026-01-01, as ledger entry 1" in first.stdout
    assert second.stdout == "The register holds Invented partnerships, edition 2026-01-01; ledger entry 1.\n"
    assert (first.returncode, second.returncode) == (0, 0)


def test_load_refuses_another_pack_than_the_one_it_holds(loaded):
    assert refused(loaded.run("load", "--pack", ROOT / "packs/asean"), 'runs on the pack "small"')


@pytest.mark.sqlite
def test_load_of_a_damaged_pack_leaves_the_register_empty(home, tmp_path):
    folder = edit(small_pack(tmp_path / "small"), "sources.csv", "en,90", "en,900")

    assert refused(run(home, "load", "--pack", folder), "sources.csv:2:7: precedence:")
    assert run(home, "ledger", "head").stdout == f"0:{'0' * 64}\n"


@pytest.mark.sqlite
def test_a_new_installation_is_readable_by_its_owner_only(home, tmp_path):
    run(home, "load", "--pack", small_pack(tmp_path / "small"))

    modes = {path.name: path.stat().st_mode & 0o077 for path in home.iterdir()}
    assert home.stat().st_mode & 0o077 == 0
    assert set(modes.values()) == {0}, modes


def test_migrating_twice_changes_nothing(loaded):
    before = loaded.run("ledger", "head").stdout

    assert loaded.run("migrate").returncode == 0
    assert loaded.run("ledger", "head").stdout == before


class TestLedger:
    def test_prints_its_head_as_verify_takes_it(self, small):
        head = cordiale("ledger", "head").stdout.strip()

        done = cordiale("ledger", "verify", "--head", head)

        assert (done.returncode, done.stderr) == (0, "")
        assert "The ledger holds: 1 entry" in done.stdout

    @pytest.mark.parametrize("head", ["", "1", "one:two", "1:abc"])
    def test_refuses_a_head_that_is_none(self, small, head):
        assert refused(cordiale("ledger", "verify", "--head", head), "write NUMBER:HASH")

    def test_refuses_a_head_that_was_never_its_own(self, small):
        done = cordiale("ledger", "verify", "--head", f"1:{'a' * 64}")

        assert refused(done, "The ledger does not hold at entry 1: entry 1 is not the one that was published.")

    def test_is_exported_so_that_an_auditor_can_check_it(self, loaded, tmp_path):
        done = loaded.run("ledger", "export")
        (tmp_path / "export").write_text(done.stdout, encoding="utf-8")

        checked = audited(tmp_path / "export")

        assert (done.returncode, checked.returncode) == (0, 0), checked.stderr
        assert loaded.run("ledger", "head").stdout.strip() in checked.stdout


class TestVerifier:
    """tools/verify_ledger.py as a command."""

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "is empty"),
            ("no ledger\n", "is no export of a ledger"),
            ("[1]\n", "is no export of a ledger"),
            ("SQLite format 3\0 and then nothing", "cannot be read"),
        ],
    )
    def test_exits_with_2_for_what_is_no_ledger(self, tmp_path, text, told):
        (tmp_path / "file").write_text(text, encoding="utf-8")

        done = audited(tmp_path / "file")

        assert (done.returncode, told in done.stderr, done.stderr.count("\n")) == (2, True, 1), done.stderr

    @pytest.mark.parametrize("file", ["none", "."])
    def test_exits_with_2_for_what_cannot_be_read(self, tmp_path, file):
        done = audited(tmp_path / file)

        assert (done.returncode, "cannot be read" in done.stderr) == (2, True)

    def test_exits_with_2_for_bytes_that_are_no_text(self, tmp_path):
        (tmp_path / "file").write_bytes(b"\xff\xfe\x00")

        assert audited(tmp_path / "file").returncode == 2

    @pytest.mark.sqlite
    def test_exits_with_2_for_a_database_without_a_ledger(self, tmp_path):
        other = sqlite3.connect(tmp_path / "other.sqlite3")
        other.execute("CREATE TABLE thing (id)")
        other.close()

        done = audited(tmp_path / "other.sqlite3")

        assert (done.returncode, "holds no ledger" in done.stderr) == (2, True)

    def test_exits_with_2_for_a_head_that_is_none(self, tmp_path):
        command = [sys.executable, VERIFIER, tmp_path / "file", "--head", "1:abc"]

        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

        assert (done.returncode, "write NUMBER:HASH" in done.stderr) == (2, True)

    def test_accepts_an_empty_ledger(self, db, tmp_path):
        (tmp_path / "export").write_text(cordiale("ledger", "export").stdout, encoding="utf-8")

        done = audited(tmp_path / "export")

        assert (done.returncode, done.stdout) == (0, f"The ledger holds: 0 entries, head 0:{'0' * 64}\n")

    @pytest.mark.parametrize(
        ("damage", "told"),
        [
            (lambda lines: lines[:-1], "entry 2: the export ends without its head"),
            (lambda lines: [*lines, lines[0]], "entry 2: something follows the head"),
            (lambda lines: [lines[0], "{broken", lines[1]], "entry 2: line 2 of the export cannot be read"),
            (
                lambda lines: [lines[0].replace('"reason"', '"why"'), lines[1]],
                "entry 1: its line lacks or adds: reason",
            ),
            (lambda lines: [lines[0].replace('"salt"', '"extra": 1, "salt"'), lines[1]], "lacks or adds: extra"),
            (lambda lines: [lines[0], '{"head": 1}'], "entry 1: it is not the head that was recorded"),
        ],
    )
    def test_names_the_entry_at_which_an_export_is_damaged(self, small, tmp_path, damage, told):
        lines = cordiale("ledger", "export").stdout.splitlines()
        (tmp_path / "export").write_text("\n".join(damage(lines)), encoding="utf-8")

        done = audited(tmp_path / "export")

        assert (done.returncode, told in done.stderr) == (1, True), done.stderr

    @pytest.mark.sqlite
    def test_leaves_the_file_as_it_is(self, loaded, tmp_path):
        loaded.run_or_fail("backup", tmp_path / "backup")
        (tmp_path / "backup").chmod(0o400)
        before = (tmp_path / "backup").read_bytes()

        assert audited(tmp_path / "backup").returncode == 0
        assert (tmp_path / "backup").read_bytes() == before


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CORDIALE_LOG", "xml"),
        ("CORDIALE_METRICS_TOKEN", "short"),
        ("CORDIALE_MAIL_URL", "smtp://u:hidden@mail.example"),
    ],
)
def test_a_setting_that_cannot_be_is_told(home, name, value):
    done = run(home, "ledger", "head", **{name: value})

    assert refused(done, name)
    assert "hidden" not in done.stderr


@pytest.mark.sqlite
def test_a_service_behind_a_proxy_refuses_a_taken_port(home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = run(home, "serve", "--exact-port", "--port", str(port))

    assert refused(done, f"Port {port} is taken")


@pytest.mark.sqlite
def test_sqlite_has_no_role_to_grant_anything_to(db):
    done = CliRunner().invoke(main, ["database", "grant", "cordiale"])

    assert (done.exit_code, done.output.startswith("Error: SQLite knows no roles")) == (1, True)
