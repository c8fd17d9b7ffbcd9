"""docs/reference/asvs.md speaks of every requirement of levels 1 and 2, and whatever it calls met can be looked at."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

PAGE = ROOT / "docs/reference/asvs.md"
STATES = ("met", "partly", "not met", "not applicable")

LEVELS = """
1.1 22          1.2 1111122223    1.3 112222222223  1.4 222       1.5 123
2.1 122         2.2 112           2.3 12223         2.4 23
3.1 3           3.2 113           3.3 12223         3.4 11222233  3.5 11122333  3.6 3      3.7 22333
4.1 12233       4.2 23333         4.3 22            4.4 1222
5.1 2           5.2 112333        5.3 113           5.4 222
6.1 122         6.2 111111112222  6.3 11223333      6.4 112233    6.5 22222333  6.6 2223   6.7 33   6.8 2222
7.1 222         7.2 1111          7.3 22            7.4 11222     7.5 223       7.6 22
8.1 1233        8.2 1123          8.3 133           8.4 23
9.1 111         9.2 1222
10.1 22         10.2 223          10.3 22223        10.4 1111122222233333        10.5 22222  10.6 22  10.7 222
11.1 2233       11.2 22233        11.3 11233        11.4 1222     11.5 23       11.6 23    11.7 33
12.1 12233      12.2 11           12.3 22223
13.1 2333       13.2 222223       13.3 2233         13.4 1222233
14.1 22         14.2 12223333     14.3 122
15.1 12233      15.2 12233        15.3 1222222      15.4 3333
16.1 2          16.2 22222        16.3 2222         16.4 222      16.5 2223
17.1 23         17.2 22223333     17.3 22
"""
"""Each section of ASVS 5.0.0 with the levels of its requirements, in their order: 345, of which 70 are of level 1."""

ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+?) \| (.+) \|")
NAMED = re.compile(r"`([\w./-]+\.py)::(\w+)`")
FILE = re.compile(r"`((?:src|tools|docs|locks|tests)/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?:)[^)]+\)")
COUNT = re.compile(r"\| (met|partly|not met|not applicable) \| (\d+) \| (\d+) \| (\d+) \|")


@dataclass(frozen=True)
class Requirement:
    """A line of the page."""

    number: str
    level: str
    state: str
    shown_by: str


def requirements(text: str) -> list[Requirement]:
    """Every line of the tables."""
    found = (ROW.fullmatch(line) for line in text.splitlines())
    return [Requirement(one[1], one[2], one[4], one[5]) for one in found if one]


def levels() -> dict[str, str]:
    """Level of each requirement, by its number."""
    words = LEVELS.split()
    return {
        f"{section}.{place}": level
        for section, several in zip(words[::2], words[1::2], strict=True)
        for place, level in enumerate(several, start=1)
    }


@cache
def defined_in(file: Path) -> frozenset[str]:
    """Names of the functions, classes and constants of a module."""
    tree = ast.parse(file.read_text("utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    targets = (
        target
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )
    return frozenset(names | {target.id for target in targets if isinstance(target, ast.Name)})


def missing(shown_by: str) -> Iterator[str]:
    """What a line names that is not there. Tests are named by as much of their path as tells them apart."""
    for file, name in NAMED.findall(shown_by):
        ours = file.startswith(("src/", "tools/"))
        places = [ROOT / file] if ours else list((ROOT / "tests").glob(f"**/{file}"))
        if len(places) != 1 or not places[0].exists():
            yield f"{file}: {len(places)} files"
        elif name not in defined_in(places[0]):
            yield f"{file} has no {name}"
    for file in FILE.findall(shown_by):
        if not (ROOT / file).exists():
            yield f"{file} is not there"


def is_shown(one: Requirement) -> bool:
    """Whether a line names a test, a place in the code or a page."""
    return any(pattern.search(one.shown_by) for pattern in (NAMED, FILE, LINK))


def faults(text: str) -> list[str]:
    """What is wrong with the page; that links lead somewhere is looked after by tools/check_docs.py."""
    lines = requirements(text)
    wanted = {number: level for number, level in levels().items() if level != "3"}
    seen = Counter(one.number for one in lines)
    return [
        *(f"{number} is missing" for number in wanted if number not in seen),
        *(f"{number} is there {times} times" for number, times in seen.items() if times > 1),
        *(f"{one.number} is of another level" for one in lines if wanted.get(one.number) != one.level),
        *(f"{one.number}: {one.state} is no state" for one in lines if one.state not in STATES),
        *(f"{one.number} is shown by nothing" for one in lines if one.state in ("met", "partly") and not is_shown(one)),
        *(f"{one.number}: {what}" for one in lines for what in missing(one.shown_by)),
    ]


def counts(text: str) -> dict[str, tuple[int, int, int]]:
    """Of each state: how many of level 1, of level 2, and in all."""
    each = Counter((one.state, one.level) for one in requirements(text))
    return {state: (each[state, "1"], each[state, "2"], each[state, "1"] + each[state, "2"]) for state in STATES}


def test_every_requirement_is_there_once_and_what_is_met_can_be_looked_at():
    assert faults(PAGE.read_text("utf-8")) == []


def test_the_counts_at_the_top_are_those_of_the_tables():
    text = PAGE.read_text("utf-8")

    told = {state: tuple(map(int, numbers)) for state, *numbers in COUNT.findall(text)}

    assert told == counts(text)


def test_the_levels_are_those_of_the_standard():
    each = Counter(levels().values())

    assert each == {"1": 70, "2": 183, "3": 92}


@pytest.mark.parametrize(
    "line",
    [
        "| 1.1.1 | 2 | words | met | we are sure of it |",
        "| 1.1.1 | 1 | words | met | `test_asvs.py::faults` |",
        "| 1.1.1 | 2 | words | good | `test_asvs.py::faults` |",
        "| 1.1.1 | 2 | words | met | `test_asvs.py::test_that_never_was` |",
        "| 1.1.1 | 2 | words | met | `test_nowhere.py::test_it` |",
        "| 1.1.1 | 2 | words | met | `src/cordiale/nowhere.py` |",
        "| 1.2.10 | 2 | words | not applicable | of level 3 |",
        "| 1.1.1 | 2 | a | met | `test_asvs.py::faults` |\n| 1.1.1 | 2 | b | met | `test_asvs.py::faults` |",
    ],
)
def test_a_line_that_does_not_hold_is_found(line):
    assert [fault for fault in faults(line) if not fault.endswith("is missing")] != []


def test_a_line_that_holds_is_let_be():
    line = "| 1.1.1 | 2 | words | met | `test_asvs.py::faults`, `src/cordiale/config/settings.py` |"

    assert [fault for fault in faults(line) if not fault.endswith("is missing")] == []
    assert len(faults(line)) == 252
