"""Writes a pack with rows in every table and every choice of the format in some row; the texts are the caller's."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

from cordiale.domain.participation import STATUS_ANSWERS
from cordiale.engines.packs import cells
from cordiale.engines.packs.manifest import MARKS
from cordiale.engines.packs.rules import CHAINS, PERIODS
from cordiale.engines.packs.tables import TABLES, Column, Table

ROWS = 8
"""Rows in each table: as many as there are precisions of a date, and more than there are statuses."""

STARTS = (
    "2001-02-03",
    "2001-03",
    "2001",
    "2001/..",
    "../2001",
    "2001/2003",
    "2001-02-03T04:05:06Z",
    "",
)
END = "2011-12-13"

Text = Callable[[Table, Column, int], str]


def write_pack(folder: Path, text: Text, *, title: str) -> Path:
    """Write the pack into a new folder.

    Args:
        folder: to be made.
        text: what stands in a cell of free text: table, column, number of the row from 1.
        title: the pack's title, its statement about itself, and the names of its statuses and bodies.

    Returns:
        The folder. Its ids and words are figures: "1", "2".
    """
    folder.mkdir()
    (folder / "pack.toml").write_text(_manifest(title), encoding="utf-8")
    for table in TABLES:
        with (folder / table.file).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(column.name for column in table.columns)
            writer.writerows(
                [_cell(table, column, number, text) for column in table.columns] for number in range(1, ROWS + 1)
            )
    return folder


def _manifest(title: str) -> str:
    said = title.replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        "format = 1",
        'id = "1"',
        f'title = "{said}"',
        'edition = "1"',
        'host = "1"',
        'membership = "1"',
        'zone = "UTC"',
        'coverage_to = "2011"',
        'terms = "0-0"',
        f'about = "{said}"',
        *(
            f'[statuses.{number}]\nname = "{said}"\nanswer = "{answer}"'
            for number, answer in enumerate(STATUS_ANSWERS, start=1)
        ),
        f'[bodies]\n99 = "{said}"',
        "[marks]",
        *(f'{number} = "{mark}"' for number, mark in enumerate(MARKS, start=1)),
    ]
    return "\n".join(lines) + "\n"


def _cell(table: Table, column: Column, number: int, text: Text) -> str:
    kind, (start, end) = column.kind, PERIODS.get(table.name, ("", ""))
    special = {
        ("participation", "status"): str(1 + (number - 1) % len(STATUS_ANSWERS)),
        ("participation", "end_source"): "1",
        ("event_links", "target_table"): "agreements",
        ("event_links", "target_id"): str(number),
        ("bodies_meetings", "body"): "99" if number == ROWS else str(number),
        ("contributions", "personnel"): str(1200 * number),
    }.get((table.name, column.name))
    if special is not None:
        return special
    if column.name == end or kind is cells.END:
        return END
    if column.name == start or kind is cells.DATE:
        return STARTS[(number - 1) % len(STARTS)] if column.name == start or not column.needed else "2001-02-03"
    if column.name == CHAINS.get(table.name):
        return str(number - 1) if number > 1 else ""
    if kind.refers:
        return f"1;{number}" if kind.empty == () and number > 1 else str(number)
    return _simple(table, column, number, text)


def _simple(table: Table, column: Column, number: int, text: Text) -> str:
    kind = column.kind
    if kind is cells.TEXT:
        return text(table, column, number)
    if kind in (cells.ID, cells.WORD):
        return str(number)
    if kind is cells.LANGUAGE:
        return "en"
    if kind is cells.URL:
        return f"https://1.invalid/{number}"
    if kind is cells.SPAN:
        return ("year", "month", "week", "3 years", "18 months")[number % 5]
    if whole := re.match(r"a whole number from (\d+) to (\d+)", kind.says):
        return str(min(int(whole[1]) + number, int(whole[2])))
    if kind.says.startswith("one of "):
        options = kind.says.removeprefix("one of ").split(", ")
        return options[(number - 1) % len(options)].replace("(empty)", "")
    if kind.says.startswith("the ISO"):
        return ""
    raise AssertionError(f"nothing is known here of cells that hold {kind.says}")
