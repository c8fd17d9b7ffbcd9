"""Monotone denial: what sends somebody away never lets anybody in, whatever the sentence and whatever the day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.engines.audience.deciding import windows
from cordiale.engines.audience.language import Audience, parse
from cordiale.engines.standing.facts import FOREVER, Facts
from cordiale.engines.standing.sets import Sets
from cordiale.engines.standing.snapshot import Snapshot
from tests.unit import oracle
from tests.unit.oracle import DAY, FIRST, GROUP_TREES, closed, free, histories, instant, numbered, said, sentences
from tests.unit.test_standing_oracle import days_of

some = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(some, max_examples=10_000)

NAMING = oracle.names(replace(oracle.Register().facts(), lives=dict.fromkeys(oracle.FRAMEWORKS, ())))
GROUPS: dict[str, Audience] = {name: parse(said(tree), naming=NAMING) for name, tree in GROUP_TREES.items()}
DENIALS = ("suspended", "ended")


def members(facts: Facts, trees: list[Any], days: list[int]) -> dict[tuple[str, int], set[str]]:
    """Whom each sentence means on each day."""
    sets = Sets(Snapshot.build(facts))
    found = {}
    for tree in trees:
        kept = windows(parse(said(tree), naming=NAMING), sets=sets, groups=GROUPS)
        for at in days:
            found[said(tree), at] = set(sets.names(kept.at(at).bits))
    return found


def nobody_is_let_in(registers: tuple[Facts, Facts], trees: list[Any]) -> None:
    before, after = registers
    days = sorted({*days_of(before), *days_of(after)})
    was, is_now = members(before, trees, days), members(after, trees, days)

    for (sentence, at), parties in is_now.items():
        assert (sentence, (at - FIRST) / DAY, parties - was[sentence, at]) == (sentence, (at - FIRST) / DAY, set())


@st.composite
def denied(draw: Any, *, most: int = 6) -> tuple[Facts, Facts]:
    """A register, and the same when a source calls somebody suspended, withdrawn or expelled."""
    facts = draw(histories(most=most))
    denial = draw(oracle.statements(statuses=DENIALS))
    if not free(facts, denial):  # the source may still speak of other days
        others = [
            row
            for row in facts.assertions
            if row.until == FOREVER and all(getattr(row, key) == getattr(denial[0], key) for key in oracle.SAME_VOICE)
        ]
        denial = [new for new in denial if all(new.ends <= old.starts or new.starts >= old.ends for old in others)]
    number = facts.number + 1
    rows = [*facts.assertions, *numbered(facts, denial, number)]
    return facts, replace(facts, assertions=rows, number=number)


@st.composite
def ended(draw: Any, *, most: int = 6) -> tuple[Facts, Facts]:
    """A register, and the same when the participation that a source asserts comes to an end."""
    facts = draw(histories(most=most))
    taking_part = [
        row
        for row in facts.assertions
        if row.until == FOREVER and not row.end_source and oracle.answer_of(row.status, row.framework) == "in force"
    ]
    if not taking_part:
        return facts, facts
    row = draw(st.sampled_from(taking_part))
    day = (row.starts_latest - FIRST) // DAY + draw(st.integers(1, 30))
    latest = day + draw(st.sampled_from((0, 3)))
    number = facts.number + 1
    stopped = row._replace(ends=instant(day), ends_latest=instant(latest), end_source=row.source)
    rows = [*closed(facts, row, number), *numbered(facts, [stopped], number)]
    return facts, replace(facts, assertions=rows, number=number)


audiences = st.lists(sentences(), min_size=1, max_size=4)


@some
@given(denied(), audiences)
def test_a_denial_adds_nobody_to_any_audience_at_any_instant(registers, trees):
    nobody_is_let_in(registers, trees)


@pytest.mark.long
@many
@given(denied(most=9), audiences)
def test_a_denial_adds_nobody_to_any_audience_in_ten_thousand_registers(registers, trees):
    nobody_is_let_in(registers, trees)


@some
@given(ended(), audiences)
def test_an_end_of_participation_adds_nobody_to_any_audience_at_any_instant(registers, trees):
    nobody_is_let_in(registers, trees)


@pytest.mark.long
@many
@given(ended(most=9), audiences)
def test_an_end_of_participation_adds_nobody_to_any_audience_in_ten_thousand_registers(registers, trees):
    nobody_is_let_in(registers, trees)


@settings(some, max_examples=100)
@given(histories(), st.lists(sentences(), min_size=1, max_size=3), st.integers(0, 60), st.booleans())
def test_an_audience_means_whom_the_rules_say(facts, trees, day, roster):
    sets = Sets(Snapshot.build(facts))

    for tree in trees:
        kept = windows(parse(said(tree), naming=NAMING), sets=sets, groups=GROUPS, roster=roster)
        found = set(sets.names(kept.at(instant(day)).bits))
        assert (said(tree), found) == (said(tree), oracle.meant(facts, tree, instant(day), roster=roster))


def test_an_expulsion_lifts_no_suspension_that_a_lesser_source_reports():
    register = oracle.Register()
    for framework in oracle.FRAMEWORKS:
        register.framework(framework)
    register.source("act", 90)
    register.source("wiki", 10)
    register.say("alpha", "forum", "member", "2001", by="act")
    register.say("alpha", "club", "suspended", "2001", by="wiki")
    before = register.facts()
    before = replace(before, assertions=list(before.assertions))
    register.say("alpha", "club", "ended", "2002", by="act")

    nobody_is_let_in((before, register.facts()), [("framework", "forum")])


def test_leaving_a_framework_lets_nobody_past_an_exception():
    register = oracle.Register()
    for framework in oracle.FRAMEWORKS:
        register.framework(framework)
    register.source("act", 90)
    register.say("alpha", "forum", "member", "2001", by="act")
    register.say("alpha", "club", "member", "2001", "2002-03-01", by="act")
    sets = Sets(Snapshot.build(register.facts()))
    kept = windows(parse("forum except club", naming=NAMING), sets=sets, groups={})

    assert [sets.names(kept.at(oracle.day(day)[0]).bits) for day in ("2002-02-01", "2002-04-01")] == [[], []]
