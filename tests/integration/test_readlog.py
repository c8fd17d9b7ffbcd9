"""The read log in an installation: its commands, processes that write at once, full disks, kills, entered heads."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connections
from pytest_django.fixtures import Settings

from cordiale.apps.ledger.reads import content, entries, head
from cordiale.apps.sharing.writes.read_log import HEADED, enter_heads, entered_heads
from cordiale.config import readlog as config
from cordiale.config.backups.holding import BackupDamaged
from cordiale.config.backups.read_log import archive_of, pack, unpacked
from cordiale.config.commands import main
from cordiale.config.doctor import readlog as doctor
from cordiale.config.doctor.findings import Visit
from cordiale.domain import clock
from cordiale.domain.reading_log import Reading
from cordiale.domain.viewer import EVERY_PERMISSION, NotPermitted, Viewer
from cordiale.engines.readlog.reading import files, texts
from cordiale.engines.readlog.verifying import verify
from cordiale.engines.readlog.writing import Writer
from tests.databases import ROOT, OwnDatabase
from tests.processes import Service, free_port, until_healthy
from tools import verify_read_log

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
OWNER = Viewer.system("command line")

READING = """
import os, sys, threading
from datetime import UTC, datetime
from pathlib import Path
from cordiale.domain.reading_log import Reading
from cordiale.engines.readlog.writing import LogUnwritable, Writer

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
writer = Writer(Path(sys.argv[1]), installation="here")

def reading(document):
    return Reading(
        at=AT, who="person:17", parties=("aut",), action="page", shown=((document, 4),), refused=(),
        known=12, register=11, register_hash="ab" * 32, decided_at=AT,
    )

def fill(lines):
    for number in range(lines):
        writer.append(reading(f"doc-{number}"))
"""

# four threads write while this process forks three children, each with three threads of its own
FORKING = f"""{READING}
threads = [threading.Thread(target=fill, args=(500,)) for _ in range(4)]
for thread in threads:
    thread.start()
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        own = [threading.Thread(target=fill, args=(100,)) for _ in range(3)]
        for thread in own:
            thread.start()
        for thread in own:
            thread.join()
        os._exit(0)
    children.append(child)
for thread in threads:
    thread.join()
sys.exit(any(os.waitpid(child, 0)[1] for child in children))
"""

FULL = f"""{READING}
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
refused = written = 0
for number in range(20):
    try:
        writer.append(reading("doc-1"))
        written += 1
    except LogUnwritable:
        refused += 1
print(written, refused)
"""

ENDLESS = f"""{READING}
print("ready", flush=True)
while True:
    fill(1)
"""


def reading(document: str = "doc-1", *, at: datetime = AT, who: str = "person:17") -> Reading:
    return Reading(
        at=at,
        who=who,
        parties=("aut",),
        action="page",
        shown=((document, 4),),
        refused=("doc-99",),
        known=12,
        register=11,
        register_hash="ab" * 32,
        decided_at=at,
    )


def fill(folder: Path, lines: int, *, at: datetime = AT, who: str = "person:17") -> Path:
    writer = Writer(folder, installation="here")
    for number in range(lines):
        writer.append(reading(f"doc-{number}", at=at + timedelta(minutes=number), who=who))
    writer.close()
    newest: Path = max(files(folder), key=lambda file: file.stat().st_mtime_ns)
    return newest


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, cwd=ROOT, env=unmeasured(), capture_output=True, text=True, timeout=60, check=True)


def unmeasured() -> dict[str, str]:
    """The environment without coverage, which loses its own data in processes that are killed or fork."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


def cordiale(*arguments: str):
    return CliRunner().invoke(main, ["readlog", *arguments])


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.READ_LOG = tmp_path / "readlog"
    return tmp_path / "readlog"


