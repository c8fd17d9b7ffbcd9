"""Asking from the command line: what each command prints in each form, and how it refuses."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cordiale.apps.register.reads import standing as engine_reads
from cordiale.config.commands import main
from tests.makers import AT, assertion_of, owner, register_number

pytestmark = pytest.mark.usefixtures("nato")

STANDING = [
    "party", "framework", "on", "known", "answer", "status", "scope", "certainty", "since", "until", "source",
    "next_change", "lost",
]  # fmt: skip
CLAIM = [
    "assertion", "source", "precedence", "status", "scope", "valid_from", "valid_to", "says", "outcome", "locator",
    "note",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _engine_of_this_module(tmp_path_factory):
    """One engine for all tests here, whatever another test left in this process."""
    patch = pytest.MonkeyPatch()
    file = tmp_path_factory.mktemp("cache") / "standing"
    patch.setattr(engine_reads, "_kept", None)
    patch.setattr(engine_reads, "_snapshot_file", lambda: file)
    yield
    patch.undo()
    engine_reads._earlier.clear()


def cordiale(*arguments: str | Path, status: int = 0) -> str:
    """What a command prints; an exception it does not expect fails the test, and so does another exit code."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == status, (done.exit_code, done.output)
    assert "Traceback" not in done.output
    return done.stdout if status == 0 else done.stderr


def as_json(*arguments: str | Path) -> Any:
    return json.loads(cordiale(*arguments, "--format", "json"))


def as_csv(*arguments: str | Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(cordiale(*arguments, "--format", "csv"))))


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    return tmp_path / "questions.csv"


def test_a_standing_as_json_has_exactly_these_keys():
    found = as_json("standing", "fin", "pfp", "--on", "2000-01-01")

    assert list(found) == STANDING
    assert found == {
        "party": "fin",
        "framework": "pfp",
        "on": "2000-01-01",
        "known": register_number(),
        "answer": "in force",
        "status": "participating",
        "scope": "all",
        "certainty": "certain",
        "since": "1994-05-09",
        "until": "2023-04-04",
        "source": "wiki-pfp-2021",
        "next_change": "2023-04-04",
        "lost": [],
    }


def test_a_standing_with_scopes_names_them_and_one_with_why_every_claim():
    found = as_json("standing", "rus", "nrc", "--on", "2021-12-31", "--why")

    assert list(found) == [*STANDING, "scopes", "claims", "entitled", "roster_complete"]
    assert found["scopes"] == {"practical": "suspended", "political": "in force"}
    assert all(list(claim) == CLAIM for claim in found["claims"])
    assert (found["answer"], found["scope"], found["entitled"]) == ("suspended", "practical", False)


@pytest.mark.parametrize("party", ["mne", "mkd"])
def test_the_claim_that_montenegro_or_north_macedonia_was_a_partner_in_2021_is_shown_as_lost(party):
    found = as_json("standing", party, "pfp", "--on", "2021-12-31")

    assert (found["answer"], found["status"]) == ("not", "acceded-to-nato")
    assert [(claim["source"], claim["says"], claim["outcome"]) for claim in found["lost"]] == [
        ("estonian-mfa-2021", "in force", "lost")
    ]


def test_a_standing_as_csv_has_the_same_columns_and_names_the_losers():
    (found,) = as_csv("standing", "mne", "pfp", "--on", "2021-12-31")

    assert list(found) == STANDING
    assert (found["answer"], found["lost"]) == ("not", "estonian-mfa-2021: participating")


def test_a_standing_as_table_says_it_in_a_sentence():
    text = cordiale("standing", "mne", "pfp", "--on", "2021-12-31")

    assert text.startswith("mne in pfp on 2021-12-31: not\n")
    assert "1 claim(s) say otherwise; add --why to see them." in text
    assert "estonian-mfa-2021" in cordiale("standing", "mne", "pfp", "--on", "2021-12-31", "--why")


