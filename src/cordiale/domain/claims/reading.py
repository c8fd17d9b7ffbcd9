"""Reads what pages write: dates and periods, numbers with their unit, words that mean the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from cordiale.domain.period import NEVER_DAY, UNKNOWN, ImpossibleDate, When, parse_when

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}
"""First and last month, as the northern half of the world has them."""

NUMBERS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)

_AFTER = re.compile(r"(?:after|since|from) (.+)", re.IGNORECASE)
_BEFORE = re.compile(r"(?:before|until|to|by) (.+)", re.IGNORECASE)
_ISO = re.compile(r"\b(?:1[89]|20)\d{2}(?:-\d{2}){0,2}\b")
_WORDED = re.compile(rf"\b({'|'.join((*MONTHS, *SEASONS))})(?: of)? ((?:1[89]|20)\d{{2}})\b", re.IGNORECASE)
_COUNT = re.compile(r"(>|<|at least |at most |more than |over )?\s*(\d+)\s+(\S.*)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)

STOP = frozenset(
    [
        "a",
        "about",
        "across",
        "after",
        "all",
        "also",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "before",
        "being",
        "between",
        "both",
        "but",
        "by",
        "each",
        "from",
        "had",
        "has",
        "have",
        "how",
        "in",
        "into",
        "is",
        "it",
        "its",
        "more",
        "most",
        "no",
        "none",
        "not",
        "of",
        "off",
        "on",
        "one",
        "only",
        "onto",
        "or",
        "other",
        "others",
        "our",
        "out",
        "over",
        "own",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "towards",
        "under",
        "up",
        "was",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
    ]
)

SUFFIXES = (
    ("ational", ""), ("ations", ""), ("ation", ""), ("ating", ""), ("ates", ""), ("ated", ""), ("ate", ""),
    ("ants", ""), ("ant", ""), ("ships", ""), ("ship", ""), ("ments", ""), ("ment", ""), ("ilities", ""),
    ("ility", ""), ("ities", ""), ("ity", ""), ("fully", ""), ("ful", ""), ("ingly", ""), ("ings", ""), ("ing", ""),
    ("isms", ""), ("ism", ""), ("ists", ""), ("ist", ""), ("ians", ""), ("ian", ""), ("ean", ""), ("ia", ""),
    ("acies", "a"), ("acy", "a"), ("atic", "a"), ("ally", ""), ("als", ""), ("al", ""), ("ers", "er"),
    ("ies", "y"), ("ied", "y"), ("ed", ""), ("es", ""), ("ily", ""), ("ly", ""), ("le", ""), ("e", ""), ("y", ""),
    ("s", ""),
)  # fmt: skip
"""English endings that a stem loses, the longest first."""

SHORTEST_STEM = 4


def when_of(text: str) -> When:
    """The date or period of a claim: "2021", "1995-02", "after 1991", "to 2021", "1997/2002"; "" is not known.

    What it cannot read is not known.
    """
    written = text.strip()
    for pattern, made in ((_AFTER, "{}/.."), (_BEFORE, "../{}")):
        found = pattern.fullmatch(written)
        if found is not None:
            written = made.format(found[1].strip())
            break
    try:
        return parse_when(written)
    except ImpossibleDate:
        return UNKNOWN


def dates_in(text: str) -> tuple[When, ...]:
    """Every date that stands in a text: "autumn 2021", "August of 2008", "2004", "2021-12"."""
    found = []
    rest = text
    for match in _WORDED.finditer(text):
        found.append(_worded(match[1].casefold(), int(match[2])))
        rest = rest.replace(match[0], " ")
    found += [when for match in _ISO.finditer(rest) if (when := when_of(match[0])).text]
    return tuple(found)


def _worded(word: str, year: int) -> When:
    first, last = SEASONS.get(word) or (MONTHS.index(word) + 1,) * 2
    return parse_when(f"{year}-{first:02d}" if first == last else f"{year}-{first:02d}/{year}-{last:02d}")


def within(one: When, other: When) -> bool:
    """Whether two dates of different precision can be one: one of them contains the other."""
    if not one.text or not other.text:
        return False
    a, b, c, d = first_day(one), last_day(one), first_day(other), last_day(other)
    return (a <= c and d <= b) or (c <= a and b <= d)


def first_day(when: When) -> date:
    """The first day a date can mean."""
    return _day(when.earliest)


def last_day(when: When) -> date:
    """The last day a date can mean."""
    return _day(when.last)


def _day(value: date) -> date:
    return date(value.year, value.month, value.day)


def days_between(when: When, coverage_to: When) -> tuple[date, date]:
    """First and last day of a period, no later than the register claims to know."""
    last = min(last_day(when), last_day(coverage_to) if coverage_to.text else NEVER_DAY)
    return min(first_day(when), last), last


@dataclass(frozen=True)
class Count:
    """A number as a page gives it.

    Args:
        number: the number.
        bound: ">", "<", ">=", "<=" or "=".
        unit: of what.
    """

    number: int
    bound: str
    unit: str

    def holds(self, number: int) -> bool:
        """Whether a number fulfils it."""
        return {
            ">": number > self.number,
            "<": number < self.number,
            ">=": number >= self.number,
            "<=": number <= self.number,
            "=": number == self.number,
        }[self.bound]


_BOUNDS = {">": ">", "<": "<", "at least": ">=", "at most": "<=", "more than": ">", "over": ">", "": "="}


def count_of(text: str) -> Count | None:
    """A number with its unit: "7 areas", ">40 points"; None when it is none."""
    found = _COUNT.fullmatch(text.strip())
    if found is None:
        return None
    return Count(int(found[2]), _BOUNDS[(found[1] or "").strip().casefold()], found[3].strip().casefold())


def numbers_of(text: str, nouns: Iterable[str]) -> list[int]:
    """Numbers that a text gives of something: "42 proposals", "the seven areas".

    Args:
        text: any text.
        nouns: stems of what is counted.
    """
    wanted = set(nouns)
    tokens = [token.casefold() for token in _WORD.findall(text)]
    found = []
    for place, token in enumerate(tokens):
        number = NUMBERS.index(token) if token in NUMBERS else int(token) if token.isdigit() else None
        follows = {stem(word) for word in tokens[place + 1 : place + 3]}
        if number is not None and follows & wanted and not (token.isdigit() and len(token) == 4):
            found.append(number)
    return found


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word without its English endings: "operational" and "operations" are one word, "oper"."""
    found = _plain(word)
    while True:
        for suffix, instead in SUFFIXES:
            shorter = found[: len(found) - len(suffix)] + instead
            if found.endswith(suffix) and not found.endswith("ss") and len(shorter) >= SHORTEST_STEM:
                found = shorter
                break
        else:
            return found


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@lru_cache(maxsize=65_536)
def tokens_of(text: str) -> tuple[str, ...]:
    """The words of a text in order, without case and accents."""
    return tuple(_plain(token) for token in _WORD.findall(text))


@lru_cache(maxsize=65_536)
def words_of(text: str) -> frozenset[str]:
    """The stems of the words that carry the meaning of a text; dates and small words left out."""
    dated = _WORDED.sub(" ", text)
    return frozenset(stem(token) for token in tokens_of(dated) if token not in STOP and not token.isdigit())
