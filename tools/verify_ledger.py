"""Checks a ledger of Cordiale without Cordiale: one file, Python's standard library, nothing to install.

    python tools/verify_ledger.py FILE [--head NUMBER:HASH]

FILE is what `cordiale ledger export` printed, or the SQLite file itself (a backup is one, too), which is opened for
reading only. --head names a head published earlier, as `cordiale ledger head` printed it: that entry must still stand.

Of an export it checks numbers, moments, hashes, the contents kept, and the head. Of a SQLite file it checks the clock
as well, and that the rows of the register are those the entries recorded.

Exit codes: 0 all holds; 1 it does not, and the first broken entry is named; 2 FILE cannot be read, or the command was
not understood. The rules are written here a second time on purpose: see docs/reference/ledger.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

START = "0" * 64
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
HASHED = ("number", "at", "actor", "verb", "subject", "reason", "commitment", "previous")
ERASED = "ledger.content-erased"
SQLITE_MAGIC = b"SQLite format 3\0"

ROWS = {
    "sources": "source_version pack named_id title publisher url published language precedence",
    "parties": "party_version pack named_id kind name iso2 iso3 valid_from valid_to note",
    "party_names": "party_name pack party_id name language valid_from valid_to kind source_id",
    "regions": "region_version pack named_id name",
    "party_regions": "party_region pack party_id region_id source_id",
    "frameworks": "framework_version pack named_id name short_name kind established dissolved succeeds_id"
    " description rule source_id complete_from complete_to coverage_note",
    "framework_aims": "framework_aim pack framework_id kind text source_id locator",
    "framework_dates": "framework_date pack framework_id event date source_id locator note",
    "participation": "assertion pack party_id framework_id status scope start_kind valid_from valid_to"
    " source_id end_source_id locator note starts_earliest starts_latest ends_earliest"
    " ends_latest replaces_id",
    "agreements": "agreement_version pack named_id title kind date place parties source_id",
    "signatures": "signature pack agreement_id office person organisation_id date source_id",
    "entitlements": "entitlement pack agreement_id beneficiary what valid_from valid_to source_id",
    "policies": "policy_version pack named_id title date place develops_id summary source_id",
    "framework_policies": "framework_policy pack framework_id policy_id source_id",
    "instruments": "instrument_version pack named_id party_id type title signed_or_agreed valid_from valid_to"
    " supersedes_id source_id note",
    "bodies_meetings": "meeting pack body date level place topic source_id",
    "cadences": "cadence pack framework_id level times per valid_from valid_to source_id",
    "body_blocks": "body_block pack framework_id level blocked_by_id valid_from valid_to reason source_id",
    "preconditions": "precondition pack framework_id party_id text state since source_id",
    "relation_notes": "relation_note pack party_id framework_id date text source_id",
    "events": "event_version pack named_id date title kind source_id",
    "event_links": "event_link pack event_id relation target_table target_id source_id",
    "offices": "office pack code organisation_id party_id name place opened closed note source_id",
    "contacts": "contact pack organisation_id unit address kind source_id",
    "objectives": "objective pack code text_in_own_words source_id locator",
    "areas": "area_version pack named_id name scheme source_id",
    "joint_actions": "joint_action pack number adopted area_id title_in_own_words source_id",
    "operations": "operation_version pack named_id name led_by_id start end source_id",
    "contributions": "contribution pack party_id operation_id valid_from valid_to personnel source_id note",
    "programmes_menu": "programme pack code name acronym description open_to source_id",
    "seed_claims": "claim pack source_id locator kind subject predicate object date_or_period"
    " agrees_with_register explanation",
    "pack_edition": "pack_edition pack title edition manifest",
    "audience_group": "audience_group pack code title audience",
}
"""Table as entries name it, to the table of the database and the columns their digests are over, in order."""

LISTS = {("agreement_version", "parties"), ("programme", "open_to")}
"""Columns that hold several ids as ";a;b;"; the digest is over "a;b"."""


class Unreadable(Exception):
    """The file is neither an export nor a ledger in SQLite."""


class Broken(Exception):
    """The ledger does not hold: at which entry, and why."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"The ledger does not hold at entry {number}: {what}.")


@dataclass(frozen=True)
class Entry:
    """One entry: the hashed fields by name, its own hash, and what is kept of its content (None when nothing is)."""

    fields: dict[str, Any]
    hash: str
    salt: str | None
    content: str | None


