"""Checks the read log, enters its heads in the ledger, and shows its lines."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
from django.conf import settings

from cordiale.apps.ledger.reads import ClockMissing
from cordiale.apps.sharing.reads.auditing.exposing import Exposure, exposures
from cordiale.apps.sharing.reads.auditing.replaying import Deciding, all_lines
from cordiale.apps.sharing.writes.read_log import enter_heads, entered_heads
from cordiale.config.commands.printing import as_table, form_option, show
from cordiale.domain import clock
from cordiale.domain.ledger import written
from cordiale.domain.reading_log import Line
from cordiale.domain.viewer import Viewer
from cordiale.engines.readlog.reading import LogDamaged, files, lines
from cordiale.engines.readlog.replaying import replay as replayed
from cordiale.engines.readlog.verifying import verify as verified

VIEWER = Viewer.system("command line")


@click.group()
def readlog() -> None:
    """The read log: one line for each response, who was shown which document."""


@readlog.command()
def verify() -> None:
    """Check every file's chain, and that every head entered in the ledger still stands; names what does not hold.

    A last line that a crash cut short is told and is no fault: its response was never sent.
    """
    count = whole = faulty = 0
    for one in verified(settings.READ_LOG, entered_heads(VIEWER)):
        count, whole = count + 1, whole + one.checked.lines
        if one.checked.fault is not None:
            faulty += 1
            fault = one.checked.fault
            click.echo(f"{one.file} does not hold at line {fault.line}: {fault.what}.", err=True)
        elif one.checked.torn:
            click.echo(f"{one.file} has a torn end: {one.checked.torn:,} bytes after line {one.checked.lines}.")
    if faulty:
        raise click.ClickException(f"The read log does not hold: {faulty:,} of {_counted(count, 'file')}.")
    click.echo(f"The read log holds: {_counted(whole, 'line')} in {_counted(count, 'file')}.")


@readlog.command()
def replay() -> None:
    """Decide every line again from the knowledge of its number and its moment; names each verdict that would differ.

    A line that differs was written by a mistake or changed afterwards; `cordiale readlog verify` tells which.
    """
    count = differing = 0

    def counted() -> Iterator[Line]:
        nonlocal count
        for line in all_lines(VIEWER):
            count += 1
            yield line

    try:
        for one in replayed(counted(), Deciding(VIEWER)):
            differing += 1
            click.echo(
                f"Line {one.line.number} of {written(one.line.at)}, {one.line.who}, document {one.document}: "
                f"logged {one.logged}, decided again {one.replayed}.",
                err=True,
            )
    except LogDamaged as refusal:
        raise click.ClickException(str(refusal)) from None
    if differing:
        raise click.ClickException(f"{_counted(differing, 'verdict')} of {_counted(count, 'line')} would differ.")
    click.echo(f"Every verdict is the same again: {_counted(count, 'line')}.")


@readlog.command()
@click.option("--all", "everything", is_flag=True, help="Those that were acknowledged, too.")
@form_option
def exposure(everything: bool, form: str) -> None:
    """List readings that corrected knowledge would have refused and nobody acknowledged, the newest first."""
    try:
        found = [one for one in exposures(VIEWER) if everything or one.acknowledged is None]
    except LogDamaged as refusal:
        raise click.ClickException(str(refusal)) from None
    columns = (
        "at",
        "who",
        "for",
        "document",
        "marking",
        "answered",
        "known",
        "corrected by",
        "acknowledged by",
        "line",
    )
    show(
        form, columns=columns, rows=[_exposure_row(one) for one in found], value=[_exposure_value(one) for one in found]
    )


@readlog.command()
def enter() -> None:
    """Enter the head of every file that grew in the ledger, now; a worker does it every hour."""
    try:
        grown = enter_heads(by=VIEWER, at=clock.now(), folder=settings.READ_LOG)
    except (ClockMissing, OSError) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Entered the heads of {_counted(grown, 'file')}." if grown else "No file grew; nothing was entered.")


@readlog.command("show")
@click.option("--who", default="", help='The reader, as the log names them, such as "person:17".')
@click.option("--document", default="", metavar="CODE", help="A document that was shown or refused.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    metavar="DAY",
    help="Lines from this day or moment on, in UTC.",
)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="How many lines at most.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "jsonl")),
    default="table",
    show_default=True,
    help="A table, or the lines as they stand in the files.",
)
def show_lines(who: str, document: str, since: datetime | None, limit: int, form: str) -> None:
    """Print lines, the newest first."""
    try:
        found = heapq.nlargest(limit, _chosen(who, document, since), key=lambda line: (line.at, line.number))
    except LogDamaged as refusal:
        raise click.ClickException(str(refusal)) from None
    if form == "jsonl":
        for line in found:
            click.echo(line.text, nl=False)
        return
    columns = ("at", "who", "for", "answered", "verdict", "shown", "refused", "known")
    click.echo(as_table(columns, [_row(line) for line in found]))


def _chosen(who: str, document: str, since: datetime | None) -> Iterator[Line]:
    """The lines of all files that are asked for."""
    from_on = written(since.replace(tzinfo=UTC)) if since else ""
    for file in files(settings.READ_LOG):
        for line in lines(file):
            named = {code for code, _label in line.shown} | set(line.refused)
            if (not who or line.who == who) and (not document or document in named) and written(line.at) >= from_on:
                yield line


def _row(line: Line) -> tuple[object, ...]:
    shown = ", ".join(f"{code} ({label})" for code, label in line.shown)
    return (
        f"{line.at:%Y-%m-%d %H:%M:%S}",
        line.who,
        ", ".join(line.parties),
        line.action,
        line.verdict,
        shown,
        ", ".join(line.refused),
        line.known,
    )


def _exposure_row(one: Exposure) -> tuple[object, ...]:
    value = _exposure_value(one)
    corrections = ", ".join(str(entry.number) for entry in one.corrections)
    return (
        value["at"],
        one.who,
        ", ".join(one.parties),
        one.document,
        one.marking,
        one.action,
        one.known,
        corrections,
        value["acknowledged"],
        one.line,
    )


def _exposure_value(one: Exposure) -> dict[str, Any]:
    return {
        "at": written(one.at),
        "who": one.who,
        "parties": list(one.parties),
        "document": one.document,
        "marking": one.marking,
        "action": one.action,
        "known": one.known,
        "corrections": [
            {"entry": entry.number, "at": entry.at, "verb": entry.verb, "reason": entry.reason}
            for entry in one.corrections
        ],
        "acknowledged": one.acknowledged.number if one.acknowledged else None,
        "note": one.note,
        "line": one.line,
    }


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
