"""What the explorer asks: who stands how in several frameworks on a day, and when that last changed and will change."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from cordiale.apps.register.models import Assertion
from cordiale.apps.register.reads.asking import PRESENT, Knowledge, asked_of
from cordiale.apps.register.reads.standing import Engine, engine
from cordiale.domain.participation import Answer, Scope, StartKind
from cordiale.domain.period import FIRST_DAY, NEVER_DAY, When, date_at, day_of, midnight
from cordiale.domain.viewer import Viewer
from cordiale.engines.standing.facts import first_instant, never
from cordiale.engines.standing.snapshot import Asked, Snapshot

ONE_DAY = timedelta(days=1)

KEPT = 64
"""Questions of which the turning days are kept in one process."""


@dataclass(frozen=True)
class Seen:
    """How a party stands in a framework on a day, in short."""

    party: str
    framework: str
    answer: Answer
    certain: bool


@dataclass(frozen=True)
class Turns:
    """The days nearest to a day on which any answer changed or will change; None where there is none."""

    previous: date | None
    following: date | None


def seen_on(
    viewer: Viewer, *, frameworks: Sequence[str], on: date, knowledge: Knowledge = PRESENT, everybody: bool = False
) -> list[Seen]:
    """How every party of which a source speaks stands in some frameworks on a day, by framework and party; public.

    Args:
        everybody: also the parties of which no source speaks.

    Raises:
        NoSuchFramework, NoSuchEntry, DayOutOfReach.
    """
    with engine(viewer) as now:
        snapshot = now.snapshot
        day, asked = day_of(on, snapshot.zone), asked_of(viewer, knowledge, snapshot.zone)
        found = []
        for framework in frameworks:
            spoken_of = snapshot.spoken_of(framework, asked)
            for party in snapshot.columns.parties.ids if everybody else spoken_of:
                standing = snapshot.standing_on(party, framework, day, asked)
                found.append(Seen(party, framework, standing.answer, standing.certain))
        return found


def turns(
    viewer: Viewer,
    *,
    frameworks: Sequence[str],
    on: date,
    knowledge: Knowledge = PRESENT,
    party: str | None = None,
) -> Turns:
    """The nearest days, before and after one, on which any answer in some frameworks begins; public.

    Args:
        party: only answers about this one.

    Raises:
        NoSuchFramework, NoSuchEntry, DayOutOfReach.
    """
    with engine(viewer) as now:
        snapshot = now.snapshot
        day_of(on, snapshot.zone)
        asked = asked_of(viewer, knowledge, snapshot.zone)
        days = _turning_days(now, tuple(frameworks), asked, party)
    before, after = bisect_left(days, on) - 1, bisect_right(days, on)
    return Turns(days[before] if before >= 0 else None, days[after] if after < len(days) else None)


def _turning_days(now: Engine, frameworks: tuple[str, ...], asked: Asked, only: str | None) -> list[date]:
    """Every day on which any answer begins; kept, as it is asked again with every step of the slider."""
    key = (now.snapshot.state, frameworks, asked, only)
    if key not in now.turning_days:
        if len(now.turning_days) >= KEPT:
            now.turning_days.clear()
        now.turning_days[key] = sorted(
            {
                span.begins
                for framework in frameworks
                for party in now.snapshot.spoken_of(framework, asked)
                if only in (None, party)
                for before, span in pairwise(_spans(now.snapshot, party, framework, asked))
                if before.answer is not span.answer
            }
        )
    return now.turning_days[key]


@dataclass(frozen=True)
class Span:
    """A stretch of a timeline over which nothing changes.

    Args:
        begins, ends: first day, and the day after the last; `FIRST_DAY` and `NEVER_DAY` stand for no beginning, no end.
        answer: how the party stands.
        possible: what it may be instead, the mildest answer; None when the dates leave no other.
    """

    begins: date
    ends: date
    answer: Answer
    possible: Answer | None


@dataclass(frozen=True)
class Line:
    """The timeline of one party in one framework."""

    party: str
    framework: str
    spans: tuple[Span, ...]


def lines(
    viewer: Viewer,
    *,
    frameworks: Sequence[str] | None = None,
    party: str | None = None,
    knowledge: Knowledge = PRESENT,
) -> list[Line]:
    """Timelines of all pairs of which a source speaks, by framework and party; public.

    Args:
        frameworks: only these, in this order.
        party: only this one.

    Raises:
        NoSuchFramework, NoSuchEntry.
    """
    with engine(viewer) as now:
        snapshot = now.snapshot
        asked = asked_of(viewer, knowledge, snapshot.zone)
        wanted = sorted(snapshot.lives) if frameworks is None else frameworks
        return [
            Line(one, framework, spans)
            for framework in wanted
            for one in snapshot.spoken_of(framework, asked)
            if party in (None, one) and (spans := _spans(snapshot, one, framework, asked))
        ]


def _spans(snapshot: Snapshot, party: str, framework: str, asked: Asked) -> tuple[Span, ...]:
    """Stretches of whole days: a day within which something changes has the answer of the whole day."""
    zone, start, last = snapshot.zone, first_instant(snapshot.zone), never(snapshot.zone)
    changes = {at: date_at(at, zone) for at in snapshot.changes(party, framework, start, last, asked)}
    torn = {day for at, day in changes.items() if midnight(day, zone) != at}
    days = {FIRST_DAY, *changes.values(), *(day + ONE_DAY for day in torn)} - {NEVER_DAY}
    found: list[Span] = []
    for begins, ends in pairwise([*sorted(days), NEVER_DAY]):
        whole = day_of(begins, zone)
        if begins in torn:
            answer = snapshot.standing_on(party, framework, whole, asked).answer
            mildest = snapshot.mildest_on(party, framework, whole, asked)
        else:
            answer = snapshot.standing(party, framework, whole[0], asked).answer
            mildest = snapshot.mildest(party, framework, whole[0], asked)
        possible = None if mildest is answer else mildest
        if found and (found[-1].answer, found[-1].possible) == (answer, possible):
            found[-1] = replace(found[-1], ends=ends)
        else:
            found.append(Span(begins, ends, answer, possible))
    return tuple(found)


@dataclass(frozen=True)
class Recorded:
    """One assertion on a pair as it was ever recorded.

    Args:
        assertion: its number.
        known_from, known_to: the ledger entries that recorded and closed it; the second is None while it is believed.
        replaces: the assertion it corrects, if any.
    """

    assertion: int
    status: str
    scope: Scope
    source: str
    locator: str
    start_kind: StartKind
    valid_from: When
    valid_to: When | None
    note: str
    known_from: int
    known_to: int | None
    replaces: int | None


def history(viewer: Viewer, *, party: str, framework: str, known: int | None = None) -> list[Recorded]:
    """Every assertion ever recorded on a pair, in the order of recording, also those no longer believed; public.

    Args:
        known: the history as it was at this ledger number.
    """
    rows = Assertion.objects.filter(party=party, framework=framework).order_by("known_from", "id")
    if known is not None:
        rows = rows.filter(known_from__lte=known)
    columns = (
        "id", "status", "scope", "source", "locator", "start_kind", "valid_from", "valid_to", "note",
        "known_from", "known_to", "replaces",
    )  # fmt: skip
    return [_recorded(known, *row) for row in rows.values_list(*columns)]


def _recorded(
    known: int | None,
    assertion: int,
    status: str,
    scope: str,
    source: str,
    locator: str,
    kind: str,
    start: When,
    end: When | None,
    note: str,
    since: int,
    until: int | None,
    replaces: int | None,
) -> Recorded:
    return Recorded(
        assertion,
        status,
        Scope(scope),
        source,
        locator,
        StartKind(kind),
        start,
        end if end and end.text else None,
        note,
        since,
        None if until is None or (known is not None and until > known) else until,
        replaces,
    )
