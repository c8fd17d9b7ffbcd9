"""A real triple store reads the linked data, and answers questions as the register does."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat, Store

from cordiale.apps.register.reads.asking import standing
from cordiale.apps.register.reads.facts import facts
from cordiale.apps.register.reads.overview import counts, frameworks_by_party, statements_by_source
from cordiale.apps.register.writes.participation import assert_participation
from cordiale.domain.participation import Answer
from tests.integration.conftest import Asker
from tests.makers import AT, load, outsider, owner, small_pack, statement

PREFIXES = """
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX time: <http://www.w3.org/2006/time#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
NOTATIONS = {"turtle": RdfFormat.TURTLE, "json-ld": RdfFormat.JSON_LD}
DATASETS = ("parties", "frameworks", "participation")

MEMBERS_ON_A_DAY = """
SELECT DISTINCT ?party WHERE {
  ?membership a org:Membership ; org:member/dcterms:identifier ?party ;
    org:organization/dcterms:identifier "FRAMEWORK" ; prov:wasDerivedFrom/dcterms:identifier "SOURCE" ;
    org:memberDuring ?period .
  ?period time:hasBeginning/time:inXSDDate ?begins .
  OPTIONAL { ?period time:hasEnd/time:inXSDDate ?ends }
  FILTER (?begins <= "DAY"^^xsd:date && (!BOUND(?ends) || "DAY"^^xsd:date < ?ends))
}"""
FRAMEWORKS_OF_A_PARTY = """
SELECT DISTINCT ?framework WHERE {
  ?membership org:member/skos:altLabel "Republic of Finland"@en ; org:organization/dcterms:identifier ?framework .
}"""
STATEMENTS_BY_SOURCE = """
SELECT ?source (COUNT(?membership) AS ?count) WHERE {
  ?membership a org:Membership ; prov:wasDerivedFrom/dcterms:identifier ?source .
} GROUP BY ?source"""


def stored(api: Asker, notation: str) -> Store:
    """The three datasets in a triple store."""
    store = Store()
    for dataset in DATASETS:
        answer = api.get(f"rdf/{dataset}?format={notation}")
        assert answer.status_code == 200, answer.content
        store.load(answer.content, NOTATIONS[notation])
    return store


def asked(store: Store, question: str, **words: str) -> list[tuple[str, ...]]:
    """What the store answers, as text."""
    for name, word in words.items():
        question = question.replace(name, word)
    found: Any = store.query(PREFIXES + question)
    return [tuple(value.value for value in row) for row in found]


@pytest.fixture
def store(api: Asker, nato: None) -> Store:
    """packs/nato in Turtle."""
    return stored(api, "turtle")


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(
    ("framework", "source", "day"),
    [
        ("eapc", "nato-eapc-basic-1997", date(2010, 6, 1)),
        ("eapc", "nato-eapc-basic-1997", date(1997, 5, 29)),
        ("nacc", "nato-nacc-1991", date(1995, 1, 1)),
        ("nacc", "nato-nacc-1991", date(1997, 5, 30)),
        ("nato", "nato-invitees-2004", date(2004, 3, 29)),
    ],
)
def test_the_members_of_a_framework_by_a_source_on_a_day_are_those_of_the_engine(
    api: Asker, nato: None, notation: str, framework: str, source: str, day: date
):
    words = {"FRAMEWORK": framework, "SOURCE": source, "DAY": day.isoformat()}

    found = {row[0] for row in asked(stored(api, notation), MEMBERS_ON_A_DAY, **words)}

    by_source = {fact["party"] for fact in facts(outsider, table="participation", framework=framework, source=source)}
    standings = {party: standing(outsider, party=party, framework=framework, on=day) for party in by_source}
    wanted = {
        party
        for party, read in standings.items()
        for claim in read.claims
        if claim.source == source and claim.says is Answer.IN_FORCE
    }
    assert found == wanted
    assert all(not standings[party].lost for party in wanted)  # without conflicts the source's word is the answer
    assert all(standings[party].answer is Answer.IN_FORCE for party in wanted)


def test_the_frameworks_of_finland_are_those_of_the_register(store: Store):
    found = {row[0] for row in asked(store, FRAMEWORKS_OF_A_PARTY)}

    assert found == set(frameworks_by_party(outsider)["fin"]) != set()


def test_the_statements_of_each_source_are_as_many_as_the_register_counts(store: Store):
    found = {source: int(count) for source, count in asked(store, STATEMENTS_BY_SOURCE)}

    assert found == statements_by_source(outsider)


