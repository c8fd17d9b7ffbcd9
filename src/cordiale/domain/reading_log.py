"""The rules of the read log: what a line says, how it is written, and how lines are chained within their file.

tools/verify_read_log.py writes the same rules a second time on purpose: an auditor checks us without our code.
The format is documented in docs/reference/read-log.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal, Self, get_args

from cordiale.domain.ledger import canonical, written

FORMAT = 1
Action = Literal["page", "list", "search", "file", "feed", "mail", "stream"]
ACTIONS: frozenset[str] = frozenset(get_args(Action))
Verdict = Literal["shown", "refused", "none"]

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_OPENING_KEYS = {"format", "file", "installation"}


class BadLine(ValueError):
    """A line of a read log that cannot be read, or is not written as Cordiale writes it."""

    code = "bad-read-log-line"


def _refuse_odd(text: str) -> None:
    if not text:
        raise BadLine("a text is empty")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadLine("a text holds half a character") from None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One response, as it is told to the read log before its bytes leave.

    Args:
        at: moment of the request, UTC.
        who: the reader as the ledger names them, such as "person:17" or "public".
        parties: ids of the parties that the reader acted for.
        action: what was answered, one of `ACTIONS`.
        shown: code and label id of every document that the response holds.
        refused: codes of the documents that were asked for and are not in the response.
        known: number of the ledger that the decision was made on.
        register: register number that it was made on.
        register_hash: hash of that entry.
        decided_at: the database's moment that the decision was made for, UTC.
    """

    at: datetime
    who: str
    parties: tuple[str, ...]
    action: Action
    shown: tuple[tuple[str, int], ...]
    refused: tuple[str, ...]
    known: int
    register: int
    register_hash: str
    decided_at: datetime

    def __post_init__(self) -> None:
        """Refuse what could be written and not be read again: it would look as if somebody had changed the file.

        Raises:
            BadLine: a text is empty or holds half a character, a number is negative, a moment has no zone.
        """
        for text in (self.who, *self.parties, *(code for code, _label in self.shown), *self.refused):
            _refuse_odd(text)
        if min(self.known, self.register, *(label for _code, label in self.shown), 0) < 0:
            raise BadLine("a number is negative")
        if not _DIGEST.fullmatch(self.register_hash):
            raise BadLine("register_hash is no SHA-256 in hexadecimal digits")
        if self.at.tzinfo is None or self.decided_at.tzinfo is None:
            raise BadLine("a moment has no zone")
        if self.action not in ACTIONS:
            raise BadLine(f"action is none of {', '.join(get_args(Action))}")

    @property
    def verdict(self) -> Verdict:
        """What became of the request: something was shown, or all was refused, or no document was asked for."""
        if self.shown:
            return "shown"
        return "refused" if self.refused else "none"


_TOLD = tuple(field.name for field in fields(Reading))


@dataclass(frozen=True, kw_only=True)
class Line(Reading):
    """A reading as it stands in its file.

    Args:
        number: 1 for the first line of the file, without gaps.
        previous: hash of the line before; that of the opening for the first.
        hash: see `chain`.
    """

    number: int
    previous: str
    hash: str

    @classmethod
    def of(cls, reading: Reading, *, number: int, previous: str) -> Self:
        """The line that writes down a reading after the line whose hash is `previous`."""
        told = {name: getattr(reading, name) for name in _TOLD}
        return cls(**told, number=number, previous=previous, hash=chain(previous, said(reading, number)))

    @property
    def text(self) -> bytes:
        """The line as it stands in the file, with its line feed: canonical JSON."""
        return canonical({**said(self, self.number), "previous": self.previous, "hash": self.hash}) + b"\n"


@dataclass(frozen=True)
class Opening:
    """What stands above the first line of a file and binds it to its place.

    Args:
        file: the file's own name, part of it random.
        installation: which installation writes it.
    """

    file: str
    installation: str

    @property
    def text(self) -> bytes:
        """The opening as it stands in the file, with its line feed: canonical JSON."""
        return canonical({"format": FORMAT, "file": self.file, "installation": self.installation}) + b"\n"

    @property
    def hash(self) -> str:
        """What the first line is chained to: SHA-256 over the text without its line feed."""
        return hashlib.sha256(self.text[:-1]).hexdigest()


@dataclass(frozen=True)
class Fault:
    """The first place where a file does not hold; line 0 is the opening, and the file as a whole."""

    line: int
    what: str


@dataclass(frozen=True)
class Checked:
    """What became of the check of a file.

    Args:
        lines: how many lines hold, from the first on.
        head: hash of the last of them; that of the opening when there is none, "" without an opening.
        torn: bytes after the last line feed: the process ended while it wrote that line, so no response followed it.
        fault: the first fault, None when all of it holds.
    """

    lines: int
    head: str
    torn: int
    fault: Fault | None


def chain(previous: str, told: Mapping[str, Any]) -> str:
    """The hash of a line: SHA-256 over the hash before it and the canonical JSON of what the line says."""
    return hashlib.sha256(previous.encode() + canonical(told)).hexdigest()


def said(reading: Reading, number: int) -> dict[str, Any]:
    """All that a line says but its chain."""
    return {
        "number": number,
        "at": written(reading.at),
        "who": reading.who,
        "parties": reading.parties,
        "action": reading.action,
        "shown": reading.shown,
        "refused": reading.refused,
        "known": reading.known,
        "register": reading.register,
        "register_hash": reading.register_hash,
        "decided_at": written(reading.decided_at),
        "verdict": reading.verdict,
    }


