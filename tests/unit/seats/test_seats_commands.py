"""`cordiale seats`, as a desk runs it: files in, files out, killed and started again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from cordiale.config.commands.seats import seats
from tests.databases import CORDIALE, ROOT

POLICY = {"format": "cordiale-seats-policy/1", "seed": "published in spring"}


def runs_in(folder: Path, *words: object) -> tuple[int, str]:
    """Run a command in a folder; its exit code, and what it printed."""
    env = {**os.environ, "CORDIALE_HOME": str(folder / "home")}
    done = subprocess.run(
        [CORDIALE, "seats", *map(str, words)], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def cordiale(tmp_path):
    """Runs a command in a folder of the test's own."""
    return partial(runs_in, tmp_path)


@pytest.fixture(scope="module")
def solved_once(tmp_path_factory):
    """A folder with an instance of 40 activities and its official result; and what was said when it was made."""
    folder = tmp_path_factory.mktemp("solved")
    (folder / "policy.json").write_text(json.dumps(POLICY))
    assert runs_in(folder, "generate", *sized(40, 8, 200), "--out", "asked.json") == (0, "")
    code, said = runs_in(folder, "solve", "asked.json", "--policy", "policy.json", "--out", "result.json")
    assert code == 0, said
    return folder, said


@pytest.fixture
def solved(solved_once, tmp_path):
    """The same in the test's own folder."""
    folder, said = solved_once
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return said


def sized(activities: int, parties: int, lines: int) -> list[object]:
    return ["--activities", activities, "--parties", parties, "--lines", lines, "--seed", 3]


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text("utf-8"))


def blocks(kind: str) -> list[str]:
    """What stands in the blocks of a kind in the reference page."""
    page = (ROOT / "docs/reference/seats.md").read_text("utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_example_of_the_reference_says_what_comes_out(cordiale, tmp_path):
    [asked], [solved, explained, *_] = blocks("json"), blocks("text")
    (tmp_path / "asked.json").write_text(asked)

    code, said = cordiale("solve", "asked.json", "--out", "result.json")

    assert code == 0
    assert said.startswith(solved)
    assert cordiale("explain", "asked.json", "result.json") == (0, explained)
    assert cordiale("check", "asked.json", "result.json")[0] == 0


def test_schemas_take_what_is_written_and_refuse_what_is_refused(cordiale, solved, tmp_path):
    asked = read(tmp_path, "asked.json")
    for form, right in (("cordiale-seats/1", asked), ("cordiale-seats-policy/1", POLICY)):
        schema = json.loads(cordiale("schema", form)[1])
        assert jsonschema_rs.is_valid(schema, right)
        assert not jsonschema_rs.is_valid(schema, {**right, "colour": "red"})
    asked["lines"][0]["seats"] = "two"
    assert not jsonschema_rs.is_valid(json.loads(cordiale("schema", "cordiale-seats/1")[1]), asked)


def test_a_result_is_complete_right_and_replayed(cordiale, solved, tmp_path):
    assert solved.count("(proven)") == 4
    assert cordiale("check", "asked.json", "result.json") == (0, "Nothing is wrong with it.\n")
    assert cordiale("replay", "result.json") == (0, "The run came to the same end.\n")
    assert not list(tmp_path.glob("*.checkpoint"))


def test_a_preview_is_right_and_replayed(cordiale, solved):
    code, said = cordiale("solve", "asked.json", "--tier", "preview", "--out", "preview.json")

    assert (code, "nothing is proven" in said) == (0, True)
    assert cordiale("check", "asked.json", "preview.json")[0] == 0
    assert cordiale("replay", "preview.json")[0] == 0


def test_a_result_that_somebody_changed_is_refused(cordiale, solved, tmp_path):
    result = read(tmp_path, "result.json")
    line = next(iter(result["seats"]))
    del result["seats"][line]
    (tmp_path / "result.json").write_text(json.dumps(result))

    code, said = cordiale("check", "asked.json", "result.json")

    assert code == 1
    assert "The result is wrong" in said
    assert cordiale("replay", "result.json")[0] == 1


def test_every_line_that_got_less_is_explained(cordiale, solved, tmp_path):
    refused = read(tmp_path, "result.json")["refusals"]

    code, said = cordiale("explain", "asked.json", "result.json")
    one = cordiale("explain", "asked.json", "result.json", refused[0]["line"])
    nobody = cordiale("explain", "asked.json", "result.json", "n9999")

    assert code == 0
    assert said.count(": ") >= len(refused) > 10
    assert one[1].startswith(f"{refused[0]['line']}: {refused[0]['got']} of {refused[0]['asked']}\n")
    assert nobody == (1, "Error: asked.json has no line n9999.\n")


def test_after_a_withdrawal_everybody_keeps_what_they_have(cordiale, solved, tmp_path):
    before = read(tmp_path, "result.json")["seats"]
    line = min(before)

    code, said = cordiale("replan", "asked.json", "result.json", "--withdraw", line, "--out", "after.json")

    after = read(tmp_path, "after.json")
    assert code == 0, said
    assert cordiale("check", "asked.json", "after.json") == (0, "Nothing is wrong with it.\n")
    assert cordiale("check", "after.json", "after.json")[0] == 0
    assert cordiale("report", "asked.json", "after.json")[0] == 0
    assert after["replanned"]["withdrawn"] == [line]
    assert after["replanned"]["lost"][line] == before[line]
    assert not after["replanned"]["given_up"]
    assert all(after["seats"].get(one, 0) >= seats for one, seats in before.items() if one != line)


def test_a_cancelled_activity_gives_nothing_and_added_seats_are_given(cordiale, solved, tmp_path):
    result, asked = read(tmp_path, "result.json"), read(tmp_path, "asked.json")
    of = {line["id"]: line["activity"] for line in asked["lines"]}
    activity = of[min(result["seats"])]
    full = next(r["activity"] for one in result["refusals"] for r in one["reasons"] if r["code"] == "seats")

    code, said = cordiale("replan", "asked.json", "result.json", "--cancel", activity,
                          "--add-seats", f"{full}=3", "--out", "after.json")  # fmt: skip

    after = read(tmp_path, "after.json")
    assert code == 0, said
    assert activity in after["replanned"]["given_up"]
    assert not [line for line in after["seats"] if of[line] == activity]
    assert after["replanned"]["gained"]


def test_a_report_is_a_table_or_a_page(cordiale, solved, tmp_path):
    table = cordiale("report", "asked.json", "result.json")
    page = cordiale("report", "asked.json", "result.json", "--format", "html", "--out", "page.html")

    assert table[0] == page[0] == 0
    assert max(map(len, table[1].splitlines())) <= 100
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda asked: asked["lines"][4].update(seats="two"), "lines[4] (n005).seats: Input should be a valid integer"),
        (lambda asked: asked["lines"][4].update(party="p9"), "n005: no such party"),
        (lambda asked: asked["lines"][4].update(colour="red"), "lines[4] (n005).colour: Extra inputs"),
        (lambda asked: asked["lines"].append(asked["lines"][0]), "n001: the line is there twice"),
        (lambda asked: asked["parties"][0].update(budget=2**53), "parties[0] (p001).budget: Input should be less"),
        (lambda asked: asked["activities"][0].update(minimum=99), "a001: a minimum not from 0 to its seats"),
        (lambda asked: asked.update(format="other"), "format: Input should be 'cordiale-seats/1'"),
    ],
)
def test_bad_files_are_refused_with_their_place(cordiale, solved, tmp_path, change, told):
    asked = read(tmp_path, "asked.json")
    change(asked)
    (tmp_path / "asked.json").write_text(json.dumps(asked))

    code, said = cordiale("solve", "asked.json", "--out", "other.json")

    assert code == 1
    assert told in said
    assert not (tmp_path / "other.json").exists()


