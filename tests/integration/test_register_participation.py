"""The four verbs by which an assertion comes, ends, is corrected and is retracted, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from django.db import IntegrityError, transaction
from django.db.models import Q
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cordiale.apps.ledger import reads as ledger
from cordiale.apps.ledger.writes import entry
from cordiale.apps.register.models import Assertion
from cordiale.apps.register.reads.installation import NoPackLoaded
from cordiale.apps.register.reads.integrity import first_altered
from cordiale.apps.register.reads.rows import cells_of
from cordiale.apps.register.writes.participation import (
    AlreadyEnded,
    NoSuchAssertion,
    NoSuchThing,
    ReasonMissing,
    SourceContradictsItself,
    assert_participation,
    correct,
    end,
    retract,
)
from cordiale.config.commands import main
from cordiale.domain.participation import Scope
from cordiale.domain.period import EndsBeforeItStarts, Period, parse_when
from cordiale.domain.viewer import NotPermitted
from cordiale.engines.packs.reading import read_pack, row_of
from cordiale.engines.packs.rules import contradictions
from cordiale.engines.packs.tables import BY_NAME
from tests.makers import (
    AT,
    assertion_of,
    can,
    edit,
    everything,
    ledger_number,
    load,
    outsider,
    owner,
    register_number,
    small_pack,
    statement,
)

pytestmark = pytest.mark.django_db

HOW: dict[str, Any] = {"by": owner, "at": AT, "reason": "the Gazette says so"}
BRUSSELS = ZoneInfo("Europe/Brussels")
YEAR_2010 = parse_when("2010")


@pytest.fixture(autouse=True)
def small(tmp_path):
    """The invented pack is loaded, as entry 1."""
    folder = small_pack(tmp_path / "small")
    load(folder)
    return folder


@pytest.fixture
def gamma() -> int:
    """Gamma is a member of the Forum since 1 May 2001: entry 2."""
    return assert_participation(statement=statement(), **HOW)


def row(number: int) -> Assertion:
    return Assertion.objects.get(pk=number)


def believed_at(known: int, party: str = "gamma") -> list[tuple[str, ...]]:
    """Start and end of what was believed of a party when the ledger stood at `known`."""
    then = Q(party=party) & Q(known_from__lte=known) & (Q(known_to=None) | Q(known_to__gt=known))
    return [cells[5:7] for cells in cells_of(owner, BY_NAME["participation"], then)]


class TestAssert:
    def test_records_what_the_source_says(self):
        number = assert_participation(
            statement=statement(until="2010-02", locator="p. 4", note="seen", scope=Scope.PRACTICAL), **HOW
        )

        made = row(number)
        assert (made.party_id, made.framework_id, made.status) == ("gamma", "forum", "member")
        assert (made.scope, made.start_kind) == ("practical", "entry")
        assert (str(made.valid_from), str(made.valid_to)) == ("2001-05-01", "2010-02")
        assert (made.source_id, made.end_source_id) == ("gazette", "gazette")
        assert (made.locator, made.note, made.pack) == ("p. 4", "seen", "")
        assert (made.known_from_id, made.known_to_id, made.replaces_id) == (2, None, None)

    def test_derives_the_instants_in_the_zone_of_the_organisation(self):
        said = statement(until="2010-02")

        made = row(assert_participation(statement=said, **HOW))

        stored = (made.starts_earliest, made.starts_latest, made.ends_earliest, made.ends_latest)
        assert stored == said.period.bounds(BRUSSELS)

    def test_makes_one_entry_with_the_reason_and_moves_the_register_number(self):
        assert_participation(statement=statement(), **HOW)

        made = ledger.one(owner, number=2)
        assert made is not None
        assert (made.verb, made.subject, made.reason) == (
            "register.asserted",
            "participation:gamma/forum",
            "the Gazette says so",
        )
        assert (ledger_number(), register_number()) == (2, 2)

    def test_pins_the_row_in_the_ledger(self, gamma):
        assert ledger.fault(owner) is None
        assert first_altered(owner) is None

    def test_lets_two_sources_contradict_each_other(self, gamma):
        other = assert_participation(statement=statement(source="journal", status="suspended"), **HOW)

        assert {row(gamma).known_to, row(other).known_to} == {None}

    @pytest.mark.parametrize("scope", [Scope.PRACTICAL, Scope.POLITICAL])
    def test_lets_a_source_say_something_else_of_another_scope(self, gamma, scope):
        assert assert_participation(statement=statement(status="suspended", scope=scope), **HOW)

    @pytest.mark.parametrize("day", ["2001-05-01", "2001-05", "2001", "2001-05-01T12:00:00Z"])
    def test_lets_one_period_follow_another_without_a_gap(self, day):
        before = assert_participation(statement=statement(start="1999", until=day), **HOW)
        after = assert_participation(statement=statement(start=day, status="suspended"), **HOW)

        assert row(before).ends_earliest == row(after).starts_earliest


class TestEnd:
    def test_closes_the_row_and_puts_one_with_an_end_in_its_place(self, gamma):
        number = end(assertion=gamma, on=parse_when("2010-02-01"), source="journal", **HOW)

        old, new = row(gamma), row(number)
        assert (old.known_to_id, str(old.valid_to)) == (3, "")
        assert (new.known_from_id, new.known_to_id, new.replaces_id) == (3, None, gamma)
        assert (str(new.valid_from), str(new.valid_to)) == ("2001-05-01", "2010-02-01")
        assert (new.source_id, new.end_source_id, new.pack) == ("gazette", "journal", "")

    def test_stands_in_the_ledger_with_its_reason(self, gamma):
        end(assertion=gamma, on=YEAR_2010, source="journal", **HOW)

        made = ledger.one(owner, number=3)
        assert made is not None
        assert (made.verb, made.subject, made.reason) == (
            "register.ended",
            f"assertion:{gamma}",
            "the Gazette says so",
        )
        assert register_number() == 3

    def test_lets_something_new_begin_on_the_day_it_stopped(self, gamma):
        end(assertion=gamma, on=YEAR_2010, source="journal", **HOW)

        assert assert_participation(statement=statement(start="2010", status="suspended"), **HOW)


class TestCorrect:
    def test_puts_another_statement_in_the_place_of_a_row(self, gamma):
        number = correct(assertion=gamma, statement=statement(start="2001-06", note="misread"), **HOW)

        old, new = row(gamma), row(number)
        assert (old.known_to_id, str(old.valid_from), old.note) == (3, "2001-05-01", "")
        assert (new.known_from_id, new.replaces_id, str(new.valid_from), new.note) == (3, gamma, "2001-06", "misread")

    def test_may_say_the_same_days_again_as_its_predecessor_made_way(self, gamma):
        assert correct(assertion=gamma, statement=statement(status="suspended"), **HOW)

    def test_stands_in_the_ledger_with_its_reason(self, gamma):
        correct(assertion=gamma, statement=statement(start="2001-06"), **HOW)

        made = ledger.one(owner, number=3)
        assert made is not None
        assert (made.verb, made.subject) == ("register.corrected", f"assertion:{gamma}")
        assert register_number() == 3

    def test_can_correct_what_a_pack_said(self):
        pack_row = assertion_of("alpha", source="gazette")

        number = correct(assertion=pack_row, statement=statement(party="alpha", start="1997-06"), **HOW)

        assert (row(pack_row).pack, row(number).pack) == ("small", "")


class TestRetract:
    def test_closes_the_row_and_puts_nothing_in_its_place(self, gamma):
        retract(assertion=gamma, **HOW)

        assert row(gamma).known_to_id == 3
        assert not Assertion.objects.filter(party="gamma", known_to=None).exists()

    def test_stands_in_the_ledger_with_its_reason(self, gamma):
        retract(assertion=gamma, **HOW)

        made = ledger.one(owner, number=3)
        assert made is not None
        assert (made.verb, made.reason) == ("register.retracted", "the Gazette says so")
        assert register_number() == 3

    def test_makes_room_for_the_same_statement(self, gamma):
        retract(assertion=gamma, **HOW)

        assert assert_participation(statement=statement(), **HOW) != gamma


def test_what_was_known_yesterday_can_be_asked_for_ever(gamma):
    corrected = correct(assertion=gamma, statement=statement(start="2001-06"), **HOW)
    ended = end(assertion=corrected, on=YEAR_2010, source="journal", **HOW)
    retract(assertion=ended, **HOW)

    assert [believed_at(known) for known in range(1, 6)] == [
        [],
        [("2001-05-01", "")],
        [("2001-06", "")],
        [("2001-06", "2010")],
        [],
    ]


def test_nothing_but_the_closing_of_a_row_is_ever_written_to_it(gamma):
    before = Assertion.objects.filter(pk=gamma).values().get()
    correct(assertion=gamma, statement=statement(start="2001-06"), **HOW)

    assert Assertion.objects.filter(pk=gamma).values().get() == before | {"known_to_id": 3}


def test_the_ledger_pins_every_row_after_all_four_verbs(gamma):
    corrected = correct(assertion=gamma, statement=statement(start="2001-06"), **HOW)
    retract(assertion=end(assertion=corrected, on=YEAR_2010, source="journal", **HOW), **HOW)

    assert ledger.fault(owner) is None
    assert first_altered(owner) is None


def test_two_writes_joined_in_one_entry_are_pinned_both():
    with entry(by=owner, at=AT, verb="test.joined", subject="thing:1"):
        assert_participation(statement=statement(), **HOW)
        retract(assertion=assertion_of("alpha", source="journal"), **HOW)

    assert ledger_number() == 2
    assert first_altered(owner) is None


VERBS: dict[str, tuple[Any, Any]] = {
    "assert": (
        "register.assert",
        lambda number, **how: assert_participation(statement=statement(start="1990", until="1991"), **how),
    ),
    "end": ("register.end", lambda number, **how: end(assertion=number, on=YEAR_2010, source="journal", **how)),
    "correct": ("register.correct", lambda number, **how: correct(assertion=number, statement=statement(), **how)),
    "retract": ("register.retract", lambda number, **how: retract(assertion=number, **how)),
}


def refused(refusal: type[Exception], write, told: str | None = None) -> None:
    """A write is refused, and nothing at all was written."""
    before = everything()
    with pytest.raises(refusal, match=told), transaction.atomic():
        write()
    assert everything() == before


@pytest.mark.parametrize("verb", VERBS)
class TestEveryVerb:
    def test_is_refused_to_an_outsider(self, gamma, verb):
        permission, write = VERBS[verb]

        refused(NotPermitted, lambda: write(gamma, by=outsider, at=AT, reason="because"), permission)

    def test_is_refused_to_a_colleague_who_may_do_all_but_this(self, gamma, verb):
        permission, write = VERBS[verb]
        others = can(*(other for other, _ in VERBS.values() if other != permission))

        refused(NotPermitted, lambda: write(gamma, by=others, at=AT, reason="because"), permission)

    def test_is_open_to_a_colleague_who_may_do_only_this(self, gamma, verb):
        permission, write = VERBS[verb]

        write(gamma, by=can(permission), at=AT, reason="because")

        made = ledger.one(owner, number=3)
        assert made is not None
        assert made.actor == "colleague"

    @pytest.mark.parametrize("reason", ["", " ", "\n\t"])
    def test_asks_for_a_reason(self, gamma, verb, reason):
        _, write = VERBS[verb]

        refused(ReasonMissing, lambda: write(gamma, by=owner, at=AT, reason=reason), "Say why")


@pytest.mark.parametrize("verb", ["end", "correct", "retract"])
class TestEveryVerbAboutAnAssertion:
    def test_is_refused_where_there_is_none(self, verb):
        _, write = VERBS[verb]

        refused(NoSuchAssertion, lambda: write(987_654, **HOW), "Assertion 987654 is not believed now")

    def test_is_refused_where_it_was_closed(self, gamma, verb):
        _, write = VERBS[verb]
        retract(assertion=gamma, **HOW)

        refused(NoSuchAssertion, lambda: write(gamma, **HOW))

    def test_is_refused_where_it_was_replaced(self, gamma, verb):
        _, write = VERBS[verb]
        correct(assertion=gamma, statement=statement(start="2001-06"), **HOW)

        refused(NoSuchAssertion, lambda: write(gamma, **HOW))


UNKNOWN = {
    "party": ({"party": "nobody"}, 'There is no party "nobody"'),
    "framework": ({"framework": "nothing"}, 'There is no framework "nothing"'),
    "source": ({"source": "nowhere"}, 'There is no source "nowhere"'),
    "source of the end": (
        {"end_source": "nowhere", "period": Period(parse_when("1990"), parse_when("1991"))},
        'There is no source "nowhere"',
    ),
    "status": ({"status": "friend"}, 'There is no status "friend"'),
}


@pytest.mark.parametrize(("changes", "told"), UNKNOWN.values(), ids=UNKNOWN)
class TestUnknownThing:
    def test_cannot_be_asserted(self, changes, told):
        refused(NoSuchThing, lambda: assert_participation(statement=statement(**changes), **HOW), told)

    def test_cannot_come_in_by_a_correction(self, gamma, changes, told):
        refused(NoSuchThing, lambda: correct(assertion=gamma, statement=statement(**changes), **HOW), told)


def test_an_end_needs_a_source_the_register_knows(gamma):
    refused(NoSuchThing, lambda: end(assertion=gamma, on=YEAR_2010, source="nowhere", **HOW), 'no source "nowhere"')


def test_what_ended_already_is_not_ended_again(gamma):
    ended = end(assertion=gamma, on=YEAR_2010, source="journal", **HOW)

    refused(AlreadyEnded, lambda: end(assertion=ended, on=YEAR_2010, source="journal", **HOW), '"2010"')


@pytest.mark.parametrize("on", ["2001-05-01", "2001-04-30", "1999"])
def test_nothing_ends_before_it_starts(gamma, on):
    refused(EndsBeforeItStarts, lambda: end(assertion=gamma, on=parse_when(on), source="journal", **HOW))


@pytest.mark.parametrize(
    ("start", "until"),
    [
        ("2001-05-01", None),
        ("1990", None),
        ("1990", "2002"),
        ("2005", "2006"),
        ("2001-05-02", "2001-05-03"),
        ("", None),
    ],
)
def test_one_source_cannot_say_two_things_of_the_same_days(gamma, start, until):
    other = statement(start=start, until=until, status="suspended")

    refused(SourceContradictsItself, lambda: assert_participation(statement=other, **HOW), f"assertion {gamma}")


def test_one_source_cannot_say_the_same_thing_twice(gamma):
    refused(SourceContradictsItself, lambda: assert_participation(statement=statement(), **HOW))


def test_a_correction_cannot_make_a_source_contradict_itself(gamma):
    later = assert_participation(statement=statement(party="beta", start="1990", until="1991"), **HOW)
    wrong = statement(party="beta", start="2000")

    refused(SourceContradictsItself, lambda: correct(assertion=later, statement=wrong, **HOW))


def test_an_end_can_make_no_source_contradict_itself(gamma):
    # what is cut shorter overlaps no more than before
    assert end(assertion=gamma, on=parse_when("2001-05-02"), source="gazette", **HOW)


def test_an_empty_installation_says_that_no_pack_is_loaded(own_database, here):
    with here(own_database), pytest.raises(NoPackLoaded):
        assert_participation(statement=statement(), **HOW)


INCOMPLETE = {
    "an end without its source": statement(until="2010", end_source=""),
    "a source of an end that is not": statement(end_source="journal"),
}


@pytest.mark.parametrize("said", INCOMPLETE.values(), ids=INCOMPLETE)
def test_an_end_and_its_source_go_together(said):
    before = everything()
    with pytest.raises(ValueError, match="end"), transaction.atomic():
        assert_participation(statement=said, **HOW)
    assert everything() == before


def test_an_end_that_is_not_known_is_refused_clearly(gamma):
    refused(ValueError, lambda: end(assertion=gamma, on=parse_when(""), source="journal", **HOW))


def test_a_period_that_is_none_in_the_zone_of_the_organisation_is_refused_clearly():
    # midnight of 25 November in Brussels comes half an hour before this moment
    said = statement(start="2026-11-24T23:30:00Z", until="2026-11-25")

    refused(ValueError, lambda: assert_participation(statement=said, **HOW))


def put_unchecked(*said) -> None:
    """Rows written past the checks in Python, in an entry of their own."""
    with entry(by=owner, at=AT, verb="test.wrote", subject="thing:1") as change:
        Assertion.objects.bulk_create(
            Assertion(
                known_from_id=change.number,
                party_id=one.party,
                framework_id=one.framework,
                status=one.status,
                scope=one.scope,
                valid_from=one.period.start,
                valid_to=one.period.end,
                source_id=one.source,
                end_source_id=one.end_source or None,
                starts_earliest=one.period.bounds(BRUSSELS)[0],
                starts_latest=one.period.bounds(BRUSSELS)[1],
                ends_earliest=one.period.bounds(BRUSSELS)[2],
                ends_latest=one.period.bounds(BRUSSELS)[3],
            )
            for one in said
        )


class TestDatabaseItself:
    @pytest.mark.parametrize(("start", "until"), [("2001-05-01", None), ("1990", "2002"), ("2005", "2006")])
    def test_refuses_an_overlap_within_one_source(self, gamma, start, until):
        other = statement(start=start, until=until, status="suspended")

        refused(IntegrityError, lambda: put_unchecked(other), "assertion_source_contradicts_itself")

    def test_refuses_an_overlap_within_one_statement(self):
        both = (statement(start="2001", until="2003"), statement(start="2002", status="suspended"))

        refused(IntegrityError, lambda: put_unchecked(*both), "assertion_source_contradicts_itself")

    def test_accepts_what_follows_what_ended(self):
        put_unchecked(statement(start="1999", until="2001-05"), statement(start="2001-05", status="suspended"))

        assert Assertion.objects.filter(party="gamma").count() == 2

    def test_accepts_two_sources_that_contradict_each_other(self, gamma):
        put_unchecked(statement(source="journal", status="suspended"))

        assert Assertion.objects.filter(party="gamma").count() == 2

    def test_accepts_an_overlap_with_what_is_no_longer_believed(self, gamma):
        retract(assertion=gamma, **HOW)
        put_unchecked(statement(status="suspended"))

        assert Assertion.objects.filter(party="gamma", known_to=None).count() == 1

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("scope", "military"),
            ("start_kind", "guessed"),
            ("starts_latest", -(10**18)),
            ("ends_latest", -(10**18)),
            ("end_source_id", "journal"),
            ("valid_to", "2010"),
        ],
    )
    def test_refuses_what_an_assertion_can_never_be(self, gamma, column, value):
        said = Assertion.objects.filter(pk=gamma).values().get() | {column: value, "id": None, "source_id": "journal"}

        def write() -> None:
            with entry(by=owner, at=AT, verb="test.wrote", subject="thing:1") as change:
                Assertion.objects.create(**said | {"known_from_id": change.number})

        refused(IntegrityError, write)


dates = st.sampled_from(["", "1999", "1999-06", "1999/..", "../1999", "2000-01-01", "2000", "2001/2003", "2001-05-01"])


@st.composite
def statements(draw):
    start, until = draw(dates), draw(st.none() | dates.filter(bool))
    try:
        return statement(start=start, until=until, status=draw(st.sampled_from(["member", "suspended"])))
    except EndsBeforeItStarts:
        assume(False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)
@given(statements(), statements())
def test_the_rule_of_packs_the_writes_and_the_database_agree_on_what_contradicts(small, one, other):
    pack = read_pack(small)
    table = BY_NAME["participation"]
    rows = [
        row_of(table, (s.party, s.framework, s.status, s.scope, "", str(s.period.start), str(s.period.end or ""),
                       s.source, s.end_source, "", ""))
        for s in (one, other)
    ]  # fmt: skip
    same_key = (one.status, one.period.start) == (other.status, other.period.start)
    by_rule = bool(list(contradictions(rows, pack))) or same_key

    assert (refuses(SourceContradictsItself, one, other), refuses(IntegrityError, one, other)) == (by_rule, by_rule)


def refuses(refusal: type[Exception], one, other) -> bool:
    """Whether the second statement is refused after the first; nothing stays written."""
    try:
        with transaction.atomic():
            if refusal is IntegrityError:
                put_unchecked(one, other)
            else:
                assert_participation(statement=one, **HOW)
                assert_participation(statement=other, **HOW)
            transaction.set_rollback(True)
    except refusal:
        return True
    return False


TEXTS = {"a line break": "two\nlines", "white space around": " around ", "two thousand and one letters": "x" * 2001}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("field", ["note", "locator"])
def test_whatever_was_entered_here_can_be_exported_and_loaded_again(tmp_path, field, text):
    try:
        assert_participation(statement=replace(statement(), **{field: text}), **HOW)
    except ValueError:
        return  # refused clearly is as good

    done = CliRunner().invoke(main, ["pack", "export", str(tmp_path / "exported")], catch_exceptions=False)

    assert done.exit_code == 0
    read_pack(tmp_path / "exported")


@pytest.mark.parametrize(
    ("file", "line", "dangling"),
    [
        ("parties.csv", "gamma,state,Gamma,GG,GGG,,,\n", {}),
        ("sources.csv", "extra,Extra,Host,,,en,1\n", {"source": "extra"}),
    ],
    ids=["party", "source"],
)
class TestWithdrawnThing:
    def test_cannot_be_spoken_of(self, small, file, line, dangling):
        if dangling:
            load(edit(small, file, 'journal,"The', f'{line}journal,"The'))
        load(edit(small, file, line, ""))

        refused(NoSuchThing, lambda: assert_participation(statement=statement(**dangling), **HOW))

    def test_is_not_withdrawn_while_something_entered_here_speaks_of_it(self, small, tmp_path, file, line, dangling):
        if dangling:
            load(edit(small, file, 'journal,"The', f'{line}journal,"The'))
        assert_participation(statement=statement(**dangling), **HOW)
        edit(small, file, line, "")
        done = CliRunner().invoke(main, ["pack", "load", str(small)], catch_exceptions=False)

        CliRunner().invoke(main, ["pack", "export", str(tmp_path / "exported")], catch_exceptions=False)

        # either the edition is refused, or what is left is still a pack
        assert done.exit_code == 1 or read_pack(tmp_path / "exported").manifest.id == "small"
