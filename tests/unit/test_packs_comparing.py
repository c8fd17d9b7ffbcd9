"""What a new edition of a pack changes, given what the register holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cordiale.engines.packs.comparing import Correction, Held, compare
from cordiale.engines.packs.reading import Row
from cordiale.engines.packs.tables import BY_NAME

REGIONS = BY_NAME["regions"]
PARTICIPATION = BY_NAME["participation"]


def row(line: int, *cells: str) -> Row:
    return Row(line, cells, cells)


def held(number: int, *cells: str, open: bool = True, from_pack: bool = True, dropped_by_pack: bool = False) -> Held:
    return Held(number, cells, open, from_pack, dropped_by_pack)


def says(line: int, start: str, *, status: str = "member", party: str = "alpha", note: str = "") -> Row:
    return row(line, party, "forum", status, "all", "entry", start, "", "gazette", "", "", note)


def believed(number: int, start: str, *, status: str = "member", note: str = "") -> Held:
    return held(number, *says(0, start, status=status, note=note).cells)


NORTH = ("north", "North")
NORTH_NEW = ("north", "The North")
NORTH_HERE = ("north", "Northern Land")


def test_a_row_that_is_new_is_added():
    difference = compare(REGIONS, [row(2, *NORTH)], [])

    assert difference.added == (row(2, *NORTH),)


def test_a_row_that_is_the_same_changes_nothing():
    assert compare(REGIONS, [row(2, *NORTH)], [held(1, *NORTH)]).empty


def test_a_row_that_says_something_else_is_a_correction():
    difference = compare(REGIONS, [row(2, *NORTH_NEW)], [held(1, *NORTH)])

    assert difference.corrected == (Correction(held(1, *NORTH), row(2, *NORTH_NEW)),)
    assert (difference.added, difference.retracted, difference.conflicts) == ((), (), ())


def test_a_row_the_pack_no_longer_holds_is_retracted():
    difference = compare(REGIONS, [], [held(1, *NORTH)])

    assert difference.retracted == (held(1, *NORTH),)


def test_a_row_entered_here_is_never_retracted_by_a_pack_that_lacks_it():
    assert compare(REGIONS, [], [held(1, *NORTH, from_pack=False)]).empty


def test_a_row_entered_here_that_the_pack_now_says_too_changes_nothing():
    assert compare(REGIONS, [row(2, *NORTH)], [held(1, *NORTH, from_pack=False)]).empty


def test_a_row_entered_here_that_the_pack_says_otherwise_is_a_conflict():
    difference = compare(REGIONS, [row(2, *NORTH)], [held(1, *NORTH_HERE, from_pack=False)])

    assert difference.conflicts == (Correction(held(1, *NORTH_HERE, from_pack=False), row(2, *NORTH)),)


def test_a_row_corrected_here_stands_while_the_pack_says_what_it_said():
    history = [held(1, *NORTH, open=False), held(2, *NORTH_HERE, from_pack=False)]

    assert compare(REGIONS, [row(2, *NORTH)], history).empty


def test_a_row_corrected_here_and_changed_by_the_pack_is_a_conflict():
    history = [held(1, *NORTH, open=False), held(2, *NORTH_HERE, from_pack=False)]

    difference = compare(REGIONS, [row(2, *NORTH_NEW)], history)

    assert difference.conflicts == (Correction(held(2, *NORTH_HERE, from_pack=False), row(2, *NORTH_NEW)),)
    assert (difference.added, difference.corrected, difference.retracted) == ((), (), ())


def test_a_row_corrected_here_to_what_the_pack_says_now_changes_nothing():
    history = [held(1, *NORTH, open=False), held(2, *NORTH_NEW, from_pack=False)]

    assert compare(REGIONS, [row(2, *NORTH_NEW)], history).empty


def test_a_row_retracted_here_is_not_brought_back_by_the_same_edition():
    assert compare(REGIONS, [row(2, *NORTH)], [held(1, *NORTH, open=False)]).empty


def test_a_row_retracted_here_and_changed_by_the_pack_is_a_conflict():
    difference = compare(REGIONS, [row(2, *NORTH_NEW)], [held(1, *NORTH, open=False)])

    assert difference.conflicts == (Correction(held(1, *NORTH, open=False), row(2, *NORTH_NEW)),)
    assert difference.added == ()


def test_a_row_the_pack_dropped_and_brings_back_is_added_again():
    difference = compare(REGIONS, [row(2, *NORTH)], [held(1, *NORTH, open=False, dropped_by_pack=True)])

    assert difference.added == (row(2, *NORTH),)


def test_a_row_the_pack_dropped_and_brings_back_changed_is_added():
    difference = compare(REGIONS, [row(2, *NORTH_NEW)], [held(1, *NORTH, open=False, dropped_by_pack=True)])

    assert difference.added == (row(2, *NORTH_NEW),)


def test_what_the_pack_said_last_counts_not_what_it_said_first():
    history = [held(1, *NORTH, open=False, dropped_by_pack=True), held(2, *NORTH_NEW)]

    assert compare(REGIONS, [row(2, *NORTH_NEW)], history).empty


def test_a_date_that_was_corrected_is_one_correction_not_a_loss_and_a_gain():
    difference = compare(PARTICIPATION, [says(2, "2001-05")], [believed(1, "2001")])

    assert difference.corrected == (Correction(believed(1, "2001"), says(2, "2001-05")),)
    assert (difference.added, difference.retracted) == ((), ())


def test_a_row_of_another_status_is_a_loss_and_a_gain():
    difference = compare(PARTICIPATION, [says(2, "2001", status="observer")], [believed(1, "2001")])

    assert (len(difference.added), len(difference.retracted), difference.corrected) == (1, 1, ())


def test_two_that_came_for_one_that_left_are_not_paired_by_a_guess():
    difference = compare(PARTICIPATION, [says(2, "2001"), says(3, "2005")], [believed(1, "1999")])

    assert (len(difference.added), len(difference.retracted), difference.corrected) == (2, 1, ())


def test_two_of_a_kin_of_which_one_moved_are_one_correction():
    difference = compare(
        PARTICIPATION, [says(2, "2001"), says(3, "2005-06")], [believed(1, "2001"), believed(2, "2005")]
    )

    assert difference.corrected == (Correction(believed(2, "2005"), says(3, "2005-06")),)


def test_rows_of_other_parties_are_never_paired():
    difference = compare(PARTICIPATION, [says(2, "2001", party="beta")], [believed(1, "1999")])

    assert (len(difference.added), len(difference.retracted)) == (1, 1)


names = st.sampled_from(["north", "south", "east", "west"])
editions = st.dictionaries(names, st.sampled_from(["One", "Two", "Three"])).map(
    lambda said: [row(line, name, title) for line, (name, title) in enumerate(sorted(said.items()), start=2)]
)


def carried_out(difference, history: list[Held]) -> list[Held]:
    """The history after a pack was loaded."""
    closed = {old.id for old in difference.retracted} | {pair.old.id for pair in difference.corrected}
    kept = [
        Held(
            old.id, old.cells, old.open and old.id not in closed, old.from_pack, old.dropped_by_pack or old.id in closed
        )
        for old in history
    ]
    fresh = [*difference.added, *(pair.new for pair in difference.corrected)]
    return [*kept, *(held(len(history) + place, *new.cells) for place, new in enumerate(fresh, start=1))]


@given(st.lists(editions, min_size=1, max_size=5))
def test_after_any_editions_the_register_holds_the_last_one_and_it_is_loaded_already(several):
    history: list[Held] = []
    for edition in several:
        history = carried_out(compare(REGIONS, edition, history), history)

    assert sorted(old.cells for old in history if old.open) == sorted(new.cells for new in several[-1])
    assert compare(REGIONS, several[-1], history).empty


@given(editions, editions)
def test_no_row_is_both_closed_and_kept(first, second):
    history = carried_out(compare(REGIONS, first, []), [])

    difference = compare(REGIONS, second, history)

    closed = [old.id for old in difference.retracted] + [pair.old.id for pair in difference.corrected]
    assert len(closed) == len(set(closed))