@dataclass
class Chain:
    """What was checked so far; `erased` holds the subjects of all entries that erased the content of another."""

    erased: frozenset[str]
    number: int = 0
    head: str = START
    at: str = ""
    hashes: dict[int, str] = field(default_factory=dict)

    def follow(self, entry: Entry) -> None:
        """Check that an entry is the next link and holds in itself."""
        wanted = self.number + 1
        found = entry.fields["number"]
        if found != wanted:
            raise Broken(wanted, f"it is missing, entry {found} stands in its place")
        if entry.fields["previous"] != self.head:
            raise Broken(wanted, "it is not chained to the entry before it")
        at = entry.fields["at"]
        if not isinstance(at, str) or not MOMENT.fullmatch(at):
            raise Broken(wanted, f"its moment is {at!r}, not written as yyyy-mm-ddThh:mm:ss.ffffffZ")
        if at <= self.at:
            raise Broken(wanted, f"its moment {at} does not come after that of the entry before it ({self.at})")
        if sha256(canonical([entry.fields[name] for name in HASHED])) != entry.hash:
            raise Broken(wanted, "it was changed after it was written")
        if bool(entry.salt) != bool(entry.content):
            raise Broken(wanted, "salt and content do not go together; an erasure removes both")
        if entry.salt and sha256(f"{entry.salt}\n{entry.content}".encode()) != entry.fields["commitment"]:
            raise Broken(wanted, "its content was changed after it was written")
        if not entry.salt and f"entry:{wanted}" not in self.erased:
            raise Broken(wanted, "its content is gone, and no entry says that it was erased")
        self.number, self.head, self.at = wanted, entry.hash, at
        self.hashes[wanted] = entry.hash

    def end(self, number: Any, head: Any) -> None:
        """Check that the chain ends where it was recorded to end."""
        if (number, head) == (self.number, self.head):
            return
        if isinstance(number, int) and number > self.number:
            raise Broken(self.number + 1, f"it is missing, the ledger ends early: its head is entry {number}")
        raise Broken(max(self.number, 1), f"it is not the head that was recorded (entry {number}, {head})")


