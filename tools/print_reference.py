"""Prints the parts of docs/reference that come from the code: `make docs` runs it.

    python -m tools.print_reference            write them
    python -m tools.print_reference --check    exit 1 and name the pages that are out of date

A printed part stands between two comments, `<!-- printed: NAME -->` and `<!-- end of NAME -->`; the rest of a page is
written by hand and left alone.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path

import click

from tools.check_docs import command_paths

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs/reference"


@dataclass(frozen=True)
class Refusal:
    """An exception of ours that has a code.

    Args:
        code: the code, which never changes.
        name: name of the class.
        says: first sentence of its docstring.
        module: where it is defined.
        raised: modules that raise it, without `cordiale.`.
    """

    code: str
    name: str
    says: str
    module: str
    raised: tuple[str, ...]


def commands() -> Iterator[str]:
    """Every command with its usage, text, arguments and options."""
    main: click.Command = import_module("cordiale.config.commands").main
    yield from _command(main, click.Context(main, info_name="cordiale"))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    """A heading for one command, and those below it."""
    yield f"## `{context.command_path}`"
    yield inspect.cleandoc(command.help or "")
    if isinstance(command, click.Group):
        names = command.list_commands(context)
        below = [(name, found) for name in names if (found := command.get_command(context, name)) and not found.hidden]
        for name, child in below:
            yield from _command(child, click.Context(child, info_name=name, parent=context))
        return
    yield f"```text\n{' '.join(command.get_usage(context).split()).removeprefix('Usage: ')}\n```"
    shown = (parameter for parameter in command.get_params(context) if not getattr(parameter, "hidden", False))
    asked = [parameter for parameter in shown if "--help" not in parameter.opts]
    rows = [_parameter(parameter, context) for parameter in asked]
    if rows:
        yield _table(("argument or option", "holds", "default", "meaning"), rows)


def _parameter(parameter: click.Parameter, context: click.Context) -> tuple[str, ...]:
    """An argument or option as a row; `help` says what is not plain from the name."""
    known = parameter.to_info_dict()
    default = parameter.get_default(context, call=False)
    if isinstance(parameter, click.Option):
        holds = "nothing: it is there or not" if parameter.is_flag else _type(parameter)
        says_default = parameter.show_default if isinstance(parameter.show_default, str) else _default(default)
        shown = "needed" if parameter.required else says_default
        return f"`{', '.join(parameter.opts)}`", holds, shown, known.get("help") or ""
    return f"`{parameter.human_readable_name}`", _type(parameter), "needed", "see above"


def _type(parameter: click.Parameter) -> str:
    """What may be written."""
    kind = parameter.type
    if isinstance(kind, click.IntRange):
        return f"a whole number from {kind.min}" + ("" if kind.max is None else f" to {kind.max}")
    if isinstance(kind, click.Choice):
        return " or ".join(f"`{choice}`" for choice in kind.choices)
    if kind.name == "day":
        return "a day, `yyyy-mm-dd`"
    if isinstance(kind, click.Path):
        return "a path"
    return f"`{parameter.metavar}`" if parameter.metavar else "text"


def _default(value: object) -> str:
    """A default worth showing; no text and no flag are none."""
    return f"`{value}`" if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else ""


def manifest() -> Iterator[str]:
    """The keys of pack.toml."""
    manifests = import_module("cordiale.engines.packs.manifest")
    says = _arguments(manifests.Manifest)
    tables = [field.name for field in fields(manifests.Manifest) if str(field.type).startswith("Mapping")]
    rows = [("`format`", "yes", f"the whole number {manifests.FORMAT}: the version of this format")]
    lists = [field.name for field in fields(manifests.Manifest) if str(field.type).startswith(("tuple", "frozenset"))]
    single = [key for key in says if key not in (*tables, *lists, "text")]
    rows += [(f"`{key}`", "no" if key in lists else "yes", says[key]) for key in (*single, *lists)]
    rows += [(f"`[{key}]`", "yes" if key == "statuses" else "no", says[key]) for key in tables]
    yield _table(("key", "needed", "meaning"), rows)
    yield "A status, `[statuses.ID]`:"
    status = _arguments(manifests.Status)
    answers = ", ".join(f"`{answer}`" for answer in manifests.STATUS_ANSWERS)
    yield _table(
        ("key", "needed", "meaning"),
        [
            ("`name`", "yes", status["name"]),
            ("`answer`", "yes", f"{status['answer']}; one of {answers}"),
            ("`frameworks`", "no", status["elsewhere"]),
        ],
    )
    yield 'A body in `[bodies]`: either `ID = "name"`, or a table:'
    body = _arguments(manifests.Body)
    needed = {"name": "yes", "parties": "no"}
    yield _table(("key", "needed", "meaning"), [(f"`{key}`", needed[key], text) for key, text in body.items()])
    yield "A group, `[groups.ID]`:"
    group = _arguments(manifests.Group)
    yield _table(("key", "needed", "meaning"), [(f"`{key}`", "yes", text) for key, text in group.items()])
    yield f"The shapes in `[marks]`: {', '.join(f'`{mark}`' for mark in manifests.MARKS)}."


def _arguments(documented: type) -> dict[str, str]:
    """Name to meaning, from the `Args:` part of a docstring."""
    text = inspect.getdoc(documented) or ""
    part = re.search(r"^Args:\n((?: {4}.*\n?|\n)+)", text, re.MULTILINE)
    found: dict[str, str] = {}
    for name, meaning in re.findall(r"^ {4}(\w+): (.*(?:\n {8,}.*)*)", part[1] if part else "", re.MULTILINE):
        found[name] = " ".join(meaning.split()).removesuffix(".")
    return found


def limits() -> Iterator[str]:
    """The bounds that every file of a pack keeps."""
    cells, reading = import_module("cordiale.engines.packs.cells"), import_module("cordiale.engines.packs.reading")
    period = import_module("cordiale.domain.period")
    yield _table(
        ("what", "bound"),
        [
            ("characters in a cell", f"{cells.LONGEST_CELL:,}"),
            ("size of a file", f"{reading.LARGEST_FILE >> 20} MiB"),
            ("years of a date", f"{period.EARLIEST_YEAR} to {period.NEVER_DAY.year - 1}"),
            ("characters of an id", "60"),
            ("other files that may stand in the folder", ", ".join(f"`{name}`" for name in reading.IGNORED)),
        ],
    )


def tables() -> Iterator[str]:
    """Every table of a pack with its columns."""
    known = import_module("cordiale.engines.packs.tables")
    rules = import_module("cordiale.engines.packs.rules")
    for table in known.TABLES:
        yield f"### `{table.file}`"
        facts = [
            "Every pack must hold this file." if table.needed else "A pack may leave this file out.",
            f"No two rows are equal in {_names(table.key)}.",
        ]
        if table.kin:
            facts.append(f"A row that comes and a row that leaves with equal {_names(table.kin)} are one correction.")
        if table.name in rules.PERIODS:
            start, end = rules.PERIODS[table.name]
            facts.append(f"A period runs from `{start}` to `{end}`, which is out; it may not end before it starts.")
        if table.name in rules.CHAINS:
            facts.append(f"`{rules.CHAINS[table.name]}` may not lead back to the row itself.")
        if table.name in known.LINK_KEYS:
            facts.append(f"`event_links.csv` points to a row by {_names(known.LINK_KEYS[table.name])}, joined by `/`.")
        yield table.says
        yield "\n".join(f"* {fact}" for fact in facts)
        yield _table(
            ("column", "needed", "holds", "meaning"),
            [
                (f"`{column.name}`", "yes" if column.needed else "no", column.kind.says, column.says)
                for column in table.columns
            ],
        )


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{column}`" for column in columns)


def errors() -> Iterator[str]:
    """Every refusal with a code: what it means, and what raises it."""
    rows = []
    for one in refusals(ROOT / "src"):
        defined = one.module.removeprefix("cordiale.")
        rows.append((f"`{one.code}`", one.says, f"`{one.name}`", f"`{defined}`", _names(one.raised)))
    yield _table(("code", "what happened", "exception", "defined in", "raised in"), rows)


def refusals(source: Path) -> list[Refusal]:
    """Every exception below `source` with a code, in the order of the codes."""
    modules = {
        ".".join(file.relative_to(source).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            file.read_text("utf-8")
        )
        for file in sorted(source.rglob("*.py"))
    }
    raised: dict[str, set[str]] = defaultdict(set)
    for module, tree in modules.items():
        for name in _raised(tree):
            raised[name].add(module.removeprefix("cordiale."))
    found = [
        Refusal(code, node.name, _sentence(node), module, tuple(sorted(raised[node.name])))
        for module, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and (code := _code(node))
    ]
    return sorted(found, key=lambda one: one.code)


def _raised(tree: ast.Module) -> Iterator[str]:
    """Names of the exceptions a module raises itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise):
            what = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(what, ast.Name):
                yield what.id


