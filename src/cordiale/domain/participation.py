"""The words of participation: how a status answers, what it covers, how its start is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cordiale.domain.period import Period


class Answer(StrEnum):
    """What follows from a status to the question "does it take part?".

    Rule: DESIGN.md, "Answers". Disputed and not known follow from several assertions, or from none.
    """

    IN_FORCE = "in force"
    SUSPENDED = "suspended"
    UNCLEAR = "unclear"
    DISPUTED = "disputed"
    NOT = "not"
    NOT_KNOWN = "not known"


STATUS_ANSWERS = (Answer.IN_FORCE, Answer.SUSPENDED, Answer.UNCLEAR, Answer.NOT)
"""The answers that a single status can give; a pack says which for each of its statuses."""


class Scope(StrEnum):
    """Which part of the participation a status is about."""

    ALL = "all"
    PRACTICAL = "practical"
    POLITICAL = "political"


class StartKind(StrEnum):
    """What a source knows of the start of a period."""

    ENTRY = "entry"
    CHANGE = "change"
    ATTESTED = "attested"
    UNKNOWN = ""


@dataclass(frozen=True)
class Statement:
    """What a source says of a party in a framework; the values of an assertion.

    Args:
        party: id of the party.
        framework: id of the framework.
        status: one of the statuses the installation's pack defines.
        scope: which part of the participation it is about.
        start_kind: what the source knows of the start.
        period: from the day it began to the day it stopped.
        source: id of the source.
        end_source: id of the source of the end; empty while the period has none.
        locator: where in the source it stands.
        note: anything a reader should know.
    """

    party: str
    framework: str
    status: str
    scope: Scope
    start_kind: StartKind
    period: Period
    source: str
    end_source: str = ""
    locator: str = ""
    note: str = ""
