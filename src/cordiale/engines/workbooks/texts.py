"""When two texts are the same to a person, although spreadsheets, mail and keyboards wrote them differently."""

from __future__ import annotations

import unicodedata

_REMOVED = ("\u00ad", "\u200b", "\u2060", "\ufeff")  # seen by nobody; joiners stay, several scripts need them
_SPACES = [character for character in map(chr, range(0x3001)) if unicodedata.category(character) == "Zs"]
_LINE_ENDS = ("\x85", "\u2028", "\u2029")
_TIDIED = str.maketrans(
    {**dict.fromkeys(_REMOVED, ""), **dict.fromkeys(_SPACES, " "), **dict.fromkeys(_LINE_ENDS, "\n")}
)


def tidy(text: str) -> str:
    """A text without what nobody sees: one form of each letter (NFC), plain spaces, lines ended by LF, none around it.

    Doing it twice changes no more.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(_TIDIED))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def alike(one: str, other: str) -> bool:
    """Whether a reader sees no difference; such a difference is no change."""
    return one == other or tidy(one) == tidy(other)


def control_character(text: str) -> str | None:
    """Name of the first control character other than a line feed or a tab; None where there is none."""
    if text.isprintable():
        return None
    found = (character for character in text if unicodedata.category(character) == "Cc" and character not in "\n\t")
    return next((f"U+{ord(character):04X}" for character in found), None)
