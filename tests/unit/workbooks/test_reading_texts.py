"""Tables come as text in the encodings and with the separators that people's programs write."""

from __future__ import annotations

import csv
import random

import pytest
from babel import Locale

from cordiale.engines.workbooks import columns
from cordiale.engines.workbooks.encodings import ENCODINGS, decode
from cordiale.engines.workbooks.reading import read
from cordiale.engines.workbooks.refusing import (
    DamagedWorkbook,
    NotAWorkbook,
    SheetMissing,
    WorkbookTooLarge,
    WrongEncoding,
)

WESTERN = "pays;note\nFrance;Accession confirmée à Bruxelles, déjà annoncée\nTürkiye;Österreich, Übung der Größe\n"
CENTRAL = "strana;poznámka\nČesko;Přistoupení potvrzeno, žluťoučký kůň\nPolska;Zażółć gęślą jaźń\n"
CYRILLIC = "страна;заметка\nУкраина;Партнёрство ради мира, подтверждено\nКазахстан;Алматы, да\n"
GREEK = "χώρα;σημείωση\nΕλλάδα;Συνεταιρισμός για την Ειρήνη\n"
TURKISH = "ülke;not\nTürkiye;Barış İçin Ortaklık, değişiklik yapıldı, şimdi\n"
ARABIC = "البلد;الإطار\nالأردن;الحوار المتوسطي\nالكويت;مبادرة إسطنبول\n"
HEBREW = "מדינה;מסגרת\nישראל;הדיאלוג הים תיכוני\n"
BALTIC = "valsts;piezīme\nLatvija;Partnerība mieram, šķērsot ģimene\nLietuva;ąčęėįšųūž\n"


def table(content, **kwargs):
    sheet = read(content, "file.csv", **kwargs)
    return [sheet.headings, *(line.cells for line in sheet.lines)]


def cells(text, separator=";"):
    return [tuple(line.split(separator)) for line in text.splitlines()]


class TestAnEncoding:
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            (WESTERN, "cp1252"),
            (WESTERN, "mac_roman"),
            (WESTERN, "cp850"),
            (CENTRAL, "cp1250"),
            (CENTRAL, "iso8859_2"),
            (CENTRAL, "mac_latin2"),
            (CYRILLIC, "cp1251"),
            (CYRILLIC, "iso8859_5"),
            (CYRILLIC, "mac_cyrillic"),
            (CYRILLIC, "koi8_r"),
            (GREEK, "cp1253"),
            (TURKISH, "cp1254"),
            (HEBREW, "cp1255"),
            (ARABIC, "cp1256"),
            (BALTIC, "cp1257"),
        ],
    )
    def test_that_a_file_does_not_tell_is_found_and_said_to_be_a_guess(self, text, encoding):
        sheet = read(text.encode(encoding), "file.csv")

        assert table(text.encode(encoding)) == cells(text)
        assert sheet.encoding in ENCODINGS
        assert not sheet.certain

    @pytest.mark.parametrize(
        ("encoding", "language"),
        [("cp1252", "fr"), ("cp1252", "de"), ("cp1250", "pl"), ("cp1250", "cs"), ("cp1251", "uk"), ("cp1255", "he")],
    )
    def test_of_ten_names_of_countries_is_found_nine_times_in_ten(self, encoding, language):
        names = [name for code, name in Locale(language).territories.items() if len(code) == 2]
        chance = random.Random(17)
        lists = ["\n".join(chance.sample(names, 10)).encode(encoding, "ignore") for _ in range(20)]

        right = sum(decode(content).text == content.decode(encoding) for content in lists)

        assert right >= 18

    @pytest.mark.parametrize("encoding", ["iso8859_1", "iso8859_15", "iso8859_9"])
    def test_that_differs_from_a_commoner_one_in_no_letter_may_be_taken_for_it(self, encoding):
        assert table(WESTERN.encode(encoding)) == cells(WESTERN)

    @pytest.mark.parametrize(
        ("content", "encoding"),
        [
            (CYRILLIC.encode("utf-8"), "utf-8"),
            (CYRILLIC.encode("utf-8-sig"), "utf-8"),
            (b"\xff\xfe" + CYRILLIC.encode("utf-16-le"), "utf-16-le"),
            (b"\xfe\xff" + CYRILLIC.encode("utf-16-be"), "utf-16-be"),
        ],
    )
    def test_that_a_file_tells_is_certain(self, content, encoding):
        sheet = read(content, "file.csv")

        assert (sheet.encoding, sheet.certain) == (encoding, True)
        assert table(content) == cells(CYRILLIC)

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    def test_of_two_bytes_a_letter_is_seen_without_a_mark(self, encoding):
        assert table(WESTERN.encode(encoding)) == cells(WESTERN)

    @pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16-le"])
    def test_may_be_chosen_by_a_person(self, encoding):
        assert table(WESTERN.encode(encoding), encoding=encoding) == cells(WESTERN)

    @pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
    def test_that_was_chosen_is_taken_although_another_is_likelier(self, encoding):
        assert (
            table("a;b\né;è\n".encode(), encoding=encoding)[1]
            == {"cp1252": ("Ã©", "Ã¨"), "utf-8": ("é", "è")}[encoding]
        )

    @pytest.mark.parametrize("encoding", ["utf-8", "cp1253", "no-such"])
    def test_that_was_chosen_and_cannot_be_is_refused(self, encoding):
        with pytest.raises(WrongEncoding):
            read(b"a;b\n\xd2\xff;c\n", "file.csv", encoding=encoding)

    def test_that_was_chosen_does_not_leave_a_mark_in_the_heading(self):
        assert table(WESTERN.encode("utf-8-sig"), encoding="utf-8") == cells(WESTERN)

    def test_in_which_one_language_explains_all_is_likelier_than_one_that_needs_several(self):
        assert decode("Kıbrıs\nMısır\nİran\nEşit\nDağ\n".encode("cp1254")).encoding == "cp1254"

    def test_is_the_commoner_one_where_nothing_tells(self):
        assert decode(b"\xe9\xe9").encoding == "cp1252"

    def test_broken_off_in_the_middle_of_a_letter_is_refused(self):
        with pytest.raises(WrongEncoding, match="line 1"):
            read(b"\xff\xfea\0b", "file.csv")

    def test_of_bytes_that_are_no_text_is_refused(self):
        with pytest.raises(NotAWorkbook):
            read(b"\x7fELF\0\0\0\1\2\3", "file.csv")


