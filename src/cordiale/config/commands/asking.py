"""Asks the register: who stands how, where, on which day, known when, according to whom, and why."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from cordiale.apps.register.exports.answers import (
    audience_value,
    composition_value,
    conflict_value,
    moved_value,
    standing_value,
)
from cordiale.apps.register.reads import asking, installation, listing
from cordiale.apps.register.reads.asking import Knowledge, StandingRead
from cordiale.apps.register.reads.conflicts import Conflict
from cordiale.apps.register.reads.conflicts import conflicts as conflicts_read
from cordiale.apps.register.reads.installation import NoPackLoaded
from cordiale.config.commands.printing import as_table, form_option, show
from cordiale.domain import clock
from cordiale.domain.period import DayOutOfReach, day_of
from cordiale.domain.viewer import Viewer
from cordiale.engines.audience.deciding import UnknownGroup
from cordiale.engines.audience.language import BadAudience
from cordiale.engines.standing.snapshot import NoSuchFramework, NoSuchParty

REFUSALS = (
    DayOutOfReach,
    asking.NoSuchEntry,
    BadAudience,
    NoPackLoaded,
    NoSuchFramework,
    NoSuchParty,
    UnknownGroup,
)
UTC = ZoneInfo("UTC")
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _day(text: str) -> date:
    """A day as yyyy-mm-dd and in no other way ISO 8601 knows."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


class Day(click.ParamType[date]):
    """A day: yyyy-mm-dd."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Text to a day."""
        if isinstance(value, date):
            return value
        try:
            return _day(value)
        except ValueError:
            self.fail(f'"{value}" is no day; write yyyy-mm-dd', param, ctx)


def knowledge_options(command: Decorated) -> Decorated:
    """Adds `--known NUMBER` and `--published-by DAY`; the command receives `knowledge`."""

    @click.option("--known", type=click.IntRange(min=0), help="As known at this ledger entry.")
    @click.option("--published-by", type=Day(), help="From sources published by this day only.")
    @wraps(command)
    def with_knowledge(*args: Any, known: int | None, published_by: date | None, **kwargs: Any) -> Any:
        return command(*args, knowledge=Knowledge(known, published_by), **kwargs)

    return with_knowledge  # type: ignore[return-value]  # the options are new, the rest is the same


@contextmanager
def _told() -> Iterator[Viewer]:
    """The viewer at the command line; what is refused is told in one line."""
    try:
        yield Viewer.system("command line")
    except REFUSALS as refusal:
        raise click.ClickException(str(refusal)) from None


def _today() -> date:
    """The legal day: that of the host, which near midnight is another than in UTC."""
    with _told() as viewer:
        return installation.today(viewer, at=clock.now())


on_option = click.option("--on", type=Day(), default=_today, show_default="today", help="The day.")


@click.command()
@click.argument("party", required=False)
@click.argument("framework", required=False)
@on_option
@knowledge_options
@click.option("--why", is_flag=True, help="Show every claim and what became of it.")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A CSV file of questions with the columns party, framework and on.",
)
@form_option
def standing(
    party: str | None,
    framework: str | None,
    on: date,
    knowledge: Knowledge,
    why: bool,
    file: Path | None,
    form: str,
) -> None:
    """How PARTY stands in FRAMEWORK on a day: in force, suspended, unclear, disputed, not, or not known.

    With --from, every question of a file is answered, in the order of the file.
    """
    if file is not None:
        if party or framework or why:
            raise click.UsageError("Give either PARTY and FRAMEWORK, with --why if you like, or --from FILE.")
        _many(file, on, knowledge, form)
        return
    if not party or not framework:
        raise click.UsageError("Name a PARTY and a FRAMEWORK, or give --from FILE.")
    with _told() as viewer:
        found = asking.standing(
            viewer,
            party=asking.party_named(viewer, word=party),
            framework=asking.framework_named(viewer, word=framework),
            on=on,
            knowledge=knowledge,
        )
    if form != "table":
        show(form, columns=STANDING, rows=[_standing_row(found)], value=standing_value(found, why=why))
        return
    _say(found)
    if why:
        click.echo("\n" + as_table(CLAIM, [_claim_row(claim) for claim in found.claims]))
    elif found.lost:
        click.echo(f"{len(found.lost)} claim(s) say otherwise; add --why to see them.")


