"""Sets up the database, and fills it once."""

from __future__ import annotations

from pathlib import Path

import click
from django.core.management import call_command
from django.db import OperationalError, connections

from cordiale.apps.ledger.reads import head
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.apps.register.writes.packs import AnotherPack
from cordiale.config.commands.pack import load_folder
from cordiale.config.queue import SNAPSHOTS
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.manifest import FILE, Manifest, read_manifest


@click.command()
def migrate() -> None:
    """Create the database or bring it up to date."""
    try:
        for alias in set(connections) - {SNAPSHOTS}:
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


def _refuse_another(folder: Path, here: Manifest) -> None:
    """A pack other than the one loaded needs an installation of its own."""
    try:
        wanted, _ = read_manifest((folder / FILE).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{folder / FILE} cannot be read ({error}); name the folder of a pack.") from None
    if wanted is not None and wanted.id != here.id:
        raise click.ClickException(str(AnotherPack(here=here.id, wanted=wanted.id)))
