"""Who reads what bears which label: a table over an invented world, on 1 June 2001.

The Union is the alliance and its host; the Ring is a partnership, the Gulf another. A yes needs all of it: an open
account, a level within clearance and ceiling, a party in the audience now, and the group that needs to know, if any.

| who | is |
| --- | --- |
| Ally | focal point of Astra, a member of the Union that was in the Ring before |
| host staff | desk officer of the Union |
| partner | focal point of Perla, in the Ring |
| other partner | focal point of Quint, in the Ring |
| former partner | focal point of Fenia, which left the Ring in 2000 |
| suspended partner | focal point of Sorra, suspended in the Ring, and in the Gulf still |
| disputed partner | focal point of Dispa, in the Ring by one source, ended by another of the same weight |
| organisation | focal point of Lega, an organisation in the Gulf |
| stranger | focal point of Outis, of which nobody says anything |
| analyst | somebody who acts for no party |
| outsider | nobody: not signed in, or an account that was closed |

A label is for home only, or also for whom it names. Whoever is in the know is in the group "cyber"; cleared people are
cleared for "restricted", the ceiling.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import pytest

from cordiale.apps.register.reads.standing import Engine
from cordiale.apps.sharing.reads.labels import Interned, readable_labels
from cordiale.apps.sharing.reads.reading import parties_of
from cordiale.domain.labels import NOBODY, Label, Reader
from cordiale.domain.roles import Mandate, Role
from cordiale.engines.audience.language import parse
from cordiale.engines.audience.naming import Names
from cordiale.engines.packs.manifest import Manifest, read_manifest
from cordiale.engines.standing.sets import Sets
from cordiale.engines.standing.snapshot import Snapshot
from tests.makers import SMALL
from tests.unit import oracle
from tests.unit.oracle import Register

HOST = "union"
LEVELS = """
[levels]
unclassified = "UNION UNCLASSIFIED"
restricted = "UNION RESTRICTED"
secret = "UNION SECRET"
"""
PARTIES = ("astra", "dispa", "fenia", "lega", "outis", "perla", "quint", "sorra", HOST)
FRAMEWORKS = ("gulf", "ring", "union")
GROUPS = {"partners": "ring, gulf"}


def focal_point(party: str) -> Reader:
    held = frozenset({Mandate(Role.FOCAL_POINT, party)})
    return Reader(is_active=True, parties=parties_of(held, host=HOST), clearance=0, groups=frozenset())


def host_staff(role: Role) -> Reader:
    held = frozenset({Mandate(role)})
    return Reader(is_active=True, parties=parties_of(held, host=HOST), clearance=0, groups=frozenset())


READERS = {
    "Ally": focal_point("astra"),
    "host staff": host_staff(Role.DESK_OFFICER),
    "partner": focal_point("perla"),
    "other partner": focal_point("quint"),
    "former partner": focal_point("fenia"),
    "suspended partner": focal_point("sorra"),
    "disputed partner": focal_point("dispa"),
    "organisation": focal_point("lega"),
    "stranger": focal_point("outis"),
    "analyst": host_staff(Role.ANALYST),
    "outsider": NOBODY,
}

LABELS = {
    "home": Label(HOST, "unclassified"),
    "Ring": Label(HOST, "unclassified", "ring"),
    "partners": Label(HOST, "unclassified", "partners"),
    "Perla": Label(HOST, "unclassified", "perla"),
    "Ring not Perla": Label(HOST, "unclassified", "ring except perla"),
    "Fenia": Label(HOST, "unclassified", "fenia"),
    "Sorra": Label(HOST, "unclassified", "sorra"),
    "restricted": Label(HOST, "restricted", "ring"),
    "secret": Label(HOST, "secret", "ring"),
    "need to know": Label(HOST, "unclassified", "ring", "cyber"),
    "other host": Label("elsewhere", "unclassified", "ring"),
    "unknown level": Label(HOST, "cosmic", "ring"),
    "unknown name": Label(HOST, "unclassified", "ring, atlantis"),
}

# Without a clearance and in no group.
WITHOUT = """
| who               | home | Ring | partners | Perla | Ring not Perla | Fenia | Sorra |
| Ally              | yes  | yes  | yes      | yes   | yes            | yes   | yes   |
| host staff        | yes  | yes  | yes      | yes   | yes            | yes   | yes   |
| partner           |      | yes  | yes      | yes   |                |       |       |
| other partner     |      | yes  | yes      |       | yes            |       |       |
| former partner    |      |      |          |       |                | yes   |       |
| suspended partner |      |      |          |       |                |       |       |
| disputed partner  |      |      |          |       |                |       |       |
| organisation      |      |      | yes      |       |                |       |       |
| stranger          |      |      |          |       |                |       |       |
| analyst           |      |      |          |       |                |       |       |
| outsider          |      |      |          |       |                |       |       |
"""

# Above the clearance, outside the group, and whatever is unknown: nobody.
NEVER = """
| who        | restricted | secret | need to know | other host | unknown level | unknown name |
| Ally       |            |        |              |            |               |              |
| host staff |            |        |              |            |               |              |
| partner    |            |        |              |            |               |              |
"""

# Cleared for restricted and in the know; secret is above the ceiling, even for somebody whose clearance is higher.
CLEARED = """
| who               | restricted | secret | need to know | home | Ring | other host | unknown level | unknown name |
| Ally              | yes        |        | yes          | yes  | yes  |            |               |              |
| host staff        | yes        |        | yes          | yes  | yes  |            |               |              |
| partner           | yes        |        | yes          |      | yes  |            |               |              |
| former partner    |            |        |              |      |      |            |               |              |
| suspended partner |            |        |              |      |      |            |               |              |
| organisation      |            |        |              |      |      |            |               |              |
| stranger          |            |        |              |      |      |            |               |              |
| analyst           |            |        |              |      |      |            |               |              |
"""


def cells(table: str) -> Iterator[tuple[str, str, bool]]:
    """Reader, label and answer of every cell of a table."""
    heading, *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in table.strip().splitlines())
    for who, *answers in rows:
        for label, answer in zip(heading[1:], answers, strict=True):
            assert answer in ("yes", "")
            yield who, label, answer == "yes"


@lru_cache(maxsize=1)
def manifest() -> Manifest:
    text = SMALL["pack.toml"].replace('host = "host"', f'host = "{HOST}"') + LEVELS
    read, faults = read_manifest(text)
    assert read is not None, faults
    return read


@lru_cache(maxsize=1)
def world() -> Engine:
    made = Register(parties=PARTIES)
    for framework in FRAMEWORKS:
        made.framework(framework, "1990")
    made.source("act", 90)
    made.source("page", 90)
    made.say("astra", "union", "member", "1999-03-12", by="act", kind="entry")
    made.say("astra", "ring", "member", "1994-02-02", "1999-03-12", by="act", kind="entry")
    for party in ("perla", "quint", "dispa"):
        made.say(party, "ring", "member", "1994", by="act", kind="entry")
    made.say("fenia", "ring", "member", "1994", "2000-05-01", by="act", kind="entry")
    made.say("sorra", "ring", "suspended", "2000-05-01", by="act")
    made.say("sorra", "gulf", "member", "1995", by="act")
    made.say("dispa", "ring", "ended", "2000", by="page")
    made.say("lega", "gulf", "member", "1998", by="act")
    snapshot = Snapshot.build(made.facts())
    names = Names(
        parties=dict.fromkeys(PARTIES, ()) | {HOST: ("Union Organisation",)},
        frameworks=dict.fromkeys(FRAMEWORKS, ()),
        groups=GROUPS,
    )
    groups = {name: parse(sentence, naming=names) for name, sentence in GROUPS.items()}
    return Engine(snapshot, Sets(snapshot), names, groups)


def reads(reader: Reader, label: Label, on: str = "2001-06-01") -> bool:
    number = 1 + list(LABELS.values()).index(label)
    found = readable_labels(
        [Interned(number, label, sound=True)],
        reader=reader,
        manifest=manifest(),
        now=world(),
        at=oracle.day(on)[0],
    )
    return number in found.labels


@pytest.fixture(autouse=True)
def _ceiling(settings):
    settings.CEILING = "restricted"


@pytest.mark.parametrize(("who", "label", "answer"), [*cells(WITHOUT), *cells(NEVER)])
def test_somebody_without_clearance_and_in_no_group_reads_this(who, label, answer):
    assert reads(READERS[who], LABELS[label]) is answer


@pytest.mark.parametrize(("who", "label", "answer"), list(cells(CLEARED)))
def test_somebody_cleared_and_in_the_know_reads_this(who, label, answer):
    cleared = replace(READERS[who], clearance=2, groups=frozenset({"cyber"}))

    assert reads(cleared, LABELS[label]) is answer


@pytest.mark.parametrize("label", LABELS)
def test_a_closed_account_reads_nothing_whatever_it_was_cleared_for(label):
    closed = replace(READERS["Ally"], is_active=False, clearance=2, groups=frozenset({"cyber"}))

    assert not reads(closed, LABELS[label])


@pytest.mark.parametrize("label", LABELS)
def test_a_damaged_label_lets_nobody_read(label):
    damaged = Interned(1_000 + list(LABELS).index(label), LABELS[label], sound=False)
    reader = replace(READERS["Ally"], clearance=2, groups=frozenset({"cyber"}))

    found = readable_labels([damaged], reader=reader, manifest=manifest(), now=world(), at=oracle.day("2001-06-01")[0])

    assert found.labels == frozenset()


# who, label, day, answer: a right begins and ends with the standing it comes from
DAYS = [
    ("Ally", "home", "1999-03-11", False),
    ("Ally", "home", "1999-03-12", True),
    ("Ally", "Ring", "1999-03-11", True),  # as a partner, until the day it joined
    ("former partner", "Ring", "2000-04-30", True),
    ("former partner", "Ring", "2000-05-01", False),
    ("suspended partner", "partners", "2000-04-30", True),
    ("suspended partner", "partners", "2000-05-01", False),
    ("disputed partner", "Ring", "1999-12-31", True),
    ("disputed partner", "Ring", "2000-01-01", False),  # some day of 2000: uncertainty narrows
]


@pytest.mark.parametrize(("who", "label", "on", "answer"), DAYS)
def test_somebody_reads_on_this_day(who, label, on, answer):
    assert reads(READERS[who], LABELS[label], on) is answer


def test_without_a_ceiling_that_is_known_nothing_above_the_lowest_level_is_read(settings):
    settings.CEILING = "no such level"
    cleared = replace(READERS["Ally"], clearance=2)

    assert reads(cleared, LABELS["home"])
    assert not reads(cleared, LABELS["restricted"])


def test_the_tables_name_every_reader_and_every_label():
    named = [*cells(WITHOUT), *cells(NEVER), *cells(CLEARED)]

    assert {who for who, _, _ in named} == set(READERS)
    assert {label for _, label, _ in named} == set(LABELS)
