"""What a status answers to "does it take part?", in the packs that come with Cordiale."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordiale.domain.participation import STATUS_ANSWERS, Answer
from cordiale.engines.packs.manifest import Manifest, read_manifest

PACKS = Path(__file__).resolve().parents[2] / "packs"

# pack, status, framework, answer
ANSWERS = [
    ("nato", "member", "nato", "in force"),
    ("nato", "participating", "pfp", "in force"),
    ("nato", "suspended", "pfp", "suspended"),
    ("nato", "unclear", "eapc", "unclear"),
    ("nato", "invited", "ici", "not"),
    ("nato", "withdrawn", "eapc", "not"),
    ("nato", "ended", "pfp", "not"),
    ("nato", "acceded-to-nato", "pfp", "not"),
    ("asean", "member", "asean", "in force"),
    ("asean", "participating", "arf", "in force"),
    ("asean", "suspended", "arf", "suspended"),
    ("asean", "unclear", "arf", "unclear"),
    ("asean", "invited", "arf", "not"),
    ("asean", "withdrawn", "dp", "not"),
    ("asean", "ended", "dp", "not"),
    ("asean", "observer", "arf", "not"),
    ("asean", "observer", "obs", "in force"),
]


def manifest(pack: str) -> Manifest:
    read, faults = read_manifest((PACKS / pack / "pack.toml").read_text(encoding="utf-8"))
    assert read is not None, faults
    return read


@pytest.mark.parametrize(("pack", "status", "framework", "answer"), ANSWERS)
def test_a_status_answers_whether_the_party_takes_part(pack, status, framework, answer):
    assert manifest(pack).answer(status=status, framework=framework) == answer


@pytest.mark.parametrize("pack", ["nato", "asean"])
def test_the_table_above_names_every_status_of_a_pack(pack):
    assert {status for of, status, _, _ in ANSWERS if of == pack} == set(manifest(pack).statuses)


def test_no_single_status_can_answer_disputed_or_not_known():
    assert set(Answer) - set(STATUS_ANSWERS) == {Answer.DISPUTED, Answer.NOT_KNOWN}
