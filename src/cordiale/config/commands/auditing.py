"""Asks who could read a document at a moment and why, and what a party could read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click

from cordiale.apps.ledger.reads import ClockMissing
from cordiale.apps.register.reads.asking import StandingRead, party_named
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.apps.sharing.reads.auditing import asking
from cordiale.apps.sharing.reads.auditing.asking import DocumentThen, Filed, PartyThen, PersonThen, Readers
from cordiale.config.commands.printing import as_table, form_option, show
from cordiale.domain.ledger import written
from cordiale.domain.period import BadMoment, DayOutOfReach, read_moment
from cordiale.domain.viewer import Viewer
from cordiale.engines.standing.snapshot import NoSuchParty

VIEWER = Viewer.system("command line")
REFUSALS = (BadMoment, ClockMissing, DayOutOfReach, NoPackLoaded, NoSuchParty)

at_option = click.option(
    "--at",
    "moment",
    metavar="MOMENT",
    default="",
    show_default="now",
    help="A moment with its zone, such as 2026-11-24T14:00:00+01:00, or a day: its end, in the zone of the host.",
)


@contextmanager
def _told() -> Iterator[None]:
    """What is refused is told in one line."""
    try:
        yield
    except REFUSALS as refusal:
        raise click.ClickException(str(refusal)) from None


def _moment(text: str) -> datetime | None:
    return read_moment(text, installation(VIEWER).zone) if text else None


@click.command()
@click.argument("document")
@at_option
@form_option
def readers(document: str, moment: str, form: str) -> None:
    """Who could read DOCUMENT, named by its code, at a moment, as known then, and why.

    The table lists the parties that could or were left out, and everybody who held a role; JSON lists every party.
    """
    with _told():
        found = asking.readers(VIEWER, document=document, at=_moment(moment))
    if found is None:
        raise click.ClickException(f'There never was a document "{document}".')
    if form != "table":
        rows = [("party", *_party_row(one)) for one in found.parties]
        rows += [("person", *_person_row(one)) for one in found.people]
        show(form, columns=("what", "who", "could read", "why"), rows=rows, value=_readers_value(found))
        return
    when = f"at {written(found.at)}, as known at entry {found.known}"
    if found.filed is not Filed.YES:
        by = f" by entry {found.filed_by.number}" if found.filed_by else ""
        click.echo(f"Nobody could read {document} {when}: {found.filed}{by}.")
        return
    since = f"since entry {found.filed_by.number}" if found.filed_by else ""
    click.echo(f"{document} {when}\n  {found.marking}, {since}\n")
    near = [one for one in found.parties if one.way is not asking.Way.OUTSIDE]
    click.echo(as_table(("party", "could read", "why"), [_party_row(one) for one in near]))
    click.echo(f"\n{len(found.parties) - len(near)} other parties were not in the audience.\n")
    click.echo(as_table(("person", "could read", "why"), [_person_row(one) for one in found.people]))


@click.command()
@click.argument("party")
@at_option
@click.option("--after", default="", metavar="CODE", help="Go on after this document.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="How many at most.")
@form_option
def could_read(party: str, moment: str, after: str, limit: int, form: str) -> None:
    """What PARTY could read at a moment, as known then, by code: each document's marking and what let the party in."""
    with _told():
        code = party_named(VIEWER, word=party)
        found = asking.could_read(VIEWER, party=code, at=_moment(moment), after=after, limit=limit)
    value = {
        "party": found.party,
        "at": written(found.at),
        "known": found.known,
        "documents": [
            {
                "document": one.document,
                "marking": one.marking,
                "way": one.way.value,
                "terms": list(one.terms),
                "group": one.group,
            }
            for one in found.documents
        ],
        "following": found.following,
    }
    columns = ("document", "marking", "let in", "need to know")
    show(form, columns=columns, rows=[_document_row(one) for one in found.documents], value=value)
    if form == "table" and found.following:
        click.echo(f"\nThere are more: add --after {found.following}")


def _party_row(one: PartyThen) -> tuple[Any, ...]:
    return one.party, "yes" if one.is_reader else "no", _why(one)


def _why(one: PartyThen) -> str:
    """Why a party could read or not, in words."""
    terms = f" ({', '.join(one.terms)})" if one.terms else ""
    return f"{one.way.value}{terms}" + "".join(f"; {_standing(each)}" for each in one.standings)


def _standing(one: StandingRead) -> str:
    since = f" since {one.since}" if one.since else ""
    source = f", says {one.source}" if one.source else ""
    return f"{one.framework}: {one.answer.value}{since}{source}"


def _person_row(one: PersonThen) -> tuple[Any, ...]:
    roles = ", ".join(str(mandate) for mandate in one.mandates)
    why = ", ".join(f"refused by {reason.value}" for reason in one.refusals) or "; ".join(one.parties)
    return f"person:{one.person}", "yes" if one.is_reader else "no", f"{why} ({roles})"


def _document_row(one: DocumentThen) -> tuple[Any, ...]:
    terms = f" ({', '.join(one.terms)})" if one.terms else ""
    return one.document, one.marking, f"{one.way.value}{terms}", one.group


def _readers_value(found: Readers) -> dict[str, Any]:
    label = found.label
    return {
        "document": found.document,
        "at": written(found.at),
        "known": found.known,
        "filed": found.filed.value,
        "entry": found.filed_by.number if found.filed_by else None,
        "marking": found.marking,
        "label": None
        if label is None
        else {"policy": label.policy, "level": label.level, "release": label.release, "group": label.group},
        "parties": [
            {
                "party": one.party,
                "could_read": one.is_reader,
                "way": one.way.value,
                "terms": list(one.terms),
                "standings": [
                    {
                        "framework": each.framework,
                        "answer": each.answer.value,
                        "since": each.since,
                        "until": each.until,
                        "source": each.source,
                    }
                    for each in one.standings
                ],
            }
            for one in found.parties
        ],
        "people": [
            {
                "person": one.person,
                "could_read": one.is_reader,
                "parties": list(one.parties),
                "roles": [str(mandate) for mandate in one.mandates],
                "clearance": one.level,
                "refusals": [reason.value for reason in one.refusals],
            }
            for one in found.people
        ],
    }
