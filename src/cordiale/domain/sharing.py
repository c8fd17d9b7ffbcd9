"""The words of the document library: kinds of documents, and what a document may be about."""

from __future__ import annotations

import hashlib
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


def shown_name(line: str, document: str) -> str:
    """Names one document in one line of the read log, for whoever acknowledges that it was shown.

    Args:
        line: hash of the line.
        document: code of the document.
    """
    return hashlib.sha256(f"{line}\n{document}".encode()).hexdigest()
