"""S6: whatever fails, nobody reads more than before; where it cannot be decided who may read, nobody reads anything.

Rule: issue 6, section 3; design/standing.md, section 8, S6.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection

from cordiale.apps.register.reads import standing
from cordiale.apps.register.writes.participation import assert_participation
from cordiale.apps.sharing.models import Document
from cordiale.apps.sharing.reads import reading
from cordiale.apps.sharing.writes.rights import define_group, let_know
from cordiale.domain.labels import Label
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer
from cordiale.engines.readlog.writing import LogUnwritable, Writer
from cordiale.engines.standing.snapshot import Snapshot
from tests.library import BY, LONG_AGO, execute, filed, forget, moment, number_of_label, shown, suspension, unguarded
from tests.people import seen, somebody

READERS = {
    "Ally": Mandate(Role.FOCAL_POINT, "fra"),
    "partner": Mandate(Role.FOCAL_POINT, "aut"),
    "other partner": Mandate(Role.FOCAL_POINT, "jpn"),
    "desk officer": Mandate(Role.DESK_OFFICER),
}
BEFORE = {
    "Ally": {"home", "for the PfP", "for Austria", "in the know"},
    "partner": {"for the PfP", "for Austria"},
    "other partner": set(),
    "desk officer": {"home", "for the PfP", "for Austria"},
}


@dataclass
class Library:
    """Who reads, and what there is to read."""

    readers: dict[str, Viewer]
    codes: dict[str, str]

    def read(self) -> dict[str, set[str]]:
        """What everybody sees; nothing where it is refused."""
        found = {}
        for name, viewer in self.readers.items():
            try:
                found[name] = shown(viewer, self.codes.values())
            except (reading.CannotRead, LogUnwritable):
                found[name] = set()
        return found

    def refused(self) -> dict[str, str]:
        """With which code everybody is refused; "" for those who are answered."""
        found = {}
        for name, viewer in self.readers.items():
            try:
                shown(viewer, self.codes.values())
            except (reading.CannotRead, LogUnwritable) as refusal:
                found[name] = refusal.code
            else:
                found[name] = ""
        return found


def nobody_reads_more(now: dict[str, set[str]]) -> bool:
    return all(now[name] <= BEFORE[name] for name in BEFORE)


@pytest.fixture
def library(own_nato_database, here):
    forget()
    with here(own_nato_database):
        at = moment() - LONG_AGO
        people = {
            name: somebody(f"{place}@example.org", one, at=at) for place, (name, one) in enumerate(READERS.items())
        }
        define_group(code="cyber", title="Cyber", reason="a test", by=BY, at=moment())
        let_know(person=people["Ally"], group="cyber", reason="a test", by=BY, at=moment())
        codes = {
            "home": filed("home"),
            "for the PfP": filed("for the PfP", "pfp"),
            "for Austria": filed("for Austria", "aut"),
            "in the know": filed("in the know", "pfp", group="cyber"),
        }
        found = Library({name: seen(person, at=moment()) for name, person in people.items()}, codes)
        assert found.read() == BEFORE
        yield found
    forget()


class TestWhoMayReadCannotBeDecided:
    @pytest.mark.parametrize("error", [RuntimeError, ValueError, MemoryError, KeyError, OSError, DatabaseError])
    def test_s6_nobody_reads_while_the_standing_engine_cannot_be_built(self, library, monkeypatch, error):
        def fails(*_given):
            raise error("the engine is gone")

        monkeypatch.setattr(Snapshot, "build", fails)
        monkeypatch.setattr(standing, "load", fails)
        forget()

        assert set(library.refused().values()) == {"cannot-read"}

    def test_s6_nobody_reads_while_the_engine_cannot_learn_what_is_new(self, library, monkeypatch):
        def fails(*_given, **_more):
            raise RuntimeError("the engine is gone")

        monkeypatch.setattr(Snapshot, "learn", fails)
        assert_participation(statement=suspension(), reason="a test", by=BY, at=moment())

        assert set(library.refused().values()) == {"cannot-read"}

    def test_s6_nobody_reads_while_the_clock_row_is_missing(self, library):
        unguarded("ledger_clock")
        execute("DELETE FROM ledger_clock")

        assert set(library.refused().values()) == {"cannot-read"}

    @pytest.mark.parametrize("is_new", [False, True], ids=["known before", "started anew"])
    def test_s6_nobody_reads_while_the_clock_stands_before_a_suspension(self, library, is_new):
        clock = "number, register_number, register_hash, at, head"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {clock} FROM ledger_clock")
            earlier = cursor.fetchone()
        assert_participation(statement=suspension(), reason="a test", by=BY, at=moment())
        unguarded("ledger_clock")
        execute(f"UPDATE ledger_clock SET ({clock}) = (%s, %s, %s, %s, %s)", *earlier)
        if is_new:
            forget()

        assert set(library.refused().values()) == {"cannot-read"}

    def test_s6_nobody_reads_while_the_pack_cannot_be_read(self, library):
        from cordiale.apps.register.reads.installation import _at

        unguarded("pack_edition")
        execute("UPDATE pack_edition SET manifest = 'this is no pack'")
        _at.cache_clear()
        forget()

        assert set(library.refused().values()) == {"cannot-read"}

    @pytest.mark.parametrize("table", ["sharing_label", "sharing_document_version", "sharing_label_count"])
    def test_s6_nobody_reads_while_a_table_is_gone(self, library, table):
        execute(f"ALTER TABLE {table} RENAME TO somewhere_else")
        forget()

        assert {name: code for name, code in library.refused().items() if BEFORE[name]} == dict.fromkeys(
            (name for name in BEFORE if BEFORE[name]), "cannot-read"
        )
        assert not any(library.read().values())


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut short": lambda kept: kept[: len(kept) // 2],
    "a byte flipped": lambda kept: kept[:-100] + bytes([kept[-100] ^ 1]) + kept[-99:],
    "its hash flipped": lambda kept: kept[:30] + bytes([kept[30] ^ 1]) + kept[31:],
    "something else": lambda kept: b"GIF89a" + kept,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_s6_a_damaged_file_of_the_engine_changes_nothing_for_anybody(library, monkeypatch, tmp_path, damage):
    file = tmp_path / "standing"
    monkeypatch.setattr(standing, "_snapshot_file", lambda: file)
    forget()
    assert library.read() == BEFORE
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    forget()

    assert library.read() == BEFORE


class TestLabels:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("release", "jpn, pfp"),
            ("release", ""),
            ("level", "cosmic"),
            ("policy", "asean"),
            ('"group"', "others"),
            ("digest", "0" * 64),
        ],
    )
    @pytest.mark.parametrize("is_new", [False, True], ids=["known before", "started anew"])
    def test_s6_a_label_that_was_changed_lets_nobody_read_more(self, library, column, value, is_new):
        unguarded("sharing_label")
        execute(f"UPDATE sharing_label SET {column} = %s WHERE id = %s", value, number_of_label("for the PfP"))
        if is_new:
            forget()

        found = library.read()

        assert nobody_reads_more(found)
        assert not is_new or not any("for the PfP" in titles for titles in found.values())
        assert found["Ally"] >= {"home", "for Austria", "in the know"}

    @pytest.mark.parametrize(
        "release", ["atlantis", "all", "pfp except nato", "(((", "jpn) --", "framework:jpn", "\x01"]
    )
    def test_s6_a_sound_label_that_names_what_is_not_known_lets_nobody_read(self, library, release):
        made = Label("nato", "unclassified", release)
        unguarded("sharing_label")
        execute(
            "UPDATE sharing_label SET release = %s, digest = %s WHERE id = %s",
            release,
            made.digest,
            number_of_label("for Austria"),
        )
        forget()

        found = library.read()

        assert nobody_reads_more(found)
        if release != "pfp except nato":
            assert not any("for Austria" in titles for titles in found.values())

    def test_s6_a_label_of_a_level_that_is_not_known_lets_nobody_read(self, library):
        made = Label("nato", "restricted", "aut")
        unguarded("sharing_label")
        execute(
            "UPDATE sharing_label SET level = %s, digest = %s WHERE id = %s",
            made.level,
            made.digest,
            number_of_label("for Austria"),
        )
        forget()

        assert library.read() == {name: titles - {"for Austria"} for name, titles in BEFORE.items()}


class TestNothingCanBeWritten:
    @pytest.fixture
    def full(self, library):
        if connection.vendor == "sqlite":
            execute("PRAGMA query_only = ON")
        else:
            execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        return library

    def test_s6_who_reads_stays_as_it_was_where_the_database_is_read_only(self, full):
        with pytest.raises(DatabaseError):
            filed("a secret", "jpn")
        with pytest.raises(DatabaseError):
            assert_participation(statement=suspension(), reason="a test", by=BY, at=moment())

        assert full.read() == BEFORE

    @pytest.mark.sqlite
    def test_s6_nothing_is_filed_by_half_where_the_disk_is_full(self, library):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            (pages,) = cursor.fetchone()
            cursor.execute(f"PRAGMA max_page_count = {pages}")
        known = Document.objects.count()

        told = ""
        while not told:
            try:
                filed(f"a secret {known}", "jpn", summary="words " * 3_000)
            except DatabaseError as error:
                told = str(error)
            else:
                known += 1

        forget()
        found = library.read()
        assert "full" in told
        assert Document.objects.count() == known
        assert len(found["other partner"]) == known - len(library.codes)
        assert {
            name: {one for one in titles if not one.startswith("a secret")} for name, titles in found.items()
        } == BEFORE

    @pytest.mark.parametrize("how", ["its folder is a file", "its folder is gone", "its file was cut"])
    def test_s6_nobody_reads_while_the_read_log_cannot_be_written(self, library, monkeypatch, tmp_path, how):
        folder = tmp_path / "log"
        writer = Writer(folder, installation="here")
        monkeypatch.setattr(reading, "_log", lambda: writer)
        if how == "its folder is a file":
            folder.write_text("in the way")
        else:
            assert library.read() == BEFORE
            if how == "its folder is gone":
                shutil.rmtree(folder)
            else:
                (file,) = folder.iterdir()
                file.write_bytes(file.read_bytes()[:-20])

        refused = library.refused()

        assert refused["Ally"] == "read-log-unwritable"
        # after a file that was cut the next line begins another
        assert how == "its file was cut" or set(refused.values()) == {"read-log-unwritable"}
