"""A report says all that the result says, in words; the table is aligned, and nowhere wider than a hundred columns."""

from __future__ import annotations

import copy
import unicodedata
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.engines.seats.generating import generated
from cordiale.engines.seats.instances import Activity, Instance, Line, Party
from cordiale.engines.seats.policies import Per, Policy, Scarce, Stage
from cordiale.engines.seats.report_table import WIDTH, table
from cordiale.engines.seats.reporting import NotItsResult, PartyRow, Report, report
from tests.seat_results import HOSTILE, official, quick, small

patient = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
titles = st.text(max_size=500)


@st.composite
def results(draw) -> tuple[Instance, dict[str, Any]]:
    """An invented instance with its preview, or its official result."""
    instance = generated(
        activities=draw(st.integers(5, 12)),
        parties=draw(st.integers(4, 6)),
        lines=draw(st.integers(1, 20)),
        seed=draw(st.integers(0, 999)),
    )
    return instance, draw(st.sampled_from([official, quick]))(instance)


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    return official(small())


@pytest.fixture
def told(result: dict[str, Any]) -> Report:
    return report(small(), result)


def party(told: Report, id: str) -> PartyRow:
    return next(one for one in told.parties if one.id == id)


def stage_of(result: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in result["stages"] if one["stage"] == name)


def how(result: dict[str, Any], name: str, **changed: Any) -> str:
    """How a stage is known, when the result says something else of it."""
    said = copy.deepcopy(result)
    stage_of(said, name).update(changed)
    return next(one.how for one in report(small(), said).stages if one.name == name)


@patient
@given(results())
def test_seats_are_the_same_however_they_are_added_up(found):
    instance, result = found

    told = report(instance, result)

    given_out = sum(result["seats"].values())
    assert sum(one.got for one in told.parties) == given_out
    assert sum(one.taken for one in told.activities) == given_out
    assert sum(line.got for one in told.parties for line in one.granted) == given_out
    assert sum(one.asked for one in told.activities) == sum(one.asked for one in told.parties)


@patient
@given(results())
def test_every_refusal_stands_once_below_its_party_with_all_its_reasons(found):
    instance, result = found

    told = report(instance, result)

    shown = {line.line: (one.id, line) for one in told.parties for line in one.refused}
    assert len(shown) == sum(len(one.refused) for one in told.parties)
    assert shown.keys() == {one["line"] for one in result["refusals"]}
    for one in result["refusals"]:
        owner, line = shown[one["line"]]
        assert owner == instance.lines[instance.line_at[one["line"]]].party
        assert (line.asked, line.got, len(line.reasons)) == (one["asked"], one["got"], len(one["reasons"]))


@patient
@given(results(), titles)
def test_no_line_of_the_table_is_wider_than_a_hundred_columns(found, title):
    instance, result = found
    named = Instance(
        [Party(one.id, title, one.budget) for one in instance.parties],
        [Activity(one.id, one.seats, title, one.minimum) for one in instance.activities],
        instance.lines,
        title=title,
    )

    text = table(report(named, {**result, "instance": named.digest}))

    assert max(columns(line) for line in text.split("\n")) <= WIDTH
    assert text.endswith("\n")
    assert all(one.isprintable() or one in "\n\u200c\u200d\N{NO-BREAK SPACE}" for one in text)


def columns(line: str) -> int:
    """Of a terminal: wide letters take two, those that are put on others none."""
    marks = sum(1 for one in line if unicodedata.combining(one) or one in "\u200c\u200d")
    return (
        len(line)
        - marks
        + sum(1 for one in line if unicodedata.east_asian_width(one) in "WF" and not unicodedata.combining(one))
    )


def test_numbers_end_in_one_column_beside_wide_letters(result):
    told = report(small(party="日本国"), {**result, "instance": small(party="日本国").digest})

    rows = [line for line in table(told).split("\n") if line.startswith(("aut ", "fin "))][:2]

    ends = [columns(line[: line.rindex("0") + 1]) for line in rows]
    assert "日本国" in rows[0] + rows[1]
    assert ends[0] == ends[1]


def test_the_table_says_every_reason_whole(told):
    said = " ".join(table(told).split())

    reasons = [reason for one in told.parties for line in one.refused for reason in line.reasons]
    assert len(reasons) >= 5
    assert all(reason in said for reason in reasons)


