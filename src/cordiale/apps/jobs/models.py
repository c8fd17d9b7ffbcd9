"""The tables of the jobs: the jobs themselves with their files, in the queue's database, and the steps committed.

On SQLite the queue has a file of its own, so that a heartbeat never waits for a write to the register; the steps stand
in the register's database, because each is committed together with its effect (`config/queue.py`, decision 0017).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from cordiale.domain.jobs import OVER, JobState

QUEUED = JobState.QUEUED.value
STATES = [state.value for state in JobState]
ENDS = sorted(state.value for state in OVER)
GOES_ON = sorted(state.value for state in JobState if state not in OVER)


class Job(models.Model):
    """Long work asked for by somebody, and how far it has come.

    `turn` is the task of django-tasks that may work on the job: whoever holds another was overtaken, and changes
    nothing. Numbers would be given out again after the queue is lost, and meet the steps of others: so a UUID.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    started_by = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default=QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    says = models.CharField(max_length=500, blank=True)
    checkpoint = models.JSONField(null=True)
    steps = models.IntegerField(default=0)
    attempt = models.IntegerField(default=0)
    turn = models.UUIDField()
    worker = models.CharField(max_length=64, blank=True)
    heard_at = models.DateTimeField()
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True)
    refusal = models.TextField(blank=True)

    class Meta:
        """What a job can never be."""

        db_table = "jobs_job"
        indexes = (
            models.Index(name="jobs_job_newest", fields=["-created_at"]),
            models.Index(name="jobs_job_of_somebody", fields=["started_by", "-created_at"]),
            models.Index(name="jobs_job_heard", fields=["heard_at"], condition=Q(finished_at=None)),
        )
        constraints = (
            models.CheckConstraint(name="jobs_job_state_is_known", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="jobs_job_is_finished_when_over",
                condition=Q(state__in=ENDS, finished_at__isnull=False) | Q(state__in=GOES_ON, finished_at__isnull=True),
            ),
            models.CheckConstraint(
                name="jobs_job_progress_is_sound",
                condition=Q(done__gte=0, steps__gte=0, attempt__gte=0)
                & (Q(total=0) | Q(total__gt=0, done__lte=models.F("total"))),
            ),
            models.CheckConstraint(name="jobs_job_has_a_starter", condition=~Q(started_by="") & ~Q(kind="")),
        )


class JobFile(models.Model):
    """The file a job works on: in the database, so that every machine's worker has it; it goes with the job."""

    job = models.OneToOneField(Job, on_delete=models.CASCADE, primary_key=True, related_name="file")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        """Nothing beyond the columns."""

        db_table = "jobs_file"


class JobStep(models.Model):
    """A step of a job whose effect was committed, in the very transaction of that effect: nobody takes it twice."""

    job = models.UUIDField()
    name = models.CharField(max_length=200)
    outcome = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        """One row a step."""

        db_table = "jobs_step"
        constraints = (
            models.UniqueConstraint(name="jobs_step_is_taken_once", fields=["job", "name"]),
            models.CheckConstraint(name="jobs_step_has_a_name", condition=~Q(name="")),
        )
