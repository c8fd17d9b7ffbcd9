"""Checks threat information against STIX 2.1 and says what it holds.

The library of the standard's own keepers (stix2) checks the objects; what could make it slow is bounded before.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import stix2
from stix2.exceptions import STIXError

from cordiale.engines.files.kinds import STIX
from cordiale.engines.files.refusing import NotStix, StixTooLarge

MOST_OBJECTS = 5_000
DEEPEST = 40
"""Lists and objects inside each other; STIX itself needs about eight."""
MOST_PATTERN = 5_000
"""Characters of an indicator's pattern."""
MOST_PATTERNS = 150_000
"""Characters of all patterns; the library takes up to a tenth of a millisecond for each."""
MOST_NAMES = 200
"""Names that a summary lists."""
_DIGITS: Final = 30
"""Of a number; reading longer ones takes time that grows with their square."""
_SEND_21 = "export it again as STIX 2.1"


@dataclass(frozen=True)
class Named:
    """An object that has a name.

    Args:
        id: its identifier, "malware--...".
        type: its type, "malware".
        name: as the bundle says it.
    """

    id: str
    type: str
    name: str


@dataclass(frozen=True)
class Bundle:
    """What a bundle holds.

    Args:
        id: its identifier.
        counts: type to how many objects, in the order of the types.
        names: objects that have a name, in the order of the file, at most `MOST_NAMES`.
        created: the earliest moment at which any object but a marking was made; None when none says.
        modified: the latest at which any of them was changed; None when none says.
        markings: what its marking definitions say ("TLP:GREEN", a statement), in the order of the file, each once.
    """

    id: str
    counts: Mapping[str, int]
    names: tuple[Named, ...]
    created: datetime | None
    modified: datetime | None
    markings: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many objects."""
        return sum(self.counts.values())


def loaded(content: bytes) -> dict[str, Any]:
    """A bundle as JSON, with its outermost shape checked and its objects not.

    Raises:
        NotStix: it is no JSON in UTF-8, no bundle, or has no list of objects.
        StixTooLarge: more bytes, objects or nesting than are checked.
    """
    if len(content) > STIX.most_bytes:
        raise StixTooLarge(f"the file has more than the {STIX.most_bytes:,} bytes that are checked", "split the bundle")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotStix("the file is not in UTF-8", _SEND_21, f"byte {error.start + 1:,}") from None
    _refuse_depth(text)
    try:
        bundle = json.loads(text, parse_constant=_no_constant, parse_int=_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise NotStix(
            f"the file is no JSON ({error.msg})", _SEND_21, f"line {error.lineno}, column {error.colno}"
        ) from None
    if not isinstance(bundle, dict) or bundle.get("type") != "bundle":
        raise NotStix("the file is no STIX bundle", "wrap its objects in a bundle")
    objects = bundle.get("objects")
    if not isinstance(objects, list) or not objects:
        raise NotStix("the bundle has no objects", _SEND_21, "objects")
    if len(objects) > MOST_OBJECTS:
        raise StixTooLarge(
            f"the bundle has {len(objects):,} objects, more than the {MOST_OBJECTS:,} that are checked",
            "split the bundle",
        )
    return bundle


def checked(content: bytes) -> Bundle:
    """Check a bundle, object by object; up to some fifteen seconds of work for the largest, so a matter for a job.

    Args:
        content: the file.

    Returns:
        What it holds.

    Raises:
        NotStix: an object is not what STIX 2.1 says; the error names the object and what is wrong with it.
        StixTooLarge.
    """
    bundle = loaded(content)
    objects = bundle.pop("objects")
    _parsed(bundle, "bundle")
    _refuse_patterns(objects)
    found = [_object(one, f"object {number}") for number, one in enumerate(objects, 1)]
    dated = [one for one in found if one["type"] != "marking-definition"]
    made = [one["created"] for one in dated if "created" in one]
    changed = [one["modified"] for one in dated if "modified" in one]
    named = [Named(one["id"], one["type"], one["name"]) for one in found if isinstance(one.get("name"), str)]
    return Bundle(
        id=bundle["id"],
        counts=dict(sorted(Counter(one["type"] for one in found).items())),
        names=tuple(named[:MOST_NAMES]),
        created=min(made, default=None),
        modified=max(changed, default=None),
        markings=tuple(dict.fromkeys(_marking(one) for one in found if one["type"] == "marking-definition")),
    )


def _refuse_patterns(objects: list[Any]) -> None:
    """Patterns cost most of the time, so they are measured before any of them is read."""
    lengths = [len(str(one.get("pattern", ""))) if isinstance(one, dict) else 0 for one in objects]
    for number, length in enumerate(lengths, 1):
        if length > MOST_PATTERN:
            raise StixTooLarge(
                f"the pattern has more than {MOST_PATTERN:,} characters", "split the indicator", f"object {number}"
            )
    if sum(lengths) > MOST_PATTERNS:
        raise StixTooLarge(f"its patterns have more than {MOST_PATTERNS:,} characters together", "split the bundle")


def _object(one: object, place: str) -> Mapping[str, Any]:
    if not isinstance(one, dict) or not isinstance(one.get("type"), str) or not isinstance(one.get("id"), str):
        raise NotStix("what stands here is no object with a type and an id", _SEND_21, place)
    place = f"{place}, {one['id'][:80]}"
    if one["type"] == "bundle":
        raise NotStix("a bundle stands inside the bundle", _SEND_21, place)
    # things observed (files, addresses) need not say it; all else must
    if one.get("spec_version", "2.1" if "created" not in one else "") != "2.1":
        raise NotStix('the object does not say "spec_version": "2.1"', _SEND_21, place)
    nothing = [name for name, value in one.items() if value is None]
    if nothing:
        raise NotStix(f"{nothing[0][:80]} has no value", "leave it out", place)
    parsed = _parsed(one, place)
    # the library gives moments that are missing the moment of reading
    invented = [name for name in parsed if isinstance(parsed[name], datetime) and name not in one]
    if invented:
        raise NotStix(f"the object lacks {invented[0]}", _SEND_21, place)
    return parsed


def _parsed(one: dict[str, Any], place: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = stix2.parse(one, allow_custom=False, version="2.1")
    except (STIXError, ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError) as error:
        # the library lets Python's own errors through when a value has a type it did not think of
        what = re.sub(r"\s+", " ", str(error))[:300]
        raise NotStix(f"not as STIX 2.1 says ({what})", _SEND_21, place) from None
    return found


def _marking(one: Mapping[str, Any]) -> str:
    """What a marking says: its name (the Traffic Light Protocol has one), its statement, or its identifier."""
    definition = one.get("definition") or {}
    tlp = definition.get("tlp")
    return str(
        one.get("name") or (f"TLP:{str(tlp).upper()}" if tlp else "") or definition.get("statement") or one["id"]
    )


def _refuse_depth(text: str) -> None:
    """Measure nesting before anything that calls itself reads it."""
    depth = 0
    for token in _TOKENS.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > DEEPEST:
                raise StixTooLarge(
                    f"lists and objects stand more than {DEEPEST} deep inside each other",
                    _SEND_21,
                    f"character {token.start() + 1:,}",
                )
        elif token[0] in "]}":
            depth -= 1


_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def _no_constant(name: str) -> None:
    raise NotStix(f"{name} is no number in JSON", _SEND_21)


def _number(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise NotStix(f"a number has more than {_DIGITS} digits", _SEND_21)
    return int(digits)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotStix("an object gives a property twice, which readers understand in two ways", _SEND_21)
    return found