class TestProcesses:
    def test_threads_and_forked_children_write_at_once_and_every_file_is_sound(self, tmp_path):
        run(FORKING, tmp_path)

        found = list(verify(tmp_path, {}))
        assert sorted(one.checked.lines for one in found) == [300, 300, 300, 2000]
        assert {(one.checked.fault, one.checked.torn) for one in found} == {(None, 0)}
        assert len({one.file.split("-")[-2] for one in found}) == 4  # one a process

    def test_a_full_disk_refuses_and_no_line_that_was_written_is_lost(self, tmp_path):
        written, refused = run(FULL, tmp_path).stdout.split()

        found = list(verify(tmp_path, {}))
        assert int(refused) > 0
        assert sum(one.checked.lines for one in found) == int(written) > 0
        assert [one.checked.fault for one in found if one.checked.fault] == []
        assert any(one.checked.torn for one in found)

    def test_s7_a_killed_process_leaves_a_torn_end_at_most(self, tmp_path):
        for number in range(4):
            command = [sys.executable, "-c", ENDLESS, str(tmp_path)]
            process = subprocess.Popen(command, cwd=ROOT, env=unmeasured(), stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.02 * number)
            process.kill()
            process.communicate()

        assert [one.checked.fault for one in verify(tmp_path, {}) if one.checked.fault] == []


class TestEntering:
    def test_a_head_is_entered_once(self, db, tmp_path):
        file = fill(tmp_path, 3)

        grown = enter_heads(by=OWNER, at=AT, folder=tmp_path), enter_heads(by=OWNER, at=AT, folder=tmp_path)

        assert grown == (1, 0)
        (made,) = entries(OWNER)
        assert (made.verb, made.subject) == (HEADED, "read log")
        last = json.loads(list(texts(file))[-1])["hash"]
        assert content(OWNER, number=made.number) == [{"file": file.name, "lines": 3, "head": last}]
        assert entered_heads(OWNER) == {file.name: {3: last}}
        assert head(OWNER).register_number == 0

    def test_only_what_grew_is_entered_again(self, db, tmp_path):
        fill(tmp_path, 3)
        writer = Writer(tmp_path, installation="here")
        writer.append(reading())
        enter_heads(by=OWNER, at=AT, folder=tmp_path)
        writer.append(reading())

        assert enter_heads(by=OWNER, at=AT, folder=tmp_path) == 1
        assert sorted(len(heads) for heads in entered_heads(OWNER).values()) == [1, 2]

    def test_without_a_line_there_is_no_entry(self, db, tmp_path):
        assert enter_heads(by=OWNER, at=AT, folder=tmp_path / "none") == 0
        assert list(entries(OWNER)) == []

    def test_nobody_but_the_installation_enters(self, db, tmp_path):
        for who in (Viewer.public(), Viewer("person:1", permissions=EVERY_PERMISSION, person=1)):
            with pytest.raises(NotPermitted):
                enter_heads(by=who, at=AT, folder=tmp_path)

    def test_processes_that_enter_at_once_make_one_entry(self, own_database, here, tmp_path):
        fill(tmp_path, 3)

        def enter(_number: int) -> int:
            try:
                return enter_heads(by=OWNER, at=clock.now(), folder=tmp_path)
            finally:
                connections.close_all()

        with here(own_database), ThreadPoolExecutor(4) as at_once:
            grown = list(at_once.map(enter, range(4)))
            made = len(list(entries(OWNER)))

        assert (sorted(grown), made) == ([0, 0, 0, 1], 1)

    def test_a_failure_is_logged_and_kills_nobody(self, db, folder, monkeypatch, caplog):
        def fail(**arguments):
            raise RuntimeError("no")

        monkeypatch.setattr(config, "enter_heads", fail)

        config.enter_heads_or_log()

        assert "could not be entered" in caplog.text

    def test_a_worker_enters_heads(self, own_database: OwnDatabase):
        file = fill(own_database.home / "readlog", 2)

        own_database.run_or_fail("worker", "--until-empty")

        assert file.name in own_database.run("ledger", "export").stdout

    def test_serve_enters_heads_when_its_web_processes_have_ended(self, own_database: OwnDatabase, tmp_path):
        port = free_port()
        arguments = ("serve", "--without-worker", "--exact-port", "--port", str(port), "--workers", "1")
        service = Service(own_database.env, *arguments, log=tmp_path / "log")
        try:
            until_healthy(service, port)
            file = fill(own_database.home / "readlog", 2)
        finally:
            service.signal(signal.SIGTERM)

        assert file.name in own_database.run("ledger", "export").stdout


