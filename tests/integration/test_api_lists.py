"""Lists page by page, single assertions with what was believed when, the chain of changes, and the register whole."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cordiale.apps.ledger.writes import erase_content
from cordiale.apps.register.writes.participation import assert_participation, retract
from cordiale.domain.ledger import GENESIS, Entry, first_fault
from tests.databases import OwnDatabase
from tests.integration.conftest import Asker
from tests.makers import AT, assertion_of, load, owner, small_pack, statement


@pytest.fixture
def small(db: None, tmp_path: Path) -> None:
    """The invented pack, entry 1."""
    load(small_pack(tmp_path / "small"))


@pytest.fixture
def moved(small: None) -> int:
    """Entry 2 asserts, entry 3 retracts something else; answers the number of what was retracted."""
    gone = assertion_of("beta", "club")
    assert_participation(statement=statement(), reason="news", by=owner, at=AT)
    retract(assertion=gone, reason="never so", by=owner, at=AT)
    return gone


def numbers(items: list[dict[str, Any]]) -> list[int]:
    return [one["assertion"] for one in items]


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_the_pages_of_a_list_hold_every_item_once_whatever_their_length(api: Asker, moved: int, limit: int):
    found = numbers(api.every(f"assertions?limit={limit}"))

    assert found == sorted(set(found))
    assert len(found) == 7


def test_what_is_recorded_while_somebody_reads_is_neither_skipped_nor_read_twice(api: Asker, small: None):
    first = api.said("assertions?limit=4")
    assert_participation(statement=statement(), reason="news", by=owner, at=AT)
    retract(assertion=first["items"][0]["assertion"], reason="never so", by=owner, at=AT)

    rest = api.every(first["next"]["link"].removeprefix("/api/v1/"))

    assert numbers(rest) == list(range(first["items"][-1]["assertion"] + 1, first["items"][-1]["assertion"] + 5))


def test_the_cursor_alone_leads_to_the_next_page(api: Asker, small: None):
    first = api.said("parties?limit=2")

    second = api.said(f"parties?limit=2&cursor={first['next']['cursor']}")

    assert second == api.said(first["next"]["link"].removeprefix("/api/v1/"))
    assert [one["id"] for one in (*first["items"], *second["items"])] == ["alpha", "beta", "gamma", "host"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("narrowed", "count"),
    [("party=alpha", 2), ("framework=club", 1), ("source=journal", 1), ("party=beta&framework=forum", 3)],
)
def test_assertions_are_narrowed(api: Asker, small: None, narrowed: str, count: int):
    found = api.every(f"assertions?{narrowed}")

    wanted = dict(part.split("=") for part in narrowed.split("&"))
    assert len(found) == count
    assert all(one[key] == value for one in found for key, value in wanted.items())


def test_assertions_are_those_believed_at_an_entry(api: Asker, moved: int):
    believed = {known: numbers(api.every(f"assertions?known={known}")) for known in (0, 1, 2, 3)}

    assert believed[0] == []
    assert len(believed[1]) == 7
    assert set(believed[2]) - set(believed[1]) == {assertion_of("gamma")}
    assert set(believed[2]) - set(believed[3]) == {moved}
    assert believed[3] == numbers(api.every("assertions"))


def test_a_closed_assertion_says_which_entry_recorded_and_which_closed_it(api: Asker, moved: int):
    found = api.said(f"assertions/{moved}")

    assert (found["known_from"], found["known_to"], found["party"]) == (1, 3, "beta")


def test_the_chain_of_changes_verifies_with_nothing_but_what_the_api_says(api: Asker, moved: int):
    changes = api.every("changes?limit=2")

    names = [field.name for field in fields(Entry)]
    chain = [Entry(*(change[name] for name in names)) for change in changes]
    head = api.said("changes?after=3")["head"]
    assert [entry.number for entry in chain] == [1, 2, 3]
    assert chain[0].previous == GENESIS
    assert first_fault(chain, head=(head["number"], head["hash"])) is None


def test_a_mirror_asks_for_what_came_after_the_last_number_it_has(api: Asker, moved: int):
    found = api.said("changes?after=2")

    assert [change["number"] for change in found["items"]] == [3]
    assert (found["items"][0]["verb"], found["items"][0]["reason"]) == ("register.retracted", "never so")
    assert (found["next"], found["head"]["number"]) == (None, 3)


def test_changes_of_the_register_carry_their_content(api: Asker, moved: int):
    contents = [change["content"] for change in api.said("changes")["items"]]

    assert contents[0][0] == {"edition": "2026-01-01", "pack": "small"}
    assert contents[1][0]["says"][:2] == ["gamma", "forum"]


def test_an_erased_content_and_one_that_is_not_of_the_register_are_not_shown(api: Asker, moved: int):
    erase_content(number=2, reason="the law", by=owner, at=AT)

    contents = {change["number"]: change["content"] for change in api.said("changes")["items"]}

    assert contents[2] is None
    assert contents[4] is None
    assert contents[3] is not None


def test_the_salt_that_would_undo_an_erasure_is_nowhere(api: Asker, moved: int):
    assert b"salt" not in api.get("changes").content


def test_the_pack_is_the_one_that_the_command_writes(
    own_nato_database: OwnDatabase,
    here: Callable[[OwnDatabase], AbstractContextManager[None]],
    tmp_path: Path,
):
    own_nato_database.run_or_fail("pack", "export", tmp_path / "written")

    with here(own_nato_database):
        answer = Client().get("/api/v1/pack")

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {f"nato/{file.name}": file.read_bytes() for file in (tmp_path / "written").iterdir()}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="nato.zip"'


def test_the_same_register_gives_the_same_bytes(api: Asker, small: None):
    assert api.get("pack").content == api.get("pack").content


def test_the_register_says_where_its_ledger_stands(api: Asker, moved: int):
    erase_content(number=2, reason="the law", by=owner, at=AT)

    found = api.said("register")

    assert (found["pack"], found["number"], found["register_number"]) == ("small", 4, 3)
    assert found["hash"] == api.said("changes?after=3")["items"][0]["hash"]
    assert found["register_hash"] == api.said("changes?after=2")["items"][0]["hash"]
