"""Begins to mail what is new, when somebody's time has come."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import connections

from cordiale.apps.desk.jobs.digests import KIND
from cordiale.apps.jobs.writes.asking import start
from cordiale.apps.sharing.reads.told import due_digests
from cordiale.apps.sharing.writes.telling import doubt
from cordiale.domain import clock
from cordiale.domain.viewer import Viewer

logger = logging.getLogger(__name__)


def start_digests_or_log() -> None:
    """Ask for the job that sends digests if one is due; what goes wrong is logged, and tried again in an hour.

    Without mail nothing is asked for. Several workers may ask at once: each digest is sent by one of them.
    """
    if not settings.MAIL_IS_SET_UP:
        return
    by = Viewer.system("digests")
    try:
        doubt(by=by, at=clock.now())
        if due_digests(by, at=clock.now()):
            start(kind=KIND, by=by, at=clock.now())
    except Exception:
        # a worker has other jobs too
        logger.exception("digests could not be begun")
        connections.close_all()
