"""A workbook is read as people meant it, or refused with the reason; nothing in it is run, expanded or followed."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date, datetime

import openpyxl  # type: ignore[import-untyped]  # it ships no types
import pytest

from cordiale.engines.workbooks import columns, containers, reading
from cordiale.engines.workbooks.numbers import Shows, date_text
from cordiale.engines.workbooks.reading import read
from cordiale.engines.workbooks.refusing import (
    BadWorkbook,
    DamagedWorkbook,
    EncryptedWorkbook,
    HeadingTwice,
    NotAWorkbook,
    OldWorkbook,
    OpenDocument,
    SheetMissing,
    Unreadable,
    WorkbookTooLarge,
    WorkbookWithMacros,
)
from tests.unit.workbooks.layouts import FIN, as_xlsx, exported, repacked

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
FOUR = ((0, 0), (0, 1), (1, 0), (1, 1))


def cells_below(content, **kwargs):
    return [line.cells for line in read(content, "file.xlsx", **kwargs).lines]


def one_cell(write, number_format=None, **options):
    """The text, or the fault, of a single cell that somebody else's program wrote."""

    def fill(book, sheet):
        sheet.write_string(0, 0, "heading")
        write(sheet, book.add_format({"num_format": number_format} if number_format else {}))

    sheet = read(as_xlsx(fill, **options), "file.xlsx")
    return str(sheet.faults[2, 0]) if sheet.faults else sheet.lines[0].cells[0]


def edited(part, old, new):
    def edit(parts):
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new, 1)

    return repacked(exported([FIN]), edit)


class TestANumber:
    @pytest.mark.parametrize(
        ("number", "text"),
        [
            (1995, "1995"),
            (1995.0, "1995"),
            (-5, "-5"),
            (0.1 + 0.2, "0.3"),
            (1e-7, "0.0000001"),
            (-0.0, "0"),
            (1234567890.125, "1234567890.125"),
            (999_999_999_999_999, "999999999999999"),
        ],
    )
    def test_comes_back_as_a_person_writes_it(self, number, text):
        assert one_cell(lambda sheet, _: sheet.write_number(1, 0, number)) == text

    def test_with_more_figures_than_a_spreadsheet_keeps_is_refused(self):
        fault = one_cell(lambda sheet, _: sheet.write_number(1, 0, 12345678901234567890))

        assert "more than 15 figures" in fault
        assert "as text" in fault

    @pytest.mark.parametrize("raw", [b"nan", b"INF", b"1e999999999", b"12,5", b"0x10", b"9" * 5_000])
    def test_that_is_none_is_refused(self, raw):
        def edit(parts):
            parts[SHEET] = parts[SHEET].replace(b"<v>7</v>", b"<v>" + raw + b"</v>")

        content = repacked(
            as_xlsx(lambda _, sheet: (sheet.write_string(0, 0, "heading"), sheet.write_number(1, 0, 7))), edit
        )

        assert read(content, "file.xlsx").faults.keys() == {(2, 0)}


