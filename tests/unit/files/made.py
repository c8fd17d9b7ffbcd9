"""Small real files of every kind, made on the spot."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping

import pypdf
import xlsxwriter  # type: ignore[import-untyped]  # it ships no types
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

MAIN = "application/vnd.openxmlformats-officedocument."
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ODF = "urn:oasis:names:tc:opendocument:xmlns:"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def zipped(parts: Mapping[str, str | bytes], *, stored: frozenset[str] = frozenset()) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), part, how)
    return content.getvalue()


def office_parts(main: str, part: str, body: str) -> dict[str, str | bytes]:
    return {
        "[Content_Types].xml": TYPES.format(f'<Override PartName="/{part}" ContentType="{MAIN}{main}.main+xml"/>'),
        part: body,
    }


def word_body(*lines: str) -> str:
    inside = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    return f'<w:document xmlns:w="{WORD}"><w:body>{inside}</w:body></w:document>'


def docx_parts(*lines: str) -> dict[str, str | bytes]:
    return office_parts("wordprocessingml.document", "word/document.xml", word_body(*lines))


def docx(*lines: str) -> bytes:
    return zipped(docx_parts(*lines))


def pptx(*slides: str) -> bytes:
    parts = office_parts("presentationml.presentation", "ppt/presentation.xml", "<p/>")
    for number, text in enumerate(slides, 1):
        parts[f"ppt/slides/slide{number}.xml"] = f'<x xmlns:a="{DRAWING}"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></x>'
    return zipped(parts)


def xlsx(*cells: str) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        workbook.add_worksheet().write_column(0, 0, cells)
    return content.getvalue()


def open_document_parts(kind: str, *lines: str) -> dict[str, str | bytes]:
    inside = "".join(f"<text:p>{line}</text:p>" for line in lines)
    return {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f'<o:d xmlns:o="urn:o" xmlns:text="{ODF}text:1.0">{inside}</o:d>',
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="{ODF}manifest:1.0"/>',
    }


def open_document(kind: str, *lines: str) -> bytes:
    return zipped(open_document_parts(kind, *lines), stored=frozenset({"mimetype"}))


def pdf(*pages: str, password: str = "") -> bytes:
    writer = pypdf.PdfWriter()
    font = DictionaryObject(
        {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
         NameObject("/BaseFont"): NameObject("/Helvetica")}
    )  # fmt: skip
    for text in pages:
        page = writer.add_blank_page(200, 200)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def chunk(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*more: bytes, width: int = 1, height: int = 1) -> bytes:
    heading = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    points = chunk(b"IDAT", zlib.compress(b"\x00\x7f"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", heading) + b"".join(more) + points + chunk(b"IEND")


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(*more: bytes, width: int = 1, height: int = 1, scan: bytes = b"\x01\xff\x00\x02\xff\xd0\x03") -> bytes:
    """The frame of a JPEG; its points are invented, since nobody here draws them."""
    frame = segment(0xC0, b"\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00")
    start = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    return b"\xff\xd8" + segment(0xE0, b"JFIF\x00\x01\x02") + b"".join(more) + frame + start + scan + b"\xff\xd9"


IDENTITY = "identity--5d0092c5-5f74-4287-9642-33f4c354e56d"
BUNDLE = "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d"


def malware(**changes: object) -> dict[str, object]:
    return {
        "type": "malware",
        "spec_version": "2.1",
        "id": "malware--162d917e-766f-4611-b5d6-652791454fca",
        "created": "2024-04-23T18:07:56.000Z",
        "modified": "2024-05-23T18:07:56.000Z",
        "name": "Invented worm",
        "is_family": False,
    } | changes


def indicator(pattern: str) -> dict[str, object]:
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": "indicator--162d917e-766f-4611-b5d6-652791454fca",
        "created": "2024-04-23T18:07:56.000Z",
        "modified": "2024-04-23T18:07:56.000Z",
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": "2024-04-23T18:07:56.000Z",
    }


def bundle(*objects: object, **changes: object) -> bytes:
    return json.dumps({"type": "bundle", "id": BUNDLE, "objects": list(objects)} | changes).encode()


def every_kind() -> dict[str, bytes]:
    """A file name to a file, one of every kind."""
    return {
        "a.pdf": pdf("Hello"),
        "a.docx": docx("Hello"),
        "a.xlsx": xlsx("Hello"),
        "a.pptx": pptx("Hello"),
        "a.odt": open_document("text", "Hello"),
        "a.ods": open_document("spreadsheet", "Hello"),
        "a.txt": b"Hello\n",
        "a.csv": b"name,seats\nHello,2\n",
        "a.md": b"# Hello\n",
        "a.png": png(),
        "a.jpg": jpeg(),
        "a.json": bundle(malware(name="Hello")),
    }
