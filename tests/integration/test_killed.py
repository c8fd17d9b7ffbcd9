"""Work that is killed half-way: nothing of it is there afterwards, and doing it again does all of it."""

from __future__ import annotations

import pytest

from tests.databases import ROOT, OwnDatabase
from tests.processes import kill, start

PACK = ROOT / "packs" / "nato"

LOAD = """
import sys

import django

django.setup()

from cordiale.apps.ledger import writes as ledger
from cordiale.apps.register.writes import packs
from cordiale.config.commands import main

step, path = sys.argv[1:]


def stop_before(module, name):
    original = getattr(module, name)

    def stopped(*arguments, **named):
        print("open", flush=True)
        sys.stdin.readline()
        return original(*arguments, **named)

    setattr(module, name, stopped)


def stop_after(count):
    carry_out, done = packs._carry_out, []

    def counted(*arguments):
        carry_out(*arguments)
        done.append(arguments)
        if len(done) == count:
            print("open", flush=True)
            sys.stdin.readline()

    packs._carry_out = counted


if step.isdigit():
    stop_after(int(step))
elif step == "edition":
    stop_before(packs, "_new_edition")
else:
    stop_before(ledger, "_close")
main(["pack", "load", path])
"""

KEEP = """
import sys
from pathlib import Path

import django

django.setup()

from cordiale.config.commands import main

replace = Path.replace


def stopped(draft, path):
    if path.name == "standing":
        print("open", flush=True)
        sys.stdin.readline()
    return replace(draft, path)


Path.replace = stopped
main(["standing", "fin", "pfp", "--on", "2000-01-01"])
"""


def stored(database: OwnDatabase) -> dict[str, int]:
    """How many rows each table of ledger and register holds."""
    raw = database.connect()
    try:
        names = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            if database.is_postgres
            else "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        tables = [name for (name,) in raw.execute(names).fetchall() if name.startswith(("ledger_", "register_"))]
        return {table: raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    finally:
        raw.close()


@pytest.mark.parametrize("step", ["1", "31", "closing"])
def test_a_pack_load_that_is_killed_leaves_nothing_and_can_be_done_again(own_database, step):
    before = stored(own_database)

    kill(start(own_database, LOAD, step, str(PACK)))

    assert stored(own_database) == before
    own_database.run_or_fail("ledger", "verify")
    own_database.run_or_fail("pack", "load", PACK)
    own_database.run_or_fail("ledger", "verify")
    assert own_database.run("pack", "load", "--dry-run", PACK).stdout == "Nothing would change.\n"


def test_a_start_that_is_killed_while_it_keeps_the_compiled_register_costs_the_next_one_a_build(own_nato_database):
    cache = own_nato_database.home / "cache"

    kill(start(own_nato_database, KEEP))

    left = sorted(file.name for file in cache.iterdir())
    assert len(left) == 1
    assert left[0].startswith(".standing.")
    asked = own_nato_database.run("standing", "fin", "pfp", "--on", "2000-01-01", "--format", "json")
    assert asked.returncode == 0, asked.stderr
    assert '"answer": "in force"' in asked.stdout
    assert [file.name for file in cache.iterdir()] == ["standing"]
