"""What a table accepts, and what it says about its cells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cordiale.ui.tables import Cell, Column, Link, Table, cells

TABLE = Table(
    key="members",
    caption="Members",
    columns=(Column("country", "Country"), Column("since", "Since", "date")),
    rows=(cells("Austria", "1995"),),
)


@pytest.mark.parametrize("row", [(), cells("Austria"), cells("Austria", "1995", "in force")])
def test_a_row_as_long_as_the_columns_is_the_only_one_accepted(row):
    with pytest.raises(ValueError, match=r"table members: row 2 has \d cells, not 2"):
        replace(TABLE, rows=(*TABLE.rows, row))


@pytest.mark.parametrize("second", ["country", "country_links", "country_note"])
def test_two_columns_never_share_a_name_in_a_download(second):
    with pytest.raises(ValueError, match="two columns share a name"):
        replace(TABLE, columns=(Column("country", "Country"), Column(second, "Again")))


def test_a_table_has_a_column():
    with pytest.raises(ValueError, match="no columns"):
        replace(TABLE, columns=(), rows=())


@pytest.mark.parametrize("key", ["", "a/b", "../members", "members.csv", "two words", "é"])
def test_a_key_that_cannot_stand_in_an_address_is_refused(key):
    with pytest.raises(ValueError, match="table key"):
        replace(TABLE, key=key)


def test_cells_keeps_cells_and_keeps_numbers_as_numbers():
    cell = Cell("Austria", href="/countries/AUT/")

    assert cells(cell, "text", 1204) == (cell, Cell("text"), Cell("1204", value=1204))


@pytest.mark.parametrize(
    ("cell", "carried"),
    [
        (Cell("Feb 1995", value="1995-02"), "1995-02"),
        (Cell("none", value=0), 0),
        (Cell("withheld", value=""), ""),
        (Cell("Austria"), "Austria"),
        (Cell("Gazette", links=(Link("S1", "/s/1"),)), "Gazette"),
        (Cell(links=(Link("S1", "/s/1"), Link("S2", "/s/2"))), "S1; S2"),
        (Cell(), ""),
    ],
)
def test_a_cell_carries_its_value_else_its_text_else_the_texts_of_its_links(cell, carried):
    assert cell.carried == carried


def test_the_links_of_a_cell_begin_with_that_of_its_text():
    cell = Cell("Austria", href="/countries/AUT/", links=(Link("S1", "/s/1"),))

    assert cell.all_links == (Link("Austria", "/countries/AUT/"), Link("S1", "/s/1"))


def test_only_columns_with_help_are_explained():
    explained = Column("since", "Since", help="As precise as the source.")

    assert replace(TABLE, columns=(TABLE.columns[0], explained)).explained_columns == (explained,)
