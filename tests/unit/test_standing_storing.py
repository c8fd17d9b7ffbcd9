"""A compiled register in a file gives the same answers, and a doubtful file gives none."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

from cordiale.engines.standing.facts import Facts
from cordiale.engines.standing.sets import Sets
from cordiale.engines.standing.snapshot import Asked, Snapshot
from cordiale.engines.standing.storing import MAGIC, DoubtfulFile, load, save
from tests.unit import oracle
from tests.unit.oracle import FRAMEWORKS, histories
from tests.unit.test_standing_oracle import days_of, pairs_of, verdict

some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def facts() -> Facts:
    register = oracle.Register()
    register.framework("club", "1990")
    register.framework("forum", "1997-05-30")
    register.source("act", 90)
    register.source("wiki", 10)
    register.say("alpha", "club", "member", "1990", "1997-05-30", by="act", kind="entry")
    register.say("alpha", "forum", "member", "1997-05-30", by="act")
    register.say("beta", "forum", "member", "1998-02", by="act")
    register.say("beta", "forum", "suspended", "1999", by="wiki")
    return register.facts()


@pytest.fixture
def file(tmp_path: Path, facts: Facts) -> Path:
    save(Snapshot.build(facts), tmp_path / "cache" / "standing")
    return tmp_path / "cache" / "standing"


@some
@given(histories())
def test_a_loaded_snapshot_answers_as_the_one_that_was_saved(facts):
    with tempfile.TemporaryDirectory() as folder:
        built = Snapshot.build(facts)
        save(built, Path(folder, "standing"))
        loaded = load(Path(folder, "standing"), facts)

    for party, framework in pairs_of(facts):
        for at in days_of(facts):
            assert verdict(loaded, party, framework, at) == verdict(built, party, framework, at)
            assert verdict(loaded, party, framework, at, Asked(3)) == verdict(built, party, framework, at, Asked(3))
    one, other = Sets(loaded), Sets(built)
    for at in days_of(facts):
        assert one.restricted().at(at) == other.restricted().at(at)
        for framework in FRAMEWORKS:
            assert one.entitled(framework).at(at) == other.entitled(framework).at(at)
            assert one.spoken_of(framework).at(at) == other.spoken_of(framework).at(at)


def test_a_loaded_snapshot_learns_as_a_built_one_does(file, facts):
    loaded = load(file, facts)
    at = oracle.day("2000-01-01")[0]

    loaded.learn(added=[], closed=[(2, "alpha", "forum", 2)], number=2, state="b" * 64)

    assert verdict(loaded, "alpha", "forum", at).answer == "not known"
    assert verdict(loaded, "alpha", "forum", at, Asked(1)).answer == "in force"


def test_a_flipped_bit_anywhere_in_the_file_is_refused(file, facts):
    raw = file.read_bytes()
    header, step = len(MAGIC) + 66, max(1, len(raw) // 150)

    for place in [*range(header), *range(header, len(raw), step), len(raw) - 1]:
        file.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises(DoubtfulFile):
            load(file, facts)


@pytest.mark.parametrize("kept", [0, 1, len(MAGIC), len(MAGIC) + 64, len(MAGIC) + 65, -1])
def test_a_file_cut_short_is_refused(file, facts, kept):
    file.write_bytes(file.read_bytes()[:kept])

    with pytest.raises(DoubtfulFile):
        load(file, facts)


def test_a_file_with_something_behind_its_end_is_refused(file, facts):
    file.write_bytes(file.read_bytes() + b"\n")

    with pytest.raises(DoubtfulFile, match="damaged"):
        load(file, facts)


@pytest.mark.parametrize(
    "other",
    [{"state": "c" * 64}, {"state": ""}, {"zone": ZoneInfo("Europe/Brussels")}],
    ids=["another state", "a state without a hash", "another zone"],
)
def test_a_file_of_another_register_is_refused(file, facts, other):
    with pytest.raises(DoubtfulFile, match="another state"):
        load(file, replace(facts, **other))


def test_a_file_that_is_not_there_is_doubtful(tmp_path, facts):
    with pytest.raises(DoubtfulFile):
        load(tmp_path / "standing", facts)


def test_a_folder_in_the_place_of_the_file_is_doubtful(tmp_path, facts):
    with pytest.raises(DoubtfulFile):
        load(tmp_path, facts)


def test_a_snapshot_that_has_learnt_is_not_saved(tmp_path, facts):
    snapshot = Snapshot.build(facts)
    snapshot.learn(added=[], closed=[(1, "alpha", "club", 2)], number=2, state="b" * 64)

    with pytest.raises(ValueError, match="saved as it was compiled"):
        save(snapshot, tmp_path / "standing")


def test_saving_leaves_no_draft_behind_and_nobody_else_may_look_into_the_folder(file):
    assert [path.name for path in file.parent.iterdir()] == ["standing"]
    assert file.parent.stat().st_mode & 0o077 == 0


def test_an_empty_register_can_be_saved_and_loaded(tmp_path):
    facts = oracle.Register().facts()

    save(Snapshot.build(facts), tmp_path / "standing")

    assert load(tmp_path / "standing", facts).pairs() == []
