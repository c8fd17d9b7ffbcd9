"""The engine against the oracle: point by point, as known at every number, by publication, on every path."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.engines.standing.facts import FOREVER, Facts
from cordiale.engines.standing.resolving import timeline
from cordiale.engines.standing.snapshot import NOW, Asked, Snapshot
from tests.unit import oracle
from tests.unit.oracle import DAY, FRAMEWORKS, LAST_DAY, LAST_NUMBER, PARTIES, histories, instant

EVERY_DAY = [instant(day) for day in range(-1, LAST_DAY + 12)]
PAIRS = [(party, framework) for party in PARTIES for framework in FRAMEWORKS]

some = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(some, max_examples=10_000)


def verdict(snapshot: Snapshot, party: str, framework: str, at: int, asked: Asked = NOW) -> oracle.Verdict:
    found = snapshot.standing(party, framework, at, asked)
    return oracle.Verdict(found.answer.value, found.certain, found.entitled, found.restricted)


def pairs_of(facts: Facts) -> list[tuple[str, str]]:
    """The pairs of which anything was ever said, and one of which nothing was."""
    spoken = {(row.party, row.framework) for row in facts.assertions}
    return [*sorted(spoken), *[pair for pair in PAIRS if pair not in spoken][:1]]


def days_of(facts: Facts) -> list[int]:
    """The days around which anything may change, and the day before each."""
    edges = {edge for row in facts.assertions for edge in row[7:11]}
    edges |= {edge for versions in facts.lives.values() for life in versions for edge in life[:4]}
    within = sorted(edge for edge in edges if instant(-2) < edge < instant(LAST_DAY + 20))
    return sorted({*within, *(edge - 1 for edge in within)})


def stands_as_the_rules_say(facts: Facts) -> None:
    snapshot = Snapshot.build(facts)

    for party, framework in pairs_of(facts):
        for at in EVERY_DAY:
            assert (party, framework, (at - instant(0)) / DAY, *verdict(snapshot, party, framework, at)) == (
                party,
                framework,
                (at - instant(0)) / DAY,
                *oracle.standing(facts, party, framework, at),
            )


def stood_as_known_then(facts: Facts, number: int) -> None:
    snapshot = Snapshot.build(facts)
    asked = Asked(number)
    earlier = snapshot.under(asked)

    for party, framework in pairs_of(facts):
        for at in days_of(facts):
            expected = oracle.standing(facts, party, framework, at, number)
            assert verdict(snapshot, party, framework, at, asked) == expected
            assert verdict(earlier, party, framework, at) == expected


def stands_by_what_was_published(facts: Facts, number: int | None, published: int) -> None:
    snapshot = Snapshot.build(facts)
    asked = Asked(number, published)
    earlier = snapshot.under(asked)

    for party, framework in pairs_of(facts):
        for at in days_of(facts):
            expected = oracle.standing(facts, party, framework, at, number, published)
            assert verdict(snapshot, party, framework, at, asked) == expected
            assert verdict(earlier, party, framework, at) == expected


def compiles_all_at_once_as_one_by_one(facts: Facts) -> None:
    snapshot = Snapshot.build(facts)

    for party, framework in pairs_of(facts):
        code = snapshot.columns.frameworks.of[framework]
        compiled = snapshot.compiled[code]
        place = compiled.pair(snapshot.columns.parties.of[party])
        if place < 0:
            assert not [row for row in facts.assertions if (row.party, row.framework) == (party, framework)]
            continue
        first, last = compiled.starts[place], compiled.starts[place + 1]
        run = list(zip(compiled.times[first:last], compiled.states[first:last], strict=True))
        assert run == timeline(*snapshot.voices(party, framework))


@some
@given(histories())
def test_every_party_stands_as_the_rules_say_on_every_day(facts):
    stands_as_the_rules_say(facts)


@pytest.mark.long
@many
@given(histories(most=9))
def test_every_party_stands_as_the_rules_say_on_every_day_in_ten_thousand_histories(facts):
    stands_as_the_rules_say(facts)


@some
@given(histories(), st.integers(0, LAST_NUMBER))
def test_every_party_stood_as_what_was_known_at_a_number_says(facts, number):
    stood_as_known_then(facts, number)


@pytest.mark.long
@many
@given(histories(most=9), st.integers(0, LAST_NUMBER))
def test_every_party_stood_as_what_was_known_at_a_number_says_in_ten_thousand_histories(facts, number):
    stood_as_known_then(facts, number)


@settings(some, max_examples=50)
@given(histories())
def test_what_is_known_at_the_last_number_is_what_is_known_now(facts):
    snapshot = Snapshot.build(facts)

    for party, framework in pairs_of(facts):
        for at in days_of(facts):
            known = verdict(snapshot, party, framework, at, Asked(LAST_NUMBER))
            assert known == verdict(snapshot, party, framework, at)


@some
@given(histories(), st.none() | st.integers(0, LAST_NUMBER), st.sampled_from([instant(d) for d in (9, 10, 29, 30)]))
def test_only_sources_published_by_then_are_heard(facts, number, published):
    stands_by_what_was_published(facts, number, published)


@pytest.mark.long
@many
@given(
    histories(most=9), st.none() | st.integers(0, LAST_NUMBER), st.sampled_from([instant(d) for d in (9, 10, 29, 30)])
)
def test_only_sources_published_by_then_are_heard_in_ten_thousand_histories(facts, number, published):
    stands_by_what_was_published(facts, number, published)


@some
@given(histories())
def test_pairs_compiled_all_at_once_have_the_runs_of_pairs_compiled_one_by_one(facts):
    compiles_all_at_once_as_one_by_one(facts)


@pytest.mark.long
@many
@given(histories(most=9))
def test_pairs_compiled_all_at_once_have_the_runs_of_ten_thousand_histories_compiled_one_by_one(facts):
    compiles_all_at_once_as_one_by_one(facts)


@settings(some, max_examples=100)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_are_given_changes_no_answer(facts, chance):
    shuffled = list(facts.assertions)
    chance.shuffle(shuffled)
    renumbered = [row._replace(id=place) for place, row in enumerate(shuffled, 1)]
    one, other = Snapshot.build(facts), Snapshot.build(oracle.with_rows(facts, renumbered))

    for party, framework in pairs_of(facts):
        for at in days_of(facts):
            assert verdict(one, party, framework, at) == verdict(other, party, framework, at)


@settings(some, max_examples=100)
@given(histories())
def test_what_is_no_longer_believed_changes_no_answer_of_today(facts):
    today = [row for row in facts.assertions if row.until == FOREVER]
    one, other = Snapshot.build(facts), Snapshot.build(oracle.with_rows(facts, today))

    for party, framework in pairs_of(facts):
        for at in days_of(facts):
            assert verdict(one, party, framework, at) == verdict(other, party, framework, at)
