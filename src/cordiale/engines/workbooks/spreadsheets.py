"""Reads the cells of an XLSX workbook in one pass: texts, numbers and dates as people meant them, formulas never.

fastexcel hands its values to pyarrow or polars only, forgets where in the sheet they stood, and is silent on formulas.
A second reader beside it could disagree on what a cell holds. So there is one, over the standard library's expat.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cordiale.engines.workbooks import manifest as manifests
from cordiale.engines.workbooks.columns import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS
from cordiale.engines.workbooks.containers import SPREADSHEET, Attributes, Container
from cordiale.engines.workbooks.numbers import BUILT_IN, Shows, date_text, iso_date_text, number_text, shown_by
from cordiale.engines.workbooks.refusing import (
    DamagedWorkbook,
    NotAWorkbook,
    SheetMissing,
    Unreadable,
    WorkbookTooLarge,
)
from cordiale.engines.workbooks.sheets import Grid, column_number, place_of
from cordiale.engines.workbooks.texts import tidy

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_OFFICE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_FIGURES = "0123456789"
_MOST_AREAS = 200
_SAVE_AGAIN = "open it in a spreadsheet program and save it again as .xlsx"


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet that the workbook names."""

    name: str
    part: str
    visible: bool


class Workbook:
    """An XLSX file: its sheets, and the cells of any of them."""

    def __init__(self, content: bytes) -> None:
        """Read what the sheets have in common.

        Raises:
            BadWorkbook: the file is refused.
        """
        self._container = Container(content)
        office = dict(self._container.relations("").values())
        self._part = office.get("officeDocument", "")
        if self._part.endswith(".bin"):
            raise NotAWorkbook("the workbook is in the binary format .xlsb", "save it as .xlsx")
        self._since_1904 = False
        self.sheets = tuple(self._find_sheets())
        parts = dict(self._container.relations(self._part).values())
        self._texts = self._shared_texts(parts["sharedStrings"]) if "sharedStrings" in parts else []
        self._shows = self._formats(parts["styles"]) if "styles" in parts else []

    def choose(self, name: str = "") -> Found:
        """The sheet of that name; without one, the first that can be seen.

        Raises:
            SheetMissing: there is none.
        """
        visible = [sheet for sheet in self.sheets if sheet.visible]
        for sheet in visible:
            if name in ("", sheet.name):
                return sheet
        shown = ", ".join(sheet.name for sheet in visible) or "none"
        raise SheetMissing(f'there is no sheet "{name[:40]}"', f"choose one of those there are: {shown}")

    def manifest(self) -> manifests.Manifest | None:
        """What the workbook says of itself, if we exported it."""
        for sheet in self.sheets:
            if sheet.name == manifests.SHEET:
                lines = self.cells(sheet).lines.values()
                return manifests.manifest_from({line.get(0, ""): line.get(1, "") for line in lines})
        return None

    def notes(self) -> Iterator[str]:
        """What a person should know of the file."""
        if any(name.startswith("xl/externalLinks/") for name in self._container.names):
            yield "The workbook has links to other files or programs. They were not followed."

    def cells(self, sheet: Found) -> Grid:
        """The cells of a sheet.

        Raises:
            BadWorkbook: the sheet is damaged or too large.
        """
        reader = _SheetReader(self._texts, self._shows, since_1904=self._since_1904)
        self._container.parse(sheet.part, start=reader.start, end=reader.end, text=reader.text)
        reader.refuse_spilled()
        return reader.grid

    def _find_sheets(self) -> Iterator[Found]:
        named: list[tuple[str, str, bool]] = []

        def start(tag: str, attributes: Attributes) -> None:
            name = _own(tag)
            if name == "sheet":
                reference = next((attributes[f"{office} id"] for office in _OFFICE if f"{office} id" in attributes), "")
                named.append((attributes.get("name", ""), reference, attributes.get("state", "visible") == "visible"))
            elif name == "workbookPr":
                self._since_1904 = attributes.get("date1904", "") in ("1", "true", "on")

        self._container.parse(self._part, start=start)
        parts = self._container.relations(self._part)
        for name, reference, visible in named:
            kind, part = parts.get(reference, ("", ""))
            if kind == "worksheet":
                yield Found(name, part, visible)

    def _shared_texts(self, part: str) -> list[str]:
        texts: list[str] = []
        pieces: list[str] = []
        wanted = phonetic = False

        def start(tag: str, _: Attributes) -> None:
            nonlocal wanted, phonetic
            name = _own(tag)
            if name == "si":
                pieces.clear()
            elif name == "rPh":
                phonetic = True
            wanted = name == "t" and not phonetic

        def end(tag: str) -> None:
            nonlocal wanted, phonetic
            name = _own(tag)
            wanted = False
            if name == "si":
                texts.append(_plain("".join(pieces)))
            elif name == "rPh":
                phonetic = False

        def text(piece: str) -> None:
            if wanted:
                pieces.append(piece)

        self._container.parse(part, start=start, end=end, text=text)
        return texts

    def _formats(self, part: str) -> list[Shows]:
        written: dict[str, str] = {}
        used: list[str] = []
        inside = False

        def start(tag: str, attributes: Attributes) -> None:
            nonlocal inside
            name = _own(tag)
            if name == "numFmt":
                written[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif name == "cellXfs":
                inside = True
            elif name == "xf" and inside:
                used.append(attributes.get("numFmtId", "0"))

        def end(tag: str) -> None:
            nonlocal inside
            if _own(tag) == "cellXfs":
                inside = False

        self._container.parse(part, start=start, end=end)
        return [_shown(number, written) for number in used]


def _shown(number: str, written: dict[str, str]) -> Shows:
    if number in written:
        return shown_by(written[number])
    return BUILT_IN.get(int(number), Shows.NUMBER) if number.isdecimal() else Shows.NUMBER


def _own(tag: str) -> str:
    """Name of an element of a spreadsheet; empty for any other."""
    namespace, _, name = tag.rpartition(" ")
    return name if namespace in SPREADSHEET else ""


def _plain(text: str) -> str:
    """A text of the file as a person sees it: "_x000D_" is how the format writes what XML cannot."""
    if "_x" in text:
        text = _ESCAPED.sub(_unescaped, text)
    return tidy(text)


def _unescaped(escaped: re.Match[str]) -> str:
    number = int(escaped[1], 16)
    return escaped[0] if 0xD800 <= number <= 0xDFFF else chr(number)


class _SheetReader:
    """Takes the tags of one worksheet as they come."""

    def __init__(self, texts: list[str], shows: list[Shows], *, since_1904: bool) -> None:
        self.grid = Grid()
        self._texts = texts
        self._shows = shows
        self._since_1904 = since_1904
        self._inside = self._wanted = self._phonetic = self._formula = False
        self._line = 0
        self._column = -1
        self._kind = ""
        self._style = 0
        self._pieces: list[str] = []
        self._spilled: list[str] = []
        self._names: dict[str, str] = {}
        self._cells: dict[int, str] = {}

    def start(self, tag: str, attributes: Attributes) -> None:
        name = self._names.get(tag)
        if name is None:
            name = self._names[tag] = _own(tag)
        if not self._inside:
            self._inside = name == "sheetData"
        elif name == "c":
            self._open_cell(attributes)
        elif name in ("v", "t"):
            self._wanted = not self._phonetic
        elif name == "row":
            self._open_line(attributes)
        elif name == "f":
            self._formula = True
            if attributes.get("t") in ("array", "dataTable") and ":" in attributes.get("ref", ""):
                self._spilled.append(attributes["ref"])
        elif name == "rPh":
            self._phonetic = True

    def end(self, tag: str) -> None:
        if not self._inside:
            return
        name = self._names.get(tag, "")
        if name in ("v", "t"):
            self._wanted = False
        elif name == "c":
            self._close_cell()
        elif name == "row":
            if self._cells:
                self._keep_line()
        elif name == "rPh":
            self._phonetic = False
        elif name == "sheetData":
            self._inside = False

    def text(self, piece: str) -> None:
        if self._wanted:
            self._pieces.append(piece)

    def _open_line(self, attributes: Attributes) -> None:
        number = _whole(attributes.get("r", str(self._line + 1)))
        if number is None or number <= self._line:
            raise DamagedWorkbook(f"row {attributes.get('r', '')[:20]} stands where it cannot", _SAVE_AGAIN)
        self._line, self._column, self._cells = number, -1, {}

    def _open_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        column = self._column + 1
        if reference is not None:
            letters = reference.rstrip(_FIGURES)
            try:
                column = column_number(letters)
            except ValueError:
                column = -1
            if column <= self._column or reference[len(letters) :] != str(self._line):
                raise DamagedWorkbook(f"cell {reference[:20]} stands where it cannot", _SAVE_AGAIN)
        self._column = column
        self._kind = attributes.get("t", "n")
        self._style = _whole(attributes.get("s", "0")) or 0
        self._formula = False
        self._pieces.clear()

    def _close_cell(self) -> None:
        raw = "".join(self._pieces)
        if self._formula:
            self._refuse(Unreadable("holds a formula", "paste its value"))
            return
        if raw == "":
            return
        try:
            text = self._read(raw)
        except Unreadable as fault:
            self._refuse(fault)
            return
        if text == "":
            return
        self._hold(text)

    def _read(self, raw: str) -> str:
        kind = self._kind
        if kind == "s":
            number = _whole(raw.strip())
            if number is None or number >= len(self._texts):
                raise DamagedWorkbook("a cell refers to a text that is not there", _SAVE_AGAIN, self._place)
            return self._texts[number]
        if kind == "n":
            shows = self._shows[self._style] if self._style < len(self._shows) else Shows.NUMBER
            if shows is Shows.NUMBER:
                return number_text(raw)
            return date_text(raw, shows, since_1904=self._since_1904)
        if kind == "b":
            return "true" if raw.strip() in ("1", "true") else "false"
        if kind == "e":
            raise Unreadable(f"holds the error {raw[:20]}", "write the value that was meant")
        if kind == "d":
            return iso_date_text(raw)
        return _plain(raw)

    def _hold(self, text: str) -> None:
        if self._column >= MOST_COLUMNS:
            raise WorkbookTooLarge(
                f"there are more than the {MOST_COLUMNS} columns that are read", "remove the others", self._place
            )
        if len(text) > LONGEST_CELL:
            raise WorkbookTooLarge(
                f"the cell holds {len(text):,} characters, more than {LONGEST_CELL:,}", "shorten it", self._place
            )
        self._cells[self._column] = text

    def _refuse(self, fault: Unreadable) -> None:
        self._hold("")
        self.grid.faults[self._line, self._column] = fault

    def _keep_line(self) -> None:
        if len(self.grid.lines) > MOST_ROWS:  # one of them holds the headings
            raise WorkbookTooLarge(f"there are more than the {MOST_ROWS:,} rows that are read", "split the workbook")
        self.grid.lines[self._line] = self._cells

    @property
    def _place(self) -> str:
        return place_of(self._line, self._column)

    def refuse_spilled(self) -> None:
        """Refuse the cells into which a formula of another cell writes."""
        if len(self._spilled) > _MOST_AREAS:
            raise WorkbookTooLarge(f"there are more than {_MOST_AREAS} array formulas", "paste their values")
        inside = [_area(reference) for reference in self._spilled]
        for number, cells in self.grid.lines.items() if inside else ():
            for column in cells:
                if any(contains(number, column) for contains in inside):
                    fault = Unreadable("holds the result of a formula", "paste its value")
                    self.grid.faults.setdefault((number, column), fault)
                    cells[column] = ""


def _area(reference: str) -> Callable[[int, int], bool]:
    """Whether a cell lies in "B2:C9".

    Raises:
        DamagedWorkbook: this is no area.
    """
    first, _, last = reference.partition(":")
    ends: list[tuple[int, int]] = []
    for corner in (first, last or first):
        letters = corner.rstrip(_FIGURES)
        try:
            ends.append((int(corner[len(letters) :][:8]), column_number(letters)))
        except ValueError:
            raise DamagedWorkbook(f'"{reference[:40]}" is no area of a sheet', _SAVE_AGAIN) from None
    (top, left), (bottom, right) = ends
    return lambda line, column: top <= line <= bottom and left <= column <= right


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None
