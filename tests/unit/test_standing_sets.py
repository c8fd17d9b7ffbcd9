"""Sets of parties: the same as asking of each, in any order of questions, and after any news."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.engines.audience.deciding import windows
from cordiale.engines.audience.language import parse
from cordiale.engines.audience.naming import Names
from cordiale.engines.standing.facts import FOREVER, Facts
from cordiale.engines.standing.sets import MOST_WINDOWS, Sets, Windows
from cordiale.engines.standing.snapshot import Asked, NoSuchFramework, NoSuchParty, Snapshot
from tests.unit import oracle
from tests.unit.oracle import FRAMEWORKS, PARTIES, changed, histories, instant, news
from tests.unit.test_standing_oracle import days_of, pairs_of, verdict

some = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(some, max_examples=10_000)

AUDIENCES = ("club, forum", "union except club", "both union forum", "forum, gamma except suspended")


def asked_of(sets: Sets) -> dict[str, Windows]:
    """Every set a register of three frameworks offers, and some audiences over them."""
    found = {"restricted": sets.restricted()}
    for framework in FRAMEWORKS:
        found[f"entitled {framework}"] = sets.entitled(framework)
        found[f"seated {framework}"] = sets.seated(framework)
        found[f"spoken of {framework}"] = sets.spoken_of(framework)
    for sentence in AUDIENCES:
        audience = parse(sentence, naming=NAMING)
        found[sentence] = windows(audience, sets=sets, groups={})
        found[f"roster of {sentence}"] = windows(audience, sets=sets, groups={}, roster=True)
    return found


NAMING = Names(parties=dict.fromkeys(PARTIES, ()), frameworks=dict.fromkeys(FRAMEWORKS, ()), groups=())


def expected(facts: Facts, at: int) -> dict[str, set[str]]:
    """The plain sets by asking the oracle of everybody."""
    found = {"restricted": oracle.restricted(facts, at)}
    for framework in FRAMEWORKS:
        found[f"entitled {framework}"] = oracle.entitled(facts, framework, at)
        found[f"seated {framework}"] = oracle.seated(facts, framework, at)
        found[f"spoken of {framework}"] = oracle.spoken_of(facts, framework, at)
    return found


def are_the_answers_of_each(facts: Facts, days: list[int]) -> None:
    sets = Sets(Snapshot.build(facts))
    asked = asked_of(sets)

    for at in days:
        for name, members in expected(facts, at).items():
            window = asked[name].at(at)
            assert set(sets.names(window.bits)) == members, (name, at)
            assert window.begins <= at < window.ends


def learns_as_if_built_anew(history: list[Facts]) -> None:
    snapshot = Snapshot.build(history[0])
    asked = asked_of(Sets(snapshot))
    every_day = sorted({day for facts in history for day in days_of(facts)})

    for before, after in pairwise(history):
        for at in every_day:  # so that windows are kept everywhere
            for kept in asked.values():
                kept.at(at)
        for party, framework in pairs_of(before):
            snapshot.standing(party, framework, every_day[0] if every_day else 0, Asked(before.number))
        added, gone = news(before, after)
        snapshot.learn(added=added, closed=gone, number=after.number, state="b" * 64)

        anew = Snapshot.build(after)
        fresh = asked_of(Sets(anew))
        for at in every_day:
            for party, framework in pairs_of(after):
                assert verdict(snapshot, party, framework, at) == verdict(anew, party, framework, at)
                known = Asked(before.number)
                assert verdict(snapshot, party, framework, at, known) == verdict(anew, party, framework, at, known)
            for name, kept in asked.items():
                assert (name, at, kept.at(at).bits) == (name, at, fresh[name].at(at).bits)


@st.composite
def histories_with_news(draw, *, most: int = 5):
    """A register, and the same after each of some pieces of news; now and then several come at once."""
    facts = draw(histories(most=most))
    history = [facts]
    for _ in range(draw(st.integers(1, 4))):
        for _ in range(draw(st.sampled_from((1, 1, 2)))):
            facts = draw(changed(facts))
        history.append(facts)
    return history


@some
@given(histories(), st.randoms(use_true_random=False))
def test_sets_are_the_answers_of_each_in_any_order_of_days(facts, chance):
    days = days_of(facts)
    asked = [chance.choice(days) for _ in range(6)] if days else [instant(0)]
    are_the_answers_of_each(facts, [*asked, *asked])


@pytest.mark.long
@many
@given(histories(most=9), st.randoms(use_true_random=False))
def test_sets_are_the_answers_of_each_in_ten_thousand_histories(facts, chance):
    days = days_of(facts)
    asked = [chance.choice(days) for _ in range(6)] if days else [instant(0)]
    are_the_answers_of_each(facts, [*asked, *asked])


@settings(some, max_examples=100)
@given(histories(), st.integers(-5, 80))
def test_a_window_holds_from_its_first_to_its_last_instant(facts, day):
    sets = Sets(Snapshot.build(facts))
    at = instant(day)

    for name, kept in asked_of(sets).items():
        window = kept.at(at)
        for other in (window.begins, window.ends - 1):
            assert asked_of(Sets(sets.snapshot))[name].at(other).bits == window.bits, name


@some
@given(histories_with_news())
def test_a_snapshot_that_learns_answers_as_one_built_anew_also_where_it_was_asked_before(history):
    learns_as_if_built_anew(history)


@pytest.mark.long
@many
@given(histories_with_news(most=8))
def test_a_snapshot_that_learns_answers_as_one_built_anew_in_ten_thousand_histories(history):
    learns_as_if_built_anew(history)


def small() -> oracle.Register:
    register = oracle.Register()
    register.framework("club")
    register.source("act", 90)
    register.source("wiki", 10)
    return register


def test_a_window_that_ends_where_the_news_begins_is_not_stretched_over_it():
    register = small()
    register.say("alpha", "club", "member", "2001-01-01", "2001-02-01", by="act")
    before = register.facts()
    snapshot = Snapshot.build(before)
    kept = Sets(snapshot).entitled("club")
    first, later = oracle.day("2001-01-31")[0], oracle.day("2001-02-01")[0]
    assert (kept.at(first).bits, kept.at(later).bits) == (1, 0)

    register.say("alpha", "club", "member", "2001-02-01", by="act")
    snapshot.learn(added=register.rows[-1:], closed=[], number=2, state="b" * 64)

    assert (kept.at(first).bits, kept.at(later).bits) == (1, 1)


def test_news_that_changes_no_standing_until_later_is_heard_by_an_exception_from_its_own_start():
    register = small()
    register.say("alpha", "club", "member", "2001-03-01", "2001-05-01", by="act", kind="entry")
    snapshot = Snapshot.build(register.facts())
    kept = Sets(snapshot).spoken_of("club")
    at = oracle.day("2001-02-01")[0]
    assert kept.at(at).bits == 0

    register.say("alpha", "club", "member", "2001-01-01", by="wiki")  # outweighed until 1 May
    snapshot.learn(added=register.rows[-1:], closed=[], number=2, state="b" * 64)

    assert kept.at(at).bits == 1


def test_what_is_retracted_is_spoken_of_no_longer():
    register = small()
    register.say("alpha", "club", "ended", "2001-03-01", by="act")
    snapshot = Snapshot.build(register.facts())
    kept = Sets(snapshot).spoken_of("club")
    at = oracle.day("2001-04-01")[0]
    assert kept.at(at).bits == 1

    snapshot.learn(added=[], closed=[(1, "alpha", "club", 2)], number=2, state="b" * 64)

    assert kept.at(at).bits == 0


def test_more_windows_than_are_kept_change_no_answer():
    register = small()
    for day in range(1, 29):
        register.say("alpha", "club", "member", f"2001-01-{day:02}T01:00:00Z", f"2001-01-{day:02}T02:00:00Z", by="act")
    sets = Sets(Snapshot.build(register.facts()))
    kept = sets.entitled("club")
    hour = oracle.DAY // 24

    for _ in range(MOST_WINDOWS // 28):
        for day in range(28):
            at = instant(day) + hour
            assert (kept.at(at).bits, kept.at(at + hour).bits) == (1, 0)


def test_a_set_of_an_unknown_framework_is_refused():
    sets = Sets(Snapshot.build(small().facts()))

    for ask in (sets.entitled, sets.seated, sets.spoken_of, sets.framework):
        with pytest.raises(NoSuchFramework, match='There is no framework "clubb" in this register'):
            ask("clubb")


def test_the_set_of_an_unknown_party_is_refused():
    sets = Sets(Snapshot.build(small().facts()))

    with pytest.raises(NoSuchParty, match='There is no party "omega" in this register'):
        sets.party("omega")


def test_a_row_added_and_closed_in_one_piece_of_news_is_never_believed():
    register = small()
    snapshot = Snapshot.build(register.facts())
    register.say("alpha", "club", "member", "2001-01-01", by="act")
    row = register.rows[0]._replace(since=2, until=3)

    snapshot.learn(added=[row], closed=[], number=3, state="b" * 64)

    at = oracle.day("2001-02-01")[0]
    assert row.until != FOREVER
    assert not snapshot.standing("alpha", "club", at).entitled
    assert snapshot.standing("alpha", "club", at, Asked(2)).entitled
