"""A workbook that was edited, sorted and saved in a real LibreOffice is understood."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cordiale.engines.workbooks.comparing import Changed, Comparing, New, Refused, Removed, Unchanged
from cordiale.engines.workbooks.laying_out import lay_out
from cordiale.engines.workbooks.reading import read
from cordiale.engines.workbooks.writing import Row
from tests.libreoffice import edited
from tests.unit.workbooks.layouts import PARTICIPATION, exported, held

pytestmark = pytest.mark.libreoffice

EDITS = (
    ("type", "17@", "Note", "corrected in LibreOffice: Türkiye, 5 °C"),
    ("type", "18@", "Valid from", "1995-02"),
    ("type after formatting", "19@", "Valid from", "YYYY-MM-DD", "1995-02-10"),
    ("type after formatting", "20@", "Valid from", "MMM YY", "1995-02-01"),
    ("type after formatting", "21@", "Valid from", "General", "1995"),
    ("type after formatting", "22@", "Note", "General", "=1+1"),
    ("type", "23@", "remove", "x"),
    ("type", "24@", "Status", "guest"),
    ("delete line", "25@"),
    ("add line", {"Party": "p-new", "Framework": "f1", "Status": "member", "Scope": "all", "Source": "s1"}),
    ("insert column", "My own remarks"),
    ("sort", "Locator"),
)
NOTES = ("", "=1+1", "'quoted", "-5", "two\nlines", "  ", "Ελλάδα", "007", "1/2", "TRUE", "_x000D_", "@x")


def rows():
    return [
        Row(
            str(number),
            number + 1,
            (
                f"p{number}", f"f{number % 9}", "member", "all", "", ("1994-05", "1994", "1994-05-10", "")[number % 4],
                "", "s1", "", f"page {number * 37 % 300:03}", NOTES[number % len(NOTES)],
            ),
        )
        for number in range(300)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what LibreOffice saved."""
    folder = tmp_path_factory.mktemp("libreoffice")
    edited(folder, exported(rows(), PARTICIPATION), EDITS)
    return folder


def comparing(place: Path) -> Comparing:
    return Comparing(lay_out(read(place.read_bytes(), place.name), PARTICIPATION), held(*rows()))


def by_id(found):
    return {outcome.id: outcome for outcome in found if not isinstance(outcome, Refused | New)}


def test_the_edited_rows_are_told_from_the_others(saved):
    found = list(comparing(saved / "edited.xlsx").outcomes())

    assert Counter(type(outcome) for outcome in found) == {Unchanged: 291, Changed: 5, New: 1, Removed: 1, Refused: 2}
    assert [outcome.line for outcome in found] == list(range(2, 302))


def test_the_sheet_was_really_sorted(saved):
    lines = read((saved / "edited.xlsx").read_bytes(), "edited.xlsx").lines
    locators = [line.cells[11] for line in lines]

    assert locators[0] == "page 299"
    assert locators[:299] == sorted(locators[:299], reverse=True)


def test_dates_survive_as_exact_as_they_were_meant(saved):
    changed = by_id(comparing(saved / "edited.xlsx").outcomes())

    assert changed["17"].cells[-1] == "corrected in LibreOffice: Türkiye, 5 °C"
    assert [str(changed[number].values["valid_from"]) for number in ("18", "19", "20", "21")] == [
        "1995-02",
        "1995-02-10",
        "1995-02",
        "1995",
    ]


def test_a_formula_and_a_word_that_is_not_permitted_are_refused(saved):
    found = comparing(saved / "edited.xlsx").outcomes()
    reasons = {cell.column: cell.reason for outcome in found if isinstance(outcome, Refused) for cell in outcome.cells}

    assert reasons == {
        "note": "holds a formula",
        "status": 'holds "guest", which is not among the permitted values',
    }


def test_a_deleted_line_is_missing_and_not_removed(saved):
    found = comparing(saved / "edited.xlsx")

    assert found.missing == 1
    assert isinstance(by_id(found.outcomes())["23"], Removed)


def test_the_hidden_sheets_and_the_order_of_the_columns_survive(saved):
    sheet = read((saved / "edited.xlsx").read_bytes(), "edited.xlsx")

    assert sheet.headings[:2] == ("My own remarks", "row mark")
    assert sheet.names == ("Participation",)
    assert sheet.manifest is not None
    assert (sheet.manifest.layout, sheet.manifest.rows) == ("participation", 300)


def test_csv_in_the_code_page_of_windows_is_understood_but_for_what_it_cannot_hold(saved):
    place = saved / "edited.csv"
    sheet = read(place.read_bytes(), place.name)

    assert (sheet.encoding, sheet.separator) == ("cp1252", ";")
    assert by_id(comparing(place).outcomes())["17"].cells[-1] == "corrected in LibreOffice: Türkiye, 5 °C"
