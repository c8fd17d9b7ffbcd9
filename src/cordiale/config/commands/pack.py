"""Checks, loads and exports packs."""

from __future__ import annotations

from pathlib import Path

import click

from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.apps.register.reads.rows import current
from cordiale.apps.register.writes.packs import AnotherPack, ChangedHere, Plan, RegisterMoved, load_pack, plan_load
from cordiale.domain import clock
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.comparing import Difference
from cordiale.engines.packs.faults import BadPack
from cordiale.engines.packs.reading import Pack, read_pack
from cordiale.engines.packs.writing import FolderInUse, write_pack

Folder = click.Path(path_type=Path)


@click.group()
def pack() -> None:
    """Packs: folders of CSV files that fill a register (see docs/reference/pack-format.md)."""


@pack.command()
@click.argument("path", type=Folder)
def check(path: Path) -> None:
    """Read the pack at PATH and list everything that is wrong with it; changes nothing."""
    found = _read(path)
    rows = sum(len(rows) for rows in found.tables.values())
    click.echo(f"{found.manifest.title}, edition {found.manifest.edition}: {rows:,} rows, nothing wrong.")


@pack.command()
@click.argument("path", type=Folder)
@click.option("--dry-run", is_flag=True, help="Print what would change; change nothing.")
@click.option("--reason", default="", help="Why this edition is loaded; stands in the ledger.")
def load(path: Path, dry_run: bool, reason: str) -> None:
    """Load the pack at PATH: all of it or nothing, as one ledger entry.

    What a later edition changes becomes corrections and retractions; loading the same edition again does nothing.
    """
    load_folder(path, reason=reason, dry_run=dry_run)


@pack.command()
@click.argument("path", type=Folder)
def export(path: Path) -> None:
    """Write what the register holds now as a pack into the new folder PATH."""
    viewer = Viewer.system("command line")
    try:
        manifest = installation(viewer)
        write_pack(path, manifest=manifest.text, tables=current(viewer))
    except (NoPackLoaded, FolderInUse) as refusal:
        raise click.ClickException(str(refusal)) from None
    except OSError as error:
        raise click.ClickException(f"The pack could not be written to {path}: {error}.") from None
    click.echo(f"Wrote {manifest.title}, edition {manifest.edition}, to {path}.")


def load_folder(path: Path, *, reason: str, dry_run: bool) -> None:
    """Load a folder, or print what loading it would change."""
    viewer = Viewer.system("command line")
    found = _read(path)
    try:
        plan = plan_load(viewer, pack=found)
        if dry_run:
            _print(plan)
            return
        why = reason or f"edition {found.manifest.edition}"
        number = load_pack(plan=plan, reason=why, by=viewer, at=clock.now())
    except (AnotherPack, BadPack, ChangedHere, RegisterMoved) as refusal:
        raise click.ClickException(str(refusal)) from None
    if number is None:
        click.echo(f"{found.manifest.title}, edition {found.manifest.edition}, is loaded already: nothing to do.")
        return
    counts = ", ".join(f"{count:,} {word}" for word, count in _counts(plan).items() if count) or "a new pack.toml"
    click.echo(f"Loaded {found.manifest.title}, edition {found.manifest.edition}, as ledger entry {number}: {counts}.")


def _read(path: Path) -> Pack:
    try:
        return read_pack(path)
    except BadPack as refusal:
        count = len(refusal.faults)
        click.echo(str(refusal), err=True)
        raise click.ClickException(f"{count} fault{'s' if count != 1 else ''} in {path}.") from None


def _counts(plan: Plan) -> dict[str, int]:
    return {
        "added": sum(len(difference.added) for difference in plan.differences),
        "corrected": sum(len(difference.corrected) for difference in plan.differences),
        "retracted": sum(len(difference.retracted) for difference in plan.differences),
        "in conflict": sum(len(difference.conflicts) for difference in plan.differences),
    }


def _print(plan: Plan) -> None:
    """A line a row: + added, ~ corrected (old, then new), - retracted, ! changed here and in the pack."""
    if plan.empty:
        click.echo("Nothing would change.")
        return
    if plan.new_edition:
        click.echo(f"pack.toml: edition {plan.pack.manifest.edition}")
    for difference in plan.differences:
        _print_table(difference)
    click.echo(", ".join(f"{count:,} {word}" for word, count in _counts(plan).items()) + "; nothing was changed.")


def _print_table(difference: Difference) -> None:
    file = difference.table.file
    for row in difference.added:
        click.echo(f"{file}: + {', '.join(row.cells)}")
    for mark, pairs in (("~", difference.corrected), ("!", difference.conflicts)):
        for pair in pairs:
            click.echo(f"{file}: {mark} {', '.join(pair.old.cells)}\n{file}:   {', '.join(pair.new.cells)}")
    for held in difference.retracted:
        click.echo(f"{file}: - {', '.join(held.cells)}")
