"""What a person chose is written, and nothing else."""

from __future__ import annotations

import pytest

from cordiale.engines.workbooks.accepting import Accepted, CannotBeAccepted, accept
from cordiale.engines.workbooks.comparing import (
    CellRefused,
    Changed,
    Conflict,
    New,
    Outcome,
    Refused,
    Removed,
    Unchanged,
)

NEW = New(2, ("a",), {"name": "a"})
CHANGED = Changed(3, "3", 1, (), ("b",), {"name": "b"})
REMOVED = Removed(4, "4", 1, ("c",))
WISH = Changed(5, "5", 9, (), ("d",), {"name": "d"})
CONFLICT = Conflict(WISH)
REFUSED = Refused(6, (CellRefused("A6", "name", "is empty", "write a value"),))
SAME = Unchanged(7, "7")
FILE: list[Outcome] = [NEW, CHANGED, REMOVED, CONFLICT, REFUSED, SAME]


def test_the_chosen_rows_are_taken():
    assert accept(FILE, [2, 4, 7]) == Accepted(new=(NEW,), removed=(REMOVED,))


def test_nothing_chosen_is_nothing_written():
    assert accept(FILE, []) == Accepted()


def test_a_conflict_decided_for_the_file_is_a_change():
    assert accept(FILE, [3], for_the_file=[5]) == Accepted(changed=(CHANGED, WISH))


@pytest.mark.parametrize(
    ("lines", "line", "why"), [([5], 5, "decide which"), ([6], 6, "is refused"), ([2, 99], 99, "is not there")]
)
def test_what_cannot_be_written_is_not_accepted(lines, line, why):
    with pytest.raises(CannotBeAccepted, match=why) as refusal:
        accept(FILE, lines)

    assert refusal.value.line == line
