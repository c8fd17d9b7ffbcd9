"""Labels say who may read a document: a policy, a level, a release to others, a group that needs to know.

Rules: DESIGN.md, "Audience language"; uncertainty narrows, deny wins, and whatever is unknown denies.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

DASH = "–"
RELEASABLE = "Releasable to"
NEED_TO_KNOW = "Need to know:"
LONGEST_MARKING = 3_000
"""Characters of a marking: more than its level, the longest sentence and the name of a group together."""


@dataclass(frozen=True)
class Level:
    """How far a document must be protected.

    Args:
        id: names the level for ever: "unclassified".
        name: what a marking says: "NATO UNCLASSIFIED".
        rank: its place, 0 for what needs no clearance.
    """

    id: str
    name: str
    rank: int


@dataclass(frozen=True, order=True)
class Label:
    """Who may read.

    Args:
        policy: id of the host whose rules apply; its members and the host itself are the home audience.
        level: id of a level of the policy.
        release: an audience in canonical form, released to beside the home audience; "" for home only.
        group: id of the group that needs to know; "" where everybody in the audience may read.
    """

    policy: str
    level: str
    release: str = ""
    group: str = ""

    @property
    def digest(self) -> str:
        """Names the label by what it says; a label whose stored digest differs is damaged, and lets nobody read."""
        said = "\n".join((self.policy, self.level, self.release, self.group))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True)
class Reader:
    """What is known of somebody who wants to read.

    Args:
        is_active: whether the account is open.
        parties: ids of the parties the person acts for on the day.
        clearance: rank of the highest level the person is cleared for; 0 without a clearance.
        groups: ids of the groups the person is in.
    """

    is_active: bool
    parties: frozenset[str]
    clearance: int
    groups: frozenset[str]


NOBODY = Reader(is_active=False, parties=frozenset(), clearance=0, groups=frozenset())
"""Somebody of whom nothing is known, or who holds no role."""


def is_readable(
    label: Label, *, levels: Mapping[str, Level], ceiling: Level, reader: Reader, audience: frozenset[str]
) -> bool:
    """Whether somebody may read what bears a label.

    Args:
        label: of the document.
        levels: of the label's policy, by id.
        ceiling: the highest level this installation may hold.
        reader: who wants to read.
        audience: ids of the parties in the label's audience at the moment.

    Rule: person active, level within clearance and ceiling, a party of theirs in the audience now, and the person in
    the group that needs to know if there is one. A level that is not known denies.
    """
    level = levels.get(label.level)
    return (
        reader.is_active
        and level is not None
        and level.rank <= min(ceiling.rank, reader.clearance)
        and bool(reader.parties & audience)
        and (not label.group or label.group in reader.groups)
    )


def marking(level: str, release: str = "", group: str = "") -> str:
    """The label as people write it on a page: "NATO UNCLASSIFIED – Releasable to PfP, JPN".

    Args:
        level: name of the level.
        release: the release in the words people use; "" for none.
        group: title of the group that needs to know; "" for none.
    """
    said = [level, f"{RELEASABLE} {release}" if release else "", f"{NEED_TO_KNOW} {group}" if group else ""]
    return f" {DASH} ".join(part for part in said if part)


@dataclass(frozen=True)
class Marking:
    """A marking taken apart: the words of it, which still have to be found in the register.

    Args:
        level: id of the level.
        release: the sentence after "Releasable to"; "" for none.
        group: what follows "Need to know:"; "" for none.
    """

    level: str
    release: str
    group: str


class BadMarking(ValueError):
    """A text that is no marking of this installation."""

    code = "bad-marking"


_RELEASE = re.compile(r"^(?:[-–—,;:.]|//)?\s*(?:rel(?:easable)?\.?)\s*(?:to\b|:)\s*", re.IGNORECASE)
_GROUP = re.compile(r"\s*(?:[-–—,;]|//)?\s*need[ -]to[ -]know\s*:?\s+", re.IGNORECASE)


def read_marking(text: str, *, levels: Mapping[str, Level]) -> Marking:
    """Take a marking apart as people write them: "NATO UNCLASSIFIED Releasable to PfP/MD/ICI".

    Args:
        text: the marking.
        levels: that a marking may name, by id.

    Raises:
        BadMarking: it is too long, names no level, or goes on with something that is no release.
    """
    if len(text) > LONGEST_MARKING:
        raise BadMarking(
            f"A marking has {LONGEST_MARKING:,} characters at most; define a group of parties and name it."
        )
    said = " ".join(text.split())
    named = sorted(levels.values(), key=lambda level: len(level.name), reverse=True)
    found = next((level for level in named if _begins(said, level.name)), None)
    if found is None:
        names = ", ".join(f'"{level.name}"' for level in sorted(named, key=lambda level: level.rank))
        raise BadMarking(f'The marking "{said}" begins with no level known here; begin with one of {names}.')
    rest = said[len(found.name) :].strip()
    rest, group = _split_group(rest)
    if not rest:
        return Marking(found.id, "", group)
    release = _RELEASE.match(rest)
    if release is None:
        raise BadMarking(f'After "{found.name}" the marking says "{rest}"; write "{RELEASABLE}" and to whom.')
    sentence = rest[release.end() :].strip().rstrip(".")
    if not sentence:
        raise BadMarking(f'The marking ends after "{RELEASABLE}"; name those it is released to, or leave that out.')
    # "PfP/MD/ICI" is how markings join what a sentence joins by commas
    return Marking(found.id, re.sub(r"\s*/\s*", ", ", sentence), group)


def _begins(said: str, name: str) -> bool:
    rest = said[len(name) :]
    return said.casefold().startswith(name.casefold()) and (not rest or not rest[0].isalnum())


def _split_group(rest: str) -> tuple[str, str]:
    parts = _GROUP.split(f" {rest}", maxsplit=1)
    return (parts[0].strip(), parts[1].strip()) if len(parts) == 2 else (rest, "")
