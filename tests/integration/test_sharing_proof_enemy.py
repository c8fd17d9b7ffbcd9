"""S3 and S4: a suspension leaves no reader, on any clock and in any order of writes; and the proof of it can fail.

How it is run and judged: tests/new_enemy.py. Rule: issue 6, section 3; design/standing.md, section 8.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connections

from cordiale.apps.ledger.reads import head
from cordiale.apps.sharing.models import Document
from cordiale.apps.sharing.reads.documents import count, document, newest
from cordiale.apps.sharing.reads.reading import reading
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.viewer import Viewer
from tests import new_enemy
from tests.new_enemy import Response
from tests.people import seen, somebody


def in_another_process(work):
    """Run in a thread with connections of its own, as another process would."""

    def alone():
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as one:
        return one.submit(alone).result()


def focal_point(party: str = new_enemy.PARTY):
    return seen(somebody(f"{party}@example.org", Mandate(Role.FOCAL_POINT, party)))


def test_s3_s4_five_thousand_requests_while_suspensions_come_and_go_show_and_tear_nothing(own_nato_database, tmp_path):
    found = new_enemy.run(own_nato_database, tmp_path / "seen", requests=5_000)

    assert (found.shown, found.torn) == (0, 0)
    assert found.requests >= 5_000
    assert found.suspensions > 30
    assert min(found.let_in, found.kept_out) >= 500, found
    # the suspension that began by the clock alone, two seconds after it was recorded
    assert min(found.let_in_before, found.kept_out_after) >= 50, found


@pytest.mark.long
def test_s3_s4_a_hundred_thousand_requests_show_and_tear_nothing(own_nato_database, tmp_path):
    found = new_enemy.run(own_nato_database, tmp_path / "seen", requests=100_000)

    assert (found.shown, found.torn) == (0, 0)
    assert found.requests >= 100_000
    assert found.suspensions > 600
    assert min(found.let_in, found.kept_out) >= 5_000, found


def test_s3_s4_a_decision_kept_for_a_while_is_caught(own_nato_database, tmp_path):
    found = new_enemy.run(own_nato_database, tmp_path / "seen", requests=1_000, reader="cache")

    assert found.shown > 10, found
    assert found.torn > 10, found


def test_s4_a_document_filed_after_the_number_it_was_decided_on_is_called_torn(own_nato_database, here):
    with here(own_nato_database):
        new_enemy._file("filed later")
        number = head(Viewer.public()).number
        code = Document.objects.get().code

    found = [
        new_enemy.verdict(
            own_nato_database,
            [Response(begun=number, ended=number, begun_at=0, ended_at=0, known=known, decided_at=0, shown=(code,))],
        )
        for known in (number - 1, number)
    ]

    assert [one.torn for one in found] == [1, 0]


class TestOneReading:
    def test_s3_s4_sees_nothing_of_what_was_recorded_after_it_began(self, own_nato_database, here):
        with here(own_nato_database):
            reader = focal_point()

            def enemy():
                new_enemy._suspend(datetime.now(UTC))
                new_enemy._file("secret")

            new_enemy._file("known before")
            with reading(reader) as now:
                in_another_process(enemy)
                titles = [one.title for one in newest(now).documents]
                many = count(now)
            with reading(reader) as later:
                titles_later = [one.title for one in newest(later).documents]

        assert (titles, many) == (["known before"], 1)
        assert titles_later == []

    def test_s3_refuses_by_code_what_was_shown_a_moment_ago(self, own_nato_database, here):
        with here(own_nato_database):
            reader = focal_point()
            new_enemy._file("known before")
            with reading(reader) as now:
                (shown,) = newest(now).documents
            new_enemy._suspend(datetime.now(UTC))
            with reading(reader) as now:
                found = document(now, code=shown.code)

        assert found is None
        assert now.refused == {shown.code}
