"""How much of a text the rows of a register say, and who says it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domain.claims.matching import Found, by_others, match, parts_of, said_by_itself, share
from cordiale.domain.claims.values import Claim, FactUsed, Verdict, judged
from cordiale.domain.claims.world import Area

CLAIM = Claim("page", "line", "area", "forum", "has-area", "customs and border guards", "")


def area(name, source="treaty", row=1):
    return Area(row=row, source=source, id=f"a{row}", name=name, scheme="forum")


def names(row):
    return row.name


@pytest.mark.parametrize(
    ("text", "held", "found"),
    [
        ("customs", ["Customs"], Found.WHOLE),
        ("customs and border guards", ["Border guards and customs"], Found.WHOLE),
        ("customs and border guards", ["Border guards", "Customs"], Found.SPREAD),
        ("customs and border guards", ["Customs", "Music"], Found.PART),
        ("customs and border guards", ["Music"], Found.NOTHING),
        ("customs", [], Found.NOTHING),
        ("of the", ["Customs"], Found.NOTHING),
    ],
)
def test_a_text_is_found_whole_spread_in_part_or_not(text, held, found):
    assert match(text, [area(name, row=row) for row, name in enumerate(held)], names).found is found


def test_what_no_row_says_is_named():
    assert match("customs and border guards", [area("Customs")], names).missing == "border guards"


@given(text=st.text(max_size=60), held=st.text(max_size=60))
def test_a_share_lies_between_nothing_and_everything(text, held):
    assert 0 <= share(text, held) <= 1


@given(text=st.text(max_size=60))
def test_a_text_says_itself(text):
    assert share(text, text) in (0, 1)


@given(text=st.text(max_size=60))
def test_a_text_without_words_has_no_parts(text):
    assert bool(parts_of(text)) == (share(text, text) == 1)


def test_the_page_is_no_witness_in_its_own_cause():
    rows = [area("Customs", "page"), area("Music", "treaty", 2)]

    assert [row.name for row in by_others(CLAIM, rows)] == ["Music"]


def test_rows_of_the_page_together_say_what_it_says():
    rows = [area("Customs", "page"), area("Guards", "page", 2), area("Music", "page", 3)]
    claim = replace(CLAIM, object="customs and guards")

    assert [row.text for row in said_by_itself(claim, rows, names)] == ["Customs", "Guards"]


def test_rows_of_others_are_not_the_pages_own():
    assert said_by_itself(CLAIM, [area("Customs and border guards")], names) == ()


@pytest.mark.parametrize(
    ("verdict", "sources", "alone"),
    [
        (Verdict.AGREE, ["page"], True),
        (Verdict.PARTLY, ["page", "page"], True),
        (Verdict.AGREE, ["page", "treaty"], False),
        (Verdict.DISAGREE, ["page"], False),
        (Verdict.AGREE, [], False),
    ],
)
def test_a_confirmation_by_the_page_alone_says_so(verdict, sources, alone):
    facts = [FactUsed("areas", row, source, "Customs") for row, source in enumerate(sources)]

    assert ("by this source alone" in judged(CLAIM, verdict, "It is held.", facts).reason) is alone


def test_a_fact_is_named_once():
    fact = FactUsed("areas", 1, "treaty", "Customs")

    assert judged(CLAIM, Verdict.AGREE, "It is held.", [fact, fact]).facts == (fact,)