class TestASeparator:
    @pytest.mark.parametrize("separator", list(",;\t|"))
    def test_is_found(self, separator):
        text = separator.join("abc") + "\n" + separator.join(("1,5", "x y", "z")) + "\n"

        assert read(text.replace("1,5", '"1,5"').encode(), "file.csv").separator == separator

    def test_is_not_seen_inside_quotes(self):
        assert table(b'a;b\n"x,y,z";2\n"p,q,r";3\n') == [("a", "b"), ("x,y,z", "2"), ("p,q,r", "3")]

    def test_that_the_first_line_names_is_taken(self):
        sheet = read(b"sep=|\r\na,b|c\r\n1|2\r\n", "file.csv")

        assert (sheet.separator, sheet.headings) == ("|", ("a,b", "c"))
        assert sheet.lines[0].number == 2

    def test_that_a_person_chose_is_taken(self):
        assert table(b"a,b;c\n1;2\n", separator=",") == [("a", "b;c"), ("1;2", "")]

    def test_is_a_comma_where_there_is_one_column(self):
        assert read(b"country\nPeru\n", "file.csv").separator == ","


def test_lines_are_counted_as_a_spreadsheet_shows_them():
    sheet = read(b'a,b\n\n"x\ny",1\n,\nz,=2\n', "file.csv")

    assert [(line.number, line.cells) for line in sheet.lines] == [(3, ("x\ny", "1")), (5, ("z", ""))]
    assert sheet.faults.keys() == {(5, 1)}


def test_an_empty_file_is_refused():
    with pytest.raises(SheetMissing):
        read(b"", "file.csv")


def test_quotes_that_never_close_are_refused_with_their_row():
    with pytest.raises(DamagedWorkbook) as refusal:
        read(b'a,b\n1,2\n"3,4\n', "file.csv")

    assert refusal.value.place == "row 3"


def test_a_cell_longer_than_python_takes_is_refused():
    limit = csv.field_size_limit(100)
    try:
        with pytest.raises(DamagedWorkbook, match="no CSV"):
            read(b"a,b\n" + b"x" * 101 + b",c\n", "file.csv")
    finally:
        csv.field_size_limit(limit)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"a\n" + b"x" * (columns.LONGEST_CELL + 1), "A2"),
        (b"," * columns.MOST_COLUMNS + b"x\n", "GS1"),
        (b"x\n" * (columns.MOST_ROWS + 2), ""),
    ],
)
def test_more_than_is_read_is_refused(content, place):
    with pytest.raises(WorkbookTooLarge) as refusal:
        read(content, "file.csv", separator=",")

    assert refusal.value.place == place
