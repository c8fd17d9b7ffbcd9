"""What becomes of a job whose worker died."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domain.jobs import ATTEMPTS, OVER, RUNS, JobState, has_gone_silent, next_state

AT = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(seconds=60)


@given(heard=st.timedeltas(timedelta(0), timedelta(days=1)))
def test_a_worker_is_taken_for_dead_from_the_end_of_the_silence_on(heard):
    assert has_gone_silent(heard_at=AT - heard, at=AT, silence=MINUTE) == (heard >= MINUTE)


@pytest.mark.parametrize(
    ("state", "attempt", "becomes"),
    [
        (JobState.QUEUED, 0, JobState.QUEUED),
        (JobState.RUNNING, 1, JobState.QUEUED),
        (JobState.RUNNING, ATTEMPTS - 1, JobState.QUEUED),
        (JobState.RUNNING, ATTEMPTS, JobState.FAILED),
        (JobState.CANCELLING, 1, JobState.CANCELLED),
        (JobState.CANCELLING, ATTEMPTS, JobState.CANCELLED),
    ],
)
def test_a_job_is_tried_again_until_it_is_given_up_or_was_to_be_cancelled(state, attempt, becomes):
    assert next_state(state, attempt=attempt) == becomes


def test_a_job_waits_is_in_hand_or_is_over():
    assert {JobState.QUEUED} | RUNS | OVER == set(JobState)
    assert not RUNS & OVER
    assert {state for state in JobState if state.is_over} == OVER
