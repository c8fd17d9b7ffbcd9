"""Threat information is STIX 2.1, and its summary says what it holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordiale.engines.files import stix
from cordiale.engines.files.refusing import NotStix, StixTooLarge
from tests.unit.files.made import BUNDLE, bundle, indicator, malware

MARKING = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "created": "2017-01-20T00:00:00.000Z",
    "definition_type": "tlp",
    "name": "TLP:GREEN",
    "definition": {"tlp": "green"},
}
STATEMENT = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": "marking-definition--162d917e-766f-4611-b5d6-652791454fcb",
    "created": "2023-01-20T00:00:00.000Z",
    "definition_type": "statement",
    "definition": {"statement": "Releasable to partners"},
}
ADDRESS = {"type": "ipv4-addr", "id": "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd", "value": "198.51.100.3"}


def test_a_bundle_is_summed_up():
    found = stix.checked(bundle(malware(), ADDRESS, MARKING, STATEMENT, indicator("[file:size = 1]")))

    assert found.id == BUNDLE
    assert dict(found.counts) == {"indicator": 1, "ipv4-addr": 1, "malware": 1, "marking-definition": 2}
    assert found.size == 5
    assert [one.name for one in found.names if one.type == "malware"] == ["Invented worm"]
    assert found.created == datetime(2024, 4, 23, 18, 7, 56, tzinfo=UTC)
    assert found.modified == datetime(2024, 5, 23, 18, 7, 56, tzinfo=UTC)
    assert found.markings == ("TLP:GREEN", "Releasable to partners")


def test_a_bundle_of_nothing_but_addresses_has_no_moments():
    found = stix.checked(bundle(ADDRESS))

    assert (found.created, found.modified, found.names, found.markings) == (None, None, (), ())


def without(name):
    return {key: value for key, value in malware().items() if key != name}


WRONG = {
    "no JSON": (b"{", "line 1"),
    "not UTF-8": (b"\xff", "byte 1"),
    "a list": (b"[]", "no STIX bundle"),
    "an object alone": (json.dumps(malware()).encode(), "no STIX bundle"),
    "no objects": (bundle(), "objects"),
    "objects that are no list": (bundle(objects={"a": 1}), "objects"),
    "an unknown property of the bundle": (bundle(malware(), x_more=1), "bundle"),
    "a bundle without a right id": (bundle(malware(), id="bundle--1"), "bundle"),
    "an object that is none": (bundle(malware(), 5), "object 2"),
    "an object without id": (bundle({"type": "malware"}), "object 1"),
    "a type that is none": (bundle(malware(type=["malware"])), "object 1"),
    "STIX 2.0": (bundle(malware(spec_version="2.0")), "spec_version"),
    "no version": (bundle(without("spec_version")), "spec_version"),
    "a type of one's own": (
        bundle(malware(type="x-ours", id="x-ours--162d917e-766f-4611-b5d6-652791454fca")),
        "x-ours",
    ),
    "a property of one's own": (bundle(malware(x_ours=1)), "x_ours"),
    "a property without value": (bundle(malware(name=None)), "name"),
    "a moment that is missing": (bundle(without("created")), "created"),
    "a change that is missing": (bundle(without("modified")), "modified"),
    "a moment that is none": (bundle(malware(created=5)), "created"),
    "a wrong pattern": (bundle(indicator("[file:")), "pattern"),
    "a pattern nested deep": (bundle(indicator("[" + "(" * 2_000)), "object 1"),
    "a bundle in the bundle": (bundle(json.loads(bundle(malware()))), "bundle stands inside"),
    "a property twice": (bundle(malware()).replace(b'"name"', b'"name": "x", "name"'), "twice"),
    "no number": (bundle(malware(confidence=float("nan"))), "NaN"),
    "a number without end": (bundle(malware()).replace(b"false", b"9" * 5_000), "digits"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_not_stix_is_refused_with_its_place(what):
    content, told = WRONG[what]

    with pytest.raises(NotStix, match=told):
        stix.checked(content)


LARGE = {
    "bytes": b" " * (8 * 2**20 + 1),
    "nesting": b'{"a":' * 200_000,
    "lists": b"[" * 200_000,
    "objects": bundle(*[{}] * 5_001),
    "patterns together": bundle(*[indicator("[a:b = 1]" + " " * 4_000)] * 40),
    "a pattern": bundle(indicator("x" * 5_001)),
}


@pytest.mark.parametrize("what", LARGE)
def test_what_is_too_large_is_refused_before_it_is_checked(what):
    with pytest.raises(StixTooLarge):
        stix.checked(LARGE[what])


def test_brackets_inside_texts_are_no_nesting():
    assert stix.checked(bundle(malware(description='[{"' * 100 + "\\"))).size == 1


def test_names_are_listed_up_to_a_number(monkeypatch):
    monkeypatch.setattr(stix, "MOST_NAMES", 1)

    assert len(stix.checked(bundle(malware(), malware())).names) == 1


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["malware", "2.1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
properties = st.sampled_from(
    ["type", "id", "name", "created", "labels", "external_references", "extensions", "object_marking_refs", "pattern",
     "granular_markings", "kill_chain_phases", "aliases", "confidence", "lang"]
)  # fmt: skip


@settings(max_examples=250, deadline=2_000)
@given(st.sampled_from([malware(), indicator("[file:size = 1]"), MARKING, STATEMENT, ADDRESS]), properties, values)
def test_any_value_anywhere_is_taken_or_refused(one, name, value):
    try:
        found = stix.checked(bundle(one | {name: value}))
    except (NotStix, StixTooLarge):
        return

    assert found.size == 1
