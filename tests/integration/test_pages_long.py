"""Whatever length of text a pack may hold by its format, either database takes it and a page shows it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from django.test import Client

from cordiale.engines.packs.cells import LONGEST_CELL
from cordiale.engines.packs.tables import Column, Table
from tests.browser.packs import write_pack
from tests.browser.pages import PageFound, addresses
from tests.databases import OwnDatabase


def longest(table: Table, column: Column, number: int) -> str:
    return f"{number} ".ljust(LONGEST_CELL, "§")


def long(table: Table, column: Column, number: int) -> str:
    """As long as the format allows; short where the column is part of a key, or names something shortly."""
    is_short = column.name in (*table.key, "short_name", "acronym", "target_table")
    return f"{number} ".ljust(60 if is_short else LONGEST_CELL, "§")


def test_a_pack_with_the_longest_texts_is_refused_by_its_check_or_loads(own_database: OwnDatabase, tmp_path: Path):
    pack = write_pack(tmp_path / "longest", longest, title="§" * 300)

    check, load = own_database.run("pack", "check", pack), own_database.run("pack", "load", pack)

    assert "Traceback" not in check.stderr + load.stderr
    assert check.returncode == load.returncode


def test_a_long_text_is_shown_whole(
    own_database: OwnDatabase, tmp_path: Path, here: Callable[[OwnDatabase], AbstractContextManager[None]]
):
    pack = write_pack(tmp_path / "long", long, title="§" * 300)
    own_database.run_or_fail("pack", "load", pack)

    with here(own_database):
        client = Client()
        answers = {path: client.get(path) for path in addresses(pack)}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert len(PageFound(answers["/countries/1/"].content.decode()).heading()) == LONGEST_CELL
