"""A worker that is killed while it imports a workbook, wherever that is, leaves all of it to the next, once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from cordiale.apps.desk.models import Upload
from cordiale.apps.desk.writes.uploads import keep_upload
from cordiale.apps.jobs.models import Job
from cordiale.apps.jobs.writes.asking import start as ask
from cordiale.apps.ledger import reads as ledger
from cordiale.apps.ledger.models import LedgerEntry
from cordiale.apps.people.models import Person
from cordiale.apps.people.reads.viewers import viewer_of
from cordiale.apps.people.writes.grants import grant
from cordiale.apps.register.models import EventVersion
from cordiale.apps.register.reads.integrity import first_altered
from cordiale.domain import clock
from cordiale.domain.roles import Mandate, Role
from tests.makers import AT, load, owner, small_pack
from tests.processes import kill, start

ROWS = 400
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

WORKER = """
import sys
import django

django.setup()

from cordiale.apps.desk.jobs import workbooks as jobs
from cordiale.apps.jobs.jobs.worker import work

WHERE = sys.argv[1]
real = getattr(jobs, WHERE)


def stops_here(*given, **named):
    done = real(*given, **named) if WHERE == "take" else None
    print("ready", flush=True)
    sys.stdin.readline()
    return done or real(*given, **named)


setattr(jobs, WHERE, stops_here)
work(until_empty=True, parent=0)
"""

MOMENTS = {
    "before it compares": "_compare",
    "before it writes": "chosen",
    "after it wrote and before that is committed": "take",
    "after that is committed": "Done",
}


def workbook() -> bytes:
    """Events that nobody has recorded, as somebody's own list would name them."""
    lines = ["id,date,title,kind,source"]
    lines += [f"event-{number},2020-01-{number % 28 + 1:02},Event {number},visit,gazette" for number in range(ROWS)]
    return "\n".join(lines).encode()


@pytest.fixture
def asked(own_database, here, tmp_path) -> Any:
    """A desk officer has asked for the import."""
    with here(own_database):
        load(small_pack(tmp_path / "small"))
        person = Person.objects.create(email="officer@example.org", name="Officer", created_at=AT)
        mandate, day = Mandate(Role.DESK_OFFICER), AT.date()
        grant(person=person.pk, mandate=mandate, from_on=day, until_on=None, reason="test", by=owner, at=AT)
        officer = viewer_of(owner, person=person.pk, at=clock.now())
        upload = keep_upload(
            table="events", name="events.csv", content=workbook(), encoding="", by=officer, at=clock.now()
        )
        arguments: dict[str, Any] = {"upload": upload, "lines": None, "for_the_file": [], "reason": "the year"}
        return ask(kind="workbook-import", arguments=arguments, by=officer, at=clock.now())


@pytest.mark.parametrize("where", MOMENTS.values(), ids=MOMENTS)
def test_a_killed_import_is_done_once_by_the_next_worker(own_database, here, asked, where):
    kill(start(own_database, WORKER, where))
    with here(own_database):  # a minute passes
        Job.objects.filter(finished_at=None).update(heard_at=LONG_AGO)
        DBTaskResult.objects.update(started_at=LONG_AGO, run_after=LONG_AGO)

    own_database.run_or_fail("worker", "--until-empty")

    with here(own_database):
        entries = list(LedgerEntry.objects.filter(verb="register.imported").values_list("number", flat=True))
        assert Job.objects.get(pk=asked).state == "done", Job.objects.get(pk=asked).refusal
        assert entries == [Upload.objects.get().entry_id]
        assert EventVersion.objects.filter(named__code__startswith="event-", known_to=None).count() == ROWS
        assert (ledger.fault(owner), first_altered(owner)) == (None, None)
