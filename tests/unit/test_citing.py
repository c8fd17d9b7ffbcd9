"""A citation can be read back by the programs that read citations, whatever stands in the title of a page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.apps.register.exports.citing import Citation, citation_files

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
CITED = Citation(
    title="Finland",
    register="NATO partnerships",
    edition="2026-11-22",
    number=1,
    state="0123456789abcdef" * 4,
    on=date(1994, 5, 9),
    published_by=None,
    address="https://example.org/countries/fin/?on=1994-05-09&known=1",
    read_on=date(2026, 11, 24),
)
SPECIAL = [
    "50 % of A & B, #1 for $2_000",
    "Côte d’Ivoire – Кыргызстан – الأردن",
    "a } brace",
    "a { brace",
    "back\\slash ~ and ^",
    '"quoted", = and @misc{x,',
    "{balanced}",
]


def entry(citation: Citation) -> dict[str, str]:
    library = parse_string(citation.bibtex().decode())
    assert library.failed_blocks == []
    (found,) = library.entries
    assert found.entry_type == "misc"
    return {"key": found.key, **{field.key: field.value for field in found.fields}}


def item(citation: Citation) -> dict[str, Any]:
    (found,) = json.loads(citation.csl())
    return dict(found)


def plain(tex: str) -> str:
    """What TeX prints of a title."""
    for written, printed in {
        r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^",
        r"\textbraceleft{}": "{", r"\textbraceright{}": "}",
    }.items():  # fmt: skip
        tex = tex.replace(written, f"\0{ord(printed)}\0")
    for one in "&%$#_":
        tex = tex.replace(f"\\{one}", one)
    for one in "\\~^{}":
        tex = tex.replace(f"\0{ord(one)}\0", one)
    return tex


def test_bibtex_carries_what_a_reader_needs_to_find_the_answer_again():
    assert entry(CITED) == {
        "key": "cordiale-finland-1994-05-09-1",
        "title": "{Finland}",
        "author": "{NATO partnerships}",
        "howpublished": "Cordiale, edition 2026-11-22",
        "year": "2026",
        "url": "https://example.org/countries/fin/?on=1994-05-09&known=1",
        "urldate": "2026-11-24",
        "note": f"As of 1994-05-09, ledger entry 1, {CITED.state}",
    }


def test_csl_carries_the_same():
    assert item(CITED) == {
        "id": "cordiale-finland-1994-05-09-1",
        "type": "dataset",
        "title": "Finland",
        "container-title": "Cordiale: NATO partnerships",
        "version": f"2026-11-22, ledger entry 1, {CITED.state}",
        "issued": {"date-parts": [[2026]]},
        "accessed": {"date-parts": [[2026, 11, 24]]},
        "URL": "https://example.org/countries/fin/?on=1994-05-09&known=1",
        "note": "As of 1994-05-09",
    }


@pytest.mark.parametrize("title", SPECIAL)
def test_a_title_is_read_back_as_it_was_whatever_it_holds(title):
    cited = replace(CITED, title=title, register=title, edition=title)

    found = entry(cited)

    assert plain(found["title"].removeprefix("{").removesuffix("}")) == title
    assert plain(found["author"].removeprefix("{").removesuffix("}")) == title
    assert item(cited)["title"] == title


@patient
@given(st.text(max_size=60))
def test_no_title_breaks_out_of_its_entry(title):
    found = entry(replace(CITED, title=title))

    assert found["url"] == CITED.address
    assert found["year"] == "2026"


@patient
@given(st.text(max_size=60))
def test_a_key_holds_only_what_every_program_takes(title):
    key = replace(CITED, title=title).key

    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert entry(replace(CITED, title=title))["key"] == key == item(replace(CITED, title=title))["id"]


def test_two_days_of_one_page_have_different_keys():
    assert len({CITED.key, replace(CITED, on=date(1994, 5, 10)).key, replace(CITED, number=2).key}) == 3


def test_a_citation_says_which_sources_it_was_kept_to():
    cited = replace(CITED, published_by=date(2001, 2, 3))

    for text in (cited.text, cited.bibtex().decode(), cited.csl().decode()):
        assert "2001" in text
        assert "2001" not in CITED.text


def test_the_sentence_names_page_day_edition_and_entry():
    assert CITED.text == (
        "Finland, as of 9 May 1994. Cordiale, NATO partnerships, edition 2026-11-22, ledger entry 1 (0123456789abcdef)."
    )


def test_the_files_beside_a_page_hold_both():
    bib, csl = citation_files(CITED)

    assert (bib.name, csl.name) == ("citation.bib", "citation.csl")
    assert (bib.write(), csl.write()) == (CITED.bibtex(), CITED.csl())
