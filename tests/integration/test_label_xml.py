"""Labels of documents as XML: expanded at an instant on the way out, never wider on the way in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import include, path
from hypothesis import HealthCheck, given
from hypothesis import settings as laws
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.writes.participation import assert_participation
from cordiale.apps.sharing.reads.markings import label_of, meant
from cordiale.apps.sharing.reads.statements import (
    LabelNotTaken,
    LabelNotTold,
    label_from_statement,
    label_statement,
)
from cordiale.apps.sharing.views.labels_xml import label_of_upload, label_xml
from cordiale.apps.sharing.writes.documents import Said, file_document
from cordiale.apps.sharing.writes.rights import define_group
from cordiale.domain import clock
from cordiale.domain.labels import Label
from cordiale.domain.participation import Scope, StartKind, Statement
from cordiale.domain.period import Period, parse_when
from cordiale.domain.roles import Mandate, Role
from cordiale.domain.sharing import Kind
from cordiale.engines.confidentiality.reading import read
from cordiale.engines.confidentiality.refusing import BadLabelXml
from cordiale.engines.confidentiality.statements import LabelStatement, Successor
from cordiale.engines.confidentiality.writing import written
from tests.makers import AT, owner
from tests.people import DESK, now_somebody, seen, signed_in, somebody

urlpatterns = [path("documents/<str:code>/label.xml", label_xml), path("", include("cordiale.config.urls"))]

pytestmark = pytest.mark.usefixtures("nato")


@pytest.fixture
def label() -> Label:
    return label_of(owner, text="NATO UNCLASSIFIED - Releasable to PfP, JPN")


def suspend(party: str, *, on: str, framework: str = "pfp") -> None:
    said = Statement(
        party=party,
        framework=framework,
        status="suspended",
        scope=Scope.ALL,
        start_kind=StartKind.CHANGE,
        period=Period(parse_when(on)),
        source="landcom-cooperative-security",
        end_source="",
    )
    assert_participation(statement=said, reason="a test", by=replace(owner, approved_by="colleague"), at=AT)


def told(label: Label, *, at: datetime = AT) -> LabelStatement:
    return label_statement(owner, label=label, at=at, originator="nato")


def readers(label: Label, *, at: datetime = AT) -> set[str]:
    said = meant(owner, label=label, at=at)
    return {*said.home, *said.released}


def listed(statement: LabelStatement) -> set[str]:
    """Ids of the parties that a statement lists."""
    ids = {str(row["iso3"] or row["id"]): str(row["id"]) for row in facts(owner, table="parties")}
    return {ids[code] for code in statement.information.releasable}


def foreign(statement: LabelStatement, **changes: Any) -> LabelStatement:
    """What a system that knows nothing of our own element would send."""
    return replace(statement, own=None, information=replace(statement.information, **changes))


def test_a_label_goes_out_with_every_reader_named(label):
    statement = told(label)

    said = statement.information
    assert (said.policy, said.classification) == ("NATO", "UNCLASSIFIED")
    assert said.context == {"NATO", "Releasable"}
    assert {"USA", "FIN", "AUT", "JPN", "nato"} <= said.releasable
    assert not {"BLR", "RUS", "KOR"} & said.releasable
    assert listed(statement) == readers(label)


def test_a_label_comes_in_again_as_it_went_out(label):
    assert label_of_upload(owner, written(told(label)), at=AT) == label


def test_a_label_for_home_only_comes_in_again_as_it_went_out():
    home = label_of(owner, level="unclassified")
    statement = told(home)

    assert statement.information.context == {"NATO"}
    assert label_from_statement(owner, statement=read(written(statement)), at=AT) == home
    assert label_from_statement(owner, statement=foreign(statement), at=AT) == home


def test_a_label_with_a_group_comes_in_again_as_it_went_out():
    define_group(code="cyber-cell", title="The cyber cell", reason="a test", by=owner, at=AT)
    label = label_of(owner, level="unclassified", release="pfp", group="cyber-cell")

    assert label_of_upload(owner, written(told(label)), at=AT) == label


def test_a_suspension_next_month_gives_review_date_and_successor(label):
    suspend("aut", on="2026-12-25")
    statement = told(label)

    assert statement.review_at == datetime(2026, 12, 24, 23, tzinfo=UTC)
    assert statement.successor is not None
    assert statement.successor.at == statement.review_at
    assert statement.information.releasable - statement.successor.information.releasable == {"AUT"}
    assert label_of_upload(owner, written(statement), at=AT) == label


def test_a_label_without_a_known_change_has_neither(label):
    statement = told(label)

    assert statement.review_at is None
    assert statement.successor is None


def test_a_label_that_went_out_after_a_suspension_lists_one_country_less(label):
    before = told(label)
    suspend("aut", on="2026-11-01")
    after = told(label)

    assert before.information.releasable - after.information.releasable == {"AUT"}


def test_words_that_mean_others_today_give_way_to_the_list(label):
    statement = told(label)
    suspend("aut", on="2026-11-01")
    taken = label_from_statement(owner, statement=statement, at=AT)

    assert taken.release != label.release
    assert readers(taken) == listed(statement) - {"aut"}


def test_words_unknown_here_give_way_to_the_list(label):
    statement = replace(told(label), own=replace(label, release="no-such-framework"))
    taken = label_from_statement(owner, statement=statement, at=AT)

    assert readers(taken) == listed(statement)


def test_a_list_whose_successor_is_shorter_keeps_only_who_stays(label):
    statement = told(label)
    assert statement.information.releasable > {"AUT"}
    fewer = replace(statement.information, releasable=statement.information.releasable - {"AUT"})
    announced = replace(statement, successor=Successor(AT + timedelta(days=9), fewer))

    for one in (announced, foreign(announced)):
        assert readers(label_from_statement(owner, statement=one, at=AT)) == listed(statement) - {"aut"}


def test_a_label_that_will_lose_one_of_home_comes_in_again(label):
    suspend("hun", on="2026-12-25", framework="nato")
    statement = told(label)
    taken = label_from_statement(owner, statement=foreign(statement), at=AT)

    assert statement.successor is not None
    assert "HUN" in statement.information.releasable - statement.successor.information.releasable
    assert label_from_statement(owner, statement=statement, at=AT) == label
    assert readers(taken) == listed(statement)


def test_a_classification_may_bear_the_name_of_its_policy():
    taken = label_from_statement(owner, statement=some(classification="NATO UNCLASSIFIED"), at=AT)

    assert taken == Label("nato", "unclassified")


OTHER_PARTIES = ["aut", "che", "jpn", "kor", "mda", "srb", "ukr", "eu", "osce", "un"]


@laws(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    extra=st.sets(st.sampled_from(OTHER_PARTIES)),
    without=st.sets(st.sampled_from(["USA", "nato", "FIN"]), max_size=1),
    own=st.none() | st.sampled_from(["", "pfp", "md, jpn", "aut", "party:eu", "pfp except aut", "nonsense"]),
    context=st.sampled_from([{"NATO"}, {"NATO", "Releasable"}]),
    leaving=st.sets(st.sampled_from(OTHER_PARTIES)),
)
def test_what_comes_in_lets_nobody_read_who_is_not_listed(extra, without, own, context, leaving):
    home = told(Label("nato", "unclassified"))
    codes, gone = (
        {party if party in ("eu", "osce", "un") else party.upper() for party in parties} for parties in (extra, leaving)
    )
    said = replace(
        home.information,
        context=frozenset(context),
        releasable=(home.information.releasable | codes) - without,
    )
    fewer = replace(said, releasable=said.releasable - gone)
    statement = replace(
        home,
        information=said,
        successor=Successor(AT + timedelta(days=9), fewer) if leaving else None,
        own=None if own is None else Label("nato", "unclassified", own),
    )

    try:
        taken = label_from_statement(owner, statement=statement, at=AT)
    except LabelNotTaken:
        assert without or (extra and "Releasable" not in context)
    else:
        assert not without
        assert readers(taken) <= listed(statement)
        assert readers(taken, at=AT + timedelta(days=9)) <= listed(statement) - leaving


def some(**changes: Any) -> LabelStatement:
    home = label_statement(owner, label=Label("nato", "unclassified"), at=AT)
    return foreign(home, **changes)


class TestRefused:
    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"policy": "nato"}, "policy"),
            ({"policy": "ASEAN"}, "policy"),
            ({"classification": "SECRET"}, "classification"),
            ({"classification": "unclassified"}, "classification"),
            ({"context": frozenset({"Releasable"})}, "context"),
            ({"context": frozenset({"NATO", "ISAF"})}, "context"),
            ({"group": "nobody"}, "group"),
            ({"releasable": frozenset({"NATO", "JPN"})}, "NATO: no party"),
            ({"releasable": frozenset({"XXX"})}, "XXX: no party"),
            ({"releasable": frozenset({"jpn"})}, "jpn: no party"),
            ({"releasable": frozenset({"JPN", "USA"})}, "leaves out"),
        ],
    )
    def test_names_that_are_not_known_here_exactly(self, changes, says):
        with pytest.raises(LabelNotTaken, match=says):
            label_from_statement(owner, statement=some(**changes), at=AT)

    def test_a_list_longer_than_its_context(self):
        home = some().information.releasable

        with pytest.raises(LabelNotTaken, match="beyond the home audience"):
            label_from_statement(owner, statement=some(releasable=home | {"JPN"}), at=AT)

    def test_words_that_contradict_the_rest(self, label):
        for own in (replace(label, policy="eu"), replace(label, level="secret"), replace(label, group="g")):
            with pytest.raises(LabelNotTaken, match="contradicts itself"):
                label_from_statement(owner, statement=replace(told(label), own=own), at=AT)

    def test_a_label_that_was_succeeded(self, label):
        suspend("aut", on="2026-12-25")
        statement = told(label)

        with pytest.raises(LabelNotTaken, match="succeeded by another on 2026-12-24"):
            label_from_statement(owner, statement=statement, at=datetime(2026, 12, 24, 23, tzinfo=UTC))

    def test_a_successor_of_another_group(self):
        statement = some()
        other = replace(statement.information, group="cyber-cell")
        announced = replace(statement, successor=Successor(AT + timedelta(days=9), other))

        with pytest.raises(LabelNotTaken, match="another policy, level or group"):
            label_from_statement(owner, statement=announced, at=AT)

    def test_a_successor_that_leaves_out_one_of_home(self):
        statement = some()
        fewer = replace(statement.information, releasable=statement.information.releasable - {"HUN"})

        with pytest.raises(LabelNotTaken, match="leaves out hun"):
            label_from_statement(
                owner, statement=replace(statement, successor=Successor(AT + timedelta(days=9), fewer)), at=AT
            )

    def test_a_successor_longer_than_its_context(self):
        statement = some()
        more = replace(statement.information, releasable=statement.information.releasable | {"JPN"})

        with pytest.raises(LabelNotTaken, match="beyond the home audience"):
            label_from_statement(
                owner, statement=replace(statement, successor=Successor(AT + timedelta(days=9), more)), at=AT
            )

    def test_a_label_that_nobody_can_be_told_of(self):
        for label in (Label("eu", "unclassified"), Label("nato", "secret")):
            with pytest.raises(LabelNotTold):
                told(label)

    def test_xml_that_is_no_label(self):
        with pytest.raises(BadLabelXml):
            label_of_upload(owner, b"<label/>", at=AT)


class TestDownload:
    @pytest.fixture(autouse=True)
    def _address(self, settings: Settings) -> None:
        settings.ROOT_URLCONF = __name__

    @pytest.fixture
    def code(self, label: Label) -> str:
        said = Said(Kind.PAPER, "A paper", "", "en", "nato", parse_when("2026-11-20"))
        desk = seen(somebody("desk@example.org", DESK))
        return file_document(said=said, label=label, by=desk, at=AT)

    def get(self, who: int | None, code: str) -> Any:
        client = Client() if who is None else signed_in(who)
        return client.get(f"/documents/{code}/label.xml")

    def focal(self, party: str) -> int:
        return now_somebody(f"{party}@example.org", Mandate(Role.FOCAL_POINT, party))

    def test_a_reader_takes_the_label_away(self, code, label):
        answer = self.get(self.focal("jpn"), code)

        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/xml; charset=utf-8"
        assert answer["Content-Disposition"] == f'attachment; filename="{code}-label.xml"'
        assert answer["Cache-Control"] == "private, no-store"
        statement = read(answer.content)
        assert (statement.own, statement.originator) == (label, "nato")
        assert label_of_upload(owner, answer.content, at=clock.now()) == label

    @pytest.mark.parametrize("party", ["kor", None])
    def test_whoever_may_not_read_the_document_is_told_nothing(self, code, party):
        who = None if party is None else self.focal(party)

        refused, never = self.get(who, code), self.get(who, "a" * 26)

        assert refused.status_code == never.status_code == 404
        assert b"PolicyIdentifier" not in refused.content

    def test_the_suspended_lose_the_label_with_the_document(self, code):
        who = self.focal("aut")
        assert self.get(who, code).status_code == 200
        suspend("aut", on="2026-11-01")

        assert self.get(who, code).status_code == 404
