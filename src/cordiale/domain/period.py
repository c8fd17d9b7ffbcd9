"""Dates as sources give them: a day, a month, a year, before, after, between, a moment, or not known.

A `When` keeps what was written and knows the earliest and the latest instant it can mean. Uncertainty is
never resolved by a guess: whoever needs a certain answer takes the bound that narrows it.

Rule: DESIGN.md, "Time". Written form: a subset of the Extended Date/Time Format (ISO 8601-2), see
docs/reference/dates.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

EARLIEST_YEAR = 1800
FIRST_DAY = date(EARLIEST_YEAR, 1, 1)
NEVER_DAY = date(9000, 1, 1)
"""Stands for "no end": databases and their drivers disagree about infinity, so it is a day far away."""

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?Z", re.ASCII)


class Precision(StrEnum):
    """How exactly a source knows a date."""

    MOMENT = "moment"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    BETWEEN = "between"
    NOT_BEFORE = "not before"
    NOT_AFTER = "not after"
    UNKNOWN = "unknown"


class ImpossibleDate(ValueError):
    """What was written is no date; the message says why and how to mend it."""

    code = "impossible-date"


class DayOutOfReach(ValueError):
    """A day before the first or after the last the register keeps."""

    code = "day-out-of-reach"

    def __init__(self, on: date) -> None:
        super().__init__(f"{on} lies outside {FIRST_DAY.year} to {NEVER_DAY.year - 1}, the years kept here.")


@dataclass(frozen=True)
class When:
    """A date of any precision: it lies in [earliest, latest).

    Args:
        text: as written, in canonical form: "1995-02-10", "1995-02", "1995", "1995/.." (not before), "../1995"
            (not after), "1994/1996" (between), "2026-11-24T14:00:00Z" (a moment), or "" (not known).
        precision: which of these it is.
        earliest: first day it can mean; for a moment, that moment.
        latest: the day after the last day it can mean (half-open); for a moment, that moment.
    """

    text: str
    precision: Precision
    earliest: date | datetime
    latest: date | datetime

    def __str__(self) -> str:
        return self.text

    @property
    def last(self) -> date | datetime:
        """The last day it can mean, or the moment."""
        if isinstance(self.latest, datetime) or self.latest == NEVER_DAY:
            return self.latest
        return self.latest - timedelta(days=1)

    @property
    def first_day(self) -> date:
        """The first day it can mean, by the calendar of UTC for a moment."""
        return self.earliest.date() if isinstance(self.earliest, datetime) else self.earliest

    @property
    def last_day(self) -> date:
        """The last day it can mean, by the calendar of UTC for a moment."""
        return self.last.date() if isinstance(self.last, datetime) else self.last

    def bounds(self, zone: ZoneInfo) -> tuple[int, int]:
        """Earliest and latest instant this can be *the start of a day* or moment, as microseconds since 1970 UTC.

        "1995-02" can start on any day from 1 to 28 February: the bounds are the midnights of 1 and of 28 February.
        """
        return _start(self.earliest, zone), _start(self.last, zone)


UNKNOWN = When("", Precision.UNKNOWN, FIRST_DAY, NEVER_DAY)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 UTC, exact (floats would round)."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@lru_cache(maxsize=65_536)
def midnight(day: date, zone: ZoneInfo) -> int:
    """The instant a legal day begins in the organisation's zone, as microseconds since 1970 UTC."""
    return microseconds(datetime.combine(day, time(), tzinfo=zone).astimezone(UTC))


def day_of(on: date, zone: ZoneInfo) -> tuple[int, int]:
    """The instants at which a legal day begins and ends, as microseconds since 1970 UTC.

    Raises:
        DayOutOfReach: the register keeps no such day.
    """
    if not FIRST_DAY <= on < NEVER_DAY:
        raise DayOutOfReach(on)
    return midnight(on, zone), midnight(on + timedelta(days=1), zone)


class BadMoment(ValueError):
    """A text that is neither a moment with its zone nor a day."""

    code = "bad-moment"

    def __init__(self, text: str) -> None:
        super().__init__(
            f'"{text[:40]}" is no moment; write a day (2026-11-24), or a moment with its zone '
            "(2026-11-24T14:00:00+01:00)."
        )


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment as people write it: ISO 8601 with a zone, or a day, which stands for its last instant.

    Args:
        text: what was written.
        zone: of the host, in which a day ends.

    Raises:
        BadMoment: it is neither.
        DayOutOfReach: the register keeps no such day.
    """
    said = text.strip()
    try:
        if len(said) == len("2026-11-24"):
            on = date.fromisoformat(said)
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=day_of(on, zone)[1] - 1)
        moment = datetime.fromisoformat(said)
        if moment.tzinfo is None:
            raise BadMoment(text)
        day_of(moment.date(), zone)
        return moment.astimezone(UTC)
    except (DayOutOfReach, BadMoment):
        raise
    except (ValueError, OverflowError):
        raise BadMoment(text) from None


def date_at(at: int, zone: ZoneInfo) -> date:
    """The legal day on which an instant lies, from microseconds since 1970 UTC."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(zone).date()


