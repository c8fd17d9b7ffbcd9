"""A file is what its content is, from its first byte to its last, and only one thing."""

from __future__ import annotations

import io
import stat
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.engines.files import archives, images, kinds, stix
from cordiale.engines.files.refusing import (
    BadFile,
    BeginsLikeAPage,
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    FileTooLong,
    FileWithMacros,
    KindNotTaken,
    NameDisagrees,
    NotStix,
    NotText,
    StixTooLarge,
    TwoFormats,
    UnpacksTooFar,
    UnsafeParts,
)
from cordiale.engines.files.sniffing import recognised
from tests.unit.files import made

EVERY = made.every_kind()
ZIP = made.zipped({"evil.txt": "x"})
PDF = EVERY["a.pdf"]
DOCX = made.docx_parts("Hello")
ODT = made.open_document_parts("text", "Hello")


def sniffed(name: str, content: bytes) -> kinds.Kind:
    return recognised(name, io.BytesIO(content))


def odt(**more: str) -> bytes:
    return made.zipped(ODT | more, stored=frozenset({"mimetype"}))


def with_types(inside: str) -> bytes:
    return made.zipped(DOCX | {"[Content_Types].xml": made.TYPES.format(inside)})


def with_relation(kind: str, mode: str = "External") -> bytes:
    relation = f'<R><Relationship Type="http://x/{kind}" TargetMode="{mode}" Target="http://example.org/x"/></R>'
    return made.zipped(DOCX | {"word/_rels/settings.xml.rels": relation})


def patched(content: bytes, at: int, new: bytes) -> bytes:
    return content[:at] + new + content[at + len(new) :]


def linked() -> bytes:
    content = io.BytesIO(made.docx("Hello"))
    with zipfile.ZipFile(content, "a") as archive:
        link = zipfile.ZipInfo("word/link")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return content.getvalue()


def declared(content: bytes, field: int, value: bytes) -> bytes:
    """A zip file whose first directory entry has other bytes at a field."""
    return patched(content, content.index(b"PK\x01\x02") + field, value)


def overlapping() -> bytes:
    """Two entries of the directory lead to one part."""
    content = made.zipped(DOCX)
    first, second = (content.index(b"PK\x01\x02"), content.rindex(b"PK\x01\x02"))
    return patched(content, second + 42, content[first + 42 : first + 46])


@pytest.mark.parametrize("name", EVERY)
def test_a_small_real_file_of_every_kind_is_recognised(name):
    assert sniffed(name, EVERY[name]) is kinds.kind_promised_by(name)


def test_every_kind_of_the_list_is_tried():
    assert {kinds.kind_promised_by(name) for name in EVERY} == set(kinds.KINDS)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("other", [kind.extensions[-1] for kind in kinds.KINDS])
def test_a_file_is_never_taken_under_a_name_that_promises_another_kind(name, other):
    promised = kinds.kind_promised_by(f"a{other}")
    assert promised is not None
    if promised is kinds.kind_promised_by(name):
        return
    if promised.recognition is kinds.Recognition.TEXT and name in {"a.txt", "a.csv", "a.md", "a.json"}:
        assert sniffed(f"a{other}", EVERY[name]) is promised
        return

    with pytest.raises((NameDisagrees, NotStix)):
        sniffed(f"a{other}", EVERY[name])


Refusals = type[BadFile] | tuple[type[BadFile], ...]
Cases = dict[str, tuple[str, bytes, Refusals]]

