"""What a cell of a pack may hold: each kind reads text into a value, or says why it cannot and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from cordiale.domain.period import UNKNOWN, ImpossibleDate, parse_when

LONGEST_CELL = 2_000
_SLUG = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_STRAY = frozenset(("Cc", "Cn", "Cs", "Zl", "Zp"))
_DIRECTION_MARKS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")


class BadCell(ValueError):
    """What is wrong with a cell, and how to mend it."""


def stray_character(text: str) -> str | None:
    """Name of the first character that has no place in a cell: line breaks, controls, hidden direction marks.

    Joiners stay: several scripts cannot be written without them.
    """
    for character in text:
        if unicodedata.category(character) in _STRAY or character in _DIRECTION_MARKS:
            return unicodedata.name(character, f"U+{ord(character):04X}")
    return None


@dataclass(frozen=True)
class Kind:
    """A kind of cell.

    Args:
        says: what such a cell holds, for the documentation.
        read: text to value; raises `BadCell`. Never called for an empty cell.
        empty: value of an empty cell.
        refers: tables whose ids the value (or each value of a list) must be among; empty for none.
    """

    says: str
    read: Callable[[str], Any]
    empty: Any = ""
    refers: tuple[str, ...] = ()


def _text(text: str) -> str:
    return text


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text) or len(text) > 60:
        raise BadCell(f'"{text}" is no id; use up to 60 lower-case letters, digits, hyphens and dots')
    return text


def _whole(low: int, high: int, text: str) -> int:
    if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
        raise BadCell(f'"{text}" is no whole number from {low} to {high}; write digits only')
    return int(text)


def _when(text: str) -> Any:
    try:
        return parse_when(text)
    except ImpossibleDate as fault:
        raise BadCell(str(fault)) from None


def _choice(options: tuple[str, ...], text: str) -> str:
    if text not in options:
        raise BadCell(f'"{text}" is not among {", ".join(o for o in options if o)}; write one of these')
    return text


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text) or len(text) > 20:
        raise BadCell(f'"{text}" is no language code; write a code such as en or pt-BR')
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise BadCell(f'"{text}" is no web address ({error}); write one that begins with https://') from None
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"\s", text):
        raise BadCell(f'"{text}" is no web address; write one that begins with https:// and has no spaces')
    return text


def _iso(length: int, text: str) -> str:
    if not re.fullmatch(rf"[A-Z]{{{length}}}", text):
        raise BadCell(f'"{text}" is no ISO 3166 code of {length} letters; write capitals, or leave the cell empty')
    return text


def _slugs(text: str) -> tuple[str, ...]:
    values = tuple(_slug(part) for part in text.split(";"))
    if len(set(values)) < len(values):
        raise BadCell(f'"{text}" names something twice; write each id once, separated by ;')
    return values


def _rate(text: str) -> str:
    if not re.fullmatch(r"(?:[2-9]|1[0-9]) (?:year|month|week)s|year|month|week", text):
        raise BadCell(f'"{text}" is no span; write year, month, week, or a number of them such as "3 years"')
    return text


TEXT = Kind("free text", _text)
ID = Kind("an id: lower-case letters, digits, hyphens, dots; names the row for ever", _slug)
WORD = Kind("a word of the pack's own vocabulary: lower-case letters, digits, hyphens, dots", _slug)
DATE = Kind(
    "a date: yyyy, yyyy-mm, yyyy-mm-dd, yyyy/.. (not before), ../yyyy (not after), yyyy/yyyy (between), "
    "or a moment in UTC; empty for not known",
    _when,
    empty=UNKNOWN,
)
END = Kind("a date as above; empty for still running", _when, empty=None)
LANGUAGE = Kind("a language code (BCP 47)", _language)
URL = Kind("a web address", _url)
SPAN = Kind('year, month, week, or a number of them such as "3 years"', _rate)


def whole(low: int, high: int) -> Kind:
    """A whole number between two bounds, both included; None when the cell is empty."""
    return Kind(f"a whole number from {low} to {high}", partial(_whole, low, high), empty=None)


def iso(length: int) -> Kind:
    """An ISO 3166-1 letter code."""
    return Kind(f"the ISO 3166-1 code of {length} capital letters", partial(_iso, length))


def choice(*options: str) -> Kind:
    """One of a few words that the rules know."""
    return Kind("one of " + ", ".join(option or "(empty)" for option in options), partial(_choice, options))


def ref(*tables: str) -> Kind:
    """The id of a row in one of these tables."""
    return Kind("an id of " + " or ".join(tables), _slug, empty=None, refers=tables)


def refs(*tables: str) -> Kind:
    """Several ids separated by semicolons."""
    return Kind("ids of " + " or ".join(tables) + ", separated by ;", _slugs, empty=(), refers=tables)
