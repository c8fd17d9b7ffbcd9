"""Pages of documents are the same in whichever way they are found."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.apps.ledger.reads import head
from cordiale.apps.ledger.writes import entry
from cordiale.apps.sharing.models import Document, DocumentVersion, Label
from cordiale.apps.sharing.models.door import door
from cordiale.apps.sharing.reads import documents
from cordiale.apps.sharing.reads.documents import Filters
from cordiale.apps.sharing.reads.labels import Span
from cordiale.apps.sharing.reads.reading import Now
from cordiale.domain.labels import NOBODY
from cordiale.domain.labels import Label as Said
from cordiale.domain.sharing import Kind
from tests.makers import AT, owner

RELEASES = ("", "pfp", "md", "ici", "jpn", "aut", "irl", "che")
KINDS = (Kind.PAPER, Kind.REPORT)
WAYS = {
    "by date": lambda *given, **more: 10_000,
    "by date, given up": lambda *given, **more: 2,
    "by label": lambda *given, **more: 0,
}


@pytest.fixture
def filed(nato):
    """Labels, and documents under them as code, day, row, label and kind: many of one day, one closed of each ten."""
    dice = random.Random(7)
    with entry(by=owner, at=AT, verb="sharing.filed", subject="document") as change:
        labels = []
        for release in RELEASES:
            said = Said("nato", "unclassified", release)
            labels.append(
                Label.objects.create(
                    policy=said.policy,
                    level=said.level,
                    release=release,
                    digest=said.digest,
                    known_from_id=change.number,
                )
            )
        for number in range(90):
            Document.objects.create(code=f"code{number:03}", known_from_id=change.number)
            DocumentVersion.behind.create(
                document_id=f"code{number:03}",
                number=1,
                label=dice.choices(labels, [40, 20, 10, 5, 5, 2, 1, 1])[0],
                kind=dice.choice(KINDS),
                title="A document",
                language="en",
                originator="nato",
                dated="2001",
                dated_on=date(2001, 1, 1) + timedelta(days=dice.randrange(12)),
                known_from_id=change.number,
            )
    with entry(by=owner, at=AT, verb="sharing.withdrew", subject="document") as change:
        closed = [f"code{number:03}" for number in range(0, 90, 10)]
        DocumentVersion.behind.filter(document__in=closed).update(known_to_id=change.number)
    rows = DocumentVersion.behind.filter(known_to__isnull=True).order_by("-dated_on", "-pk")
    return [label.pk for label in labels], list(rows.values_list("document_id", "label_id", "kind"))


def pages_of(labels: frozenset[int], *, filters: Filters, limit: int) -> list[str]:
    """Codes on all the pages, one after the other."""
    now = Now(owner, NOBODY, AT, head(owner), Span(0, 0, labels))
    codes: list[str] = []
    with door(labels):
        page = documents.newest(now, filters=filters, limit=limit)
        while True:
            assert len(page.documents) <= limit
            codes += [found.code for found in page.documents]
            if page.following is None:
                assert {code for code, _label in now.shown} == set(codes)
                return codes
            page = documents.newest(now, filters=filters, after=page.following, limit=limit)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("many", [0, 3_000])
@pytest.mark.parametrize("listed", [0, 100])
def test_pages_are_those_of_a_plain_filter_whichever_way_they_are_found(filed, monkeypatch, way, many, listed):
    labels, rows = filed
    monkeypatch.setattr(documents, "_reach", WAYS[way])
    monkeypatch.setattr(documents, "FEW_DOCUMENTS", many)
    monkeypatch.setattr("cordiale.apps.sharing.models.door.FEW", listed)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.frozensets(st.sampled_from(labels)), st.sampled_from([None, *KINDS]), st.integers(1, 40))
    def are_the_same(mine: frozenset[int], kind: Kind | None, limit: int) -> None:
        found = pages_of(mine, filters=Filters(kind=kind), limit=limit)

        assert found == [code for code, label, of in rows if label in mine and kind in (None, of)]

    are_the_same()


def test_counts_are_those_of_the_documents_the_reader_may_read(filed):
    labels, rows = filed
    mine = frozenset(labels[1:4])
    now = Now(owner, NOBODY, AT, head(owner), Span(0, 0, mine))

    with door(mine):
        counted, of_a_kind = documents.count(now), documents.count(now, filters=Filters(kind=Kind.PAPER))
        kinds = documents.kinds(now)

    readable = [kind for _code, label, kind in rows if label in mine]
    assert counted == len(readable)
    assert of_a_kind == readable.count(Kind.PAPER)
    assert kinds == {kind: readable.count(kind) for kind in KINDS}


def test_a_count_is_new_after_every_entry(filed):
    labels, _rows = filed
    mine = frozenset(labels)

    def count() -> int:
        with door(mine):
            return documents.count(Now(owner, NOBODY, AT, head(owner), Span(0, 0, mine)))

    before = count()
    with entry(by=owner, at=AT, verb="sharing.withdrew", subject="document") as change:
        DocumentVersion.behind.filter(document="code001").update(known_to_id=change.number)

    assert count() == before - 1
