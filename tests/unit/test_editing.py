"""Edits as values: what is kept of one comes back as it was, and what cannot be read is refused."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domain.editing import (
    PERMISSIONS,
    VERBS,
    Assert,
    BadEdit,
    Correct,
    Decide,
    Define,
    Edit,
    End,
    Rank,
    Retract,
    as_kept,
    from_kept,
)
from cordiale.domain.participation import Scope, StartKind
from cordiale.domain.period import parse_when
from tests.makers import statement

numbers = st.integers(1, 10**9)
kept = {"min_value": parse_when("1900").first_day, "max_value": parse_when("8999-12-31").first_day}
days = st.dates(**kept).map(lambda day: parse_when(day.isoformat()))
statements = st.builds(
    statement,
    start=st.sampled_from(["", "1995", "1995-02", "1995-02-10", "1990/1994", "2020-01-01T10:00:00Z"]),
    until=st.sampled_from([None, "2021", "2021-05-06", "2022-01-01T10:00:00Z"]),
    scope=st.sampled_from(list(Scope)),
    start_kind=st.sampled_from(list(StartKind)),
    note=st.text(),
)
edits = st.one_of(
    st.builds(Assert, statements),
    st.builds(Correct, numbers, statements),
    st.builds(End, numbers, days, st.text(min_size=1)),
    st.builds(Retract, numbers),
    st.builds(Decide, numbers),
    st.builds(Rank, st.text(min_size=1), st.integers(0, 100)),
    st.builds(Define, st.text(min_size=1), st.text(), st.text()),
)


@given(edits)
def test_what_is_kept_of_an_edit_comes_back_as_it_was(edit):
    assert from_kept(json.loads(json.dumps(as_kept(edit)))) == edit


def test_every_edit_has_a_verb_and_a_permission():
    assert set(VERBS.values()) == set(get_args(Edit)) == PERMISSIONS.keys()


@pytest.mark.parametrize(
    "kept",
    [
        {"verb": "burn"},
        {"verb": "retract"},
        {"verb": "retract", "assertion": "x"},
        {"verb": "end", "assertion": 1, "on": "yesterday", "source": "gazette"},
        {**as_kept(Assert(statement())), "scope": "nonsense"},
        {**as_kept(Assert(statement())), "valid_to": "1990"},
    ],
    ids=lambda kept: " ".join(map(str, kept.values()))[:40],
)
def test_what_is_no_edit_is_refused(kept):
    with pytest.raises(BadEdit):
        from_kept(kept)
