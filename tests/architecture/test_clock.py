"""Only one module asks the machine what time it is; everybody else is told."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import CORDIALE, dotted, full_names, modules, put, templates

THE_CLOCK = "domain/clock.py"
CLOCKS = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "django.utils.timezone.localdate",
    "django.utils.timezone.localtime",
    "django.utils.timezone.now",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
}
STAMPS = {"auto_now", "auto_now_add"}
NOW_TAG = re.compile(r"{%-?\s*now\s")


def asking_the_time(package: Path) -> list[str]:
    """Places under `package` (src/cordiale), code and templates, that ask a clock; being mentioned is enough."""
    problems = []
    for module in modules(package):
        if module.place == THE_CLOCK:
            continue
        names = full_names(module)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.keyword) and node.arg in STAMPS:
                problems.append(f"{module.at(node.value)}: {node.arg}")
            said = dotted(node) if isinstance(node, ast.Attribute | ast.Name) else None
            first, dot, rest = (said or "").partition(".")
            if f"{names.get(first, first)}{dot}{rest}" in CLOCKS:
                problems.append(f"{module.at(node)}: {said}")
    tags = (file for file in templates(package) if NOW_TAG.search(file.read_text("utf-8")))
    return problems + [f"{file.relative_to(package)}: the tag `now`" for file in tags]


def test_only_the_clock_module_asks_the_time():
    assert asking_the_time(CORDIALE) == []


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import date\ndate.today()",
        "from datetime import datetime as moment\nmoment.now(None)",
        "import datetime\ndatetime.datetime.utcnow()",
        "import time as t\nt.time()",
        "from time import time\ntime()",
        "from django.utils import timezone\ncolumn(default=timezone.now)",
        "from django.utils.timezone import now\nnow()",
        "column(auto_now_add=True)",
    ],
)
def test_asking_the_time_is_found(tmp_path, text):
    assert len(asking_the_time(put(tmp_path, "domain/seats.py", text))) == 1


def test_asking_the_time_in_a_template_is_found(tmp_path):
    assert len(asking_the_time(put(tmp_path, "ui/templates/base.html", '{% now "Y" %}'))) == 1


@pytest.mark.parametrize("text", ["from cordiale.domain import clock\nclock.now()", "import time\ntime.monotonic()"])
def test_the_clock_module_and_stopwatches_are_let_be(tmp_path, text):
    assert asking_the_time(put(tmp_path, "domain/seats.py", text)) == []
