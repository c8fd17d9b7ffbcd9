"""Turns a folder into a pack, or into the list of everything that is wrong with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cordiale.engines.packs import manifest as manifests
from cordiale.engines.packs.cells import LONGEST_CELL, BadCell, stray_character
from cordiale.engines.packs.faults import BadPack, Fault
from cordiale.engines.packs.manifest import Manifest, read_manifest
from cordiale.engines.packs.tables import BY_NAME, TABLES, Column, Table

LARGEST_FILE = 256 * 1024 * 1024
csv.field_size_limit(LARGEST_FILE)  # of the whole process: a cell too long is told by our own rule
IGNORED = ("README.md", "LICENSE", "LICENSE.md")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Args:
        line: line in the file on which it begins; 0 when it does not come from a file.
        cells: its cells as text, in the order of the table's columns.
        values: the same, read.
    """

    line: int
    cells: tuple[str, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Pack:
    """A pack whose every cell could be read.

    Args:
        manifest: what pack.toml says.
        tables: table name to rows, in file order; tables without a file have no rows.
    """

    manifest: Manifest
    tables: Mapping[str, tuple[Row, ...]]


def read_pack(folder: Path) -> Pack:
    """Read and check a pack, cell by cell and as a whole.

    Args:
        folder: the folder that holds pack.toml and the CSV files.

    Raises:
        BadPack: with every fault, not only the first.
    """
    from cordiale.engines.packs.rules import faults_of  # rules need Pack; a pack needs rules only here

    faults: list[Fault] = []
    if not folder.is_dir():
        raise BadPack([Fault(str(folder), 0, 0, "is not a folder; name the folder that holds pack.toml")])
    text = _file_text(folder / manifests.FILE, faults)
    manifest = None
    if text is not None:
        manifest, found = read_manifest(text)
        faults += found
    tables: dict[str, tuple[Row, ...]] = {}
    for table in TABLES:
        tables[table.name] = ()
        if (folder / table.file).exists() or (folder / table.file).is_symlink():
            tables[table.name] = tuple(_rows(folder / table.file, table, faults))
        elif table.needed:
            faults.append(Fault(table.file, 0, 0, "is missing; every pack must hold this file"))
    faults += _unknown_files(folder)
    if manifest is None:
        raise BadPack(faults)
    pack = Pack(manifest, tables)
    faults += faults_of(pack, broken={fault.file for fault in faults})
    if faults:
        raise BadPack(faults)
    return pack


def _unknown_files(folder: Path) -> list[Fault]:
    known = {table.file for table in TABLES} | {manifests.FILE, *IGNORED}
    return [
        Fault(path.name, 0, 0, "is no file of a pack; remove it or correct its name")
        for path in sorted(folder.iterdir())
        if path.name not in known and not path.name.startswith(".")
    ]


def _file_text(path: Path, faults: list[Fault]) -> str | None:
    """The file's text, or None after noting why it cannot be read."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            faults.append(Fault(path.name, 0, 0, f"is larger than {LARGEST_FILE >> 20} MiB; split the pack"))
            return None
        raw = path.read_bytes()
    except OSError as error:
        faults.append(Fault(path.name, 0, 0, f"cannot be read ({error.strerror}); make it a readable file"))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, place = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        what = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8"
        faults.append(Fault(path.name, line, place, what))
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        faults.append(Fault(path.name, line, 0, "holds a NUL character; save the file as plain CSV text"))
        return None
    return text


def _rows(path: Path, table: Table, faults: list[Fault]) -> Iterator[Row]:
    text = _file_text(path, faults)
    if text is None:
        return
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        order = _header(next(lines, []), table, faults)
        if order is None:
            return
        begins = lines.line_num + 1
        for cells in lines:
            row = _row(table, order, begins, cells, faults)
            begins = lines.line_num + 1
            if row is not None:
                yield row
    except csv.Error as error:
        faults.append(
            Fault(table.file, begins, 0, f"is not CSV ({error}); close the quotes of the row that begins here")
        )


def _header(names: list[str], table: Table, faults: list[Fault]) -> tuple[int, ...] | None:
    """For each column of the table, its position in the file; None when the header does not fit."""
    found = len(faults)
    wanted = [column.name for column in table.columns]
    for place, name in enumerate(names, start=1):
        if name not in wanted:
            faults.append(Fault(table.file, 1, place, f'"{name}" is no column here; remove it or correct its name'))
        elif name in names[: place - 1]:
            faults.append(Fault(table.file, 1, place, f'"{name}" stands here twice; remove one of the two'))
    for name in wanted:
        if name not in names:
            faults.append(Fault(table.file, 1, 0, f'the column "{name}" is missing; add it to the header and each row'))
    if len(faults) > found:
        return None
    return tuple(names.index(name) for name in wanted)


def _row(table: Table, order: tuple[int, ...], line: int, cells: list[str], faults: list[Fault]) -> Row | None:
    if not cells:
        return None
    if len(cells) != len(order):
        what = f"has {len(cells)} cells where the header has {len(order)}; quote cells that hold commas"
        faults.append(Fault(table.file, line, 0, what))
        return None
    found = len(faults)
    texts: list[str] = []
    values: list[Any] = []
    for column, place in zip(table.columns, order, strict=True):
        text = cells[place]
        texts.append(text)
        try:
            values.append(read_cell(table.name, column.name, text))
        except BadCell as fault:
            faults.append(Fault(table.file, line, place + 1, f"{column.name}: {fault}"))
    return Row(line, tuple(texts), tuple(values)) if len(faults) == found else None


@lru_cache(maxsize=65_536)
def read_cell(table: str, name: str, text: str) -> Any:
    """The value of one cell. Cached: most cells of a large pack repeat.

    Raises:
        BadCell: it cannot hold this.
    """
    column: Column = BY_NAME[table].columns[BY_NAME[table].places[name]]
    if text == "":
        if column.needed:
            raise BadCell("is empty; every row needs it")
        return column.kind.empty
    if len(text) > LONGEST_CELL:
        raise BadCell(f"holds {len(text):,} characters, more than {LONGEST_CELL:,}; shorten it")
    if text != text.strip():
        raise BadCell(f'"{text[:40]}" has white space around it; remove it')
    stray = None if text.isascii() and text.isprintable() else stray_character(text)
    if stray is not None:
        raise BadCell(f'"{text[:40]}" holds {stray}; remove it')
    return column.kind.read(text)


def row_of(table: Table, cells: tuple[str, ...]) -> Row:
    """A row from cells that were checked before, such as those the register holds."""
    return Row(
        0, cells, tuple(read_cell(table.name, c.name, text) for c, text in zip(table.columns, cells, strict=True))
    )
