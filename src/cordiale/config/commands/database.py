"""Sets up the database, fills it once, and copies it while it runs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from urllib.parse import quote

import click
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections

from cordiale.apps.ledger.reads import head
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.apps.register.writes.packs import AnotherPack
from cordiale.config.commands.pack import load_folder
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.manifest import FILE, Manifest, read_manifest


@click.command()
def migrate() -> None:
    """Create the database or bring it up to date."""
    try:
        for alias in connections:
            call_command("migrate", database=alias, verbosity=0, interactive=False)
    except OperationalError as error:
        raise click.ClickException(f"The database cannot be reached: {error}".strip()) from None


@click.command()
@click.option(
    "--pack",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    help="The pack to load into an empty register.",
)
@click.pass_context
def load(context: click.Context, folder: Path) -> None:
    """Set up the database and, if its register is empty, load a pack."""
    context.invoke(migrate)
    viewer = Viewer.system("command line")
    try:
        manifest = installation(viewer)
    except NoPackLoaded:
        load_folder(folder, reason="first load", dry_run=False)
    else:
        _refuse_another(folder, manifest)
        click.echo(
            f"The register holds {manifest.title}, edition {manifest.edition}; ledger entry {head(viewer).number}."
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Copy the database of a running installation to FILE (SQLite file, or pg_dump's custom format)."""
    if file.exists():
        raise click.ClickException(f"{file} exists; name a new file, so that no backup is overwritten.")
    try:
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(settings.DATABASES["default"]["NAME"]), file)
        else:
            _dump_postgres(file)
        file.chmod(0o600)
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"The backup could not be written to {file}: {error}.") from None
    click.echo(f"Copied to {file} ({file.stat().st_size:,} bytes).")


def _refuse_another(folder: Path, here: Manifest) -> None:
    """A pack other than the one loaded needs an installation of its own."""
    try:
        wanted, _ = read_manifest((folder / FILE).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{folder / FILE} cannot be read ({error}); name the folder of a pack.") from None
    if wanted is not None and wanted.id != here.id:
        raise click.ClickException(str(AnotherPack(here=here.id, wanted=wanted.id)))


def _copy_sqlite(database: Path, file: Path) -> None:
    """The online copy of SQLite: consistent although others write meanwhile."""
    draft = file.with_name(f".{file.name}.part")
    source = sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)
    target = sqlite3.connect(draft)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    draft.rename(file)


def _dump_postgres(file: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise click.ClickException("pg_dump is not installed; get it with: apt-get install postgresql-client")
    given = settings.DATABASES["default"]
    places = {
        "PGHOST": given["HOST"],
        "PGPORT": str(given["PORT"]),
        "PGUSER": given["USER"],
        "PGDATABASE": given["NAME"],
    }
    environment = os.environ | {name: value for name, value in places.items() if value}
    if given["PASSWORD"]:
        environment["PGPASSWORD"] = given["PASSWORD"]
    done = subprocess.run(  # noqa: S603  # pg_dump as found in PATH, with the operator's own file name
        [program, "--format=custom", f"--file={file}"], env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        file.unlink(missing_ok=True)
        raise click.ClickException(f"pg_dump refused: {done.stderr.strip()}")
