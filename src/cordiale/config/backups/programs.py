"""Calls PostgreSQL's own programs, pg_dump and pg_restore, on the database of this installation."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from django.conf import settings


class ProgramMissing(RuntimeError):
    """A program of PostgreSQL is not installed."""

    code = "program-missing"

    def __init__(self, program: str) -> None:
        super().__init__(f"{program} is not installed; get it with: apt-get install postgresql-client")


class ProgramRefused(RuntimeError):
    """A program of PostgreSQL did not do what it was asked; the message holds what it said."""

    code = "program-refused"

    def __init__(self, program: str, said: str) -> None:
        super().__init__(f"{program} refused: {said.strip()}")


def call(program: str, *arguments: str | Path) -> str:
    """Run a program of PostgreSQL with this installation's database; answers what it printed.

    Raises:
        ProgramMissing, ProgramRefused.
    """
    found = shutil.which(program)
    if found is None:
        raise ProgramMissing(program)
    done = subprocess.run(  # noqa: S603  # as found in PATH, with the operator's own file name
        [found, *map(str, arguments)], env=_environment(), capture_output=True, text=True
    )
    if done.returncode != 0:
        raise ProgramRefused(program, done.stderr)
    return done.stdout


def _environment() -> dict[str, str]:
    """Where the database is and who asks: never on the command line, which others on the machine can read."""
    given = settings.DATABASES["default"]
    options = given.get("OPTIONS", {})
    places = {
        "PGHOST": given["HOST"],
        "PGPORT": str(given["PORT"]),
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
        "PGDATABASE": given["NAME"],
        "PGSSLMODE": options.get("sslmode", ""),
        "PGSSLROOTCERT": options.get("sslrootcert", ""),
    }
    return os.environ | {name: value for name, value in places.items() if value}
