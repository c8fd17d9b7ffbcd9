"""Gives a page again that was made before, as long as nothing was written since: a repeat costs one query.

A page shows the register as of the last ledger entry, for a day, in a language, at an address, and nothing else. The
number and hash of that entry are read from the database in the very request that is answered, before anything is
looked up, so an answer cannot be older than its question (decision 0015).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import re_accepts_gzip
from django.utils.translation import get_language_from_request

from cordiale.apps.ledger.reads import ClockMissing, head, seen
from cordiale.apps.register.reads.installation import NoPackLoaded, today
from cordiale.config.api.problems import ADDRESS
from cordiale.config.page_store import PageStore, kept
from cordiale.domain.viewer import Viewer

LONGEST_ADDRESS = 2_000
"""Characters of host, path and query; a longer address is answered, and not kept."""
VARIES_BY = {"accept-language", "accept-encoding"}
"""The headers of a request that are told apart here; a page that depends on another names it in Vary."""

_PUBLIC = Viewer.public()


class PageCache:
    """Answers anonymous readers from memory.

    It stands below whatever compresses an answer, tells 304 from 200 and sets `request.at`, and above all the rest: a
    page that is kept costs none of it. What it keeps says so itself: `Cache-Control: public`, set by `ui.pages`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.PAGE_CACHE_BYTES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.store = PageStore(room=settings.PAGE_CACHE_BYTES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer from memory, or pass the request on and keep the answer."""
        address = _address(request)
        state = None if address is None else _state(request)
        if address is None or state is None:
            return self.get_response(request)
        found = self.store.take(state, address)
        request.page_cache = "hit" if found else "miss"  # type: ignore[attr-defined]  # for who counts, in `access`
        if found is None:
            response = self.get_response(request)
            if not isinstance(response, HttpResponse) or not self.store.wants(state, address):
                return response
            if not _may_be_kept(request, response):
                return response
            found = kept(response)
            self.store.put(state, address, found)
        return found.answer(takes_gzip=bool(re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", ""))))


def _address(request: HttpRequest) -> Hashable | None:
    """What an answer depends on beside the state of the register; None when it is not for anybody to see."""
    if request.method not in ("GET", "HEAD") or "HTTP_AUTHORIZATION" in request.META or _is_known_by_cookie(request):
        return None
    if request.path_info.startswith(ADDRESS):
        return None  # the API counts who asks how often, and tells by itself that nothing changed
    try:
        host = request.get_host()
    except DisallowedHost:
        return None
    query = request.META.get("QUERY_STRING", "")
    if len(host) + len(request.path) + len(query) > LONGEST_ADDRESS:
        return None
    # citations hold absolute addresses, so scheme and host matter; the language is what LocaleMiddleware will choose
    return request.scheme, host, request.path, query, get_language_from_request(request)


def _is_known_by_cookie(request: HttpRequest) -> bool:
    """Whether the request carries a cookie by which we tell one reader from another; those of others are ignored."""
    if "HTTP_COOKIE" not in request.META:
        return False
    ours = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    return any(name in request.COOKIES for name in ours)


def _state(request: HttpRequest) -> Hashable | None:
    """Which register answers, and on which day; None when it cannot tell, which is for the page to say.

    The day decides twice: pages answer for today in the host's zone, and citations say on which day of UTC they were
    read.
    """
    at = request.at  # type: ignore[attr-defined]  # set by RequestMoment
    try:
        now, day = seen(_PUBLIC), today(_PUBLIC, at=at)
    except (ClockMissing, NoPackLoaded, DatabaseError):
        return None
    return now.number, now.hash, day, at.date()


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether an answer is anybody's, whole, and of one state of the register."""
    said = _parts(response.get("Cache-Control", ""))
    return (
        request.method == "GET"
        and response.status_code == 200
        and "public" in said
        and not said & {"private", "no-store"}
        and _parts(response.get("Vary", "")) <= VARIES_BY
        and not response.cookies
        and "CSRF_COOKIE" not in request.META  # set as soon as a page asks for its token
        and not response.has_header("Content-Encoding")
        # an entry committed while the page was made may stand on one half of it
        and head(_PUBLIC) == seen(_PUBLIC)
    )


def _parts(header: str) -> set[str]:
    return {part.strip().lower() for part in header.split(",")} - {""}
