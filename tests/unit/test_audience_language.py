"""Laws of the audience language: one canonical form, the same parties, and no text that does harm."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cordiale.engines.audience.deciding import expanded, windows
from cordiale.engines.audience.language import (
    SUSPENDED,
    Audience,
    BadAudience,
    Name,
    canonical,
    frameworks_in,
    parse,
    written,
)
from cordiale.engines.audience.naming import Names, folded
from cordiale.engines.standing.sets import Sets
from cordiale.engines.standing.snapshot import Snapshot
from tests.unit import oracle
from tests.unit.oracle import FRAMEWORKS, GROUP_TREES, PARTIES, histories, instant, said, sentences

some = settings(deadline=None, suppress_health_check=list(HealthCheck))
SECONDS = 1.0

NAMES = oracle.names(replace(oracle.Register().facts(), lives=dict.fromkeys(FRAMEWORKS, ())))
GROUPS = {name: parse(said(tree), naming=NAMES) for name, tree in GROUP_TREES.items()}

NOISE = ("(", ")", ",", ",,", '"', '"club"', "&", ";", "-", ".", "  ", "\n", "\t", "É", "party:alpha", "\u200b", "\x00")
MEANT = (*PARTIES, *FRAMEWORKS, *GROUP_TREES, "suspended", "except", "and", "or", "both", "all", "not", "clubb")
words = st.sampled_from((*MEANT, *NOISE))


def read(sentence: str) -> Audience:
    return parse(sentence, naming=NAMES, known=NAMES.known)


def tried(sentence: str) -> Audience | BadAudience:
    """The audience, or why it is refused; anything else that is raised fails the test."""
    try:
        return read(sentence)
    except BadAudience as refusal:
        return refusal


@settings(some, max_examples=300)
@given(sentences())
def test_a_canonical_sentence_reads_back_as_the_same_audience(tree):
    once = read(said(tree))

    assert read(written(once)) == once
    assert written(read(written(once))) == written(once)
    assert canonical(once) == once


@settings(some, max_examples=60)
@given(histories(), sentences(), st.integers(0, 60), st.booleans())
def test_a_canonical_sentence_means_the_same_parties(facts, tree, day, roster):
    sets = Sets(Snapshot.build(facts))
    one, other = read(said(tree)), read(written(read(said(tree))))

    found = [windows(each, sets=sets, groups=GROUPS, roster=roster).at(instant(day)).bits for each in (one, other)]
    assert found[0] == found[1]


@settings(some, max_examples=200)
@given(st.lists(st.sampled_from([*PARTIES, *FRAMEWORKS, *GROUP_TREES]), min_size=1, max_size=8), st.data())
def test_order_case_separators_and_doubles_change_nothing(names, data):
    separators = st.sampled_from([",", ", ", " and ", " OR ", ", and ", ",or ", " ,\n"])
    mixed = data.draw(st.permutations([*names, data.draw(st.sampled_from(names))]))
    cased = [data.draw(st.sampled_from([name, name.upper(), name.title(), f'"{name}"', f"({name})"])) for name in mixed]
    sentence = cased[0] + "".join(data.draw(separators) + name for name in cased[1:])

    assert read(sentence) == read(", ".join(names))


@settings(some, max_examples=100)
@given(sentences(depth=1), sentences(depth=1))
def test_both_does_not_mind_which_comes_first(one, other):
    assert read(f"both ({said(one)}) ({said(other)})") == read(f"both ({said(other)}) and ({said(one)})")


@settings(some, max_examples=500)
@given(st.lists(words, max_size=40).map(" ".join) | st.lists(words, max_size=40).map("".join) | st.text(max_size=80))
@example("except")
@example("club except")
@example("(" * 2_000)
@example("both " * 400)
@example('"' * 2_000)
@example("club," * 400)
@example("a" * 2_000)
@example("club " + " " * 1_990 + "!")
@example("\ud800")
@example("club except party:")
@example(":")
def test_whatever_is_written_is_read_or_refused_in_words_and_at_once(text):
    begins = time.perf_counter()

    found = tried(text)

    assert time.perf_counter() - begins < SECONDS
    if isinstance(found, BadAudience):
        assert found.what
        assert 0 <= found.position <= max(len(text), 1)
    else:
        assert read(written(found)) == found


@settings(some, max_examples=300)
@given(st.lists(words, max_size=25).map(" ".join))
def test_a_mended_sentence_is_never_refused_for_the_same_reason_at_the_same_place(text):
    found = tried(text)

    if isinstance(found, BadAudience) and found.mended:
        again = tried(found.mended)
        assert not isinstance(again, BadAudience) or (again.what, again.position) != (found.what, found.position)


@settings(some, max_examples=200)
@given(st.lists(words, max_size=25).map(" ".join))
def test_nobody_suspended_is_ever_included_by_being_suspended(text):
    found = tried(text)

    assert isinstance(found, BadAudience) or not included(found, SUSPENDED)


def included(audience: Audience, kind: str) -> bool:
    """Whether a name of a kind stands anywhere but after an except."""
    if isinstance(audience, Name):
        return audience.kind == kind
    parts = [value for key, value in vars(audience).items() if key != "drop"]
    return any(included(part, kind) for value in parts for part in (value if isinstance(value, tuple) else (value,)))


@settings(some, max_examples=100)
@given(sentences())
def test_the_frameworks_of_an_audience_are_those_it_names_once_groups_are_replaced(tree):
    def named(part):
        kind, *parts = part
        if kind == "framework":
            return {parts[0]}
        if kind == "group":
            return named(GROUP_TREES[parts[0]])
        return set().union(*(named(one) for one in parts if isinstance(one, tuple)))

    assert frameworks_in(expanded(read(said(tree)), GROUPS)) == named(tree)


@pytest.mark.parametrize("word", ["except", "and", "or", "both", "Except", "BOTH"])
def test_a_word_of_the_language_can_be_a_name_in_quotes(word):
    names = Names(parties={word.lower(): ()}, frameworks={}, groups=())

    audience = parse(f'"{word}"', naming=names)

    assert audience == Name("party", word.lower())
    assert parse(written(audience), naming=names) == audience


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("Türkiye", "tur"),
        ("TURKIYE", "tur"),
        ("  turkiye ", "tur"),
        ("côte d'ivoire", "civ"),
        ("Cote  d'Ivoire", "civ"),
        ("Straße", "str"),
        ("strasse", "str"),
        ("Ελλάδα", "grc"),
    ],
)
def test_a_name_is_found_without_its_case_accents_and_spare_spaces(word, meaning):
    parties = {"tur": ("Türkiye",), "civ": ("Côte d'Ivoire",), "str": ("Straße",), "grc": ("Ελλάδα",)}
    names = Names(parties=parties, frameworks={}, groups=())

    assert names(word) == Name("party", meaning)
    assert folded(word) == folded(word.upper())


def test_an_id_beats_a_short_name_and_a_short_name_beats_a_name():
    names = Names(
        parties={"one": ("Two",), "pact": ("Somebody",), "land": ("PA",)},
        frameworks={"two": ("PA", "Pact of Two"), "pact": ("X", "Y")},
        groups=("group",),
    )

    assert names("two") == Name("framework", "two")  # not the party that bears the name
    assert names("pa") == Name("framework", "two")
    assert names("pact") == Name("framework", "pact")  # membership, not the organisation
    assert names.party("pact") == "pact"
    assert names("group") == Name("group", "group")
    assert names("suspended") == Name("suspended", "suspended")
