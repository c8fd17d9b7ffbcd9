"""Whoever tampers with the files behind our back is found, by us and by the auditor's own program, at the first
entry that no longer holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cordiale.apps.jobs.jobs import ledger_verify
from cordiale.apps.jobs.jobs.running import run
from cordiale.apps.jobs.models import Job
from cordiale.apps.jobs.reads.progress import JobNow, one
from cordiale.apps.jobs.writes.asking import start
from cordiale.apps.ledger.reads import fault
from cordiale.apps.ledger.writes import erase_content
from cordiale.apps.register.models import Assertion
from cordiale.apps.register.reads.rows import PINNED, pinned
from cordiale.config.commands import main
from cordiale.domain.ledger import GENESIS, chain, commit
from cordiale.domain.viewer import Viewer
from tests.databases import ROOT, OwnDatabase, in_this_process
from tests.makers import AT, assertion_of, load, owner, small_pack, statement
from tools import verify_ledger

VERIFIER = ROOT / "tools/verify_ledger.py"
LAST = 6
UNGUARD = """
DO $$ DECLARE it record; BEGIN
    FOR it IN SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', it.name); END LOOP;
    FOR it IN SELECT conrelid::regclass AS of, conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c', 'x')
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', it.of, it.conname); END LOOP;
END $$
"""
HASHED = ("number", "at", "actor", "verb", "subject", "reason", "commitment", "previous")


@pytest.fixture(scope="module")
def history(_engine, _new_place, migrated_database, django_db_blocker, tmp_path_factory) -> Iterator[OwnDatabase]:
    """Six entries: a pack, then a statement that is made, corrected, ended, retracted and made again."""
    from cordiale.apps.register.writes.participation import assert_participation, correct, end, retract
    from cordiale.domain.period import parse_when

    database = _engine.copy(migrated_database, *_new_place("history"))
    how: dict[str, Any] = {"by": owner, "at": AT, "reason": "a test"}
    with in_this_process(database, django_db_blocker):
        load(small_pack(tmp_path_factory.mktemp("history") / "small"))
        first = assert_participation(statement=statement(), **how)
        second = correct(assertion=first, statement=statement(start="2001-06-01"), **how)
        third = end(assertion=second, on=parse_when("2010"), source="journal", **how)
        retract(assertion=third, **how)
        assert_participation(statement=statement(start="2012"), **how)
    yield database
    _engine.drop(database)


@dataclass(frozen=True)
class Raw:
    """A connection that no guard stops."""

    database: OwnDatabase
    connection: Any

    def __call__(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        sql = sql.replace("?", "%s") if self.database.is_postgres else sql
        cursor = self.connection.execute(sql, values)
        return cursor.fetchall() if cursor.description else []

    def entry(self, number: int) -> dict[str, Any]:
        (row,) = self(f"SELECT {', '.join(HASHED)}, hash FROM ledger_entry WHERE number = ?", number)
        return dict(zip((*HASHED, "hash"), row, strict=True))

    def put(self, entry: dict[str, Any]) -> None:
        """Insert an entry with content, and the commitment and hash that belong to it."""
        said = {name: entry[name] for name in HASHED} | {"commitment": commit("salt", "[]")}
        self(
            f"INSERT INTO ledger_entry ({', '.join(HASHED)}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *said.values(),
            chain(**said),
        )
        self("INSERT INTO ledger_content (entry_id, salt, content) VALUES (?, 'salt', '[]')", said["number"])


@pytest.fixture(scope="module")
def unguarded_history(history, _engine, _new_place) -> Iterator[OwnDatabase]:
    """The history without triggers, references and checks, as the owner of the database can have it."""
    database = _engine.copy(history, *_new_place("unguarded"))
    raw = database.connect()
    if database.is_postgres:
        raw.execute(UNGUARD)
    else:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
    raw.commit()
    raw.close()
    yield database
    _engine.drop(database)


@pytest.fixture
def tampered(unguarded_history, _engine, _new_place) -> Iterator[Raw]:
    """A copy of the history to tamper with."""
    database = _engine.copy(unguarded_history, *_new_place("tampered"))
    connection = database.connect()
    if database.is_postgres:
        connection.autocommit = True
    else:
        connection.isolation_level = None
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON")
    yield Raw(database, connection)
    connection.close()
    _engine.drop(database)


def ours(raw: Raw, here, *arguments: str) -> Result:
    """`cordiale ledger verify`."""
    with here(raw.database):
        return CliRunner().invoke(main, ["ledger", "verify", *arguments], catch_exceptions=False)


def in_parts(raw: Raw, here) -> JobNow:
    """The job that verifies the ledger, after its turn."""
    viewer = Viewer.system("test")
    with here(raw.database):
        job = start(kind="ledger-verify", by=viewer, at=AT)
        run(job=job, turn=Job.objects.get(pk=job).turn, worker="here")
        found = one(viewer, job=job)
    assert found is not None
    return found


def auditors(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`tools/verify_ledger.py`, by a Python that knows nothing of Cordiale."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(file), *arguments]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=60)


def exported(raw: Raw, here, folder: Path) -> Path:
    with here(raw.database):
        done = CliRunner().invoke(main, ["ledger", "export"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    (folder / "ledger.jsonl").write_text(done.output, encoding="utf-8")
    return folder / "ledger.jsonl"


def names(done: Result | subprocess.CompletedProcess[str], number: int) -> bool:
    """Whether a verifier refused and named this entry."""
    status = done.exit_code if isinstance(done, Result) else done.returncode
    return status == 1 and f"The ledger does not hold at entry {number}:" in done.stderr


Tamper = Callable[[Raw], Any]


def change(column: str, value: Any, number: int = 3) -> Tamper:
    return lambda raw: raw(f"UPDATE ledger_entry SET {column} = ? WHERE number = ?", value, number)


def rewrite(number: int, **changes: Any) -> Tamper:
    """Change an entry and give it the hash that now belongs to it."""

    def tamper(raw: Raw) -> None:
        said = {name: value for name, value in (raw.entry(number) | changes).items() if name in HASHED}
        for name, value in (said | {"hash": chain(**said)}).items():
            raw(f"UPDATE ledger_entry SET {name} = ? WHERE number = ?", value, number)

    return tamper


def move(number: int, to: int) -> Tamper:
    def tamper(raw: Raw) -> None:
        raw("UPDATE ledger_content SET entry_id = ? WHERE entry_id = ?", to, number)
        raw("UPDATE ledger_entry SET number = ? WHERE number = ?", to, number)

    return tamper


def delete(*numbers: int) -> Tamper:
    def tamper(raw: Raw) -> None:
        for number in numbers:
            raw("DELETE FROM ledger_content WHERE entry_id = ?", number)
            raw("DELETE FROM ledger_entry WHERE number = ?", number)

    return tamper


def several(*tampers: Tamper) -> Tamper:
    return lambda raw: [tamper(raw) for tamper in tampers]


def insert_in_between(raw: Raw) -> None:
    """A forged third entry, well chained to the second; the others move up."""
    for number in range(LAST, 2, -1):
        move(number, number + 1)(raw)
    second = raw.entry(2)
    raw("UPDATE ledger_entry SET previous = ? WHERE number = 4", "a" * 64)
    raw.put(second | {"number": 3, "at": "2026-11-24T14:00:00.500000Z", "previous": second["hash"]})
    raw("UPDATE ledger_clock SET number = number + 1")


def append(raw: Raw) -> None:
    last = raw.entry(LAST)
    raw.put(last | {"number": LAST + 1, "at": "2999-01-01T00:00:00.000000Z", "previous": last["hash"]})


def cut_off_and_wind_back(raw: Raw) -> None:
    """The last entry goes, and the clock with it: in itself the ledger is whole."""
    delete(LAST)(raw)
    last = raw.entry(LAST - 1)
    raw(
        "UPDATE ledger_clock SET number = ?, head = ?, at = ?, register_number = ?, register_hash = ?",
        *(last["number"], last["hash"], last["at"], last["number"], last["hash"]),
    )


def clock(sql: str, *values: Any) -> Tamper:
    return lambda raw: raw(f"UPDATE ledger_clock SET {sql}", *values)


def content(sql: str, number: int) -> Tamper:
    return lambda raw: raw(f"UPDATE ledger_content SET {sql} WHERE entry_id = ?", number)


def swap_contents(raw: Raw) -> None:
    rows = dict(raw("SELECT entry_id, salt FROM ledger_content WHERE entry_id IN (3, 4)"))
    texts = dict(raw("SELECT entry_id, content FROM ledger_content WHERE entry_id IN (3, 4)"))
    for number, other in ((3, 4), (4, 3)):
        raw("UPDATE ledger_content SET salt = ?, content = ? WHERE entry_id = ?", rows[other], texts[other], number)


def forge_without_salt(raw: Raw) -> None:
    """A content that still names the digests of its rows, and cannot be compared with its commitment."""
    content("content = replace(content, '2001', '2002'), salt = ''", 3)(raw)


# what somebody does to the ledger, the first entry that no longer holds, whether an export shows it
LEDGER: dict[str, tuple[Tamper, int, bool]] = {
    "number": (move(3, 99), 3, True),
    "moment earlier than the entry before": (change("at", "2020-01-01T00:00:00.000000Z"), 3, True),
    "moment later": (change("at", "2998-01-01T00:00:00.000000Z"), 3, True),
    "actor": (change("actor", "somebody else"), 3, True),
    "verb": (change("verb", "register.pack-loaded"), 3, True),
    "subject": (change("subject", "assertion:99"), 3, True),
    "reason": (change("reason", ""), 3, True),
    "commitment": (change("commitment", "f" * 64), 3, True),
    "previous": (change("previous", "f" * 64), 3, True),
    "hash": (change("hash", "f" * 64), 3, True),
    "first entry": (change("reason", "another", 1), 1, True),
    "last entry": (change("reason", "another", LAST), LAST, True),
    "an entry rewritten with its hash": (rewrite(3, reason="another"), 4, True),
    "the last entry rewritten with its hash": (rewrite(LAST, reason="another"), LAST, True),
    "a moment rewritten with its hash": (rewrite(3, at="2020-01-01T00:00:00.000000Z"), 3, True),
    "an entry put in between": (insert_in_between, 4, True),
    "an entry appended": (append, LAST + 1, True),
    "an entry removed": (delete(3), 3, True),
    "the first entry removed": (delete(1), 1, True),
    "two entries swapped": (several(move(3, 98), move(4, 3), move(98, 4)), 3, True),
    "the last entry cut off": (delete(LAST), LAST, True),
    "the last three entries cut off": (delete(4, 5, LAST), 4, True),
    "every entry cut off": (delete(*range(1, LAST + 1)), 1, True),
    "a content changed": (content("content = '[]'", 3), 3, True),
    "a salt changed": (content(f"salt = '{'0' * 64}'", 3), 3, True),
    "a content changed and its salt blanked": (forge_without_salt, 3, False),
    "two contents swapped": (swap_contents, 3, True),
    "a content removed": (lambda raw: raw("DELETE FROM ledger_content WHERE entry_id = 3"), 3, True),
    "a content emptied": (content("salt = '', content = ''", 3), 3, True),
    "a content emptied, and a later one changed": (
        several(content("salt = '', content = ''", 3), content("content = '[]'", 5)),
        3,
        True,
    ),
    "the clock a number ahead": (clock("number = number + 1"), LAST + 1, True),
    "the clock a number behind": (clock("number = number - 1, register_number = 1"), LAST, True),
    "the head of the clock": (clock("head = ?", "f" * 64), LAST, True),
    "the moment of the clock": (clock("at = ?", "2999-01-01T00:00:00.000000Z"), LAST, False),
    "the register number of the clock": (clock("register_number = 2"), 2, False),
    "the register hash of the clock": (clock("register_hash = ?", "f" * 64), LAST, False),
    "the last entry cut off and the clock wound back": (cut_off_and_wind_back, LAST, False),
    "the first thing and a later thing": (several(change("reason", "x", 5), content("content = '[]'", 2)), 2, True),
}

NEW_ROW = (
    "INSERT INTO assertion (party_id, framework_id, status, scope, start_kind, valid_from, valid_to, source_id,"
    " locator, note, starts_earliest, starts_latest, ends_earliest, ends_latest, known_from_id, pack) SELECT 'gamma',"
    " framework_id, status, scope, start_kind, valid_from, valid_to, source_id, locator, 'forged', starts_earliest,"
    " starts_latest, ends_earliest, ends_latest, {number}, pack FROM assertion WHERE party_id = 'host'"
)


def row(sql: str, where: str = "party_id = 'host'") -> Tamper:
    return lambda raw: raw(f"UPDATE assertion SET {sql} WHERE {where}")


# what somebody does to the rows of the register, the first entry that no longer holds
REGISTER: dict[str, tuple[Tamper, int]] = {
    "a note": (row("note = 'forged'"), 1),
    "a status": (row("status = 'suspended'"), 1),
    "a party": (row("party_id = 'alpha'"), 1),
    "a start": (row("valid_from = '1951'"), 1),
    "a start that is no date": (row("valid_from = '1995-02-30'"), 1),
    "a source": (row("source_id = 'journal'"), 1),
    "the instant a period starts": (row("starts_earliest = starts_earliest - 1"), 1),
    "the instant a period ends": (row("ends_latest = ends_latest + 1"), 1),
    "the pack that said it": (row("pack = ''"), 1),
    "what a row replaces": (row("replaces_id = NULL", "known_from_id = 3"), 3),
    "the entry that recorded it": (row("known_from_id = 5", "known_from_id = 6"), 5),
    "a closing": (row("known_to_id = 4"), 4),
    "a re-opening": (row("known_to_id = NULL", "known_to_id = 3"), 3),
    "a row added": (lambda raw: raw(NEW_ROW.format(number=2)), 2),
    "a row added for an entry to come": (lambda raw: raw(NEW_ROW.format(number=LAST + 3)), LAST + 3),
    "a row removed": (lambda raw: raw("DELETE FROM assertion WHERE known_from_id = 6"), 6),
    "a row of another table changed": (lambda raw: raw("UPDATE source_version SET precedence = 99"), 1),
    "a row of another table removed": (lambda raw: raw("DELETE FROM party_name"), 1),
    "the words of the pack": (
        lambda raw: raw("UPDATE pack_edition SET manifest = replace(manifest, '\"suspended\"', '\"in force\"')"),
        1,
    ),
}


@pytest.mark.parametrize(("tamper", "number", "in_export"), LEDGER.values(), ids=LEDGER)
class TestTamperingWithTheLedger:
    def test_s7_is_found_by_cordiale(self, tampered, here, tamper, number, in_export):
        tamper(tampered)

        done = ours(tampered, here)

        assert names(done, number), done.output

    def test_is_found_by_a_job_in_parts_of_two_as_in_the_whole(
        self, tampered, here, monkeypatch, tamper, number, in_export
    ):
        monkeypatch.setattr(ledger_verify, "PART", 2)
        tamper(tampered)

        done = in_parts(tampered, here)

        with here(tampered.database):
            found = fault(Viewer.public())
        said = f"The ledger does not hold at entry {found.number}: {found.what}." if found else "The ledger holds: 5"
        assert done.outcome.startswith(said)

    def test_s7_is_found_by_the_auditor(self, tampered, here, tmp_path, tamper, number, in_export):
        tamper(tampered)

        if in_export:
            done = auditors(exported(tampered, here, tmp_path))
            assert names(done, number), (done.stdout, done.stderr)
        if not tampered.database.is_postgres:
            done = auditors(Path(tampered.database.name))
            assert names(done, number), (done.stdout, done.stderr)


@pytest.mark.parametrize(("tamper", "number"), REGISTER.values(), ids=REGISTER)
def test_s7_tampering_with_the_register_is_found_by_cordiale(tampered, here, tamper, number):
    tamper(tampered)

    done = ours(tampered, here)

    assert names(done, number), done.output


@pytest.mark.sqlite
@pytest.mark.parametrize(("tamper", "number"), REGISTER.values(), ids=REGISTER)
def test_s7_tampering_with_the_register_is_found_by_the_auditor(tampered, tamper, number):
    tamper(tampered)

    done = auditors(Path(tampered.database.name))

    assert names(done, number), (done.stdout, done.stderr)


def test_nothing_is_found_where_nobody_tampered(tampered, here, tmp_path):
    done = ours(tampered, here)

    assert done.exit_code == 0
    assert f"The ledger holds: {LAST} entries" in done.output
    assert auditors(exported(tampered, here, tmp_path)).returncode == 0
    if not tampered.database.is_postgres:
        assert auditors(Path(tampered.database.name)).returncode == 0


def test_an_erasure_is_not_tampering(tampered, here, tmp_path):
    with here(tampered.database):
        erase_content(number=3, reason="the law demands it", by=owner, at=AT)

    done = ours(tampered, here)

    assert (done.exit_code, "1 with erased content" in done.output) == (0, True)
    assert auditors(exported(tampered, here, tmp_path)).returncode == 0
    if not tampered.database.is_postgres:
        assert auditors(Path(tampered.database.name)).returncode == 0


def rewrite_everything_after(number: int, raw: Raw) -> None:
    """What an owner of the machine can do: a whole history written anew, which holds in itself."""
    raw("UPDATE ledger_entry SET reason = 'another' WHERE number = ?", number)
    previous = raw.entry(number - 1)["hash"] if number > 1 else GENESIS
    for place in range(number, LAST + 1):
        said = {name: value for name, value in raw.entry(place).items() if name in HASHED} | {"previous": previous}
        previous = chain(**said)
        raw("UPDATE ledger_entry SET previous = ?, hash = ? WHERE number = ?", said["previous"], previous, place)
    raw("UPDATE ledger_clock SET head = ?, register_hash = ?", previous, previous)


@pytest.mark.parametrize("published", [3, LAST])
class TestPublishedHead:
    def test_s7_finds_a_history_that_was_written_anew(self, tampered, here, tmp_path, published):
        head = f"{published}:{tampered.entry(published)['hash']}"
        rewrite_everything_after(2, tampered)

        assert ours(tampered, here).exit_code == 0
        assert names(ours(tampered, here, "--head", head), published)
        assert names(auditors(exported(tampered, here, tmp_path), "--head", head), published)

    def test_s7_finds_a_history_that_was_cut_short(self, tampered, here, tmp_path, published):
        head = f"{published}:{tampered.entry(published)['hash']}"
        delete(*range(published, LAST + 1))(tampered)
        last = tampered.entry(published - 1)
        clock("number = ?, head = ?, at = ?, register_number = 1", published - 1, last["hash"], last["at"])(tampered)

        export = exported(tampered, here, tmp_path)
        assert auditors(export).returncode == 0
        assert names(auditors(export, "--head", head), published)

    def test_still_stands_where_nobody_tampered(self, tampered, here, tmp_path, published):
        head = f"{published}:{tampered.entry(published)['hash']}"

        assert ours(tampered, here, "--head", head).exit_code == 0
        assert auditors(exported(tampered, here, tmp_path), "--head", head).returncode == 0


def test_a_ledger_without_a_clock_is_told(tampered, here):
    tampered("DELETE FROM ledger_clock")

    done = ours(tampered, here)

    assert (done.exit_code, "The ledger has no clock" in done.output) == (1, True)


@pytest.mark.sqlite
def test_the_auditor_misses_the_clock_too(tampered):
    tampered("DELETE FROM ledger_clock")

    done = auditors(Path(tampered.database.name))

    assert (done.returncode, "the clock of the ledger is gone" in done.stderr) == (1, True)


def test_the_auditor_knows_every_table_and_column_of_the_register():
    columns = {
        name: " ".join(
            [
                model._meta.db_table,
                *(f"{field.column}" for field in model._meta.concrete_fields if field.attname in pinned(model)),
            ]
        )
        for name, model in PINNED.items()
    }

    assert columns == verify_ledger.ROWS


def test_the_auditor_knows_which_columns_hold_lists():
    lists = {
        (model._meta.db_table, field.column)
        for model in PINNED.values()
        for field in model._meta.local_concrete_fields
        if type(field).__name__ == "CodesField"
    }

    assert lists == verify_ledger.LISTS


def test_a_row_that_was_really_there_is_what_the_tests_change(tampered, here):
    with here(tampered.database):
        assert Assertion.objects.filter(party="host").count() == 1
        assert assertion_of("gamma")