def parse(text: bytes) -> Line:
    """Read a line as it stands in a file, with or without its line feed.

    Raises:
        BadLine: it is no such line, or written in another way than ours: one value has one text.
    """
    found = _object(text)
    wanted = {field.name for field in fields(Line)} | {"verdict"}
    if wrong := sorted(wanted ^ found.keys()):
        raise BadLine(f"it lacks or adds {', '.join(wrong)}")
    line = Line(
        at=_moment(found, "at"),
        who=_text(found, "who"),
        parties=_texts(found, "parties"),
        action=_text(found, "action"),  # type: ignore[arg-type]  # `Reading` refuses what is none
        shown=_shown(found["shown"]),
        refused=_texts(found, "refused"),
        known=_count(found, "known"),
        register=_count(found, "register"),
        register_hash=_digest(found, "register_hash"),
        decided_at=_moment(found, "decided_at"),
        number=_count(found, "number"),
        previous=_digest(found, "previous"),
        hash=_digest(found, "hash"),
    )
    if found["verdict"] != line.verdict:
        raise BadLine("its verdict is not that of its documents")
    if line.text != _whole(text):
        raise BadLine("it is not written as canonical JSON")
    return line


def parse_opening(text: bytes) -> Opening:
    """Read the opening of a file, with or without its line feed.

    Raises:
        BadLine: it is none, or of a format that this release does not know.
    """
    found = _object(text)
    if found.keys() != _OPENING_KEYS:
        raise BadLine("it is no opening of a read log")
    if found["format"] != FORMAT:
        raise BadLine(f"its format is {found['format']!r}, and this release reads {FORMAT}")
    opening = Opening(_text(found, "file"), _text(found, "installation"))
    _refuse_odd(opening.file)
    _refuse_odd(opening.installation)
    if opening.text != _whole(text):
        raise BadLine("it is not written as canonical JSON")
    return opening


def check(texts: Iterable[bytes], *, file: str, heads: Mapping[int, str] | None = None) -> Checked:
    """Check a file of the read log from its opening to its end.

    Args:
        texts: the lines of the file, each with its line feed; without one, the last is the torn end of a crash.
        file: the name that the file has now.
        heads: line number to hash, of heads known from elsewhere, such as the ledger: each must still stand. Without
            them nobody can tell that the last lines were cut off, or that all of the file was written anew.
    """
    wanted = dict(heads or {})
    number, previous, torn = 0, "", 0
    for text in texts:
        if not text.endswith(b"\n"):
            torn = len(text)
            break
        try:
            if not previous:
                previous = _opened(text, file)
                continue
            line = _followed(text, number + 1, previous)
        except BadLine as bad:
            place = number + 1 if previous else 0
            return Checked(number, previous, torn, Fault(place, str(bad)))
        if wanted.pop(line.number, line.hash) != line.hash:
            fault = Fault(line.number, "it is not the line whose head was recorded")
            return Checked(number, previous, torn, fault)
        number, previous = line.number, line.hash
    if wanted:
        what = f"it is missing: the head of line {max(wanted)} was recorded, and the file ends before it"
        return Checked(number, previous, torn, Fault(number + 1, what))
    return Checked(number, previous, torn, None)


def _opened(text: bytes, file: str) -> str:
    opening = parse_opening(text)
    if opening.file != file:
        raise BadLine(f"the file was begun as {opening.file}")
    return opening.hash


def _followed(text: bytes, number: int, previous: str) -> Line:
    """The line of a text, which must be this one, chained to the one before, unchanged."""
    line = parse(text)
    if line.number != number:
        raise BadLine(f"line {line.number} stands in its place")
    if line.previous != previous:
        raise BadLine("it is not chained to the line before it")
    if line.hash != chain(previous, said(line, number)):
        raise BadLine("it was changed after it was written")
    return line


def _whole(text: bytes) -> bytes:
    return text if text.endswith(b"\n") else text + b"\n"


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadLine("it cannot be read as JSON") from None
    if not isinstance(found, dict):
        raise BadLine("it is no JSON object")
    return found


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found[key]
    if not isinstance(value, str):
        raise BadLine(f"{key} is no text")
    return value


def _texts(found: Mapping[str, Any], key: str) -> tuple[str, ...]:
    if not isinstance(found[key], list):
        raise BadLine(f"{key} is no list")
    return tuple(_text({key: value}, key) for value in found[key])


def _whole_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _count(found: Mapping[str, Any], key: str) -> int:
    if not _whole_number(found[key]):
        raise BadLine(f"{key} is no whole number")
    return int(found[key])


def _digest(found: Mapping[str, Any], key: str) -> str:
    if not _DIGEST.fullmatch(value := _text(found, key)):
        raise BadLine(f"{key} is no SHA-256 in hexadecimal digits")
    return value


def _moment(found: Mapping[str, Any], key: str) -> datetime:
    value = _text(found, key)
    try:
        if _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        pass
    raise BadLine(f"{key} is no moment written as yyyy-mm-ddThh:mm:ss.ffffffZ")


def _shown(value: Any) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, list):
        raise BadLine("shown is no list")
    pairs = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or not _whole_number(pair[1]):
            raise BadLine("shown is no list of document code and label id")
        pairs.append((_text({"shown": pair[0]}, "shown"), int(pair[1])))
    return tuple(pairs)
