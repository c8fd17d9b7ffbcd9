"""What no single cell can tell of a pack."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cordiale.domain.period import EndsBeforeItStarts, Period, parse_when
from cordiale.engines.packs.faults import BadPack
from cordiale.engines.packs.manifest import read_manifest
from cordiale.engines.packs.reading import Pack, Row, read_pack, row_of
from cordiale.engines.packs.rules import CHAINS, PERIODS, contradictions
from cordiale.engines.packs.tables import BY_NAME
from tests.makers import SMALL, add, edit, small_pack

PARTICIPATION = BY_NAME["participation"]


@pytest.fixture
def folder(tmp_path) -> Path:
    return small_pack(tmp_path / "small")


def faults_of(folder: Path) -> list[str]:
    try:
        read_pack(folder)
    except BadPack as refusal:
        return str(refusal).splitlines()
    return []


# what is added to the manifest, what the writer is told
MANIFEST_FAULTS = [
    (
        'host = "host"',
        'host = "nobody"',
        'pack.toml:0:0: host: "nobody" is not in parties.csv; add it there or correct it',
    ),
    ('membership = "union"', 'membership = "onion"', 'membership: "onion" is not in frameworks.csv'),
    ('{ club = "in force" }', '{ pub = "in force" }', 'statuses.observer: "pub" is not in frameworks.csv'),
    ('forum = "disc"', 'form = "disc"', 'marks: "form" is not in frameworks.csv; remove or correct it'),
    ('parties = ["alpha"]', 'parties = ["aleph"]', 'bodies.assembly: "aleph" is not in parties.csv; correct it'),
    ("council = ", "forum = ", 'bodies: "forum" is a framework already; remove it here'),
]


@pytest.mark.parametrize(("old", "new", "told"), MANIFEST_FAULTS)
def test_what_the_manifest_refers_to_must_be_in_the_pack(folder, old, new, told):
    edit(folder, "pack.toml", old, new)

    assert any(told in line for line in faults_of(folder)), faults_of(folder)


def group(name: str, audience: str) -> str:
    return f'\n[groups.{name}]\nname = "A group"\naudience = "{audience}"\n'


# groups added to the manifest, what the writer is told
GROUP_FAULTS = [
    (group("near", "forum, nobody"), "pack.toml:0:0: groups.near: "),
    (group("near", "forum except"), "pack.toml:0:0: groups.near: "),
    (group("forum", "alpha"), "groups.forum: the id is that of a framework or party; choose another"),
    (group("alpha", "forum"), "groups.alpha: the id is that of a framework or party; choose another"),
    (group("near", "far") + group("far", "near"), "goes in a circle ("),
]


@pytest.mark.parametrize(("groups", "told"), GROUP_FAULTS)
def test_a_group_speaks_of_what_the_pack_holds_and_not_of_itself(folder, groups, told):
    add(folder, "pack.toml", groups)

    assert any(told in line for line in faults_of(folder)), faults_of(folder)


def test_a_group_may_speak_of_another(folder):
    add(folder, "pack.toml", group("near", "forum") + group("far", "near, host"))

    assert faults_of(folder) == []


@pytest.mark.parametrize(
    ("wrong", "hint"), [("alhpa", 'did you mean "alpha"?'), ("zzzzzz", "add it there or correct it")]
)
def test_an_unknown_id_gets_the_nearest_known_one_as_a_hint(folder, wrong, hint):
    edit(folder, "cadences.csv", "forum,ministers", "forun,ministers")
    add(folder, "party_names.csv", f"{wrong},Somewhere,en,,,short,gazette")

    told = faults_of(folder)

    assert 'cadences.csv:2:1: framework: "forun" is not in frameworks.csv; did you mean "forum"?' in told
    assert f'party_names.csv:4:1: party: "{wrong}" is not in parties.csv; {hint}' in told


def test_each_of_several_ids_is_looked_up(folder):
    edit(folder, "agreements.csv", "alpha;beta;forum", "alpha;nobody;forum")

    assert faults_of(folder) == [
        'agreements.csv:2:6: parties: "nobody" is not in parties.csv or frameworks.csv; add it there or correct it'
    ]


def test_a_meeting_may_be_of_a_framework_or_of_a_body_of_the_manifest_and_of_nothing_else(folder):
    add(folder, "bodies_meetings.csv", "alpha,2001,heads,Capital,None,gazette")

    assert faults_of(folder) == [
        'bodies_meetings.csv:4:1: body: "alpha" is not in frameworks.csv or pack.toml; add it there or correct it'
    ]


def test_three_rows_that_are_the_same_are_two_faults(folder):
    add(folder, "party_names.csv", *["alpha,Alfa,en,,,short,gazette"] * 3)

    assert [line.partition("; ")[0] for line in faults_of(folder)] == [
        "party_names.csv:5:1: party, name, language, kind, valid_from: the same as on line 4",
        "party_names.csv:6:1: party, name, language, kind, valid_from: the same as on line 4",
    ]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_of_any_length_is_told_on_each_of_its_rows(folder, length):
    names = [f"round-{number}" for number in range(length)]
    for place, name in enumerate(names):
        add(folder, "policies.csv", f"{name},Round,2001,Capital,{names[(place + 1) % length]},Round.,gazette")

    told = faults_of(folder)

    assert len(told) == length
    assert all("comes after itself" in line and "break the circle" in line for line in told)


def test_a_row_that_leads_into_a_circle_is_not_blamed_for_it(folder):
    add(folder, "policies.csv", "round,Round,2001,Capital,round,R.,gazette", "into,Into,2001,Capital,round,I.,gazette")

    assert [line.partition(": ")[0] for line in faults_of(folder)] == ["policies.csv:4:5"]


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (("", ""), ("", ""), True),
        (("1990", "2000"), ("2000", ""), False),
        (("1990", "2001"), ("1999", ""), True),
        (("1990", ""), ("2000", ""), True),
        (("", "2000"), ("2000", ""), False),
        (("1990", "2000-01-01"), ("2000-01-01T00:00:00Z", ""), False),
    ],
)
def test_two_parties_share_an_iso_code_only_one_after_the_other(folder, first, second, refused):
    for name, (start, end) in (("old", first), ("new", second)):
        add(folder, "parties.csv", f"{name},state,{name},XX,,{start},{end},")

    told = faults_of(folder)

    if refused:
        assert ['iso2: "XX" is that of' in line for line in told] == [True]
    else:
        assert told == []


def test_a_source_of_the_end_and_an_end_go_together(folder):
    add(
        folder,
        "participation.csv",
        "gamma,forum,member,all,entry,2001,2002,gazette,,,",
        "gamma,forum,member,all,entry,2003,,gazette,journal,,",
    )

    assert faults_of(folder) == [
        "participation.csv:9:9: end_source: is empty although the period ends; name the source of the end",
        "participation.csv:10:9: end_source: names a source although the period has no end; "
        "remove it, or give valid_to",
    ]


def test_an_event_may_be_linked_to_what_has_an_id_or_a_composite_key_and_to_nothing_else(folder):
    add(
        folder,
        "event_links.csv",
        "quarrel,led-to,bodies_meetings,forum/1997-06-01/ministers,journal",
        "quarrel,led-to,event_links,quarrel,journal",
        "quarrel,led-to,weather,rain,journal",
    )

    told = faults_of(folder)

    assert [line.partition("; ")[0] for line in told] == [
        'event_links.csv:5:3: target_table: "event_links" cannot be pointed to',
        'event_links.csv:6:3: target_table: "weather" cannot be pointed to',
    ]


def test_links_are_not_judged_while_anything_else_is_broken(folder):
    edit(folder, "event_links.csv", "agreements,charter", "agreements,chapter")
    edit(folder, "parties.csv", "gamma,state", "gamma,land")

    assert not [line for line in faults_of(folder) if line.startswith("event_links.csv")]


def test_every_table_with_a_start_and_an_end_is_in_the_table_of_periods():
    ends = {"valid_to", "to", "dissolved", "closed", "end"}
    # "to" of a contribution is the last time it was named, not the day on which it was over
    with_an_end = {table.name for table in BY_NAME.values() if ends & set(table.places)} - {"contributions"}

    assert set(PERIODS) == with_an_end


def test_every_column_that_refers_to_its_own_table_is_in_the_table_of_chains():
    own = {
        table.name: column.name
        for table in BY_NAME.values()
        for column in table.columns
        if table.name in column.kind.refers
    }

    assert own == CHAINS


MANIFEST, _ = read_manifest(SMALL["pack.toml"])
assert MANIFEST is not None
PACK = Pack(MANIFEST, {})

days = st.integers(1995, 2005).flatmap(
    lambda year: st.sampled_from([f"{year}", f"{year}-05", f"{year}-05-17", f"{year}/..", f"../{year}", ""])
)


def said(start: str, end: str, source: str = "gazette", status: str = "member") -> Row:
    cells = ("alpha", "forum", status, "all", "entry", start, end, source, source if end else "", "", "")
    return row_of(PARTICIPATION, cells)


def can_last(row: Row) -> bool:
    try:
        Period(row.values[5], row.values[6])
    except EndsBeforeItStarts:
        return False
    return True


rows = st.builds(said, days, days, st.sampled_from(["gazette", "journal"])).filter(can_last)


def overlap(one: Row, other: Row) -> bool:
    """Whether the earliest possible spans share a day; the rule in its shortest form."""
    a, _, b, _ = Period(one.values[5], one.values[6]).bounds(PACK.manifest.zone)
    c, _, d, _ = Period(other.values[5], other.values[6]).bounds(PACK.manifest.zone)
    return max(a, c) < min(b, d)


@given(rows, rows)
def test_a_source_contradicts_itself_exactly_when_two_of_its_spans_share_a_day(one, other):
    same_source = one.cells[7] == other.cells[7]

    assert bool(list(contradictions([one, other], PACK))) == (same_source and overlap(one, other))


@given(st.lists(rows, max_size=6))
def test_many_rows_contradict_each_other_exactly_when_two_of_them_do(several):
    pairs = [
        (one, other)
        for place, one in enumerate(several)
        for other in several[place + 1 :]
        if one.cells[7] == other.cells[7]
    ]

    assert bool(list(contradictions(several, PACK))) == any(overlap(*pair) for pair in pairs)


@given(st.lists(rows, min_size=2, max_size=6), st.randoms())
def test_the_order_of_the_rows_does_not_decide_whether_they_contradict(several, random):
    shuffled = [*several]
    random.shuffle(shuffled)

    assert bool(list(contradictions(several, PACK))) == bool(list(contradictions(shuffled, PACK)))


@pytest.mark.parametrize("day", ["2021-08", "2021", "2021-08-15", "2021-08-15T10:00:00Z"])
def test_until_and_from_the_same_date_follow_each_other(day):
    assert list(contradictions([said("2000", day), said(day, "")], PACK)) == []


def test_a_period_that_cannot_be_is_told_once_and_not_as_a_contradiction():
    one = said("2001", "2002")
    impossible = Row(0, one.cells, (*one.values[:5], parse_when("2003"), parse_when("2001"), *one.values[7:]))

    assert list(contradictions([one, impossible], PACK)) == []


@given(rows, rows)
def test_another_scope_is_another_matter(one, other):
    assume(overlap(one, other))
    place = PARTICIPATION.places["scope"]
    elsewhere = row_of(PARTICIPATION, (*other.cells[:place], "practical", *other.cells[place + 1 :]))

    assert list(contradictions([one, elsewhere], PACK)) == []
