"""Checks a read log of Cordiale without Cordiale: one file, Python's standard library, nothing to install.

    python tools/verify_read_log.py FOLDER [--head FILE:LINES:HASH]...

FOLDER holds the files of the read log, or a copy of them. --head names a head known from elsewhere, such as from the
entries "sharing.read-log-headed" in an export of the ledger: that line must still stand. It may be repeated.

Exit codes: 0 all holds; 1 it does not, and every such file is named with its first broken line; 2 FOLDER cannot be
read, or the command was not understood. The rules are written here a second time on purpose:
docs/reference/read-log.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = 1
NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9-]{1,40}-[0-9]+-[0-9a-f]{16}\.jsonl")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
DIGEST = re.compile(r"[0-9a-f]{64}")
SAID = {"number", "at", "who", "parties", "action", "shown", "refused", "known", "register", "register_hash"}
SAID |= {"decided_at", "verdict", "previous", "hash"}
ACTIONS = {"page", "list", "search", "file", "feed", "mail", "stream"}


class Broken(Exception):
    """A file does not hold: at which line, and why. Line 0 is the opening, and the file as a whole."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(what)


@dataclass(frozen=True)
class Held:
    """A file that holds: its lines, the hash of the last, and the bytes of a line that a crash cut short."""

    lines: int
    head: str
    torn: int


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spare white space, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256(data: bytes) -> str:
    """The digest in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def check(file: Path, heads: dict[int, str]) -> Held:
    """Check a file from its opening to its end.

    Raises:
        Broken: it does not hold.
    """
    number, previous, torn, left = 0, "", 0, dict(heads)
    with file.open("rb") as texts:
        for text in texts:
            if not text.endswith(b"\n"):
                torn = len(text)
                break
            if not previous:
                previous = opened(text[:-1], file.name)
                continue
            number += 1
            previous = followed(text[:-1], number, previous)
            if left.pop(number, previous) != previous:
                raise Broken(number, "it is not the line whose head was recorded")
    if left:
        raise Broken(
            number + 1, f"it is missing: the head of line {max(left)} was recorded, and the file ends before it"
        )
    return Held(number, previous, torn)


def opened(text: bytes, name: str) -> str:
    """Check the opening of a file, and answer what its first line is chained to."""
    said = parsed(text, 0)
    if set(said) != {"format", "file", "installation"} or said["format"] != FORMAT:
        raise Broken(0, "it is no opening of a read log of this format")
    if said["file"] != name:
        raise Broken(0, f"the file was begun as {said['file']}")
    return sha256(text)


def followed(text: bytes, number: int, previous: str) -> str:
    """Check that a line is the next link, and answer its hash."""
    said = parsed(text, number)
    if wrong := sorted(SAID ^ set(said)):
        raise Broken(number, f"it lacks or adds {', '.join(wrong)}")
    if said["number"] != number:
        raise Broken(number, f"line {said['number']} stands in its place")
    if said["previous"] != previous:
        raise Broken(number, "it is not chained to the line before it")
    own = said.pop("hash")
    del said["previous"]
    if sha256(previous.encode() + canonical(said)) != own:
        raise Broken(number, "it was changed after it was written")
    if what := wrong_form(said):
        raise Broken(number, what)
    return str(own)


def wrong_form(said: dict[str, Any]) -> str:
    """What a line says that no line may say; "" when its form is right."""
    shown, refused = said["shown"], said["refused"]
    lists = [said["parties"], refused]
    if not all(isinstance(one, list) and all(isinstance(text, str) for text in one) for one in lists):
        return "parties or refused is no list of texts"
    if not isinstance(shown, list) or not all(
        isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and type(pair[1]) is int
        for pair in shown
    ):
        return "shown is no list of document code and label id"
    if said["action"] not in ACTIONS:
        return "its action is unknown"
    if said["verdict"] != ("shown" if shown else "refused" if refused else "none"):
        return "its verdict is not that of its documents"
    if not all(isinstance(said[key], str) and MOMENT.fullmatch(said[key]) for key in ("at", "decided_at")):
        return "a moment is not written as yyyy-mm-ddThh:mm:ss.ffffffZ"
    return ""


def parsed(text: bytes, number: int) -> dict[str, Any]:
    """A line as an object; one value has one text, so a line written in another way was not written by Cordiale."""
    try:
        said = json.loads(text)
        whole = isinstance(said, dict) and canonical(said) == text
    except (ValueError, RecursionError):
        raise Broken(number, "it cannot be read as JSON") from None
    if not whole:
        raise Broken(number, "it is not written as canonical JSON")
    return dict(said)


def head_of(text: str) -> tuple[str, int, str]:
    """A head as argparse takes it."""
    name, _, rest = text.partition(":")
    lines, _, own = rest.partition(":")
    if not (NAME.fullmatch(name) and re.fullmatch("[1-9][0-9]{0,17}", lines) and DIGEST.fullmatch(own)):
        raise argparse.ArgumentTypeError(f'"{text}" is no head; write FILE:LINES:HASH, as the ledger holds them')
    return name, int(lines), own


def main(arguments: Iterable[str] | None = None) -> int:
    """Check what the command line names; the exit code."""
    parser = argparse.ArgumentParser(prog="verify_read_log.py", description="Check a read log of Cordiale.")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the files of the read log")
    parser.add_argument(
        "--head",
        metavar="FILE:LINES:HASH",
        type=head_of,
        action="append",
        default=[],
        help="a head known from elsewhere that must still stand; may be repeated",
    )
    given = parser.parse_args(None if arguments is None else list(arguments))
    heads: dict[str, dict[int, str]] = defaultdict(dict)
    for name, lines, own in given.head:
        heads[name][lines] = own
    try:
        names = {path.name for path in given.folder.iterdir() if NAME.fullmatch(path.name)} | set(heads)
        return report(given.folder, sorted(names), heads)
    except OSError as error:
        print(f"{given.folder} cannot be read ({error}); name the folder of a read log", file=sys.stderr)
        return 2


def report(folder: Path, names: list[str], heads: dict[str, dict[int, str]]) -> int:
    """Check every file, tell what was found, and answer the exit code."""
    lines = broken = 0
    for name in names:
        try:
            if not (folder / name).is_file():
                raise Broken(0, f"the file is gone, and the head of its line {max(heads[name])} was recorded")
            held = check(folder / name, heads.get(name, {}))
        except Broken as fault:
            broken += 1
            print(f"{name} does not hold at line {fault.line}: {fault}.", file=sys.stderr)
            continue
        lines += held.lines
        end = f", then {held.torn:,} bytes that a crash cut short" if held.torn else ""
        print(f"{name}: {held.lines:,} lines, head {name}:{held.lines}:{held.head}{end}")
    if broken:
        print(f"The read log does not hold: {broken:,} of {len(names):,} files.", file=sys.stderr)
        return 1
    print(f"The read log holds: {lines:,} lines in {len(names):,} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
