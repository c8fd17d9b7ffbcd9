"""Nothing in the code is about one organisation: the ids of the packs' parties and frameworks do not appear in it."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import CORDIALE, ROOT, modules, put, templates

WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)
# ids that are also words of English or of our trade; anything else must be found
FALSE_FRIENDS = {
    "apt": "Debian's command",
    "are": "English",
    "can": "English",
    "col": "HTML",
    "csp": "content security policy",
    "est": "an abbreviation of established",
    "mar": "March",
    "md": "the ending of Markdown files",
    "nor": "English",
    "per": "English",
    "png": "the format of pictures",
}


def ids(packs: Path) -> set[str]:
    """The ids of every party and framework of every pack, without the false friends."""
    found = set()
    for name in ("parties.csv", "frameworks.csv"):
        for file in sorted(packs.glob(f"*/{name}")):
            with file.open(encoding="utf-8", newline="") as rows:
                found |= {row["id"].casefold() for row in csv.DictReader(rows)}
    return found - FALSE_FRIENDS.keys()


STANDARDS = re.compile(r"urn:nato:stanag:[\w:]+")
"""Names of standards are names, whoever wrote them."""


def about_one_organisation(package: Path, names: set[str]) -> list[str]:
    """Words of templates and of strings in Python under `package` (src/cordiale) that are in `names`, in any case.

    Docstrings and comments may give examples; the program never sees them.
    """
    return [
        f"{place}: {word}"
        for place, text in _texts(package)
        for word in WORD.findall(STANDARDS.sub("", text))
        if {word.casefold(), *word.casefold().split("-")} & names
    ]


def _texts(package: Path) -> Iterator[tuple[str, str]]:
    for file in templates(package):
        yield str(file.relative_to(package)), COMMENT.sub("", file.read_text("utf-8"))
    for module in modules(package):
        said = {id(statement.value) for statement in ast.walk(module.tree) if isinstance(statement, ast.Expr)}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                yield module.at(node), node.value


def test_no_party_or_framework_of_a_pack_is_named_in_the_code():
    assert about_one_organisation(CORDIALE, ids(ROOT / "packs")) == []


def test_every_false_friend_is_an_id():
    packs = [file.read_text("utf-8") for name in ("parties", "frameworks") for file in ROOT.glob(f"packs/*/{name}.csv")]

    assert [word for word in FALSE_FRIENDS if not any(f"\n{word}," in pack for pack in packs)] == []


@pytest.fixture
def names(tmp_path) -> set[str]:
    for file, content in {"parties": "id,name\nalb,Albania\ncan,Canada\n", "frameworks": "id,name\npfp,PfP\n"}.items():
        put(tmp_path, f"packs/one/{file}.csv", content)
    return ids(tmp_path / "packs")


def test_the_ids_are_those_of_parties_and_frameworks_but_english_words(names):
    assert names == {"alb", "pfp"}


@pytest.mark.parametrize("text", ["X = 'pfp'", "X = 'members of PfP only'", "X = 'pfp-members'", "f(f'{a} ALB')"])
def test_an_id_in_a_string_is_found(tmp_path, names, text):
    assert len(about_one_organisation(put(tmp_path / "src", "ui/x.py", text), names)) == 1


def test_an_id_in_a_template_is_found(tmp_path, names):
    assert len(about_one_organisation(put(tmp_path / "src", "ui/templates/x.html", "<p>All of PfP"), names)) == 1


@pytest.mark.parametrize("text", ['"""Such as PfP."""', "X = 1  # as PfP does", "X = 'you can'", "pfp = 1"])
def test_examples_and_english_are_let_be(tmp_path, names, text):
    assert about_one_organisation(put(tmp_path / "src", "ui/x.py", text), names) == []
