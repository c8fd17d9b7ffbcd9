"""Tells a load balancer or a supervisor whether this process can answer: /healthz and /readyz."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from cordiale.apps.ledger.reads import ClockMissing, head
from cordiale.domain.viewer import Viewer

log = logging.getLogger(__name__)
_PUBLIC = Viewer.public()


class Health:
    """Answers above everything else, at two addresses, GET and HEAD.

    Checks come by IP address and without HTTPS, so neither the name asked for nor the scheme matters here; nothing
    counts how often they come, and nothing of their answers is kept. They reveal the ledger's number, which every
    page shows, and not why something fails: that stands in the log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.migrated = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or pass the request on."""
        checks = {"/healthz": self._healthy, "/readyz": self._ready}
        check = checks.get(request.path_info) if request.method in ("GET", "HEAD") else None
        if check is None:
            return self.get_response(request)
        try:
            status, said = check()
        except (DatabaseError, ClockMissing) as error:
            log.warning("%s fails", request.path_info, exc_info=error)
            status, said = 503, {"status": "unavailable"}
        body = json.dumps(said).encode()
        return HttpResponse(
            b"" if request.method == "HEAD" else body,
            status=status,
            content_type="application/json",
            headers={"Cache-Control": "no-store", "Content-Length": str(len(body))},
        )

    def _healthy(self) -> tuple[int, dict[str, object]]:
        """One query: the database answers, and has a ledger."""
        return 200, {"status": "ok", "ledger": head(_PUBLIC).number}

    def _ready(self) -> tuple[int, dict[str, object]]:
        """As `_healthy`, and the tables are those of this release; once they were, that stays so for this process."""
        if not self.migrated:
            executor = MigrationExecutor(connection)
            self.migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self._healthy() if self.migrated else (503, {"status": "migrations missing"})
