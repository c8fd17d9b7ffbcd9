"""What a register makes of a claim, family by family: the claim as a page puts it, and the verdict.

The register of these tables: the Union has Alpha as its member since 1980 and Delta since 2010. It met its neighbours
in the Club (1990 to 2000), then in the Forum (since 1 June 2000), where Beta sits since 2000 and Gamma since 2003, the
latter suspended since 2018. Delta sat in the Forum as a partner until it became a member.
"""

from __future__ import annotations

import pytest

from cordiale.domain.claims.judging import RULES, judge
from cordiale.domain.claims.reading import first_day
from cordiale.domain.claims.values import Claim, Verdict
from cordiale.domain.claims.world import (
    NOBODY,
    Agreement,
    Aim,
    Area,
    Assertion,
    Cadence,
    Contribution,
    Event,
    EventLink,
    FoundingDate,
    Framework,
    Instrument,
    Meeting,
    Objective,
    Operation,
    Party,
    Signature,
    Standing,
    World,
)
from cordiale.domain.participation import Answer, Scope
from cordiale.domain.period import parse_when

WEIGHT = {"treaty": 90, "page": 70, "paper": 40}


def when(text):
    return parse_when(text)


def framework(code, name, kind, start, *, end=None, succeeds=None, row=1):
    return Framework(
        row=row, source="treaty", id=code, name=name, short_name=name, kind=kind, established=when(start),
        dissolved=end and when(end), succeeds=succeeds, description=f"{name} of the Union.", rule="",
    )  # fmt: skip


def said(row, party, of, answer, start, *, end=None, source="treaty", status="member"):
    return Assertion(
        row=row, source=source, party=party, framework=of, status=status, scope=Scope.ALL, answer=answer,
        entry=True, start=when(start), end=end and when(end),
    )  # fmt: skip


ASSERTIONS = (
    said(1, "alpha", "union", Answer.IN_FORCE, "1980"),
    said(2, "delta", "union", Answer.IN_FORCE, "2010-05-01"),
    said(3, "alpha", "forum", Answer.IN_FORCE, "2000-06-01"),
    said(4, "beta", "forum", Answer.IN_FORCE, "2000-06-01"),
    said(5, "gamma", "forum", Answer.IN_FORCE, "2003-02-01", end="2018-03-01"),
    said(6, "gamma", "forum", Answer.SUSPENDED, "2018-03-01", status="suspended"),
    said(7, "delta", "forum", Answer.IN_FORCE, "2000-06-01", end="2010-05-01"),
    said(8, "delta", "forum", Answer.NOT, "2010-05-01", status="acceded"),
    said(9, "beta", "club", Answer.IN_FORCE, "1990-03-01", end="2000-06-01"),
    said(10, "gamma", "forum", Answer.NOT, "2002-11", end="2003-02-01", source="page", status="invited"),
)


def standing(party, of, on):
    """As the engine answers, in small: of the assertions that cover the day, the weightiest."""
    rows = [row for row in ASSERTIONS if (row.party, row.framework) == (party, of) and first_day(row.start) <= on]
    rows = [row for row in rows if row.end is None or on < first_day(row.end)]
    if not rows:
        return NOBODY if of != "union" else Standing(Answer.NOT)
    best = max(rows, key=lambda row: WEIGHT[row.source])
    return Standing(best.answer, {}, tuple(row for row in rows if row.answer is best.answer))


def seated(of, on):
    answers = {row.party: standing(row.party, of, on).answer for row in ASSERTIONS if row.framework == of}
    return {party: answer for party, answer in answers.items() if answer not in (Answer.NOT, Answer.NOT_KNOWN)}


