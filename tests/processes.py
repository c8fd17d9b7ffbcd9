"""Processes of a test's own, which stop where the test wants them, and can be killed there."""

from __future__ import annotations

import subprocess
import sys

from tests.databases import ROOT, OwnDatabase

SECONDS = 120


def start(database: OwnDatabase, program: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that told it is where the test wants it; a line on its standard input lets it go on."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env=database.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() in ("ready", "open")
    return process


def let_go(process: subprocess.Popen[str]) -> None:
    """Let a process go on."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def finish(process: subprocess.Popen[str]) -> int:
    """Wait for a process to end; its exit status."""
    process.communicate(timeout=SECONDS)
    return process.returncode


def is_running(process: subprocess.Popen[str], *, wait: float) -> bool:
    """Whether a process still runs after some seconds."""
    try:
        process.wait(timeout=wait)
    except subprocess.TimeoutExpired:
        return True
    return False


def kill(process: subprocess.Popen[str]) -> None:
    """End a process as a power cut does: it cannot tidy up."""
    process.kill()
    finish(process)
