"""What a handler has in hand: the job it works on, and the ways to save, to commit a step, and to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cordiale.apps.jobs.reads.progress import file_of
from cordiale.apps.jobs.writes import turns
from cordiale.apps.jobs.writes.steps import Step, step
from cordiale.domain import clock
from cordiale.domain.jobs import JobState
from cordiale.domain.viewer import Viewer

WORKER = Viewer.system("worker")
"""Who notes how far a job has come; what the job does is done by whoever started it."""

LONGEST_SENTENCE = 500


class Cancelled(BaseException):
    """Somebody asked the job to stop; what it has committed stands. No Exception, so that none is caught by mistake."""


class Stopped(BaseException):
    """This worker shuts down; another goes on from the checkpoint."""


@dataclass(frozen=True)
class Done:
    """What a job came to.

    Args:
        says: one sentence.
        address: path of the page where the result is; "" for none.
    """

    says: str
    address: str = ""

    def __post_init__(self) -> None:
        if self.address and (not self.address.startswith("/") or self.address.startswith("//")):
            raise ValueError(f"{self.address} is no path of this installation")


class Work:
    """A job in the hands of a worker.

    Attributes:
        job: id of the job.
        by: who started it, with what they may do at this moment; the handler's reads and writes are theirs.
        arguments: what was asked for.
        checkpoint: what was saved last, by this attempt or one before; None when nothing was.
        attempt: 1 at first.
    """

    def __init__(
        self, *, job: UUID, turn: UUID, begun: turns.Begun, by: Viewer, is_stopping: Callable[[], bool]
    ) -> None:
        self.job = job
        self.by = by
        self.arguments: Mapping[str, Any] = begun.arguments
        self.checkpoint: Any = begun.checkpoint
        self.attempt = begun.attempt
        self._turn = turn
        self._done, self._total = begun.done, begun.total
        self._is_stopping = is_stopping
        self._in_step = False

    @property
    def file(self) -> bytes | None:
        """The file that came with the job; None when none did.

        Raises:
            FileDamaged: it is not what was given.
        """
        return file_of(WORKER, job=self.job)

    def save(self, checkpoint: Any, *, done: int | None = None, total: int | None = None, says: str = "") -> None:
        """Keep how far the work has come; call it between steps, often enough that people see it move.

        Args:
            checkpoint: where the next attempt goes on, anything JSON can hold.
            done, total: how much of how much; left out, as before.
            says: what comes next, one sentence.

        Raises:
            Cancelled: somebody asked for that.
            Stopped: this worker shuts down.
            Overtaken: another worker has the job.
            RuntimeError: a step is open: what is saved would wait for its commit, and so would the heartbeat.
        """
        if self._in_step:
            raise RuntimeError("save between steps, not inside one")
        self._done = self._done if done is None else done
        self._total = self._total if total is None else total
        state = turns.save(
            job=self.job,
            turn=self._turn,
            checkpoint=checkpoint,
            done=min(self._done, self._total) if self._total else self._done,
            total=self._total,
            says=says[:LONGEST_SENTENCE],
            by=WORKER,
            at=clock.now(),
        )
        self.checkpoint = checkpoint
        self._leave_if_asked(state)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """One transaction for a step's effect and its seal, so that the effect is committed once, whoever is killed.

            with work.step("rows 2000-4000") as step:
                if step.fresh:
                    step.outcome = import_rows(rows, by=work.by, at=clock.now())

        Args:
            name: the same in every attempt, and different from the job's other steps.

        Raises:
            Cancelled, Stopped, Overtaken: as `save`, before the step is taken.
            RuntimeError: another step is open.
        """
        if self._in_step:
            raise RuntimeError("a step inside a step")
        self._leave_if_asked(turns.beat(job=self.job, turn=self._turn, by=WORKER, at=clock.now()))
        self._in_step = True
        try:
            with step(job=self.job, name=name, by=WORKER, at=clock.now()) as taken:
                yield taken
        finally:
            self._in_step = False

    def _leave_if_asked(self, state: JobState) -> None:
        if state == JobState.CANCELLING:
            raise Cancelled
        if self._is_stopping():
            raise Stopped
