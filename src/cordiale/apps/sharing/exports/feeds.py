"""Documents as an Atom feed: title, marking, kind, date and a link, and no more than that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language

from cordiale.apps.sharing.reads.documents import DocumentRead
from cordiale.apps.sharing.reads.words import document_path, kind_shown
from cordiale.domain.period import parse_when
from cordiale.ui.dates import shown

CONTENT_TYPE = Atom1Feed.content_type
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(
    documents: Sequence[DocumentRead],
    *,
    moments: Mapping[int, str],
    originators: Callable[[str], str],
    title: str,
    page: str,
    address: Callable[[str], str],
) -> str:
    """An Atom document: one entry for each document, in this order.

    Args:
        moments: number of an entry of the ledger to its moment.
        originators: says the name of a party.
        title: of the feed.
        page: path of the page that the feed follows; the feed itself is "feed.atom" there.
        address: makes a whole address of a path.
    """
    itself = address(f"{page}feed.atom")
    feed = Atom1Feed(
        title=_plain(title), link=address(page), description="", feed_url=itself, feed_guid=itself,
        language=get_language(),
    )  # fmt: skip
    for one in documents:
        at = datetime.fromisoformat(moments[one.entry])
        told = f"{one.marking}; {kind_shown(one.kind)}, {shown(parse_when(one.dated))}"
        feed.add_item(
            title=_plain(one.title),
            link=address(document_path(one.code)),
            description=_plain(told),
            author_name=_plain(originators(one.originator)),
            unique_id=uuid5(NAMESPACE_URL, f"urn:cordiale:document:{one.code}").urn,
            categories=[_plain(one.marking)],
            updateddate=at,
        )
    if not documents:
        # a feed says when it changed: one that holds nothing must not tell when it came to hold nothing
        feed.latest_post_date = _never  # type: ignore[method-assign]  # Django would name a day
    return feed.writeString("utf-8")


def _never() -> datetime:
    return datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _plain(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
