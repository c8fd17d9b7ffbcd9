"""S10: what the law has us erase is gone, from every table and file, and ledger and read log still hold.

Rule: issue 6, section 3; design/standing.md, section 8, S10.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from cordiale.apps.ledger.reads import content, entries, fault, head
from cordiale.apps.ledger.writes import erase_content
from cordiale.apps.people.writes.erasing import erase_person
from cordiale.apps.sharing.reads import reading
from cordiale.apps.sharing.writes.documents import file_document
from cordiale.apps.sharing.writes.read_log import enter_heads, entered_heads
from cordiale.domain.roles import Mandate, Role
from cordiale.engines.readlog.verifying import verify
from cordiale.engines.readlog.writing import Writer
from tests.databases import OwnDatabase
from tests.integration.test_personal_data import places_of
from tests.library import BY, LONG_AGO, label, moment, said, shown
from tests.people import seen, somebody

NAME, EMAIL = "Quirinius Unverwechselbar", "quirinius@elsewhere.example"


@pytest.fixture
def log(tmp_path, monkeypatch) -> Writer:
    writer = Writer(tmp_path / "readlog", installation="here")
    monkeypatch.setattr(reading, "_log", lambda: writer)
    return writer


def a_document_and_its_reader() -> tuple[int, int]:
    """A person who read a document, and the entry that filed it and tells their name in its content."""
    person = somebody(EMAIL, Mandate(Role.FOCAL_POINT, "aut"), name=NAME, at=moment() - LONG_AGO)
    file_document(said=said("A paper"), label=label("pfp"), reason=f"{NAME} asked for it", by=BY, at=moment())
    number = head(BY).number
    assert shown(seen(person, moment())) == {"A paper"}
    return person, number


def vacuumed(database: OwnDatabase) -> bytes:
    """All that the files of the database hold once what was deleted is gone for good; empty on PostgreSQL."""
    if database.is_postgres:
        return b""
    with closing(database.connect()) as raw:
        raw.execute("VACUUM")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    folder = Path(database.name).parent
    return b"".join(file.read_bytes() for file in folder.glob("cordiale.sqlite3*"))


def test_s10_what_is_erased_of_a_reader_and_a_document_is_gone_and_both_chains_hold(own_nato_database, here, log):
    with here(own_nato_database):
        person, number = a_document_and_its_reader()
        enter_heads(by=BY, at=moment(), folder=log.folder)
        assert {"ledger_content.content", "people_person.name"} <= set(places_of(NAME))

        erase_content(number=number, reason="article 17", by=BY, at=moment())
        erase_person(person=person, reason="article 17", by=BY, at=moment())

        assert places_of(NAME, EMAIL) == []
        assert content(BY, number=number) is None
        assert fault(BY) is None
        (checked,) = verify(log.folder, entered_heads(BY))
        assert (checked.checked.fault, checked.checked.lines) == (None, 1)
        connection.close()
    log.close()
    (file,) = log.folder.iterdir()
    for kept in (vacuumed(own_nato_database), file.read_bytes()):
        assert NAME.encode() not in kept
        assert EMAIL.encode() not in kept


def test_s10_who_read_what_is_still_told_by_number(own_nato_database, here, log):
    with here(own_nato_database):
        person, _number = a_document_and_its_reader()
        erase_person(person=person, reason="article 17", by=BY, at=moment())
        log.close()

        (file,) = log.folder.iterdir()
        assert f'"who":"person:{person}"' in file.read_text("utf-8")
        assert [one.verb for one in entries(BY)][-1] == "people.erased"


def test_s10_whoever_was_erased_reads_nothing_any_more(own_nato_database, here, log):
    with here(own_nato_database):
        person, _number = a_document_and_its_reader()
        viewer = seen(person, moment())

        erase_person(person=person, reason="article 17", by=BY, at=moment())

        assert shown(viewer) == set()
