"""Judges what a page claims by what the register holds."""

from __future__ import annotations

import click

from cordiale.apps.register.exports.answers import CLAIM_COLUMNS, claim_of_page_value
from cordiale.apps.register.reads.claims import ClaimRead, NoSuchSource
from cordiale.apps.register.reads.claims import claims as claims_read
from cordiale.apps.register.reads.installation import NoPackLoaded
from cordiale.config.commands.printing import form_option, show
from cordiale.domain.viewer import Viewer


@click.command()
@click.argument("source")
@form_option
def claims(source: str, form: str) -> None:
    """What the register makes of the claims of SOURCE: agree, disagree, partly or cannot tell, and why."""
    try:
        found = claims_read(Viewer.system("command line"), source=source)
    except (NoPackLoaded, NoSuchSource) as refusal:
        raise click.ClickException(str(refusal)) from None
    values = [claim_of_page_value(one) for one in found]
    rows = [[value[column] for column in CLAIM_COLUMNS] for value in values]
    show(form, columns=CLAIM_COLUMNS, rows=rows, value=values)
    if form == "table":
        counts = ", ".join(f"{_count(found, verdict)} {verdict}" for verdict in dict.fromkeys(o.verdict for o in found))
        click.echo(f"\n{len(found)} claims: {counts or 'none'}")


def _count(found: list[ClaimRead], verdict: str) -> int:
    return sum(one.verdict == verdict for one in found)
