"""How a party stands on a day: each rule as a table of what sources say and what follows.

The club and the forum are invented. Sources by weight: the Act (90), the Page and the Paper (50), the Wiki (10).
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from cordiale.domain.participation import Scope
from cordiale.engines.standing.snapshot import Asked, Snapshot, Standing
from tests.unit.oracle import Register, day, instant

CERTAIN, POSSIBLE = "certain", "possible"

WHERE = {"Brussels": ZoneInfo("Europe/Brussels"), "UTC": ZoneInfo("UTC")}


def register(*said: str, life: str = "", complete: str = "", zone: str = "UTC") -> Register:
    """A register of sentences such as "act: member 1995 to 1997-05, entry"."""
    made = Register(zone=WHERE[zone])
    made.framework("club", life, complete)
    for source, precedence in {"act": 90, "page": 50, "paper": 50, "wiki": 10}.items():
        made.source(source, precedence)
    for sentence in said:
        source, _, rest = sentence.partition(": ")
        rest, *marks = [part.strip() for part in rest.split(",")]
        status, _, period = rest.partition(" ")
        start, _, end = period.partition(" to ")
        scope = next((mark for mark in marks if mark in ("practical", "political")), "all")
        kind = next((mark for mark in marks if mark in ("entry", "attested")), "change")
        made.say("alpha", "club", status, start, end, by=source, scope=scope, kind=kind)
    return made


def on(made: Register, when: str) -> Standing:
    return Snapshot.build(made.facts()).standing_on("alpha", "club", day(when, made.zone))


def answer(made: Register, when: str) -> tuple[str, str]:
    found = on(made, when)
    return found.answer.value, CERTAIN if found.certain else POSSIBLE


# what the sources say, the day, the answer, how certain it is
DATES = [
    # a day is a day; the last day is out
    (["act: member 1995-02-10"], "1995-02-09", "not known", CERTAIN),
    (["act: member 1995-02-10"], "1995-02-10", "in force", CERTAIN),
    (["act: member 1995-02-10 to 1997-05-30"], "1997-05-29", "in force", CERTAIN),
    (["act: member 1995-02-10 to 1997-05-30"], "1997-05-30", "not known", CERTAIN),
    # a month or a year narrows a right: from its last day, to its first
    (["act: member 1995-02"], "1995-01-31", "not known", CERTAIN),
    (["act: member 1995-02"], "1995-02-01", "not known", POSSIBLE),
    (["act: member 1995-02"], "1995-02-27", "not known", POSSIBLE),
    (["act: member 1995-02"], "1995-02-28", "in force", CERTAIN),
    (["act: member 1995"], "1995-12-30", "not known", POSSIBLE),
    (["act: member 1995"], "1995-12-31", "in force", CERTAIN),
    (["act: member 1990 to 1997"], "1996-12-31", "in force", CERTAIN),
    (["act: member 1990 to 1997"], "1997-01-01", "not known", POSSIBLE),
    (["act: member 1990 to 1997"], "1997-12-31", "not known", CERTAIN),
    # not before, not after, between
    (["act: member 1995/.."], "2020-01-01", "not known", POSSIBLE),
    (["act: member ../1995"], "1995-12-31", "in force", CERTAIN),
    (["act: member ../1995"], "1850-01-01", "not known", POSSIBLE),
    (["act: member 1994/1996-03"], "1996-03-30", "not known", POSSIBLE),
    (["act: member 1994/1996-03"], "1996-03-31", "in force", CERTAIN),
    # one period takes over from another on one unknown day: no gap, and the more restrictive answer
    (["act: member 1990 to 1995", "act: suspended 1995"], "1994-12-31", "in force", CERTAIN),
    (["act: member 1990 to 1995", "act: suspended 1995"], "1995-06-01", "suspended", POSSIBLE),
    (["act: member 1990 to 1995", "act: suspended 1995"], "1995-12-31", "suspended", CERTAIN),
    (["act: member 1990 to 1995", "act: observer 1995"], "1995-06-01", "in force", CERTAIN),
    # a gap that may be there is there
    (["act: member 1990 to 1995", "act: observer 1996"], "1995-06-01", "not known", POSSIBLE),
    # a period within one unknown year is nowhere certain
    (["act: member 1995 to 1995"], "1995-06-01", "not known", POSSIBLE),
    (["act: member 1995 to 1995", "act: observer 1995"], "1995-06-01", "not known", POSSIBLE),
]

ENTRY = [
    # who dates the entry denies the days before; who dates a change, or only saw it so, does not
    (["act: member 1995, entry"], "1994-12-31", "not", CERTAIN),
    (["act: member 1995, entry"], "1995-06-01", "not", POSSIBLE),
    (["act: member 1995"], "1994-12-31", "not known", CERTAIN),
    (["act: member 1995, attested"], "1994-12-31", "not known", CERTAIN),
    # to deny is to speak: a weightier denial beats a lesser claim, a lesser one does not
    (["act: member 1995, entry", "wiki: member 1990"], "1992-01-01", "not", CERTAIN),
    (["act: member 1995", "wiki: member 1990"], "1992-01-01", "in force", CERTAIN),
    (["wiki: member 1995, entry", "act: member 1990"], "1992-01-01", "in force", CERTAIN),
    # a source that dates an entry and says something of the time before says that
    (["act: ended 1990 to 1993", "act: member 1995, entry"], "1991-06-01", "not", CERTAIN),
    (["act: unclear 1990 to 1993", "act: member 1995, entry"], "1991-06-01", "unclear", CERTAIN),
    (["act: unclear 1990 to 1993", "act: member 1995, entry"], "1994-06-01", "not", CERTAIN),
]

PRECEDENCE = [
    # the weightiest source that speaks decides
    (["act: suspended 1995-01-01", "wiki: member 1990-01-01"], "1994-01-01", "in force", CERTAIN),
    (["act: suspended 1995-01-01", "wiki: member 1990-01-01"], "1996-01-01", "suspended", CERTAIN),
    (["act: member 1995", "page: unclear 1990-01-01", "wiki: ended 1980"], "1985-01-01", "not", CERTAIN),
    (
        ["act: member 1995", "page: unclear 1990-01-01", "wiki: ended 1980"],
        "1992-01-01",
        "unclear",
        CERTAIN,
    ),
    # where it may be silent, the next one may speak
    (["act: member 1995", "wiki: unclear 1990-01-01"], "1995-06-01", "unclear", POSSIBLE),
    (["act: member 1995", "wiki: member 1990-01-01"], "1995-06-01", "in force", CERTAIN),
    # among equals a finer date beats a coarser one that contains it
    (["page: member 1995, entry", "paper: member 1995-03-10, entry"], "1995-03-09", "not", CERTAIN),
    (["page: member 1995, entry", "paper: member 1995-03-10, entry"], "1995-03-10", "in force", CERTAIN),
    # if they still differ, the day is disputed
    (["page: member 1995-05-06, entry", "paper: member 1995-05-05, entry"], "1995-05-04", "not", CERTAIN),
    (["page: member 1995-05-06, entry", "paper: member 1995-05-05, entry"], "1995-05-05", "disputed", CERTAIN),
    (["page: member 1995-05-06, entry", "paper: member 1995-05-05, entry"], "1995-05-06", "in force", CERTAIN),
    (["page: member 1990", "paper: unclear 1995-01-01"], "1996-01-01", "disputed", CERTAIN),
    (["page: member 1990", "paper: unclear 1995"], "1995-06-01", "disputed", POSSIBLE),
    # a weightier source ends the dispute, a lesser one does not
    (["page: member 1990", "paper: unclear 1990", "act: member 1995-01-01"], "1996-01-01", "in force", CERTAIN),
    (["page: member 1990", "paper: unclear 1990", "wiki: member 1990"], "1996-01-01", "disputed", CERTAIN),
    # where one of two equals stops another goes on: no gap
    (["page: member 1990 to 1995", "paper: observer 1995"], "1995-06-01", "in force", CERTAIN),
    # the day is the same for both, so what narrows it for one narrows it for the other
    (
        ["page: member 1990 to 1995", "page: observer 1995 to 1995-03-01", "paper: observer 1995"],
        "1995-06-01",
        "in force",
        CERTAIN,
    ),
]

SCOPES = [
    # the whole is scope all, whatever a scope says
    (["act: member 1990", "wiki: suspended 1995-01-01, political"], "1996-01-01", "in force", CERTAIN),
    # where nobody speaks for all, the more restrictive scope
    (
        ["act: member 1990 to 1995-01-01", "act: suspended 1995-01-01, practical", "act: member 1995-01-01, political"],
        "1996-01-01",
        "suspended",
        CERTAIN,
    ),
    (["act: member 1990, political"], "1996-01-01", "in force", CERTAIN),
    (["act: unclear 1990, political", "act: member 1990, practical"], "1996-01-01", "unclear", CERTAIN),
    # where scope all may be silent, each may be the answer
    (["act: member 1990 to 1995", "act: suspended 1990, practical"], "1995-06-01", "suspended", POSSIBLE),
]


@pytest.mark.parametrize(("said", "when", "expected", "certainty"), [*DATES, *ENTRY, *PRECEDENCE, *SCOPES])
def test_what_sources_say_gives_this_answer(said, when, expected, certainty):
    assert answer(register(*said), when) == (expected, certainty)


# what the sources say, whether the party is entitled and whether it is restricted on 1996-01-01
RIGHTS = [
    (["act: member 1990"], True, False),
    (["act: member 1990", "wiki: suspended 1990"], True, False),  # outweighed
    (["act: member 1990", "act: suspended 1995-01-01, political"], False, True),
    (["act: member 1990", "wiki: unclear 1990, practical"], False, False),
    (["act: member 1990", "wiki: member 1990, practical"], True, False),
    (["act: member 1990, political"], False, False),  # nobody speaks for practical cooperation
    (["act: member 1990, political", "wiki: member 1990, practical"], True, False),
    (["act: member 1996"], False, False),
    (["page: member 1990", "paper: suspended 1990"], False, True),  # disputed: the most restrictive
    (["page: member 1990", "paper: unclear 1990"], False, False),
    (["act: unclear 1990", "wiki: suspended 1990"], False, False),
    (["act: ended 1990", "wiki: suspended 1990"], False, True),  # an expulsion lifts no suspension
    (["act: member 1996", "wiki: suspended 1990"], False, True),  # the act may be silent yet
    (["act: suspended 1996"], False, True),  # possibly begun
    (["act: suspended 1990 to 1996"], False, True),  # possibly not over
    (["act: suspended 1990 to 1995"], False, False),
    ([], False, False),
]


@pytest.mark.parametrize(("said", "entitled", "restricted"), RIGHTS)
def test_only_who_certainly_takes_part_in_every_scope_is_entitled_and_who_may_be_suspended_is_restricted(
    said, entitled, restricted
):
    found = on(register(*said), "1996-01-01")

    assert (found.entitled, found.restricted) == (entitled, restricted)


# the same where the pack spares political cooperation: it bears on no right
SPARED = [
    (["act: member 1990", "act: suspended 1995-01-01, political"], True, False),
    (["act: member 1990", "act: suspended 1995-01-01, practical"], False, True),
    (["act: member 1990 to 1995-01-01", "act: suspended 1995-01-01"], False, True),
    (["act: member 1990", "act: unclear 1990, political"], True, False),
    (["act: member 1990, political"], False, False),  # no right, no ground for one either
    (["act: member 1990, practical"], True, False),
    (["act: member 1990, practical", "act: suspended 1990, political"], True, False),
    (["act: suspended 1990", "act: member 1990, practical"], False, True),
]


@pytest.mark.parametrize(("said", "entitled", "restricted"), SPARED)
def test_a_scope_that_the_pack_spares_neither_gives_nor_takes_a_right(said, entitled, restricted):
    made = register(*said)
    made.spared = frozenset({Scope.POLITICAL})

    assert on(made, "1996-01-01")[2:] == (entitled, restricted)
    assert answer(made, "1996-01-01") == answer(register(*said), "1996-01-01")


# life of the framework, days for which its roster is complete, what is said, the day, the answer
LIVES = [
    ("1990 to 1997-05-30", "", ["act: member 1985"], "1989-12-31", "not", CERTAIN),
    ("1990 to 1997-05-30", "", ["act: member 1985"], "1990-01-01", "in force", CERTAIN),
    ("1990 to 1997-05-30", "", ["act: member 1985"], "1997-05-29", "in force", CERTAIN),
    ("1990 to 1997-05-30", "", ["act: member 1985"], "1997-05-30", "not", CERTAIN),
    ("1990 to 1997", "", ["act: member 1985"], "1997-06-01", "in force", CERTAIN),  # until its latest possible end
    ("1990 to 1997", "", [], "1994-01-01", "not known", CERTAIN),
    ("1990", "1992 to 1995", [], "1992-12-30", "not known", CERTAIN),  # complete from its latest possible day
    ("1990", "1992 to 1995", [], "1992-12-31", "not", CERTAIN),
    ("1990", "1992 to 1995", [], "1994-12-31", "not", CERTAIN),
    ("1990", "1992 to 1995", [], "1995-01-01", "not known", CERTAIN),
    ("1990", "1992", ["act: member 1994-01-01 to 1996-01-01"], "1993-06-01", "not", CERTAIN),
    ("1990", "1992", ["act: member 1994-01-01 to 1996-01-01"], "1997-06-01", "not", CERTAIN),
    ("1990", "1992", ["act: member 1994"], "1994-06-01", "not", POSSIBLE),
    ("1990", "1992", ["act: ended 1994"], "1994-06-01", "not", CERTAIN),  # absent or ended: not, in any case
    ("1990", "", ["act: ended 1994"], "1994-06-01", "not", POSSIBLE),
    ("1997-05-30", "", ["wiki: member 1992, entry"], "1995-01-01", "not", CERTAIN),
    ("1990 to 1995", "", ["act: member 1996, entry"], "1993-01-01", "not known", CERTAIN),  # outside: says nothing
]


@pytest.mark.parametrize(("life", "complete", "said", "when", "expected", "certainty"), LIVES)
def test_the_life_of_a_framework_and_the_days_of_its_complete_roster_give_this_answer(
    life, complete, said, when, expected, certainty
):
    assert answer(register(*said, life=life, complete=complete), when) == (expected, certainty)


SUSPENDED_AT_NOON = ["act: member 1990 to 1995-05-01T12:00:00Z", "act: suspended 1995-05-01T12:00:00Z"]
READMITTED_AT_NOON = ["act: suspended 1990 to 1995-05-01T12:00:00Z", "act: member 1995-05-01T12:00:00Z"]

# the zone, what is said with a moment, the day, the answer
MOMENTS = [
    ("UTC", SUSPENDED_AT_NOON, "1995-04-30", "in force", CERTAIN),
    ("UTC", SUSPENDED_AT_NOON, "1995-05-01", "suspended", POSSIBLE),
    ("UTC", SUSPENDED_AT_NOON, "1995-05-02", "suspended", CERTAIN),
    ("UTC", READMITTED_AT_NOON, "1995-05-01", "suspended", POSSIBLE),
    # in Brussels the day begins at 22:00 UTC in summer and at 23:00 UTC in winter
    ("Brussels", ["act: member 1995-06-30T22:00:00Z"], "1995-06-30", "not known", CERTAIN),
    ("Brussels", ["act: member 1995-06-30T22:00:00Z"], "1995-07-01", "in force", CERTAIN),
    ("Brussels", ["act: member 1995-06-30T21:59:59Z"], "1995-06-30", "not known", POSSIBLE),
    ("Brussels", ["act: member 1995-01-31T22:00:00Z"], "1995-01-31", "not known", POSSIBLE),
    ("Brussels", ["act: member 1995-01-31T23:00:00Z"], "1995-02-01", "in force", CERTAIN),
    ("UTC", ["act: member 1995-06-30T22:00:00Z"], "1995-06-30", "not known", POSSIBLE),
    # the day on which the clocks go forward has 23 hours, the day on which they go back 25
    ("Brussels", ["act: member 2021-03-28 to 2021-03-28T22:00:00Z"], "2021-03-28", "in force", CERTAIN),
    ("Brussels", ["act: member 2021-03-28 to 2021-03-28T21:59:59Z"], "2021-03-28", "not known", POSSIBLE),
    ("Brussels", ["act: member 2021-10-31 to 2021-10-31T22:00:00Z"], "2021-10-31", "not known", POSSIBLE),
    ("Brussels", ["act: member 2021-10-31 to 2021-10-31T23:00:00Z"], "2021-10-31", "in force", CERTAIN),
]


@pytest.mark.parametrize(("zone", "said", "when", "expected", "certainty"), MOMENTS)
def test_a_day_is_a_day_of_the_organisation_and_what_changes_within_it_narrows(zone, said, when, expected, certainty):
    assert answer(register(*said, zone=zone), when) == (expected, certainty)


def test_a_moment_of_suspension_counts_from_that_moment_and_not_from_midnight():
    made = register("act: member 1990 to 1995-05-01T12:00:00Z", "act: suspended 1995-05-01T12:00:00Z")
    snapshot = Snapshot.build(made.facts())
    noon = day("1995-05-01")[0] + 12 * 3_600_000_000

    assert snapshot.standing("alpha", "club", noon - 1).entitled
    assert snapshot.standing("alpha", "club", noon).answer == "suspended"


def test_an_end_that_no_source_published_by_then_could_tell_is_open():
    made = register("act: member 1990 to 1995-01-01")
    made.source("act", 90, "1991")
    made.source("page", 50, "1996")
    made.rows[0] = made.rows[0]._replace(end_source="page")
    snapshot = Snapshot.build(made.facts())
    at = day("1995-06-01")[0]

    assert snapshot.standing("alpha", "club", at).answer == "not known"
    assert snapshot.standing("alpha", "club", at, Asked(None, day("1992-01-01")[0])).answer == "in force"
    assert snapshot.standing("alpha", "club", at, Asked(None, day("1990-01-01")[0])).answer == "not known"


def test_an_open_end_still_gives_way_to_what_the_same_source_says_next():
    made = register("act: member 1990 to 1995-01-01", "act: suspended 1995-01-01")
    made.source("act", 90, "1991")
    made.source("page", 50, "1996")
    made.rows[0] = made.rows[0]._replace(end_source="page")
    snapshot = Snapshot.build(made.facts())

    found = snapshot.standing("alpha", "club", day("1995-06-01")[0], Asked(None, day("1992-01-01")[0]))

    assert (found.answer, found.entitled) == ("suspended", False)


def test_nobody_could_know_by_publication_who_was_absent():
    made = register(complete="1990")
    snapshot = Snapshot.build(made.facts())
    asked = Asked(None, day("2000-01-01")[0])

    assert snapshot.standing("alpha", "club", day("1995-01-01")[0]).answer == "not"
    assert snapshot.standing("alpha", "club", day("1995-01-01")[0], asked).answer == "not known"
    assert snapshot.under(asked).standing("alpha", "club", day("1995-01-01")[0]).answer == "not known"


def test_suspended_answers_before_the_first_and_after_the_last_instant_are_not():
    made = register("act: suspended 1990", life="1990 to 2000")
    snapshot = Snapshot.build(made.facts())

    for at in (-(2**60), 2**60):
        assert snapshot.standing("alpha", "club", at) == ("not", True, False, False)
    assert snapshot.standing("alpha", "club", instant(-400)).restricted
