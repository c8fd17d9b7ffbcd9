"""What a change would do: compares two compiled registers, standing by standing and right by right.

To be entitled somewhere is a right. To be restricted, or spoken of in a framework, keeps a party out of audiences that
name it after "except": to be so no longer lets it in. Rule: DESIGN.md, "Writes": whatever gains anybody a right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from cordiale.domain.participation import Answer
from cordiale.engines.standing.facts import FOREVER, never
from cordiale.engines.standing.resolving import ENTITLED, NOT, RESTRICTED, SILENT
from cordiale.engines.standing.snapshot import Snapshot


@dataclass(frozen=True)
class StandingMove:
    """A standing that would be another, from an instant until another (microseconds since 1970 UTC, half-open)."""

    party: str
    framework: str
    begins: int
    ends: int
    before: Answer
    after: Answer


@dataclass(frozen=True)
class RightMove:
    """A right that somebody would gain or lose.

    Args:
        party: whose.
        framework: where; "" for every audience, as a restriction anywhere keeps out everywhere.
        kind: "entitled", "restricted" or "spoken of".
        gained: whether audiences can only grow by it.
        begins, ends: from which instant until which.
    """

    party: str
    framework: str
    kind: str
    gained: bool
    begins: int
    ends: int


Move = TypeVar("Move", StandingMove, RightMove)


class _Span(NamedTuple):
    begins: int
    ends: int
    before: int
    after: int


def standing_moves(before: Snapshot, after: Snapshot, parties: Iterable[str]) -> list[StandingMove]:
    """Every standing of these parties that would be another, by party, framework and time."""
    found: list[StandingMove] = []
    for party, framework in _pairs(before, after, parties):
        for span in _spans(before, after, party, framework):
            old, new = _answer(before, party, framework, span), _answer(after, party, framework, span)
            if old is not new:
                _append(found, StandingMove(party, framework, span.begins, span.ends, old, new))
    return found


def right_moves(before: Snapshot, after: Snapshot, parties: Iterable[str], *, at: int) -> list[RightMove]:
    """Every right of these parties that would be gained or lost at an instant or later."""
    found: list[RightMove] = []
    last = never(after.zone)
    for party, framework in _pairs(before, after, parties):
        for span in _spans(before, after, party, framework):
            begins = max(span.begins, at)
            if begins < span.ends and (span.before ^ span.after) & ENTITLED:
                gained = bool(span.after & ENTITLED)
                _append(found, RightMove(party, framework, "entitled", gained, begins, span.ends))
        was, becomes = _first_word(before, party, framework), _first_word(after, party, framework)
        if was != becomes:
            ends = max(was, becomes)
            if ends > at:
                begins = max(min(was, becomes), at)
                found.append(RightMove(party, framework, "spoken of", becomes > was, begins, min(ends, last)))
    for party in sorted(set(parties)):
        found += _restriction_moves(before, after, party, at)
    return found


def _append(found: list[Move], move: Move) -> None:
    """Add a move; one that only goes on where the last ended is the same move, longer."""
    if found and found[-1].ends == move.begins:
        longer = replace(found[-1], ends=move.ends)
        if longer == replace(move, begins=longer.begins):
            found[-1] = longer
            return
    found.append(move)


def _pairs(before: Snapshot, after: Snapshot, parties: Iterable[str]) -> list[tuple[str, str]]:
    wanted = set(parties)
    frameworks = {*before.columns.frameworks.ids, *after.columns.frameworks.ids}
    return sorted((party, framework) for party in wanted for framework in frameworks)


def _pieces(snapshot: Snapshot, party: str, framework: str) -> list[tuple[int, int, int]]:
    """The compiled run of a pair; where nobody speaks of it, silence for as long as the framework lives."""
    code, place = snapshot.columns.frameworks.of.get(framework), snapshot.columns.parties.of.get(party)
    if code is None or place is None:
        return []
    last = never(snapshot.zone)
    found = snapshot.compiled[code].pieces(place, last)
    if found:
        return found
    life = snapshot.life_now(framework)
    return [(life.begins, life.ends, SILENT), (life.ends, last, NOT)]


def _spans(before: Snapshot, after: Snapshot, party: str, framework: str) -> Iterator[_Span]:
    """The spans in which the compiled states of a pair differ; cut where the roster begins or ceases to be complete."""
    one, other = _pieces(before, party, framework), _pieces(after, party, framework)
    if one == other:
        return
    last = never(after.zone)
    edges = {begins for begins, _, _ in (*one, *other)}
    for snapshot in (before, after):
        if framework in snapshot.columns.frameworks.of:
            life = snapshot.life_now(framework)
            edges |= {life.complete_from, life.complete_to}
    cuts = sorted(edges)
    for begins, ends in zip(cuts, [*cuts[1:], last], strict=True):
        was, becomes = _state(one, begins), _state(other, begins)
        if was != becomes and begins < ends:
            yield _Span(begins, ends, was, becomes)


def _state(pieces: list[tuple[int, int, int]], at: int) -> int:
    return next((state for begins, ends, state in pieces if begins <= at < ends), NOT)


def _answer(snapshot: Snapshot, party: str, framework: str, span: _Span) -> Answer:
    known = framework in snapshot.columns.frameworks.of and party in snapshot.columns.parties.of
    return snapshot.standing(party, framework, span.begins).answer if known else Answer.NOT_KNOWN


def _first_word(snapshot: Snapshot, party: str, framework: str) -> int:
    """The instant from which a party is spoken of in a framework; never, where nobody does."""
    last = never(snapshot.zone)
    code, place = snapshot.columns.frameworks.of.get(framework), snapshot.columns.parties.of.get(party)
    if code is None or place is None:
        return last
    columns = snapshot.columns
    return min(
        (columns.starts[row] for row in snapshot.places(place, code) if columns.until[row] == FOREVER), default=last
    )


def _restriction_moves(before: Snapshot, after: Snapshot, party: str, at: int) -> list[RightMove]:
    one, other = _restricted(before, party), _restricted(after, party)
    last = never(after.zone)
    edges = sorted({at, *(edge for span in (*one, *other) for edge in span if edge > at)} - {last})
    found: list[RightMove] = []
    for begins, ends in zip(edges, [*edges[1:], last], strict=True):
        was, becomes = (any(start <= begins < stop for start, stop in spans) for spans in (one, other))
        if was != becomes:
            _append(found, RightMove(party, "", "restricted", was, begins, ends))
    return found


def _restricted(snapshot: Snapshot, party: str) -> list[tuple[int, int]]:
    """The spans in which a party is restricted in a framework whose suspension does not stay local."""
    local = snapshot.rules_at(None).local
    return [
        (begins, ends)
        for framework in snapshot.columns.frameworks.ids
        if framework not in local
        for begins, ends, state in _pieces(snapshot, party, framework)
        if state & RESTRICTED
    ]