class TestADate:
    @pytest.mark.parametrize(
        ("shown", "text"),
        [
            ("yyyy-mm-dd", "1995-02-01"),
            ("dd/mm/yyyy", "1995-02-01"),
            ('d" de "mmmm" de "yyyy', "1995-02-01"),
            ("[$-407]d. mmmm yyyy;@", "1995-02-01"),
            ("mmm-yy", "1995-02"),
            ("yyyy-mm", "1995-02"),
            ("mmmm", "1995-02"),
            ("yyyy", "1995"),
            ("yyyy-mm-dd hh:mm", "1995-02-01"),
            ("h:mm", "1995-02-01"),
        ],
    )
    def test_is_as_exact_as_its_cell_shows_it(self, shown, text):
        assert one_cell(lambda sheet, form: sheet.write_datetime(1, 0, datetime(1995, 2, 1), form), shown) == text  # noqa: DTZ001  # spreadsheets know no zones

    @pytest.mark.parametrize("shown", ['0.0" days"', "#,##0", "0%", "[Red]0", "General", "@", "\\d0"])
    def test_is_not_seen_in_a_number(self, shown):
        assert one_cell(lambda sheet, form: sheet.write_number(1, 0, 34731, form), shown) == "34731"

    @pytest.mark.parametrize("number", [14, 15, 16, 22])
    def test_in_a_format_that_only_has_a_number_is_seen(self, number):
        assert one_cell(lambda sheet, form: sheet.write_number(1, 0, 34731, form), number) == "1995-02-01"

    def test_in_the_format_that_excel_gives_a_month_is_a_month(self):
        assert one_cell(lambda sheet, form: sheet.write_number(1, 0, 34731, form), 17) == "1995-02"

    def test_with_a_time_keeps_it(self):
        moment = datetime(1995, 2, 1, 14, 30)  # noqa: DTZ001  # spreadsheets know no zones

        assert one_cell(lambda sheet, form: sheet.write_datetime(1, 0, moment, form), "d/m/yy h:mm") == (
            "1995-02-01T14:30:00"
        )

    def test_that_is_only_a_time_is_a_time(self):
        assert one_cell(lambda sheet, form: sheet.write_number(1, 0, 0.25, form), "hh:mm") == "06:00:00"

    @pytest.mark.parametrize("day", [date(1904, 1, 2), date(1995, 2, 1), date(2100, 12, 31)])
    @pytest.mark.parametrize("since_1904", [False, True])
    def test_is_right_in_both_ways_of_counting(self, day, since_1904):
        written = one_cell(
            lambda sheet, form: sheet.write_datetime(1, 0, day, form), "yyyy-mm-dd", date_1904=since_1904
        )

        assert written == day.isoformat()

    @pytest.mark.parametrize("count", [60, -1, 2_958_466, 1e300])
    def test_that_is_in_no_calendar_is_refused(self, count):
        fault = one_cell(lambda sheet, form: sheet.write_number(1, 0, count, form), "yyyy-mm-dd")

        assert "in no calendar" in fault

    @pytest.mark.parametrize("raw", ["soon", "1e999", ""])
    def test_that_is_no_number_is_refused(self, raw):
        with pytest.raises(Unreadable, match="as a date"):
            date_text(raw, Shows.DAY, since_1904=False)

    @pytest.mark.parametrize(("count", "text"), [(1, "1900-01-01"), (59, "1900-02-28"), (61, "1900-03-01")])
    def test_around_the_leap_day_that_never_was_is_right(self, count, text):
        assert one_cell(lambda sheet, form: sheet.write_number(1, 0, count, form), "yyyy-mm-dd") == text

    @pytest.mark.parametrize(
        ("raw", "text"),
        [
            (b"1995-02-10", "1995-02-10"),
            (b"1995-02-10T00:00:00", "1995-02-10"),
            (b"1995-02-10T09:05:00Z", "1995-02-10T09:05:00"),
            (b"1995-02-31", None),
        ],
    )
    def test_that_is_written_out_is_taken(self, raw, text):
        def edit(parts):
            parts[SHEET] = parts[SHEET].replace(b'<c r="A2"><v>7', b'<c r="A2" t="d"><v>' + raw)

        content = repacked(
            as_xlsx(lambda _, sheet: (sheet.write_string(0, 0, "heading"), sheet.write_number(1, 0, 7))), edit
        )
        sheet = read(content, "file.xlsx")

        assert (sheet.lines[0].cells[0] or None) == text
        assert bool(sheet.faults) == (text is None)


