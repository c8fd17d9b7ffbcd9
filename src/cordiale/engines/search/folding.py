"""What two spellings of one word have in common: no case, no accents, no punctuation, one space between words."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LETTERS = {
    "ı": "i",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "ə": "e",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ى": "ي",
    "ة": "ه",
}
"""Letters that Unicode does not take apart, and what people type who do not have them on their keyboard."""

_NOTHING = frozenset("\u0640\u00ad\u200b\u200c\u200d\ufeff")
"""What is written for looks only: the Arabic stretch, soft hyphens, joiners."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text that remembers where it came from.

    Args:
        text: the words, with single spaces between them.
        starts, ends: for each character of `text`, where in the original it begins, and where it ends with its accents.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original from which a stretch of `text` was made; the end is out in both."""
        return self.starts[start], self.ends[end - 1]


def folded(text: str) -> str:
    """A text as it is compared: "Côte d'Ivoire" and "COTE D IVOIRE" are "cote d ivoire". Twice changes no more."""
    return " ".join("".join(map(_folded_letter, text)).split())


def fold(text: str) -> Folded:
    """As `folded`, with the places."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place, character in enumerate(text):
        plain = _folded_letter(character)
        if not plain and letters and letters[-1] != " ":
            ends[-1] = place + 1
        for letter in plain:
            if letter == " " and (not letters or letters[-1] == " "):
                continue
            letters.append(letter)
            starts.append(place)
            ends.append(place + 1)
    kept = len(letters) - (letters[-1:] == [" "])
    return Folded("".join(letters[:kept]), tuple(starts[:kept]), tuple(ends[:kept]))


@lru_cache(maxsize=4096)
def _folded_letter(character: str) -> str:
    """What is left of one character: letters and figures without marks, a space for anything between words."""
    if character in _NOTHING:
        return ""
    before, plain = "", character
    while plain != before:  # taking apart may give capitals, and small letters may come apart again
        before, plain = plain, unicodedata.normalize("NFKD", plain).casefold()
    return "".join(_LETTERS.get(part, _kept(part)) for part in plain)


def _kept(part: str) -> str:
    if unicodedata.combining(part) or part in _NOTHING:
        return ""
    category = unicodedata.category(part)
    if category == "Nd":
        return str(unicodedata.decimal(part))
    is_sign = category == "Lm" and "\u02b0" <= part <= "\u02ff"  # an apostrophe that Unicode calls a letter
    return " " if is_sign or category[0] not in "LNM" else part
