"""Asks whether a locked package is known to be vulnerable; loud when nobody could be asked: part of `make check`.

pip-audit calls a package that it could not look up "skipped", and ends as if all were well. Here that is "not run".
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "locks" / "run.txt"
NOT_RUN = 3
"""Exit status when nobody could be asked."""
SECONDS = 120


def main() -> int:
    """0 when every package was looked up and none is vulnerable, 1 when one is, 3 when not all could be looked up."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--disable-pip", "--require-hashes"]
    try:
        done = subprocess.run(
            [*command, "--progress-spinner", "off", "--format", "json"],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError) as error:
        print(f"NOT RUN: the audit gave no answer ({type(error).__name__})")
        return NOT_RUN
    vulnerable, unknown = judged(packages)
    for line in vulnerable:
        print(line)
    if unknown:
        print(f"NOT RUN for {len(unknown)} of {len(packages)} packages: nobody could be asked (first: {unknown[0]})")
    return 1 if vulnerable else NOT_RUN if unknown or not packages else 0


def judged(packages: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """What is vulnerable, a line each, and which packages could not be looked up."""
    vulnerable = [
        f"{package['name']} {package['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'none'}"
        for package in packages
        for found in package.get("vulns", ())
    ]
    return vulnerable, [package["name"] for package in packages if "vulns" not in package]


if __name__ == "__main__":
    sys.exit(main())
