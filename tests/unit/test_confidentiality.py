"""Labels in XML: what is written is read again, and what is not understood is refused."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domain.labels import Label
from cordiale.engines.confidentiality.reading import read
from cordiale.engines.confidentiality.refusing import BadLabelXml
from cordiale.engines.confidentiality.statements import (
    Information,
    LabelStatement,
    NotSayable,
    Successor,
    is_sayable,
)
from cordiale.engines.confidentiality.trees import DEEPEST, MOST_BYTES, MOST_ELEMENTS
from cordiale.engines.confidentiality.writing import LABEL, OWN, written

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = datetime(2026, 12, 24, 23, tzinfo=UTC)

NOW = Information(
    "NATO", "UNCLASSIFIED", frozenset({"NATO", "Releasable"}), frozenset({"FIN", "JPN", "nato"}), "cyber-cell"
)
THEN = Information("NATO", "UNCLASSIFIED", frozenset({"NATO"}), frozenset({"FIN", "nato"}), "cyber-cell")
FULL = LabelStatement(
    NOW, AT, LATER, Successor(LATER, THEN), "fin", Label("nato", "unclassified", "jpn, pfp", "cyber-cell")
)
PLAIN = LabelStatement(THEN, AT)
XML = written(FULL).decode()

LETTERS = st.characters(exclude_categories=("C", "Z"))
words = st.lists(st.text(LETTERS, min_size=1, max_size=9), min_size=1, max_size=3).map(" ".join).filter(is_sayable)
sentences = words | st.just("")
moments = st.datetimes(timezones=st.just(UTC))
information = st.builds(
    Information,
    policy=words,
    classification=words,
    context=st.frozensets(words, min_size=1, max_size=3),
    releasable=st.frozensets(words, min_size=1, max_size=9),
    group=words | st.just(""),
)
statements = st.builds(
    LabelStatement,
    information=information,
    created_at=moments,
    review_at=st.none() | moments,
    successor=st.none() | st.builds(Successor, at=moments, information=information),
    originator=words | st.just(""),
    own=st.none() | st.builds(Label, policy=words, level=words, release=sentences, group=words | st.just("")),
)


def changed(old: str, new: str, *, text: str = XML) -> bytes:
    assert text.count(old) >= 1, f"{old!r} is not there"
    return text.replace(old, new, 1).encode()


def refusal(content: bytes) -> BadLabelXml:
    with pytest.raises(BadLabelXml) as found:
        read(content)
    return found.value


@given(statements)
def test_what_is_written_is_read_again_and_has_one_form(statement):
    content = written(statement)

    assert read(content) == statement
    assert written(read(content)) == content


@given(st.data())
def test_damaged_xml_is_read_or_refused_and_never_anything_else(data):
    content = bytearray(written(FULL))
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        pieces = st.binary(max_size=12) | st.sampled_from(PIECES)
        content[start:end] = data.draw(pieces)

    with contextlib.suppress(BadLabelXml):
        read(bytes(content))


PIECES = [
    b"<",
    b">",
    b"&",
    b"&amp;",
    b"&lol;",
    b"&#0;",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?x y?>",
    b"\x00",
    b"\xff\xfe",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"xmlns:slab=''",
    b" encoding='utf-16'",
    b"slab:Category",
    b"</slab:Category>",
    b"RESTRICTIVE",
    b"9999-12-31T23:59:59-14:00",
    b"0000-02-30T24:60:60Z",
]


@given(st.binary(max_size=200))
def test_anything_at_all_is_refused_as_a_label(content):
    refusal(content)


def test_a_whole_label_looks_so():
    lines = [line.strip() for line in XML.splitlines()]

    assert (
        lines[1] == f'<slab:originatorConfidentialityLabel xmlns:slab="{LABEL}" ReviewDateTime="2026-12-24T23:00:00Z">'
    )
    assert '<slab:Category Type="PERMISSIVE" TagName="Releasable To">' in lines
    assert "<slab:GenericValue>JPN</slab:GenericValue>" in lines
    assert (
        f'<own:Release xmlns:own="{OWN}" policy="nato" level="unclassified" group="cyber-cell">jpn, pfp</own:Release>'
        in lines
    )


def test_the_example_in_the_reference_is_what_is_written():
    page = (ROOT / "docs/reference/label-xml.md").read_text("utf-8")
    example = page.partition("```xml\n")[2].partition("```")[0].encode()

    assert written(read(example)) == example


def test_a_label_that_others_wrote_may_use_other_prefixes_spaces_zones_and_information():
    other = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<originatorConfidentialityLabel xmlns="{LABEL}" Id="label-1">
  <ConfidentialityInformation>
    <PolicyIdentifier>
      NATO
    </PolicyIdentifier>
    <Classification>UNCLASSIFIED</Classification>
    <Category TagName="Context" Type="PERMISSIVE"><GenericValue>NATO</GenericValue></Category>
    <Category TagName="Administrative" Type="INFORMATIVE"><GenericValue>STAFF</GenericValue></Category>
    <Category TagName="Releasable To" Type="PERMISSIVE">
      <GenericValue>FIN</GenericValue><GenericValue><![CDATA[nato]]></GenericValue>
    </Category>
  </ConfidentialityInformation>
  <OriginatorID IDType="rfc822Name">author@example.org</OriginatorID>
  <CreationDateTime>2026-11-26T14:00:00+02:00</CreationDateTime>
</originatorConfidentialityLabel>"""

    assert read(other.encode()) == LabelStatement(
        Information("NATO", "UNCLASSIFIED", frozenset({"NATO"}), frozenset({"FIN", "nato"})), AT
    )