def sha256(data: bytes) -> str:
    """The digest in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spare white space, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def check(file: Path) -> Chain:
    """Check a file of either kind, and answer what it holds.

    Raises:
        Broken: the ledger does not hold.
        Unreadable: the file is of neither kind.
    """
    try:
        with file.open("rb") as handle:
            is_sqlite = handle.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
        return check_sqlite(file) if is_sqlite else check_export(file)
    except (OSError, UnicodeDecodeError, sqlite3.DatabaseError) as error:
        raise Unreadable(f"{file} cannot be read ({error}); name an export or the SQLite file of a ledger") from None


def check_export(file: Path) -> Chain:
    """Check JSON lines: entries in order, then the head."""
    chain, head = Chain(_erased_in(file)), None
    with file.open(encoding="utf-8") as lines:
        for place, line in enumerate(lines, start=1):
            said = _object(line)
            if said is None and place == 1:
                raise Unreadable(f"{file} is no export of a ledger; its first line is no JSON object")
            if head is not None:
                raise Broken(chain.number + 1, "something follows the head of the export")
            if said is None:
                raise Broken(chain.number + 1, f"line {place} of the export cannot be read")
            if "head" in said:
                head = said["head"] if isinstance(said["head"], dict) else {}
            else:
                chain.follow(_exported(said, chain.number + 1))
    if chain.number == 0 and head is None:
        raise Unreadable(f"{file} is empty; name an export or the SQLite file of a ledger")
    if head is None:
        raise Broken(chain.number + 1, "the export ends without its head, so entries may have been cut off")
    chain.end(head.get("number"), head.get("hash"))
    return chain


def _erased_in(file: Path) -> frozenset[str]:
    with file.open(encoding="utf-8") as lines:
        said = (_object(line) or {} for line in lines if ERASED in line)
        return frozenset(str(one.get("subject")) for one in said if one.get("verb") == ERASED)


def _object(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _exported(said: dict[str, Any], number: int) -> Entry:
    """An entry from a line of an export; `number` is the one it should have."""
    wanted = {*HASHED, "hash"}
    wrong = sorted((wanted - set(said)) | (set(said) - wanted - {"salt", "content"}))
    if wrong:
        raise Broken(number, f"its line lacks or adds: {', '.join(wrong)}")
    return Entry({name: said[name] for name in HASHED}, said["hash"], said.get("salt"), said.get("content"))


def check_sqlite(file: Path) -> Chain:
    """Check the tables of a ledger in SQLite, in one snapshot, and the rows of the register that go with it."""
    with closing(sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True)) as database:
        database.execute("BEGIN")
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"ledger_clock", "ledger_entry", "ledger_content"} <= tables:
            raise Unreadable(f"{file} holds no ledger; name the SQLite file of an installation")
        subjects = database.execute("SELECT subject FROM ledger_entry WHERE verb = ?", (ERASED,))
        chain = Chain(frozenset(str(subject) for (subject,) in subjects))
        register = Register(database, tables)
        for entry in _stored(database):
            chain.follow(entry)
        _check_clock(database, chain)
        for entry in _stored(database):
            register.check(entry)
        stray = register.first_stray(chain.number)
        if stray is not None:
            raise Broken(stray, "rows of the register refer to it, and it is not there")
    return chain


def _stored(database: sqlite3.Connection) -> Iterator[Entry]:
    names = ", ".join(f"e.{name}" for name in (*HASHED, "hash"))
    rows = database.execute(
        f"SELECT {names}, c.entry_id, c.salt, c.content FROM ledger_entry e"  # noqa: S608  # names of our own
        " LEFT JOIN ledger_content c ON c.entry_id = e.number ORDER BY e.number"
    )
    for *hashed, own, kept, salt, content in rows:
        if kept is None:
            raise Broken(hashed[0], "its content was removed; only its erasure would be lawful")
        yield Entry(dict(zip(HASHED, hashed, strict=True)), own, salt, content)


def _check_clock(database: sqlite3.Connection, chain: Chain) -> None:
    """The one row that says where the ledger stands."""
    rows = database.execute("SELECT one, number, head, at, register_number, register_hash FROM ledger_clock").fetchall()
    if len(rows) != 1 or rows[0][0] != 1:
        raise Broken(max(chain.number, 1), "the clock of the ledger is gone")
    _, number, head, at, register_number, register_hash = rows[0]
    chain.end(number, head)
    if at != chain.at:
        raise Broken(max(chain.number, 1), f"the clock holds another moment ({at})")
    if register_hash != (chain.hashes.get(register_number) if register_number else START):
        raise Broken(register_number, "the clock names it as the register's last, and not by its hash")


class Register:
    """The rows of the register, compared with what the entries recorded of them."""

    def __init__(self, database: sqlite3.Connection, tables: set[str]) -> None:
        self._database = database
        self._touched: dict[int, set[str]] = defaultdict(set)
        for name, said in ROWS.items():
            table = said.split()[0]
            for column in ("known_from_id", "known_to_id") if table in tables else ():
                query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608  # as above
                for (number,) in database.execute(query):
                    self._touched[number].add(name)

    def check(self, entry: Entry) -> None:
        """Check that its rows are still as the entry recorded them; not possible once its content was erased."""
        number = entry.fields["number"]
        if not entry.content:
            return
        recorded = json.loads(entry.content)
        wanted: dict[str, Any] = {}
        for part in recorded if isinstance(recorded, list) else ():
            wanted |= part.get("rows", {}) if isinstance(part, dict) else {}
        for name in sorted(self._touched.get(number, set()) | set(wanted)):
            if name not in ROWS or self._digest(name, number) != wanted.get(name, {}).get("digest"):
                raise Broken(number, f"rows of {name} are no longer what it recorded")

    def first_stray(self, last: int) -> int | None:
        """The lowest number after the last entry that rows refer to."""
        return min((number for number in self._touched if number > last), default=None)

    def _digest(self, name: str, number: int) -> str:
        """SHA-256 over one line a row, sorted: + or - for recorded or closed, then its cells as a JSON array."""
        table, *columns = ROWS[name].split()
        lists = {place for place, column in enumerate(columns) if (table, column) in LISTS}
        lines = []
        for mark, column in ((b"+", "known_from_id"), (b"-", "known_to_id")):
            chosen = ", ".join(f'"{column}"' for column in columns)
            query = f"SELECT {chosen} FROM {table} WHERE {column} = ?"  # noqa: S608  # as above
            for row in self._database.execute(query, (number,)):
                lines.append(mark + canonical([_cell(value, place in lists) for place, value in enumerate(row)]))
        return sha256(b"\n".join(sorted(lines)))


def _cell(value: Any, is_list: bool) -> str:
    text = "" if value is None else str(value)
    return text.strip(";") if is_list else text


def check_published(chain: Chain, published: str) -> None:
    """Check that an entry published earlier as NUMBER:HASH still stands: cut short or written anew shows here."""
    number, _, wanted = published.partition(":")
    found = chain.hashes.get(int(number)) if int(number) else START
    if found is None:
        raise Broken(int(number), "it was published and is gone")
    if found != wanted:
        raise Broken(int(number), "it is not the one that was published")


def head_of(text: str) -> str:
    """A published head as argparse takes it."""
    if not re.fullmatch(r"[0-9]{1,18}:[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError(f'"{text}" is no head; write NUMBER:HASH, as `cordiale ledger head` prints it')
    return text


def main(arguments: Iterable[str] | None = None) -> int:
    """Check what the command line names; the exit code."""
    parser = argparse.ArgumentParser(prog="verify_ledger.py", description="Check a ledger of Cordiale.")
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="what `cordiale ledger export` printed, or the SQLite file"
    )
    parser.add_argument(
        "--head", metavar="NUMBER:HASH", type=head_of, help="a head published earlier that must still stand"
    )
    given = parser.parse_args(None if arguments is None else list(arguments))
    try:
        chain = check(given.file)
        if given.head:
            check_published(chain, given.head)
    except Unreadable as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except Broken as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"The ledger holds: {chain.number:,} entries, head {chain.number}:{chain.head}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
