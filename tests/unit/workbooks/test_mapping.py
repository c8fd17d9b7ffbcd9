"""A partner's own columns are mapped once and their words asked once; refusals still name their cells."""

from __future__ import annotations

import json

import pytest

from cordiale.engines.workbooks.comparing import CellChanged, New, Refused, Unchanged
from cordiale.engines.workbooks.laying_out import lay_out
from cordiale.engines.workbooks.mapping import (
    BadColumnMap,
    ColumnMap,
    Question,
    column_map_from,
    suggest,
    unknown_values,
)
from cordiale.engines.workbooks.reading import read
from cordiale.engines.workbooks.refusing import HeadingMissing
from tests.unit.workbooks.layouts import FIN, SEATS, compared, held, lines_of, outcomes

THEIRS = """\
;Places;Land;Étát;Remarks
1;2;Finland;demandé;
2;4;Peru;accordé;
3;1;Chad;demandé;soon
4;;Mali;perhaps;
""".encode()
MAP = ColumnMap(
    columns={"Land": "country", "Étát": "status", "Places": "seats"},
    values={("status", "demandé"): "asked", ("status", "accordé"): "granted"},
    fixed={"course": "Law of the sea"},
)


def test_their_rows_are_compared_in_our_columns():
    same, peru, chad, mali = outcomes(THEIRS, held(FIN), mapping=MAP)

    assert same == Unchanged(2, "1")
    assert (peru, chad) == (
        New(3, ("Peru", "Law of the sea", "granted", "4", ""), peru.values),
        New(4, ("Chad", "Law of the sea", "asked", "1", ""), chad.values),
    )
    assert isinstance(mali, Refused)
    assert [(cell.place, cell.column) for cell in mali.cells] == [("D5", "status")]


def test_a_column_that_they_do_not_have_stays_as_it_is_here():
    mapping = ColumnMap({"Land": "country", "Places": "seats"}, fixed={"course": "Law of the sea", "status": "granted"})

    [change, *_] = outcomes(THEIRS, held(FIN), mapping=mapping)

    assert change.changes == (CellChanged("status", here="asked", file="granted"),)
    assert change.cells == ("Finland", "Law of the sea", "granted", "2", "")


def test_a_marked_row_without_one_of_our_columns_keeps_what_was_exported():
    mapping = ColumnMap({"Country": "country", "Course": "course", "Status": "status"})
    lines = [line[:4] for line in lines_of([FIN])]
    content = "\n".join(",".join(line) for line in lines).encode()

    assert outcomes(content, held(FIN), mapping=mapping) == [Unchanged(2, "1")]


def test_a_value_refused_in_a_fixed_column_names_the_row():
    mapping = ColumnMap(MAP.columns, MAP.values, {"course": "Law of the sea", "note": "\x07"})

    assert [cell.place for cell in outcomes(THEIRS, held(), mapping=mapping)[0].cells] == ["row 2"]


def test_rows_are_new_where_a_key_column_is_absent():
    layout_map = ColumnMap({"Land": "country", "Étát": "status"}, MAP.values, {"course": ""})

    assert compared(THEIRS, held(FIN), mapping=layout_map).missing == 1


def test_a_needed_column_that_is_neither_mapped_nor_fixed_is_missed():
    with pytest.raises(HeadingMissing, match='"Course" is missing'):
        lay_out(read(THEIRS, "file.csv"), SEATS, ColumnMap(MAP.columns))


class TestASuggestion:
    @pytest.mark.parametrize(
        ("heading", "column"),
        [("COUNTRY:", "country"), ("Contry", "country"), ("number of  seats", "seats"), ("Nôte", "note")],
    )
    def test_is_made_for_what_looks_like_a_column(self, heading, column):
        assert suggest(["", heading], SEATS) == {heading: column}

    @pytest.mark.parametrize("heading", ["Phone", "row mark", "remove", ""])
    def test_is_not_made_for_anything_else(self, heading):
        assert suggest([heading], SEATS) == {}

    def test_names_each_column_once_the_likeliest_first(self):
        assert suggest(["Countrys", "Country", "Notes"], SEATS) == {"Country": "country", "Notes": "note"}


class TestAQuestion:
    def test_is_asked_once_for_each_word(self):
        questions = unknown_values(read(THEIRS, "file.csv"), ColumnMap(MAP.columns), SEATS)

        assert [(asked.column, asked.theirs, asked.place, asked.times) for asked in questions] == [
            ("status", "demandé", "D2", 2),
            ("status", "accordé", "D3", 1),
            ("status", "perhaps", "D5", 1),
        ]

    def test_is_not_asked_again_once_answered(self):
        sheet = read(THEIRS, "file.csv")
        [left] = unknown_values(sheet, MAP, SEATS)

        assert left.theirs == "perhaps"
        assert unknown_values(sheet, MAP.with_values({("status", "perhaps"): "asked"}), SEATS) == []

    def test_offers_what_looks_like_it(self):
        sheet = read(b"Status\nGranted.\n", "file.csv")

        assert unknown_values(sheet, ColumnMap({"Status": "status"}), SEATS) == [
            Question("status", "Granted.", "A2", 1, ("granted",))
        ]


class TestAKeptMap:
    def test_is_the_same_after_json(self):
        kept = ColumnMap(MAP.columns, MAP.values, MAP.fixed, sheet="2027", header_line=3)

        assert column_map_from(json.loads(json.dumps(kept.as_json())), SEATS) == kept

    @pytest.mark.parametrize(
        "damage",
        [
            lambda kept: kept.pop("columns"),
            lambda kept: kept.update(columns={"Land": 7}),
            lambda kept: kept.update(columns={"Land": "gone"}),
            lambda kept: kept.update(columns={"Land": "country", "Pays": "country"}),
            lambda kept: kept.update(fixed={"country": "x"}),
            lambda kept: kept.update(values=[{"column": "gone", "theirs": "a", "ours": "b"}]),
            lambda kept: kept.update(header_line="first"),
        ],
    )
    def test_that_was_damaged_or_outlived_is_refused(self, damage):
        document = MAP.as_json()
        damage(document)

        with pytest.raises(BadColumnMap):
            column_map_from(document, SEATS)
