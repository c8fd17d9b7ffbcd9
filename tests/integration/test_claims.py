"""The claims of the two pages of packs/nato: how many are judged, how many as a human labelled them, and by what."""

from __future__ import annotations

import csv
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cordiale.domain.claims.values import Verdict
from tests.databases import ROOT
from tests.makers import copy_of, load, outsider

PACK = ROOT / "packs/nato"
LABELS = {"yes": "agree", "partly": "partly", "no": "disagree", "unknown": "cannot tell"}
KEY = ("source", "locator", "kind", "subject", "predicate", "object", "date_or_period")


def labelled() -> dict[tuple[str, ...], str]:
    """Each claim with what a human found."""
    with (PACK / "seed_claims.csv").open(encoding="utf-8", newline="") as rows:
        return {tuple(row[name] for name in KEY): LABELS[row["agrees_with_register"]] for row in csv.DictReader(rows)}


def judged():
    """Each claim with what the register finds."""
    from cordiale.apps.register.reads.claims import claims

    return {
        (source, one.locator, one.kind, one.subject, one.predicate, one.object, one.date_or_period): one
        for source in sorted({key[0] for key in labelled()})
        for one in claims(outsider, source=source)
    }


def test_every_claim_of_the_pages_is_answered(nato):
    assert judged().keys() == labelled().keys()


def test_at_least_ninety_claims_are_judged_and_nineteen_in_twenty_as_labelled(nato):
    labels = labelled()

    verdicts = {key: one.verdict for key, one in judged().items() if one.verdict is not Verdict.CANNOT_TELL}

    assert len(verdicts) >= 90
    assert sum(verdict.value == labels[key] for key, verdict in verdicts.items()) / len(verdicts) >= 0.95


def test_every_difference_from_a_label_is_explained_in_the_documents(nato):
    labels, page = labelled(), (ROOT / "docs/explanation/claims.md").read_text(encoding="utf-8")

    differing = [
        key for key, one in judged().items() if one.verdict.value not in (labels[key], Verdict.CANNOT_TELL.value)
    ]

    assert [key for key in differing if f"`{key[3]} {key[4]} {key[5]}`" not in page] == []


def test_no_claim_labelled_wrong_is_confirmed_and_none_labelled_right_is_refused(nato):
    labels = labelled()

    upside_down = [key for key, one in judged().items() if {one.verdict.value, labels[key]} == {"agree", "disagree"}]

    assert upside_down == []


def test_labels_are_no_input(nato, tmp_path):
    before = {key: (one.verdict, one.reason) for key, one in judged().items()}
    changed = copy_of(PACK, tmp_path / "nato")
    text = (changed / "seed_claims.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    with (changed / "seed_claims.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(text)
        writer = csv.DictWriter(file, rows.fieldnames or (), lineterminator="\n")
        writer.writeheader()
        turned = {"yes": "no", "no": "yes", "partly": "unknown", "unknown": "partly"}
        for row in rows:
            writer.writerow(row | {"agrees_with_register": turned[row["agrees_with_register"]], "explanation": "x"})

    load(changed)

    assert {key: (one.verdict, one.reason) for key, one in judged().items()} == before


def test_the_columns_a_human_filled_in_are_not_even_loaded(nato):
    with CaptureQueriesContext(connection) as queries:
        judged()

    asked = " ".join(query["sql"] for query in queries.captured_queries)
    assert '"claim"' in asked
    assert "agrees_with_register" not in asked
    assert "explanation" not in asked


def test_a_long_page_takes_no_more_queries_than_a_short_one(nato):
    from cordiale.apps.register.reads.claims import claims

    numbers = []
    claims(outsider, source="landcom-cooperative-security")  # compiles the register
    for source in ("landcom-cooperative-security", "estonian-mfa-2021"):
        with CaptureQueriesContext(connection) as queries:
            claims(outsider, source=source)
        numbers.append(len(queries))

    assert numbers[0] == numbers[1] <= 40


def test_a_source_without_claims_has_none(nato):
    from cordiale.apps.register.reads.claims import claims

    assert claims(outsider, source="nato-topic-md-2024") == []


def test_a_source_that_is_not_there_is_refused(nato):
    from cordiale.apps.register.reads.claims import NoSuchSource, claims

    with pytest.raises(NoSuchSource, match="no source"):
        claims(outsider, source="nobody")


def test_the_command_tells_every_claim_with_its_verdict_reason_and_facts(own_nato_database):
    done = own_nato_database.run("claims", "landcom-cooperative-security", "--format", "json")

    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert len(found) == 37
    assert all(
        one.keys() == {*KEY[1:], "verdict", "reason", "facts"} and one["verdict"] in LABELS.values() for one in found
    )
    assert found[0]["facts"][0].keys() == {"table", "row", "source", "says"}


@pytest.mark.parametrize("form", ["table", "csv"])
def test_the_command_prints_a_table_and_csv(own_nato_database, form):
    done = own_nato_database.run("claims", "landcom-cooperative-security", "--format", form)

    assert done.returncode == 0
    assert done.stdout.startswith("locator")
    assert ("37 claims: " in done.stdout) is (form == "table")


def test_the_command_refuses_an_unknown_source_in_one_line(own_nato_database):
    done = own_nato_database.run("claims", "nobody")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == 'Error: There is no source "nobody" in this register.\n'
