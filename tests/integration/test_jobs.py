"""Jobs: who may ask for one, see it and cancel it; what becomes of it; and what the database refuses."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, router, transaction
from django_tasks_db.models import DBTaskResult

from cordiale.apps.jobs.jobs import ledger_verify
from cordiale.apps.jobs.jobs.running import FAILED, run
from cordiale.apps.jobs.models import Job, JobFile, JobStep
from cordiale.apps.jobs.reads.kinds import NoSuchKind
from cordiale.apps.jobs.reads.progress import FileDamaged, JobNow, NoSuchJob, file_of, jobs_of, one
from cordiale.apps.jobs.writes import asking, turns
from cordiale.apps.jobs.writes.asking import FileTooLarge, JobIsOver, cancel, start
from cordiale.apps.jobs.writes.steps import step
from cordiale.apps.ledger.models import LedgerEntry
from cordiale.apps.ledger.reads import fault_of_part
from cordiale.apps.ledger.writes import entry
from cordiale.domain.jobs import ATTEMPTS, JobState
from cordiale.domain.viewer import NotPermitted, Viewer
from tests import job_kinds  # noqa: F401  # declares the kinds
from tests.databases import ROOT
from tests.viewers import ADMINISTRATOR, AUDITOR, COLLEAGUE, EVERYBODY, OUTSIDER, OWNER
from tools.installation import environment_of

pytestmark = pytest.mark.django_db(databases="__all__")

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(seconds=60)
SYSTEM = Viewer.system("test")


@pytest.fixture(autouse=True)
def known_people(settings):
    settings.VIEWER_NAMED = "tests.integration.test_jobs.viewer_named"


def viewer_named(name, *, at):
    return EVERYBODY.get(name, Viewer(name))


def asked(kind="test-count", by=OWNER, file=None, **arguments):
    return start(kind=kind, arguments=arguments or {"steps": 2}, file=file, by=by, at=AT)


def seen(viewer: Viewer, job: UUID) -> JobNow:
    """A job that its reader knows of."""
    found = one(viewer, job=job)
    assert found is not None
    return found


def take(job: UUID) -> JobNow:
    """The job after its turn, in this process."""
    run(job=job, turn=Job.objects.get(pk=job).turn, worker="here")
    return seen(SYSTEM, job)


def begun(job):
    """The job in the hands of a worker that is not heard of again."""
    turn = Job.objects.get(pk=job).turn
    turns.begin(job=job, turn=turn, worker="elsewhere", by=SYSTEM, at=AT)
    return turn


class TestAsking:
    def test_a_job_waits_as_it_was_asked_for(self):
        found = seen(OWNER, asked(steps=7))

        assert (found.state, found.kind, found.arguments) == (JobState.QUEUED, "test-count", {"steps": 7})
        assert (found.started_by, found.created_at, found.attempt) == ("person:1", AT, 0)

    def test_it_makes_no_entry(self):
        asked()

        assert not LedgerEntry.objects.exists()

    def test_a_kind_that_nobody_declared_is_refused(self):
        with pytest.raises(NoSuchKind, match=r'no kind of job "test-nothing"; there are: .*ledger-verify'):
            asked("test-nothing")

    @pytest.mark.parametrize("viewer", [OUTSIDER, AUDITOR])
    def test_whoever_may_run_no_jobs_is_refused(self, viewer):
        with pytest.raises(NotPermitted):
            asked(by=viewer)

    def test_whoever_may_not_do_the_work_is_refused(self):
        with pytest.raises(NotPermitted, match=r"ledger\.export"):
            asked("ledger-verify", by=OWNER)

    def test_a_file_that_is_too_large_is_refused(self, monkeypatch):
        monkeypatch.setattr(asking, "LARGEST_FILE", 3)

        with pytest.raises(FileTooLarge):
            asked(file=b"four")

    def test_a_job_that_is_refused_leaves_nothing_in_the_queue(self):
        with pytest.raises(NoSuchKind):
            asked("test-nothing")

        assert not DBTaskResult.objects.exists()


class TestSeeing:
    @pytest.mark.parametrize("viewer", [OWNER, ADMINISTRATOR, AUDITOR])
    def test_the_owner_and_whoever_may_see_jobs_see_one(self, viewer):
        job = asked()

        assert seen(viewer, job).id == job

    @pytest.mark.parametrize("viewer", [COLLEAGUE, OUTSIDER])
    def test_others_do_not(self, viewer):
        assert one(viewer, job=asked()) is None

    def test_everybodys_jobs_are_listed_for_those_who_may_see_them(self):
        jobs = {asked(), asked(by=COLLEAGUE)}

        assert {job.id for job in jobs_of(AUDITOR, everybody=True)} == jobs
        assert jobs_of(AUDITOR) == []
        assert [job.started_by for job in jobs_of(OWNER, everybody=True)] == ["person:1"]

    def test_the_file_of_a_job_is_its_owners(self):
        job = asked(file=b"rows")

        assert file_of(OWNER, job=job) == b"rows"
        assert file_of(COLLEAGUE, job=job) is None

    def test_a_file_that_was_changed_is_refused(self):
        job = asked(file=b"rows")
        JobFile.objects.update(content=b"other")

        with pytest.raises(FileDamaged):
            file_of(OWNER, job=job)


class TestCancelling:
    def test_a_waiting_job_is_cancelled_at_once_and_never_done(self):
        job = asked()

        assert cancel(job=job, by=OWNER, at=AT) == JobState.CANCELLED
        assert take(job).state == JobState.CANCELLED
        assert seen(OWNER, job).attempt == 0

    def test_a_running_job_is_asked_to_stop(self):
        job = asked()
        turn = begun(job)

        assert cancel(job=job, by=OWNER, at=AT) == JobState.CANCELLING
        assert turns.beat(job=job, turn=turn, by=SYSTEM, at=AT) == JobState.CANCELLING

    def test_it_is_noted_who_asked(self):
        job = asked()
        cancel(job=job, by=ADMINISTRATOR, at=AT)

        assert seen(OWNER, job).cancelled_by == "person:3"

    def test_a_job_that_ends_before_it_looks_is_done(self):
        job = asked()
        turn = begun(job)
        cancel(job=job, by=OWNER, at=AT)
        turns.end(job=job, turn=turn, state=JobState.DONE, by=SYSTEM, at=AT)

        assert seen(OWNER, job).state == JobState.DONE

    @pytest.mark.parametrize(("viewer", "refusal"), [(COLLEAGUE, NoSuchJob), (AUDITOR, NotPermitted)])
    def test_others_cannot(self, viewer, refusal):
        with pytest.raises(refusal):
            cancel(job=asked(), by=viewer, at=AT)

    def test_what_is_over_cannot_be_cancelled(self):
        job = asked()
        take(job)

        with pytest.raises(JobIsOver, match="done already"):
            cancel(job=job, by=OWNER, at=AT)


class TestATurn:
    def test_a_job_is_done_and_says_what_came_of_it(self):
        found = take(asked(steps=2))

        numbers = ",".join(map(str, LedgerEntry.objects.order_by("number").values_list("number", flat=True)))
        assert (found.state, found.outcome, found.address) == (JobState.DONE, numbers, "/changes/")

    def test_what_it_does_is_done_by_whoever_asked(self):
        take(asked())

        assert set(LedgerEntry.objects.values_list("actor", flat=True)) == {"person:1"}

    def test_the_handler_gets_the_file(self):
        assert take(asked("test-end", how="file", file=b"rows")).outcome == "rows"

    def test_a_reason_that_the_kind_names_is_told(self):
        found = take(asked("test-end", how="refuse"))

        assert (found.state, found.outcome) == (JobState.REFUSED, "There is no paper left; buy some.")

    def test_any_other_goes_to_the_log_only(self, caplog):
        found = take(asked("test-end", how="fail"))

        assert (found.state, found.outcome) == (JobState.FAILED, FAILED)
        assert "a secret that no page may show" in caplog.text

    @pytest.mark.parametrize("how", ["save in a step", "step in a step"])
    def test_a_handler_that_saves_or_steps_inside_a_step_is_mistaken(self, how, caplog):
        assert take(asked("test-end", how=how)).state == JobState.FAILED
        assert "RuntimeError" in caplog.text
        assert not JobStep.objects.exists()

    def test_whoever_lost_the_right_meanwhile_is_refused(self, monkeypatch):
        job = asked()
        monkeypatch.setitem(EVERYBODY, "person:1", Viewer("person:1"))

        found = take(job)

        assert found.state == JobState.REFUSED
        assert "jobs.run" in found.outcome

    def test_a_kind_that_is_gone_is_refused(self):
        job = asked()
        Job.objects.update(kind="test-gone")

        assert take(job).state == JobState.REFUSED

    def test_a_job_goes_on_from_what_was_saved(self):
        job = asked(steps=3)
        Job.objects.update(checkpoint={"done": 2, "numbers": [0, 0]})

        take(job)

        assert list(LedgerEntry.objects.values_list("subject", flat=True)) == [f"step:{job}:3"]

    def test_a_job_whose_committed_steps_are_gone_from_the_register_is_refused(self):
        job = asked(steps=3)
        Job.objects.update(checkpoint={"done": 2, "numbers": [0, 0]}, steps=2)

        found = take(job)

        assert found.state == JobState.REFUSED
        assert "does not hold 2 of the steps" in found.outcome

    def test_verifying_the_ledger_goes_on_after_the_entry_checked_last(self, monkeypatch):
        take(asked(steps=4))
        monkeypatch.setattr(ledger_verify, "PART", 2)
        second = LedgerEntry.objects.get(number=2)
        looked: list[int] = []

        def noted(viewer, *, after, limit):
            looked.append(after.number)
            return fault_of_part(viewer, after=after, limit=limit)

        monkeypatch.setattr(ledger_verify, "fault_of_part", noted)
        job = asked("ledger-verify", by=ADMINISTRATOR)
        Job.objects.filter(pk=job).update(checkpoint={"number": 2, "hash": second.hash})

        assert take(job).outcome.startswith("The ledger holds: 4 entries")
        assert looked == [2, 4]

    def test_an_entry_changed_after_it_was_checked_is_found(self):
        take(asked(steps=2))
        job = asked("ledger-verify", by=ADMINISTRATOR)
        Job.objects.filter(pk=job).update(checkpoint={"number": 2, "hash": "f" * 64})

        found = take(job)

        assert (found.state, found.outcome) == (
            JobState.REFUSED,
            "The ledger does not hold at entry 2: entry 2 was changed while the ledger was being checked.",
        )

    def test_the_whole_ledger_can_be_verified_by_a_job(self):
        take(asked())

        found = take(asked("ledger-verify", by=ADMINISTRATOR))

        last = LedgerEntry.objects.latest("number")
        assert (found.state, found.address) == (JobState.DONE, f"/changes/{last.number}/")
        assert last.hash in found.outcome


class TestSteps:
    def test_a_step_is_fresh_once_and_keeps_what_it_came_to(self):
        job = uuid4()
        with step(job=job, name="rows 0-10", by=SYSTEM, at=AT) as taken:
            taken.outcome = {"rows": 10}

        with step(job=job, name="rows 0-10", by=SYSTEM, at=AT) as again:
            pass

        assert (taken.fresh, again.fresh, again.outcome) == (True, False, {"rows": 10})

    def test_a_step_that_fails_leaves_neither_seal_nor_effect(self):
        job = uuid4()

        def spoilt():
            with step(job=job, name="rows", by=SYSTEM, at=AT):
                with entry(by=SYSTEM, at=AT, verb="test.done", subject="rows"):
                    pass
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            spoilt()

        assert not JobStep.objects.exists()
        assert not LedgerEntry.objects.exists()

    def test_steps_of_two_jobs_may_have_one_name(self):
        for job in (uuid4(), uuid4()):
            with step(job=job, name="rows", by=SYSTEM, at=AT) as taken:
                assert taken.fresh


class TestSilence:
    def later(self, seconds):
        return turns.queue_silent_again(silence=MINUTE, by=SYSTEM, at=AT + timedelta(seconds=seconds))

    @pytest.mark.parametrize(("seconds", "again"), [(59, False), (60, True)])
    def test_a_job_whose_worker_is_silent_for_a_minute_waits_again(self, seconds, again):
        job = asked()
        begun(job)

        assert self.later(seconds) == ([job] if again else [])
        assert seen(OWNER, job).state == (JobState.QUEUED if again else JobState.RUNNING)

    def test_a_heartbeat_is_enough(self):
        job = asked()
        turns.beat(job=job, turn=begun(job), by=SYSTEM, at=AT + timedelta(seconds=30))

        assert self.later(75) == []

    def test_a_job_in_a_long_queue_is_let_be(self):
        asked()

        assert self.later(3600) == []

    def test_a_job_whose_turn_was_claimed_and_never_begun_waits_again(self):
        job = asked()
        DBTaskResult.objects.update(status="RUNNING", started_at=AT)

        assert self.later(60) == [job]
        assert take(job).state == JobState.DONE

    def test_a_turn_claimed_just_now_is_let_be(self):
        asked()
        DBTaskResult.objects.update(status="RUNNING", started_at=AT + timedelta(seconds=59))

        assert self.later(60) == []

    def test_a_job_that_was_being_cancelled_is_cancelled(self):
        job = asked()
        begun(job)
        cancel(job=job, by=OWNER, at=AT)
        self.later(60)

        assert seen(OWNER, job).state == JobState.CANCELLED

    def test_a_job_that_kills_every_worker_is_given_up(self):
        job = asked()
        for attempt in range(ATTEMPTS):
            assert seen(OWNER, job).state == JobState.QUEUED, attempt
            begun(job)
            self.later(60)

        found = seen(OWNER, job)
        assert (found.state, found.outcome) == (JobState.FAILED, turns.GAVE_UP)

    @pytest.mark.parametrize(
        "note",
        [
            lambda job, turn: turns.beat(job=job, turn=turn, by=SYSTEM, at=AT),
            lambda job, turn: turns.save(job=job, turn=turn, checkpoint=9, done=0, total=0, says="", by=SYSTEM, at=AT),
            lambda job, turn: turns.end(job=job, turn=turn, state=JobState.DONE, by=SYSTEM, at=AT),
            lambda job, turn: turns.put_back(job=job, turn=turn, blameless=True, by=SYSTEM, at=AT),
        ],
    )
    def test_a_worker_that_was_only_slow_changes_nothing(self, note):
        job = asked()
        slow = begun(job)
        self.later(60)
        begun(job)
        before = one(OWNER, job=job)

        with pytest.raises(turns.Overtaken):
            note(job, slow)

        assert one(OWNER, job=job) == before

    def test_the_turn_of_a_slow_worker_cannot_begin_again(self):
        job = asked()
        slow = begun(job)
        self.later(60)

        assert turns.begin(job=job, turn=slow, worker="slow", by=SYSTEM, at=AT) is None


class TestPuttingBack:
    def test_a_worker_that_stops_puts_its_job_back_and_the_attempt_does_not_count(self):
        job = asked()
        turns.put_back(job=job, turn=begun(job), blameless=True, by=SYSTEM, at=AT)

        found = seen(OWNER, job)
        assert (found.state, found.attempt) == (JobState.QUEUED, 0)
        assert take(job).state == JobState.DONE

    def test_a_job_without_its_database_is_given_up_in_the_end(self):
        job = asked()
        states = [turns.put_back(job=job, turn=begun(job), blameless=False, by=SYSTEM, at=AT) for _ in range(ATTEMPTS)]

        assert states == [JobState.QUEUED] * (ATTEMPTS - 1) + [JobState.FAILED]


class TestForgetting:
    def test_old_jobs_go_with_their_files_turns_and_seals_and_others_stay(self):
        old, kept, waiting = asked(file=b"old"), asked(file=b"kept"), asked(file=b"waiting")
        take(old)
        take(kept)
        Job.objects.filter(pk=old).update(finished_at=AT - timedelta(days=1))
        JobStep.objects.filter(job=old).update(at=AT - timedelta(days=1))
        JobStep.objects.filter(job=kept).update(at=AT - timedelta(days=1))

        assert turns.forget(before=AT, by=SYSTEM, at=AT) == 1
        assert set(Job.objects.values_list("pk", flat=True)) == {kept, waiting}
        assert {bytes(file.content) for file in JobFile.objects.all()} == {b"kept", b"waiting"}
        assert set(JobStep.objects.values_list("job", flat=True)) == {kept}


@pytest.mark.parametrize(
    "values",
    [
        {"state": "sleeping"},
        {"state": "done", "finished_at": None},
        {"state": "queued", "finished_at": AT},
        {"done": 3, "total": 2},
        {"done": -1},
        {"started_by": ""},
    ],
)
def test_the_database_refuses_what_a_job_can_never_be(values):
    job = asked()

    with pytest.raises(IntegrityError), transaction.atomic(using=router.db_for_write(Job)):
        Job.objects.filter(pk=job).update(**values)


def test_the_database_refuses_a_second_seal_of_a_step():
    mark = {"job": uuid4(), "name": "rows", "at": AT}
    JobStep.objects.create(**mark)

    with pytest.raises(IntegrityError), transaction.atomic():
        JobStep.objects.create(**mark)


@pytest.mark.parametrize(
    ("setting", "value", "refusal"),
    [
        ("CORDIALE_JOB_SILENCE", "0", "a whole number of seconds"),
        ("CORDIALE_JOB_SILENCE", "1.5", "a whole number of seconds"),
        ("CORDIALE_JOB_DAYS", "never", "a whole number of days"),
    ],
)
def test_a_setting_that_is_no_number_is_refused(tmp_path, setting, value, refusal):
    done = subprocess.run(
        [sys.executable, "-c", "import cordiale.config.settings"],
        env=environment_of(tmp_path, **{setting: value}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert f"{setting} takes {refusal}" in done.stderr
