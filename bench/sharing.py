"""How fast a reader is shown a page of a million labelled documents, beside the same page shown to anybody.

    make bench-sharing                          1,000,000 documents, on SQLite and PostgreSQL
    python -m bench.sharing --documents 50000   fewer

The documents are invented (bench/library.py). They are made once, and kept in the temporary folder outside the
repository for the next time; `--anew` makes them again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import Answer, DurableServer, report
from tests.databases import ROOT, NoPostgres, OwnDatabase, PostgresDatabases

DOCUMENTS = 1_000_000


def made_of() -> str:
    """What a kept library depends on: how it is made, and the tables it is made in."""
    files = [ROOT / "bench/library.py", *sorted(ROOT.glob("src/cordiale/apps/*/migrations/*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


class KeptServer(DurableServer):
    """A PostgreSQL whose folder stays when it stops."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder.rmdir()
        self._folder, self._data = folder, folder / "data"

    def start(self) -> None:
        """Make the cluster, or start the one that was kept."""
        if not self._data.exists():
            self._folder.mkdir(parents=True)
            super().start()
            return
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        flags = f"-c listen_addresses='' -c unix_socket_directories='{self._folder}'"
        self._call("pg_ctl", "start", "-w", "-D", self._data, "-l", self._folder / "log", "-o", flags)

    def stop(self) -> None:
        """Stop the server and leave its folder."""
        self._call("pg_ctl", "stop", "-w", "-m", "fast", "-D", self._data)


def filled(database: OwnDatabase, documents: int) -> OwnDatabase:
    """Put the library into a new database."""
    database.run_or_fail("migrate")
    database.run_or_fail("pack", "load", ROOT / "packs/nato")
    child(database, "fill", documents)
    return database


def child(database: OwnDatabase, *arguments: object) -> str:
    """This program again in a process whose Django uses a database."""
    command = [sys.executable, "-m", "bench.sharing", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=database.env, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return done.stdout


@contextmanager
def sqlite(folder: Path, documents: int) -> Iterator[OwnDatabase]:
    """The installation on SQLite."""
    home = folder / "sqlite"
    database = OwnDatabase(f"sqlite:///{home / 'cordiale.sqlite3'}", home)
    if not (folder / "sqlite.made").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        filled(database, documents)
        (folder / "sqlite.made").touch()
    yield database


@contextmanager
def postgres(folder: Path, documents: int) -> Iterator[OwnDatabase]:
    """The installation on PostgreSQL."""
    home, made = folder / "home", folder / "postgres.made"
    if not made.exists():
        shutil.rmtree(folder / "pg", ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
    server = KeptServer(folder / "pg")
    server.start()
    try:
        database = OwnDatabase(f"{server.url.rpartition('/')[0]}/library", home)
        if not made.exists():
            filled(PostgresDatabases(server.url).create(home, "library"), documents)
            made.touch()
        yield database
    finally:
        server.stop()


def main() -> None:
    """Make what is not there yet, measure on each database, and print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--documents", type=int, default=DOCUMENTS)
    options.add_argument("--anew", action="store_true", help="make the documents again")
    chosen = options.parse_args()
    folder = Path(tempfile.gettempdir(), f"cordiale-library-{made_of()}-{chosen.documents}")
    if chosen.anew:
        shutil.rmtree(folder, ignore_errors=True)
    answers: list[Answer] = []
    for name, installation in (("SQLite", sqlite), ("PostgreSQL", postgres)):
        print(f"{name}: {chosen.documents:,} invented documents in {folder}", flush=True)
        try:
            with installation(folder, chosen.documents) as database:
                answers += [Answer(**row) for row in json.loads(child(database, "measure", name))]
        except NoPostgres as why:
            print(f"NOT MEASURED on {name}: {why}")
    report("sharing", answers)


def inside(what: str, *given: str) -> None:
    """Be the process that fills or measures: Django uses the database that the environment names."""
    import os

    import django

    django.setup()
    database = OwnDatabase(os.environ["DATABASE_URL"], Path(os.environ["CORDIALE_HOME"]))
    if what == "fill":
        from bench.library import fill

        fill(database, int(given[0]))
    else:
        from bench.reading import measured

        print(json.dumps([vars(answer) for answer in measured(*given)]))


if __name__ == "__main__":
    if sys.argv[1:2] in (["fill"], ["measure"]):
        inside(*sys.argv[1:])
    else:
        main()
