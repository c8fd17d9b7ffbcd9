"""S7: what an entry recorded of a document cannot be changed unseen, by whoever owns the database either."""

from __future__ import annotations

import pytest
from django.db import connection

from cordiale.apps.sharing.reads.integrity import first_altered
from cordiale.apps.sharing.writes.documents import relabel, revise
from cordiale.domain import clock
from tests.library import unguarded
from tests.makers import owner
from tests.people import DESK, now_somebody, seen
from tests.sharing import filed, label, said

TABLES = ("sharing_document_version", "sharing_document_link", "sharing_label", "sharing_document_file")


@pytest.fixture
def history(nato: None) -> None:
    """A document filed, revised and labelled anew."""
    desk = seen(now_somebody("desk@example.org", DESK, password=None), clock.now())
    code = filed("A paper", release="pfp")
    revise(code=code, said=said("A second"), by=desk, at=clock.now())
    relabel(code=code, label=label("jpn"), reason="asked for", by=desk, at=clock.now())


def test_s7_what_nobody_touched_holds(history):
    assert first_altered(owner) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sharing_document_version SET label_id = (SELECT max(id) FROM sharing_label) WHERE number = 1",
        "UPDATE sharing_document_version SET title = 'Another' WHERE number = 2",
        "UPDATE sharing_document_version SET originator = 'jpn' WHERE number = 1",
        "UPDATE sharing_document_version SET document_id = document_id, dated = '2025' WHERE number = 1",
        "UPDATE sharing_label SET release = 'jpn, pfp'",
        "UPDATE sharing_document_version SET known_from_id = known_from_id + 1 WHERE number = 1",
        "INSERT INTO sharing_document_link (version_id, kind, target, known_from_id) SELECT id, 'party', 'jpn',"
        " known_from_id FROM sharing_document_version WHERE number = 1",
        "INSERT INTO sharing_document_version (document_id, number, label_id, kind, title, summary, language,"
        " originator, dated, dated_on, controlled, known_from_id, known_to_id)"
        " SELECT document_id, 3, label_id, kind, 'Forged',"
        " summary, language, originator, dated, dated_on, controlled, known_from_id, known_from_id + 1"
        " FROM sharing_document_version WHERE number = 1",
    ],
)
def test_s7_a_document_or_label_changed_behind_the_ledger_is_found(history, statement):
    connection.check_constraints()  # those that wait for the commit would hold the tables
    unguarded(*TABLES)

    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert first_altered(owner) is not None