def _code(node: ast.ClassDef) -> str:
    """The value of `code = "..."` in a class, empty when there is none."""
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(value))):
                return value
    return ""


def _sentence(node: ast.ClassDef) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((ast.get_docstring(node) or "").partition("\n\n")[0].split())


def database() -> Iterator[str]:
    """Every table of the register: what it holds, what kind of table it is, and which table of a pack fills it."""
    import_module("cordiale.config.commands")
    models, rows_of = import_module("cordiale.apps.register.models"), import_module("cordiale.apps.register.reads.rows")
    filled = {model: f"`{table}.csv`" for table, model in rows_of.MODELS.items()}
    rows = []
    for name in sorted(models.__all__):
        model = getattr(models, name)
        kind = "identity" if issubclass(model, models.Identity) else "version"
        if hasattr(model, "_meta") and not model._meta.abstract:
            says = " ".join((inspect.getdoc(model) or "").partition("\n\n")[0].split())
            rows.append((f"`{model._meta.db_table}`", kind, filled.get(model, ""), says))
    yield _table(("table", "kind", "filled from", "holds"), sorted(rows))


def privileges() -> Iterator[str]:
    """What the role of the service is granted on PostgreSQL."""
    import_module("cordiale.config.commands")
    known = import_module("cordiale.config.privileges.wanted")
    guarded = known.guarded()
    alike: dict[frozenset[str], list[str]] = defaultdict(list)
    for table in sorted(guarded):
        alike[guarded[table]].append(table)
    rows = [
        (_names(tuple(tables)), _privileges(held)) for held, tables in sorted(alike.items(), key=lambda one: one[1])
    ]
    rows += [
        (f"`{known.MIGRATIONS}`", _privileges(known.READS)),
        ("every other table", _privileges(known.ORDINARY)),
        ("every sequence", _privileges(known.SEQUENCE)),
        ("the schema `public`", _privileges(known.SCHEMA)),
        ("the database", _privileges(known.DATABASE)),
    ]
    yield _table(("on", "privileges"), rows)


