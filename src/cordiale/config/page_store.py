"""Keeps finished pages in the memory of one process: those of one state of the register, in a bounded room."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from operator import itemgetter
from threading import Lock

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers, set_response_etag

TIMES_ASKED = 2
"""From which request on a page is kept: what one reader asks once is not worth the room."""
ADDRESSES = 8_192
"""For how many addresses it is counted how often they were asked for; then the rarer half is forgotten."""
SAMPLE = 8 * ADDRESSES
"""After how many requests all counts are halved, so that yesterday's favourites give way."""
LARGEST_PART = 16
"""A page may take one part in so many of the room."""
OVERHEAD = 1_500
"""Bytes that a page costs beside its body, headers and address: Python's objects around them."""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A finished answer.

    Args:
        body: compressed, or as it is where compressing does not make it smaller.
        headers: of the answer with the body as it is kept.
        plain: of the answer with the body as it is; the same when it is kept so.
        compressed: whether the body is.
    """

    body: bytes
    headers: dict[str, str]
    plain: dict[str, str]
    compressed: bool

    @property
    def size(self) -> int:
        """How many bytes it takes, roughly."""
        told = {id(headers): headers for headers in (self.headers, self.plain)}.values()
        return len(self.body) + sum(len(name) + len(value) for each in told for name, value in each.items()) + OVERHEAD

    def answer(self, *, takes_gzip: bool) -> HttpResponse:
        """The answer, for a client that takes gzip or one that does not."""
        if takes_gzip or not self.compressed:
            return HttpResponse(self.body, headers=self.headers)
        return HttpResponse(gzip.decompress(self.body), headers=self.plain)


def kept(response: HttpResponse) -> KeptPage:
    """An answer made ready to be given again; nobody has compressed it yet."""
    if not response.has_header("ETag"):
        set_response_etag(response)
    patch_vary_headers(response, ("Accept-Encoding",))
    body, headers = response.content, dict(response.items())
    small = gzip.compress(body, compresslevel=6, mtime=0)
    plain = headers | {"Content-Length": str(len(body))}
    if len(small) >= len(body):
        return KeptPage(body, plain, plain, compressed=False)
    # the same tag for both, weak as the two differ in their bytes; as Django's GZipMiddleware does
    told = headers | {
        "Content-Length": str(len(small)),
        "Content-Encoding": "gzip",
        "ETag": f"W/{headers['ETag'].removeprefix('W/')}",
    }
    return KeptPage(small, told, plain, compressed=True)


class PageStore:
    """Finished pages of one state of the register, for all threads of this process.

    The first question in another state empties it. When it is full, the page that was asked for least recently
    gives way, but only to one that was asked for more often: anybody can think up addresses without end, as pages
    ignore what they do not know behind the "?", and a flood of those must not drive out what people read. So how
    often an address was asked for is counted for more addresses than are kept, and beyond a change of the state.

    Args:
        room: bytes that the pages may take together.
    """

    def __init__(self, *, room: int) -> None:
        self.room = room
        self.taken = 0
        self._lock = Lock()
        self._state: Hashable = None
        self._pages: OrderedDict[Hashable, KeptPage] = OrderedDict()
        self._asked: dict[int, int] = {}
        self._since_halved = 0

    def __len__(self) -> int:
        return len(self._pages)

    def take(self, state: Hashable, address: Hashable) -> KeptPage | None:
        """The page at an address in a state, None when it is not kept; counts that it was asked for."""
        with self._lock:
            if state != self._state:
                self._pages.clear()
                self._state, self.taken = state, 0
            self._count(address)
            page = self._pages.get(address)
            if page is not None:
                self._pages.move_to_end(address)
            return page

    def wants(self, state: Hashable, address: Hashable) -> bool:
        """Whether a page at this address would be kept, if there is room."""
        with self._lock:
            return state == self._state and self._times(address) >= TIMES_ASKED

    def put(self, state: Hashable, address: Hashable, page: KeptPage) -> bool:
        """Keep a page, if the store still is of that state and the page is worth its room; whether it was."""
        size = page.size
        with self._lock:
            if state != self._state or size > self.room // LARGEST_PART:
                return False
            self._drop(address)
            while self.taken + size > self.room:
                least_recent = next(iter(self._pages))
                if self._times(least_recent) >= self._times(address):
                    return False
                self._drop(least_recent)
            self._pages[address] = page
            self.taken += size
            return True

    def _drop(self, address: Hashable) -> None:
        page = self._pages.pop(address, None)
        if page is not None:
            self.taken -= page.size

    def _times(self, address: Hashable) -> int:
        return self._asked.get(hash(address), 0)

    def _count(self, address: Hashable) -> None:
        self._asked[hash(address)] = self._times(address) + 1
        self._since_halved += 1
        if self._since_halved >= SAMPLE:
            self._asked = {each: times // 2 for each, times in self._asked.items() if times > 1}
            self._since_halved = 0
        if len(self._asked) > ADDRESSES:
            by_times = sorted(self._asked.items(), key=itemgetter(1), reverse=True)
            self._asked = dict(by_times[: ADDRESSES // 2])
