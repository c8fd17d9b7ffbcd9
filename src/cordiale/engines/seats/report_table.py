"""A report as plain text: aligned, a hundred columns wide at most, nothing left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cordiale.engines.seats.reporting import JOINERS, ActivityRow, Figure, PartyRow, Report, StageRow, counted

WIDTH = 100
"""Columns of a terminal that the table takes at most."""


@dataclass(frozen=True)
class _Column:
    head: str
    number: bool = False


def table(report: Report) -> str:
    """A report as plain text, aligned, in lines of `WIDTH` columns at most; it ends with a line feed.

    Nothing is left out or cut: a text that is too long goes on in the next line of its cell.
    """
    lines = [*_wrapped(report.title or "Seats", WIDTH), *_wrapped(report.state, WIDTH), ""]
    lines += _aligned(
        (_Column(""), _Column("", number=True), _Column("")),
        [(f"{one.what}:", one.figure, one.note) for one in report.figures],
    )
    for heading, body in (
        ("Parties", _party_lines(report.parties)),
        ("Activities", _activity_lines(report.activities)),
        ("Stages", _stage_lines(report.stages)),
        ("Decided beforehand", [line for one in report.policy for line in _item(one)]),
        ("Lines that did not get all they asked for", _refusal_lines(report.parties)),
        ("What identifies this result", _identity_lines(report.identity)),
    ):
        lines += ["", heading, "=" * len(heading), *(body or ["none"])]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _party_lines(parties: Sequence[PartyRow]) -> list[str]:
    heads = ("asked", "got", "share %", "cost", "budget", "claims", "missed")
    columns = (_Column("party"), *(_Column(head, number=True) for head in heads))
    rows = [
        (
            _both(one.id, one.title),
            *(f"{number:,}" for number in (one.asked, one.got)),
            one.percent or "-",
            f"{one.cost:,}",
            "no limit" if one.budget is None else f"{one.budget:,}",
            *(f"{number:,}" for number in (one.claims, one.missed)),
        )
        for one in parties
    ]
    return _aligned(columns, rows) if rows else []


def _activity_lines(activities: Sequence[ActivityRow]) -> list[str]:
    columns = (
        _Column("activity"),
        *(_Column(head, number=True) for head in ("seats", "asked", "taken", "minimum")),
        _Column("state"),
        _Column("why"),
    )
    rows = [
        (
            _both(one.id, one.title),
            *(f"{number:,}" for number in (one.seats, one.asked, one.taken, one.minimum)),
            one.state,
            one.why,
        )
        for one in activities
    ]
    return _aligned(columns, rows) if rows else []


def _stage_lines(stages: Sequence[StageRow]) -> list[str]:
    columns = (
        _Column("stage"),
        _Column("value", number=True),
        _Column("bound", number=True),
        _Column("of"),
        _Column("proven"),
        _Column("how"),
    )
    rows = [
        (one.name, f"{one.value:,}", f"{one.bound:,}", one.unit, "yes" if one.proven else "no", one.how)
        for one in stages
    ]
    return _aligned(columns, rows) if rows else []


def _refusal_lines(parties: Sequence[PartyRow]) -> list[str]:
    found: list[str] = []
    for party in parties:
        if party.refused:
            lines = counted(len(party.refused), "line")
            found += ["", *_wrapped(f"{_both(party.id, party.title)}: {lines}", WIDTH)]
            for one in party.refused:
                told = f"{one.line}: {_both(one.activity, one.title)}: {one.got:,} of {counted(one.asked, 'seat')}"
                found += _item(told)
                found += [f"    {line}" for reason in one.reasons for line in _item(reason)]
    return found[1:]


def _identity_lines(identity: Sequence[Figure]) -> list[str]:
    rows = [(f"{one.what}:", f"{one.figure} ({one.note})" if one.note else one.figure) for one in identity]
    return _aligned((_Column(""), _Column("")), rows)


def _both(id: str, title: str) -> str:
    return f"{id} {title}" if title else id


def _item(text: str) -> list[str]:
    """A text as an item of a list, with room for being put in by four."""
    first, *more = _wrapped(text, WIDTH - 6)
    return [f"- {first}", *(f"  {line}" for line in more)]


def _aligned(columns: Sequence[_Column], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell, the widest narrowed until all fit; below heads, if there are, a line."""
    heads = [column.head for column in columns]
    told = [*([heads] if any(heads) else []), *rows]
    widths = [max((_width(row[place]) for row in told), default=0) for place in range(len(columns))]
    while sum(widths) > WIDTH - 2 * (len(columns) - 1):
        widths[widths.index(max(widths))] -= 1
    found: list[str] = []
    for number, row in enumerate(told):
        found += _row(columns, widths, row)
        if number == 0 and any(heads):
            found.append("  ".join("-" * width for width in widths))
    return found


def _row(columns: Sequence[_Column], widths: Sequence[int], row: Sequence[str]) -> Iterator[str]:
    cells = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    for at in range(max(len(cell) for cell in cells)):
        parts = [cell[at] if at < len(cell) else "" for cell in cells]
        yield "  ".join(
            " " * (width - _width(part)) + part if column.number else part + " " * (width - _width(part))
            for column, width, part in zip(columns, widths, parts, strict=True)
        ).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    """A text in lines of a width: broken between words, and within those that are longer."""
    if _width(text) <= width:
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if _width(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, width)
        lines += whole
    return [*lines, line]


def _pieces(word: str, width: int) -> Iterator[str]:
    piece = ""
    for character in word:
        if piece and _width(piece + character) > width:
            yield piece
            piece = ""
        piece += character
    yield piece


def _width(text: str) -> int:
    """Columns a terminal needs for a text: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) or one in JOINERS else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )
