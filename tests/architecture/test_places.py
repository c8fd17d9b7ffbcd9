"""Every Python file stands where DESIGN.md and STYLE.md gave it a place, and opens by saying what it is for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source import CORDIALE, ROOT, modules, put

APPS = {
    "ledger",
    "jobs",
    "register",
    "people",
    "sharing",
    "menu",
    "nominations",
    "programmes",
    "bodies",
    "contributions",
    "actions",
    "early_warning",
    "desk",
}
ROOMS = {"domain", "engines", "apps", "ui", "config"}
# a file reads.py or a folder reads/, as an app grows
IN_AN_APP = {
    "__init__",
    "apps",
    "models",
    "reads",
    "writes",
    "jobs",
    "exports",
    "forms",
    "views",
    "api",
    "urls",
    "migrations",
    "templatetags",
    "management",
}
IN_ONE_APP = {
    ("ledger", "append_only"): "the triggers that the migrations of every app with history put on their tables",
    ("people", "adapters"): "what django-allauth asks of us",
}
HOMELESS = {"utils", "util", "helpers", "helper", "services", "service", "common", "misc"}
LONGEST_FUNCTION = 80


def misplaced(package: Path) -> list[str]:
    """The files under `package` (src/cordiale) that nobody gave a place to."""
    problems = []
    for module in modules(package):
        room, *rest = module.parts
        if room not in ROOMS and (rest or room not in {"__init__", "__main__"}):
            problems.append(f"{module.place}: {room} is no room of DESIGN.md")
        elif room == "apps" and rest != ["__init__"]:
            app, *inside = rest
            if app not in APPS:
                problems.append(f"{module.place}: {app} is no app of DESIGN.md")
            elif not inside or (inside[0] not in IN_AN_APP and (app, inside[0]) not in IN_ONE_APP):
                problems.append(f"{module.place}: STYLE.md has no place for it inside an app")
    return problems


def without_a_name(folder: Path) -> list[str]:
    """Files and folders named for having no home."""
    return [
        f"{module.place}: a function that has no home has no name yet"
        for module in modules(folder)
        if HOMELESS & set(module.parts)
    ]


def silent(folder: Path) -> list[str]:
    """Modules that do not open with a docstring; migrations that Django writes are excused."""
    return [
        f"{module.place}: does not say what it is for"
        for module in modules(folder)
        if "migrations" not in module.parts and not ast.get_docstring(module.tree)
    ]


def function_lengths(folder: Path) -> list[tuple[int, str]]:
    """Lines and place of every function, the longest first."""
    found = (
        (node.end_lineno - node.lineno + 1, f"{module.at(node)} {node.name}")
        for module in modules(folder)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    )
    return sorted(found, reverse=True)


def too_long(folder: Path) -> list[str]:
    """Functions nobody understands at a glance."""
    return [f"{place}: {lines} lines" for lines, place in function_lengths(folder) if lines > LONGEST_FUNCTION]


def without_readme(package: Path) -> list[str]:
    """Apps that have no ten lines for the newcomer."""
    apps = (folder for folder in sorted((package / "apps").glob("*/")) if (folder / "__init__.py").exists())
    return [f"apps/{app.name}: has no README.md" for app in apps if not (app / "README.md").exists()]


def test_every_file_has_a_place():
    assert misplaced(CORDIALE) == []


def test_every_app_has_ten_lines_for_the_newcomer():
    assert without_readme(CORDIALE) == []


@pytest.mark.parametrize("folder", ["src", "tools", "tests", "bench"])
class TestFolder:
    def test_holds_nothing_homeless(self, folder):
        assert without_a_name(ROOT / folder) == []

    def test_has_modules_that_say_what_they_are_for(self, folder):
        assert silent(ROOT / folder) == []

    def test_has_no_function_too_long_to_understand(self, folder):
        assert too_long(ROOT / folder) == []


@pytest.mark.parametrize(
    "place",
    [
        "tools.py",
        "reports/monthly.py",
        "apps/shop/reads.py",
        "apps/ledger/journal.py",
        "apps/register/append_only.py",
        "apps/loose.py",
    ],
)
def test_a_file_without_a_place_is_found(tmp_path, place):
    assert len(misplaced(put(tmp_path, place))) == 1


@pytest.mark.parametrize(
    "place", ["__init__.py", "domain/seats.py", "engines/packs/cells.py", "apps/ledger/reads/x.py"]
)
def test_a_file_with_a_place_is_let_be(tmp_path, place):
    assert misplaced(put(tmp_path, place)) == []


def test_a_homeless_name_is_found(tmp_path):
    assert len(without_a_name(put(put(tmp_path, "domain/utils.py"), "helpers/x.py"))) == 2


def test_a_silent_module_is_found(tmp_path):
    assert len(silent(put(tmp_path, "domain/seats.py", "import ast\n"))) == 1


def test_a_long_function_is_found(tmp_path):
    body = "    x = 1\n" * LONGEST_FUNCTION

    assert len(too_long(put(tmp_path, "domain/seats.py", f"def allocate():\n{body}"))) == 1


def test_an_app_without_readme_is_found(tmp_path):
    assert len(without_readme(put(tmp_path, "apps/ledger/__init__.py"))) == 1
