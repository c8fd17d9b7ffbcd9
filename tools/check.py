"""Runs every check of the repository, two at once, and names those that failed: `make check`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tools.audit import NOT_RUN
from tools.installation import environment_of

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable


@dataclass(frozen=True)
class Check:
    """One command that answers 0 when all is well; and `NOT_RUN` where it needs a network that is not there."""

    heading: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    may_be_impossible: bool = False


CHECKS = (
    Check("ruff: mistakes and habits", (f"{BIN}/ruff", "check", "--quiet", ".")),
    Check("ruff: layout (mended by: make format)", (f"{BIN}/ruff", "format", "--check", "--quiet", ".")),
    Check("mypy: types", (f"{BIN}/mypy", "--no-error-summary")),
    Check("import linter: who may import whom", (f"{BIN}/lint-imports", "--no-cache")),
    Check("djlint: templates", (f"{BIN}/djlint", "--lint", "--quiet", "src")),
    Check(
        "bandit: what is known to be unsafe",
        (f"{BIN}/bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", "src", "tools"),
    ),
    Check("audit: packages known to be vulnerable", (PYTHON, "-m", "tools.audit"), may_be_impossible=True),
    Check("migrations match the models", (PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run")),
    Check(
        "safe to deploy",
        (PYTHON, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"),
        {"CORDIALE_HTTPS": "1"},
    ),
    Check("vendored files are what VENDOR.toml says", (PYTHON, "tools/vendor.py", "--check")),
    Check("the map is what vendor/world-atlas gives", (PYTHON, "-m", "tools.build_map", "--check")),
    Check(
        "reference pages are as the code prints them (mended by: make docs)",
        (PYTHON, "-m", "tools.print_reference", "--check"),
    ),
    Check("documents are complete and true", (PYTHON, "-m", "tools.check_docs")),
)


def main() -> int:
    """Run all checks whatever happens; 0 when none failed."""
    failed, not_run = [], []
    with ThreadPoolExecutor(max_workers=2) as two_at_once:
        for check, done in zip(CHECKS, two_at_once.map(run, CHECKS), strict=True):
            print(f"\n== {check.heading}\n{done.said}", end="", flush=True)
            if done.status == 0:
                print(f"ok ({done.seconds:.1f} s)", flush=True)
            elif done.status == NOT_RUN and check.may_be_impossible:
                not_run.append(check.heading)
            else:
                failed.append(check.heading)
    passed = len(CHECKS) - len(failed) - len(not_run)
    print(f"\n{passed} checks passed, {len(failed)} failed, {len(not_run)} not run", flush=True)
    for heading in failed:
        print(f"  failed: {heading}")
    for heading in not_run:
        print(f"  NOT RUN: {heading}")
    return 1 if failed else 0


@dataclass(frozen=True)
class Done:
    """What a check ended with: its exit status, all that it printed, and how long it took."""

    status: int
    said: str
    seconds: float


def run(check: Check) -> Done:
    """Run one check against an installation of its own, so that nobody's data are touched."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cordiale-check-") as home:
        ended = subprocess.run(
            check.command,
            cwd=ROOT,
            env=environment_of(Path(home), **check.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    return Done(ended.returncode, ended.stdout, time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
