"""A damaged pack loads nothing and is told everything that is wrong with it, each with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cordiale.config.commands import main
from cordiale.engines.packs.cells import stray_character
from tests.databases import ROOT
from tests.makers import add, copy_of, edit, everything, load, small_pack

pytestmark = pytest.mark.django_db

Damage = Callable[[Path], object]


def replaced(file: str, old: str, new: str) -> Damage:
    return lambda folder: edit(folder, file, old, new)


def added(file: str, *lines: str) -> Damage:
    return lambda folder: add(folder, file, *lines)


def raw(file: str, old: bytes, new: bytes) -> Damage:
    def damage(folder: Path) -> None:
        text = (folder / file).read_bytes()
        assert text.count(old) == 1
        (folder / file).write_bytes(text.replace(old, new))

    return damage


def removed(file: str) -> Damage:
    return lambda folder: (folder / file).unlink()


def a_folder_in_place_of(file: str) -> Damage:
    def damage(folder: Path) -> None:
        (folder / file).unlink(missing_ok=True)
        (folder / file).mkdir()

    return damage


# name: what is done to a copy of the small pack, where it is told, and what is told there
DAMAGES: dict[str, tuple[Damage, str, str]] = {
    "unknown party": (
        added("participation.csv", "gama,forum,member,all,,2001,,gazette,,,"),
        "participation.csv:9:1",
        'party: "gama" is not in parties.csv; did you mean "gamma"?',
    ),
    "unknown source": (
        replaced("cadences.csv", ",gazette", ",gazete"),
        "cadences.csv:2:7",
        'source: "gazete" is not in sources.csv; did you mean "gazette"?',
    ),
    "unknown framework": (
        added("participation.csv", "gamma,senate,member,all,,2001,,gazette,,,"),
        "participation.csv:9:2",
        'framework: "senate" is not in frameworks.csv; add it there or correct it',
    ),
    "unknown agreement": (
        replaced("policies.csv", "Capital,charter,", "Capital,chater,"),
        "policies.csv:3:5",
        'develops: "chater" is not in policies.csv; did you mean "charter"?',
    ),
    "unknown status": (
        replaced("participation.csv", "beta,forum,suspended", "beta,forum,suspendet"),
        "participation.csv:6:3",
        'status: "suspendet" is not among the statuses of pack.toml; did you mean "suspended"?',
    ),
    "unknown scope": (
        replaced("participation.csv", "member,practical", "member,military"),
        "participation.csv:7:4",
        'scope: "military" is not among all, practical, political',
    ),
    "impossible day": (
        replaced("policies.csv", "charter,The Charter,1997-05-30", "charter,The Charter,1995-02-30"),
        "policies.csv:2:3",
        'date: "1995-02-30" is not in the calendar (day is out of range for month)',
    ),
    "month 13": (
        replaced("policies.csv", "charter,The Charter,1997-05-30", "charter,The Charter,1997-13"),
        "policies.csv:2:3",
        'date: "1997-13" is not in the calendar (month must be in 1..12)',
    ),
    "date before 1800": (
        replaced("frameworks.csv", "alliance,1950", "alliance,1750"),
        "frameworks.csv:2:5",
        'established: "1750" lies outside 1800 to 8999',
    ),
    "garbage for a date": (
        replaced("policies.csv", "outreach,Outreach,2004", "outreach,Outreach,spring 2004"),
        "policies.csv:3:3",
        'date: "spring 2004" is not a date; write yyyy, yyyy-mm or yyyy-mm-dd',
    ),
    "period that ends before it starts": (
        replaced("instruments.csv", "2001,2001,2003", "2001,2004,2003"),
        "instruments.csv:2:7",
        'valid_to: the period ends ("2003") no later than it starts ("2004"); swap or correct the dates',
    ),
    "overlap within one source": (
        replaced("participation.csv", "suspended,all,change,2014-04-01", "suspended,all,change,2014-03-31"),
        "participation.csv:6:6",
        'valid_from: "gazette" says something else for the same days on line 5',
    ),
    "row twice": (
        added("cadences.csv", "forum,ministers,2,year,1997,,gazette"),
        "cadences.csv:3:1",
        "framework, level, source, valid_from: the same as on line 2; remove one of the two rows",
    ),
    "id twice": (
        added("parties.csv", "alpha,state,Another Alpha,,,,,"),
        "parties.csv:6:1",
        "id: the same as on line 3; remove one of the two rows",
    ),
    "ISO code twice": (
        added("parties.csv", "delta,state,Delta,GG,,,,"),
        "parties.csv:6:4",
        'iso2: "GG" is that of "gamma" on line 5; correct one of the two',
    ),
    "wrong encoding": (
        raw("parties.csv", b"Gamma", b"Gamm\xe4"),
        "parties.csv:5:17",
        "byte 0xe4 is not UTF-8; save the file as UTF-8",
    ),
    "NUL character": (
        raw("parties.csv", b"Gamma", b"Gam\0ma"),
        "parties.csv:5:0",
        "holds a NUL character; save the file as plain CSV text",
    ),
    "missing column": (
        lambda folder: (folder / "cadences.csv").write_text("framework,level,times,per,valid_from,valid_to\n"),
        "cadences.csv:1:0",
        'the column "source" is missing; add it to the header and each row',
    ),
    "unknown column": (
        replaced("cadences.csv", "per,valid_from", "pro,valid_from"),
        "cadences.csv:1:4",
        '"pro" is no column here; remove it or correct its name',
    ),
    "column twice": (
        replaced("cadences.csv", "level,times", "level,level"),
        "cadences.csv:1:3",
        '"level" stands here twice; remove one of the two',
    ),
    "too few cells": (
        replaced("cadences.csv", ",1997,,gazette", ",1997,gazette"),
        "cadences.csv:2:0",
        "has 6 cells where the header has 7; quote cells that hold commas",
    ),
    "too many cells": (
        replaced("cadences.csv", ",1997,,gazette", ",1997,,gazette,"),
        "cadences.csv:2:0",
        "has 8 cells where the header has 7; quote cells that hold commas",
    ),
    "quote not closed": (
        replaced("cadences.csv", "forum,ministers", '"forum,ministers'),
        "cadences.csv:2:0",
        "is not CSV (unexpected end of data); close the quotes of the row that begins here",
    ),
    "text after a quote": (
        replaced("cadences.csv", "forum,ministers", '"forum"s,ministers'),
        "cadences.csv:2:0",
        "is not CSV (',' expected after '\"')",
    ),
    "huge cell": (
        replaced("participation.csv", "said twice", "x" * 2_000_000),
        "participation.csv:3:11",
        "note: holds 2,000,000 characters, more than 2,000; shorten it",
    ),
    "white space around a cell": (
        replaced("participation.csv", "said twice", "said twice "),
        "participation.csv:3:11",
        'note: "said twice " has white space around it; remove it',
    ),
    "line break in a cell": (
        replaced("participation.csv", "said twice", '"said\ntwice"'),
        "participation.csv:3:11",
        "U+000A; remove it",
    ),
    "escape sequence": (
        replaced("participation.csv", "said twice", "said \x1b[2Jtwice"),
        "participation.csv:3:11",
        "U+001B; remove it",
    ),
    "hidden direction mark": (
        replaced("participation.csv", "said twice", "said \u202etwice"),
        "participation.csv:3:11",
        "holds RIGHT-TO-LEFT OVERRIDE; remove it",
    ),
    "empty cell that must not be": (
        replaced("events.csv", "A quarrel", ""),
        "events.csv:2:3",
        "title: is empty; every row needs it",
    ),
    "missing file": (removed("frameworks.csv"), "frameworks.csv:0:0", "is missing; every pack must hold this file"),
    "missing manifest": (removed("pack.toml"), "pack.toml:0:0", "cannot be read (No such file or directory)"),
    "unreadable file": (
        a_folder_in_place_of("cadences.csv"),
        "cadences.csv:0:0",
        "cannot be read (Is a directory); make it a readable file",
    ),
    "unreadable manifest": (a_folder_in_place_of("pack.toml"), "pack.toml:0:0", "cannot be read (Is a directory)"),
    "unknown file": (
        lambda folder: (folder / "party.csv").write_text("id\n"),
        "party.csv:0:0",
        "is no file of a pack; remove it or correct its name",
    ),
    "broken manifest": (replaced("pack.toml", "[bodies]", "[bodies"), "pack.toml:0:0", "is not TOML: "),
    "status without an answer": (
        replaced("pack.toml", 'name = "Member"\nanswer = "in force"', 'name = "Member"'),
        "pack.toml:12:0",
        "statuses.member: every answer must be one of in force, suspended, unclear, not",
    ),
    "no time zone": (
        replaced("pack.toml", "Europe/Brussels", "Europe/Bruxelles"),
        "pack.toml:7:0",
        'zone: "Europe/Bruxelles" is no time zone; write one such as Europe/Brussels',
    ),
    "unknown host": (
        replaced("pack.toml", 'host = "host"', 'host = "hosts"'),
        "pack.toml:0:0",
        'host: "hosts" is not in parties.csv; add it there or correct it',
    ),
    "circle of succession": (
        replaced("frameworks.csv", "council,1990,1997-05-30,,", "council,1990,1997-05-30,forum,"),
        "frameworks.csv:3:7",
        'succeeds: "club" comes after itself (club > forum > club); break the circle',
    ),
    "link to nothing": (
        replaced("event_links.csv", "suspended/2014-04-01", "suspended/2014-05-01"),
        "event_links.csv:2:4",
        'target_id: "beta/forum/suspended/2014-05-01/gazette" is no row of participation.csv; did you mean',
    ),
    "end without its source": (
        replaced("participation.csv", "1997-05-30,gazette,gazette", "1997-05-30,gazette,"),
        "participation.csv:8:9",
        "end_source: is empty although the period ends; name the source of the end",
    ),
    "precedence 101": (
        replaced("sources.csv", "en,90", "en,101"),
        "sources.csv:2:7",
        'precedence: "101" is no whole number from 0 to 100; write digits only',
    ),
    "bad web address": (
        replaced("sources.csv", "https://example.org/gazette", "www.example.org"),
        "sources.csv:2:4",
        'url: "www.example.org" is no web address; write one that begins with https:// and has no spaces',
    ),
    "bad ISO code": (
        replaced("parties.csv", "GG,GGG", "gg,GGG"),
        "parties.csv:5:4",
        'iso2: "gg" is no ISO 3166 code of 2 letters; write capitals, or leave the cell empty',
    ),
    "id with capitals": (
        added("events.csv", "Quarrel-2,2015,Another,crisis,journal"),
        "events.csv:3:1",
        'id: "Quarrel-2" is no id; use up to 60 lower-case letters, digits, hyphens and dots',
    ),
}  # fmt: skip


def cordiale(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def says(done: Result, place: str, what: str) -> bool:
    return any(line.startswith(f"{place}: ") and what in line for line in done.stderr.splitlines())


@pytest.fixture
def small(tmp_path) -> Path:
    """The invented pack, loaded as entry 1; the tests damage it afterwards."""
    folder = small_pack(tmp_path / "small")
    load(folder)
    return folder


@pytest.mark.parametrize(("damage", "place", "what"), DAMAGES.values(), ids=DAMAGES)
class TestDamagedPack:
    def test_loads_nothing_and_is_told_where_and_why(self, small, damage, place, what):
        before = everything()
        damage(small)

        done = cordiale("pack", "load", small)

        assert done.exit_code == 1
        assert says(done, place, what), done.stderr[:2_000]
        assert not [one for one in done.stderr if one != "\n" and stray_character(one)]
        assert everything() == before

    def test_is_refused_by_a_check_and_a_preview_alike(self, small, damage, place, what):
        damage(small)

        for arguments in (("pack", "check"), ("pack", "load", "--dry-run")):
            done = cordiale(*arguments, small)
            assert (done.exit_code, says(done, place, what)) == (1, True)

    def test_is_told_all_that_is_wrong_when_it_is_damaged_twice(self, small, damage, place, what):
        other = DAMAGES["unknown column"] if place.startswith("sources.csv") else DAMAGES["precedence 101"]
        damage(small)
        other[0](small)

        done = cordiale("pack", "check", small)

        assert says(done, place, what) or waits(place, what)
        assert says(done, *other[1:])


def waits(place: str, what: str) -> bool:
    """What refers to a broken file is not judged until that file is mended."""
    return "is not in sources.csv" in what or place.startswith("event_links.csv")


def test_a_pack_that_is_only_damaged_by_a_byte_order_mark_loads(small):
    for path in small.iterdir():
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig", newline="")

    done = cordiale("pack", "check", small)

    assert (done.exit_code, "nothing wrong" in done.output) == (0, True)


def test_the_number_of_faults_is_told_at_the_end(small):
    DAMAGES["precedence 101"][0](small)
    DAMAGES["bad ISO code"][0](small)

    done = cordiale("pack", "load", small)

    assert done.stderr.splitlines()[-1] == f"Error: 2 faults in {small}."


@pytest.mark.parametrize("name", ["unknown party", "wrong encoding", "unknown column"])
def test_nothing_of_a_damaged_pack_gets_into_an_empty_register(tmp_path, name):
    folder = small_pack(tmp_path / "small")
    before = everything()
    DAMAGES[name][0](folder)

    assert cordiale("pack", "load", folder).exit_code == 1
    assert everything() == before


def test_every_one_of_a_thousand_faults_is_counted_and_the_first_are_shown(tmp_path):
    folder = copy_of(ROOT / "packs/nato", tmp_path / "nato")
    text = (folder / "participation.csv").read_text(encoding="utf-8")
    (folder / "participation.csv").write_text(text.replace(",all,", ",everything,"), encoding="utf-8", newline="")

    done = cordiale("pack", "check", folder)

    lines = done.stderr.splitlines()
    assert len([line for line in lines if line.startswith("participation.csv:")]) == 200
    assert lines[200].startswith("... and ")
    assert done.exit_code == 1
