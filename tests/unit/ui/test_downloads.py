"""What people take away is what the table says, and never runs in their spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.utils.functional import lazystr
from hypothesis import given
from hypothesis import strategies as st

from cordiale.ui.downloads import FORMATS, csv_bytes, json_bytes, xlsx_bytes
from cordiale.ui.tables import Cell, Column, Link, Table

FORMULA_STARTS = "=+-@\t\r＝＋－＠"
# XML, and so XLSX, cannot hold control characters as they are.
printable = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40)
anything = st.text(max_size=40)
numbers = st.integers(-(10**14), 10**14)


def tables_of(texts):
    """Tables of one to four columns whose cells carry texts or numbers, and show something else."""
    cell = st.builds(Cell, text=texts, value=st.none() | texts | numbers)
    return st.integers(1, 4).flatmap(
        lambda width: st.builds(
            Table,
            key=st.from_regex(r"[A-Za-z0-9_-]{1,50}", fullmatch=True),
            caption=texts,
            columns=st.just(tuple(Column(f"c{index}", f"Column {index}") for index in range(width))),
            rows=st.lists(st.tuples(*[cell] * width), max_size=5).map(tuple),
        )
    )


def one_cell(value: str | int) -> Table:
    return Table("t", "T", (Column("c", "C"),), ((Cell(str(value), value=value),),))


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def carried(table: Table) -> list[list[str | int]]:
    return [[cell.carried for cell in row] for row in table.rows]


def sheet_xml(content: bytes) -> str:
    """The first sheet as Excel reads it."""
    return zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()


@given(tables_of(anything))
def test_csv_gives_back_every_value_save_the_apostrophe_before_what_a_spreadsheet_would_run(table):
    header, *rows = read_csv(csv_bytes(table))

    assert header == [column.label for column in table.columns]
    for row, values in zip(rows, carried(table), strict=True):
        assert all(cell in (str(value), f"'{value}") for cell, value in zip(row, values, strict=True))


@given(tables_of(anything))
def test_no_csv_cell_opens_as_a_formula(table):
    for row in read_csv(csv_bytes(table)):
        assert all(not cell or cell[0] not in FORMULA_STARTS or cell[1:].replace(".", "").isdigit() for cell in row)


@pytest.mark.parametrize(
    "text", [f"{start}cmd|'/c calc'!A0" for start in FORMULA_STARTS] + ["-", "-1+1", "+4.5.6", "-٣"]
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert read_csv(csv_bytes(one_cell(text)))[1] == [f"'{text}"]


@pytest.mark.parametrize("number", ["-5", "+5", "-0.25", "3"])
def test_a_plain_number_stays_as_it_is(number):
    assert read_csv(csv_bytes(one_cell(number)))[1] == [number]


def test_csv_opens_with_a_byte_order_mark_and_ends_its_lines_as_rfc_4180_says():
    assert csv_bytes(one_cell("Türkiye")) == b"\xef\xbb\xbfC\r\nT\xc3\xbcrkiye\r\n"


@given(tables_of(printable))
def test_xlsx_gives_back_every_value_with_numbers_as_numbers_and_no_formula(table):
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(table))).worksheets[0]

    header, *rows = [[cell.value if cell.value is not None else "" for cell in row] for row in sheet.iter_rows()]
    assert header == [column.label for column in table.columns]
    assert rows == carried(table)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row if str(cell.value)[:1] != "=")


@pytest.mark.parametrize("text", ["=1+1", "{=1+1}", "http://example.org", "mailto:a@example.org", "internal:A1"])
def test_xlsx_holds_formulas_and_addresses_as_mere_texts(text):
    content = sheet_xml(xlsx_bytes(one_cell(text)))

    assert "<f>" not in content
    assert "<hyperlink" not in content


def test_the_header_of_a_sheet_is_bold_frozen_and_filters():
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(one_cell("a")))).worksheets[0]

    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:A2"


@pytest.mark.parametrize("key", ["history", "History", "about", "About", "A1", "x" * 60])
def test_every_key_gives_a_sheet_name_that_excel_accepts(key):
    table = Table(key, "T", (Column("c", "C"),), ())

    names = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(table, ("entry 17",)))).sheetnames

    assert len(names[0]) <= 31
    assert names[0].casefold() not in {"history", "about"}
    assert names[1] == "About"


def test_a_text_longer_than_a_cell_holds_is_cut_and_says_so():
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(one_cell("x" * 40_000)))).worksheets[0]

    assert len(sheet["A2"].value) == 32_767
    assert sheet["A2"].value.endswith("[cut: a cell holds 32,767 characters]")


def test_a_number_that_a_spreadsheet_would_round_stays_a_text():
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(one_cell(1234567890123456789)))).worksheets[0]

    assert sheet["A2"].value == "1234567890123456789"


def test_more_rows_than_a_sheet_holds_are_refused():
    table = Table("t", "T", (Column("c", "C"),), ((Cell("x"),),) * 1_048_576)

    with pytest.raises(ValueError, match="a sheet holds 1048575 below its header"):
        xlsx_bytes(table)


def test_provenance_is_the_second_sheet_and_the_about_of_json_and_not_in_csv():
    table, lines = one_cell("a"), ("Cordiale register, entry 17", "=read 2026-11-24")

    about = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(table, lines)))["About"]

    assert [row[0].value for row in about.iter_rows()] == ["T", *lines]
    assert json.loads(json_bytes(table, lines))["about"] == list(lines)
    assert csv_bytes(table, lines) == csv_bytes(table)


@given(tables_of(anything))
def test_json_gives_back_every_value_by_column_key(table):
    document = json.loads(json_bytes(table))

    assert document["table"] == table.key
    assert document["columns"] == [{"key": column.key, "label": column.label} for column in table.columns]
    assert [list(row.values()) for row in document["rows"]] == carried(table)


def test_json_puts_links_and_notes_beside_the_value():
    cell = Cell("Austria", href="/countries/AUT/", links=(Link("S1", "/s/1"),), note="as attested", value="AUT")

    (row,) = json.loads(json_bytes(Table("t", "T", (Column("country", "Country"),), ((cell,),))))["rows"]

    assert row == {
        "country": "AUT",
        "country_links": [{"text": "Austria", "href": "/countries/AUT/"}, {"text": "S1", "href": "/s/1"}],
        "country_note": "as attested",
    }


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_table_gives_the_same_bytes(name):
    table, write = one_cell("Türkiye"), FORMATS[name].write

    assert write(table, ("entry 17",)) == write(table, ("entry 17",))


def test_a_workbook_holds_no_moment_of_its_making():
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(one_cell("a"), ("entry 17",)))) as parts:
        moments = {part.date_time for part in parts.infolist()}
        properties = parts.read("docProps/core.xml").decode()

    assert moments == {(1980, 1, 1, 0, 0, 0)}
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", properties)) == {"2000-01-01T00:00:00Z"}


@pytest.mark.parametrize("name", FORMATS)
def test_labels_that_are_translated_late_are_written(name):
    table = Table("t", lazystr("Caption"), (Column("c", lazystr("Label")),), ())

    assert FORMATS[name].write(table)