def test_largest_numbers_and_longest_ids_fit_the_table():
    most = 2**40
    id = "W" * 100
    instance = Instance([Party(id, "", most)], [Activity(id, 10_000, "", 9_999, 1)], [Line(id, id, id, 10_000)])
    result = quick(instance)
    result["parties"][0] |= {"asked": 2 * 10**10, "seats": 10**10, "cost": 2**50, "claims": 10**10, "missed": 10**10}

    text = table(report(instance, result))

    assert max(map(columns, text.split("\n"))) <= WIDTH


def test_the_table_of_nothing_says_none():
    text = table(report(Instance([], [], []), quick(Instance([], [], []))))

    assert text.split("\n").count("none") == 4  # parties, activities, stages, lines


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("instance", "0" * 64),
        ("seats", {"n1": 1, "n77": 1}),
        ("cancelled", [{"activity": "nowhere", "minimum": 1, "could": 0, "beforehand": True}]),
        ("refusals", [{"line": "n77", "asked": 1, "got": 0, "reasons": []}]),
        ("parties", []),
    ],
)
def test_a_result_of_something_else_is_refused(result, key, value):
    with pytest.raises(NotItsResult):
        report(small(), {**result, key: value})


def test_a_result_with_a_party_that_there_is_not_is_refused(result):
    stranger = {**result["parties"][0], "party": "nobody"}

    with pytest.raises(NotItsResult, match="nobody"):
        report(small(), {**result, "parties": [*result["parties"], stranger]})


@pytest.mark.parametrize(
    ("got", "asked", "percent"),
    [(2, 3, "66.6"), (999, 1_000, "99.9"), (99_999, 100_000, "99.9"), (1, 1, "100.0"), (0, 7, "0.0"), (0, 0, "")],
)
def test_a_share_is_rounded_down(told, result, got, asked, percent):
    row = {**result["parties"][0], "first_seats": got, "first_asked": asked}

    told = report(small(), {**result, "parties": [row, *result["parties"][1:]]})

    assert party(told, row["party"]).percent == percent
    assert party(told, row["party"]).share == (Fraction(got, asked) if asked else None)


def test_parties_stand_as_in_an_index_without_regard_to_accents(told):
    assert [one.title or one.id for one in told.parties] == ["Åland", "new-zealand", "Österreich", "Suomi"]


def test_every_activity_says_whether_it_runs_and_why_not(told):
    assert {one.id: (one.state, one.why) for one in told.activities} == {
        "audit": ("cancelled", "needs 2 seats taken, and at most 1 could be"),
        "course": ("runs", ""),
        "exercise": ("cancelled", "nobody asks for it"),
        "open": ("empty", "nobody asks for it"),
        "seminar": ("cancelled", "needs 4 seats taken, and at most 2 could be"),
        "visit": ("runs", ""),
        "workshop": ("empty", "no seat of it is given"),
    }


def test_an_activity_that_fell_during_the_run_says_what_could_have_been(result):
    fell = [{"activity": "seminar", "minimum": 4, "could": 6, "beforehand": False}]

    told = report(small(), {**result, "cancelled": fell})

    why = next(one.why for one in told.activities if one.id == "seminar")
    assert why == "needs 4 seats taken; at first 6 could be, but not beside what is given elsewhere"


def test_a_person_is_not_named(result, told):
    busy = next(one for one in result["refusals"] if one["line"] == "n8")
    assert busy["reasons"][0]["words"].startswith("Jo has a seat")

    refused = next(line for line in party(told, "aut").refused if line.line == "n8")

    assert refused.reasons == ("The person has a seat in visit on the same days.",)
    assert "Jo" not in table(told)


def test_a_line_with_a_part_is_both_granted_and_refused(told):
    aut = party(told, "aut")

    assert [(line.line, line.got, line.asked) for line in aut.granted] == [("n1", 1, 2), ("n4", 1, 1)]
    assert [line.line for line in aut.refused] == ["n1", "n3", "n8"]


def test_fairness_says_what_it_holds_and_why_no_more(told):
    assert party(told, "fin").held == "Fairness holds 1 seat of priority 1 for it: it has all it asked for."
    assert party(told, "aut").held == (
        "Fairness holds 2 seats of priority 1 for it. It could not have 3 while the others keep theirs: "
        "not even fractions of seats would do."
    )
    assert party(told, "zzz").held == ""


