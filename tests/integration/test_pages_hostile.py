"""Names and notes come from packs that strangers write: whatever they hold, a page shows it and a file carries it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import html5lib  # type: ignore[import-untyped]  # it ships no types
import openpyxl  # type: ignore[import-untyped]  # as above
import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.browser.packs import ROWS, write_pack
from tests.browser.pages import PageFound, TableFound, addresses
from tests.databases import Databases, OwnDatabase, rolled_back

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    "</title></td></table><h1>Mine</h1>",
    "{{ site.name }} {% now 'Y' %} <c-tag>x</c-tag> {# x #}",
    '=HYPERLINK("https://1.invalid","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "&lt;b&gt; &amp; &#60; %0d%0aSet-Cookie:x=y ]]> --> \\u003cscript\\u003e",
)
SHORT = {("frameworks", "short_name"), ("programmes_menu", "acronym")}
"""Columns of names that are short."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _hostile(table: str, column: str, number: int) -> str:
    said = HOSTILE[(number - 1) % len(HOSTILE)]
    return said if (table, column) not in SHORT else said[:50].strip()


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack whose every text is hostile."""
    return write_pack(
        tmp_path_factory.mktemp("packs") / "hostile",
        lambda table, column, number: f"{_hostile(table.name, column.name, number)} {number}",
        title=HOSTILE[0],
    )


@pytest.fixture(scope="module")
def database(
    _engine: Databases, _new_place: Callable[[str], tuple[Path, str]], migrated_database: OwnDatabase, pack: Path
) -> Iterator[OwnDatabase]:
    """The database that these tests share, with the pack; each rolls back what it did."""
    database = _engine.copy(migrated_database, *_new_place("hostile"))
    database.run_or_fail("pack", "load", pack, "--reason", HOSTILE[1])
    yield database
    _engine.drop(database)


@pytest.fixture(autouse=True)
def loaded(database: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with rolled_back(database, django_db_blocker):
        yield


def test_whatever_a_pack_says_no_page_gets_a_tag_a_handler_or_a_heading_from_it(client: Client, pack: Path):
    for path in addresses(pack):
        answer = client.get(path)
        page = PageFound(answer.content.decode())

        assert answer.status_code == 200, path
        assert not page.tags & {"img", "b", "c-tag"}, path
        assert not re.search(rb'<script(?! src="/static/)', answer.content), path
        assert not {name for name in page.attributes if name.startswith("on")} | page.attributes & {"autofocus"}, path
        assert answer.content.count(b"<h1>") == 1, path


@pytest.mark.parametrize(
    "path", ["/", "/countries/2/", "/frameworks/3/", "/agreements/1/", "/sources/4/", "/changes/1/"]
)
def test_whatever_a_pack_says_a_page_stays_a_well_formed_document(client: Client, path: str):
    html5lib.HTMLParser(strict=True).parse(client.get(path).content.decode())


@pytest.mark.parametrize("number", range(1, ROWS + 1))
def test_a_page_says_exactly_what_the_pack_says(client: Client, number: int):
    page = PageFound(client.get(f"/countries/{number}/").content.decode())

    assert page.heading() == f"{HOSTILE[number - 1]} {number}"


def tables(client: Client, pack: Path) -> Iterator[TableFound]:
    for path in ("/countries/", "/countries/6/", "/frameworks/7/", "/sources/6/", "/sources/7/", "/contact/"):
        yield from PageFound(client.get(path).content.decode()).tables


def test_no_cell_of_a_csv_download_runs_as_a_formula(client: Client, pack: Path):
    for table in tables(client, pack):
        text = client.get(table.downloads[0]).content.decode("utf-8-sig")

        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]

        assert [cell for cell in cells if cell.startswith(FORMULA)] == [], table.downloads[0]


def test_no_cell_of_a_workbook_runs_as_a_formula_or_link(client: Client, pack: Path):
    for table in tables(client, pack):
        book = openpyxl.load_workbook(io.BytesIO(client.get(table.downloads[1]).content))

        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]

        assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
        assert [cell.hyperlink for cell in cells if cell.hyperlink] == []


def test_json_carries_what_the_pack_says_unchanged(client: Client):
    rows = json.loads(client.get("/contact/contacts.json").content)["rows"]

    assert [row["address"] for row in rows] == [f"{text} {number}" for number, text in enumerate(HOSTILE, start=1)]


def test_a_file_name_and_its_header_hold_ids_only(client: Client):
    assert client.get("/countries/2/participation.csv").headers["Content-Disposition"] == (
        'attachment; filename="cordiale-2-participation.csv"'
    )
