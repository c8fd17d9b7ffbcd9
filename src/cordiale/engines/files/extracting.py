"""The text of a file, for search, read by a process of its own that may use little time and memory.

A file whose text cannot be read is still a file: hostile content ends in less text and a reason, never in an error.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cordiale.engines.files.kinds import Kind
from cordiale.engines.files.reading import BY_EXIT, Ending, Limits

__all__ = ["Ending", "Extracted", "Limits", "extracted_text"]

_NOTHING_READ: Final = frozenset({"png", "jpeg"})
USUAL: Final = Limits()


@dataclass(frozen=True)
class Extracted:
    """What was read of a file.

    Args:
        text: without control characters but line ends and tabs; all that was read before the end, whatever ended it.
        ending: why reading ended.
    """

    text: str
    ending: Ending

    @property
    def is_whole(self) -> bool:
        """Whether all text of the file was read."""
        return self.ending is Ending.WHOLE


def extracted_text(path: Path, kind: Kind, *, limits: Limits = USUAL) -> Extracted:
    """Read the text of a file that `recognised` took.

    Args:
        path: where the file is.
        kind: what it is.
        limits: what the reading process may use.

    Raises:
        OSError: the file is not there, or no process can be started; never for what the file holds.
    """
    if kind.code in _NOTHING_READ:
        return Extracted("", Ending.WHOLE)
    command = [sys.executable, "-I", "-m", "cordiale.engines.files.reading", kind.code, *limits.as_arguments()]
    with path.open("rb") as content, tempfile.TemporaryFile() as output:
        # what it writes goes to a file, whose length the kernel limits, and not to our memory; it inherits no secret
        child = subprocess.Popen(  # noqa: S603  # our own program with arguments of our own
            command, stdin=content, stdout=output, stderr=subprocess.DEVNULL, env={}, cwd="/", start_new_session=True
        )
        try:
            ending = BY_EXIT.get(child.wait(timeout=limits.seconds), Ending.DAMAGED)
        except subprocess.TimeoutExpired:
            ending = Ending.TIME
        finally:
            child.kill()
            child.wait()
        output.seek(0)
        text = output.read(4 * limits.characters).decode("utf-8", "ignore")
    return Extracted(text[: limits.characters], ending)
