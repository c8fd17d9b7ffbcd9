"""The read log of this installation: the one writer of this process, and its heads entered in the ledger."""

from __future__ import annotations

import logging
from functools import cache

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from cordiale.apps.sharing.writes.read_log import enter_heads
from cordiale.domain import clock
from cordiale.domain.viewer import Viewer
from cordiale.engines.readlog.writing import Writer

logger = logging.getLogger(__name__)


@cache
def read_log() -> Writer:
    """The writer that all threads of this process share; it makes its file with the first line."""
    return Writer(settings.READ_LOG, installation=installation_mark(), sync=settings.READ_LOG_SYNC)


def installation_mark() -> str:
    """What tells this installation's files from another's; says nothing of the key that it comes from."""
    return salted_hmac("cordiale.read-log", "installation", algorithm="sha256").hexdigest()[:32]


def enter_heads_or_log() -> None:
    """Enter the heads of the read log in the ledger; what goes wrong is logged, and tried again in an hour."""
    try:
        grown = enter_heads(by=Viewer.system("read log"), at=clock.now(), folder=settings.READ_LOG)
    except Exception:
        # nothing that calls this may end because of it: a worker has jobs, and the doctor tells that heads are late
        logger.exception("the heads of the read log could not be entered in the ledger")
        connection.close()
    else:
        if grown:
            logger.info("the heads of %s files of the read log were entered in the ledger", grown)