def test_a_standing_of_which_no_source_speaks_says_so():
    text = cordiale("standing", "jpn", "pfp", "--on", "2021-12-31")
    found = as_json("standing", "jpn", "pfp", "--on", "2021-12-31")

    assert "no source speaks of this day; the roster is held complete" in text
    assert (found["answer"], found["status"], found["source"]) == ("not", None, None)


@pytest.mark.parametrize(
    ("party", "framework"),
    [("Finland", "Partnership for Peace"), ("FIN", "PfP"), ("Finlande", "pfp"), ("finland", "PFP")],
)
def test_a_party_and_a_framework_may_be_given_by_any_name(party, framework):
    found = as_json("standing", party, framework, "--on", "2000-01-01")

    assert (found["party"], found["framework"]) == ("fin", "pfp")


def test_questions_from_a_file_are_answered_in_its_order(questions):
    lines = ["fin,pfp,2000-01-01", "deu,nato,1955-05-05", "fin,pfp,1993-01-01", "deu,nato,1955-05-06"] * 3
    questions.write_text("party,framework,on\n" + "\n".join(lines), encoding="utf-8")

    found = as_json("standing", "--from", questions)
    rows = as_csv("standing", "--from", questions)

    assert [",".join((one["party"], one["framework"], one["on"])) for one in found] == lines
    assert [one["answer"] for one in found] == ["in force", "disputed", "not", "in force"] * 3
    assert [row["answer"] for row in rows] == [one["answer"] for one in found]
    assert cordiale("standing", "--from", questions).count("\n") == len(lines) + 2


def test_questions_may_leave_out_the_day_and_hold_more_columns_in_any_order(questions):
    questions.write_bytes('\ufeffnote,framework,party\r\n"a, b",pfp,Türkiye\r\n'.encode())

    (found,) = as_json("standing", "--from", questions, "--on", "2000-01-01")

    assert (found["party"], found["framework"], found["on"]) == ("tur", "pfp", "2000-01-01")


def test_a_file_of_no_questions_is_answered_by_no_answers(questions):
    questions.write_text("party,framework,on\n", encoding="utf-8")

    assert as_json("standing", "--from", questions) == []


# what stands in the file, what is told
BAD_FILES = [
    (b"party,framework,on\nfin,pfp,2000-01-01\nfin,pfp,2000-02-30\n", ':3: on: "2000-02-30"'),
    (b"party,framework,on\nfin,pfp,2000\n", ':2: on: "2000"'),
    (b"party,framework,on\nfin,,2000-01-01\n", ":2: party and framework are both needed"),
    (b"party,framework,on\n,pfp,2000-01-01\n", ":2: party and framework are both needed"),
    (b"party,framework,on\nfin\n", ":2: party and framework are both needed"),
    (b"party,on\nfin,2000-01-01\n", ":1: the columns party and framework are needed"),
    (b"fin,pfp,2000-01-01\nfin,pfp,2001-01-01\n", ":1: the columns party and framework are needed"),
    (b"party,framework,on\nfin,pfp,2000-01-01\nzzz,pfp,2000-01-01\n", ":3:"),
    (b"party,framework,on\nfin,zzz,2000-01-01\n", ":2:"),
    (b"party,framework,on\nfin,pfp,1799-12-31\n", ":2:"),
    (b"party,framework,on\nfin,pfp,\xff\n", "UTF-8"),
    (b'party,framework,on\n"fin,pfp,2000-01-01\n', "CSV"),
    (b"party,framework,on\nfin,pfp,2000-01-01,more\n", ":2:"),
    (b"party,framework,on\n\nfin,pfp,2000-02-30\n", ":3: on:"),
    (b"\x00\x01", ""),
    (b"", ":1: the columns party and framework are needed"),
]


@pytest.mark.parametrize(("content", "told"), BAD_FILES)
def test_a_file_that_cannot_be_answered_is_refused_with_its_line(questions, content, told):
    questions.write_bytes(content)

    error = cordiale("standing", "--from", questions, status=1)

    assert told in error
    assert "questions.csv" in error


