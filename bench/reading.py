"""What `make bench-sharing` measures on one database, in a process of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.db.models import Count, Q

from bench import Answer
from bench.library import MOST, READERS, SEED
from bench.row_by_row import Casbin, Cedar
from cordiale.apps.ledger.reads import snapshot
from cordiale.apps.people.models import Person
from cordiale.apps.register.reads.installation import installation
from cordiale.apps.register.reads.standing import engine
from cordiale.apps.register.writes.participation import assert_participation, retract
from cordiale.apps.sharing.models import DocumentLink, DocumentVersion
from cordiale.apps.sharing.models.door import door
from cordiale.apps.sharing.models.rights import OPEN
from cordiale.apps.sharing.reads import documents, labels
from cordiale.apps.sharing.reads import reading as readings
from cordiale.apps.sharing.reads.documents import EVERYTHING, Filters, Linked, Page, Place
from cordiale.apps.sharing.reads.reading import Now, reading
from cordiale.domain import clock
from cordiale.domain.participation import Scope, StartKind, Statement
from cordiale.domain.period import Period, microseconds, parse_when
from cordiale.domain.sharing import Kind, LinkedTo
from cordiale.domain.viewer import EVERY_PERMISSION, Viewer
from tests.people import seen

ROUNDS = 60
SECONDS = 0.8
"""For one pair of questions; whichever is over first."""
PAGE, SNAPSHOT, SET = "5 times at most", "1.2 times at most", "100 times at least"
FILTERS = {
    "of a rare kind": Filters(kind=Kind.CYBER_THREAT),
    "of a common kind": Filters(kind=Kind.PAPER),
    "about a party": Filters(about=(Linked(LinkedTo.PARTY, "jor"),)),
    "from an originator": Filters(originator="jor"),
}
FILTERING = (
    "a partner, about 90 %",
    "a partner, about 9 %",
    "a partner, about 9 %, all old",
    "a partner, 1,000 rarest labels",
    "a partner, 20 rare labels",
)
Timed = Callable[[], Any]


def measured(engine_name: str) -> list[Answer]:
    """Every question, on the database this process uses."""
    people = dict(zip(READERS, Person.objects.order_by("pk").values_list("pk", flat=True), strict=True))
    viewers = {name: seen(person, at=clock.now()) for name, person in people.items()}
    return [
        replace(answer, question=f"{engine_name}: {answer.question}")
        for part in (pages, filtered, whole, decided, rows)
        for answer in part(viewers)
    ]


def race(ours: Timed, peer: Timed) -> tuple[list[float], list[float]]:
    """Milliseconds of both in turn, after one that does not count."""
    ours(), peer()
    taken: tuple[list[float], list[float]] = ([], [])
    began = perf_counter()
    while len(taken[0]) < 3 or (len(taken[0]) < ROUNDS and perf_counter() - began < SECONDS):
        for what, times in zip((ours, peer), taken, strict=True):
            start = perf_counter()
            what()
            times.append((perf_counter() - start) * 1_000)
    return taken


def compared(question: str, peer: str, ours: Timed, theirs: Timed, *, most: float | None, target: str = "") -> Answer:
    """Two questions side by side, as a ratio of medians."""
    mine, others = race(ours, theirs)
    ratio = median(mine) / median(others)
    figures: dict[str, float | int | str] = {**times("", mine), **times("peer_", others)}
    return Answer(question, peer, ratio, target, None if most is None else ratio <= most, figures)


def times(name: str, taken: Sequence[float]) -> dict[str, float | int | str]:
    """Median and the 95th of a hundred."""
    return {
        f"{name}p50_ms": round(median(taken), 2),
        f"{name}p95_ms": round(quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0], 2),
    }


def pages(viewers: dict[str, Viewer]) -> Iterator[Answer]:
    """Pages of the list, the first, the second and the two hundredth; how many, and how many of each kind."""
    for name, viewer in viewers.items():
        with reading(viewer) as now:
            many = documents.count(now)
            known = f"{name} ({len(now.span.labels):,} labels, {many:,} documents)"
            for page in (1, 2, 200):
                mine, theirs = place_of(now, page), plain_place(page)
                if page == 1 or mine is not None:
                    yield compared(
                        f"page {page} of {known}",
                        "the page without a filter",
                        lambda now=now, mine=mine: documents.newest(now, after=mine),
                        lambda now=now, theirs=theirs: plain(now, after=theirs),
                        most=5,
                        target=PAGE,
                    )
            yield compared(
                f"count of {known}",
                "the count without a filter",
                lambda now=now: documents.count(now),
                lambda: DocumentVersion.behind.filter(OPEN).count(),
                most=5,
                target=PAGE,
            )
            yield compared(
                f"kinds of {known}",
                "kinds without a filter",
                lambda now=now: documents.kinds(now),
                lambda: list(DocumentVersion.behind.filter(OPEN).values_list("kind").annotate(many=Count("pk"))),
                most=None,
            )


def place_of(now: Now, page: int) -> Place | None:
    """Where a page of a reader begins; None for the first, and where there is none."""
    return documents.newest(now, limit=documents.AT_ONCE * (page - 1)).following if page > 1 else None


def plain_place(page: int) -> Place | None:
    """Where the same page without a filter begins."""
    if page == 1:
        return None
    rows = DocumentVersion.behind.filter(OPEN).order_by("-dated_on", "-pk").values_list("dated_on", "document")
    return Place(*rows[documents.AT_ONCE * (page - 1) - 1])


def plain(now: Now, *, filters: Filters = EVERYTHING, after: Place | None = None) -> Page:
    """A page of all documents, whoever may read them, by the same way through the same columns."""
    rows = unfiltered(filters)
    if after is not None:
        (row,) = DocumentVersion.behind.filter(OPEN, document=after.code).values_list("pk", flat=True)
        rows = rows.filter(Q(dated_on__lt=after.dated_on) | Q(pk__lt=row), dated_on__lte=after.dated_on)
    found = rows.order_by("-dated_on", "-pk").values_list(*documents._COLUMNS)[: documents.AT_ONCE + 1]
    return Page(tuple(documents._read(now, row) for row in found[: documents.AT_ONCE]), None)


def unfiltered(filters: Filters) -> Any:
    """Rows as `documents.newest` asks for them, of everybody."""
    rows = DocumentVersion.behind.filter(OPEN)
    if filters.kind is not None:
        rows = rows.filter(kind=filters.kind)
    if filters.originator:
        rows = rows.filter(originator=filters.originator)
    if filters.since:
        rows = rows.filter(known_from__gt=filters.since)
    for link in filters.about:
        linked = DocumentLink.behind.filter(kind=link.kind, target=link.target)
        rows = rows.filter(pk__in=linked.values("version"))
    return rows


def filtered(viewers: dict[str, Viewer]) -> Iterator[Answer]:
    """Pages, counts and kinds of documents that somebody looks for."""
    entries = DocumentVersion.behind.order_by("-pk").values_list("known_from", flat=True)
    chosen = {**FILTERS, "since the last entry but one": Filters(since=entries[0] - 1)}
    for name in FILTERING:
        viewer = viewers[name]
        for what, filters in chosen.items():
            with reading(viewer) as now:
                yield compared(
                    f"page 1 of {name}, {what}",
                    "the page without a reader",
                    lambda now=now, filters=filters: documents.newest(now, filters=filters),
                    lambda now=now, filters=filters: plain(now, filters=filters),
                    most=None,
                )
                yield compared(
                    f"count of {name}, {what}",
                    "the count without a reader",
                    lambda now=now, filters=filters: documents.count(now, filters=filters),
                    lambda filters=filters: unfiltered(filters).count(),
                    most=None,
                )


def whole(viewers: dict[str, Viewer]) -> Iterator[Answer]:
    """A page inside a reading beside the same page behind a door that somebody opened once."""
    for name, viewer in viewers.items():
        with reading(viewer) as fixed:
            pass

        def read(viewer: Viewer = viewer) -> None:
            with reading(viewer) as now:
                documents.newest(now)

        def without(fixed: Now = fixed) -> None:
            with door(fixed.span.labels):
                documents.newest(fixed)

        def only(viewer: Viewer = viewer, fixed: Now = fixed) -> None:
            with snapshot(viewer), door(fixed.span.labels):
                documents.newest(fixed)

        yield compared(
            f"snapshot and page of {name}", "the page behind a fixed door", only, without, most=1.2, target=SNAPSHOT
        )
        yield compared(
            f"reading (snapshot, decision, read log) and page of {name}",
            "the page behind a fixed door",
            read,
            without,
            most=1.2,
            target=SNAPSHOT,
        )

        def anew(read: Timed = read) -> None:
            readings._spans.clear()
            readings._readers.clear()
            read()

        yield compared(
            f"reading and page of {name}, decided anew", "the page behind a fixed door", anew, without, most=None
        )


def decided(viewers: dict[str, Viewer]) -> Iterator[Answer]:
    """The first page after a suspension was recorded: the register is caught up with, every label decided anew."""
    by = Viewer(name="bench", permissions=EVERY_PERMISSION)
    today = clock.now().date().isoformat()
    said = Statement(
        MOST, "pfp", "suspended", Scope.ALL, StartKind.CHANGE, Period(parse_when(today), None), source_of(), ""
    )
    for name in (next(iter(viewers)), *[name for name in viewers if "9 %" in name][:1]):
        after, later = [], []
        for _ in range(7):
            made = assert_participation(statement=said, reason="a bench", by=by, at=clock.now())
            for kept in (after, later):
                start = perf_counter()
                with reading(viewers[name]) as now:
                    documents.newest(now)
                kept.append((perf_counter() - start) * 1_000)
            with reading(viewers["a partner, about 90 %"]) as now:
                assert not documents.newest(now).documents
            retract(assertion=made, reason="a bench", by=by, at=clock.now())
        yield Answer(
            f"first page of {name} after a suspension",
            "the page after that",
            median(after) / median(later),
            "",
            None,
            {**times("", after), **times("peer_", later)},
        )


def source_of() -> str:
    """A source that counts."""
    from cordiale.apps.register.models import Assertion

    found: str = Assertion.objects.filter(framework="pfp").values_list("source", flat=True).first()
    return found


def rows(viewers: dict[str, Viewer]) -> Iterator[Answer]:
    """The set of documents somebody may read: decided by label, and row by row by policy engines."""
    everything = list(DocumentVersion.behind.filter(OPEN).values_list("pk", "label_id"))
    viewer = viewers["a partner, about 9 %"]
    by, at = Viewer.system("bench"), microseconds(clock.now())
    with reading(viewer) as now:
        reader = now.reader
    with engine(by) as at_hand:
        known, manifest = labels.interned(by), installation(by)

        def decide() -> frozenset[int]:
            return labels.readable_labels(known, reader=reader, manifest=manifest, now=at_hand, at=at).labels

        def each() -> list[int]:
            mine = decide()
            return [row for row, label in everything if label in mine]

        def first() -> frozenset[int]:
            labels._windows.clear()
            return decide()

        mine = decide()
        taken = {
            "the set of labels, of labels nobody asked about yet": race(first, first)[0],
            "the set of labels": race(decide, decide)[0],
            "the set with every document's number": race(each, each)[0],
        }
        audiences = {
            one.number: at_hand.sets.names(through.at(at).bits)
            for one in known
            if (through := labels.label_windows(one, manifest, at_hand)) is not None
        }
    (party,) = reader.parties
    dice = random.Random(SEED + 5)
    for peer, sample in ((Cedar(audiences), 4_000), (Casbin(audiences), 4_000)):
        chosen = dice.sample(everything, min(sample, len(everything)))
        start = perf_counter()
        answers = peer.allowed(party, [label for _row, label in chosen])
        spent = (perf_counter() - start) * 1_000
        assert answers == [label in mine for _row, label in chosen], f"{peer.name} decides otherwise"
        theirs = spent / len(chosen) * len(everything)
        for what, ours in taken.items():
            ratio = theirs / median(ours)
            yield Answer(
                f"{what} a reader may read, of {len(everything):,} documents: how many times faster",
                f"{peer.name} row by row",
                ratio,
                "" if "nobody" in what else SET,
                None if "nobody" in what else ratio >= 100,
                {
                    **times("", ours),
                    "peer_ms": round(theirs),
                    "extrapolated_from": f"{len(chosen):,} rows of {len(everything):,}",
                },
            )
