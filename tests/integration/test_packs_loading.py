"""A pack is loaded whole or not at all; a new edition becomes corrections and retractions; an export is lossless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import models

from cordiale.apps.ledger import reads as ledger
from cordiale.apps.register.models import Assertion, PackEdition, SourceVersion
from cordiale.apps.register.reads.installation import NoPackLoaded, installation
from cordiale.apps.register.reads.integrity import first_altered
from cordiale.apps.register.reads.rows import MODELS
from cordiale.apps.register.writes.packs import AnotherPack, ChangedHere, RegisterMoved, load_pack, plan_load
from cordiale.apps.register.writes.participation import assert_participation, correct, end, retract
from cordiale.config.commands import main
from cordiale.domain.period import parse_when
from cordiale.domain.viewer import NotPermitted
from cordiale.engines.packs.cells import DATE, END, LANGUAGE, LONGEST_CELL, SPAN, TEXT
from cordiale.engines.packs.faults import BadPack
from cordiale.engines.packs.reading import read_pack
from cordiale.engines.packs.tables import BY_NAME, TABLES
from tests.databases import ROOT, OwnDatabase
from tests.makers import (
    AT,
    SMALL,
    add,
    assertion_of,
    can,
    edit,
    everything,
    ledger_number,
    load,
    owner,
    small_pack,
    statement,
)

HOW: dict[str, Any] = {"by": owner, "at": AT, "reason": "the Gazette says so"}
PACKS = ["nato", "asean"]


@pytest.fixture
def folder(tmp_path) -> Path:
    return small_pack(tmp_path / "small")


@pytest.fixture
def small(db, folder: Path) -> Path:
    """The invented pack, loaded as entry 1."""
    load(folder)
    return folder


@pytest.fixture
def two_databases(request, own_database) -> Iterator[tuple[OwnDatabase, OwnDatabase]]:
    """Two empty installations."""
    engine, place = request.getfixturevalue("_engine"), request.getfixturevalue("_new_place")
    other = engine.copy(request.getfixturevalue("migrated_database"), *place("other"))
    yield own_database, other
    engine.drop(other)


def cordiale(*arguments: str | Path) -> Result:
    """A command in this process, on the database of the test; what it does not expect comes up as it is."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


