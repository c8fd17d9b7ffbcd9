"""Long lists page by page: a cursor remembers the last item read, so nothing is skipped when rows arrive."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpRequest

Item = TypeVar("Item")
Key = tuple[str | int, ...]


class BadCursor(ValueError):
    """A cursor that no page of this list gave out."""

    code = "bad-cursor"

    def __init__(self) -> None:
        super().__init__("This is no cursor of this list; take the one in `next` of the page before, or leave it out.")


@dataclass(frozen=True)
class Order(Generic[Item]):
    """In which order a list stands.

    Args:
        key: tells its items apart and rises from one to the next.
        kinds: of what the parts of a key are, text or whole numbers.
    """

    key: Callable[[Item], Key]
    kinds: tuple[type[str] | type[int], ...]

    def last_read(self, cursor: str | None) -> Key | None:
        """The key of the last item read; None for a first page.

        Raises:
            BadCursor: no page of this list gave it out.
        """
        if cursor is None:
            return None
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (ValueError, RecursionError):
            raise BadCursor from None
        if not isinstance(key, list) or tuple(type(part) for part in key) != self.kinds:
            raise BadCursor
        if any(isinstance(part, int) and not 0 <= part < 2**63 for part in key):
            raise BadCursor
        return tuple(key)

    def rest(self, found: Sequence[Item], cursor: str | None) -> list[Item]:
        """What a whole list holds behind the last item read.

        Raises:
            BadCursor: as above.
        """
        last = self.last_read(cursor)
        return [item for item in found if last is None or self.key(item) > last]

    def page(
        self, request: HttpRequest, rest: Sequence[Item], *, limit: int, show: Callable[[Item], Any]
    ) -> dict[str, Any]:
        """A page as it is answered: its items, and how to get the next one.

        Args:
            request: for this page; the next one has its address with another cursor.
            rest: the items behind the last one read; one more than the limit is enough.
            limit: how many a page holds at most.
            show: an item as JSON holds it.
        """
        items = rest[:limit]
        following = None
        if len(rest) > limit:
            cursor = written(self.key(items[-1]))
            following = {"cursor": cursor, "link": link(request, cursor=cursor)}
        return {"items": [show(item) for item in items], "next": following}


def link(request: HttpRequest, **changed: str | int) -> str:
    """The address of this request with some parameters changed."""
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = str(value)
    return f"{request.path}?{query.urlencode()}"


def written(key: Key) -> str:
    """A key as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")
