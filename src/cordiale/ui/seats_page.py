"""The result of a seat allocation as one HTML file that stands alone: no other file, no script.

Its words come with the report; they are English, as the engine's are, so the page is in English in every installation.
"""

from __future__ import annotations

import base64
import hashlib
import string
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from cordiale.ui.tables import Cell, Column, Table, cells

SAFE = frozenset(string.ascii_letters + string.digits + "-._")
FEW = 40
"""Activities that are shown at once; more are folded."""
PARTY = (
    Column("party", "Party"),
    Column("asked", "Seats asked for", "number"),
    Column("got", "Seats got", "number"),
    Column("share", "Share of priority 1", "number"),
    Column("cost", "Cost", "number"),
    Column("budget", "Budget", "number"),
    Column("claims", "Reserved seats", "number"),
    Column("missed", "Of these missed", "number"),
)
ACTIVITY = (
    Column("activity", "Activity"),
    Column("seats", "Seats", "number"),
    Column("asked", "Asked for", "number"),
    Column("taken", "Taken", "number"),
    Column("minimum", "Minimum", "number"),
    Column("state", "State"),
    Column("why", "Why"),
)
STAGE = (
    Column("stage", "Stage"),
    Column("value", "Reached", "number"),
    Column("bound", "Bound", "number"),
    Column("unit", "Of what"),
    Column("proven", "Proven"),
    Column("how", "How that is known"),
)


@dataclass(frozen=True)
class Line:
    """A line of a party, in words."""

    id: str
    activity: str
    title: str
    seats: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """The part of the page about one party.

    Args:
        anchor: its place in the page.
        name, id: as people call it, and its id where that is another.
        facts: what, and how much.
        held: what fairness holds for it, in words.
        granted, refused: its lines; a line with a part of what it asked for is in both, with the reasons in the second.
    """

    anchor: str
    name: str
    id: str
    facts: tuple[tuple[str, str], ...]
    held: str
    granted: tuple[Line, ...]
    refused: tuple[Line, ...]


def seats_page(report: Any) -> str:
    """The page, from the first character of the file to the last.

    Args:
        report: as `cordiale.engines.seats.reporting.Report` has it, of which this room knows the names only.
    """
    tables = {"parties": _parties(report), "activities": _activities(report), "stages": _stages(report)}
    with translation.override("en"):
        style = render_to_string("ui/seats_page.css", {"tables": tables.values()})
        return render_to_string(
            "ui/seats_page.html",
            {
                "report": report,
                "tables": tables,
                "parts": [_part(one) for one in report.parties],
                "folded": len(report.activities) > FEW,
                "style": style,
                "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            },
        )


def anchor(id: str) -> str:
    """The place of a party in the page: each id has its own, and all can stand in an address as they are."""
    return "party-" + "".join(one if one in SAFE else "".join(f"~{byte:02X}" for byte in one.encode()) for one in id)


def _parties(report: Any) -> Table:
    rows = tuple(
        cells(
            Cell(one.title or one.id, href=f"#{anchor(one.id)}", note=one.id if one.title else ""),
            _number(one.asked),
            _number(one.got),
            Cell(f"{one.percent}\N{NO-BREAK SPACE}%" if one.percent else "none asked for", value=one.percent),
            _number(one.cost),
            Cell("no limit") if one.budget is None else _number(one.budget),
            _number(one.claims),
            _number(one.missed),
        )
        for one in report.parties
    )
    return Table("parties", "What each party asked for and got", PARTY, rows)


def _activities(report: Any) -> Table:
    rows = tuple(
        cells(
            Cell(one.title or one.id, note=one.id if one.title else ""),
            _number(one.seats),
            _number(one.asked),
            _number(one.taken),
            _number(one.minimum),
            one.state,
            one.why,
        )
        for one in report.activities
    )
    return Table("activities", "What became of each activity", ACTIVITY, rows)


def _stages(report: Any) -> Table:
    rows = tuple(
        cells(
            Cell(one.name, note=one.aim),
            _number(one.value),
            _number(one.bound),
            one.unit,
            "yes" if one.proven else "no",
            one.how,
        )
        for one in report.stages
    )
    return Table("stages", "What was decided, stage by stage", STAGE, rows)


def _part(one: Any) -> Part:
    share = (
        f"{one.percent}\N{NO-BREAK SPACE}% ({one.first_got:,} of {one.first_asked:,})"
        if one.percent
        else "none asked for"
    )
    return Part(
        anchor(one.id),
        one.title or one.id,
        one.id if one.title else "",
        (
            ("Seats", f"{one.got:,} of {one.asked:,}"),
            ("Share of priority 1", share),
            ("Cost", f"{one.cost:,}; no limit" if one.budget is None else f"{one.cost:,} of {one.budget:,}"),
            ("Reserved seats missed", f"{one.missed:,} of {one.claims:,}"),
        ),
        one.held,
        tuple(replace(line, reasons=()) for line in _lines(one.granted)),
        _lines(one.refused),
    )


def _lines(given: Iterable[Any]) -> tuple[Line, ...]:
    return tuple(
        Line(
            one.line,
            one.activity,
            one.title,
            f"{one.got:,} of {one.asked:,} {'seat' if one.asked == 1 else 'seats'}",
            one.reasons,
        )
        for one in given
    )


def _number(number: int) -> Cell:
    return Cell(f"{number:,}", value=number)
