"""The API answers what the command line answers, key by key; many questions at once get the same answers in order."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from click.testing import CliRunner

from cordiale.apps.register.reads import asking
from cordiale.apps.register.reads.standing import Engine, engine
from cordiale.config.commands import main
from cordiale.domain import clock
from cordiale.domain.viewer import Viewer
from tests.integration.conftest import Asker
from tests.makers import outsider

pytestmark = pytest.mark.usefixtures("nato")

DAY = "2021-12-31"
PAIRS = [("rus", "nrc"), ("fin", "pfp"), ("mne", "pfp"), ("ukr", "eop"), ("deu", "nato")]


def cordiale(*arguments: str) -> Any:
    """What a command prints as JSON."""
    done = CliRunner().invoke(main, [*arguments, "--format", "json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("address", "command"),
    [
        (f"standing?party=rus&framework=nrc&on={DAY}", ("standing", "rus", "nrc", "--on", DAY)),
        (f"standing?party=rus&framework=nrc&on={DAY}&why=true", ("standing", "rus", "nrc", "--on", DAY, "--why")),
        (f"standing?party=mne&framework=pfp&on={DAY}&why=true", ("standing", "mne", "pfp", "--on", DAY, "--why")),
        (
            f"standing?party=fin&framework=pfp&on={DAY}&published_by=1995-01-01&known=1",
            ("standing", "fin", "pfp", "--on", DAY, "--published-by", "1995-01-01", "--known", "1"),
        ),
        ("standing?party=fin&framework=pfp&known=0", ("standing", "fin", "pfp", "--known", "0")),
        (f"composition?framework=eapc&on={DAY}", ("composition", "eapc", "--on", DAY)),
        (f"audience?expression=pfp+except+suspended&on={DAY}", ("audience", "pfp except suspended", "--on", DAY)),
        (f"audience?expression=PfP%2C+md&on={DAY}&roster=true", ("audience", "PfP, md", "--on", DAY, "--roster")),
        ("claims/estonian-mfa-2021", ("claims", "estonian-mfa-2021")),
    ],
)
def test_an_answer_is_the_one_of_the_command_line(api: Asker, address: str, command: tuple[str, ...]):
    assert api.said(address) == cordiale(*command)


@pytest.mark.parametrize(
    ("address", "command"),
    [
        ("parties?limit=7", ("parties",)),
        (f"parties?on={DAY}&in=pfp", ("parties", "--on", DAY, "--in", "pfp")),
        ("frameworks?limit=4", ("frameworks",)),
        (f"frameworks?in=fin&on={DAY}", ("frameworks", "--in", "fin", "--on", DAY)),
        ("sources?limit=500", ("sources",)),
        ("sources?on=1995-01-01&limit=3", ("sources", "--on", "1995-01-01")),
        ("diff?first=2000-01-01&second=2021-12-31&limit=5", ("diff", "2000-01-01", DAY)),
        ("diff?first=2000-01-01&second=2021-12-31&framework=pfp", ("diff", "2000-01-01", DAY, "--framework", "pfp")),
    ],
)
def test_the_pages_of_a_list_hold_what_the_command_line_prints(api: Asker, address: str, command: tuple[str, ...]):
    assert api.every(address) == cordiale(*command)


@pytest.mark.parametrize("narrowed", ["", "&framework=pfp", "&party=mne"])
def test_the_pages_of_conflicts_hold_every_conflict_once_open_ones_first(api: Asker, narrowed: str):
    found = api.every(f"conflicts?limit=9{narrowed}")
    command = [f"--{word}" if place % 2 == 0 else word for place, word in enumerate(narrowed[1:].split("=")) if word]
    wanted = cordiale("conflicts", *command)

    assert len(found) == len(wanted) > 0
    assert sorted(found, key=json.dumps) == sorted(wanted, key=json.dumps)
    assert [one["state"] for one in found] == [one["state"] for one in wanted]


def test_many_questions_get_the_answers_of_each_in_order(api: Asker):
    pairs = PAIRS * 20

    answer = api.post("standings", {"questions": [{"party": p, "framework": f, "on": DAY} for p, f in pairs]})

    assert answer.status_code == 200
    singly = {pair: api.said(f"standing?party={pair[0]}&framework={pair[1]}&on={DAY}") for pair in set(pairs)}
    assert answer.json() == [singly[pair] for pair in pairs]


def test_many_questions_are_asked_under_one_knowledge(api: Asker):
    questions = [{"party": "fin", "framework": "pfp", "on": DAY}]

    answer = api.post("standings", {"questions": questions, "known": 0, "published_by": "1990-01-01"})

    wanted = api.said(f"standing?party=fin&framework=pfp&on={DAY}&known=0&published_by=1990-01-01")
    assert answer.json() == [wanted]


def test_a_thousand_questions_take_few_questions_to_the_database(api: Asker, django_assert_max_num_queries: Any):
    questions = [{"party": party, "framework": "pfp", "on": DAY} for party in ("fin", "rus", "mne", "swe")] * 250
    api.post("standings", {"questions": questions[:1]})

    with django_assert_max_num_queries(8):
        answer = api.post("standings", {"questions": questions})

    assert len(answer.json()) == 1_000


def test_all_of_many_questions_are_answered_from_the_state_of_the_first(monkeypatch: pytest.MonkeyPatch):
    """The engine looks for news once; between two questions it must not."""
    looked = []

    def counted(viewer: Viewer) -> AbstractContextManager[Engine]:
        looked.append(viewer)
        return engine(viewer)

    monkeypatch.setattr("cordiale.apps.register.reads.asking.engine", counted)

    days = [date(year, 1, 1) for year in range(2000, 2005)]

    asking.standings(outsider, questions=[("fin", "pfp", day) for day in days])

    assert len(looked) == 1


def test_one_question_that_cannot_be_answered_refuses_all_and_is_named(api: Asker):
    questions = [{"party": "fin", "framework": "pfp"}, {"party": "fin", "framework": "nowhere"}]

    answer = api.post("standings", {"questions": questions})

    assert answer.status_code == 404
    problem = answer.json()
    assert problem["code"] == "no-such-framework"
    assert [error["location"] for error in problem["errors"]] == ["body.questions.1"]


def test_without_a_day_the_answer_is_for_today_in_the_zone_of_the_host(api: Asker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2021, 12, 30, 23, 30, tzinfo=UTC))  # in Brussels the 31st

    assert api.said("standing?party=fin&framework=pfp")["on"] == "2021-12-31"
    assert api.said("composition?framework=pfp")["on"] == "2021-12-31"
    assert api.said("audience?expression=pfp")["on"] == "2021-12-31"
    assert cordiale("standing", "fin", "pfp")["on"] == "2021-12-31"
    assert cordiale("composition", "pfp")["on"] == "2021-12-31"
    assert cordiale("audience", "pfp")["on"] == "2021-12-31"


@pytest.mark.parametrize("party", ["fin", "rus", "nato"])
def test_a_party_has_what_the_pack_says_of_it(api: Asker, party: str):
    found = api.said(f"parties/{party}")

    listed = next(one for one in cordiale("parties") if one["id"] == party)
    assert {key: found[key] or "" for key in listed} == listed
    assert found["known_from"] == 1
    assert all(name["name"] and name["language"] for name in found["names"])


def test_a_framework_names_its_life_its_aims_and_what_it_took_over_from(api: Asker):
    found = api.said("frameworks/eapc")

    assert (found["established"], found["dissolved"], found["succeeds"]) == ("1997-05-30", None, "nacc")
    assert all(one["source"] for one in (*found["aims"], *found["dates"]))


def test_a_source_has_its_weight(api: Asker):
    found = api.said("sources/estonian-mfa-2021")

    assert (found["id"], isinstance(found["precedence"], int)) == ("estonian-mfa-2021", True)
