"""Imports point one way: the rules of DESIGN.md and STYLE.md hold, and each is proven to break when violated."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import CORDIALE, ROOT, imports, modules, put

# STYLE.md, "Inside every app, the same names": what each file may import of its own app, and of others
OWN = {
    "models": {"models"},
    "reads": {"models", "reads"},
    "writes": {"models", "reads", "writes"},
    "jobs": {"reads", "writes", "jobs"},
    "exports": {"reads", "exports"},
    "forms": {"writes", "forms"},
    "views": {"forms", "reads", "writes", "exports", "views"},
    "api": {"forms", "reads", "writes", "exports", "api"},
    "urls": {"views", "api", "urls"},
    "templatetags": {"reads", "templatetags"},
    "migrations": {"models", "migrations", "append_only"},
    "append_only": {"append_only"},
    "management": {"reads", "writes", "jobs"},
    "apps": {"models", "reads", "writes", "jobs"},
    "adapters": {"reads", "writes", "adapters"},
}
OTHERS = {
    "reads": {"reads"},
    "writes": {"reads", "writes"},
    "jobs": {"reads", "writes", "jobs"},
    "exports": {"reads"},
    "forms": {"writes"},
    "views": {"reads", "writes"},
    "api": {"reads", "writes"},
    "templatetags": {"reads"},
    "migrations": {"append_only"},
    "management": {"reads", "writes"},
}
# append_only: what a role may do in a table follows from the guard that a migration puts on it
FOR_CONFIG = {"reads", "writes", "jobs", "exports", "views", "api", "urls", "append_only"}


def out_of_place(package: Path) -> list[str]:
    """Imports under `package` (src/cordiale) that go round an app's reads and writes, or against STYLE.md's table."""
    problems = []
    for module in modules(package):
        room, app, part, *_ = (*module.parts, "", "")
        for node, name in imports(module):
            root, apps, target, what, *_ = (*name.split("."), "", "", "")
            if (root, apps) != ("cordiale", "apps") or not target:
                continue
            if room == "apps":
                allowed = (OWN if target == app else OTHERS).get(part, set())
            elif room == "config":
                allowed = FOR_CONFIG
            else:
                continue  # the rooms are the import linter's
            if what not in allowed:
                problems.append(f"{module.at(node)}: imports {name}")
    return problems


def beyond_the_standard_library(package: Path) -> list[str]:
    """Imports in the domain of anything but the standard library and the domain itself."""
    allowed = sys.stdlib_module_names
    return [
        f"{module.at(node)}: imports {name}"
        for module in modules(package)
        if module.parts[0] == "domain"
        for node, name in imports(module)
        if name.partition(".")[0] not in allowed and not f"{name}.".startswith("cordiale.domain.")
    ]


def import_linter(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of `root`/pyproject.toml over `root`/src."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def clean_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rooms of DESIGN.md, empty, and the apps that exist, with the contracts of this repository."""
    root = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", root)
    for room in ("", "config/", "ui/", "engines/", "domain/", "apps/"):
        put(root, f"src/cordiale/{room}__init__.py")
    for app in ("ledger", "register", "people", "menu", "nominations", "programmes", "bodies", "desk"):
        put(root, f"src/cordiale/apps/{app}/__init__.py")
    return root


@pytest.fixture
def tree(clean_tree: Path, tmp_path: Path) -> Path:
    """A copy of the clean tree, to be spoilt."""
    shutil.copytree(clean_tree, tmp_path / "tree")
    return tmp_path / "tree"