def _privileges(held: frozenset[str]) -> str:
    """Privileges in PostgreSQL's order, the columns of one together."""
    columns: dict[str, list[str]] = defaultdict(list)
    for one in sorted(held):
        privilege, _, column = one.partition(" (")
        columns[privilege] += [f"`{column.removesuffix(')')}`"] if column else []
    order = ("CONNECT", "USAGE", "SELECT", "INSERT", "UPDATE", "DELETE")
    return ", ".join(
        f"{one} of {' and '.join(columns[one])} alone" if columns[one] else one for one in order if one in columns
    )


def routes() -> Iterator[str]:
    """Every route of the API, what it takes and what it answers."""
    import_module("cordiale.config.commands")
    document = import_module("cordiale.config.api.root").document()
    rows = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            taken = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
            if "requestBody" in operation:
                taken = list(document["components"]["schemas"]["Questions"]["properties"])
            says = operation["description"].partition("\n\n")[0]
            rows.append((f"`{method.upper()} {path.removeprefix('/api/v1/')}`", _names(tuple(taken)), says))
    yield _table(("route", "takes", "answers"), rows)


def problems() -> Iterator[str]:
    """Every code that the API answers, with its status."""
    import_module("cordiale.config.commands")
    known = import_module("cordiale.config.api.problems")
    rows = [(f"`{known.code_of(one)}`", str(status), known.title_of(one)) for one, status in known.STATUSES.items()]
    yield _table(("code", "status", "what happened"), sorted(rows))


def roles() -> Iterator[str]:
    """Which role may do what: the matrix."""
    matrix, meaning, everybody = _matrix()
    names = list(matrix)
    yield _table(
        ("permission", "what it is", *names),
        [
            (f"`{one}`", says, *("yes" if one in matrix[role] | everybody else "" for role in names))
            for one, says in meaning.items()
        ],
    )


