"""Every table can be taken along as CSV, XLSX and JSON: the same rows as on the page, in a file safe to open."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Collection, Iterator
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.test import Client

from tests.browser.pages import KINDS, MISSING, PageFound, TableFound

PAGES = {
    kind: path for kind, path in KINDS.items() if path not in (MISSING, "/api/v1/") and not kind.startswith("search")
} | {"source": "/sources/landcom-cooperative-security/"}
"""Pages with tables of the register, of the sources one of middling size. The page of the API describes, and its
document is the download; that of search lists its hits, and has tests of its own."""
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}

pytestmark = pytest.mark.usefixtures("nato")


def rows_of(answer: Any, kind: str) -> list[Any]:
    """The rows of a download, without its header."""
    if kind == "csv":
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))[1:]
    if kind == "json":
        return list(json.loads(answer.content)["rows"])
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return list(sheet.iter_rows(min_row=2, values_only=True))


def tables_of(client: Client, path: str) -> list[TableFound]:
    return PageFound(client.get(path).content.decode()).tables


def downloads(
    client: Client, path: str, formats: Collection[str] = tuple(TYPES)
) -> Iterator[tuple[TableFound, str, Any]]:
    """Every download a page offers in some formats: its table, the format, and what was answered."""
    for table in tables_of(client, path):
        for address in table.downloads:
            format = address.partition("?")[0].rpartition(".")[2]
            if format in formats:
                yield table, format, client.get(address)


@pytest.mark.parametrize("kind", PAGES)
def test_every_table_of_a_page_is_offered_in_three_formats(client, kind):
    page, mark, question = PAGES[kind].partition("?")
    for table in tables_of(client, PAGES[kind]):
        asked = [html.unescape(address) for address in table.downloads]
        assert asked == [f"{page}{table.key}.{format}{mark}{question}" for format in TYPES]


@pytest.mark.parametrize("kind", PAGES)
def test_a_download_has_as_many_rows_as_the_table_on_the_page(client, kind):
    for table, format, answer in downloads(client, PAGES[kind]):
        assert answer.status_code == 200, (table.key, format)
        assert len(rows_of(answer, format)) == len(table.rows), (table.key, format)


@pytest.mark.parametrize("kind", ["home", "country", "source", "changes", "about"])
def test_a_download_comes_as_a_file_with_a_name_that_says_what_it_is(client, kind):
    path = PAGES[kind]
    for table, format, answer in downloads(client, path):
        subject = [part for part in path.split("/")[2:] if part]

        name = "-".join(("cordiale", *subject, f"{table.key}.{format}"))
        assert answer.headers["Content-Type"] == TYPES[format]
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not answer.cookies


def test_a_table_that_is_empty_on_the_page_downloads_with_its_header_only(client):
    address = "/agreements/esdp-2002/signatures.csv"

    (header, *rows) = csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"), newline=""))

    assert header[0] == "Office"
    assert rows == []


def test_csv_and_json_hold_the_columns_of_the_page_in_its_order(client):
    table = next(table for table in tables_of(client, "/countries/fin/") if table.key == "participation")

    document = json.loads(client.get("/countries/fin/participation.json").content)

    assert [column["key"] for column in document["columns"]] == table.columns
    text = client.get("/countries/fin/participation.csv").content.decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(text, newline=""))) == [column["label"] for column in document["columns"]]


def test_a_download_carries_ids_and_iso_dates_where_the_page_has_names_and_words(client):
    rows = json.loads(client.get("/countries/fin/participation.json").content)["rows"]

    (joined,) = [row for row in rows if row["framework"] == "nato"]

    assert (joined["status"], joined["valid_from"], joined["precision"]) == ("member", "2023-04-04", "day")
    assert joined["source_links"][0]["href"].startswith("/sources/")


def test_a_download_says_where_it_comes_from_and_which_state_of_the_register_it_shows(client):
    about = json.loads(client.get("/countries/fin/participation.json").content)["about"]

    assert any("NATO partnerships" in line and "CC0-1.0" in line for line in about)
    assert any("ledger entry 1" in line for line in about)
    assert about[-1] == "http://testserver/countries/fin/"


def test_the_same_register_gives_the_same_bytes(client):
    for format in TYPES:
        address = f"/frameworks/eapc/participation.{format}"

        assert client.get(address).content == client.get(address).content


def test_no_cell_of_a_workbook_is_a_formula(client):
    for kind in ("country", "framework", "source"):
        for _table, _format, answer in downloads(client, PAGES[kind], ["xlsx"]):
            for sheet in openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets:
                assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