WORLD = World(
    host="union",
    membership="union",
    coverage_to=when("2020"),
    standing=standing,
    seated=seated,
    precedence=WEIGHT,
    parties={
        "union": Party("union", False, "The Union", ("Union",)),
        **{code: Party(code, True, code.title()) for code in ("alpha", "beta", "gamma", "delta")},
    },
    frameworks={
        "union": framework("union", "Union", "alliance", "1980"),
        "club": framework("club", "Club", "meeting", "1990-03-01", end="2000-06-01", row=2),
        "forum": framework("forum", "Forum", "council", "2000-06-01", succeeds="club", row=3),
    },
    assertions=ASSERTIONS,
    founding_dates=(FoundingDate(row=1, source="page", framework="forum", event="founded", date=when("2001")),),
    aims=(
        Aim(row=1, source="treaty", framework="forum", kind="aim", words="Keep peace on the common border"),
        Aim(row=2, source="page", framework="forum", kind="aim", words="Share the fish of the lake"),
    ),
    agreements=(
        Agreement(row=1, source="treaty", id="act", title="Act of the Forum", kind="treaty", date=when("2000-06-01"),
                  place="Riverton", parties=("forum",)),
        Agreement(row=2, source="treaty", id="list", title="List of 12 measures", kind="plan", date=when("2004-04-04"),
                  place="Lakeside", parties=("union", "beta")),
    ),
    signatures=(
        Signature(row=1, source="paper", agreement="act", office="Chair of Beta", person="Ann Ash",
                  organisation="beta", date=when("2000-06-01")),
        Signature(row=2, source="page", agreement="act", office="Judge of Beta", person="", organisation="beta",
                  date=when("2000")),
    ),
    instruments=(
        Instrument(row=1, source="treaty", id="plan-beta", party="beta", type="plan", title="Plan",
                   signed_or_agreed=when("2005-02-01"), valid_from=when("2005"), valid_to=None, supersedes=None),
    ),
    meetings=(
        Meeting(row=1, source="treaty", body="forum", date=when("2012-03-05"), level="ministers", place="Lakeside",
                topic="Fish and nets"),
    ),
    cadences=(
        Cadence(row=1, source="treaty", framework="forum", level="ministers", times=2, per="year",
                valid_from=when("2000"), valid_to=None),
    ),
    events=(Event(row=1, source="treaty", id="flood", date=when("1999-07-15"), title="Flood of the River Mole"),),
    event_links=(
        EventLink(row=1, source="treaty", event="flood", relation="led-to", target_table="frameworks",
                  target_id="forum"),
    ),
    objectives=(
        Objective(row=1, source="page", id="goal-1", words="Keep the rivers clean"),
        Objective(row=2, source="page", id="goal-2", words="Help neighbours against floods"),
    ),
    areas=(
        Area(row=1, source="treaty", id="a1", name="Border guards", scheme="forum-areas"),
        Area(row=2, source="treaty", id="a2", name="Customs", scheme="forum-areas"),
        Area(row=3, source="page", id="a3", name="Music", scheme="forum-areas"),
    ),
    operations=(
        Operation(row=1, source="treaty", id="dam", name="Operation Broken Dam", led_by="union", start=when("2003"),
                  end=when("2004")),
        Operation(row=2, source="treaty", id="ice", name="Operation Clear Ice", led_by="union", start=when("2014"),
                  end=when("2015")),
    ),
    contributions=(
        Contribution(row=1, source="treaty", party="beta", operation="dam", start=when("2003"), end=None, note=""),
    ),
)  # fmt: skip

