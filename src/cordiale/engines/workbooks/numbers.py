"""What people meant by the number in a cell: 1995, 0.5, or a day that a spreadsheet keeps as a count of days.

Spreadsheets turn "1995-02" into the first of February and remember only in the cell's format that no day was meant.
The format is therefore read too: a cell that shows no day gives "1995-02", one that shows only a year "1995".
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum

from cordiale.engines.workbooks.refusing import Unreadable

MOST_FIGURES = 15
"""A spreadsheet keeps no more; the rest of a longer number is zeros."""


class Shows(Enum):
    """What a number format makes of a number."""

    NUMBER = "number"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    MOMENT = "moment"
    TIME = "time"


# The formats that are numbered in every workbook instead of written out (ECMA-376, 18.8.30, and its East Asian list).
BUILT_IN = {
    **dict.fromkeys((14, 15, 16, *range(27, 32), 36, *range(50, 55), 57, 58), Shows.DAY),
    **dict.fromkeys((17, 55, 56), Shows.MONTH),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47), Shows.TIME),
    22: Shows.MOMENT,
}
# literal text, escaped and padding characters, colours and locales; [h], [mm] and [ss] count elapsed time and stay
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|general', re.IGNORECASE)
_FIRST_DAY_1900 = date(1899, 12, 31)
_FIRST_DAY_1904 = date(1904, 1, 1)
_NO_SUCH_DAY = 60  # 29 February 1900, which Excel counts and no calendar has
_LAST_DAY = 2_958_465  # 31 December 9999


def shown_by(code: str) -> Shows:
    """What a format such as "dd/mm/yyyy" shows."""
    letters = set(_LITERAL.sub("", code.split(";")[0]).casefold())
    timed = bool(letters & {"h", "s"})
    if "y" in letters or "d" in letters:
        if timed:
            return Shows.MOMENT
        if "d" in letters:
            return Shows.DAY
        return Shows.MONTH if "m" in letters else Shows.YEAR
    if timed:
        return Shows.TIME
    return Shows.MONTH if "m" in letters else Shows.NUMBER


def number_text(raw: str) -> str:
    """A number as a person would write it: "1995" for 1995.0, "0.3" for 0.30000000000000004.

    Raises:
        Unreadable: it is no number, or has more figures than a spreadsheet keeps.
    """
    try:
        number = Decimal(raw.strip())
    except InvalidOperation:
        raise Unreadable(f'holds "{raw[:40]}" as a number', "type it again") from None
    if not number.is_finite() or number.adjusted() >= MOST_FIGURES:
        raise Unreadable(
            f"holds a number with more than {MOST_FIGURES} figures, of which spreadsheets keep no more",
            "format the cell as text and type it again",
        )
    rounded = f"{float(number):.{MOST_FIGURES}g}"
    plain = format(Decimal(rounded), "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def date_text(raw: str, shows: Shows, *, since_1904: bool) -> str:
    """A count of days as the date that the cell shows.

    Args:
        raw: the number in the file.
        shows: what its format shows; not NUMBER.
        since_1904: whether the workbook counts from 1904, as old Macs did.

    Returns:
        "1995-02-10", "1995-02" or "1995" by what is shown; "1995-02-10T14:30:00" with a time of day; "14:30:00" alone.

    Raises:
        Unreadable: there is no such day.
    """
    try:
        count = float(raw)
        seconds = round(count * 86_400)
    except (ValueError, OverflowError):
        raise Unreadable(f'holds "{raw[:40]}" as a date', "type it again as text, such as 1995-02-10") from None
    days, rest = divmod(seconds, 86_400)
    clock = str(timedelta(seconds=rest)).rjust(8, "0")
    if shows is Shows.TIME and 0 <= days < 1:
        return clock
    if not 0 <= days <= _LAST_DAY or (days == _NO_SUCH_DAY and not since_1904):
        raise Unreadable("holds a date that is in no calendar", "type it again as text, such as 1995-02-10")
    day = _day(days, since_1904=since_1904)
    if rest:
        return f"{day.isoformat()}T{clock}"
    if shows is Shows.YEAR:
        return f"{day.year:04}"
    return day.isoformat()[:7] if shows is Shows.MONTH else day.isoformat()


def iso_date_text(raw: str) -> str:
    """A date that the file writes out, as strict Office Open XML may.

    Raises:
        Unreadable: there is no such day.
    """
    try:
        moment = datetime.fromisoformat(raw.strip())
    except ValueError:
        raise Unreadable(f'holds "{raw[:40]}" as a date', "type it again as text, such as 1995-02-10") from None
    text = moment.replace(tzinfo=None).isoformat(timespec="seconds")
    return text.removesuffix("T00:00:00")


def _day(days: int, *, since_1904: bool) -> date:
    if since_1904:
        return _FIRST_DAY_1904 + timedelta(days=min(days, (date.max - _FIRST_DAY_1904).days))
    return _FIRST_DAY_1900 + timedelta(days=days - (days > _NO_SUCH_DAY))
