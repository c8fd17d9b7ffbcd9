"""Gives each request a number, and counts and logs it, if the installation wants that: by route, never by who asks."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cordiale.config import metrics
from cordiale.config.logs import known_method, request_id, route_of

log = logging.getLogger("cordiale.access")
HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")


class Access:
    """Stands above all that answers a request, and sees each from its beginning to its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; an answer that says that we failed carries its number."""
        started = time.perf_counter()
        number = _number(request)
        token = request_id.set(number)
        try:
            response = self.get_response(request)
            if response.status_code >= 500:  # what a reader reports can be found in the log; other answers stay equal
                response.headers[HEADER] = number
            if settings.ACCESS_LOG or settings.METRICS_TOKEN:
                _tell(request, response.status_code, time.perf_counter() - started)
        finally:
            request_id.reset(token)
        return response


def _number(request: HttpRequest) -> str:
    """The number that a proxy of ours gave the request, or a new one: nobody else may choose what our log says."""
    given = request.headers.get(HEADER, "")
    if settings.NINJA_NUM_PROXIES and WELL_FORMED.fullmatch(given):
        return given
    return uuid.uuid4().hex


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    route, method = route_of(request), known_method(request)
    if settings.METRICS_TOKEN:
        metrics.observe(
            route=route,
            method=method,
            status=status,
            seconds=seconds,
            page_cache=getattr(request, "page_cache", ""),
        )
    if settings.ACCESS_LOG:
        milliseconds = round(seconds * 1_000, 1)
        fields = {"route": route, "method": method, "status": status, "milliseconds": milliseconds}
        log.info("%s %s %s %s ms", method, route, status, milliseconds, extra=fields)