def files(folder: Path) -> dict[str, bytes]:
    """What a pack is made of."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in (".csv", ".toml")}


def cells(folder: Path) -> dict[str, list[tuple[str, ...]]]:
    """The rows of a pack; its columns may stand in another order, its lines end in another way."""
    return {table: [row.cells for row in rows] for table, rows in read_pack(folder).tables.items()}


def exported(folder: Path) -> dict[str, bytes]:
    done = cordiale("pack", "export", folder)
    assert done.exit_code == 0, done.output
    return files(folder)


class TestPacksThatComeWithCordiale:
    @pytest.mark.parametrize("name", PACKS)
    def test_loads_and_is_held_row_by_row(self, own_database, here, name):
        pack = read_pack(ROOT / "packs" / name)

        with here(own_database):
            assert cordiale("pack", "load", ROOT / "packs" / name).exit_code == 0

            held = {table: model._default_manager.filter(known_to=None).count() for table, model in MODELS.items()}
            assert held == {table: len(rows) for table, rows in pack.tables.items()}
            assert ledger_number() == 1
            assert installation(owner).id == name
            assert first_altered(owner) is None

    @pytest.mark.parametrize("name", PACKS)
    def test_comes_out_as_it_went_in_and_loads_the_same_elsewhere(self, two_databases, here, tmp_path, name):
        first, second = two_databases
        with here(first):
            cordiale("pack", "load", ROOT / "packs" / name)
            exported(tmp_path / "one")
            assert cells(tmp_path / "one") == cells(ROOT / "packs" / name)
        with here(second):
            assert cordiale("pack", "load", tmp_path / "one").exit_code == 0
            assert exported(tmp_path / "two") == files(tmp_path / "one")

    def test_comes_out_byte_for_byte(self, nato, tmp_path):
        assert exported(tmp_path / "nato") == files(ROOT / "packs/nato")

    def test_loading_again_does_nothing(self, nato):
        before = everything()

        done = cordiale("pack", "load", ROOT / "packs/nato")

        assert (done.exit_code, "is loaded already: nothing to do" in done.output) == (0, True)
        assert everything() == before

    def test_another_pack_is_refused(self, nato):
        before = everything()

        done = cordiale("pack", "load", ROOT / "packs/asean")

        assert done.exit_code == 1
        assert 'This installation runs on the pack "nato"; load "asean" into an installation of its own' in done.output
        assert everything() == before

    def test_a_first_load_can_be_previewed(self, db):
        done = cordiale("pack", "load", "--dry-run", ROOT / "packs/asean")

        assert done.exit_code == 0
        assert "parties.csv: + " in done.output
        assert done.output.endswith("0 corrected, 0 retracted, 0 in conflict; nothing was changed.\n")
        assert ledger_number() == 0


def rows_of(table: str) -> list[dict[str, Any]]:
    model: Any = MODELS[table]
    return list(model.objects.order_by("id").values())


class TestFirstLoad:
    def test_is_one_entry_with_its_reason(self, db, folder):
        load(folder, reason="to begin with")

        made = ledger.one(owner, number=1)
        assert made is not None
        assert (made.verb, made.subject, made.reason) == ("register.pack-loaded", "pack:small", "to begin with")
        assert ledger_number() == 1
        assert ledger.head(owner).register_number == 1

    def test_keeps_what_the_pack_says_of_itself(self, small):
        edition = PackEdition.objects.get()

        assert (edition.pack, edition.edition, edition.manifest) == ("small", "2026-01-01", SMALL["pack.toml"])

    def test_needs_the_permission(self, db, folder):
        with pytest.raises(NotPermitted, match=r"register\.load_pack"):
            load(folder, by=can("register.assert"))

        assert ledger_number() == 0

    def test_is_open_to_who_may_do_only_this(self, db, folder):
        assert load(folder, by=can("register.load_pack")) == 1

    def test_of_nothing_leaves_the_installation_without_a_pack(self, db):
        with pytest.raises(NoPackLoaded, match="No pack is loaded yet"):
            installation(owner)


def test_loading_the_same_edition_again_does_nothing(small):
    before = everything()

    assert load(small) is None
    assert everything() == before


def test_an_export_of_what_was_loaded_is_what_was_loaded(small, tmp_path):
    assert exported(tmp_path / "exported") == files(small)


def new_edition(folder: Path) -> Path:
    """Corrects two rows (one of them in its date), drops one, adds one."""
    edit(folder, "sources.csv", "The Gazette,Host", "The Gazette,The Host")
    edit(folder, "participation.csv", "alpha,forum,member,all,attested,1998,", "alpha,forum,member,all,attested,1999,")
    edit(folder, "cadences.csv", "forum,ministers,2,year,1997,,gazette\n", "")
    return add(folder, "party_names.csv", "beta,Republic of Beta,en,1990,,official,gazette")


class TestNewEdition:
    def test_is_printed_row_by_row_and_changes_nothing_in_a_dry_run(self, small):
        before = everything()

        done = cordiale("pack", "load", "--dry-run", new_edition(small))

        assert done.exit_code == 0
        assert done.output.splitlines() == [
            "sources.csv: ~ gazette, The Gazette, Host, https://example.org/gazette, 2001-05, en, 90",
            "sources.csv:   gazette, The Gazette, The Host, https://example.org/gazette, 2001-05, en, 90",
            "party_names.csv: + beta, Republic of Beta, en, 1990, , official, gazette",
            "participation.csv: ~ alpha, forum, member, all, attested, 1998, 2004-02, journal, gazette, , ",
            "participation.csv:   alpha, forum, member, all, attested, 1999, 2004-02, journal, gazette, , ",
            "cadences.csv: - forum, ministers, 2, year, 1997, , gazette",
            "1 added, 2 corrected, 1 retracted, 0 in conflict; nothing was changed.",
        ]
        assert everything() == before

    def test_that_is_the_same_would_change_nothing(self, small):
        assert cordiale("pack", "load", "--dry-run", small).output == "Nothing would change.\n"

    def test_is_one_entry_that_gives_its_reason(self, small):
        done = cordiale("pack", "load", new_edition(small), "--reason", "the Gazette was misread")

        made = ledger.one(owner, number=2)
        assert "as ledger entry 2: 1 added, 2 corrected, 1 retracted." in done.output
        assert made is not None
        assert (made.reason, made.actor) == ("the Gazette was misread", "system: command line")
        assert ledger.head(owner).register_number == 2

    def test_without_a_reason_names_the_edition(self, small):
        cordiale("pack", "load", new_edition(small))

        made = ledger.one(owner, number=2)
        assert made is not None
        assert made.reason == "edition 2026-01-01"

    @pytest.mark.parametrize("table", ["sources", "participation", "cadences", "party_names"])
    def test_closes_rows_and_rewrites_none(self, small, table):
        before = rows_of(table)

        load(new_edition(small))

        after = rows_of(table)[: len(before)]
        assert [row | {"known_to_id": None} for row in after] == before
        assert {row["known_to_id"] for row in after} <= {None, 2}

    def test_replaces_an_assertion_by_the_corrected_one(self, small):
        old = assertion_of("alpha", source="journal")

        load(new_edition(small))

        new = Assertion.objects.get(party="alpha", source="journal", known_to=None)
        assert (new.replaces_id, str(new.valid_from), new.pack) == (old, "1999", "small")
        assert Assertion.objects.get(pk=old).known_to_id == 2

    def test_is_what_comes_out_and_goes_in_again(self, small, tmp_path):
        load(new_edition(small))

        out = exported(tmp_path / "out")

        assert {name: sorted(text.splitlines()) for name, text in out.items()} == {
            name: sorted(text.splitlines()) for name, text in files(small).items() if name != "cadences.csv"
        }
        assert load(tmp_path / "out") is None

    def test_is_pinned_in_the_ledger(self, small):
        load(new_edition(small))

        assert ledger.fault(owner) is None
        assert first_altered(owner) is None

    def test_of_the_manifest_alone_is_an_entry_too(self, small):
        edit(small, "pack.toml", 'edition = "2026-01-01"', 'edition = "2026-02-01"')

        preview = cordiale("pack", "load", "--dry-run", small)
        done = cordiale("pack", "load", small)

        assert "pack.toml: edition 2026-02-01" in preview.output
        assert "as ledger entry 2: a new pack.toml." in done.output
        assert installation(owner).edition == "2026-02-01"
        assert list(PackEdition.objects.order_by("id").values_list("known_from_id", "known_to_id")) == [
            (1, 2),
            (2, None),
        ]

    def test_that_goes_back_to_an_older_one_brings_back_what_it_dropped(self, small, folder):
        kept = files(folder)
        load(new_edition(small))
        for name, text in kept.items():
            (small / name).write_bytes(text)

        load(small)

        assert {row["known_to_id"] for row in rows_of("cadences")} == {2, None}
        assert load(small) is None

    def test_is_refused_when_the_register_moved_since_it_was_compared(self, small):
        plan = plan_load(owner, pack=read_pack(new_edition(small)))
        assert_participation(statement=statement(), **HOW)
        before = everything()

        with pytest.raises(RegisterMoved, match="nothing was loaded"):
            load_pack(plan=plan, **HOW)

        assert everything() == before


class TestWhatWasDecidedHere:
    def test_survives_loading_the_same_edition(self, small):
        said = statement(party="beta", framework="club", status="observer", start="1992", until="1997")
        here = correct(assertion=assertion_of("beta", "club"), statement=said, **HOW)
        before = everything()

        assert load(small) is None
        assert everything() == before
        assert Assertion.objects.get(pk=here).known_to is None

    def test_survives_an_edition_that_changes_other_rows(self, small):
        gone = assertion_of("alpha", source="gazette")
        retract(assertion=gone, **HOW)

        load(add(small, "party_names.csv", "beta,Beta,en,,,short,gazette"))

        assert not Assertion.objects.filter(party="alpha", source="gazette", known_to=None).exists()

    def test_is_refused_to_be_overwritten_and_nothing_is_loaded(self, small):
        said = statement(party="alpha", start="1997-05-30", note="corrected here")
        correct(assertion=assertion_of("alpha", source="gazette"), statement=said, **HOW)
        edit(small, "participation.csv", "said twice", "said thrice")
        add(small, "party_names.csv", "beta,Beta,en,,,short,gazette")
        before = everything()

        done = cordiale("pack", "load", small)

        assert done.exit_code == 1
        assert "participation.csv:3:0: was changed here since the last edition" in done.output
        assert "Nothing was loaded." in done.output
        assert everything() == before

    def test_shows_in_a_preview_as_a_conflict(self, small):
        said = statement(party="alpha", start="1997-05-30", note="corrected here")
        correct(assertion=assertion_of("alpha", source="gazette"), statement=said, **HOW)

        done = cordiale("pack", "load", "--dry-run", edit(small, "participation.csv", "said twice", "said thrice"))

        assert "participation.csv: ! alpha, forum, member" in done.output
        assert "1 in conflict" in done.output

    def test_makes_the_load_itself_refuse(self, small):
        said = statement(party="alpha", start="1997-05-30", note="corrected here")
        correct(assertion=assertion_of("alpha", source="gazette"), statement=said, **HOW)
        edit(small, "participation.csv", "said twice", "said thrice")

        with pytest.raises(ChangedHere):
            load(small)

    def test_is_no_conflict_when_the_new_edition_says_the_same(self, small):
        said = statement(party="alpha", start="1997-05-30", locator="p. 2", note="said thrice")
        correct(assertion=assertion_of("alpha", source="gazette"), statement=said, **HOW)

        assert load(edit(small, "participation.csv", "said twice", "said thrice")) is None

    def test_cannot_be_contradicted_by_the_same_source_in_a_new_edition(self, small):
        assert_participation(statement=statement(), **HOW)
        add(small, "participation.csv", "gamma,forum,suspended,all,change,2005,,gazette,,,")
        before = everything()

        done = cordiale("pack", "load", small)

        assert done.exit_code == 1
        assert "participation.csv:9:6: valid_from:" in done.output
        assert "in an assertion entered here" in done.output
        assert everything() == before

    def test_goes_out_with_an_export_and_in_again(self, two_databases, here, folder, tmp_path):
        first, second = two_databases
        with here(first):
            load(folder)
            assert_participation(statement=statement(note='a "quoted", longer note'), **HOW)
            end(assertion=assertion_of("alpha", source="gazette"), on=parse_when("2020"), source="journal", **HOW)
            retract(assertion=assertion_of("beta", scope="practical"), **HOW)
            load(new_edition(folder))
            out = exported(tmp_path / "one")
        with here(second):
            load(tmp_path / "one")
            assert exported(tmp_path / "two") == out


def test_another_pack_cannot_be_planned(small, tmp_path):
    other = edit(small_pack(tmp_path / "other"), "pack.toml", 'id = "small"', 'id = "other"')

    with pytest.raises(AnotherPack, match='runs on the pack "small"'):
        plan_load(owner, pack=read_pack(other))


# what a pack may say, that it goes in, comes out the same, and is loaded already the second time
SURPRISES: dict[str, tuple[str, str, str]] = {
    "a whole number with a nought before it": ("sources.csv", "en,90", "en,090"),
    "a moment in place of a day": ("parties.csv", "BB,BBB,1990", "BB,BBB,1990-01-01T00:00:00Z"),
    "two parties that share a code, one until a moment": (
        "parties.csv",
        "gamma,state,Gamma,GG,GGG,,,",
        "gamma,state,Gamma,GG,GGG,,1990-01-01T00:00:00Z,\ndelta,state,Delta,GG,,1990-01-01,,",
    ),
    "a period from a moment to a day that began before it": (
        "participation.csv",
        "beta,club,observer,all,,../1991,1997-05-30",
        "beta,club,observer,all,,1997-05-29T22:30:00Z,1997-05-30",
    ),
    "a short name of two hundred letters": ("frameworks.csv", "The Forum,FO,", f"The Forum,{'F' * 200},"),
    "a language with many subtags": ("sources.csv", ",2001-05,en,", ",2001-05,en-aaaaaaaa-bbbbbbbb-cccccccc,"),
    "a long key of many letters": (
        "party_names.csv",
        "alpha,Republic of Alpha,en",
        f"alpha,{''.join(Random(1).choices([chr(code) for code in range(0x4E00, 0x9FA0)], k=LONGEST_CELL))},en",
    ),
    "an edition with a long name": ("pack.toml", 'edition = "2026-01-01"', f'edition = "{"2026 " * 20}end"'),
    "a date in digits of another script": ("participation.csv", "all,entry,1950", "all,entry,١٩٥٠"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new"), SURPRISES.values(), ids=SURPRISES)
def test_whatever_a_check_accepts_loads_and_is_then_loaded_already(db, folder, file, old, new):
    try:
        pack = read_pack(edit(folder, file, old, new))
    except BadPack:
        return  # refused with its place is as good

    load_pack(plan=plan_load(owner, pack=pack), **HOW)

    assert plan_load(owner, pack=pack).empty


def longest(table: str, name: str) -> int:
    """The longest text a cell of this column may hold."""
    kind = BY_NAME[table].columns[BY_NAME[table].places[name]].kind
    if kind in (TEXT, LANGUAGE):
        return LONGEST_CELL
    return 40 if kind in (DATE, END) else 9 if kind == SPAN else 60


def test_every_column_of_the_register_holds_the_longest_cell_a_pack_may_hold():
    too_short = {
        f"{table.name}.{column.name}": field.max_length
        for table in TABLES
        for column in table.columns
        for field in [MODELS[table.name]._meta.get_field(column.field or column.name)]
        if isinstance(field, models.CharField)
        and not column.kind.says.startswith(("the ISO", "one of"))
        and column.name != "target_table"  # the name of a table, by the rule of links
        and (field.max_length or LONGEST_CELL) < longest(table.name, column.name)
    }

    assert too_short == {}


def test_a_source_that_is_ranked_anew_is_a_new_version(small):
    load(edit(small, "sources.csv", "en,90", "en,40"))

    versions = SourceVersion.objects.filter(named="gazette").order_by("id").values_list("precedence", "known_to_id")
    assert list(versions) == [(90, 2), (40, None)]
