"""Dates of any precision in the reader's words: "10 February 1995", "February 1995", "not before 1995"."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import dateformat
from django.utils.formats import get_format
from django.utils.translation import gettext as _

from cordiale.domain.period import Precision, When, parse_when


def shown(when: When) -> str:
    """A date as a reader of the active language expects it; empty when it is not known."""
    match when.precision:
        case Precision.UNKNOWN:
            return ""
        case Precision.NOT_BEFORE:
            return _("not before %(date)s") % {"date": _part(when.text.partition("/")[0])}
        case Precision.NOT_AFTER:
            return _("not after %(date)s") % {"date": _part(when.text.partition("/")[2])}
        case Precision.BETWEEN:
            first, _slash, last = when.text.partition("/")
            return _("between %(first)s and %(last)s") % {"first": _part(first), "last": _part(last)}
        case Precision.MOMENT:
            assert isinstance(when.earliest, datetime)  # noqa: S101  # what a moment is
            return dateformat.format(when.earliest, f"{_day_format()}, H:i:s") + " UTC"
        case _:
            return _part(when.text)


def precision_shown(when: When) -> str:
    """How exactly a date is known, in the reader's words."""
    names = {
        Precision.MOMENT: _("to the second"),
        Precision.DAY: _("to the day"),
        Precision.MONTH: _("to the month"),
        Precision.YEAR: _("to the year"),
        Precision.BETWEEN: _("between two dates"),
        Precision.NOT_BEFORE: _("earliest date only"),
        Precision.NOT_AFTER: _("latest date only"),
        Precision.UNKNOWN: _("not known"),
    }
    return names[when.precision]


def day_shown(day: date) -> str:
    """A day as a reader of the active language expects it."""
    return dateformat.format(datetime.combine(day, datetime.min.time()), _day_format())


def moment_shown(at: str) -> str:
    """A moment as the ledger writes it, to the minute, in UTC."""
    return dateformat.format(datetime.fromisoformat(at), f"{_day_format()}, H:i") + " UTC" if at else ""


def _part(text: str) -> str:
    """A day, month or year."""
    when = parse_when(text)
    assert isinstance(when.earliest, date)  # noqa: S101  # years, months and days are
    formats = {Precision.YEAR: "Y", Precision.MONTH: str(get_format("YEAR_MONTH_FORMAT")), Precision.DAY: _day_format()}
    return dateformat.format(datetime.combine(when.earliest, datetime.min.time()), formats[when.precision])


def _day_format() -> str:
    """Day before month, as the languages of most partners have it; American order would be misread."""
    return "j F Y" if str(get_format("DATE_FORMAT")) == "N j, Y" else str(get_format("DATE_FORMAT"))
