"""Search: one field over everything that has a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cordiale.apps.register.exports.search import found, hit_table
from cordiale.apps.register.exports.words import TABLES
from cordiale.apps.register.reads.search import KINDS, Item, search, suggestions
from cordiale.apps.register.views.showing import page, showing, viewer_of
from cordiale.domain.viewer import Viewer
from cordiale.engines.search.index import LONGEST_QUERY, Way
from cordiale.ui.pages import Page
from cordiale.ui.tables import Link

HITS = 20
"""Hits on a page."""


@dataclass(frozen=True)
class Filter:
    """A kind of thing to narrow the hits to."""

    link: Link
    count: int
    current: bool


@dataclass(frozen=True)
class _Asked:
    """What the reader sent."""

    query: str
    kind: str
    number: int
    too_long: bool

    @property
    def said(self) -> str:
        """The question in words, for a download."""
        if not self.kind:
            return _("Search for: %(query)s") % {"query": self.query}
        return _("Search for: %(query)s, in: %(kind)s") % {"query": self.query, "kind": TABLES[self.kind]}

    def address(self, **changed: str) -> str:
        """The page for this question, with something changed."""
        given = {"q": self.query, "kind": self.kind, **changed}
        sent = {name: value for name, value in given.items() if value}
        return f"{reverse('search')}?{urlencode(sent)}"


def find(request: HttpRequest) -> Page:
    """What `?q=` finds, of one `kind` where one is named; `page` leads on."""
    viewer = viewer_of(request)
    asked = _asked(request)
    items = search(viewer, query=asked.query)
    chosen = [item for item in items if asked.kind in ("", item.kind)]
    last = max(1, -(-len(chosen) // HITS))
    if asked.number > last:
        raise Http404
    begin = (asked.number - 1) * HITS
    on_page = chosen[begin : begin + HITS]
    made = page(
        request,
        query="?" + asked.address().partition("?")[2],
        template="register/search.html",
        title=_("Search"),
        lead=_("Countries, frameworks, agreements, meetings and sources, by any of their names."),
        tables=(hit_table(chosen),),
        context={
            "typed": asked.query,
            "longest": LONGEST_QUERY,
            "too_long": asked.too_long,
            "hits": found(showing(viewer), on_page, asked.query),
            "count": len(chosen),
            "first": begin + 1,
            "filters": _filters(asked, items) if items else (),
            "previous": _to_page(asked, asked.number - 1) if asked.number > 1 else None,
            "next": _to_page(asked, asked.number + 1) if asked.number < last else None,
            "advice": _("Nothing is spelled like that") if chosen else _("Nothing was found"),
            **_help(viewer, asked, items),
        },
    )
    return replace(made, provenance=(asked.said, *made.provenance))


def _asked(request: HttpRequest) -> _Asked:
    """Read the question.

    Raises:
        Http404: there is no such kind, or no such page.
    """
    typed = " ".join(request.GET.get("q", "").split())
    kind, number = request.GET.get("kind", ""), request.GET.get("page", "1")
    if kind not in ("", *KINDS) or not (number.isascii() and number.isdecimal() and len(number) < 7 and int(number)):
        raise Http404
    return _Asked(typed[:LONGEST_QUERY], kind, int(number), len(typed) > LONGEST_QUERY)


def _filters(asked: _Asked, items: list[Item]) -> list[Filter]:
    """All hits, and those of each kind that has any."""
    counts = Counter(item.kind for item in items)
    every = Filter(Link(_("All"), asked.address(kind="")), len(items), current=not asked.kind)
    kinds = [kind for kind in KINDS if counts[kind] or kind == asked.kind]
    return [
        every,
        *(
            Filter(Link(str(TABLES[kind]), asked.address(kind=kind)), counts[kind], current=kind == asked.kind)
            for kind in kinds
        ),
    ]


def _to_page(asked: _Asked, number: int) -> Link:
    return Link(_("Page %(number)s") % {"number": number}, asked.address(page=str(number)))


def _help(viewer: Viewer, asked: _Asked, items: list[Item]) -> Mapping[str, list[Link]]:
    """Where to go from a query that found nothing, or nothing that is spelled like it."""
    if not asked.query or (items and items[0].hit.way is not Way.NEAR):
        return {}
    alike = [Link(name, asked.address(q=name, kind="")) for name in suggestions(viewer, query=asked.query)]
    words = asked.query.split()
    alone = [(word, len(search(viewer, query=word))) for word in dict.fromkeys(words[:6])] if len(words) > 1 else []
    return {
        "alike": alike,
        "alone": [
            Link(_("%(word)s (%(count)s)") % {"word": word, "count": count}, asked.address(q=word, kind=""))
            for word, count in alone
            if count and not items
        ],
    }
