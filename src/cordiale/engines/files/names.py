"""File names that mean the same on every system, or a refusal.

A name is shown and sent with a download; the content is never kept under it (`storing`).
"""

from __future__ import annotations

import re
import unicodedata

from cordiale.engines.files.refusing import BadFileName

MOST_CHARACTERS = 150
MOST_BYTES = 240
"""As UTF-8; the file systems in use take 255, and programs that download add "(1)" or ".part"."""

_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"]
)
_JOINERS = "\u200c\u200d"
"""Letters of Persian and of Indian scripts need them; they hide nothing."""
_REFUSED_CATEGORIES = {
    "Cc": "a control character",
    "Cs": "half a character",
    "Zl": "a line break",
    "Zp": "a line break",
}
_NOT_ON_WINDOWS = re.compile(r'[<>"|?*]')


def cleaned(name: str) -> str:
    """A name to show and to download by.

    Args:
        name: as it was sent.

    Returns:
        It in NFC, with single spaces, without spaces around it or dots behind it, `<>"|?*` as `_`. Cleaning a cleaned
        name changes nothing.

    Raises:
        BadFileName: it holds a folder, a drive, control or hidden characters; begins with a dot; is empty, too long
            or the name of a Windows device.
    """
    _refuse_characters(name)
    # `strip` of both at once, since "a. ." ends in either
    shown = _NOT_ON_WINDOWS.sub("_", " ".join(unicodedata.normalize("NFC", name).split())).rstrip(". ")
    if not shown:
        raise BadFileName("the name is empty", "give the file a name")
    if shown.startswith("."):
        raise BadFileName("the name begins with a dot, which hides the file", "take the dot away")
    if len(shown) > MOST_CHARACTERS or len(shown.encode()) > MOST_BYTES:
        raise BadFileName(
            f"the name has more than {MOST_CHARACTERS} characters or {MOST_BYTES} bytes",
            "shorten it",
        )
    if shown.partition(".")[0].rstrip().casefold() in _DEVICES:
        raise BadFileName("the name is that of a device on Windows", "rename the file")
    return shown


def _refuse_characters(name: str) -> None:
    for number, character in enumerate(name, 1):
        place = f"character {number} of the name"
        category = unicodedata.category(character)
        if category in _REFUSED_CATEGORIES:
            raise BadFileName(f"{_REFUSED_CATEGORIES[category]} ({_code(character)})", "rename the file", place)
        if category == "Cf" and character not in _JOINERS:
            raise BadFileName(
                f"a hidden character ({_code(character)}) that can make the name look like another",
                "type the name anew",
                place,
            )
        # what some systems turn into a slash: the full-width slash, the sign "a/c"
        if any(separator in unicodedata.normalize("NFKC", character) for separator in "/\\"):
            raise BadFileName("a folder stands before the name", "send the name of the file alone", place)
        if ":" in unicodedata.normalize("NFKC", character):
            raise BadFileName("a colon, which names a drive or a hidden stream on Windows", "take it away", place)


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