POLYGLOTS: Cases = {
    "zip behind a PDF": ("a.pdf", PDF + ZIP, TwoFormats),
    "zip inside the last comment of a PDF": ("a.pdf", PDF[:-6] + b"%" + ZIP + b"\n%%EOF\n", TwoFormats),
    "text behind a PDF": ("a.pdf", PDF + b"<script>alert(1)</script>", TwoFormats),
    "PDF that begins late": ("a.pdf", b"\n" + PDF, (NameDisagrees, TwoFormats)),
    "page in the first comment of a PDF": ("a.pdf", b"%PDF-1.7\n%<script>x</script>\n" + PDF[9:], BeginsLikeAPage),
    "RAR inside a PDF": ("a.pdf", PDF[:-6] + b"%Rar!\x1a\x07\x00\n%%EOF\n", TwoFormats),
    "7-Zip inside a PDF": ("a.pdf", PDF[:-6] + b"%7z\xbc\xaf\x27\x1c\n%%EOF\n", TwoFormats),
    "tar over a PDF": ("a.pdf", b"%PDF-1.7\n%" + b"x" * 247 + b"ustar" + PDF, TwoFormats),
    "disc image over a PDF": ("a.pdf", b"%PDF-1.7\n" + b"x" * 32_760 + b"CD001" + PDF, TwoFormats),
    "zip behind a PNG": ("a.png", made.png() + ZIP, TwoFormats),
    "zip inside a PNG": ("a.png", made.png(made.chunk(b"prVt", ZIP)), TwoFormats),
    "page inside a PNG": ("a.png", made.png(made.chunk(b"tEXt", b"Comment\0<html><script>")), BeginsLikeAPage),
    "page across two pieces of a PNG": (
        "a.png",
        made.png(made.chunk(b"tEXt", b"x" * (2**16 - 4) + b"<script>")),
        BeginsLikeAPage,
    ),
    "PDF inside a PNG": ("a.png", made.png(made.chunk(b"tEXt", PDF)), TwoFormats),
    "byte behind a PNG": ("a.png", made.png() + b"\0", TwoFormats),
    "zip behind a JPEG": ("a.jpg", made.jpeg() + ZIP, TwoFormats),
    "zip inside a JPEG": ("a.jpg", made.jpeg(made.segment(0xFE, ZIP)), TwoFormats),
    "PHP inside a JPEG": ("a.jpg", made.jpeg(made.segment(0xFE, b"<?php system($_GET[0]);")), BeginsLikeAPage),
    "second JPEG behind the first": ("a.jpg", made.jpeg() + made.jpeg(), TwoFormats),
    "JAR behind a GIF": ("a.png", b"GIF89a\1\0\1\0" + ZIP, KindNotTaken),
    "script that is a GIF": ("a.txt", b"GIF89a=1;alert(1)", KindNotTaken),
    "script before a zip": ("a.docx", b"#!/bin/sh\nexit\n" + made.docx("x"), NameDisagrees),
    "zip before a document": ("a.docx", ZIP + made.docx("x"), TwoFormats),
    "PDF as the first part of a document": (
        "a.docx",
        made.zipped({"a": PDF} | DOCX, stored=frozenset({"a"})),
        TwoFormats,
    ),
    "Office and OpenDocument at once": ("a.docx", made.zipped(DOCX | ODT), TwoFormats),
    "remark behind a document": ("a.docx", made.docx("x") + b"%%EOF", DamagedFile),
    "text that is a PDF": ("a.txt", b"Hello\n%PDF-1.4\n1 0 obj\nstartxref\n0\n%%EOF\n", TwoFormats),
    "page as text": ("a.txt", b"\xef\xbb\xbf \n\t<HTML>", BeginsLikeAPage),
    "page behind much space": ("a.txt", b" " * 200_000 + b"<svg onload=alert(1)>", BeginsLikeAPage),
    "drawing as Markdown": ("a.md", b'<?xml version="1.0"?><svg/>', BeginsLikeAPage),
    "script as CSV": ("a.csv", b"#!/usr/bin/python\n", BeginsLikeAPage),
    "page in UTF-16": ("a.txt", "\ufeff<!DOCTYPE html>".encode("utf-16-be"), BeginsLikeAPage),
    "page as STIX": ("a.json", b"<script>{}</script>", BeginsLikeAPage),
}


@pytest.mark.parametrize("what", POLYGLOTS)
def test_what_two_programs_would_read_as_two_formats_is_refused(what):
    name, content, refusal = POLYGLOTS[what]

    with pytest.raises(refusal):
        sniffed(name, content)


