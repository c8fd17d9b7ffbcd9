"""When people are mailed what is new: once a day or once a week, from an hour of the morning on."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

HOUR = 6
"""From which hour of the host's day a digest goes out."""
REMINDS_OF_A_PROPOSAL = timedelta(days=3)
"""How long a proposal waits before whoever may decide it is reminded."""
ROLE_ENDS_SOON = timedelta(days=14)
"""How long before its end a role is among the tasks of whoever holds it."""


class Digest(StrEnum):
    """How often somebody is mailed what is new."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


def last_due(digest: Digest, *, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The last moment not after `at` when a digest of this kind was due; None where none ever is.

    Args:
        digest: a daily one is due every day at `HOUR`, a weekly one on Mondays.
        at: any moment.
        zone: of the host.
    """
    if digest is Digest.NEVER:
        return None
    local = at.astimezone(zone)
    day = local.date() if local.hour >= HOUR else local.date() - timedelta(days=1)
    if digest is Digest.WEEKLY:
        day -= timedelta(days=day.weekday())
    return datetime(day.year, day.month, day.day, HOUR, tzinfo=zone)


def is_due(digest: Digest, *, told_at: datetime | None, at: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody's time has come: a digest was due since they were told last."""
    due = last_due(digest, at=at, zone=zone)
    return due is not None and (told_at is None or told_at < due)
