"""Everything that can be found by its name, and where it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cordiale.apps.ledger.reads import seen
from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.labels import labels
from cordiale.domain.viewer import Viewer
from cordiale.engines.packs.tables import BODIES
from cordiale.engines.search.index import Entry, Hit, Index, Sort, Text

KINDS = (
    "parties",
    "frameworks",
    "programmes_menu",
    "agreements",
    "policies",
    "instruments",
    "bodies_meetings",
    "sources",
)
"""Tables whose rows can be found; between hits that are alike, the first ones come first."""


@dataclass(frozen=True)
class Place:
    """Where something stands.

    Args:
        table: whose page: "parties", "frameworks", "agreements" or "sources".
        id: of the row whose page it is; empty for the list of them all.
        anchor: the table on that page; empty for the page itself.
    """

    table: str
    id: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Item:
    """Something found.

    Args:
        hit: how it was found, and in which texts.
        fact: the row that was found.
        place: where it stands.
    """

    hit: Hit
    fact: Fact
    place: Place

    @property
    def kind(self) -> str:
        """The table it is from."""
        return self.hit.entry.kind


@dataclass(frozen=True)
class _Searched:
    """The register, ready to be searched."""

    index: Index
    items: Mapping[tuple[str, str], tuple[Fact, Place]]


def search(viewer: Viewer, *, query: str) -> list[Item]:
    """What a query finds, the best first; public, as all that can be found is.

    Raises:
        NoPackLoaded.
    """
    searched = _searched(seen(viewer).register_hash)
    return [Item(hit, *searched.items[hit.entry.kind, hit.entry.id]) for hit in searched.index.find(query)]


def suggestions(viewer: Viewer, *, query: str) -> list[str]:
    """Names that look like a query which found nothing, or nothing spelled like it; public.

    Raises:
        NoPackLoaded.
    """
    return _searched(seen(viewer).register_hash).index.suggest(query)


@lru_cache(maxsize=2)
def _searched(register_hash: str) -> _Searched:
    """Kept for each state of the register, as labels are."""
    viewer = Viewer.system("index of the register")
    reading = _Reading(viewer)
    entries, items = [], {}
    for kind in KINDS:
        for fact in facts(viewer, table=kind):
            entry = Entry(kind, str(fact.id), tuple(text for text in reading.texts(fact) if text.text))
            entries.append(entry)
            items[entry.kind, entry.id] = fact, reading.place(fact)
    return _Searched(Index(entries), items)


class _Reading:
    """What each row can be found by, and where it stands."""

    def __init__(self, viewer: Viewer) -> None:
        self._labels = labels(viewer)
        self._bodies = installation(viewer).bodies
        self._frameworks = {fact["id"]: fact for fact in facts(viewer, table="frameworks")}
        self._names: dict[str, list[Fact]] = defaultdict(list)
        for fact in facts(viewer, table="party_names"):
            self._names[fact["party"]].append(fact)

    def texts(self, fact: Fact) -> list[Text]:
        """What a row can be found by; the first is what it is called."""
        match fact.table.name:
            case "parties":
                return [Text(fact["name"]), *_codes(fact, "iso3", "iso2", "id"), *self._names_of(fact["id"])]
            case "frameworks":
                return [Text(fact["name"]), *_codes(fact, "short_name", "id"), _prose(fact, "description")]
            case "programmes_menu":
                return [Text(fact["name"]), *_codes(fact, "acronym", "id"), _prose(fact, "description")]
            case "agreements":
                parties = [self._labels.name(("parties", "frameworks"), code) for code in fact["parties"]]
                return [
                    Text(fact["title"]),
                    *_codes(fact, "id"),
                    *_details(fact, "date", "place", "kind"),
                    *_said(parties),
                ]
            case "policies":
                return [
                    Text(fact["title"]),
                    *_codes(fact, "id"),
                    *_details(fact, "date", "place"),
                    _prose(fact, "summary"),
                ]
            case "instruments":
                dates = _details(fact, "signed_or_agreed", "valid_from", "type")
                return [Text(fact["title"]), *_codes(fact, "id"), *dates, *_said([self._party(fact["party"])])]
            case "bodies_meetings":
                return [
                    Text(fact["topic"]),
                    *_details(fact, "date", "place", "level"),
                    *_said(self._body(fact["body"])),
                ]
            case _:
                return [
                    Text(fact["title"], Sort.NAME, fact["language"]),
                    *_codes(fact, "id"),
                    *_details(fact, "publisher", "published"),
                ]

    def place(self, fact: Fact) -> Place:
        """Where a row stands."""
        match fact.table.name:
            case "parties" | "frameworks" | "agreements" | "sources" as table:
                return Place(table, fact["id"])
            case "policies":
                return Place("agreements", anchor="policies")
            case "instruments":
                return Place("parties", fact["party"], "instruments")
            case "programmes_menu":
                return Place("frameworks", fact["open_to"][0], "programmes_menu")
        if fact["body"] in self._frameworks:
            return Place("frameworks", fact["body"], "bodies_meetings")
        body = self._bodies.get(fact["body"])
        if body is not None and body.parties:
            return Place("parties", body.parties[0], "bodies_meetings")
        return Place("sources", fact["source"], "bodies_meetings")

    def _names_of(self, party: str) -> Iterator[Text]:
        for fact in self._names[party]:
            sort = Sort.FORMER_NAME if fact["kind"] == "former" else Sort.OTHER_NAME
            yield Text(fact["name"], sort, fact["language"])

    def _party(self, code: str) -> str:
        return self._labels.name(("parties",), code)

    def _body(self, code: str) -> list[str]:
        framework = self._frameworks.get(code)
        if framework is not None:
            return [framework["short_name"], framework["name"]]
        return [self._labels.name((BODIES,), code)]


def _codes(fact: Fact, *columns: str) -> list[Text]:
    return [Text(fact[column], Sort.CODE) for column in columns]


def _details(fact: Fact, *columns: str) -> list[Text]:
    return [Text(str(fact[column]), Sort.DETAIL) for column in columns]


def _said(texts: list[str]) -> list[Text]:
    return [Text(text, Sort.DETAIL) for text in texts]


def _prose(fact: Fact, column: str) -> Text:
    return Text(fact[column], Sort.PROSE)
