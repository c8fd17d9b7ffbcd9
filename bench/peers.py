"""Who is asked beside us: databases with the periods resolved beforehand, and policy engines fed with our standings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.registers import ZONE
from cordiale.engines.audience.deciding import windows
from cordiale.engines.audience.language import Audience, Name, parse
from cordiale.engines.standing.facts import never
from cordiale.engines.standing.resolving import IN_FORCE, POSSIBLE, RESTRICTED, SUSPENDED
from cordiale.engines.standing.sets import Sets, Windows
from cordiale.engines.standing.snapshot import Asked, Snapshot

WORDS = {IN_FORCE: "in force", SUSPENDED: "suspended"}


def answer(bits: int) -> str:
    """A state of the generated register as a database holds it."""
    return WORDS.get(bits & POSSIBLE, "not")


class Engine:
    """Ours. Each `ask_` takes a prepared question and gives a raw answer; `read_` makes it comparable."""

    name = "engine"

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot, self.sets = snapshot, Sets(snapshot)
        self.sentences: dict[tuple[str, ...], Audience] = {}
        self.windows: dict[tuple[str, ...], Windows] = {}

    def prepared(self, what: str, question: Any) -> Any:
        """A question in the form it is asked in."""
        if what == "known":
            party, framework, at, number = question
            return party, framework, at, Asked(number)
        if what == "cold":
            self.sentences[question[0]] = union(question[0])
        return question

    def ask_standing(self, question: tuple[str, str, int]) -> int:
        """The state of a pair, raw."""
        return self.snapshot.bits(*question)

    def ask_known(self, question: tuple[str, str, int, Asked]) -> int:
        """The state of a pair as known at a number, raw."""
        return self.snapshot.bits_known(*question)

    def ask_cold(self, question: tuple[tuple[str, ...], int]) -> list[str]:
        """Nothing kept of any set: as for a day nobody asked about yet."""
        names, at = question
        for kept in (*self.sets._kept.values(), self.sets.restricted()):
            kept._starts.clear()
            kept._kept.clear()
        return self.sets.names(windows(self.sentences[names], sets=self.sets, groups={}).at(at).bits)

    def ask_seen(self, question: tuple[tuple[str, ...], int]) -> int:
        """The parties of an audience asked for before, raw."""
        names, at = question
        kept = self.windows.get(names)
        if kept is None:
            kept = self.windows[names] = windows(union(names), sets=self.sets, groups={})
        return kept.at(at).bits

    def read(self, what: str, found: Any) -> Any:
        """A raw answer in a form that compares."""
        return found if what == "cold" else answer(found)


def union(names: Sequence[str]) -> Audience:
    """The audience of several frameworks."""
    return parse(", ".join(names), naming=lambda word: Name("framework", word))


PERIODS = """
CREATE TABLE period (party INTEGER NOT NULL, framework INTEGER NOT NULL, starts BIGINT NOT NULL, ends BIGINT NOT NULL,
    answer TEXT NOT NULL, restricted INTEGER NOT NULL);
CREATE TABLE assertion (party INTEGER NOT NULL, framework INTEGER NOT NULL, starts BIGINT NOT NULL,
    ends BIGINT NOT NULL, answer TEXT NOT NULL, entry INTEGER NOT NULL, weight INTEGER NOT NULL,
    since INTEGER NOT NULL, until INTEGER NOT NULL)
"""
INDEXES = """
CREATE INDEX period_pair ON period (party, framework, starts, ends, answer);
CREATE INDEX period_framework ON period (framework, answer, starts, ends, party);
CREATE INDEX period_restricted ON period (starts, ends, party) WHERE restricted = 1;
CREATE INDEX assertion_pair ON assertion (party, framework, since, until)
"""
STANDING = "SELECT answer FROM period WHERE party = ? AND framework = ? AND starts <= ? AND ends > ?"
KNOWN = """
SELECT CASE WHEN starts <= ?1 AND ends > ?1 THEN answer ELSE 'not' END FROM assertion
WHERE party = ?2 AND framework = ?3 AND since <= ?4 AND until > ?4
    AND ((starts <= ?1 AND ends > ?1) OR (entry = 1 AND starts > ?1))
ORDER BY weight DESC, starts LIMIT 1
"""
AUDIENCE = """
SELECT DISTINCT party FROM period
WHERE framework IN (?, ?, ?) AND answer = 'in force' AND starts <= ? AND ends > ?
    AND party NOT IN (SELECT party FROM period WHERE restricted = 1 AND starts <= ? AND ends > ?)
