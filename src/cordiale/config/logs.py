"""The log: as lines or as JSON, each with the number of its request, and without anybody's data.

What people send us (addresses, queries, bodies, cookies, headers) never reaches it: of a request it holds the name of
its route, of an error its kind and where in the code it happened; people are numbers in it, as in the ledger. An
error's words may quote what was sent and are left out, but for those of a database that is away. With CORDIALE_DEBUG,
for work on the code only, everything is written.
"""

from __future__ import annotations

import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from pythonjsonlogger.json import JsonFormatter

FIELDS = ("request_id", "route", "method", "status", "milliseconds", "who")
"""What a line may hold of a request."""
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", *FIELDS}

SAYS_NOTHING_OF_ANYBODY = (OperationalError, InterfaceError)
"""Errors whose first line is written: the database is away, full or locked, or lacks a table."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The number of the request that this thread answers, "" outside of one."""


def configured(*, form: str, accesses: bool) -> dict[str, Any]:
    """The log for Django and for the web server.

    Args:
        form: "line" or "json".
        accesses: whether each request gets a line.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "cordiale.config.logs.Line"}, "json": {"()": "cordiale.config.logs.Json"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "cordiale.security": {"level": "INFO"},
            "cordiale.access": {"level": "INFO" if accesses else "WARNING"},
            "_granian": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        },
    }


def route_of(request: HttpRequest) -> str:
    """The name of the route that answers a request: never what was asked of it. "none" when there is none."""
    match = request.resolver_match
    if match is None and request.path_info.startswith(settings.STATIC_URL):
        return "static"
    try:
        match = match or resolve(request.path_info)
    except Resolver404:
        return "none"
    return match.view_name or match.route or "none"


class Line(logging.Formatter):
    """One line for people, an error's places in the code below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        clean = _without_data(record)
        said = f"{_moment(record)} {record.levelname} {record.name} {clean.request_id or '-'} {clean.getMessage()}"
        by = ", ".join(filter(None, (getattr(clean, "who", ""), getattr(clean, "route", ""))))
        said = f"{said} ({by})" if by and record.name == "cordiale.security" else said
        return f"{said}\n{clean.exc_text}" if clean.exc_text else said


class Json(JsonFormatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The object."""
        return super().format(_without_data(record))

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Moment, level and logger first; then what there is to say."""
        log_data |= {"at": _moment(record), "level": record.levelname, "logger": record.name}
        log_data["message"] = record.getMessage()
        log_data |= {name: value for name in FIELDS if (value := getattr(record, name, "")) != ""}
        if record.exc_text:
            log_data["error"] = record.exc_text


def _without_data(record: logging.LogRecord) -> Any:
    """A copy that holds nothing but what this module says it may."""
    clean: Any = logging.makeLogRecord({name: value for name, value in vars(record).items() if name in _PLAIN})
    clean.request_id = getattr(record, "request_id", "") or request_id.get()
    clean.exc_info = clean.exc_text = clean.stack_info = None
    if record.exc_info and record.exc_info[0]:
        kind, error, where = record.exc_info
        clean.exc_text = "".join(traceback.format_exception(kind, error, where)) if settings.DEBUG else _places(error)
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest) and not settings.DEBUG:
        status = int(getattr(record, "status_code", 400))
        clean.route, clean.method, clean.status = route_of(request), known_method(request), status
        clean.msg, clean.args = f"{status} {HTTPStatus(status).phrase} in {clean.route}", ()
    return clean


def known_method(request: HttpRequest) -> str:
    """The method of a request; one that somebody thought up is "other"."""
    method = request.method or ""
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"


def _places(error: BaseException | None) -> str:
    """The kinds of an error and of those it came from, each with the places in the code; without their words."""
    told, seen = list[str](), set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        kind = type(error)
        words = f": {str(error).strip().partition(chr(10))[0]}" if isinstance(error, SAYS_NOTHING_OF_ANYBODY) else ""
        told.append("\n".join([*_frames(error.__traceback__), f"{kind.__module__}.{kind.__qualname__}{words}"]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nwhich led to\n".join(reversed(told))


def _frames(where: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(where, limit=-30)
    return [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
