"""A workbook offers what is permitted, holds no formula, and says where it comes from."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.engines.packs.tables import BY_NAME, TABLES
from cordiale.engines.workbooks import columns
from cordiale.engines.workbooks.columns import Column, Layout
from cordiale.engines.workbooks.laying_out import lay_out
from cordiale.engines.workbooks.manifest import manifest_from
from cordiale.engines.workbooks.marks import RowMark, read_mark, written
from cordiale.engines.workbooks.pack_tables import layout_of
from cordiale.engines.workbooks.reading import read
from cordiale.engines.workbooks.refusing import NewerWorkbook, Unreadable
from cordiale.engines.workbooks.sheets import column_letters, column_number
from cordiale.engines.workbooks.writing import ExportTooLarge, Row, sheet_name
from tests.unit.workbooks.layouts import EST, FIN, SEATS, SWE, exported, of_csv, repacked


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


class TestAWorkbook:
    def test_holds_marks_headings_and_cells(self):
        sheet = opened(exported([FIN]))["Seats"]

        assert [cell.value for cell in sheet[1]] == [
            "row mark", "Country", "Course", "Status", "Number of seats", "Note", "remove"
        ]  # fmt: skip
        assert [cell.value for cell in sheet[2]][1:5] == list(FIN.cells[:4])

    def test_shows_one_sheet_only(self):
        states = {sheet.title: sheet.sheet_state for sheet in opened(exported([FIN]))}

        assert states == {"Seats": "visible", "_lists": "hidden", "_cordiale": "veryHidden"}

    def test_offers_the_permitted_values_also_below_the_last_row(self):
        book = opened(exported([FIN]))
        rules = {str(rule.sqref): rule for rule in book["Seats"].data_validations.dataValidation}

        assert rules["D2:D1002"].formula1 == "'_lists'!$A$1:$A$2"
        assert [cell.value for cell in book["_lists"]["A"]] == ["asked", "granted"]
        assert rules["G2:G1002"].formula1 == '"x"'
        assert rules["A2:A1002"].formula1 == "FALSE"

    def test_offers_lists_of_any_length(self):
        choices = tuple(f"party-{number:04}" for number in range(3_000))
        layout = Layout("long", "Long", (Column("party", "Party", choices=choices),))

        assert opened(exported([], layout))["_lists"]["A3000"].value == "party-2999"

    def test_takes_what_is_typed_as_text(self):
        sheet = opened(exported([FIN]))["Seats"]

        assert {sheet[place].number_format for place in ("A2", "B2", "E2")} == {"@"}
        assert sheet.column_dimensions["E"].width >= 8

    def test_holds_no_formula_whatever_the_texts(self):
        content = exported([replace(FIN, cells=("=1+1", "+1", "@SUM(A1)", "{=1}", "\t=1"))])

        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"=1+1" not in sheet  # it stands among the shared texts

    def test_keeps_headings_in_sight_and_can_be_filtered(self):
        sheet = opened(exported([FIN, SWE]))["Seats"]

        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:G3")
        assert not sheet.protection.sheet  # a protected sheet cannot be sorted

    def test_says_where_it_comes_from(self):
        manifest = read(exported([FIN, SWE]), "file.xlsx").manifest

        assert manifest is not None
        assert (manifest.layout, manifest.installation, manifest.register_number) == (
            "seats",
            "https://desk.example",
            4711,
        )
        assert (manifest.made_for, manifest.made_at, manifest.rows) == (
            "focal-point-fin",
            "2026-11-24T14:00:00+00:00",
            2,
        )

    def test_that_asks_for_a_removal_is_not_as_exported(self):
        sheet = read(exported([FIN]), "file.xlsx")
        [line] = sheet.lines

        marked = replace(sheet, lines=(replace(line, cells=(*line.cells[:-1], "x")),))

        assert sheet.headings[-1] == "remove"
        assert not lay_out(marked, SEATS).as_exported

    def test_that_was_only_sorted_is_as_exported(self):
        sheet = read(exported([FIN, SWE, EST]), "file.xlsx")
        sorted_differently = replace(sheet, lines=sheet.lines[::-1])
        edited = replace(sheet, lines=(*sheet.lines[:2], replace(sheet.lines[2], cells=sheet.lines[0].cells)))

        assert lay_out(sorted_differently, SEATS).as_exported
        assert not lay_out(edited, SEATS).as_exported


class TestTheManifest:
    def edited(self, old, new):
        def edit(parts):
            assert old in parts["xl/sharedStrings.xml"]
            parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(old, new)

        return read(repacked(exported([FIN]), edit), "file.xlsx").manifest

    @pytest.mark.parametrize("name", [b"<t>layout</t>", b"<t>format</t>", b"<t>4711</t>"])
    def test_that_was_damaged_is_none(self, name):
        assert self.edited(name, b"<t>gone</t>") is None

    def test_of_a_newer_program_is_refused(self):
        lines = {"format": "2"}

        with pytest.raises(NewerWorkbook, match="format 2"):
            manifest_from(lines)


class TestTooLarge:
    def test_is_a_row_too_many(self):
        with pytest.raises(ExportTooLarge, match="rows"):
            exported([FIN] * (columns.MOST_ROWS + 1))

    def test_is_a_column_too_many(self):
        many = Layout("many", "Many", tuple(Column(f"c{number}", f"C {number}") for number in range(199)))

        with pytest.raises(ExportTooLarge, match="columns"):
            of_csv([], many)

    @pytest.mark.parametrize("text", ["x" * 32_768, "\U0001f30d" * 16_384])
    def test_is_a_cell_too_long(self, text):
        with pytest.raises(ExportTooLarge, match="Note of row 1"):
            of_csv([replace(FIN, cells=(*FIN.cells[:4], text))])

    def test_is_not_a_cell_that_just_fits(self):
        row = replace(FIN, cells=(*FIN.cells[:4], "x" * 32_767))

        assert read(exported([row]), "file.xlsx").lines[0].cells[5] == row.cells[4]


class TestCsv:
    def test_is_read_by_excel_as_unicode_and_runs_nothing(self):
        content = of_csv([replace(FIN, cells=("=1+1", "-5", "-x", "Türkiye", "'=1"))], separator=";")

        assert content.startswith(b"\xef\xbb\xbfrow mark;Country;")
        assert content.decode("utf-8-sig").splitlines()[1].split(";", 1)[1] == "'=1+1;-5;'-x;Türkiye;''=1;"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Seats", "Seats"),
        ("A/B [2027]: what?*\\", "A B  2027   what"),
        ("x" * 40, "x" * 31),
        ("History", "History table"),
        ("_lists", "_lists table"),
        ("''", "rows"),
    ],
)
def test_a_sheet_has_a_name_that_spreadsheets_take(title, name):
    assert sheet_name(title) == name


class TestARowMark:
    @given(st.from_regex(r"[!-~]{1,12}", fullmatch=True), st.integers(0, 10**17))
    def test_is_read_as_it_was_written(self, id_, version):
        assert read_mark("seats", written("seats", RowMark(id_, version))) == RowMark(id_, version)

    @given(st.integers(0, 99), st.sampled_from("0123456789"))
    def test_with_one_figure_changed_is_none(self, place, figure):
        mark = written("seats", RowMark("4711", 90210))
        place %= len(mark)
        damaged = mark[:place] + figure + mark[place + 1 :]

        if damaged != mark:
            with pytest.raises(Unreadable):
                read_mark("seats", damaged)

    @pytest.mark.parametrize(
        "mark", [RowMark("", 1), RowMark("a b", 1), RowMark("é", 1), RowMark("1", -1), RowMark("1", 10**18)]
    )
    def test_of_another_form_cannot_be_written(self, mark):
        with pytest.raises(ValueError, match="cannot be written"):
            of_csv([Row(mark.id, mark.version, FIN.cells)])


class TestALayout:
    @pytest.mark.parametrize("label", ["Country", "country ", "COURSE", "Row mark", "remove"])
    def test_with_two_columns_that_answer_to_one_heading_is_refused(self, label):
        with pytest.raises(ValueError, match="two columns answer"):
            Layout("x", "X", (Column("country", "Country"), Column("course", "Course"), Column("third", label)))

    def test_with_a_key_that_is_no_column_is_refused(self):
        with pytest.raises(ValueError, match="no column is called"):
            Layout("x", "X", (Column("country", "Country"),), ("course",))

    @pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
    def test_can_be_made_of_every_table_of_a_pack(self, table):
        layout = layout_of(table)

        assert [column.name for column in layout.columns] == [column.name for column in table.columns]
        assert layout.key_columns == table.key

    def test_with_choices_for_a_column_that_is_not_there_is_refused(self):
        with pytest.raises(ValueError, match="no column x"):
            layout_of(BY_NAME["regions"], {"x": ()})


class TestAColumn:
    @pytest.mark.parametrize(
        ("choices", "mend"),
        [((), "no value is permitted"), (("a", "b"), "write one of a, b"), (tuple("abcdefghijklmn"), "from the list")],
    )
    def test_says_how_to_choose(self, choices, mend):
        with pytest.raises(Unreadable, match=mend):
            Column("x", "X", choices=choices).read("z")

    def test_may_hold_several_choices(self):
        column = layout_of(BY_NAME["programmes_menu"], {"open_to": ("pfp", "md")}).columns[4]

        assert column.read("md;pfp") == ("md", "pfp")
        with pytest.raises(Unreadable, match='"ici"'):
            column.read("md;ici")
        assert column.not_permitted("") == ()


@given(st.integers(0, 16_383))
def test_columns_are_called_as_spreadsheets_call_them(number):
    assert column_number(column_letters(number)) == number


@pytest.mark.parametrize(("number", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_beyond_z_go_on_with_two_letters(number, letters):
    assert column_letters(number) == letters
