"""Why a file, or one of its cells, is refused: each reason with its place and how to mend it."""

from __future__ import annotations


class Unreadable(ValueError):
    """A cell whose text cannot be taken.

    Args:
        reason: what is wrong, to be read after the cell's place: "holds a formula".
        mend: what to do about it: "paste its value".
    """

    def __init__(self, reason: str, mend: str = "") -> None:
        self.reason = reason
        self.mend = mend
        super().__init__(f"{reason}; {mend}" if mend else reason)


class BadWorkbook(ValueError):
    """A file that is refused as a whole.

    Args:
        what: what is wrong.
        mend: what to do about it.
        place: the sheet, cell or line; empty when the whole file is meant.
    """

    code = "bad-workbook"

    def __init__(self, what: str, mend: str, place: str = "") -> None:
        self.what = what
        self.mend = mend
        self.place = place
        super().__init__(f"{place}: {what}; {mend}" if place else f"{what}; {mend}")


class NotAWorkbook(BadWorkbook):
    """The file is neither a workbook (.xlsx) nor a table as text (.csv)."""

    code = "not-a-workbook"


class OldWorkbook(BadWorkbook):
    """The file is a workbook of Excel 2003 or older (.xls)."""

    code = "old-workbook"


class OpenDocument(BadWorkbook):
    """The file is an OpenDocument spreadsheet (.ods)."""

    code = "opendocument-workbook"


class EncryptedWorkbook(BadWorkbook):
    """The workbook is protected by a password."""

    code = "encrypted-workbook"


class WorkbookWithMacros(BadWorkbook):
    """The workbook carries macros."""

    code = "workbook-with-macros"


class WorkbookTooLarge(BadWorkbook):
    """The file holds more than is read: bytes, unpacked bytes, rows, columns or characters in a cell."""

    code = "workbook-too-large"


class DamagedWorkbook(BadWorkbook):
    """The file breaks off, contradicts itself or holds what no spreadsheet program writes."""

    code = "damaged-workbook"


class SheetMissing(BadWorkbook):
    """The workbook has no such sheet, or none that holds anything."""

    code = "sheet-missing"


class HeadingMissing(BadWorkbook):
    """A column that is needed has no heading in the file."""

    code = "heading-missing"


class HeadingTwice(BadWorkbook):
    """Two columns of the file have the same heading."""

    code = "heading-twice"


class AnotherLayout(BadWorkbook):
    """The workbook was exported from another table."""

    code = "another-layout"


class NewerWorkbook(BadWorkbook):
    """The workbook was exported by a newer Cordiale."""

    code = "newer-workbook"


class WrongEncoding(BadWorkbook):
    """The text is not in the encoding that was chosen."""

    code = "wrong-encoding"