def test_a_composition_as_json_has_exactly_these_keys():
    found = as_json("composition", "eapc", "--on", "2021-12-31")

    assert list(found) == ["framework", "on", "known", "seats", "count", "by_answer"]
    assert (found["framework"], found["on"], found["known"]) == ("eapc", "2021-12-31", register_number())
    assert all(list(seat) == ["party", "answer"] for seat in found["seats"])
    assert (found["count"], found["by_answer"]) == (50, {"in force": 49, "unclear": 1})
    assert [seat["party"] for seat in found["seats"]] == sorted(seat["party"] for seat in found["seats"])


def test_a_composition_as_csv_and_table_lists_the_same_seats():
    rows = as_csv("composition", "patg", "--on", "2021-12-31")
    text = cordiale("composition", "patg", "--on", "2021-12-31")

    assert [list(row) for row in rows] == [["party", "answer", "certainty"]] * 9
    assert [row["party"] for row in rows if row["answer"] == "suspended"] == ["afg"]
    assert "9 seats: " in text
    assert "8 in force" in text
    assert "1 suspended" in text


def test_a_composition_of_nobody_is_no_error():
    found = as_json("composition", "pfp", "--on", "1990-01-01")

    assert (found["seats"], found["count"], found["by_answer"]) == ([], 0, {})
    assert "0 seats: none" in cordiale("composition", "pfp", "--on", "1990-01-01")


def test_an_audience_as_json_has_exactly_these_keys():
    found = as_json("audience", "PfP, MD and Japan except Belarus", "--on", "2021-12-31")

    assert list(found) == ["expression", "on", "known", "parties", "count"]
    assert (found["expression"], found["count"]) == ("jpn, md, pfp except blr", 26)
    assert found["parties"] == sorted(found["parties"])
    assert len(found["parties"]) == 26


def test_an_audience_lists_those_with_a_seat_when_the_roster_is_asked_for():
    entitled = as_csv("audience", "pfp", "--on", "2021-12-31")
    seated = as_csv("audience", "pfp", "--on", "2021-12-31", "--roster")

    assert {row["party"] for row in seated} - {row["party"] for row in entitled} == {"blr", "rus"}
    assert "pfp: 20 on 2021-12-31" in cordiale("audience", "pfp", "--on", "2021-12-31", "--roster")


def test_a_roster_has_the_parties_of_the_composition():
    for framework in ("pfp", "eapc", "patg", "nato", "ici", "md", "nrc"):
        for on in ("1995-02-15", "2005-02-15", "2014-03-15", "2021-12-31"):
            seats = [seat["party"] for seat in as_json("composition", framework, "--on", on)["seats"]]
            assert as_json("audience", framework, "--on", on, "--roster")["parties"] == seats


def test_conflicts_name_both_sides_open_ones_first():
    found = as_json("conflicts")
    rows = as_csv("conflicts", "--party", "deu", "--framework", "nato")

    states = [one["state"] for one in found]
    assert states == sorted(states, reverse=True)
    assert set(states) == {"open", "decided"}
    side = ["assertion", "source", "precedence", "status", "says"]
    for one in found:
        sides = ("one", "other") if one["state"] == "open" else ("counts", "lost")
        assert list(one) == ["party", "framework", "scope", "from", "until", "state", *sides]
        assert all(list(one[which]) == side for which in sides)
    assert rows[0]["state"] == "open"
    assert {row["party"] for row in rows} == {"deu"}
    assert cordiale("conflicts").splitlines()[0].split() == [
        "state", "framework", "party", "scope", "from", "until", "counts", "says", "against", "which", "says",
    ]  # fmt: skip


def test_conflicts_of_nothing_are_none():
    assert as_json("conflicts", "--party", "jpn", "--framework", "nato") == []


def test_claims_of_a_page_are_listed_with_verdict_and_reason():
    found = as_json("claims", "estonian-mfa-2021")

    assert {"locator", "subject", "predicate", "object", "verdict", "reason"} <= set(found[0])
    assert {one["verdict"] for one in found} <= {"agree", "disagree", "partly", "cannot tell"}
    assert len(as_csv("claims", "estonian-mfa-2021")) == len(found)


