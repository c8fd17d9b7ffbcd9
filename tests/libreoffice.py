"""A workbook edited in a real LibreOffice, as a person would: see unit/workbooks/libreoffice_edits.py for the steps."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.databases import ROOT
from tools.programs import libreoffice, python_of_libreoffice

SCRIPT = ROOT / "tests/unit/workbooks/libreoffice_edits.py"


def edited(folder: Path, workbook: bytes, steps: Sequence[Sequence[Any]]) -> Path:
    """Take every step in LibreOffice and save: answers edited.xlsx in the folder; edited.csv stands beside it."""
    (folder / "exported.xlsx").write_bytes(workbook)
    (folder / "edits.json").write_text(json.dumps(steps), encoding="utf-8")
    python, office = python_of_libreoffice(), libreoffice()
    assert python is not None
    assert office is not None
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    subprocess.run([python, SCRIPT, office, folder], check=True, timeout=120, env=environment)
    return folder / "edited.xlsx"