# contract, the file that breaks it, what it imports
VIOLATIONS = [
    ("rooms", "domain/x.py", "cordiale.engines"),
    ("rooms", "domain/x.py", "cordiale.ui"),
    ("rooms", "domain/x.py", "cordiale.config"),
    ("rooms", "engines/x.py", "cordiale.apps"),
    ("rooms", "engines/x.py", "cordiale.ui"),
    ("rooms", "ui/x.py", "cordiale.engines"),
    ("rooms", "ui/x.py", "cordiale.apps.ledger"),
    ("rooms", "ui/x.py", "cordiale.config"),
    ("rooms", "apps/ledger/x.py", "cordiale.config"),
    ("apps", "apps/ledger/x.py", "cordiale.apps.register"),
    ("apps", "apps/register/x.py", "cordiale.apps.menu"),
    ("apps", "apps/nominations/x.py", "cordiale.apps.desk"),
    ("apps", "apps/programmes/x.py", "cordiale.apps.bodies"),
    ("apps", "apps/shop/__init__.py", "cordiale.domain"),
    ("no-django", "domain/x.py", "django"),
    ("no-django", "engines/x.py", "django.db"),
]


def contracts() -> dict[str, str]:
    """The import linter's contracts: id to name."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {contract["id"]: contract["name"] for contract in configuration["tool"]["importlinter"]["contracts"]}


def test_the_clean_tree_keeps_every_contract(clean_tree):
    done = import_linter(clean_tree)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "place", "imported"), VIOLATIONS)
def test_a_contract_breaks_when_violated(tree, contract, place, imported):
    put(tree, f"src/cordiale/{place}", f'"""Spoils."""\nimport {imported}\n')

    done = import_linter(tree)

    assert done.returncode == 1, done.stdout
    assert f"{contracts()[contract]} BROKEN" in done.stdout


def test_every_contract_is_proven_to_break():
    assert {contract for contract, _, _ in VIOLATIONS} == contracts().keys()


def test_this_tree_keeps_every_contract():
    done = import_linter(ROOT)

    assert done.returncode == 0, done.stdout


def test_the_domain_needs_the_standard_library_only():
    assert beyond_the_standard_library(CORDIALE) == []


def test_apps_are_entered_through_reads_and_writes():
    assert out_of_place(CORDIALE) == []


@pytest.mark.parametrize("imported", ["import numpy", "from click import echo", "from cordiale import engines"])
def test_a_domain_that_needs_more_is_found(tmp_path, imported):
    assert len(beyond_the_standard_library(put(tmp_path, "domain/x.py", imported))) == 1


@pytest.mark.parametrize(
    ("place", "imported"),
    [
        ("apps/register/reads.py", "from cordiale.apps.ledger.models import LedgerEntry"),
        ("apps/register/reads.py", "from cordiale.apps.ledger import models"),
        ("apps/register/reads.py", "from cordiale.apps import ledger"),
        ("apps/register/reads.py", "from cordiale.apps.register import writes"),
        ("apps/register/reads.py", "from cordiale.apps.ledger.writes import entry"),
        ("apps/register/views.py", "from cordiale.apps.register.models import Party"),
        ("apps/register/models/party.py", "import cordiale.apps.ledger.models"),
        ("apps/register/writes.py", "from cordiale.apps.jobs.jobs import Work"),
        ("apps/register/exports.py", "from cordiale.apps.register.views import page"),
        ("config/commands/pack.py", "from cordiale.apps.register.models import Party"),
    ],
)
def test_a_way_round_reads_and_writes_is_found(tmp_path, place, imported):
    assert len(out_of_place(put(tmp_path, place, imported))) == 1


@pytest.mark.parametrize(
    ("place", "imported"),
    [
        ("apps/register/reads/parties.py", "from cordiale.apps.ledger.reads import head"),
        ("apps/register/writes.py", "from cordiale.apps.ledger.writes import entry"),
        ("apps/register/migrations/0002_guards.py", "from cordiale.apps.ledger.append_only import Guard"),
        ("config/urls.py", "from cordiale.apps.register import urls"),
        ("apps/register/jobs.py", "from cordiale.apps.jobs.jobs import Work, job_kind"),
    ],
)
def test_the_doors_of_an_app_stand_open(tmp_path, place, imported):
    assert out_of_place(put(tmp_path, place, imported)) == []
