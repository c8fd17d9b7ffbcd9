"""The register as linked data: W3C ORG for who takes part where, OWL-Time for when, PROV for who says so.

docs/reference/api.md shows the shape of each thing. Every node has an address of its own, so that the same register
gives the same triples, whoever asks and whenever.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Literal

from django.urls import reverse
from rdflib import DCTERMS, ORG, PROV, RDF, RDFS, SKOS, TIME, XSD, Graph, Namespace, URIRef
from rdflib import Literal as Value

from cordiale.apps.ledger.reads import moments, seen
from cordiale.apps.register.reads.facts import Fact, facts
from cordiale.apps.register.reads.installation import installation
from cordiale.domain.period import Precision, When, parse_when
from cordiale.domain.viewer import Viewer

Dataset = Literal["parties", "frameworks", "participation"]
Format = Literal["turtle", "json-ld"]

MEDIA_TYPES: dict[Format, str] = {"turtle": "text/turtle", "json-ld": "application/ld+json"}

CORDIALE = Namespace("urn:cordiale:")
"""The few terms that no vocabulary in use has; docs/reference/api.md defines them."""

_PREFIXES = {
    "org": ORG,
    "prov": PROV,
    "time": TIME,
    "skos": SKOS,
    "rdfs": RDFS,
    "xsd": XSD,
    "dcterms": DCTERMS,
    "cordiale": CORDIALE,
}
_DATES = {
    Precision.YEAR: (TIME.inXSDgYear, XSD.gYear),
    Precision.MONTH: (TIME.inXSDgYearMonth, XSD.gYearMonth),
    Precision.DAY: (TIME.inXSDDate, XSD.date),
    Precision.MOMENT: (TIME.inXSDDateTimeStamp, XSD.dateTimeStamp),
}
_PAGES = {"parties": "country", "frameworks": "framework", "sources": "source"}


def linked_data(viewer: Viewer, *, dataset: Dataset, form: Format, site: str) -> bytes:
    """One dataset of what is believed now.

    Args:
        form: in which notation.
        site: address of the installation, without a slash at its end; every name begins with it.

    Raises:
        NoPackLoaded: the register is empty.
    """
    return _made(seen(viewer).register_hash, dataset, form, site)


@lru_cache(maxsize=6)
def _made(register_hash: str, dataset: Dataset, form: Format, site: str) -> bytes:
    """Kept for each state of the register: it is slow to make, and all public."""
    made = _Making(Viewer.system("linked data"), site)
    {"parties": made.parties, "frameworks": made.frameworks, "participation": made.participation}[dataset]()
    if form == "turtle":
        return made.graph.serialize(format="turtle", encoding="utf-8")
    nodes = json.loads(made.graph.serialize(format="json-ld", auto_compact=True))
    return json.dumps(_in_order(nodes), ensure_ascii=False, indent=1).encode()


class _Making:
    """A graph that grows."""

    def __init__(self, viewer: Viewer, site: str) -> None:
        self.viewer, self.site = viewer, site
        self.manifest = installation(viewer)
        self.recorded = moments(viewer)
        self.graph = Graph(bind_namespaces="none")
        for prefix, namespace in _PREFIXES.items():
            self.graph.bind(prefix, namespace)

    def parties(self) -> None:
        """States and organisations with their names in every language."""
        for fact in facts(self.viewer, table="parties", order=("id",)):
            party = self._organisation(fact)
            self._say(party, SKOS.notation, fact["iso3"])
            self._say(party, DCTERMS.description, fact["note"])
            self._life(party, "existence", fact["valid_from"], fact["valid_to"], DCTERMS.temporal)
        for fact in facts(self.viewer, table="party_names"):
            self.graph.add((self._of("parties", fact["party"]), SKOS.altLabel, Value(fact["name"], fact["language"])))

    def frameworks(self) -> None:
        """Frameworks, when they lived, what they took over from."""
        for fact in facts(self.viewer, table="frameworks", order=("id",)):
            framework = self._organisation(fact)
            self._say(framework, SKOS.altLabel, fact["short_name"])
            self._say(framework, DCTERMS.description, fact["description"])
            self.graph.add((framework, PROV.wasDerivedFrom, self._of("sources", fact["source"])))
            if fact["succeeds"]:
                self.graph.add((framework, DCTERMS.replaces, self._of("frameworks", fact["succeeds"])))
            self._life(framework, "life", fact["established"], fact["dissolved"], DCTERMS.temporal)
        self._sources()

    def participation(self) -> None:
        """Every assertion as a membership, with its source; contradicting ones too."""
        for fact in facts(self.viewer, table="participation"):
            address = reverse("api:assertion", args=[fact.id])
            membership = self._typed(URIRef(f"{self.site}{address}#this"), ORG.Membership, PROV.Entity)
            self.graph.add((membership, ORG.member, self._of("parties", fact["party"])))
            self.graph.add((membership, ORG.organization, self._of("frameworks", fact["framework"])))
            self.graph.add((membership, ORG.role, self._word("status", fact["status"])))
            self.graph.add((membership, CORDIALE.scope, self._word("scope", fact["scope"])))
            self.graph.add((membership, PROV.wasDerivedFrom, self._of("sources", fact["source"])))
            self._recorded(membership, fact)
            self._say(membership, RDFS.comment, fact["note"])
            self._life(membership, "period", fact["valid_from"], fact["valid_to"], ORG.memberDuring)
        self._sources()

    def _sources(self) -> None:
        for fact in facts(self.viewer, table="sources", order=("id",)):
            source = self._typed(self._of("sources", fact["id"]), PROV.Entity)
            self._say(source, DCTERMS.identifier, fact["id"])
            self.graph.add((source, DCTERMS.title, Value(fact["title"])))
            self._say(source, DCTERMS.publisher, fact["publisher"])
            self._say(source, DCTERMS.language, fact["language"])
            self.graph.add((source, CORDIALE.precedence, Value(fact["precedence"])))
            published: When = fact["published"]
            if published.precision in _DATES:
                self.graph.add((source, DCTERMS.issued, Value(published.text, datatype=_DATES[published.precision][1])))

    def _organisation(self, fact: Fact) -> URIRef:
        """A party or a framework: both are organisations to others."""
        made = self._typed(self._of(fact.table.name, fact["id"]), ORG.Organization)
        self._say(made, DCTERMS.identifier, fact["id"])
        self._say(made, SKOS.prefLabel, fact["name"])
        self.graph.add((made, ORG.classification, self._word("kind", fact["kind"])))
        self._recorded(made, fact)
        return made

    def _of(self, table: str, code: str) -> URIRef:
        """What an id stands for: its page, with a mark that tells the thing from the page about it."""
        return URIRef(f"{self.site}{reverse(_PAGES[table], args=[code])}#this")

    def _typed(self, node: URIRef, *classes: URIRef) -> URIRef:
        for one in classes:
            self.graph.add((node, RDF.type, one))
        return node

    def _say(self, node: URIRef, predicate: URIRef, text: str) -> None:
        if text:
            self.graph.add((node, predicate, Value(text)))

    def _recorded(self, node: URIRef, fact: Fact) -> None:
        at = self.recorded[fact.known_from]
        self.graph.add((node, PROV.generatedAtTime, Value(at, datatype=XSD.dateTime, normalize=False)))
        self.graph.add((node, CORDIALE.knownFrom, Value(fact.known_from)))

    def _word(self, vocabulary: str, code: str) -> URIRef:
        """A status, scope or kind as a concept."""
        concept = URIRef(f"{self.site}{reverse('about')}#{vocabulary}-{code}")
        statuses = self.manifest.statuses
        label = statuses[code].name if vocabulary == "status" and code in statuses else code.replace("-", " ")
        self.graph.add((concept, RDF.type, SKOS.Concept))
        self.graph.add((concept, SKOS.notation, Value(code)))
        self.graph.add((concept, SKOS.prefLabel, Value(label)))
        return concept

    def _life(self, node: URIRef, name: str, start: When, end: When | None, predicate: URIRef) -> None:
        """A span of time: half-open, so its end is the day on which it was over."""
        known_end = None if end is None or end.precision is Precision.UNKNOWN else end
        if start.precision is Precision.UNKNOWN and known_end is None:
            return
        interval = self._typed(URIRef(f"{node.removesuffix('#this')}#{name}"), TIME.ProperInterval)
        self.graph.add((node, predicate, interval))
        if start.precision is not Precision.UNKNOWN:
            self.graph.add((interval, TIME.hasBeginning, self._instant(f"{interval}-begins", start)))
        if known_end is not None:
            self.graph.add((interval, TIME.hasEnd, self._instant(f"{interval}-ends", known_end)))

    def _instant(self, address: str, when: When) -> URIRef:
        """A date as exact as the source gives it; one between others lies inside an interval of its own."""
        instant = self._typed(URIRef(address), TIME.Instant)
        self.graph.add((instant, RDFS.label, Value(when.text)))
        if when.precision in _DATES:
            predicate, datatype = _DATES[when.precision]
            self.graph.add((instant, predicate, Value(when.text, datatype=datatype, normalize=False)))
            return instant
        first, _slash, last = when.text.partition("/")
        around = self._typed(URIRef(f"{address}-within"), TIME.Interval)
        self.graph.add((around, TIME.inside, instant))
        for edge, predicate, text in (("from", TIME.hasBeginning, first), ("to", TIME.hasEnd, last)):
            if text != "..":
                self.graph.add((around, predicate, self._instant(f"{address}-{edge}", parse_when(text))))
        return instant


def _in_order(node: Any) -> Any:
    """JSON-LD whose objects and lists stand in one order, so that the same register gives the same bytes."""
    if isinstance(node, dict):
        return {key: _in_order(value) for key, value in sorted(node.items())}
    if isinstance(node, list):
        return sorted((_in_order(one) for one in node), key=lambda one: json.dumps(one, sort_keys=True))
    return node
