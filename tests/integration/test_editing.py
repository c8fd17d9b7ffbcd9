"""Edits are tried without being made, made as one entry, and refused where they gain a right and nobody approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cordiale.apps.ledger import reads as ledger
from cordiale.apps.register.reads.asking import audience, standing
from cordiale.apps.register.reads.conflicts import conflicts
from cordiale.apps.register.reads.consequences import Consequences
from cordiale.apps.register.reads.groups import groups
from cordiale.apps.register.reads.integrity import first_altered
from cordiale.apps.register.writes.editing import BadGroup, BadPrecedence, Preview, carry_out, preview
from cordiale.apps.register.writes.packs import load_pack, plan_load
from cordiale.apps.register.writes.participation import (
    NoSuchAssertion,
    NoSuchThing,
    ReasonMissing,
    SourceContradictsItself,
    assert_participation,
    end,
    retract,
)
from cordiale.domain.editing import Assert, Correct, Decide, Define, Edit, End, Rank, Retract
from cordiale.domain.participation import Answer
from cordiale.domain.period import Period, parse_when
from cordiale.domain.viewer import NeedsSecondPerson, NotPermitted, Viewer
from cordiale.engines.packs.reading import read_pack
from tests.makers import AT, add, assertion_of, can, edit, everything, load, outsider, owner, small_pack, statement

pytestmark = pytest.mark.django_db

HOW: dict[str, Any] = {"at": AT, "reason": "the Gazette says so"}
alone = replace(owner, needs_second=True)
"""May do everything, but nothing that gains anybody a right without a second person."""
two = alone.approved(Viewer(name="colleague"))


@pytest.fixture
def small(db, tmp_path):
    folder = small_pack(tmp_path / "small")
    load(folder)
    return folder


def suspension(party: str = "alpha", framework: str = "union", start: str = "2026-12-01") -> Assert:
    return Assert(statement(party=party, framework=framework, status="suspended", start=start, start_kind="change"))


def tried(*edits: Edit) -> Consequences:
    return preview(owner, edits=edits, at=AT).consequences


def said(found: Consequences) -> list[tuple[Any, ...]]:
    return [(one.party, one.framework, one.since, one.until, one.before, one.after) for one in found.standings]


class TestPreview:
    def test_writes_nothing(self, small):
        before = everything()

        preview(owner, edits=[suspension(), Rank("journal", 95)], at=AT)

        assert everything() == before

    def test_leaves_the_engine_as_it_was(self, small):
        before = standing(owner, party="alpha", framework="union", on=date(2027, 1, 1))

        preview(owner, edits=[suspension()], at=AT)

        assert standing(owner, party="alpha", framework="union", on=date(2027, 1, 1)) == before

    def test_tells_which_standing_changes_from_which_day(self, small):
        found = tried(End(assertion_of("alpha", source="gazette"), parse_when("2026-12-01"), "gazette"))

        assert said(found) == [("alpha", "forum", "2026-12-01", "", Answer.IN_FORCE, Answer.NOT_KNOWN)]
        assert [one.seat for one in found.standings] == ["lost"]

    def test_tells_who_leaves_which_audience(self, small):
        found = tried(End(assertion_of("alpha", source="gazette"), parse_when("2026-12-01"), "gazette"))

        assert ("forum", "alpha", False) in {(one.audience, one.party, one.gained) for one in found.audiences}
        assert found.gains == ()

    def test_tells_what_a_party_gains(self, small):
        found = tried(Assert(statement()))

        assert {(one.party, one.framework, one.kind) for one in found.rights if one.gained} == {
            ("gamma", "forum", "entitled")
        }
        assert [one for one in found.gains if "gamma is entitled in forum" in one]

    def test_counts_no_right_of_the_past(self, small):
        found = tried(Assert(statement(start="2001", until="2003")))

        assert found.standings
        assert not [one for one in found.rights if one.gained]

    def test_refuses_as_the_edit_itself_would(self, small):
        with pytest.raises(SourceContradictsItself):
            tried(suspension(framework="forum"))
        with pytest.raises(NoSuchAssertion):
            tried(Retract(9_999))

    def test_of_several_edits_is_that_of_all_together(self, small):
        number = assertion_of("beta", status="suspended")

        found = tried(Retract(number), Assert(statement(party="beta", status="suspended", start="2014-04-01")))

        assert not found.gains

    def test_without_consequences_has_the_same_digest_as_any_other(self, small):
        assert Consequences().empty
        assert tried(Rank("journal", 51)).digest == Consequences().digest


class TestCarryingOut:
    def test_makes_one_entry_of_several_edits(self, small):
        number = carry_out(edits=[Assert(statement()), Rank("journal", 60)], by=owner, **HOW)

        entry = ledger.one(owner, number=number)
        assert entry is not None
        assert (entry.verb, entry.subject) == ("register.edited", "edits:2")
        assert ledger.head(owner).number == number
        assert first_altered(owner) is None

    def test_makes_all_or_none(self, small):
        before = everything()

        with pytest.raises(NoSuchAssertion):
            carry_out(edits=[Assert(statement()), Retract(9_999)], by=owner, **HOW)

        assert everything() == before

    @pytest.mark.parametrize("by", [outsider, can("register.assert")])
    def test_asks_the_permission_of_every_edit(self, small, by):
        with pytest.raises(NotPermitted):
            carry_out(edits=[Assert(statement()), Rank("journal", 60)], by=by, **HOW)

    def test_wants_a_reason(self, small):
        with pytest.raises(ReasonMissing):
            carry_out(edits=[Assert(statement())], by=owner, reason=" ", at=AT)


class TestDeciding:
    @pytest.fixture
    def dispute(self, small):
        """The Journal comes to weigh as much as the Gazette, and says that Gamma never took part."""
        assert_participation(statement=statement(), by=owner, **HOW)
        says = statement(source="journal", status="observer", framework="forum", start_kind="change")
        assert_participation(statement=says, by=owner, **HOW)
        carry_out(edits=[Rank("journal", 90)], by=owner, **HOW)
        assert [one.party for one in conflicts(owner) if not one.decided] == ["gamma"]
        return assertion_of("gamma", source="journal")

    def test_settles_the_dispute(self, dispute):
        carry_out(edits=[Decide(dispute)], by=owner, **HOW)

        found = standing(owner, party="gamma", framework="forum", on=date(2026, 1, 1))
        assert (found.answer, found.source) == (Answer.NOT, "desk-decisions")
        assert not [one for one in conflicts(owner) if not one.decided]

    def test_can_be_decided_anew(self, dispute):
        carry_out(edits=[Decide(dispute)], by=owner, **HOW)
        carry_out(edits=[Decide(assertion_of("gamma", source="gazette"))], by=owner, **HOW)

        found = standing(owner, party="gamma", framework="forum", on=date(2026, 1, 1))
        assert (found.answer, found.source) == (Answer.IN_FORCE, "desk-decisions")
        assert first_altered(owner) is None

    def test_keeps_the_others_visible(self, dispute):
        carry_out(edits=[Decide(dispute)], by=owner, **HOW)

        found = standing(owner, party="gamma", framework="forum", on=date(2026, 1, 1))
        assert {claim.source for claim in found.claims} == {"desk-decisions", "gazette", "journal"}


class TestRanking:
    def test_counts_from_now_on_and_leaves_yesterday(self, small):
        known = ledger.head(owner).number
        carry_out(edits=[Rank("journal", 95)], by=owner, **HOW)

        then = ledger.head(owner).number
        assert then > known
        assert {one["id"]: one["precedence"] for one in _sources()} == {"gazette": 90, "journal": 95}
        assert {one["id"]: one["precedence"] for one in _sources(known)} == {"gazette": 90, "journal": 50}

    @pytest.mark.parametrize("precedence", [-1, 101])
    def test_out_of_reach_is_refused(self, small, precedence):
        with pytest.raises(BadPrecedence):
            carry_out(edits=[Rank("journal", precedence)], by=owner, **HOW)

    def test_of_no_source_is_refused(self, small):
        with pytest.raises(NoSuchThing):
            carry_out(edits=[Rank("nobody", 50)], by=owner, **HOW)


def _sources(known: int | None = None) -> Any:
    from cordiale.apps.register.reads.facts import facts

    return facts(owner, table="sources", known=known)


class TestDefining:
    def test_names_an_audience(self, small):
        carry_out(edits=[Define("friends", "Friends", "forum except beta")], by=owner, **HOW)

        assert audience(owner, expression="friends", on=date(2026, 1, 1)).parties == ("alpha",)
        assert groups(owner)["friends"].name == "Friends"
        assert first_altered(owner) is None

    def test_anew_counts_from_now_on_and_leaves_yesterday(self, small):
        first = carry_out(edits=[Define("friends", "Friends", "alpha")], by=owner, **HOW)
        carry_out(edits=[Define("friends", "Friends", "beta")], by=owner, **HOW)

        assert groups(owner, known=first)["friends"].audience == "alpha"
        assert groups(owner)["friends"].audience == "beta"

    @pytest.mark.parametrize(
        ("code", "title", "sentence"),
        [
            ("friends", "Friends", "atlantis"),
            ("friends", "Friends", "all except beta"),
            ("friends", "Friends", "friends"),
            ("forum", "The Forum", "alpha"),
            ("alpha", "Alpha", "forum"),
            ("Friends of Ours", "Friends", "alpha"),
            ("friends", " ", "alpha"),
        ],
    )
    def test_what_means_nothing_is_refused(self, small, code, title, sentence):
        before = everything()

        with pytest.raises(BadGroup):
            carry_out(edits=[Define(code, title, sentence)], by=owner, **HOW)

        assert everything() == before


GAINING = {
    "a new participation": lambda: Assert(statement()),
    "a retracted suspension": lambda: Retract(assertion_of("beta", status="suspended")),
    "an ended suspension": lambda: End(assertion_of("beta", status="suspended"), parse_when("2027"), "gazette"),
    "a corrected suspension": lambda: Correct(
        assertion_of("beta", status="suspended"), statement(party="beta", start="2014-04-01")
    ),
    "a new group": lambda: Define("friends", "Friends", "alpha"),
    "what is no longer spoken of": lambda: Retract(assertion_of("beta", "club")),
}
LOSING = {
    "an end": lambda: End(assertion_of("alpha", source="gazette"), parse_when("2027"), "gazette"),
    "a suspension": lambda: Assert(
        statement(party="alpha", framework="union", status="suspended", start="2026-12-01", start_kind="change")
    ),
    "the past": lambda: Assert(statement(start="1998", until="1999")),
    "a rank that changes nothing": lambda: Rank("journal", 51),
}


class TestSecondPerson:
    @pytest.mark.parametrize("making", GAINING.values(), ids=GAINING)
    def test_is_needed_for_what_gains_a_right(self, small, making):
        edit_, before = making(), everything()

        with pytest.raises(NeedsSecondPerson):
            carry_out(edits=[edit_], by=alone, **HOW)

        assert everything() == before

    @pytest.mark.parametrize("making", GAINING.values(), ids=GAINING)
    def test_lets_it_happen_and_stands_in_the_ledger(self, small, making):
        number = carry_out(edits=[making()], by=two, **HOW)

        assert {"approved by": "colleague"} in (ledger.content(owner, number=number) or [])

    @pytest.mark.parametrize("making", LOSING.values(), ids=LOSING)
    def test_is_not_needed_for_what_gains_nothing(self, small, making):
        carry_out(edits=[making()], by=alone, **HOW)

    def test_is_needed_whatever_the_door(self, small):
        number = assertion_of("beta", status="suspended")

        with pytest.raises(NeedsSecondPerson):
            retract(assertion=number, by=alone, **HOW)
        with pytest.raises(NeedsSecondPerson):
            end(assertion=number, on=parse_when("2027"), source="gazette", by=alone, **HOW)
        with pytest.raises(NeedsSecondPerson):
            assert_participation(statement=statement(), by=alone, **HOW)

    def test_is_needed_for_a_rank_that_lifts_a_suspension(self, small):
        # the Journal, of more weight than the Gazette, would say that Beta takes part
        says = Period(parse_when("2014-04-01"))
        carry_out(edits=[Assert(replace(statement(party="beta", source="journal"), period=says))], by=owner, **HOW)

        with pytest.raises(NeedsSecondPerson):
            carry_out(edits=[Rank("journal", 99)], by=alone, **HOW)

    def test_is_not_needed_where_two_steps_cancel_each_other(self, small):
        number = assertion_of("beta", status="suspended")

        carry_out(
            edits=[Retract(number), Assert(statement(party="beta", status="suspended", start="2014-04-01"))],
            by=alone,
            **HOW,
        )

    def test_is_needed_for_a_pack_that_gains_somebody_a_right(self, small):
        add(small, "participation.csv", "gamma,forum,member,all,entry,2005,,gazette,,,")
        plan = plan_load(alone, pack=read_pack(edit(small, "pack.toml", "2026-01-01", "2026-02-01")))

        with pytest.raises(NeedsSecondPerson):
            load_pack(plan=plan, by=alone, **HOW)

    def test_is_not_needed_for_a_pack_that_gains_nobody_anything(self, small):
        edit(small, "parties.csv", "gamma,state,Gamma", "gamma,state,The Gamma")
        plan = plan_load(alone, pack=read_pack(edit(small, "pack.toml", "2026-01-01", "2026-02-01")))

        assert load_pack(plan=plan, by=alone, **HOW)


def test_a_preview_names_the_register_it_was_tried_on(small):
    found: Preview = preview(owner, edits=[Rank("journal", 51)], at=AT)

    assert found.register_number == ledger.head(owner).register_number
