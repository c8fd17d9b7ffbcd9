"""Sends 20,000 rows out as a workbook, takes them back and compares them; beside it, openpyxl writing and reading them.

The peer does less: it gives no places, refuses nothing, and takes a cell into which a formula spills for a number.
"""

from __future__ import annotations

import io
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import openpyxl

from bench import Answer, report
from bench.pack import PARTICIPATION, assertions
from cordiale.engines.packs.tables import BY_NAME
from cordiale.engines.workbooks.comparing import Changed, Comparing, Held, Unchanged
from cordiale.engines.workbooks.laying_out import lay_out
from cordiale.engines.workbooks.manifest import Origin
from cordiale.engines.workbooks.pack_tables import layout_of
from cordiale.engines.workbooks.reading import read
from cordiale.engines.workbooks.writing import Row, csv_bytes, headings, workbook_bytes

ROWS = 20_000
EDITED = 1_000
SEED = 17
TIMES = 3
LAYOUT = layout_of(BY_NAME["participation"], {"status": ("member", "suspended", "ended")})
ORIGIN = Origin("bench", 1, "bench", datetime(2026, 1, 1, tzinfo=UTC))
PEER = f"openpyxl {openpyxl.__version__}"


def main() -> None:
    """Measure and report; each figure is the best of three."""
    assert tuple(column.name for column in LAYOUT.columns) == PARTICIPATION
    made = islice(assertions(random.Random(SEED)), ROWS)
    rows = [Row(str(number), 1, tuple(map(str, cells))) for number, cells in enumerate(made)]
    edited = [edit(row) if number < EDITED else row for number, row in enumerate(rows)]
    ours, content = best(lambda: workbook_bytes(LAYOUT, edited, ORIGIN))
    theirs, plain = best(lambda: written_by_openpyxl(edited))
    answers = [
        Answer(
            f"write {ROWS:,} rows of {len(LAYOUT.columns)} columns with marks and drop-downs (seconds)",
            PEER,
            ours / theirs,
            "",
            None,
            {
                "ours_s": round(ours, 2),
                "peer_s": round(theirs, 2),
                "ours_kib": len(content) >> 10,
                "peer_kib": len(plain) >> 10,
            },
        )
    ]
    ours, sheet = best(lambda: read(content, "bench.xlsx"))
    theirs, cells = best(lambda: read_by_openpyxl(content))
    assert [line.cells for line in sheet.lines] == cells
    answers.append(
        Answer(
            f"read {ROWS:,} rows of {len(LAYOUT.columns)} columns from the same workbook (seconds)",
            PEER,
            ours / theirs,
            "faster than openpyxl",
            ours < theirs,
            {"ours_s": round(ours, 2), "peer_s": round(theirs, 2)},
        )
    )
    answers.append(compare(sheet, rows, edited, peer=theirs))
    report("workbook", answers)


def compare(sheet: Any, rows: list[Row], edited: list[Row], *, peer: float) -> Answer:
    """Compare the file with what the register holds, beside the time in which openpyxl only reads it."""
    held = Held({row.id: row for row in rows})
    taken, outcomes = best(lambda: list(Comparing(lay_out(sheet, LAYOUT), held).outcomes()))
    assert Counter(type(outcome) for outcome in outcomes) == {Unchanged: ROWS - EDITED, Changed: EDITED}
    text = csv_bytes(LAYOUT, edited)
    reading, again = best(lambda: read(text, "bench.csv"))
    assert [line.cells for line in again.lines] == [line.cells for line in sheet.lines]
    return Answer(
        f"compare {ROWS:,} rows, {EDITED:,} of them changed (seconds)",
        f"the time in which {PEER} reads them",
        taken / peer,
        "",
        None,
        {"ours_s": round(taken, 2), "read_as_csv_s": round(reading, 2)},
    )


def edit(row: Row) -> Row:
    """The row with another note."""
    return Row(row.id, row.version, (*row.cells[:-1], "=corrected"))


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest of a few times, and what came out."""
    times, result = [], None
    for _ in range(TIMES):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return min(times), result


def written_by_openpyxl(rows: list[Row]) -> bytes:
    """The same rows in the plainest workbook: no drop-downs, no formats."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Participation")
    sheet.append(headings(LAYOUT))
    for row in rows:
        sheet.append([row.id, *(None if text.startswith("=") else text for text in row.cells)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_by_openpyxl(content: bytes) -> list[tuple[str, ...]]:
    """The rows below the headings, as texts."""
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True)["Participation"]
    return [tuple(cell or "" for cell in row) for row in sheet.iter_rows(min_row=2, values_only=True)]


if __name__ == "__main__":
    main()
