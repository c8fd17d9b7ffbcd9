"""Several processes write at once: numbers without gaps, committed in their order; a killed one leaves no trace."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cordiale.apps.ledger import reads
from tests.databases import OwnDatabase
from tests.makers import ledger_number, owner
from tests.processes import finish, is_running, kill, let_go, start

WRITERS = 4
ENTRIES = 50

WRITE = """
import sys

import django

django.setup()

from cordiale.apps.ledger.writes import entry
from tests.makers import AT, owner

name, count = sys.argv[1], int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    with entry(by=owner, at=AT, verb="test.wrote", subject=f"writer:{name}", reason=str(number)) as change:
        change.record({"writer": name, "number": number}, register=True)
"""

HOLD = """
import sys

import django

django.setup()

from cordiale.apps.ledger.writes import entry
from cordiale.apps.register.models import Party
from tests.makers import AT, owner

with entry(by=owner, at=AT, verb="test.wrote", subject="thing:1") as change:
    Party.objects.create(code="unfinished", known_from_id=change.number)
    change.record("unfinished", register=True)
    print("open", flush=True)
    sys.stdin.readline()
"""


def committed(database: OwnDatabase) -> list[int]:
    """The numbers another connection sees now."""
    raw = database.connect()
    try:
        return [number for (number,) in raw.execute("SELECT number FROM ledger_entry ORDER BY number").fetchall()]
    finally:
        raw.close()


@pytest.fixture
def written_by_four(own_database) -> tuple[OwnDatabase, list[list[int]]]:
    """A ledger that four processes wrote at once, and what a reader saw meanwhile."""
    writers = [start(own_database, WRITE, str(name), str(ENTRIES)) for name in range(WRITERS)]
    for writer in writers:
        let_go(writer)
    seen = []
    while any(is_running(writer, wait=0.01) for writer in writers):
        seen.append(committed(own_database))
    assert [finish(writer) for writer in writers] == [0] * WRITERS
    return own_database, seen


def test_four_writers_leave_no_gap_and_readers_never_see_one(written_by_four, here):
    database, seen = written_by_four

    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)
    assert [len(numbers) for numbers in seen] == sorted(len(numbers) for numbers in seen)
    assert any(0 < len(numbers) < WRITERS * ENTRIES for numbers in seen)
    with here(database):
        entries = list(reads.entries(owner))
        assert [entry.number for entry in entries] == list(range(1, WRITERS * ENTRIES + 1))
        assert all(one.at < other.at for one, other in pairwise(entries))
        assert reads.fault(owner) is None
        for name in range(WRITERS):
            own = [entry.reason for entry in entries if entry.subject == f"writer:{name}"]
            assert own == [str(number) for number in range(ENTRIES)]


def test_a_writer_killed_while_its_entry_is_open_leaves_no_trace(own_database, here):
    holder = start(own_database, HOLD)
    assert committed(own_database) == []

    kill(holder)

    with here(own_database):
        from cordiale.apps.register.models import Party

        assert ledger_number() == 0
        assert not Party.objects.exists()
        assert reads.fault(owner) is None


def test_who_waits_for_a_writer_that_is_killed_gets_its_number(own_database, here):
    holder = start(own_database, HOLD)
    waiting = start(own_database, WRITE, "waiting", "1")
    let_go(waiting)
    assert is_running(waiting, wait=0.3)

    kill(holder)

    assert finish(waiting) == 0
    assert committed(own_database) == [1]
    with here(own_database):
        assert reads.fault(owner) is None


def test_who_waits_for_an_open_entry_writes_after_it(own_database, here):
    holder = start(own_database, HOLD)
    waiting = start(own_database, WRITE, "waiting", "1")
    let_go(waiting)
    assert is_running(waiting, wait=0.3)
    assert committed(own_database) == []

    let_go(holder)

    assert (finish(holder), finish(waiting)) == (0, 0)
    with here(own_database):
        assert [entry.subject for entry in reads.entries(owner)] == ["thing:1", "writer:waiting"]
