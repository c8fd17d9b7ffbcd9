"""Every kind of page, and what a page holds: shared by the tests of pages in process and in the browser."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

MISSING = "/nowhere/"
"""An address at which there is nothing."""

KINDS = {
    "home": "/",
    "countries": "/countries/",
    "country": "/countries/fin/",
    "country with much": "/countries/rus/",
    "map": "/?on=2021-12-31",
    "map of a framework": "/?on=1994-05-09&framework=pfp",
    "timelines": "/timelines/",
    "timelines of a country": "/timelines/?by=country&party=rus",
    "standing": "/standing/rus/nrc/?on=2021-12-31",
    "conflicts": "/conflicts/",
    "two days": "/compare/?on=2024-12-31&since=2021-12-31",
    "frameworks": "/frameworks/",
    "framework": "/frameworks/eapc/",
    "framework of two": "/frameworks/nrc/",
    "agreements": "/agreements/",
    "agreement": "/agreements/esdp-2002/",
    "sources": "/sources/",
    "source": "/sources/estonian-mfa-2021/",
    "changes": "/changes/",
    "entry": "/changes/1/",
    "search": "/search/",
    "search with hits": "/search/?q=macedonia",
    "search with one hit": "/search/?q=turquie",
    "search spelled wrongly": "/search/?q=kyrgystan",
    "search without hits": "/search/?q=moscow+1997",
    "about": "/about/",
    "api": "/api/v1/",
    "contact": "/contact/",
    "accessibility": "/accessibility/",
    "not found": MISSING,
}
"""One page of each kind, with packs/nato."""

SUBJECTS = {"parties": "countries", "frameworks": "frameworks", "agreements": "agreements", "sources": "sources"}
"""Tables of a pack whose rows have a page each, and the address under which they stand."""


def addresses(pack: Path) -> list[str]:
    """Every page of an installation that has just loaded a pack."""
    others = [*EXPLORER, "/search/", "/about/", "/contact/", "/accessibility/", "/api/v1/"]
    single = [*(f"/{folder}/" for folder in SUBJECTS.values()), *others]
    subjects = [f"/{folder}/{code}/" for table, folder in SUBJECTS.items() for code in ids(pack, table)]
    return [
        "/",
        *single,
        *subjects,
        *(f"/standing/{party}/{framework}/" for party, framework in pairs(pack)),
        "/changes/1/",
    ]


EXPLORER = ("/timelines/", "/conflicts/", "/compare/", "/changes/")
"""Pages that answer a question about all parties."""


def pairs(pack: Path) -> list[tuple[str, str]]:
    """Party and framework of every standing a pack speaks of."""
    with (pack / "participation.csv").open(encoding="utf-8-sig", newline="") as lines:
        return sorted({(row["party"], row["framework"]) for row in csv.DictReader(lines)})


def ids(pack: Path, table: str) -> list[str]:
    """The ids of a table of a pack; none where the pack does not hold it."""
    file = pack / f"{table}.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [row["id"] for row in csv.DictReader(lines)]


@dataclass
class CellFound:
    """A cell of a table as a page shows it."""

    column: str = ""
    text: str = ""
    links: list[str] = field(default_factory=list)


@dataclass
class TableFound:
    """A table as a page shows it; `shown` is false where the page says that it is empty."""

    key: str
    shown: bool = False
    columns: list[str] = field(default_factory=list)
    rows: list[list[CellFound]] = field(default_factory=list)
    downloads: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Said:
    """A piece of text on a page: where it stands, and what it says.

    Args:
        inside: the classes and tags around it, the outermost first: "dl.facts", "td.column-source".
        text: the words; of an attribute that is read aloud too, such as aria-label.
        lang: the language it is said to be in, where that is not the page's.
    """

    inside: tuple[str, ...]
    text: str
    lang: str = ""


SPOKEN = ("aria-label", "title", "alt", "placeholder", "data-label", "aria-valuetext")
VOID = {"meta", "link", "br", "img", "hr", "input", "wbr", "source"}


class PageFound(HTMLParser):
    """Reads a page: its tables, its links, its headings, its texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[TableFound] = []
        self.links: list[str] = []
        self.said: list[Said] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._open: list[tuple[str, str, str]] = []
        self._cell: CellFound | None = None
        self.feed(html)
        self.close()

    @property
    def texts(self) -> str:
        """All that stands on the page, with single spaces."""
        return " ".join(" ".join(said.text for said in self.said).split())

    def heading(self, tag: str = "h1") -> str:
        """The text of the first heading of a level."""
        return " ".join(said.text.strip() for said in self.said if said.inside[-1].startswith(tag)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag != "script" or not given.get("src", "").startswith("/static/"):  # our own, as the policy allows
            self.tags.add(tag)
        self.attributes |= set(given)
        place = ".".join((tag, *classes))
        inside = (*(name for _tag, name, _lang in self._open), place)
        self.said += [Said(inside, given[name]) for name in SPOKEN if given.get(name)]
        if tag not in VOID:
            self._open.append((tag, place, given.get("lang", "")))
        if "table-block" in classes:
            self.tables.append(TableFound(given["id"].removeprefix("table-")))
        if tag == "a":
            self._link(given)
        if tag == "table":
            self.tables[-1].shown = True
        if tag == "tr" and self._within("tbody"):
            self.tables[-1].rows.append([])
        if tag in ("th", "td"):
            column = next(name.removeprefix("column-") for name in classes if name.startswith("column-"))
            if self._within("thead"):
                self.tables[-1].columns.append(column)
            else:
                self._cell = CellFound(column)
                self.tables[-1].rows[-1].append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag in ("th", "td"):
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.text += data
        if data.strip() and self._open:
            inside = tuple(name for _tag, name, _lang in self._open)
            lang = next((lang for _tag, _name, lang in reversed(self._open[1:]) if lang), "")
            self.said.append(Said(inside, data, lang))

    def _link(self, given: dict[str, str]) -> None:
        href = given.get("href", "")
        self.links.append(href)
        if "download" in given and "file" not in given.get("class", ""):
            self.tables[-1].downloads.append(href)
        if self._cell is not None:
            self._cell.links.append(href)

    def _within(self, tag: str) -> bool:
        return any(name == tag for name, _place, _lang in self._open)


def leads(page: PageFound) -> Iterator[str]:
    """Addresses of pages of our own that a page links to, without the part after #."""
    for href in page.links:
        address = href.partition("#")[0].partition("?")[0]
        if address.startswith("/") and address.endswith("/"):
            yield address
