"""Judges what a page claims by what the register holds."""

from __future__ import annotations

from typing import Any

import click

from cordiale.apps.register.reads.claims import ClaimRead, NoSuchSource
from cordiale.apps.register.reads.claims import claims as claims_read
from cordiale.apps.register.reads.installation import NoPackLoaded
from cordiale.config.commands.printing import form_option, show
from cordiale.domain.viewer import Viewer

COLUMNS = ("locator", "kind", "subject", "predicate", "object", "date_or_period", "verdict", "reason")


@click.command()
@click.argument("source")
@form_option
def claims(source: str, form: str) -> None:
    """What the register makes of the claims of SOURCE: agree, disagree, partly or cannot tell, and why."""
    try:
        found = claims_read(Viewer.system("command line"), source=source)
    except (NoPackLoaded, NoSuchSource) as refusal:
        raise click.ClickException(str(refusal)) from None
    show(form, columns=COLUMNS, rows=[_row(one) for one in found], value=[_value(one) for one in found])
    if form == "table":
        counts = ", ".join(f"{_count(found, verdict)} {verdict}" for verdict in dict.fromkeys(o.verdict for o in found))
        click.echo(f"\n{len(found)} claims: {counts or 'none'}")


def _count(found: list[ClaimRead], verdict: str) -> int:
    return sum(one.verdict == verdict for one in found)


def _row(one: ClaimRead) -> tuple[str, ...]:
    return tuple(str(getattr(one, column)) for column in COLUMNS)


def _value(one: ClaimRead) -> dict[str, Any]:
    facts = [{"table": fact.table, "row": fact.row, "source": fact.source, "says": fact.says} for fact in one.facts]
    return {**dict(zip(COLUMNS, _row(one), strict=True)), "facts": facts}
