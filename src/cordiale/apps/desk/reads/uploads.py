"""Files that were sent in, and the difference each would make."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cordiale.apps.desk.models import OwnLayout, Upload
from cordiale.apps.ledger.reads import head
from cordiale.apps.register.reads import workbooks
from cordiale.domain.viewer import Viewer
from cordiale.engines.workbooks.columns import Layout, heading_form
from cordiale.engines.workbooks.comparing import Comparing
from cordiale.engines.workbooks.laying_out import lay_out
from cordiale.engines.workbooks.mapping import BadColumnMap, ColumnMap, Question, column_map_from, unknown_values
from cordiale.engines.workbooks.marks import read_mark
from cordiale.engines.workbooks.reading import read
from cordiale.engines.workbooks.refusing import HeadingMissing, Unreadable
from cordiale.engines.workbooks.sheets import Sheet


@dataclass(frozen=True)
class UploadRead:
    """A file that was sent in.

    Args:
        id: its number.
        table: which table it is for.
        name: as its sender called it.
        content: as it came.
        uploaded_by: number of the person.
        encoding: chosen by a person; "" to find it out.
        columns: how its own columns are understood; None where they are ours.
        entry: the entry that wrote rows of it; None so far.
    """

    id: int
    table: str
    name: str
    content: bytes
    uploaded_by: int
    uploaded_at: datetime
    encoding: str
    columns: object
    entry: int | None


@dataclass(frozen=True)
class Compared:
    """A file beside the register.

    Args:
        comparing: gives the outcomes.
        numbers: for each id in them, the number of the row that is believed now.
        register_number: state of the register it was compared on.
        sheet: the file as it was read.
        layout: our columns.
        ignored: headings, with their places, that no column of ours answers to.
    """

    comparing: Comparing
    numbers: dict[str, int]
    register_number: int
    sheet: Sheet
    layout: Layout
    ignored: tuple[tuple[str, str], ...]


class ColumnsUnknown(Exception):
    """The headings are not ours, and nobody said yet what they mean."""

    code = "columns-unknown"

    def __init__(self, sheet: Sheet, layout: Layout) -> None:
        self.sheet, self.layout = sheet, layout
        super().__init__("The headings of this file are not ours; say which column is which.")


class WordsUnknown(Exception):
    """The file holds words that nobody said the meaning of yet."""

    code = "words-unknown"

    def __init__(self, questions: list[Question], columns: ColumnMap, sheet: Sheet, layout: Layout) -> None:
        self.questions, self.columns, self.sheet, self.layout = questions, columns, sheet, layout
        super().__init__(f"{len(questions)} words of this file are not understood; say what each means.")


def upload(viewer: Viewer, *, number: int) -> UploadRead | None:
    """A file: for whoever sent it, and for those who may see people's work; None otherwise."""
    row = Upload.objects.filter(pk=number).first()
    if row is None or (row.uploaded_by_id != viewer.person and not viewer.may("people.see")):
        return None
    return _read(row)


def uploads(viewer: Viewer, *, limit: int = 50) -> list[UploadRead]:
    """One's own files, the newest first; their content left out."""
    rows = Upload.objects.filter(uploaded_by=viewer.person).defer("content").order_by("-pk")[:limit]
    return [_read(row, content=False) for row in rows]


def compared(viewer: Viewer, *, file: UploadRead) -> Compared:
    """Read a file and hold it beside the register.

    Raises:
        BadWorkbook: the file as a whole cannot be taken.
        ColumnsUnknown, WordsUnknown: a person has to be asked first.
    """
    number = head(viewer).register_number
    layout = workbooks.layout(viewer, table=file.table)
    columns = _columns(viewer, file, layout)
    sheet = read(
        file.content,
        file.name,
        encoding=file.encoding,
        sheet=columns.sheet if columns else "",
        header_line=columns.header_line if columns else 0,
    )
    columns = columns or remembered(viewer, sheet=sheet, layout=layout)
    try:
        laid = lay_out(sheet, layout, columns)
    except HeadingMissing:
        raise ColumnsUnknown(sheet, layout) from None
    if columns is not None:
        questions = unknown_values(sheet, columns, layout)
        if questions:
            raise WordsUnknown(questions, columns, sheet, layout)
    ids = {mark for row in laid.rows if (mark := _id(layout, row.mark))}
    held, numbers = workbooks.held(viewer, table=file.table, exported=ids)
    return Compared(Comparing(laid, held), numbers, number, sheet, layout, laid.ignored)


def remembered(viewer: Viewer, *, sheet: Sheet, layout: Layout) -> ColumnMap | None:
    """How a file with these headings was understood before; None where nobody said."""
    row = OwnLayout.objects.filter(table=layout.key, headings=headings_of(viewer, sheet=sheet)).first()
    if row is None:
        return None
    try:
        return column_map_from(row.columns, layout)
    except BadColumnMap:
        return None  # the table has other columns now: ask again


def headings_of(viewer: Viewer, *, sheet: Sheet) -> str:
    """What tells one layout of a partner from another: its headings, in any order."""
    return hashlib.sha256("\n".join(sorted(map(heading_form, sheet.headings))).encode()).hexdigest()


def _columns(viewer: Viewer, file: UploadRead, layout: Layout) -> ColumnMap | None:
    return None if file.columns is None else column_map_from(file.columns, layout)


def _id(layout: Layout, mark: str) -> str:
    """The id in a row mark; "" where there is none that can be read."""
    try:
        return read_mark(layout.key, mark).id if mark else ""
    except Unreadable:
        return ""


def _read(row: Upload, *, content: bool = True) -> UploadRead:
    return UploadRead(
        id=row.pk,
        table=row.table,
        name=row.name,
        content=bytes(row.content) if content else b"",
        uploaded_by=row.uploaded_by_id,
        uploaded_at=row.uploaded_at,
        encoding=row.encoding,
        columns=row.columns,
        entry=row.entry_id,
    )
