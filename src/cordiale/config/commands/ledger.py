"""Shows and checks the ledger."""

from __future__ import annotations

import click

from cordiale.apps.ledger import reads
from cordiale.apps.register.reads.integrity import first_altered
from cordiale.apps.sharing.reads.integrity import first_altered as documents_altered
from cordiale.domain.viewer import Viewer


@click.group()
def ledger() -> None:
    """The ledger: every change, numbered and chained."""


@ledger.command()
@click.option("--head", "published", metavar="NUMBER:HASH", help="A head published earlier that must still stand.")
def verify(published: str | None) -> None:
    """Check every entry, every content kept, every row of the register; names the first that does not hold."""
    viewer = Viewer.system("command line")
    try:
        now = reads.head(viewer)
        fault = reads.fault(viewer) or first_altered(viewer) or documents_altered(viewer)
        if fault is None and published is not None:
            fault = reads.fault_of_published_head(viewer, published)
    except (reads.ClockMissing, reads.BadHead) as refusal:
        raise click.ClickException(str(refusal)) from None
    if fault is not None:
        raise click.ClickException(f"The ledger does not hold at entry {fault.number}: {fault.what}.")
    erased = reads.erased(viewer)
    without = f", {erased:,} with erased content" if erased else ""
    entries = "entry" if now.number == 1 else "entries"
    click.echo(f"The ledger holds: {now.number:,} {entries}{without}, head {now.hash}.")


@ledger.command()
def head() -> None:
    """Print the head as NUMBER:HASH; publish it outside, and nobody can cut the ledger short unseen."""
    try:
        now = reads.head(Viewer.system("command line"))
    except reads.ClockMissing as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"{now.number}:{now.hash}")


@ledger.command()
def export() -> None:
    """Print the ledger as JSON lines, for tools/verify_ledger.py and for archives."""
    for line in reads.export(Viewer.system("command line")):
        click.echo(line)
