"""A worker killed before any of its database statements, twice, loses nothing and does nothing twice."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

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
        "seals": JobStep.objects.filter(job=job).count(),
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


def test_a_worker_killed_before_any_of_its_statements_loses_nothing_and_does_nothing_twice(own_database):
    """One test with many facts: the sweep takes seconds, and each worker of xdist would make it anew."""
    done = subprocess.run(
        [sys.executable, "-c", SWEEP, str(STEPS)],
        cwd=ROOT,
        env=own_database.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    first, *kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(kills) == first["statements"] > 0
    assert_every_moment_was_met(kills)
    for kill in kills:
        # done by the next worker, and no turn stays running for ever
        assert (kill["end"]["state"], kill["end"]["turn"]) == ("done", "SUCCESSFUL"), kill
        # each step is one entry, and no more
        steps = [subject for subject, _ in kill["end"]["entries"]]
        assert steps == [f"step:{kill['job']}:{step + 1}" for step in range(STEPS)], kill
        # the next worker knew what a step had come to that another committed
        assert kill["end"]["says"] == ",".join(str(number) for _, number in kill["end"]["entries"]), kill
    own_database.run_or_fail("ledger", "verify")


def assert_every_moment_was_met(kills: list[dict[str, Any]]) -> None:
    """The sweep would prove nothing if it had missed the moments that matter."""
    states = {(kill["killed"]["state"], kill["killed"]["turn"]) for kill in kills}
    assert ("queued", "RUNNING") in states, "between the claim of the queue and the beginning of the job"
    assert ("done", "RUNNING") in states, "between the end of the job and the end of its turn"
    saved = {(kill["killed"]["saved"], kill["killed"]["seals"]) for kill in kills}
    for step in range(STEPS):
        assert (step, step) in saved, f"before the effect of step {step + 1}"
        assert (step, step + 1) in saved, f"between the commit of step {step + 1} and the checkpoint after it"