def test_a_difference_lists_who_moved():
    found = as_json("diff", "2021-12-31", "2024-12-31", "--framework", "nato")

    assert found == [
        {"framework": "nato", "party": "fin", "before": "not", "after": "in force"},
        {"framework": "nato", "party": "swe", "before": "not", "after": "in force"},
    ]
    assert as_csv("diff", "2021-12-31", "2024-12-31", "--framework", "nato") == found
    assert as_json("diff", "2021-12-31", "2021-12-31") == []
    everywhere = as_json("diff", "2021-12-31", "2024-12-31")
    assert [one for one in everywhere if one["framework"] == "nato"] == found
    assert [(one["framework"], one["party"]) for one in everywhere] == sorted(
        (one["framework"], one["party"]) for one in everywhere
    )


LISTS = [
    ("parties", ["id", "kind", "name", "iso3"]),
    ("frameworks", ["id", "kind", "name", "established", "dissolved"]),
    ("sources", ["id", "precedence", "published", "publisher", "title"]),
]


@pytest.mark.parametrize(("command", "columns"), LISTS)
def test_a_list_has_these_columns_in_every_form(command, columns):
    found = as_json(command)

    assert all(list(one) == columns for one in found)
    assert [one["id"] for one in found] == sorted(one["id"] for one in found)
    assert as_csv(command) == found
    assert cordiale(command).splitlines()[0].split() == columns


@pytest.mark.parametrize(("command", "columns"), LISTS)
def test_a_list_of_a_day_or_an_audience_is_a_part_of_it(command, columns):
    every = {one["id"] for one in as_json(command)}
    on = {one["id"] for one in as_json(command, "--on", "1995-01-01")}
    within = {one["id"] for one in as_json(command, "--on", "2021-12-31", "--in", "md, jpn")}

    assert on < every
    assert within < every
    assert within


def test_lists_of_an_audience_hold_what_concerns_it():
    assert [one["id"] for one in as_json("parties", "--on", "2021-12-31", "--in", "ici, jpn")] == [
        "are", "bhr", "jpn", "kwt", "qat",
    ]  # fmt: skip
    assert {"ici"} <= {one["id"] for one in as_json("frameworks", "--on", "2021-12-31", "--in", "kwt")}
    assert "nato" not in {one["id"] for one in as_json("frameworks", "--on", "2021-12-31", "--in", "kwt")}


def test_what_was_known_and_what_was_published_can_be_asked():
    number = str(register_number())

    known = as_json("standing", "deu", "nato", "--on", "1955-05-05", "--known", number)
    nothing = as_json("standing", "deu", "nato", "--on", "1955-05-05", "--known", "0")
    published = as_json("standing", "deu", "nato", "--on", "1955-05-05", "--published-by", "2011-12-31")

    assert (known["answer"], known["known"]) == ("disputed", int(number))
    assert (nothing["answer"], nothing["known"]) == ("not known", 0)
    assert (published["answer"], published["known"]) == ("in force", int(number))


def test_what_is_known_now_is_what_was_asked_before_an_entry_changed_it():
    from cordiale.apps.register.writes.participation import retract

    number = register_number()
    before = as_json("standing", "jpn", "patg", "--on", "2021-12-31")
    for which in ("nato-jpd-jpn-2013", "nato-jpd-jpn-news", "estonian-mfa-2021"):
        retract(assertion=assertion_of("jpn", "patg", source=which), reason="a test", by=owner, at=AT)
    after = as_json("standing", "jpn", "patg", "--on", "2021-12-31")
    then = as_json("standing", "jpn", "patg", "--on", "2021-12-31", "--known", str(number))

    assert (before["answer"], then) == ("in force", before)
    assert after["known"] == number + 3