def written_instant(at: int | None, zone: ZoneInfo) -> str:
    """An instant as a day of the organisation, or as a moment when it is not the beginning of one; "" for None."""
    if at is None:
        return ""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    day = date_at(at, zone)
    return day.isoformat() if midnight(day, zone) == at else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=65_536)
def parse_when(text: str) -> When:
    """Read a date as sources give it.

    Args:
        text: see `When.text`; white space around it is refused, so that what is stored is what was checked.

    Raises:
        ImpossibleDate: it is none; the message says why and how to mend it.
    """
    if text == "":
        return UNKNOWN
    if _MOMENT.fullmatch(text):
        return _moment(text)
    if "/" not in text:
        first, after, precision = _days(text)
        return When(text, precision, first, after)
    start, _, end = text.partition("/")
    if start == ".." and end == "..":
        raise ImpossibleDate(f'"{text}" says nothing; leave the cell empty for a date that is not known')
    if start == "..":
        return When(text, Precision.NOT_AFTER, FIRST_DAY, _days(end)[1])
    if end == "..":
        return When(text, Precision.NOT_BEFORE, _days(start)[0], NEVER_DAY)
    first, after = _days(start)[0], _days(end)[1]
    if first >= after:
        raise ImpossibleDate(f'"{text}" ends before it begins; write the earlier date first')
    return When(text, Precision.BETWEEN, first, after)


def _moment(text: str) -> When:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ImpossibleDate(f'"{text}" is no moment ({error}); write yyyy-mm-ddThh:mm:ssZ in UTC') from None
    if moment.year < EARLIEST_YEAR:
        raise ImpossibleDate(f'"{text}" lies before {EARLIEST_YEAR}, the earliest year kept here')
    return When(text, Precision.MOMENT, moment, moment)


def _days(text: str) -> tuple[date, date, Precision]:
    """First day, day after the last, and precision of a year, month or day."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise ImpossibleDate(f'"{text}" is not a date; write yyyy, yyyy-mm or yyyy-mm-dd')
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    if not EARLIEST_YEAR <= year < NEVER_DAY.year:
        raise ImpossibleDate(f'"{text}" lies outside {EARLIEST_YEAR} to {NEVER_DAY.year - 1}, the years kept here')
    try:
        first = date(year, month, day)
    except ValueError as error:
        raise ImpossibleDate(f'"{text}" is not in the calendar ({error}); correct the month or the day') from None
    if found[3]:
        return first, first + timedelta(days=1), Precision.DAY
    if found[2]:
        return first, (first + timedelta(days=31)).replace(day=1), Precision.MONTH
    return first, date(year + 1, 1, 1), Precision.YEAR


def last_day(end: When) -> When:
    """The last day of a period in ordinary words, where the register keeps the day on which it was over.

    "Until 31 December 2013" is stored as 2014-01-01 (half-open); readers see the day before. An end known to the
    month or the year is shown as it is: the last day lies in it.
    """
    if end.precision is not Precision.DAY or isinstance(end.earliest, datetime):
        return end
    return parse_when((end.earliest - timedelta(days=1)).isoformat())


def day_after(last: When) -> When:
    """The other way round: the end to store for a last day as people write it."""
    if last.precision is not Precision.DAY or isinstance(last.latest, datetime):
        return last
    return parse_when(last.latest.isoformat())


def _start(value: date | datetime, zone: ZoneInfo) -> int:
    """The instant a day begins, or the moment itself."""
    return microseconds(value) if isinstance(value, datetime) else midnight(value, zone)


class EndsBeforeItStarts(ValueError):
    """A period whose end certainly lies before its start."""

    code = "ends-before-it-starts"


@dataclass(frozen=True)
class Period:
    """A half-open span: the first day is in, the end is out; an end of None means still running.

    An end may be of any precision; "" as a start means not known.
    """

    start: When
    end: When | None = None

    def __post_init__(self) -> None:
        if self.end is not None and _instant(self.end.last) <= _instant(self.start.earliest):
            raise EndsBeforeItStarts(
                f'the period ends ("{self.end}") no later than it starts ("{self.start}"); swap or correct the dates'
            )

    def bounds(self, zone: ZoneInfo) -> tuple[int, int, int, int]:
        """Earliest and latest start, earliest and latest end, as microseconds since 1970 UTC.

        Raises:
            EndsBeforeItStarts: a moment and a day turn out to be the wrong way round in this zone.
        """
        end = self.end.bounds(zone) if self.end is not None else (midnight(NEVER_DAY, zone),) * 2
        start = self.start.bounds(zone)
        if end[1] <= start[0]:
            raise EndsBeforeItStarts(
                f'in {zone} the period ends ("{self.end}") no later than it starts ("{self.start}"); correct the dates'
            )
        return *start, *end


def _instant(value: date | datetime) -> datetime:
    """The beginning of a day, or a moment, by the calendar alone: good enough to see that two ends are swapped."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.combine(value, time())
