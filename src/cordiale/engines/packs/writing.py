"""Makes a folder of a pack again: UTF-8, commas, one header, lines ended by LF, so that two editions compare well."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from cordiale.engines.packs import manifest as manifests
from cordiale.engines.packs.tables import Table


class FolderInUse(ValueError):
    """The folder to export to holds something already."""

    code = "folder-in-use"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not empty; name a new folder, so that nothing is overwritten.")


def csv_text(table: Table, rows: Iterable[tuple[str, ...]]) -> str:
    """A table as CSV text; cells are written as they are."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    writer.writerows(rows)
    return text.getvalue()


Rows = Iterable[tuple[str, ...]]


def pack_files(*, manifest: str, tables: Iterable[tuple[Table, Rows]]) -> Iterator[tuple[str, str]]:
    """Name and text of every file of a pack: each table that has rows or that every pack needs, and pack.toml.

    Args:
        manifest: text of pack.toml.
        tables: each table with its rows, cells in the order of its columns.
    """
    for table, rows in tables:
        kept = list(rows)
        if kept or table.needed:
            yield table.file, csv_text(table, kept)
    yield manifests.FILE, manifest


def write_pack(folder: Path, *, manifest: str, tables: Iterable[tuple[Table, Rows]]) -> None:
    """Write a pack as `pack_files` makes it.

    Args:
        folder: a folder that is empty or not there yet.
        manifest, tables: as there.

    Raises:
        FolderInUse: the folder holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUse(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pack_files(manifest=manifest, tables=tables):
        (folder / name).write_text(text, encoding="utf-8", newline="")
