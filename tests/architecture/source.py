"""Reads the source tree for the tests of its architecture."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CORDIALE = ROOT / "src/cordiale"


@dataclass(frozen=True)
class Module:
    """One Python file and where it stands under the folder that was asked for."""

    file: Path
    place: str

    @cached_property
    def text(self) -> str:
        return self.file.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def parts(self) -> tuple[str, ...]:
        """The place as names, without the ending: ("apps", "ledger", "reads")."""
        return Path(self.place).with_suffix("").parts

    def at(self, node: ast.AST) -> str:
        """The place of a node, as editors understand it."""
        return f"{self.place}:{getattr(node, 'lineno', 1)}"


def modules(folder: Path) -> list[Module]:
    """Every Python file under `folder`, in a fixed order."""
    return [Module(file, file.relative_to(folder).as_posix()) for file in sorted(folder.rglob("*.py"))]


def templates(folder: Path) -> list[Path]:
    """Every template under `folder`, in a fixed order."""
    inside = (file for file in sorted(folder.rglob("*")) if "templates" in file.relative_to(folder).parts)
    return [file for file in inside if file.suffix in {".html", ".txt", ".svg", ".xml"}]


def imports(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Each imported thing by its full name: `from a.b import c` is "a.b.c"; function-level imports count as well."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def full_names(module: Module) -> dict[str, str]:
    """What each imported name of a module stands for: `from datetime import date as d` gives d -> datetime.date."""
    names: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name.partition(".")[0]: alias.name for alias in node.names if alias.asname}
            names |= {alias.name.partition(".")[0]: alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def dotted(node: ast.AST) -> str | None:
    """`a.b.c` for an expression written like that, else None."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return before and f"{before}.{node.attr}"
    return None


def put(folder: Path, path: str, text: str = '"""Said."""\n') -> Path:
    """Write one file into a tree to be judged, and answer the tree."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder
