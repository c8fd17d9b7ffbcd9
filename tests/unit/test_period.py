"""Laws of dates and periods."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domain.period import (
    NEVER_DAY,
    DayOutOfReach,
    EndsBeforeItStarts,
    ImpossibleDate,
    Period,
    Precision,
    day_after,
    day_of,
    last_day,
    microseconds,
    midnight,
    parse_when,
    written_instant,
)

ZONES = [ZoneInfo(name) for name in ("Europe/Brussels", "Asia/Jakarta", "America/Sao_Paulo", "Pacific/Apia", "UTC")]
BRUSSELS = ZONES[0]
HOUR = 3_600_000_000

days = st.dates(date(1800, 1, 2), date(8999, 12, 30))
zones = st.sampled_from(ZONES)
plain = st.one_of(days.map(str), days.map(lambda day: str(day)[:7]), days.map(lambda day: str(day)[:4]))
moments = st.datetimes(datetime(1800, 1, 1), datetime(8999, 12, 31)).map(  # noqa: DTZ001  # written as UTC below
    lambda moment: moment.isoformat(timespec="microseconds") + "Z"
)
written = st.one_of(
    plain,
    moments,
    plain.map("{}/..".format),
    plain.map("../{}".format),
    st.tuples(plain, plain).map("/".join).filter(lambda text: is_date(text)),
    st.just(""),
)


def is_date(text: str) -> bool:
    try:
        parse_when(text)
    except ImpossibleDate:
        return False
    return True


@given(written)
def test_a_date_says_what_was_written(text):
    assert str(parse_when(text)) == text


@given(st.one_of(st.text("0123456789-/.TZ: ٣", max_size=24), st.text(max_size=12)))
def test_whatever_is_written_is_a_date_in_plain_digits_or_refused_as_one(text):
    try:
        when = parse_when(text)
    except ImpossibleDate:
        return

    assert str(when) == text
    assert text.isascii()


@given(written)
def test_only_a_moment_has_no_length(text):
    when = parse_when(text)

    assert when.earliest <= when.latest
    assert (when.earliest == when.latest) == (when.precision is Precision.MOMENT)


@given(written, zones)
def test_the_earliest_instant_never_comes_after_the_latest(text, zone):
    earliest, latest = parse_when(text).bounds(zone)

    assert earliest <= latest


@given(days, zones)
def test_a_day_known_to_the_day_starts_at_one_instant(day, zone):
    assert parse_when(str(day)).bounds(zone) == (midnight(day, zone), midnight(day, zone))


@given(days, zones)
def test_a_month_starts_on_its_first_day_at_the_earliest_and_on_its_last_at_the_latest(day, zone):
    month = parse_when(str(day)[:7])

    assert month.bounds(zone) == (midnight(day.replace(day=1), zone), midnight(month.last, zone))
    assert month.last.month == day.month


@given(written)
def test_the_last_day_a_date_can_mean_is_one_of_its_days(text):
    when = parse_when(text)

    assert when.earliest <= when.last <= when.latest


@given(days)
def test_the_last_day_and_the_day_after_undo_each_other(day):
    when = parse_when(str(day))

    assert day_after(last_day(when)) == when
    assert last_day(day_after(when)) == when


@given(written.filter(lambda text: parse_when(text).precision is not Precision.DAY))
def test_a_date_not_known_to_the_day_is_its_own_last_day(text):
    when = parse_when(text)

    assert last_day(when) == when
    assert day_after(when) == when


@given(days, zones)
def test_a_day_never_begins_after_the_next(day, zone):
    following = day + timedelta(days=1)

    assert midnight(day, zone) <= midnight(following, zone)


@given(st.datetimes(timezones=st.just(UTC)))
def test_microseconds_are_exact(moment):
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(moment)) == moment


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        (date(2021, 1, 1), "Europe/Brussels", datetime(2020, 12, 31, 23, tzinfo=UTC)),
        (date(2021, 7, 1), "Europe/Brussels", datetime(2021, 6, 30, 22, tzinfo=UTC)),
        (date(2021, 1, 1), "Asia/Jakarta", datetime(2020, 12, 31, 17, tzinfo=UTC)),
        (date(2021, 1, 1), "UTC", datetime(2021, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_legal_day_begins_at_midnight_in_the_zone_of_the_organisation(day, zone, instant):
    assert midnight(day, ZoneInfo(zone)) == microseconds(instant)


@pytest.mark.parametrize(("day", "hours"), [(date(2021, 3, 28), 23), (date(2021, 10, 31), 25), (date(2021, 5, 1), 24)])
def test_a_day_on_which_the_clocks_change_is_an_hour_shorter_or_longer(day, hours):
    assert midnight(day + timedelta(days=1), BRUSSELS) - midnight(day, BRUSSELS) == hours * HOUR


def test_a_midnight_that_the_clocks_skip_still_begins_the_day():
    zone = ZoneInfo("America/Sao_Paulo")

    length = midnight(date(2018, 11, 5), zone) - midnight(date(2018, 11, 4), zone)

    assert length == 23 * HOUR


@given(zones)
def test_a_moment_is_the_same_instant_in_every_zone(zone):
    moment = datetime(2026, 11, 24, 14, tzinfo=UTC)

    assert parse_when("2026-11-24T14:00:00Z").bounds(zone) == (microseconds(moment), microseconds(moment))


@given(days, days, zones)
def test_a_period_is_half_open_so_that_the_next_begins_where_it_ends(first, second, zone):
    start, end = sorted((first, second))
    if start == end:
        return
    one = Period(parse_when(str(start)), parse_when(str(end)))
    next_one = Period(parse_when(str(end)))

    assert one.bounds(zone)[2:] == next_one.bounds(zone)[:2]


@given(written, st.one_of(st.none(), written), zones)
def test_the_bounds_of_a_period_are_in_order_and_it_can_have_lasted(start, end, zone):
    try:
        period = Period(parse_when(start), None if end is None else parse_when(end))
    except EndsBeforeItStarts:
        return
    starts_earliest, starts_latest, ends_earliest, ends_latest = period.bounds(zone)

    assert starts_earliest <= starts_latest
    assert ends_earliest <= ends_latest
    if not any("T" in text for text in (start, end or "")):
        assert starts_earliest < ends_latest


@given(written, zones)
def test_a_period_without_an_end_never_ends(start, zone):
    assert Period(parse_when(start)).bounds(zone)[2:] == (midnight(NEVER_DAY, zone), midnight(NEVER_DAY, zone))


@given(days, days)
def test_a_period_of_days_is_refused_exactly_when_it_does_not_end_after_it_starts(start, end):
    if end > start:
        assert Period(parse_when(str(start)), parse_when(str(end))).end is not None
    else:
        with pytest.raises(EndsBeforeItStarts):
            Period(parse_when(str(start)), parse_when(str(end)))


@given(days, zones)
def test_a_legal_day_ends_when_the_next_begins(day, zone):
    assert day_of(day, zone) == (midnight(day, zone), midnight(day + timedelta(days=1), zone))


@pytest.mark.parametrize("day", [date(1799, 12, 31), date(9000, 1, 1)])
def test_a_day_the_register_does_not_keep_is_refused(day):
    with pytest.raises(DayOutOfReach, match=f"{day} lies outside 1800 to 8999"):
        day_of(day, BRUSSELS)


@given(days, zones)
def test_the_beginning_of_a_day_is_written_as_the_day(day, zone):
    assert written_instant(midnight(day, zone), zone) == str(day)


def test_an_instant_within_a_day_is_written_as_a_moment_in_utc():
    moment = datetime(2026, 11, 24, 14, tzinfo=UTC)

    assert written_instant(microseconds(moment), BRUSSELS) == "2026-11-24T14:00:00Z"


def test_no_instant_is_written_as_nothing():
    assert written_instant(None, BRUSSELS) == ""
