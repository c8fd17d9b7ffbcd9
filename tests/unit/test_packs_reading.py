"""A folder becomes a pack, or the list of everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordiale.domain.period import parse_when
from cordiale.engines.packs import reading
from cordiale.engines.packs.faults import SHOWN, BadPack, Fault
from cordiale.engines.packs.reading import read_pack, row_of
from cordiale.engines.packs.tables import BY_NAME
from tests.makers import SMALL, add, edit, small_pack


@pytest.fixture
def folder(tmp_path) -> Path:
    return small_pack(tmp_path / "small")


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(BadPack) as refusal:
        read_pack(folder)
    return str(refusal.value).splitlines()


def test_a_good_pack_is_read_row_by_row_with_its_lines(folder):
    pack = read_pack(folder)

    second = pack.tables["participation"][1]
    assert second.line == 3
    assert second.cells[:7] == ("alpha", "forum", "member", "all", "entry", "1997-05-30", "")
    assert second.values[5:7] == (parse_when("1997-05-30"), None)


def test_a_table_without_a_file_has_no_rows(folder):
    assert read_pack(folder).tables["offices"] == ()


def test_the_columns_of_a_file_may_stand_in_any_order(folder):
    wanted = read_pack(folder).tables["cadences"]
    lines = [",".join(reversed(line.split(","))) for line in SMALL["cadences.csv"].splitlines()]
    (folder / "cadences.csv").write_text("\n".join(lines), encoding="utf-8")

    assert read_pack(folder).tables["cadences"] == wanted


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_every_kind_of_line_end_is_understood(folder, newline):
    wanted = read_pack(folder).tables
    for name in SMALL:
        if name.endswith(".csv"):
            (folder / name).write_text(SMALL[name].replace("\n", newline), encoding="utf-8", newline="")

    assert read_pack(folder).tables == wanted


def test_a_byte_order_mark_is_passed_over(folder):
    wanted = read_pack(folder).tables
    for name, text in SMALL.items():
        (folder / name).write_text(text, encoding="utf-8-sig", newline="")

    assert read_pack(folder).tables == wanted


def test_empty_lines_are_passed_over_and_counted(folder):
    edit(folder, "parties.csv", "beta,state", "\n\nbeta,state")

    rows = {row.cells[0]: row.line for row in read_pack(folder).tables["parties"]}

    assert (rows["alpha"], rows["beta"]) == (3, 6)


@pytest.mark.parametrize("name", ["README.md", "LICENSE", ".hidden", ".git"])
def test_what_belongs_beside_a_pack_is_let_be(folder, name):
    (folder / name).write_text("text", encoding="utf-8")

    assert read_pack(folder).manifest.id == "small"


def test_quotes_commas_and_doubled_quotes_are_read_as_csv_has_them(folder):
    edit(folder, "parties.csv", "beta,state,Beta", 'beta,state,"Be""ta, the ""second"""')

    assert read_pack(folder).tables["parties"][2].cells[2] == 'Be"ta, the "second"'


def test_a_folder_that_is_not_there_is_told(tmp_path):
    assert faults_of(tmp_path / "none") == [
        f"{tmp_path}/none:0:0: is not a folder; name the folder that holds pack.toml"
    ]


def test_an_empty_folder_is_told_every_file_it_needs(tmp_path):
    assert faults_of(tmp_path) == [
        "frameworks.csv:0:0: is missing; every pack must hold this file",
        "pack.toml:0:0: cannot be read (No such file or directory); make it a readable file",
        "participation.csv:0:0: is missing; every pack must hold this file",
        "parties.csv:0:0: is missing; every pack must hold this file",
        "sources.csv:0:0: is missing; every pack must hold this file",
    ]


def test_an_empty_file_lacks_its_columns(folder):
    (folder / "cadences.csv").write_bytes(b"")

    assert 'cadences.csv:1:0: the column "framework" is missing; add it to the header and each row' in faults_of(folder)


def test_a_link_to_nowhere_cannot_be_read(folder):
    (folder / "offices.csv").symlink_to(folder / "gone.csv")

    assert "offices.csv:0:0: cannot be read (No such file or directory); make it a readable file" in faults_of(folder)


def test_a_file_too_large_to_read_is_refused_unread(folder, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST_FILE", 1 << 20)
    add(folder, "party_names.csv", "x" * (1 << 20))

    assert "party_names.csv:0:0: is larger than 1 MiB; split the pack" in faults_of(folder)


def test_a_cell_as_long_as_allowed_is_read(folder):
    edit(folder, "parties.csv", "gamma,state,Gamma,GG,GGG,,,", f"gamma,state,Gamma,GG,GGG,,,{'x' * 2000}")

    assert len(read_pack(folder).tables["parties"][3].cells[7]) == 2000


def test_a_quote_that_is_never_closed_is_told_where_it_opens(folder):
    edit(folder, "participation.csv", "alpha,forum,member,all,attested", '"alpha,forum,member,all,attested')

    told = [line for line in faults_of(folder) if "is not CSV" in line]

    assert [line.partition(": ")[0] for line in told] == ["participation.csv:4:0"]


def test_the_rows_after_a_bad_one_are_judged_too(folder):
    edit(folder, "parties.csv", "alpha,state", "alpha,land")
    edit(folder, "parties.csv", "gamma,state", "gamma,land")

    told = [line for line in faults_of(folder) if line.startswith("parties.csv")]

    assert [line.partition(": ")[0] for line in told] == ["parties.csv:3:2", "parties.csv:5:2"]


def test_what_refers_to_a_broken_file_is_not_judged(folder):
    edit(folder, "parties.csv", "gamma,state", "gamma,land")
    add(folder, "party_names.csv", "gamma,Gamma,en,,,short,gazette")

    assert [line.partition(": ")[0] for line in faults_of(folder)] == ["parties.csv:5:2"]


def test_what_the_manifest_says_of_a_broken_file_is_not_judged(folder):
    edit(folder, "parties.csv", "alpha,state", "alpha,land")

    assert [line.partition(": ")[0] for line in faults_of(folder)] == ["parties.csv:3:2"]


def test_a_row_that_begins_after_a_long_one_is_told_by_its_first_line(folder):
    edit(folder, "parties.csv", "alpha,state,Alpha,AA,AAA,,,", 'alpha,state,Alpha,AA,AAA,,,"one\ntwo"')
    edit(folder, "parties.csv", "beta,state", "beta,land")

    told = [line.partition(": ")[0] for line in faults_of(folder) if line.startswith("parties.csv")]

    assert told == ["parties.csv:3:8", "parties.csv:5:2"]


def test_a_row_from_the_register_is_read_like_one_from_a_file(folder):
    row = read_pack(folder).tables["participation"][3]

    again = row_of(BY_NAME["participation"], row.cells)

    assert (again.line, again.values) == (0, row.values)


def test_a_hundred_thousand_faults_do_not_fill_the_screen():
    refusal = BadPack(Fault("a.csv", line, 0, "is wrong") for line in range(SHOWN + 5))

    lines = str(refusal).splitlines()

    assert (len(lines), lines[-1]) == (SHOWN + 1, "... and 5 more")


def test_faults_are_told_in_the_order_of_files_and_lines():
    faults = [
        Fault("b.csv", 1, 0, "x"),
        Fault("a.csv", 10, 1, "x"),
        Fault("a.csv", 9, 2, "x"),
        Fault("a.csv", 9, 1, "x"),
    ]

    assert [str(fault) for fault in BadPack(faults).faults] == [
        "a.csv:9:1: x",
        "a.csv:9:2: x",
        "a.csv:10:1: x",
        "b.csv:1:0: x",
    ]
