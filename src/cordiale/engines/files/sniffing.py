"""Decides by its content which of the accepted kinds a file is, and refuses whatever could be read as two.

Every kind is checked to its end: most tricks with files live in what stands before the beginning, after the end, or
in between where one program looks and another does not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from cordiale.engines.files import images, kinds, office, stix, texts
from cordiale.engines.files.archives import has_directory
from cordiale.engines.files.kinds import Kind, Recognition
from cordiale.engines.files.refusing import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    FileTooLong,
    KindNotTaken,
    NameDisagrees,
    TwoFormats,
)

_PIECE = 2**20
_HEAD = 2**16
_TAIL = 65_557
"""Where readers of zip files look for the directory: its 22 bytes and the longest comment."""

_FOREIGN: Final = (
    (0, b"MZ", "a Windows program"),
    (0, b"\x7fELF", "a Linux program"),
    (0, b"\xca\xfe\xba\xbe", "a Java class or a macOS program"),
    (0, b"\xcf\xfa\xed\xfe", "a macOS program"),
    (0, b"GIF87a", "a GIF picture"),
    (0, b"GIF89a", "a GIF picture"),
    (0, b"BM", "a BMP picture"),
    (0, b"RIFF", "a WebP picture, a sound or a film"),
    (4, b"ftyp", "a film or a HEIC picture"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\x00", "an xz archive"),
    (0, b"{\\rtf", "a Rich Text document"),
    (0, b"%!PS-", "a PostScript file"),
    (0, b"\x00asm", "a WebAssembly program"),
    (0, b"ITSF", "a compiled help file"),
    (0, b"SQLite format 3\x00", "a database"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "a Windows shortcut"),
)
"""What files begin with that are not taken, at which byte; only to say what they are."""

_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_AT_AN_OFFSET: Final = (
    (257, b"ustar", "a tar archive"),
    (128, b"DICM", "a medical picture"),
    (32_769, b"CD001", "a disc image"),
    (34_817, b"CD001", "a disc image"),
    (36_865, b"CD001", "a disc image"),
)
_ANYWHERE: Final = ((b"Rar!\x1a\x07", "a RAR archive"), (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"))
"""Readers of these search a whole file for them, since programs that unpack themselves carry them behind."""
_SEND = f"send one of {kinds.extensions_taken()}"
_PRINT_AGAIN = "open it and save or print it as PDF again"


def recognised(name: str, stream: BinaryIO) -> Kind:
    """Which kind a file is.

    Args:
        name: its cleaned name (`names.cleaned`); only its extension counts.
        stream: its content, seekable; read a piece at a time, never kept whole, left anywhere. Threat information
            (at most 8 MiB) is the exception.

    Returns:
        The kind that the content is. Plain text, CSV and Markdown look the same: the extension tells them apart.

    Raises:
        EmptyFile, FileTooLong, KindNotTaken, NameDisagrees, DamagedFile, TwoFormats, EncryptedFile, FileWithMacros,
        UnpacksTooFar, UnsafeParts, NotText, BeginsLikeAPage, NotStix, StixTooLarge.
    """
    length = stream.seek(0, io.SEEK_END)
    if not length:
        raise EmptyFile("the file holds nothing", "send it again")
    if length > kinds.LONGEST:
        raise _too_long(length, kinds.LONGEST)
    promised = kinds.kind_promised_by(name)
    if promised is None:
        raise KindNotTaken("the name has an extension of a kind that is not taken, or none", _SEND)
    head, tail = _ends(stream, length)
    is_recognition = _recognition(head)
    if is_recognition is Recognition.OFFICE:
        _refuse_second_formats(stream, head, tail, length, is_recognition)
        kind = office.kind_of(stream)
    else:
        if is_recognition is Recognition.TEXT and promised.recognition not in (Recognition.TEXT, Recognition.STIX):
            raise _disagrees(promised, _foreign(head) or "something else")
        kind = promised if is_recognition is Recognition.TEXT else _BY_RECOGNITION[is_recognition]
    if kind is not promised:
        raise _disagrees(promised, f"a file of the kind {kind.title}")
    if length > kind.most_bytes:
        raise _too_long(length, kind.most_bytes)
    if kind.recognition in _CHECKS:
        _refuse_second_formats(stream, head, tail, length, kind.recognition)
        _CHECKS[kind.recognition](stream)
    return kind


def _ends(stream: BinaryIO, length: int) -> tuple[bytes, bytes]:
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(max(0, length - _TAIL))
    return head, stream.read(_TAIL)


def _recognition(head: bytes) -> Recognition:
    """What the first bytes say; text when they say nothing else."""
    for signature, recognition in _SIGNATURES:
        if head.startswith(signature):
            return recognition
    if head.startswith(_OLD_OFFICE):
        raise EncryptedFile(
            "the file is an Office document of 2003 or older, or one that is protected by a password",
            "save it without a password, as .docx, .xlsx or .pptx",
        )
    foreign = _foreign(head)
    if foreign:
        raise KindNotTaken(f"the file is {foreign}", _SEND)
    return Recognition.TEXT


def _foreign(head: bytes) -> str:
    """What a file that is not taken is, empty when nothing tells.

    A signature of four bytes or less counts only where no text can be: "BM" begins words too.
    """
    is_binary = any(byte < 9 for byte in head[:64])
    for offset, signature, what in (*_FOREIGN, *_AT_AN_OFFSET[:2]):
        if (is_binary or len(signature) > 4) and head[offset : offset + len(signature)] == signature:
            return what
    return ""


def _refuse_second_formats(stream: BinaryIO, head: bytes, tail: bytes, length: int, recognition: Recognition) -> None:
    """Refuse what another program would take for another format, though the first bytes are right."""
    for offset, signature, what in _AT_AN_OFFSET:
        if head[offset : offset + len(signature)] == signature:
            raise TwoFormats(f"the file is also {what}", "save it again in its own program", f"byte {offset}")
    is_zip = recognition in (Recognition.OFFICE, Recognition.OPEN_DOCUMENT)
    if not is_zip and has_directory(tail, length - len(tail)):
        raise TwoFormats("the file is also a zip archive", "save it again in its own program", "end of the file")
    if recognition is not Recognition.PDF and b"%PDF-" in head[:2048] and (is_zip or b"%%EOF" in tail):
        raise TwoFormats("the file is also a PDF", "save it again in its own program", "beginning of the file")
    if not is_zip:
        _refuse_anywhere(stream)


def _refuse_anywhere(stream: BinaryIO) -> None:
    for at, window in _windows(stream):
        for signature, what in _ANYWHERE:
            found = window.find(signature)
            if found >= 0:
                raise TwoFormats(f"the file carries {what}", "save it again in its own program", f"byte {at + found}")


def _windows(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The file in pieces that overlap by a signature, each with the place where it begins."""
    overlap = max(len(signature) for signature, _ in _ANYWHERE) - 1
    stream.seek(0)
    at, kept = 0, b""
    while piece := stream.read(_PIECE):
        window = kept + piece
        yield at, window
        kept = window[-overlap:]
        at += len(window) - len(kept)