def test_every_party_framework_and_statement_is_there_with_a_label_and_its_entry(store: Store):
    held = counts(outsider)
    organisations = asked(store, "SELECT ?one ?name WHERE { ?one a org:Organization ; skos:prefLabel ?name }")
    recorded = asked(store, "SELECT ?one WHERE { ?one a org:Membership ; prov:generatedAtTime ?at }")

    assert len(organisations) == held.countries + held.organisations + held.frameworks
    assert len(recorded) == held.statements


def test_both_notations_say_the_same(api: Asker, nato: None):
    assert set(stored(api, "turtle")) == set(stored(api, "json-ld"))


def test_no_node_is_without_an_address(store: Store):
    assert not [quad for quad in store if isinstance(quad.subject, pyoxigraph.BlankNode)]


def test_names_carry_their_language(store: Store):
    found: Any = store.query(PREFIXES + 'SELECT ?n { ?p dcterms:identifier "fin" ; skos:altLabel ?n }')

    assert {"en", "fi"} & {row["n"].language for row in found}


@pytest.fixture
def small(api: Asker, db: None, tmp_path: Any) -> Store:
    """The invented pack, whose dates are of every precision."""
    load(small_pack(tmp_path / "small"))
    return stored(api, "turtle")


@pytest.mark.parametrize(
    ("start", "predicate", "datatype"),
    [
        ("1997-05-30", "time:inXSDDate", "date"),
        ("1997-05", "time:inXSDgYearMonth", "gYearMonth"),
        ("1950", "time:inXSDgYear", "gYear"),
    ],
)
def test_a_date_is_as_exact_as_its_source_gives_it(small: Store, start: str, predicate: str, datatype: str):
    begins = f"?m org:memberDuring/time:hasBeginning ?b . ?b rdfs:label '{start}'"
    found: Any = small.query(f"{PREFIXES} SELECT ?on {{ {begins} ; {predicate} ?on }}")

    values = [row["on"] for row in found]
    assert values
    assert {(value.value, value.datatype.value.rpartition("#")[2]) for value in values} == {(start, datatype)}


def test_a_date_before_another_lies_inside_an_interval_that_ends_with_it(small: Store):
    found = asked(
        small,
        "SELECT ?year { ?w time:inside/rdfs:label '../1991' ; time:hasEnd/time:inXSDgYear ?year ."
        " FILTER NOT EXISTS { ?w time:hasBeginning ?begins } }",
    )

    assert found == [("1991",)]


def test_a_moment_and_a_span_are_kept_too(api: Asker, small: Store):
    for framework, start in (("forum", "2001-05-01T10:00:00Z"), ("union", "2001/2003-04")):
        said = statement(framework=framework, start=start)
        assert_participation(statement=said, reason="a test", by=owner, at=AT)
    store = stored(api, "turtle")

    assert asked(store, "SELECT ?at { ?i time:inXSDDateTimeStamp ?at }") == [("2001-05-01T10:00:00Z",)]
    between = "SELECT ?a ?b { ?w time:inside/rdfs:label '2001/2003-04' ; time:hasBeginning/time:inXSDgYear ?a ;"
    assert asked(store, f"{between} time:hasEnd/time:inXSDgYearMonth ?b }}") == [("2001", "2003-04")]


def test_the_notation_follows_what_the_client_accepts(api: Asker, nato: None):
    kinds = {
        accept: api.get("rdf/frameworks", accept=accept).headers["Content-Type"]
        for accept in (
            "text/turtle",
            "application/ld+json",
            "text/turtle;q=0.1, application/ld+json",
            "*/*",
            "image/png",
        )
    }

    assert list(kinds.values()) == [
        "text/turtle; charset=utf-8",
        "application/ld+json",
        "application/ld+json",
        "text/turtle; charset=utf-8",
        "text/turtle; charset=utf-8",
    ]


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_addresses_of_things_lead_to_a_page_or_an_answer_about_them(api: Asker, nato: None, dataset: str):
    said = json.loads(api.get(f"rdf/{dataset}?format=json-ld").content)
    things = [node["@id"] for node in said["@graph"] if node["@id"].endswith("#this")]

    assert things
    for address in (things[0], things[-1]):
        path = address.removeprefix("http://testserver").removesuffix("#this")
        assert api.client.get(path).status_code == 200, address
