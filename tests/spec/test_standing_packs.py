"""What the packs of Cordiale add up to: counts and facts that their sources state, checked against every day's answers.

The packs are read straight from their files, without a database.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import pytest

from cordiale.engines.standing.explaining import Explanation, Outcome, explain
from cordiale.engines.standing.snapshot import Snapshot
from tests.unit.oracle import day, pack_facts

SEATS = ("in force", "suspended", "unclear", "disputed")


@lru_cache(maxsize=2)
def snapshot(pack: str) -> Snapshot:
    return Snapshot.build(pack_facts(pack))


def composition(pack: str, framework: str, on: str) -> dict[str, int]:
    """How many seats give each answer."""
    of = snapshot(pack)
    answers = [of.standing_on(party, framework, day(on, of.zone)).answer for party in of.spoken_of(framework)]
    return dict(Counter(answer.value for answer in answers if answer in SEATS))


def why(party: str, framework: str, on: str) -> Explanation:
    return explain(snapshot("nato"), party, framework, day(on, snapshot("nato").zone))


# framework, day, seats by answer
NATO = [
    ("nato", "1949-04-03", {}),
    ("nato", "1949-12-31", {"in force": 12}),
    ("nato", "1951-12-31", {"in force": 12}),
    ("nato", "1952-12-31", {"in force": 14}),
    ("nato", "1955-12-31", {"in force": 15}),
    ("nato", "1981-12-31", {"in force": 15}),
    ("nato", "1982-12-31", {"in force": 16}),
    ("nato", "1990-12-31", {"in force": 16}),
    ("nato", "1999-12-31", {"in force": 19}),
    ("nato", "2004-12-31", {"in force": 26}),
    ("nato", "2009-12-31", {"in force": 28}),
    ("nato", "2017-12-31", {"in force": 29}),
    ("nato", "2020-12-31", {"in force": 30}),
    ("nato", "2023-12-31", {"in force": 31}),
    ("nato", "2024-12-31", {"in force": 32}),
    ("nacc", "1997-05-29", {"in force": 40}),
    ("nacc", "1997-05-30", {}),
    ("eapc", "1997-05-29", {}),
    ("eapc", "1997-05-30", {"in force": 44}),
    ("eapc", "2001-12-31", {"in force": 46}),
    ("eapc", "2007-06-30", {"in force": 49}),
    ("eapc", "2008-12-31", {"in force": 50}),
    ("eapc", "2021-12-31", {"in force": 49, "unclear": 1}),
    ("pfp", "1994-08-03", {"in force": 22}),
    ("pfp", "1997-06-30", {"in force": 27, "suspended": 1}),
    ("pfp", "2021-12-31", {"in force": 18, "suspended": 2}),
    ("patg", "2021-12-31", {"in force": 8, "suspended": 1}),
    ("md", "2025-12-01", {"in force": 7}),
    ("ici", "2025-12-01", {"in force": 4}),
    ("eop", "2025-12-01", {"in force": 4}),
]

ASEAN = [
    ("asean", "1967-12-31", {"in force": 5}),
    ("asean", "1984-12-31", {"in force": 6}),
    ("asean", "1995-12-31", {"in force": 7}),
    ("asean", "1997-12-31", {"in force": 9}),
    ("asean", "1999-12-31", {"in force": 10}),
    ("asean", "2024-12-31", {"in force": 10}),
    ("asean", "2025-12-31", {"in force": 11}),
    ("tac", "2016-09-30", {"in force": 35}),
    ("tac", "2020-11-09", {"in force": 40}),
    ("tac", "2020-11-11", {"in force": 43}),
    ("tac", "2022-08-31", {"in force": 49}),
    ("tac", "2022-11-30", {"in force": 50}),
    ("tac", "2023-07-31", {"in force": 51}),
    ("tac", "2023-09-30", {"in force": 54}),
    ("tac", "2024-12-31", {"in force": 55}),
    ("tac", "2025-07-31", {"in force": 57}),
    ("tac", "2025-10-31", {"in force": 58}),
    ("arf", "1994-12-31", {"in force": 18}),
    ("arf", "2004-12-31", {"in force": 24}),
    ("arf", "2005-12-31", {"in force": 25}),
    ("arf", "2006-12-31", {"in force": 26}),
    ("arf", "2007-12-31", {"in force": 27}),
    ("eas", "2005-12-31", {"in force": 16}),
    ("eas", "2011-12-31", {"in force": 18}),
    ("admm-plus", "2010-12-31", {"in force": 18}),
    ("dp", "1996-12-31", {"in force": 10}),
    ("dp", "2021-12-31", {"in force": 11}),
    ("devp", "2024-01-31", {"in force": 6}),
    ("csp", "2025-12-31", {"in force": 7}),
]


@pytest.mark.parametrize(("framework", "on", "seats"), NATO)
def test_a_framework_of_nato_has_as_many_seats_as_its_sources_say(framework, on, seats):
    assert composition("nato", framework, on) == seats


@pytest.mark.parametrize(("framework", "on", "seats"), ASEAN)
def test_a_framework_of_asean_has_as_many_seats_as_its_sources_say(framework, on, seats):
    assert composition("asean", framework, on) == seats


# party, framework, day, answer, scope that decided, source that decided or disputes first, sources that lost
FACTS = [
    ("deu", "nato", "1955-05-04", "not", "all", "nato-erdmann-2015", set()),
    ("deu", "nato", "1955-05-06", "in force", "all", "nato-erdmann-2015", {"wiki-members-2011", "spravochniki-2009"}),
    ("mne", "pfp", "2021-12-31", "not", "all", "alb-del-nato-2017", {"estonian-mfa-2021"}),
    ("mkd", "pfp", "2021-12-31", "not", "all", "nato-topic-mkd-2020", {"estonian-mfa-2021"}),
    ("mlt", "pfp", "2000-01-01", "suspended", "all", "nato-mlt-2008", {"wiki-pfp-2008"}),
    ("rus", "nrc", "2014-04-01", "suspended", "practical", "nato-topic-rus-2015", set()),
    ("geo", "pfp", "1993-01-01", "not", "all", None, set()),
    ("geo", "eapc", "1993-01-01", "not", "all", None, set()),
    ("fin", "pfp", "2000-01-01", "in force", "all", "wiki-pfp-2021", set()),
    ("swe", "nato", "2024-03-06", "not", "all", "natopa-fin-swe", set()),
    ("swe", "nato", "2024-03-07", "in force", "all", "natopa-fin-swe", set()),
    ("blr", "eapc", "2021-12-31", "unclear", "all", "nato-topic-partners-2024", set()),
    ("jpn", "nato", "2020-01-01", "not", "all", None, set()),
    ("ukr", "nuc", "2023-07-11", "in force", "all", "nato-charter-2007", set()),
    ("ukr", "nuc", "2023-07-12", "not", "all", None, set()),
    ("ukr", "nu-council", "2023-07-12", "in force", "all", "nucouncil-2023-07-12", set()),
]


@pytest.mark.parametrize(("party", "framework", "on", "answer", "scope", "source", "lost"), FACTS)
def test_a_country_stands_as_the_weightiest_source_says(party, framework, on, answer, scope, source, lost):
    found = why(party, framework, on)

    assert (found.standing.answer, found.standing.certain, found.scope) == (answer, True, scope)
    assert {claim.assertion.source for claim in found.lost} == lost
    if source is not None:
        assert found.winner is not None
        assert found.winner.assertion.source == source


def test_the_day_before_germany_joined_is_disputed_by_the_chronicle():
    found = why("deu", "nato", "1955-05-05")

    sides = {claim.assertion.source: claim.says for claim in found.claims if claim.outcome is Outcome.DISPUTES}
    assert (found.standing.answer, found.standing.entitled) == ("disputed", False)
    assert sides == {"nato-erdmann-2015": "not", "nato-chron-1954": "in force"}


def test_afghanistan_is_suspended_in_all_and_unclear_in_political_cooperation():
    found = why("afg", "patg", "2021-12-31")

    assert (found.standing.answer, found.scope) == ("suspended", "all")
    assert found.scopes == {"practical": "suspended", "political": "unclear"}
    assert found.winner is not None
    assert (found.winner.assertion.status, found.winner.assertion.scope) == ("suspended", "all")


def test_russia_keeps_its_political_seat_in_the_council_and_is_entitled_to_nothing():
    found = why("rus", "nrc", "2014-06-01")

    assert found.scopes == {"practical": "suspended", "political": "in force"}
    assert (found.standing.entitled, found.standing.restricted) == (False, True)


def test_a_country_that_was_invited_in_the_month_it_joined_is_certainly_in_only_after_that_month():
    answers = [why("egy", "md", on).standing[:2] for on in ("1995-02-15", "1995-02-28", "1995-03-01")]

    assert answers[0] == ("not", False)
    assert answers[-1] == ("in force", True)


@pytest.mark.parametrize("pack", ["nato", "asean"])
def test_nobody_is_entitled_who_is_not_certainly_in_force(pack):
    of = snapshot(pack)
    for party, framework in of.pairs():
        for at in of.boundaries(party, framework):
            found = of.standing(party, framework, at)
            assert not found.entitled or (found.answer == "in force" and found.certain)
