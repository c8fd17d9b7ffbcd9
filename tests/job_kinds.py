"""Kinds of job for tests: each does next to nothing, and stops or dies where a test wants it."""

from __future__ import annotations

import sys
import time

from cordiale.apps.jobs.jobs import Done, Work, job_kind
from cordiale.apps.ledger.writes import entry
from cordiale.domain import clock


class OutOfPaper(Exception):
    """A reason to refuse."""


@job_kind("test-count", title="Count")
def count(work: Work) -> Done:
    """Makes one ledger entry a step; the outcome of a step is the number of its entry."""
    done, total, numbers = work.checkpoint["done"] if work.checkpoint else 0, work.arguments["steps"], []
    if work.checkpoint:
        numbers = list(work.checkpoint["numbers"])
    while done < total:
        work.save({"done": done, "numbers": numbers}, done=done, total=total, says=f"Step {done + 1} of {total}")
        with work.step(f"step {done + 1}") as step:
            if step.fresh:
                subject = f"step:{work.job}:{done + 1}"
                with entry(by=work.by, at=clock.now(), verb="test.counted", subject=subject) as change:
                    change.record({"step": done + 1})
                step.outcome = change.number
        numbers.append(step.outcome)
        done += 1
    return Done(says=",".join(map(str, numbers)), address="/changes/")


@job_kind("test-wait", title="Wait")
def wait(work: Work) -> Done:
    """Says that it has begun, and goes on after each line on the standard input; without one, looks on for a minute."""
    print("open", flush=True)
    for looked in range(600):
        work.save(looked, done=looked, total=600, says="Waiting")
        if work.arguments.get("lines"):
            sys.stdin.readline()
        else:
            time.sleep(0.1)
    return Done(says="Nobody came.")


@job_kind("test-end", title="End", refuses=(OutOfPaper,))
def end(work: Work) -> Done:
    """Ends as it is told to."""
    how = work.arguments["how"]
    if how == "refuse":
        raise OutOfPaper("There is no paper left; buy some.")
    if how == "fail":
        raise ValueError("a secret that no page may show")
    if how == "file":
        return Done(says=(work.file or b"").decode())
    if how in ("save in a step", "step in a step"):
        with work.step("outer"):
            if how == "save in a step":
                work.save(1)
            with work.step("inner"):
                pass
    return Done(says="Done.")
