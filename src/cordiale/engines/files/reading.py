"""The program that reads the text of one file, started by `extracting` and good for nothing else.

It takes away its own right to much time and memory, to long files and to more open ones before it looks at the first
byte. The content comes in on standard input, the text goes out on standard output, the exit status says how it ended.
"""

from __future__ import annotations

import io
import os
import re
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from enum import Enum
from typing import BinaryIO, Final

from cordiale.engines.files.archives import Archive
from cordiale.engines.files.refusing import BadFile, UnpacksTooFar
from cordiale.engines.files.texts import encoding_of

_MIB = 2**20


class Ending(Enum):
    """Why reading ended."""

    WHOLE = "all of it was read"
    LENGTH = "it has more text than is read"
    PAGES = "it has more pages than are read"
    TIME = "reading it took too long"
    MEMORY = "reading it took too much memory"
    ENCRYPTED = "it is protected by a password"
    DAMAGED = "a part of it is damaged"


BY_EXIT: Final = {
    0: Ending.WHOLE,
    10: Ending.LENGTH,
    11: Ending.PAGES,
    12: Ending.MEMORY,
    13: Ending.ENCRYPTED,
    14: Ending.DAMAGED,
    -signal.SIGXCPU: Ending.TIME,
    # the kernel's last word, to a process that the first did not reach, or when the machine has no memory left
    -signal.SIGKILL: Ending.MEMORY,
}
"""How a process that read a file ends, and why."""

_EXIT: Final = {ending: status for status, ending in BY_EXIT.items() if status >= 0}


@dataclass(frozen=True)
class Limits:
    """What reading one file may use.

    Args:
        characters: most text that is read.
        pages: most pages of a PDF, slides or sheets.
        processor_seconds: time of one core.
        seconds: time on the wall.
        memory: bytes of address space, the program itself (about 60 MiB) included.
    """

    characters: int = 2_000_000
    pages: int = 2_000
    processor_seconds: int = 20
    seconds: int = 40
    memory: int = 768 * _MIB

    def as_arguments(self) -> list[str]:
        """For the command line."""
        return [str(number) for number in astuple(self)]


class Enough(Exception):  # says what happened
    """Reading ends here, with what there is."""

    def __init__(self, ending: Ending) -> None:
        self.ending = ending
        super().__init__(ending.value)


class Page:
    """The text that goes out; it takes so many characters and no more."""

    def __init__(self, output: BinaryIO, most: int) -> None:
        self._output = output
        self._left = most

    def write(self, text: str) -> None:
        """Add text, without control characters.

        Raises:
            Enough: there is no room left.
        """
        clean = _CONTROL.sub(" ", text)
        self._output.write(clean[: self._left].encode("utf-8", "replace"))
        self._left -= len(clean)
        if self._left < 0:
            raise Enough(Ending.LENGTH)


_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read(kind: str, content: BinaryIO, page: Page, *, pages: int) -> Ending:
    """Write the text of a file to a page.

    Args:
        kind: code of its kind.
        content: the file, seekable.
        page: takes the text.
        pages: most pages, slides or sheets.

    Returns:
        Why reading ended; whatever the content is.
    """
    try:
        return _READERS[kind](content, page, pages)
    except Enough as enough:
        return enough.ending
    except UnpacksTooFar:
        return Ending.LENGTH
    except MemoryError:
        return Ending.MEMORY
    except BadFile:
        return Ending.DAMAGED
    except Exception:  # a library met what it did not think of: in this process that is an answer, not our mistake
        return Ending.DAMAGED


def _read_text(content: BinaryIO, page: Page, _: int) -> Ending:
    encoding, mark = encoding_of(content.read(4))
    content.seek(mark)
    text = io.TextIOWrapper(content, encoding)
    while piece := text.read(2**16):
        page.write(piece)
    return Ending.WHOLE


