"""S5: what sends somebody away never lets anybody in, whatever the labels and whatever the day.

Suspended, withdrawn, expelled; the end of a role, a clearance, a place in a group; a label that gains nobody anything:
none adds a pair of a reader and a label that may be read. Rule: issue 6, section 3.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.standing import Engine, engine
from cordiale.apps.register.writes.participation import assert_participation
from cordiale.apps.sharing.reads.labels import Interned, readable_labels
from cordiale.apps.sharing.writes.documents import gains_of
from cordiale.domain.labels import Label, Level, Reader, is_readable
from cordiale.domain.period import microseconds
from cordiale.engines.audience.language import Audience, parse
from cordiale.engines.packs.manifest import Manifest, read_manifest
from cordiale.engines.standing.consequences import right_moves
from cordiale.engines.standing.facts import Facts
from cordiale.engines.standing.sets import Sets
from cordiale.engines.standing.snapshot import Snapshot
from tests.makers import SMALL, load, owner, small_pack, statement
from tests.unit import oracle
from tests.unit.oracle import GROUP_TREES, changed, histories, instant, said, sentences
from tests.unit.test_audience_denial import NAMING, denied, ended
from tests.unit.test_standing_oracle import days_of

some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(some, max_examples=5_000)

HOST = "gamma"
GROUPS: dict[str, Audience] = {name: parse(said(tree), naming=NAMING) for name, tree in GROUP_TREES.items()}
releases = st.lists(st.one_of(st.just(None), sentences()), min_size=1, max_size=4)


@lru_cache(maxsize=1)
def manifest() -> Manifest:
    read, faults = read_manifest(SMALL["pack.toml"].replace('host = "host"', f'host = "{HOST}"'))
    assert read is not None, faults
    return read


def labels_of(trees: list[Any]) -> list[Interned]:
    return [
        Interned(number, Label(HOST, "unclassified", said(tree) if tree else ""), sound=True)
        for number, tree in enumerate(trees)
    ]


def pairs(snapshot: Snapshot, labels: list[Interned], days: list[int]) -> set[tuple[str, int, int]]:
    """Every party, label and day such that somebody who acts for the party may read what bears the label."""
    now = Engine(snapshot, Sets(snapshot), NAMING, GROUPS)
    found = set()
    for party, at in product(oracle.PARTIES, days):
        reader = Reader(is_active=True, parties=frozenset({party}), clearance=0, groups=frozenset())
        span = readable_labels(labels, reader=reader, manifest=manifest(), now=now, at=at)
        found |= {(party, number, at) for number in span.labels}
    return found


def nothing_is_added(registers: tuple[Facts, Facts], trees: list[Any]) -> None:
    before, after = registers
    days = sorted({*days_of(before), *days_of(after)})
    labels = labels_of(trees)

    assert pairs(Snapshot.build(after), labels, days) - pairs(Snapshot.build(before), labels, days) == set()


@some
@given(denied(), releases)
def test_s5_suspended_withdrawn_or_expelled_adds_nothing_anybody_may_read(registers, trees):
    nothing_is_added(registers, trees)


@pytest.mark.long
@many
@given(denied(most=9), releases)
def test_s5_suspended_withdrawn_or_expelled_adds_nothing_in_five_thousand_registers(registers, trees):
    nothing_is_added(registers, trees)


@some
@given(ended(), releases)
def test_s5_the_end_of_a_participation_adds_nothing_anybody_may_read(registers, trees):
    nothing_is_added(registers, trees)


@some
@given(histories().flatmap(lambda facts: st.tuples(st.just(facts), changed(facts))), releases, st.integers(0, 60))
def test_s5_a_change_of_which_no_gain_is_told_adds_nothing_anybody_may_read(registers, trees, day):
    one, other = (Snapshot.build(facts) for facts in registers)
    moves = right_moves(one, other, oracle.PARTIES, at=instant(day))
    days = [at for at in sorted({*days_of(registers[0]), *days_of(registers[1])}) if at >= instant(day)]
    labels = labels_of(trees)
    gaining = {move.party for move in moves if move.gained}

    added = pairs(other, labels, days) - pairs(one, labels, days)

    assert {party for party, _label, _at in added} <= gaining


LEVELS = {name: Level(name, name, rank) for rank, name in enumerate(("unclassified", "restricted", "secret"))}
readers = st.builds(
    Reader,
    is_active=st.booleans(),
    parties=st.frozensets(st.sampled_from(oracle.PARTIES)),
    clearance=st.integers(0, 2),
    groups=st.frozensets(st.sampled_from(("cyber", "air"))),
)
labels = st.builds(
    Label, st.just(HOST), st.sampled_from([*LEVELS, "cosmic"]), st.just(""), st.sampled_from(("", "cyber", "air"))
)


@settings(some, max_examples=500)
@given(readers, readers, labels, st.sampled_from([*LEVELS.values()]), st.frozensets(st.sampled_from(oracle.PARTIES)))
def test_s5_who_is_less_reads_no_more(one, other, label, ceiling, audience):
    less = Reader(
        is_active=one.is_active and other.is_active,
        parties=one.parties & other.parties,
        clearance=min(one.clearance, other.clearance),
        groups=one.groups & other.groups,
    )

    how: dict[str, Any] = {"levels": LEVELS, "ceiling": ceiling, "audience": audience}
    assert not is_readable(label, reader=less, **how) or is_readable(label, reader=one, **how)


class TestLabels:
    """Another label needs a second person exactly where somebody may read what they could not; never a narrower one."""

    RELEASES = ("", "forum", "alpha", "beta, gamma", "forum except beta", "forum, gamma", "both forum club")

    @pytest.fixture
    def small(self, db, tmp_path):
        load(small_pack(tmp_path / "small"))
        # alpha's suspension is to end by itself, next week
        end = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
        assert_participation(
            statement=statement(party="alpha", framework="union", status="suspended", start="2026-01-01", until=end),
            reason="a test",
            by=owner,
            at=datetime.now(UTC),
        )

    def test_s5_a_label_that_gains_nobody_anything_adds_nothing_now_or_later(self, small):
        at = datetime.now(UTC)
        instants = [microseconds(at + timedelta(days=days)) for days in (0, 8, 400)]
        made = [Label("host", "unclassified", release, group) for release in self.RELEASES for group in ("", "cyber")]
        readable: dict[Label, set[Any]] = {}
        with engine(owner) as now:
            for label, party, groups, instant in product(
                made, ("alpha", "beta", "gamma"), (frozenset(), frozenset({"cyber"})), instants
            ):
                reader = Reader(is_active=True, parties=frozenset({party}), clearance=0, groups=groups)
                number = 1_000 + made.index(label)
                one = Interned(number, label, sound=True)
                span = readable_labels([one], reader=reader, manifest=installation(owner), now=now, at=instant)
                readable.setdefault(label, set()).update({(party, groups, instant)} if span.labels else set())

        for old, new in product(made, made):
            gains = gains_of(owner, old=old, new=new, at=at)
            added = readable[new] - readable[old]
            assert (old, new, bool(gains)) == (old, new, True) or not added

    def test_s5_a_release_to_somebody_who_is_suspended_until_a_day_gains_them_something(self, small):
        old, new = Label("host", "unclassified", ""), Label("host", "unclassified", "alpha")

        assert gains_of(owner, old=old, new=new, at=datetime.now(UTC)) != []
