"""The read log's rules: a line says one thing in one way, and no file can be changed unseen once its head is known."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domain.reading_log import ACTIONS, BadLine, Line, Opening, Reading, chain, check, parse, parse_opening
from cordiale.engines.readlog.replaying import Mismatch, replay
from tools import verify_read_log

FILE = "20261126T120000Z-here-7-0123456789abcdef.jsonl"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
numbers = st.integers(0, 2**63)
moments = st.integers(0, 4 * 10**15).map(lambda microseconds: EPOCH + timedelta(microseconds=microseconds))
readings = st.builds(
    Reading,
    at=moments,
    who=texts,
    parties=st.lists(texts, max_size=3).map(tuple),
    action=st.sampled_from(sorted(ACTIONS)),
    shown=st.lists(st.tuples(texts, numbers), max_size=3).map(tuple),
    refused=st.lists(texts, max_size=3).map(tuple),
    known=numbers,
    register=numbers,
    register_hash=st.text("0123456789abcdef", min_size=64, max_size=64),
    decided_at=moments,
)
READING = Reading(
    at=AT,
    who="person:17",
    parties=("aut",),
    action="page",
    shown=(("doc-1", 4),),
    refused=("doc-2",),
    known=12,
    register=11,
    register_hash="ab" * 32,
    decided_at=AT,
)


def written(told: list[Reading]) -> tuple[list[bytes], str]:
    """The lines of a file, its opening first, and its head."""
    opening = Opening(FILE, "here")
    found, previous = [opening.text], opening.hash
    for number, reading in enumerate(told, start=1):
        line = Line.of(reading, number=number, previous=previous)
        found.append(line.text)
        previous = line.hash
    return found, previous


def split(data: bytes) -> list[bytes]:
    """As a file opened for bytes does: at line feeds only."""
    *whole, rest = data.split(b"\n")
    return [one + b"\n" for one in whole] + ([rest] if rest else [])


def tampered(draw: st.DrawFn, lines: list[bytes]) -> list[bytes]:
    """The lines after somebody flipped a bit, put in, took out or moved a line, or cut the file short."""
    how = draw(st.sampled_from(["flip", "insert", "delete", "reorder", "truncate"]))
    data = b"".join(lines)
    if how == "flip":
        place, bit = draw(st.integers(0, len(data) - 1)), draw(st.integers(0, 7))
        return split(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])
    if how == "insert":
        place = draw(st.integers(0, len(lines)))
        stray = draw(st.sampled_from([*lines, b"{}\n", b"\n", written([READING])[0][1]]))
        return [*lines[:place], stray, *lines[place:]]
    if how == "delete":
        place = draw(st.integers(0, len(lines) - 1))
        return [*lines[:place], *lines[place + 1 :]]
    if how == "reorder":
        other = draw(st.permutations(lines))
        return other if other != lines else lines[::-1]
    return split(data[: draw(st.integers(0, len(data) - 1))])


@given(readings, numbers)
def test_a_line_that_is_printed_and_read_is_the_same(reading, number):
    line = Line.of(reading, number=number, previous="0" * 64)

    assert parse(line.text) == parse(line.text[:-1]) == line


@given(st.lists(readings, max_size=5))
def test_a_file_as_it_was_written_holds(told):
    lines, head = written(told)

    found = check(lines, file=FILE, heads={len(told): head} if told else {})

    assert (found.fault, found.lines, found.head, found.torn) == (None, len(told), head, 0)


@given(st.data())
def test_s7_whatever_is_done_to_a_file_is_found_given_its_head(data):
    lines, head = written(data.draw(st.lists(readings, min_size=1, max_size=5)))
    heads = {len(lines) - 1: head}
    changed = tampered(data.draw, lines)

    found = check(changed, file=FILE, heads=heads)

    assert found.fault is not None


@given(st.data())
def test_s7_a_crash_in_the_last_line_is_a_torn_end_and_no_fault(data):
    lines, _head = written([*data.draw(st.lists(readings, max_size=4)), READING])
    left = data.draw(st.integers(1, len(lines[-1]) - 1))

    found = check([*lines[:-1], lines[-1][:left]], file=FILE)

    assert (found.fault, found.torn, found.lines) == (None, left, len(lines) - 2)


def test_a_file_of_which_only_a_part_of_the_opening_was_written_has_a_torn_end():
    found = check([Opening(FILE, "here").text[:20]], file=FILE)

    assert (found.lines, found.head, found.torn, found.fault) == (0, "", 20, None)


def test_a_file_under_another_name_does_not_hold():
    lines, _head = written([READING])

    found = check(lines, file=FILE.replace("here", "there"))

    assert found.fault is not None
    assert found.fault.what == f"the file was begun as {FILE}"


def test_a_file_written_anew_is_found_by_a_head_in_its_middle():
    _old, head = written([READING])
    new, _head = written([replace(READING, who="person:18"), READING])

    found = check(new, file=FILE, heads={1: head})

    assert found.fault is not None
    assert found.fault.line == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"who": ""}, "a text is empty"),
        ({"who": 17}, "who is no text"),
        ({"who": "\ud800"}, "a text holds half a character"),
        ({"parties": "aut"}, "parties is no list"),
        ({"shown": "doc-1"}, "shown is no list"),
        ({"shown": [["doc-1"]]}, "shown is no list of document code and label id"),
        ({"shown": [["doc-1", True]]}, "shown is no list of document code and label id"),
        ({"known": -1}, "a number is negative"),
        ({"shown": [["doc-1", -4]]}, "a number is negative"),
        ({"known": 1.0}, "known is no whole number"),
        ({"register_hash": "AB" * 32}, "register_hash is no SHA-256 in hexadecimal digits"),
        ({"at": "2026-11-26"}, "at is no moment written as yyyy-mm-ddThh:mm:ss.ffffffZ"),
        ({"at": "2026-13-26T12:00:00.000000Z"}, "at is no moment written as yyyy-mm-ddThh:mm:ss.ffffffZ"),
        ({"action": "glance"}, "action is none of page, list, search, file, feed, mail, stream"),
        ({"verdict": "none"}, "its verdict is not that of its documents"),
        ({"more": 1}, "it lacks or adds more"),
    ],
)
def test_what_no_line_says_is_refused_in_words(changed, why):
    line = Line.of(READING, number=1, previous="0" * 64)
    said = {**json.loads(line.text), **changed}

    with pytest.raises(BadLine) as refusal:
        parse(json.dumps(said).encode())

    assert str(refusal.value) == why


@pytest.mark.parametrize(
    "changed",
    [
        {"who": ""},
        {"refused": ("\ud800",)},
        {"known": -1},
        {"at": AT.replace(tzinfo=None)},
        {"decided_at": AT.replace(tzinfo=None)},
        {"action": "glance"},
        {"register_hash": ""},
    ],
)
def test_what_could_not_be_read_again_cannot_be_told(changed):
    with pytest.raises(BadLine):
        replace(READING, **changed)


@pytest.mark.parametrize("text", [b"", b"[]", b"nonsense", b"\xff", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_object_is_refused(text):
    with pytest.raises(BadLine):
        parse(text)
    with pytest.raises(BadLine):
        parse_opening(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'{"file":"a","format":1}', "it is no opening of a read log"),
        (b'{"file":"a","format":2,"installation":"b"}', "its format is 2, and this release reads 1"),
        (b'{"file":"","format":1,"installation":"b"}', "a text is empty"),
        (b'{"file":1,"format":1,"installation":"b"}', "file is no text"),
        (b'{"file": "a","format":1,"installation":"b"}', "it is not written as canonical JSON"),
    ],
)
def test_what_opens_no_file_is_refused_in_words(text, why):
    with pytest.raises(BadLine) as refusal:
        parse_opening(text)

    assert str(refusal.value) == why


def test_a_line_written_in_another_way_is_refused():
    line = Line.of(READING, number=1, previous="0" * 64)

    with pytest.raises(BadLine):
        parse(json.dumps(json.loads(line.text)).encode())


def test_a_line_whose_number_or_chain_is_another_is_a_fault_even_if_its_hash_is_right():
    lines, head = written([READING])
    for other in (Line.of(READING, number=3, previous=head), Line.of(READING, number=2, previous="0" * 64)):
        found = check([*lines, other.text], file=FILE)

        assert found.fault is not None
        assert found.fault.line == 2


@pytest.mark.parametrize(
    ("shown", "refused", "verdict"),
    [((("a", 1),), (), "shown"), ((("a", 1),), ("b",), "shown"), ((), ("b",), "refused"), ((), (), "none")],
)
def test_the_verdict_follows_from_the_documents(shown, refused, verdict):
    assert replace(READING, shown=shown, refused=refused).verdict == verdict


@given(st.lists(readings, max_size=4))
def test_the_auditors_program_agrees(tmp_path_factory, told):
    lines, head = written(told)
    folder = tmp_path_factory.mktemp("log")
    (folder / FILE).write_bytes(b"".join(lines))

    assert verify_read_log.check(folder / FILE, {}) == verify_read_log.Held(len(told), head, 0)


@given(st.data())
def test_s7_the_auditors_program_finds_the_same_fault(tmp_path_factory, data):
    lines, head = written(data.draw(st.lists(readings, min_size=1, max_size=4)))
    heads = {len(lines) - 1: head}
    changed = tampered(data.draw, lines)
    file = tmp_path_factory.mktemp("log") / FILE
    file.write_bytes(b"".join(changed))
    ours = check(changed, file=FILE, heads=heads).fault

    with pytest.raises(verify_read_log.Broken) as theirs:
        verify_read_log.check(file, heads)

    assert ours is not None
    assert theirs.value.line == ours.line


class State:
    """What is known of labels, readers and suspensions: the state that a decision looks at."""

    labels = {"doc-1": 4, "doc-2": 5}
    audience = {4: {"aut", "che"}, 5: {"che"}}

    def __init__(self, suspended: dict[str, int]) -> None:
        self.suspended = suspended

    def decide(self, line: Line) -> dict[str, str]:
        """Document to verdict, as known at the line's ledger number."""
        acting = {party for party in line.parties if line.known < self.suspended.get(party, line.known + 1)}
        return {code: "shown" if acting & self.audience[label] else "refused" for code, label in self.labels.items()}


def test_s8_replaying_a_line_gives_the_same_verdict():
    told = Line.of(READING, number=1, previous="0" * 64)

    assert list(replay([told], State({"aut": 13}).decide)) == []  # type: ignore[arg-type]  # of plain texts


def test_s8_a_line_that_would_be_decided_otherwise_is_named():
    line = Line.of(replace(READING, refused=("doc-2", "doc-9")), number=1, previous="0" * 64)

    found = list(replay([line], State({"aut": 12}).decide))  # type: ignore[arg-type]  # as above

    assert found == [Mismatch(line, "doc-1", "shown", "refused"), Mismatch(line, "doc-9", "refused", "unknown")]


def test_the_hash_is_over_the_hash_before_and_what_the_line_says():
    line = Line.of(READING, number=1, previous="0" * 64)
    said = json.loads(line.text)
    del said["previous"], said["hash"]

    assert line.hash == chain("0" * 64, said)
