"""Checks that the documents are complete and true: `make check` runs it.

Every setting, command and error code of the code stands in its reference page, every glossary entry has a
definition, every relative link leads somewhere, and the blocks marked `run` do what they show.
Each check takes the root of a source tree and answers with the problems it found, one line each.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import click

from tools.doc_blocks import run_blocks

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", ".venv", "var", "vendor", "node_modules"}

SETTING = re.compile(r"CORDIALE_[A-Z0-9_]+|DATABASE_URL")
FENCED = re.compile(r"^(```+|~~~+).*?^\1\s*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#{1,6}) +(.+?) *#*$", re.MULTILINE)
RULE = re.compile(r"[|\s:-]*-[|\s:-]*")
ROW = re.compile(r"^\|(?P<term>[^|]*)\|(?P<definition>[^|]*)\|", re.MULTILINE)
LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def settings_documented(root: Path) -> list[str]:
    """Every environment variable of ours that src names stands in docs/reference/settings.md, and no other does."""
    page = root / "docs/reference/settings.md"
    in_code = {
        node.value: f"{file.relative_to(root)}:{node.lineno}"
        for file in sorted(root.glob("src/**/*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SETTING.fullmatch(node.value)
    }
    documented = {name for name in _in_backticks(page) if SETTING.fullmatch(name)}
    undocumented = sorted(in_code.keys() - documented)
    stale = sorted(documented - in_code.keys())
    return [
        *(f"{page.relative_to(root)}: `{name}` is missing (read in {in_code[name]})" for name in undocumented),
        *(f"{page.relative_to(root)}: `{name}` is read nowhere in src" for name in stale),
    ]


def commands_documented(root: Path, main: click.Command) -> list[str]:
    """Every command of the command line stands in docs/reference/commands.md, as in `cordiale pack load`."""
    page = root / "docs/reference/commands.md"
    text = _text(page)
    return [
        f"{page.relative_to(root)}: `{path}` is missing"
        for path in command_paths(main)
        if not re.search(rf"(?<![\w-]){re.escape(path)}(?![\w-])", text)
    ]


def command_paths(command: click.Command, name: str = "cordiale") -> Iterator[str]:
    """The full names of all visible commands that do something; a group alone does nothing."""
    if command.hidden:
        return
    if not isinstance(command, click.Group):
        yield name
        return
    context = click.Context(command)
    for child in command.list_commands(context):
        found = command.get_command(context, child)
        if found is not None:
            yield from command_paths(found, f"{name} {child}")


def error_codes_documented(root: Path) -> list[str]:
    """Every error code in src is used once and stands in docs/reference/errors.md."""
    page = root / "docs/reference/errors.md"
    documented = _in_backticks(page)
    problems, seen = [], dict[str, str]()
    for code, place in error_codes(root):
        if code in seen:
            problems.append(f"{place}: the error code `{code}` is taken by {seen[code]}")
        elif code not in documented:
            problems.append(f"{page.relative_to(root)}: `{code}` is missing (defined in {place})")
        seen.setdefault(code, place)
    return problems


def error_codes(root: Path) -> Iterator[tuple[str, str]]:
    """Each `code = "..."` in the body of a class in src, with its place."""
    for file in sorted(root.glob("src/**/*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            for statement in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.Constant):
                    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                    value = statement.value.value
                    if isinstance(value, str) and any(isinstance(t, ast.Name) and t.id == "code" for t in targets):
                        yield value, f"{file.relative_to(root)}:{statement.lineno}"


def glossary_defines(root: Path) -> list[str]:
    """Every entry of docs/glossary.md, a table row or a heading of level three, has a definition and is there once."""
    page = root / "docs/glossary.md"
    entries = list(_glossary_entries(_text(page)))
    name = page.relative_to(root)
    twice = [term for term, count in Counter(term.casefold() for term, _ in entries).items() if count > 1]
    return [
        *([] if entries else [f"{name}: holds no entry (a table row `| word | definition |`, or `### word`)"]),
        *(f"{name}: {term!r} has no definition" for term, definition in entries if not definition),
        *(f"{name}: {term!r} is defined more than once" for term in twice),
    ]


def _glossary_entries(text: str) -> Iterator[tuple[str, str]]:
    for line, following in pairwise([*text.splitlines(), ""]):
        row = ROW.match(line)
        if row and not RULE.fullmatch(line) and not RULE.fullmatch(following):
            yield row["term"].strip(" *`"), row["definition"].strip()
    for section in re.split(r"^### +", text, flags=re.MULTILINE)[1:]:
        term, _, rest = section.partition("\n")
        yield term.strip(" *`#"), re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0].strip()


def links_lead_somewhere(root: Path) -> list[str]:
    """Every relative link of every Markdown file leads to a file that exists, and to a heading it has."""
    problems = []
    for file in markdown_files(root):
        text = FENCED.sub(lambda block: "\n" * block[0].count("\n"), file.read_text("utf-8"))
        for link in LINK.finditer(text):
            place = f"{file.relative_to(root)}:{text.count(chr(10), 0, link.start()) + 1}"
            if problem := _broken(link[1], file, root):
                problems.append(f"{place}: {problem}")
    return problems


def _broken(link: str, file: Path, root: Path) -> str | None:
    path, _, anchor = link.partition("#")
    if SCHEME.match(link):
        return None
    if path.startswith("/"):
        return f"{link} starts at the root of a server; write it relative to this file"
    target = (file.parent / path).resolve() if path else file
    if not target.is_relative_to(root.resolve()):
        return f"{link} leaves the repository"
    if not target.exists():
        return f"{link} leads to nothing"
    if anchor and target.suffix == ".md" and anchor not in anchors(target.read_text("utf-8")):
        return f"{link}: {target.name} has no such heading"
    return None


def anchors(text: str) -> set[str]:
    """The anchors that the headings of a Markdown text get, as the common forges make them."""
    seen: Counter[str] = Counter()
    found = set()
    for _, heading in HEADING.findall(FENCED.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).strip().replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def markdown_files(root: Path) -> list[Path]:
    """Every Markdown file we wrote."""
    return [file for file in sorted(root.rglob("*.md")) if not NOT_OURS & set(file.relative_to(root).parts)]


def blocks_run(root: Path) -> list[str]:
    """The blocks marked `run` do what they show; each page gets an installation of its own, two pages at once."""

    def run(page: Path) -> list[str]:
        return [f"{page.relative_to(root)}:{problem}" for problem in run_blocks(page, root=root)]

    with ThreadPoolExecutor(max_workers=2) as two_at_once:
        return [problem for problems in two_at_once.map(run, markdown_files(root)) for problem in problems]


def main() -> int:
    """Run every check on this repository; 0 when nothing is wrong."""
    with tempfile.TemporaryDirectory(prefix="cordiale-docs-") as home:
        os.environ |= {"CORDIALE_HOME": home, "DJANGO_SETTINGS_MODULE": "cordiale.config.settings"}
        command_line = import_module("cordiale.config.commands").main
        checks: list[Callable[[Path], list[str]]] = [
            settings_documented,
            lambda root: commands_documented(root, command_line),
            error_codes_documented,
            glossary_defines,
            links_lead_somewhere,
            blocks_run,
        ]
        problems = [problem for check in checks for problem in check(ROOT)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _text(page: Path) -> str:
    """The text of a page; empty when nobody wrote it yet, so that everything it should hold is reported missing."""
    return page.read_text("utf-8") if page.exists() else ""


def _in_backticks(page: Path) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", _text(page)))


if __name__ == "__main__":
    sys.exit(main())