def _read_pdf(content: BinaryIO, page: Page, most: int) -> Ending:
    import pypdf  # only PDFs pay for it

    reader = pypdf.PdfReader(content, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return Ending.ENCRYPTED
    is_damaged = False
    for number, one in enumerate(reader.pages):
        if number >= most:
            return Ending.PAGES
        try:
            page.write(one.extract_text() + "\n")
        except (Enough, MemoryError):
            raise
        except Exception:  # one page that cannot be read is no reason to lose the others
            is_damaged = True
    return Ending.DAMAGED if is_damaged else Ending.WHOLE


class _Text:
    """Writes what stands in the elements that hold text, and ends a line after those that are lines."""

    def __init__(
        self, page: Page, holds: frozenset[str], ends_line: frozenset[str], leaves_out: frozenset[str]
    ) -> None:
        self._page = page
        self._holds, self._ends_line, self._leaves_out = holds, ends_line, leaves_out
        self._inside = self._left_out = 0

    def opened(self, _: str, name: str, attributes: Mapping[str, str]) -> None:
        self._inside += name in self._holds
        self._left_out += name in self._leaves_out

    def closed(self, name: str) -> None:
        self._inside -= name in self._holds
        self._left_out -= name in self._leaves_out
        if name in self._ends_line:
            self._page.write("\n")
        elif name in _GAPS:
            self._page.write(" ")

    def said(self, text: str) -> None:
        if self._inside and not self._left_out:
            self._page.write(text)


_GAPS: Final = frozenset({"tab", "br", "cr", "s", "line-break", "tc"})
_OFFICE_TEXT: Final = (frozenset({"t"}), frozenset({"p", "si", "is"}), frozenset({"rPh"}))
"""What holds text in Office documents, what is a line, and what is left out (how to pronounce a text)."""
_OPEN_TEXT: Final = (frozenset({"p", "h"}), frozenset({"p", "h"}), frozenset({"tracked-changes"}))
_OFFICE_PARTS: Final = (
    r"word/document\d*\.xml",
    r"word/(?:header|footer|footnotes|endnotes|comments)\d*\.xml",
    r"ppt/slides/slide\d+\.xml",
    r"ppt/notesSlides/notesSlide\d+\.xml",
    r"xl/sharedStrings\.xml",
    r"xl/worksheets/sheet\d+\.xml",
    r"xl/comments\d*\.xml",
)
"""Where text stands, in the order in which it is read."""


def _read_office(content: BinaryIO, page: Page, most: int) -> Ending:
    archive = Archive(content)
    for pattern in _OFFICE_PARTS:
        names = [name for name in archive.names if re.fullmatch(pattern, name, re.IGNORECASE)]
        for number, name in enumerate(sorted(names, key=_as_counted)):
            if number >= most:
                return Ending.PAGES
            archive.parse(name, _Text(page, *_OFFICE_TEXT))
    return Ending.WHOLE


def _as_counted(name: str) -> tuple[int, str]:
    """Slide 2 before slide 10."""
    return int("".join(filter(str.isdigit, name))[:9] or "0"), name


def _read_open_document(content: BinaryIO, page: Page, _: int) -> Ending:
    Archive(content).parse("content.xml", _Text(page, *_OPEN_TEXT))
    return Ending.WHOLE


_READERS: Final[Mapping[str, Callable[[BinaryIO, Page, int], Ending]]] = {
    "pdf": _read_pdf,
    **dict.fromkeys(("docx", "xlsx", "pptx"), _read_office),
    **dict.fromkeys(("odt", "ods"), _read_open_document),
    **dict.fromkeys(("text", "csv", "markdown", "stix"), _read_text),
}


def confine(limits: Limits) -> None:
    """Give up, for this process and for ever, what reading a file does not need."""
    for what, most in (
        (resource.RLIMIT_CPU, limits.processor_seconds + 1),
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, 4 * limits.characters + 1),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))
    # the first signal, which names the reason, a second before the last
    soft = resource.getrlimit(resource.RLIMIT_CPU)[0]
    resource.setrlimit(resource.RLIMIT_CPU, (max(1, soft - 1), soft))


def main(arguments: list[str]) -> int:
    """Read standard input; the status says why reading ended."""
    kind, numbers = arguments[0], [int(number) for number in arguments[1:]]
    limits = Limits(*numbers)
    confine(limits)
    output = os.fdopen(1, "wb", closefd=False)
    ending = read(kind, os.fdopen(0, "rb", closefd=False), Page(output, limits.characters), pages=limits.pages)
    try:
        output.flush()
    except (OSError, MemoryError):
        return _EXIT[Ending.LENGTH]
    return _EXIT[ending]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