class TestACellWithAFormula:
    @pytest.mark.parametrize(
        "formula", ["=1+1", '=HYPERLINK("https://x")', '=WEBSERVICE("https://x")', "=cmd|'/C calc'!A0"]
    )
    def test_is_refused_whatever_value_it_shows(self, formula):
        fault = one_cell(lambda sheet, _: sheet.write_formula(1, 0, formula, None, "harmless"))

        assert fault == "holds a formula; paste its value"

    def test_is_refused_without_a_value_too(self):
        fault = one_cell(lambda sheet, _: sheet.write_formula(1, 0, "=NOW()", None, ""))

        assert fault == "holds a formula; paste its value"

    def test_is_refused_in_every_cell_of_an_array(self):
        def fill(_, sheet):
            sheet.write_string(0, 0, "heading")
            sheet.write_array_formula(1, 0, 3, 0, "{=B2:B4}", None, 1)
            sheet.write_number(2, 0, 2)
            sheet.write_number(3, 0, 3)
            sheet.write_number(4, 0, 4)

        sheet = read(as_xlsx(fill), "file.xlsx")

        assert sheet.faults.keys() == {(2, 0), (3, 0), (4, 0)}
        assert [line.cells for line in sheet.lines] == [("",), ("",), ("",), ("4",)]

    @pytest.mark.parametrize("area", [b"A1:!!", b":B2", b"A:B"])
    def test_that_fills_no_area_of_a_sheet_is_damaged(self, area):
        content = as_xlsx(
            lambda _, sheet: (sheet.write_string(0, 0, "heading"), sheet.write_array_formula(1, 0, 2, 0, "{=1}"))
        )

        with pytest.raises(DamagedWorkbook):
            read(repacked(content, lambda parts: parts.update({SHEET: parts[SHEET].replace(b"A2:A3", area)})), "x")

    def test_cannot_be_one_of_very_many_arrays(self):
        def fill(_, sheet):
            sheet.write_string(0, 0, "heading")
            for row in range(1, 602, 3):
                sheet.write_array_formula(row, 0, row + 1, 0, "{=1}")

        with pytest.raises(WorkbookTooLarge):
            read(as_xlsx(fill), "file.xlsx")


def test_an_error_is_refused():
    assert one_cell(lambda sheet, _: sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")) == (
        "holds a formula; paste its value"
    )

    content = as_xlsx(lambda _, sheet: (sheet.write_string(0, 0, "heading"), sheet.write_boolean(1, 0, True)))
    content = repacked(
        content, lambda parts: parts.update({SHEET: parts[SHEET].replace(b't="b"><v>1', b't="e"><v>#N/A')})
    )

    assert str(read(content, "file.xlsx").faults[2, 0]).startswith("holds the error #N/A")


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false")])
def test_yes_and_no_come_back_as_words(value, text):
    assert one_cell(lambda sheet, _: sheet.write_boolean(1, 0, value)) == text


def test_space_that_nobody_sees_is_tidied():
    assert one_cell(lambda sheet, _: sheet.write_string(1, 0, "\xa0Co\u0302te\u200b d\u2019Ivoire\ufeff ")) == (
        "Côte d’Ivoire"
    )


@pytest.mark.parametrize("text", [" ", "\u200b", "\xa0\n"])
def test_a_cell_that_holds_nothing_that_is_seen_is_empty(text):
    content = as_xlsx(lambda _, sheet: (sheet.write_string(0, 0, "heading"), sheet.write_string(1, 0, text)))

    assert cells_below(content) == []


def test_text_in_several_styles_is_one_text():
    def write(sheet, form):
        sheet.write_rich_string(1, 0, "Treaty ", form, "of ", "1949")

    assert one_cell(write, "0") == "Treaty of 1949"


def test_a_reading_aid_is_no_part_of_the_text():
    content = edited(STRINGS, b"<t>Finland</t>", b'<t>Finland</t><rPh sb="0" eb="1"><t>aid</t></rPh><phoneticPr/>')

    assert cells_below(content)[0][1] == "Finland"


def test_a_reading_aid_inside_a_cell_is_no_part_of_the_text():
    content = as_xlsx(lambda _, sheet: sheet.write_string(0, 0, "Norway"), constant_memory=True)
    aid = b'<t>Norway</t><rPh sb="0" eb="1"><t>aid</t></rPh>'

    def edit(parts):
        assert b"<t>Norway</t>" in parts[SHEET]
        parts[SHEET] = parts[SHEET].replace(b"<t>Norway</t>", aid)

    assert read(repacked(content, edit), "file.xlsx").headings == ("Norway",)