WRONG: Cases = {
    "nothing": ("a.txt", b"", EmptyFile),
    "no extension": ("a", b"Hello", KindNotTaken),
    "only an extension": (".txt", b"Hello", KindNotTaken),
    "program by name": ("a.pdf.exe", PDF, KindNotTaken),
    "program by content": ("a.pdf", b"MZ\x90\0\3\0", KindNotTaken),
    "Rich Text": ("a.txt", b"{\\rtf1 Hello}", KindNotTaken),
    "old Word": ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), EncryptedFile),
    "zip without a document": ("a.docx", ZIP, KindNotTaken),
    "PDF without version": ("a.pdf", b"%PDF-x" + PDF[6:], DamagedFile),
    "PDF that breaks off": ("a.pdf", PDF[:-20], DamagedFile),
    "PDF without table": ("a.pdf", b"%PDF-1.4\n%%EOF", DamagedFile),
    "PNG that breaks off": ("a.png", made.png()[:-6], DamagedFile),
    "PNG that breaks off in points": ("a.png", made.png()[:45], DamagedFile),
    "PNG with a wrong sum": ("a.png", patched(made.png(), 30, b"x"), DamagedFile),
    "PNG with a line end changed": ("a.png", made.png().replace(b"\r\n", b"\n"), DamagedFile),
    "PNG without heading": ("a.png", made.png()[:8] + made.chunk(b"IDAT"), DamagedFile),
    "PNG without size": ("a.png", made.png()[:8] + made.chunk(b"IHDR"), DamagedFile),
    "PNG without points": ("a.png", made.png()[:33] + made.chunk(b"IEND"), DamagedFile),
    "PNG of no width": ("a.png", made.png(width=0), DamagedFile),
    "PNG of a million by a million": ("a.png", made.png(width=10**6, height=10**6), UnpacksTooFar),
    "JPEG of no height": ("a.jpg", made.jpeg(height=0), DamagedFile),
    "JPEG too large": ("a.jpg", made.jpeg(width=60_000, height=60_000), UnpacksTooFar),
    "JPEG that breaks off": ("a.jpg", made.jpeg()[:-2], DamagedFile),
    "JPEG that ends in an escape": ("a.jpg", made.jpeg()[:-1], DamagedFile),
    "JPEG that breaks off in a segment": ("a.jpg", made.jpeg()[:8], DamagedFile),
    "JPEG with a gap": ("a.jpg", made.jpeg(b"xx"), DamagedFile),
    "JPEG without points": ("a.jpg", b"\xff\xd8\xff\x01\xff\xff\xd9", DamagedFile),
    "JPEG with a short frame": ("a.jpg", b"\xff\xd8" + made.segment(0xC0, b"xx"), DamagedFile),
    "text with NUL": ("a.txt", b"Hello\0", NotText),
    "text with an escape": ("a.txt", b"\x1b]0;x\7", NotText),
    "text in Latin-1": ("a.txt", "Åland".encode("latin-1"), NotText),
    "text in UTF-16 that breaks off": ("a.txt", "\ufeffHello".encode("utf-16-le")[:-1], NotText),
    "macros": ("a.docx", made.zipped(DOCX | {"word/vbaProject.bin": "x"}), FileWithMacros),
    "macros under another name": ("a.docx", made.zipped(DOCX | {"word/VBAPROJECT.BIN": "x"}), FileWithMacros),
    "macro sheets": ("a.xlsx", made.zipped(DOCX | {"xl/macrosheets/sheet1.xml": "x"}), FileWithMacros),
    "macros by type": (
        "a.docx",
        with_types('<Override PartName="/x" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'),
        FileWithMacros,
    ),
    "no main part": ("a.docx", with_types(""), KindNotTaken),
    "two main parts": (
        "a.docx",
        with_types(
            f'<O PartName="/a" ContentType="{kinds.DOCX.main}"/><O PartName="/b" ContentType="{kinds.XLSX.main}"/>'
        ),
        KindNotTaken,
    ),
    "main part missing": ("a.docx", with_types(f'<O PartName="/a" ContentType="{kinds.DOCX.main}"/>'), DamagedFile),
    "template from elsewhere": ("a.docx", with_relation("attachedTemplate"), FileWithMacros),
    "object from elsewhere": ("a.docx", with_relation("oleObject", "EXTERNAL"), FileWithMacros),
    "OpenDocument macros": ("a.odt", odt(**{"Basic/Standard/Module1.xml": "x"}), FileWithMacros),
    "OpenDocument scripts": ("a.odt", odt(**{"Scripts/python/x.py": "x"}), FileWithMacros),
    "OpenDocument with a password": (
        "a.odt",
        odt(**{"META-INF/manifest.xml": "<m><encryption-data/></m>"}),
        EncryptedFile,
    ),
    "OpenDocument drawing": (
        "a.odt",
        made.open_document("graphics", "x"),
        KindNotTaken,
    ),
    "OpenDocument that claims to be Office": (
        "a.odt",
        made.zipped(ODT | {"mimetype": kinds.DOCX.main}, stored=frozenset({"mimetype"})),
        KindNotTaken,
    ),
    "OpenDocument with a packed type": ("a.odt", made.zipped(ODT), DamagedFile),
    "OpenDocument without content": (
        "a.odt",
        made.zipped({"mimetype": ODT["mimetype"]}, stored=frozenset({"mimetype"})),
        DamagedFile,
    ),
    "absolute part": ("a.docx", made.zipped(DOCX | {"/etc/x": "x"}), UnsafeParts),
    "climbing part": ("a.docx", made.zipped(DOCX | {"word/../../x": "x"}), UnsafeParts),
    "part with a drive": ("a.docx", made.zipped(DOCX | {"C:x": "x"}), UnsafeParts),
    "part with a backslash": ("a.docx", made.zipped(DOCX | {"word\\x": "x"}), UnsafeParts),
    "part with NUL": ("a.docx", made.zipped(DOCX | {"word/xyz": "x"}).replace(b"word/xyz", b"word/x\0z"), UnsafeParts),
    "linked part": ("a.docx", linked(), UnsafeParts),
    "two parts of one name": ("a.docx", made.zipped(DOCX | {"WORD/document.xml": "x"}), TwoFormats),
    "part with a password": ("a.docx", declared(made.docx("x"), 8, b"\1\0"), EncryptedFile),
    "part packed strangely": ("a.docx", declared(made.docx("x"), 10, b"\x0c\0"), DamagedFile),
    "part that is elsewhere": ("a.docx", declared(made.docx("x"), 46, b"{Content_Types}.xml"), DamagedFile),
    "directory that is none": ("a.docx", declared(made.docx("x"), 0, b"XX"), DamagedFile),
    "part that lies past the end": ("a.docx", declared(made.docx("x"), 20, b"\xff\xff\0\0"), (DamagedFile, TwoFormats)),
    "parts over each other": ("a.docx", overlapping(), TwoFormats),
    "STIX that is none": ("a.json", b"[]", NotStix),
    "STIX nested deep": ("a.json", b'{"a":' * 100_000, StixTooLarge),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_refused_for_its_own_reason(what):
    name, content, refusal = WRONG[what]

    with pytest.raises(refusal) as refused:
        sniffed(name, content)

    assert refused.value.mend


