"""The command `cordiale`: one file for each group of commands."""

from __future__ import annotations

import os
import sys
from typing import Any

import click
import django
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError, ProgrammingError


class Commands(click.Group):
    """Tells in one line that the database is not there or not set up, where Django would show a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            what = str(error).strip().splitlines()[0]
            raise click.ClickException(
                f"The database does not answer as it should ({what}); run `cordiale migrate`, or check DATABASE_URL."
            ) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cordiale")
def main() -> None:
    """Cordiale runs a partnership: the register of who takes part in what, since when, according to whom.

    Exit codes: 0 done; 1 refused, with the reason; 2 the command was not understood.
    """
    os.umask(0o077)  # what this installation writes is its owner's business


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cordiale.config.settings")
try:
    django.setup()
except ImproperlyConfigured as error:
    sys.exit(f"Error: {error}")

# The commands import models, which Django must have loaded first.
from cordiale.config.commands.asking import (  # noqa: E402
    audience,
    composition,
    conflicts,
    diff,
    frameworks,
    parties,
    sources,
    standing,
)
from cordiale.config.commands.auditing import could_read, readers  # noqa: E402
from cordiale.config.commands.backup import backup, restore  # noqa: E402
from cordiale.config.commands.claims import claims  # noqa: E402
from cordiale.config.commands.database import database, load, migrate  # noqa: E402
from cordiale.config.commands.doctor import doctor  # noqa: E402
from cordiale.config.commands.job import job  # noqa: E402
from cordiale.config.commands.ledger import ledger  # noqa: E402
from cordiale.config.commands.pack import pack  # noqa: E402
from cordiale.config.commands.readlog import readlog  # noqa: E402
from cordiale.config.commands.seats import seats  # noqa: E402
from cordiale.config.commands.serve import serve  # noqa: E402
from cordiale.config.commands.user import retention, user  # noqa: E402
from cordiale.config.commands.worker import worker  # noqa: E402

ASKING = (standing, composition, audience, conflicts, diff, parties, frameworks, sources, claims)
OPERATING = (migrate, load, serve, worker, doctor, backup, restore)
for command in (*OPERATING, database, pack, ledger, readlog, readers, could_read, job, user, retention, seats, *ASKING):
    main.add_command(command)
