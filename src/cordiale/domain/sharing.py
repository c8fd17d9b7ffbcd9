"""The words of the document library: kinds of documents, what a document may be about, and how words are found."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from enum import StrEnum


class Kind(StrEnum):
    """What a document is."""

    PAPER = "paper"
    MINUTES = "minutes"
    REPORT = "report"
    LESSON = "lesson"
    BEST_PRACTICE = "best practice"
    ADVICE = "advice"
    REFORM_ASSESSMENT = "reform assessment"
    CYBER_THREAT = "cyber-threat item"


class LinkedTo(StrEnum):
    """What a document may be about; each is a table of the register."""

    PARTY = "party"
    FRAMEWORK = "framework"
    MEETING = "meeting"
    INSTRUMENT = "instrument"


_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text without case, accents and punctuation: "C-M(2016)0066" is "c", "m", "2016", "0066"."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return _WORD.findall("".join(character for character in plain if not unicodedata.combining(character)))


def shown_name(line: str, document: str) -> str:
    """Names one document in one line of the read log, for whoever acknowledges that it was shown.

    Args:
        line: hash of the line.
        document: code of the document.
    """
    return hashlib.sha256(f"{line}\n{document}".encode()).hexdigest()
