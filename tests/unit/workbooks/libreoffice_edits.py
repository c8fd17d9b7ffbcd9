"""Edits a workbook in a real LibreOffice, as a person would. Run by the system's Python, which knows UNO, not by ours.

    /usr/bin/python3 libreoffice_edits.py SOFFICE FOLDER

FOLDER holds exported.xlsx and edits.json, a list of steps such as ["type", "17@", "Note", "late"]; it gets edited.xlsx
and edited.csv.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found, unused-ignore]  # only the system's Python has it
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found, unused-ignore]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found, unused-ignore]
from com.sun.star.table import TableSortField  # type: ignore[import-not-found, unused-ignore]

PATIENCE_S = 60


def main(soffice: str, folder: Path) -> None:
    """Start LibreOffice, take every step, save, and end it."""
    pipe = f"cordiale{folder.stat().st_ino}"
    command = [
        soffice,
        "--headless",
        "--norestore",
        "--nologo",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
    ]
    office = subprocess.Popen([*command, f"--accept=pipe,name={pipe};urp;"], stderr=subprocess.DEVNULL)
    try:
        desktop = connected(pipe, office)
        document = desktop.loadComponentFromURL(
            (folder / "exported.xlsx").as_uri(), "_blank", 0, (given("Hidden", True),)
        )
        for step, *arguments in json.loads((folder / "edits.json").read_text("utf-8")):
            STEPS[step](document, document.Sheets.getByIndex(0), *arguments)
        save(document, folder / "edited.xlsx", "Calc MS Excel 2007 XML")
        save(document, folder / "edited.csv", "Text - txt - csv (StarCalc)", "59,34,ANSI,1")
        document.close(True)
        desktop.terminate()
        office.wait(PATIENCE_S)
    finally:
        office.kill()


def connected(pipe: str, office: subprocess.Popen[bytes]) -> Any:
    """The desktop of the LibreOffice that was started."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(PATIENCE_S * 10):
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if office.poll() is not None:
                raise SystemExit(f"LibreOffice ended with {office.returncode}") from None
            time.sleep(0.1)
        else:
            return there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
    raise SystemExit("LibreOffice does not answer")


def given(name: str, value: object) -> Any:
    """A named value, as UNO takes them."""
    return PropertyValue(Name=name, Value=value)


def save(document: Any, place: Path, kind: str, options: str = "") -> None:
    """Save a copy of the document."""
    document.storeToURL(place.as_uri(), (given("FilterName", kind), given("FilterOptions", options)))


def used(sheet: Any) -> Any:
    """The cells that hold anything."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    return sheet.getCellRangeByPosition(0, 0, cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow)


def found(sheet: Any, mark: str, heading: str) -> Any:
    """The cell below a heading, in the line whose mark begins so; in the first empty line for an empty mark."""
    lines = used(sheet).getDataArray()
    column = lines[0].index(heading)
    marks = [str(line[lines[0].index("row mark")]) for line in lines]
    empty = next((number for number, line in enumerate(lines) if not any(line)), len(lines))
    row = next(number for number, text in enumerate(marks) if text.startswith(mark)) if mark else empty
    return sheet.getCellByPosition(column, row)


def type_text(_: Any, sheet: Any, mark: str, heading: str, text: str) -> None:
    """Type into a cell as it is formatted."""
    found(sheet, mark, heading).FormulaLocal = text


def type_after_formatting(document: Any, sheet: Any, mark: str, heading: str, form: str, text: str) -> None:
    """Give a cell a number format, then type into it: LibreOffice makes a number, a date or a formula of it."""
    locale = uno.createUnoStruct("com.sun.star.lang.Locale")
    key = document.NumberFormats.queryKey(form, locale, False)
    cell = found(sheet, mark, heading)
    cell.NumberFormat = key if key >= 0 else document.NumberFormats.addNew(form, locale)
    cell.setFormula(text)


def add_line(_: Any, sheet: Any, cells: dict[str, str]) -> None:
    """Write a line below the last."""
    row = used(sheet).RangeAddress.EndRow + 1
    headings = used(sheet).getDataArray()[0]
    for heading, text in cells.items():
        sheet.getCellByPosition(headings.index(heading), row).String = text


def delete_line(_: Any, sheet: Any, mark: str) -> None:
    """Delete a whole line."""
    sheet.Rows.removeByIndex(found(sheet, mark, "row mark").CellAddress.Row, 1)


def insert_column(_: Any, sheet: Any, heading: str) -> None:
    """Put a column of one's own in front of all others."""
    sheet.Columns.insertByIndex(0, 1)
    sheet.getCellByPosition(0, 0).String = heading


def sort(_: Any, sheet: Any, heading: str) -> None:
    """Sort all lines below the headings, the last first."""
    column = used(sheet).getDataArray()[0].index(heading)
    order = TableSortField(Field=column, IsAscending=False)
    fields = uno.Any("[]com.sun.star.table.TableSortField", (order,))
    uno.invoke(used(sheet), "sort", ((given("ContainsHeader", True), given("SortFields", fields)),))


STEPS: dict[str, Callable[..., None]] = {
    "type": type_text,
    "type after formatting": type_after_formatting,
    "add line": add_line,
    "delete line": delete_line,
    "insert column": insert_column,
    "sort": sort,
}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
