"""When a digest is due: in the morning of the host's day, once for each day or week, whatever clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.config.mail import own_address
from cordiale.domain.telling import HOUR, Digest, is_due, last_due

ZONE = ZoneInfo("Europe/Brussels")
MOMENTS = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
SENT = st.sampled_from([Digest.DAILY, Digest.WEEKLY])
LONGEST = {Digest.DAILY: timedelta(hours=25), Digest.WEEKLY: timedelta(days=7, hours=1)}


@given(digest=SENT, at=MOMENTS)
def test_the_last_time_is_not_ahead_nor_longer_ago_than_one_turn(digest: Digest, at: datetime):
    due = last_due(digest, at=at, zone=ZONE)

    assert due is not None
    assert timedelta(0) <= at - due < LONGEST[digest]
    assert due.astimezone(ZONE).hour == HOUR
    assert digest is Digest.DAILY or due.astimezone(ZONE).weekday() == 0


@given(digest=SENT, told_at=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=30)))
def test_nobody_is_told_twice_in_one_turn_and_nobody_waits_longer(digest: Digest, told_at: datetime, later: timedelta):
    at = told_at + later

    due = is_due(digest, told_at=told_at, at=at, zone=ZONE)

    assert not is_due(digest, told_at=at, at=at, zone=ZONE)
    assert due or later < LONGEST[digest]


@given(told_at=st.none() | MOMENTS, at=MOMENTS)
def test_whoever_wants_none_is_never_told(told_at: datetime | None, at: datetime):
    assert not is_due(Digest.NEVER, told_at=told_at, at=at, zone=ZONE)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-03-29T03:59:59+00:00", "2026-03-28T05:00:00+00:00"),  # the night in which clocks go forward
        ("2026-03-29T04:00:00+00:00", "2026-03-29T04:00:00+00:00"),
        ("2026-10-25T04:59:59+00:00", "2026-10-24T04:00:00+00:00"),  # and back
        ("2026-10-25T05:00:00+00:00", "2026-10-25T05:00:00+00:00"),
    ],
)
def test_six_in_the_morning_is_what_clocks_there_show(at: str, due: str):
    found = last_due(Digest.DAILY, at=datetime.fromisoformat(at), zone=ZONE)

    assert found == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("hosts", "https", "address"),
    [
        (["partnerships.example", "x.example"], True, "https://partnerships.example"),
        ([".example", "*", "partnerships.example"], True, "https://partnerships.example"),
        (["localhost", "127.0.0.1"], False, "http://localhost:8000"),
        (["*"], False, "http://localhost:8000"),
    ],
)
def test_links_in_mails_lead_to_the_first_name_that_is_no_pattern(hosts: list[str], https: bool, address: str):
    assert own_address(hosts, https=https) == address