# a command that is refused, what is told, the exit code
REFUSED = [
    (("standing", "atlantis", "pfp"), 'There is no party "atlantis"', 1),
    (("standing", "fim", "pfp"), "did you mean", 1),
    (("standing", "fin", "pfpp"), 'did you mean "pfp"', 1),
    (("standing", "fin", "pfp", "--on", "2000-02-30"), '"2000-02-30" is no day; write yyyy-mm-dd', 2),
    (("standing", "fin", "pfp", "--on", "01.02.2000"), "is no day", 2),
    (("standing", "fin", "pfp", "--on", "20000101"), "is no day", 2),
    (("standing", "fin", "pfp", "--on", "2000-W01-1"), "is no day", 2),
    (("standing", "fin", "pfp", "--on", "1799-12-31"), "lies outside 1800 to 8999", 1),
    (("standing", "fin", "pfp", "--on", "9000-01-01"), "lies outside 1800 to 8999", 1),
    (("standing", "fin", "pfp", "--known", "999999"), "There is no ledger entry 999999", 1),
    (("standing", "fin", "pfp", "--known", str(10**30)), "There is no ledger entry", 1),
    (("standing", "fin", "pfp", "--known", "-1"), "-1", 2),
    (("standing", "fin", "pfp", "--known", "x"), "x", 2),
    (("standing", "fin", "pfp", "--published-by", "soon"), "is no day", 2),
    (("standing", "fin", "pfp", "--published-by", "1700-01-01"), "lies outside", 1),
    (("standing", "fin", "pfp", "--format", "xml"), "xml", 2),
    (("standing", "fin"), "Name a PARTY and a FRAMEWORK", 2),
    (("standing",), "Name a PARTY and a FRAMEWORK", 2),
    (("standing", "", "pfp"), "Name a PARTY and a FRAMEWORK", 2),
    (("standing", "--from", "no-such-file.csv"), "no-such-file.csv", 2),
    (("standing", "--from", "."), "is a directory", 2),
    (("composition", "nothing"), 'There is no framework "nothing"', 1),
    (("composition", "nothing", "--known", "1"), 'There is no framework "nothing"', 1),
    (("composition", "pfp", "--known", "999999"), "There is no ledger entry 999999", 1),
    (("composition",), "FRAMEWORK", 2),
    (("audience", "pfp except"), "stops too early", 1),
    (("audience", "everyone"), "is refused", 1),
    (("audience", "pfp, jpan"), "Did you mean: pfp, japan", 1),
    (("audience", ""), "is empty", 1),
    (("audience", "pfp", "--on", "1799-01-01"), "lies outside", 1),
    (("audience", "pfp", "--known", "999999"), "There is no ledger entry", 1),
    (("conflicts", "--party", "atlantis"), 'There is no party "atlantis"', 1),
    (("conflicts", "--framework", "nothing"), 'There is no framework "nothing"', 1),
    (("claims", "no-such-page"), "no-such-page", 1),
    (("diff", "2021-12-31"), "SECOND", 2),
    (("diff", "2021-12-31", "tomorrow"), "is no day", 2),
    (("diff", "1799-12-31", "2021-12-31"), "lies outside", 1),
    (("diff", "2021-12-31", "2024-12-31", "--framework", "nothing"), 'There is no framework "nothing"', 1),
    (("parties", "--in", "nobody, nothing"), "is no country", 1),
    (("parties", "--on", "1799-12-31"), "lies outside", 1),
    (("frameworks", "--in", "except pfp"), "cannot begin", 1),
    (("sources", "--on", "9000-01-01"), "lies outside", 1),
]


@pytest.mark.parametrize(
    ("arguments", "told", "status"),
    REFUSED,
    ids=lambda value: " ".join(map(str, value))[:60] if isinstance(value, tuple) else None,
)
def test_what_people_get_wrong_is_told_and_never_shown_as_a_traceback(arguments, told, status):
    error = cordiale(*arguments, status=status)

    assert told in error
    assert len(error.splitlines()) <= 8


def test_a_file_and_a_party_cannot_both_be_asked_about(questions):
    questions.write_text("party,framework,on\n", encoding="utf-8")

    assert "Give either PARTY and FRAMEWORK" in cordiale("standing", "fin", "--from", questions, status=2)
