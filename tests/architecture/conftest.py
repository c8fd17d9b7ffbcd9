"""Says at the end of a run which function of the source is the longest: watch it, not the average."""

from __future__ import annotations

from typing import Any

from tests.architecture.source import CORDIALE
from tests.architecture.test_places import function_lengths


def pytest_terminal_summary(terminalreporter: Any) -> None:
    lines, place = function_lengths(CORDIALE)[0]
    terminalreporter.write_line(f"longest function of the source: {place}, {lines} lines")
