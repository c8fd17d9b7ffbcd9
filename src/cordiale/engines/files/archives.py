"""Opens the zip file that a document is, and reads its XML, without trusting either.

The directory of the file is measured before it is read; nothing is unpacked to disk; nothing is taken from a file that
two readers could understand in two ways.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import xml.sax
import zipfile
import zlib
from collections.abc import Mapping
from typing import BinaryIO, Protocol
from xml.sax.handler import ContentHandler, feature_namespaces

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from cordiale.engines.files.refusing import BadFile, DamagedFile, EncryptedFile, TwoFormats, UnpacksTooFar, UnsafeParts

MOST_PARTS = 5_000
MOST_DIRECTORY = 2 * 2**20
"""Bytes of the directory; 5,000 parts with names of 350 characters."""
MOST_UNPACKED = 256 * 2**20
MOST_RATIO = 200
"""Unpacked bytes for each packed one; sheets of nothing but borders reach about 100."""
FREE_UNPACKED = 8 * 2**20
"""Below it the ratio does not matter."""
MOST_ELEMENTS = 8_000_000
DEEPEST = 512
"""Elements inside each other; tables inside tables inside text boxes reach about 60."""
_PIECE = 2**16

_SAVE_AGAIN = "open it in its program and save it again"
_END = struct.Struct("<4s4H2LH")
_LEADS_OUT = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]")

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, LookupError, OSError, RuntimeError, NotImplementedError)
"""What zipfile and expat raise on files that chance or malice damaged."""


class Handler(Protocol):
    """What is told of an XML part; names are local, without their namespace."""

    def opened(self, namespace: str, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def closed(self, name: str) -> None:
        """An element ends."""

    def said(self, text: str) -> None:
        """Text stands between."""


class Archive:
    """The parts of a document, checked before any of them is unpacked."""

    def __init__(self, stream: BinaryIO) -> None:
        """Open it.

        Args:
            stream: the whole file; stays open as long as the archive is used.

        Raises:
            DamagedFile, TwoFormats, EncryptedFile, UnpacksTooFar, UnsafeParts.
        """
        start_of_directory = _directory(stream)
        try:
            self._archive = zipfile.ZipFile(stream)
        except BROKEN:
            raise DamagedFile("the list of its parts is damaged", _SAVE_AGAIN) from None
        parts = self._archive.infolist()
        _check(parts)
        _check_places(parts, start_of_directory)
        self._parts = {part.filename: part for part in parts}
        for part in parts:
            self._check_heading(part)
        self.names = tuple(self._parts)

    def _check_heading(self, part: zipfile.ZipInfo) -> None:
        """Each part has a heading of its own, and the heading gives the same name as the directory."""
        try:
            self._archive.open(part).close()
        except BROKEN:
            raise DamagedFile("the part contradicts the list of parts", _SAVE_AGAIN, _told(part)) from None

    def first(self) -> str:
        """The name of the part that stands first in the file."""
        return min(self._parts.values(), key=lambda part: part.header_offset).filename

    def is_stored(self, name: str) -> bool:
        """Whether the part is kept as it is, not compressed."""
        return self._parts[name].compress_type == zipfile.ZIP_STORED

    def beginning(self, name: str, most: int) -> bytes:
        """The first bytes of a part.

        Raises:
            DamagedFile: it is missing or broken.
        """
        try:
            with self._archive.open(self._parts[name]) as part:
                return part.read(most)
        except BROKEN:
            raise DamagedFile("the part is missing or damaged", _SAVE_AGAIN, name[:80]) from None

    def parse(self, name: str, handler: Handler) -> None:
        """Read an XML part from front to back, a piece at a time.

        Raises:
            DamagedFile: it is missing, broken, nested too deep or defines a document type or an entity.
            UnpacksTooFar: it has more elements than are read.
        """
        parser = defusedxml.sax.make_parser()
        parser.forbid_dtd = True
        parser.setFeature(feature_namespaces, True)
        parser.setContentHandler(_Bounded(handler, name))
        try:
            with self._archive.open(self._parts[name]) as part:
                parser.feed(b"")  # so that an empty part is missed when it is closed
                while piece := part.read(_PIECE):
                    parser.feed(piece)
            parser.close()
        except DefusedXmlException:
            raise DamagedFile("the part defines a document type or an entity", _SAVE_AGAIN, name[:80]) from None
        except BadFile:
            raise
        except (*BROKEN, xml.sax.SAXException):
            raise DamagedFile("the part is missing or damaged", _SAVE_AGAIN, name[:80]) from None


class _Bounded(ContentHandler):
    """Passes on what is read, and counts it."""

    def __init__(self, handler: Handler, place: str) -> None:
        super().__init__()
        self._handler = handler
        self._place = place[:80]
        self._depth = self._met = 0

    def startElementNS(self, name: tuple[str | None, str], _: str | None, attributes: object) -> None:  # noqa: N802  # xml.sax calls it so
        self._depth += 1
        self._met += 1
        if self._depth > DEEPEST:
            raise DamagedFile("the part is nested deeper than any document", _SAVE_AGAIN, self._place)
        if self._met > MOST_ELEMENTS:
            raise UnpacksTooFar("the part holds more than is read", "split the document", self._place)
        local = {key[1]: str(value) for key, value in attributes.items()}  # type: ignore[attr-defined]  # xml.sax says nothing of it
        self._handler.opened(name[0] or "", name[1], local)

    def endElementNS(self, name: tuple[str | None, str], _: str | None) -> None:  # noqa: N802  # as above
        self._depth -= 1
        self._handler.closed(name[1])

    def characters(self, content: str) -> None:
        self._handler.said(content)


def has_directory(tail: bytes, before: int) -> bool:
    """Whether a zip reader would find the directory of a zip file in the end of a file.

    Args:
        tail: the last bytes of the file; 65,557 hold all places where a reader looks.
        before: bytes of the file in front of them.
    """
    found = tail.find(b"PK\x05\x06")
    while found >= 0:
        if len(tail) - found >= _END.size:
            _, _, _, _, _, size, start, _ = _END.unpack_from(tail, found)
            if size + start <= before + found:
                return True
        found = tail.find(b"PK\x05\x06", found + 1)
    return False


def _directory(stream: BinaryIO) -> int:
    """Where the list of parts begins, after checking that reading it costs little and that nothing follows it."""
    length = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, length - _END.size))
    end = stream.read(_END.size)
    if len(end) < _END.size or end[:4] != b"PK\x05\x06" or end[-2:] != b"\x00\x00":
        raise DamagedFile("the file breaks off, or something follows its end", _SAVE_AGAIN)
    _, disk, first_disk, here, parts, size, start, _ = _END.unpack(end)
    if parts > MOST_PARTS or size > MOST_DIRECTORY:
        raise UnpacksTooFar(f"the document has more than the {MOST_PARTS:,} parts that are read", "split it")
    if disk or first_disk or here != parts or start + size + _END.size != length:
        raise TwoFormats("something stands before or between the parts of the document", _SAVE_AGAIN)
    return int(start)


def _check(parts: list[zipfile.ZipInfo]) -> None:
    for part in parts:
        if part.orig_filename != part.filename or _LEADS_OUT.search(part.filename) or not part.filename:
            raise UnsafeParts("the name of the part leads out of the document", _SAVE_AGAIN, _told(part))
        kind = stat.S_IFMT(part.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UnsafeParts("the part is a link or a device", _SAVE_AGAIN, _told(part))
        if part.flag_bits & 0x41:
            raise EncryptedFile("the part is protected by a password", "save the document without one", _told(part))
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DamagedFile("the part is packed as no office program does it", _SAVE_AGAIN, _told(part))
        if part.file_size > FREE_UNPACKED + MOST_RATIO * part.compress_size:
            raise UnpacksTooFar("the part unpacks to far more than it is", "save the document again", _told(part))
    if len({part.filename.casefold() for part in parts}) < len(parts):
        raise TwoFormats("two parts of the document have one name", _SAVE_AGAIN)
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > min(MOST_UNPACKED, FREE_UNPACKED + MOST_RATIO * packed):
        raise UnpacksTooFar(
            f"the document unpacks to {unpacked >> 20:,} MiB, more than is read",
            "remove what is not needed, or split it",
        )


def _check_places(parts: list[zipfile.ZipInfo], end: int) -> None:
    """Parts begin at the first byte and never share a byte, so that none can be unpacked many times over."""
    after = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < after or (after == 0 and part.header_offset):
            raise TwoFormats("the part lies over another or begins late", _SAVE_AGAIN, _told(part))
        # 30 bytes of heading, then at least the name; the heading may be longer
        after = part.header_offset + 30 + part.compress_size
    if after > end:
        raise DamagedFile("the file breaks off", _SAVE_AGAIN)


def _told(part: zipfile.ZipInfo) -> str:
    return "part " + "".join(letter if letter.isprintable() else "?" for letter in part.filename[:80])
