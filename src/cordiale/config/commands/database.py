"""Sets up the database, fills it once, and bounds the role that the service has in it."""

from __future__ import annotations

from pathlib import Path

import click
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.exceptions import MigrationSchemaMissing

from cordiale.apps.ledger.reads import head
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.apps.register.writes.packs import AnotherPack
from cordiale.config.commands.pack import load_folder
from cordiale.config.privileges.granting import (
    NoRoles,
    NoSuchRole,
    NothingToGrant,
    NotTheOwner,
    RoleTooMighty,
    grant_to,
    refuse_unless_owner,
)
from cordiale.config.privileges.held import comparison, current_role, recording
from cordiale.config.queue import SNAPSHOTS
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.manifest import FILE, Manifest, read_manifest


@click.command()
def migrate() -> None:
    """Create the database or bring it up to date; on PostgreSQL, as the role that owns the tables.

    Names a role that the service may have and that needs `cordiale database grant` now.
    """
    try:
        refuse_unless_owner("migrate")
        for alias in set(connections) - {SNAPSHOTS}:
            call_command("migrate", database=alias, verbosity=0, interactive=False)
    except OperationalError as error:
        raise click.ClickException(f"The database cannot be reached: {error}".strip()) from None
    except NotTheOwner as refusal:
        raise click.ClickException(str(refusal)) from None
    except MigrationSchemaMissing:
        role = current_role()
        raise click.ClickException(
            f"Only the owner of the database may make its tables, and DATABASE_URL names {role}, which may not."
        ) from None
    for role in recording() if connection.vendor == "postgresql" else ():
        rights = comparison(role)
        if rights.missing or rights.beyond:
            click.echo(f"{role} has not the rights that this release needs; run: cordiale database grant {role}")


@click.group()
def database() -> None:
    """The roles that PostgreSQL knows."""


@database.command()
@click.argument("role")
def grant(role: str) -> None:
    """Give ROLE what the service needs in the tables of this database, and take all else from it.

    ROLE is an existing role of PostgreSQL, another one than the owner of the tables, as whom this is run: after the
    first `cordiale migrate`, and again after each that changed something. With 1 it names what ROLE may still do.
    """
    try:
        left = grant_to(role)
    except (NoRoles, NothingToGrant, NotTheOwner, NoSuchRole, RoleTooMighty) as refusal:
        raise click.ClickException(str(refusal)) from None
    if left.missing:
        raise click.ClickException(f"{role} could not be given all it needs: {left.missing[0]}.")
    if left.beyond:
        more = ", ".join(map(str, left.beyond))
        raise click.ClickException(
            f"{role} has what the service needs, and still {more}, by PUBLIC or by a role it is a member of; "
            "have an administrator revoke it there, then run this again."
        )
    click.echo(f"{role} may do what the service needs, and nothing else.")


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
