"""A filled installation of each earlier release becomes one of this: ledger, answers and guards are what they were.

tests/releases holds one folder for each, made by tools/freeze_release.py when it was tagged.
"""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from cordiale.config.commands import main
from tests.databases import ROOT, OwnDatabase
from tests.makers import AT, owner

RELEASES = sorted((ROOT / "tests/releases").iterdir())


@pytest.fixture(params=RELEASES, ids=lambda folder: folder.name)
def release(request: pytest.FixtureRequest) -> Path:
    """The folder of a frozen release."""
    assert isinstance(request.param, Path)
    return request.param


@pytest.fixture
def backup(release: Path, empty_database: OwnDatabase, tmp_path: Path) -> Path:
    """The backup that the release made of itself, on the database of this run."""
    packed = release / f"{kind_of(empty_database)}.backup.gz"
    (tmp_path / "backup").write_bytes(gzip.decompress(packed.read_bytes()))
    return tmp_path / "backup"


def kind_of(database: OwnDatabase) -> str:
    return "postgresql" if database.is_postgres else "sqlite"


def put(backup: Path, database: OwnDatabase) -> None:
    """The database as the release left it, without a command of ours."""
    if database.is_postgres:
        command = ["pg_restore", "--no-owner", "--no-comments", f"--dbname={database.url}", str(backup)]
        subprocess.run(command, check=True, timeout=120)
    else:
        Path(database.name).write_bytes(backup.read_bytes())


def cordiale(*arguments: str | Path) -> str:
    """What a command prints that must not refuse."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return done.stdout


def answers(release: Path, known: str) -> str:
    """What this release answers to the questions that were asked then."""
    asked = ("standing", "--from", release / "questions.csv", "--known", known, "--format", "csv")
    return cordiale(*asked)


def test_there_is_a_release_to_upgrade_from():
    assert RELEASES


def test_a_release_is_upgraded_in_place(release, backup, empty_database, here):
    head = (release / f"{kind_of(empty_database)}.head").read_text("utf-8").strip()
    put(backup, empty_database)

    with here(empty_database):
        cordiale("migrate")

        assert "The ledger holds" in cordiale("ledger", "verify", "--head", head)
        assert cordiale("ledger", "head").strip() == head
        for known in ("1", "4"):
            assert answers(release, known) == (release / f"answers-{known}.csv").read_text("utf-8")
        # tests are the owner of the tables, of which the doctor warns
        looked = [line for line in cordiale("doctor").splitlines()[:10] if line[0] != " " and line.split()[1] != "role"]
        assert [line for line in looked if not line.startswith("ok")] == []


def test_what_was_upgraded_goes_on(release, backup, empty_database, here):
    from cordiale.apps.ledger.writes import entry

    put(backup, empty_database)

    with here(empty_database):
        cordiale("migrate")
        with entry(by=owner, at=AT, verb="test.wrote", subject="thing:1") as change:
            change.record("after the upgrade")

        assert f"{change.number} entries" in cordiale("ledger", "verify")


def test_a_backup_of_a_release_is_restored_by_this_one(release, backup, empty_database, here):
    head = (release / f"{kind_of(empty_database)}.head").read_text("utf-8").strip()

    with here(empty_database):
        assert cordiale("restore", backup).endswith(f"the ledger holds, head {head}\n")
        assert answers(release, "4") == (release / "answers-4.csv").read_text("utf-8")


def test_the_answers_of_a_release_are_worth_comparing(release):
    first, last = ((release / f"answers-{known}.csv").read_text("utf-8") for known in ("1", "4"))

    kinds = {line.split(",")[4] for line in last.splitlines()[1:]}
    assert len(last.splitlines()) > 100
    assert len(kinds) >= 3, kinds
    assert first.replace(",1,", ",4,") != last
