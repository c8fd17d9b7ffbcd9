"""Where sources contradict each other: claim by claim, for which days, who wins and by which precedence."""

from __future__ import annotations

from dataclasses import dataclass

from cordiale.apps.register.reads.standing import engine
from cordiale.domain.participation import Answer, Scope
from cordiale.domain.period import written_instant
from cordiale.domain.viewer import Viewer
from cordiale.engines.standing.explaining import Claim, Outcome, explain
from cordiale.engines.standing.facts import never
from cordiale.engines.standing.snapshot import Snapshot


@dataclass(frozen=True)
class Side:
    """One side of a conflict.

    Args:
        assertion: its number.
        source, precedence, status: of the assertion.
        says: what it answers for these days.
    """

    assertion: int
    source: str
    precedence: int
    status: str
    says: Answer


@dataclass(frozen=True)
class Conflict:
    """Two claims that contradict each other over a span of days.

    Args:
        party, framework, scope: of what.
        since, until: from which day until which day they do; the last is not included, empty when it is open.
        one: the claim that counts, or the first of two of equal weight.
        other: the other claim.
        decided: whether precedence decides; otherwise the days are disputed.
    """

    party: str
    framework: str
    scope: Scope
    since: str
    until: str
    one: Side
    other: Side
    decided: bool


def conflicts(viewer: Viewer, *, party: str | None = None, framework: str | None = None) -> list[Conflict]:
    """Every contradiction between sources, open ones first, then by framework and party; public.

    Kept for each state of the register, as finding them all asks every pair.

    Args:
        party, framework: only those of one party or framework.
    """
    with engine(viewer) as now:
        if now.conflicts is None or now.conflicts[0] != now.snapshot.state:
            found = [one for pair in now.snapshot.pairs() for one in _of_pair(now.snapshot, *pair)]
            found.sort(key=lambda one: (one.decided, one.framework, one.party, one.since, one.other.assertion))
            now.conflicts = now.snapshot.state, found
        kept: list[Conflict] = now.conflicts[1]
    return [one for one in kept if party in (None, one.party) and framework in (None, one.framework)]


def _of_pair(snapshot: Snapshot, party: str, framework: str) -> list[Conflict]:
    if len({row.source for row in snapshot.rows(party, framework)}) < 2:
        return []
    last = never(snapshot.zone)
    times = [at for at in snapshot.boundaries(party, framework) if at < last]
    spans: dict[tuple[int, int], list[tuple[int, int, Claim, Claim]]] = {}
    for at, until in zip(times, [*times[1:], last], strict=True):
        for one, other in _clashing(explain(snapshot, party, framework, (at, at + 1)).claims):
            open_ones = spans.setdefault((one.assertion.id, other.assertion.id), [])
            if open_ones and open_ones[-1][1] == at:
                open_ones[-1] = (open_ones[-1][0], until, *open_ones[-1][2:])
            else:
                open_ones.append((at, until, one, other))
    return [
        Conflict(
            party,
            framework,
            other.assertion.scope,
            written_instant(since, snapshot.zone),
            "" if until >= last else written_instant(until, snapshot.zone),
            _side(one),
            _side(other),
            decided=other.outcome is Outcome.LOST,
        )
        for found in spans.values()
        for since, until, one, other in found
    ]


def _clashing(claims: tuple[Claim, ...]) -> list[tuple[Claim, Claim]]:
    """The claim that counts with each that lost; or, on a disputed day, each pair that differs."""
    disputing = [claim for claim in claims if claim.outcome is Outcome.DISPUTES]
    if disputing:
        return [
            (one, other)
            for place, one in enumerate(disputing)
            for other in disputing[place + 1 :]
            if one.says is not other.says
        ]
    won = next((claim for claim in claims if claim.outcome is Outcome.WON and claim.certain), None)
    if won is None:
        return []
    return [(won, claim) for claim in claims if claim.outcome is Outcome.LOST and claim.certain]


def _side(claim: Claim) -> Side:
    assert claim.says is not None  # noqa: S101  # a claim that clashes says something
    row = claim.assertion
    return Side(row.id, row.source, claim.precedence, row.status, claim.says)
