"""Carries texts through CSV so that no spreadsheet runs them as formulas, and none is changed by the guard."""

from __future__ import annotations

import re

_GUARDED = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
"""What a spreadsheet takes for a formula, in full width too; and such a text that was guarded already."""
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def guarded(text: str) -> str:
    """A text as CSV carries it: with an apostrophe before what a spreadsheet would run; plain numbers stay."""
    return f"'{text}" if _GUARDED.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text