class TestWriterOfTheInstallation:
    def test_there_is_one_in_a_process(self, folder):
        config.read_log.cache_clear()
        try:
            assert config.read_log() is config.read_log()
            assert config.read_log().folder == folder
        finally:
            config.read_log.cache_clear()

    def test_its_mark_says_nothing_of_the_key(self, settings):
        assert len(config.installation_mark()) == 32
        assert config.installation_mark() not in settings.SECRET_KEY


class TestCommands:
    def test_verify_counts_what_holds(self, db, folder):
        fill(folder, 3)
        cordiale("enter")

        done = cordiale("verify")

        assert (done.exit_code, done.stdout) == (0, "The read log holds: 3 lines in 1 file.\n")

    def test_enter_says_what_grew(self, db, folder):
        fill(folder, 3)

        assert cordiale("enter").stdout == "Entered the heads of 1 file.\n"
        assert cordiale("enter").stdout == "No file grew; nothing was entered.\n"

    def test_s7_verify_names_the_file_and_the_line_that_was_changed(self, db, folder):
        file = fill(folder, 3)
        file.write_bytes(file.read_bytes().replace(b"doc-1", b"doc-7"))

        done = cordiale("verify")

        assert done.exit_code == 1
        assert f"{file.name} does not hold at line 2: it was changed after it was written.\n" in done.stderr

    def test_s7_verify_finds_lines_cut_off_after_their_head_was_entered(self, db, folder):
        file = fill(folder, 3)
        cordiale("enter")
        file.write_bytes(b"".join(list(texts(file))[:-1]))

        done = cordiale("verify")

        assert done.exit_code == 1
        assert f"{file.name} does not hold at line 3: it is missing" in done.stderr

    def test_s7_verify_finds_a_file_that_is_gone(self, db, folder):
        file = fill(folder, 3)
        cordiale("enter")
        file.unlink()

        done = cordiale("verify")

        assert done.exit_code == 1
        assert f"{file.name} does not hold at line 0: the file is gone" in done.stderr

    def test_s7_verify_finds_a_file_written_anew(self, db, folder):
        file = fill(folder, 2)
        cordiale("enter")
        other = fill(folder, 3, who="person:18")
        other.rename(file)
        file.write_bytes(file.read_bytes().replace(other.name.encode(), file.name.encode()))

        assert cordiale("verify").exit_code == 1

    def test_verify_tells_a_torn_end_and_ends_well(self, db, folder):
        file = fill(folder, 3)
        file.write_bytes(file.read_bytes()[:-5])

        done = cordiale("verify")

        assert done.exit_code == 0
        assert f"{file.name} has a torn end" in done.stdout

    def test_show_prints_what_is_asked_for_the_newest_first(self, db, folder):
        fill(folder, 3)
        fill(folder, 2, who="person:18", at=AT + timedelta(days=1))

        def shown(*options: str) -> list[str]:
            printed = cordiale("show", "--format", "jsonl", *options).stdout.splitlines()
            return [f"{line['who'][-2:]} {line['shown'][0][0]}" for line in map(json.loads, printed)]

        assert shown() == ["18 doc-1", "18 doc-0", "17 doc-2", "17 doc-1", "17 doc-0"]
        assert shown("--who", "person:17", "--limit", "2") == ["17 doc-2", "17 doc-1"]
        assert shown("--document", "doc-1") == ["18 doc-1", "17 doc-1"]
        assert shown("--document", "doc-99", "--since", "2026-11-27") == ["18 doc-1", "18 doc-0"]
        assert shown("--since", "2026-11-27T12:01:00") == ["18 doc-1"]

    def test_show_prints_a_table(self, db, folder):
        fill(folder, 1)

        words = cordiale("show").stdout.splitlines()[-1].split()

        assert words == ["2026-11-26", "12:00:00", "person:17", "aut", "page", "shown", "doc-0", "(4)", "doc-99", "12"]

    def test_show_refuses_a_damaged_file(self, db, folder):
        file = fill(folder, 2)
        file.write_bytes(file.read_bytes().replace(b"doc-1", b'"oc-1'))

        done = cordiale("show")

        assert done.exit_code == 1
        assert f"{file.name} does not hold at line 2" in done.stderr


