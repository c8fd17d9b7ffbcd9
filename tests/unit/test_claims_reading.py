"""Dates, numbers and words as pages write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domain.claims.reading import (
    count_of,
    dates_in,
    days_between,
    first_day,
    last_day,
    numbers_of,
    stem,
    when_of,
    within,
    words_of,
)
from cordiale.domain.period import parse_when

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
dates = st.builds(lambda day, length: parse_when(day.isoformat()[:length]), days, st.sampled_from((4, 7, 10)))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("1995-02", "1995-02-01", "1995-02-28"),
        ("1997/2002", "1997-01-01", "2002-12-31"),
        ("after 1991", "1991-01-01", "9000-01-01"),
        ("since 1991", "1991-01-01", "9000-01-01"),
        ("to 2021", "1800-01-01", "2021-12-31"),
        ("until 2021-03", "1800-01-01", "2021-03-31"),
        ("some day", "1800-01-01", "9000-01-01"),
        ("", "1800-01-01", "9000-01-01"),
    ],
)
def test_a_period_reaches_from_its_first_day_to_its_last(text, first, last):
    when = when_of(text)

    assert (first_day(when).isoformat(), last_day(when).isoformat()) == (first, last)


@given(text=st.text(max_size=30))
def test_whatever_a_page_writes_is_read_or_not_known(text):
    when = when_of(text)

    assert first_day(when) <= last_day(when)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in August of 2008", ["2008-08"]),
        ("autumn 2021", ["2021-09/2021-11"]),
        ("began in 2004, ended 2009-03-05", ["2004", "2009-03-05"]),
        ("42 proposals", []),
    ],
)
def test_the_dates_in_a_text_are_found(text, found):
    assert [str(when) for when in dates_in(text)] == found


@given(one=dates, other=dates)
def test_that_one_date_can_be_the_other_works_both_ways(one, other):
    assert within(one, other) == within(other, one)


@given(day=days)
def test_a_day_lies_within_its_month_and_its_year_and_not_in_the_next(day):
    written = parse_when(day.isoformat())

    assert within(written, parse_when(day.isoformat()[:7]))
    assert within(written, parse_when(day.isoformat()[:4]))
    assert not within(written, parse_when(str(day.year + 1)))


@given(when=dates, coverage=dates)
def test_no_claim_is_judged_after_the_register_ends(when, coverage):
    first, last = days_between(when, coverage)

    assert first <= last <= last_day(coverage)


@pytest.mark.parametrize(
    ("text", "number", "bound", "unit"),
    [
        ("7 areas", 7, "=", "areas"),
        (">40 points", 40, ">", "points"),
        ("more than 40 points", 40, ">", "points"),
        ("at least 3 members", 3, ">=", "members"),
        ("at most 3 members", 3, "<=", "members"),
        ("<5 seats", 5, "<", "seats"),
    ],
)
def test_a_number_is_read_with_its_bound_and_unit(text, number, bound, unit):
    count = count_of(text)

    assert count is not None
    assert (count.number, count.bound, count.unit) == (number, bound, unit)


@pytest.mark.parametrize("text", ["", "many areas", "7", "areas 7"])
def test_what_is_no_number_with_a_unit_is_none(text):
    assert count_of(text) is None


@given(claimed=st.integers(0, 99), real=st.integers(0, 99))
def test_a_bound_holds_as_the_sign_says(claimed, real):
    holds = {bound: count_of(f"{bound}{claimed} seats") for bound in ("<", ">", "")}

    assert [bound for bound, count in holds.items() if count is not None and count.holds(real)] == [
        bound for bound, true in (("<", real < claimed), (">", real > claimed), ("", real == claimed)) if true
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("Common set of 42 proposals", [42]), ("the seven areas", []), ("Plan of 2004 proposals", []), ("none", [])],
)
def test_the_numbers_of_a_noun_are_found(text, numbers):
    assert numbers_of(text, [stem("proposal")]) == numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("operational", "operations"),
        ("capability", "capabilities"),
        ("partner", "partnership"),
        ("peace", "peaceful"),
        ("stability", "stable"),
        ("reform", "reforms"),
        ("participate", "participation"),
        ("Türkiye", "turkiye"),
    ],
)
def test_words_of_one_family_have_one_stem(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("mission", "missile"), ("committee", "commission"), ("party", "partner")])
def test_words_of_different_families_do_not(one, other):
    assert stem(one) != stem(other)


@given(word=st.text(max_size=20))
def test_a_stem_is_its_own_stem(word):
    assert stem(stem(word)) == stem(word)


def test_dates_and_small_words_carry_no_meaning():
    assert words_of("The flood of August 2008 in 2 towns") == {stem("flood"), stem("towns")}