def test_a_deadline_gives_the_best_so_far_and_says_so(cordiale, tmp_path):
    cordiale("generate", *sized(140, 20, 1_000), "--out", "asked.json")

    code, said = cordiale("solve", "asked.json", "--deadline", "0", "--out", "result.json")

    assert (code, "Stopped before the end" in said) == (0, True)
    assert read(tmp_path, "result.json")["complete"] is False
    assert cordiale("check", "asked.json", "result.json")[0] == 0
    assert cordiale("replay", "result.json")[0] == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda result: result.pop("refusals"),
        lambda result: result.pop("asked"),
        lambda result: result["seats"].update(n999=1),
        lambda result: result.update(tier=["official"]),
        lambda result: result.update(made_by=3),
        lambda result: result["policy"].update(points=None),
        lambda result: result.update(replanned={"withdrawn": [[]], "cancelled": [], "added": {"a001": "x"}}),
    ],
)
@pytest.mark.parametrize("command", ["explain", "price", "prices", "report", "replan", "replay", "check"])
def test_a_wrong_result_is_refused_by_every_command(solved, tmp_path, monkeypatch, command, damage):
    result = read(tmp_path, "result.json")
    damage(result)
    (tmp_path / "result.json").write_text(json.dumps(result))
    words = {
        "explain": ["explain", "asked.json", "result.json"],
        "price": ["explain", "asked.json", "result.json", "n001", "--price"],
        "prices": ["prices", "asked.json", "result.json", "--out", "after.json"],
        "report": ["report", "asked.json", "result.json"],
        "check": ["check", "asked.json", "result.json"],
        "replay": ["replay", "result.json"],
        "replan": ["replan", "asked.json", "result.json", "--withdraw", "n001", "--out", "after.json"],
    }

    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(seats, words[command])

    assert (done.exit_code, type(done.exception)) == (1, SystemExit), done.exception
    assert "Error: " in done.output
    assert not (tmp_path / "after.json").exists()


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"format": "cordiale-seats-checkpoint/1"}'])
def test_a_checkpoint_that_is_none_is_passed_over(cordiale, solved, tmp_path, kept):
    whole = (tmp_path / "result.json").read_bytes()
    (tmp_path / "result.json.checkpoint").write_text(kept)

    code, said = cordiale("solve", "asked.json", "--policy", "policy.json", "--out", "result.json")

    assert (code, "Goes on" in said) == (0, False)
    assert (tmp_path / "result.json").read_bytes() == whole