class TestAuditorsProgram:
    def test_s7_it_agrees_with_the_heads_of_the_ledger(self, db, folder, capsys):
        file = fill(folder, 3)
        cordiale("enter")
        heads = [f"{file.name}:{lines}:{own}" for lines, own in entered_heads(OWNER)[file.name].items()]

        assert verify_read_log.main([str(folder), "--head", heads[0]]) == 0
        assert "The read log holds: 3 lines in 1 files" in capsys.readouterr().out
        file.write_bytes(b"".join(list(texts(file))[:-1]))
        assert verify_read_log.main([str(folder), "--head", heads[0]]) == 1
        file.unlink()
        assert verify_read_log.main([str(folder), "--head", heads[0]]) == 1

    def test_a_folder_that_is_not_there_cannot_be_read(self, tmp_path):
        assert verify_read_log.main([str(tmp_path / "none")]) == 2

    @pytest.mark.parametrize("text", ["x", f"x:1:{'ab' * 32}"])
    def test_what_is_no_head_is_not_understood(self, tmp_path, text):
        with pytest.raises(SystemExit):
            verify_read_log.main([str(tmp_path), "--head", text])


class TestDoctor:
    def test_finds_a_log_in_order(self, db, folder):
        fill(folder, 3)
        cordiale("enter")
        visit = Visit(AT + timedelta(days=1))

        assert doctor.writable(visit).what == "1 files, 3 lines"
        assert doctor.entered(visit).state == "ok"

    def test_finds_a_folder_that_is_not_made_yet_in_order(self, db, folder):
        assert doctor.writable(Visit(AT)).state == doctor.entered(Visit(AT)).state == "ok"

    def test_finds_a_file_in_place_of_the_folder(self, folder):
        folder.write_text("")

        assert doctor.writable(Visit(AT)).state == "wrong"

    def test_finds_a_folder_that_others_can_reach(self, folder):
        folder.mkdir()
        folder.chmod(0o755)

        assert "mode 755" in doctor.writable(Visit(AT)).what

    def test_finds_an_end_that_is_damaged(self, folder):
        file = fill(folder, 1)
        with file.open("ab") as other:
            other.write(b"nonsense\n")

        assert "does not hold at line 2" in doctor.writable(Visit(AT)).what

    def test_warns_of_a_torn_end(self, folder):
        file = fill(folder, 2)
        file.write_bytes(file.read_bytes()[:-5])

        assert doctor.writable(Visit(AT)).state == "warning"

    def test_warns_when_a_line_waits_for_more_than_two_hours(self, db, folder):
        fill(folder, 1)

        assert doctor.entered(Visit(AT + timedelta(hours=2))).state == "ok"
        assert doctor.entered(Visit(AT + timedelta(hours=3))).what.startswith("never entered, and a line waits")

    def test_does_not_warn_when_nothing_grew_for_long_before(self, db, folder):
        fill(folder, 1)
        enter_heads(by=OWNER, at=AT, folder=folder)
        fill(folder, 1, at=AT + timedelta(days=3))

        assert doctor.entered(Visit(AT + timedelta(days=3, hours=1))).state == "ok"
        assert "last entered 2026-11-26" in doctor.entered(Visit(AT + timedelta(days=3, hours=3))).what


