"""A worker: takes turns from the queue until it is told to stop, and looks after the jobs of dead workers."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import FrameType

from django.conf import settings
from django.db import connections
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from cordiale.apps.jobs.jobs.running import BEATS, Stopping
from cordiale.apps.jobs.jobs.work import WORKER
from cordiale.apps.jobs.writes.turns import forget, queue_silent_again
from cordiale.domain import clock

LOOKS = 0.5
"""Seconds between two looks at an empty queue."""
TIDIES = 3600.0
"""Seconds between two removals of old jobs, and between two turns of the hourly chore."""

logger = logging.getLogger("cordiale.jobs")


class Worker(QueueWorker):
    """Drains the queue as django-tasks does, and looks after silent jobs between two turns.

    Args:
        chore: what is to be done once an hour besides; it must not raise.
    """

    def __init__(self, chore: Callable[[], None] | None = None) -> None:
        super().__init__(
            queue_names=["default"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}",
            excluded_queue_names=[],
        )
        self._look_after_at = self._tidy_at = self._chore_at = time.monotonic()
        self._chore = chore

    def run_task(self, db_task_result: DBTaskResult[..., None]) -> None:
        """Take a turn, then look after the others: the queue may never run empty."""
        super().run_task(db_task_result)
        self.look_after()

    def look_after(self) -> None:
        """When it is time: queue silent jobs again, and remove old ones."""
        now = time.monotonic()
        silence: timedelta = settings.JOB_SILENCE
        if now >= self._look_after_at:
            self._look_after_at = now + silence.total_seconds() / BEATS
            for job in queue_silent_again(silence=silence, by=WORKER, at=clock.now()):
                logger.warning("job %s was silent; its worker is taken for dead", job)
        if now >= self._tidy_at:
            self._tidy_at = now + TIDIES
            at = clock.now()
            forget(before=at - settings.JOB_DAYS, by=WORKER, at=at)
        if self._chore and now >= self._chore_at:
            self._chore_at = now + TIDIES
            self._chore()

    def ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        """After the step in hand, put the job back and end."""
        Stopping.asked = True
        self.running = False


def work(
    *,
    until_empty: bool,
    parent: int,
    chore: Callable[[], None] | None = None,
    last: Callable[[], None] | None = None,
) -> None:
    """Work until told to stop by SIGTERM or SIGINT, or until the process that started this one is gone.

    Args:
        until_empty: stop when the queue is empty.
        parent: the process to outlive for no longer than the step in hand; 0 for none.
        chore: what apps above this one have done at the start and once an hour; it must not raise.
        last: what they have done in the end; it must not raise.
    """
    worker = Worker(chore)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.ask_to_stop)
    if parent:
        threading.Thread(target=_watch, args=(parent, worker), name="parent", daemon=True).start()
    try:
        while True:
            worker.look_after()
            worker.run()
            if until_empty or Stopping.asked:
                return
            time.sleep(LOOKS)
    finally:
        if last:
            last()
        connections.close_all()


def _watch(parent: int, worker: Worker) -> None:
    """A worker whose parent was killed belongs to nobody, and another is started in its place."""
    while os.getppid() == parent:
        time.sleep(LOOKS)
    worker.ask_to_stop(signal.SIGTERM, None)
