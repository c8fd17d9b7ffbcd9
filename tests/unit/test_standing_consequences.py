"""What a change would do is told whole: nobody gets into any audience of whom no gain was told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.engines.standing.consequences import RightMove, right_moves, standing_moves
from cordiale.engines.standing.facts import Facts
from cordiale.engines.standing.snapshot import Snapshot
from tests.unit import oracle
from tests.unit.oracle import FIRST, histories, instant
from tests.unit.test_audience_denial import audiences, members
from tests.unit.test_standing_oracle import days_of

some = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(some, max_examples=10_000)


@st.composite
def changes(draw: Any, *, most: int = 6) -> tuple[Facts, Facts]:
    """A register, and the same with something changed: recorded, corrected, ended or retracted."""
    facts = draw(histories(most=most))
    return facts, draw(oracle.changed(facts))


def moves_of(registers: tuple[Facts, Facts], at: int) -> list[RightMove]:
    before, after = (Snapshot.build(facts) for facts in registers)
    return right_moves(before, after, registers[1].parties, at=at)


def covering(moves: list[RightMove], at: int, *, kind: str = "", framework: str = "") -> dict[str, bool]:
    """Party to whether it gains, of the moves that hold at an instant."""
    return {
        one.party: one.gained
        for one in moves
        if one.begins <= at < one.ends and kind in ("", one.kind) and framework in ("", one.framework)
    }


def nobody_gets_in_unnoticed(registers: tuple[Facts, Facts], trees: list[Any], now: int) -> None:
    moves = moves_of(registers, now)
    days = [at for at in sorted({now, *days_of(registers[0]), *days_of(registers[1])}) if at >= now]
    was, becomes = members(registers[0], trees, days), members(registers[1], trees, days)

    for (sentence, at), parties in becomes.items():
        told = {one.party for one in moves if one.gained and one.begins <= at < one.ends}
        let_in = parties - was[sentence, at]
        assert (sentence, (at - FIRST), let_in - told) == (sentence, (at - FIRST), set())


@some
@given(changes(), audiences, st.integers(0, 40))
def test_nobody_gets_into_an_audience_of_whom_no_gain_was_told(registers, trees, day):
    nobody_gets_in_unnoticed(registers, trees, instant(day))


@pytest.mark.long
@many
@given(changes(most=9), audiences, st.integers(0, 40))
def test_nobody_gets_into_an_audience_of_whom_no_gain_was_told_in_ten_thousand_registers(registers, trees, day):
    nobody_gets_in_unnoticed(registers, trees, instant(day))


@settings(some, max_examples=100)
@given(changes(), st.integers(0, 40), st.integers(0, 60))
def test_the_moves_are_the_differences_that_the_rules_say(registers, day, later):
    before, after = registers
    now, at = instant(day), instant(max(day, later))
    moves = moves_of(registers, now)

    for framework in oracle.FRAMEWORKS:
        was, becomes = oracle.entitled(before, framework, at), oracle.entitled(after, framework, at)
        expected = {party: party in becomes for party in was ^ becomes}
        assert covering(moves, at, kind="entitled", framework=framework) == expected
        spoken = oracle.spoken_of(before, framework, at), oracle.spoken_of(after, framework, at)
        told = {party: party not in spoken[1] for party in spoken[0] ^ spoken[1]}
        assert covering(moves, at, kind="spoken of", framework=framework) == told
    held = oracle.restricted(before, at), oracle.restricted(after, at)
    assert covering(moves, at, kind="restricted") == {party: party not in held[1] for party in held[0] ^ held[1]}


@settings(some, max_examples=100)
@given(changes(), st.integers(0, 60))
def test_the_standings_that_change_are_those_that_differ(registers, day):
    before, after = (Snapshot.build(facts) for facts in registers)
    at = instant(day)
    moves = standing_moves(before, after, registers[1].parties)

    told = {(one.party, one.framework): (one.before, one.after) for one in moves if one.begins <= at < one.ends}
    for party in registers[1].parties:
        for framework in oracle.FRAMEWORKS:
            was, becomes = (snapshot.standing(party, framework, at).answer for snapshot in (before, after))
            assert told.get((party, framework)) == (None if was is becomes else (was, becomes))


@settings(some, max_examples=50)
@given(histories(), st.integers(0, 40))
def test_what_is_not_changed_does_nothing(facts, day):
    assert moves_of((facts, facts), instant(day)) == []
    same = Snapshot.build(facts)
    assert standing_moves(same, same, facts.parties) == []
