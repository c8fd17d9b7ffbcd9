"""What a date means: as a source writes it, the days it can mean, and how exactly it is known."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cordiale.domain.period import (
    FIRST_DAY,
    NEVER_DAY,
    EndsBeforeItStarts,
    ImpossibleDate,
    Period,
    Precision,
    day_after,
    last_day,
    parse_when,
)

# as written, first day it can mean, day after the last day it can mean, how exactly it is known
DATES = [
    ("1995-02-10", date(1995, 2, 10), date(1995, 2, 11), "day"),
    ("2000-02-29", date(2000, 2, 29), date(2000, 3, 1), "day"),
    ("1999-12-31", date(1999, 12, 31), date(2000, 1, 1), "day"),
    ("1800-01-01", date(1800, 1, 1), date(1800, 1, 2), "day"),
    ("1995-02", date(1995, 2, 1), date(1995, 3, 1), "month"),
    ("1995-12", date(1995, 12, 1), date(1996, 1, 1), "month"),
    ("1995", date(1995, 1, 1), date(1996, 1, 1), "year"),
    ("1994/1996", date(1994, 1, 1), date(1997, 1, 1), "between"),
    ("1994-03/1994-05-02", date(1994, 3, 1), date(1994, 5, 3), "between"),
    ("1995/..", date(1995, 1, 1), NEVER_DAY, "not before"),
    ("1995-02-10/..", date(1995, 2, 10), NEVER_DAY, "not before"),
    ("../1995", FIRST_DAY, date(1996, 1, 1), "not after"),
    ("../1995-02", FIRST_DAY, date(1995, 3, 1), "not after"),
    ("", FIRST_DAY, NEVER_DAY, "unknown"),
    (
        "2026-11-24T14:00:00Z",
        datetime(2026, 11, 24, 14, tzinfo=UTC),
        datetime(2026, 11, 24, 14, tzinfo=UTC),
        "moment",
    ),
    (
        "2026-11-24T14:00:00.000001Z",
        datetime(2026, 11, 24, 14, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 11, 24, 14, 0, 0, 1, tzinfo=UTC),
        "moment",
    ),
]

# what is no date, and what the writer is told
NO_DATES = [
    ("1995-02-30", "is not in the calendar"),
    ("1900-02-29", "is not in the calendar"),
    ("1995-13", "is not in the calendar"),
    ("1995-00-01", "is not in the calendar"),
    ("1995-04-31", "is not in the calendar"),
    ("1799-12-31", "lies outside 1800 to 8999"),
    ("9000", "lies outside 1800 to 8999"),
    ("0000", "lies outside 1800 to 8999"),
    ("10 February 1995", "is not a date; write yyyy, yyyy-mm or yyyy-mm-dd"),
    ("1995-2-10", "is not a date"),
    ("19950210", "is not a date"),
    ("95", "is not a date"),
    (" 1995", "is not a date"),
    ("1995\n", "is not a date"),
    ("١٩٩٥", "is not a date"),
    ("1995-02-10T14:00:00", "is not a date"),
    ("1995-02-10T14:00:00+01:00", "is not a date"),
    ("1995-02-10T25:00:00Z", "is no moment"),
    ("1995-02-30T10:00:00Z", "is no moment"),
    ("1799-12-31T23:59:59Z", "lies before 1800"),
    ("../..", "says nothing"),
    ("1996/1994", "ends before it begins; write the earlier date first"),
    ("1995/", "is not a date"),
    ("/1995", "is not a date"),
    ("1995/1996/1997", "is not a date"),
    ("../", "is not a date"),
]

# the day on which something stopped, and the last day on which it still was so, as people say it
LAST_DAYS = [
    ("2014-01-01", "2013-12-31"),
    ("2000-03-01", "2000-02-29"),
    ("2014-01", "2014-01"),
    ("2014", "2014"),
    ("../2014", "../2014"),
    ("2014-01-01T00:00:00Z", "2014-01-01T00:00:00Z"),
    ("", ""),
]

# start, end, whether that can be a period
PERIODS = [
    ("1995-02-10", "1995-02-11", True),
    ("1995-02-10", "1995-02-10", False),
    ("1995-02-10", "1995-02-09", False),
    ("1995-02", "1995-02-28", True),
    ("1995-02", "1995-02-01", False),
    ("1995", "1995", True),
    ("1995", "1994", False),
    ("1995/..", "1996", True),
    ("", "1850", True),
    ("1995", "", True),
    ("2026-11-24T14:00:00Z", "2026-11-24T14:00:00Z", False),
    ("2026-11-24T14:00:00Z", "2026-11-24T14:00:01Z", True),
    ("2026-11-24", "2026-11-24T14:00:00Z", True),
    ("2026-11-24T14:00:00Z", "2026-11-24", False),
]


@pytest.mark.parametrize(("written", "earliest", "latest", "precision"), DATES)
def test_a_date_means_the_days_from_its_earliest_to_before_its_latest(written, earliest, latest, precision):
    when = parse_when(written)

    assert (when.earliest, when.latest, when.precision) == (earliest, latest, Precision(precision))


@pytest.mark.parametrize(("written", "told"), NO_DATES)
def test_what_is_no_date_is_refused_with_how_to_mend_it(written, told):
    with pytest.raises(ImpossibleDate) as refusal:
        parse_when(written)

    assert told in str(refusal.value)


@pytest.mark.parametrize(("stopped", "last"), LAST_DAYS)
def test_readers_see_the_day_before_the_one_on_which_it_stopped(stopped, last):
    assert str(last_day(parse_when(stopped))) == last


@pytest.mark.parametrize(("stopped", "last"), LAST_DAYS)
def test_what_people_write_as_the_last_day_is_stored_as_the_day_on_which_it_stopped(stopped, last):
    assert str(day_after(parse_when(last))) == stopped


@pytest.mark.parametrize(("start", "end", "possible"), PERIODS)
def test_a_period_may_only_end_after_it_can_have_started(start, end, possible):
    if possible:
        assert Period(parse_when(start), parse_when(end)).end == parse_when(end)
    else:
        with pytest.raises(EndsBeforeItStarts):
            Period(parse_when(start), parse_when(end))
