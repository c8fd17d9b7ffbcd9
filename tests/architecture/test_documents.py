"""The checks of the documents find what they are for: `tools/check_docs.py` and `tools/doc_blocks.py` can fail."""

from __future__ import annotations

import click
import pytest

from tests.architecture.source import put
from tools import check_docs
from tools.doc_blocks import run_blocks


@click.group()
def main():
    """A command line as small as can be."""


@main.group()
def pack():
    """A group."""


@pack.command()
def load():
    """A command."""


def test_a_setting_without_a_line_is_found(tmp_path):
    put(tmp_path, "src/settings.py", "A = os.environ['CORDIALE_HOME']\nB = os.environ['DATABASE_URL']")
    put(tmp_path, "docs/reference/settings.md", "| `CORDIALE_HOME` | where |")

    assert len(check_docs.settings_documented(tmp_path)) == 1


def test_a_line_without_its_setting_is_found(tmp_path):
    put(tmp_path, "docs/reference/settings.md", "| `CORDIALE_GONE` | where |")

    assert len(check_docs.settings_documented(tmp_path)) == 1


@pytest.mark.parametrize(("page", "problems"), [("", 1), ("`cordiale pack`", 1), ("## cordiale pack load PATH", 0)])
def test_a_command_without_a_line_is_found(tmp_path, page, problems):
    put(tmp_path, "docs/reference/commands.md", page)

    assert len(check_docs.commands_documented(tmp_path, main)) == problems


@pytest.mark.parametrize(("page", "problems"), [("", 1), ("`seats_take`", 1), ("| `seats_taken` | all gone |", 0)])
def test_an_error_code_without_a_line_is_found(tmp_path, page, problems):
    put(tmp_path, "src/menu.py", "class SeatsTaken(Exception):\n    code = 'seats_taken'")
    put(tmp_path, "docs/reference/errors.md", page)

    assert len(check_docs.error_codes_documented(tmp_path)) == problems


def test_an_error_code_used_twice_is_found(tmp_path):
    put(tmp_path, "src/menu.py", "class A(Exception):\n    code: str = 'x'\nclass B(Exception):\n    code = 'x'")
    put(tmp_path, "docs/reference/errors.md", "`x`")

    assert len(check_docs.error_codes_documented(tmp_path)) == 1


@pytest.mark.parametrize(
    ("page", "problems"),
    [
        ("", 1),
        ("| word | meaning |\n|---|---|\n| standing | how a party stands |\n", 0),
        ("| word | meaning |\n|---|---|\n| standing | |\n", 1),
        ("| word | meaning |\n|---|---|\n| standing | a |\n| Standing | b |\n", 1),
        ("### standing\n\nHow a party stands.\n\n### seat\n\n## Other\n", 1),
    ],
)
def test_a_glossary_entry_without_definition_or_twice_is_found(tmp_path, page, problems):
    put(tmp_path, "docs/glossary.md", page)

    assert len(check_docs.glossary_defines(tmp_path)) == problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("[a](missing.md)", 1),
        ("[a](other.md#missing)", 1),
        ("[a](#missing)", 1),
        ("[a](/docs/other.md)", 1),
        ("[a](../../outside.md)", 1),
        ("![a](missing.png)", 1),
        ("[a](other.md#what-it-is)", 0),
        ("[a](other.md) and [b](https://elsewhere.example/x)", 0),
        ("```\n[a](missing.md)\n```", 0),
    ],
)
def test_a_link_that_leads_nowhere_is_found(tmp_path, text, problems):
    put(tmp_path, "docs/other.md", "# Other\n\n## What `it` is\n")
    put(tmp_path, "docs/page.md", text)

    assert len(check_docs.links_lead_somewhere(tmp_path)) == problems


@pytest.mark.parametrize(
    ("block", "problems"),
    [
        ("```console run\n$ echo one\none\n```\n", 0),
        ("```console run\n$ echo one\ntwo\n```\n", 1),
        ("```console run\n$ echo one two three\none ... three\n$ echo > file\n$ ls file\nfile\n```\n", 0),
        ("```console run\n$ echo one \\\n> two\none two\n```\n", 0),
        ("```console run\n$ false\n```\n", 1),
        ("```console run exit=1\n$ true\n$ false\n```\n", 0),
        ("```console run exit=1\n$ true\n```\n", 1),
        ("   ```console run\n   $ echo one\n   one\n   ```\n", 0),
        ("```console\n$ false\n```\n", 0),
        ("```python run\nassert 1 + 1 == 3\n```\n", 1),
        ("```python run\nassert 1 + 1 == 2\n```\n", 0),
    ],
)
def test_a_block_that_does_not_do_what_it_shows_is_found(tmp_path, block, problems):
    page = put(tmp_path, "page.md", f"# Page\n\n{block}") / "page.md"

    assert len(list(run_blocks(page, root=tmp_path))) == problems


def test_a_fault_in_a_block_says_the_line(tmp_path):
    page = put(tmp_path, "page.md", "# Page\n\n```console run\n$ true\n$ false\n```\n") / "page.md"

    assert next(run_blocks(page, root=tmp_path)).startswith("5: `false` answered 1, not 0")