"""


class Database:
    """A database with the periods resolved beforehand, indexed as a good engineer would."""

    name = "database"
    patience = 2_000
    """Questions it is asked in a row."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.parties, self.frameworks = snapshot.columns.parties.of, snapshot.columns.frameworks.of
        self.ids = snapshot.columns.parties.ids

    def one(self, statement: str, values: Sequence[Any]) -> Any:
        """The first row."""
        raise NotImplementedError

    def all(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """All rows."""
        raise NotImplementedError

    def prepared(self, what: str, question: Any) -> Any:
        """A question in the form it is asked in."""
        if what == "cold":
            names, at = question
            return (*(self.frameworks[name] for name in names), at, at, at, at)
        party, framework, at = question[:3]
        pair = self.parties[party], self.frameworks[framework]
        return (*pair, at, at) if what == "standing" else (at, *pair, question[3])

    def ask_standing(self, question: Sequence[Any]) -> Any:
        """The state of a pair, raw."""
        return self.one(STANDING, question)

    def ask_known(self, question: Sequence[Any]) -> Any:
        """The state of a pair as known at a number, raw."""
        return self.one(KNOWN, question)

    def ask_cold(self, question: Sequence[Any]) -> Any:
        """The parties of an audience, raw."""
        return self.all(AUDIENCE, question)

    def read(self, what: str, found: Any) -> Any:
        """A raw answer in a form that compares."""
        if what == "cold":
            return sorted(self.ids[row[0]] for row in found)
        return found[0] if found else "not"


def periods(snapshot: Snapshot) -> Iterator[tuple[int, int, int, int, str, int]]:
    """Every period in which a party is in force, suspended, or restricted by what was said earlier, resolved."""
    last = never(ZONE)
    for framework, compiled in enumerate(snapshot.compiled):
        for place, party in enumerate(compiled.parties):
            first, stop = compiled.starts[place], compiled.starts[place + 1]
            for point in range(first, stop):
                said, restricted = answer(compiled.states[point]), compiled.states[point] & RESTRICTED
                if said != "not" or restricted:
                    until = compiled.times[point + 1] if point + 1 < stop else last
                    yield party, framework, compiled.times[point], until, said, int(restricted > 0)


def raw(snapshot: Snapshot) -> Iterator[tuple[int, int, int, int, str, int, int, int, int]]:
    """Every assertion as a row."""
    columns = snapshot.columns
    weights = [snapshot.weight(source, None).precedence for source in columns.sources.ids]
    said = [answer(snapshot.bit("", status, None)) for status in columns.statuses.ids]
    for place in range(len(columns)):
        yield (
            columns.party[place],
            columns.framework[place],
            columns.starts[place],
            columns.ends[place],
            said[columns.status[place]],
            columns.entry[place],
            weights[columns.source[place]],
            columns.since[place],
            columns.until[place],
        )


class Sqlite(Database):
    """SQLite in a file, all in its cache."""

    name = "SQLite"

    def __init__(self, snapshot: Snapshot, folder: Path) -> None:
        super().__init__(snapshot)
        self.connection = sqlite3.connect(folder / "peer.sqlite3", cached_statements=256)
        for statement in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-1000000", "mmap_size=4000000000"):
            self.connection.execute(f"PRAGMA {statement}")
        self.connection.executescript(PERIODS)
        with self.connection:
            self.connection.executemany("INSERT INTO period VALUES (?, ?, ?, ?, ?, ?)", periods(snapshot))
            self.connection.executemany("INSERT INTO assertion VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", raw(snapshot))
        self.connection.executescript(INDEXES)
        self.connection.execute("ANALYZE")

    def one(self, statement: str, values: Sequence[Any]) -> Any:
        """The first row."""
        return self.connection.execute(statement, values).fetchone()

    def all(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """All rows."""
        return self.connection.execute(statement, values).fetchall()


class Postgres(Database):
    """PostgreSQL over a unix socket, statements prepared."""

    name = "PostgreSQL"

    def __init__(self, snapshot: Snapshot, url: str) -> None:
        import psycopg

        super().__init__(snapshot)
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        self.cursor = self.connection.cursor()
        self.cursor.execute(PERIODS, prepare=False)
        with self.cursor.copy("COPY period FROM STDIN") as copy:
            for row in periods(snapshot):
                copy.write_row(row)
        with self.cursor.copy("COPY assertion FROM STDIN") as copy:
            for line in raw(snapshot):
                copy.write_row(line)
        self.cursor.execute(INDEXES, prepare=False)
        self.cursor.execute("VACUUM ANALYZE", prepare=False)

    def one(self, statement: str, values: Sequence[Any]) -> Any:
        """The first row."""
        return self.cursor.execute(*_for_postgres(statement, values)).fetchone()

    def all(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """All rows."""
        return self.cursor.execute(*_for_postgres(statement, values)).fetchall()


_POSTGRES_KNOWN = (
    KNOWN.replace("?1", "%(at)s").replace("?2", "%(party)s").replace("?3", "%(framework)s").replace("?4", "%(number)s")
)


def _for_postgres(statement: str, values: Sequence[Any]) -> tuple[Any, Any]:
    if statement is KNOWN:
        return _POSTGRES_KNOWN, dict(zip(("at", "party", "framework", "number"), values, strict=True))
    return statement.replace("?", "%s"), values


class Duck(Database):
    """DuckDB in memory: made for whole tables, not for points."""

    name = "DuckDB"
    patience = 30

    def __init__(self, snapshot: Snapshot, source: Sqlite) -> None:
        import duckdb

        super().__init__(snapshot)
        self.connection = duckdb.connect()
        self.connection.execute("SET threads TO 2")
        for statement in PERIODS.split(";"):
            self.connection.execute(statement)
        for table, width in (("period", 6), ("assertion", 9)):
            rows = source.all(f"SELECT * FROM {table}", ())  # our own two tables
            columns = dict(zip((f"c{n}" for n in range(width)), map(list, zip(*rows, strict=True)), strict=True))
            self._insert(table, columns)

    def _insert(self, table: str, columns: dict[str, list[Any]]) -> None:
        import numpy as np

        arrays = {
            name: np.array(values, dtype=object if isinstance(values[0], str) else np.int64)
            for name, values in columns.items()
        }
        self.connection.register("given", arrays)
        self.connection.execute(f"INSERT INTO {table} SELECT * FROM given")  # as above
        self.connection.unregister("given")

    def one(self, statement: str, values: Sequence[Any]) -> Any:
        """The first row."""
        found = self.all(statement, values)
        return found[0] if found else None

    def all(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """All rows."""
        for number in range(1, 5):
            statement = statement.replace(f"?{number}", f"${number}")
        return self.connection.execute(statement, list(values)).fetchall()


class Cedar:
    """cedarpy: one decision at a time, from policies and entities; fed with our standings, as it holds no dates."""

    name = "cedarpy"

    def __init__(self, snapshot: Snapshot, names: Sequence[str], at: int) -> None:
        import cedarpy

        self.cedarpy = cedarpy
        sets = Sets(snapshot)
        suspended = set(sets.names(sets.restricted().at(at).bits))
        members = {name: set(sets.names(sets.entitled(name).at(at).bits)) for name in names}
        self.policies = "\n".join(
            f'permit(principal in Framework::"{name}", action == Action::"read", resource == Label::"label");'
            for name in names
        )
        self.policies += '\nforbid(principal in State::"suspended", action, resource);'
        self.entities = {}
        for party in snapshot.columns.parties.ids:
            parents = [{"type": "Framework", "id": name} for name in names if party in members[name]]
            parents += [{"type": "State", "id": "suspended"}] if party in suspended else []
            self.entities[party] = [{"uid": {"type": "Party", "id": party}, "attrs": {}, "parents": parents}]

    def allowed(self, party: str) -> bool:
        """One decision."""
        request = {
            "principal": f'Party::"{party}"',
            "action": 'Action::"read"',
            "resource": 'Label::"label"',
            "context": {},
        }
        return bool(self.cedarpy.is_authorized(request, self.policies, self.entities[party]).allowed)


class Casbin:
    """casbin: roles and policies in memory; fed with our standings, as it holds no dates."""

    name = "casbin"
    MODEL = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act, eft
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
"""

    def __init__(self, snapshot: Snapshot, labels: dict[str, Sequence[str]], at: int) -> None:
        import casbin  # type: ignore[import-untyped]  # it ships no types

        sets = Sets(snapshot)
        model = casbin.Model()
        model.load_model_from_text(self.MODEL)
        self.enforcer = casbin.Enforcer(model)
        rules = [(name, label, "read", "allow") for label, names in labels.items() for name in names]
        rules += [("suspended", label, "read", "deny") for label in labels]
        self.enforcer.add_policies(rules)
        self.rules = len(rules)
        wanted = sorted({name for names in labels.values() for name in names})
        roles = [(party, name) for name in wanted for party in sets.names(sets.entitled(name).at(at).bits)]
        roles += [(party, "suspended") for party in sets.names(sets.restricted().at(at).bits)]
        self.enforcer.add_grouping_policies(roles)

    def allowed(self, question: tuple[str, str]) -> bool:
        """One decision."""
        return bool(self.enforcer.enforce(*question, "read"))