def _check_pdf(stream: BinaryIO) -> None:
    length = stream.seek(0, io.SEEK_END)
    head, tail = _ends(stream, length)
    if head[5:6] not in (b"1", b"2") or head[6:7] != b".":
        raise DamagedFile("the file begins like a PDF, but names no version", _PRINT_AGAIN, "byte 5")
    end = tail.rfind(b"%%EOF")
    if end < 0:
        raise DamagedFile("the PDF breaks off before its end mark", _PRINT_AGAIN)
    if tail[end + 5 :].strip(b"\r\n\t \x00"):
        raise TwoFormats("something follows the end of the PDF", _PRINT_AGAIN, f"byte {length - len(tail) + end + 5}")
    if b"startxref" not in tail[:end]:
        raise DamagedFile("the PDF has no table of its objects", _PRINT_AGAIN)
    texts.refuse_page_in(head[:1024], "beginning of the file", _PRINT_AGAIN)


def _check_stix(stream: BinaryIO) -> None:
    """Whether its objects are right, `stix.checked` tells."""
    texts.check(stream)
    stream.seek(0)
    stix.loaded(stream.read(kinds.STIX.most_bytes + 1))


def _disagrees(promised: Kind, what: str) -> NameDisagrees:
    return NameDisagrees(
        f"the name promises {promised.title}, but the content is {what}",
        "give it the extension that it is, or convert it",
    )


def _too_long(length: int, most: int) -> FileTooLong:
    return FileTooLong(f"the file has {length:,} bytes, more than the {most:,} that are taken", "shorten or split it")


_SIGNATURES: Final = (
    (b"%PDF-", Recognition.PDF),
    (b"PK", Recognition.OFFICE),
    (b"\x89PNG", Recognition.PNG),
    (b"\xff\xd8\xff", Recognition.JPEG),
)
_BY_RECOGNITION: Final = {
    Recognition.PDF: kinds.PDF,
    Recognition.PNG: kinds.PNG,
    Recognition.JPEG: kinds.JPEG,
}
_CHECKS: Final = {
    Recognition.PDF: _check_pdf,
    Recognition.PNG: images.check_png,
    Recognition.JPEG: images.check_jpeg,
    Recognition.TEXT: texts.check,
    Recognition.STIX: _check_stix,
}
