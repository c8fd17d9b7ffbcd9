"""A worker killed before any of its database statements, twice, loses nothing and does nothing twice."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.databases import ROOT

STEPS = 2

# One process loads Django, and forks a worker for each kill: a real process, killed with a real SIGKILL.
SWEEP = """
import json, os, signal, sys, traceback
from datetime import UTC, datetime

import django

django.setup()

from django.conf import settings
from django.db import connections
from django_tasks_db.models import DBTaskResult

from cordiale.apps.jobs.jobs.worker import work
from cordiale.apps.jobs.models import Job, JobStep
from cordiale.apps.jobs.reads.progress import one
from cordiale.apps.jobs.writes.asking import start
from cordiale.apps.ledger.models import LedgerEntry
from cordiale.domain import clock
from cordiale.domain.viewer import Viewer
from tests import job_kinds

STEPS = int(sys.argv[1])
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
OWNER = Viewer.system("command line")
STATEMENTS = 0
for database in settings.DATABASES.values():
    if "init_command" in database.get("OPTIONS", {}):  # a killed process needs no fsync: what it wrote stays written
        database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"


def in_a_process(act, *given):
    connections.close_all()
    process = os.fork()
    if process == 0:
        try:
            act(*given)
            sys.stdout.flush()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def die_before(statement):
    def counted(execute, *arguments):
        global STATEMENTS
        STATEMENTS += 1
        if STATEMENTS == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    for alias in connections:
        connections[alias].execute_wrappers.append(counted)


def worker(statement):
    die_before(statement)
    work(until_empty=True, parent=0)


def counting_worker():
    worker(0)
    print(json.dumps({"statements": STATEMENTS}))


def put_aside():
    DBTaskResult.objects.filter(status="READY").update(run_after=LONG_AGO.replace(year=2999))


def pass_a_minute():
    Job.objects.filter(finished_at=None).update(heard_at=LONG_AGO)
    DBTaskResult.objects.update(started_at=LONG_AGO, run_after=LONG_AGO)


def ask():
    return start(kind="test-count", arguments={"steps": STEPS}, by=OWNER, at=clock.now())


def found(job):
    row = Job.objects.get(pk=job)
    entries = LedgerEntry.objects.filter(subject__contains=str(job)).order_by("number")
    return {
        "state": row.state,
        "attempt": row.attempt,
        "saved": row.checkpoint["done"] if row.checkpoint else None,
        "marks": JobStep.objects.filter(job=job).count(),
        "entries": list(entries.values_list("subject", "number")),
        "says": one(OWNER, job=job).outcome,
        "turn": DBTaskResult.objects.get(pk=row.turn).status,
    }


def tell(**line):
    print(json.dumps(line), flush=True)


ask()
assert in_a_process(counting_worker) == 0
jobs, killed = [], []
while True:
    job = ask()
    status = in_a_process(worker, len(jobs) + 1)
    if status == 0:
        break
    assert status == -signal.SIGKILL, status
    jobs.append(job)
    killed.append(found(job))
    put_aside()
pass_a_minute()
assert in_a_process(worker, 0) == 0
pass_a_minute()
assert in_a_process(worker, 0) == 0
for number, job in enumerate(jobs):
    tell(statement=number + 1, job=str(job), killed=killed[number], end=found(job))
"""


@pytest.fixture(scope="module")
def sweep(request, _engine, _new_place, migrated_database):
    database = _engine.copy(migrated_database, *_new_place("sweep"))
    done = subprocess.run(
        [sys.executable, "-c", SWEEP, str(STEPS)],
        cwd=ROOT,
        env=database.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    yield lines[0]["statements"], lines[1:], database
    _engine.drop(database)


def test_each_statement_of_a_worker_was_once_its_last(sweep):
    statements, kills, _ = sweep

    assert [kill["statement"] for kill in kills] == list(range(1, statements + 1))


@pytest.mark.parametrize("step", range(STEPS))
def test_workers_were_killed_before_the_effect_of_each_step_and_between_its_commit_and_the_checkpoint(sweep, step):
    _, kills, _ = sweep

    seen = {(kill["killed"]["saved"], kill["killed"]["marks"]) for kill in kills}

    assert {(step, step), (step, step + 1)} <= seen


def test_workers_were_killed_between_the_claim_and_the_beginning_and_after_the_end(sweep):
    _, kills, _ = sweep

    seen = {(kill["killed"]["state"], kill["killed"]["turn"]) for kill in kills}

    assert {("queued", "RUNNING"), ("done", "RUNNING")} <= seen


def test_every_killed_job_is_done_by_the_next_worker_and_no_turn_stays_running(sweep):
    _, kills, _ = sweep

    assert {(kill["end"]["state"], kill["end"]["turn"]) for kill in kills} == {("done", "SUCCESSFUL")}


def test_every_step_of_a_killed_job_is_one_entry_and_no_more(sweep):
    _, kills, _ = sweep

    for kill in kills:
        subjects = [subject for subject, _ in kill["end"]["entries"]]
        assert subjects == [f"step:{kill['job']}:{step + 1}" for step in range(STEPS)], kill


def test_the_next_worker_knows_what_a_step_came_to_that_another_committed(sweep):
    _, kills, _ = sweep

    for kill in kills:
        assert kill["end"]["says"] == ",".join(str(number) for _, number in kill["end"]["entries"]), kill


def test_the_ledger_of_all_that_was_killed_holds(sweep):
    _, _, database = sweep

    database.run_or_fail("ledger", "verify")
