"""The API keeps the promise of its OpenAPI document: Schemathesis asks as anybody could, rightly and wrongly."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SUMMARY = re.compile(r"API Operations:\n +Selected: (\d+)/(\d+)\n +Tested: (\d+)")
CASES = re.compile(r"Test cases:\n +(\d+) generated")


def attack(address: str, folder: Path, *more: str, phases: str, examples: int) -> str:
    """What Schemathesis prints; a breach of the document, or an answer of 500 and above, fails the test."""
    done = subprocess.run(
        [
            SCHEMATHESIS,
            f"--config-file={HERE / 'schemathesis.toml'}",
            "run",
            f"{address}/api/v1/openapi.json",
            "--checks=all",
            f"--phases={phases}",
            f"--max-examples={examples}",
            "--no-color",
            *more,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=1_500,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    return done.stdout


def test_the_api_answers_as_its_document_says_whatever_anybody_asks(served: str, tmp_path: Path):
    said = attack(served, tmp_path, phases="examples,coverage,fuzzing", examples=25)

    selected, known, tested = (int(number) for number in SUMMARY.search(said).groups())  # type: ignore[union-attr]
    assert selected == known == tested >= 19
    assert int(CASES.search(said)[1]) > 1_000  # type: ignore[index]


def test_it_keeps_its_promise_to_the_holder_of_a_token_too(served: str, token: str, tmp_path: Path):
    chosen = [f"--include-operation-id={name}" for name in ("viewer", "register", "party", "changes")]
    holding = f"--header=Authorization: Bearer {token}"

    said = attack(served, tmp_path, holding, *chosen, phases="examples,coverage", examples=5)

    selected, _known, tested = (int(number) for number in SUMMARY.search(said).groups())  # type: ignore[union-attr]
    assert selected == tested == len(chosen)


@pytest.mark.long
def test_the_api_answers_as_its_document_says_for_many_more_questions(served: str, tmp_path: Path):
    attack(served, tmp_path, phases="examples,coverage,fuzzing,stateful", examples=400)
