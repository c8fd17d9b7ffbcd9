"""Counts for Prometheus: requests by route, how long they took, the page cache, where the ledger stands. /metrics.

Each web process writes its counts to files of its own in a folder that all processes of one `cordiale serve` share;
whichever process is asked adds them up. PROMETHEUS_MULTIPROC_DIR names the folder, and the library reads it when it is
first imported: so it is imported here only when something is counted or asked for, and `serve` names the folder before.
"""

from __future__ import annotations

import hmac
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from cordiale.apps.ledger.reads import ClockMissing, head
from cordiale.domain.viewer import Viewer

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Histogram
    from prometheus_client.core import Metric

ADDRESS = "/metrics"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; a page from memory takes a few milliseconds, one made anew some hundred."""


@dataclass(frozen=True)
class Meters:
    """What is counted."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    page_cache: Counter


class MetricsDoor:
    """Answers `GET /metrics` to whoever has the token; to everybody else there is nothing at this address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or pass the request on."""
        if request.path_info != ADDRESS or request.method != "GET" or not _has_token(request):
            return self.get_response(request)
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

        headers = {"Cache-Control": "no-store"}
        return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST, headers=headers)


def observe(*, route: str, method: str, status: int, seconds: float, page_cache: str) -> None:
    """Count a request.

    Args:
        page_cache: "hit" or "miss"; "" for what the page cache had nothing to do with.
    """
    meters = _meters()
    meters.requests.labels(route, method, f"{status // 100}xx").inc()
    meters.seconds.labels(route).observe(seconds)
    if page_cache:
        meters.page_cache.labels(page_cache).inc()


def prepare_folder(port: int) -> None:
    """Make an empty folder for the counts of the web processes that are about to start on a port."""
    folder = settings.HOME.path / "metrics" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    os.environ[FOLDER] = str(folder)


def _has_token(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return False
    given = request.META.get("HTTP_AUTHORIZATION", "").encode("utf-8", "surrogateescape")
    return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())


@lru_cache(maxsize=1)
def _meters() -> Meters:
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()
    return Meters(
        registry,
        Counter("cordiale_requests", "Requests answered.", ("route", "method", "status"), registry=registry),
        Histogram(
            "cordiale_request_seconds", "Time until an answer was made.", ("route",), buckets=BUCKETS, registry=registry
        ),
        Counter("cordiale_page_cache", "Requests the page cache could answer.", ("outcome",), registry=registry),
    )


def _registry() -> CollectorRegistry:
    """All that is shown: the counts of every process, and what the database says now."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    shown = CollectorRegistry()
    shown.register(_Now())
    if Path(os.environ.get(FOLDER, "")).is_dir() and FOLDER in os.environ:
        MultiProcessCollector(shown)  # type: ignore[no-untyped-call]  # the library's own
    else:  # one process alone, such as a test
        shown.register(_meters().registry)
    return shown


class _Now:
    """What is not counted but read when asked for."""

    def collect(self) -> Iterator[Metric]:
        """Where the ledger stands, and which release answers."""
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        try:
            now = head(Viewer.public())
        except (DatabaseError, ClockMissing):
            now = None
        up = 0 if now is None else 1
        yield GaugeMetricFamily("cordiale_database_up", "Whether the database answers and has a ledger.", value=up)
        if now is not None:
            yield GaugeMetricFamily("cordiale_ledger_number", "The last ledger entry.", value=now.number)
            told = "The last ledger entry that changed the register."
            yield GaugeMetricFamily("cordiale_register_number", told, value=now.register_number)
        labels = {"release": version("cordiale"), "database": connection.vendor}
        yield InfoMetricFamily("cordiale", "The release that answers.", value=labels)
