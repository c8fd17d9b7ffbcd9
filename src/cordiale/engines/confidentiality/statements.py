"""What a label says at one instant, expanded: who may read, and who will when that is next known to change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cordiale.domain.labels import Label

LONGEST_WORD = 300
"""Characters of a name, a code or an id."""
LONGEST_SENTENCE = 2_000
"""Characters of a release; as long as an audience may be."""


class NotSayable(ValueError):
    """A statement holds a text or a moment that has no one form in XML: a mistake of the program."""

    code = "label-not-sayable"


@dataclass(frozen=True)
class Information:
    """The part of a label that decides who may read.

    Args:
        policy: name of the policy: "NATO".
        classification: name of the level without that of the policy: "UNCLASSIFIED".
        context: whose the information is, and "Releasable" where it is released to others.
        releasable: everybody who may read, home audience included: ISO 3166 alpha-3 codes, ids of organisations.
        group: id of the group that needs to know; "" for none.

    Raises:
        NotSayable: a text is empty, too long, or holds what is not one printable line.
    """

    policy: str
    classification: str
    context: frozenset[str]
    releasable: frozenset[str]
    group: str = ""

    def __post_init__(self) -> None:
        _refuse_unsayable((self.policy, self.classification, *self.context, *self.releasable))
        _refuse_unsayable((self.group,) if self.group else ())
        if not self.context or not self.releasable:
            raise NotSayable("a label names whose it is and who may read")


@dataclass(frozen=True)
class Successor:
    """What a label will say from a moment on.

    Args:
        at: when, in UTC.
        information: what holds from then.
    """

    at: datetime
    information: Information

    def __post_init__(self) -> None:
        _refuse_local(self.at)


@dataclass(frozen=True)
class LabelStatement:
    """A whole label, as it goes out and comes in.

    Args:
        information: who may read.
        created_at: the instant for which that was worked out, in UTC.
        review_at: when it must be looked at again, in UTC; None when no change is known.
        successor: what it will say then, where that is known.
        originator: id of the party the document comes from; "" when it is nobody we name.
        own: the label in our own words, before it was expanded; None in a label that others wrote.
    """

    information: Information
    created_at: datetime
    review_at: datetime | None = None
    successor: Successor | None = None
    originator: str = ""
    own: Label | None = None

    def __post_init__(self) -> None:
        _refuse_local(self.created_at)
        if self.review_at is not None:
            _refuse_local(self.review_at)
        _refuse_unsayable((self.originator,) if self.originator else ())
        if self.own is not None:
            _refuse_unsayable((self.own.policy, self.own.level))
            _refuse_unsayable((self.own.group,) if self.own.group else ())
            _refuse_unsayable((self.own.release,) if self.own.release else (), longest=LONGEST_SENTENCE)


def is_sayable(text: str, *, longest: int = LONGEST_WORD) -> bool:
    """Whether a text is one line of printable words with single spaces between them, so that XML keeps it."""
    return 0 < len(text) <= longest and text.isprintable() and text == " ".join(text.split())


def _refuse_unsayable(texts: Iterable[str], *, longest: int = LONGEST_WORD) -> None:
    for text in texts:
        if not is_sayable(text, longest=longest):
            raise NotSayable(f"{text[:80]!r} is not one line of 1 to {longest:,} printable characters")


def _refuse_local(at: datetime) -> None:
    if at.tzinfo is not UTC or at.utcoffset() != timedelta(0):
        raise NotSayable(f"{at} is no moment in UTC")
