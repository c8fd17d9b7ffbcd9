"""What holds for every request to the API: how many, from which pages, asked in which words, and what changed since."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from ninja.throttling import AnonRateThrottle

from cordiale.apps.ledger.reads import ClockMissing, seen
from cordiale.apps.register.api.request import today, viewer_of
from cordiale.apps.register.reads.installation import NoPackLoaded
from cordiale.config.api.problems import (
    ADDRESS,
    BadParameters,
    NoSuchAddress,
    TooManyRequests,
    UnknownToken,
    WrongMethod,
    problem,
)
from cordiale.config.api.root import document, release
from cordiale.ui.parameters import shown

_ANY_PAGE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, Content-Disposition",
}
_PREFLIGHT = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}

_OF_THE_LEDGER = ("", "changes", "register")
"""Routes whose answer shows where the ledger stands; the page that describes the API does so in its footer."""


_PROTECTED = "documents"
"""How the routes begin whose answers are kept by nobody."""


class ApiDoor:
    """Stands before the API and lets every other request pass.

    What is public may be read from any web page (CORS). Whoever asks too often is asked to wait. Whoever has an answer
    that still holds is told so before any work is done. HEAD is GET without the body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or pass the request on."""
        if not request.path_info.startswith(ADDRESS):
            return self.get_response(request)
        asks_what_may_be_done = request.method == "OPTIONS"
        answer = _allowed(request) if asks_what_may_be_done else _refused(request) or self._answered(request)
        for name, value in _ANY_PAGE.items():
            answer.headers[name] = value
        patch_vary_headers(answer, ["Authorization"])
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse parameters that the route's description does not name: a misspelt one would change the answer."""
        match = request.resolver_match
        if match is None or not request.path_info.startswith(ADDRESS):
            return None
        operation = document()["paths"].get(_route(match), {}).get((request.method or "").lower())
        if operation is None:
            return None
        known = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "query"}
        errors = [
            {"location": f"query.{shown(name)}", "problem": "is not known here; leave it out"}
            if name not in known
            else {"location": f"query.{name}", "problem": "is given more than once; give it once"}
            for name, values in request.GET.lists()
            if name not in known or len(values) > 1
        ]
        return problem(BadParameters(errors)) if errors else None

    def _answered(self, request: HttpRequest) -> HttpResponse:
        """Pass on what is not known to be unchanged."""
        method, reads = request.method, request.method in ("GET", "HEAD")
        request.method = "GET" if reads else method
        state = _state(request) if reads else None
        if state is not None and _has(request, state):
            answer = HttpResponse(status=304)
            del answer.headers["Content-Type"]
        else:
            answer = self.get_response(request)
        if answer.status_code == 405:
            allowed = answer.headers.get("Allow", "").replace("GET", "GET, HEAD")
            answer = problem(WrongMethod(method or "", allowed))
            answer.headers["Allow"] = allowed
        if answer.status_code in (200, 304) and state is not None:
            answer.headers["ETag"] = state
            answer.headers["Cache-Control"] = f"{'private' if viewer_of(request).person else 'public'}, no-cache"
            if request.path_info.startswith(f"{ADDRESS}rdf/"):
                patch_vary_headers(answer, ["Accept"])
        else:
            answer.headers["Cache-Control"] = "no-store"
        if method == "HEAD":
            if answer.streaming:
                answer.streaming_content = ()  # type: ignore[attr-defined]  # a StreamingHttpResponse then
            else:
                answer.headers["Content-Length"] = str(len(answer.content))
                answer.content = b""
        request.method = method
        return answer


def _allowed(request: HttpRequest) -> HttpResponse:
    """What may be done at an address, also from other web pages."""
    try:
        route = _route(resolve(request.path_info))
    except Resolver404:
        return problem(NoSuchAddress(shown(request.path)))
    methods = [method.upper() for method in document()["paths"].get(route, {"get": None})]
    allowed = ", ".join((*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"))
    return HttpResponse(status=204, headers={**_PREFLIGHT, "Allow": allowed, "Access-Control-Allow-Methods": allowed})


def _route(match: ResolverMatch) -> str:
    """An address as the document writes it."""
    return "/" + match.route.replace("<", "{").replace(">", "}")


class _Throttle(AnonRateThrottle):
    """Counts in this process alone, by token where one was sent that holds, else by address."""

    cache = caches["requests"]

    def get_ident(self, request: HttpRequest) -> str | None:
        """Who is counted; a token by its hash, as it stands in memory."""
        token = getattr(request, "token", "")
        return sha256(token.encode()).hexdigest() if token else super().get_ident(request)


def _refused(request: HttpRequest) -> HttpResponse | None:
    """A refusal when somebody asks too often, or sends what is no token."""
    too_many = _too_many(request)
    if too_many is not None or not getattr(request, "token_refused", False):
        return too_many
    answer = problem(UnknownToken())
    answer.headers["WWW-Authenticate"] = 'Bearer realm="Cordiale", error="invalid_token"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _too_many(request: HttpRequest) -> HttpResponse | None:
    """A refusal when an address asked more often than the installation answers."""
    if not settings.API_RATE:
        return None
    throttle = _Throttle(settings.API_RATE)
    if throttle.allow_request(request):
        return None
    seconds = max(1, math.ceil(throttle.wait() or 1))
    answer = problem(TooManyRequests(settings.API_RATE, seconds))
    answer.headers["Retry-After"] = str(seconds)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _state(request: HttpRequest) -> str | None:
    """The ETag of an answer: what was asked, of which state, on which day, of which program; None if nobody can say.

    Answers about the ledger itself change with every entry, all others with the register only; those that speak of
    today when no day is named change at midnight.
    """
    try:
        now, day = seen(viewer_of(request)), today(request)
    except (ClockMissing, NoPackLoaded):
        return None
    route = request.path_info.removeprefix(ADDRESS)
    if route.startswith(_PROTECTED):
        return None  # who may read changes with more than the register, and is asked anew each time
    operation = document()["paths"].get(request.path_info, {}).get("get", {"parameters": []})
    speaks_of_today = "on" not in request.GET and any(one["name"] == "on" for one in operation["parameters"])
    asked = (
        request.get_full_path(),
        request.headers.get("Accept", "") if route.startswith("rdf/") else "",
        now.hash if route in _OF_THE_LEDGER else now.register_hash,
        day.isoformat() if speaks_of_today else "",
        release(),
        _asking(request, day),
    )
    return f'"{sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def _asking(request: HttpRequest, day: date) -> tuple[str, ...]:
    """What an answer depends on beside the question when somebody in particular asks: who, with which roles, when."""
    viewer = viewer_of(request)
    if not viewer.person:
        return ()
    return viewer.name, getattr(request, "token", ""), day.isoformat(), *sorted(map(str, viewer.mandates))


def _has(request: HttpRequest, state: str) -> bool:
    """Whether the client has this answer already."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return state in {tag.removeprefix("W/") for tag in tags}
