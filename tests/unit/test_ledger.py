"""Laws of the chain: an entry cannot be changed, moved, added or removed unseen."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domain.ledger import GENESIS, Entry, canonical, chain, commit, first_fault, written

AT = datetime(2026, 11, 24, 14, tzinfo=UTC)
FIELDS = list(asdict(Entry(1, "", "", "", "", "", "", "", "")))
OTHER = {
    "number": 77,
    "at": "2027-01-01T00:00:00.000000Z",
    "actor": "somebody else",
    "verb": "register.retracted",
    "subject": "assertion:18",
    "reason": "another reason",
    "commitment": "f" * 64,
    "previous": "e" * 64,
    "hash": "d" * 64,
}


def ledger(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(1, length + 1):
        said: dict[str, Any] = {
            "number": number,
            "at": written(AT + timedelta(seconds=number)),
            "actor": "owner",
            "verb": "register.asserted",
            "subject": f"assertion:{number}",
            "reason": "because",
            "commitment": commit("salt", str(number)),
            "previous": entries[-1].hash if entries else GENESIS,
        }
        entries.append(Entry(**said, hash=chain(**said)))
    return entries


def linked(entry: Entry) -> Entry:
    """The entry with the hash that belongs to it, as somebody who knows the rules would forge it."""
    said = asdict(entry)
    del said["hash"]
    return replace(entry, hash=chain(**said))


def head(entries: list[Entry]) -> tuple[int, str]:
    return (entries[-1].number, entries[-1].hash) if entries else (0, GENESIS)


lengths = st.integers(1, 12)


@given(st.integers(0, 12))
def test_a_ledger_nobody_touched_holds(length):
    entries = ledger(length)

    assert first_fault(entries, head=head(entries)) is None


@given(lengths, st.data(), st.sampled_from(FIELDS))
def test_any_changed_field_is_found_at_its_entry(length, data, field):
    entries = ledger(length)
    place = data.draw(st.integers(0, length - 1))
    broken = [*entries]
    broken[place] = replace(entries[place], **{field: OTHER[field]})

    fault = first_fault(broken, head=head(entries))

    assert fault is not None
    assert fault.number == place + 1


@given(lengths, st.data(), st.sampled_from(["actor", "verb", "subject", "reason", "commitment"]))
def test_a_changed_entry_with_a_fresh_hash_is_found_at_the_next(length, data, field):
    entries = ledger(length)
    place = data.draw(st.integers(0, length - 1))
    broken = [*entries]
    broken[place] = linked(replace(entries[place], **{field: OTHER[field]}))

    fault = first_fault(broken, head=head(entries))

    assert fault is not None
    assert fault.number == min(place + 2, length)


@given(lengths, st.data())
def test_a_removed_entry_is_named_as_missing(length, data):
    entries = ledger(length)
    place = data.draw(st.integers(0, length - 1))

    fault = first_fault([*entries[:place], *entries[place + 1 :]], head=head(entries))

    assert fault is not None
    assert fault.number == place + 1
    assert f"entry {place + 1} is missing" in fault.what


@given(st.integers(2, 12), st.data())
def test_two_swapped_entries_are_found_at_the_first(length, data):
    entries = ledger(length)
    first, second = sorted(data.draw(st.sets(st.integers(0, length - 1), min_size=2, max_size=2)))
    entries[first], entries[second] = entries[second], entries[first]

    fault = first_fault(entries)

    assert fault is not None
    assert fault.number == first + 1


@given(lengths, st.data())
def test_an_entry_put_in_between_is_found(length, data):
    entries = ledger(length)
    place = data.draw(st.integers(0, length - 1))
    forged = linked(replace(entries[place], reason="never written"))

    fault = first_fault([*entries[:place], forged, *entries[place:]], head=head(entries))

    assert fault is not None
    assert fault.number == place + 2


@given(lengths, st.data())
def test_a_ledger_cut_short_is_found_by_its_head_and_only_by_its_head(length, data):
    entries = ledger(length)
    kept = data.draw(st.integers(0, length - 1))

    fault = first_fault(entries[:kept], head=head(entries))

    assert fault is not None
    assert fault.number == kept + 1
    assert first_fault(entries[:kept]) is None


@given(lengths, st.data())
def test_a_ledger_grown_beyond_its_head_is_found(length, data):
    entries = ledger(length)
    recorded = data.draw(st.integers(0, length - 1))

    fault = first_fault(entries, head=head(entries[:recorded]))

    assert fault is not None
    assert fault.number == length


@given(lengths, st.data())
def test_a_moment_that_does_not_move_on_is_found_although_the_hash_is_right(length, data):
    entries = ledger(length + 1)
    place = data.draw(st.integers(1, length))
    entries[place] = linked(replace(entries[place], at=entries[place - 1].at))

    fault = first_fault(entries)

    assert fault is not None
    assert fault.number == place + 1
    assert "is dated" in fault.what


scalars = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


@given(values)
def test_canonical_json_says_the_same(value):
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(st.text(), st.integers(), min_size=2), st.randoms())
def test_the_order_of_keys_does_not_matter(value, random):
    keys = list(value)
    random.shuffle(keys)

    assert canonical({key: value[key] for key in keys}) == canonical(value)


def test_what_is_no_number_cannot_be_committed_to():
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical([float("nan")])


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_a_commitment_depends_on_the_content(one, other):
    assert (commit("salt", one) == commit("salt", other)) == (one == other)


def test_a_commitment_depends_on_the_salt():
    assert commit("salt", "content") != commit("pepper", "content")


aware = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=13)), timezone(timedelta(hours=-11))]))


@given(aware.filter(lambda at: 1000 < at.year < 9999), aware.filter(lambda at: 1000 < at.year < 9999))
def test_written_moments_sort_as_moments(one, other):
    assert (written(one) < written(other)) == (one < other)
    assert len(written(one)) == 27


def test_a_moment_is_written_in_utc():
    assert written(datetime(2026, 11, 24, 15, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))) == (
        "2026-11-24T14:00:00.000005Z"
    )
