"""No read without a reader, no write without a permission and a ledger entry."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import CORDIALE, Module, modules, put

# functions that are no reads: they look at their arguments, never at the database
PURE = {
    "apps/ledger/reads.py one_look": "opens the time in which `seen` looks once",
    "apps/ledger/reads.py verb_shown": "says a verb in words",
    "apps/register/reads/rows.py attributes": "names the columns of a model",
    "apps/register/reads/rows.py cell": "writes a stored value as text",
    "apps/register/reads/rows.py holding": "writes a condition",
    "apps/register/reads/rows.py pinned": "names the columns of a model",
    "apps/register/reads/rows.py statement_of": "writes a row as a value",
    "apps/register/reads/rows.py pinned_text": "writes the values it is given as text",
}
PURE |= {
    "apps/ledger/reads.py database_asked": "says which connection is asked",
    "apps/sharing/reads/labels.py ceiling_of": "looks at the manifest it is given",
    "apps/sharing/reads/labels.py home": "looks at the manifest it is given",
    "apps/sharing/reads/labels.py audience_of": "looks at label, manifest and engine it is given",
    "apps/sharing/reads/labels.py label_windows": "looks at label, manifest and engine it is given",
    "apps/sharing/reads/labels.py readable_labels": "looks at labels, reader, manifest and engine it is given",
    "apps/sharing/reads/reading.py parties_of": "looks at the mandates it is given",
    "apps/sharing/reads/auditing/then.py day_in": "looks at the manifest and the moment it is given",
    "apps/sharing/reads/auditing/then.py label_at": "looks at the labels it is given",
    "apps/sharing/reads/searching.py excerpt": "looks at the text it is given",
}
# functions that are no reads of ours: they look at their arguments
PURE |= {
    "apps/people/reads/viewers.py name_of": "writes a number as the ledger names a person",
    "apps/people/reads/viewers.py person_named": "reads such a name",
    "apps/people/reads/viewers.py hashed": "hashes what it is given",
    "apps/people/reads/viewers.py holding": "writes a condition",
}
PURE |= {
    "apps/sharing/reads/words.py kind_shown": "says a kind in words",
    "apps/sharing/reads/words.py document_path": "makes an address",
}
# writes that anybody may make, and why
OPEN_TO_ALL = {
    "apps/people/writes/joining.py join": "whoever holds the secret of an invitation may take it",
    "apps/people/writes/joining.py ask_for_access": "leaves a request; it changes no right, so it is no entry either",
}
OPEN_TO_ALL |= {
    "apps/sharing/writes/telling.py subscribe": "whoever is signed in says what they want to be told: no right changes",
    "apps/sharing/writes/telling.py looked": "whoever is signed in says what they have seen: no right changes",
}
# functions of writes that open no entry of their own, and why
OTHERS_ENTRY = {
    "apps/people/writes/proposals.py proposable": "says what can be proposed",
    "apps/people/writes/proposals.py approve": "carries out a write that was proposed, which opens its own",
    "apps/register/writes/editing.py preview": "takes back what it did",
    "apps/register/writes/workbooks.py preview_import": "takes back what it did",
    "apps/desk/writes/uploads.py keep_upload": "keeps a file as it came; it changes nothing yet",
    "apps/desk/writes/uploads.py understand": "remembers what a partner's columns mean; it changes nothing yet",
    "apps/desk/writes/uploads.py read_as": "remembers in which encoding a file is read",
    "apps/sharing/writes/files.py keep_file": "keeps a file under its hash; it belongs to no document yet",
    "apps/sharing/writes/proposing.py proposable_kinds": "says what can be proposed",
    "apps/desk/writes/uploads.py take": "has the register write rows, which opens its own",
}
# writes that change nothing the ledger keeps: they know who and when and ask permission, and open no entry
NO_ENTRY = {
    "apps/jobs/writes/": "job progress is no entry (DESIGN.md, Numbers); what a job does is, through its writes",
    "apps/sharing/writes/telling.py": "notifications are no entries (DESIGN.md, Numbers)",
}
# the ledger's own: what `entry` is made of cannot go through itself
THE_ENTRY = "apps/ledger/writes.py entry"


def reads_without_reader(package: Path) -> list[str]:
    """Public functions in the apps' reads whose first parameter is neither `viewer` nor a reading, `now: Now`.

    A reading was opened for its viewer, and lets nothing through that they may not read.
    """
    return [
        f"{place}: its first parameter is not `viewer`"
        for place, function in _public_functions(package, "reads")
        if _first_parameter(function) != "viewer" and not _takes_a_reading(function)
    ]


def writes_without_entry(package: Path) -> list[str]:
    """Public functions in the apps' writes that are none of the four kinds there are.

    A write takes keyword-only `by` and `at`, calls `require` and opens an `entry`. A step of a write takes the open
    entry as its first parameter, `change`. A preview takes `viewer` first and opens no entry. A note, in the places of
    `NO_ENTRY`, is a write that opens none.
    """
    problems = []
    for place, function in _public_functions(package, "writes"):
        called = _called(function)
        first = _first_parameter(function)
        is_preview = first == "viewer" and "entry" not in called
        if place == THE_ENTRY or place in OPEN_TO_ALL | OTHERS_ENTRY or is_preview or first == "change":
            continue
        keywords = {argument.arg for argument in function.args.kwonlyargs}
        missing = [f"the keyword `{name}`" for name in ("by", "at") if name not in keywords]
        is_note = place.startswith(tuple(NO_ENTRY))
        missing += [f"a call of `{name}`" for name in ("require", "entry")[: 1 if is_note else 2] if name not in called]
        if is_note and "entry" in called:
            missing.append("a place among those that open an entry")
        if missing:
            problems.append(f"{place}: lacks {', '.join(missing)}")
    return problems


def _public_functions(package: Path, kind: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for module in modules(package):
        if module.parts[0] == "apps" and kind in module.parts[2:3]:
            yield from _in(module)


def _in(module: Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in module.tree.body:
        place = f"{module.place} {getattr(node, 'name', '')}"
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and place not in PURE:
            yield place, node


def _first_parameter(function: ast.FunctionDef) -> str | None:
    positional = [*function.args.posonlyargs, *function.args.args]
    return positional[0].arg if positional else None


def _takes_a_reading(function: ast.FunctionDef) -> bool:
    first = [*function.args.posonlyargs, *function.args.args][:1]
    return any(one.arg == "now" and ast.unparse(one.annotation or ast.Constant("")) == "Now" for one in first)


def _called(function: ast.FunctionDef) -> set[str]:
    return {
        node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_every_read_knows_its_reader():
    assert reads_without_reader(CORDIALE) == []


def test_every_write_asks_permission_and_makes_an_entry():
    assert writes_without_entry(CORDIALE) == []


def test_the_exceptions_still_exist():
    existing = {
        f"{module.place} {getattr(node, 'name', '')}" for module in modules(CORDIALE) for node in module.tree.body
    }

    assert (PURE.keys() | OPEN_TO_ALL.keys() | OTHERS_ENTRY.keys()) - existing == set()
    assert [place for place in NO_ENTRY if not (CORDIALE / place).exists()] == []


@pytest.mark.parametrize("place", ["apps/menu/reads.py", "apps/menu/reads/open.py"])
@pytest.mark.parametrize("signature", ["items()", "items(topic, viewer)", "items(*, viewer)"])
def test_a_read_without_reader_is_found(tmp_path, place, signature):
    assert len(reads_without_reader(put(tmp_path, place, f"def {signature}: ..."))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "def withdraw(*, by, at):\n    require(by)",
        "def withdraw(*, by, at):\n    with entry(by=by, at=at): ...",
        "def withdraw(*, by):\n    require(by)\n    with entry(by=by): ...",
        "def withdraw(by, at):\n    require(by)\n    with entry(by=by, at=at): ...",
        "def withdraw(viewer):\n    with entry(by=viewer): ...",
    ],
)
def test_a_write_without_permission_or_entry_is_found(tmp_path, text):
    assert len(writes_without_entry(put(tmp_path, "apps/menu/writes.py", text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "def withdraw(*, by, at):\n    require(by)\n    with entry(by=by, at=at): ...",
        "def put(change, *, rows): ...",
        "def plan(viewer, *, pack): ...",
        "def _inside(): ...",
    ],
)
def test_three_kinds_of_write_are_let_be(tmp_path, text):
    assert writes_without_entry(put(tmp_path, "apps/menu/writes.py", text)) == []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("def beat(*, job, by, at):\n    require(by)", 0),
        ("def beat(*, job, by, at): ...", 1),
        ("def beat(*, job):\n    require(by)", 1),
        ("def beat(*, job, by, at):\n    require(by)\n    with entry(by=by, at=at): ...", 1),
    ],
)
def test_a_note_asks_permission_and_makes_no_entry(tmp_path, text, problems):
    assert len(writes_without_entry(put(tmp_path, "apps/jobs/writes/turns.py", text))) == problems


def test_a_note_elsewhere_is_found(tmp_path):
    text = "def beat(*, job, by, at):\n    require(by)"

    assert len(writes_without_entry(put(tmp_path, "apps/menu/writes/turns.py", text))) == 1
