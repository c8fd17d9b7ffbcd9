"""What pack.toml may say, and how it is told what is wrong with it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from cordiale.domain.participation import Answer, Scope
from cordiale.domain.period import parse_when
from cordiale.engines.packs.manifest import Body, Group, read_manifest
from tests.makers import SMALL

TEXT = SMALL["pack.toml"]

# old text, new text, line, what the writer is told
FAULTS = [
    ("format = 1", "format = 2", 1, "format: write format = 1, the format this version reads"),
    ("format = 1\n", "", 0, "format: write format = 1"),
    ('id = "small"', 'id = "Small"', 2, 'id: "Small" is no id'),
    ('title = "Invented partnerships"', 'title = "  "', 3, 'title: is missing; write title = "..."'),
    ('edition = "2026-01-01"', "edition = 2026-01-01", 4, "edition: is missing"),
    ('host = "host"', 'host = "The Host"', 5, 'host: "The Host" is no id'),
    ('membership = "union"', "", 0, "membership: is missing"),
    ('zone = "Europe/Brussels"', 'zone = "Europe/Atlantis"', 7, 'zone: "Europe/Atlantis" is no time zone'),
    ('zone = "Europe/Brussels"', 'zone = "../../etc/passwd"', 7, "is no time zone"),
    ('zone = "Europe/Brussels"', 'zone = "Europe"', 7, "is no time zone"),
    ('coverage_to = "2026"', 'coverage_to = "2026-13"', 8, 'coverage_to: "2026-13" is not in the calendar'),
    ('answer = "suspended"', 'answer = "perhaps"', 0, "statuses.suspended: every answer must be one of in force"),
    ('answer = "suspended"', 'answer = "disputed"', 0, "statuses.suspended: every answer must be one of"),
    ('answer = "suspended"', "", 0, "statuses.suspended: every answer must be one of"),
    ('answer = "suspended"', 'answer = ["suspended"]', 0, "statuses.suspended: every answer must be one of"),
    ('{ club = "in force" }', '{ club = "yes" }', 0, "statuses.observer: every answer must be one of"),
    ('{ club = "in force" }', '["club"]', 0, "statuses.observer: every answer must be one of"),
    ('name = "Suspended"', "name = 5", 0, 'statuses.suspended: needs a name, such as name = "Member"'),
    ('council = "The Council"', 'council = ""', 0, 'bodies.council: needs a name, such as council = "The Council"'),
    ('council = "The Council"', "council = 5", 0, "bodies.council: needs a name"),
    ('parties = ["alpha"]', 'parties = "alpha"', 0, "bodies.assembly: needs a name"),
    ('forum = "disc"', 'forum = "disc"\n\n[groups.all]\nname = "All"', 32, "groups.all: needs a name and an audience"),
    ('forum = "disc"', 'forum = "disc"\n\n[groups]\nall = "alpha"', 0, "groups.all: needs a name and an audience"),
    ('forum = "disc"', 'forum = "star"', 0, "marks: maps framework ids to shapes; each shape is one of plain"),
    ('about = "', 'local_suspension = "club"\nabout = "', 10, "local_suspension: lists ids of frameworks, such as"),
    ('about = "', 'spared_scopes = ["all"]\nabout = "', 10, "spared_scopes: lists scopes; each is one of practical, "),
    ('about = "', 'spared_scopes = "political"\nabout = "', 10, "spared_scopes: lists scopes"),
    ('about = "', 'colour = "red"\nabout = "', 10, "colour: is not known here; remove it or correct its spelling"),
]


def faults_after(old: str, new: str) -> list[tuple[int, str]]:
    assert TEXT.count(old) == 1
    manifest, faults = read_manifest(TEXT.replace(old, new))
    assert manifest is None
    return [(fault.line, fault.what) for fault in faults]


def test_a_manifest_says_whose_partnerships_these_are_in_which_words():
    manifest, faults = read_manifest(TEXT)

    assert faults == []
    assert manifest is not None
    assert (manifest.id, manifest.host, manifest.membership) == ("small", "host", "union")
    assert manifest.zone == ZoneInfo("Europe/Brussels")
    assert manifest.coverage_to == parse_when("2026")
    assert manifest.bodies == {"council": Body("The Council"), "assembly": Body("The Assembly", ("alpha",))}
    assert manifest.marks == {"forum": "disc"}
    assert manifest.text == TEXT


def test_a_manifest_may_name_audiences():
    manifest, faults = read_manifest(f'{TEXT}\n[groups.neighbours]\nname = "Neighbours"\naudience = "forum, alpha"\n')

    assert faults == []
    assert manifest is not None
    assert manifest.groups == {"neighbours": Group("Neighbours", "forum, alpha")}


def test_a_manifest_may_say_where_a_suspension_does_not_count():
    told = 'local_suspension = ["club"]\nspared_scopes = ["political"]\n'
    manifest, faults = read_manifest(f"{told}{TEXT}")

    assert faults == []
    assert manifest is not None
    assert manifest.local_suspension == ("club",)
    assert manifest.spared_scopes == {Scope.POLITICAL}


@pytest.mark.parametrize(("framework", "answer"), [("club", Answer.IN_FORCE), ("forum", Answer.NOT)])
def test_a_framework_may_read_a_status_differently(framework, answer):
    manifest, _ = read_manifest(TEXT)

    assert manifest is not None
    assert manifest.answer(status="observer", framework=framework) is answer


@pytest.mark.parametrize(("old", "new", "line", "told"), FAULTS)
def test_what_is_wrong_is_told_with_its_line_where_it_has_one(old, new, line, told):
    found = faults_after(old, new)

    assert any(told in what for _, what in found), found
    if line:
        assert any(told in what and at == line for at, what in found), found


def test_all_that_is_wrong_is_told_at_once():
    manifest, faults = read_manifest("colour = 'red'")

    told = [str(fault).split(": ")[1] for fault in faults]
    assert manifest is None
    assert set(told) >= {"format", "id", "title", "edition", "host", "membership", "zone", "terms", "about", "statuses"}
    assert "colour" in told


def test_what_is_no_toml_is_told_with_the_place_that_breaks_it():
    manifest, faults = read_manifest(TEXT.replace("[marks]", "[marks"))

    assert manifest is None
    assert len(faults) == 1
    assert "is not TOML" in faults[0].what
    assert "line 29, column 7" in faults[0].what


@pytest.mark.parametrize("bodies", ['bodies = "council"', "bodies = 5"])
def test_bodies_that_are_no_table_are_told(bodies):
    text = TEXT.replace(
        '[bodies]\ncouncil = "The Council"\nassembly = { name = "The Assembly", parties = ["alpha"] }', ""
    )

    manifest, faults = read_manifest(f"{bodies}\n{text}")

    assert manifest is None
    assert any("bodies" in fault.what for fault in faults)


@pytest.mark.parametrize("statuses", ["statuses = 5", "[statuses]"])
def test_a_pack_without_a_status_is_told_how_to_write_one(statuses):
    head, _, rest = TEXT.partition("[statuses.member]")
    text = f"{head}{statuses}\n[bodies]{rest.partition('[bodies]')[2]}"

    _, faults = read_manifest(text)

    assert any("statuses: defines no status; write a table such as [statuses.member]" in str(f) for f in faults)