@pytest.mark.parametrize("escape", ["_xD83D_", "_x00e9_"])
def test_an_escape_that_is_no_character_is_left_alone(escape):
    content = edited(STRINGS, b"<t>Finland</t>", f"<t>{escape}</t>".encode())

    assert cells_below(content)[0][1] == {"_xD83D_": "_xD83D_", "_x00e9_": "é"}[escape]


def test_texts_inside_cells_are_read():
    content = as_xlsx(
        lambda _, sheet: (sheet.write_string(0, 0, "heading"), sheet.write_string(1, 0, "Norway")), constant_memory=True
    )

    assert cells_below(content) == [("Norway",)]


def test_cells_keep_their_places_in_a_sheet_that_starts_lower_and_further_right():
    def fill(_, sheet):
        sheet.write_string(3, 2, "heading")
        sheet.write_string(9, 2, "value")

    sheet = read(as_xlsx(fill), "file.xlsx")

    assert (sheet.header_line, sheet.headings) == (4, ("", "", "heading"))
    assert [(line.number, line.cells) for line in sheet.lines] == [(10, ("", "", "value"))]


def test_headings_may_stand_in_a_line_that_is_named():
    def fill(_, sheet):
        sheet.write_string(0, 0, "Seats asked for in 2027")
        sheet.write_string(2, 0, "heading")
        sheet.write_string(3, 0, "value")

    assert cells_below(as_xlsx(fill), header_line=3) == [("value",)]


def test_rows_and_cells_without_a_number_follow_each_other():
    content = as_xlsx(lambda _, sheet: [sheet.write_number(row, column, row * 2 + column) for row, column in FOUR])

    def edit(parts):
        for reference in (b' r="A1"', b' r="B1"', b' r="A2"', b' r="B2"', b' r="1"', b' r="2"'):
            assert reference in parts[SHEET]
            parts[SHEET] = parts[SHEET].replace(reference, b"")

    sheet = read(repacked(content, edit), "file.xlsx")

    assert (sheet.headings, sheet.lines[0].cells, sheet.lines[0].number) == (("0", "1"), ("2", "3"), 2)


class TestTheSheet:
    def test_is_the_first_that_can_be_seen(self):
        def fill(book, sheet):
            sheet.hide()
            other = book.add_worksheet("Second")
            other.write_string(0, 0, "heading")
            other.activate()

        sheet = read(as_xlsx(fill), "file.xlsx")

        assert (sheet.name, sheet.names) == ("Second", ("Second",))

    def test_may_be_chosen(self):
        def fill(book, sheet):
            sheet.write_string(0, 0, "heading")
            book.add_worksheet("Second").write_string(0, 0, "other")
            book.add_chartsheet("Chart")

        sheet = read(as_xlsx(fill), "file.xlsx", sheet="Second")

        assert (sheet.headings, sheet.names) == (("other",), ("Sheet", "Second"))

    @pytest.mark.parametrize("options", [{"sheet": "Third"}, {"header_line": 7}])
    def test_that_is_not_there_is_missed(self, options):
        with pytest.raises(SheetMissing):
            read(exported([FIN]), "file.xlsx", **options)

    def test_that_is_empty_is_missed(self):
        with pytest.raises(SheetMissing, match="holds nothing"):
            read(as_xlsx(lambda book, sheet: None), "file.xlsx")

    def test_with_the_same_heading_twice_is_refused(self):
        def fill(_, sheet):
            sheet.write_string(0, 0, "Country")
            sheet.write_string(0, 2, "country ")

        with pytest.raises(HeadingTwice) as refusal:
            read(as_xlsx(fill), "file.xlsx")

        assert refusal.value.place == "C1"