def test_figures_are_read_beside_what_they_are_part_of(told):
    assert {one.what: (one.figure, one.note) for one in told.figures} == {
        "Seats given": ("6", "of 13 asked for; 34 are on offer"),
        "Lines with all they asked for": ("3", "of 8; 1 with a part, 4 with none"),
        "Activities that run": ("2", "of 7; 3 cancelled"),
        "Lowest share of priority 1": (
            "66.6\N{NO-BREAK SPACE}%",
            "Österreich; the highest is 100.0\N{NO-BREAK SPACE}%",
        ),
        "Claims to reserved seats missed": ("0", "of 2 seats"),
        "Cost of all seats": ("1,800", "2 parties have no limit"),
        "Total": ("420", "points"),
    }


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "Official. Every stage is proven to be as good as can be."),
        ({"complete": False, "stages": 2}, "Official. Stopped before its end; not proven: total, tie-break."),
        (
            {"tier": "preview", "complete": False, "stages": 0},
            "A preview, made quickly: nothing of it is proven, and the official result may differ.",
        ),
        (
            {"tier": "replan"},
            "Planned again after changes; everybody else keeps what they had. "
            "Every stage is proven to be as good as can be.",
        ),
    ],
)
def test_the_state_says_how_far_a_result_can_be_relied_on(result, changed, state):
    said = {**result, **changed}
    said["stages"] = result["stages"][: changed.get("stages", 4)]

    told = report(small(), said)

    assert told.state == state
    assert told.final == said["complete"]


def test_a_stage_says_what_proves_it(result):
    assert how(result, "total", lp=420, programs=1, nodes=0) == (
        "1 linear program; the linear program alone proves it; the bound can be checked without any solver"
    )
    assert how(result, "total", lp=431, programs=2, nodes=1_200) == (
        "2 linear programs and a search of 1,200 nodes; the linear program's bound is 431, the search closes the gap; "
        "the bound can be checked without any solver"
    )
    assert how(result, "total", proven=False, bound=431, programs=2, nodes=7) == (
        "not proven: 431 may be possible; tried with 2 linear programs and a search of 7 nodes"
    )
    assert how(result, "reserves", programs=0, nodes=0, lp=None) == "there was nothing to decide"


def test_fairness_says_how_many_parties_were_settled_by_which_proof(result):
    assert how(result, "fairness", programs=3, nodes=0) == (
        "3 linear programs; 1 party: not even fractions of seats would do; 1 party: it has all it asked for"
    )


def test_a_policy_in_words():
    policy = Policy(
        stages=(Stage.FAIRNESS, Stage.TOTAL),
        points={1: 1_000, 2: 10, 3: 1},
        per=Per.LINE,
        first_most=1,
        seniority=("fin", "new-zealand"),
        quota=2,
        reserve=0,
        scarce=Scarce.LOTTERY,
    )

    told = report(small(), quick(small(), policy))

    assert told.policy == (
        "Decided in this order: fairness, total.",
        "Points where a line does not say: 1,000 of priority 1, 10 of priority 2, 1 of priority 3; they are for the "
        "whole line, shared evenly among its seats.",
        "At most 1 line of a party count as priority 1; more count as priority 2.",
        "Seniority: Suomi (fin), new-zealand; then the others in the order of their lot.",
        "Where an activity does not say: a party has at most 2 seats of it.",
        "Where there are more claims than seats, lots decide who keeps them.",
        "Lots are drawn from an empty seed.",
    )


def test_what_identifies_a_run(result, told):
    assert {one.what: one.figure for one in told.identity} == {
        "Instance": small().digest,
        "Seed of the lots": "spring",
        "Tier": "official",
        "Made by": f"Cordiale {result['made_by']['cordiale']}",
        "Solver": f"HiGHS {result['made_by']['version']}",
    }


def test_a_plan_after_changes_names_the_result_before(result):
    told = report(small(), {**result, "tier": "replan", "replanned": {"before": "ab" * 32}})

    assert [one.figure for one in told.identity if one.what == "Result before the changes"] == ["ab" * 32]


def test_what_cannot_be_shown_or_would_steer_a_terminal_is_left_out():
    instance = small(title=HOSTILE, party=HOSTILE, activity=HOSTILE)

    text = table(report(instance, official(instance)))

    assert '</style></title><script>alert("x")</script> & [31m' in text
    assert not set("\x00\x1b\ufffe\u202e") & set(text)