# kind -> subject, predicate, object, date or period -> verdict
TABLES = {
    "partner-list": [
        ("beta", "is-partner-country", "Beta", "2019", "agree"),
        ("gamma", "is-partner-country", "Gamma", "2019", "partly"),
        ("delta", "is-partner-country", "Delta", "2019", "disagree"),
        ("delta", "is-partner-country", "Delta", "2005", "agree"),
        ("omega", "is-partner-country", "Omega", "2019", "cannot tell"),
    ],
    "membership": [
        ("alpha", "member-since", "union", "1980", "agree"),
        ("delta", "member-since", "union", "2010", "agree"),
        ("delta", "member-since", "union", "2000", "disagree"),
        ("alpha", "member-since", "union", "1990", "partly"),
    ],
    "participation": [
        ("beta", "partner-since", "any framework", "1990", "agree"),
        ("beta", "partner-since", "forum", "1992", "disagree"),
        ("gamma", "has-status", "suspended", "2019", "agree"),
        ("gamma", "has-status", "suspended", "2018", "partly"),
        ("gamma", "has-status", "suspended", "2017", "partly"),
        ("gamma", "has-status", "suspended", "2010", "disagree"),
        ("beta", "has-status", "content", "2019", "cannot tell"),
    ],
    "invitation": [
        ("gamma", "invited-to", "forum", "2002", "agree"),
        ("gamma", "invited-to", "forum", "2001", "disagree"),
        ("beta", "invited-to", "forum", "2010", "disagree"),
        ("beta", "invited-to", "forum", "1999", "cannot tell"),
    ],
    "joining": [
        ("gamma", "joined", "forum", "2003", "agree"),
        ("gamma", "joined", "Forum", "", "agree"),
        ("gamma", "joined", "forum", "2004", "disagree"),
        ("gamma", "joined", "club", "1990", "cannot tell"),
    ],
    "founding": [
        ("forum", "established", "2000", "2000", "agree"),
        ("forum", "established", "2001", "2001", "disagree"),
        ("forum", "established-at", "Riverton Summit", "2000", "agree"),
        ("forum", "established-at", "Lakeside meeting", "2012", "disagree"),
        ("beta", "founding-member-of", "club", "1990", "agree"),
        ("gamma", "founding-member-of", "forum", "2000", "disagree"),
    ],
    "succession": [
        ("forum", "succeeds", "club", "", "agree"),
        ("club", "succeeded-by", "forum", "2000", "agree"),
        ("forum", "succeeds", "club", "2005", "partly"),
        ("club", "succeeds", "forum", "", "disagree"),
    ],
    "count": [
        ("forum", "number-of", "3 members", "2019", "agree"),
        ("forum", "number-of", "4 members", "2019", "disagree"),
        ("forum", "number-of", "2 partners", "2019", "agree"),
        ("forum", "number-of", "1 allies", "2019", "agree"),
        ("forum", "number-of", "4 members", "2010", "partly"),
        ("list", "number-of", ">10 measures", "2004", "agree"),
        ("union", "number-of", "2 objectives", "", "agree"),
        ("union", "number-of", "7 songs", "2019", "cannot tell"),
    ],
    "cadence": [
        ("forum", "meets", "at least twice a year", "2019", "agree"),
        ("forum", "meets", "monthly", "2019", "disagree"),
        ("club", "meets", "monthly", "1995", "cannot tell"),
    ],
    "instrument": [
        ("beta", "has-instrument", "plan, began in 2005", "2005", "agree"),
        ("beta", "has-instrument", "plan, began in 2001", "2001", "disagree"),
        ("gamma", "has-instrument", "plan: not granted", "2019", "agree"),
        ("act", "is-kind", "Act of the Forum", "2000", "agree"),
        ("act", "provides", "free bread", "2000", "cannot tell"),
    ],
    "meeting": [
        ("forum", "held-at", "town hall of Lakeside", "2012", "agree"),
        ("forum", "held-at", "Riverton", "2012", "disagree"),
        ("forum", "held-at", "Riverton", "2013", "cannot tell"),
    ],
    "contribution": [
        ("beta", "took-part-in", "Operation Broken Dam", "", "agree"),
        ("beta", "took-part-in", "all operations of the Union", "to 2020", "partly"),
        ("gamma", "took-part-in", "Operation Broken Dam", "", "cannot tell"),
    ],
    "objective": [
        ("goal-1", "is-objective", "clean rivers", "", "agree"),
        ("goal-1", "is-objective", "help for neighbours in floods", "", "disagree"),
        ("goal-2", "is-objective", "cheap bread", "", "cannot tell"),
    ],
    "area": [
        ("forum", "has-area", "customs", "", "agree"),
        ("forum", "has-area", "customs and border guards", "", "partly"),
        ("forum", "has-area", "music", "", "agree"),
        ("forum", "has-area", "bread", "", "cannot tell"),
    ],
    "aim": [
        ("forum", "has-aim", "peace at the common borders", "", "agree"),
        ("forum", "has-aim", "sharing fish of the lake", "", "agree"),
        ("forum", "has-aim", "conquest of the moon", "", "cannot tell"),
    ],
    "signature": [
        ("act", "signed-by", "Chair of Beta", "2000", "agree"),
        ("act", "signed-by", "Ann Ash", "2000", "agree"),
        ("act", "signed-by", "Judge of Beta", "2000", "disagree"),
        ("act", "signed-on", "2001", "2001", "disagree"),
        ("act", "signed-at", "Riverton", "2000", "agree"),
    ],
    "event": [
        ("forum", "caused-by", "flood of the River Mole in July 1999", "", "agree"),
        ("forum", "caused-by", "flood of the River Mole in May 1998", "", "partly"),
        ("forum", "caused-by", "a comet", "", "cannot tell"),
    ],
    "other": [
        ("forum", "is-kind", "council", "", "agree"),
        ("forum", "is-kind", "alliance", "", "disagree"),
        ("forum", "name-variant", "Parliament", "", "disagree"),
        ("club", "mentioned", "no", "1995", "partly"),
        ("union", "assessed-as", "a blessing", "", "cannot tell"),
    ],
}  # fmt: skip


def judged(kind, subject, predicate, words, period):
    return judge(Claim("page", "a line", kind, subject, predicate, words, period), WORLD)


@pytest.mark.parametrize(
    ("kind", "subject", "predicate", "words", "period", "verdict"),
    [(kind, *line) for kind, lines in TABLES.items() for line in lines],
)
def test_a_claim_gets_the_verdict_of_the_table(kind, subject, predicate, words, period, verdict):
    judgement = judged(kind, subject, predicate, words, period)

    assert judgement.verdict.value == verdict, judgement.reason


def test_every_family_has_a_table():
    assert TABLES.keys() == RULES.keys()


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind, lines in TABLES.items() for line in lines])
def test_a_reason_is_a_full_sentence_and_a_verdict_names_its_facts(kind, line):
    judgement = judged(kind, *line[:4])

    assert judgement.reason[0].isupper() or judgement.reason[0] == '"'
    assert judgement.reason.endswith(".")
    assert bool(judgement.facts) == (judgement.verdict is not Verdict.CANNOT_TELL)


@pytest.mark.parametrize(
    ("kind", "line", "alone"),
    [
        ("invitation", ("gamma", "invited-to", "forum", "2002"), True),
        ("aim", ("forum", "has-aim", "sharing fish of the lake", ""), True),
        ("aim", ("forum", "has-aim", "peace at the common borders", ""), False),
        ("area", ("forum", "has-area", "music", ""), True),
        ("partner-list", ("beta", "is-partner-country", "Beta", "2019"), False),
    ],
)
def test_a_page_that_nobody_else_confirms_is_said_to_stand_alone(kind, line, alone):
    assert ("by this source alone" in judged(kind, *line).reason) is alone


def test_a_kind_without_a_rule_is_not_judged():
    assert judged("weather", "forum", "is", "fine", "").verdict is Verdict.CANNOT_TELL