def of_zip(parts, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">%s</Types>'
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
DTD = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


class TestRefused:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"%PDF-1.7", NotAWorkbook),
            (b"PK\x03\x04 and then nothing", DamagedWorkbook),
            (b"MZ\0\0", NotAWorkbook),
            (COMPOUND, OldWorkbook),
            (COMPOUND + "EncryptedPackage".encode("utf-16-le"), EncryptedWorkbook),
            (of_zip({"a.txt": b"x"}), NotAWorkbook),
            (of_zip({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), OpenDocument),
            (of_zip({"[Content_Types].xml": TYPES % b"", "xl/vbaProject.bin": b""}), WorkbookWithMacros),
            (
                of_zip({"[Content_Types].xml": TYPES % b'<Override ContentType="a.sheet.macroEnabled.main+xml"/>'}),
                WorkbookWithMacros,
            ),
            (of_zip({"[Content_Types].xml": TYPES % b""}), DamagedWorkbook),
            (of_zip({"[Content_Types].xml": b"<Types"}), DamagedWorkbook),
            (of_zip({f"{number}.xml": b"" for number in range(containers.MOST_PARTS + 1)}), WorkbookTooLarge),
        ],
    )
    def test_is_what_is_no_workbook_of_today(self, content, reason):
        with pytest.raises(reason):
            read(content, "file")

    def test_is_a_name_that_promises_a_workbook(self):
        with pytest.raises(NotAWorkbook, match="whatever its name says"):
            read(b"a,b\n", "file.XLSX")

    def test_is_the_binary_format(self):
        content = repacked(
            exported([FIN]),
            lambda parts: parts.update({"_rels/.rels": parts["_rels/.rels"].replace(b"workbook.xml", b"workbook.bin")}),
        )

        with pytest.raises(NotAWorkbook, match=r"\.xlsb"):
            read(content, "file.xlsx")

    def test_is_a_password(self):
        content = bytearray(exported([FIN]))
        with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
            first = archive.infolist()[0]
        directory = content.index(b"PK\x01\x02")
        content[directory + 8] |= 1
        assert first.flag_bits & 1 == 0

        with pytest.raises(EncryptedWorkbook):
            read(bytes(content), "file.xlsx")

    def test_is_the_same_part_twice(self):
        out = io.BytesIO(exported([FIN]))
        with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(SHEET, b"<worksheet/>")

        with pytest.raises(DamagedWorkbook):
            read(out.getvalue(), "file.xlsx")

    def test_is_a_bomb_before_it_is_unpacked(self):
        bomb = of_zip({"[Content_Types].xml": b" " * (containers.MOST_UNPACKED + 1)})
        assert len(bomb) < 1024 * 1024

        with pytest.raises(WorkbookTooLarge, match="unpacks to"):
            read(bomb, "file.xlsx")

    @pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
    def test_is_a_document_type_of_its_own(self, part):
        def edit(parts):
            head, _, body = parts[part].partition(b"?>")
            parts[part] = head + b"?>" + DTD + body

        with pytest.raises(DamagedWorkbook, match="document type"):
            read(repacked(exported([FIN]), edit), "file.xlsx")

    def test_is_a_document_type_that_lies_elsewhere(self):
        external = b'?><!DOCTYPE worksheet SYSTEM "https://elsewhere.example/x.dtd">'

        with pytest.raises(DamagedWorkbook, match="document type"):
            read(edited(SHEET, b"?>", external), "file.xlsx")

    def test_is_a_packing_that_no_spreadsheet_program_uses(self):
        with pytest.raises(DamagedWorkbook, match="packed as no"):
            read(repacked(exported([FIN]), lambda parts: None, zipfile.ZIP_LZMA), "file.xlsx")

    def test_is_a_sheet_nested_without_end(self):
        with pytest.raises(DamagedWorkbook, match="nested"):
            read(edited(SHEET, b"<sheetData>", b"<sheetData>" + b"<x>" * 100), "file.xlsx")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'<row r="2"', b'<row r="1"'),
            (b'<row r="2"', b'<row r="two"'),
            (b'r="B2"', b'r="A2"'),
            (b'r="B2"', b'r="B9"'),
            (b'r="B2"', b'r="2"'),
            (b'r="B2"', b'r="ZZZZZ2"'),
            (b'r="B2" s="2" t="s"><v>', b'r="B2" s="2" t="s"><v>99'),
            (b'r="B2" s="2" t="s"><v>', b'r="B2" s="2" t="s"><v>x'),
            (b"</sheetData>", b""),
        ],
    )
    def test_is_a_sheet_that_contradicts_itself(self, old, new):
        with pytest.raises(DamagedWorkbook):
            read(edited(SHEET, old, new), "file.xlsx")

    def test_is_a_file_with_too_many_bytes(self, monkeypatch):
        monkeypatch.setattr(reading, "LARGEST_FILE", 10)

        with pytest.raises(WorkbookTooLarge):
            read(b"a,b,c,d,e,f\n", "file.csv")

    def test_is_a_sheet_of_more_elements_than_are_read(self, monkeypatch):
        monkeypatch.setattr(containers, "MOST_ELEMENTS", 40)
        content = edited(SHEET, b"</row>", b"<c/>" * 50 + b"</row>")

        with pytest.raises(WorkbookTooLarge, match="40 elements"):
            read(content, "file.xlsx")

    def test_is_a_cell_too_long(self):
        content = edited(STRINGS, b"<t>Finland</t>", b"<t>" + b"x" * (columns.LONGEST_CELL + 1) + b"</t>")

        with pytest.raises(WorkbookTooLarge) as refusal:
            read(content, "file.xlsx")

        assert refusal.value.place == "B2"

    def test_is_a_column_too_far_right(self):
        with pytest.raises(WorkbookTooLarge, match="200 columns"):
            read(as_xlsx(lambda _, sheet: sheet.write_string(0, columns.MOST_COLUMNS, "x")), "file.xlsx")

    def test_is_a_row_too_many(self):
        def fill(_, sheet):
            for row in range(columns.MOST_ROWS + 2):
                sheet.write_number(row, 0, row + 1)

        with pytest.raises(WorkbookTooLarge, match="50,000 rows"):
            read(as_xlsx(fill), "file.xlsx")

    def test_is_whatever_chance_damages(self):
        whole = exported([FIN])
        chance = random.Random(17)
        refused = 0
        for _ in range(150):
            damaged = bytearray(whole[: chance.choice((len(whole), chance.randrange(len(whole))))])
            for _ in range(chance.choice((1, 5, 50))):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            try:
                read(bytes(damaged), "file.xlsx")
            except BadWorkbook:
                refused += 1  # anything else would be our own mistake

        assert refused > 50


