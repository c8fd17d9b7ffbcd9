"""Previous and next change, and timelines, against the oracle: day by day, for every pair of both packs."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.test import Client

from cordiale.apps.register.reads.asking import standing
from cordiale.apps.register.reads.exploring import Line, lines, turns
from cordiale.domain.participation import Answer
from cordiale.domain.period import FIRST_DAY, NEVER_DAY
from tests.explorer import pairs, turning_days, verdict_on, verdicts
from tests.makers import add, edit, load, outsider, small_pack

ONE_DAY = timedelta(days=1)
PACKS = ["nato", "asean"]


@pytest.fixture(params=PACKS)
def pack(request: pytest.FixtureRequest) -> str:
    """Each pack in turn, loaded."""
    request.getfixturevalue(request.param)
    return str(request.param)


def walked(frameworks: tuple[str, ...], party: str | None = None) -> list[date]:
    """Every day that following "next change" leads to."""
    found, on = [], FIRST_DAY
    while (following := turns(outsider, frameworks=frameworks, on=on, party=party).following) is not None:
        found.append(on := following)
    return found


# --- previous and next change ---


def test_next_change_leads_to_every_day_on_which_an_answer_changes_and_to_no_other(pack):
    frameworks = {framework for _, framework in pairs(pack)}

    for framework in sorted(frameworks):
        assert walked((framework,)) == turning_days(pack, {framework}), framework
    assert walked(tuple(sorted(frameworks))) == turning_days(pack, frameworks)


def test_previous_change_leads_back_over_the_same_days(pack):
    frameworks = tuple(sorted({framework for _, framework in pairs(pack)}))
    forth = walked(frameworks)

    back, on = [], NEVER_DAY - ONE_DAY
    while (previous := turns(outsider, frameworks=frameworks, on=on).previous) is not None:
        back.append(on := previous)

    assert back[::-1] == forth


@pytest.mark.parametrize("party", ["fin", "rus", "deu"])
def test_of_one_country_only_its_own_changes_count(nato, party):
    frameworks = {framework for one, framework in pairs("nato") if one == party}

    wanted = sorted(
        {
            day
            for framework in frameworks
            for (day, after), (_, before) in zip(
                verdicts("nato")[party, framework][1:], verdicts("nato")[party, framework], strict=False
            )
            if before.answer != after.answer
        }
    )
    assert walked(tuple(sorted(frameworks)), party) == wanted


@pytest.mark.parametrize(
    ("path", "previous", "following"),
    [
        ("/standing/fin/pfp/?on=1994-05-09", None, "2023-04-04"),
        ("/standing/fin/pfp/?on=2023-04-03", "1994-05-09", "2023-04-04"),
        ("/standing/fin/pfp/?on=2023-04-04", "1994-05-09", None),
        ("/?on=1994-05-09&framework=pfp", None, None),
    ],
)
def test_a_page_links_to_the_change_before_and_after(nato, client: Client, path, previous, following):
    html = client.get(path).content.decode()
    found = {rel: re.search(rf'<a rel="{rel}" href="[^"]*\?on=([\d-]+)', html) for rel in ("prev", "next")}

    if "framework" in path:  # the day of Finland's entry: others entered before and after it
        assert found["prev"] is not None
        assert found["next"] is not None
        assert found["prev"][1] < "1994-05-09" < found["next"][1]
    else:
        assert (found["prev"] and found["prev"][1], found["next"] and found["next"][1]) == (previous, following)


# --- timelines ---


def answers(pack: str, line: Line) -> None:
    """Compare a timeline with the oracle at the first and last day of each stretch."""
    for span in line.spans:
        for on in (span.begins, span.ends - ONE_DAY):
            verdict = verdict_on(pack, line.party, line.framework, on)
            assert span.answer.value == verdict.answer, (line.party, line.framework, on)
            assert (span.possible is None) is verdict.certain, (line.party, line.framework, on)


def test_timelines_tell_what_the_oracle_tells_on_every_day_on_which_anything_may_change(pack):
    found = lines(outsider)

    assert [(line.party, line.framework) for line in found] == sorted(pairs(pack), key=lambda pair: pair[::-1])
    for line in found:
        answers(pack, line)
        begins = {span.begins for span in line.spans}
        for day, verdict in verdicts(pack)[line.party, line.framework]:
            (holding,) = [span for span in line.spans if span.begins <= day < span.ends]
            assert holding.answer.value == verdict.answer, (line.party, line.framework, day)
        assert begins <= {day for day, _ in verdicts(pack)[line.party, line.framework]}


def test_a_timeline_has_no_gap_and_no_two_stretches_alike(pack):
    for line in lines(outsider):
        assert line.spans[0].begins == FIRST_DAY
        assert line.spans[-1].ends == NEVER_DAY
        for one, other in pairwise(line.spans):
            assert one.ends == other.begins
            assert (one.answer, one.possible) != (other.answer, other.possible)


def test_a_stretch_in_the_table_is_explained_by_a_page_that_says_the_same(nato, client: Client):
    rows = client.get("/timelines/spans.json?framework=pfp").json()["rows"]
    html = client.get("/timelines/?framework=pfp").content.decode()
    links = re.findall(r'href="(/standing/[^"]+)"', html)

    assert len(links) == len(rows)
    for row, link in list(zip(rows, links, strict=True))[::7]:
        day = re.search(r"on=([\d-]+)", link)
        assert day is not None
        found = standing(outsider, party=row["party"], framework=row["framework"], on=date.fromisoformat(day[1]))
        assert found.answer.value == row["standing"], link


# --- moments within a day ---


@pytest.fixture
def small(db, tmp_path):
    folder = small_pack(tmp_path / "small")
    return edit(folder, "sources.csv", ",2001-05,en", ",2001-05-01,en")


def answer_on(day: date) -> Answer:
    return standing(outsider, party="gamma", framework="forum", on=day).answer


@pytest.mark.parametrize(
    "rows",
    [
        ["gamma,forum,member,all,entry,2001-05-01T10:00:00Z,,gazette,,,"],
        [
            "gamma,forum,member,all,entry,2001-05-01,2005-06-07T10:00:00Z,gazette,gazette,,",
            "gamma,forum,suspended,all,change,2005-06-07T10:00:00Z,,gazette,,,",
        ],
        [
            "gamma,forum,suspended,all,entry,2001-05-01,2005-06-07T10:00:00Z,gazette,gazette,,",
            "gamma,forum,member,all,change,2005-06-07T10:00:00Z,,gazette,,,",
        ],
        [
            "gamma,forum,member,all,entry,2001-05-01,2005-06-07T10:00:00Z,gazette,gazette,,",
            "gamma,forum,suspended,all,change,2005-06-07T10:00:00Z,2005-06-07T12:00:00Z,gazette,gazette,,",
            "gamma,forum,member,all,change,2005-06-07T12:00:00Z,,gazette,,,",
        ],
    ],
    ids=["an entry at ten", "a suspension at ten", "a suspension over at ten", "a suspension of two hours"],
)  # fmt: skip
def test_a_change_within_a_day_turns_the_day_on_which_the_answer_of_the_whole_day_turns(small, rows):
    load(add(small, "participation.csv", *rows))
    days = [date(2001, 4, 25) + ONE_DAY * place for place in range(12)]
    days += [date(2005, 6, 1) + ONE_DAY * place for place in range(12)]

    wanted = {
        day for before, day in pairwise(days) if day - before == ONE_DAY and answer_on(before) is not answer_on(day)
    }
    (line,) = lines(outsider, frameworks=["forum"], party="gamma")

    assert {day for day in walked(("forum",), "gamma") if day in days} == wanted
    for day in days:
        (holding,) = [span for span in line.spans if span.begins <= day < span.ends]
        assert holding.answer is answer_on(day), day
