"""A partner's own layout: which of their columns is which of ours, and what their words mean here.

Columns are mapped once, and a word that is not understood is asked once. The map is a value: whoever uses it keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from cordiale.engines.search.folding import folded
from cordiale.engines.workbooks.columns import MARK, REMOVE, Column, Layout, heading_form
from cordiale.engines.workbooks.sheets import Sheet, place_of
from cordiale.engines.workbooks.texts import tidy

_ALIKE_ENOUGH = 80.0
"""Of 100: below it, a suggestion misleads more often than it helps."""
_SUGGESTED = 3


class BadColumnMap(ValueError):
    """A kept map of columns that cannot be used."""

    code = "bad-column-map"


@dataclass(frozen=True)
class ColumnMap:
    """How a partner's sheets are to be understood.

    Args:
        columns: their heading to the name of our column.
        values: name of our column and their text to our text.
        fixed: name of our column to the text that holds for every row, for columns that they do not have.
        sheet: name of the sheet; empty for the first.
        header_line: number of the line that holds their headings; 0 for the first that holds anything.
    """

    columns: Mapping[str, str]
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    header_line: int = 0

    def understood(self, column: str, text: str | None) -> str | None:
        """Our text for what stands in their cell; the fixed one where they have no such column."""
        if text is None:
            return self.fixed.get(column)
        return self.values.get((column, text), text)

    def with_values(self, answers: Mapping[tuple[str, str], str]) -> ColumnMap:
        """The same map that knows these answers too."""
        values = {**self.values, **{(column, tidy(theirs)): ours for (column, theirs), ours in answers.items()}}
        return ColumnMap(self.columns, values, self.fixed, self.sheet, self.header_line)

    def as_json(self) -> dict[str, Any]:
        """The map as JSON values."""
        return {
            "columns": dict(self.columns),
            "values": [
                {"column": column, "theirs": theirs, "ours": ours} for (column, theirs), ours in self.values.items()
            ],
            "fixed": dict(self.fixed),
            "sheet": self.sheet,
            "header_line": self.header_line,
        }


def column_map_from(document: Any, layout: Layout) -> ColumnMap:
    """A map that was kept as JSON values.

    Raises:
        BadColumnMap: it is damaged, names a column that the layout does not have, or one twice.
    """
    try:
        columns = {_text(theirs): _text(ours) for theirs, ours in document["columns"].items()}
        values = {(_text(line["column"]), _text(line["theirs"])): _text(line["ours"]) for line in document["values"]}
        fixed = {_text(column): _text(text) for column, text in document["fixed"].items()}
        sheet, header_line = _text(document["sheet"]), int(document["header_line"])
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadColumnMap(f"The map of columns cannot be read ({fault!r}); map the columns again.") from None
    named = [*columns.values(), *fixed]
    unknown = ({*named, *(column for column, _ in values)}) - layout.places.keys()
    if unknown:
        raise BadColumnMap(f"{layout.title} has no column {', '.join(sorted(unknown))}; map the columns again.")
    if len(set(named)) < len(named):
        raise BadColumnMap("One of our columns is mapped twice; map the columns again.")
    return ColumnMap(columns, values, fixed, sheet, header_line)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def suggest(headings: Sequence[str], layout: Layout) -> dict[str, str]:
    """For each heading that looks like one of our columns, the column's name; each column once, the likeliest first."""
    theirs = [heading for heading in headings if heading and heading_form(heading) not in _SERVICE]
    pairs = sorted(
        ((_likeness(heading, column), heading, column.name) for heading in theirs for column in layout.columns),
        key=lambda pair: (-pair[0], theirs.index(pair[1]), layout.places[pair[2]]),
    )
    found: dict[str, str] = {}
    for likeness, heading, name in pairs:
        if likeness >= _ALIKE_ENOUGH and heading not in found and name not in found.values():
            found[heading] = name
    return found


_SERVICE = (heading_form(MARK), heading_form(REMOVE))


def _likeness(heading: str, column: Column) -> float:
    wanted = folded(heading)
    return max(fuzz.ratio(wanted, folded(name)) for name in (column.name, column.label))


@dataclass(frozen=True)
class Question:
    """A word of theirs that is not understood.

    Args:
        column: name of our column.
        theirs: what stands in the cell.
        place: where it stands first.
        times: how often.
        suggestions: permitted texts that look like it, the likeliest first.
    """

    column: str
    theirs: str
    place: str
    times: int
    suggestions: tuple[str, ...]


def unknown_values(sheet: Sheet, mapping: ColumnMap, layout: Layout) -> list[Question]:
    """What to ask before a partner's sheet can be compared: each text once, in the order of columns and lines.

    Only columns with choices are asked for; what other columns cannot hold is refused cell by cell.
    """
    found = {heading_form(heading): column for column, heading in enumerate(sheet.headings) if heading}
    questions: list[Question] = []
    places = {ours: found.get(heading_form(theirs)) for theirs, ours in mapping.columns.items()}
    for column in layout.columns:
        position = places.get(column.name)
        if position is None or column.choices is None:
            continue
        met: dict[str, list[int]] = {}
        for line in sheet.lines:
            text = line.cells[position]
            if text:
                met.setdefault(text, []).append(line.number)
        for theirs, lines in met.items():
            if column.not_permitted(mapping.understood(column.name, theirs) or ""):
                near = _near(theirs, column.choices)
                questions.append(Question(column.name, theirs, place_of(lines[0], position), len(lines), near))
    return questions


def _near(theirs: str, choices: Sequence[str]) -> tuple[str, ...]:
    likely = process.extract(theirs, choices, scorer=fuzz.WRatio, processor=folded, limit=_SUGGESTED)
    return tuple(choice for choice, likeness, _ in likely if likeness >= _ALIKE_ENOUGH)
