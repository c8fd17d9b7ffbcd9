"""Asks for long work from the command line, shows how far it is, and cancels it."""

from __future__ import annotations

from uuid import UUID

import click

from cordiale.apps.jobs.reads.kinds import NoSuchKind
from cordiale.apps.jobs.reads.progress import JobNow, NoSuchJob, jobs_of
from cordiale.apps.jobs.writes import asking
from cordiale.config.commands.printing import form_option, show
from cordiale.domain import clock
from cordiale.domain.viewer import Viewer

COLUMNS = ("job", "kind", "state", "done", "total", "attempt", "started_by", "created_at", "outcome")


@click.group()
def job() -> None:
    """Long work, done by a worker."""


@job.command()
@click.argument("kind")
def start(kind: str) -> None:
    """Ask for a job of a KIND that needs no arguments, such as `ledger-verify`; prints its id."""
    try:
        click.echo(asking.start(kind=kind, by=Viewer.system("command line"), at=clock.now()))
    except NoSuchKind as refusal:
        raise click.ClickException(str(refusal)) from None


@job.command(name="list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many, the newest first.")
@form_option
def list_jobs(limit: int, form: str) -> None:
    """List everybody's jobs, the newest first."""
    rows = [_row(found) for found in jobs_of(Viewer.system("command line"), everybody=True, limit=limit)]
    show(form, columns=COLUMNS, rows=rows, value=[dict(zip(COLUMNS, row, strict=True)) for row in rows])


@job.command()
@click.argument("job", type=click.UUID)
def cancel(job: UUID) -> None:
    """Ask a JOB to stop; what it has committed by then stands."""
    try:
        state = asking.cancel(job=job, by=Viewer.system("command line"), at=clock.now())
    except (NoSuchJob, asking.JobIsOver) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"The job is {state}.")


def _row(found: JobNow) -> tuple[str | int, ...]:
    return (
        str(found.id),
        found.kind,
        found.state.value,
        found.done,
        found.total,
        found.attempt,
        found.started_by,
        found.created_at.isoformat(timespec="seconds"),
        found.outcome,
    )