GOOD = {
    "PDF with line ends behind": ("a.pdf", PDF + b"\r\n \0"),
    "PDF version 2": ("a.pdf", b"%PDF-2.0" + PDF[8:]),
    "text in UTF-16": ("a.txt", "\ufeffČesko".encode("utf-16-le")),
    "text with a mark": ("a.csv", b"\xef\xbb\xbfa;b\r\n"),
    "text that begins like a picture": ("a.txt", b"BM is a mark, MZ another"),
    "text with a heading": ("a.md", b"# Title < 3"),
    "text of nothing but space": ("a.txt", b" \n"),
    "large name": ("A.PDF", PDF),
    "hyperlinks": ("a.docx", with_relation("hyperlink")),
    "template inside": ("a.docx", with_relation("attachedTemplate", "Internal")),
    "JPEG with fill bytes": ("a.jpeg", made.jpeg(b"\xff\xff\xff" + made.segment(0xFE, b"remark")[1:])),
    "JPEG with a restart between": ("a.jpeg", made.jpeg(b"\xff\x01")),
    "JPEG with two scans": ("a.jpeg", made.jpeg(scan=b"\1" + made.segment(0xDA, b"\1\1\0\0\x3f\0") + b"\2\xff\xff\0")),
    "JPEG with an escape across pieces": ("a.jpeg", made.jpeg(scan=b"\1" * (2**16 - 1) + b"\xff\0" + b"\1")),
    "PNG with a remark": ("a.png", made.png(made.chunk(b"tEXt", b"Comment\0" + b"x" * 70_000))),
}


@pytest.mark.parametrize("what", GOOD)
def test_what_people_really_send_is_taken(what):
    name, content = GOOD[what]

    assert sniffed(name, content) is kinds.kind_promised_by(name)


def ends_at(parts: int, size: int, start: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, parts, parts, size, start, 0)


BOMBS = {
    "one part of a thousand times its size": made.zipped(DOCX | {"word/x.xml": bytes(40 * 2**20)}),
    "many parts of much": made.zipped(DOCX | {f"word/{n}.xml": bytes(8 * 2**20) for n in range(40)}),
    "more parts than are read": made.zipped(DOCX | {f"word/{n}": b"" for n in range(6_000)}),
    "a million parts": b"PK\3\4" + b"PK\1\2" * 1_000 + ends_at(65_535, 46 * 10**6, 4),
    "a long directory of few parts": b"PK\3\4" + bytes(3 * 2**20) + ends_at(3, 3 * 2**20, 4),
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_refused_before_it_is_unpacked(what):
    with pytest.raises(UnpacksTooFar):
        sniffed("a.docx", BOMBS[what])


def test_zip_files_inside_a_document_are_never_opened():
    inner = made.zipped({f"{n}.zip": made.zipped({"x": bytes(4 * 2**20)}) for n in range(16)})

    assert sniffed("a.docx", made.zipped(DOCX | {"word/embeddings/x.zip": inner})) is kinds.DOCX


@pytest.mark.parametrize(
    "types",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Types>&b;</Types>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><Types/>',
        "<a>" * 600 + "</a>" * 600,
        "<a>",
        "",
        "\0",
    ],
)
def test_a_list_of_types_that_is_no_plain_xml_is_refused(types):
    with pytest.raises(DamagedFile):
        sniffed("a.docx", made.zipped(DOCX | {"[Content_Types].xml": types}))


