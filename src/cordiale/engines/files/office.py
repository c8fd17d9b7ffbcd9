"""Tells which document a zip file is, and refuses those that run or fetch something when they are opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO, Final

from cordiale.engines.files.archives import Archive
from cordiale.engines.files.kinds import KINDS, Kind, Recognition
from cordiale.engines.files.refusing import DamagedFile, EncryptedFile, FileWithMacros, KindNotTaken, TwoFormats

_TYPES = "[Content_Types].xml"
_MIMETYPE = "mimetype"
_MANIFEST = "META-INF/manifest.xml"
_MACROS = "save it as a document without macros"
_SEND = "send a document as .docx, .xlsx, .pptx, .odt or .ods"
_MACRO_PARTS: Final = ("vbaproject.bin", "vbadata.xml", "/macrosheets/", "/dialogsheets/", "basic/", "scripts/")
_FETCHED: Final = frozenset({"attachedtemplate", "oleobject", "frame", "subdocument", "mailmergesource"})
"""Relations that a program follows by itself when a document is opened; links and pictures from elsewhere stay."""
_BY_MAIN = {kind.main: kind for kind in KINDS if kind.main}


def kind_of(stream: BinaryIO) -> Kind:
    """Which document the file is.

    Raises:
        KindNotTaken: a zip file, but no document that is taken.
        FileWithMacros: it carries macros, or fetches its template or an object from elsewhere.
        EncryptedFile, DamagedFile, TwoFormats, UnpacksTooFar, UnsafeParts.
    """
    archive = Archive(stream)
    is_office, is_open_document = _TYPES in archive.names, _MIMETYPE in archive.names
    if is_office and is_open_document:
        raise TwoFormats("the document is Office and OpenDocument at once", "save it again in its own program")
    if not (is_office or is_open_document):
        raise KindNotTaken("the file is a zip archive, but no document", _SEND)
    _refuse_macro_parts(archive)
    return _office(archive) if is_office else _open_document(archive)


def _refuse_macro_parts(archive: Archive) -> None:
    for name in archive.names:
        folded = name.casefold()
        if any(
            folded.startswith(part) if part.endswith("/") and not part.startswith("/") else part in f"/{folded}"
            for part in _MACRO_PARTS
        ):
            raise FileWithMacros("the document carries macros", _MACROS, name[:80])


def _office(archive: Archive) -> Kind:
    types: dict[str, str] = {}
    _each(archive, _TYPES, lambda name, found: types.update({found.get("PartName", ""): found.get("ContentType", "")}))
    for part, media_type in types.items():
        if "macroenabled" in media_type.casefold() or "vbaproject" in media_type.casefold():
            raise FileWithMacros("the document carries macros", _MACROS, part[:80] or _TYPES)
    mains = {part: _BY_MAIN[main] for part, main in types.items() if part and main in _BY_MAIN}
    if len(mains) != 1:
        raise KindNotTaken("the document has no main part of a kind that is taken, or several", _SEND, _TYPES)
    [(part, kind)] = mains.items()
    if part.lstrip("/") not in archive.names:
        raise DamagedFile("the main part of the document is missing", "save it again in its own program", part[:80])
    for name in archive.names:
        if name.casefold().endswith(".rels"):
            _refuse_fetching(archive, name)
    return kind


def _refuse_fetching(archive: Archive, name: str) -> None:
    def look(_: str, found: Mapping[str, str]) -> None:
        relation = found.get("Type", "").rpartition("/")[2].casefold()
        if found.get("TargetMode", "").casefold() == "external" and relation in _FETCHED:
            raise FileWithMacros(
                f"the document fetches a part of itself from elsewhere ({relation})",
                "break its links to other files, then save it again",
                name[:80],
            )

    _each(archive, name, look)


def _open_document(archive: Archive) -> Kind:
    if archive.first() != _MIMETYPE or not archive.is_stored(_MIMETYPE):
        raise DamagedFile("the document does not begin with its type", "save it again in its own program", _MIMETYPE)
    kind = _BY_MAIN.get(archive.beginning(_MIMETYPE, 200).decode("ascii", "replace").strip())
    if kind is None or kind.recognition is not Recognition.OPEN_DOCUMENT:
        raise KindNotTaken("the document is of no kind that is taken", _SEND, _MIMETYPE)
    if "content.xml" not in archive.names or _MANIFEST not in archive.names:
        raise DamagedFile("the document lacks its content or its list of parts", "save it again in its own program")

    def look(name: str, _: Mapping[str, str]) -> None:
        if name == "encryption-data":
            raise EncryptedFile("the document is protected by a password", "save it without one")

    _each(archive, _MANIFEST, look)
    return kind


class _Each:
    def __init__(self, look: Callable[[str, Mapping[str, str]], object]) -> None:
        self._look = look

    def opened(self, _: str, name: str, attributes: Mapping[str, str]) -> None:
        self._look(name, attributes)

    def closed(self, name: str) -> None:
        """Nothing is asked of an end."""

    def said(self, text: str) -> None:
        """Nor of what stands between."""


def _each(archive: Archive, part: str, look: Callable[[str, Mapping[str, str]], object]) -> None:
    """Call `look` with the name and the attributes of every element of a part."""
    archive.parse(part, _Each(look))
