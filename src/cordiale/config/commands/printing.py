"""Prints what a command found: as a table for people, as JSON or CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

Form = click.Choice(("table", "json", "csv"))
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def form_option(command: Decorated) -> Decorated:
    """Adds `--format table|json|csv`."""
    option = click.option(
        "--format", "form", type=Form, default="table", show_default=True, help="How to print the answer."
    )
    return option(command)


def show(form: str, *, columns: Sequence[str], rows: Sequence[Sequence[Any]], value: Any) -> None:
    """Print an answer.

    Args:
        form: "table", "json" or "csv".
        columns, rows: the answer as a table.
        value: the answer as JSON holds it.
    """
    if form == "json":
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
    elif form == "csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
        click.echo(text.getvalue(), nl=False)
    else:
        click.echo(as_table(columns, rows))


def as_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns as wide as their widest cell, a line below the headings."""
    texts = [[str(cell) if cell is not None else "" for cell in row] for row in (columns, *rows)]
    widths = [max(_width(row[place]) for row in texts) for place in range(len(columns))]
    lines = ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([lines[0], rule, *lines[1:]])


def _width(text: str) -> int:
    """Columns a terminal needs for a text: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
