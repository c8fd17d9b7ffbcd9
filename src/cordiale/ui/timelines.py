"""Timelines as SVG: bars by row below an axis of years. Knowledge is drawn, not guesses.

Solid is certain; pale is possible; hatched is suspended; dotted with a dashed edge is unclear; a red outline is
disputed; a dotted line is a stretch of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from cordiale.ui.maps import MARKS_PALE

LABELS = 210.0
CHART = 750.0
ROW = 19.0
HEADING = 30.0
TOP = 46.0
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000)
LETTER = 5.2
"""Width of a letter, on average and a little more."""
NARROWEST = 1.5
"""Width of a bar that can still be seen."""


@dataclass(frozen=True)
class Bar:
    """A stretch of a row.

    Args:
        begins, ends: first day, and the day after the last.
        state: in-force, suspended, unclear, disputed, possible or nothing-known.
        says: the same in words, for who points at it.
    """

    begins: date
    ends: date
    state: str
    says: str


@dataclass(frozen=True)
class Row:
    """A line of the timeline: its label, the colour of its bars, the bars."""

    label: str
    colour: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Group:
    """Rows below a heading."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Mark:
    """A day worth a line through all rows."""

    on: date
    text: str


class Timeline:
    """A timeline, in pieces that a template puts together.

    Args:
        groups: rows below headings.
        first, last: the days between which the axis runs.
        on: the day asked about, a line of its own.
        on_text: that day in words.
        marks: other days.
    """

    def __init__(
        self, groups: Sequence[Group], *, first: date, last: date, on: date, on_text: str, marks: Sequence[Mark] = ()
    ) -> None:
        self.first = date(first.year, 1, 1)
        self.last = max(last, date(first.year + 1, 1, 1))
        self.on, self.on_text = on, on_text
        self._groups, self._marks = groups, marks

    @property
    def width(self) -> str:
        """Of the drawing, in its own units."""
        return _n(LABELS + CHART + 12)

    @property
    def height(self) -> str:
        """Of the drawing."""
        return _n(self._bottom + 8)

    @property
    def bottom(self) -> str:
        """Where the last row ends."""
        return _n(self._bottom)

    @property
    def _bottom(self) -> float:
        return TOP + sum(HEADING + ROW * len(group.rows) for group in self._groups)

    def _x(self, day: date) -> float:
        share = (day - self.first).days / max((self.last - self.first).days, 1)
        return LABELS + CHART * min(max(share, 0.0), 1.0)

    @cached_property
    def years(self) -> list[tuple[str, str]]:
        """Years on the axis: where, and which."""
        span = self.last.year - self.first.year
        step = next(step for step in STEPS if span / step <= 10)
        start = -(-self.first.year // step) * step
        return [(_n(self._x(date(year, 1, 1))), str(year)) for year in range(start, self.last.year + 1, step)]

    @cached_property
    def on_line(self) -> tuple[str, str] | None:
        """The line of the day asked about and the side of its text; None when it lies outside the axis."""
        if not self.first <= self.on <= self.last:
            return None
        x = self._x(self.on)
        return _n(x), "end" if x > LABELS + CHART * 0.6 else "start"

    @cached_property
    def marked(self) -> list[tuple[str, str, str, str]]:
        """Marked days: where, the text, its height above the axis, and its side; those too close share none."""
        found: list[tuple[str, str, str, str]] = []
        ends = [0.0, 0.0]  # how far to the right each of two lines of text is taken
        for mark in sorted(self._marks, key=lambda mark: (mark.on, mark.text)):
            x, long = self._x(mark.on), 6 + LETTER * len(mark.text)
            if not self.first <= mark.on <= self.last:
                continue
            side = "start" if x + long <= LABELS + CHART + 12 else "end"
            left = x if side == "start" else x - long
            line = next((line for line, end in enumerate(ends) if left >= end), None)
            text = "" if line is None else mark.text
            if line is not None:
                ends[line] = left + long
            found.append((_n(x), text, _n(12 if line == 0 else 24), side))
        return found

    @cached_property
    def drawn(self) -> list[dict[str, object]]:
        """Groups with the places of all they hold."""
        found: list[dict[str, object]] = []
        y = TOP
        for group in self._groups:
            rows = []
            heading = _n(y + 20)
            rule = _n(y + 25)
            y += HEADING
            for row in group.rows:
                rows.append({"label": row.label, "y": _n(y + 12), "bars": self._bars(row, y)})
                y += ROW
            found.append({"heading": group.heading, "y": heading, "rule": rule, "rows": rows})
        return found

    def _bars(self, row: Row, y: float) -> list[dict[str, str]]:
        made = []
        for bar in row.bars:
            if bar.ends <= self.first or bar.begins >= self.last:
                continue
            left, right = min(self._x(bar.begins), LABELS + CHART - NARROWEST), self._x(bar.ends)
            textured = bar.state in ("suspended", "unclear")
            made.append(
                {
                    "state": bar.state,
                    "x": _n(left),
                    "y": _n(y + 3),
                    "middle": _n(y + 8),
                    "width": _n(max(right - left, NARROWEST)),
                    "right": _n(right),
                    "classes": f"bar map-{row.colour} bar-{bar.state}",
                    "texture": f"bar-{bar.state}-{row.colour}" if textured else "",
                    "says": bar.says,
                }
            )
        return made

    @cached_property
    def textures(self) -> list[tuple[str, str]]:
        """Textures the drawing needs: state and colour of each."""
        return sorted(
            {
                (bar.state, row.colour)
                for group in self._groups
                for row in group.rows
                for bar in row.bars
                if bar.state in ("suspended", "unclear")
            }
        )

    @property
    def colours(self) -> dict[str, tuple[str, str]]:
        """Every colour with its pale version, for a drawing that stands alone."""
        return MARKS_PALE


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
