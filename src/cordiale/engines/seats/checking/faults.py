"""What can be wrong with a result, and how its JSON is read without trusting any of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST = 250
"""Characters of a text that a sentence shows; the name of a row has two ids."""
WIDEST = 200
"""Bits of a number that a sentence shows; Python refuses to write very long ones."""


class Code(StrEnum):
    """What kind of fault."""

    SHAPE = "shape"
    UNKNOWN = "unknown"
    INSTANCE = "instance"
    POLICY = "policy"
    INELIGIBLE = "ineligible"
    NOT_LIVE = "not-live"
    SEATS = "seats"
    MINIMUM = "minimum"
    BUDGET = "budget"
    QUOTA = "quota"
    OVERLAP = "overlap"
    ASKED = "asked"
    WHOLE = "whole"
    BUNDLE = "bundle"
    STAGES = "stages"
    COMPLETE = "complete"
    VALUE = "value"
    BOUND = "bound"
    PROVEN = "proven"
    THRESHOLD = "threshold"
    FROZEN = "frozen"
    TIE = "tie"
    PRICE = "price"
    TOTAL_BOUND = "total-bound"
    ROOM = "room"
    CANCELLED = "cancelled"
    PARTY = "party"
    REFUSAL = "refusal"
    REPLANNED = "replanned"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Args:
        code: what kind.
        where: id of the line, party, activity or stage, or the key of the result.
        words: a sentence.
    """

    code: Code
    where: str
    words: str

    def __str__(self) -> str:
        return f"{self.where}: {self.words}"


class Faults:
    """Faults as they are found."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, code: Code, where: str, words: str) -> None:
        """Add one."""
        self.found.append(Fault(code, told(where), words))

    def fields(
        self, value: object, where: str, needs: Mapping[str, type], may: Mapping[str, type] | None = None
    ) -> dict[str, Any] | None:
        """The fields of an object, or None where it is not as it should be, which is a fault.

        Args:
            value: whatever was read.
            needs: key to what must be there: `dict`, `list`, `str`, `int` or `bool`. A truth is no number.
            may: as `needs`, of keys that may be absent; None for any others of any kind.
        """
        if not isinstance(value, dict):
            self.add(Code.SHAPE, where, f"an object is needed, not {kind_of(value)}")
            return None
        for key, kind in needs.items():
            if type(value.get(key)) is not kind:
                break
        else:
            if may is None or len(value) == len(needs):
                return value
        wrong = [f"{key} is missing" for key in needs if key not in value]
        for key, one in value.items():
            expected = needs.get(key) or (may or {}).get(key)
            if expected is None:
                if may is not None:
                    wrong.append(f"{told(key)} is not known")
            elif type(one) is not expected:
                wrong.append(f"{key} is {kind_of(one)}, not {KINDS[expected]}")
        if wrong:
            self.add(Code.SHAPE, where, "; ".join(wrong))
            return None
        return value

    def entries(
        self, value: list[Any], where: str, needs: Mapping[str, type], may: Mapping[str, type] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The entries of a list that are as they should be; `fields` says what is wrong with the others."""
        for place, one in enumerate(value):
            found = self.fields(one, f"{where}[{place}]", needs, may)
            if found is not None:
                yield found

    def same(self, code: Code, where: str, what: str, said: int, is_: int) -> None:
        """A fault where a number is not what was counted."""
        if said != is_:
            self.add(code, where, f"{what} is {number(said)}, and {number(is_)} by count")


KINDS: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    str: "text",
    int: "a whole number",
    bool: "a truth",
    float: "a number with a fraction",
    type(None): "nothing",
}


def kind_of(value: object) -> str:
    """What a value of JSON is, in words."""
    return KINDS.get(type(value), "something else")


def told(text: object) -> str:
    """A text as a sentence shows it: short, on one line, of characters that can be written."""
    if not isinstance(text, str):
        return kind_of(text)
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
    return "".join(one if one.isprintable() else "?" for one in short)


def number(value: int) -> str:
    """A number as a sentence shows it."""
    if value.bit_length() > WIDEST:
        return "a number beyond all bounds"
    return f"{value:,}"
