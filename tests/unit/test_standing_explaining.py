"""A reason fits its answer: who won, since when, until when, and what comes next."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from cordiale.engines.standing.explaining import Explanation, Outcome, explain
from cordiale.engines.standing.facts import FOREVER
from cordiale.engines.standing.snapshot import Snapshot
from tests.unit import oracle
from tests.unit.oracle import DAY, NEVER, START, histories
from tests.unit.test_standing_oracle import days_of, pairs_of

some = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
NOON = "T12:00:00Z"


def explained(facts):
    """Every pair on every day on which something may change, with its explanation."""
    snapshot = Snapshot.build(facts)
    for party, framework in pairs_of(facts):
        for at in days_of(facts)[::2]:
            day = (at, at + DAY) if (at - oracle.FIRST) % DAY == 0 else (at + 1 - DAY, at + 1)
            yield snapshot, party, framework, day, explain(snapshot, party, framework, day)


@some
@given(histories())
def test_the_claim_that_decided_says_what_is_answered_if_any_that_counts_does(facts):
    for _, _, _, _, found in explained(facts):
        counting = [claim for claim in found.claims if claim.outcome in (Outcome.WON, Outcome.DISPUTES)]
        winner = found.winner
        if winner is None:
            assert found.standing.answer not in [claim.says for claim in counting]
        else:
            assert winner in counting
            assert winner.outcome is Outcome.DISPUTES or winner.says == found.standing.answer


@some
@given(histories())
def test_every_assertion_believed_is_one_claim_and_what_says_nothing_of_the_day_is_silent(facts):
    for _, party, framework, _, found in explained(facts):
        believed = [
            row.id
            for row in facts.assertions
            if (row.party, row.framework) == (party, framework) and row.until == FOREVER
        ]
        assert sorted(claim.assertion.id for claim in found.claims) == believed
        assert all((claim.says is None) == (claim.outcome is Outcome.SILENT) for claim in found.claims)


@some
@given(histories())
def test_the_answer_holds_since_and_until_the_days_named_and_changes_there(facts):
    for snapshot, party, framework, day, found in explained(facts):
        inside = [at for at in days_of(facts) if (found.since or START) <= at < (found.until or NEVER)]
        for at in inside:
            assert snapshot.standing(party, framework, at).answer == found.standing.answer
        if found.since is not None:
            assert found.since <= day[0]
            assert snapshot.standing(party, framework, found.since - 1).answer != found.standing.answer
        if found.until is not None:
            assert found.until >= day[1]
            assert snapshot.standing(party, framework, found.until).answer != found.standing.answer


@some
@given(histories())
def test_the_next_change_is_the_first_instant_at_which_answer_or_certainty_differs(facts):
    for snapshot, party, framework, day, found in explained(facts):
        later = [at for at in days_of(facts) if at >= day[1]]
        differs = (at for at in later if snapshot.standing(party, framework, at)[:2] != found.standing[:2])
        assert found.next_change == next(differs, None)


def moments() -> oracle.Register:
    register = oracle.Register()
    register.framework("club", "1990")
    register.source("act", 90)
    return register


def on(register: oracle.Register, day: str) -> Explanation:
    return explain(Snapshot.build(register.facts()), "alpha", "club", oracle.day(day))


def test_a_day_on_which_somebody_is_suspended_at_noon_counts_as_suspended_since_noon():
    register = moments()
    register.say("alpha", "club", "member", "2001-01-01", "2001-05-01" + NOON, by="act")
    register.say("alpha", "club", "suspended", "2001-05-01" + NOON, by="act")

    found = on(register, "2001-05-01")

    assert (found.standing.answer, found.standing.certain) == ("suspended", False)
    assert found.since == oracle.day("2001-05-01")[0] + DAY // 2
    assert found.until is None


def test_a_day_on_which_a_suspension_ends_at_noon_counts_as_suspended_until_noon():
    register = moments()
    register.say("alpha", "club", "suspended", "2001-01-01", "2001-05-01" + NOON, by="act")
    register.say("alpha", "club", "member", "2001-05-01" + NOON, by="act")

    found = on(register, "2001-05-01")

    assert (found.standing.answer, found.standing.certain) == ("suspended", False)
    assert found.since == oracle.day("2001-01-01")[0]
    assert found.until == oracle.day("2001-05-01")[0] + DAY // 2


def test_who_never_joined_is_so_since_ever_and_for_ever():
    found = on(moments(), "2001-05-01")

    assert (found.standing.answer, found.since, found.until) == ("not known", oracle.day("1990-01-01")[0], None)
    assert (found.winner, found.claims) == (None, ())


def test_the_losing_claim_is_named_with_what_it_says():
    register = moments()
    register.source("wiki", 10)
    register.say("alpha", "club", "member", "2001-01-01", by="act")
    register.say("alpha", "club", "suspended", "2001-01-01", by="wiki")

    found = on(register, "2001-05-01")

    assert found.winner is not None
    assert (found.winner.assertion.source, found.winner.says) == ("act", "in force")
    assert [(claim.assertion.source, claim.says) for claim in found.lost] == [("wiki", "suspended")]


def test_in_a_dispute_both_sides_are_named_and_nobody_lost():
    register = moments()
    register.source("page", 90)
    register.say("alpha", "club", "member", "2001-01-01", by="act")
    register.say("alpha", "club", "unclear", "2001-01-01", by="page")

    found = on(register, "2001-05-01")

    assert found.standing.answer == "disputed"
    assert {claim.assertion.source for claim in found.claims if claim.outcome is Outcome.DISPUTES} == {"act", "page"}
    assert found.lost == ()


def test_where_scopes_are_answered_apart_the_one_that_decided_is_named():
    register = moments()
    register.source("page", 95)
    register.say("alpha", "club", "member", "2001-01-01", "2001-04-01", by="act")
    register.say("alpha", "club", "suspended", "2001-04-01", by="act", scope="practical")
    register.say("alpha", "club", "member", "2001-04-01", by="page", scope="political")

    found = on(register, "2001-05-01")

    assert (found.standing.answer, found.scope) == ("suspended", "practical")
    assert found.scopes == {"practical": "suspended", "political": "in force"}
    assert found.winner is not None
    assert (found.winner.assertion.source, found.winner.assertion.status) == ("act", "suspended")
