"""The text of a file is read within limits, and hostile content ends in less text, never in an error."""

from __future__ import annotations

import io
import os
import resource
import time
import zlib

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.engines.files import kinds, reading
from cordiale.engines.files.extracting import Ending, Extracted, Limits, extracted_text
from cordiale.engines.files.refusing import UnpacksTooFar
from tests.unit.files import made

EVERY = made.every_kind()
SMALL = Limits(characters=100_000, pages=50, processor_seconds=2, seconds=4, memory=300 * 2**20)


def read(name: str, content: bytes, *, limits: Limits = SMALL) -> tuple[str, Ending]:
    """As the process of its own does it, but in this one."""
    output = io.BytesIO()
    kind = kinds.kind_promised_by(name)
    assert kind is not None
    ending = reading.read(
        kind.code, io.BufferedReader(io.BytesIO(content)), reading.Page(output, limits.characters), pages=limits.pages
    )
    return output.getvalue().decode(), ending


@pytest.fixture
def read_apart(tmp_path):
    def read(name: str, content: bytes, limits: Limits = SMALL) -> Extracted:
        path = tmp_path / "content"
        path.write_bytes(content)
        kind = kinds.kind_promised_by(name)
        assert kind is not None
        return extracted_text(path, kind, limits=limits)

    return read


