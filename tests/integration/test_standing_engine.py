"""The engine beside the database: exact to the register number, never of another register, seldom compiled anew."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from cordiale.apps.ledger.reads import head
from cordiale.apps.register.models import Assertion
from cordiale.apps.register.reads import standing as engine_reads
from cordiale.apps.register.reads.asking import (
    Knowledge,
    NoSuchEntry,
    audience,
    composition,
    moved,
    standing,
    standings,
)
from cordiale.apps.register.reads.conflicts import conflicts
from cordiale.apps.register.reads.standing import engine
from cordiale.apps.register.writes.participation import assert_participation, correct, end, retract
from cordiale.domain.participation import StartKind
from cordiale.domain.period import DayOutOfReach, Period, parse_when
from cordiale.domain.viewer import Viewer
from cordiale.engines.standing import storing
from cordiale.engines.standing.snapshot import NoSuchFramework, NoSuchParty, Snapshot
from tests.makers import AT, assertion_of, edit, load, outsider, owner, register_number, small_pack, statement
from tests.unit import oracle

NOON = date(2010, 6, 1)


@pytest.fixture(autouse=True)
def _no_engine_of_another_test(monkeypatch, tmp_path):
    """The engine of this process starts from nothing, with a folder of its own for its file."""
    monkeypatch.setattr(engine_reads, "_kept", None)
    engine_reads._earlier.clear()
    monkeypatch.setattr(engine_reads, "_snapshot_file", lambda: tmp_path / "cache" / "standing")
    yield
    engine_reads._earlier.clear()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder: Path = small_pack(tmp_path / "small")
    return folder


@pytest.fixture
def small(db, pack: Path) -> Path:
    load(pack)
    return Path(pack)


def answer(party: str = "gamma", framework: str = "forum", on: date = NOON, **knowledge: Any) -> str:
    return standing(outsider, party=party, framework=framework, on=on, knowledge=Knowledge(**knowledge)).answer.value


def snapshot() -> Snapshot:
    with engine(outsider) as now:
        return now.snapshot


def said(**changes: Any) -> int:
    return assert_participation(statement=statement(**changes), reason="a test", by=owner, at=AT)


def test_each_of_the_four_verbs_is_heard_at_once_and_without_a_new_compilation(small):
    before, first = snapshot(), register_number()
    answers = [answer()]

    made = said()
    answers.append(answer())
    ended = end(assertion=made, on=parse_when("2005-01-01"), source="gazette", reason="left", by=owner, at=AT)
    answers.append(answer())
    other = correct(assertion=ended, statement=statement(status="suspended"), reason="wrong", by=owner, at=AT)
    answers.append(answer())
    retract(assertion=other, reason="never said", by=owner, at=AT)
    answers.append(answer())

    assert answers == ["not", "in force", "not", "suspended", "not"]
    assert snapshot() is before
    assert before.number == register_number() == first + 4


def test_what_was_known_at_each_number_stays_known(small):
    first = register_number()
    made = said()
    ended = end(assertion=made, on=parse_when("2005-01-01"), source="gazette", reason="left", by=owner, at=AT)
    retract(assertion=ended, reason="never said", by=owner, at=AT)

    assert [answer(known=number) for number in range(first, first + 4)] == ["not", "in force", "not", "not"]
    with engine(outsider) as now:
        anew = Snapshot.build(engine_reads.register_facts(outsider, head(outsider)))
        assert anew.number == now.snapshot.number


def test_several_entries_are_heard_at_once_also_one_that_came_and_went(small):
    before = snapshot()
    made = said()
    retract(assertion=made, reason="never said", by=owner, at=AT)
    said(status="suspended", start="2003")

    assert answer() == "suspended"
    assert snapshot() is before


def test_an_entry_that_does_not_change_the_register_is_no_news(small):
    from cordiale.apps.ledger.writes import entry

    before, number = snapshot(), register_number()
    with entry(by=owner, at=AT, verb="test.wrote", subject="thing:1"):
        pass

    assert snapshot() is before
    assert before.number == number
    assert head(owner).number == number + 1
    assert answer(known=number + 1) == answer()


def test_what_is_rolled_back_is_forgotten(small):
    assert answer() == "not"
    with suppress(ZeroDivisionError), transaction.atomic():
        said()
        assert answer() == "in force"
        raise ZeroDivisionError

    assert answer() == "not"
    assert snapshot().number == register_number()


def test_another_entry_of_the_same_number_is_not_taken_for_the_one_rolled_back(small):
    with suppress(ZeroDivisionError), transaction.atomic():
        said()
        assert answer() == "in force"
        raise ZeroDivisionError
    said(status="suspended")

    assert answer() == "suspended"


def test_windows_of_audiences_follow_the_news(small):
    def members() -> tuple[str, ...]:
        return audience(outsider, expression="forum except club", on=NOON).parties

    before = members()
    made = said()
    with_gamma = members()
    end(assertion=made, on=parse_when("2010-06-01"), source="gazette", reason="left", by=owner, at=AT)
    without = members()
    said(framework="club", status="observer", start="1991")

    assert (set(with_gamma) - set(before), without) == ({"gamma"}, before)
    assert members() == before


def test_a_source_ranked_anew_changes_todays_answer_and_not_the_one_known_before(small, pack):
    said(status="suspended", source="journal")
    said()
    number = register_number()
    assert answer() == "in force"

    edit(pack, "sources.csv", "fr,50", "fr,95")
    load(pack, reason="the journal is the better source")

    assert (answer(), answer(known=number)) == ("suspended", "in force")
    assert standing(outsider, party="gamma", framework="forum", on=NOON).source == "journal"
    assert composition(outsider, framework="forum", on=NOON, knowledge=Knowledge(number)).by_answer != {}


def test_a_framework_dissolved_by_a_new_edition_ends_todays_answers_only(small, pack):
    said()
    number = register_number()

    edit(pack, "frameworks.csv", "FO,council,1997-05-30,,", "FO,council,1997-05-30,2005-01-01,")
    load(pack, reason="it was dissolved")

    assert (answer(), answer(known=number)) == ("not", "in force")


def test_a_status_that_a_new_edition_reads_differently_keeps_its_old_meaning_at_the_old_number(small, pack):
    said(status="observer")
    number = register_number()
    assert answer() == "not"

    edit(
        pack,
        "pack.toml",
        'frameworks = { club = "in force" }',
        'frameworks = { club = "in force", forum = "in force" }',
    )
    load(pack, reason="observers take part")

    assert (answer(), answer(known=number)) == ("in force", "not")


def test_an_entry_the_ledger_does_not_have_is_refused(small):
    last = head(owner).number

    with pytest.raises(NoSuchEntry, match=f"no ledger entry {last + 1}; the last is {last}"):
        answer(known=last + 1)
    assert answer(known=0) == "not known"


@pytest.mark.parametrize("on", [date(1799, 12, 31), date(9000, 1, 1), date.max, date.min])
def test_a_day_the_register_does_not_keep_is_refused(small, on):
    with pytest.raises(DayOutOfReach):
        answer(on=on)


@pytest.mark.parametrize("on", [date(1800, 1, 1), date(8999, 12, 31)])
def test_the_first_and_the_last_day_can_be_asked_about(small, on):
    assert answer("alpha", "union", on) in ("not", "not known")
    assert "gamma" in audience(outsider, expression="union, gamma", on=on).parties


@pytest.mark.parametrize(
    ("party", "framework", "refusal"), [("nobody", "forum", NoSuchParty), ("gamma", "nothing", NoSuchFramework)]
)
def test_what_the_register_does_not_know_is_refused(small, party, framework, refusal):
    for knowledge in ({}, {"known": 1}, {"published_by": date(2015, 12, 31)}):
        with pytest.raises(refusal):
            answer(party, framework, **knowledge)


def test_many_questions_are_answered_in_their_order(small):
    said()
    asked = [("gamma", "forum", NOON), ("alpha", "forum", NOON), ("gamma", "forum", date(1999, 1, 1))] * 3

    found = standings(outsider, questions=asked)

    assert [(one.party, one.framework, one.on) for one in found] == asked
    assert [one.answer for one in found] == ["in force", "in force", "not"] * 3


def test_dates_are_shown_as_their_source_writes_them(small):
    said(start="2001-05", until="2012")

    found = standing(outsider, party="gamma", framework="forum", on=NOON)

    assert (found.since, found.until) == ("2001-05", "2012")
    assert [(claim.valid_from, claim.valid_to) for claim in found.claims] == [("2001-05", "2012")]


def test_the_rows_in_the_register_and_in_the_engine_are_the_same(nato):
    facts = {row.id: row for row in engine_reads.register_facts(outsider, head(outsider)).assertions}
    packed = oracle.pack_facts("nato")

    assert len(facts) == Assertion.objects.count() == len(list(packed.assertions))
    assert sorted(row._replace(id=0, since=0) for row in facts.values()) == sorted(
        row._replace(id=0, since=0) for row in packed.assertions
    )


def test_every_pair_of_nato_stands_as_the_oracle_says_at_every_turn(nato):
    facts = oracle.pack_facts("nato")
    with engine(outsider) as now:
        pairs = now.snapshot.pairs()[::7]
        for party, framework in pairs:
            rows = [row for row in facts.assertions if (row.party, row.framework) == (party, framework)]
            alone = oracle.with_rows(facts, rows)
            for at in now.snapshot.boundaries(party, framework):
                found = now.snapshot.standing(party, framework, at)
                assert (party, framework, at, found.answer.value, *found[1:]) == (
                    party,
                    framework,
                    at,
                    *oracle.standing(alone, party, framework, at),
                )


def test_between_two_days_what_moved_is_listed_and_nothing_else(nato):
    found = moved(outsider, first=date(2021, 12, 31), second=date(2024, 12, 31), framework="nato")

    assert [(one.party, one.before.value, one.after.value) for one in found] == [
        ("fin", "not", "in force"),
        ("swe", "not", "in force"),
    ]


def test_the_losing_claims_on_montenegro_and_north_macedonia_are_conflicts_decided_by_precedence(nato):
    for party in ("mne", "mkd"):
        found = [one for one in conflicts(outsider, party=party, framework="pfp") if one.since <= "2021-12-31"]
        lost = [(one.other.source, one.decided) for one in found if not one.until or one.until > "2021-12-31"]
        assert ("estonian-mfa-2021", True) in lost


def test_the_day_on_which_germany_joined_is_an_open_conflict(nato):
    found = [one for one in conflicts(outsider, party="deu", framework="nato") if not one.decided]

    assert [(one.since, one.until, {one.one.source, one.other.source}) for one in found] == [
        ("1955-05-05", "1955-05-06", {"nato-erdmann-2015", "nato-chron-1954"})
    ]


def test_a_second_process_sees_what_was_written_here(own_nato_database, here):
    def asked(*more: str) -> dict[str, Any]:
        done = own_nato_database.run("standing", "jpn", "pfp", "--on", "2021-12-31", "--format", "json", *more)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    first = asked()
    with here(own_nato_database):
        number = register_number()
        asserted = statement(party="jpn", framework="pfp", status="participating", source="nato-jpd-jpn-2013")
        made = assert_participation(statement=asserted, reason="a test", by=owner, at=AT)
        mine = standing(outsider, party="jpn", framework="pfp", on=date(2021, 12, 31)).answer
    second, then = asked(), asked("--known", str(number))
    with here(own_nato_database):
        retract(assertion=made, reason="a test", by=owner, at=AT)
        assert standing(outsider, party="jpn", framework="pfp", on=date(2021, 12, 31)).answer == "not"
    third = asked()

    assert (first["answer"], mine, second["answer"], then["answer"], third["answer"]) == (
        "not", "in force", "in force", "not", "not",
    )  # fmt: skip
    assert [one["known"] for one in (first, second, then, third)] == [number, number + 1, number, number + 2]


def test_another_database_is_noticed_whatever_its_number(own_nato_database, own_database, here, pack):
    with here(own_nato_database):
        assert answer("fin", "pfp", date(2000, 1, 1)) == "in force"
        number = register_number()
    with here(own_database):
        load(pack)
        assert register_number() == number
        assert answer("alpha") == "in force"
        with pytest.raises(NoSuchParty):
            answer("fin")


def test_a_restored_database_is_noticed(own_database, here, pack, request):
    engine_of_run, new_place = request.getfixturevalue("_engine"), request.getfixturevalue("_new_place")
    with here(own_database):
        load(pack)
        assert answer() == "not"
    restored = engine_of_run.copy(own_database, *new_place("restored"))
    try:
        with here(own_database):
            said()
            assert answer() == "in force"
        with here(restored):
            assert answer() == "not"
            said(status="suspended")
            assert answer() == "suspended"
        with here(own_database):
            assert answer() == "in force"
    finally:
        engine_of_run.drop(restored)


@pytest.fixture
def counted(monkeypatch) -> SimpleNamespace:
    """Counts compilations and loads of the file."""
    counts = SimpleNamespace(builds=0, loads=0)
    build, read = Snapshot.build, storing.load

    def counting_build(facts):
        counts.builds += 1
        return build(facts)

    def counting_load(path, facts):
        found = read(path, facts)
        counts.loads += 1
        return found

    monkeypatch.setattr(Snapshot, "build", counting_build)
    monkeypatch.setattr(engine_reads, "load", counting_load)
    return counts


def start_again(monkeypatch) -> None:
    monkeypatch.setattr(engine_reads, "_kept", None)


def test_the_second_start_takes_the_compiled_register_from_its_file(small, counted, monkeypatch):
    first = answer("alpha")
    start_again(monkeypatch)
    second = answer("alpha")

    assert (counted.builds, counted.loads, first) == (1, 1, second)
    assert snapshot().number == register_number()


@pytest.mark.parametrize("damage", ["flipped", "cut", "emptied", "a folder"])
def test_a_damaged_file_is_built_anew_and_replaced(small, counted, monkeypatch, damage):
    first = answer("alpha")
    file = engine_reads._snapshot_file()
    raw = file.read_bytes()
    if damage == "a folder":
        file.unlink()
        file.mkdir()
    else:
        flipped = raw[:-9] + bytes([raw[-9] ^ 8]) + raw[-8:]
        file.write_bytes({"flipped": flipped, "cut": raw[:-5], "emptied": b""}[damage])

    start_again(monkeypatch)
    second = answer("alpha")
    start_again(monkeypatch)
    third = answer("alpha")

    assert first == second == third
    assert counted.builds == (3 if damage == "a folder" else 2)
    assert counted.loads == (0 if damage == "a folder" else 1)


def test_a_file_of_an_earlier_state_is_built_anew(small, counted, monkeypatch):
    assert answer() == "not"
    said()
    start_again(monkeypatch)

    assert answer() == "in force"
    assert (counted.builds, counted.loads) == (2, 0)


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(small, monkeypatch, tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be", encoding="utf-8")
    monkeypatch.setattr(engine_reads, "_snapshot_file", lambda: tmp_path / "taken" / "standing")

    assert answer("alpha") == "in force"


def test_the_file_lies_in_the_folder_of_the_installation(monkeypatch):
    monkeypatch.undo()

    assert engine_reads._snapshot_file().is_relative_to(settings.HOME.path)


def test_asking_twice_costs_only_the_look_at_the_clock(small, django_assert_max_num_queries):
    answer("alpha")

    with django_assert_max_num_queries(1), engine(Viewer.public()) as now:
        now.snapshot.standing("alpha", "forum", oracle.day("2010-06-01")[0])


def test_a_party_of_no_assertion_can_be_asked_about_as_known_at_any_number(small):
    assert [answer("gamma", "club", known=number) for number in range(register_number() + 1)][-1] == answer(
        "gamma", "club"
    )
    assert connection.in_atomic_block  # nothing was written


def test_a_start_that_is_not_known_counts_from_the_day_its_source_appeared(small):
    period = Period(parse_when(""), None)
    said(period=period, start_kind=StartKind.UNKNOWN)  # the Gazette appeared in May 2001

    assert [answer(on=on) for on in (date(2001, 5, 30), date(2001, 5, 31))] == ["not", "in force"]


def test_the_assertion_that_decided_is_named(small):
    said()

    found = standing(outsider, party="gamma", framework="forum", on=NOON)

    assert (found.status, found.source, found.claims[0].assertion) == ("member", "gazette", assertion_of("gamma"))
