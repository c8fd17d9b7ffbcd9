"""What a search found, in the reader's words: marked where the query stands, as a list and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cordiale.apps.register.exports.tables import PAGES, Showing
from cordiale.apps.register.exports.words import language, word
from cordiale.apps.register.reads.facts import Fact
from cordiale.apps.register.reads.search import Item, Place
from cordiale.engines.search.index import Sort, Span, Text, Way, spans
from cordiale.ui.dates import shown
from cordiale.ui.tables import Cell, Column, Table

KIND = {
    "parties": lazy("Country or organisation"),
    "frameworks": lazy("Framework"),
    "programmes_menu": lazy("Programme or tool"),
    "agreements": lazy("Agreement"),
    "policies": lazy("Policy"),
    "instruments": lazy("Instrument"),
    "bodies_meetings": lazy("Meeting"),
    "sources": lazy("Source"),
}
"""What one row of a table is."""

AROUND = 80
"""Characters of a long text that are shown before what was found."""
LONGEST = 240
"""Characters of a long text that are shown."""


@dataclass(frozen=True)
class Part:
    """A piece of a text, marked where the query was found."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Line:
    """A text by which something was found, beside what it is called.

    Args:
        label: what the text is.
        parts: the text.
        language: its language where it is not the page's.
    """

    label: str
    parts: tuple[Part, ...]
    language: str = ""


@dataclass(frozen=True)
class Found:
    """A hit as the page shows it.

    Args:
        kind: what it is.
        href: where it stands.
        name: what it is called.
        language: language of the name where it is not the page's.
        about: what else tells it from others.
        lines: where else the query was found.
        is_near: whether only something spelled alike was found.
    """

    kind: str
    href: str
    name: tuple[Part, ...]
    language: str
    about: tuple[tuple[Part, ...], ...]
    lines: tuple[Line, ...]
    is_near: bool


def found(show: Showing, items: Sequence[Item], query: str) -> list[Found]:
    """Hits for the page."""
    return [_found(show, item, query) for item in items]


def _found(show: Showing, item: Item, query: str) -> Found:
    name = item.hit.entry.texts[0]
    return Found(
        kind=str(KIND[item.kind]),
        href=_href(item.place),
        name=marked(name.text, query),
        language=name.language,
        about=tuple(marked(text, query) for text in _about(show, item.fact) if text),
        lines=tuple(_lines(item.hit.texts, query)),
        is_near=item.hit.way is Way.NEAR,
    )


def hit_table(items: Sequence[Item]) -> Table:
    """Hits for a download."""
    columns = (
        Column("name", _("Name")),
        Column("kind", _("Kind")),
        Column("id", _("Id"), kind="code"),
        Column("found", _("Found in")),
        Column("found_language", _("Language of what was found"), kind="code"),
        Column("score", _("Score"), kind="number"),
    )
    return Table("hits", _("Search results"), columns, tuple(_row(item) for item in items))


def _row(item: Item) -> tuple[Cell, ...]:
    name, best = item.hit.entry.texts[0], item.hit.texts[0]
    code = str(item.fact["id"]) if "id" in item.fact.table.places else ""
    return (
        Cell(name.text, href=_href(item.place), lang=name.language or None),
        Cell(str(KIND[item.kind]), value=item.kind),
        Cell(code),
        Cell(best.text),
        Cell(best.language),
        Cell(str(item.hit.score), value=item.hit.score),
    )


def marked(text: str, query: str) -> tuple[Part, ...]:
    """A text in pieces, so that the template can mark and escape each."""
    return _parts(text, spans(text, query))


def _parts(text: str, found: Sequence[Span]) -> tuple[Part, ...]:
    parts, at = [], 0
    for start, end in found:
        parts += [Part(text[at:start], False), Part(text[start:end], True)]
        at = end
    return tuple(part for part in (*parts, Part(text[at:], False)) if part.text)


def _href(place: Place) -> str:
    page = reverse(PAGES[place.table], args=[place.id]) if place.id else reverse(place.table)
    return f"{page}#table-{place.anchor}" if place.anchor else page


def _about(show: Showing, fact: Fact) -> tuple[str, ...]:
    """What tells a row from others of its kind."""
    match fact.table.name:
        case "parties":
            return word(fact["kind"]), fact["iso3"]
        case "frameworks":
            return fact["short_name"], word(fact["kind"]), shown(fact["established"])
        case "programmes_menu":
            return (fact["acronym"],)
        case "agreements":
            return word(fact["kind"]), shown(fact["date"]), fact["place"]
        case "policies":
            return shown(fact["date"]), fact["place"]
        case "instruments":
            party = show.labels.name(("parties",), fact["party"])
            return party, word(fact["type"]), shown(fact["signed_or_agreed"]) or shown(fact["valid_from"])
        case "bodies_meetings":
            body = show.link(fact.table.columns[fact.table.places["body"]].kind.refers, fact["body"]).text
            return body, word(fact["level"]), shown(fact["date"]), fact["place"]
        case _:
            return fact["id"], fact["publisher"], shown(fact["published"])


def _lines(texts: Sequence[Text], query: str) -> Iterator[Line]:
    """Texts that are neither what the thing is called nor shown beside it anyway."""
    for text in texts:
        match text.sort:
            case Sort.OTHER_NAME:
                label = _("Name in %(language)s") % {"language": language(text.language)}
            case Sort.FORMER_NAME:
                label = _("Former name in %(language)s") % {"language": language(text.language)}
            case Sort.CODE:
                label = _("Id or acronym")
            case Sort.PROSE:
                yield Line(_("Description"), _snippet(text.text, query))
                continue
            case _:
                continue
        yield Line(label, marked(text.text, query), text.language)


def _snippet(text: str, query: str) -> tuple[Part, ...]:
    """A long text, cut around the first thing found."""
    found = spans(text, query)
    begin = max(0, found[0][0] - AROUND) if found and len(text) > LONGEST else 0
    end = begin + LONGEST
    inside = [(start - begin, stop - begin) for start, stop in found if stop <= end]
    before = (Part("…", False),) if begin else ()
    after = (Part("…", False),) if end < len(text) else ()
    return (*before, *_parts(text[begin:end], inside), *after)
