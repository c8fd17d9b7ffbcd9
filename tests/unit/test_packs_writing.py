"""A pack is written so that reading it gives the same rows."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.engines.packs.reading import read_pack
from cordiale.engines.packs.tables import BY_NAME, TABLES
from cordiale.engines.packs.writing import FolderInUse, csv_text, write_pack
from tests.makers import SMALL, small_pack

REGIONS = BY_NAME["regions"]
cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]))


def rows_of(pack):
    return [(table, [row.cells for row in pack.tables[table.name]]) for table in TABLES]


@given(st.lists(st.tuples(cells, cells)))
def test_cells_survive_as_they_are(rows):
    text = csv_text(REGIONS, rows)

    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == [["id", "name"], *map(list, rows)]


def test_lines_end_as_two_editions_compare_best():
    assert csv_text(REGIONS, [("north", "The North, cold")]) == 'id,name\nnorth,"The North, cold"\n'


def test_what_was_read_and_written_reads_the_same(tmp_path):
    first = read_pack(small_pack(tmp_path / "first"))

    write_pack(tmp_path / "second", manifest=first.manifest.text, tables=rows_of(first))

    assert read_pack(tmp_path / "second") == first


def test_only_files_with_rows_and_those_every_pack_needs_are_written(tmp_path):
    write_pack(tmp_path / "pack", manifest=SMALL["pack.toml"], tables=[(table, []) for table in TABLES])

    assert sorted(path.name for path in (tmp_path / "pack").iterdir()) == [
        "frameworks.csv",
        "pack.toml",
        "participation.csv",
        "parties.csv",
        "sources.csv",
    ]


def test_an_empty_folder_may_be_filled(tmp_path):
    write_pack(tmp_path, manifest="x", tables=[])

    assert (tmp_path / "pack.toml").read_text(encoding="utf-8") == "x"


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "kept").touch()

    with pytest.raises(FolderInUse, match="is not empty; name a new folder"):
        write_pack(tmp_path, manifest="x", tables=[])

    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(FolderInUse):
        write_pack(tmp_path / "file", manifest="x", tables=[])
