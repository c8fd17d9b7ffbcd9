"""What a file would change is said row by row, against what was exported and what the register holds now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.engines.workbooks.columns import Layout
from cordiale.engines.workbooks.comparing import (
    CellChanged,
    Changed,
    Conflict,
    Held,
    New,
    Refused,
    Removed,
    Unchanged,
)
from cordiale.engines.workbooks.laying_out import lay_out
from cordiale.engines.workbooks.reading import read
from cordiale.engines.workbooks.refusing import AnotherLayout, HeadingMissing
from tests.unit.workbooks.layouts import (
    EST,
    FIN,
    PARTICIPATION,
    SEATS,
    SWE,
    as_csv,
    compared,
    exported,
    held,
    lines_of,
    of_csv,
    outcomes,
)

MARKED, COUNTRY, COURSE, STATUS, NUMBER, NOTE, REMOVE = range(7)


def with_cells(row, **cells):
    texts = list(row.cells)
    for name, text in cells.items():
        texts[SEATS.places[name]] = text
    return replace(row, cells=tuple(texts))


def moved(row, **cells):
    """The row after somebody changed it here."""
    return replace(with_cells(row, **cells), version=row.version + 90)


def refused(outcome):
    assert isinstance(outcome, Refused)
    return [(cell.place, cell.column, cell.reason) for cell in outcome.cells]


few = st.tuples(
    st.just("Finland"), st.just("Cyber"), st.sampled_from(["asked", "granted"]), *[st.sampled_from("12")] * 2
)


class TestOfThreeStates:
    """Exported, here now, and in the file."""

    @given(few, few, few)
    def test_the_outcome_follows_from_who_changed_what(self, base, here, file):
        before, now = replace(FIN, cells=base), replace(FIN, version=99, cells=here)
        content = of_csv([replace(before, cells=file)])

        [outcome] = outcomes(content, held(now, before=[before]))

        edited = [place for place in range(5) if file[place] != base[place] and file[place] != here[place]]
        if not edited:
            assert isinstance(outcome, Unchanged)
        elif here == base:
            assert isinstance(outcome, Changed)
            assert outcome.cells == file
        else:
            assert isinstance(outcome, Conflict)
            assert isinstance(outcome.wish, Changed)
            assert [cell.file for cell in outcome.wish.changes] == [file[place] for place in edited]
            assert set(outcome.clashes) == {SEATS.columns[place].name for place in edited if here[place] != base[place]}

    @given(few, few)
    def test_without_memory_a_row_that_moved_is_a_conflict_unless_both_agree(self, here, file):
        content = of_csv([replace(FIN, cells=file)])

        [outcome] = outcomes(content, Held({"1": replace(FIN, version=99, cells=here)}))

        assert isinstance(outcome, Unchanged if here == file else Conflict)

    @given(few, few)
    def test_what_changed_here_alone_stays(self, base, here):
        before, now = replace(FIN, cells=base), replace(FIN, version=99, cells=here)

        assert outcomes(of_csv([before]), held(now, before=[before])) == [Unchanged(2, "1")]

    def test_cells_that_the_file_leaves_alone_stay_as_they_are_here(self):
        content = of_csv([with_cells(FIN, note="by ship")])

        [conflict] = outcomes(content, held(moved(FIN, status="granted"), before=[FIN]))

        assert conflict.wish.cells == ("Finland", "Law of the sea", "granted", "2", "by ship")
        assert conflict.wish.changes == (CellChanged("note", here="", file="by ship", exported=""),)
        assert (conflict.line, conflict.id, conflict.clashes, conflict.wish.version) == (2, "1", (), 100)

    def test_a_version_that_nobody_knows_is_a_conflict(self):
        content = of_csv([replace(with_cells(FIN, note="x"), version=11)])

        [outcome] = outcomes(content, held(FIN))

        assert isinstance(outcome, Conflict)
        assert outcome.clashes == ("note",)

    def test_a_change_names_the_version_that_it_was_compared_with(self):
        [change] = outcomes(of_csv([with_cells(FIN, note="x")]), held(FIN))

        assert (change.version, change.by_key, change.changes) == (10, False, (CellChanged("note", "", "x", ""),))


class TestTheFile:
    def test_may_have_its_rows_and_columns_in_any_order(self):
        head, *rows = lines_of([FIN, SWE, EST])
        shuffled = [[line[place] for place in (4, 6, 0, 3, 1, 5, 2)] for line in (head, *reversed(rows))]

        assert outcomes(as_csv(shuffled), held(FIN, SWE, EST)) == [
            Unchanged(2, "3"),
            Unchanged(3, "2"),
            Unchanged(4, "1"),
        ]

    def test_may_have_a_title_above_its_headings(self):
        lines = [["Seats for 2027"], [""], *lines_of([FIN])]

        assert outcomes(as_csv(lines), held(FIN), separator=",") == [Unchanged(4, "1")]

    def test_may_have_more_columns_which_are_told_and_left_aside(self):
        lines = [[*line, "", extra] for line, extra in zip(lines_of([FIN]), ("Phone", "+358"), strict=True)]

        file = lay_out(read(as_csv(lines), "file.csv"), SEATS)

        assert file.ignored == (("H1", ""), ("I1", "Phone"))
        assert not file.as_exported

    def test_may_name_columns_by_their_names(self):
        lines = [["row_mark", "COUNTRY", "course", " status", "seats", "note", "Remove"], *lines_of([FIN])[1:]]

        assert outcomes(as_csv(lines), held(FIN)) == [Unchanged(2, "1")]

    def test_without_one_of_our_columns_is_refused(self):
        lines = [line[:-2] for line in lines_of([FIN])]

        with pytest.raises(HeadingMissing, match='"Note" is missing'):
            outcomes(as_csv(lines), held(FIN))

    def test_of_another_table_is_refused(self):
        with pytest.raises(AnotherLayout):
            outcomes(exported([FIN]), held(), layout=PARTICIPATION)

    def test_that_lacks_rows_removes_none_of_them(self):
        found = compared(of_csv([FIN]), held(FIN, SWE, EST))

        assert list(found.outcomes()) == [Unchanged(2, "1")]
        assert found.missing == 2

    def test_may_be_compared_in_steps_that_make_up_the_whole(self):
        comparing = compared(of_csv([FIN, SWE, EST]), held(FIN, with_cells(SWE, note="early"), EST))

        assert len(comparing) == 3
        assert [*comparing.outcomes(0, 2), *comparing.outcomes(2, 9)] == list(comparing.outcomes())


class TestARemoval:
    @pytest.mark.parametrize("wish", ["x", "X"])
    def test_is_asked_for_with_an_x(self, wish):
        lines = lines_of([FIN])
        lines[1][REMOVE] = wish

        assert outcomes(as_csv(lines), held(FIN)) == [Removed(2, "1", 10, FIN.cells)]

    def test_of_a_row_that_changed_here_is_a_conflict(self):
        lines = lines_of([FIN])
        lines[1][REMOVE] = "x"

        [conflict] = outcomes(as_csv(lines), held(moved(FIN, note="new"), before=[FIN]))

        assert isinstance(conflict, Conflict)
        assert isinstance(conflict.wish, Removed)
        assert conflict.clashes == ()

    @pytest.mark.parametrize(
        ("mark", "wish", "reason"),
        [(True, "maybe", 'holds "maybe"'), (False, "x", "asks to remove a row that the register does not hold")],
    )
    def test_that_means_nothing_is_refused(self, mark, wish, reason):
        lines = lines_of([with_cells(FIN, country="Peru")])
        lines[1][REMOVE] = wish
        lines[1][MARKED] *= mark

        assert refused(outcomes(as_csv(lines), held(FIN))[0]) == [("G2", "remove", reason)]

    def test_by_a_formula_is_refused(self):
        lines = lines_of([FIN])
        lines[1][REMOVE] = '"=IF(1,""x"")"'

        assert refused(outcomes(as_csv(lines), held(FIN))[0]) == [("G2", "remove", "holds a formula")]


class TestARowMark:
    @pytest.mark.parametrize("damage", [lambda mark: mark[:-1] + "z", lambda mark: "2" + mark[1:], lambda mark: "7"])
    def test_that_was_damaged_is_refused(self, damage):
        lines = lines_of([FIN])
        lines[1][MARKED] = damage(lines[1][MARKED])

        [(place, column, reason)] = refused(outcomes(as_csv(lines), held(FIN, SWE))[0])

        assert (place, column) == ("A2", "row mark")
        assert "no row mark of this table" in reason

    def test_of_another_table_is_refused(self):
        other = Layout("other", "Other", SEATS.columns)
        lines = [lines_of([FIN])[0], lines_of([FIN], other)[1]]

        assert isinstance(outcomes(as_csv(lines), held(FIN))[0], Refused)

    def test_of_a_row_that_the_person_may_not_see_says_no_more_than_of_one_that_never_was(self):
        hidden, never = replace(FIN, id="1"), replace(FIN, id="9")

        answers = [outcomes(of_csv([row]), held(SWE))[0].cells for row in (hidden, never)]

        assert answers[0] == answers[1]
        assert answers[0][0].reason == "names a row that is not there, or not for you"

    def test_on_two_lines_is_refused_on_both(self):
        copied = outcomes(of_csv([FIN, with_cells(FIN, country="Peru"), SWE]), held(FIN, SWE))

        assert [cell[0] for outcome in copied[:2] for cell in refused(outcome)] == ["A2", "A3"]
        assert copied[2] == Unchanged(4, "2")

    def test_that_is_a_formula_is_refused(self):
        lines = lines_of([FIN])
        lines[1][MARKED] = "=A1"

        assert refused(outcomes(as_csv(lines), held(FIN))[0]) == [("A2", "row mark", "holds a formula")]


class TestAKey:
    def test_finds_the_row_of_a_line_without_a_mark(self):
        lines = lines_of([with_cells(FIN, note="by ship"), SWE])
        lines[1][MARKED] = lines[2][MARKED] = ""

        change, same = outcomes(as_csv(lines), held(FIN, SWE))

        assert (change.id, change.by_key, change.changes) == ("1", True, (CellChanged("note", "", "by ship"),))
        assert change.changes[0].clashes
        assert same == Unchanged(3, "2")

    def test_found_once_by_mark_and_once_by_itself_is_refused(self):
        lines = lines_of([with_cells(FIN, course="Cyber"), FIN])
        lines[2][MARKED] = ""

        assert [type(outcome) for outcome in outcomes(as_csv(lines), held(FIN))] == [Refused, Refused]

    def test_on_two_new_lines_is_refused_on_both(self):
        lines = lines_of([FIN, FIN])
        lines[1][MARKED] = lines[2][MARKED] = ""

        found = outcomes(as_csv(lines), held(SWE))

        assert [refused(outcome) for outcome in found] == [
            [("B2", "country", "has the same Country, Course as another line")],
            [("B3", "country", "has the same Country, Course as another line")],
        ]

    def test_that_another_row_of_the_register_has_is_refused(self):
        content = of_csv([with_cells(SWE, country="Finland")])

        assert refused(outcomes(content, held(FIN, SWE))[0]) == [
            ("B2", "country", "has the same Country, Course as another row of the register")
        ]

    def test_of_a_line_that_asks_for_removal_may_be_used_by_another(self):
        lines = lines_of([with_cells(FIN, country="Peru"), with_cells(SWE, country="Peru")])
        lines[1][REMOVE] = "x"

        removed, changed = outcomes(as_csv(lines), held(FIN, SWE))

        assert isinstance(removed, Removed)
        assert changed.values == {"country": "Peru"}

    def test_may_change(self):
        [change] = outcomes(of_csv([with_cells(SWE, country="Norway")]), held(FIN, SWE))

        assert change.values == {"country": "Norway"}

    def test_is_not_needed(self):
        layout = replace(SEATS, key_columns=())
        lines = lines_of([FIN, FIN], layout)
        lines[1][MARKED] = lines[2][MARKED] = ""

        found = outcomes(as_csv(lines), held(FIN), layout=layout)

        assert [type(outcome) for outcome in found] == [New, New]

    def test_may_change_where_none_tells_rows_apart(self):
        layout = replace(SEATS, key_columns=())
        [change] = outcomes(of_csv([with_cells(SWE, country="Finland")], layout), held(FIN, SWE), layout=layout)

        assert change.values == {"country": "Finland"}


class TestACell:
    def test_that_cannot_be_read_is_refused_with_its_place_and_how_to_mend_it(self):
        content = of_csv([with_cells(FIN, seats="many", status="maybe", country="")])

        [outcome] = outcomes(content, held(FIN))

        assert refused(outcome) == [
            ("B2", "country", "is empty"),
            ("D2", "status", 'holds "maybe", which is not among the permitted values'),
            ("E2", "seats", 'holds "many", which is no number'),
        ]
        assert [cell.mend for cell in outcome.cells] == [
            "write a value; every row needs one",
            "write one of asked, granted",
            "write figures only",
        ]

    def test_that_nobody_changed_is_never_refused(self):
        old = with_cells(FIN, status="no longer permitted", seats="many")

        [change] = outcomes(of_csv([with_cells(old, note="x")]), held(old))

        assert change.values == {"note": "x"}

    def test_with_a_formula_is_refused_even_if_its_value_is_the_same(self):
        lines = lines_of([FIN])
        lines[1][NUMBER] = "=1+1"

        assert refused(outcomes(as_csv(lines), held(FIN))[0]) == [("E2", "seats", "holds a formula")]

    def test_in_a_column_of_theirs_may_hold_a_formula(self):
        lines = [[*line, extra] for line, extra in zip(lines_of([FIN]), ("Total", "=1+1"), strict=True)]

        assert outcomes(as_csv(lines), held(FIN)) == [Unchanged(2, "1")]

    def test_with_a_control_character_is_refused(self):
        assert refused(outcomes(of_csv([with_cells(FIN, note="a\x07b")]), held(FIN))[0]) == [
            ("F2", "note", "holds the control character U+0007")
        ]

    def test_that_differs_only_in_what_nobody_sees_is_no_change(self):
        content = of_csv([with_cells(FIN, country=" Fin\u200bland\xa0")])

        assert outcomes(content, held(FIN)) == [Unchanged(2, "1")]


HEADER = "party,framework,status,scope,start_kind,valid_from,valid_to,source,end_source,locator,note"


class TestATableOfAPack:
    def test_gives_values_of_the_domain(self):
        content = f"{HEADER}\nfin,pfp,member,all,entry,1994-05,,s1,,,\n".encode()

        [new] = outcomes(content, held(), layout=PARTICIPATION)

        assert str(new.values["valid_from"]) == "1994-05"
        assert new.values["valid_to"] is None

    @pytest.mark.parametrize(
        ("cells", "place", "column"),
        [
            ("fin,pfp,guest,all,,,,s1,,,", "C2", "status"),
            ("fin,pfp,member,all,,1994-13,,s1,,,", "F2", "valid_from"),
            ("fin,pfp,member,all,,,,s1,,,\u202ehidden", "K2", "note"),
            ("fin,pfp,member,some,,,,s1,,,", "D2", "scope"),
        ],
    )
    def test_refuses_what_a_pack_may_not_hold(self, cells, place, column):
        [outcome] = outcomes(f"{HEADER}\n{cells}\n".encode(), held(), layout=PARTICIPATION)

        [refusal] = outcome.cells
        assert (refusal.place, refusal.column) == (place, column)
        assert refusal.mend
