"""What a cell of a pack may hold."""

from __future__ import annotations

import pytest

from cordiale.domain.period import UNKNOWN, parse_when
from cordiale.engines.packs.cells import (
    DATE,
    END,
    ID,
    LANGUAGE,
    SPAN,
    URL,
    WORD,
    BadCell,
    Kind,
    choice,
    iso,
    ref,
    refs,
    stray_character,
    whole,
)
from cordiale.engines.packs.tables import TABLES

# kind, cell, value
GOOD = [
    (ID, "alpha", "alpha"),
    (ID, "nu-council.2", "nu-council.2"),
    (ID, "2001", "2001"),
    (ID, "a" * 60, "a" * 60),
    (WORD, "led-to", "led-to"),
    (whole(0, 100), "0", 0),
    (whole(0, 100), "100", 100),
    (DATE, "1995-02", parse_when("1995-02")),
    (DATE, "2026-11-24T14:00:00Z", parse_when("2026-11-24T14:00:00Z")),
    (END, "1995", parse_when("1995")),
    (choice("", "open"), "open", "open"),
    (LANGUAGE, "en", "en"),
    (LANGUAGE, "pt-BR", "pt-BR"),
    (LANGUAGE, "sr-Latn-RS", "sr-Latn-RS"),
    (URL, "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
    (URL, "http://example.org", "http://example.org"),
    (iso(2), "AA", "AA"),
    (iso(3), "AAA", "AAA"),
    (SPAN, "year", "year"),
    (SPAN, "3 years", "3 years"),
    (SPAN, "18 months", "18 months"),
    (ref("parties"), "alpha", "alpha"),
    (refs("parties"), "alpha;beta", ("alpha", "beta")),
]

# kind, cell, what the writer is told
BAD = [
    (ID, "Alpha", "is no id; use up to 60 lower-case letters, digits, hyphens and dots"),
    (ID, "a" * 61, "is no id"),
    (ID, "-alpha", "is no id"),
    (ID, "alpha-", "is no id"),
    (ID, "al--pha", "is no id"),
    (ID, "al pha", "is no id"),
    (ID, "älpha", "is no id"),
    (ID, "a/b", "is no id"),
    (whole(0, 100), "101", "is no whole number from 0 to 100; write digits only"),
    (whole(1, 366), "0", "is no whole number from 1 to 366"),
    (whole(0, 100), "-1", "is no whole number"),
    (whole(0, 100), "1.0", "is no whole number"),
    (whole(0, 100), "1e1", "is no whole number"),
    (whole(0, 100), "ten", "is no whole number"),
    (whole(0, 100), "٣", "is no whole number"),
    (whole(0, 100), "090", "is no whole number"),
    (whole(0, 999_999), "1000000000000", "is no whole number"),
    (DATE, "1995-02-30", "is not in the calendar"),
    (END, "soon", "is not a date"),
    (choice("", "open", "met"), "done", "is not among open, met; write one of these"),
    (LANGUAGE, "English", "is no language code"),
    (LANGUAGE, "e", "is no language code"),
    (LANGUAGE, "en_GB", "is no language code"),
    (URL, "example.org", "is no web address; write one that begins with https://"),
    (URL, "ftp://example.org", "is no web address"),
    (URL, "javascript:alert(1)", "is no web address"),
    (URL, "https://", "is no web address"),
    (URL, "https://example.org/a b", "is no web address"),
    (URL, "https://[", "is no web address"),
    (iso(2), "aa", "is no ISO 3166 code of 2 letters; write capitals"),
    (iso(2), "AAA", "is no ISO 3166 code of 2 letters"),
    (iso(3), "A1A", "is no ISO 3166 code of 3 letters"),
    (SPAN, "1 years", "is no span"),
    (SPAN, "20 weeks", "is no span"),
    (SPAN, "decade", "is no span"),
    (refs("parties"), "alpha;alpha", "names something twice"),
    (refs("parties"), "alpha; beta", "is no id"),
    (refs("parties"), "alpha;", "is no id"),
]


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_a_good_cell_is_read_as_what_it_means(kind, text, value):
    assert kind.read(text) == value


@pytest.mark.parametrize(("kind", "text", "told"), BAD)
def test_a_bad_cell_is_refused_with_how_to_mend_it(kind, text, told):
    with pytest.raises(BadCell) as refusal:
        kind.read(text)

    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("kind", "value"), [(ID, ""), (DATE, UNKNOWN), (END, None), (whole(0, 1), None), (ref("x"), None), (refs("x"), ())]
)
def test_an_empty_cell_has_a_value_of_its_own(kind, value):
    assert kind.empty == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("two\nlines", "U+000A"),
        ("a\ttab", "U+0009"),
        ("bell\a", "U+0007"),
        ("line\u2028separator", "LINE SEPARATOR"),
        ("hidden\u202edirection", "RIGHT-TO-LEFT OVERRIDE"),
        ("hidden\u2066direction", "LEFT-TO-RIGHT ISOLATE"),
        ("half\ud800", "U+D800"),
        ("nobody\u0378", "U+0378"),
    ],
)
def test_a_character_that_has_no_place_in_a_cell_is_named(text, name):
    assert stray_character(text) == name


@pytest.mark.parametrize("text", ["", "Альфа", "日本", "می‌خواهم", "क्‍ष", "Côte d’Ivoire — “x”", "no\u00a0break"])
def test_no_script_is_refused(text):
    assert stray_character(text) is None


def test_every_column_says_what_it_holds():
    kinds: list[Kind] = [column.kind for table in TABLES for column in table.columns]

    assert all(kind.says for kind in kinds)


def test_what_a_column_refers_to_is_a_table_with_ids_or_the_bodies():
    named = {table.name for table in TABLES if table.key == ("id",)} | {"bodies"}

    assert {name for table in TABLES for column in table.columns for name in column.kind.refers} <= named


def test_the_key_and_the_kin_of_a_table_are_columns_of_it():
    assert all(set(table.key) | set(table.kin) <= set(table.places) for table in TABLES)
