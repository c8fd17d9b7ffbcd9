"""What goes out and comes back untouched changes nothing, whatever the texts, as a workbook and as CSV."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.engines.workbooks.comparing import Changed, New, Unchanged
from cordiale.engines.workbooks.guarding import guarded, unguarded
from cordiale.engines.workbooks.laying_out import lay_out
from cordiale.engines.workbooks.reading import read
from cordiale.engines.workbooks.texts import alike, tidy
from cordiale.engines.workbooks.writing import Row
from tests.unit.workbooks.layouts import EST, FIN, PARTICIPATION, SEATS, SWE, exported, held, of_csv, outcomes

AWKWARD = (
    "=1+1",
    "'=1+1",
    "'",
    "+32 2",
    "-5",
    "@x",
    "\t",
    " ",
    "a\r\nb",
    "_x000D_",
    "1995-02-10",
    "007",
    "TRUE",
    "＝1",
)
texts = st.sampled_from(AWKWARD) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
rows = st.lists(st.tuples(texts, texts, texts, texts, texts), max_size=4).map(
    lambda cells: [Row(str(number), number + 1, row) for number, row in enumerate(cells)]
)


class TestAnyTexts:
    @given(rows)
    @settings(max_examples=60)
    def test_come_back_from_a_workbook_unchanged(self, rows):
        found = outcomes(exported(rows), held(*rows))

        assert all(isinstance(outcome, Unchanged) for outcome in found)
        assert [outcome.id for outcome in found] == [row.id for row in rows]

    @given(rows, st.sampled_from(",;\t|"))
    @settings(max_examples=60)
    def test_come_back_from_csv_unchanged(self, rows, separator):
        found = outcomes(of_csv(rows, separator=separator), held(*rows), name="file.csv", separator=separator)

        assert all(isinstance(outcome, Unchanged) for outcome in found)
        assert [outcome.id for outcome in found] == [row.id for row in rows]

    @given(rows)
    @settings(max_examples=30)
    def test_are_told_to_be_as_exported(self, rows):
        assert lay_out(read(exported(rows), "file.xlsx"), SEATS).as_exported

    @given(texts)
    def test_pass_the_guard_against_formulas_whole(self, text):
        assert unguarded(guarded(text)) == text

    @given(texts)
    def test_never_look_like_a_formula_once_guarded(self, text):
        assert not guarded(text).startswith(("=", "@", "\t", "\r", "＝"))

    @given(texts)
    def test_are_tidied_once_for_all(self, text):
        assert tidy(tidy(text)) == tidy(text)
        assert alike(text, tidy(text))


@pytest.mark.parametrize("hidden", ["\u00ad", "\u200b", "\u2060", "\ufeff"])
def test_what_nobody_sees_is_no_difference(hidden):
    assert alike(f"co{hidden}operation ", "cooperation")


@pytest.mark.parametrize(("one", "other"), [("a b", "ab"), ("a\nb", "a b"), ("می\u200cخواهم", "میخواهم"), ("A", "a")])
def test_what_people_see_is_a_difference(one, other):
    assert not alike(one, other)


def test_a_table_of_a_pack_comes_back_unchanged():
    cells = ("fin", "pfp", "member", "all", "entry", "1994-05", "2023-04-04", "nato-2023", "nato-2023", "p. 3", "=note")
    row = Row("9", 4, cells)

    assert outcomes(exported([row], PARTICIPATION), held(row), layout=PARTICIPATION) == [Unchanged(2, "9")]


def test_the_same_rows_give_the_same_bytes():
    assert exported([FIN, SWE]) == exported([FIN, SWE])


@pytest.mark.parametrize("make", [exported, of_csv])
def test_what_was_exported_can_be_taken_by_another_installation_as_new(make):
    content = make([replace(FIN, id="77")])
    lines = read(content, "file")

    assert lines.lines[0].cells[0].startswith("77@10-")
    assert lay_out(lines, SEATS).rows[0].cells == FIN.cells


def test_progress_is_told_to_the_end():
    told: list[int] = []

    exported([Row(str(number), 1, FIN.cells) for number in range(2_500)], progress=told.append)

    assert told == [1_000, 2_000, 2_500]


def test_a_row_changed_in_the_file_only_is_changed():
    content = exported([FIN, SWE, replace(EST, cells=("Estonia", "Cyber", "granted", "4", ""))])

    *same, changed = outcomes(content, held(FIN, SWE, EST))

    assert same == [Unchanged(2, "1"), Unchanged(3, "2")]
    assert isinstance(changed, Changed)
    assert changed.values == {"status": "granted", "seats": 4}


def test_a_line_without_a_mark_is_new():
    [new] = outcomes(b"country,course,status,number of seats,note,row mark,remove\nPeru,Cyber,asked,3,,,\n", held(FIN))

    assert new == New(2, ("Peru", "Cyber", "asked", "3", ""), new.values)
    assert new.values == {"country": "Peru", "course": "Cyber", "status": "asked", "seats": 3, "note": ""}
