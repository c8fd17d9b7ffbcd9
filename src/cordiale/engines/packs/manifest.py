"""pack.toml: what a pack is, whose partnerships it describes, and the words it uses."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cordiale.domain.labels import Level
from cordiale.domain.participation import STATUS_ANSWERS, Answer, Scope
from cordiale.domain.period import ImpossibleDate, When, parse_when
from cordiale.engines.packs.cells import ID, BadCell
from cordiale.engines.packs.faults import Fault

FILE = "pack.toml"
FORMAT = 1

MARKS = ("plain", "square", "disc", "diamond", "triangle", "outline")
"""Shapes that mark a framework in lists and on maps; each has one colour."""

LONGEST_EDITION = 60

_TEXTS = ("id", "title", "edition", "host", "membership", "zone", "coverage_to", "terms", "about")


@dataclass(frozen=True)
class Status:
    """A status of participation as a pack defines it.

    Args:
        name: what people call it.
        answer: what it answers to "does it take part?".
        elsewhere: framework id to answer, where a framework reads the status differently.
    """

    name: str
    answer: Answer
    elsewhere: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True)
class Body:
    """A body that meets and is not a framework.

    Args:
        name: what people call it.
        parties: with whom it meets, beside the host; empty where that is not fixed.
    """

    name: str
    parties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """An audience with a name of its own.

    Args:
        name: what people call it.
        audience: the sentence that says whom it includes.
    """

    name: str
    audience: str


@dataclass(frozen=True)
class Manifest:
    """What pack.toml says.

    Args:
        id: names the pack for ever.
        title: what people call it.
        edition: which state of the pack this is, usually a date.
        host: the party whose partnerships these are.
        membership: the framework whose members are the host's own.
        zone: time zone in which the host's legal days begin and end.
        coverage_to: the date up to which the pack claims to know.
        terms: licence of the compilation, an SPDX expression.
        about: one sentence for the page that describes the data.
        statuses: status id to its meaning.
        bodies: id to body, of bodies that meet and are not frameworks.
        groups: id to a named audience.
        local_suspension: frameworks whose suspension stays local: elsewhere nobody is left out for it.
        spared_scopes: scopes whose state bears on no right: a suspension of that scope alone leaves out nobody.
        marks: framework id to the shape that marks it; frameworks without one are marked "plain".
        levels: level id to the words of a marking, the lowest first; without any there is one, "UNCLASSIFIED".
        text: the file as it was, for a lossless export.
    """

    id: str
    title: str
    edition: str
    host: str
    membership: str
    zone: ZoneInfo
    coverage_to: When
    terms: str
    about: str
    statuses: Mapping[str, Status]
    bodies: Mapping[str, Body]
    groups: Mapping[str, Group]
    local_suspension: tuple[str, ...]
    spared_scopes: frozenset[Scope]
    marks: Mapping[str, str]
    levels: Mapping[str, Level]
    text: str

    def answer(self, *, status: str, framework: str) -> Answer:
        """What a status in a framework answers to "does it take part?"."""
        meaning = self.statuses[status]
        return meaning.elsewhere.get(framework, meaning.answer)


def read_manifest(text: str) -> tuple[Manifest | None, list[Fault]]:
    """Read pack.toml.

    Args:
        text: the file's text.

    Returns:
        The manifest and no faults, or None and every fault found.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [Fault(FILE, 0, 0, f"is not TOML: {error}")]
    faults: list[Fault] = []

    def fault(key: str, what: str) -> None:
        faults.append(Fault(FILE, _line(text, key), 0, f"{key}: {what}"))

    if data.get("format") != FORMAT:
        fault("format", f"write format = {FORMAT}, the format this version reads")
    for key in sorted(set(data) - {"format", *_TEXTS, *_OTHERS}):
        fault(key, "is not known here; remove it or correct its spelling")
    texts: dict[str, Any] = _texts(data, fault)
    zone, coverage = _zone(texts.pop("zone"), fault), _coverage(texts.pop("coverage_to"), fault)
    others: dict[str, Any] = {key: read(data.get(key), fault) for key, read in _OTHERS.items()}
    if faults or zone is None or coverage is None:
        return None, faults
    return Manifest(**texts, **others, zone=zone, coverage_to=coverage, text=text), []


ToldOf = Callable[[str, str], None]
"""Takes a key and what is wrong with it."""


def _texts(data: Mapping[str, Any], fault: ToldOf) -> dict[str, str]:
    texts = {}
    for key in _TEXTS:
        value = data.get(key)
        texts[key] = value if isinstance(value, str) and value.strip() else ""
        if not texts[key]:
            fault(key, f'is missing; write {key} = "..."')
    if len(texts["edition"]) > LONGEST_EDITION:
        fault("edition", f"holds more than {LONGEST_EDITION} characters; shorten it")
    for key in ("id", "host", "membership"):
        if texts[key]:
            try:
                ID.read(texts[key])
            except BadCell as error:
                fault(key, str(error))
    return texts


