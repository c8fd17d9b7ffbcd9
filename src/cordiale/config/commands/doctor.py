"""Names what is wrong with an installation."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict

import click

from cordiale.config.doctor.checks import CHECKS, WHOLE_LEDGER, look_over
from cordiale.config.doctor.findings import Visit
from cordiale.domain import clock


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "json")),
    default="table",
    show_default=True,
    help="How to print what was found.",
)
@click.option("--verify", is_flag=True, help="Verify the whole ledger, too; takes as long as the ledger is.")
def doctor(form: str, verify: bool) -> None:
    """Look the installation over: one line for each check, ok, warning or wrong, and how to mend what is not ok.

    Ends with 0 if nothing is wrong, with 1 otherwise; warnings alone are 0. Changes nothing.
    """
    found = list(look_over(Visit(at=clock.now()), (*CHECKS, *([WHOLE_LEDGER] if verify else []))))
    states = Counter(finding.state for _, finding in found)
    if form == "json":
        value = [{"check": name, **asdict(finding)} for name, finding in found]
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        width = max(len(name) for name, _ in found)
        for name, finding in found:
            click.echo(f"{finding.state:<7}  {name:<{width}}  {finding.what}")
            if finding.mend:
                click.echo(f"{'':<7}  {'':<{width}}  -> {finding.mend}")
        click.echo(f"\n{len(found)} checks: {states['wrong']} wrong, {states['warning']} warnings")
    sys.exit(1 if states["wrong"] else 0)