def _matrix() -> tuple[dict[str, frozenset[str]], dict[str, str], frozenset[str]]:
    known = import_module("cordiale.domain.permissions")
    return {str(role): held for role, held in known.MATRIX.items()}, known.MEANING, known.EVERYBODY


def _who(needs: str | None) -> str:
    """The roles that may open what needs this."""
    matrix, meaning, everybody = _matrix()
    wanted = set((needs or "").split(" or "))
    if not wanted <= meaning.keys():
        return {"public": "everybody", "signed in": "whoever has an account", "a role": "whoever holds a role"}.get(
            needs or "", "?"
        )
    return ", ".join(role for role, held in matrix.items() if wanted & (held | everybody))


def ways_in() -> Iterator[str]:
    """Every page with what it needs."""
    import_module("cordiale.config.commands")
    known = import_module("cordiale.config.routes")
    rows = [
        (f"`/{one.address}`", f"`{one.needs}`", _who(one.needs))
        for one in known.routes()
        if not one.name.endswith(known.DOWNLOADS)
    ]
    yield _table(("address", "needs", "open to"), rows)


def operations() -> Iterator[str]:
    """Every operation of the API with what it needs."""
    import_module("cordiale.config.commands")
    found = import_module("cordiale.config.routes").operations()
    yield _table(
        ("operation", "name", "needs", "open to"),
        [(f"`{one.asked}`", f"`{one.name}`", f"`{one.needs}`", _who(one.needs)) for one in found],
    )


def shell() -> Iterator[str]:
    """Every command."""
    main: click.Command = import_module("cordiale.config.commands").main
    yield _table(("command", "needs"), [(f"`{path}`", "a shell on the machine") for path in command_paths(main)])


def personal_data() -> Iterator[str]:
    """What is kept about people."""
    known = import_module("cordiale.domain.retention").ALL
    rows = [(f"`{one.key}`", one.what, one.why, f"{one.days} days after {one.since}") for one in known]
    yield _table(("key", "what", "what for", "until"), rows)


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [headings, tuple("---" for _ in headings), *(tuple(map(_cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PARTS: dict[str, tuple[str, Callable[[], Iterator[str]]]] = {
    "commands": ("commands.md", commands),
    "pack.toml": ("pack-format.md", manifest),
    "limits": ("pack-format.md", limits),
    "tables": ("pack-format.md", tables),
    "errors": ("errors.md", errors),
    "database": ("database.md", database),
    "privileges": ("database.md", privileges),
    "routes": ("api.md", routes),
    "problems": ("api.md", problems),
    "roles": ("permissions.md", roles),
    "ways in": ("permissions.md", ways_in),
    "operations": ("permissions.md", operations),
    "shell": ("permissions.md", shell),
    "personal data": ("personal-data.md", personal_data),
}
"""Name of each printed part, the page it stands in, and what prints it."""


def printed(page: str, text: str) -> str:
    """A page with its printed parts made anew.

    Raises:
        ValueError: the comments around a part are missing or stand there twice.
    """
    for name, (place, make) in PARTS.items():
        if place != page:
            continue
        start, end = f"<!-- printed: {name} -->", f"<!-- end of {name} -->"
        if text.count(start) != 1 or text.count(end) != 1:
            raise ValueError(f'docs/reference/{page}: "{start}" and "{end}" must each stand there once')
        before, _, rest = text.partition(start)
        body = "\n\n".join(part for part in make() if part)
        text = f"{before}{start}\n\n{body}\n\n{end}{rest.partition(end)[2]}"
    return text


def main(arguments: list[str]) -> int:
    """Write or check every page; 0 when all is well, 1 when a page is out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is out of date")
    check: bool = parser.parse_args(arguments).check
    old = []
    with tempfile.TemporaryDirectory(prefix="cordiale-reference-") as home:
        os.environ |= {"CORDIALE_HOME": home, "DJANGO_SETTINGS_MODULE": "cordiale.config.settings"}
        os.environ.pop("DATABASE_URL", None)
        for page in dict.fromkeys(place for place, _ in PARTS.values()):
            file = REFERENCE / page
            before = file.read_text("utf-8")
            after = printed(page, before)
            if after != before and check:
                old.append(file.relative_to(ROOT))
            elif after != before:
                file.write_text(after, "utf-8")
                print(f"printed {file.relative_to(ROOT)}")
    for name in old:
        print(f"{name} is out of date; run: make docs")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
