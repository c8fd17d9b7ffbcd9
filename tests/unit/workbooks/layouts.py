"""What the tests of workbooks share: a small layout, makers of rows and files, and a way through the whole engine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from cordiale.engines.packs.tables import BY_NAME
from cordiale.engines.workbooks.columns import Column, Layout
from cordiale.engines.workbooks.comparing import Comparing, Held
from cordiale.engines.workbooks.laying_out import lay_out
from cordiale.engines.workbooks.manifest import Origin
from cordiale.engines.workbooks.pack_tables import layout_of
from cordiale.engines.workbooks.reading import read
from cordiale.engines.workbooks.refusing import Unreadable
from cordiale.engines.workbooks.writing import Row, csv_bytes, workbook_bytes

ORIGIN = Origin("https://desk.example", 4711, "focal-point-fin", datetime(2026, 11, 24, 14, tzinfo=UTC))


def _whole(text):
    if not text.isdecimal():
        raise Unreadable(f'holds "{text}", which is no number', "write figures only")
    return int(text)


SEATS = Layout(
    key="seats",
    title="Seats",
    columns=(
        Column("country", "Country"),
        Column("course", "Course", says="the course that the seats are asked for"),
        Column("status", "Status", choices=("asked", "granted")),
        Column("seats", "Number of seats", needed=False, parse=_whole, empty=None),
        Column("note", "Note", needed=False),
    ),
    key_columns=("country", "course"),
)
FIN, SWE, EST = (
    Row("1", 10, ("Finland", "Law of the sea", "asked", "2", "")),
    Row("2", 11, ("Sweden", "Law of the sea", "granted", "1", "late")),
    Row("3", 12, ("Estonia", "Cyber", "asked", "", "")),
)
PARTICIPATION = layout_of(BY_NAME["participation"], {"status": ("member", "partner")})


def exported(rows, layout=SEATS, **kwargs):
    return workbook_bytes(layout, rows, ORIGIN, **kwargs)


def held(*rows, before=()):
    """What the register holds, and the versions it remembers."""
    memory = {(row.id, row.version): row.cells for row in (*before, *rows)}
    return Held({row.id: row for row in rows}, lambda id_, version: memory.get((id_, version)))


def compared(content, state, *, layout=SEATS, name="file", mapping=None, **kwargs):
    return Comparing(lay_out(read(content, name, **kwargs), layout, mapping), state)


def outcomes(content, state, **kwargs):
    return list(compared(content, state, **kwargs).outcomes())


def lines_of(rows, layout=SEATS):
    """An export as a list of lines that a test may edit."""
    text = csv_bytes(layout, rows).decode("utf-8-sig")
    return [line.split(",") for line in text.splitlines()]


def as_csv(lines):
    return "\r\n".join(",".join(cells) for cells in lines).encode()


def as_xlsx(write: Callable, **options) -> bytes:
    """A workbook as somebody else's program would write it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": "constant_memory" not in options, **options}) as book:
        write(book, book.add_worksheet("Sheet"))
    return out.getvalue()


def repacked(content: bytes, edit: Callable[[dict[str, bytes]], None], compression=zipfile.ZIP_DEFLATED) -> bytes:
    """The same file after its parts were edited."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    edit(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def of_csv(rows, layout=SEATS, **kwargs):
    return csv_bytes(layout, rows, **kwargs)
