"""The read log in an installation: its commands, processes that write at once, full disks, kills, entered heads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cordiale.apps.ledger.reads import content, entries, head
from cordiale.apps.sharing.writes.read_log import HEADED, enter_heads, entered_heads
from cordiale.domain.reading_log import Reading
from cordiale.domain.viewer import EVERY_PERMISSION, NotPermitted, Viewer
from cordiale.engines.readlog.reading import files, texts
from cordiale.engines.readlog.verifying import verify
from cordiale.engines.readlog.writing import Writer
from tests.databases import ROOT, OwnDatabase

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
OWNER = Viewer.system("command line")


def reading(document: str = "doc-1", *, at: datetime = AT, who: str = "person:17") -> Reading:
    return Reading(
        at=at,
        who=who,
        parties=("aut",),
        action="page",
        shown=((document, 4),),
        refused=(),
        known=12,
        register=11,
        register_hash="ab" * 32,
        decided_at=at,
    )


def fill(folder: Path, lines: int) -> Path:
    writer = Writer(folder, installation="here")
    for number in range(lines):
        writer.append(reading(f"doc-{number}"))
    writer.close()
    return files(folder)[-1]


def faults(folder: Path, recorded=None) -> list[tuple[str, int]]:
    found = verify(folder, recorded or {})
    return [(one.file, one.checked.fault.line) for one in found if one.checked.fault is not None]


class TestEntering:
    def test_a_head_is_entered_once(self, db, tmp_path):
        file = fill(tmp_path, 3)

        grown = enter_heads(by=OWNER, at=AT, folder=tmp_path), enter_heads(by=OWNER, at=AT, folder=tmp_path)

        assert grown == (1, 0)
        (made,) = entries(OWNER)
        assert (made.verb, made.subject) == (HEADED, "read log")
        assert content(OWNER, number=made.number) == [
            {"file": file.name, "lines": 3, "head": json.loads(list(texts(file))[-1])["hash"]}
        ]
        assert head(OWNER).register_number == 0

    def test_nobody_but_the_installation_enters(self, db, tmp_path):
        with pytest.raises(NotPermitted):
            enter_heads(by=Viewer("person:1", permissions=EVERY_PERMISSION, person=1), at=AT, folder=tmp_path)


def test_s7_the_commands_find_a_file_that_was_cut_short_after_its_head_was_entered(own_database: OwnDatabase):
    file = fill(own_database.home / "readlog", 3)
    own_database.run_or_fail("readlog", "enter")
    own_database.run_or_fail("readlog", "verify")
    file.write_bytes(b"".join(list(texts(file))[:-1]))

    done = own_database.run("readlog", "verify")

    assert done.returncode == 1
    assert f"{file.name} does not hold at line 3" in done.stderr