def _zone(name: str, fault: ToldOf) -> ZoneInfo | None:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fault("zone", f'"{name}" is no time zone; write one such as Europe/Brussels')
        return None


def _coverage(text: str, fault: ToldOf) -> When | None:
    try:
        return parse_when(text)
    except ImpossibleDate as error:
        fault("coverage_to", str(error))
        return None


def _local_suspension(data: Any, fault: ToldOf) -> tuple[str, ...]:
    if isinstance(data, list) and all(isinstance(framework, str) for framework in data):
        return tuple(data)
    if data is not None:
        fault("local_suspension", 'lists ids of frameworks, such as ["one", "other"]')
    return ()


def _spared_scopes(data: Any, fault: ToldOf) -> frozenset[Scope]:
    parts = {str(scope): scope for scope in Scope if scope is not Scope.ALL}
    if isinstance(data, list) and all(isinstance(scope, str) and scope in parts for scope in data):
        return frozenset(parts[scope] for scope in data)
    if data is not None:
        fault("spared_scopes", f"lists scopes; each is one of {', '.join(parts)}")
    return frozenset()


def _statuses(data: Any, fault: ToldOf) -> dict[str, Status]:
    if not isinstance(data, dict) or not data:
        fault("statuses", "defines no status; write a table such as [statuses.member]")
        return {}
    answers = {str(answer): answer for answer in STATUS_ANSWERS}
    statuses: dict[str, Status] = {}
    for key, value in data.items():
        place = f"statuses.{key}"
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            fault(place, 'needs a name, such as name = "Member"')
            continue
        elsewhere = value.get("frameworks", {})
        given = [value.get("answer"), *(elsewhere.values() if isinstance(elsewhere, dict) else [None])]
        if any(not isinstance(answer, str) or answer not in answers for answer in given):
            fault(place, f"every answer must be one of {', '.join(answers)}")
            continue
        statuses[key] = Status(value["name"], answers[given[0]], {f: answers[a] for f, a in elsewhere.items()})
    return statuses


def _bodies(data: Any, fault: ToldOf) -> dict[str, Body]:
    bodies: dict[str, Body] = {}
    data = {} if data is None else data
    if not isinstance(data, dict):
        fault("bodies", 'is no table; write [bodies] and lines such as council = "The Council"')
        return bodies
    for key, value in data.items():
        given = {"name": value} if isinstance(value, str) else value
        parties = given.get("parties", []) if isinstance(given, dict) else None
        if not isinstance(given, dict) or not given.get("name") or not isinstance(parties, list):
            fault(f"bodies.{key}", 'needs a name, such as council = "The Council"')
            continue
        bodies[key] = Body(str(given["name"]), tuple(str(party) for party in parties))
    return bodies


def _groups(data: Any, fault: ToldOf) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    data = {} if data is None else data
    if not isinstance(data, dict):
        fault("groups", "is no table; write a table such as [groups.partners]")
        return groups
    for key, value in data.items():
        texts = [value.get(part) for part in ("name", "audience")] if isinstance(value, dict) else [None]
        if not all(isinstance(text, str) and text.strip() for text in texts):
            fault(f"groups.{key}", 'needs a name and an audience, such as audience = "one, other"')
            continue
        groups[key] = Group(*(str(text) for text in texts))
    return groups


def _marks(data: Any, fault: ToldOf) -> dict[str, str]:
    data = {} if data is None else data
    if not isinstance(data, dict) or any(mark not in MARKS for mark in data.values()):
        fault("marks", f"maps framework ids to shapes; each shape is one of {', '.join(MARKS)}")
        return {}
    return dict(data)


def _levels(data: Any, fault: ToldOf) -> dict[str, Level]:
    data = {"unclassified": "UNCLASSIFIED"} if data is None else data
    if (
        not isinstance(data, dict)
        or not data
        or not all(isinstance(name, str) and name.strip() for name in data.values())
    ):
        fault("levels", 'names no level; write [levels] and lines such as unclassified = "UNCLASSIFIED"')
        return {}
    for key in data:
        try:
            ID.read(key)
        except BadCell as error:
            fault(f"levels.{key}", str(error))
    return {key: Level(key, name, rank) for rank, (key, name) in enumerate(data.items())}


_OTHERS = {
    "statuses": _statuses,
    "bodies": _bodies,
    "groups": _groups,
    "local_suspension": _local_suspension,
    "spared_scopes": _spared_scopes,
    "marks": _marks,
    "levels": _levels,
}
"""Keys that hold more than a text, and what reads each."""


def _line(text: str, key: str) -> int:
    """Line on which a key or table stands, 0 when it does not."""
    wanted = (f"{key} ", f"{key}=", f"[{key}]")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip().startswith(wanted):
            return number
    return 0
