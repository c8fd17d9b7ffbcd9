"""One write is one transaction and one entry, numbered and chained; a nested write joins the outer entry."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cordiale.apps.ledger import reads
from cordiale.apps.ledger.models import LedgerContent, LedgerEntry
from cordiale.apps.ledger.reads import BadHead, ClockMissing
from cordiale.apps.ledger.writes import NothingToErase, entry, erase_content
from cordiale.apps.register.models import Party
from cordiale.domain.ledger import GENESIS, commit, written
from cordiale.domain.viewer import NotPermitted
from tests.makers import AT, can, ledger_number, outsider, owner, register_number

pytestmark = pytest.mark.django_db


def write(subject: str = "thing:1", *, at=AT, register: bool = False, reason: str = "") -> int:
    with entry(by=owner, at=at, verb="test.wrote", subject=subject, reason=reason) as change:
        change.record({"wrote": subject}, register=register)
    return change.number


def fail() -> None:
    raise ZeroDivisionError


def name_a_party_and_fail(code: str) -> None:
    with entry(by=owner, at=AT, verb="test.failed", subject="thing:2") as change:
        Party.objects.create(code=code, known_from_id=change.number)
        change.record(code, register=True)
        fail()


def test_an_empty_ledger_stands_at_nought_and_holds():
    assert reads.head(owner) == reads.Head(0, 0, GENESIS, "", GENESIS)
    assert reads.fault(owner) is None


def test_entries_are_numbered_from_one_without_gaps():
    assert [write(), write(), write()] == [1, 2, 3]


def test_an_entry_says_who_did_what_when_and_why():
    write("thing:7", reason="it was asked for")

    found = reads.one(owner, number=1)

    assert found is not None
    assert (found.actor, found.verb, found.subject, found.reason, found.at) == (
        "owner",
        "test.wrote",
        "thing:7",
        "it was asked for",
        "2026-11-24T14:00:00.000000Z",
    )


def test_an_entry_commits_to_what_it_recorded():
    write("thing:7")

    kept = LedgerContent.objects.get(entry_id=1)

    assert reads.content(owner, number=1) == [{"wrote": "thing:7"}]
    assert LedgerEntry.objects.get(number=1).commitment == commit(kept.salt, kept.content)


def test_two_entries_with_the_same_content_have_different_commitments():
    write()
    write()

    assert len(set(LedgerEntry.objects.values_list("commitment", flat=True))) == 2


def test_the_chain_holds_after_many_entries():
    for number in range(20):
        write(f"thing:{number}")

    assert reads.fault(owner) is None


@pytest.mark.parametrize("earlier", [timedelta(0), timedelta(microseconds=1), timedelta(days=400)])
def test_a_moment_that_is_not_later_than_the_ledger_is_moved_just_behind_it(earlier):
    write()
    write(at=AT - earlier)

    assert reads.head(owner).at == written(AT + timedelta(microseconds=1))


def test_a_later_moment_is_kept():
    write()
    write(at=AT + timedelta(days=1))

    assert reads.head(owner).at == written(AT + timedelta(days=1))


def test_the_register_number_follows_only_what_changes_the_register():
    numbers = []
    for register in (False, True, False):
        write(register=register)
        numbers.append(register_number())

    assert numbers == [0, 2, 2]


def test_the_register_hash_is_that_of_the_entry_the_register_number_names():
    write(register=True)
    write()

    assert reads.head(owner).register_hash == LedgerEntry.objects.get(number=1).hash


def test_a_failed_write_leaves_nothing():
    with pytest.raises(ZeroDivisionError):
        name_a_party_and_fail("nobody")

    assert ledger_number() == 0
    assert not LedgerEntry.objects.exists()
    assert not Party.objects.exists()


def test_after_a_failed_write_the_next_takes_its_number():
    with pytest.raises(ZeroDivisionError), entry(by=owner, at=AT, verb="test.wrote", subject="thing:1"):
        fail()

    assert write() == 1


def test_a_write_inside_a_write_joins_its_entry():
    with entry(by=owner, at=AT, verb="test.outer", subject="thing:1") as outer:
        outer.record("before")
        with entry(by=owner, at=AT, verb="test.inner", subject="thing:2", reason="part of it") as inner:
            inner.record("inside")

    assert inner is outer
    assert ledger_number() == 1
    assert reads.content(owner, number=1) == [
        "before",
        {"verb": "test.inner", "subject": "thing:2", "reason": "part of it"},
        "inside",
    ]


def test_a_write_inside_a_write_moves_the_register_number_of_its_entry():
    with entry(by=owner, at=AT, verb="test.outer", subject="thing:1"):
        write(register=True)

    assert register_number() == 1


def test_a_failed_part_leaves_no_rows_and_no_content_of_its_own():
    with entry(by=owner, at=AT, verb="test.outer", subject="thing:1") as outer:
        Party.objects.create(code="kept", known_from_id=outer.number)
        with pytest.raises(ZeroDivisionError):
            name_a_party_and_fail("dropped")
        outer.record("kept")

    assert list(Party.objects.values_list("code", flat=True)) == ["kept"]
    assert reads.content(owner, number=1) == ["kept"]
    assert register_number() == 0


def test_a_failed_part_does_not_take_back_that_the_outer_part_changed_the_register():
    with entry(by=owner, at=AT, verb="test.outer", subject="thing:1") as outer:
        outer.record("changed", register=True)
        with pytest.raises(ZeroDivisionError), entry(by=owner, at=AT, verb="test.inner", subject="thing:2"):
            fail()

    assert register_number() == 1


def test_the_entry_after_a_nested_one_is_an_entry_of_its_own():
    with entry(by=owner, at=AT, verb="test.outer", subject="thing:1"):
        write()

    assert write() == 2


def test_the_newest_entries_come_first_and_go_back_from_a_number():
    for number in range(1, 6):
        write(f"thing:{number}")

    assert [found.number for found in reads.newest(outsider, limit=2)] == [5, 4]
    assert [found.number for found in reads.newest(outsider, before=4, limit=2)] == [3, 2]


def test_entries_go_on_after_a_number_up_to_a_limit():
    for number in range(1, 6):
        write(f"thing:{number}")

    assert [found.number for found in reads.entries(outsider, after=2)] == [3, 4, 5]
    assert [found.number for found in reads.entries(outsider, after=2, limit=1)] == [3]


def test_an_entry_that_is_not_there_is_none():
    assert reads.one(outsider, number=1) is None
    assert reads.content(outsider, number=1) is None


def erase(number: int, *, by=owner) -> None:
    erase_content(number=number, reason="the law demands it", by=by, at=AT)


def test_content_can_be_erased_and_the_ledger_still_holds():
    write("thing:1", reason="a name that the law wants gone")
    write("thing:2")

    erase(1)

    assert reads.content(owner, number=1) is None
    assert reads.fault(owner) is None
    assert reads.erased(owner) == 1
    assert write("thing:3") == 4


def test_an_erasure_is_an_entry_with_its_ground():
    write("thing:1")

    erase(1)

    found = reads.one(owner, number=2)
    assert found is not None
    assert (found.verb, found.subject, found.reason) == ("ledger.content-erased", "entry:1", "the law demands it")
    assert reads.content(owner, number=2) == [{"erased": 1}]


def test_an_erasure_does_not_move_the_register_number():
    write("thing:1", register=True)

    erase(1)

    assert register_number() == 1


@pytest.mark.parametrize("number", [1, 99])
def test_what_has_no_content_cannot_be_erased(number):
    write("thing:1")
    erase(1)

    with pytest.raises(NothingToErase, match=f"Entry {number} has no content to erase"):
        erase(number)

    assert ledger_number() == 2


def test_only_who_may_erase_does():
    write("thing:1")

    with pytest.raises(NotPermitted, match=r"ledger\.erase"):
        erase(1, by=can("ledger.export"))

    assert reads.content(owner, number=1) is not None
    assert ledger_number() == 1


def test_an_erasure_can_be_erased_too():
    write("thing:1")
    erase(1)
    erase(2)

    assert reads.fault(owner) is None


def test_an_export_leaves_out_what_was_erased():
    write("thing:1")
    write("thing:2")
    erase(1)

    first, second, *_ = reads.export(owner)

    assert '"salt"' not in first
    assert '"content"' not in first
    assert '"salt"' in second
    assert '"content"' in second


def test_only_who_may_export_gets_the_contents():
    with pytest.raises(NotPermitted, match=r"ledger\.export"):
        list(reads.export(outsider))


def test_a_colleague_with_the_permission_gets_every_entry_and_the_head():
    write()

    lines = list(reads.export(can("ledger.export")))

    assert len(lines) == 2
    assert reads.head(owner).hash in lines[1]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_head_published_earlier_still_stands(number):
    heads = [f"0:{GENESIS}"]
    for _ in range(3):
        heads.append(f"{write()}:{reads.head(owner).hash}")

    assert reads.fault_of_published_head(owner, heads[number]) is None


@pytest.mark.parametrize(
    ("published", "number", "what"),
    [
        (f"1:{'a' * 64}", 1, "entry 1 is not the one that was published"),
        (f"2:{'a' * 64}", 2, "entry 2 was published and is gone"),
        (f"0:{'a' * 64}", 0, "the published head of an empty ledger is not the starting hash"),
        (f"{'9' * 30}:{'a' * 64}", int("9" * 30), "was published and is gone"),
    ],
)
def test_a_published_head_that_no_longer_stands_is_told(published, number, what):
    write()

    fault = reads.fault_of_published_head(owner, published)

    assert fault is not None
    assert fault.number == number
    assert what in fault.what


@pytest.mark.parametrize("published", ["", "1", "1:abc", f"one:{'a' * 64}", f":{'a' * 64}", f"-1:{'a' * 64}"])
def test_what_is_no_head_is_refused(published):
    with pytest.raises(BadHead, match="write NUMBER:HASH"):
        reads.fault_of_published_head(owner, published)


def test_a_ledger_without_its_clock_refuses_to_write_and_to_answer(own_database, here):
    raw = own_database.connect()
    if own_database.is_postgres:
        raw.execute("ALTER TABLE ledger_clock DISABLE TRIGGER USER")
    else:
        raw.execute("DROP TRIGGER ledger_clock_append_only_delete")
    raw.execute("DELETE FROM ledger_clock")
    raw.commit()
    raw.close()

    with here(own_database):
        with pytest.raises(ClockMissing, match="has no clock"):
            write()
        with pytest.raises(ClockMissing):
            reads.head(owner)
