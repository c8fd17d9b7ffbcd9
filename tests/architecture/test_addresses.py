"""Pages keep the promise of their content security policy, and no file names a registry or a content network."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import CORDIALE, ROOT, modules, put, templates

NOT_OURS = {
    ".git",
    ".venv",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    "__pycache__",
    "node_modules",
}
TEXTS = {
    "",
    ".cfg",
    ".css",
    ".csv",
    ".html",
    ".js",
    ".json",
    ".md",
    ".py",
    ".sh",
    ".svg",
    ".toml",
    ".txt",
    ".yml",
    ".yaml",
}
PARTS = [
    ("py", "pi"),
    ("python", "hosted"),
    ("npm", "js"),
    ("yarn", "pkg"),
    ("un", "pkg"),
    ("js", "delivr"),
    ("cdn", "js"),
    ("cloud", "flare"),
    ("google", "apis"),
    ("g", "static"),
    ("j", "query"),
]
NAMES = [first + rest for first, rest in PARTS]
"""Of registries and content networks, without what follows: no file names one, and this one only in two parts."""
REGISTRY = re.compile(rf"\b({'|'.join(NAMES)})\.(org|com|net|io)\b")
FILES = {
    "ui/templates/ui/timeline_colours.svg": "stands in a file to take away, never in a page",
    "ui/templates/ui/seats_page.html": "is a file to take away, with a policy of its own that names its style",
}
"""Templates that make no part of a page, and why."""
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[\w:.-]*|x-on[\w:.-]*)\s*=", re.IGNORECASE),
    "an inline script": re.compile(
        r"<script\b(?![^>]*\ssrc\s*=)(?![^>]*type=\"application/(?:ld\+)?json\")", re.IGNORECASE
    ),
    "a javascript: address": re.compile(r"\bjavascript:", re.IGNORECASE),
    "something from another server": re.compile(
        r"<(?:script|img|iframe|link|source|embed)\b[^>]*\s(?:src|srcset|href)\s*=\s*[\"']?(?:https?:)?//",
        re.IGNORECASE,
    ),
}


def registries_named(root: Path) -> list[str]:
    """Text files under `root` that hold the address of a registry or a content network."""
    problems = []
    for file in sorted(root.rglob("*")):
        place = file.relative_to(root)
        # var/ holds an installation's own data
        if file.suffix not in TEXTS or not file.is_file() or NOT_OURS & set(place.parts) or place.parts[0] == "var":
            continue
        found = REGISTRY.search(file.read_text("utf-8", errors="replace"))
        if found:
            problems.append(f"{place}: {found[0]}")
    return problems


def against_the_policy(package: Path) -> list[str]:
    """Markup under `package` (src/cordiale), in templates and in the strings of Python, that the policy blocks."""
    return [
        f"{place}: {what}"
        for place, markup in _markup(package)
        for what, pattern in INLINE.items()
        if pattern.search(markup) and not (place in FILES and what == "a style element")
    ]


def _markup(package: Path) -> Iterator[tuple[str, str]]:
    for file in templates(package):
        yield str(file.relative_to(package)), file.read_text("utf-8")
    for module in modules(package):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "<" in node.value:
                yield module.at(node), node.value


def test_no_file_names_a_registry():
    assert registries_named(ROOT) == []


def test_pages_hold_nothing_that_the_policy_blocks():
    assert against_the_policy(CORDIALE) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lead", ["", "files."])
@pytest.mark.parametrize("end", ["org", "com", "net", "io"])
@pytest.mark.parametrize("file", ["docs/page.md", "packs/some/sources.csv"])
def test_a_registry_is_found(tmp_path, name, lead, end, file):
    assert len(registries_named(put(tmp_path, file, f"see https://{lead}{name}.{end}/x"))) == 1


@pytest.mark.parametrize(
    "markup",
    [
        '<p style="color: red">',
        "<style>p {}</style>",
        '<a href="/" onclick="go()">',
        '<a hx-on:click="go()">',
        "<script>go()</script>",
        '<a href="javascript:go()">',
        '<img alt="" src="https://elsewhere.example/a.png">',
        '<link rel="stylesheet" href="//elsewhere.example/a.css">',
    ],
)
def test_what_the_policy_blocks_is_found(tmp_path, markup):
    put(tmp_path, "ui/templates/page.html", markup)
    put(tmp_path, "ui/drawing.py", f"PAGE = {markup!r}")

    assert len(against_the_policy(tmp_path)) == 2


@pytest.mark.parametrize(
    "markup",
    ['<script src="/static/a.js"></script>', '<a href="https://elsewhere.example/">', '<p class="a" data-one="1">'],
)
def test_what_the_policy_allows_is_let_be(tmp_path, markup):
    assert against_the_policy(put(tmp_path, "ui/templates/page.html", markup)) == []
