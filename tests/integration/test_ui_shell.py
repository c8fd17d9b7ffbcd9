"""The base page and every component: what each page of the product can count on."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import html5lib  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.http import HttpRequest
from django.template import engines
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler  # type: ignore[import-untyped]  # it ships no types

import cordiale.ui
from cordiale.ui.maps import Drawing, Painted, edition
from cordiale.ui.tables import Cell, Column, Link, Table, cells
from cordiale.ui.timelines import Bar, Group, Mark, Row, Timeline
from tests.architecture.test_addresses import FILES

pytestmark = pytest.mark.django_db  # the context of every page asks the register for its name

UI = Path(cordiale.ui.__file__).parent
TEMPLATES = sorted((UI / "templates").rglob("*.html"))
COMPONENTS = {path.stem for path in TEMPLATES if path.parent.name == "cotton"}

SITE: dict[str, Any] = {
    "name": "Cordiale",
    "release_lead": "Releasable to partners",
    "release_line": "register as of 31 December 2021",
    "nav": [
        SimpleNamespace(label="Register", href="/", current=False),
        SimpleNamespace(label="Countries", href="/countries/", current=True),
    ],
    "disclaimer": "Names do not imply endorsement.",
    "footer_links": [SimpleNamespace(label="Accessibility statement", href="/accessibility/")],
    "register_line": "Register entry 1 · recorded 24 Nov 2026",
}
SOURCES = (Link("S1", "https://example.org/one"), Link("S2", "https://example.org/two"))
TABLE = Table(
    key="participation",
    caption="Participation in frameworks",
    columns=(
        Column("framework", "Framework"),
        Column("status", "Status", help="What holds."),
        Column("source", "Source"),
    ),
    rows=(
        (
            Cell("Partnership for Peace", href="/frameworks/pfp/", shape="square"),
            Cell("In force", tone="ok", note="attested for 2021"),
            Cell(links=SOURCES),
        ),
        cells(Cell("Dialogue méditerranéen", lang="fr"), "<script>alert(1)</script>", 12),
    ),
    help="One row a framework.",
)
DAY = date(1995, 2, 10)
TIMELINE = Timeline(
    [Group("PfP", (Row("Austria", "square", (Bar(DAY, date(2021, 1, 1), "in-force", "In force"),)),))],
    first=date(1994, 1, 10),
    last=date(2022, 1, 1),
    on=date(2021, 12, 31),
    on_text="31 December 2021",
    marks=[Mark(date(1994, 1, 10), "PfP")],
)
PAGE = """{% extends "ui/base.html" %}
{% block title %}Austria{% endblock %}{% block h1 %}Austria{% endblock %}{% block lead %}One sentence.{% endblock %}
{% block content %}<c-table :table="table" download="/countries/AUT/" />{% endblock %}"""
# One use of each component, and what must come out of it.
USES = {
    "breadcrumbs": (
        '<c-breadcrumbs :items="crumbs" />',
        ['<a href="/">Register</a>', '<span aria-current="page">Austria</span>'],
    ),
    "facts": ('<c-facts :facts="facts" />', ["<dt>Name</dt>", '<bdi lang="fr">Autriche</bdi>']),
    "help": ('<c-help summary="Why?">Because.</c-help>', ['<details class="help">', "Why?", "Because."]),
    "map": (
        '<c-map :drawing="drawing" title="World" description="A country.">Legend</c-map>',
        ['<title id="map-title">World</title>', '#FIN"', "map-square map-in-force", "Legend"],
    ),
    "notice": (
        '<c-notice tone="warn" title="Note" role="status">Text.</c-notice>',
        ['class="notice notice-warn" role="status"', "Note", "Text."],
    ),
    "pager": (
        '<c-pager :previous="link" :next="link" />',
        ['rel="prev" href="/countries/AUT/"', 'rel="next" href="/countries/AUT/"'],
    ),
    "panel": (
        '<c-panel title="Facts" level="3" id="facts">Text.</c-panel>',
        ['<section class="panel" id="facts">', '<h3 class="panel-title">Facts</h3>', "Text."],
    ),
    "shape": ('<c-shape name="disc" />', ['class="shape shape-disc"', "<circle", 'aria-hidden="true"']),
    "table": ('<c-table :table="table" />', ['<caption class="visually-hidden">Participation in frameworks</caption>']),
    "timeline": (
        '<c-timeline :timeline="timeline" title="Episodes" description="One." :legend="legend">Files</c-timeline>',
        ['<title id="timeline-title">Episodes</title>', "Austria", "bar map-square bar-in-force", "In force", "Files"],
    ),
    "tag": ('<c-tag tone="ok">In force</c-tag>', ['<span class="tag tag-ok">In force</span>']),
}


def render(source: str, **context: Any) -> str:
    """The page from a template's source, by way of the loader that knows the components."""
    template = engines["django"].from_string(CottonCompiler().process(source))
    return template.render({"frame": SITE, **context}, HttpRequest())


