"""Opens the zip file that a workbook is, and its XML parts, without trusting either.

Nothing is unpacked to disk, no entity is expanded, no document type is accepted, and no part leads outside the file.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from xml.parsers import expat

from cordiale.engines.workbooks.refusing import (
    BadWorkbook,
    DamagedWorkbook,
    EncryptedWorkbook,
    NotAWorkbook,
    OpenDocument,
    WorkbookTooLarge,
    WorkbookWithMacros,
)

MOST_UNPACKED = 128 * 1024 * 1024
MOST_PARTS = 5_000
MOST_ELEMENTS = 8_000_000
"""Of one part; a cell that holds something is two."""
DEEPEST = 64
"""Elements inside each other; a worksheet needs about ten."""
SPREADSHEET = frozenset(
    ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_SAVE_AGAIN = "open it in a spreadsheet program and save it again as .xlsx"

Attributes = Mapping[str, str]
_BROKEN = (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, LookupError, OSError, RuntimeError)
"""What zipfile and expat raise on files that chance or malice damaged."""


class Container:
    """The parts of a workbook file, checked before any of them is unpacked."""

    def __init__(self, content: bytes) -> None:
        """Open it.

        Raises:
            BadWorkbook: it is damaged, too large, encrypted, or another kind of file.
        """
        try:
            self._archive = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise DamagedWorkbook("the file breaks off or is damaged", _SAVE_AGAIN) from None
        parts = self._archive.infolist()
        self._check(parts)
        self._parts = {part.filename: part for part in parts}
        self._refuse_other_kinds()

    @property
    def names(self) -> frozenset[str]:
        """Names of all parts."""
        return frozenset(self._parts)

    def _check(self, parts: list[zipfile.ZipInfo]) -> None:
        if len(parts) > MOST_PARTS:
            raise WorkbookTooLarge(f"the file has {len(parts):,} parts", "copy the rows into a new workbook")
        if any(part.flag_bits & 1 for part in parts):
            raise EncryptedWorkbook("the file is protected by a password", "save it without a password")
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MOST_UNPACKED:
            raise WorkbookTooLarge(
                f"the file unpacks to {unpacked >> 20:,} MiB, more than the {MOST_UNPACKED >> 20} MiB that are read",
                "remove pictures and sheets that are not needed, or split it",
            )
        if len({part.filename for part in parts}) < len(parts) or any(
            part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts
        ):
            raise DamagedWorkbook("the file is packed as no spreadsheet program does it", _SAVE_AGAIN)

    def _refuse_other_kinds(self) -> None:
        if "mimetype" in self._parts or "content.xml" in self._parts:
            raise OpenDocument("the file is an OpenDocument spreadsheet", "save it as .xlsx")
        if "[Content_Types].xml" not in self._parts:
            raise NotAWorkbook("the file is a zip file, but no workbook", "send an .xlsx or a .csv file")
        if any(name.rpartition("/")[2].casefold() == "vbaproject.bin" for name in self._parts):
            raise WorkbookWithMacros("the workbook carries macros", "save it as .xlsx, which holds none")
        types: list[str] = []
        self.parse("[Content_Types].xml", start=lambda _, attributes: types.append(attributes.get("ContentType", "")))
        if any("macroenabled" in kind.casefold() for kind in types):
            raise WorkbookWithMacros("the workbook carries macros", "save it as .xlsx, which holds none")

    def parse(
        self,
        part: str,
        *,
        start: Callable[[str, Attributes], Any],
        end: Callable[[str], Any] | None = None,
        text: Callable[[str], Any] | None = None,
    ) -> None:
        """Read an XML part from front to back.

        Args:
            part: its name.
            start, end: called at each tag, with "namespace name"; attributes without a namespace have plain names.
            text: called with the text between.

        Raises:
            DamagedWorkbook: the part is missing or is no plain XML.
            WorkbookTooLarge: it holds more elements than are read.
        """
        if part not in self._parts:
            raise DamagedWorkbook(f"the workbook lacks its part {part[:80]}", _SAVE_AGAIN)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        depth = met = 0

        def opened(name: str, attributes: Attributes) -> None:
            nonlocal depth, met
            depth += 1
            met += 1
            if met > MOST_ELEMENTS:
                raise WorkbookTooLarge(
                    f"the part {part[:80]} holds more than the {MOST_ELEMENTS:,} elements that are read",
                    "copy the rows into a new workbook, or split it",
                )
            if depth > DEEPEST:
                raise DamagedWorkbook(f"the part {part[:80]} is nested deeper than any workbook", _SAVE_AGAIN)
            start(name, attributes)

        def closed(name: str) -> None:
            nonlocal depth
            depth -= 1
            if end is not None:
                end(name)

        def refused(*_: object) -> None:
            raise DamagedWorkbook(f"the part {part[:80]} defines a document type of its own", _SAVE_AGAIN)

        parser.StartElementHandler = opened
        parser.EndElementHandler = closed
        parser.StartDoctypeDeclHandler = refused
        parser.EntityDeclHandler = refused
        if text is not None:
            parser.CharacterDataHandler = text
        try:
            with self._archive.open(self._parts[part]) as stream:
                parser.ParseFile(stream)
        except BadWorkbook:
            raise
        except _BROKEN as error:
            raise DamagedWorkbook(f"the part {part[:80]} is damaged ({str(error)[:80]})", _SAVE_AGAIN) from None

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to inside the file: the reference's id to its kind and the part's name.

        References that lead outside the file are left out: nothing outside is ever read.
        """
        folder, _, name = part.rpartition("/")
        where = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if tag == f"{_RELATIONS} Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
                found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

        self.parse(where, start=start)
        return found
