"""What goes into a rule and what comes out: a claim, a verdict, a reason and the facts it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the register makes of a claim."""

    AGREE = "agree"
    DISAGREE = "disagree"
    PARTLY = "partly"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Claim:
    """One thing a page says.

    Args:
        source: id of the page.
        locator: where on the page.
        kind: the family, such as "partner-list" or "founding".
        subject: id of what it speaks of.
        predicate: what it says of it, such as "joined".
        object: what it names: an id, a number with its unit, or words.
        date_or_period: when, as the page puts it; empty when it gives no date.
    """

    source: str
    locator: str
    kind: str
    subject: str
    predicate: str
    object: str
    date_or_period: str


@dataclass(frozen=True)
class FactUsed:
    """A row of the register that a judgement rests on.

    Args:
        table: table of the pack format that holds it.
        row: its number in that table; of a participation, the number of the assertion.
        source: who says so.
        says: what it says, in a few words.
    """

    table: str
    row: int
    source: str
    says: str


@dataclass(frozen=True)
class Judgement:
    """What the register makes of a claim, and why.

    Args:
        verdict: one of the four.
        reason: one or more full sentences.
        facts: what it rests on, the weightiest first.
    """

    verdict: Verdict
    reason: str
    facts: tuple[FactUsed, ...] = ()


def judged(claim: Claim, verdict: Verdict, reason: str, facts: Iterable[FactUsed] = ()) -> Judgement:
    """A judgement that owns up when nobody but the page itself stands behind it.

    Args:
        claim: what was judged.
        verdict: what the register makes of it.
        reason: a full sentence.
        facts: what it rests on.
    """
    used = tuple(dict.fromkeys(facts))
    confirms = verdict in (Verdict.AGREE, Verdict.PARTLY)
    if confirms and used and {fact.source for fact in used} == {claim.source}:
        reason += f" The register holds this by this source alone ({claim.source})."
    return Judgement(verdict, reason, used)


def cannot_tell(reason: str) -> Judgement:
    """The register holds nothing that bears on the claim.

    Args:
        reason: what it would have to hold.
    """
    return Judgement(Verdict.CANNOT_TELL, reason)