def test_a_part_of_more_elements_than_are_read_is_refused(monkeypatch):
    monkeypatch.setattr(archives, "MOST_ELEMENTS", 10)

    with pytest.raises(UnpacksTooFar):
        sniffed("a.docx", with_types("<a/>" * 20))


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_picture_of_more_pieces_than_any_is_refused(monkeypatch, name):
    monkeypatch.setattr(images, "MOST_CHUNKS", 2)
    more = {"a.png": made.png(made.chunk(b"tEXt")), "a.jpg": made.jpeg(made.segment(0xFE, b"x"))}

    with pytest.raises(DamagedFile):
        sniffed(name, more[name])


@pytest.mark.parametrize("name", ["a.txt", "a.json"])
def test_a_file_longer_than_its_kind_allows_is_refused(name):
    kind = kinds.kind_promised_by(name)
    assert kind is not None

    with pytest.raises(FileTooLong):
        sniffed(name, b"{" + b" " * kind.most_bytes)


def test_a_file_longer_than_every_kind_allows_is_refused(monkeypatch):
    monkeypatch.setattr(kinds, "LONGEST", 10)

    with pytest.raises(FileTooLong):
        sniffed("a.txt", b"x" * 11)


def test_little_of_a_long_file_is_kept_in_memory():
    content = io.BytesIO(made.png(made.chunk(b"tEXt", bytes(20 * 2**20))))
    tracemalloc.start()

    recognised("a.png", content)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * 2**20


def test_a_directory_is_found_wherever_a_reader_of_zip_files_would_find_it():
    assert archives.has_directory(ZIP + b"x" * 20, 0)
    assert not archives.has_directory(b"PK\5\6", 0)
    assert not archives.has_directory(b"PK\5\6" + b"\xff" * 30, 0)


@st.composite
def mangled(draw):
    """A file of some kind with bytes changed, cut away, put in or glued on."""
    name = draw(st.sampled_from(sorted(EVERY)))
    content = bytearray(EVERY[name])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        match draw(st.sampled_from(["change", "cut", "insert", "glue", "end"])):
            case "change" if content:
                content[at] = draw(st.integers(0, 255))
            case "cut":
                del content[at : at + draw(st.integers(1, 200))]
            case "insert":
                content[at:at] = draw(st.binary(max_size=40))
            case "glue":
                content += EVERY[draw(st.sampled_from(sorted(EVERY)))]
            case _:
                del content[at:]
    return draw(st.sampled_from([name, *sorted(EVERY)])), bytes(content)


@settings(max_examples=600, deadline=2_000)
@given(mangled())
def test_a_mangled_file_is_taken_as_what_it_is_or_refused(file):
    name, content = file

    try:
        kind = sniffed(name, content)
    except BadFile:
        return

    assert kind is kinds.kind_promised_by(name)
    match kind.recognition:
        case kinds.Recognition.PDF:
            assert content.startswith(b"%PDF-")
            assert b"%%EOF" in content
        case kinds.Recognition.OFFICE | kinds.Recognition.OPEN_DOCUMENT:
            assert zipfile.ZipFile(io.BytesIO(content)).namelist()
        case kinds.Recognition.PNG:
            assert content.endswith(made.chunk(b"IEND"))
        case kinds.Recognition.JPEG:
            assert content.endswith(b"\xff\xd9")
        case kinds.Recognition.TEXT:
            assert "\0" not in content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
        case kinds.Recognition.STIX:
            assert stix.loaded(content)["type"] == "bundle"


@settings(max_examples=300, deadline=2_000)
@given(st.sampled_from(sorted(EVERY)), st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused(name, content):
    try:
        kind = sniffed(name, content)
    except BadFile:
        return

    assert kind is kinds.kind_promised_by(name)


@given(st.sampled_from(["a.pdf", "a.docx", "a.odt", "a.png", "a.jpg"]), st.sampled_from(sorted(EVERY)))
def test_two_files_glued_together_are_never_taken(name, second):
    with pytest.raises(BadFile):
        sniffed(name, EVERY[name] + EVERY[second] + zlib.compress(b""))


def test_a_kind_is_found_by_its_code():
    assert [kinds.kind_of_code(kind.code) for kind in kinds.KINDS] == list(kinds.KINDS)