def pdf_of(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its root."""
    content = b"%PDF-1.7\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return content + tail % (count, table, count, len(content))


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d %s>>\nstream\n" % (len(content), more) + content + b"\nendstream"


ROOT = b"<</Type /Catalog /Pages 2 0 R>>"
PAGES = b"<</Type /Pages /Kids [3 0 R] /Count 1>>"
FONT = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"
PAGE = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources <</Font <</F1 %s>>>>>>" % FONT


@pytest.mark.parametrize("name", [name for name in EVERY if not name.endswith(("png", "jpg"))])
def test_the_text_of_every_kind_is_read_by_a_process_of_its_own(read_apart, name):
    found = read_apart(name, EVERY[name])

    assert "Hello" in found.text
    assert found.is_whole


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_picture_has_no_text(read_apart, name):
    assert read_apart(name, EVERY[name]) == Extracted("", Ending.WHOLE)


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.docx", made.docx("One", "Two &amp; three"), "One\nTwo & three\n"),
        ("a.pptx", made.pptx(*"abcdefghijk"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n"),
        ("a.xlsx", made.xlsx("One", "Two"), "One\nTwo\n"),
        ("a.odt", made.open_document("text", "One<text:tab/>two", "Three"), "One two\nThree\n"),
        ("a.txt", "\ufeffČesko".encode("utf-16-be"), "Česko"),
        ("a.csv", b"\xef\xbb\xbfa\x0cb", "a b"),
        ("a.pdf", made.pdf("One", "Two"), "One\nTwo\n"),
    ],
)
def test_text_is_read_in_its_order(name, content, text):
    assert read(name, content) == (text, Ending.WHOLE)


def test_headers_and_notes_are_read_after_the_text():
    parts = made.docx_parts("Text")
    for name in ("word/header1.xml", "word/footnotes.xml"):
        parts[name] = made.word_body(name)

    assert read("a.docx", made.zipped(parts))[0] == "Text\nword/footnotes.xml\nword/header1.xml\n"


def test_what_was_struck_out_and_how_it_is_pronounced_is_left_out():
    body = "<x><p><t>a<rPh>b</rPh></t><delText>c</delText></p></x>"

    assert read("a.docx", made.zipped(made.docx_parts() | {"word/document.xml": body}))[0] == "a\n"


@pytest.mark.parametrize("name", ["a.docx", "a.txt", "a.pdf", "a.odt"])
def test_long_text_is_cut(name):
    long = {
        "a.docx": made.docx("x" * 500),
        "a.txt": b"x" * 500,
        "a.pdf": made.pdf("x" * 500),
        "a.odt": made.open_document("text", "x" * 500),
    }

    text, ending = read(name, long[name], limits=Limits(characters=100))

    assert (text, ending) == ("x" * 100, Ending.LENGTH)


@pytest.mark.parametrize("content", ["pdf", "pptx"])
def test_many_pages_are_cut(content):
    many = {"pdf": made.pdf("a", "b", "c"), "pptx": made.pptx("a", "b", "c")}

    assert read(f"a.{content}", many[content], limits=Limits(pages=2)) == ("a\nb\n", Ending.PAGES)


def test_a_pdf_with_a_password_gives_no_text():
    assert read("a.pdf", made.pdf("Hello", password="secret")) == ("", Ending.ENCRYPTED)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "{}">{}]><x><p><t>&z;</t></p></x>'.format(
    "a" * 1_000, "".join(f'<!ENTITY {n} "{f"&{p};" * 100}">' for p, n in zip("abcdy", "bcdyz", strict=True))
)
HOSTILE = {
    "entities in a document": ("a.docx", made.zipped(made.docx_parts() | {"word/document.xml": ENTITIES})),
    "a file from elsewhere": (
        "a.docx",
        made.zipped(
            made.docx_parts()
            | {"word/document.xml": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x><p><t>&a;</t></p></x>'}
        ),
    ),
    "a document that breaks off": ("a.docx", made.docx("Hello")[:-30]),
    "a bomb": ("a.docx", made.zipped(made.docx_parts() | {"word/document.xml": b" " * 40 * 2**20})),
    "a document nested deep": (
        "a.docx",
        made.zipped(made.docx_parts() | {"word/document.xml": "<a>" * 100_000}),
    ),
    "no PDF": ("a.pdf", b"Hello"),
    "a PDF whose pages contain themselves": (
        "a.pdf",
        pdf_of(ROOT, b"<</Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000000>>"),
    ),
    "a PDF that refers in circles": ("a.pdf", pdf_of(b"2 0 R", b"1 0 R")),
    "a PDF whose length is itself": ("a.pdf", pdf_of(ROOT, PAGES, PAGE, b"<</Length 4 0 R>>\nstream\nx\nendstream")),
    "a PDF that inflates": (
        "a.pdf",
        pdf_of(ROOT, PAGES, PAGE, stream(zlib.compress(bytes(200 * 2**20), 9), b"/Filter /FlateDecode")),
    ),
    "a PDF that inflates twice": (
        "a.pdf",
        pdf_of(
            ROOT,
            PAGES,
            PAGE,
            stream(zlib.compress(zlib.compress(bytes(300 * 2**20), 9), 9), b"/Filter [/FlateDecode /FlateDecode]"),
        ),
    ),
    "a PDF nested deep": ("a.pdf", pdf_of(ROOT, PAGES, PAGE.replace(FONT, b"[" * 20_000), stream(b""))),
    "a PDF of many commands": ("a.pdf", pdf_of(ROOT, PAGES, PAGE, stream(b"BT /F1 9 Tf (x) Tj ET " * 300_000))),
    "text that is none": ("a.txt", b"\xff"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_content_ends_in_a_reason_and_in_time(read_apart, what):
    name, content = HOSTILE[what]
    started = time.monotonic()

    found = read_apart(name, content)

    assert found.ending is not Ending.ENCRYPTED
    assert "root:" not in found.text
    assert len(found.text) <= SMALL.characters
    assert time.monotonic() - started < SMALL.seconds + 2


def test_a_process_that_takes_too_long_is_ended(read_apart):
    found = read_apart("a.txt", b"Hello", Limits(seconds=0))

    assert found.ending is Ending.TIME


def test_a_process_that_works_too_long_is_ended_and_keeps_what_it_read(read_apart):
    busy = made.zipped(made.docx_parts() | {"word/document.xml": "<x><p><t>Hello</t></p>" + "<a/>" * 400_000 + "</x>"})
    many = Limits(characters=10**6, processor_seconds=1, seconds=20)
    content = pdf_of(ROOT, PAGES, PAGE, stream(b"BT /F1 9 Tf (x) Tj ET " * 300_000))

    assert read_apart("a.docx", busy).text.startswith("Hello")
    assert read_apart("a.pdf", content, many).ending is Ending.TIME


def test_a_process_that_needs_too_much_memory_is_ended(read_apart):
    content = pdf_of(ROOT, PAGES, PAGE, stream(b"BT /F1 9 Tf (x) Tj ET " * 300_000))

    found = read_apart("a.pdf", content, Limits(memory=100 * 2**20))

    assert found.ending in {Ending.MEMORY, Ending.DAMAGED}


def test_a_file_that_is_not_there_is_the_callers_mistake(tmp_path):
    with pytest.raises(FileNotFoundError):
        extracted_text(tmp_path / "none", kinds.PDF)


@pytest.mark.parametrize(
    ("trouble", "ending"),
    [(MemoryError(), Ending.MEMORY), (UnpacksTooFar("", ""), Ending.LENGTH), (KeyError(), Ending.DAMAGED)],
)
def test_trouble_of_a_reader_has_its_ending(monkeypatch, trouble, ending):
    def troubled(*_):
        raise trouble

    monkeypatch.setattr(reading, "_READERS", {"text": troubled})

    assert read("a.txt", b"")[1] is ending


def test_one_page_that_cannot_be_read_does_not_take_the_others(monkeypatch):
    told = iter([ValueError("broken"), "Two"])

    def extract(_):
        found = next(told)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(pypdf.PageObject, "extract_text", extract)

    assert read("a.pdf", made.pdf("One", "Two")) == ("Two\n", Ending.DAMAGED)


def test_a_page_that_takes_too_much_memory_ends_reading(monkeypatch):
    def extract(_):
        raise MemoryError

    monkeypatch.setattr(pypdf.PageObject, "extract_text", extract)

    assert read("a.pdf", made.pdf("One")) == ("", Ending.MEMORY)


def test_the_program_gives_up_its_rights_before_it_reads(monkeypatch):
    given_up: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", given_up.__setitem__)
    outputs = {0: io.BytesIO(b"Hello"), 1: io.BytesIO()}
    monkeypatch.setattr(os, "fdopen", lambda number, *_, **__: outputs[number])

    status = reading.main(["text", *SMALL.as_arguments()])

    assert status == 0
    assert given_up[resource.RLIMIT_AS][0] == SMALL.memory
    assert given_up[resource.RLIMIT_CORE] == (0, 0)
    assert outputs[1].getvalue() == b"Hello"


def test_text_that_cannot_be_written_any_more_is_cut(monkeypatch):
    class Full(io.BytesIO):
        def flush(self):
            raise OSError

    monkeypatch.setattr(reading, "confine", lambda _: None)
    monkeypatch.setattr(os, "fdopen", lambda number, *_, **__: io.BytesIO(b"x") if number == 0 else Full())

    assert reading.BY_EXIT[reading.main(["text", *SMALL.as_arguments()])] is Ending.LENGTH


@settings(max_examples=150, deadline=4_000)
@given(st.sampled_from(["a.pdf", "a.docx", "a.xlsx", "a.odt", "a.txt"]), st.data())
def test_a_mangled_file_never_ends_in_an_error(name, data):
    content = bytearray(EVERY[name])
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    text, ending = read(name, bytes(content))

    assert isinstance(ending, Ending)
    assert "\0" not in text
