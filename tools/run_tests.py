"""Runs every test this machine can run, and says loudly at the end what it could not: `make test`.

Coverage watches the tests of rules. Those of data run on SQLite and once more on PostgreSQL, the journeys in the
browser. With CORDIALE_TEST_NO_SKIPS=1, as in CI, whatever was not run is a failure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

from tools.programs import HOW_TO_GET, missing

ROOT = Path(__file__).resolve().parent.parent
NOTHING_COLLECTED = 5


@dataclass(frozen=True)
class Run:
    """One call of pytest: its heading, what it runs below tests/, the options, and the program it cannot do without."""

    heading: str
    places: tuple[str, ...]
    options: tuple[str, ...]
    needs: str | None = None
    covers: bool = False


@dataclass
class Tally:
    """What happened so far."""

    passed: int = 0
    failed: int = 0
    red: list[str] = field(default_factory=list)

    def add(self, report: Path) -> None:
        """Count what a JUnit report says; a pytest that crashed may have left none."""
        if not report.exists():
            return
        for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314  # our own pytest wrote it
            total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            self.failed += failed
            self.passed += total - failed - skipped


TWO_AT_ONCE = ("-n", "2")
TWO_FILES_AT_ONCE = (*TWO_AT_ONCE, "--dist", "loadfile", "--no-loadscope-reorder")
"""What the tests of a file share, such as a walk through all pages, is made once."""
JUDGED = tuple(f"integration/test_{name}.py" for name in ("claims", "claims_invented", "editing", "standing_engine"))
"""Tests of data that prove rules which no test without a database does. Coverage watches them and no others of data:
being watched costs a test half as much again, so what the others add is not counted, and never lifts the share."""

RUNS = (
    Run("rules", ("spec", "unit", *JUDGED), TWO_AT_ONCE, covers=True),
    Run(
        "SQLite",
        ("contract", "architecture", "integration"),
        (*TWO_FILES_AT_ONCE, *(f"--ignore=tests/{file}" for file in JUDGED)),
    ),
    Run(
        "PostgreSQL",
        ("contract", "integration", "browser/test_desk_journey.py", "browser/test_sharing_journey.py"),
        (*TWO_FILES_AT_ONCE, "--postgres"),
        needs="PostgreSQL",
    ),
    Run("browser", ("browser",), TWO_AT_ONCE, needs="Chromium"),
)


def main(arguments: list[str]) -> int:
    """Run what can be run; every pytest gets `arguments`. 0 when all passed and nothing is missing that must not be."""
    tally, not_run = Tally(), []
    absent = missing()
    with tempfile.TemporaryDirectory(prefix="cordiale-run-") as folder:
        for run in RUNS:
            if run.needs in absent:
                not_run.append(f"{run.heading}: {run.needs} is not installed ({HOW_TO_GET[run.needs]})")
                continue
            print(f"\n== tests: {run.heading}", flush=True)
            status = _pytest(run, arguments, tally, Path(folder))
            if status == NOTHING_COLLECTED:
                not_run.append(f"{run.heading}: no test was chosen in {', '.join(run.places)}")
            elif status != 0:
                tally.red.append(run.heading)
        not_run += [
            f"whatever needs {name}: it is not installed ({HOW_TO_GET[name]})"
            for name in absent
            if name not in {run.needs for run in RUNS}
        ]
        if not _covered(Path(folder)):
            tally.red.append("the coverage of domain and engines")
    if not_run:
        print(framed(["NOT RUN", *not_run]))
    for heading in tally.red:
        print(f"\nred: {heading}")
    print(f"\n{tally.passed} passed, {tally.failed} failed", flush=True)
    must_be_complete = os.environ.get("CORDIALE_TEST_NO_SKIPS") == "1"
    return 1 if tally.red or (not_run and must_be_complete) else 0


def framed(lines: list[str]) -> str:
    """The lines in a frame nobody can overlook."""
    width = max(map(len, lines))
    edge = "#" * (width + 6)
    return "\n".join(["", edge, *(f"## {line:<{width}} ##" for line in lines), edge])


def _pytest(run: Run, arguments: list[str], tally: Tally, place: Path) -> int:
    """Run pytest once, add what it reports to the tally, and return its exit status."""
    report, places = place / f"{run.heading}.xml", [f"tests/{name}" for name in run.places]
    python = [sys.executable, "-m", *(["coverage", "run", "-m"] if run.covers else [])]
    command = [*python, "pytest", "-q", *run.options, f"--junitxml={report}", *arguments, *places]
    status = subprocess.run(command, cwd=ROOT, env=_with_data_in(place), check=False).returncode
    tally.add(report)
    return status


def _covered(place: Path) -> bool:
    """Whether the tests went through enough of domain and engines; prints what they left out."""
    print("\n== coverage of domain and engines", flush=True)
    steps = (["combine", "--quiet"], ["report"])
    coverage = [sys.executable, "-m", "coverage"]
    return all(
        subprocess.run([*coverage, *step], cwd=ROOT, env=_with_data_in(place), check=False).returncode == 0
        for step in steps
    )


def _with_data_in(place: Path) -> dict[str, str]:
    return {**os.environ, "COVERAGE_FILE": str(place / "coverage")}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
