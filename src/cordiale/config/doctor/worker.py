"""Whether anybody does the long work."""

from __future__ import annotations

from datetime import timedelta

from cordiale.apps.jobs.reads.progress import oldest_waiting
from cordiale.config.doctor.findings import Finding, Visit, well, wrong
from cordiale.domain.viewer import Viewer

PATIENCE = timedelta(minutes=2)
"""A job waits no longer than this for a worker that has nothing else to do; one with much to do is told as well."""


def at_work(visit: Visit) -> Finding:
    """A job that nobody takes up is the sign of a worker that is not there: an idle one beats no heart."""
    since = oldest_waiting(Viewer.system("doctor"))
    if since is None:
        return well("no job waits for a worker")
    waited = visit.at - since
    if waited < PATIENCE:
        return well("the oldest waiting job waits for less than two minutes")
    minutes = int(waited.total_seconds() // 60)
    return wrong(
        f"a job has waited for a worker for {minutes:,} minutes",
        "start `cordiale worker`, or `cordiale serve` without --without-worker; look at /jobs/ for one that hangs",
    )
