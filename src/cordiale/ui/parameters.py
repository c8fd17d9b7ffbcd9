"""What a program may write into a question to the API; each refusal says how to mend it."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from ninja.params.functions import Query
from pydantic import BeforeValidator, WithJsonSchema

LARGEST = 2**53 - 1
"""The largest number that every reader of JSON keeps exactly."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_DIGITS = re.compile(r"[0-9]{1,16}")
_SHOWN = 60


def shown(value: Any) -> str:
    """What was given, as a refusal repeats it: short, and fit to be written as UTF-8."""
    text = value if isinstance(value, str) else str(value)[: _SHOWN + 1] if isinstance(value, int | float) else "…"
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return cut.encode("utf-8", "replace").decode().replace("\x00", "\N{SYMBOL FOR NULL}")


def _day(value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f'"{value}" is not in the calendar ({error}); correct it') from None
    raise ValueError(f'"{shown(value)}" is no day; write yyyy-mm-dd')


def _code(value: Any) -> str:
    if isinstance(value, str) and len(value) <= 60 and _CODE.fullmatch(value):
        return value
    raise ValueError(f'"{shown(value)}" is no id; ids are lower-case letters, digits, hyphens and dots, 60 at most')


def _number(value: Any) -> int:
    """A number of an address, which comes as text, or of a body, which comes as a number."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    raise ValueError(f'"{shown(value)}" is no number; write a whole number from 0 to {LARGEST}')


def _whole(value: Any) -> int:
    """In JSON, 3.0 is a whole number too."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
        return value
    raise ValueError(f'"{shown(value)}" is no number; write a whole number from 0 to {LARGEST}, without quotes')


def _flag(value: Any) -> bool:
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError(f'"{shown(value)}" is neither true nor false; write one of the two')


DAY_SCHEMA: dict[str, Any] = {
    "type": "string",
    "format": "date",
    "pattern": "^(1[89]|[2-8][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}$",
    "examples": ["2021-12-31"],
}
NUMBER_SCHEMA: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": LARGEST}
CODE_SCHEMA: dict[str, Any] = {"type": "string", "pattern": f"^{_CODE.pattern}$", "maxLength": 60}

Day = Annotated[date, BeforeValidator(_day), WithJsonSchema(DAY_SCHEMA)]
"""A day, yyyy-mm-dd and in no other way ISO 8601 knows."""

Code = Annotated[str, BeforeValidator(_code), WithJsonSchema(CODE_SCHEMA)]
"""An id."""

Number = Annotated[int, BeforeValidator(_number), WithJsonSchema(NUMBER_SCHEMA)]
"""A whole number in an address."""

Whole = Annotated[int, BeforeValidator(_whole), WithJsonSchema(NUMBER_SCHEMA)]
"""A whole number in a body."""

Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
"""A switch in an address."""


def _limit(value: Any) -> int:
    number = _number(value)
    if 1 <= number <= MOST:
        return number
    raise ValueError(f"{number} is no length of a page; write a whole number from 1 to {MOST}")


MOST = 500
"""The longest page."""

Limit = Annotated[
    int,
    BeforeValidator(_limit),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST, "default": 100}),
]
"""The length of a page."""


def _text(value: Any) -> str:
    if isinstance(value, str) and len(value) <= LONGEST and not _CONTROL.search(value):
        return value
    raise ValueError(f"this is no text of at most {LONGEST} characters without control characters; shorten or clean it")


LONGEST = 1_000
"""The longest text that a question may hold."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

Text = Annotated[
    str,
    BeforeValidator(_text),
    WithJsonSchema({"type": "string", "maxLength": LONGEST, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"}),
]
"""A text on one line."""

Cursor = Annotated[
    str,
    BeforeValidator(_text),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[A-Za-z0-9_-]+$"}),
]
"""Where a page begins."""

CURSOR: Any = Query(None, description="From `next` of the page before; the first page when it is left out.")
LIMIT: Any = Query(100, description="How many items a page holds at most.")
