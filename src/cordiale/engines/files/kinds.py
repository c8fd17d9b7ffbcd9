"""The closed list of what kinds of file are taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

MIB = 2**20


class Recognition(Enum):
    """How the content of a kind is told."""

    PDF = "begins with %PDF- and ends with its end mark"
    OFFICE = "a zip file whose list of content types names the main part"
    OPEN_DOCUMENT = "a zip file whose first part is the media type"
    PNG = "well-formed chunks to the last"
    JPEG = "well-formed segments to the end mark"
    TEXT = "text without control characters that does not begin like a page"
    STIX = "text that is a STIX bundle"


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    Args:
        code: names it in the database and in addresses; never changes.
        title: what people call it.
        media_type: what it is served as, always with `X-Content-Type-Options: nosniff`.
        extensions: what a name of it may end in, lower case with the dot, the usual one first.
        recognition: how its content is told.
        most_bytes: a longer file is refused.
        main: the content type of its main part (Office), or the text of its part `mimetype` (OpenDocument).
    """

    code: str
    title: str
    media_type: str
    extensions: tuple[str, ...]
    recognition: Recognition
    most_bytes: int = 64 * MIB
    main: str = ""


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

PDF: Final = Kind("pdf", "PDF", "application/pdf", (".pdf",), Recognition.PDF)
DOCX: Final = Kind(
    "docx",
    "Word document",
    f"{_OFFICE}wordprocessingml.document",
    (".docx",),
    Recognition.OFFICE,
    main=f"{_OFFICE}wordprocessingml.document.main+xml",
)
XLSX: Final = Kind(
    "xlsx",
    "Excel workbook",
    f"{_OFFICE}spreadsheetml.sheet",
    (".xlsx",),
    Recognition.OFFICE,
    main=f"{_OFFICE}spreadsheetml.sheet.main+xml",
)
PPTX: Final = Kind(
    "pptx",
    "PowerPoint presentation",
    f"{_OFFICE}presentationml.presentation",
    (".pptx",),
    Recognition.OFFICE,
    main=f"{_OFFICE}presentationml.presentation.main+xml",
)
ODT: Final = Kind("odt", "OpenDocument text", f"{_ODF}text", (".odt",), Recognition.OPEN_DOCUMENT, main=f"{_ODF}text")
ODS: Final = Kind(
    "ods",
    "OpenDocument spreadsheet",
    f"{_ODF}spreadsheet",
    (".ods",),
    Recognition.OPEN_DOCUMENT,
    main=f"{_ODF}spreadsheet",
)
TEXT: Final = Kind("text", "plain text", "text/plain", (".txt",), Recognition.TEXT, 16 * MIB)
CSV: Final = Kind("csv", "table as text", "text/csv", (".csv",), Recognition.TEXT, 16 * MIB)
MARKDOWN: Final = Kind("markdown", "Markdown text", "text/markdown", (".md", ".markdown"), Recognition.TEXT, 16 * MIB)
PNG: Final = Kind("png", "PNG picture", "image/png", (".png",), Recognition.PNG, 32 * MIB)
JPEG: Final = Kind("jpeg", "JPEG picture", "image/jpeg", (".jpg", ".jpeg"), Recognition.JPEG, 32 * MIB)
STIX: Final = Kind(
    "stix",
    "STIX 2.1 bundle",
    "application/stix+json;version=2.1",
    (".json", ".stix"),
    Recognition.STIX,
    8 * MIB,
)

KINDS: Final = (PDF, DOCX, XLSX, PPTX, ODT, ODS, TEXT, CSV, MARKDOWN, PNG, JPEG, STIX)
LONGEST: Final = max(kind.most_bytes for kind in KINDS)
"""Bytes of the longest file that any kind allows."""

_BY_CODE = {kind.code: kind for kind in KINDS}
_BY_EXTENSION = {extension: kind for kind in KINDS for extension in kind.extensions}


def kind_of_code(code: str) -> Kind:
    """The kind that the code names.

    Raises:
        KeyError: none has it.
    """
    return _BY_CODE[code]


def kind_promised_by(name: str) -> Kind | None:
    """The kind that the extension of a name promises; None for any other extension or none."""
    stem, dot, extension = name.rpartition(".")
    return _BY_EXTENSION.get(f".{extension.casefold()}") if stem and dot else None


def extensions_taken() -> str:
    """All extensions as people read them: ".pdf, .docx, ..."."""
    return ", ".join(extension for kind in KINDS for extension in kind.extensions)
