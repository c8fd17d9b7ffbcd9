"""What no single cell can tell: references, doubles, periods, sources that contradict themselves, circles."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo

from cordiale.domain.period import EndsBeforeItStarts, Period
from cordiale.engines.audience.deciding import circle
from cordiale.engines.audience.language import Audience, BadAudience, parse
from cordiale.engines.audience.naming import Names
from cordiale.engines.packs import manifest as manifests
from cordiale.engines.packs.faults import Fault
from cordiale.engines.packs.reading import Pack, Row
from cordiale.engines.packs.tables import BODIES, BY_NAME, LINK_KEYS, TABLES, Table

PERIODS: dict[str, tuple[str, str]] = {
    "parties": ("valid_from", "valid_to"),
    "party_names": ("valid_from", "valid_to"),
    "frameworks": ("established", "dissolved"),
    "participation": ("valid_from", "valid_to"),
    "entitlements": ("valid_from", "valid_to"),
    "instruments": ("valid_from", "valid_to"),
    "cadences": ("valid_from", "valid_to"),
    "body_blocks": ("from", "to"),
    "offices": ("opened", "closed"),
    "operations": ("start", "end"),
}
"""Columns that hold the start and the end of a period, by table."""

LONGEST_KEY = 2_000
"""Bytes that what tells two rows apart may take together: an index of PostgreSQL holds little more."""

CHAINS: dict[str, str] = {"frameworks": "succeeds", "instruments": "supersedes", "policies": "develops"}
"""Columns that name an earlier row of the same table."""


def faults_of(pack: Pack, *, broken: set[str]) -> list[Fault]:
    """Everything wrong with a pack whose cells could be read.

    Args:
        pack: as read, without the rows that could not be.
        broken: files with faults already; what refers to them is not judged, as their ids are not all known.
    """
    ids = _ids(pack)
    faults = list(_manifest_faults(pack, ids)) if not broken & {"parties.csv", "frameworks.csv"} else []
    for table in TABLES:
        rows = pack.tables[table.name]
        faults += _references(table, rows, ids, broken)
        faults += _doubles(table, rows)
        if table.name in PERIODS:
            faults += _periods(table, rows, pack.manifest.zone)
        if table.name in CHAINS:
            faults += _circles(table, rows, CHAINS[table.name])
    faults += _codes_used_twice(BY_NAME["parties"], pack.tables["parties"], pack.manifest.zone)
    faults += _statuses(pack)
    faults += _end_sources(pack.tables["participation"])
    faults += contradictions(pack.tables["participation"], pack)
    if not broken:
        faults += _links(pack)
    return faults


def _ids(pack: Pack) -> dict[str, set[str]]:
    known = {table.name: {row.cells[0] for row in pack.tables[table.name]} for table in TABLES if table.key == ("id",)}
    known[BODIES] = set(pack.manifest.bodies)
    return known


def _manifest_faults(pack: Pack, ids: dict[str, set[str]]) -> Iterator[Fault]:
    manifest = pack.manifest
    for key, value, table in (("host", manifest.host, "parties"), ("membership", manifest.membership, "frameworks")):
        if value not in ids[table]:
            yield Fault(manifests.FILE, 0, 0, f'{key}: "{value}" is not in {table}.csv; add it there or correct it')
    for name, status in manifest.statuses.items():
        for framework in sorted(set(status.elsewhere) - ids["frameworks"]):
            what = f'statuses.{name}: "{framework}" is not in frameworks.csv; add it there or correct it'
            yield Fault(manifests.FILE, 0, 0, what)
    yield from _group_faults(pack, ids)
    for framework in sorted(set(manifest.local_suspension) - ids["frameworks"]):
        what = f'local_suspension: "{framework}" is not in frameworks.csv; remove or correct it'
        yield Fault(manifests.FILE, 0, 0, what)
    for framework in sorted(set(manifest.marks) - ids["frameworks"]):
        yield Fault(manifests.FILE, 0, 0, f'marks: "{framework}" is not in frameworks.csv; remove or correct it')
    for name, body_of in manifest.bodies.items():
        for party in sorted(set(body_of.parties) - ids["parties"]):
            yield Fault(manifests.FILE, 0, 0, f'bodies.{name}: "{party}" is not in parties.csv; correct it')
    for body in sorted(ids[BODIES] & ids["frameworks"]):
        yield Fault(manifests.FILE, 0, 0, f'bodies: "{body}" is a framework already; remove it here')


def _group_faults(pack: Pack, ids: dict[str, set[str]]) -> Iterator[Fault]:
    """Groups must speak of what the pack holds, and not of one another in a circle."""
    groups = pack.manifest.groups
    naming = Names(
        parties=dict.fromkeys(ids["parties"], ()),
        frameworks=dict.fromkeys(ids["frameworks"], ()),
        groups=groups,
    )
    meant: dict[str, Audience] = {}
    for name, group in groups.items():
        if name in ids["frameworks"] or name in ids["parties"]:
            yield Fault(manifests.FILE, 0, 0, f"groups.{name}: the id is that of a framework or party; choose another")
        try:
            meant[name] = parse(group.audience, naming=naming, known=naming.known)
        except BadAudience as error:
            yield Fault(manifests.FILE, 0, 0, f"groups.{name}: {error.what}; write ids, as in frameworks.csv")
    around = circle(meant)
    if around:
        yield Fault(manifests.FILE, 0, 0, f"groups.{around[0]}: goes in a circle ({' > '.join(around)}); break it")


def _references(table: Table, rows: Iterable[Row], ids: dict[str, set[str]], broken: set[str]) -> Iterator[Fault]:
    for place, column in enumerate(table.columns):
        tables = column.kind.refers
        if not tables or any(f"{name}.csv" in broken for name in tables):
            continue
        known = set().union(*(ids[name] for name in tables))
        for row in rows:
            value = row.values[place]
            for wanted in value if isinstance(value, tuple) else (value,) if value else ():
                if wanted not in known:
                    where = " or ".join(f"{name}.csv" if name != BODIES else manifests.FILE for name in tables)
                    what = f'{column.name}: "{wanted}" is not in {where}; {_hint(wanted, known)}'
                    yield Fault(table.file, row.line, place + 1, what)


def _hint(wanted: str, known: set[str]) -> str:
    near = difflib.get_close_matches(wanted, known, n=1)
    return f'did you mean "{near[0]}"?' if near else "add it there or correct it"


def _doubles(table: Table, rows: Iterable[Row]) -> Iterator[Fault]:
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row.cells[place] for place in table.key_places)
        if sum(len(cell.encode()) for cell in key) > LONGEST_KEY:
            what = f"{', '.join(table.key)}: hold more than {LONGEST_KEY:,} bytes together; shorten them"
            yield Fault(table.file, row.line, table.key_places[0] + 1, what)
        line = first.setdefault(key, row.line)
        if line != row.line:
            what = f"{', '.join(table.key)}: the same as on line {line}; remove one of the two rows"
            yield Fault(table.file, row.line, table.key_places[0] + 1, what)


def _periods(table: Table, rows: Iterable[Row], zone: ZoneInfo) -> Iterator[Fault]:
    start, end = (table.places[name] for name in PERIODS[table.name])
    for row in rows:
        try:
            Period(row.values[start], row.values[end]).bounds(zone)
        except EndsBeforeItStarts as fault:
            yield Fault(table.file, row.line, end + 1, f"{table.columns[end].name}: {fault}")


def _circles(table: Table, rows: Iterable[Row], column: str) -> Iterator[Fault]:
    place = table.places[column]
    earlier = {row.cells[0]: row for row in rows if row.cells[place]}
    for start, row in earlier.items():
        seen, here = {start}, row.cells[place]
        while here in earlier and here not in seen:
            seen.add(here)
            here = earlier[here].cells[place]
        if here == start:
            what = f'{column}: "{start}" comes after itself ({" > ".join([*sorted(seen), start])}); break the circle'
            yield Fault(table.file, row.line, place + 1, what)


def _codes_used_twice(parties: Table, rows: Iterable[Row], zone: ZoneInfo) -> Iterator[Fault]:
    """Two parties that exist at the same time cannot share an ISO code; a successor may inherit one."""
    for name in ("iso2", "iso3"):
        place, start, end = parties.places[name], parties.places["valid_from"], parties.places["valid_to"]
        holders: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row.cells[place]:
                holders[row.cells[place]].append(row)
        for code, sharing in holders.items():
            sharing.sort(key=lambda row: row.values[start].bounds(zone)[0])
            for one, other in pairwise(sharing):
                if one.values[end] is None or one.values[end].bounds(zone)[0] > other.values[start].bounds(zone)[1]:
                    what = f'{name}: "{code}" is that of "{one.cells[0]}" on line {one.line}; correct one of the two'
                    yield Fault(parties.file, other.line, place + 1, what)


def _statuses(pack: Pack) -> Iterator[Fault]:
    table = BY_NAME["participation"]
    place = table.places["status"]
    known = set(pack.manifest.statuses)
    for row in pack.tables["participation"]:
        if row.cells[place] not in known:
            what = (
                f'status: "{row.cells[place]}" is not among the statuses of pack.toml; {_hint(row.cells[place], known)}'
            )
            yield Fault(table.file, row.line, place + 1, what)


def _end_sources(rows: Iterable[Row]) -> Iterator[Fault]:
    table = BY_NAME["participation"]
    end, source = table.places["valid_to"], table.places["end_source"]
    for row in rows:
        if bool(row.cells[end]) != bool(row.cells[source]):
            what = "is empty although the period ends; name the source of the end"
            if row.cells[source]:
                what = "names a source although the period has no end; remove it, or give valid_to"
            yield Fault(table.file, row.line, source + 1, f"end_source: {what}")


def contradictions(rows: Iterable[Row], pack: Pack) -> Iterator[Fault]:
    """Where one source gives one party two statuses at a time, in the same framework and scope.

    The earliest possible starts and ends are compared, so that "until 2021-08" and "from 2021-08" follow each other.
    """
    table = BY_NAME["participation"]
    same = tuple(table.places[name] for name in ("party", "framework", "scope", "source"))
    start, end = table.places["valid_from"], table.places["valid_to"]
    said: dict[tuple[str, ...], list[tuple[int, int, Row]]] = defaultdict(list)
    for row in rows:
        try:
            bounds = Period(row.values[start], row.values[end]).bounds(pack.manifest.zone)
        except EndsBeforeItStarts:
            continue  # told already, as a fault of the period
        if bounds[0] < bounds[2]:
            said[tuple(row.cells[place] for place in same)].append((bounds[0], bounds[2], row))
    for (*_, source), spans in said.items():
        spans.sort(key=lambda span: span[:2])
        for (_, one_ends, one), (other_starts, _, other) in pairwise(spans):
            if other_starts < one_ends:
                where = f"on line {one.line}" if one.line else "in an assertion entered here"
                what = (
                    f'valid_from: "{source}" says something else for the same days {where}; '
                    "end that period, or give one of the two to another source"
                )
                yield Fault(table.file, other.line, start + 1, what)


def _links(pack: Pack) -> Iterator[Fault]:
    table = BY_NAME["event_links"]
    named, target = table.places["target_table"], table.places["target_id"]
    targets: dict[str, set[str]] = {}
    for row in pack.tables["event_links"]:
        to = row.cells[named]
        if to not in BY_NAME or (BY_NAME[to].key != ("id",) and to not in LINK_KEYS):
            what = f'target_table: "{to}" cannot be pointed to; name a table with ids or one of {", ".join(LINK_KEYS)}'
            yield Fault(table.file, row.line, named + 1, what)
            continue
        known = targets.setdefault(to, _link_ids(pack, BY_NAME[to]))
        if row.cells[target] not in known:
            what = f'target_id: "{row.cells[target]}" is no row of {to}.csv; {_hint(row.cells[target], known)}'
            yield Fault(table.file, row.line, target + 1, what)


def _link_ids(pack: Pack, table: Table) -> set[str]:
    places = [table.places[name] for name in LINK_KEYS.get(table.name, ("id",))]
    return {"/".join(row.cells[place] for place in places) for row in pack.tables[table.name]}