class TestBackup:
    @pytest.fixture
    def backup(self, own_database: OwnDatabase, tmp_path: Path) -> Path:
        """Of an installation with two files, one with a torn end, whose heads were entered."""
        folder = own_database.home / "readlog"
        fill(folder, 3)
        file = fill(folder, 2)
        own_database.run_or_fail("readlog", "enter")
        with file.open("ab") as torn:
            torn.write(b'{"at":')
        own_database.run_or_fail("backup", tmp_path / "backup")
        return tmp_path / "backup"

    def test_brings_the_read_log_back(self, own_database: OwnDatabase, empty_database: OwnDatabase, backup):
        done = empty_database.run("restore", backup)

        assert (done.returncode, done.stderr) == (0, "")
        verified = empty_database.run("readlog", "verify")
        assert verified.stdout == "The read log holds: 5 lines in 2 files.\n"
        restored = empty_database.home / "readlog"
        assert {file.stat().st_mode & 0o777 for file in files(restored)} == {0o600}
        assert restored.stat().st_mode & 0o777 == 0o700
        assert backup.with_name("backup.readlog").stat().st_mode & 0o777 == 0o600

    def test_without_its_archive_tells_what_is_gone(self, empty_database: OwnDatabase, backup):
        backup.with_name("backup.readlog").unlink()

        done = empty_database.run("restore", backup)

        assert done.returncode == 0
        assert "The read log does not hold" in done.stderr


class TestArchive:
    @pytest.fixture
    def archive(self, folder, tmp_path) -> Path:
        fill(folder, 3)
        archive = archive_of(tmp_path / "backup")
        assert pack(archive)
        shutil.rmtree(folder)
        return archive

    def test_of_no_read_log_is_not_made(self, folder, tmp_path):
        assert not pack(tmp_path / "archive")
        assert not (tmp_path / "archive").exists()

    def test_of_a_file_without_a_whole_line_is_empty(self, folder, archive, tmp_path):
        file = fill(folder, 1)
        file.write_bytes(b"{")
        pack(tmp_path / "other.readlog")
        shutil.rmtree(folder)

        with unpacked(tmp_path / "other"):
            assert files(folder)[0].read_bytes() == b""

    def test_is_taken_out_again_when_the_rest_fails(self, folder, archive):
        def fail() -> None:
            assert len(files(folder)) == 1
            raise RuntimeError

        with pytest.raises(RuntimeError), unpacked(archive.with_suffix("")):
            fail()
        assert files(folder) == []

    @pytest.mark.parametrize("damage", ["cut", "flipped", "foreign", "nonsense"])
    def test_that_is_damaged_is_refused_and_leaves_nothing(self, folder, archive, damage):
        whole = archive.read_bytes()
        half = len(whole) // 2
        if damage == "cut":
            archive.write_bytes(whole[:half])
        elif damage == "flipped":
            archive.write_bytes(whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :])
        elif damage == "nonsense":
            archive.write_bytes(b"nonsense")
        else:
            with tarfile.open(archive, "w:gz") as other:
                other.add(__file__, arcname="../../outside")

        with pytest.raises(BackupDamaged), unpacked(archive.with_suffix("")):
            pass
        assert files(folder) == []

    def test_is_refused_where_there_is_a_read_log(self, folder, archive, own_database, here, tmp_path):
        with here(own_database):
            assert CliRunner().invoke(main, ["backup", str(tmp_path / "one")]).exit_code == 0
            archive.rename(tmp_path / "one.readlog")
            fill(own_database.home / "readlog", 1)

            done = CliRunner().invoke(main, ["restore", str(tmp_path / "one")])
            again = CliRunner().invoke(main, ["backup", str(tmp_path / "one")])

        assert (done.exit_code, "holds a read log" in done.stderr) == (1, True)
        assert (again.exit_code, "exists; name a new file" in again.stderr) == (1, True)