def _many(file: Path, default: date, knowledge: Knowledge, form: str) -> None:
    """Answer every question of a file, or name the line that cannot be answered and answer none."""
    with _told() as viewer:
        questions = []
        for line, party, framework, on in _questions(file, default):
            try:
                named = asking.party_named(viewer, word=party), asking.framework_named(viewer, word=framework)
                day_of(on, UTC)
            except REFUSALS as refusal:
                raise click.ClickException(f"{file}:{line}: {refusal}") from None
            questions.append((*named, on))
        found = asking.standings(viewer, questions=questions, knowledge=knowledge)
    show(
        form,
        columns=STANDING,
        rows=[_standing_row(one) for one in found],
        value=[standing_value(one, why=False) for one in found],
    )


def _questions(file: Path, default: date) -> list[tuple[int, str, str, date]]:
    """Line, party, framework and day of each question of a CSV file."""
    try:
        lines = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        header = next(lines, [])
        if not {"party", "framework"} <= set(header):
            raise click.ClickException(f"{file}:1: the columns party and framework are needed, and on for another day.")
        return [_question(file, lines.line_num, header, cells, default) for cells in lines if cells]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise click.ClickException(f"{file} cannot be read as CSV in UTF-8: {error}") from None


def _question(file: Path, line: int, header: list[str], cells: list[str], default: date) -> tuple[int, str, str, date]:
    if len(cells) > len(header):
        raise click.ClickException(f"{file}:{line}: has {len(cells)} cells where the header has {len(header)}.")
    given = dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=True))
    if not given["party"] or not given["framework"]:
        raise click.ClickException(f"{file}:{line}: party and framework are both needed.")
    try:
        on = _day(given["on"]) if given.get("on") else default
    except ValueError:
        raise click.ClickException(f'{file}:{line}: on: "{given["on"]}" is no day; write yyyy-mm-dd.') from None
    return line, given["party"], given["framework"], on


STANDING = (
    "party",
    "framework",
    "on",
    "known",
    "answer",
    "status",
    "scope",
    "certainty",
    "since",
    "until",
    "source",
    "next_change",
    "lost",
)
CLAIM = ("outcome", "says", "status", "scope", "from", "until", "source", "precedence", "assertion", "note")


def _standing_row(found: StandingRead) -> tuple[Any, ...]:
    value = standing_value(found, why=False)
    lost = "; ".join(f"{claim['source']}: {claim['status']}" for claim in value["lost"])
    return (*(value[name] for name in STANDING[:-1]), lost)


def _claim_row(claim: asking.AssertionRead) -> tuple[Any, ...]:
    says = claim.says.value if claim.says else "(nothing of this day)"
    return (
        claim.outcome.value,
        says,
        claim.status,
        claim.scope.value,
        claim.valid_from,
        claim.valid_to,
        claim.source,
        claim.precedence,
        claim.assertion,
        claim.note[:60],
    )


def _say(found: StandingRead) -> None:
    """An answer in a sentence and its reasons."""
    click.echo(
        f"{found.party} in {found.framework} on {found.on}: {found.answer.value}"
        + ("" if found.certain else " (possibly otherwise: the dates leave it open)")
    )
    for scope, answer in found.scopes.items():
        click.echo(f"  {scope.value} cooperation: {answer.value}")
    if found.status:
        click.echo(f"  status {found.status}, by {found.source}")
    elif found.source:
        click.echo(f"  disputed by {found.source} and others of its weight")
    elif any(claim.says for claim in found.claims):
        click.echo("  sources leave this day open; the most restrictive of the possible answers is given")
    else:
        held = "held complete" if found.complete else "not held complete"
        click.echo(f"  no source speaks of this day; the roster is {held}")
    click.echo(f"  since {found.since or 'the beginning'}, until {found.until or 'no known end'}")
    if found.next_change:
        click.echo(f"  next change {found.next_change}")
    click.echo(f"  as known at register entry {found.known}")


@click.command()
@click.argument("framework")
@on_option
@knowledge_options
@form_option
def composition(framework: str, on: date, knowledge: Knowledge, form: str) -> None:
    """Who has a seat in FRAMEWORK on a day: in force, suspended, unclear or disputed."""
    with _told() as viewer:
        name = asking.framework_named(viewer, word=framework)
        found = asking.composition(viewer, framework=name, on=on, knowledge=knowledge)
    show(
        form,
        columns=("party", "answer", "certainty"),
        rows=[(seat.party, seat.answer.value, _certainty(seat.certain)) for seat in found.seats],
        value=composition_value(found),
    )
    if form == "table":
        counts = ", ".join(f"{count} {answer}" for answer, count in found.by_answer.items()) or "none"
        click.echo(f"\n{len(found.seats)} seats: {counts}")


