"""The row mark: which row of the register a line is, and of which version, with a check against slips of the hand.

Dragging the corner of a cell, sorting half a sheet or retyping a number makes a mark that no longer fits its check. The
check guards against accidents, not against people: what may be changed is decided by what the recipient may see.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from cordiale.engines.workbooks.refusing import Unreadable

_MARK = re.compile(r"(?P<id>[!-~]+)@(?P<version>0|[1-9][0-9]{0,17})-(?P<check>[0-9a-f]{6})")


class RowMark(NamedTuple):
    """A row and the version that was exported."""

    id: str
    version: int


def written(layout: str, mark: RowMark) -> str:
    """A mark as it stands in a workbook: "4711@90210-3fa9c1".

    Args:
        layout: key of the layout; a mark of another table does not fit.
        mark: its id is printable ASCII without spaces, its version zero or more.

    Raises:
        ValueError: the id or the version is of another form.
    """
    text = f"{mark.id}@{mark.version}-{_check(layout, mark)}"
    if not _MARK.fullmatch(text):
        raise ValueError(f"{mark} cannot be written as a row mark")
    return text


def read_mark(layout: str, text: str) -> RowMark:
    """The mark of a line.

    Raises:
        Unreadable: it is no mark of this layout.
    """
    found = _MARK.fullmatch(text)
    mark = RowMark(found["id"], int(found["version"])) if found else None
    if mark is None or found is None or found["check"] != _check(layout, mark):
        raise Unreadable(
            f'holds "{text[:40]}", which is no row mark of this table',
            "copy it from the exported workbook, or leave it empty if the row is new",
        )
    return mark


def _check(layout: str, mark: RowMark) -> str:
    return hashlib.sha256(f"{layout}\n{mark.id}\n{mark.version}".encode()).hexdigest()[:6]