def document(page: str) -> Any:
    """The page as a browser builds it; whatever is not HTML fails."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


@pytest.fixture
def page() -> str:
    return render(PAGE, table=TABLE, breadcrumbs=[Link("Register", "/"), Link("Austria")])


def test_the_skip_link_is_the_first_thing_in_the_page_and_leads_to_its_content(page):
    tree = document(page)

    first = tree.find("body")[0]

    assert first.tag == "a"
    assert first.get("href") == "#main"
    assert tree.find(".//main").get("id") == "main"


def test_only_the_current_item_of_the_navigation_says_so(page):
    links = document(page).findall(".//nav[@class='nav']//a")

    assert {link.text: link.get("aria-current") for link in links} == {"Register": None, "Countries": "page"}


def test_the_navigation_is_a_plain_list_that_a_details_folds_without_script(page):
    nav = document(page).find(".//nav[@class='nav']")

    assert [child.tag for child in nav.find("div")] == ["details", "ul"]
    assert nav.find(".//details").get("open") is None


def test_the_page_says_what_it_is_to_whom_it_may_be_shown_and_on_which_register_it_stands(page):
    tree = document(page)
    text = " ".join("".join(tree.itertext()).split())

    assert tree.find(".//title").text == "Austria – Cordiale"
    assert tree.find(".//h1").text == "Austria"
    for line in ("Releasable to partners · register as of", SITE["disclaimer"], SITE["register_line"]):
        assert line in text


@pytest.mark.parametrize("frame", [{}, None, {"nav": []}])
def test_a_page_stands_without_anything_said_about_its_site(frame):
    tree = document(render(PAGE, table=TABLE, frame=frame))

    assert tree.find(".//title").text == "Austria – Cordiale"
    assert tree.find(".//nav[@class='nav']") is None


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_the_page_names_its_language_and_direction(language, direction):
    with translation.override(language):
        root = document(render(PAGE, table=TABLE))

    assert (root.get("lang"), root.get("dir")) == (language, direction)


def test_a_page_holds_nothing_of_one_reader_so_that_it_can_be_cached(page):
    assert "csrf" not in page
    assert "nonce" not in page


def test_a_table_has_scoped_headers_and_a_header_to_every_row(page):
    table = document(page).find(".//table")

    assert [head.get("scope") for head in table.findall("thead//th")] == ["col"] * 3
    assert [[cell.tag for cell in row] for row in table.findall("tbody/tr")] == [["th", "td", "td"]] * 2
    assert {head.get("scope") for head in table.findall("tbody//th")} == {"row"}


def test_a_table_stays_a_table_when_style_stacks_its_rows(page):
    table = document(page).find(".//table")

    roles = {
        element.get("role") for element in table.iter() if element.tag in {"table", "thead", "tbody", "tr", "th", "td"}
    }

    assert roles == {"table", "rowgroup", "row", "columnheader", "rowheader", "cell"}
    assert [cell.get("data-label") for cell in table.findall("tbody/tr")[0].findall("td")] == ["Status", "Source"]


def test_the_region_that_scrolls_can_be_reached_by_keyboard_and_has_the_caption_for_its_name(page):
    tree = document(page)
    region = tree.find(".//div[@role='region']")

    assert region.get("tabindex") == "0"
    assert tree.find(f".//h2[@id='{region.get('aria-labelledby')}']").text == TABLE.caption


def test_every_download_link_names_its_format_and_its_table(page):
    links = document(page).findall(".//p[@class='downloads']/a")

    assert {"".join(link.itertext()): link.get("href") for link in links} == {
        f"{name}: {TABLE.caption}": f"/countries/AUT/participation.{name.lower()}" for name in ("CSV", "XLSX", "JSON")
    }


def test_a_table_without_an_address_for_downloads_offers_none():
    assert "Download" not in render('<c-table :table="table" />', table=TABLE)


def test_an_empty_table_says_so_instead_of_showing_headers():
    empty = Table("t", "T", (Column("c", "C"),), (), empty="No activity is recorded.")

    page = render('<c-table :table="table" />', table=empty)

    assert "No activity is recorded." in page
    assert "<table" not in page


def test_a_table_shows_tags_shapes_notes_sources_and_languages(page):
    for part in (
        '<span class="tag tag-ok">',
        'class="shape shape-square"',
        '<small class="note">attested for 2021</small>',
        '<a href="https://example.org/two">S2</a>',
        '<bdi lang="fr">Dialogue méditerranéen</bdi>',
        "2 rows",
        "One row a framework.",
    ):
        assert part in page


def test_what_a_cell_says_is_never_markup(page):
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_every_component_has_a_use_here():
    assert set(USES) == COMPONENTS


@pytest.mark.parametrize("name", USES)
def test_a_component_renders_what_it_is_given(name):
    source, parts = USES[name]

    page = render(
        source,
        table=TABLE,
        link=Link("Austria", "/countries/AUT/"),
        crumbs=[Link("Register", "/"), Link("Austria")],
        facts=[("Name", Cell("Autriche", lang="fr"))],
        drawing=Drawing(edition(UI / "map"), [Painted("FIN", "Finland", "square", "in-force")], ["FIN"]),
        timeline=TIMELINE,
        legend=[("in-force", "In force")],
    )

    for part in parts:
        assert part in page
    document(f"<!doctype html><html><head><title>t</title></head><body>{page}</body></html>")


@pytest.mark.parametrize("name", sorted(COMPONENTS - {"table"}))
def test_a_component_does_not_borrow_from_the_page_around_it(name):
    strangers = dict.fromkeys(
        ("tone", "title", "role", "note", "href", "summary", "id", "open", "download"), "stranger"
    )

    assert "stranger" not in render(f"<c-{name}></c-{name}>", **strangers)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_style_or_script_that_the_content_policy_forbids(path):
    source = path.read_text(encoding="utf-8")
    if f"ui/{path.relative_to(UI)}" in FILES:  # no page of the site: its own policy names its one style element
        source = source.replace("<style>", "", 1)

    assert not re.search(
        r"<style|<script(?! src=\"{% static )|\sstyle\s*=|\son[a-z]+\s*=|javascript:", source, re.IGNORECASE
    )


def test_the_style_sheet_uses_logical_sides_and_fetches_nothing_from_elsewhere():
    css = (UI / "static/ui/cordiale.css").read_text(encoding="utf-8")

    assert not re.search(r"(?:margin|padding|border|inset)-(?:left|right)|[^-]\b(?:left|right)\s*:", css)
    assert not re.search(r"url\(\s*[\"']?(?:[a-z]+:|//)|@import", css)


def test_every_font_the_style_sheet_names_is_vendored():
    css = (UI / "static/ui/cordiale.css").read_text(encoding="utf-8")
    fonts = UI.parents[2] / "vendor/fonts"

    names = re.findall(r'url\("\.\./vendor/([^"]+)"\)', css)

    assert names
    assert all((fonts / name).is_file() for name in names)
    assert {path.relative_to(fonts).as_posix() for path in fonts.rglob("*.woff2")} == set(names)
