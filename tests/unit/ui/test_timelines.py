"""A timeline keeps within its frame and in the order of days, whatever bars and marks it is given."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cordiale.domain.period import FIRST_DAY, NEVER_DAY
from cordiale.ui.timelines import CHART, LABELS, Bar, Group, Mark, Row, Timeline

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
STATES = ("in-force", "suspended", "unclear", "disputed", "possible", "nothing-known")
days = st.dates(FIRST_DAY, NEVER_DAY - timedelta(days=1))
near_days = st.dates(date(1980, 1, 1), date(2030, 12, 31))


@st.composite
def bars(draw, of=days) -> Bar:
    begins = draw(of)
    ends = draw(st.dates(begins + timedelta(days=1), NEVER_DAY))
    return Bar(begins, ends, draw(st.sampled_from(STATES)), "says")


def timeline(
    *given: Bar,
    first: str = "1990-05-01",
    last: str = "2020-01-01",
    on: str = "2000-01-01",
    marks: tuple[Mark, ...] = (),
) -> Timeline:
    return Timeline(
        [Group("Group", (Row("Row", "square", given),))],
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        on=date.fromisoformat(on),
        on_text=on,
        marks=marks,
    )


def bar(begins: str, ends: str, state: str = "in-force") -> Bar:
    return Bar(date.fromisoformat(begins), date.fromisoformat(ends), state, f"{begins} to {ends}")


def placed(drawing: Timeline) -> list[tuple[float, float]]:
    """Where each bar begins and ends."""
    found = [one for group in drawing.drawn for row in group["rows"] for one in row["bars"]]  # type: ignore[attr-defined]  # dicts of a template
    return [(float(one["x"]), float(one["x"]) + float(one["width"])) for one in found]


# --- bars ---


@patient
@given(st.lists(bars(), max_size=6), near_days, near_days)
@example([Bar(date(2019, 12, 31), NEVER_DAY, "in-force", "")], date(1990, 1, 1), date(2020, 1, 1))
def test_every_bar_lies_within_the_chart(given_bars, first, last):
    drawing = timeline(*given_bars, first=str(first), last=str(last))

    for left, right in placed(drawing):
        assert LABELS <= left < right <= LABELS + CHART + 0.05


@patient
@given(st.lists(bars(near_days), max_size=6), near_days, near_days)
def test_a_bar_that_begins_later_is_never_drawn_further_left(given_bars, first, last):
    drawing = timeline(*sorted(given_bars, key=lambda one: one.begins), first=str(first), last=str(last))

    assert all(left <= further for (left, _), (further, _) in pairwise(placed(drawing)))


@patient
@given(st.lists(bars(near_days), max_size=6))
def test_a_bar_can_always_be_seen(given_bars):
    for left, right in placed(timeline(*given_bars)):
        assert right - left >= 1.4


def test_a_bar_that_reaches_beyond_the_axis_is_cut_at_its_ends():
    assert placed(timeline(Bar(FIRST_DAY, NEVER_DAY, "in-force", ""))) == [(LABELS, LABELS + CHART)]


@pytest.mark.parametrize("outside", [("1980-01-01", "1990-01-01"), ("2020-01-01", "2021-01-01")])
def test_a_bar_outside_the_axis_is_not_drawn(outside):
    assert placed(timeline(bar(*outside))) == []


def test_bars_that_meet_touch():
    (_, end), (start, _) = placed(timeline(bar("1995-03-04", "2001-07-08"), bar("2001-07-08", "2010-01-01")))

    assert end == pytest.approx(start, abs=0.11)


@pytest.mark.parametrize("state", STATES)
def test_a_texture_is_there_exactly_for_what_needs_one(state):
    drawing = timeline(bar("1995-01-01", "2001-01-01", state))

    ((one,),) = [row["bars"] for group in drawing.drawn for row in group["rows"]]  # type: ignore[attr-defined]  # as above
    wanted = [(state, "square")] if state in ("suspended", "unclear") else []
    assert drawing.textures == wanted
    assert one["texture"] == (f"bar-{state}-square" if wanted else "")


# --- the axis ---


@patient
@given(days, days)
def test_the_axis_tells_years_in_order_and_never_so_many_that_they_overlap(first, last):
    years = [(float(x), int(year)) for x, year in timeline(first=str(first), last=str(last)).years]

    assert len(years) >= 1
    assert [year for _, year in years] == sorted({year for _, year in years})
    assert all(further - x >= 24 for (x, _), (further, _) in pairwise(years))


@patient
@given(days, days)
def test_every_year_of_the_axis_stands_on_its_first_of_january_within_the_chart(first, last):
    drawing = timeline(first=str(first), last=str(last))
    whole = (drawing.last - drawing.first).days

    for x, year in drawing.years:
        if date(int(year), 1, 1) <= drawing.last:
            wanted = LABELS + CHART * (date(int(year), 1, 1) - drawing.first).days / whole
            assert float(x) == pytest.approx(wanted, abs=0.06)


def test_an_axis_begins_with_a_year_and_is_never_shorter_than_one():
    drawing = timeline(first="2001-05-06", last="2001-05-06")

    assert (drawing.first, drawing.last) == (date(2001, 1, 1), date(2002, 1, 1))


@pytest.mark.parametrize(
    ("on", "there"), [("1989-12-31", False), ("1990-01-01", True), ("2020-01-01", True), ("2020-01-02", False)]
)
def test_the_day_asked_about_is_a_line_where_the_axis_holds_it(on, there):
    assert (timeline(on=on).on_line is not None) is there


def test_the_drawing_is_tall_enough_for_its_last_row():
    drawing = timeline(bar("1995-01-01", "2001-01-01"))

    (row,) = [row for group in drawing.drawn for row in group["rows"]]  # type: ignore[attr-defined]  # as above
    assert float(row["y"]) < float(drawing.bottom) < float(drawing.height)


# --- marks ---

words = st.text("abcdefghij ", min_size=1, max_size=30)
marks = st.lists(st.builds(Mark, near_days, words), max_size=12)


@patient
@given(marks)
def test_words_of_marks_never_lie_upon_each_other_and_stay_on_the_drawing(given_marks):
    drawing = timeline(marks=tuple(given_marks), first="1985-01-01", last="2025-01-01")
    lines: dict[str, list[tuple[float, float]]] = {}
    for x, text, height, side in drawing.marked:
        if text:
            left = float(x) + 3 if side == "start" else float(x) - 3 - 5 * len(text)
            lines.setdefault(height, []).append((left, left + 5 * len(text)))

    for taken in lines.values():
        assert all(right <= left for (_, right), (left, _) in pairwise(sorted(taken)))
        assert all(left >= 0 and right <= float(drawing.width) for left, right in taken)


@patient
@given(marks)
def test_every_mark_on_the_axis_is_a_line_whether_or_not_its_words_fit(given_marks):
    drawing = timeline(marks=tuple(given_marks), first="1985-01-01", last="2025-01-01")

    assert len(drawing.marked) == sum(date(1985, 1, 1) <= mark.on <= date(2025, 1, 1) for mark in given_marks)


# --- as SVG ---


@pytest.mark.parametrize("language", ["en", "de", "fr", "ru", "ar"])
def test_numbers_in_a_timeline_are_written_as_svg_wants_them_in_every_language(language):
    drawing = timeline(bar("1995-01-02", "2001-03-04"), marks=(Mark(date(1997, 5, 30), "EAPC"),))

    with translation.override(language):
        svg = render_to_string("ui/timeline.svg", {"timeline": drawing, "title": "T", "description": "D"})

    numbers = re.findall(r'\s(?:x|y|d|width|height|viewBox)="([^"]*)"', svg)
    assert len(numbers) > 10
    assert [text for text in numbers if not re.fullmatch(r"[-\d.MVH ]+", text, re.ASCII)] == []