CATEGORY = '<slab:Category Type="{}" TagName="{}"><slab:GenericValue>X</slab:GenericValue></slab:Category>'
END = "</slab:ConfidentialityInformation>"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (END, CATEGORY.format("RESTRICTIVE", "Additional Sensitivity") + END, "not understood"),
        (END, CATEGORY.format("PERMISSIVE", "Only") + END, "not understood"),
        (END, CATEGORY.format("RESTRICTIVE", "Releasable To") + END, "not understood"),
        (END, CATEGORY.format("PROHIBITIVE", "Context") + END, "not understood"),
        (END, CATEGORY.format("informative", "Context") + END, "not understood"),
        (END, CATEGORY.format("PERMISSIVE", "Releasable To") + END, "second category"),
        (END, "<slab:PrivacyMark>CLEAR</slab:PrivacyMark>" + END, "PrivacyMark"),
        (END, "<slab:PolicyIdentifier>FIN</slab:PolicyIdentifier>" + END, "second PolicyIdentifier"),
        (END, '<x:More xmlns:x="urn:other"/>' + END, "urn:other"),
        (END, CATEGORY.format("PERMISSIVE", "X").replace("slab:Category", "Category") + END, 'of "" is not understood'),
        (
            "<slab:Classification>UNCLASSIFIED</slab:Classification>",
            '<x:A xmlns:x="Classification">U</x:A>',
            "understood",
        ),
        ('TagName="Context"', 'xmlns:x="urn:x" x:TagName="Only" TagName="Context"', '"TagName" is not understood'),
        (END, '<own:Release xmlns:own="urn:cordiale:label:1"/>' + END, "not understood"),
        (END, "text" + END, "between elements"),
        ("<slab:PolicyIdentifier>NATO</slab:PolicyIdentifier>", "", "no PolicyIdentifier"),
        ("<slab:PolicyIdentifier>NATO<", "<slab:PolicyIdentifier><", "a value of"),
        ("<slab:PolicyIdentifier>", '<slab:PolicyIdentifier URI="urn:oid:1.2">', '"URI"'),
        ("<slab:PolicyIdentifier>NATO", "<slab:PolicyIdentifier>NA<!-- x -->TO", "comment"),
        ("<slab:PolicyIdentifier>NATO", "<slab:PolicyIdentifier>NA<?x y?>TO", "instruction"),
        ("<slab:PolicyIdentifier>NATO", "<slab:PolicyIdentifier>NATO<slab:X/>", "an element inside"),
        (
            "cyber-cell</slab:GenericValue>",
            "a</slab:GenericValue><slab:GenericValue>b</slab:GenericValue>",
            "one group",
        ),
        (LABEL, "urn:nato:stanag:4774:confidentialitymetadatalabel:2:0", "begins with"),
        (OWN, "urn:cordiale:label:2", "not understood"),
        ("own:Release", "own:Other", "not"),
        (">2026-11-26T12:00:00Z<", ">2026-11-26T12:00:00<", "no moment"),
        (">2026-11-26T12:00:00Z<", ">2026-02-30T12:00:00Z<", "no moment"),
        (">2026-11-26T12:00:00Z<", ">0001-01-01T00:00:00+14:00<", "no moment"),
        ('ReviewDateTime="2026-12-24T23:00:00Z"', 'ReviewDateTime="soon"', "no moment"),
        ("encoding='utf-8'", "encoding='latin-1'", "latin-1"),
        ("<slab:o", "<!DOCTYPE a [<!ENTITY b 'c'>]><slab:o", "document type"),
        ("<slab:o", "<!DOCTYPE a><slab:o", "document type"),
    ],
)
def test_what_is_not_understood_is_refused(old, new, says):
    content = changed(old, new)
    if old == "own:Release":
        content = content.replace(b"/own:Release", b"/own:Other")

    refused = refusal(content)

    assert says in str(refused)


def test_a_refusal_names_line_and_element():
    refused = refusal(changed(END, CATEGORY.format("PERMISSIVE", "Only") + END))

    assert (refused.line, refused.element) == (XML[: XML.index(END)].count("\n") + 1, "Category")


def test_bytes_that_are_no_utf_8_are_refused():
    assert refusal(XML.encode("utf-16")).what == "the file is not in UTF-8"


def test_a_file_beyond_a_bound_is_refused():
    deep = b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1)
    many = b"<a>" + b"<b/>" * MOST_ELEMENTS + b"</a>"

    assert "inside each other" in refusal(deep).what
    assert "elements" in refusal(many).what
    assert "bytes" in refusal(XML.encode() + b" " * MOST_BYTES).what


@pytest.mark.parametrize(
    "make",
    [
        lambda: Information("", "U", frozenset("c"), frozenset("r")),
        lambda: Information("N", "U", frozenset(), frozenset("r")),
        lambda: Information("N", "U", frozenset("c"), frozenset()),
        lambda: Information("N\n", "U", frozenset("c"), frozenset("r")),
        lambda: LabelStatement(THEN, AT.replace(tzinfo=None)),
        lambda: LabelStatement(THEN, AT, own=Label("nato", "u", "x" * 2_001)),
    ],
)
def test_what_xml_would_not_keep_cannot_be_said(make):
    with pytest.raises(NotSayable):
        make()
