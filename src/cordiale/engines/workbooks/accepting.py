"""Takes from a comparison the rows that a person chose, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cordiale.engines.workbooks.comparing import Changed, Conflict, New, Outcome, Refused, Removed


class CannotBeAccepted(ValueError):
    """A line was chosen that is refused, is in a conflict nobody decided, or is not in the file."""

    code = "cannot-be-accepted"

    def __init__(self, line: int, why: str) -> None:
        self.line = line
        super().__init__(f"Row {line} of the file {why}")


@dataclass(frozen=True)
class Accepted:
    """What is to be written, in the order of the file.

    Args:
        new: rows to record.
        changed: rows to change; conflicts that were decided for the file among them.
        removed: rows to remove.
    """

    new: tuple[New, ...] = ()
    changed: tuple[Changed, ...] = ()
    removed: tuple[Removed, ...] = ()


def accept(outcomes: Iterable[Outcome], lines: Collection[int], *, for_the_file: Collection[int] = ()) -> Accepted:
    """The rows to be written.

    Args:
        outcomes: of the whole file.
        lines: numbers of the lines that the person chose. A line that changes nothing may be among them.
        for_the_file: numbers of the lines in conflict for which the person decided that the file is right.

    Raises:
        CannotBeAccepted: a chosen line cannot be written as it is.
    """
    chosen = {*lines, *for_the_file}
    met: set[int] = set()
    wishes: list[New | Changed | Removed] = []
    for outcome in outcomes:
        if outcome.line not in chosen:
            continue
        met.add(outcome.line)
        if isinstance(outcome, Refused):
            raise CannotBeAccepted(outcome.line, "is refused; mend it and import the file again.")
        if isinstance(outcome, Conflict):
            if outcome.line not in for_the_file:
                raise CannotBeAccepted(
                    outcome.line, "was changed here since the export; decide which of the two is right."
                )
            wishes.append(outcome.wish)
        elif isinstance(outcome, New | Changed | Removed):
            wishes.append(outcome)
    for line in sorted(chosen - met):
        raise CannotBeAccepted(line, "is not there; choose among the rows of the comparison.")
    return Accepted(
        tuple(wish for wish in wishes if isinstance(wish, New)),
        tuple(wish for wish in wishes if isinstance(wish, Changed)),
        tuple(wish for wish in wishes if isinstance(wish, Removed)),
    )