@pytest.mark.parametrize("moment", ["between stages", "within a stage"])
def test_a_run_that_was_killed_goes_on_to_the_identical_file(cordiale, tmp_path, moment):
    cordiale("generate", *sized(140, 20, 1_000), "--out", "asked.json")
    assert cordiale("solve", "asked.json", "--out", "whole.json")[0] == 0
    env = {**os.environ, "CORDIALE_HOME": str(tmp_path / "home")}
    run = subprocess.Popen(
        [CORDIALE, "seats", "solve", "asked.json", "--out", "killed.json"], cwd=tmp_path, env=env,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert run.stderr is not None
    assert "reserves" in run.stderr.readline()
    if moment == "within a stage":
        time.sleep(0.3)  # fairness, the next one, takes longer
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    assert run.returncode == -signal.SIGKILL
    assert (tmp_path / "killed.json.checkpoint").exists()
    assert not (tmp_path / "killed.json").exists()
    left = read(tmp_path, "killed.json.checkpoint")
    left["missed"] += 1
    (tmp_path / "changed.json.checkpoint").write_text(json.dumps(left))
    changed = cordiale("solve", "asked.json", "--out", "changed.json")
    assert "Goes on" not in changed[1]
    assert (tmp_path / "changed.json").read_bytes() == (tmp_path / "whole.json").read_bytes()

    code, said = cordiale("solve", "asked.json", "--out", "killed.json")

    assert code == 0
    assert "Goes on after" in said
    assert (tmp_path / "killed.json").read_bytes() == (tmp_path / "whole.json").read_bytes()


def test_a_price_is_said_on_request(cordiale, tmp_path):
    (tmp_path / "asked.json").write_text(blocks("json")[0])
    cordiale("solve", "asked.json", "--out", "result.json")

    code, said = cordiale("explain", "asked.json", "result.json", "n4", "--price")
    assert code == 0
    assert said == blocks("text")[2]

    code, said = cordiale("explain", "asked.json", "result.json", "--price")
    assert code == 2
    assert "--price is of one LINE" in said

    cordiale("solve", "asked.json", "--tier", "preview", "--out", "preview.json")
    code, said = cordiale("explain", "asked.json", "preview.json", "n4", "--price")
    assert (code, "only of a whole official run" in said) == (1, True)


def test_what_the_rules_cost_is_said_and_kept(cordiale, tmp_path):
    (tmp_path / "asked.json").write_text(blocks("json")[0])
    cordiale("solve", "asked.json", "--out", "result.json")

    code, said = cordiale("prices", "asked.json", "result.json", "--out", "prices.json")

    assert code == 0
    assert said.endswith(blocks("text")[3])
    told = json.loads((tmp_path / "prices.json").read_text())
    assert told["format"] == "cordiale-seats-prices/1"
    assert {one["party"]: (one["first_seats"], one["alone"]) for one in told["parties"]} == {
        "north": (2, 3),
        "south": (1, 1),
    }


def test_only_of_the_best_allocation_it_is_said_what_the_rules_cost(cordiale, tmp_path):
    (tmp_path / "asked.json").write_text(blocks("json")[0])
    cordiale("solve", "asked.json", "--out", "result.json")
    cordiale("solve", "asked.json", "--tier", "preview", "--out", "preview.json")
    cordiale("solve", "asked.json", "--deadline", "0", "--out", "stopped.json")
    cordiale("replan", "asked.json", "result.json", "--withdraw", "n4", "--out", "after.json")
    assert not read(tmp_path, "stopped.json")["complete"]

    for file in ("preview.json", "stopped.json", "after.json"):
        code, said = cordiale("prices", "asked.json", file, "--out", "prices.json")
        assert (code, "only of a whole official run" in said) == (1, True)
        assert not (tmp_path / "prices.json").exists()


def test_schemas_say_what_goes_out(cordiale, tmp_path):
    form = json.loads(cordiale("schema", "cordiale-seats-result/1")[1])
    cordiale("generate", "--activities", "40", "--parties", "8", "--lines", "250", "--seed", "5", "--out", "asked.json")
    cordiale("solve", "asked.json", "--tier", "preview", "--out", "preview.json")
    cordiale("solve", "asked.json", "--out", "result.json")
    line, activity = next(iter(read(tmp_path, "result.json")["seats"])), read(tmp_path, "asked.json")["activities"][0]
    changes = ("--withdraw", line, "--add-seats", f"{activity['id']}=2")
    cordiale("replan", "asked.json", "result.json", *changes, "--out", "after.json")
    cordiale("prices", "asked.json", "result.json", "--out", "prices.json")

    for file in ("preview.json", "result.json", "after.json"):
        told = read(tmp_path, file)
        jsonschema_rs.validate(form, told)
        for key in told:
            broken = {**told, key: {"colour": "red"}}
            assert not jsonschema_rs.is_valid(form, broken), key
    jsonschema_rs.validate(json.loads(cordiale("schema", "cordiale-seats-prices/1")[1]), read(tmp_path, "prices.json"))