def _certainty(certain: bool) -> str:
    return "certain" if certain else "possible"


@click.command()
@click.argument("expression")
@on_option
@knowledge_options
@click.option("--roster", is_flag=True, help="List those with a seat instead of those entitled.")
@form_option
def audience(expression: str, on: date, knowledge: Knowledge, roster: bool, form: str) -> None:
    """Whom EXPRESSION means on a day, a sentence such as "A, B and C except D"."""
    with _told() as viewer:
        found = asking.audience(viewer, expression=expression, on=on, knowledge=knowledge, roster=roster)
    show(
        form,
        columns=("party",),
        rows=[(party,) for party in found.parties],
        value=audience_value(found),
    )
    if form == "table":
        click.echo(f"\n{found.expression}: {len(found.parties)} on {found.on}")


@click.command()
@click.option("--party", help="Only those about this party.")
@click.option("--framework", help="Only those about this framework.")
@form_option
def conflicts(party: str | None, framework: str | None, form: str) -> None:
    """Where sources contradict each other, open conflicts first."""
    with _told() as viewer:
        found = conflicts_read(
            viewer,
            party=asking.party_named(viewer, word=party) if party else None,
            framework=asking.framework_named(viewer, word=framework) if framework else None,
        )
    columns = ("state", "framework", "party", "scope", "from", "until", "counts", "says", "against", "which says")
    show(form, columns=columns, rows=[_conflict_row(one) for one in found], value=[conflict_value(c) for c in found])


def _conflict_row(one: Conflict) -> tuple[str, ...]:
    return (
        "decided" if one.decided else "open",
        one.framework,
        one.party,
        one.scope.value,
        one.since,
        one.until,
        f"{one.one.source} ({one.one.precedence})",
        one.one.says.value,
        f"{one.other.source} ({one.other.precedence})",
        one.other.says.value,
    )


@click.command()
@click.argument("first", type=Day())
@click.argument("second", type=Day())
@click.option("--framework", help="Only in this framework.")
@knowledge_options
@form_option
def diff(first: date, second: date, framework: str | None, knowledge: Knowledge, form: str) -> None:
    """Which standings differ between the days FIRST and SECOND."""
    with _told() as viewer:
        name = asking.framework_named(viewer, word=framework) if framework else None
        found = asking.moved(viewer, first=first, second=second, knowledge=knowledge, framework=name)
    columns = ("framework", "party", "before", "after")
    rows = [(one.framework, one.party, one.before.value, one.after.value) for one in found]
    show(form, columns=columns, rows=rows, value=[moved_value(one) for one in found])


@dataclass(frozen=True)
class _Listing:
    """Options of the three lists."""

    on: date | None
    expression: str | None


def listing_options(command: Decorated) -> Decorated:
    """Adds `--on DAY` and `--in EXPRESSION`."""

    @click.option("--on", type=Day(), help="Only what there was on this day.")
    @click.option("--in", "expression", help='Only what concerns this audience, such as "A, B".')
    @wraps(command)
    def with_listing(*args: Any, on: date | None, expression: str | None, **kwargs: Any) -> Any:
        return command(*args, wanted=_Listing(on, expression), **kwargs)

    return with_listing  # type: ignore[return-value]  # as above


@click.command()
@listing_options
@form_option
def parties(wanted: _Listing, form: str) -> None:
    """List countries and organisations."""
    with _told() as viewer:
        found = listing.parties(viewer, on=wanted.on, expression=wanted.expression, today=_today())
    _show_list(form, ("id", "kind", "name", "iso3"), found)


@click.command()
@listing_options
@form_option
def frameworks(wanted: _Listing, form: str) -> None:
    """List frameworks; with --in, those in which somebody of the audience has a seat."""
    with _told() as viewer:
        found = listing.frameworks(viewer, on=wanted.on, expression=wanted.expression, today=_today())
    _show_list(form, ("id", "kind", "name", "established", "dissolved"), found)


@click.command()
@listing_options
@form_option
def sources(wanted: _Listing, form: str) -> None:
    """List sources; with --on, those published by then; with --in, those that speak of somebody of the audience."""
    with _told() as viewer:
        found = listing.sources(viewer, on=wanted.on, expression=wanted.expression, today=_today())
    _show_list(form, ("id", "precedence", "published", "publisher", "title"), found)


def _show_list(form: str, columns: tuple[str, ...], found: list[tuple[str, ...]]) -> None:
    show(form, columns=columns, rows=found, value=[dict(zip(columns, row, strict=True)) for row in found])