def test_each_refusal_says_what_where_and_how_to_mend_it():
    refusal = HeadingTwice("it stands in A1 too", "rename one", "C1")

    assert (refusal.code, str(refusal)) == ("heading-twice", "C1: it stands in A1 too; rename one")


def test_parts_that_lie_elsewhere_are_not_looked_for():
    elsewhere = (
        b'<Relationship Id="x" TargetMode="External" Type="x/sharedStrings" Target="https://elsewhere.example/"/>'
    )
    content = edited("xl/_rels/workbook.xml.rels", b"</Relationships>", elsewhere + b"</Relationships>")

    assert cells_below(content) == cells_below(exported([FIN]))


def test_elements_of_other_programs_are_passed_over():
    foreign = b'<sheetData><x:row xmlns:x="urn:x" r="9"><x:c r="A9"><x:v>1</x:v></x:c></x:row>'

    assert cells_below(edited(SHEET, b"<sheetData>", foreign)) == cells_below(exported([FIN]))


def test_a_formula_above_the_headings_is_nobodys_fault():
    def fill(_, sheet):
        sheet.write_formula(0, 0, "=TODAY()", None, 45000)
        sheet.write_string(1, 0, "heading")

    assert read(as_xlsx(fill), "file.xlsx", header_line=2).faults == {}


def test_links_to_other_files_are_noted_and_not_followed():
    content = repacked(
        exported([FIN]), lambda parts: parts.update({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})
    )

    assert "not followed" in read(content, "file.xlsx").notes[0]


def test_another_reader_finds_the_same_texts():
    rows = [FIN] * 3
    content = exported(rows)

    sheet = openpyxl.load_workbook(io.BytesIO(content))["Seats"]

    theirs = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert theirs == cells_below(content)
