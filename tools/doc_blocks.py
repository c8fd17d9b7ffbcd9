"""Runs the code blocks of the documents that are marked `run`, so that they cannot go stale.

The words after the fence decide:

    ```console run              each line after `$ ` is run by bash; what follows it is what it must print
    ```console run exit=2       as above, and the last command must answer 2 instead of 0
    ```python run               the block is run as a program and must end well

A line that starts with `> ` goes on with the command above it. In the expected output `...` stands for anything.
All blocks of a page share one folder that looks like the repository, and one new, empty installation.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.installation import environment_of

BLOCK = re.compile(
    r"^(?P<indent> *)(?P<fence>```+)(?P<language>console|python) run(?: exit=(?P<exit>\d+))?[ \t]*\n"
    r"(?P<body>.*?)^(?P=indent)(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
NOT_SHARED = {".git", "var"}
SECONDS = 300


@dataclass(frozen=True)
class Step:
    """One thing to run: where it stands, the program and its arguments, and what it must answer and print."""

    line: int
    shown: str
    command: tuple[str, ...]
    status: int
    output: str | None


def run_blocks(page: Path, *, root: Path) -> Iterator[str]:
    """Run the marked blocks of a page; yields `line: problem` for each step that did not do what the page shows."""
    steps = list(steps_of(page.read_text("utf-8")))
    if not steps:
        return
    with tempfile.TemporaryDirectory(prefix="cordiale-page-") as folder:
        work, home = Path(folder, "cordiale"), Path(folder, "home")
        work.mkdir()
        for entry in root.iterdir():
            if entry.name not in NOT_SHARED:
                (work / entry.name).symlink_to(entry)
        for step in steps:
            if problem := _fault(step, work=work, home=home):
                yield f"{step.line}: {problem}"


def steps_of(text: str) -> Iterator[Step]:
    """What the marked blocks of a Markdown text ask to run, in order."""
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start()) + 2
        indent = len(block["indent"])
        body = [line[indent:] for line in block["body"].splitlines()]
        status = int(block["exit"] or 0)
        if block["language"] == "python":
            yield Step(first, "the program", (sys.executable, "-c", "\n".join(body)), status, None)
        else:
            yield from _console_steps(body, first, status)


def _console_steps(body: list[str], first: int, status: int) -> Iterator[Step]:
    starts = [number for number, line in enumerate(body) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(body)], strict=True):
        rest = body[start + 1 : end]
        more = next((number for number, line in enumerate(rest) if not line.startswith("> ")), len(rest))
        command = "\n".join([body[start][2:], *(line[2:] for line in rest[:more])])
        output = "".join(f"{line}\n" for line in rest[more:])
        yield Step(first + start, f"`{command}`", ("bash", "-c", command), status if end == len(body) else 0, output)


def _fault(step: Step, *, work: Path, home: Path) -> str | None:
    environment = environment_of(home, PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    try:
        done = subprocess.run(
            step.command,
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{step.shown} did not end within {SECONDS} seconds"
    if done.returncode != step.status:
        return f"{step.shown} answered {done.returncode}, not {step.status}:\n{done.stdout}"
    if step.output is not None and not doctest.OutputChecker().check_output(step.output, done.stdout, doctest.ELLIPSIS):
        return f"{step.shown} printed\n{done.stdout}where the page shows\n{step.output}"
    return None
